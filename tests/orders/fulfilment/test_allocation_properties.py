"""Whoever wants what, and whatever lies where: never more than is free, never above demand, nothing left that fits."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.model.fulfilment import Part, StockLevel
from edi_gateway.orders.fulfilment.allocation import Allocated, Demand, Habits, allocate
from tests.orders.fulfilment.goods import lies, march, part

Levels = dict[str, tuple[StockLevel, ...]]
_SITES = ("EAST", "NORTH", "WEST")
_GOODS = (("MUG", "1", False), ("MUG", "12", False), ("BOLT", "0.333333", False), ("CHEESE", "20", True))
_STORES: tuple[tuple[str | None, ...], ...] = ((None,), (None,), ("92:1", "92:2"), ("92:1", "92:2", "92:3"))
_HABITS = st.builds(
    Habits,
    sequence=st.sampled_from(["received", "priority", "requested ship"]),
    sites=st.sampled_from([(), ("WEST", "EAST"), ("NORTH",)]),
    split_sites=st.sampled_from([True, True, False]),
    use_safety_stock=st.booleans(),
    fair_shares=st.sampled_from([True, True, False]),
)


@st.composite
def _orders(draw: st.DrawFn) -> list[Demand]:
    """Up to five orders of up to three lines, some for stores, in pieces, cases, or measured."""
    demands: list[Demand] = []
    for order_id in range(1, draw(st.integers(1, 5)) + 1):
        habits = draw(_HABITS)
        whole_order = draw(st.sampled_from([False, False, False, True]))
        test = draw(st.sampled_from([False] * 9 + [True]))
        of_order: dict[str, Any] = {
            "order_id": order_id,
            "after": draw(st.integers(0, 2)),
            "priority": draw(st.sampled_from([1, 5])),
            "ship_until": draw(st.sampled_from([None, march(12), march(14)])),
            "test": test,
        }
        for number in range(1, draw(st.integers(1, 3)) + 1):
            sku, per, measured = draw(st.sampled_from(_GOODS))
            completion = draw(st.sampled_from(["backorder", "cancel remainder", "ship complete"]))
            for store in draw(st.sampled_from(_STORES)):
                quantity = draw(st.integers(1, 40))
                each = part(
                    quantity, per=per, id=len(demands) + 1, line=number, sku=sku, store=store, whole=not measured,
                    completion=completion, **of_order,
                )  # fmt: skip
                demands.append(Demand(each, habits, whole_order))
    return demands


@st.composite
def _levels(draw: st.DrawFn) -> Levels:
    found: Levels = {}
    for sku in ("MUG", "BOLT", "CHEESE"):
        sites = draw(st.lists(st.sampled_from(_SITES), unique=True, max_size=3))
        whole = sku != "CHEESE"
        found[sku] = tuple(
            lies(
                site,
                Decimal(draw(st.integers(0, 400 if whole else 4_000_000))) / (1 if whole else 10_000),  # type: ignore[arg-type]
                sku,
                allocated=draw(st.sampled_from([0, 0, 7, 500])),
                safety=draw(st.sampled_from([0, 0, 5])),
                hold=draw(st.sampled_from([0, 3])),
            )
            for site in sites
        )
    return {sku: rows for sku, rows in found.items() if rows}


def taken(found: Allocated) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for each in found.allotments:
        if not each.part.test:
            sums[each.site, each.part.sku] += each.base_quantity
    return sums


def together(demand: Demand) -> bool:
    return demand.whole_order or demand.part.completion == "ship complete"


@settings(max_examples=200, deadline=None)
@given(_orders(), _levels(), st.randoms(use_true_random=False))
def test_what_is_given_is_there_and_is_wanted_and_all_of_it_is_accounted_for(
    demands: list[Demand], levels: Levels, chance: random.Random
) -> None:
    found = allocate(demands, levels)
    free = {(row.site, row.sku): row.free for rows in levels.values() for row in rows}
    safe = {(row.site, row.sku): row.free - row.safety for rows in levels.values() for row in rows}
    for key, sum_ in taken(found).items():
        assert sum_ <= free[key]
    if not any(demand.habits.use_safety_stock for demand in demands):
        for key, sum_ in taken(found).items():
            assert sum_ <= safe[key]

    got: dict[int, list[tuple[str, Decimal, Decimal]]] = defaultdict(list)
    for each in found.allotments:
        got[each.part.id].append((each.site, each.quantity, each.base_quantity))
    lacks = {each.part.id: each for each in found.short}
    assert len(lacks) == len(found.short)
    for demand in demands:
        mine, habits = demand.part, demand.habits
        missing = lacks[mine.id].quantity if mine.id in lacks else Decimal(0)
        assert sum((q for _, q, _ in got[mine.id]), missing) == mine.quantity
        assert all(q > 0 for _, q, _ in got[mine.id])
        assert mine.id not in lacks or missing > 0
        base = sum((b for *_, b in got[mine.id]), Decimal(0))
        assert base == mine.base_quantity if not missing else base < mine.base_quantity
        if mine.whole:
            assert all(q == q.to_integral_value() for _, q, _ in got[mine.id])
        sites = [site for site, *_ in got[mine.id]]
        assert len(set(sites)) == len(sites)
        assert len(sites) <= 1 or habits.split_sites
        assert not habits.sites or set(sites) <= set(habits.sites)
        if mine.test:
            assert not missing

    _all_or_nothing(demands, lacks.keys())
    _nothing_is_left_that_fits(demands, levels, found)

    again = list(demands)
    chance.shuffle(again)
    mixed = {sku: tuple(chance.sample(rows, len(rows))) for sku, rows in levels.items()}
    assert allocate(again, mixed) == found


def _all_or_nothing(demands: list[Demand], lacking: object) -> None:
    """What ships together gets all of it, or each of it is short by all."""
    assert hasattr(lacking, "__contains__")
    groups: dict[tuple[int, ...], list[Part]] = defaultdict(list)
    for demand in demands:
        if demand.whole_order:
            groups[demand.part.order_id,].append(demand.part)
        elif together(demand):
            groups[demand.part.order_id, demand.part.line].append(demand.part)
    for mine in groups.values():
        assert len({each.id in lacking for each in mine}) == 1


def _nothing_is_left_that_fits(demands: list[Demand], levels: Levels, found: Allocated) -> None:
    """Who may be served in parts and from every site, and is short, could not get one more unit from anywhere."""
    used = taken(found)
    short = {each.part.id for each in found.short}
    for demand in demands:
        mine, habits = demand.part, demand.habits
        if mine.id not in short or together(demand) or not habits.split_sites or not mine.whole:
            continue
        per = Fraction(mine.base_quantity) / Fraction(mine.quantity)
        for row in levels.get(mine.sku, ()):
            if habits.sites and row.site not in habits.sites:
                continue
            left = row.free - used.get((row.site, row.sku), Decimal(0))
            left -= Decimal(0) if habits.use_safety_stock else row.safety
            assert Fraction(left) < per + Fraction(1, 100_000)


@settings(max_examples=150, deadline=None)
@given(
    wanted=st.lists(st.integers(1, 60), min_size=2, max_size=8),
    per=st.sampled_from([1, 6, 12]),
    supply=st.integers(0, 3000),
)
def test_fair_shares_add_up_and_none_is_a_pack_away_from_its_due(
    wanted: list[int], per: int, supply: int
) -> None:
    parts = [part(n, id=k, store=f"92:{k:02d}", per=per) for k, n in enumerate(wanted, 1)]
    found = allocate([Demand(each) for each in parts], {"MUG": [lies("EAST", supply)]})
    packs, total = supply // per, sum(wanted)
    share = {each.part.id: int(each.quantity) for each in found.allotments}
    assert sum(share.values()) == min(packs, total)
    for number, count in enumerate(wanted, 1):
        due = min(Fraction(count), Fraction(packs) * count / total)
        assert abs(share.get(number, 0) - due) < 1
    for one, first in enumerate(wanted, 1):  # who ordered more gets no less
        for two, second in enumerate(wanted, 1):
            if first > second:
                assert share.get(one, 0) >= share.get(two, 0)
