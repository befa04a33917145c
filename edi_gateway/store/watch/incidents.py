"""Incidents: rows, their timeline, and what they touch (spec B14.5).

Called by commands/watch/, read by reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import incident_notes, incident_subjects, incidents


@dataclass(frozen=True, slots=True)
class Incident:
    """A row of `incidents`."""

    id: int
    kind: str
    key: str
    partner: str | None
    severity: str
    state: str
    title: str
    message: str
    hint: str
    owner: str | None
    opened_at: datetime
    seen_at: datetime
    calm_since: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None
    root_cause: str | None
    impact: str | None
    course: str | None
    remedy: str | None
    remedy_owner: str | None


COLUMNS = [incidents.c[field.name] for field in fields(Incident)]


def add(conn: Connection, incident: Incident) -> bool:
    """A new open one; False when one with its key is open already."""
    dialect = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    values = {field.name: getattr(incident, field.name) for field in fields(Incident)}
    statement = dialect(incidents).values(open_key=incident.key, **values)
    statement = statement.on_conflict_do_nothing(index_elements=["open_key"])
    return conn.execute(statement.returning(incidents.c.id)).first() is not None


def load(conn: Connection, incident_id: int, *, lock: bool = False) -> Incident | None:
    query = select(*COLUMNS).where(incidents.c.id == incident_id)
    row = conn.execute(query.with_for_update() if lock else query).first()
    return None if row is None else Incident(*row)


def open_ones(conn: Connection, *, lock: bool = False) -> list[Incident]:
    """Those that are not over, the oldest first."""
    query = select(*COLUMNS).where(incidents.c.state == "OPEN").order_by(incidents.c.id)
    return [Incident(*row) for row in conn.execute(query.with_for_update() if lock else query)]


def change(conn: Connection, incident_id: int, **values: object) -> None:
    """Set columns of one; who ends it also gives its key free."""
    if values.get("state", "OPEN") != "OPEN":
        values["open_key"] = None
    conn.execute(update(incidents).where(incidents.c.id == incident_id).values(values))


def note(conn: Connection, ids: Ids, incident_id: int, at: datetime, by: str, kind: str, text: str) -> None:
    """One more line of its timeline."""
    row = {"id": ids.next(), "incident_id": incident_id, "at": at, "by": by, "kind": kind, "text": text}
    conn.execute(insert(incident_notes), row)


def touch(conn: Connection, incident_id: int, subjects: Iterable[tuple[str, int]], at_most: int) -> int:
    """What it touches, (kind, id): those that are not known yet, up to so many in all; how many are new."""
    known = subjects_of(conn, incident_id)
    new = [each for each in dict.fromkeys(subjects) if each not in known][: max(0, at_most - len(known))]
    if new:
        rows = [{"incident_id": incident_id, "kind": kind, "subject": subject} for kind, subject in new]
        conn.execute(insert(incident_subjects), rows)
    return len(new)


def subjects_of(conn: Connection, incident_id: int) -> set[tuple[str, int]]:
    s = incident_subjects.c
    return {tuple(row) for row in conn.execute(select(s.kind, s.subject).where(s.incident_id == incident_id))}


def counts(conn: Connection, incident_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """How many of what each touches."""
    s = incident_subjects.c
    query = select(s.incident_id, s.kind, func.count()).group_by(s.incident_id, s.kind)
    found: dict[int, dict[str, int]] = {}
    for incident_id, kind, count in conn.execute(query.where(s.incident_id.in_(sorted(incident_ids)))):
        found.setdefault(incident_id, {})[kind] = count
    return found


@dataclass(frozen=True, slots=True)
class Note:
    at: datetime
    by: str
    kind: str
    text: str


def notes(conn: Connection, incident_id: int) -> Sequence[Note]:
    """The timeline."""
    n = incident_notes.c
    query = select(n.at, n.by, n.kind, n.text).where(n.incident_id == incident_id).order_by(n.id)
    return [Note(*row) for row in conn.execute(query)]
