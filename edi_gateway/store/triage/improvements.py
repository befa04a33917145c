"""Improvement records as rows.

Called by commands/triage/improving.py.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from edi_gateway.store.tables import improvements


@dataclass(frozen=True, slots=True)
class Improvement:
    """A row of `improvements`."""

    id: int
    kind: str
    key: str
    title: str
    state: str
    owner: str | None
    action: str | None
    seen: int
    days: int
    opened_at: datetime
    opened_by: str
    fixed_at: datetime | None
    closed_at: datetime | None


def add(conn: Connection, **values: object) -> None:
    conn.execute(insert(improvements).values(**values))


def load(conn: Connection, improvement_id: int) -> Improvement | None:
    """The record, ours until the commit."""
    columns = (improvements.c[field.name] for field in fields(Improvement))
    query = select(*columns).where(improvements.c.id == improvement_id).with_for_update()
    row = conn.execute(query).first()
    return None if row is None else Improvement(*row)


def standing(conn: Connection, kind: str, key: str) -> int | None:
    """The record of the subject that is not closed."""
    i = improvements.c
    query = select(i.id).where(i.kind == kind, i.key == key, i.closed_at.is_(None)).order_by(i.id)
    return conn.execute(query.limit(1)).scalar()


def last_closed(conn: Connection, kind: str, key: str) -> datetime | None:
    """When a record of the subject was closed last."""
    i = improvements.c
    query = select(i.closed_at).where(i.kind == kind, i.key == key, i.closed_at.is_not(None))
    return conn.execute(query.order_by(i.closed_at.desc()).limit(1)).scalar()


def change(conn: Connection, improvement_id: int, **values: object) -> None:
    conn.execute(update(improvements).where(improvements.c.id == improvement_id).values(**values))
