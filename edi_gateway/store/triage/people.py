"""Who watches a case and who was mentioned on it.

Called by commands/triage/working.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import case_mentions, case_watchers


def watch(conn: Connection, case_ids: Iterable[int], person: str, since: datetime) -> None:
    rows = [{"case_id": case_id, "person": person, "since": since} for case_id in case_ids]
    if rows:
        insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
        conn.execute(insert(case_watchers).on_conflict_do_nothing(), rows)


def unwatch(conn: Connection, case_ids: Iterable[int], person: str) -> None:
    w = case_watchers.c
    for chunk in chunks(case_ids):
        conn.execute(delete(case_watchers).where(w.case_id.in_(chunk), w.person == person))


def watchers(conn: Connection, case_id: int) -> list[str]:
    w = case_watchers.c
    return list(conn.execute(select(w.person).where(w.case_id == case_id).order_by(w.person)).scalars())


def mention(conn: Connection, rows: Sequence[tuple[int, int, str, str, datetime, str]]) -> None:
    """(id, case id, person, by, at, text)."""
    bulk.insert(conn, case_mentions, ("id", "case_id", "person", "by", "at", "text"), rows)


def seen(conn: Connection, person: str, at: datetime, case_id: int | None = None) -> int:
    """Somebody has read where they were mentioned, on one case or on all; how often that was."""
    m = case_mentions.c
    statement = update(case_mentions).where(m.person == person, m.seen_at.is_(None))
    if case_id is not None:
        statement = statement.where(m.case_id == case_id)
    return conn.execute(statement.values(seen_at=at)).rowcount
