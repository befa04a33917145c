"""Working days and deadlines in a partner's zone (D23, D41)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from edi_gateway.orders.hours.calendar import (
    add_working_days,
    deadline,
    has_working_day,
    is_working,
    local_date,
    next_working_day,
)
from edi_gateway.partners.profile import Calendar

PLAIN = Calendar()
CHICAGO = Calendar(zone="America/Chicago", holidays=("2025-05-26",))
NEVER = Calendar(working_days=())


def test_weekends_and_holidays_are_no_working_days() -> None:
    assert is_working(date(2025, 3, 7), PLAIN)  # Friday
    assert not is_working(date(2025, 3, 8), PLAIN)
    assert not is_working(date(2025, 5, 26), CHICAGO)
    assert is_working(date(2025, 5, 26), PLAIN)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2025, 3, 7), 1, date(2025, 3, 10)),  # Friday to Monday
        (date(2025, 3, 10), -1, date(2025, 3, 7)),
        (date(2025, 3, 8), 1, date(2025, 3, 10)),
        (date(2025, 3, 8), 0, date(2025, 3, 8)),
        (date(2025, 3, 7), 5, date(2025, 3, 14)),
        (date(2025, 5, 27), -1, date(2025, 5, 23)),  # over the holiday and the weekend
    ],
)
def test_working_days_are_counted_over_weekends_and_holidays(start: date, days: int, end: date) -> None:
    assert add_working_days(start, days, CHICAGO) == end


def test_the_ends_of_time_and_a_calendar_without_working_days_are_survived() -> None:
    assert add_working_days(date.max, 3, PLAIN) == date.max
    assert add_working_days(date.min, -3, PLAIN) == date.min
    assert next_working_day(date(2025, 3, 3), NEVER) > date(2025, 3, 3)
    assert not has_working_day(date(2025, 3, 3), date(2025, 3, 9), NEVER)


def test_whether_a_working_day_lies_between() -> None:
    assert not has_working_day(date(2025, 3, 8), date(2025, 3, 9), PLAIN)
    assert has_working_day(date(2025, 3, 8), date(2025, 3, 10), PLAIN)
    assert not has_working_day(date(2025, 3, 10), date(2025, 3, 8), PLAIN)


def test_the_day_is_the_partners() -> None:
    """03:00 UTC on the fourth is still the third in Chicago."""
    assert local_date(datetime(2025, 3, 4, 3, tzinfo=UTC), CHICAGO) == date(2025, 3, 3)


def test_plain_hours_are_plain_hours() -> None:
    start = datetime(2025, 3, 7, 18, tzinfo=UTC)
    assert deadline(start, 24, CHICAGO) == datetime(2025, 3, 8, 18, tzinfo=UTC)


def test_business_hours_stand_still_over_the_weekend() -> None:
    """24 h from Friday 12:00 in Chicago: 12 of them on Friday, the others on Monday until 12:00."""
    friday = datetime(2025, 2, 28, 12, tzinfo=ZoneInfo("America/Chicago"))
    due = deadline(friday, 24, CHICAGO, business_hours_only=True)
    assert due == datetime(2025, 3, 3, 12, tzinfo=ZoneInfo("America/Chicago"))
    assert due.tzinfo is UTC


def test_business_hours_from_a_sunday_begin_on_monday() -> None:
    sunday = datetime(2025, 3, 2, 15, tzinfo=ZoneInfo("America/Chicago"))
    assert deadline(sunday, 8, CHICAGO, business_hours_only=True) == datetime(
        2025, 3, 3, 8, tzinfo=ZoneInfo("America/Chicago")
    )


def test_business_hours_stand_still_over_a_holiday() -> None:
    """Friday 23 May 18:00, 8 h: 6 on Friday; Monday is a holiday; 2 more on Tuesday."""
    friday = datetime(2025, 5, 23, 18, tzinfo=ZoneInfo("America/Chicago"))
    assert deadline(friday, 8, CHICAGO, business_hours_only=True) == datetime(
        2025, 5, 27, 2, tzinfo=ZoneInfo("America/Chicago")
    )


def test_the_day_of_the_clock_change_has_the_hours_that_it_has() -> None:
    """Every day works here. Sunday 9 March 2025 has 23 hours in Chicago: 24 h from its midnight end at 1:00."""
    every_day = Calendar(zone="America/Chicago", working_days=(0, 1, 2, 3, 4, 5, 6))
    midnight = datetime(2025, 3, 9, 0, tzinfo=ZoneInfo("America/Chicago"))
    assert deadline(midnight, 24, every_day, business_hours_only=True) == datetime(
        2025, 3, 10, 1, tzinfo=ZoneInfo("America/Chicago")
    )
    # and a deadline over a weekend in which the clock changes: Friday 12:00 to Monday 12:00, wall time
    friday = datetime(2025, 3, 7, 12, tzinfo=ZoneInfo("America/Chicago"))
    assert deadline(friday, 24, CHICAGO, business_hours_only=True) == datetime(
        2025, 3, 10, 12, tzinfo=ZoneInfo("America/Chicago")
    )


def test_a_calendar_without_working_days_counts_plain_hours() -> None:
    start = datetime(2025, 3, 7, 18, tzinfo=UTC)
    assert deadline(start, 4, NEVER, business_hours_only=True) == datetime(2025, 3, 7, 22, tzinfo=UTC)
