"""The order book as lists and as one order with all that happened to it (spec B17)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Final

from sqlalchemy import ColumnElement, Connection, Float, Numeric, TextClause, cast, func, or_, select

from edi_gateway.reports.book.carried import AskedRow, BilledRow, LeftRow, asked, billed, left
from edi_gateway.reports.book.holds import HoldRow, holds_of
from edi_gateway.reports.book.ladders import LadderRow, ladders
from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import (
    documents,
    findings,
    holds,
    order_events,
    order_lines,
    order_revisions,
    orders,
)
from edi_gateway.store.tables.book import TO_SHIP

UNANSWERED: Final = ("DUE", "HELD_SENT")  # an 855 is due, or one said that it waits


@dataclass(frozen=True, slots=True)
class OrderRow:
    order_id: int
    number: str
    po_number: str
    release_number: str | None
    partner: str
    customer: str | None
    state: str
    stage: str | None
    type: str
    revision: int
    ordered_on: date | None
    ship_until: date | None
    cancel_after: date | None
    currency: str
    total: Decimal
    lines: int
    holds: int
    answer_state: str
    answer_due_at: datetime | None
    received_at: datetime
    test: bool


@dataclass(frozen=True, slots=True)
class LineRow:
    line: int
    buyer_line: str | None
    sku: str | None
    description: str | None
    quantity: Decimal
    unit: str | None
    accepted_quantity: Decimal
    base_quantity: Decimal | None
    base_unit: str | None
    buyer_price: Decimal | None
    contract_price: Decimal | None
    price: Decimal | None
    price_basis: str | None
    acknowledged_price: Decimal | None
    amount: Decimal | None
    state: str
    reject_code: str | None
    answer_codes: str | None
    ship_to: str | None
    ship_from: date | None
    ship_until: date | None


@dataclass(frozen=True, slots=True)
class EventRow:
    at: datetime
    by: str
    kind: str
    text: str
    document_id: int | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    code: str
    severity: str
    path: str | None
    value: str | None
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class DocumentLink:
    document_id: int
    direction: str
    set_code: str
    state: str
    status: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RevisionRow:
    revision: int
    at: datetime
    by: str
    reason: str | None
    differences: str | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order whole: header, lines and their quantities as a ladder, what holds it, what was found, releases,
    shipments, invoices, documents, revisions, timeline."""

    order: OrderRow
    ship_to: str | None
    void_reason: str | None
    lines: tuple[LineRow, ...]
    ladder: tuple[LadderRow, ...]
    holds: tuple[HoldRow, ...]
    findings: tuple[FindingRow, ...]
    releases: tuple[AskedRow, ...]
    shipments: tuple[LeftRow, ...]
    invoices: tuple[BilledRow, ...]
    documents: tuple[DocumentLink, ...]
    revisions: tuple[RevisionRow, ...]
    events: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """All given conditions hold together. `po_number`: theirs, or our number of it."""

    partner: str | None = None
    customer: str | None = None
    state: str | None = None
    po_number: str | None = None
    item: str | None = None
    since: date | None = None
    until: date | None = None
    held: bool = False
    open: bool = False  # neither ended nor closed
    stage: str | None = None  # model.fulfilment.Stage
    late_ship_on: date | None = None  # last ship day before this day, and something has not left
    least: Decimal | None = None  # total, in the order's currency
    most: Decimal | None = None
    unanswered: bool = False
    late_answer_at: datetime | None = None  # unanswered, and due before then
    test: bool | None = None
    before: int | None = None  # older than this one: the next page
    limit: int = 200


_active_holds = (
    select(func.count())
    .select_from(holds)
    .where(holds.c.order_id == orders.c.id, holds.c.state == "ACTIVE")
    .scalar_subquery()
)

_COLUMNS = (
    orders.c.id,
    orders.c.number,
    orders.c.po_number,
    orders.c.release_number,
    orders.c.partner,
    orders.c.customer,
    orders.c.state,
    orders.c.stage,
    orders.c.type,
    orders.c.revision,
    orders.c.ordered_on,
    orders.c.ship_until,
    orders.c.cancel_after,
    orders.c.currency,
    orders.c.total,
    orders.c.lines,
    _active_holds.label("holds"),
    orders.c.answer_state,
    orders.c.answer_due_at,
    orders.c.received_at,
    orders.c.test,
)


