"""The console's first page, its partners and its ledger over a large installation, on SQLite and on PostgreSQL.

`python -m benchmarks.bench_pages [runs] [sqlite|postgres]` fills 1,000,000 documents of ninety days, 100,000 open cases
and 300,000 interchanges of thirty days with some numbers missing (some minutes), and reads each page a few times:
medians by the clock beside the bar (200 ms; the ledger, which counts all of 600,000 numbers, 1 s), and of the
processor in this process.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, Engine

from benchmarks.bench_queue import (
    AT_ONCE,
    BAR,
    DOCUMENTS,
    NOW,
    PARTNERS,
    PEOPLE,
    _database,
    open_cases,
    settle,
)
from edi_gateway.reports.partners.health import list_partners
from edi_gateway.reports.traffic.ledger import ledger
from edi_gateway.reports.watch.mine import waiting_for
from edi_gateway.reports.watch.today import today
from edi_gateway.store import bulk
from edi_gateway.store.database import reading, upgrade
from edi_gateway.store.ids import first_of
from edi_gateway.store.tables import documents, groups, interchanges, receipts

INTERCHANGES, DAYS = 300_000, 30
COUNTING = 1000  # ms
ROLES = frozenset({"EDI_ANALYST", "LEAD"})

PAGES: dict[str, Callable[[Connection], object]] = {
    "the dashboard: what came, partners": lambda conn: today(conn, NOW),
    "the dashboard: what waits for me": lambda conn: waiting_for(conn, PEOPLE[0], ROLES, NOW, approves=True),
    "partners with their health": lambda conn: list_partners(conn, NOW),
    "the ledger of thirty days": lambda conn: ledger(conn, NOW - timedelta(days=DAYS)),
    "the ledger of one partner": lambda conn: ledger(conn, NOW - timedelta(days=DAYS), partner=PARTNERS[7]),
}


def fill(engine: Engine) -> None:
    chance = random.Random(7)
    _documents(engine)
    open_cases(engine, chance)
    _interchanges(engine, chance)
    settle(engine)


def _documents(engine: Engine) -> None:
    columns = ("id", "direction", "partner", "set_code", "state", "status", "test", "created_at")
    for start in range(0, DOCUMENTS, AT_ONCE):
        rows = []
        for n in range(start, start + AT_ONCE):
            at = NOW - timedelta(days=90) * (1 - n / DOCUMENTS)
            way, set_code = (("in", "850"), ("out", "997"))[n % 2]
            state = "REJECTED" if n % 50 == 0 else "APPLIED" if n % 2 == 0 else "SENT"
            number = first_of(at) + n % 4096
            rows.append((number, way, PARTNERS[n % len(PARTNERS)], set_code, state, "A", False, at))
        with engine.begin() as conn:
            bulk.insert(conn, documents, columns, rows)


def _interchanges(engine: Engine, chance: random.Random) -> None:
    """One group each; one number in two thousand is missing."""
    last: dict[str, int] = {}
    for start in range(0, INTERCHANGES, AT_ONCE):
        files, envelopes, bundles = [], [], []
        for n in range(start, start + AT_ONCE):
            partner = chance.choice(PARTNERS)
            control = last[partner] = last.get(partner, 0) + (2 if chance.random() < 0.0005 else 1)
            at = NOW - timedelta(days=DAYS) * (1 - n / INTERCHANGES)
            number = first_of(at) + (n % 1000) * 3
            files.append((number, partner, partner, "a.edi", at, 800, "0" * 64, "DONE", 0, True, 0))
            whose = ("ZZ", partner.upper(), "ZZ", "US")
            said = (str(control).zfill(9), 0, 800, "0" * 64, "DONE", at)
            envelopes.append((number + 1, number, partner, *whose, *said))
            bundles.append((number + 2, number + 1, "PO", str(control), "A", 1, 1))
        with engine.begin() as conn:
            bulk.insert(conn, receipts, _FILE, files)
            bulk.insert(conn, interchanges, _ENVELOPE, envelopes)
            bulk.insert(conn, groups, _BUNDLE, bundles)


_FILE = (
    *("id", "partner", "connection", "name", "received_at", "size", "sha256", "state"),
    *("attempts", "settled", "worked_sets"),
)
_ENVELOPE = (
    *("id", "receipt_id", "partner", "sender_qualifier", "sender", "receiver_qualifier", "receiver"),
    *("control", "offset", "length", "sha256", "state", "received_at"),
)
_BUNDLE = ("id", "interchange_id", "code", "control", "status", "received_sets", "accepted_sets")


def measure(engine: Engine, runs: int) -> dict[str, tuple[float, float]]:
    """Medians in milliseconds, by the clock and of the processor, after one reading that warms it."""
    found = {}
    for name, page in PAGES.items():
        taken = [_milliseconds(engine, page) for _ in range(runs + 1)][1:]
        clocks, processors = zip(*taken, strict=True)
        found[name] = (statistics.median(clocks), statistics.median(processors))
    return found


def _milliseconds(engine: Engine, page: Callable[[Connection], object]) -> tuple[float, float]:
    with reading(engine) as conn:
        clock, processor = time.perf_counter(), time.process_time()
        page(conn)
        return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    for kind in sys.argv[2:] or ("sqlite", "postgres"):
        with _database(kind) as engine:
            upgrade(engine)
            started = time.perf_counter()
            fill(engine)
            print(
                f"{kind}: {DOCUMENTS:,} documents ({time.perf_counter() - started:.0f} s to fill)", flush=True
            )
            for name, (clock, processor) in measure(engine, runs).items():
                bar = COUNTING if name.startswith("the ledger") else BAR
                held = "held" if clock <= bar else "MISSED"
                print(f"  {name:36} {clock:7.1f} ms, processor {processor:6.1f} ms   bar {bar}: {held}")


if __name__ == "__main__":
    main()
