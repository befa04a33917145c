"""Figures of the goods: fill rates, on time, on time and in full, ship notices (spec 5-kpis E3, E5, E6, E9, E10).

Delivery itself is not known here until carriers tell it; what stands in for it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, select

from edi_gateway.reports.figures.figure import Definition, Row, Span
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import documents, line_parts, order_lines, orders, shipments, transmissions


@dataclass(frozen=True, slots=True)
class _Line:
    """An accepted line of an order, with what of it left on the first day and ever. Quantities in the buyer's unit."""

    order_id: int
    po: str
    partner: str
    line: int
    sku: str | None
    ordered: Decimal
    amount: Decimal
    first: date
    at_first: Decimal

    @property
    def name(self) -> str:
        return f"{self.po} line {self.line} {self.sku or ''}".strip()

    @property
    def full(self) -> bool:
        return self.at_first >= self.ordered


def _first_shipments(conn: Connection, span: Span) -> list[_Line]:
    """Lines of orders of which the first goods left in the span."""
    s, p, o, n = shipments.c, line_parts.c, orders.c, order_lines.c
    touched = select(p.order_id).join(shipments, s.id == p.shipment_id).where(s.id >= span.ids[0])
    gone = (
        select(p.order_id, p.line, p.quantity, s.shipped_on, s.shipped_at)
        .join(shipments, s.id == p.shipment_id)
        .where(p.order_id.in_(touched), s.state == "SHIPPED", p.state == "SHIPPED", p.kind == "goods")
        .where(s.test.is_(False))
    )
    shipped: dict[int, list[Any]] = {}
    for row in conn.execute(gone):
        shipped.setdefault(row.order_id, []).append(row)
    first: dict[int, date] = {}
    at_first: dict[tuple[int, int], Decimal] = {}
    for order_id, rows in shipped.items():
        begun = min(row.shipped_at for row in rows)
        if not span.since <= begun < span.until:
            continue
        first[order_id] = min(row.shipped_on for row in rows)
        for row in rows:
            if row.shipped_on == first[order_id]:
                key = (order_id, row.line)
                at_first[key] = at_first.get(key, Decimal(0)) + row.quantity
    found: list[_Line] = []
    for some in chunks(sorted(first)):
        query = (
            select(n.order_id, o.po_number, o.partner, n.line, n.sku, n.quantity, n.amount)
            .join(orders, o.id == n.order_id)
            .where(n.order_id.in_(some), n.state == "ACCEPTED", o.test.is_(False), o.state != "VOID")
            .order_by(n.order_id, n.line)
        )
        if span.partner is not None:
            query = query.where(o.partner == span.partner)
        for order_id, po, partner, line, sku, quantity, amount in conn.execute(query):
            gone_first = at_first.get((order_id, line), Decimal(0))
            money = amount or Decimal(0)
            found.append(
                _Line(order_id, po, partner, line, sku, quantity, money, first[order_id], gone_first)
            )
    return found


def _why(line: _Line) -> str:
    return "" if line.full else f"{line.at_first:f} of {line.ordered:f} left first"


def _unit_fill(conn: Connection, span: Span) -> Iterator[Row]:
    for one in _first_shipments(conn, span):
        reached = min(one.at_first, one.ordered)
        yield Row(
            "order",
            one.order_id,
            one.name,
            one.partner,
            one.first,
            one.full,
            one.ordered,
            reached,
            why=_why(one),
        )


def _value_fill(conn: Connection, span: Span) -> Iterator[Row]:
    for one in _first_shipments(conn, span):
        share = min(one.at_first / one.ordered, Decimal(1)) if one.ordered else Decimal(1)
        reached = (one.amount * share).quantize(Decimal("0.01"))
        yield Row(
            "order",
            one.order_id,
            one.name,
            one.partner,
            one.first,
            one.full,
            one.amount,
            reached,
            why=_why(one),
        )


def _line_fill(conn: Connection, span: Span) -> Iterator[Row]:
    for one in _first_shipments(conn, span):
        yield Row("order", one.order_id, one.name, one.partner, one.first, one.full, why=_why(one))


