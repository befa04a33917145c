"""The whole road, durable: files in a folder, orders in the book, 997 and 855 in the other folder, orders posted.

`python -m benchmarks.bench_road [runs]` measures on SQLite, one process, all checks, audit and FULL sync on:
(a) one interchange of 2,000 purchase orders of 10 lines, (b) 2,000 files of one purchase order. Beside each stands
its floor: the same bytes split, and the same rows inserted as fast as sqlite3 can. Medians, their ratio, and the bar.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import orders
from edi_gateway import logs
from edi_gateway.commands.desk import MACHINE, Actor, Desk
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.partners.publishing import publish
from edi_gateway.flow.gateway import Gateway
from edi_gateway.model.clock import system_clock
from edi_gateway.partners import registry
from edi_gateway.partners.profile import DirectoryConnection
from edi_gateway.partners.snapshots import snapshot
from edi_gateway.posting.files import FilePosting
from edi_gateway.store import tables
from edi_gateway.store.database import connect, upgrade
from edi_gateway.store.ids import Ids
from edi_gateway.transport.directory import DirectoryTransport

ROOT = Path(__file__).parents[1]
PARTNER = "kestrelmoor"
ORDERS, LINES = 2000, 10
KINDS = ("customers", "items", "xrefs", "prices", "ship-tos")
# what is there before the first file, or belongs to the machinery and not to the orders
_LEFT_OUT = {
    *("items", "item_units", "item_xrefs", "prices", "ship_tos", "customers", "snapshots", "live_profiles"),
    *("users", "heartbeats", "polls", "control_numbers", "work"),
}


@dataclass
class Result:
    """Seconds of one run, and of the same rows as fast as can be."""

    road: float
    floor: float
    stages: dict[str, float]


@contextmanager
def gateway(home: Path) -> Iterator[tuple[Gateway, Path]]:
    """A stocked gateway in a fresh folder, and its partner's inbound folder."""
    url = f"sqlite:///{home / 'gateway.db'}"
    engine = connect(url)
    upgrade(engine)
    with engine.begin() as conn:
        desk = Desk(conn, Ids(system_clock, 1), system_clock, Actor(MACHINE, frozenset({MACHINE})))
        for loaded in registry.check_all(ROOT / "partners", ROOT / "mappings"):
            assert loaded.profile is not None
            publish(desk, snapshot(loaded.profile, loaded.folder, ROOT / "mappings"), "for the benchmark")
        for kind in KINDS:
            content = (ROOT / "samples" / "master-data" / f"{kind}.csv").read_bytes()
            import_csv(desk, kind, content, f"{kind}.csv")
    for name in ("in", "out", "posted"):
        (home / name).mkdir()
    pair = DirectoryConnection(inbound=str(home / "in"), outbound=str(home / "out"), settle_seconds=0)
    running = Gateway(
        engine,
        clock=system_clock,
        ids=Ids(system_clock, 2),
        transports=lambda _profile: DirectoryTransport(pair),
        postings={"files": FilePosting(home / "posted")},
        poll_seconds=0.1,
    )
    with running:
        yield running, home / "in"
    engine.dispose()


def measure(drop: Callable[[Path], None]) -> Result:
    """One run on a fresh gateway that has worked one small file before, as a running one has."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with gateway(home) as (running, inbox):
            (inbox / "warm.edi").write_bytes(orders.purchase_orders(3, LINES, 99, on=_today(), first=900_001))
            running.run_once([PARTNER])
            before = _counts(home)
            drop(inbox)
            stages: dict[str, float] = {}
            started = time.perf_counter()
            report = running.run_once([PARTNER])
            road = time.perf_counter() - started
            assert report.finished
            assert _number(home, "SELECT count(*) FROM orders WHERE state = 'ACCEPTED'") == ORDERS + 3
            assert _number(home, "SELECT count(*) FROM transmissions WHERE state <> 'SENT'") == 0
        return Result(road, _floor(home, before), stages)


def _today() -> object:
    return datetime.now(UTC).date()


def _number(home: Path, query: str) -> int:
    with closing(sqlite3.connect(home / "gateway.db")) as database:
        return int(database.execute(query).fetchone()[0])


def _counts(home: Path) -> dict[str, int]:
    return {
        t.name: _number(home, f"SELECT count(*) FROM {t.name}")
        for t in tables.metadata.sorted_tables
        if t.name not in _LEFT_OUT
    }


def _floor(home: Path, before: dict[str, int]) -> float:
    """Read and split the same files, insert the same rows into the same tables, in one transaction for 500."""
    with closing(sqlite3.connect(home / "gateway.db")) as database:
        rows = {
            name: database.execute(f"SELECT * FROM {name} ORDER BY rowid LIMIT -1 OFFSET {count}").fetchall()
            for name, count in before.items()
        }
    plain = connect(f"sqlite:///{home / 'floor.db'}")
    upgrade(plain)
    plain.dispose()
    archived = sorted((home / "in" / "archive").iterdir())
    with closing(sqlite3.connect(home / "floor.db", isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = FULL")
        started = time.perf_counter()
        split = 0
        for file in archived:
            if file.name != "warm.edi":
                split += sum(len(segment.split("*")) for segment in file.read_text("latin-1").split("~"))
        parts = max(1, len(archived) // 500)
        for part in range(parts):
            database.execute("BEGIN IMMEDIATE")
            for name, content in rows.items():
                share = content[part * len(content) // parts : (part + 1) * len(content) // parts]
                if share:
                    marks = ", ".join("?" * len(share[0]))
                    database.executemany(f"INSERT INTO {name} VALUES ({marks})", share)
            database.execute("COMMIT")
        return time.perf_counter() - started


def one_interchange(inbox: Path) -> None:
    (inbox / "many.edi").write_bytes(orders.purchase_orders(ORDERS, LINES, 1, on=_today()))


def many_files(inbox: Path) -> None:
    for name, content in orders.files(ORDERS, 1, 2, on=_today()):
        (inbox / name).write_bytes(content)


def main(runs: int) -> None:
    logs.configure("console", "WARNING")
    for title, unit, drop, bar in (
        (f"one interchange of {ORDERS} orders of {LINES} lines", "orders", one_interchange, 1000),
        (f"{ORDERS} files of one order", "files", many_files, 200),
    ):
        results = [measure(drop) for _ in range(runs)]
        road = statistics.median(result.road for result in results)
        floor = statistics.median(result.floor for result in results)
        print(
            f"{title}: {ORDERS / road:,.0f} {unit}/s ({road:.2f} s); "
            f"floor {ORDERS / floor:,.0f} {unit}/s ({floor:.2f} s); {road / floor:.1f} times the floor; "
            f"bar {bar:,} {unit}/s: {'held' if ORDERS / road >= bar else 'MISSED'}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
