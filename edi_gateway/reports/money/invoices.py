"""Invoices and credits as lists and one by one, with what they bill, and what was paid (spec B11, B17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import (
    invoice_lines,
    invoices,
    order_lines,
    orders,
    payment_lines,
    payments,
    shipments,
)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """`open`: what is neither paid nor credited; of a credit what the buyer has not used."""

    invoice_id: int
    number: str
    kind: str
    partner: str
    customer: str | None
    po_number: str | None
    shipment: str | None
    store: str | None
    issued_on: date
    due_on: date | None
    total: Decimal
    open: Decimal
    currency: str
    state: str
    test: bool


@dataclass(frozen=True, slots=True)
class InvoiceLineRow:
    n: int
    order: str
    line: int
    sku: str | None
    quantity: Decimal
    unit: str
    price: Decimal
    price_basis: str | None
    amount: Decimal
    allowance: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class PaidRow:
    reference: str
    paid_on: date
    paid: Decimal
    discount: Decimal
    taken_off: Decimal
    reason: str | None


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """One invoice or credit whole. `original`: of which invoice it is; `related`: its credits and rebills."""

    invoice: InvoiceRow
    goods: Decimal
    charges: Decimal
    allowances: Decimal
    tax: Decimal
    discount: Decimal
    discount_until: date | None
    paid: Decimal
    reason: str | None
    issued_at: datetime
    issued_by: str
    document_id: int | None
    original: str | None
    related: tuple[str, ...]
    lines: tuple[InvoiceLineRow, ...]
    payments: tuple[PaidRow, ...]


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """All given conditions hold together. `overdue_on`: due before that day and not settled."""

    partner: str | None = None
    customer: str | None = None
    state: str | None = None
    po_number: str | None = None
    since: date | None = None
    until: date | None = None
    unsettled: bool = False
    overdue_on: date | None = None
    invoice_id: int | None = None
    limit: int = 200


SETTLED = ("PAID", "CREDITED")


def list_invoices(conn: Connection, wanted: InvoiceFilter) -> list[InvoiceRow]:
    """The newest first."""
    c, o = invoices.c, orders.c
    columns = (
        *(c.id, c.number, c.kind, c.partner, c.customer, o.po_number, shipments.c.number.label("shipment")),
        *(c.store, c.issued_on, c.due_on, c.total, c.paid, c.currency, c.state, c.test),
    )
    query = (
        select(*columns)
        .outerjoin(orders, o.id == c.order_id)
        .outerjoin(shipments, shipments.c.id == c.shipment_id)
        .order_by(c.id.desc())
        .limit(wanted.limit)
    )
    for column, value in (
        *((c.partner, wanted.partner), (c.customer, wanted.customer), (c.state, wanted.state)),
        *((o.po_number, wanted.po_number), (c.id, wanted.invoice_id)),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(c.issued_on >= wanted.since)
    if wanted.until is not None:
        query = query.where(c.issued_on <= wanted.until)
    if wanted.unsettled:
        query = query.where(c.state.not_in(SETTLED))
    if wanted.overdue_on is not None:
        query = query.where(c.state.not_in(SETTLED), c.kind != "CREDIT", c.due_on < wanted.overdue_on)
    found = conn.execute(query).all()
    credited = _credited(conn, [row.id for row in found])
    return [
        InvoiceRow(
            row.id,
            row.number,
            row.kind,
            row.partner,
            row.customer,
            row.po_number,
            row.shipment,
            row.store,
            row.issued_on,
            row.due_on,
            row.total,
            max(Decimal(0), row.total - row.paid - credited.get(row.id, Decimal(0))),
            row.currency,
            row.state,
            row.test,
        )
        for row in found
    ]


def find(conn: Connection, wanted: str) -> int | None:
    """The id of an invoice or credit by its number, or by its id."""
    found = conn.execute(select(invoices.c.id).where(invoices.c.number == wanted)).scalar()
    if found is None and wanted.isdecimal():
        found = conn.execute(select(invoices.c.id).where(invoices.c.id == int(wanted))).scalar()
    return found


def show(conn: Connection, invoice_id: int) -> InvoiceView | None:
    found = list_invoices(conn, InvoiceFilter(invoice_id=invoice_id))
    if not found:
        return None
    c = invoices.c
    row = conn.execute(select(invoices).where(c.id == invoice_id)).one()
    original = conn.execute(select(c.number).where(c.id == row.original_id)).scalar()
    related = conn.execute(select(c.number).where(c.original_id == invoice_id).order_by(c.id)).scalars()
    return InvoiceView(
        found[0],
        row.goods,
        row.charges,
        row.allowances,
        row.tax,
        row.discount,
        row.discount_until,
        row.paid,
        row.reason,
        row.issued_at,
        row.issued_by,
        row.document_id,
        original,
        tuple(related),
        tuple(_lines(conn, invoice_id)),
        tuple(_payments(conn, invoice_id)),
    )


def _lines(conn: Connection, invoice_id: int) -> list[InvoiceLineRow]:
    c, mine = invoice_lines.c, order_lines.c
    query = (
        select(
            *(c.n, orders.c.number, c.line, mine.sku, c.quantity, c.unit, c.price, c.price_basis, c.amount),
            *(c.allowance, c.tax),
        )
        .join(orders, orders.c.id == c.order_id)
        .outerjoin(order_lines, (mine.order_id == c.order_id) & (mine.line == c.line))
        .where(c.invoice_id == invoice_id)
        .order_by(c.n)
    )
    return [InvoiceLineRow(*row) for row in rows(conn, query)]


def _payments(conn: Connection, invoice_id: int) -> list[PaidRow]:
    c, p = payment_lines.c, payments.c
    query = (
        select(p.reference, p.paid_on, c.paid, c.discount, c.adjustment, c.reason)
        .join(payments, p.id == c.payment_id)
        .where(c.invoice_id == invoice_id)
        .order_by(p.id, c.n)
    )
    return [PaidRow(*row) for row in rows(conn, query)]


def _credited(conn: Connection, invoice_ids: list[int]) -> dict[int, Decimal]:
    """By invoice, what of its credits the buyer has not used elsewhere. Added up here: SQLite adds text as floats."""
    c = invoices.c
    found: dict[int, Decimal] = {}
    for start in range(0, len(invoice_ids), 400):
        query = select(c.original_id, c.total, c.paid).where(
            c.original_id.in_(invoice_ids[start : start + 400]), c.kind == "CREDIT"
        )
        for original_id, total, paid in rows(conn, query):
            found[original_id] = found.get(original_id, Decimal(0)) + max(Decimal(0), total - paid)
    return found
