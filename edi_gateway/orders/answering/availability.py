"""What of an item can be promised for a day, to one more order (spec B7.1).

Pure: takes a Shelf (what lies there, comes, is spoken for), gives quantities and days. Called by promising.py.

free(t) = what is free now - safety stock + confirmed receipts due by t - commitments due by t; promisable for day d is
the least of free(t) over all t from d on. To look at free(d) alone would give away what is promised to later orders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from edi_gateway.model.fulfilment import Shelf
from edi_gateway.orders.meaning.numbers import EXACT, ZERO


@dataclass(slots=True)
class Availability:
    """One item, in base units. `take` promises more of it; everything else only looks.

    `changes`: the day -> what comes less what must go on it. `unconfirmed`: what is on order, but for no day that
    could be promised. Receipts that are overdue count as unconfirmed: nobody knows when they come. `alone`: what lies
    and comes at each site, where a line may not be filled from several.
    """

    today: date
    start: Decimal
    changes: dict[date, Decimal] = field(default_factory=dict)
    unconfirmed: Decimal = ZERO
    alone: dict[str, dict[date, Decimal]] | None = None
    _steps: list[tuple[date, Decimal]] | None = field(default=None, repr=False)

    @staticmethod
    def of(
        shelf: Shelf,
        today: date,
        *,
        sites: Collection[str] = (),
        use_safety_stock: bool = False,
        split_sites: bool = True,
    ) -> Availability:
        """`sites`: those that count, empty: all. Commitments that may ship from one of them are set against them,
        wherever they will ship from: rather too little is promised than too much."""
        start = unconfirmed = ZERO
        changes: dict[date, Decimal] = {}
        alone: dict[str, dict[date, Decimal]] = {}
        for level in shelf.levels:
            if not sites or level.site in sites:
                free = level.free if use_safety_stock else EXACT.subtract(level.free, level.safety)
                start = EXACT.add(start, free)
                alone.setdefault(level.site, {})[today] = free
        for supply in shelf.supply:
            if sites and supply.site not in sites:
                continue
            if supply.confirmed and supply.due_on >= today:
                for each in (changes, alone.setdefault(supply.site, {})):
                    each[supply.due_on] = EXACT.add(each.get(supply.due_on, ZERO), supply.quantity)
            else:
                unconfirmed = EXACT.add(unconfirmed, supply.quantity)
        for commitment in shelf.commitments:
            if sites and commitment.sites and not set(sites) & set(commitment.sites):
                continue
            due = max(today, commitment.due_on or today)
            changes[due] = EXACT.subtract(changes.get(due, ZERO), commitment.quantity)
        return Availability(today, start, changes, unconfirmed, None if split_sites else alone)

    def free(self, day: date) -> Decimal:
        """What is left on a day when all that is due by then has come and gone; may be below zero."""
        return EXACT.add(self.start, _sum(n for due, n in self.changes.items() if due <= day))

    def promisable(self, day: date) -> Decimal:
        """How much can ship on this day without taking what is promised to anybody, earlier or later."""
        least = self.free(day)
        for due, free in self._levels():
            if due > day and free < least:
                least = free
        if self.alone is not None:
            least = min(least, max((self._at(site, day) for site in self.alone), default=ZERO))
        return max(ZERO, least)

    def earliest(self, quantity: Decimal, day: date) -> date | None:
        """The first day from `day` on for which so much can be promised; None: for none that is known."""
        for each in [day, *(due for due, _ in self._levels() if due > day)]:
            if self.promisable(each) >= quantity:
                return each
        return None

    def take(self, quantity: Decimal, day: date) -> None:
        """Promise so much for a day."""
        day = max(self.today, day)
        self.changes[day] = EXACT.subtract(self.changes.get(day, ZERO), quantity)
        self._steps = None
        if self.alone and quantity > 0:
            site = max(sorted(self.alone), key=lambda site: self._at(site, day))
            here = self.alone[site]
            here[self.today] = EXACT.subtract(here.get(self.today, ZERO), quantity)

    def put_back(self, quantity: Decimal, site: str | None) -> None:
        """So much that was set aside at a site is free again."""
        self.start = EXACT.add(self.start, quantity)
        self._steps = None
        if self.alone is not None and site in self.alone:
            here = self.alone[site]
            here[self.today] = EXACT.add(here.get(self.today, ZERO), quantity)

    def copy(self) -> Availability:
        """The same, to try something on."""
        alone = None if self.alone is None else {site: dict(here) for site, here in self.alone.items()}
        return Availability(self.today, self.start, dict(self.changes), self.unconfirmed, alone)

    def _at(self, site: str, day: date) -> Decimal:
        """What lies at a site on a day, whoever it is for."""
        assert self.alone is not None  # the callers ask
        return _sum(n for due, n in self.alone[site].items() if due <= day)

    def _levels(self) -> list[tuple[date, Decimal]]:
        """(day, free) of each day on which something changes."""
        if self._steps is None:
            self._steps = []
            level = self.start
            for day in sorted(self.changes):
                level = EXACT.add(level, self.changes[day])
                self._steps.append((day, level))
        return self._steps


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return sum(numbers, ZERO)
