"""Parts of accepted orders follow what changes of them: dates, what is left, and how far the order then is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.allocation.allocating import Done, allocate_parts
from edi_gateway.commands.allocation.planning import plan_orders
from edi_gateway.commands.billing.crediting import credit_invoice
from edi_gateway.commands.holding import holds as hold_desk
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.ordering import orders
from edi_gateway.commands.shipping import typed_confirm as shipping
from edi_gateway.commands.shipping.typed_confirm import Typed
from edi_gateway.commands.telling import notices
from edi_gateway.model.order import HoldCode
from edi_gateway.store.book import holds
from edi_gateway.store.tables import documents, invoices, line_parts, order_lines
from tests.commands.depot import Depot
from tests.commands.desks import SYSTEM
from tests.commands.yard import Yard
from tests.orders.build import line, po


@pytest.fixture
def depot(stocked: Engine) -> Depot:
    return Depot(stocked)


def dates(depot: Depot) -> list[tuple[str, date | None, date | None]]:
    """(state, first day to ship, day to go to the warehouse) of each part."""
    c = line_parts.c
    return depot.rows(select(c.state, c.ship_from, c.release_on).order_by(c.id))


def window(first: int, last: int) -> dict[str, date]:
    return {"ship_not_before": date(2025, 3, first), "ship_no_later": date(2025, 3, last)}


def test_goods_set_aside_go_to_the_warehouse_by_the_dates_of_a_change(depot: Depot) -> None:
    """They ship on Monday the 10th and so go on Friday the 7th; then on Tuesday the 18th, and go on Monday."""
    depot.stock_up("MUG", EAST=100)
    depot.take(po(line(48)))
    depot.carry()
    assert dates(depot) == [("ALLOCATED", date(2025, 3, 10), date(2025, 3, 7))]
    depot.take(po(line(48), purpose="05", dates=window(18, 21)))
    depot.carry()
    assert dates(depot) == [("ALLOCATED", date(2025, 3, 18), date(2025, 3, 17))]


def test_what_is_left_after_a_change_of_both_is_dated_anew_too(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=100)
    depot.take(po(line(48)))
    depot.carry()
    depot.take(po(line(30), purpose="05", dates=window(18, 21)))
    depot.carry()
    assert depot.parts() == [
        (1, "goods", "30", "ALLOCATED", "EAST"),
        (1, "goods", "18", "CANCELLED", None),
    ]
    assert dates(depot)[0] == ("ALLOCATED", date(2025, 3, 18), date(2025, 3, 17))


def shipped_in_part(depot: Depot, *lines: dict[str, object]) -> int:
    """An order of which thirty mugs have left."""
    depot.stock_up("MUG", EAST=30)
    (number,) = depot.released(po(*lines or (line(48),)))
    order = depot.rows(select(line_parts.c.order_id))[0]
    depot.clock.now += timedelta(days=3)
    with depot.desk() as desk:
        shipping.confirm(desk, depot.partners, Typed((number,)))
    return int(order)


def test_an_order_whose_rest_is_cancelled_has_shipped(depot: Depot) -> None:
    order = shipped_in_part(depot)
    depot.carry()
    assert depot.column(order, "stage") == "PARTIALLY_SHIPPED"
    with depot.desk() as desk:
        orders.cancel(desk, depot.partners, order, why="The buyer wants no more.", line=1)
    depot.carry()
    assert depot.column(order, "stage") == "SHIPPED"


def test_an_order_of_which_a_line_is_on_hold_has_not_shipped_until_that_is_settled(depot: Depot) -> None:
    order = shipped_in_part(depot, line(30), line(12, ids=[("UP", "036000291452")]))
    depot.carry()
    assert depot.lines(order) == [(1, "ACCEPTED"), (2, "HELD")]
    assert depot.column(order, "stage") == "PARTIALLY_SHIPPED"
    with depot.desk() as desk:
        orders.reject(desk, depot.partners, order, why="Nobody knows it.", line=2)
    depot.carry()
    assert depot.column(order, "stage") == "SHIPPED"


def stores(**pairs: int) -> list[dict[str, object]]:
    """`_0553=20`: this store gets 20."""
    return [
        {"location_qualifier": "92", "location": name[1:], "quantity": count} for name, count in pairs.items()
    ]


ANOTHER_STORE = (
    "partner,qualifier,code,name,address_1,city,region,postal_code,kind\n"
    "acme,92,0777,Store South,2 Dock Road,Fontana,CA,92336,store\n"
)


def test_stores_that_shared_keep_their_shares_when_the_rest_is_cancelled(depot: Depot) -> None:
    """24 were accepted of 48 for stores of 20 and 28: ten and fourteen."""
    with depot.desk() as desk:
        assert not import_csv(desk, "ship-tos", ANOTHER_STORE.encode(), "s.csv").problems
    depot.stock_up("MUG", EAST=24)
    mine = line(48, allocations=stores(_0553=20, _0777=28))
    order = depot.one(po(mine, sales_requirements=[{"code": "N"}]))
    depot.carry()
    alive = [row for row in depot.parts(order) if row[3] != "CANCELLED"]
    assert alive == [(1, "goods", "10", "ALLOCATED", "EAST"), (1, "goods", "14", "ALLOCATED", "EAST")]


def test_what_waits_of_an_order_that_has_changed_gets_nothing_until_it_is_planned(depot: Depot) -> None:
    """Twenty are wanted now, and were forty-eight: ten that are there go to it, and only ten are cancelled."""
    wants_no_rest = {"sales_requirements": [{"code": "N"}]}
    order = depot.one(po(line(48), **wants_no_rest))
    depot.carry()  # no stock row: it waits
    depot.take(po(line(20), purpose="05", **wants_no_rest))
    depot.stock_up("MUG", EAST=10)
    with depot.desk(actor=SYSTEM) as desk:
        assert allocate_parts(desk, depot.partners, skus=["MUG"]) == Done()
    depot.carry()
    assert [row for row in depot.parts(order) if row[3] != "CANCELLED"] == [
        (1, "goods", "10", "ALLOCATED", "EAST")
    ]
    assert depot.lines(order) == [(1, "ACCEPTED")]


def test_a_short_pick_of_what_was_not_wanted_any_more_does_not_lessen_the_line(depot: Depot) -> None:
    """48 are with the warehouse, 20 are wanted now; 15 leave and the rest is cancelled: the line is for 15."""
    depot.stock_up("MUG", WEST=48)
    (number,) = depot.released(po(line(48)))
    depot.take(po(line(20), purpose="05"))
    with depot.desk() as desk:
        said = Typed((number,), {(number, 1): Decimal(15)}, rest="cancel")
        shipping.confirm(desk, depot.partners, said)
    c = order_lines.c
    assert depot.rows(select(c.accepted_quantity, c.state)) == [(Decimal(15), "ACCEPTED")]
    depot.carry()
    assert [row for row in depot.parts() if row[3] != "CANCELLED"] == [(1, "goods", "15", "SHIPPED", "WEST")]


@pytest.mark.parametrize("there", [30, 48])
def test_a_rest_that_was_cancelled_is_not_ordered_anew_by_a_change_of_another_line(
    depot: Depot, there: int
) -> None:
    """Thirty of 48 mugs are there, and the buyer wants no rest: 18 are cut when it orders, or cancelled when they are
    gone before they are set aside. Then it wants more bolts, and mugs have come: the line stays one for 30, until the
    buyer changes it."""
    wants_no_rest = {"sales_requirements": [{"code": "N"}]}
    bolts: dict[str, Any] = {"price": "0.062", "ids": [("VN", "BOLT")], "id": "B"}
    depot.stock_up("MUG", EAST=there)
    depot.stock_up("BOLT", EAST=1000)
    order = depot.one(po(line(48, id="A"), line(100, **bolts), **wants_no_rest))
    depot.stock_up("MUG", EAST=30 - there)
    depot.carry()
    told = [("IQ", "30"), ("IR", "18"), ("IA", "100")]
    assert depot.said(order)[-1] == told
    depot.stock_up("MUG", EAST=500)
    depot.take(po(line(48, id="A"), line(200, **bolts), purpose="05", **wants_no_rest))
    depot.carry()
    assert depot.said(order)[-1] == [*told[:2], ("IA", "200")]
    live = [row[:4] for row in depot.parts(order) if row[3] != "CANCELLED"]
    assert live == [
        (1, "goods", "30", "ALLOCATED"),
        (2, "goods", "100", "ALLOCATED"),
        (2, "goods", "100", "ALLOCATED"),
    ]
    c = order_lines.c
    assert depot.rows(select(c.amount).order_by(c.line)) == [
        Decimal("120.00"),
        Decimal("12.40"),
    ]  # 30 x 4.00, 200 x 0.062
    depot.take(po(line(40, id="A"), line(200, **bolts), purpose="05", **wants_no_rest))
    assert depot.said(order)[-1] == [("IA", "40"), ("IA", "200")]


def test_an_order_that_is_refused_after_all_gives_its_goods_back(depot: Depot) -> None:
    """Its only line becomes one that nobody knows, and is then refused."""
    depot.stock_up("MUG", EAST=48)
    order = depot.one(po(line(48)))
    depot.carry()
    depot.take(po(line(48, ids=[("UP", "036000291452")]), purpose="05"))
    with depot.desk() as desk:
        orders.reject(desk, depot.partners, order, why="Nobody knows it.", line=1)
    depot.carry()
    assert depot.column(order, "state") == "REJECTED"
    assert depot.parts() == [(1, "goods", "48", "CANCELLED", None)]
    assert depot.levels() == {"EAST": ("48", "0", "0")}


def test_a_change_that_would_take_away_what_the_warehouse_has_waits(depot: Depot) -> None:
    """Line 1 would go, and what was line 2 be line 1: goods of both are with the warehouse."""
    depot.stock_up("MUG", EAST=100)
    depot.stock_up("BOLT", EAST=100)
    bolts = line(24, price="0.062", ids=[("VN", "BOLT")], id="B")
    depot.released(po(line(48, id="A"), bolts))
    order = depot.rows(select(line_parts.c.order_id))[0]
    depot.take(po(bolts, purpose="05"))
    assert depot.holds(order)[-1] == ("CHANGE_PENDING", None, "ACTIVE")
    assert depot.open_cases() == ["CHANGE_TOO_LATE"]
    assert [(n, state) for n, _, _, state, _ in depot.parts()] == [(1, "RELEASED"), (2, "RELEASED")]
    assert depot.column(order, "revision") == 1


def test_a_change_of_the_item_is_short_by_what_is_not_there_of_it_only(depot: Depot) -> None:
    """Ten mugs for a store are with the warehouse; thirty bolts are wanted instead, two of which are lost before they
    are set aside. The buyer wants no rest: the line is for 28."""
    depot.stock_up("MUG", EAST=10)
    depot.stock_up("BOLT", EAST=30)
    depot.released(po(line(10, allocations=stores(_0553=10)), sales_requirements=[{"code": "N"}]))
    bolts = line(30, price="0.062", ids=[("VN", "BOLT")])
    depot.take(po(bolts, purpose="05", sales_requirements=[{"code": "N"}]))
    depot.stock_up("BOLT", EAST=-2)
    with depot.desk(actor=SYSTEM) as desk:
        (order,) = plan_orders(desk, depot.partners, [depot.rows(select(line_parts.c.order_id))[0]])
        assert allocate_parts(desk, depot.partners, order_ids=[order]) == Done(allocated=1, cancelled=1)
    c = order_lines.c
    assert depot.rows(select(c.accepted_quantity, c.state)) == [(Decimal(28), "ACCEPTED")]


def test_goods_of_an_item_that_was_changed_are_told_and_billed_as_they_were_agreed_on(
    stocked: Engine,
) -> None:
    """Ten mugs are with the warehouse when thirty bolts are ordered instead, and leave before it is asked. The gate
    holds notice and invoice; released, they speak of mugs at the price of then. The bolts follow."""
    yard = Yard(stocked)
    yard.stock_up("MUG", EAST=10)
    (number,) = yard.released(po(line(10, id="001")))
    yard.take(po(line(30, price="0.062", ids=[("VN", "BOLT")], id="001"), purpose="05"))
    yard.clock.move(days=3)  # Monday, the first day on which it may ship
    yard.leaves([number], {}, None, None)
    (order,) = yard.rows(select(line_parts.c.order_id).distinct())
    assert [code for code in yard.open_cases() if code != "GATE_BREACH"] == ["CONFIRM_AFTER_CANCEL"]

    yard.notify()
    assert let_go(yard, order, HoldCode.DOCS) == ["shipped_item_as_acknowledged"]
    yard.notify()
    assert segments(yard, "856", "LIN", "SN1") == ["LIN*001*VN*MUG", "SN1**10*EA**10*EA"]
    yard.sent("SENT")
    yard.bill()
    assert let_go(yard, order, HoldCode.BILLING) == [
        "billed_item_as_shipped",
        "billed_price_as_acknowledged",
    ]
    yard.bill()
    assert segments(yard, "810", "IT1", "TDS") == ["IT1*001*10*EA*4**VN*MUG", "TDS*4000"]

    yard.stock_up("BOLT", EAST=30)
    yard.carry()
    assert yard.parts() == [(1, "goods", "10", "SHIPPED", "EAST"), (1, "goods", "30", "RELEASED", "EAST")]
    (bill,) = yard.rows(select(invoices.c.id))
    for _ in range(2):  # the first time it is held as the invoice was
        with yard.desk() as desk:
            credit_invoice(desk, yard.partners, bill, why="they came back")
        let_go(yard, order, HoldCode.BILLING)
    assert segments(yard, "810", "IT1") == ["IT1*001*10*EA*4**VN*MUG"] * 2


def let_go(yard: Yard, order: int, code: HoldCode) -> list[str]:
    """Release all holds of this code, and let flow look at what they held again; which rules of the gate they name."""
    with yard.desk(actor=SYSTEM) as desk:
        held = [hold for hold in holds.active(desk.conn, order) if hold.code is code]
    for hold in held:
        with yard.desk("bob") as desk:
            hold_desk.release(
                desk, yard.partners, hold.hold_id, reason="CUSTOMER_AGREED", text="they keep them"
            )
    with yard.desk(actor=SYSTEM) as desk:
        notices.wake(desk, [order])
    return sorted(hold.fingerprint.split("rule=")[1].split(";")[0] for hold in held)


def segments(yard: Yard, code: str, *tags: str) -> list[str]:
    """Of all documents of a set that wait to go or went, the segments with these tags."""
    c = documents.c
    bodies = yard.rows(select(c.body).where(c.set_code == code).order_by(c.id))
    return [each for body in bodies for each in body.split("~") if each.split("*")[0] in tags]
