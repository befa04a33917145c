"""What a representative asks every day about goods and bills: what waits, what is to ship, to be told, to be billed.

Takes a moment and a day; gives rows for lists and exports (spec B17). Late first. Called by cli.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, select

from edi_gateway.model.fulfilment import AT_WAREHOUSE, WAITING, PartState
from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import (
    documents,
    line_parts,
    order_events,
    orders,
    releases,
    shipments,
    stock,
    supply,
    transmissions,
)

NOTICE_DUE: Final = (
    shipments.c.state == "SHIPPED",
    shipments.c.notice_state.in_(("NOT_DUE", "DUE", "HELD", "MADE", "REJECTED")),
)
INVOICE_DUE: Final = (shipments.c.state == "SHIPPED", shipments.c.invoice_state.in_(("DUE", "BLOCKED")))


@dataclass(frozen=True, slots=True)
class BackorderRow:
    """A part that waits for stock. `free`: of the item now, over all sites; `next_supply`: the first day on which more
    is confirmed to come; both in base units and for all who wait."""

    order: str
    po_number: str
    partner: str
    customer: str | None
    line: int
    store: str | None
    sku: str
    quantity: Decimal
    unit: str
    reason: str | None
    since: datetime
    days: int
    promised: date | None
    cancel_after: date | None
    free: Decimal | None
    next_supply: date | None
    test: bool


@dataclass(frozen=True, slots=True)
class ToShipRow:
    """A part that has stock and has not left."""

    order: str
    po_number: str
    partner: str
    customer: str | None
    line: int
    store: str | None
    sku: str
    quantity: Decimal
    unit: str
    state: str
    site: str | None
    release: str | None
    release_on: date | None
    ship_from: date | None
    ship_until: date | None
    cancel_after: date | None
    late: bool
    test: bool


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A shipment whose 856 is to go or has not gone."""

    shipment: str
    partner: str
    ship_to: str | None
    bol: str | None
    shipped_at: datetime
    state: str
    due_at: datetime | None
    late: bool
    test: bool


@dataclass(frozen=True, slots=True)
class InvoiceDueRow:
    """A shipment that is not invoiced."""

    shipment: str
    partner: str
    customer: str | None
    orders: str
    shipped_on: date
    days: int
    notice: str
    state: str
    test: bool


@dataclass(frozen=True, slots=True)
class UnacknowledgedRow:
    """A document of ours that its partner has not acknowledged in time."""

    partner: str
    set_code: str
    about: str | None
    order: str | None
    interchange: str | None
    group: str | None
    sent_at: datetime | None
    due_at: datetime | None
    state: str
    test: bool


@dataclass(frozen=True, slots=True)
class TimelineRow:
    at: datetime
    by: str
    kind: str
    text: str
    document: str | None
    document_state: str | None


def backorders(conn: Connection, now: datetime, *, partner: str | None = None) -> list[BackorderRow]:
    """Parts that wait for stock, the longest first."""
    p, o = line_parts.c, orders.c
    query = (
        select(
            *(
                o.number,
                o.po_number,
                p.partner,
                o.customer,
                p.line,
                p.store,
                p.sku,
                p.quantity,
                p.unit,
                p.reason,
            ),
            *(p.since, p.promised, p.cancel_after, p.test),
        )
        .join(orders, o.id == p.order_id)
        .where(p.state.in_([state.value for state in WAITING]))
        .order_by(p.since, p.order_id, p.line, p.id)
    )
    if partner is not None:
        query = query.where(p.partner == partner)
    found = rows(conn, query)
    skus = {row[6] for row in found}
    free, coming = _free(conn, skus), _coming(conn, skus)
    told = []
    for *known, since, promised, cancel_after, test in found:
        sku, days = known[6], (now - since).days
        ahead = (promised, cancel_after, free.get(sku), coming.get(sku))
        told.append(BackorderRow(*(*known, since, days, *ahead, test)))
    return told


def _free(conn: Connection, skus: set[str]) -> dict[str, Decimal]:
    """Free stock by item; summed here, for SQLite would add text as floats."""
    found: dict[str, Decimal] = {}
    c = stock.c
    for start in range(0, len(skus), 500):
        some = sorted(skus)[start : start + 500]
        query = select(c.sku, c.on_hand, c.hold, c.damaged, c.allocated).where(c.sku.in_(some))
        for sku, on_hand, hold, damaged, allocated in conn.execute(query):
            found[sku] = found.get(sku, Decimal(0)) + on_hand - hold - damaged - allocated
    return found


def _coming(conn: Connection, skus: set[str]) -> dict[str, date]:
    found: dict[str, date] = {}
    c = supply.c
    for start in range(0, len(skus), 500):
        some = sorted(skus)[start : start + 500]
        query = select(c.sku, c.due_on).where(c.sku.in_(some), c.state == "OPEN", c.confirmed.is_(True))
        for sku, due_on in conn.execute(query.order_by(c.due_on)):
            found.setdefault(sku, due_on)
    return found