def _order_fill(conn: Connection, span: Span) -> Iterator[Row]:
    """An order counts only when all its lines do."""
    lines: dict[int, list[_Line]] = {}
    for one in _first_shipments(conn, span):
        lines.setdefault(one.order_id, []).append(one)
    for order_id, mine in lines.items():
        short = [one for one in mine if not one.full]
        why = f"{len(short)} of {len(mine)} lines not whole" if short else ""
        yield Row("order", order_id, mine[0].po, mine[0].partner, mine[0].first, not short, why=why)


def _departures(span: Span) -> Select[Any]:
    """Parts of lines that left in the span, with the days that were asked for and promised."""
    s, p, o, n = shipments.c, line_parts.c, orders.c, order_lines.c
    query = (
        select(
            *(p.order_id, p.line, p.sku, s.shipped_on, s.expected_on, p.promised, o.po_number, o.partner),
            func.coalesce(n.ship_until, o.ship_until).label("asked"),
            n.promised_delivery,
        )
        .select_from(
            line_parts.join(shipments, s.id == p.shipment_id)
            .join(orders, o.id == p.order_id)
            .join(order_lines, (n.order_id == p.order_id) & (n.line == p.line))
        )
        .where(s.id >= span.ids[0], s.shipped_at >= span.since, s.shipped_at < span.until)
        .where(s.state == "SHIPPED", p.state == "SHIPPED", p.kind == "goods", s.test.is_(False))
        .order_by(p.order_id, p.line, p.id)
    )
    return query if span.partner is None else query.where(o.partner == span.partner)


def _on_time(rows: Iterable[Any], target: str, actual: str) -> Iterator[Row]:
    for row in rows:
        due, came = getattr(row, target), getattr(row, actual)
        if due is None or came is None:
            continue
        why = "" if came <= due else f"{came} instead of {due}"
        name = f"{row.po_number} line {row.line} {row.sku}"
        yield Row("order", row.order_id, name, row.partner, row.shipped_on, came <= due, why=why)


def _ship_requested(conn: Connection, span: Span) -> Iterator[Row]:
    return _on_time(conn.execute(_departures(span)), "asked", "shipped_on")


def _ship_confirmed(conn: Connection, span: Span) -> Iterator[Row]:
    return _on_time(conn.execute(_departures(span)), "promised", "shipped_on")


def _delivery(conn: Connection, span: Span) -> Iterator[Row]:
    return _on_time(conn.execute(_departures(span)), "promised_delivery", "expected_on")


def _otif(conn: Connection, span: Span) -> Iterator[Row]:
    """Accepted lines whose last day fell into the span."""
    s, p, o, n = shipments.c, line_parts.c, orders.c, order_lines.c
    until = func.coalesce(n.ship_until, o.ship_until)
    query = (
        select(n.order_id, n.line, n.sku, n.quantity, o.po_number, o.partner, until.label("due"))
        .join(orders, o.id == n.order_id)
        .where(until >= span.since.date(), until < span.until.date())
        .where(n.state == "ACCEPTED", o.test.is_(False), o.state.in_(("ACCEPTED", "ON_HOLD")))
        .order_by(n.order_id, n.line)
    )
    if span.partner is not None:
        query = query.where(o.partner == span.partner)
    due = conn.execute(query).all()
    gone: dict[tuple[int, int], list[tuple[date, Decimal]]] = {}
    for some in chunks(sorted({row.order_id for row in due})):
        shipped = (
            select(p.order_id, p.line, s.shipped_on, p.quantity)
            .join(shipments, s.id == p.shipment_id)
            .where(p.order_id.in_(some), s.state == "SHIPPED", p.state == "SHIPPED", p.kind == "goods")
        )
        for order_id, line, on, quantity in conn.execute(shipped):
            gone.setdefault((order_id, line), []).append((on, quantity))
    for row in due:
        mine = gone.get((row.order_id, row.line), [])
        in_time = sum((quantity for on, quantity in mine if on <= row.due), Decimal(0))
        ever = sum((quantity for _, quantity in mine), Decimal(0))
        why = ""
        if in_time < row.quantity:
            why = "late" if ever >= row.quantity else f"{in_time:f} of {row.quantity:f} by {row.due}"
        name = f"{row.po_number} line {row.line} {row.sku or ''}".strip()
        yield Row("order", row.order_id, name, row.partner, row.due, not why, why=why)


