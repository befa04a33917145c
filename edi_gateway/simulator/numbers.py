"""Money and dates as a buyer works them out: extensions, percentages, working hours. Pure; used by judge/.

Written for themselves: what orders/ works out is judged by these.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from edi_gateway.partners.profile import Calendar

ZERO: Final = Decimal(0)
_PER: Final = {"HP": 100, "TP": 1000, "PN": 10}  # DE639: price for so many
_DIGITS: Final = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "ISK": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3}


def money(amount: Decimal, currency: str | None = None) -> Decimal:
    """Rounded half up to the currency's least unit (spec B2)."""
    return amount.quantize(Decimal(1).scaleb(-_DIGITS.get(currency or "", 2)), ROUND_HALF_UP)


def extension(quantity: Decimal, price: Decimal, basis: str | None, currency: str | None = None) -> Decimal:
    """What so many cost, by the price basis (DE639); NC costs nothing."""
    if basis == "NC":
        return ZERO
    return money(quantity * price / _PER.get(basis or "", 1), currency)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def shown(number: Decimal | None) -> str:
    """A number without zeros that say nothing."""
    if number is None:
        return "none"
    return format(number.normalize(), "f") if number else "0"


def due(since: datetime, hours: int, calendar: Calendar, *, working_days_only: bool) -> datetime:
    """So many hours later; with `working_days_only` the hours of the calendar's other days do not count."""
    if not working_days_only:
        return since + timedelta(hours=hours)
    zone = ZoneInfo(calendar.zone)
    at = since.astimezone(zone)
    left = timedelta(hours=hours)
    while True:
        midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), zone)
        if works(at.date(), calendar):
            here = midnight - at
            if left <= here:
                return at + left
            left -= here
        at = midnight


def works(day: date, calendar: Calendar) -> bool:
    return day.weekday() in calendar.working_days and day.isoformat() not in calendar.holidays
