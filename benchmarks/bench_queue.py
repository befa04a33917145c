"""A page of the queue over 100,000 open cases and 1,000,000 documents, on SQLite and on PostgreSQL.

`python -m benchmarks.bench_queue [runs] [sqlite|postgres]` fills a database in bulk (a minute or two) and reads, each a
few times: pages of the queue by cause, of a family, of a partner, of a person, what is late, the cases of the largest
cause, somebody's own work; and opens one more case of that cause. Medians by the clock beside the bar, 200 ms; and of
the processor's time in this process, in which SQLite does all its work and PostgreSQL none.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, text

from edi_gateway.commands.desk import MACHINE, Actor, Desk
from edi_gateway.commands.triage import cases as desk_of_cases
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.commands.triage.working import claim
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.reports.book.cases import list_cases
from edi_gateway.reports.causes.mine import my_work
from edi_gateway.reports.causes.queue import Wanted, queue
from edi_gateway.store import bulk
from edi_gateway.store.book import cases
from edi_gateway.store.database import connect, reading, upgrade
from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import documents
from edi_gateway.triage.causes import cause

BAR = 200  # ms
CASES, DOCUMENTS, AT_ONCE = 100_000, 1_000_000, 20_000
LARGEST = 40_000  # cases of one cause; the others are of some 3,000 causes
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PARTNERS = [f"partner{n:02}" for n in range(40)]
PEOPLE = ["ann", "bob", "cid", "dee"]


def fill(engine: Engine) -> None:
    """A million documents of ninety days, and a hundred thousand open cases about some of them."""
    chance, ids = random.Random(7), Ids(lambda: NOW - timedelta(days=90), 1)
    columns = ("id", "direction", "partner", "set_code", "state", "status", "test", "created_at")
    for start in range(0, DOCUMENTS, AT_ONCE):
        at = NOW - timedelta(days=90 - 90 * start / DOCUMENTS)
        with engine.begin() as conn:
            rows = [
                (number, "in", PARTNERS[number % 40], "850", "APPLIED", "A", False, at)
                for number in ids.block(AT_ONCE)
            ]
            bulk.insert(conn, documents, columns, rows)
    open_cases(engine, chance)
    settle(engine)


def open_cases(engine: Engine, chance: random.Random) -> None:
    """The hundred thousand, over fourteen days."""
    made = Ids(lambda: NOW - timedelta(days=14), 2)
    for start in range(0, CASES, AT_ONCE):
        clock = partial(_earlier, timedelta(days=14 - 14 * start / CASES))
        with engine.begin() as conn:
            _open(Desk(conn, made, clock, Actor(MACHINE, frozenset({MACHINE}))), chance, start)


def _earlier(by: timedelta) -> datetime:
    return NOW - by


def settle(engine: Engine) -> None:
    """What autovacuum would do in time."""
    settled = "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text(settled))


def _open(desk: Desk, chance: random.Random, start: int) -> None:
    rows, described = [], {}
    for number, case_id in enumerate(desk.ids.block(AT_ONCE), start):
        new = _new(chance, number)
        why = cause(new.finding, new.partner)
        row = desk_of_cases.row_of(desk, case_id, new, why, {}, {})
        row["owner"] = chance.choice([None, None, *PEOPLE])
        row["rank"] = chance.randrange(1, 10)
        rows.append(row)
        described[why.fingerprint] = desk_of_cases.described(new, why)
    cases.add(desk.conn, rows, described)


def _new(chance: random.Random, number: int) -> NewCase:
    largest = number % (CASES // LARGEST + 1) == 0 or chance.random() < 0.1
    family = chance.choice([Family.ITEM, Family.PRICE, Family.DATE, Family.SYNTAX, Family.STOCK])
    finding = Finding(
        Code.ITEM_UNKNOWN,
        Severity.ERROR,
        "Nobody knows this item.",
        "Add a cross-reference.",
        at="lines[0].ids",
        rule="item_known",
        value="UP 1" if largest else f"UP {chance.randrange(2, 80)}",
        family=Family.ITEM if largest else family,
    )
    partner = PARTNERS[0] if largest else chance.choice(PARTNERS)
    return NewCase(finding, partner, About(document_id=number, order_id=number), currency="USD")


def measure(engine: Engine, runs: int) -> dict[str, tuple[float, float]]:
    """Median milliseconds of each reading: by the clock, and of this process."""
    with reading(engine) as conn:
        first = queue(conn, Wanted(), NOW, limit=10_000).causes
        largest = max(first, key=lambda row: row.cases).fingerprint
    readings: dict[str, Callable[[Engine], object]] = {
        "the queue, first page": lambda e: _queue(e, Wanted()),
        "the queue, page 20": lambda e: _queue(e, Wanted(), offset=950),
        "the queue of a family": lambda e: _queue(e, Wanted(family="PRICE")),
        "the queue of a partner": lambda e: _queue(e, Wanted(partner=PARTNERS[7])),
        "the queue of a person": lambda e: _queue(e, Wanted(owner="bob")),
        "what is new": lambda e: _queue(e, Wanted(state="NEW")),
        "what is late": lambda e: _queue(e, Wanted(late_at=NOW)),
        "causes that say 'price'": lambda e: _queue(e, Wanted(words="price")),
        "the cases of the largest cause": lambda e: _cases(e, largest),
        "my work": lambda e: _mine(e),
    }
    found = {}
    for name, read in readings.items():
        read(engine)  # once, as in a console that runs
        found[name] = _median([_milliseconds(read, engine) for _ in range(runs)])
    found["one more case of the largest cause"] = _median(
        [_milliseconds(partial(_one_more, number=n), engine) for n in range(runs)]
    )
    return found


def _milliseconds(act: Callable[[Engine], object], engine: Engine) -> tuple[float, float]:
    """By the clock, and of this process."""
    started, worked = time.perf_counter(), time.process_time()
    act(engine)
    return (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000


def _median(measured: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(m[0] for m in measured), statistics.median(m[1] for m in measured)


def _queue(engine: Engine, wanted: Wanted, offset: int = 0) -> None:
    with reading(engine) as conn:
        assert queue(conn, wanted, NOW, offset=offset).causes or wanted.words


def _cases(engine: Engine, fingerprint: str) -> None:
    with reading(engine) as conn:
        assert len(list_cases(conn, fingerprint=fingerprint, awake_at=NOW, limit=50)) == 50


def _mine(engine: Engine) -> None:
    with reading(engine) as conn:
        assert my_work(conn, "bob", frozenset({"EDI_ANALYST"}), NOW)


def _one_more(engine: Engine, number: int) -> None:
    with engine.begin() as conn:
        ids = Ids(lambda: NOW + timedelta(seconds=number), 3)
        desk = Desk(conn, ids, lambda: NOW, Actor("bob", frozenset({"EDI_ANALYST"})))
        about = About(document_id=DOCUMENTS + number, order_id=DOCUMENTS + number)
        (case_id,) = desk_of_cases.open_cases(desk, [replace(_new(random.Random(1), 0), about=about)])
        claim(desk, case_id)


@contextmanager
def _database(kind: str) -> Iterator[Engine]:
    if kind == "postgres":
        from tests.servers.postgres import postgres

        url = postgres().new_database()
        engine = connect(url)
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
            print(
                f"{kind}: {CASES:,} open cases, {DOCUMENTS:,} documents ({time.perf_counter() - started:.0f} s to fill)"
            )
            for name, (clock, processor) in measure(engine, runs).items():
                held = "held" if clock <= BAR else "MISSED"
                print(f"  {name:36} {clock:7.1f} ms, processor {processor:6.1f} ms   bar {BAR}: {held}")


if __name__ == "__main__":
    main()
