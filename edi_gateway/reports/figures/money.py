"""Figures of invoices and payments: how right, how soon (spec 5-kpis E8, E9, E14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from edi_gateway.reports.figures.figure import Definition, Row, Span, days
from edi_gateway.store.tables import invoices, orders, payment_lines, payments, shipments


def _issued(span: Span, *more: Any) -> Select[Any]:
    i = invoices.c
    first, last = span.ids
    query = select(i.id, i.number, i.partner, i.issued_at, *more).where(
        i.id >= first, i.id < last, i.kind != "CREDIT", i.test.is_(False)
    )
    return query if span.partner is None else query.where(i.partner == span.partner)


def _accuracy(conn: Connection, span: Span) -> Iterator[Row]:
    i = invoices.c
    credit = invoices.alias("credit")
    credited = exists().where(credit.c.original_id == i.id, credit.c.kind == "CREDIT")
    query = _issued(span, i.state, credited.label("credited"))
    for row in conn.execute(query.order_by(i.id)):
        why = "credited" if row.credited else "refused" if row.state == "REJECTED" else ""
        yield Row("invoice", row.id, row.number, row.partner, row.issued_at, not why, why=why)


def _to_invoice(conn: Connection, span: Span) -> Iterator[Row]:
    i, s = invoices.c, shipments.c
    query = _issued(span, i.issued_on, s.shipped_on).join(shipments, s.id == i.shipment_id)
    for row in conn.execute(query.order_by(i.id)):
        took = days(row.shipped_on, row.issued_on)
        yield Row("invoice", row.id, row.number, row.partner, row.issued_at, value=took)


def _paid(span: Span) -> Select[Any]:
    """Invoices paid in full whose last payment fell into the span."""
    i, p, n, o = invoices.c, payments.c, payment_lines.c, orders.c
    last = func.max(p.paid_on)
    query = (
        select(i.id, i.number, i.partner, i.issued_on, o.received_at, last.label("paid_on"))
        .select_from(
            invoices.join(payment_lines, n.invoice_id == i.id)
            .join(payments, p.id == n.payment_id)
            .outerjoin(orders, o.id == i.order_id)
        )
        .where(i.state == "PAID", i.test.is_(False))
        .group_by(i.id, i.number, i.partner, i.issued_on, o.received_at)
        .having(last >= span.since.date(), last < span.until.date())
        .order_by(i.id)
    )
    return query if span.partner is None else query.where(i.partner == span.partner)


def _to_cash(conn: Connection, span: Span) -> Iterator[Row]:
    for row in conn.execute(_paid(span)):
        if row.received_at is not None:
            took = days(row.received_at.date(), row.paid_on)
            yield Row("invoice", row.id, row.number, row.partner, row.paid_on, value=took)


def _to_payment(conn: Connection, span: Span) -> Iterator[Row]:
    for row in conn.execute(_paid(span)):
        took = days(row.issued_on, row.paid_on)
        yield Row("invoice", row.id, row.number, row.partner, row.paid_on, value=took)


OF_MONEY: tuple[Definition, ...] = (
    Definition(
        "invoice-accuracy",
        "Invoice accuracy",
        "share",
        "Invoices issued in the span that were neither credited nor refused since, of all issued.",
        "E14",
        _accuracy,
    ),
    Definition(
        "ship-to-invoice",
        "From departure to invoice",
        "days",
        "From the day a shipment left until its invoice was issued; of invoices issued in the span.",
        "E8",
        _to_invoice,
    ),
    Definition(
        "invoice-to-payment",
        "From invoice to payment",
        "days",
        "From the day an invoice was issued until it was paid in full; of those paid in the span.",
        "E8",
        _to_payment,
    ),
    Definition(
        "order-to-cash",
        "Order to cash",
        "days",
        "From the receipt of an order until its invoice was paid in full; of invoices paid in the span.",
        "E8",
        _to_cash,
    ),
)
