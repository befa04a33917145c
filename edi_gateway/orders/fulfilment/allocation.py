"""Who gets what of the stock that is there: first come, priority, ship complete, fair shares (spec B7.2-B7.4, D7, D32).

Takes parts that wait and stock levels; gives what each gets from which site, and what stays short. Deterministic, and
never more than is free. Called by commands/allocation/allocating.py, which has the stock rows locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Final, Literal

from edi_gateway.model.fulfilment import Part, StockLevel
from edi_gateway.orders.fulfilment.planning import split
from edi_gateway.orders.fulfilment.sharing import down, fair
from edi_gateway.orders.meaning.numbers import EXACT, ZERO

Order = Literal["received", "priority", "requested ship"]
NOT_STOCKED: Final = "NOT_STOCKED"  # no stock row for the item: we keep none of it
NO_STOCK: Final = "NO_STOCK"
SHIP_COMPLETE: Final = "SHIP_COMPLETE"  # there would be some, but not all of what goes together
_LAST_CLASS: Final = 9


@dataclass(frozen=True, slots=True)
class Habits:
    """Of the partner whose order it is (partners/profile.Fulfilment)."""

    sequence: Order = "received"
    sites: tuple[str, ...] = ()
    split_sites: bool = True
    use_safety_stock: bool = False
    fair_shares: bool = True


@dataclass(frozen=True, slots=True)
class Demand:
    """A part that waits. `whole_order`: the order ships as a whole, so that all or nothing of it is allocated."""

    part: Part
    habits: Habits = Habits()
    whole_order: bool = False


@dataclass(frozen=True, slots=True)
class Allotment:
    """So much of a part, in its unit and in base units, from a site."""

    part: Part
    site: str
    quantity: Decimal
    base_quantity: Decimal


@dataclass(frozen=True, slots=True)
class Short:
    """So much of a part stays without stock."""

    part: Part
    quantity: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Allocated:
    allotments: tuple[Allotment, ...]
    short: tuple[Short, ...]


def allocate(demands: Sequence[Demand], levels: Mapping[str, Sequence[StockLevel]]) -> Allocated:
    """Give stock to parts, in the order of their claims. `levels` by SKU; test orders (`part.test`) take none of it.

    What ships as a whole (an order, or a line that says so) gets everything or nothing; parts of one line for several
    stores share what is scarce where the partner's habit is so.
    """
    shelf = _Shelf(levels)
    allotments: list[Allotment] = []
    short: list[Short] = []
    for group in _groups(demands):
        together = group[0].whole_order or group[0].part.completion == "ship complete"
        taken, missing = _serve(group, shelf)
        if together and missing:
            shelf.give_back(taken)
            missing = [Short(d.part, d.part.quantity, _why(d, missing)) for d in group]
            taken = []
        allotments += taken
        short += missing
    return Allocated(tuple(allotments), tuple(short))


def claim(demand: Demand) -> tuple[int, date, object, int, int, str, int]:
    """The rank of a demand among all: class where that counts, ship date where that does, then who came first."""
    part, habits = demand.part, demand.habits
    by_class = part.priority if habits.sequence == "priority" else _LAST_CLASS
    by_date = date.max
    if habits.sequence == "requested ship":
        by_date = part.ship_until or part.ship_from or date.max
    return (by_class, by_date, part.received_at, *part.rank)


def _groups(demands: Sequence[Demand]) -> list[list[Demand]]:
    """What is served together: an order that ships as a whole, a line that does, the stores of a line; else each part
    by itself. The groups stand in the order of their first claims."""
    keyed: dict[tuple[object, ...], list[Demand]] = {}
    for demand in demands:
        part = demand.part
        key: tuple[object, ...]
        if demand.whole_order:
            key = (part.order_id,)
        elif part.completion == "ship complete" or (demand.habits.fair_shares and part.store is not None):
            key = (part.order_id, part.line)
        else:
            key = (part.order_id, part.line, part.id)
        keyed.setdefault(key, []).append(demand)
    groups = [sorted(group, key=claim) for group in keyed.values()]
    return sorted(groups, key=lambda group: claim(group[0]))


def _serve(group: Sequence[Demand], shelf: _Shelf) -> tuple[list[Allotment], list[Short]]:
    taken: list[Allotment] = []
    missing: list[Short] = []
    for _, same in groupby(group, key=lambda d: (d.part.line, d.part.sku)):
        demands = list(same)
        wanted = [demand.part.quantity for demand in demands]
        if len(demands) > 1 and _share(demands[0]):
            wanted = _fair(demands, shelf.free(demands[0]))
        for demand, quantity in zip(demands, wanted, strict=True):
            got = shelf.take(demand, quantity)
            taken += got
            rest = EXACT.subtract(demand.part.quantity, sum((a.quantity for a in got), ZERO))
            if rest > 0:
                missing.append(Short(demand.part, rest, shelf.reason(demand)))
    return taken, missing


def _share(demand: Demand) -> bool:
    return demand.habits.fair_shares and demand.part.store is not None and not demand.part.test


def _fair(demands: Sequence[Demand], supply: Fraction) -> list[Decimal]:
    """The parts' shares of `supply` (base units), in the unit of each, all parts being of one line (spec B7.3)."""
    base = sum((Fraction(d.part.base_quantity) for d in demands), Fraction(0))
    wanted = [d.part.quantity for d in demands]
    if base <= supply:
        return wanted
    units = supply * sum(map(Fraction, wanted), Fraction(0)) / base
    return fair(wanted, units, whole=demands[0].part.whole)


