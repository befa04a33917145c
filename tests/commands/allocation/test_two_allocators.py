"""Two workers at once over scarce stock on PostgreSQL, each a process of its own: nothing is given away twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from edi_gateway.commands.allocation.allocating import Done, allocate_parts
from edi_gateway.commands.allocation.planning import plan_orders
from edi_gateway.store import work
from edi_gateway.store.book import orders as store
from edi_gateway.store.book import parts
from edi_gateway.store.database import connect
from edi_gateway.store.goods import stock
from edi_gateway.store.tables import line_parts
from edi_gateway.store.tables import stock as stock_rows
from tests.commands.book import Book
from tests.commands.desks import SYSTEM, somebody_waits
from tests.orders import build

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
ROOT = Path(__file__).parents[3]
ORDERS = 1000
EACH = 10  # mugs in an order
THERE = {"EAST": 3333, "WEST": 2221}  # 5,554: for 555 orders and four mugs more


@pytest.fixture
def book(request: pytest.FixtureRequest) -> Iterator[Book]:
    engine: Engine = connect(request.getfixturevalue("stocked_postgres").sweep())
    yield Book(engine, fulfilment={"ours": True})
    engine.dispose()


def test_two_workers_over_a_thousand_orders_give_away_what_is_there_and_no_more(book: Book) -> None:
    with book.desk(actor=SYSTEM) as desk:
        for site, quantity in THERE.items():
            stock.move(
                desk.conn,
                desk.ids,
                desk.clock(),
                "ann",
                site,
                "MUG",
                "on_hand",
                Decimal(quantity),
                "import",
                "stock.csv",
            )
    taken = book.take(*(build.po(build.line(EACH), po_number=f"PO-{n}") for n in range(ORDERS)))
    orders = [str(each.order_id) for each in taken]
    url = book.engine.url.render_as_string(hide_password=False)
    # both get all orders, from either end, so that they meet on parts as well as on stock
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.commands.allocator", url, str(20 + n), *mine],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n, mine in enumerate((orders, orders[::-1]))
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        given = sum(int(worker.communicate(timeout=240)[0]) for worker in workers)
    finally:
        for worker in workers:
            worker.kill()
    c = line_parts.c
    rows = book.rows(select(c.order_id, c.state, c.site, c.base_quantity).where(c.sku == "MUG"))
    held = {
        site: sum((q for _, s, at, q in rows if s == "ALLOCATED" and at == site), Decimal(0))
        for site in THERE
    }
    stands = dict(book.rows(select(stock_rows.c.site, stock_rows.c.allocated)))
    assert held == stands == {site: Decimal(n) for site, n in THERE.items()}
    assert sum(q for _, _, _, q in rows) == ORDERS * EACH
    waits = sum((q for _, s, _, q in rows if s == "BACKORDERED"), Decimal(0))
    assert waits == ORDERS * EACH - sum(THERE.values())
    assert given == sum(1 for _, s, _, _ in rows if s == "ALLOCATED")


def test_a_restock_that_waits_for_an_order_holds_nothing_that_its_planning_needs(book: Book) -> None:
    """Thirty of forty-eight mugs come, and the buyer wants no rest: restocking ends it, which takes the order."""
    wants_no_rest = {"sales_requirements": [{"code": "N"}]}
    order = book.one(build.po(build.line(48), **wants_no_rest))
    with book.desk(actor=SYSTEM) as desk:
        allocate_parts(
            desk, book.partners, order_ids=plan_orders(desk, book.partners, [order])
        )  # none is kept
        work.done(desk.conn, [item.id for item in work.ready(desk.conn, "plan", 9, desk.clock())])
        stock.move(
            desk.conn, desk.ids, desk.clock(), "ann", "EAST", "MUG", "on_hand", Decimal(30), "import", "stock.csv"
        )  # fmt: skip

    def restock() -> Done:
        with book.desk(actor=SYSTEM) as desk:
            return allocate_parts(desk, book.partners, skus=["MUG"])

    with ThreadPoolExecutor(1) as pool, book.desk(actor=SYSTEM) as desk:
        desk.conn.execute(text("SET LOCAL lock_timeout = '5s'"))
        store.load(desk.conn, order, lock=True)  # as planning begins
        restocked = pool.submit(restock)
        assert any(somebody_waits(book.engine) for _ in range(500))
        assert len(parts.of_orders(desk.conn, [order], lock=True)[order]) == 1
        desk.conn.commit()
        assert restocked.result(timeout=60) == Done(allocated=1, cancelled=1)
