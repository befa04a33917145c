"""What an order has come to: what warehouses were asked, what left, what was billed for it (spec B17, order 360).

Takes an order; gives its releases, shipments and invoices. Called by orders.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, Select, or_, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import invoices, line_parts, releases, shipments


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A release: a 940 or a pick list."""

    number: str
    site: str
    warehouse: str | None
    store: str | None
    ship_on: date
    state: str
    document_id: int | None


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A shipment with something of the order in it. `notice`, `invoice`: how far its 856 and 810 are."""

    number: str
    shipped_on: date
    ship_to: str | None
    carrier: str | None
    pro: str | None
    bol: str | None
    state: str
    notice: str
    notice_document_id: int | None
    invoice: str


@dataclass(frozen=True, slots=True)
class BilledRow:
    number: str
    kind: str
    issued_on: date
    due_on: date | None
    total: Decimal
    paid: Decimal
    currency: str
    state: str
    document_id: int | None


def asked(conn: Connection, order_id: int) -> tuple[AskedRow, ...]:
    r = releases.c
    query = select(r.number, r.site, r.warehouse, r.store, r.ship_on, r.state, r.document_id)
    return tuple(AskedRow(*row) for row in rows(conn, query.where(r.order_id == order_id).order_by(r.id)))


def left(conn: Connection, order_id: int) -> tuple[LeftRow, ...]:
    s = shipments.c
    query = select(
        *(s.number, s.shipped_on, s.ship_to, s.carrier, s.pro, s.bol, s.state),
        *(s.notice_state, s.notice_document_id, s.invoice_state),
    )
    return tuple(LeftRow(*row) for row in rows(conn, query.where(s.id.in_(_of(order_id))).order_by(s.id)))


def billed(conn: Connection, order_id: int) -> tuple[BilledRow, ...]:
    """Invoices of the order, of its shipments when they bill several orders, and their credits."""
    i = invoices.c
    query = select(
        i.number, i.kind, i.issued_on, i.due_on, i.total, i.paid, i.currency, i.state, i.document_id
    )
    shared = i.order_id.is_(None) & i.shipment_id.in_(_of(order_id))
    mine = or_(i.order_id == order_id, shared)
    return tuple(BilledRow(*row) for row in rows(conn, query.where(mine).order_by(i.id)))


def _of(order_id: int) -> Select[tuple[int]]:
    """The shipments that hold something of the order."""
    p = line_parts.c
    return select(p.shipment_id).where(p.order_id == order_id, p.shipment_id.is_not(None))
