"""Sends and takes AS2 messages again and again, one side killed at each of its points, and looks at what is left.

Run as a program of its own (`python -m tests.crash.as2 sqlite|postgres:PORT FOLDER [STEP]`): each side is a fork of
it with a database, a listener and a port of its own, so that one can die while the other goes on. A side that was
killed is started again, as a service would be. Prints a line of JSON a kill.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import shutil
import signal
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from edi_gateway import logs
from edi_gateway.store import tables
from edi_gateway.store.database import connect, upgrade
from tests.crash.commits import Points, When
from tests.flow.as2.sides import Side
from tests.flow.shop import Clock
from tests.servers.postgres import Postgres

Role = Literal["sender", "receiver"]
ORDERS = (b"ISA*00*first~", b"ISA*00*second~")
SECONDS = 40.0  # in which a run must come to its end
_ROUND = 0.02
_NAMES = {"sender": "TARNBROOK", "receiver": "FERNHILL"}
_AGREEMENTS = {
    "sync": "",
    "async": '[connection.receipts]\nask = "async"\nreceipt_url = "{sender}"\n',
}


@dataclass
class Place:
    """Where a side lives: database, folder, port."""

    role: Role
    url: str
    home: Path
    port: int

    def open(self, node: int) -> Side:
        engine = connect(self.url)
        return Side(_NAMES[self.role], engine, self.home, Clock(), node, self.port)


@dataclass
class Tries:
    """What is the same from kill to kill."""

    folder: Path
    server: Postgres | None
    ports: dict[Role, int]
    count: int = 0
    template: dict[str, dict[Role, str]] = field(default_factory=dict)  # agreement -> role -> URL

    def prepare(self, agreement: str) -> None:
        """Both sides with their keys, their agreement and, at the sender, the orders that wait."""
        places = {role: self._place(role, f"{agreement}-{role}", None) for role in self.ports}
        _in_a_child(lambda: _agree(places, agreement))
        self.template[agreement] = {role: place.url for role, place in places.items()}

    def fresh(self, agreement: str) -> dict[Role, Place]:
        self.count += 1
        return {
            role: self._place(role, f"run-{self.count}-{role}", self.template[agreement][role])
            for role in self.ports
        }

    def drop(self, places: dict[Role, Place]) -> None:
        for place in places.values():
            if self.server is not None:
                self.server.drop(place.url)
            shutil.rmtree(place.home)

    def _place(self, role: Role, name: str, template: str | None) -> Place:
        home = self.folder / name
        home.mkdir()
        if self.server is not None:
            url = self.server.new_database(template.rsplit("/", 1)[1] if template else "template0")
        else:
            url = f"sqlite:///{home / 'gateway.db'}"
            if template is not None:
                shutil.copyfile(template.removeprefix("sqlite:///"), home / "gateway.db")
        return Place(role, url, home, self.ports[role])


def _agree(places: dict[Role, Place], agreement: str) -> None:
    for place in places.values():
        engine = connect(place.url)
        upgrade(engine)
        engine.dispose()
    us, them = places["sender"].open(1), places["receiver"].open(2)
    us.agree(them, _AGREEMENTS[agreement].format(sender=us.url))
    them.agree(us, f'[connection.receipts]\nmay_ask_at = ["{us.url}"]\n')
    us.queue(them, *ORDERS)
    us.close()
    them.close()


def survive(tries: Tries, agreement: str, role: Role, at: int | None, when: When) -> dict[str, object]:
    """One run with a kill at one point of one side (None: nobody is killed)."""
    places = tries.fresh(agreement)
    points = places[role].home / "points"
    programs: dict[Role, Callable[[int | None, int], None]] = {
        "sender": lambda die_at, node: _send(
            places, die_at, when, node, points if role == "sender" else None
        ),
        "receiver": lambda die_at, node: _serve(
            places, die_at, when, node, points if role == "receiver" else None
        ),
    }
    running = {
        _start(programs[each], at if each == role else None, 10): each for each in ("receiver", "sender")
    }
    killed, wrong, node = False, "", 20
    until = time.monotonic() + SECONDS
    ended = False
    while not ended and not wrong:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if time.monotonic() > until:
            wrong = "it did not come to its end"
        elif pid == 0:
            time.sleep(_ROUND)
        elif os.WIFSIGNALED(status):
            killed = True
            node += 1
            running[_start(programs[running.pop(pid)], None, node)] = role
        elif status != 0:
            wrong = f"the {running.pop(pid)} failed"
        else:
            ended = running.pop(pid) == "sender"
    for pid in running:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
    found = [wrong] if wrong else _look(places)
    passed = int(points.read_text()) if points.exists() else 0
    tries.drop(places)
    return {
        "agreement": agreement,
        "role": role,
        "at": at,
        "when": when,
        "points": passed,
        "killed": killed,
        "wrong": found,
    }


def _start(program: Callable[[int | None, int], None], at: int | None, node: int) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            program(at, node)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def _send(places: dict[Role, Place], at: int | None, when: When, node: int, told: Path | None) -> None:
    """Send until all is receipted; a pause that must be waited for is skipped."""
    points = Points(at, when)
    us = places["sender"].open(node)
    them = _There(_NAMES["receiver"].lower())
    if told is not None:
        points.install()
    while set(us.states("out")) != {"RECEIPTED"} or set(us.transmissions()) != {"SENT"}:
        if _listens(places["receiver"].port):  # else a day of retries is over before it is up again
            us.judge()
            us.send(them)  # type: ignore[arg-type]
            if "READY" in us.transmissions():
                us.clock.skip(minutes=2)
        time.sleep(_ROUND)
    if told is not None:
        _write(told, points.count)
    os._exit(0)


def _write(told: Path, points: int) -> None:
    """At once: whoever writes may be ended at any time."""
    new = told.with_suffix(".new")
    new.write_text(str(points))
    new.replace(told)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass
class _There:
    """The other side, as far as the sender must know it."""

    key: str


def _serve(places: dict[Role, Place], at: int | None, when: When, node: int, told: Path | None) -> None:
    """Take what comes, and send asynchronous receipts, until somebody ends it."""
    points = Points(at, when)
    them = places["receiver"].open(node)
    if told is not None:
        points.install()
    while True:
        if _listens(places["sender"].port):
            them.answer()
            if them.table(tables.as2_receipts, state="READY"):
                them.clock.skip(minutes=2)
        if told is not None and points.count:
            _write(told, points.count)
        time.sleep(_ROUND)


def _look(places: dict[Role, Place]) -> list[str]:
    """What is wrong when all is over."""
    told = places["sender"].home / "wrong"
    _in_a_child(lambda: _judge(places, told) and None)
    found: list[str] = json.loads(told.read_text()) if told.exists() else ["nobody could look"]
    return found


def _judge(places: dict[Role, Place], told: Path) -> None:
    us, them = places["sender"].open(90), places["receiver"].open(91)
    wrong: list[str] = []
    if sorted(content for _, content in them.received()) != sorted(ORDERS):
        wrong.append(f"taken: {them.received()}")
    if them.states("in") != ["TAKEN"] * len(ORDERS):
        wrong.append(f"their messages: {them.states('in')}")
    if us.states("out") != ["RECEIPTED"] * len(ORDERS):
        wrong.append(f"our messages: {us.states('out')}")
    if us.transmissions() != ["SENT"] * len(ORDERS):
        wrong.append(f"transmissions: {us.transmissions()}")
    ours = {(row["message_id"], row["sha256"]) for row in us.table(tables.as2_messages)}
    theirs = {(row["message_id"], row["sha256"]) for row in them.table(tables.as2_messages)}
    if ours != theirs:
        wrong.append("what was taken is not, byte for byte, what was sent")
    given = {(row["message_id"], bytes(row["bytes"])) for row in them.table(tables.as2_receipts)}
    come = {(row["message_id"], bytes(row["bytes"])) for row in us.table(tables.as2_receipts)}
    if len(given) != len(ORDERS) or come != given:
        wrong.append(f"{len(given)} receipts were given, {len(come)} different ones came")
    work = [row["key"] for row in them.table(tables.work) if row["kind"] == "inbound"]
    if len(work) != len(ORDERS):
        wrong.append(f"work that was left: {work}")
    wrong += [f"case: {case}" for case in us.cases() + them.cases() if case[0] != "DELIVERY_FAILED"]
    told.write_text(json.dumps(wrong))
    us.close()
    them.close()


def _in_a_child(program: Callable[[], None]) -> None:
    child = os.fork()
    if child == 0:
        try:
            program()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.waitpid(child, 0)


def kills(tries: Tries, agreement: str, step: int, both: bool) -> Iterator[dict[str, object]]:
    for role in ("sender", "receiver"):
        clean = survive(tries, agreement, role, None, "after")  # type: ignore[arg-type]
        yield clean
        points = clean["points"]
        assert isinstance(points, int)
        for at in range(1, points + 1, step):
            whens: tuple[When, ...] = ("before", "after") if both else (("before", "after")[at % 2],)
            for when in whens:
                yield survive(tries, agreement, role, at, when)  # type: ignore[arg-type]


def _free_ports() -> dict[Role, int]:
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        sender, receiver = (each.getsockname()[1] for each in taken)
    return {"sender": sender, "receiver": receiver}


def main(kind: str, folder: Path, step: int) -> None:
    warnings.simplefilter("error")
    logs.configure("console", "ERROR")
    server = Postgres(int(kind.partition(":")[2]), f"as2_{os.getpid()}") if ":" in kind else None
    gc.freeze()
    for agreement in _AGREEMENTS:
        tries = Tries(folder, server, _free_ports())
        tries.prepare(agreement)
        for told in kills(tries, agreement, step, both=server is None):
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
