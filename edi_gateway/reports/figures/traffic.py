"""Figures of the traffic: throughput, first-pass yield, what was refused, acknowledgments, the age of the queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, case, exists, func, select, type_coerce

from edi_gateway.reports.figures.figure import Definition, Row, Span, hours
from edi_gateway.store.tables import (
    as2_messages,
    cases,
    causes,
    documents,
    holds,
    interchanges,
    orders,
    transmissions,
)
from edi_gateway.store.watch.tallies import BAD

_ORDERS = ("850", "875", "860")  # sets that bring orders
_HOUR = 13  # characters of a moment up to its hour


def _inbound(span: Span) -> ColumnElement[bool]:
    d = documents.c
    first, last = span.ids
    wanted = and_(d.id >= first, d.id < last, d.direction == "in", d.test.is_(False))
    return wanted if span.partner is None else wanted & (d.partner == span.partner)


def _throughput(conn: Connection, span: Span) -> Iterator[Row]:
    """A row an hour, direction, partner and set."""
    d = documents.c
    first, last = span.ids
    hour = func.substr(type_coerce(d.created_at, String), 1, _HOUR).label("hour")
    columns = (hour, d.direction, d.partner, d.set_code)
    query = select(*columns, func.count().label("n")).where(d.id >= first, d.id < last, d.test.is_(False))
    if span.partner is not None:
        query = query.where(d.partner == span.partner)
    for row in conn.execute(query.group_by(*columns).order_by(hour, d.direction, d.partner, d.set_code)):
        at = datetime.fromisoformat(f"{row.hour}:00:00+00:00")
        name = f"{row.set_code} {row.direction}"
        yield Row("documents", 0, name, row.partner, at, weight=Decimal(row.n), set_code=row.set_code)


def _first_pass(conn: Connection, span: Span) -> Iterator[Row]:
    """Orders that came and needs nobody: read, and accepted without a hold."""
    d, h, c = documents.c, holds.c, cases.c
    held = exists().where(h.order_id == d.order_id)
    about = exists().where(c.document_id == d.id)
    query = select(
        d.id, d.set_code, d.control, d.business_key, d.partner, d.created_at, d.state,
        case((held, 1), else_=0).label("held"), case((about, 1), else_=0).label("about"),
    ).where(_inbound(span), d.set_code.in_(_ORDERS), d.state.not_in(("DUPLICATE", "IGNORED")))  # fmt: skip
    for row in conn.execute(query.order_by(d.id)):
        why = ""
        if row.state in BAD:
            why = f"the set was not taken ({row.state})"
        elif row.held:
            why = "its order was held"
        elif row.about:
            why = "there was a case about it"
        name = row.business_key or f"{row.set_code} {row.control}"
        yield _document(row, name, not why, why)


def _taken(conn: Connection, span: Span) -> Iterator[Row]:
    d = documents.c
    query = select(d.id, d.set_code, d.control, d.partner, d.created_at, d.state).where(_inbound(span))
    for row in conn.execute(query.order_by(d.id)):
        bad = row.state in BAD
        yield _document(row, _called(row), bad, row.state if bad else "")


def _repeated(conn: Connection, span: Span) -> Iterator[Row]:
    d = documents.c
    query = select(d.id, d.set_code, d.control, d.partner, d.created_at, d.state).where(_inbound(span))
    for row in conn.execute(query.order_by(d.id)):
        yield _document(row, _called(row), row.state == "DUPLICATE")


def _called(row: Any) -> str:
    return f"{row.set_code} {row.control or ''}".strip()


def _document(row: Any, name: str, passed: bool, why: str = "") -> Row:
    return Row("document", row.id, name, row.partner, row.created_at, passed, why=why, set_code=row.set_code)


def _our_acknowledgments(conn: Connection, span: Span) -> Iterator[Row]:
    """997 and 999 of ours: from the receipt of what they answer until they were sent."""
    d, t, i = documents.c, transmissions.c, interchanges.c
    first, last = span.ids
    query = (
        select(d.id, d.set_code, d.partner, d.control, i.received_at, t.sent_at)
        .select_from(
            documents.join(interchanges, i.id == d.interchange_id).join(
                transmissions, t.id == d.transmission_id
            )
        )
        .where(d.id >= first, d.id < last, d.direction == "out", d.set_code.in_(("997", "999")))
        .where(t.sent_at.is_not(None), d.test.is_(False))
    )
    if span.partner is not None:
        query = query.where(d.partner == span.partner)
    for row in conn.execute(query.order_by(d.id)):
        took = hours(row.received_at, row.sent_at)
        yield Row(
            "document", row.id, _called(row), row.partner, row.sent_at, value=took, set_code=row.set_code
        )


def _their_acknowledgments(conn: Connection, span: Span) -> Iterator[Row]:
    """Interchanges of ours whose acknowledgment was due in the span: whether it came in time."""
    t, c = transmissions.c, cases.c
    first, last = span.ids
    late = exists().where(c.transmission_id == t.id, c.code == "ACK_OVERDUE")
    query = (
        select(
            t.id, t.name, t.partner, t.sent_at, t.sets, t.ack_state, case((late, 1), else_=0).label("late")
        )
        .where(t.id >= first, t.id < last, t.ack_state != "NONE", t.sent_at.is_not(None), t.test.is_(False))
        .where((t.ack_state != "AWAITED") | late)
    )
    if span.partner is not None:
        query = query.where(t.partner == span.partner)
    for row in conn.execute(query.order_by(t.id)):
        in_time = not row.late and row.ack_state != "OVERDUE"
        why = "" if in_time else "it came late" if row.ack_state != "OVERDUE" else "it has not come"
        yield Row(
            "transmission", row.id, row.name, row.partner, row.sent_at, in_time, why=why, set_code=row.sets
        )


def _time_to_their_acknowledgment(conn: Connection, span: Span) -> Iterator[Row]:
    """Sets of ours that were made in the span and acknowledged: from their sending until a 997, 999 or TA1 spoke of
    them. Not of those that were sent once more after that: when the first time was is not known."""
    d, t = documents.c, transmissions.c
    first, last = span.ids
    query = (
        select(d.id, d.set_code, d.control, d.business_key, d.partner, d.status, d.acked_at, t.sent_at)
        .join(transmissions, t.id == d.transmission_id)
        .where(d.id >= first, d.id < last, d.acked_at >= t.sent_at, d.test.is_(False))
    )
    if span.partner is not None:
        query = query.where(d.partner == span.partner)
    for row in conn.execute(query.order_by(d.id)):
        name = f"{row.set_code} {row.business_key or row.control or ''}".strip()
        took = hours(row.sent_at, row.acked_at)
        why = f"status {row.status}" if row.status else ""
        yield Row(
            "document", row.id, name, row.partner, row.acked_at, value=took, why=why, set_code=row.set_code
        )


def _time_to_their_receipt(conn: Connection, span: Span) -> Iterator[Row]:
    """AS2 messages of ours of the span that have their receipt (MDN): from the first sending until it came."""
    a, t = as2_messages.c, transmissions.c
    first, last = span.ids
    query = (
        select(t.id, t.name, t.sets, a.partner, a.state, a.first_sent_at, a.receipted_at)
        .join(transmissions, t.id == a.transmission_id)
        .where(a.id >= first, a.id < last, a.direction == "out", a.receipted_at >= a.first_sent_at)
        .where(t.test.is_(False))
    )
    if span.partner is not None:
        query = query.where(a.partner == span.partner)
    for row in conn.execute(query.order_by(a.id)):
        took = hours(row.first_sent_at, row.receipted_at)
        why = "refused" if row.state == "RECEIPT_REFUSED" else ""
        yield Row(
            "transmission",
            row.id,
            row.name,
            row.partner,
            row.receipted_at,
            value=took,
            why=why,
            set_code=row.sets,
        )


def _answers(conn: Connection, span: Span) -> Iterator[Row]:
    """Orders whose 855 was due in the span: whether the first one left in time."""
    o, d, t = orders.c, documents.c, transmissions.c
    sent = (
        select(func.min(t.sent_at))
        .select_from(documents.join(transmissions, t.id == d.transmission_id))
        .where(d.order_id == o.id, d.direction == "out", d.set_code == "855")
        .scalar_subquery()
    )
    query = select(o.id, o.po_number, o.partner, o.answer_due_at, sent.label("sent")).where(
        o.answer_due_at >= span.since, o.answer_due_at < span.until, o.test.is_(False), o.state != "VOID"
    )
    if span.partner is not None:
        query = query.where(o.partner == span.partner)
    for row in conn.execute(query.order_by(o.id)):
        in_time = row.sent is not None and row.sent <= row.answer_due_at
        why = "" if in_time else "not sent" if row.sent is None else f"sent {row.sent:%Y-%m-%d %H:%M}"
        yield Row("order", row.id, row.po_number, row.partner, row.answer_due_at, in_time, why=why)


def _queue_age(conn: Connection, span: Span) -> Iterator[Row]:
    """Open cases by their age now; the largest causes first within a bucket."""
    c = causes.c
    query = select(c.fingerprint, c.cause, c.partner, c.first_at, c.cases, c.tests).where(
        c.due_at.is_not(None), c.cases > c.tests
    )
    if span.partner is not None:
        query = query.where(c.partner == span.partner)
    for row in conn.execute(query.order_by(c.first_at)):
        age = hours(row.first_at, max(row.first_at, span.end))
        name = f"{row.cause} [{row.fingerprint[:12]}]"
        weight = Decimal(row.cases - row.tests)
        yield Row("cause", 0, name, row.partner, row.first_at, weight=weight, value=age, why=bucket(age))


_BUCKETS = ((4, "0-4 h"), (24, "4-24 h"), (72, "1-3 d"))


def bucket(age: Decimal) -> str:
    """The bucket of an age in hours (spec B4 rule 7)."""
    return next((name for limit, name in _BUCKETS if age < limit), "> 3 d")


OF_TRAFFIC: tuple[Definition, ...] = (
    Definition(
        "throughput",
        "Documents in and out",
        "count",
        "Sets that came and sets that were made, by hour, partner and set; tests not counted.",
        "E16",
        _throughput,
    ),
    Definition(
        "first-pass",
        "First-pass yield",
        "share",
        "Sets that bring orders (850, 875, 860) which were read and accepted without a refusal, a hold or a case, of "
        "all that came; repeats and copies not counted.",
        "E16",
        _first_pass,
    ),
    Definition(
        "reject-rate",
        "Reject rate",
        "share",
        "Sets that came and were not taken (rejected, in error, quarantined), of all that came.",
        "E16",
        _taken,
    ),
    Definition(
        "repeat-rate",
        "Repeats",
        "share",
        "Sets that came again as they were, of all that came.",
        "E16",
        _repeated,
    ),
    Definition(
        "ack-time",
        "Time to our acknowledgment",
        "hours",
        "From the receipt of an interchange until our 997 or 999 to it was sent.",
        "E9",
        _our_acknowledgments,
    ),
    Definition(
        "acks-in-time",
        "Acknowledged by partners in time",
        "share",
        "Interchanges of ours that were acknowledged before their time was up, of those acknowledged or overdue.",
        "E9",
        _their_acknowledgments,
    ),
    Definition(
        "partner-ack-time",
        "Time to partners' acknowledgment",
        "hours",
        "From the sending of a set of ours until their 997, 999 or TA1 spoke of it; of sets made in the span that are "
        "acknowledged.",
        "E9",
        _time_to_their_acknowledgment,
    ),
    Definition(
        "receipt-time",
        "Time to partners' receipts",
        "hours",
        "From the first sending of an AS2 message of ours until its receipt (MDN) came; of messages made in the span.",
        "E9",
        _time_to_their_receipt,
    ),
    Definition(
        "answers-in-time",
        "Answered in time",
        "share",
        "Orders whose first 855 was sent before it was due, of those whose 855 was due in the span.",
        "E9",
        _answers,
    ),
    Definition(
        "queue-age",
        "Age of the queue",
        "hours",
        "How long the causes that have open cases have been open, now or at the end of the span; tests not counted.",
        "E11",
        _queue_age,
        now=True,
    ),
)
