"""Deadlines as rows, judged by the passed clock: nothing sleeps (DESIGN section 9).

One row a kind and subject. Called by commands (set, close) and flow/deadlines.py (due).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import deadlines

ANSWER = "answer"  # subject: order
ANSWER_WARNING = "answer warning"
ACK = "ack"  # subject: transmission
CANCEL_WARNING = "cancel warning"  # subject: order
CANCEL = "cancel"
HOLD_UNTIL = "hold until"  # subject: hold
CONFIRM = "confirm"  # subject: release
NOTICE = "notice"  # subject: shipment
CERTIFICATE = "certificate"  # subject: certificate
RECEIPT = "receipt"  # of an AS2 message; subject: the message
UNSENT = "unsent answers"  # of all orders; subject: 0
WATCH = "watch"  # the detectors of incidents; subject: 0


@dataclass(frozen=True, slots=True)
class Deadline:
    id: int
    kind: str
    subject: int
    due_at: datetime


def add(conn: Connection, ids: Ids, new: Sequence[tuple[str, int, datetime]]) -> None:
    """Deadlines (kind, subject, due_at) of subjects that have none of the kind yet; many at once."""
    rows = [(number, *row, "OPEN") for number, row in zip(ids.block(len(new)), new, strict=True)]
    bulk.insert(conn, deadlines, ("id", "kind", "subject", "due_at", "state"), rows)


def ensure(conn: Connection, ids: Ids, kind: str, subject: int, due_at: datetime) -> None:
    """Set this deadline unless there is one."""
    mine = (deadlines.c.kind == kind) & (deadlines.c.subject == subject)
    if conn.execute(select(deadlines.c.id).where(mine)).first() is None:
        put(conn, ids, kind, subject, due_at)


def put(conn: Connection, ids: Ids, kind: str, subject: int, due_at: datetime) -> None:
    """Set the one deadline of this kind and subject, open, whatever it was before."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(deadlines).values(
        id=ids.next(), kind=kind, subject=subject, due_at=due_at, state="OPEN"
    )
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "subject"], set_={"due_at": due_at, "state": "OPEN"}
        )
    )


def close(conn: Connection, kinds: Iterable[str], subjects: Sequence[int], state: str = "DONE") -> None:
    """Open deadlines of these kinds and subjects are met (DONE) or no longer apply (CANCELLED)."""
    wanted = list(kinds)
    for chunk in chunks(subjects):
        conn.execute(
            update(deadlines)
            .where(deadlines.c.kind.in_(wanted), deadlines.c.subject.in_(chunk), deadlines.c.state == "OPEN")
            .values(state=state)
        )


def due(conn: Connection, now: datetime, limit: int = 500) -> list[Deadline]:
    """Open deadlines that have passed by `now`, the longest first; locked for this transaction."""
    query = (
        select(deadlines.c.id, deadlines.c.kind, deadlines.c.subject, deadlines.c.due_at)
        .where(deadlines.c.state == "OPEN", deadlines.c.due_at <= now)
        .order_by(deadlines.c.due_at, deadlines.c.id)
        .limit(limit)
        .with_for_update()
    )
    return [Deadline(row.id, row.kind, row.subject, row.due_at) for row in conn.execute(query)]


def finish(conn: Connection, deadline_ids: Sequence[int]) -> None:
    """These deadlines have been dealt with."""
    conn.execute(update(deadlines).where(deadlines.c.id.in_(deadline_ids)).values(state="DONE"))
