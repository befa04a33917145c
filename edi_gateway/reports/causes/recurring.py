"""What comes again and again: a cause, a partner, an item or a rule with so many cases in so many days (spec B14.4).

Takes the clock and the limits; gives what has reached them, with the improvement record that there is of it. Called by
cli, web and the machine, which proposes the records that lack.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.reports.causes.happenings import UNKNOWN, happenings
from edi_gateway.reports.causes.queue import one
from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import improvements

KINDS: Final[dict[str, str]] = {
    "cause": "cause",
    "partner": "partner",
    "item": "item",
    "rule": "check",
}  # by what
STANDING: Final = ("PROPOSED", "OPEN")


@dataclass(frozen=True, slots=True)
class Recurring:
    """`kind`: cause, partner, item or rule; `days_with`: on how many days it came up; `improvement_id`: the record
    that stands of it."""

    kind: str
    key: str
    title: str
    cases: int
    days_with: int
    first_at: datetime
    last_at: datetime
    improvement_id: int | None


def recurring(
    conn: Connection, now: datetime, *, least: int, days: int, kind: str | None = None
) -> list[Recurring]:
    """What had at least `least` cases in the last `days` days, the most frequent first. Tests do not count."""
    counts: Counter[tuple[str, str]] = Counter()
    titles: dict[tuple[str, str], str] = {}
    times: dict[tuple[str, str], list[datetime]] = {}
    since = now - timedelta(days=days)
    for happening in happenings(conn, since, now + timedelta(seconds=1), now, WorkingHours()):
        for name, by in KINDS.items():
            key = (name, happening.keys[by])
            if (kind is None or name == kind) and key[1] != UNKNOWN:
                counts[key] += 1
                titles[key] = happening.words if name == "cause" else key[1]
                times.setdefault(key, []).append(happening.opened_at)
    i = improvements.c
    standing = {
        (row[0], row[1]): row[2]
        for row in rows(conn, select(i.kind, i.key, i.id).where(i.state.in_(STANDING)).order_by(i.id))
    }
    return [
        Recurring(
            *(*key, titles[key], count, len({at.date() for at in times[key]})),
            *(min(times[key]), max(times[key]), standing.get(key)),
        )
        for key, count in counts.most_common()
        if count >= least
    ]


def about(conn: Connection, kind: str, key: str, now: datetime, *, days: int) -> Recurring | None:
    """One subject, however often it came; a cause by the first digits of its fingerprint. None: there is no such."""
    if kind == "cause":
        found = one(conn, key, now)
        if found is None:
            return None
        key = found.fingerprint
    for each in recurring(conn, now, least=1, days=days, kind=kind):
        if each.key == key:
            return each
    return None
