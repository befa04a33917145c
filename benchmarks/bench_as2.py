"""AS2, in and out of one process: 10 KB signed and encrypted with a signed receipt in the answer, and a 100 MB message.

`python -m benchmarks.bench_as2 [messages]` measures on SQLite, FULL sync on (AES-256-CBC, SHA-256, RSA-2048):

- One process that sends and takes at the same time, half its messages out and half in, with a second process as the
  other side. A message counts when its receipt is judged and committed (out), or given and committed (in).
- The same with no other side: a gateway posts to itself, so that one process does both ends of every message.
- The floor: the same signing, encrypting, opening and judging alone, without HTTP and database.
- The memory that one message of 100 MB takes over the idle process, both ends in it.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks import orders
from edi_gateway import logs
from edi_gateway.commands.partners import certificates
from edi_gateway.commands.partners.certificates import Key, Use
from edi_gateway.commands.partners.publishing import publish
from edi_gateway.flow.as2 import agreement, receiving
from edi_gateway.flow.as2.keyring import Keyring
from edi_gateway.flow.gateway import Gateway
from edi_gateway.flow.steps import Direct
from edi_gateway.flow.telling import outbound
from edi_gateway.model.clock import system_clock
from edi_gateway.partners import registry
from edi_gateway.partners.profile import As2Connection
from edi_gateway.partners.snapshots import snapshot
from edi_gateway.store.database import connect, upgrade
from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import as2_messages, transmissions
from edi_gateway.store.traffic import outbox
from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.heading import read_headers
from edi_gateway.transport.as2.opening import open_message
from edi_gateway.transport.as2.packing import Heads, pack
from edi_gateway.transport.as2.receipts import judge, write_receipt
from edi_gateway.transport.as2.terms import PROCESSED, Opened, Payload, Receipt, Refused
from edi_gateway.transport.connect import open_transport
from edi_gateway.transport.keys import making
from edi_gateway.transport.keys import reading as keys
from edi_gateway.transport.secrets import secrets_from
from edi_gateway.web.as2.app import As2App, Bounds
from edi_gateway.web.listener import Listener

PASSPHRASE = "only for this benchmark"
LINES = 8  # partners that are sent to at the same time, each in order
SIZE = 10_000
LARGE = 100 << 20
BAR = 100  # messages a second
MEMORY_BAR = 150  # MB
_PROFILE = """\
name = "{key}"
[them]
qualifier = "ZZ"
id = "{key}"
[us]
qualifier = "ZZ"
id = "US"
[[documents]]
set = "850"
direction = "in"
[connection]
kind = "as2"
us = "{us}"
them = "{them}"
url = "http://127.0.0.1:{port}/as2"
[connection.line]
internal_addresses = true
"""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One partner of a gateway: who is who, and the port at which it listens."""

    key: str
    us: str
    them: str
    port: int


def itself(port: int) -> list[Agreement]:
    """A gateway that is both sides of each agreement."""
    there = [Agreement(f"there{n}", "HERE", f"THERE{n}", port) for n in range(LINES)]
    return there + [Agreement(f"here{n}", f"THERE{n}", "HERE", port) for n in range(LINES)]


def across(side: str, other: str, port: int) -> list[Agreement]:
    """One of two gateways; the other one's `port`."""
    return [Agreement(f"there{n}", f"{side}{n}", f"{other}{n}", port) for n in range(LINES)]


def free_ports(count: int) -> list[int]:
    found = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in found]
    for each in found:
        each.close()
    return ports


@contextmanager
def gateway(home: Path, port: int, agreements: list[Agreement], both: tuple[Any, bytes]) -> Iterator[Gateway]:
    """A gateway with its server. both: the certificate and key of all sides."""
    described, locked = both
    engine = connect(f"sqlite:///{home / 'gateway.db'}")
    upgrade(engine)
    secrets = secrets_from({}, home)
    running = Gateway(
        engine,
        clock=system_clock,
        ids=Ids(system_clock, 1),
        transports=lambda profile: open_transport(profile.connection, root=home, read_secret=secrets),
        postings={},
        keyring=Keyring(secrets, lambda: PASSPHRASE),
    )
    with running.works.writer.begin() as conn:
        desk = running.works.desk(conn)
        certificates.add_ours(desk, described, Key(locked=locked), Use())
        for each in agreements:
            folder = home / "partners" / each.key
            folder.mkdir(parents=True)
            text = _PROFILE.format(key=each.key, us=each.us, them=each.them, port=each.port)
            (folder / "partner.toml").write_text(text)
            loaded = registry.load(folder)
            assert loaded.profile is not None, loaded.findings
            publish(desk, snapshot(loaded.profile, folder, home / "mappings"), "for the benchmark")
            certificates.add_theirs(desk, described, Use(each.key))
    app = As2App(partial(receiving.take, running.works), Bounds(at_once=LINES))
    with Listener(app, host="127.0.0.1", port=port, at_once=LINES * 2):
        yield running
    engine.dispose()