def _notices(conn: Connection, span: Span) -> Any:
    s, d, t = shipments.c, documents.c, transmissions.c
    query = (
        select(
            *(s.id, s.number, s.partner, s.shipped_at, s.notice_due_at, s.notice_state),
            t.sent_at,
        )
        .select_from(
            shipments.outerjoin(documents, d.id == s.notice_document_id).outerjoin(
                transmissions, t.id == d.transmission_id
            )
        )
        .where(s.id >= span.ids[0], s.shipped_at >= span.since, s.shipped_at < span.until)
        .where(s.state == "SHIPPED", s.test.is_(False), s.notice_state != "NONE")
        .order_by(s.id)
    )
    return conn.execute(query if span.partner is None else query.where(s.partner == span.partner))


def _notices_in_time(conn: Connection, span: Span) -> Iterator[Row]:
    for row in _notices(conn, span):
        if row.notice_due_at is None or (row.sent_at is None and row.notice_due_at >= span.until):
            continue
        in_time = row.sent_at is not None and row.sent_at <= row.notice_due_at
        why = (
            "" if in_time else "not sent" if row.sent_at is None else f"sent {row.sent_at:%Y-%m-%d %H:%M} UTC"
        )
        yield Row("shipment", row.id, row.number, row.partner, row.shipped_at, in_time, why=why)


def _notices_right(conn: Connection, span: Span) -> Iterator[Row]:
    for row in _notices(conn, span):
        if row.sent_at is not None:
            right = row.notice_state != "REJECTED"
            why = "" if right else "refused by the partner"
            yield Row("shipment", row.id, row.number, row.partner, row.shipped_at, right, why=why)


_FIRST = "of orders of which the first goods left in the span: what left on that day"
OF_GOODS: tuple[Definition, ...] = (
    Definition(
        "unit-fill",
        "Unit fill rate",
        "share",
        f"Units, {_FIRST}, of the units ordered; a line counts for no more than was ordered.",
        "E3",
        _unit_fill,
    ),
    Definition("line-fill", "Line fill rate", "share", f"Lines, {_FIRST} was all of it.", "E3", _line_fill),
    Definition("order-fill", "Order fill rate", "share", f"Orders, {_FIRST} was all.", "E3", _order_fill),
    Definition(
        "value-fill",
        "Value fill rate",
        "share",
        f"Money, {_FIRST}, of the money ordered; currencies are not told apart.",
        "E3",
        _value_fill,
    ),
    Definition(
        "ship-requested",
        "Shipped by the requested day",
        "share",
        "Parts of lines that left in the span by the last day that the buyer asked for, of those with such a day.",
        "E5",
        _ship_requested,
    ),
    Definition(
        "ship-confirmed",
        "Shipped by the promised day",
        "share",
        "Parts of lines that left in the span by the day that we had promised last, of those with such a day.",
        "E5",
        _ship_confirmed,
    ),
    Definition(
        "delivery-estimated",
        "On-time delivery, estimated",
        "share",
        "Parts of lines that left in the span and were expected by the promised day of delivery. Estimated: by the day "
        "that was expected at departure, as no carrier tells the real one.",
        "E5",
        _delivery,
    ),
    Definition(
        "otif",
        "On time and in full, at departure",
        "share",
        "Accepted lines whose last day to ship fell into the span and all of which had left by then.",
        "E6",
        _otif,
    ),
    Definition(
        "notices-in-time",
        "Ship notices in time",
        "share",
        "Shipments of the span whose 856 was sent before it was due, of those whose 856 was sent or due.",
        "E9",
        _notices_in_time,
    ),
    Definition(
        "notice-accuracy",
        "Ship notices taken",
        "share",
        "Shipments of the span whose 856 was sent and not refused.",
        "E10",
        _notices_right,
    ),
)
