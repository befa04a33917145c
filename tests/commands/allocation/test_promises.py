"""The promise in the book: what is spoken for counts whether it is planned, waits, lies allocated, or is on hold."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, select

from edi_gateway.commands.allocation.allocating import allocate_parts
from edi_gateway.commands.allocation.planning import plan_orders
from edi_gateway.commands.holding import holds
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.ordering import orders
from edi_gateway.commands.ordering.rejudge import rejudge, waiting_for
from edi_gateway.commands.stocking.stock_imports import import_stock
from edi_gateway.store import snapshots, work
from edi_gateway.store.goods import shelves
from edi_gateway.store.tables import findings, order_lines
from tests.commands.book import DOCUMENTS, Book, Partners
from tests.commands.desks import SYSTEM
from tests.orders import build
from tests.orders.build import line, po

SITES = b"code,name\nEAST,Main\nWEST,Other\n"


class Store(Book):
    """60 mugs lie at EAST, 100 come on the 20th."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, fulfilment={"ours": True})
        with self.desk() as desk:
            assert import_csv(desk, "sites", SITES, "sites.csv").applied
            assert import_stock(desk, "stock", b"site,sku,on_hand\nEAST,MUG,60\n", "stock.csv").applied
            supply = b"reference,site,sku,quantity,due_on\nPO-7,EAST,MUG,100,2025-03-20\n"
            assert import_stock(desk, "supply", supply, "supply.csv").applied

    def order(self, number: str, quantity: int, **more: object) -> int:
        return self.one(po(line(quantity), po_number=number, **more))

    def carry(self, *order_ids: int) -> None:
        """Plan these and give them stock, as flow does."""
        with self.desk(actor=SYSTEM) as desk:
            allocate_parts(desk, self.partners, order_ids=plan_orders(desk, self.partners, order_ids))
            work.done(desk.conn, [item.id for item in work.ready(desk.conn, "plan", 100, desk.clock())])

    def last_said(self, order_id: int) -> list[tuple[str, str]]:
        return self.said(order_id)[-1]


@pytest.fixture
def store(stocked: Engine) -> Store:
    return Store(stocked)


@pytest.mark.parametrize("planned", [False, True])
def test_what_waits_is_spoken_for_at_the_sites_that_its_partner_has(store: Store, planned: bool) -> None:
    order = store.order("PO-1", 72)
    if planned:
        store.carry(order)
    profile = json.dumps({"profile": {"fulfilment": {"sites": ["WEST"]}}})
    for sites in ((), ("WEST",)):  # before it is published, and then
        with store.desk(actor=SYSTEM) as desk:
            shelf = shelves.read(desk.conn, ["MUG"])[0]["MUG"]
            assert {each.sites for each in shelf.commitments} == {sites}
            snapshots.put(desk.conn, "2" * 64, "acme", profile, "ann", desk.clock())
            snapshots.make_live(desk.conn, "acme", "2" * 64, "ann", desk.clock(), None)


def test_the_answer_tells_it_and_the_line_keeps_it(store: Store) -> None:
    order = store.order("PO-1", 72)
    assert store.said(order) == [[("IA", "60"), ("IB", "12")]]
    c = order_lines.c
    columns = (c.accepted_quantity, c.backordered_quantity, c.backordered_to, c.answer_codes)
    assert store.rows(select(*columns).where(c.order_id == order)) == [
        (Decimal(72), Decimal(12), date(2025, 3, 20), "IB")
    ]
    said = select(findings.c.message).where(findings.c.code == "STOCK_SHORT")
    assert store.rows(said) == ["Line 1 (MUG): 12 EA can ship on 2025-03-20."]


def test_orders_of_one_batch_and_of_the_next_are_promised_what_is_left(store: Store) -> None:
    first, second = (
        taken.order_id for taken in store.take(*(po(line(n), po_number=f"PO-{n}") for n in (40, 15)))
    )
    assert first is not None
    assert second is not None
    third = store.order("PO-3", 48)  # the first two are accepted, and not planned yet
    assert [store.last_said(order) for order in (first, second, third)] == [
        [("IA", "40")],
        [("IA", "15")],
        [("IA", "5"), ("IB", "43")],
    ]


