"""Working time: only our hours run, in our zone, over weekends, holidays and the change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.partners.profile import Calendar

# 8 to 17 in Chicago, which is UTC-6 in winter and UTC-5 from 8 March 2026; Monday 19 January 2026 is a holiday
OURS = WorkingHours(Calendar(zone="America/Chicago", holidays=("2026-01-19",)), time(8), time(17))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-01-15T15:00", 4, "2026-01-15T19:00"),  # Thursday 9:00 to 13:00
        ("2026-01-15T21:00", 4, "2026-01-16T16:00"),  # Thursday 15:00: 2 h, Friday 8:00: 2 h
        ("2026-01-16T21:00", 4, "2026-01-20T16:00"),  # Friday 15:00, over the weekend and the holiday
        ("2026-01-17T12:00", 1, "2026-01-20T15:00"),  # Saturday
        ("2026-01-15T05:00", 1, "2026-01-15T15:00"),  # Wednesday 23:00: from Thursday 8:00
        ("2026-03-06T22:00", 2, "2026-03-09T14:00"),  # Friday 16:00 and Monday 8:00, of summer time
        ("2026-01-15T14:00", 9, "2026-01-15T23:00"),  # a day to its end
    ],
)
def test_only_our_hours_run(start: str, hours: int, end: str) -> None:
    assert OURS.after(at(start), timedelta(hours=hours)) == at(end)
    assert OURS.between(at(start), at(end)) == timedelta(hours=hours)


def test_round_the_clock_is_the_default_and_a_due_time_is_a_whole_minute() -> None:
    saturday = at("2026-01-17T12:00") + timedelta(seconds=59)
    assert WorkingHours().after(saturday, timedelta(hours=2)) == at("2026-01-17T14:00")
    assert WorkingHours().between(saturday, at("2026-01-17T14:01")) == timedelta(hours=2, seconds=1)


def test_nothing_lies_between_a_moment_and_one_before_it() -> None:
    assert OURS.between(at("2026-01-16T15:00"), at("2026-01-15T15:00")) == timedelta()


def test_hours_that_never_come_count_as_real_ones() -> None:
    never = WorkingHours(Calendar(working_days=()), time(8), time(17))
    assert never.after(at("2026-01-15T15:00"), timedelta(hours=3)) == at("2026-01-15T18:00")
