"""Payments and what they paid (spec B11, C15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import payment_lines, payments


@dataclass(frozen=True, slots=True)
class PaymentRow:
    payment_id: int
    partner: str
    reference: str
    paid_on: date
    amount: Decimal
    currency: str
    state: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PaymentLineRow:
    """`matched`: it is an invoice or a credit of ours."""

    invoice: str
    matched: bool
    paid: Decimal
    discount: Decimal
    taken_off: Decimal
    reason: str | None


@dataclass(frozen=True, slots=True)
class PaymentView:
    payment: PaymentRow
    lines: tuple[PaymentLineRow, ...]


def list_payments(
    conn: Connection,
    *,
    partner: str | None = None,
    reference: str | None = None,
    state: str | None = None,
    payment_id: int | None = None,
    limit: int = 200,
) -> list[PaymentRow]:
    """The newest first."""
    c = payments.c
    query = select(c.id, c.partner, c.reference, c.paid_on, c.amount, c.currency, c.state, c.at, c.by)
    for column, value in (
        (c.partner, partner),
        (c.reference, reference),
        (c.state, state),
        (c.id, payment_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return [PaymentRow(*row) for row in rows(conn, query.order_by(c.id.desc()).limit(limit))]


def show(conn: Connection, payment_id: int) -> PaymentView | None:
    found = list_payments(conn, payment_id=payment_id)
    if not found:
        return None
    c = payment_lines.c
    query = select(c.invoice_number, c.invoice_id, c.paid, c.discount, c.adjustment, c.reason)
    lines = rows(conn, query.where(c.payment_id == payment_id).order_by(c.n))
    return PaymentView(
        found[0],
        tuple(PaymentLineRow(number, invoice_id is not None, *rest) for number, invoice_id, *rest in lines),
    )