def due_to_ship(
    conn: Connection, today: date, *, partner: str | None = None, until: date | None = None
) -> list[ToShipRow]:
    """Parts that have stock and have not left, the first last day first. `until`: with a last ship day not after."""
    p, o, r = line_parts.c, orders.c, releases.c
    states = [PartState.ALLOCATED.value, *(state.value for state in AT_WAREHOUSE)]
    query = (
        select(
            *(
                o.number,
                o.po_number,
                p.partner,
                o.customer,
                p.line,
                p.store,
                p.sku,
                p.quantity,
                p.unit,
                p.state,
            ),
            *(p.site, r.number, p.release_on, p.ship_from, p.ship_until, p.cancel_after, p.test),
        )
        .join(orders, o.id == p.order_id)
        .join(releases, r.id == p.release_id, isouter=True)
        .where(p.state.in_(states))
        .order_by(p.ship_until.is_(None), p.ship_until, p.order_id, p.line, p.id)
    )
    if partner is not None:
        query = query.where(p.partner == partner)
    if until is not None:
        query = query.where(p.ship_until <= until)
    return [
        ToShipRow(*(*known, ship_until, cancel_after, ship_until is not None and ship_until < today, test))
        for *known, ship_until, cancel_after, test in rows(conn, query)
    ]


def notices_due(conn: Connection, now: datetime, *, partner: str | None = None) -> list[NoticeRow]:
    """Shipments whose notice has not gone, the first due first."""
    s = shipments.c
    query = (
        select(s.number, s.partner, s.ship_to, s.bol, s.shipped_at, s.notice_state, s.notice_due_at, s.test)
        .where(*NOTICE_DUE)
        .order_by(s.notice_due_at.is_(None), s.notice_due_at, s.id)
    )
    if partner is not None:
        query = query.where(s.partner == partner)
    return [
        NoticeRow(*(*known, due_at, due_at is not None and due_at < now, test))
        for *known, due_at, test in rows(conn, query)
    ]


def invoices_due(conn: Connection, today: date, *, partner: str | None = None) -> list[InvoiceDueRow]:
    """Shipments that are not invoiced, the oldest first."""
    s, p, o = shipments.c, line_parts.c, orders.c
    query = (
        select(s.id, s.number, s.partner, s.customer, s.shipped_on, s.notice_state, s.invoice_state, s.test)
        .where(*INVOICE_DUE)
        .order_by(s.shipped_on, s.id)
    )
    if partner is not None:
        query = query.where(s.partner == partner)
    found = rows(conn, query)
    names: dict[int, dict[str, None]] = {}
    ids = [row[0] for row in found]
    for start in range(0, len(ids), 500):
        of = select(p.shipment_id, o.po_number).join(orders, o.id == p.order_id)
        for shipment_id, po in conn.execute(
            of.where(p.shipment_id.in_(ids[start : start + 500])).order_by(p.id)
        ):
            names.setdefault(shipment_id, {})[po] = None
    return [
        InvoiceDueRow(
            shipment=number,
            partner=whose,
            customer=customer,
            orders=", ".join(names.get(shipment_id, {})),
            shipped_on=shipped_on,
            days=(today - shipped_on).days,
            notice=notice,
            state=state,
            test=test,
        )
        for shipment_id, number, whose, customer, shipped_on, notice, state, test in found
    ]


def unacknowledged(conn: Connection, now: datetime, *, partner: str | None = None) -> list[UnacknowledgedRow]:
    """Documents that their partners should have acknowledged by now, the longest first."""
    d, o, t = documents.c, orders.c, transmissions.c
    overdue = (d.state == "ACK_OVERDUE") | ((d.state == "SENT") & (d.ack_due_at < now))
    query = (
        select(
            *(d.partner, d.set_code, d.business_key, o.number, d.interchange_control, d.group_control),
            *(t.sent_at, d.ack_due_at, d.state, d.test),
        )
        .join(orders, o.id == d.order_id, isouter=True)
        .join(transmissions, t.id == d.transmission_id, isouter=True)
        .where(d.direction == "out", overdue)
        .order_by(d.ack_due_at.is_(None), d.ack_due_at, d.id)
    )
    if partner is not None:
        query = query.where(d.partner == partner)
    return [UnacknowledgedRow(*row) for row in rows(conn, query)]


def timeline(conn: Connection, order_id: int) -> list[TimelineRow]:
    """All that happened to an order, in time, with the documents that it speaks of."""
    e, d = order_events.c, documents.c
    query = (
        select(e.at, e.by, e.kind, e.text, d.set_code, d.direction, d.state)
        .join(documents, d.id == e.document_id, isouter=True)
        .where(e.order_id == order_id)
        .order_by(e.at, e.id)
    )
    return [
        TimelineRow(at, by, kind, text, f"{set_code} {direction}" if set_code else None, state)
        for at, by, kind, text, set_code, direction, state in rows(conn, query)
    ]