def certificate() -> tuple[Any, bytes]:
    described, private = making.new("Both", "rsa-2048", datetime.now(UTC) - timedelta(hours=1), 30)
    return described, keys.locked(private, PASSPHRASE)


def queue(running: Gateway, partner: str, contents: list[bytes]) -> None:
    with running.works.writer.begin() as conn:
        rows = [
            {
                "id": running.works.ids.next(),
                "partner": partner,
                "control": f"{n:09d}",
                "name": f"{n}.edi",
                "bytes": content,
                "sha256": hashlib.sha256(content).hexdigest(),
                "documents": 1,
                "sets": "850",
                "test": False,
                "state": "READY",
                "created_at": system_clock(),
                "ack_state": "NONE",
            }
            for n, content in enumerate(contents)
        ]
        outbox.add_transmissions(conn, rows)


def _documents(count: int, first: int) -> list[bytes]:
    """Different ones, of SIZE bytes each."""
    made = orders.purchase_orders(1, 60, 1)
    return [(f"{first + n:012d}".encode() + made * 4)[:SIZE] for n in range(count)]


def rate(running: Gateway, count: int, first: int) -> tuple[float, float]:
    """(messages a second, milliseconds of computing each), from queued to receipted, LINES partners at a time."""
    done = _fill(running, count, first)
    busy, started = time.process_time(), time.perf_counter()
    _send_all(running)
    return done / (time.perf_counter() - started), (time.process_time() - busy) / done * 1000


def _fill(running: Gateway, count: int, first: int) -> int:
    each = count // LINES
    for n in range(LINES):
        queue(running, f"there{n}", _documents(each, first + n * each))
    return each * LINES


def _send_all(running: Gateway) -> None:
    with ThreadPoolExecutor(LINES) as lines:
        for line in [lines.submit(_send, running, f"there{n}") for n in range(LINES)]:
            line.result()


def exchange(count: int, runs: int) -> list[float]:
    """Messages a second through one process, `count` out and `count` in at the same time; a number a run."""
    ours, theirs = free_ports(2)
    both = certificate()
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    other = spawning.Process(target=_other_side, args=(there, theirs, ours, both, count, runs), daemon=True)
    other.start()
    found = []
    with (
        tempfile.TemporaryDirectory() as folder,
        gateway(Path(folder), ours, across("HERE", "THERE", theirs), both) as running,
    ):
        for run in range(runs + 1):  # the first one to get warm
            done = _fill(running, count, 1_000_000 * (run + 1))
            assert here.recv() == "ready"
            here.send("go")
            started = time.perf_counter()
            _send_all(running)
            _wait_for(running, done * (run + 1))
            found.append(2 * done / (time.perf_counter() - started))
            assert here.recv() == "done"
        other.join()
    return found[1:]


def _other_side(pipe: Any, port: int, theirs: int, both: tuple[Any, bytes], count: int, runs: int) -> None:
    logs.configure("console", "ERROR")
    with (
        tempfile.TemporaryDirectory() as folder,
        gateway(Path(folder), port, across("THERE", "HERE", theirs), both) as running,
    ):
        for run in range(runs + 1):
            done = _fill(running, count, 500_000_000 + 1_000_000 * (run + 1))
            pipe.send("ready")
            assert pipe.recv() == "go"
            _send_all(running)
            _wait_for(running, done * (run + 1))
            pipe.send("done")


def _wait_for(running: Gateway, taken: int) -> None:
    """Until so many messages were taken in all."""
    c = as2_messages.c
    counting = select(func.count()).where(c.direction == "in", c.state == "TAKEN")
    while True:
        with running.works.writer.reading() as conn:
            if conn.execute(counting).scalar_one() >= taken:
                return
        time.sleep(0.01)


