"""Figures of the order book: accuracy, no-touch and exception rates, cycle times, backorders, changes, workload."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select

from edi_gateway.reports.figures.figure import Definition, Row, Span, hours
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import (
    cases,
    holds,
    invoices,
    line_parts,
    order_edits,
    order_events,
    order_lines,
    orders,
    releases,
    shipments,
)

MACHINE = "system"
_DERIVED = "stage"  # an event that follows from another, whoever did that
# refusals of documents of ours that an order bore: the seller's fault (spec E1)
_OURS = ("INVOICE_REJECTED", "NOTICE_REJECTED", "ACK_REJECTED")


def received(span: Span) -> Select[Any]:
    """Orders that came in the span: id, PO number, partner, when. Tests and voided ones not counted."""
    o = orders.c
    query = select(o.id, o.po_number, o.partner, o.received_at).where(
        o.received_at >= span.since, o.received_at < span.until, o.test.is_(False), o.state != "VOID"
    )
    # an order is made soon after its receipt: a range of the key spares going through all
    query = query.where(o.id >= span.ids[0])
    return query if span.partner is None else query.where(o.partner == span.partner)


def completed(conn: Connection, span: Span) -> dict[int, tuple[str, str, datetime]]:
    """Orders whose last invoice was issued in the span and that wait for none: id -> (PO, partner, when)."""
    o, i = orders.c, invoices.c
    last = func.max(i.issued_at)
    query = (
        select(o.id, o.po_number, o.partner, last)
        .join(invoices, i.order_id == o.id)
        .where(o.stage.in_(("INVOICED", "CLOSED")), o.test.is_(False), o.state != "VOID", i.kind != "CREDIT")
        .where(i.id >= span.ids[0])
        .group_by(o.id, o.po_number, o.partner)
        .having(last >= span.since, last < span.until)
        .order_by(o.id)
    )
    if span.partner is not None:
        query = query.where(o.partner == span.partner)
    return {row[0]: (row[1], row[2], row[3]) for row in conn.execute(query)}


def _said(
    conn: Connection, query: Select[Any], column: Column[int], order_ids: Collection[int]
) -> dict[int, list[str]]:
    """Order -> the words of its rows."""
    found: dict[int, list[str]] = {}
    for some in chunks(sorted(order_ids)):
        for order_id, words in conn.execute(query.where(column.in_(some))):
            found.setdefault(order_id, []).append(words)
    return found


def _accuracy(conn: Connection, span: Span) -> Iterator[Row]:
    done = completed(conn, span)
    i, c = invoices.c, cases.c
    credited = _said(
        conn,
        select(i.order_id, func.coalesce(i.reason, i.number)).where(i.kind == "CREDIT"),
        i.order_id,
        done,
    )
    refused = _said(conn, select(c.order_id, c.code).where(c.code.in_(_OURS)), c.order_id, done)
    for order_id, (po, partner, at) in done.items():
        why = [f"credit: {reason}" for reason in credited.get(order_id, [])]
        why += [f"refused: {code}" for code in refused.get(order_id, [])]
        yield Row("order", order_id, po, partner, at, not why, why="; ".join(why))


def touches(conn: Connection, order_ids: Collection[int]) -> Mapping[int, list[str]]:
    """Order -> what people did with it: "ann released", "bob edited price"."""
    e, x = order_events.c, order_edits.c
    found = _said(
        conn,
        select(e.order_id, e.by + " " + e.kind).where(e.by != MACHINE, e.kind != _DERIVED),
        e.order_id,
        order_ids,
    )
    edited = _said(conn, select(x.order_id, x.by + " edited " + x.field), x.order_id, order_ids)
    for order_id, words in edited.items():
        found.setdefault(order_id, []).extend(words)
    return found


def _no_touch(conn: Connection, span: Span) -> Iterator[Row]:
    done = completed(conn, span)
    touched = touches(conn, done)
    for order_id, (po, partner, at) in done.items():
        why = "; ".join(dict.fromkeys(touched.get(order_id, [])))
        yield Row("order", order_id, po, partner, at, not why, why=why)


def _exceptions(conn: Connection, span: Span) -> Iterator[Row]:
    came = list(conn.execute(received(span).order_by(orders.c.id)))
    ids = [row.id for row in came]
    h, c = holds.c, cases.c
    held = _said(conn, select(h.order_id, h.code), h.order_id, ids)
    about = _said(conn, select(c.order_id, c.code).where(c.order_id.is_not(None)), c.order_id, ids)
    for row in came:
        why = dict.fromkeys([*held.get(row.id, []), *about.get(row.id, [])])
        yield Row("order", row.id, row.po_number, row.partner, row.received_at, bool(why), why=", ".join(why))


def _to_release(conn: Connection, span: Span) -> Iterator[Row]:
    o, r = orders.c, releases.c
    first = func.min(r.released_at)
    lately = select(r.order_id).where(r.id >= span.ids[0])
    query = (
        select(o.id, o.po_number, o.partner, o.received_at, first)
        .join(releases, r.order_id == o.id)
        .where(o.test.is_(False), o.state != "VOID", o.id.in_(lately))
        .group_by(o.id, o.po_number, o.partner, o.received_at)
        .having(first >= span.since, first < span.until)
        .order_by(o.id)
    )
    yield from _clock(conn, span, query)


def _to_ship(conn: Connection, span: Span) -> Iterator[Row]:
    """Orders whose last goods left in the span."""
    o, p, s = orders.c, line_parts.c, shipments.c
    last = func.max(s.shipped_at)
    query = (
        select(o.id, o.po_number, o.partner, o.received_at, last)
        .select_from(orders.join(line_parts, p.order_id == o.id).join(shipments, s.id == p.shipment_id))
        .where(o.test.is_(False), o.state != "VOID", s.state == "SHIPPED")
        .where(o.stage.in_(("SHIPPED", "PARTIALLY_INVOICED", "INVOICED", "CLOSED")), s.id >= span.ids[0])
        .group_by(o.id, o.po_number, o.partner, o.received_at)
        .having(last >= span.since, last < span.until)
        .order_by(o.id)
    )
    yield from _clock(conn, span, query)


def _clock(conn: Connection, span: Span, query: Select[Any]) -> Iterator[Row]:
    if span.partner is not None:
        query = query.where(orders.c.partner == span.partner)
    for order_id, po, partner, since, until in conn.execute(query):
        yield Row("order", order_id, po, partner, until, value=hours(since, until))


def _backorders(conn: Connection, span: Span) -> Iterator[Row]:
    """Accepted lines of orders that came in the span."""
    o, n, p = orders.c, order_lines.c, line_parts.c
    waiting = (
        select(func.count())
        .where(p.order_id == n.order_id, p.line == n.line, p.state == "BACKORDERED")
        .scalar_subquery()
    )
    query = received(span).add_columns(n.line, n.sku, n.backordered_quantity, waiting.label("waiting"))
    query = query.join(order_lines, n.order_id == o.id).where(n.state == "ACCEPTED").order_by(o.id, n.line)
    for row in conn.execute(query):
        short = bool(row.waiting) or bool(row.backordered_quantity)
        name = f"{row.po_number} line {row.line} {row.sku or ''}".strip()
        yield Row("order", row.id, name, row.partner, row.received_at, short)


def _changed(conn: Connection, span: Span) -> Iterator[Row]:
    o = orders.c
    query = received(span).add_columns(o.revision).order_by(o.id)
    for row in conn.execute(query):
        why = f"revision {row.revision}" if row.revision > 1 else ""
        yield Row("order", row.id, row.po_number, row.partner, row.received_at, row.revision > 1, why=why)


def _cancelled(conn: Connection, span: Span) -> Iterator[Row]:
    o, n = orders.c, order_lines.c
    query = received(span).add_columns(n.line, n.sku, n.state)
    query = query.join(order_lines, n.order_id == o.id).where(n.state != "INFORMATION")
    for row in conn.execute(query.order_by(o.id, n.line)):
        gone = row.state in ("CANCELLED", "REJECTED")
        name = f"{row.po_number} line {row.line} {row.sku or ''}".strip()
        yield Row("order", row.id, name, row.partner, row.received_at, gone, why=row.state if gone else "")


def _workload(conn: Connection, span: Span) -> Iterator[Row]:
    """What people did with orders in the span; a row a person and kind."""
    e, o = order_events.c, orders.c
    first, last = span.ids
    query = select(e.by, e.kind, func.count(), func.max(e.at)).where(
        e.id >= first, e.id < last, e.by != MACHINE, e.kind != _DERIVED
    )
    if span.partner is not None:
        query = query.join(orders, o.id == e.order_id).where(o.partner == span.partner)
    for by, kind, count, at in conn.execute(query.group_by(e.by, e.kind).order_by(e.by, e.kind)):
        yield Row("person", 0, f"{by} {kind}", None, at, weight=Decimal(count))


OF_THE_BOOK: tuple[Definition, ...] = (
    Definition(
        "order-accuracy",
        "Order accuracy",
        "share",
        "Orders invoiced to their end in the span without a credit and without an 855, 856 or 810 that was refused, of "
        "all invoiced to their end. Target 99 %.",
        "E1",
        _accuracy,
    ),
    Definition(
        "no-touch",
        "No-touch rate",
        "share",
        "Orders invoiced to their end in the span with which no person did anything, of all invoiced to their end.",
        "E12",
        _no_touch,
    ),
    Definition(
        "exception-rate",
        "Exception rate",
        "share",
        "Orders that came in the span and had at least one hold or case, of all that came.",
        "E11",
        _exceptions,
    ),
    Definition(
        "receive-to-release",
        "From receipt to the warehouse",
        "hours",
        "From the receipt of an order until its first release; of orders first released in the span. Holds run along.",
        "E2",
        _to_release,
    ),
    Definition(
        "receive-to-ship",
        "From receipt to departure",
        "hours",
        "From the receipt of an order until the last of it left; of orders shipped to their end in the span. Delivery "
        "is not known here.",
        "E2",
        _to_ship,
    ),
    Definition(
        "backorder-rate",
        "Backorder rate",
        "share",
        "Accepted lines of which something waits for stock or was promised later for want of it, of all accepted lines "
        "of orders that came in the span.",
        "E4",
        _backorders,
    ),
    Definition(
        "change-rate",
        "Change rate",
        "share",
        "Orders that were changed since, of all that came in the span.",
        "E13",
        _changed,
    ),
    Definition(
        "cancel-rate",
        "Cancelled and rejected lines",
        "share",
        "Lines cancelled or rejected, by either side, of all lines of orders that came in the span.",
        "E13",
        _cancelled,
    ),
    Definition(
        "workload",
        "Touches",
        "count",
        "What people did with orders in the span, by person and kind.",
        "E17",
        _workload,
    ),
)
