"""Stock given away: 10,000 open lines over 1,000 items, with events and audit; an 856 of 5,000 cartons.

`python -m benchmarks.bench_allocate [runs]` measures on SQLite, one process, FULL sync on: (a) the time of allocating
all open lines in one commit, some of them short; (b) composing, writing and checking an 856 of 5,000 cartons. Medians,
and the bar.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from sqlalchemy import insert

from edi_gateway import logs
from edi_gateway.commands.allocation.allocating import allocate_parts
from edi_gateway.commands.desk import MACHINE, Actor, Desk, WriteDocument
from edi_gateway.mapping import catalog
from edi_gateway.mapping.compile import writer
from edi_gateway.model.clock import system_clock
from edi_gateway.model.fulfilment import (
    Content,
    Part,
    PartKind,
    PartState,
    Place,
    Shipped,
    ShippedLine,
    ShippedOrder,
    Transport,
    Unit,
)
from edi_gateway.model.gs1 import sscc
from edi_gateway.orders.shipping.notice import notice
from edi_gateway.partners import registry
from edi_gateway.partners.profile import Fulfilment, Profile
from edi_gateway.store.book import orders, parts
from edi_gateway.store.database import connect, upgrade
from edi_gateway.store.goods import stock
from edi_gateway.store.ids import Ids, order_number
from edi_gateway.store.tables import orders as order_rows
from edi_gateway.x12.checking.guide import build
from edi_gateway.x12.parsing.envelope import Delimiters
from edi_gateway.x12.writing.writer import check_body

ROOT = Path(__file__).parents[1]
ORDERS, LINES, ITEMS, SITES = 1000, 10, 1000, ("EAST", "WEST")
CARTONS = 5000
LINES_BAR, NOTICE_BAR = 2.0, 2.0
MARKS = Delimiters("*", ">", "~", None)


class Partners:
    """One published partner whose orders are shipped here."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def profile(self, partner: str) -> Profile | None:
        return self._profile

    def hash(self, partner: str) -> str | None:
        return None  # nothing is published here: the profile is given

    def write(self, partner: str, set_code: str) -> WriteDocument:
        raise AssertionError("nothing is answered here")


def partner() -> Profile:
    loaded = next(
        p for p in registry.check_all(ROOT / "partners", ROOT / "mappings") if p.key == "kestrelmoor"
    )
    assert loaded.profile is not None
    return loaded.profile.model_copy(update={"fulfilment": Fulfilment(ours=True)})


