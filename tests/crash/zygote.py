"""Runs the gateway over a scenario again and again, killed at each point in turn, and looks at what is left.

Run as a program of its own (`python -m tests.crash.zygote SCENARIO sqlite|postgres[:PORT] FOLDER SHARE OF [STEP]`):
everything is imported and compiled once, and each run is a fork, so that a kill costs no start-up. Prints a line of
JSON for each stage's clean run and for each kill. SHARE OF: only the points that leave SHARE when divided by OF.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import os
import shutil
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edi_gateway import logs
from edi_gateway.flow.steps import Direct
from edi_gateway.flow.taking import inbound
from edi_gateway.store.database import connect
from tests.crash.commits import Points, When
from tests.crash.laws import broken
from tests.crash.scenarios import SCENARIOS, Scenario, SftpShop, Stage, TriedShop
from tests.flow import papers
from tests.flow.shop import Shop
from tests.samples.house import stock
from tests.servers.postgres import Postgres
from tests.servers.sshd import Sshd, running_sshd


@dataclass(frozen=True)
class State:
    """A database and the folders that belong to it, to start from."""

    url: str
    home: Path


class Databases:
    """Fresh copies of a state, on one kind of database."""

    def __init__(self, kind: str, folder: Path, scenario: Scenario) -> None:
        self._server = Postgres(int(kind.partition(":")[2]), f"zygote_{os.getpid()}") if ":" in kind else None
        self._folder = folder
        self._scenario = scenario
        self._count = itertools.count(1)

    def stocked(self) -> State:
        """Partners, master data and the engine's own tables; nothing else."""
        home = self._folder / "stocked"
        home.mkdir()
        url = f"sqlite:///{home / 'gateway.db'}" if self._server is None else self._server.new_database()
        self._scenario.stocked(url)
        in_a_child(lambda: _start_and_stop(Shop(connect(url), home), self._scenario.partners))
        return State(url, home)

    def copy(self, of: State) -> State:
        """The same once more, to be changed."""
        home = self._folder / f"home-{next(self._count)}"
        shutil.copytree(of.home, home)
        if self._server is None:
            return State(f"sqlite:///{home / 'gateway.db'}", home)
        return State(self._server.new_database(of.url.rsplit("/", 1)[1]), home)

    @contextmanager
    def fresh(self, of: State) -> Iterator[State]:
        """A copy that is gone afterwards."""
        made = self.copy(of)
        yield made
        if self._server is not None:
            self._server.drop(made.url)
        shutil.rmtree(made.home)


class Zygote:
    """All that stays the same from kill to kill."""

    def __init__(self, scenario: Scenario, databases: Databases, server: Sshd | None) -> None:
        self._scenario = scenario
        self._databases = databases
        self._server = server

    def clean(self, stage: Stage, start: State) -> tuple[State, dict[str, object]]:
        """A run that nobody kills: where it ended, and how many points it passed."""
        state = self._databases.copy(start)
        stage.prepare(Shop(connect(state.url), state.home))
        points = self._run(stage, state, 10, None, "after")
        return state, {"stage": stage.name, "points": points, "wrong": self._look(stage, state)}

    def survive(self, stage: Stage, start: State, at: int, when: When) -> dict[str, object]:
        """Kill at one point, start again until it ends well, and look."""
        with self._databases.fresh(start) as state:
            stage.prepare(Shop(connect(state.url), state.home))
            last = first = self._run(stage, state, 10, at, when)
            runs = 1
            while last < 0 and runs < 4:
                last = self._run(stage, state, 10 + 10 * runs, None, "after")
                runs += 1
            wrong = self._look(stage, state)
            return {
                "stage": stage.name,
                "at": at,
                "when": when,
                "killed": first == -1,
                "runs": runs,
                "wrong": wrong,
            }

    def _run(self, stage: Stage, state: State, node: int, at: int | None, when: When) -> int:
        """One run of the program in a child of ours; how many points it passed (-1: killed, -2: it failed)."""
        told = state.home / "points"
        told.unlink(missing_ok=True)

        def program() -> None:
            points = Points(at, when, self._scenario.tables)
            shop = self._shop(stage, state, node, points)
            with shop.start() as gateway:
                points.install()
                assert gateway.run_once(list(self._scenario.partners)).finished
                told.write_text(str(points.count))

        killed = in_a_child(program)
        if killed:
            return -1
        return int(told.read_text()) if told.exists() else -2

    def _shop(self, stage: Stage, state: State, node: int, points: Points) -> TriedShop:
        kind = SftpShop if self._scenario.over_sftp else TriedShop
        shop = kind(connect(state.url), state.home, self._scenario.options, node, points)
        if isinstance(shop, SftpShop):
            assert self._server is not None
            shop.server = self._server
            shop.watch()
        shop.clock.skip(seconds=stage.later.total_seconds())
        return shop

    def _look(self, stage: Stage, state: State) -> list[str]:
        """What is wrong after all is said and done; looked at in a child too, so that this process stays clean."""
        told = state.home / "wrong"

        def look() -> None:
            shop = Shop(connect(state.url), state.home)
            told.write_text(json.dumps(broken(shop, stage.stands, self._scenario.partners)))

        in_a_child(look)
        found: list[str] = json.loads(told.read_text()) if told.exists() else ["nobody could look"]
        return found


