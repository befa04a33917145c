"""Which allocated parts of an order go to the warehouse together, and when they ship (spec B9, B4.2).

Takes the parts of one order; gives groups: one site, one place, one ship date each. Called by
commands/shipping/releasing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from edi_gateway.model.fulfilment import Part, PartState
from edi_gateway.orders.hours.calendar import add_working_days, next_working_day
from edi_gateway.partners.profile import Calendar

_ENDED = (PartState.SHIPPED, PartState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Group:
    """`store`: the one store that it is for, where each store is handed over by itself."""

    site: str
    ship_to: str | None
    store: str | None
    ship_on: date
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Grouped:
    """`too_late`: parts that would leave after the buyer's last day, which must not be (spec B5.5)."""

    groups: tuple[Group, ...] = ()
    too_late: tuple[Part, ...] = ()


def group(
    parts: Sequence[Part],
    *,
    today: date,
    calendar: Calendar,
    whole: bool,
    stopped: Callable[[Part], bool],
    place: Callable[[Part], str | None],
    per_store: bool = True,
    early: bool = False,
) -> Grouped:
    """`whole`: the order ships as a whole: everything that is still to ship goes, or nothing does. `stopped`: whether
    a hold keeps a part; `early`: also what is not due yet."""
    live = [part for part in parts if part.state not in _ENDED]
    late = [
        part
        for part in live
        if part.state is PartState.ALLOCATED
        and part.cancel_after is not None
        and ship_date(part, today, calendar) > part.cancel_after
    ]
    ready = [
        part for part in live if _is_ready(part, today, early) and not stopped(part) and part not in late
    ]
    if whole and len(ready) < len(live):
        return Grouped((), tuple(late))
    found: dict[tuple[str, str, str, date], list[Part]] = {}
    for part in sorted(ready, key=lambda p: p.rank):
        store = part.store if per_store else None
        key = (part.site or "", place(part) or "", store or "", ship_date(part, today, calendar))
        found.setdefault(key, []).append(part)
    groups = tuple(
        Group(site, ship_to or None, store or None, ship_on, tuple(mine))
        for (site, ship_to, store, ship_on), mine in sorted(found.items())
    )
    return Grouped(groups, tuple(late))


def ship_date(part: Part, today: date, calendar: Calendar) -> date:
    """The first working day on which it may leave."""
    return next_working_day(max(today, part.promised or part.ship_from or today), calendar)


def release_on(part: Part, today: date, calendar: Calendar, days_before: int) -> date:
    """The day on which a part goes to the warehouse: so many working days before it ships, today at the earliest."""
    return max(today, add_working_days(ship_date(part, today, calendar), -days_before, calendar))


def _is_ready(part: Part, today: date, early: bool) -> bool:
    if part.state is not PartState.ALLOCATED:
        return False
    return early or (part.release_on is not None and part.release_on <= today)
