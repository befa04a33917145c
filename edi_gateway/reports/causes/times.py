"""How long cases take: by family and by what ended them, and whether in time (spec B14.2, E11).

Takes a period; gives a row a group. Called by cli and web.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Final

from sqlalchemy import Connection, select

from edi_gateway.reports.causes.happenings import in_hours
from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import case_segments, cases

BY: Final = ("action", "family", "partner", "person")


@dataclass(frozen=True, slots=True)
class Times:
    """Stretches of cases that ended in the period. Hours of working time, without pauses; shares per cent: taken in
    time, over in time, and reopened after they had been over."""

    name: str
    cases: int
    median_hours: Decimal
    mean_hours: Decimal
    longest_hours: Decimal
    responded_in_time: Decimal
    resolved_in_time: Decimal
    reopened: Decimal


def times(conn: Connection, by: str, since: datetime, until: datetime) -> list[Times]:
    """By one of BY, the most frequent first. What ended by itself before somebody took it was taken in time."""
    s, c = case_segments.c, cases.c
    key = {"action": s.action, "family": c.family, "partner": c.partner, "person": s.ended_by}[by]
    query = (
        select(key, s.seconds, s.respond_by, s.responded_at, s.resolve_by, s.ended_at, s.segment < c.segment)
        .join_from(case_segments, cases, s.case_id == c.id)
        .where(s.ended_at >= since, s.ended_at < until, c.test.is_(False))
    )
    groups: dict[str, list[tuple[int, bool, bool, bool]]] = {}
    for name, seconds, respond_by, responded_at, resolve_by, ended_at, again in rows(conn, query):
        in_time = ((responded_at or ended_at) <= respond_by, ended_at <= resolve_by)
        groups.setdefault(name or "", []).append((seconds, *in_time, bool(again)))
    found = [_times(name, ended) for name, ended in groups.items()]
    return sorted(found, key=lambda row: (-row.cases, row.name))


def _times(name: str, ended: list[tuple[int, bool, bool, bool]]) -> Times:
    seconds = [each[0] for each in ended]
    return Times(
        *(name, len(ended), in_hours(int(median(seconds))), in_hours(sum(seconds) // len(seconds))),
        in_hours(max(seconds)),
        *(_share([bool(each[n]) for each in ended]) for n in (1, 2, 3)),
    )


def _share(said: list[bool]) -> Decimal:
    return (Decimal(100) * sum(said) / len(said)).quantize(Decimal("0.1"))