def test_what_lies_allocated_and_what_waits_is_spoken_for(store: Store) -> None:
    first = store.order("PO-1", 72)  # 60 are allocated, 12 wait for the 100
    store.carry(first)
    second = store.order("PO-2", 90)
    assert store.last_said(second) == [
        ("SP", "90")
    ]  # 100 - 12 = 88 come on the 20th: too few, and no more is known
    c = order_lines.c
    assert store.rows(select(c.backordered_to).where(c.order_id == second)) == [None]
    third = store.order("PO-3", 1)
    assert store.last_said(third) == [("SP", "1")]


def test_an_order_that_was_cancelled_speaks_for_nothing(store: Store) -> None:
    first = store.order("PO-1", 60)
    with store.desk() as desk:
        orders.cancel(desk, store.partners, first, why="by phone")
    assert store.last_said(store.order("PO-2", 60)) == [("IA", "60")]


def test_a_line_that_was_on_hold_is_promised_when_it_is_accepted(store: Store) -> None:
    held = store.one(po(line(48, price="1.00"), po_number="PO-1"))
    assert store.said(held) == []
    other = store.order("PO-2", 40)
    store.carry(other)
    with store.desk() as desk:
        holds.release(desk, store.partners, store.hold(held), reason="CUSTOMER_AGREED", text="agreed")
    assert store.said(held) == [[("IA", "20"), ("IB", "28")]]


def test_a_line_that_was_on_hold_is_cut_then_where_the_buyer_wants_no_backorder(store: Store) -> None:
    cancel = [{"code": "N"}]
    some = store.one(po(line(48, price="1.00"), po_number="PO-1", sales_requirements=cancel))
    none = store.one(po(line(48, price="1.10"), po_number="PO-3", sales_requirements=cancel))
    store.order("PO-2", 40)
    for order, said in ((some, [("IQ", "20"), ("IR", "28")]), (none, [("IR", "48")])):
        with store.desk() as desk:
            holds.release(desk, store.partners, store.hold(order), reason="CUSTOMER_AGREED", text="agreed")
        assert store.last_said(order) == said
    c = order_lines.c
    assert store.rows(select(c.accepted_quantity).where(c.order_id == some)) == [Decimal(20)]
    assert store.column(none, "state") == "REJECTED"


def test_a_price_that_comes_lets_the_order_go_on_with_a_promise_of_that_moment(store: Store) -> None:
    held = store.one(po(line(48, price="3.00"), po_number="PO-1"))
    store.order("PO-2", 40)
    with store.desk() as desk:
        assert import_csv(
            desk, "prices", b"sku,unit,price,currency,since\nMUG,EA,3.00,USD,2025-01-01\n", "prices.csv"
        ).applied
        rejudge(desk, store.partners, waiting_for(desk, "prices"))
    assert store.said(held) == [[("IA", "20"), ("IB", "28")]]


def test_a_change_of_something_else_leaves_an_allocated_order_its_goods(store: Store) -> None:
    first = store.order("PO-1", 60)
    store.carry(first)
    store.one(po(line(60), po_number="PO-1", purpose="05", notes=[{"text": "to door 4"}]))
    assert [each[-1] for each in store.said(first)] == [("IA", "60")]  # nothing new to tell
    store.one(po(line(66), po_number="PO-1", purpose="05"))
    assert store.last_said(first) == [("IA", "60"), ("IB", "6")]


def test_for_whom_we_do_not_ship_nothing_is_asked_and_nothing_changes(store: Store) -> None:
    store.partners = Partners(build.profile(documents=DOCUMENTS))
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    order = store.order("PO-1", 72)
    event.remove(store.engine, "before_cursor_execute", note)
    assert store.said(order) == [[("IA", "72")]]
    assert len(asked) > 5
    assert not [text for text in asked if re.search(r"\b(stock|supply|line_parts)\b", text)]
