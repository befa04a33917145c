"""Runs the gateway over a folder of files again and again, killed at each commit in turn, and looks at what is left.

Run as a program of its own (`python -m tests.crash.zygote sqlite|postgres FOLDER [SHARE]`): everything is imported
once, and each run is a fork, so that a kill costs no start-up. Prints one line of JSON a kill, then the number of
commits.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from edi_gateway.flow.works import Options
from edi_gateway.store.database import connect
from tests.crash import scenario
from tests.crash.commits import Commits, When
from tests.flow.shop import Shop
from tests.samples.house import stock

# a chunk of two sets and a large file of 4 kB: the paths of large receipts are walked too
OPTIONS = Options(sets_per_commit=2, large_bytes=4000, receipts_per_batch=2, sending_per_commit=2)


class Databases:
    """Fresh stocked databases of one kind; the first is the template of the others."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self._folder = folder
        self._count = 0
        if kind == "sqlite":
            stock(f"sqlite:///{folder / 'template.db'}")

    @contextmanager
    def fresh(self) -> Iterator[tuple[str, Path]]:
        """A URL and an empty home, gone afterwards."""
        self._count += 1
        home = self._folder / f"home-{self._count}"
        home.mkdir()
        if self.kind == "sqlite":
            shutil.copyfile(self._folder / "template.db", home / "gateway.db")
            yield f"sqlite:///{home / 'gateway.db'}", home
        else:
            from tests.servers.postgres import postgres

            server = postgres()
            url = server.new_database(server.template("stocked", stock))
            yield url, home
            server.drop(url)
        shutil.rmtree(home)


def run(url: str, home: Path, node: int, at: int | None, when: When) -> int:
    """One run of the program in a child of ours; how many commits it did (-1: it was killed, -2: it failed)."""
    told = home / "commits"
    told.unlink(missing_ok=True)
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            commits = Commits(at, when)
            engine = connect(url)
            shop = Shop(engine, home, OPTIONS, node)
            with shop.start() as gateway:
                commits.install()
                report = gateway.run_once(scenario.PARTNERS)
                assert report.finished
                told.write_text(str(commits.count))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return -1
    return int(told.read_text()) if status == 0 else -2


def examine(url: str, home: Path) -> list[str]:
    """What is wrong after all is said and done; looked at in a child too, so that this process stays clean."""
    told = home / "wrong"
    child = os.fork()
    if child == 0:
        try:
            engine = connect(url)
            wrong = scenario.examine(Shop(engine, home, OPTIONS))
            told.write_text(json.dumps(wrong))
        except BaseException:
            told.write_text(json.dumps([traceback.format_exc()]))
        os._exit(0)
    os.waitpid(child, 0)
    found: list[str] = json.loads(told.read_text())
    return found


def survive(databases: Databases, at: int, when: When) -> dict[str, object]:
    """Kill at one commit, start again until it ends well, and look."""
    with databases.fresh() as (url, home):
        scenario.prepare(Shop(connect(url), home, OPTIONS))
        first = run(url, home, 10, at, when)
        runs = 1
        last = first
        while last < 0 and runs < 4:
            last = run(url, home, 10 + 10 * runs, None, "after")
            runs += 1
        return {"at": at, "when": when, "killed": first == -1, "runs": runs, "wrong": examine(url, home)}


def main(kind: str, folder: Path, share: Callable[[int], bool]) -> None:
    warnings.simplefilter("error")
    databases = Databases(kind, folder)
    with databases.fresh() as (url, home):
        scenario.prepare(Shop(connect(url), home, OPTIONS))
        commits = run(url, home, 10, None, "after")
        print(json.dumps({"commits": commits, "wrong": examine(url, home)}), flush=True)
    for at in itertools.count(1):
        if not share(at):
            continue
        kills = [survive(databases, at, when) for when in ("before", "after")]
        if at > commits and not any(kill["killed"] for kill in kills):
            return  # threads do not commit alike every time, so a run may have more of them than the clean one
        for kill in kills:
            print(json.dumps(kill), flush=True)


if __name__ == "__main__":
    step = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    main(sys.argv[1], Path(sys.argv[2]), lambda at: at % step == 0)