def in_a_child(program: Callable[[], None]) -> bool:
    """Run it in a fork; whether that was killed. A child that fails says why on stderr."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            program()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _start_and_stop(shop: Shop, partners: Sequence[str]) -> None:
    for key in partners:
        shop.inbox(key).mkdir(parents=True, exist_ok=True)
        shop.outbox(key).mkdir(parents=True, exist_ok=True)
    with shop.start():
        pass


def warm(folder: Path) -> None:
    """Compile in this process what each child would compile anew: guides, readers, writers, statements."""
    stock(f"sqlite:///{folder / 'warm.db'}")
    engine = connect(f"sqlite:///{folder / 'warm.db'}")
    gateway = Shop(engine, folder / "warm").start()  # its engine is not started: no thread before the forks
    receipt = gateway.receive("cli", "a.edi", [papers.orders(501, "K1"), papers.functional_ack(601, "1", [])])
    inbound.work_small(gateway.works, Direct(gateway.works.writer), [receipt])
    engine.dispose()
    gc.collect()
    gc.freeze()  # so that a child's collections do not copy the pages of all that is imported


def main(name: str, kind: str, folder: Path, mine: Callable[[int], bool]) -> None:
    warnings.simplefilter("error")
    logs.configure("console", "ERROR")
    scenario = SCENARIOS[name]
    warm(folder)
    databases = Databases(kind, folder, scenario)
    sides: Sides = _both
    if not (scenario.both_sides and kind == "sqlite") and "EDI_GATEWAY_CRASH_ALL" not in os.environ:
        sides = one_side
    served = running_sshd(folder / "sshd") if scenario.over_sftp else contextlib.nullcontext()
    with served as server:
        zygote = Zygote(scenario, databases, server)
        start = databases.stocked()
        for stage in scenario.stages:
            end, clean = zygote.clean(stage, start)
            print(json.dumps(clean), flush=True)
            for kill in _kills(zygote, stage, start, clean["points"], mine, sides):
                print(json.dumps(kill), flush=True)
            start = end


Sides = Callable[[int], Sequence[When]]  # by point: at which of its sides to kill


def _both(_: int) -> Sequence[When]:
    return "before", "after"


def one_side(at: int) -> Sequence[When]:
    return (("before", "after")[at // 2 % 2],)


def _kills(
    zygote: Zygote, stage: Stage, start: State, points: object, mine: Callable[[int], bool], sides: Sides
) -> Iterator[dict[str, object]]:
    """Kills at the sides of each point.

    Threads do not commit alike every time, so a run may pass more points than the clean one: it goes on until
    a run is over before its kill."""
    assert isinstance(points, int)
    for at in itertools.count(1):
        if not mine(at) or not sides(at):
            continue
        kills = [zygote.survive(stage, start, at, when) for when in sides(at)]
        if at > points and not any(kill["killed"] for kill in kills):
            return
        yield from kills


if __name__ == "__main__":
    share, of = int(sys.argv[4]), int(sys.argv[5])
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), lambda at: at % of == share)