def stocked(home: Path, seed: int) -> tuple[Desk, list[int]]:
    """A database with open lines and stock: nine tenths of what is wanted is there, so that some of it is short."""
    engine = connect(f"sqlite:///{home / 'gateway.db'}")
    upgrade(engine)
    chance = Random(seed)
    ids = Ids(system_clock, 1)
    now = datetime.now(UTC)
    wanted: dict[str, int] = {}
    made: list[Part] = []
    headers = []
    for _ in range(ORDERS):
        order_id = ids.next()
        headers.append(_header(order_id, now))
        for line in range(1, LINES + 1):
            sku, cases = f"SKU{chance.randrange(ITEMS):04d}", chance.randrange(1, 40)
            wanted[sku] = wanted.get(sku, 0) + cases * 12
            made.append(_part(ids.next(), order_id, line, sku, cases, chance.randrange(1, 10), now))
    conn = engine.connect()
    conn.begin()
    desk = Desk(conn, ids, system_clock, Actor(MACHINE, frozenset({MACHINE})))
    conn.execute(insert(order_rows), headers)
    parts.add(conn, made)
    moves = [
        stock.Move(site, sku, "on_hand", Decimal(quantity * 9 // 20 // 12 * 12), "import", "stock.csv")
        for sku, quantity in wanted.items()
        for site in SITES
    ]
    stock.move_all(conn, ids, now, "bench", moves)
    conn.commit()
    conn.begin()
    return desk, [header["id"] for header in headers]


def _header(order_id: int, now: datetime) -> dict[str, object]:
    blank = dict.fromkeys(orders.ORDER_COLUMNS)
    said = {
        "id": order_id,
        "number": order_number(order_id),
        "partner": "kestrelmoor",
        "business_key": str(order_id),
        "po_number": str(order_id),
        "revision": 1,
        "state": "ACCEPTED",
        "type": "SA",
        "currency": "USD",
        "total": Decimal(0),
        "lines": LINES,
        "ship_complete": False,
        "all_or_nothing": False,
        "test": False,
        "received_at": now,
        "updated_at": now,
        "document_id": order_id,
        "content_hash": "",
        "snapshot": "{}",
        "answer_state": "SENT",
    }
    return {**blank, **said}


def _part(number: int, order_id: int, line: int, sku: str, cases: int, priority: int, now: datetime) -> Part:
    return Part(
        id=number,
        order_id=order_id,
        line=line,
        partner="kestrelmoor",
        store=None,
        sku=sku,
        quantity=Decimal(cases),
        unit="CA",
        base_quantity=Decimal(cases * 12),
        state=PartState.OPEN,
        kind=PartKind.GOODS,
        ship_from=None,
        ship_until=None,
        cancel_after=None,
        promised=None,
        release_on=None,
        site=None,
        release_id=None,
        shipment_id=None,
        invoice_id=None,
        reason=None,
        completion="backorder",
        whole=True,
        received_at=now,
        priority=priority,
        test=False,
        since=now,
    )


def allocation(seed: int) -> tuple[float, int, int]:
    """Seconds, parts that got stock, parts that wait."""
    with tempfile.TemporaryDirectory() as folder:
        desk, order_ids = stocked(Path(folder), seed)
        started = time.perf_counter()
        done = allocate_parts(desk, Partners(partner()), order_ids=order_ids)
        desk.conn.commit()
        took = time.perf_counter() - started
        desk.conn.close()
        desk.conn.engine.dispose()
        return took, done.allocated, done.backordered


def _shipment(seed: int) -> Shipped:
    """One order in 5,000 cartons, each with so many of one of its lines."""
    chance = Random(seed)
    held = [chance.randrange(1, 24) for _ in range(CARTONS)]
    lines = 50
    sums = [sum(held[n] for n in range(i, CARTONS, lines)) for i in range(lines)]
    return Shipped(
        shipment_id=1,
        number=f"SH-{seed}",
        partner="kestrelmoor",
        customer=None,
        site="EAST",
        ship_from=Place(
            "Harbor Mills", address=("12 Quay Street",), city="Baltimore", region="MD", postal_code="21230"
        ),
        ship_to=Place("DC North", "92", "0553", ("1 Dock Road",), "Fontana", "CA", "92336", "US"),
        shipped_at=datetime.now(UTC),
        shipped_on=date(2026, 1, 15),
        expected_on=date(2026, 1, 19),
        transport=Transport(carrier="HBRL", mode="M", bol=f"B{seed}", weight=Decimal(9000), weight_unit="LB"),
        orders=(ShippedOrder(1, "SO-1", f"PO-{seed}", ordered_on=date(2026, 1, 2)),),
        lines=tuple(
            ShippedLine(
                i,
                1,
                i + 1,
                None,
                PartKind.GOODS,
                f"SKU{i}",
                Decimal(n),
                "CA",
                Decimal(n * 12),
                Decimal(n),
                buyer_line=f"{i + 1:03d}",
                ids=(("UK", f"{10410000000000 + i}"), ("IN", f"{7000 + i}")),
            )
            for i, n in enumerate(sums)
        ),
        units=tuple(
            Unit(
                n + 1,
                "P",
                (Content(n % lines, Decimal(held[n])),),
                sscc=sscc("0", "0614141", seed * CARTONS + n),
            )
            for n in range(CARTONS)
        ),
    )


def ship_notice(seed: int, profile: Profile) -> float:
    shipped = _shipment(seed)
    guide = build("005010", "856", ())
    write = writer(catalog.load(ROOT / "mappings", "856"), guide)
    started = time.perf_counter()
    made = notice([shipped], profile, now=datetime.now(UTC), number=shipped.number)
    segments = write.write(made, MARKS).value
    assert segments is not None
    assert not check_body(guide, segments, MARKS)
    return time.perf_counter() - started


def main(runs: int) -> None:
    logs.configure("console", "WARNING")
    results = [allocation(seed) for seed in range(runs)]
    took = statistics.median(result[0] for result in results)
    _, allocated, waits = results[0]
    print(
        f"allocate {ORDERS * LINES:,} open lines over {ITEMS:,} items: {took:.2f} s "
        f"({allocated:,} allotments, {waits:,} wait); bar {LINES_BAR} s: {'held' if took <= LINES_BAR else 'MISSED'}"
    )
    profile = partner()
    seconds = statistics.median(ship_notice(seed, profile) for seed in range(1, runs + 1))
    print(
        f"an 856 of {CARTONS:,} cartons, composed, written and checked: {seconds:.2f} s; "
        f"bar {NOTICE_BAR} s: {'held' if seconds <= NOTICE_BAR else 'MISSED'}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
