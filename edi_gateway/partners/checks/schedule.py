"""When: zones, cron, windows, intervals, deadlines and working days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from zoneinfo import available_timezones

from edi_gateway.model.finding import Finding, Severity
from edi_gateway.partners.checks.surroundings import Surroundings
from edi_gateway.partners.cron import faults
from edi_gateway.partners.draft import Draft, KeyPath, dotted, nearest

_POSITIVE: tuple[tuple[KeyPath, int], ...] = (
    (("schedule", "poll_seconds"), 1),
    (("connection", "settle_seconds"), 0),
    (("connection", "timeout_seconds"), 1),
    (("acknowledging", "expect_within_hours"), 1),
    (("answering", "within_hours"), 1),
    (("answering", "warn_hours_before"), 0),
    (("watching", "reject_percent"), 1),
    (("watching", "same_error"), 1),
)


def zone_unknown(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A time zone that the tz database does not have."""
    zone = draft.text("calendar", "zone")
    if zone is not None and zone not in (zones := available_timezones()):
        close = nearest(zone, sorted(zones))
        yield draft.mistake(
            ("calendar", "zone"),
            f'calendar.zone is "{zone}"; there is no such time zone.',
            f"Did you mean {close}?" if close else "Write it like America/Chicago.",
        )


def cron_impossible(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A cron line that cannot be read, or that never comes true."""
    cron = draft.text("schedule", "cron")
    for problem in faults(cron) if cron is not None else ():
        yield draft.mistake(
            ("schedule", "cron"),
            f'schedule.cron is "{cron}": {problem}.',
            "Five fields: minute, hour, day of the month, month, day of the week; e.g. */15 6-22 * * mon-fri.",
        )


def window_impossible(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A sending window that is no window. One over midnight (22:00-05:00) is one."""
    window = draft.text("schedule", "sending_window")
    if window is None:
        return
    found = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", window)
    clock = [int(part) for part in found.groups()] if found else []
    if (
        not clock
        or clock[0] > 23
        or clock[2] > 24
        or clock[1] > 59
        or clock[3] > 59
        or (clock[2] == 24 and clock[3])
    ):
        problem = "it is not HH:MM-HH:MM"
    elif clock[:2] == clock[2:]:
        problem = "it closes in the minute in which it opens"
    else:
        return
    yield draft.mistake(
        ("schedule", "sending_window"),
        f'schedule.sending_window is "{window}": {problem}.',
        "Write it like 06:00-22:00; leave the key out to send at any time.",
    )


def silent_hour_impossible(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """The hour by which the first file is there is no time of a day."""
    hour = draft.text("watching", "silent_after")
    if hour is not None and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", hour):
        yield draft.mistake(
            ("watching", "silent_after"),
            f'watching.silent_after is "{hour}": it is not HH:MM.',
            "Write it like 10:00; leave the key out to have it learned.",
        )


def interval_impossible(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """An interval below its least sensible value."""
    for path, least in _POSITIVE:
        value = draft.number(*path)
        if value is not None and value < least:
            yield draft.mistake(path, f"{dotted(path)} is {value}; it must be at least {least}.")


def answer_deadline_impossible(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A warning that would come before the order does."""
    stated = draft.number("answering", "within_hours")
    within = Decimal(24) if stated is None else stated
    before = draft.number("answering", "warn_hours_before")
    if before is None:
        if within <= 4:
            yield draft.mistake(
                ("answering", "within_hours"),
                f"answering.within_hours is {within}, and answering.warn_hours_before is 4 unless it is given.",
                "Add warn_hours_before, shorter than within_hours.",
            )
    elif before >= within:
        yield draft.mistake(
            ("answering", "warn_hours_before"),
            f"answering.warn_hours_before is {before}, not before the deadline of {within} hours.",
            "Make it shorter than within_hours.",
        )


def working_days_impossible(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """Working days outside 0 (Monday) to 6 (Sunday), or none at all."""
    days = draft.get("calendar", "working_days")
    if not isinstance(days, list):
        return
    if not days:
        yield draft.mistake(
            ("calendar", "working_days"), "calendar.working_days is empty: no deadline would ever end."
        )
    wrong = [day for day in days if isinstance(day, int) and not 0 <= day <= 6]
    if wrong:
        yield draft.mistake(
            ("calendar", "working_days"),
            f"calendar.working_days holds {', '.join(map(str, wrong))}.",
            "0 is Monday, 6 is Sunday.",
        )
    if len(set(map(str, days))) < len(days):
        yield draft.mistake(
            ("calendar", "working_days"),
            "calendar.working_days names a day twice.",
            severity=Severity.WARNING,
        )


def holiday_malformed(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A holiday that is no date."""
    for n, day in enumerate(draft.items("calendar", "holidays")):
        if isinstance(day, str) and not _is_date(day):
            yield draft.mistake(
                ("calendar", "holidays", n),
                f'calendar.holidays holds "{day}", which is no date.',
                "Write 2026-12-25.",
            )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
