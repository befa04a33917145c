"""Acknowledgments both ways: what we sent and nobody has acknowledged, and what we owe (spec B17, C5).

Takes a moment; gives rows for lists and pages, what is late first. Called by cli and the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.ids import order_number
from edi_gateway.store.tables import deadlines, documents, interchanges, orders, receipts, transmissions

_ACKNOWLEDGMENTS = ("997", "999", "TA1")


@dataclass(frozen=True, slots=True)
class AwaitedRow:
    """A document of ours that is not acknowledged. `about`: PO number, or what the document is about."""

    document_id: int
    partner: str
    set_code: str
    about: str | None
    order_id: int | None
    interchange: str | None
    group: str | None
    control: str | None
    transmission_id: int | None
    sent_at: datetime | None
    due_at: datetime | None
    late: bool
    test: bool


@dataclass(frozen=True, slots=True)
class OwedRow:
    """What we owe a partner. `kind`: "997" (or 999, TA1) is made and has not gone; "855" an order is not answered;
    "receipt" came and is not worked; "interchange" is set aside and so not answered. `what` in words; `id` of the
    document, order, receipt or interchange."""

    kind: str
    id: int
    partner: str | None
    what: str
    state: str
    since: datetime
    due_at: datetime | None
    late: bool
    test: bool


def awaited(
    conn: Connection, now: datetime, *, partner: str | None = None, late: bool = False, limit: int = 500
) -> list[AwaitedRow]:
    """The first due first; with `late` only what should be here by now."""
    d, o, t, w = documents.c, orders.c, transmissions.c, deadlines.c
    query = (
        select(
            *(d.id, d.partner, d.set_code, o.po_number, d.business_key, d.order_id, d.interchange_control),
            *(d.group_control, d.control, d.transmission_id, t.sent_at, d.ack_due_at, d.state, d.test),
        )
        .join(orders, o.id == d.order_id, isouter=True)
        .join(transmissions, t.id == d.transmission_id, isouter=True)
        .order_by(d.ack_due_at.is_(None), d.ack_due_at, d.id)
        .limit(limit)
    )
    if partner is not None:
        query = query.where(d.partner == partner)
    overdue = query.where(d.direction == "out", d.state == "ACK_OVERDUE")
    waiting = query.where(
        d.state == "SENT",
        d.set_code.not_in(_ACKNOWLEDGMENTS),
        d.transmission_id.in_(select(w.subject).where(w.kind == "ack", w.state == "OPEN")),
    )
    if late:
        waiting = waiting.where(d.ack_due_at < now)
    found = [_awaited(row, now) for each in (overdue, waiting) for row in rows(conn, each)]
    return sorted(found, key=lambda row: (row.due_at is None, row.due_at, row.document_id))[:limit]


def _awaited(row: tuple[Any, ...], now: datetime) -> AwaitedRow:
    number, partner, set_code, po, key, order_id, isa, gs, st, bore, sent_at, due_at, state, test = row
    late = state == "ACK_OVERDUE" or (due_at is not None and due_at < now)
    return AwaitedRow(
        number, partner, set_code, po or key, order_id, isa, gs, st, bore, sent_at, due_at, late, test
    )


def owed(
    conn: Connection, now: datetime, *, partner: str | None = None, late: bool = False, limit: int = 500
) -> list[OwedRow]:
    """What has a due time first, by that; then the oldest."""
    found = [
        *_unanswered(conn, now, partner, limit),
        *_unsent(conn, partner, limit),
        *_unworked(conn, partner, limit),
        *_aside(conn, partner, limit),
    ]
    if late:
        found = [row for row in found if row.late]
    return sorted(found, key=lambda row: (row.due_at is None, row.due_at or row.since, row.id))[:limit]


def _of(query: Select[Any], column: Any, partner: str | None) -> Select[Any]:
    return query if partner is None else query.where(column == partner)


def _unanswered(conn: Connection, now: datetime, partner: str | None, limit: int) -> list[OwedRow]:
    o = orders.c
    query = (
        select(o.id, o.partner, o.po_number, o.answer_state, o.received_at, o.answer_due_at, o.test)
        .where(o.answer_state.in_(("DUE", "HELD_SENT")), o.state.not_in(("VOID",)))
        .order_by(o.answer_due_at.is_(None), o.answer_due_at, o.id)
        .limit(limit)
    )
    return [
        OwedRow(
            "855", number, whose,
            f"PO {po} ({order_number(number)}) is not answered"
            + (" for good: an 855 said that it waits." if state == "HELD_SENT" else "."),
            state, since, due_at, due_at is not None and due_at < now, test,
        )
        for number, whose, po, state, since, due_at, test in rows(conn, _of(query, o.partner, partner))
    ]  # fmt: skip


def _unsent(conn: Connection, partner: str | None, limit: int) -> list[OwedRow]:
    d, t = documents.c, transmissions.c
    query = (
        select(d.id, d.partner, d.set_code, d.state, d.created_at, d.test, t.state, t.last_error)
        .join(transmissions, t.id == d.transmission_id, isouter=True)
        .where(d.direction == "out", d.state.in_(("QUEUED", "BUNDLED")), d.set_code.in_(_ACKNOWLEDGMENTS))
        .order_by(d.id)
        .limit(limit)
    )
    made = []
    for number, whose, set_code, state, since, test, carried, error in rows(
        conn, _of(query, d.partner, partner)
    ):
        why = f": {error}" if error else ""
        what = f"{set_code} is made and has not gone{why or '.'}"
        made.append(OwedRow(set_code, number, whose, what, carried or state, since, None, bool(error), test))
    return made


def _unworked(conn: Connection, partner: str | None, limit: int) -> list[OwedRow]:
    r = receipts.c
    query = (
        select(r.id, r.partner, r.name, r.state, r.received_at)
        .where(r.state.in_(("RECEIVED", "WORKING")))
        .order_by(r.id)
        .limit(limit)
    )
    return [
        OwedRow("receipt", number, whose, f"{name} came and is not worked.", state, since, None, False, False)
        for number, whose, name, state, since in rows(conn, _of(query, r.partner, partner))
    ]


def _aside(conn: Connection, partner: str | None, limit: int) -> list[OwedRow]:
    """Interchanges that were set aside, as long as no replay has taken their place."""
    i, r = interchanges.c, receipts.c
    again = receipts.alias("again")
    waiting = (
        select(r.id, r.name)
        .where(r.state == "QUARANTINED", r.replay_of.is_(None))
        .where(~select(again.c.id).where(again.c.replay_of == r.id, again.c.state == "DONE").exists())
        .order_by(r.id.desc())
        .limit(limit)
        .subquery()
    )
    query = (
        select(i.id, i.partner, i.sender, i.control, i.state, i.received_at, i.usage, waiting.c.name)
        .join(waiting, waiting.c.id == i.receipt_id)
        .where(i.state == "QUARANTINED")
        .order_by(i.id)
        .limit(limit)
    )
    return [
        OwedRow(
            "interchange", number, whose,
            f"Interchange {control} of {sender} ({name}) is set aside: nobody has answered it.",
            state, since, None, False, usage == "T",
        )
        for number, whose, sender, control, state, since, usage, name in rows(conn, _of(query, i.partner, partner))
    ]  # fmt: skip
