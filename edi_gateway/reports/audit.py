"""The audit log as a list, and the proof that it is whole (spec B16)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from edi_gateway.reports.reading import rows
from edi_gateway.store import audit as log
from edi_gateway.store.tables import audit

_LONG: Final = 200  # characters of a value


@dataclass(frozen=True, slots=True)
class AuditRow:
    """`detail`: JSON of was, now, why and what else was said."""

    n: int
    at: datetime
    by: str
    action: str
    subject: str
    detail: str
    hash: str


@dataclass(frozen=True, slots=True)
class Proof:
    """`rows`: how many there are; `head`: the last one's hash, to be kept elsewhere; `broken_at`: None, it is whole."""

    rows: int
    head: str
    broken_at: int | None
    problem: str | None


def list_entries(
    conn: Connection,
    *,
    by: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[AuditRow]:
    """The newest first. `subject`: as it stands there ("order 123"), or its first word ("order"); `until` is not
    included; `before`: only rows with smaller numbers, to go on from a page."""
    a = audit.c
    query = select(a.n, a.at, a.by, a.action, a.subject, a.detail, a.hash)
    if by is not None:
        query = query.where(a.by == by)
    if action is not None:
        query = query.where(a.action == action)
    if subject is not None:
        whole = a.subject == subject
        query = query.where(
            whole if " " in subject else whole | a.subject.startswith(f"{subject} ", autoescape=True)
        )
    if since is not None:
        query = query.where(a.at >= since)
    if until is not None:
        query = query.where(a.at < until)
    if before is not None:
        query = query.where(a.n < before)
    return [AuditRow(*row) for row in rows(conn, query.order_by(a.n.desc()).limit(limit))]


def said(row: AuditRow) -> list[tuple[str, str]]:
    """What a row says, name by name, for people: what was nothing is left out, what is large is cut."""
    try:
        detail = json.loads(row.detail)
    except ValueError:
        return [("", row.detail)]
    if not isinstance(detail, dict):
        return [("", str(detail))]
    told = (
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in detail.items()
        if value not in (None, "", [], {})
    )
    return [(name, text if len(text) <= _LONG else f"{text[:_LONG]} …") for name, text in told]


def actions(conn: Connection) -> list[str]:
    """Every action that was ever recorded."""
    return list(conn.execute(select(audit.c.action).distinct().order_by(audit.c.action)).scalars())


def prove(conn: Connection) -> Proof:
    """Walk the whole chain."""
    broken = log.verify(conn)
    count, head = log.head(conn)
    return Proof(
        count, head, None if broken is None else broken.n, None if broken is None else broken.problem
    )