def _per(part: Part) -> Fraction:
    """Base units in one unit of the buyer's."""
    return Fraction(part.base_quantity) / Fraction(part.quantity)


def _why(demand: Demand, missing: Iterable[Short]) -> str:
    own = next((s.reason for s in missing if s.part.id == demand.part.id), None)
    return own or SHIP_COMPLETE


@dataclass(slots=True)
class _Shelf:
    """What is still free while parts are served."""

    levels: Mapping[str, Sequence[StockLevel]]
    _taken: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    def free(self, demand: Demand) -> Fraction:
        """Over all sites that serve this demand, in base units; of what goes in whole units only, those at each."""
        amounts = [Fraction(amount) for _, amount in self._sites(demand)]
        if demand.part.whole:
            per = _per(demand.part)
            amounts = [int(amount / per) * per for amount in amounts]
        return sum(amounts, Fraction(0))

    def reason(self, demand: Demand) -> str:
        return NO_STOCK if self.levels.get(demand.part.sku) else NOT_STOCKED

    def take(self, demand: Demand, quantity: Decimal) -> list[Allotment]:
        """Up to `quantity` of a part, from as few sites as can be: one that has it all, the nearest first."""
        part = demand.part
        if quantity <= 0:
            return []
        if part.test:
            site = demand.habits.sites[0] if demand.habits.sites else ""
            return [Allotment(part, site, quantity, split(part, quantity)[0])]
        sites = self._sites(demand)
        need = split(part, quantity)[0]
        whole = next(((site, amount) for site, amount in sites if amount >= need), None)
        if whole is not None:
            self._add(whole[0], part.sku, need)
            return [Allotment(part, whole[0], quantity, need)]
        if demand.habits.split_sites:
            chosen = sites
        else:
            chosen = sorted(sites, key=lambda s: -s[1])[:1]
        per = _per(part)
        got: list[Allotment] = []
        left, rest = quantity, part
        for site, amount in chosen:
            units = min(left, down(Fraction(amount) / per, whole=part.whole))
            base, more = split(rest, units) if units > 0 else (ZERO, ZERO)
            if units <= 0 or base > amount:  # rounded up at the sixth decimal it may be more than lies there
                continue
            self._add(site, part.sku, base)
            got.append(Allotment(part, site, units, base))
            left = EXACT.subtract(left, units)
            rest = replace(rest, quantity=EXACT.subtract(rest.quantity, units), base_quantity=more)
            if left <= 0:
                break
        return got

    def give_back(self, allotments: Iterable[Allotment]) -> None:
        for each in allotments:
            if not each.part.test:
                self._add(each.site, each.part.sku, -each.base_quantity)

    def _add(self, site: str, sku: str, base: Decimal) -> None:
        key = (site, sku)
        self._taken[key] = EXACT.add(self._taken.get(key, ZERO), base)

    def _sites(self, demand: Demand) -> list[tuple[str, Decimal]]:
        """Sites with something free, the partner's order of preference first, else the fullest first."""
        habits = demand.habits
        found: list[tuple[str, Decimal]] = []
        for level in self.levels.get(demand.part.sku, ()):
            if habits.sites and level.site not in habits.sites:
                continue
            free = EXACT.subtract(level.free, self._taken.get((level.site, level.sku), ZERO))
            if not habits.use_safety_stock:
                free = EXACT.subtract(free, level.safety)
            if free > 0:
                found.append((level.site, free))
        if habits.sites:
            return sorted(found, key=lambda s: habits.sites.index(s[0]))
        return sorted(found, key=lambda s: (-s[1], s[0]))
