"""What a store was to get of a line, cancelled: the rest is worth what it is worth (spec D7, D24, B5.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.master_data import ShipTo
from edi_gateway.model.order import LineState, OrderLine, OrderState
from edi_gateway.orders.answering.answers import answer
from edi_gateway.orders.lifecycle import settle, stores_of
from edi_gateway.orders.parts import without_stores
from tests.orders.build import TODAY, acks, books, d, judged, line, po, profile

STORES = [ShipTo("acme", "92", code, "Store", kind="store") for code in ("01", "02", "03")]


def sdq(**pairs: int) -> dict[str, Any]:
    """`_01=20`: store 01 gets 20."""
    return {
        "allocations": [
            {"location_qualifier": "92", "location": name[1:], "quantity": count}
            for name, count in pairs.items()
        ]
    }


def less(order: PurchaseOrder, *stores: str) -> OrderLine:
    """The first line of an accepted order, when these stores get nothing any more."""
    mine = judged(order, books(ship_tos=STORES)).lines[0]
    assert mine.state is LineState.ACCEPTED
    return without_stores(mine, order.lines[0], set(stores), "USD")


@pytest.mark.parametrize(
    ("made", "accepted", "base", "amount"),
    [
        (line(48, **sdq(_01=20, _02=20, _03=8)), "40", "40", "160.00"),
        # 2 cases of 20 pounds at 5.25 a pound, and of 12 mugs at 4.00 the piece
        (line(3, "CA", "5.25", "PP", ids=[("VN", "CHEESE")], **sdq(_01=2, _03=1)), "2", "40", "210.00"),
        (line(4, "CA", "4.00", "PE", **sdq(_01=3, _03=1)), "3", "36", "144.00"),
        (line(4, "CA", "48.00", **sdq(_01=3, _03=1)), "3", "36", "144.00"),
        # 6.20 the hundred: 150 are 9.30, 1 is 0.062 and so 0.06
        (line(250, price="6.20", basis="HP", ids=[("VN", "BOLT")], **sdq(_01=150, _03=100)), "150", "150", "9.30"),
        (line(100, price="0.062", ids=[("VN", "BOLT")], **sdq(_01=1, _03=99)), "1", "1", "0.06"),
    ],
)  # fmt: skip
def test_what_is_left_is_counted_anew_at_the_acknowledged_price(
    made: dict[str, Any], accepted: str, base: str, amount: str
) -> None:
    left = less(po(made), "92:03")
    assert (left.accepted_quantity, left.base_quantity, left.amount) == (d(accepted), d(base), d(amount))
    assert (left.state, left.cancelled_stores) == (LineState.ACCEPTED, ("92:03",))


def test_free_goods_come_with_what_is_left_only() -> None:
    """Ten bought, one free: 40 bring 4, of 25 left only 2."""
    free = [{"kind": "A", "code": "D170", "quantity": 10, "quantity_upper": 1}]
    left = less(po(line(40, allowances=free, **sdq(_01=25, _03=15))), "92:03")
    assert (left.accepted_quantity, left.free_quantity) == (25, 2)


def test_the_last_store_takes_the_line_with_it() -> None:
    left = less(po(line(48, **sdq(_01=40, _03=8))), "92:01", "92:03")
    assert (left.state, left.accepted_quantity) == (LineState.CANCELLED, 0)


def test_a_store_is_cancelled_once() -> None:
    order = po(line(48, **sdq(_01=20, _02=20, _03=8)))
    once = less(order, "92:03")
    assert without_stores(once, order.lines[0], {"92:03"}, "USD") == once
    assert without_stores(once, order.lines[0], {"92:02"}, "USD").accepted_quantity == 20


def told(order: PurchaseOrder, mine: OrderLine, **policies: str) -> list[list[str]]:
    known = profile(policies)
    return acks(answer(order, [mine], (), profile=known, order_number="SO-9", today=TODAY))


def test_the_855_says_what_is_accepted_and_what_was_cancelled() -> None:
    """Spec B5.1: IQ for the accepted quantity and ID for the rest, whatever else a cut is told as."""
    order = po(line(48, **sdq(_01=20, _02=20, _03=8)))
    mine = less(order, "92:03")
    assert told(order, mine) == [["IQ 40 EA", "ID 8 EA"]]
    assert told(order, mine, cut_quantity_as="IB") == [["IQ 40 EA", "ID 8 EA"]]
    assert told(order, mine, cut_quantity_as="ID") == [["IQ 40 EA", "ID 8 EA"]]
    assert told(order, mine, cut_quantity_as="IQ alone") == [["IQ 40 EA"]]


def test_a_cut_beside_what_was_cancelled_is_told_apart_from_it() -> None:
    order = po(line(48, **sdq(_01=20, _02=20, _03=8)))
    mine = replace(less(order, "92:03"), accepted_quantity=d(36))  # 4 more were cut
    assert told(order, mine) == [["IQ 36 EA", "IR 4 EA", "ID 8 EA"]]


def test_a_line_of_which_all_that_is_left_waits_is_held() -> None:
    """Of three stores one was cancelled; the two others are held."""
    order = po(line(48, **sdq(_01=20, _02=20, _03=8)))
    mine = less(order, "92:03")
    unknown = judged(order).holds  # nobody knows any of the stores
    waiting = [hold for hold in unknown if hold.store in ("92:01", "92:02")]
    assert len(waiting) == 2
    assert settle([mine], waiting, stores=stores_of(order))[0] is OrderState.ON_HOLD
    assert settle([mine], waiting[:1], stores=stores_of(order))[0] is OrderState.ACCEPTED
