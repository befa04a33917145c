"""What a confirm makes of parts: no quantity is lost, none is invented (spec B2, B3.3, D27)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.model.fulfilment import Confirmed, Part, PartKind, PartState
from edi_gateway.orders.fulfilment.planning import Cut
from edi_gateway.orders.fulfilment.stages import broken, ladder
from edi_gateway.orders.warehouse.shipping import Applied, give_back, over_allowed, ship
from tests.orders.warehouse.pieces import NOW, part, shipments

NO_OVER: dict[tuple[int, int], Decimal] = {}


def ids() -> Callable[[], int]:
    numbers = count(1000)
    return lambda: next(numbers)


def applied(
    parts: list[Part], said: list[Confirmed], over: dict[tuple[int, int], Decimal] = NO_OVER
) -> Applied:
    return ship(parts, said, rest=None, over=over, shipment_id=7, now=NOW, new_id=ids())


def told(made: Applied) -> list[tuple[str, str, str]]:
    return sorted((p.kind.value, f"{p.quantity:f}", p.state.value) for p in (*made.changed, *made.new))


def test_all_of_it() -> None:
    assert told(applied([part(48)], [Confirmed(11, Decimal(48))])) == [("goods", "48", "SHIPPED")]


def test_less_waits_or_ends_as_the_order_wishes() -> None:
    said = [Confirmed(11, Decimal(40))]
    assert told(applied([part(48)], said))[1:] == [("goods", "8", "BACKORDERED")]
    assert told(applied([part(48, completion="cancel remainder")], said))[1:] == [("goods", "8", "CANCELLED")]
    assert told(applied([part(48, completion="ship complete")], said))[1:] == [("goods", "8", "BACKORDERED")]


def test_free_goods_that_did_not_ship_wait_whatever_is_said() -> None:
    assert told(applied([part(4, kind=PartKind.FREE)], [Confirmed(11, Decimal(0), "cancel")])) == [
        ("free", "4", "BACKORDERED")
    ]


def test_what_comes_later_stays_with_the_warehouse() -> None:
    made = applied([part(48)], [Confirmed(11, Decimal(40), "later")])
    assert told(made) == [("goods", "40", "SHIPPED"), ("goods", "8", "RELEASED")]
    assert [p.release_id for p in made.new] == [5]


def test_more_goes_as_over_and_what_the_buyer_does_not_bear_is_named() -> None:
    made = applied([part(48)], [Confirmed(11, Decimal(51))], {(1, 1): Decimal("2.4")})
    assert told(made) == [("goods", "48", "SHIPPED"), ("over", "3", "SHIPPED")]
    assert [(cut.part.id, cut.quantity) for cut in made.excess] == [(11, Decimal(1))]


def test_more_is_first_of_what_stands_ready_then_of_what_waits_then_over() -> None:
    waiting = [
        part(5, id=21, state=PartState.BACKORDERED, site=None, release_id=None),
        part(4, id=22, state=PartState.ALLOCATED, release_id=None),
        part(9, id=23, state=PartState.BACKORDERED, site=None, release_id=None, line=2),
    ]
    made = ship(
        [part(48)], [Confirmed(11, Decimal(54))], rest=None, over=NO_OVER, shipment_id=7, now=NOW, new_id=ids(),
        waiting=waiting,
    )  # fmt: skip
    assert [(p.id, f"{p.quantity:f}", p.site) for p in made.shipped[11]] == [
        (11, "48", "WEST"),
        (22, "4", "WEST"),
        (21, "2", "WEST"),
    ]
    assert [(p.id, f"{p.quantity:f}", p.state) for p in made.new] == [(1000, "3", PartState.BACKORDERED)]
    assert (made.excess, [each.part.id for each in made.early]) == ((), [22, 21])


def test_what_was_weighed_is_shared_by_how_many_and_what_was_set_aside_is_freed() -> None:
    cases = part("10", base_quantity=Decimal(120), whole=False)
    made = applied([cases], [Confirmed(11, Decimal(12), "later", Decimal("146.4"))])
    assert [(p.kind.value, f"{p.base_quantity:f}") for p in made.shipped[11]] == [
        ("goods", "122"),
        ("over", "24.4"),
    ]
    assert made.unbound == {11: Decimal(120)}
    less = applied([cases], [Confirmed(11, Decimal(5), "later", Decimal("61.7"))])
    assert [f"{p.base_quantity:f}" for p in (*less.changed, *less.new)] == ["61.7", "60"]
    assert less.unbound == {11: Decimal(60)}


def test_the_tolerance_is_of_what_was_accepted_less_what_went_before() -> None:
    assert over_allowed(Decimal(48), Decimal(5), Decimal(0)) == Decimal("2.40")
    assert over_allowed(Decimal(48), Decimal(5), Decimal(2)) == Decimal("0.40")
    assert over_allowed(Decimal(48), Decimal(5), Decimal(3)) == 0


@given(shipments(), st.integers(0, 40))
def test_no_quantity_is_lost_and_none_invented(
    case: tuple[list[Part], list[Confirmed]], allowance: int
) -> None:
    parts, said = case
    over = {(1, line): Decimal(allowance) for line in (1, 2, 3)}
    made = applied(parts, said, over)
    after = {p.id: p for p in parts} | {p.id: p for p in (*made.changed, *made.new)}
    confirmed = {each.part_id: each.quantity for each in said}
    for kind in (PartKind.GOODS, PartKind.FREE):
        for field in ("quantity", "base_quantity"):
            was = sum(getattr(p, field) for p in parts if p.kind is kind)
            now = sum(getattr(p, field) for p in after.values() if p.kind is kind)
            assert was == now
    for one in parts:
        pieces = made.shipped.get(one.id, ())
        gone = sum(p.quantity for p in pieces)
        excess = sum(cut.quantity for cut in made.excess if cut.part.id == one.id)
        left = sum(each.quantity for each in made.left if each.part.id == one.id)
        assert gone == confirmed.get(one.id, 0)
        assert sum(p.quantity for p in pieces if p.kind is not PartKind.OVER) + left == one.quantity
        assert (excess > 0) <= (gone >= one.quantity)
    for line, allowed in over.items():
        went = sum(
            p.quantity for p in after.values() if p.kind is PartKind.OVER and (p.order_id, p.line) == line
        )
        beyond = sum(c.quantity for c in made.excess if (c.part.order_id, c.part.line) == line)
        assert went - beyond <= allowed
    assert all(p.quantity > 0 for p in after.values())
    assert not broken(ladder(after.values()))


@given(shipments(), st.data())
def test_what_comes_back_and_what_stays_is_what_there_was(
    case: tuple[list[Part], list[Confirmed]], data: st.DataObject
) -> None:
    parts, _ = case
    cuts = [Cut(p, p.quantity * data.draw(st.sampled_from([Decimal("0.5"), Decimal(1)]))) for p in parts]
    back = give_back(cuts, NOW, ids())
    after = {p.id: p for p in (*back.changed, *back.new)}
    for field in ("quantity", "base_quantity"):
        assert sum(getattr(p, field) for p in parts) == sum(getattr(p, field) for p in after.values())
    assert sum(p.quantity for p in back.back) == sum(cut.quantity for cut in cuts)
    assert {p.state for p in back.back} == {PartState.ALLOCATED}
    assert {p.release_id for p in back.back} == {None}
