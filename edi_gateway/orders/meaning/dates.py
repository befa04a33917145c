"""When a line may leave: the effective ship window of spec B5.5, D23.

Takes the dates of an order and a line, the transit time and the calendar; gives a Window. What is wrong with
one says checks/dates.py. Called by order_facts.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from edi_gateway.model.documents.purchase_order import Schedule
from edi_gateway.model.documents.shared import Dates
from edi_gateway.orders.hours.calendar import add_working_days, shift
from edi_gateway.partners.profile import Calendar

_NAMES: Final = (
    "requested_ship",
    "ship_not_before",
    "ship_no_later",
    "deliver_requested",
    "deliver_not_before",
    "deliver_not_after",
    "deliver_on_or_after",
    "deliver_on_or_before",
    "week_of",
    "required_by",
    "requested_pickup",
    "cancel_after",
    "cancel_if_not_shipped_by",
    "cancel_if_not_delivered_by",
)
_BY_QUALIFIER: Final = dict(
    zip(
        ("010", "037", "038", "002", "064", "063", "071", "074", "077", "106", "118", "001", "175", "061"),
        _NAMES,
        strict=True,
    )
)
NO_DATES: Final = Dates()


@dataclass(frozen=True, slots=True)
class Window:
    """Ship from `first` until `last`, both included; None is open. `spoke_of_delivery`: their dates are arrivals.

    stated: the named dates that made it, line over header. `wish`: the day they would like, within the window.
    """

    first: date | None = None
    last: date | None = None
    cancel_after: date | None = None
    wish: date | None = None
    transit_days: int = 0
    spoke_of_delivery: bool = False
    stated: tuple[tuple[str, date], ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.first is not None and self.last is not None and self.first > self.last

    def get(self, name: str) -> date | None:
        return next((day for known, day in self.stated if known == name), None)


OPEN: Final = Window()


def merged(header: Dates, line: Dates) -> dict[str, date]:
    """The named dates, each of the line's before the header's."""
    given: dict[str, date] = {}
    for name in _NAMES:
        day = getattr(line, name) or getattr(header, name)
        if day is not None:
            given[name] = day
    return given


def scheduled(schedules: Iterable[Schedule]) -> list[dict[str, date]]:
    """The named dates of each SCH (its two pairs); qualifiers without a name of ours are left out."""
    result = []
    for each in schedules:
        given = {}
        for qualifier, day in ((each.qualifier, each.on), (each.until_qualifier, each.until)):
            name = _BY_QUALIFIER.get(qualifier or "")
            if name is not None and day is not None:
                given[name] = day
        if given:
            result.append(given)
    return result


def window(given: dict[str, date], transit_days: int, calendar: Calendar, *, ship_on: bool) -> Window:
    """[max(037, 010 when it means "ship on", earliest delivery - transit),
    min(038, 175, 001, latest delivery - transit)], transit in working days (spec B5.5).
    """
    if not given:
        return Window(transit_days=transit_days)

    def leave(arrival: date) -> date:
        return add_working_days(arrival, -transit_days, calendar)

    firsts, lasts = [], []
    if (day := given.get("ship_not_before")) is not None:
        firsts.append(day)
    if (day := given.get("requested_ship")) is not None and ship_on:
        firsts.append(day)
    for name in ("deliver_not_before", "deliver_on_or_after"):
        if (day := given.get(name)) is not None:
            firsts.append(leave(day))
    for name in ("ship_no_later", "cancel_if_not_shipped_by", "cancel_after"):
        if (day := given.get(name)) is not None:
            lasts.append(day)
    for name in ("deliver_not_after", "deliver_on_or_before", "cancel_if_not_delivered_by", "required_by"):
        if (day := given.get(name)) is not None:
            lasts.append(leave(day))
    if (day := given.get("week_of")) is not None:  # the week of that day, Monday to Sunday
        monday = shift(day, -day.weekday())
        firsts.append(leave(monday))
        lasts.append(leave(shift(monday, 6)))
    requested = given.get("deliver_requested")
    if requested is not None and not firsts and not lasts:
        lasts.append(leave(requested))
    wish = given.get("requested_ship") or given.get("requested_pickup")
    if wish is None and requested is not None:
        wish = leave(requested)
    cancel = min(
        (d for n in ("cancel_after", "cancel_if_not_shipped_by") if (d := given.get(n)) is not None),
        default=None,
    )
    return Window(
        max(firsts, default=None),
        min(lasts, default=None),
        cancel,
        wish,
        transit_days,
        any(name.startswith(("deliver", "week")) or name == "required_by" for name in given)
        and not any(name.startswith("ship") for name in given),
        tuple(given.items()),
    )


def union(windows: list[Window]) -> Window:
    """One window around several schedules of a line: from the first to the last."""
    if len(windows) == 1:
        return windows[0]
    firsts = [w.first for w in windows]
    lasts = [w.last for w in windows]
    cancels = [w.cancel_after for w in windows if w.cancel_after]
    return Window(
        None if None in firsts else min(f for f in firsts if f),
        None if None in lasts else max(d for d in lasts if d),
        max(cancels, default=None),
        min((w.wish for w in windows if w.wish), default=None),
        windows[0].transit_days,
        all(w.spoke_of_delivery for w in windows),
        tuple(pair for w in windows for pair in w.stated),
    )


def days_between(first: date, last: date) -> int:
    return (last - first) // timedelta(days=1)


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date) -> str:
    """A date for people, the same in every locale: 03 Mar 2025."""
    return f"{value.day:02d} {_MONTHS[value.month - 1]} {value.year}"
