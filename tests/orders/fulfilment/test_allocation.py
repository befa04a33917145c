"""Who gets what of the stock that is there, worked by hand (spec B7.2-B7.4, D7, D31, D32)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest

from edi_gateway.model.fulfilment import Part, StockLevel
from edi_gateway.orders.fulfilment.allocation import Allocated, Demand, Habits, allocate
from tests.orders.build import d
from tests.orders.fulfilment.goods import lies, march, part

PRIORITY = Habits(sequence="priority")
BY_DATE = Habits(sequence="requested ship")


def want(*parts: Part, habits: Habits = Habits(), whole_order: bool = False) -> list[Demand]:
    return [Demand(each, habits, whole_order) for each in parts]


def given(
    demands: Sequence[Demand], levels: Sequence[StockLevel] | Mapping[str, Sequence[StockLevel]]
) -> Allocated:
    if not isinstance(levels, Mapping):
        levels = {"MUG": levels} if levels else {}
    return allocate(demands, levels)


def got(found: Allocated) -> list[tuple[int, str, str]]:
    """(part, site, quantity) in the order in which they were served."""
    return [(a.part.id, a.site, f"{a.quantity:f}") for a in found.allotments]


def short(found: Allocated) -> list[tuple[int, str, str]]:
    """(part, quantity, reason)."""
    return [(s.part.id, f"{s.quantity:f}", s.reason) for s in found.short]


# ------------------------------------------------------------------------------------------ who comes first


def test_who_came_first_is_served_first_whatever_the_order_of_asking() -> None:
    """Of 60 the one who came at 9:00 gets 48, the one of 9:01 the other 12."""
    second, first = part(48, id=1, order_id=1, after=1), part(48, id=2, order_id=2)
    found = given(want(second, first), [lies("EAST", 60)])
    assert got(found) == [(2, "EAST", "48"), (1, "EAST", "12")]
    assert short(found) == [(1, "36", "NO_STOCK")]


def test_of_two_who_came_together_the_order_that_was_booked_first_is_first() -> None:
    later, sooner = part(48, id=1, order_id=2), part(48, id=2, order_id=1)
    assert got(given(want(later, sooner), [lies("EAST", 48)])) == [(2, "EAST", "48")]


def test_a_better_class_goes_before_who_came_first_where_the_partner_is_served_by_class() -> None:
    usual, better = part(48, id=1, order_id=1), part(48, id=2, order_id=2, after=60, priority=2)
    assert got(given(want(usual, better, habits=PRIORITY), [lies("EAST", 60)])) == [
        (2, "EAST", "48"),
        (1, "EAST", "12"),
    ]
    assert got(given(want(usual, better), [lies("EAST", 60)])) == [(1, "EAST", "48"), (2, "EAST", "12")]


def test_of_one_class_who_came_first_is_first() -> None:
    late, soon = part(48, id=1, order_id=1, after=5, priority=2), part(48, id=2, order_id=2, priority=2)
    assert got(given(want(late, soon, habits=PRIORITY), [lies("EAST", 48)])) == [(2, "EAST", "48")]


def test_the_last_day_to_ship_decides_where_the_partner_is_served_by_it() -> None:
    """Last days 14, 12, and none; without a last day the first one counts, and without any day it comes last."""
    parts = [
        part(10, id=1, order_id=1, ship_from=march(10), ship_until=march(14)),
        part(10, id=2, order_id=2, ship_until=march(12), after=1),
        part(10, id=3, order_id=3),
        part(10, id=4, order_id=4, ship_from=march(13), after=2),
    ]
    assert got(given(want(*parts, habits=BY_DATE), [lies("EAST", 35)])) == [
        (2, "EAST", "10"),
        (4, "EAST", "10"),
        (1, "EAST", "10"),
        (3, "EAST", "5"),
    ]


# ---------------------------------------------------------------------------------------------- how much is there


def test_only_what_is_free_is_given() -> None:
    """100 on hand, 10 on hold, 5 damaged, 40 set aside already: 45 are free."""
    level = lies("EAST", 100, hold=10, damaged=5, allocated=40)
    found = given(want(part(48)), [level])
    assert (got(found), short(found)) == ([(1, "EAST", "45")], [(1, "3", "NO_STOCK")])


def test_safety_stock_is_for_those_only_whose_habit_allows_it() -> None:
    level = lies("EAST", 50, safety=20)
    assert got(given(want(part(48)), [level])) == [(1, "EAST", "30")]
    assert got(given(want(part(48), habits=Habits(use_safety_stock=True)), [level])) == [(1, "EAST", "48")]


def test_a_site_that_has_given_more_than_it_has_gives_nothing() -> None:
    found = given(want(part(10)), [lies("EAST", 5, allocated=8), lies("WEST", 4)])
    assert (got(found), short(found)) == ([(1, "WEST", "4")], [(1, "6", "NO_STOCK")])


def test_an_item_without_stock_rows_is_not_stocked_and_one_with_empty_ones_is_out_of_stock() -> None:
    assert short(given(want(part(10)), [])) == [(1, "10", "NOT_STOCKED")]
    assert short(given(want(part(10)), [lies("EAST", 0)])) == [(1, "10", "NO_STOCK")]


def test_only_whole_cases_go() -> None:
    """47 pieces are three cases of twelve and eleven pieces."""
    found = given(want(part(5, per=12, unit="CA")), [lies("EAST", 47)])
    assert (got(found), short(found)) == ([(1, "EAST", "3")], [(1, "2", "NO_STOCK")])
    assert found.allotments[0].base_quantity == 36


def test_measured_goods_go_in_any_quantity() -> None:
    """47 pounds are 2.35 cases of twenty pounds."""
    found = given(want(part(5, per=20, unit="CA", whole=False)), [lies("EAST", 47)])
    assert (got(found), short(found)) == ([(1, "EAST", "2.35")], [(1, "2.65", "NO_STOCK")])
    assert found.allotments[0].base_quantity == 47


def test_measured_goods_go_to_the_sixth_decimal_and_never_above_what_is_there() -> None:
    """10 of 3 a unit: 3.333333 units, which are 9.999999."""
    found = given(want(part(5, per=3, whole=False)), [lies("EAST", 10)])
    assert got(found) == [(1, "EAST", "3.333333")]
    assert found.allotments[0].base_quantity == d("9.999999")


# ----------------------------------------------------------------------------------------------- from which site


def test_one_site_that_has_it_all_is_better_than_a_fuller_order_of_two() -> None:
    assert got(given(want(part(48)), [lies("EAST", 30), lies("NORTH", 50), lies("WEST", 20)])) == [
        (1, "NORTH", "48")
    ]


def test_what_no_site_has_comes_from_several_the_fullest_first() -> None:
    found = given(want(part(60)), [lies("EAST", 20), lies("NORTH", 30), lies("WEST", 25)])
    assert got(found) == [(1, "NORTH", "30"), (1, "WEST", "25"), (1, "EAST", "5")]
    assert short(found) == []


def test_of_equally_full_sites_the_first_by_name_gives() -> None:
    assert got(given(want(part(10)), [lies("WEST", 20), lies("EAST", 20)])) == [(1, "EAST", "10")]


def test_the_partners_sites_serve_in_their_order_and_no_other_does() -> None:
    habits = Habits(sites=("WEST", "EAST"))
    levels = [lies("EAST", 50), lies("NORTH", 500), lies("WEST", 10)]
    assert got(given(want(part(10), habits=habits), levels)) == [(1, "WEST", "10")]
    assert got(given(want(part(48), habits=habits), levels)) == [(1, "EAST", "48")]
    found = given(want(part(70), habits=habits), levels)
    assert got(found) == [(1, "WEST", "10"), (1, "EAST", "50")]
    assert short(found) == [(1, "10", "NO_STOCK")]


def test_a_line_that_may_not_be_split_takes_what_the_fullest_site_has() -> None:
    levels = [lies("EAST", 30), lies("WEST", 20)]
    found = given(want(part(48), habits=Habits(split_sites=False)), levels)
    assert (got(found), short(found)) == ([(1, "EAST", "30")], [(1, "18", "NO_STOCK")])


def test_base_quantities_from_several_sites_add_up_to_what_the_part_is() -> None:
    """3 units are 1: a third each from three sites leaves the rounding with the last."""
    levels = [lies("A", "0.4"), lies("B", "0.35"), lies("C", "0.34")]
    mine = part(3, base_quantity=d("1"))
    found = given(want(mine), levels)
    assert got(found) == [(1, "A", "1"), (1, "B", "1"), (1, "C", "1")]
    assert [a.base_quantity for a in found.allotments] == [d("0.333333"), d("0.333334"), d("0.333333")]


# ------------------------------------------------------------------------------------- all or nothing (D31, D32)


def test_a_line_that_ships_complete_gets_all_or_nothing() -> None:
    mine = part(48, completion="ship complete")
    found = given(want(mine), [lies("EAST", 47)])
    assert (got(found), short(found)) == ([], [(1, "48", "NO_STOCK")])
    assert got(given(want(mine), [lies("EAST", 48)])) == [(1, "EAST", "48")]


def test_half_at_each_of_two_sites_is_all_of_it() -> None:
    mine = part(20, completion="ship complete")
    levels = [lies("EAST", 10), lies("WEST", 10)]
    assert got(given(want(mine), levels)) == [(1, "EAST", "10"), (1, "WEST", "10")]
    undivided = Habits(split_sites=False)
    assert got(given(want(mine, habits=undivided), levels)) == []


def test_what_waits_for_all_of_it_keeps_nothing_from_the_next() -> None:
    first = part(48, id=1, order_id=1, completion="ship complete")
    second = part(30, id=2, order_id=2, after=1)
    found = given(want(first, second), [lies("EAST", 40)])
    assert (got(found), short(found)) == ([(2, "EAST", "30")], [(1, "48", "NO_STOCK")])


def test_an_order_that_ships_complete_waits_for_the_one_line_that_is_not_there() -> None:
    """D31: it would wait for ever if that item does not come again; its other lines say why they wait."""
    mugs, bolts = part(48, id=1), part(20, id=2, line=2, sku="BOLT")
    levels = {"MUG": [lies("EAST", 100)], "BOLT": [lies("EAST", 10, "BOLT")]}
    found = given(want(mugs, bolts, whole_order=True), levels)
    assert got(found) == []
    assert short(found) == [(1, "48", "SHIP_COMPLETE"), (2, "20", "NO_STOCK")]
    found = given(want(mugs, bolts, whole_order=True), {"MUG": [lies("EAST", 100)]})
    assert short(found) == [(1, "48", "SHIP_COMPLETE"), (2, "20", "NOT_STOCKED")]


def test_an_order_that_ships_complete_goes_from_two_sites_when_all_is_there() -> None:
    mugs, bolts = part(48, id=1), part(20, id=2, line=2, sku="BOLT")
    levels = {
        "MUG": [lies("EAST", 100)],
        "BOLT": [lies("EAST", 10, "BOLT"), lies("WEST", 10, "BOLT")],
    }
    assert got(given(want(mugs, bolts, whole_order=True), levels)) == [
        (1, "EAST", "48"),
        (2, "EAST", "10"),
        (2, "WEST", "10"),
    ]


def test_two_lines_of_one_item_need_the_sum_of_both() -> None:
    lines = [part(30, id=1), part(30, id=2, line=2)]
    found = given(want(*lines, whole_order=True), [lies("EAST", 59)])
    assert got(found) == []
    assert short(found) == [(1, "30", "SHIP_COMPLETE"), (2, "30", "NO_STOCK")]
    assert got(given(want(*lines, whole_order=True), [lies("EAST", 60)])) == [
        (1, "EAST", "30"),
        (2, "EAST", "30"),
    ]


def test_the_stores_of_a_line_that_ships_complete_go_together() -> None:
    stores = [
        part(10, id=1, store="92:01", completion="ship complete"),
        part(10, id=2, store="92:02", completion="ship complete"),
    ]
    assert got(given(want(*stores), [lies("EAST", 19)])) == []
    assert got(given(want(*stores), [lies("EAST", 20)])) == [(1, "EAST", "10"), (2, "EAST", "10")]


# --------------------------------------------------------------------------------- fair shares (B7.3, D7)


def stores(*wanted: int, per: int = 1, whole: bool = True) -> list[Part]:
    """A line for stores 01, 02 ... with so many each."""
    return [part(n, id=k, store=f"92:{k:02d}", per=per, whole=whole) for k, n in enumerate(wanted, 1) if n]


@pytest.mark.parametrize(
    ("supply", "wanted", "shares"),
    [
        # 60 of 100 are six tenths: 30 x 0.6 = 18, 50 x 0.6 = 30, 20 x 0.6 = 12
        (60, (30, 50, 20), ("18", "30", "12")),
        # 50 of 120: 40 x 50/120 = 16.67, 50 x 50/120 = 20.83, 30 x 50/120 = 12.5; down to 16 + 20 + 12 = 48,
        # and one more each for the largest remainders, 0.83 and 0.67
        (50, (40, 50, 30), ("17", "21", "12")),
        # 10 of 30 in equal parts: 3.33 each, down to 9; all remainders are equal, the first store gets the one left
        (10, (10, 10, 10), ("4", "3", "3")),
        # 2 of 9: 0.67, 0.67, 0.67; two of three equal remainders, the third store gets nothing
        (2, (3, 3, 3), ("1", "1", "0")),
        # 7 of 13: 5 x 7/13 = 2.69, 1 x 7/13 = 0.54, 7 x 7/13 = 3.77; down to 2 + 0 + 3, more to 0.77 and 0.69
        (7, (5, 1, 7), ("3", "0", "4")),
        # enough for all
        (100, (40, 50, 10), ("40", "50", "10")),
        (0, (40, 50), ("0", "0")),
    ],
)
def test_stores_share_what_is_scarce_in_proportion_to_what_they_ordered(
    supply: int, wanted: tuple[int, ...], shares: tuple[str, ...]
) -> None:
    parts = stores(*wanted)
    found = given(want(*parts), [lies("EAST", supply)])
    expected = [(n, "EAST", share) for n, share in enumerate(shares, 1) if share != "0"]
    assert got(found) == expected
    assert sum(a.quantity for a in found.allotments) == min(supply, sum(wanted))
    lacking = {n: want_ - int(share) for n, (want_, share) in enumerate(zip(wanted, shares, strict=True), 1)}
    assert short(found) == [(n, str(left), "NO_STOCK") for n, left in lacking.items() if left]


def test_shares_are_whole_packs() -> None:
    """100 pieces of 5 + 4 + 3 cases of twelve (144): shares 3.47, 2.78 and 2.08 cases, down to 3 + 2 + 2 = 84
    pieces; of the 16 left one case more goes to 0.78, and four pieces stay."""
    found = given(want(*stores(5, 4, 3, per=12)), [lies("EAST", 100)])
    assert got(found) == [(1, "EAST", "3"), (2, "EAST", "3"), (3, "EAST", "2")]
    assert sum(a.base_quantity for a in found.allotments) == 96


def test_packs_that_no_site_has_whole_are_not_shared_out() -> None:
    """Seven and five pieces at two sites are a case of four at each and no third one: of two stores that want two
    cases each, both get one."""
    found = given(want(*stores(2, 2, per=4)), [lies("EAST", 7), lies("WEST", 5)])
    assert got(found) == [(1, "EAST", "1"), (2, "WEST", "1")]
    # three stores of two cases each share two cases: 0.67 each, one each for the first two
    found = given(want(*stores(2, 2, 2, per=4)), [lies("EAST", 7), lies("WEST", 5)])
    assert got(found) == [(1, "EAST", "1"), (2, "WEST", "1")]
    # and what stands last gets its share also where the first could take it: 4 of 6 cases, 1.33 and 2.67
    found = given(want(*stores(2, 4, per=4)), [lies("EAST", 11), lies("WEST", 11)])
    assert [(n, q) for n, _, q in got(found)] == [(1, "1"), (2, "2"), (2, "1")]


def test_measured_goods_are_shared_to_the_sixth_decimal() -> None:
    """Ten pounds of 10 + 20: 3.333333 and 6.666666, rounded down."""
    found = given(want(*stores(10, 20, whole=False)), [lies("EAST", 10)])
    assert got(found) == [(1, "EAST", "3.333333"), (2, "EAST", "6.666666")]


def test_stores_are_served_one_after_the_other_where_shares_are_not_wanted() -> None:
    found = given(want(*stores(30, 50, 20), habits=Habits(fair_shares=False)), [lies("EAST", 60)])
    assert got(found) == [(1, "EAST", "30"), (2, "EAST", "30")]
    assert short(found) == [(2, "20", "NO_STOCK"), (3, "20", "NO_STOCK")]


def test_an_order_that_came_first_is_served_before_the_stores_of_the_next_share() -> None:
    first = part(40, id=9, order_id=1)
    shared = [
        part(30, id=1, order_id=2, store="92:01", after=1),
        part(30, id=2, order_id=2, store="92:02", after=1),
    ]
    assert got(given(want(*shared, first), [lies("EAST", 60)])) == [
        (9, "EAST", "40"),
        (1, "EAST", "10"),
        (2, "EAST", "10"),
    ]


def test_free_goods_come_after_the_goods_of_their_line_and_share_with_no_store() -> None:
    goods, free = part(40, id=1), part(4, id=2, kind="free")
    found = given(want(free, goods), [lies("EAST", 42)])
    assert got(found) == [(1, "EAST", "40"), (2, "EAST", "2")]


# ------------------------------------------------------------------------------------------------- test orders


def test_test_orders_get_everything_and_take_nothing() -> None:
    trial = part(48, id=1, order_id=1, test=True)
    real = part(10, id=2, order_id=2, after=1)
    found = given(want(trial, real), [lies("EAST", 10)])
    assert got(found) == [(1, "", "48"), (2, "EAST", "10")]
    assert got(given(want(trial, habits=Habits(sites=("WEST",))), [])) == [(1, "WEST", "48")]


def test_all_stores_of_a_test_order_get_everything() -> None:
    trial = [part(n, id=k, store=f"92:{k}", test=True) for k, n in enumerate((30, 50, 20), 1)]
    found = given(want(*trial), [])
    assert got(found) == [(1, "", "30"), (2, "", "50"), (3, "", "20")]
    assert short(found) == []


def test_shares_are_as_exact_as_fractions() -> None:
    """A third of a base unit in each: three stores of one unit need one base unit, two thirds are two of them."""
    per = Fraction(1, 3)
    parts = [part(1, id=k, store=f"92:{k}", base_quantity=d("0.333333")) for k in (1, 2, 3)]
    assert sum(Fraction(p.base_quantity) for p in parts) < 3 * per
    assert got(given(want(*parts), [lies("EAST", "0.666666")])) == [(1, "EAST", "1"), (2, "EAST", "1")]
