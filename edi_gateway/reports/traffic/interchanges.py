"""Interchanges as lists, what came and what went.

Takes filters; gives rows, the newest first; one more than is shown when there are older ones. Called by cli and pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.ids import first_id
from edi_gateway.store.tables import documents, interchanges, receipts, transmissions

SHOWN: Final = 50
CAME: Final = ("DONE", "REJECTED", "QUARANTINED", "DUPLICATE")
WENT: Final = ("READY", "SENT", "FAILED", "CANCELLED")


@dataclass(frozen=True, slots=True)
class InterchangeRow:
    """`receipt_id` of what came, `transmission_id` of what went; `name` of the file; `sets`: how many are in it."""

    interchange_id: int
    direction: str
    partner: str | None
    sender: str
    receiver: str
    control: str
    version: str | None
    state: str
    acknowledged: str | None
    name: str
    sets: int
    receipt_id: int | None
    transmission_id: int | None
    at: datetime
    test: bool


def came(
    conn: Connection,
    *,
    control: str = "",
    partner: str = "",
    state: str = "",
    since: date | None = None,
    until: date | None = None,
    before: int | None = None,
    limit: int = SHOWN + 1,
) -> list[InterchangeRow]:
    """`control`: ISA13, with or without its leading zeros."""
    i, r, d = interchanges.c, receipts.c, documents.c
    sets = select(func.count()).where(
        d.interchange_id == i.id, d.direction == "in", d.receipt_id == i.receipt_id
    )
    query = (
        select(
            i.id, i.partner, i.sender_qualifier, i.sender, i.receiver_qualifier, i.receiver, i.control, i.version,
            i.state, r.name, sets.scalar_subquery(), i.receipt_id, i.received_at, i.usage,
        )
        .join_from(interchanges, receipts, r.id == i.receipt_id)
        .order_by(i.id.desc())
        .limit(limit)
    )  # fmt: skip
    if control:
        query = query.where(i.control.in_(_written(control)))
    if partner:
        query = query.where(i.partner == partner)
    if state:
        query = query.where(i.state == state)
    if before is not None:
        query = query.where(i.id < before)
    query = query.where(*_within(i.id, since, until))
    return [
        InterchangeRow(
            number, "in", whose, f"{sq}:{sender}", f"{rq}:{receiver}", isa, version, stands, None, name, count,
            receipt_id, None, at, usage == "T",
        )
        for number, whose, sq, sender, rq, receiver, isa, version, stands, name, count, receipt_id, at, usage in rows(
            conn, query
        )
    ]  # fmt: skip


def went(
    conn: Connection,
    *,
    control: str = "",
    partner: str = "",
    state: str = "",
    since: date | None = None,
    until: date | None = None,
    before: int | None = None,
    limit: int = SHOWN + 1,
) -> list[InterchangeRow]:
    """Transmissions: each is one interchange, or a file that somebody sent as it is."""
    t = transmissions.c
    query = (
        select(
            t.id, t.partner, t.control, t.state, t.ack_state, t.name, t.documents, t.created_at, t.test
        )
        .order_by(t.id.desc())
        .limit(limit)
    )  # fmt: skip
    if control:
        query = query.where(t.control.in_(_written(control)))
    if partner:
        query = query.where(t.partner == partner)
    if state:
        query = query.where(t.state == state)
    if before is not None:
        query = query.where(t.id < before)
    query = query.where(*_within(t.id, since, until))
    return [
        InterchangeRow(
            number, "out", whose, "us", whose, isa, None, stands, acked, name, count, None, number, at, test
        )
        for number, whose, isa, stands, acked, name, count, at, test in rows(conn, query)
    ]


def _within(column: ColumnElement[int], since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    """Days (UTC) of when a row was made, both included: its id tells."""
    given: list[ColumnElement[bool]] = []
    if since is not None:
        given.append(column >= first_id(_midnight(since)))
    if until is not None and until < date.max:
        given.append(column < first_id(_midnight(until + timedelta(days=1))))
    return given


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _written(control: str) -> list[str]:
    """The ways in which a control number may be written."""
    plain = control.strip()
    return list(dict.fromkeys((plain, plain.lstrip("0") or "0", plain.zfill(9))))