def list_orders(conn: Connection, wanted: OrderFilter) -> list[OrderRow]:
    """The newest first."""
    where: list[ColumnElement[bool] | TextClause] = []
    if wanted.partner:
        where.append(orders.c.partner == wanted.partner)
    if wanted.customer:
        where.append(orders.c.customer == wanted.customer)
    if wanted.state:
        where.append(orders.c.state == wanted.state)
    if wanted.po_number:
        where.append(_called(wanted.po_number))
    if wanted.item:
        lines = select(order_lines.c.order_id).where(order_lines.c.sku == wanted.item)
        where.append(orders.c.id.in_(lines))
    if wanted.since:
        where.append(orders.c.ordered_on >= wanted.since)
    if wanted.until:
        where.append(orders.c.ordered_on <= wanted.until)
    if wanted.held:
        where.append(orders.c.id.in_(select(holds.c.order_id).where(holds.c.state == "ACTIVE")))
    if wanted.unanswered or wanted.late_answer_at:
        where.append(orders.c.answer_state.in_(UNANSWERED))
    if wanted.late_answer_at:
        where.append(orders.c.answer_due_at < wanted.late_answer_at)
    if wanted.open:
        closed = orders.c.stage.is_not(None) & (orders.c.stage == "CLOSED")
        where.append(orders.c.state.in_(("ON_HOLD", "ACCEPTED")) & ~closed)
    if wanted.stage:
        where.append(orders.c.stage == wanted.stage)
    if wanted.late_ship_on:
        where += [TO_SHIP, orders.c.ship_until < wanted.late_ship_on]
    if wanted.test is not None:
        where.append(orders.c.test == wanted.test)
    if wanted.before is not None:
        where.append(orders.c.id < wanted.before)
    if wanted.least is None and wanted.most is None:
        ids = select(orders.c.id).where(*where).order_by(_newest(wanted)).limit(wanted.limit)
        found = select(*_COLUMNS).where(orders.c.id.in_(ids)).order_by(orders.c.id.desc())
        return [OrderRow(*row) for row in rows(conn, found)]
    query = select(*_COLUMNS).where(*where).order_by(orders.c.id.desc())
    # amounts are text on SQLite: compared roughly there, and here to the cent
    total = cast(orders.c.total, Float if conn.dialect.name == "sqlite" else Numeric)
    if wanted.least is not None:
        query = query.where(total >= wanted.least - _ROUGH)
    if wanted.most is not None:
        query = query.where(total <= wanted.most + _ROUGH)
    worth = (OrderRow(*tuple(row)) for row in conn.execute(query))
    return list(islice((row for row in worth if _worth(row, wanted)), wanted.limit))


def _newest(wanted: OrderFilter) -> ColumnElement[int]:
    """The newest first. Where a condition has an index that finds few, it is to be taken, not that of the order."""
    by_index = wanted.unanswered or wanted.late_answer_at or wanted.since or wanted.until
    return ((orders.c.id + 0) if by_index else orders.c.id).desc()


_ROUGH: Final = 1  # more than what a float may be wrong by, for any amount below a quadrillion


def _worth(row: OrderRow, wanted: OrderFilter) -> bool:
    return (wanted.least is None or row.total >= wanted.least) and (
        wanted.most is None or row.total <= wanted.most
    )


def _called(name: str) -> ColumnElement[bool]:
    """By the PO number, or by our number with or without SO-."""
    ours = name.strip().upper()
    return or_(orders.c.po_number == name.strip(), orders.c.number.in_((ours, f"SO-{ours}")))


def find(conn: Connection, name: str, partner: str | None = None) -> list[OrderRow]:
    """Orders that a person may mean: our number (with or without SO-), the PO number, or the id."""
    matches = [_called(name)]
    if name.isdecimal() and len(name) < 19:
        matches.append(orders.c.id == int(name))
    query = select(*_COLUMNS).where(or_(*matches)).order_by(orders.c.id)
    if partner:
        query = query.where(orders.c.partner == partner)
    return [OrderRow(*row) for row in rows(conn, query)]


def show(conn: Connection, order_id: int) -> OrderView | None:
    """One order whole, None when there is none of this id."""
    found = rows(conn, select(*_COLUMNS).where(orders.c.id == order_id))
    if not found:
        return None
    rest = conn.execute(select(orders.c.ship_to, orders.c.void_reason).where(orders.c.id == order_id)).one()
    wanted = [order_lines.c[name] for name in LineRow.__dataclass_fields__]
    lines = rows(conn, select(*wanted).where(order_lines.c.order_id == order_id).order_by(order_lines.c.line))
    return OrderView(
        order=OrderRow(*found[0]),
        ship_to=rest.ship_to,
        void_reason=rest.void_reason,
        lines=tuple(LineRow(*line) for line in lines),
        ladder=tuple(ladders(conn, order_id)),
        holds=tuple(holds_of(conn, order_id)),
        findings=tuple(findings_of(conn, order_id)),
        releases=asked(conn, order_id),
        shipments=left(conn, order_id),
        invoices=billed(conn, order_id),
        documents=tuple(_documents_of(conn, order_id)),
        revisions=tuple(_revisions_of(conn, order_id)),
        events=tuple(_events_of(conn, order_id)),
    )


def findings_of(conn: Connection, order_id: int) -> Iterable[FindingRow]:
    f = findings.c
    query = select(f.code, f.severity, f.path, f.value, f.message, f.hint).where(f.order_id == order_id)
    return (FindingRow(*row) for row in rows(conn, query.order_by(f.id)))


def _documents_of(conn: Connection, order_id: int) -> Iterable[DocumentLink]:
    d = documents.c
    query = select(d.id, d.direction, d.set_code, d.state, d.status, d.created_at).where(
        d.order_id == order_id
    )
    return (DocumentLink(*row) for row in rows(conn, query.order_by(d.id)))


def _revisions_of(conn: Connection, order_id: int) -> Iterable[RevisionRow]:
    r = order_revisions.c
    query = select(r.revision, r.at, r.by, r.reason, r.differences).where(r.order_id == order_id)
    return (RevisionRow(*row) for row in rows(conn, query.order_by(r.revision)))


def _events_of(conn: Connection, order_id: int) -> Iterable[EventRow]:
    e = order_events.c
    query = select(e.at, e.by, e.kind, e.text, e.document_id).where(e.order_id == order_id)
    return (EventRow(*row) for row in rows(conn, query.order_by(e.id)))
