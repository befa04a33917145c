"""Control reports of spec B16 and S24: what an auditor asks for, each as rows that can be looked at one by one.

Invoices without proof of delivery wait for a carrier's word, which nothing here receives yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, select

from edi_gateway.reports.figures.figure import Span
from edi_gateway.store.tables import (
    cases,
    holds,
    imports,
    invoices,
    order_edits,
    orders,
    shipments,
    transmissions,
    users,
)

_MACHINE = "system"
_COUNTED = re.compile(r"\d+")
_UNMATCHED = (
    "CONFIRM_UNMATCHED",
    "PAYMENT_UNMATCHED",
    "ADVICE_UNMATCHED",
    "ACK_UNMATCHED",
    "CHANGE_WITHOUT_ORDER",
)
_APART = (
    frozenset({"MASTER_DATA", "BILLING"}),
    frozenset({"CSR", "CREDIT"}),
    frozenset({"ADMIN", "AUDITOR"}),
)


@dataclass(frozen=True, slots=True)
class ControlRow:
    """`kind` and `subject`: what to look at."""

    at: datetime | date | None
    by: str | None
    kind: str
    subject: int
    name: str
    text: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """`rows`: of the span, or as it stands now where nothing has a time."""

    name: str
    title: str
    rows: Callable[[Connection, Span], Iterator[ControlRow]]


def _overrides(conn: Connection, span: Span) -> Iterator[ControlRow]:
    h, o = holds.c, orders.c
    query = (
        select(
            h.id, h.order_id, h.code, h.released_at, h.released_by, h.reason, h.text, h.amount, o.po_number
        )
        .join(orders, o.id == h.order_id)
        .where(h.released_at >= span.since, h.released_at < span.until, h.released_by != _MACHINE)
        .where(h.state == "RELEASED")
        .order_by(h.released_by, h.released_at)
    )
    for row in conn.execute(query):
        text = f"{row.code} ({row.reason}): {row.text or ''}"
        yield ControlRow(
            row.released_at, row.released_by, "order", row.order_id, row.po_number, text, row.amount
        )


def _own_edits(conn: Connection, span: Span) -> Iterator[ControlRow]:
    h, o, x = holds.c, orders.c, order_edits.c
    query = (
        select(h.order_id, h.code, h.released_at, h.released_by, h.amount, o.po_number, x.field)
        .select_from(
            holds.join(orders, o.id == h.order_id).join(
                order_edits, (x.order_id == h.order_id) & (x.by == h.released_by) & (x.at <= h.released_at)
            )
        )
        .where(h.released_at >= span.since, h.released_at < span.until, h.released_by != _MACHINE)
        .where(h.state == "RELEASED")
        .order_by(h.released_at)
    )
    for row in conn.execute(query):
        text = f"edited {row.field}, then released {row.code}"
        yield ControlRow(
            row.released_at, row.released_by, "order", row.order_id, row.po_number, text, row.amount
        )


def _without_text(conn: Connection, span: Span) -> Iterator[ControlRow]:
    return (row for row in _overrides(conn, span) if not row.text.rpartition(": ")[2].strip())


def _prices(conn: Connection, span: Span) -> Iterator[ControlRow]:
    x, o = order_edits.c, orders.c
    query = (
        select(x.order_id, x.line, x.field, x.was, x.now, x.by, x.at, x.why, o.po_number)
        .join(orders, o.id == x.order_id)
        .where(x.at >= span.since, x.at < span.until, x.field.contains("price"))
        .order_by(x.at)
    )
    for row in conn.execute(query):
        text = f"line {row.line}: {row.was} -> {row.now} ({row.why or 'no reason'})"
        yield ControlRow(row.at, row.by, "order", row.order_id, row.po_number, text)


def _without_answer(conn: Connection, span: Span) -> Iterator[ControlRow]:
    o = orders.c
    query = select(o.id, o.po_number, o.partner, o.answer_due_at, o.total).where(
        o.answer_state == "DUE", o.answer_due_at < span.until, o.test.is_(False), o.state != "VOID"
    )
    for row in conn.execute(query.order_by(o.answer_due_at)):
        text = f"{row.partner}: no 855 went, due {row.answer_due_at:%Y-%m-%d %H:%M} UTC"
        yield ControlRow(row.answer_due_at, None, "order", row.id, row.po_number, text, row.total)


def _without_notice(conn: Connection, span: Span) -> Iterator[ControlRow]:
    s = shipments.c
    query = select(s.id, s.number, s.partner, s.shipped_at, s.notice_state, s.notice_due_at).where(
        s.notice_state.in_(("NOT_DUE", "DUE", "HELD", "REJECTED")), s.notice_due_at < span.until
    )
    for row in conn.execute(query.where(s.state == "SHIPPED", s.test.is_(False)).order_by(s.id)):
        text = f"{row.partner}: 856 {row.notice_state.lower().replace('_', ' ')}"
        yield ControlRow(row.shipped_at, None, "shipment", row.id, row.number, text)


def _without_invoice(conn: Connection, span: Span) -> Iterator[ControlRow]:
    s = shipments.c
    query = select(s.id, s.number, s.partner, s.shipped_at, s.invoice_state).where(
        s.invoice_state.in_(("DUE", "BLOCKED")), s.shipped_at < span.until
    )
    for row in conn.execute(query.where(s.state == "SHIPPED", s.test.is_(False)).order_by(s.id)):
        text = f"{row.partner}: invoice {row.invoice_state.lower()}"
        yield ControlRow(row.shipped_at, None, "shipment", row.id, row.number, text)


def _gaps(conn: Connection, _: Span) -> Iterator[ControlRow]:
    """Numbers of ours between others that stand nowhere: of interchanges by partner, of invoices by series."""
    t, i = transmissions.c, invoices.c
    sent: dict[str, set[int]] = {}
    for partner, control in conn.execute(select(t.partner, t.control)):
        sent.setdefault(partner, set()).add(int(control))
    for partner, numbers in sorted(sent.items()):
        for first, last in _missing(numbers):
            text = f"ISA13 {first:09d} to {last:09d} to {partner} stand nowhere"
            yield ControlRow(None, None, "partner", 0, partner, text)
    series: dict[str, set[int]] = {}
    for number in conn.execute(select(i.number)).scalars():
        name, counted = _COUNTED.sub("#", number), _COUNTED.findall(number)
        if counted:
            series.setdefault(name, set()).add(int(counted[-1]))
    for name, numbers in sorted(series.items()):
        for first, last in _missing(numbers):
            yield ControlRow(
                None, None, "invoice", 0, name, f"invoice numbers {first} to {last} stand nowhere"
            )


def _missing(numbers: set[int]) -> Iterator[tuple[int, int]]:
    """The gaps between the least and the greatest."""
    ordered = sorted(numbers)
    for before, after in pairwise(ordered):
        if after - before > 1:
            yield before + 1, after - 1


def _without_997(conn: Connection, _: Span) -> Iterator[ControlRow]:
    t = transmissions.c
    query = select(t.id, t.name, t.partner, t.sets, t.sent_at).where(
        t.ack_state == "OVERDUE", t.test.is_(False)
    )
    for row in conn.execute(query.order_by(t.id)):
        yield ControlRow(row.sent_at, None, "transmission", row.id, row.name, f"{row.partner}: {row.sets}")


def _unmatched(conn: Connection, span: Span) -> Iterator[ControlRow]:
    c = cases.c
    query = select(c.id, c.code, c.opened_at, c.message, c.amount).where(
        c.code.in_(_UNMATCHED), c.closed_at.is_(None), c.opened_at < span.until
    )
    for row in conn.execute(query.order_by(c.id)):
        yield ControlRow(row.opened_at, None, "case", row.id, row.code, row.message, row.amount)


def _alone(conn: Connection, span: Span) -> Iterator[ControlRow]:
    i = imports.c
    query = select(i.id, i.kind, i.source, i.imported_by, i.decided_at).where(
        i.imported_by == i.decided_by,
        i.state == "APPROVED",
        i.decided_at >= span.since,
        i.decided_at < span.until,
    )
    for row in conn.execute(query.order_by(i.id)):
        text = f"{row.kind} of {row.source} imported and approved by one person"
        yield ControlRow(row.decided_at, row.imported_by, "import", row.id, row.kind, text)


def _roles(conn: Connection, _: Span) -> Iterator[ControlRow]:
    """Users with roles that should lie with two people; with all their roles."""
    for row in conn.execute(select(users.c.name, users.c.roles).order_by(users.c.name)):
        mine = frozenset(row.roles.split(","))
        for pair in _APART:
            if pair <= mine:
                text = f"has {' and '.join(sorted(pair))} ({row.roles})"
                yield ControlRow(None, row.name, "user", 0, row.name, text)


CONTROLS: Final[Mapping[str, Control]] = MappingProxyType(
    {
        one.name: one
        for one in (
            Control("overrides", "Holds released by people", _overrides),
            Control("own-edits", "Holds released by who had edited the order", _own_edits),
            Control("without-text", "Holds released without a word", _without_text),
            Control("prices", "Prices changed by hand", _prices),
            Control("no-answer", "Orders without an 855 in time", _without_answer),
            Control("no-notice", "Shipments without an 856", _without_notice),
            Control("no-invoice", "Shipments without an invoice", _without_invoice),
            Control("gaps", "Gaps in our numbers", _gaps),
            Control("no-997", "Sent and not acknowledged", _without_997),
            Control("unmatched", "Documents that match nothing", _unmatched),
            Control("alone", "Master data without a second person", _alone),
            Control("roles", "Users with roles that belong apart", _roles),
        )
    }
)


@dataclass(frozen=True, slots=True)
class ControlCount:
    name: str
    title: str
    rows: int


def counts(conn: Connection, span: Span) -> list[ControlCount]:
    """How many rows each has."""
    return [
        ControlCount(one.name, one.title, sum(1 for _ in one.rows(conn, span))) for one in CONTROLS.values()
    ]


def control(conn: Connection, name: str, span: Span) -> list[ControlRow] | None:
    """The rows of one; None when there is none of this name."""
    one = CONTROLS.get(name)
    return None if one is None else list(one.rows(conn, span))
