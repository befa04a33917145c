"""What is usual for a partner, and what is not: its hour of the day, its share of bad sets (spec B14.4, B14.5).

Pure: takes days and counts, gives a time or a verdict. Called by commands/watch/detecting.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from edi_gateway.orders.hours.calendar import is_working
from edi_gateway.partners.profile import Calendar

_WEEKS = 8  # of the past that tell the usual hour
_SEEN_AT_LEAST = 4  # of these weekdays, so that there is a usual
_MISSED_AT_MOST = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What makes an incident ([incidents] of config.toml)."""

    window_minutes: int = 60
    reject_sets: int = 20  # fewer sets than this in the window say nothing
    reject_percent: Decimal = Decimal(20)
    same_error: int = 25
    silent_grace_minutes: int = 60
    queue_minutes: int = 15
    overdue_cases: int = 50
    overdue_acks: int = 5
    certificate_days: int = 14
    disk_free_percent: Decimal = Decimal(10)
    calm_minutes: int = 30


def usual_by(
    first_of: Mapping[date, datetime], today: date, calendar: Calendar, grace: timedelta
) -> datetime | None:
    """By when the first file of `today` is usually there, from the first file of each day before; None: no usual.

    It is learned from the same weekday in eight weeks: at least four with traffic, at most one working day without
    (counted from the first day that is known). The latest of them and `grace` more.
    """
    if not is_working(today, calendar) or not first_of:
        return None
    zone = ZoneInfo(calendar.zone)
    begun = min(first_of)
    days = [today - timedelta(weeks=n) for n in range(1, _WEEKS + 1)]
    days = [day for day in days if day >= begun and is_working(day, calendar)]
    seen = [first_of[day].astimezone(zone).time() for day in days if day in first_of]
    if len(seen) < _SEEN_AT_LEAST or len(days) - len(seen) > _MISSED_AT_MOST:
        return None
    return datetime.combine(today, max(seen), zone) + grace


def fixed_by(hour: str, today: date, calendar: Calendar) -> datetime | None:
    """By when the profile says that the first file of `today` is there ("10:00" in their zone); None on days off."""
    if not is_working(today, calendar):
        return None
    return datetime.combine(today, time.fromisoformat(hour), ZoneInfo(calendar.zone))


def jumps(sets: int, refused: int, usual_sets: int, usual_refused: int, limits: Limits) -> bool:
    """Whether the share of refused sets is out of the usual: at least reject_percent of at least reject_sets, and above
    the upper control limit of a p-chart over the days before (spec B14.4)."""
    if sets < limits.reject_sets or not refused:
        return False
    share = Decimal(refused) / sets
    if share * 100 < limits.reject_percent:
        return False
    return share > upper_limit(usual_sets, usual_refused, sets)


def upper_limit(usual_sets: int, usual_refused: int, sets: int) -> Decimal:
    """p + 3 * sqrt(p (1 - p) / n), with p the usual share and n the sets now; 0 where nothing is usual yet."""
    if not usual_sets or not sets:
        return Decimal(0)
    p = Decimal(usual_refused) / usual_sets
    return p + 3 * (p * (1 - p) / sets).sqrt()
