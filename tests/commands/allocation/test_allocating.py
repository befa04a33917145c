"""Accepted orders become parts, and parts get stock: first come, ship complete, backorders, and what is cancelled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.allocation.ageing import end_old
from edi_gateway.commands.allocation.allocating import AGE, Done, allocate_parts
from edi_gateway.commands.allocation.planning import plan_orders
from edi_gateway.commands.holding import holds
from edi_gateway.model.fulfilment import Supply
from edi_gateway.store import work
from edi_gateway.store.goods import stock
from edi_gateway.store.tables import cases, line_parts, order_lines, orders
from edi_gateway.store.tables import stock as stock_rows
from tests.commands.book import Book
from tests.commands.desks import SYSTEM
from tests.orders import build


@pytest.fixture
def book(stocked: Engine) -> Book:
    """A partner whose orders we ship ourselves."""
    return Book(stocked, fulfilment={"ours": True})


def on_hand(book: Book, sku: str, **sites: int) -> None:
    """So many lie at each site."""
    with book.desk(actor=SYSTEM) as desk:
        for site, quantity in sites.items():
            stock.move(
                desk.conn,
                desk.ids,
                desk.clock(),
                "ann",
                site,
                sku,
                "on_hand",
                Decimal(quantity),
                "import",
                "stock.csv",
            )


def carry(book: Book, *order_ids: int) -> Done:
    """Plan these orders and give them stock, as flow does."""
    with book.desk(actor=SYSTEM) as desk:
        work.done(desk.conn, [item.id for item in work.ready(desk.conn, "plan", 100, desk.clock())])
        planned = plan_orders(desk, book.partners, order_ids)
        return allocate_parts(desk, book.partners, order_ids=planned)


def restock(book: Book, sku: str) -> Done:
    with book.desk(actor=SYSTEM) as desk:
        return allocate_parts(desk, book.partners, skus=[sku])


def parts(book: Book, order_id: int) -> list[tuple[int, str, str, str | None, str | None]]:
    """(line, quantity, state, site, reason) of each part."""
    c = line_parts.c
    query = select(c.line, c.quantity, c.state, c.site, c.reason).where(c.order_id == order_id)
    found = book.rows(query.order_by(c.line, c.id))
    return [(line, f"{quantity:f}", state, site, reason) for line, quantity, state, site, reason in found]


def allocated(book: Book, sku: str) -> dict[str, str]:
    """What is allocated of an item, by site."""
    c = stock_rows.c
    return {site: f"{n:f}" for site, n in book.rows(select(c.site, c.allocated).where(c.sku == sku))}


def stage(book: Book, order_id: int) -> str | None:
    return book.rows(select(orders.c.stage).where(orders.c.id == order_id))[0]


def test_what_is_there_is_set_aside_and_the_order_is_in_fulfilment(book: Book) -> None:
    on_hand(book, "MUG", EAST=100)
    order = book.one(build.po(build.line(48)))
    assert carry(book, order) == Done(allocated=1)
    assert parts(book, order) == [(1, "48", "ALLOCATED", "EAST", None)]
    assert allocated(book, "MUG") == {"EAST": "48"}
    assert stage(book, order) == "IN_FULFILMENT"


def test_cases_are_counted_in_base_units(book: Book) -> None:
    on_hand(book, "MUG", EAST=100)
    order = book.one(build.po(build.line(5, "CA", "48.00")))
    carry(book, order)
    assert parts(book, order) == [(1, "5", "ALLOCATED", "EAST", None)]
    assert allocated(book, "MUG") == {"EAST": "60"}  # 5 cases of 12


def test_only_whole_cases_go(book: Book) -> None:
    on_hand(book, "MUG", EAST=47)
    order = book.one(build.po(build.line(5, "CA", "48.00")))
    assert carry(book, order) == Done(allocated=1, backordered=1)
    assert parts(book, order) == [
        (1, "3", "ALLOCATED", "EAST", None),
        (1, "2", "BACKORDERED", None, "NO_STOCK"),
    ]
    assert allocated(book, "MUG") == {"EAST": "36"}


def test_who_came_first_is_served_first_and_the_rest_when_more_is_there(book: Book) -> None:
    on_hand(book, "MUG", EAST=60)
    first = book.one(build.po(build.line(48), po_number="PO-1"))
    book.clock.move(minutes=1)
    second = book.one(build.po(build.line(48), po_number="PO-2"))
    carry(book, second, first)
    assert parts(book, first) == [(1, "48", "ALLOCATED", "EAST", None)]
    assert parts(book, second) == [
        (1, "12", "ALLOCATED", "EAST", None),
        (1, "36", "BACKORDERED", None, "NO_STOCK"),
    ]
    on_hand(book, "MUG", EAST=100)
    assert restock(book, "MUG") == Done(allocated=1)
    assert parts(book, second)[1] == (1, "36", "ALLOCATED", "EAST", None)
    assert allocated(book, "MUG") == {"EAST": "96"}


def test_one_site_that_has_it_all_is_better_than_two(book: Book) -> None:
    on_hand(book, "MUG", EAST=30, NORTH=50, WEST=20)
    order = book.one(build.po(build.line(48)))
    carry(book, order)
    assert parts(book, order) == [(1, "48", "ALLOCATED", "NORTH", None)]


def test_a_line_that_no_site_can_fill_comes_from_several(book: Book) -> None:
    on_hand(book, "MUG", EAST=30, WEST=20)
    order = book.one(build.po(build.line(48)))
    carry(book, order)
    assert parts(book, order) == [(1, "30", "ALLOCATED", "EAST", None), (1, "18", "ALLOCATED", "WEST", None)]


def test_an_order_that_ships_complete_takes_nothing_until_all_is_there(book: Book) -> None:
    on_hand(book, "MUG", EAST=100)
    on_hand(book, "BOLT", EAST=10)
    complete = {"sales_requirements": [{"code": "SC"}]}
    order = book.one(
        build.po(build.line(48), build.line(20, price="0.062", ids=[("VN", "BOLT")]), **complete)
    )
    assert carry(book, order) == Done(backordered=2)
    assert [(line, state, reason) for line, _, state, _, reason in parts(book, order)] == [
        (1, "BACKORDERED", "SHIP_COMPLETE"),
        (2, "BACKORDERED", "NO_STOCK"),
    ]
    assert allocated(book, "MUG") == {"EAST": "0"}
    on_hand(book, "BOLT", WEST=10)  # half at each of two sites (D32)
    restock(book, "BOLT")
    assert parts(book, order) == [
        (1, "48", "ALLOCATED", "EAST", None),
        (2, "10", "ALLOCATED", "EAST", None),
        (2, "10", "ALLOCATED", "WEST", None),
    ]


def stuck(book: Book) -> list[tuple[str, str]]:
    """(state, message) of the cases of orders that cannot become whole."""
    c = cases.c
    return book.rows(select(c.state, c.message).where(c.code == "SHIP_COMPLETE_STUCK").order_by(c.id))


def test_an_order_that_can_never_be_whole_is_told_to_a_person_until_it_can(book: Book) -> None:
    """D31: one line cannot come, and all would wait for ever."""
    on_hand(book, "MUG", EAST=100)
    on_hand(book, "BOLT", EAST=5)
    lines = [build.line(48), build.line(20, price="0.062", ids=[("VN", "BOLT")])]
    order = book.one(build.po(*lines, sales_requirements=[{"code": "SC"}]))
    carry(book, order)
    ((state, message),) = stuck(book)
    assert state == "NEW"
    assert message.endswith(
        "ships as a whole, and line 2 (BOLT) lacks 15 in base units: neither in stock nor on its way."
    )
    restock(book, "MUG")
    assert len(stuck(book)) == 1  # not told twice
    on_hand(book, "BOLT", EAST=15)
    restock(book, "BOLT")
    assert [state for state, _ in stuck(book)] == ["RESOLVED"]
    assert {state for _, _, state, _, _ in parts(book, order)} == {"ALLOCATED"}


def test_what_is_on_its_way_is_waited_for(book: Book) -> None:
    on_hand(book, "MUG", EAST=10)
    with book.desk(actor=SYSTEM) as desk:
        coming = [Supply("EAST", "MUG", Decimal(38), date(2025, 3, 20))]
        stock.set_supplies(desk.conn, desk.ids, desk.clock(), "ann", coming)
    carry(book, book.one(build.po(build.line(48), sales_requirements=[{"code": "SC"}])))
    assert stuck(book) == []


def test_a_backorder_waits_no_longer_than_the_partner_allows(stocked: Engine) -> None:
    book = Book(stocked, fulfilment={"ours": True, "maximum_backorder_days": 5})
    on_hand(book, "MUG", EAST=30)
    order = book.one(build.po(build.line(48)))
    carry(book, order)

    def pass_over() -> list[int]:
        with book.desk(actor=SYSTEM) as desk:
            due = work.ready(desk.conn, AGE, 10, desk.clock())
            work.done(desk.conn, [item.id for item in due])
            return end_old(desk, book.partners, [item.payload["order"] for item in due])

    book.clock.move(days=4, hours=23)
    assert pass_over() == []
    book.clock.move(hours=2)
    assert pass_over() == [order]
    assert parts(book, order) == [
        (1, "30", "ALLOCATED", "EAST", None),
        (1, "18", "CANCELLED", None, "TOO_OLD"),
    ]
    c = order_lines.c
    assert book.rows(select(c.accepted_quantity).where(c.order_id == order)) == [Decimal(30)]
    assert "remainder cancelled" in book.events(order)


def test_a_buyer_who_wants_no_backorder_gets_what_is_there_and_hears_that_the_rest_is_cancelled(
    book: Book,
) -> None:
    on_hand(book, "MUG", EAST=30)
    order = book.one(build.po(build.line(48), sales_requirements=[{"code": "N"}]))
    carry(book, order)
    assert parts(book, order)[0] == (1, "30", "ALLOCATED", "EAST", None)
    c = order_lines.c
    assert book.rows(select(c.accepted_quantity, c.base_quantity, c.amount).where(c.order_id == order)) == [
        (Decimal(30), Decimal(30), Decimal("120.00"))
    ]
    assert carry(book, order) == Done()  # what is planned agrees with what was cancelled


def test_an_item_that_we_do_not_keep_waits(book: Book) -> None:
    order = book.one(build.po(build.line(48), sales_requirements=[{"code": "N"}]))
    assert carry(book, order) == Done(backordered=1)
    assert parts(book, order) == [(1, "48", "BACKORDERED", None, "NOT_STOCKED")]


def test_a_change_of_the_order_frees_what_is_no_longer_wanted(book: Book) -> None:
    on_hand(book, "MUG", EAST=100)
    order = book.one(build.po(build.line(48)))
    carry(book, order)
    book.take(build.po(build.line(20), purpose="05"))
    carry(book, order)
    assert parts(book, order) == [
        (1, "20", "ALLOCATED", "EAST", None),
        (1, "28", "CANCELLED", None, "CHANGED"),
    ]
    assert allocated(book, "MUG") == {"EAST": "20"}


def test_a_test_order_takes_no_stock(book: Book) -> None:
    on_hand(book, "MUG", EAST=10)
    order = book.one(build.po(build.line(48)))
    with book.engine.begin() as conn:
        conn.execute(orders.update().values(test=True))
    carry(book, order)
    assert [(state, quantity) for _, quantity, state, _, _ in parts(book, order)] == [("ALLOCATED", "48")]
    assert allocated(book, "MUG") == {"EAST": "0"}


def test_stock_that_a_hold_keeps_from_an_order_is_not_set_aside(book: Book) -> None:
    on_hand(book, "MUG", EAST=100)
    order = book.one(build.po(build.line(48)))
    with book.desk() as desk:
        holds.place(desk, book.partners, order, text="Ask first.", blocks="B")
    assert carry(book, order) == Done()
    with book.desk("zoe") as desk:
        holds.release(desk, book.partners, book.hold(order), reason="OTHER", text="Asked.")
    assert carry(book, order) == Done(allocated=1)
