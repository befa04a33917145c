"""What has not been told yet: open causes, incidents and mentions against the alerts that were raised of them.

Called by commands/watch/alerting.py.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, String, cast, func, literal, or_, select

from edi_gateway.store.tables import alerts, case_mentions, cases, causes, incidents


@dataclass(frozen=True, slots=True)
class IncidentNews:
    topic: str
    incident_id: int
    kind: str
    partner: str | None
    severity: str
    state: str
    title: str
    message: str
    hint: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class CauseNews:
    """`cases`: open ones that are not about tests; `case_id`: one of them."""

    topic: str
    fingerprint: str
    family: str
    code: str
    partner: str | None
    cause: str
    hint: str
    cases: int
    case_id: int | None


@dataclass(frozen=True, slots=True)
class MentionNews:
    """Somebody was named on a case: `said` by `by`."""

    topic: str
    person: str
    by: str
    said: str
    case_id: int
    family: str
    code: str
    partner: str | None
    message: str
    hint: str


def new_mentions(conn: Connection, since: datetime, people: Collection[str], limit: int) -> list[MentionNews]:
    """Where these people were named since then and have not looked yet, nor were told of it. Nobody is told of what
    they say to themselves."""
    m, c = case_mentions.c, cases.c
    topic = literal("mention ") + cast(m.id, String)
    told = select(alerts.c.id).where(alerts.c.topic == topic).exists()
    query = (
        select(topic, m.person, m.by, m.text, c.id, c.family, c.code, c.partner, c.message, c.hint)
        .join_from(case_mentions, cases, m.case_id == c.id)
        .where(m.person.in_(sorted(people)), m.seen_at.is_(None), m.at >= since, m.by != m.person, ~told)
    )
    return [MentionNews(*row) for row in conn.execute(query.order_by(m.id).limit(limit))]


def new_incidents(conn: Connection, since: datetime) -> list[IncidentNews]:
    """Incidents that were opened, have become worse, or are over since then, and were not told as such."""
    i = incidents.c
    number = cast(i.id, String)
    found: list[IncidentNews] = []
    for topic, wanted in (
        (
            literal("incident ") + number + literal(" ") + i.severity,
            (i.state == "OPEN") & (i.opened_at >= since),
        ),
        (literal("incident ") + number + literal(" over"), (i.state != "OPEN") & (i.ended_at >= since)),
    ):
        told = select(alerts.c.id).where(alerts.c.topic == topic).exists()
        query = select(
            *(topic, i.id, i.kind, i.partner, i.severity, i.state, i.title, i.message, i.hint, i.reason)
        )
        found += [IncidentNews(*row) for row in conn.execute(query.where(wanted, ~told).order_by(i.id))]
    # what came and went before anybody was told is no news
    said = {one.incident_id for one in found if one.state == "OPEN"}
    ended = [one.incident_id for one in found if one.state != "OPEN" and one.incident_id not in said]
    known = set(conn.execute(select(alerts.c.incident_id).where(alerts.c.incident_id.in_(ended))).scalars())
    return [one for one in found if one.state == "OPEN" or one.incident_id in known]


def new_causes(conn: Connection, since: datetime, again: datetime, limit: int) -> list[CauseNews]:
    """Causes with cases since then that nobody was told of after `again`, or ever; only of those with a newer case.
    The most money first, so many at once."""
    c = causes.c
    topic = literal("cause ") + c.fingerprint
    last = select(func.max(alerts.c.raised_at)).where(alerts.c.topic == topic).scalar_subquery()
    one = select(func.max(cases.c.id)).where(
        cases.c.fingerprint == c.fingerprint, cases.c.closed_at.is_(None)
    )
    query = (
        select(
            *(topic, c.fingerprint, c.family, c.code, c.partner, c.cause, c.hint, c.cases - c.tests),
            one.scalar_subquery(),
        )
        .where(c.due_at.is_not(None), c.cases > c.tests, c.last_at >= since)
        .where(or_(last.is_(None), (last < again) & (c.last_at > last)))
        .order_by(c.weight.desc(), c.fingerprint)
        .limit(limit)
    )
    return [CauseNews(*row) for row in conn.execute(query)]
