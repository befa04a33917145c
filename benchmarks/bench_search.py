"""A document found among 1,000,000, on SQLite and on PostgreSQL; and what filling the index takes.

`python -m benchmarks.bench_search [runs] [sqlite|postgres]` fills documents and their index of words in bulk (some
minutes) and searches, each a few times: by words, beginnings, control number, PO, item, partner, days, states. Medians
in milliseconds beside the bar, 200 ms. The words are put into the index as flow/words.py puts them.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from edi_gateway.reports.traffic.search import Wanted, find
from edi_gateway.store import bulk
from edi_gateway.store.database import connect, reading, upgrade
from edi_gateway.store.ids import first_of
from edi_gateway.store.tables import documents
from edi_gateway.store.traffic import words

BAR = 200  # ms
DOCUMENTS, AT_ONCE = 1_000_000, 10_000
BEGINS, DAYS = datetime(2026, 1, 1, tzinfo=UTC), 300
PARTNERS = [f"partner{n:03}" for n in range(200)]
WEIGHTS = [1 / (n + 1) for n in range(200)]  # a few send most
HALVES = (
    ("oak", "kestrel", "alder", "pin", "moor", "lake", "stone", "brook", "field", "ridge"),
    ("moor", "hall", "mere", "wheel", "gate", "side", "ton", "dale", "wick", "ford"),
)
NOUNS = ("bolt", "nut", "washer", "bracket", "hinge", "screw", "panel", "cable", "filter", "gasket")
COLOURS = ("blue", "red", "green", "black", "white", "steel", "brass", "zinc")
KINDS = (("in", "850", "APPLIED"), ("out", "855", "ACKED"), ("out", "997", "SENT"), ("in", "997", "APPLIED"))

SEARCHES = {
    "two words that many have": Wanted(text="blue bolt"),
    "three words": Wanted(text="oakhall brass hinge"),
    "a beginning": Wanted(text="kestrel*"),
    "a PO number as a word": Wanted(text="k0123456"),
    "a PO number": Wanted(po_number="K0123456"),
    "a control number": Wanted(control="000123456"),
    "a control number that all have": Wanted(control="0001"),
    "an item": Wanted(item="TB-01234"),
    "a large partner": Wanted(partner=PARTNERS[0]),
    "a small partner": Wanted(partner=PARTNERS[-1]),
    "a small partner and a word": Wanted(partner=PARTNERS[-1], text="bolt"),
    "three months": Wanted(since=date(2026, 2, 3), until=date(2026, 5, 9)),
    "a week and a word": Wanted(since=date(2026, 2, 3), until=date(2026, 2, 9), text="bolt"),
    "rejected": Wanted(state="REJECTED"),
    "rejected, of a large partner": Wanted(state="REJECTED", partner=PARTNERS[0]),
    "rejected, of a small partner": Wanted(state="REJECTED", partner=PARTNERS[-1]),
    "rejected, with a word": Wanted(state="REJECTED", text="bolt"),
    "a word, a page from long ago": Wanted(text="bolt", before=first_of(BEGINS + timedelta(days=31))),
    "a word that no document has": Wanted(text="bolt nosuchword"),
}


def fill(engine: Engine) -> None:
    """Four documents an order: the 850, the 997 for it, the 855, the 997 that came back."""
    chance = random.Random(7)
    columns = (
        *("id", "direction", "partner", "set_code", "version", "control", "group_control"),
        *("interchange_control", "state", "test", "created_at", "offset", "length"),
    )
    for start in range(0, DOCUMENTS, AT_ONCE):
        rows, said, came = [], {}, []
        for n, partner in enumerate(chance.choices(PARTNERS, WEIGHTS, k=AT_ONCE), start):
            at = BEGINS + timedelta(days=DAYS) * n / DOCUMENTS
            number = first_of(at) + n % 4096
            way, set_code, state = KINDS[n % 4]
            if n % 200 == 0:
                state = "REJECTED"
            control = str(n // 4)
            rows.append(
                (
                    number,
                    way,
                    partner,
                    set_code,
                    "004010",
                    "0001",
                    control,
                    control.zfill(9),
                    state,
                    False,
                    at,
                    0,
                    800,
                )
            )
            said[number] = _words(chance, n, partner, way, set_code)
            came.append((number, at))
        with engine.begin() as conn:
            bulk.insert(conn, documents, columns, rows)
            words.put(conn, said)
            words.note_days(conn, came)
            for what in ("documents", "transmissions"):
                words.reach(conn, what, came[-1][0] + 4096)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(text("VACUUM ANALYZE"))  # as autovacuum would


def _words(chance: random.Random, n: int, partner: str, way: str, set_code: str) -> set[str]:
    found = {f"c_{n // 4}", "c_1", f"w_{partner}", f"t_{set_code}", f"d_{way}"}
    if set_code == "997":
        return found
    po = f"k{n // 4:07}"
    found |= {f"p_{po}", po, "dc", "north", "road", str(chance.randrange(9999))}
    found |= {"".join(map(chance.choice, HALVES)) for _ in range(3)}
    for _ in range(10):
        item = f"{chance.randrange(20_000):05}"
        found |= {f"s_tb{item}", "tb", item, chance.choice(NOUNS), chance.choice(COLOURS)}
    return found


def measure(engine: Engine, runs: int) -> dict[str, float]:
    """Median milliseconds of each search, after one that warms it."""
    return {name: statistics.median(_times(engine, wanted, runs)) for name, wanted in SEARCHES.items()}


def _times(engine: Engine, wanted: Wanted, runs: int) -> Iterator[float]:
    for run in range(runs + 1):
        started = time.perf_counter()
        with reading(engine) as conn:
            find(conn, wanted)
        if run:
            yield (time.perf_counter() - started) * 1000


@contextmanager
def _database(kind: str) -> Iterator[Engine]:
    if kind == "postgres":
        from tests.servers.postgres import postgres

        engine = connect(postgres().new_database())
        yield engine
        engine.dispose()
        return
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{Path(folder) / 'gateway.db'}")
        yield engine
        engine.dispose()


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    for kind in sys.argv[2:] or ("sqlite", "postgres"):
        with _database(kind) as engine:
            upgrade(engine)
            started = time.perf_counter()
            fill(engine)
            print(f"{kind}: {DOCUMENTS:,} documents ({time.perf_counter() - started:.0f} s to fill)")
            for name, milliseconds in measure(engine, runs).items():
                verdict = "ok" if milliseconds <= BAR else "MISSED"
                print(f"  {name:36} {milliseconds:7.1f} ms   bar {BAR}   {verdict}")


if __name__ == "__main__":
    main()
