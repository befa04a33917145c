"""Working days and deadlines in a partner's zone (spec B5.5, D23, D41).

Takes the profile's Calendar and dates or aware moments, gives dates or aware UTC moments. Called by the
judgement of dates, and by commands/ for the hour at which an answer is due.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from edi_gateway.partners.profile import Calendar

_LOOK = 400  # days: a calendar without one working day in a year has none; every day counts then
_DAY = timedelta(days=1)


@lru_cache(maxsize=1024)
def _days(texts: tuple[str, ...]) -> frozenset[date]:
    days = set()
    for text in texts:
        try:
            days.add(date.fromisoformat(text))
        except ValueError:  # `partners check` names it; a deadline must not fail of it
            continue
    return frozenset(days)


def zone_of(calendar: Calendar) -> ZoneInfo:
    return ZoneInfo(calendar.zone)


def local_date(moment: datetime, calendar: Calendar) -> date:
    """The day it is for the partner at `moment`."""
    return moment.astimezone(zone_of(calendar)).date()


def is_working(day: date, calendar: Calendar) -> bool:
    if day.weekday() not in calendar.working_days:
        return False
    return not calendar.holidays or day not in _days(calendar.holidays)


def shift(day: date, days: int) -> date:
    """`days` calendar days later (earlier when negative); stops at the ends of time instead of failing."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def add_working_days(day: date, days: int, calendar: Calendar) -> date:
    """`days` working days after `day` (before it when negative); 0 gives `day` itself, working or not."""
    step, left, looked = (1 if days > 0 else -1), abs(days), 0
    while left:
        if day in (date.max, date.min):
            return day
        day = shift(day, step)
        looked += 1
        if is_working(day, calendar) or looked > _LOOK:
            left -= 1
    return day


def next_working_day(day: date, calendar: Calendar) -> date:
    """`day` if it is a working day, else the first one after it."""
    if is_working(day, calendar):
        return day
    return add_working_days(day, 1, calendar)


def has_working_day(first: date, last: date, calendar: Calendar) -> bool:
    """Whether a working day lies in [first, last]."""
    if last < first:
        return False
    return is_working(first, calendar) or add_working_days(first, 1, calendar) <= last


def deadline(
    start: datetime, hours: int, calendar: Calendar, *, business_hours_only: bool = False
) -> datetime:
    """`hours` after `start`, in UTC. Business hours: only the hours of working days in the partner's zone run,
    so that 24 h from Friday noon end on Monday noon. Real hours count: a day of the clock change has 23 or 25.
    """
    start = start.astimezone(UTC)
    if not business_hours_only:
        return start + timedelta(hours=hours)
    zone = zone_of(calendar)
    left = timedelta(hours=hours)
    at = start
    for _ in range(_LOOK + hours):
        day = at.astimezone(zone).date()
        midnight = datetime.combine(day + _DAY, time(), zone).astimezone(UTC)
        if is_working(day, calendar):
            if left <= midnight - at:
                return at + left
            left -= midnight - at
        at = midnight
    return start + timedelta(hours=hours)  # no working days at all
