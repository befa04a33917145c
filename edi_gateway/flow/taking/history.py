"""What became of a receipt so far: its earlier commits when it is resumed, its earlier attempts when replayed.

Takes a receipt, reads rows; answers road.py's questions so that nothing is done twice and nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, or_, select

from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Finding
from edi_gateway.store.bulk import Row
from edi_gateway.store.tables import documents, groups, receipts
from edi_gateway.store.traffic import findings
from edi_gateway.store.traffic.receipts import Waiting
from edi_gateway.x12.acks.ack import GroupResult
from edi_gateway.x12.parsing.envelope import Group

_THROUGH = ("APPLIED", "HELD", "DUPLICATE", "IGNORED")


@dataclass(frozen=True, slots=True)
class Done:
    """A set that an earlier commit of this receipt has worked."""

    interchange_id: int
    group_id: int | None
    status: str | None
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class History:
    """Empty for a receipt that is worked for the first time, which is nearly always."""

    is_replay: bool = False
    interchanges: frozenset[int] = frozenset()
    _done: dict[int, Done] = field(default_factory=dict)
    _applied: frozenset[str] = frozenset()
    _statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    _acknowledged: frozenset[tuple[str, str]] = frozenset()

    def done(self, offset: int) -> Done | None:
        """What an earlier commit made of the set that stands there."""
        return self._done.get(offset)

    def applied(self, set_hash: str) -> bool:
        """A replay: whether this very set went through in an earlier attempt."""
        return set_hash in self._applied

    def needs_ack(self, group: Group, result: GroupResult) -> bool:
        """A replay: whether the partner was told nothing yet, or something else, about this group."""
        if (group.code, group.control) not in self._acknowledged:
            return True
        return any(self._statuses.get((group.control, one.control)) != one.status for one in result.sets)


def of(conn: Connection, receipt: Waiting) -> History:
    """Read it; no query for a receipt that is new."""
    if receipt.replay_of is None and not receipt.worked_sets:
        return History()
    history = History(is_replay=receipt.replay_of is not None)
    if receipt.worked_sets:
        _read_done(conn, receipt, history)
    if receipt.replay_of is not None:
        _read_attempts(conn, receipt, history)
    return history


def _read_done(conn: Connection, receipt: Waiting, history: History) -> None:
    c = documents.c
    query = select(c.id, c.offset, c.interchange_id, c.group_id, c.status).where(
        c.receipt_id == receipt.id, c.direction == "in"
    )
    rows = conn.execute(query).all()
    said = findings.by_document(conn, receipt.id)
    history.interchanges = frozenset(row.interchange_id for row in rows)
    history._done = {
        row.offset: Done(row.interchange_id, row.group_id, row.status, tuple(said.get(row.id, ())))
        for row in rows
    }


def _read_attempts(conn: Connection, receipt: Waiting, history: History) -> None:
    """The receipt that is replayed, and its other replays."""
    family = select(receipts.c.id).where(
        or_(receipts.c.id == receipt.replay_of, receipts.c.replay_of == receipt.replay_of),
        receipts.c.id != receipt.id,
    )
    c = documents.c
    query = select(c.set_hash, c.state, c.group_control, c.control, c.status).where(
        c.receipt_id.in_(family), c.direction == "in"
    )
    rows = conn.execute(query.order_by(c.id)).all()
    history._applied = frozenset(row.set_hash for row in rows if row.state in _THROUGH)
    history._statuses = {(row.group_control, row.control): row.status for row in rows if row.status}
    told = (
        select(groups.c.code, groups.c.control)
        .join(documents, documents.c.group_id == groups.c.id)
        .where(documents.c.receipt_id.in_(family), groups.c.ack_document_id.is_not(None))
    )
    history._acknowledged = frozenset((row.code, row.control) for row in conn.execute(told))


_COPIED = (
    *("direction", "partner", "set_code", "version", "gs_code", "test", "body", "segments", "delimiters"),
    *("snapshot", "interchange_id"),
)


def acknowledged_again(
    conn: Connection, works: Works, interchange_id: int, unwritten: Sequence[Row]
) -> list[Row]:
    """The 997s and TA1 of an interchange once more, for the partner who sent it once more (spec D1).

    Each once, however often it was said before. `unwritten`: what this commit says to it.
    """
    query = (
        select(*(documents.c[name] for name in _COPIED))
        .where(documents.c.interchange_id == interchange_id, documents.c.direction == "out")
        .where(documents.c.state.not_in(("INVALID", "CANCELLED")))
        .order_by(documents.c.id)
    )
    said = [row._asdict() for row in conn.execute(query)]
    said += [{name: row[name] for name in _COPIED} for row in unwritten if row["state"] != "INVALID"]
    each = {(row["set_code"], row["body"]): row for row in reversed(said)}
    now = works.clock()
    return [
        {"id": works.ids.next(), **row, "state": "QUEUED", "created_at": now}
        for row in reversed(each.values())
    ]
