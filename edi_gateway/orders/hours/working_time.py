"""Our own working hours: how long somebody has had for a case, and when it is due (spec B14.2).

Takes moments and periods, gives moments and periods of working time. Pure. Called by commands/triage and reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from edi_gateway.orders.hours.calendar import is_working, local_date, shift, zone_of
from edi_gateway.partners.profile import Calendar

_LOOK = 400  # days: hours that never come again count as real ones
_NONE = timedelta()
_EVERY_DAY = Calendar(working_days=(0, 1, 2, 3, 4, 5, 6))


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From `opens` to `closes` on the working days of `calendar`, in its zone; `closes` at midnight ends the day.

    The default is round the clock, every day.
    """

    calendar: Calendar = _EVERY_DAY
    opens: time = time()
    closes: time = time()

    @property
    def always(self) -> bool:
        """Whether every hour is a working hour."""
        return (
            self.opens == self.closes == time()
            and len(set(self.calendar.working_days)) == 7
            and not self.calendar.holidays
        )

    def after(self, start: datetime, period: timedelta) -> datetime:
        """`period` of working time after `start`, in UTC, cut to the whole minute: what is due in one
        minute is ranked by other things."""
        if self.always or period <= _NONE:
            return _whole(start + period)
        left = period
        for begins, ends in self._from(start):
            if left <= ends - begins:
                return _whole(begins + left)
            left -= ends - begins
        return _whole(start + period)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two moments; nothing when `end` comes first."""
        if end <= start:
            return _NONE
        if self.always:
            return end - start
        worked = _NONE
        for begins, ends in self._from(start, until=end):
            worked += min(ends, end) - begins
        return worked

    def _from(self, start: datetime, until: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        """The working hours from `start` on, day by day, in UTC; the first may have begun already."""
        start = start.astimezone(UTC)
        day = local_date(start, self.calendar)
        looked = 0
        while looked < _LOOK:
            begins, ends = self._day(day)
            if until is not None and begins >= until:
                return
            if is_working(day, self.calendar) and ends > start:
                looked = 0
                yield max(begins, start), ends
            else:
                looked += 1
            if day == date.max:
                return
            day = shift(day, 1)

    def _day(self, day: date) -> tuple[datetime, datetime]:
        zone = zone_of(self.calendar)
        last = day if self.closes != time() else shift(day, 1)
        begins = datetime.combine(day, self.opens, zone)
        return begins.astimezone(UTC), datetime.combine(last, self.closes, zone).astimezone(UTC)


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