def _send(running: Gateway, partner: str) -> None:
    """All that waits for this partner, in pieces as the pump makes them."""
    works = running.works
    while True:
        with works.writer.reading() as conn:
            ready = outbound.sendable(conn, works.clock()).get(partner, [])
        if not ready:
            return
        outbound.send(works, Direct(works.writer), partner, ready[: works.options.sending_per_commit])


def floor(running: Gateway, count: int) -> float:
    """Messages a second of the cryptography alone, one after the other."""
    with running.works.writer.reading() as conn:
        running.works.live.refresh(conn)
        ring = running.works.keyring.of(conn, "there0")
    partner = running.works.live.get("there0")
    assert partner is not None
    connection = partner.profile.connection
    assert isinstance(connection, As2Connection)
    policy = agreement.policy(connection)
    contents = _documents(count, 0)
    started = time.perf_counter()
    for content in contents:
        now = system_clock()
        with Scratch() as scratch:
            heads = Heads("<a@b>", "HERE", "THERE0", "EDI", "bench")
            sent = pack(
                [Payload(Extent.of(content))],
                heads,
                agreement.packing(connection),
                ours=ring.ours,
                theirs=ring.theirs,
                at=now,
                scratch=scratch,
            )
            read = read_headers(sent.headers)
            assert not isinstance(read, Refused)
            head, heading = read
            common = {
                "policy": policy,
                "ours": ring.ours,
                "theirs": ring.theirs,
                "at": now,
                "scratch": scratch,
            }
            opened = open_message(head, sent.body, heading.wish, **common)  # type: ignore[arg-type]
            assert isinstance(opened, Opened)
            answer = write_receipt(
                heading,
                PROCESSED,
                opened.mic,
                identity=ring.ours[0],
                policy=policy,
                message_id="<c@d>",
                user_agent="bench",
                at=now,
            )
            back = read_headers(answer.headers)
            assert not isinstance(back, Refused)
            receipt = open_message(back[0], Extent.of(answer.body), None, **common)  # type: ignore[arg-type]
            assert isinstance(receipt, Receipt)
            assert judge(receipt, back[1], sent.awaited).counts
    return count / (time.perf_counter() - started)


def large(running: Gateway) -> tuple[float, float]:
    """(seconds, MB over the idle process) of one message of LARGE bytes."""
    queue(running, "there0", [b""])
    with running.works.writer.begin() as conn:  # without these bytes ever being in memory at once
        (row,) = outbound.sendable(conn, running.works.clock())["there0"]
        outbox.add_bytes(conn, row, (os.urandom(1 << 19) * 2 for _ in range(LARGE >> 20)))
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    idle = _kilobytes("VmRSS")
    started = time.perf_counter()
    _send(running, "there0")
    seconds = time.perf_counter() - started
    with running.works.writer.reading() as conn:
        assert outbox.state(conn, transmissions, row) == "SENT"
    return seconds, (_kilobytes("VmHWM") - idle) / 1024


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def main(count: int) -> None:
    logs.configure("console", "ERROR")
    exchanged = statistics.median(exchange(count // 2, 3))
    with tempfile.TemporaryDirectory() as folder:
        (port,) = free_ports(1)
        with gateway(Path(folder), port, itself(port), certificate()) as running:
            rate(running, 4 * LINES, 0)  # warm
            floors = [floor(running, 60) for _ in range(3)]
            runs = [rate(running, count, 1_000_000 * (n + 1)) for n in range(3)]
            seconds, memory = large(running)
    alone, whole = statistics.median(floors), statistics.median(run[0] for run in runs)
    computing = statistics.median(run[1] for run in runs)
    said = "held" if exchanged >= BAR else "MISSED"
    print(f"cryptography alone, one thread:   {alone:7.0f} messages/s")
    print(f"half out and half in, one side:   {exchanged:7.0f} messages/s   bar {BAR}: {said}")
    print(f"both sides in one process:        {whole:7.0f} messages/s   ratio {whole / alone:.2f}")
    print(f"computing, of both sides:         {computing:7.1f} ms a message")
    print(f"one message of 100 MB:            {seconds:7.1f} s")
    print(f"memory over idle, both sides:     {memory:7.0f} MB           bar {MEMORY_BAR}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
