"""The parts that an order should have, held against those that it has: added, cut, redated, or stuck (B3.3, B8, D7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.fulfilment import Part, PartState
from edi_gateway.model.order import LineState, OrderLine
from edi_gateway.orders.fulfilment.planning import LineRule, Plan, plan
from tests.orders.build import d, line, po
from tests.orders.fulfilment.goods import march, ordered, part


def made(
    lines: Sequence[OrderLine],
    parts: Sequence[Part] = (),
    *,
    order: PurchaseOrder | None = None,
    rule: LineRule | None = None,
    waiting: Sequence[str] = (),
) -> Plan:
    document = order or po(*(line(48) for _ in lines))
    rules = {each.line: rule for each in lines} if rule is not None else {}
    return plan(document, lines, parts, rules, waiting)


def added(found: Plan) -> list[tuple[int, str | None, str, str, str]]:
    """(line, store, kind, quantity, base quantity) of what is to be added."""
    return [(p.line, p.store, p.kind.value, f"{p.quantity:f}", f"{p.base_quantity:f}") for p in found.add]


def cut(found: Plan) -> list[tuple[int, str]]:
    """(part, quantity) of what is to be cut."""
    return [(c.part.id, f"{c.quantity:f}") for c in found.cut]


def stuck(found: Plan) -> list[tuple[int, str]]:
    return [(c.part.id, f"{c.quantity:f}") for c in found.stuck]


def sdq(**pairs: int) -> dict[str, Any]:
    """`_01=20`: store 01 gets 20."""
    return {
        "allocations": [
            {"location_qualifier": "92", "location": name[1:], "quantity": count}
            for name, count in pairs.items()
        ]
    }


# ------------------------------------------------------------------------------------------------ what is added


def test_an_accepted_line_becomes_one_part_in_base_units() -> None:
    found = made([ordered(5, per=12, unit="CA")])
    assert added(found) == [(1, None, "goods", "5", "60")]
    (new,) = found.add
    assert (new.sku, new.unit, new.completion, new.whole) == ("MUG", "CA", "backorder", True)
    assert (found.cut, found.stuck, found.redated) == ((), (), ())


def test_a_part_bears_the_dates_of_its_line_and_its_rule() -> None:
    mine = ordered(ship_from=march(10), ship_until=march(14), cancel_after=march(20), promised_ship=march(12))
    (new,) = made([mine], rule=LineRule("cancel remainder", whole=False)).add
    assert (new.ship_from, new.ship_until, new.cancel_after, new.promised) == tuple(
        march(n) for n in (10, 14, 20, 12)
    )
    assert (new.completion, new.whole) == ("cancel remainder", False)


@pytest.mark.parametrize("state", ["HELD", "REJECTED", "CANCELLED", "INFORMATION"])
def test_only_what_is_accepted_becomes_parts(state: str) -> None:
    assert made([ordered(state=LineState(state))]).empty


def test_a_line_of_nothing_becomes_no_part() -> None:
    assert made([ordered(0)]).empty


def test_each_store_gets_a_part_and_what_no_store_gets_one_more() -> None:
    order = po(line(48, **sdq(_01=20, _02=12)))
    assert added(made([ordered(48)], order=order)) == [
        (1, "92:01", "goods", "20", "20"),
        (1, "92:02", "goods", "12", "12"),
        (1, None, "goods", "16", "16"),
    ]


def test_a_store_that_stands_twice_gets_one_part() -> None:
    pairs = sdq(_01=20)["allocations"] + sdq(_01=8)["allocations"]
    assert added(made([ordered(28)], order=po(line(28, allocations=pairs)))) == [
        (1, "92:01", "goods", "28", "28")
    ]


def test_stores_together_get_no_more_than_was_accepted() -> None:
    """30 accepted of 20 + 20 + 8: 12.5, 12.5 and 5; one more for the first of two equal remainders. Where the first
    come first, 20 and 10, and the third store gets nothing."""
    order = po(line(48, **sdq(_01=20, _02=20, _03=8)))
    assert added(made([ordered(30)], order=order)) == [
        (1, "92:01", "goods", "13", "13"),
        (1, "92:02", "goods", "12", "12"),
        (1, "92:03", "goods", "5", "5"),
    ]
    assert added(made([ordered(30)], order=order, rule=LineRule(fair=False))) == [
        (1, "92:01", "goods", "20", "20"),
        (1, "92:02", "goods", "10", "10"),
    ]


def test_what_a_waiting_store_gets_comes_later_and_nobody_else_gets_it() -> None:
    order = po(line(48, **sdq(_01=20, _02=28)))
    assert added(made([ordered(48)], order=order, waiting=["92:02"])) == [(1, "92:01", "goods", "20", "20")]
    has = [part(20, id=1, store="92:01")]
    assert added(made([ordered(48)], has, order=order)) == [(1, "92:02", "goods", "28", "28")]


def test_a_cancelled_store_gets_nothing() -> None:
    order = po(line(48, **sdq(_01=20, _02=28)))
    assert added(made([ordered(20, cancelled_stores=("92:02",))], order=order)) == [
        (1, "92:01", "goods", "20", "20")
    ]


def test_free_goods_are_a_part_of_their_own() -> None:
    """Four free on forty; five cases of twelve bring one case of twelve."""
    assert added(made([ordered(40, free_quantity=d("4"))])) == [
        (1, None, "goods", "40", "40"),
        (1, None, "free", "4", "4"),
    ]
    assert added(made([ordered(5, per=12, free_quantity=d("1"))])) == [
        (1, None, "goods", "5", "60"),
        (1, None, "free", "1", "12"),
    ]


def test_base_quantities_of_stores_keep_six_decimals() -> None:
    """Of 3 that are 1 base unit together, 1 is 0.333333 and 2 are 0.666667."""
    order = po(line(3, **sdq(_01=1, _02=2)))
    mine = ordered(3, base_quantity=d("1"))
    assert [base for *_, base in added(made([mine], order=order))] == ["0.333333", "0.666667"]


def test_what_is_there_already_is_not_added_again() -> None:
    for has in (
        [part(48, "OPEN")],
        [part(30, "SHIPPED", id=1), part(18, "BACKORDERED", id=2)],
        [part(30, "RELEASED", id=1), part(10, "PACKED", id=2), part(8, "ALLOCATED", id=3)],
    ):
        assert made([ordered(48)], has) == Plan((), (), (), ())


def test_more_of_a_line_is_a_new_part_beside_what_is_there() -> None:
    """Spec B8: a new split line, not the released one."""
    assert added(made([ordered(60)], [part(48, "RELEASED")])) == [(1, None, "goods", "12", "12")]
    assert added(made([ordered(60)], [part(48, "SHIPPED")])) == [(1, None, "goods", "12", "12")]


def test_what_was_cancelled_or_went_beyond_does_not_count_as_there() -> None:
    has = [part(48, "CANCELLED", id=1), part(5, "SHIPPED", id=2, kind="over")]
    assert added(made([ordered(48)], has)) == [(1, None, "goods", "48", "48")]


# -------------------------------------------------------------------------------------------------- what is cut

AS_FAR = [
    part(10, "ALLOCATED", id=1, site="EAST"),
    part(10, "OPEN", id=2),
    part(10, "BACKORDERED", id=3),
    part(10, "BACKORDERED", id=4),
    part(10, "RELEASED", id=5),
    part(10, "SHIPPED", id=6),
]


@pytest.mark.parametrize(
    ("left", "cuts", "kept_back"),
    [
        (56, [(4, "4")], []),
        (50, [(4, "10")], []),
        (44, [(4, "10"), (3, "6")], []),
        (35, [(4, "10"), (3, "10"), (2, "5")], []),
        (25, [(4, "10"), (3, "10"), (2, "10"), (1, "5")], []),
        (14, [(4, "10"), (3, "10"), (2, "10"), (1, "10")], [(5, "6")]),
        (10, [(4, "10"), (3, "10"), (2, "10"), (1, "10")], [(5, "10")]),
        (4, [(4, "10"), (3, "10"), (2, "10"), (1, "10")], [(5, "10")]),  # what has shipped has shipped
    ],
)
def test_less_of_a_line_is_cut_from_what_is_least_far_and_newest(
    left: int, cuts: list[tuple[int, str]], kept_back: list[tuple[int, str]]
) -> None:
    found = made([ordered(left)], AS_FAR)
    assert (cut(found), stuck(found), found.add) == (cuts, kept_back, ())


@pytest.mark.parametrize("state", ["RELEASED", "PICKED", "PACKED"])
def test_what_the_warehouse_has_is_stuck(state: str) -> None:
    found = made([ordered(20)], [part(48, state)])
    assert (cut(found), stuck(found)) == ([], [(1, "28")])


@pytest.mark.parametrize("state", ["CANCELLED", "REJECTED", "INFORMATION"])
def test_all_parts_of_a_line_that_has_ended_are_cut(state: str) -> None:
    has = [part(30, "ALLOCATED", id=1), part(18, "BACKORDERED", id=2), part(4, "OPEN", id=3, kind="free")]
    found = made([ordered(48, state=LineState(state))], has)
    assert sorted(cut(found)) == [(1, "30"), (2, "18"), (3, "4")]


def test_a_line_that_is_gone_from_the_order_is_cut() -> None:
    found = made([ordered(48)], [part(48, id=1), part(20, id=2, line=2)])
    assert cut(found) == [(2, "20")]


def test_a_line_on_hold_keeps_what_it_has() -> None:
    """A hold stops steps, it ends nothing; nor does the line get more."""
    has = [part(30, "ALLOCATED", id=1), part(18, "BACKORDERED", id=2)]
    assert made([ordered(20, state=LineState.HELD)], has).empty
    assert made([ordered(60, state=LineState.HELD)], has).empty


def test_a_waiting_store_keeps_what_it_has() -> None:
    order = po(line(48, **sdq(_01=20, _02=28)))
    has = [part(20, "ALLOCATED", id=1, store="92:01"), part(28, "ALLOCATED", id=2, store="92:02")]
    assert made([ordered(48)], has, order=order, waiting=["92:02"]).empty


def test_what_goes_from_one_store_to_another_is_cut_here_and_added_there() -> None:
    order = po(line(48, **sdq(_01=30, _02=18)))
    has = [part(20, "ALLOCATED", id=1, store="92:01"), part(28, "ALLOCATED", id=2, store="92:02")]
    found = made([ordered(48)], has, order=order)
    assert added(found) == [(1, "92:01", "goods", "10", "10")]
    assert cut(found) == [(2, "10")]


def test_when_a_rest_was_cancelled_each_store_keeps_what_it_has() -> None:
    """Of 20 and 28 there were 24; they shared it 10 to 14, and the line is for 24 now."""
    order = po(line(48, **sdq(_01=20, _02=28)))
    shared = [
        part(10, "ALLOCATED", id=1, store="92:01"),
        part(10, "CANCELLED", id=2, store="92:01"),
        part(14, "ALLOCATED", id=3, store="92:02"),
        part(14, "CANCELLED", id=4, store="92:02"),
    ]
    assert made([ordered(24)], shared, order=order).empty
    # four less: the last store has them taken away, but not what the warehouse has
    assert cut(made([ordered(20)], shared, order=order)) == [(3, "4")]
    gone = [*shared[:2], replace(shared[2], state=PartState.RELEASED)]
    found = made([ordered(20)], gone, order=order)
    assert (cut(found), stuck(found)) == ([(1, "4")], [])


def test_free_goods_follow_what_is_left() -> None:
    has = [part(40, "ALLOCATED", id=1), part(4, "ALLOCATED", id=2, kind="free")]
    found = made([ordered(25, free_quantity=d("2"))], has)
    assert cut(found) == [(1, "15"), (2, "2")]
    assert cut(made([ordered(40)], has)) == [(2, "4")]


def test_goods_beyond_the_order_are_left_alone() -> None:
    assert made([ordered(48)], [part(48, "SHIPPED", id=1), part(3, "SHIPPED", id=2, kind="over")]).empty
    gone = made([ordered(state=LineState.CANCELLED)], [part(3, "SHIPPED", id=2, kind="over")])
    assert gone.empty
    assert gone.stuck == ()


# -------------------------------------------------------------------------------------------------- substitutes


def test_a_substitute_takes_the_place_of_the_item() -> None:
    found = made([ordered(48, substitute="CUP")], [part(48, "ALLOCATED")])
    assert cut(found) == [(1, "48")]
    assert [(p.sku, f"{p.quantity:f}") for p in found.add] == [("CUP", "48")]


def test_what_the_warehouse_has_of_the_item_is_not_sent_twice() -> None:
    """Until the warehouse has given it back, the substitute is for the rest only."""
    has = [part(30, "RELEASED", id=1), part(18, "BACKORDERED", id=2)]
    found = made([ordered(48, substitute="CUP")], has)
    assert (cut(found), stuck(found)) == ([(2, "18")], [(1, "30")])
    assert [(p.sku, f"{p.quantity:f}") for p in found.add] == [("CUP", "18")]


def test_what_has_shipped_of_the_item_is_not_sent_again_as_the_substitute() -> None:
    has = [part(30, "SHIPPED", id=1), part(18, "BACKORDERED", id=2)]
    found = made([ordered(48, substitute="CUP")], has)
    assert (cut(found), stuck(found)) == ([(2, "18")], [])
    assert [(p.sku, f"{p.quantity:f}") for p in found.add] == [("CUP", "18")]


# --------------------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize("state", ["OPEN", "BACKORDERED", "ALLOCATED"])
@pytest.mark.parametrize("name", ["ship_from", "ship_until", "cancel_after", "promised"])
def test_what_has_not_gone_to_the_warehouse_follows_the_dates_of_its_line(state: str, name: str) -> None:
    of_line: dict[str, Any] = {"promised_ship" if name == "promised" else name: march(17)}
    of_part: dict[str, Any] = {name: march(17)}
    mine = ordered(48, **of_line)
    found = made([mine], [part(48, state)])
    assert [(p.id, each) for p, each in found.redated] == [(1, mine)]
    assert not found.empty
    assert made([mine], [replace(part(48, state), **of_part)]).empty


@pytest.mark.parametrize("state", ["RELEASED", "PICKED", "PACKED", "SHIPPED"])
def test_what_the_warehouse_has_keeps_its_dates(state: str) -> None:
    assert made([ordered(48, ship_from=march(17))], [part(48, state)]).redated == ()


@pytest.mark.parametrize(("state", "follows"), [("RELEASED", True), ("PACKED", True), ("SHIPPED", False)])
def test_an_extension_holds_for_what_the_warehouse_has_too(state: str, follows: bool) -> None:
    mine = ordered(48, cancel_after=march(20))
    found = made([mine], [replace(part(48, state), cancel_after=march(13))])
    assert [(p.id, each) for p, each in found.redated] == ([(1, mine)] if follows else [])


def test_what_is_left_of_a_part_that_is_cut_is_dated_anew() -> None:
    mine = ordered(20, ship_from=march(17))
    found = made([mine], [part(30, "ALLOCATED", id=1), part(18, "BACKORDERED", id=2)])
    assert cut(found) == [(2, "18"), (1, "10")]
    assert [p.id for p, _ in found.redated] == [1]
