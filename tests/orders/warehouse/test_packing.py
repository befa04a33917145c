"""Cartons: a case each, so many, made to fit what shipped, their numbers looked at (spec B9, B10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.model.fulfilment import Content, Part, PartKind, Unit
from edi_gateway.orders.warehouse.packing import (
    by_case,
    fit,
    in_cartons,
    new_numbers,
    numbers_checked,
    on_pallets,
    refused_numbers,
)
from tests.orders.warehouse.pieces import part

GOOD = "095287654321012346"  # spec B10
CASES = {"MUG": Fraction(12)}


def held(units: Sequence[Unit]) -> list[list[tuple[int, str]]]:
    return [[(c.part_id, f"{c.quantity:f}") for c in unit.contents] for unit in units]


def test_a_carton_a_case_and_one_for_the_rest() -> None:
    assert held(by_case([part(30)], CASES)) == [[(11, "12")], [(11, "12")], [(11, "6")]]


def test_a_case_that_was_ordered_is_a_carton() -> None:
    cases = part(3, unit="CA", base_quantity=Decimal(36))
    assert held(by_case([cases], CASES)) == [[(11, "1")], [(11, "1")], [(11, "1")]]


def test_an_item_without_cases_goes_into_one_carton() -> None:
    assert held(by_case([part(30, sku="BOLT")], CASES)) == [[(11, "30")]]


def test_a_case_that_is_no_whole_number_of_the_unit_is_none() -> None:
    packs = part(10, unit="PK", base_quantity=Decimal(50))  # 5 to a pack, 12 to a case
    assert held(by_case([packs], CASES)) == [[(11, "10")]]


def test_so_many_cartons_are_filled_in_turn() -> None:
    parts = [part(10), part(5, id=12, line=2)]
    made = in_cartons(parts, 3)
    assert made is not None
    assert held(made) == [[(11, "5")], [(11, "5")], [(12, "5")]]
    assert in_cartons(parts, 16) is None
    assert in_cartons(parts, 0) is None


@given(st.lists(st.tuples(st.integers(1, 2), st.sampled_from([None, "92:1", "92:2"])), min_size=1), st.data())
def test_pallets_hold_each_carton_once_of_one_order_and_store_and_about_as_many(
    goes: list[tuple[int, str | None]], data: st.DataObject
) -> None:
    goes_to = {100 + n: to for n, to in enumerate(goes)}
    cartons = [Unit(n, "P", (Content(part_id, Decimal(1)),)) for n, part_id in enumerate(goes_to, 1)]
    count = data.draw(st.integers(1, len(cartons) + 1))
    made = on_pallets(cartons, count, goes_to)
    assert (made is None) == (not len(set(goes)) <= count <= len(cartons))
    if made is None:
        return
    assert [unit.n for unit in made] == list(range(1, len(made) + 1))
    pallets = {unit.n: [] for unit in made if unit.kind == "T"}  # type: dict[int, list[int]]
    assert len(pallets) == count
    for unit in made:
        if unit.kind == "P":
            assert unit.parent is not None
            pallets[unit.parent].append(unit.contents[0].part_id)
    assert sorted(part_id for held in pallets.values() for part_id in held) == sorted(goes_to)
    of = [(len(held), {goes_to[part_id] for part_id in held}) for held in pallets.values()]
    assert all(len(to) == 1 for _, to in of)
    for to in set(goes):
        sizes = [size for size, mine in of if mine == {to}]
        assert max(sizes) - min(sizes) <= 1


def test_stores_are_not_packed_together() -> None:
    parts = [part(5, store="92:1"), part(5, id=12, store="92:2")]
    assert in_cartons(parts, 1) is None
    made = in_cartons(parts, 2)
    assert made is not None
    assert [unit.store for unit in made] == ["92:1", "92:2"]


def total(units: Sequence[Unit]) -> Mapping[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for unit in units:
        for content in unit.contents:
            sums[content.part_id] = sums.get(content.part_id, Decimal(0)) + content.quantity
    return sums


@given(st.lists(st.integers(1, 200), min_size=1, max_size=5), st.integers(1, 12))
def test_cartons_hold_all_and_nothing_else(quantities: list[int], cartons: int) -> None:
    parts = [part(n, id=100 + place, line=place + 1) for place, n in enumerate(quantities)]
    wanted = {p.id: p.quantity for p in parts}
    assert total(by_case(parts, CASES)) == wanted
    made = in_cartons(parts, cartons)
    if sum(quantities) >= cartons:
        assert made is not None
    if made is not None:
        assert total(made) == wanted
        assert len(made) == cartons
        assert all(unit.contents for unit in made)


def test_units_are_made_to_hold_what_shipped() -> None:
    units = (
        Unit(1, "T"),
        Unit(2, "P", (Content(11, Decimal(30)),), parent=1),
        Unit(3, "P", (Content(11, Decimal(20)),), parent=1),
        Unit(4, "P", (Content(99, Decimal(5)),)),  # of something that did not ship
    )
    over = replace(part(2), id=12, kind=PartKind.OVER)
    fitted = fit(units, {11: (part(40), over)})
    assert held(fitted.units) == [[], [(11, "30")], [(11, "10"), (12, "2")]]
    assert [(unit.n, unit.kind, unit.parent) for unit in fitted.units] == [
        (1, "T", None),
        (2, "P", 1),
        (3, "P", 1),
    ]
    assert fitted.missing == {}


def test_what_lies_in_no_carton_is_missing() -> None:
    fitted = fit((Unit(1, "P", (Content(11, Decimal(30)),)),), {11: (part(48),)})
    assert fitted.missing == {11: Decimal(18)}


def test_a_number_is_looked_at_and_stands_once() -> None:
    def numbered(*numbers: str | None, known: Sequence[str] = ()) -> tuple[list[str | None], list[str]]:
        units = [Unit(n, "P", sscc=number) for n, number in enumerate(numbers, 1)]
        checked = numbers_checked(units, known)
        return [unit.sscc for unit in checked], [finding.code.value for finding in refused_numbers(checked)]

    assert numbered("00" + GOOD, None) == ([GOOD, None], [])
    assert numbered(GOOD[:-1] + "7") == ([None], ["SSCC_INVALID"])
    assert numbered("12345") == ([None], ["SSCC_INVALID"])
    assert numbered(GOOD, GOOD) == ([GOOD, None], ["SSCC_REPEATED"])
    assert numbered(GOOD, known=[GOOD]) == ([None], ["SSCC_REPEATED"])


def test_only_units_without_a_number_get_a_new_one() -> None:
    asked: list[int] = []

    def draw(n: int) -> list[str]:
        asked.append(n)
        return [f"N{i}" for i in range(n)]

    made = new_numbers([Unit(1, "P", sscc=GOOD), Unit(2, "P"), Unit(3, "P")], draw)
    assert ([unit.sscc for unit in made], asked) == ([GOOD, "N0", "N1"], [2])


def test_a_part_of_nothing_holds_nothing() -> None:
    nothing: list[Part] = []
    assert by_case(nothing, CASES) == ()
    assert in_cartons(nothing, 1) is None
