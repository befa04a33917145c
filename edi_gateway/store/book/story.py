"""Stories of orders: what was ordered, answered, shipped, told and billed, read for a batch of them in a few queries.

Gives model.story.OrderStory; decides nothing. Called by commands/ before a document is put among what waits to go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from edi_gateway.model.billing import IssuedInvoice
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.model.fulfilment import Part
from edi_gateway.model.order import OrderLine
from edi_gateway.model.story import Departed, Notified, OrderStory
from edi_gateway.store.book import orders, parts
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import documents, invoice_lines, invoices, shipments
from edi_gateway.store.traffic import canonical

_NEVER: Final = ("INVALID", "CANCELLED")  # states of a document that does not go
_TOLD: Final = ("MADE", "SENT", "ACKED", "REJECTED")  # notice states of what was told
_ISSUED: Final = TypeAdapter(IssuedInvoice)


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of orders already, each by order id, in the transaction that now asks for their stories."""

    orders: Mapping[int, StoredOrder]
    lines: Mapping[int, Sequence[OrderLine]]
    parts: Mapping[int, Sequence[Part]]


def read(
    conn: Connection, order_ids: Iterable[int], *, notices: bool = True, known: Known | None = None
) -> dict[int, OrderStory]:
    """By order. notices: with what the 856s say, which only an 856 is held against. known: has all of these orders."""
    wanted = sorted(set(order_ids))
    if known is None:
        known = Known(
            orders.load_many(conn, wanted), orders.lines_of(conn, wanted), parts.of_orders(conn, wanted)
        )
    found = {order_id: known.orders[order_id] for order_id in wanted if order_id in known.orders}
    lines = {order_id: tuple(known.lines.get(order_id, ())) for order_id in found}
    mine = {order_id: tuple(known.parts.get(order_id, ())) for order_id in found}
    answers = _answers(conn, wanted)
    left = _departed(
        conn, {p.shipment_id for each in mine.values() for p in each if p.shipment_id is not None}
    )
    told = _notices(conn, left.values()) if notices else {}
    billed = _invoices(conn, wanted)
    return {
        order_id: OrderStory(
            order_id=order_id,
            number=order.number,
            state=order.state,
            currency=order.currency,
            ordered=order.document,
            lines=lines.get(order_id, ()),
            customer=order.customer,
            answers=tuple(answers.get(order_id, ())),
            parts=mine.get(order_id, ()),
            shipments=tuple(each for each, _ in _of(mine.get(order_id, ()), left)),
            notices=_once(told[number] for _, number in _of(mine.get(order_id, ()), left) if number in told),
            invoices=tuple(billed.get(order_id, ())),
        )
        for order_id, order in found.items()
    }


def on_bill(conn: Connection, partner: str, bills: Collection[str]) -> dict[str, list[Departed]]:
    """By bill of lading, the shipments to a partner that went on it."""
    c = shipments.c
    found: dict[str, list[Departed]] = {}
    for chunk in chunks(bills):
        query = select(c.id, c.number, c.shipped_on, c.ship_to, c.bol)
        mine = query.where(c.partner == partner, c.bol.in_(chunk), c.state == "SHIPPED").order_by(c.id)
        for row in conn.execute(mine):
            found.setdefault(row.bol, []).append(Departed(*row))
    return found


def _answers(conn: Connection, order_ids: list[int]) -> dict[int, list[PurchaseOrderAcknowledgment]]:
    """Each 855 that went, or waits to be sent."""
    c = documents.c
    found: dict[int, list[PurchaseOrderAcknowledgment]] = {}
    for chunk in chunks(order_ids):
        query = select(c.order_id, c.canonical).where(c.order_id.in_(chunk), c.direction == "out")
        mine = query.where(c.set_code == "855", c.state.not_in(_NEVER), c.canonical.is_not(None))
        for row in conn.execute(mine.order_by(c.id)):
            said = canonical.read(PurchaseOrderAcknowledgment, row.canonical)
            found.setdefault(row.order_id, []).append(said)
    return found


_Left = dict[int, tuple[Departed, int | None]]


def _departed(conn: Connection, shipment_ids: Collection[int]) -> _Left:
    """Shipments that left, each with the document of its last 856 that went."""
    c, d = shipments.c, documents.c
    found: _Left = {}
    for chunk in chunks(shipment_ids):
        query = (
            select(
                c.id,
                c.number,
                c.shipped_on,
                c.ship_to,
                c.bol,
                c.notice_version,
                c.notice_state,
                d.id.label("told"),
                d.state,
            )
            .select_from(shipments.outerjoin(documents, d.id == c.notice_document_id))
            .where(c.id.in_(chunk), c.state == "SHIPPED")
        )
        for row in conn.execute(query):
            noticed = (row.notice_version > 0 or row.notice_state in _TOLD) and row.state != "CANCELLED"
            departed = Departed(row.id, row.number, row.shipped_on, row.ship_to, row.bol, noticed)
            found[row.id] = (departed, row.told if noticed and row.state not in _NEVER else None)
    return found


def _notices(conn: Connection, left: Iterable[tuple[Departed, int | None]]) -> dict[int, Notified]:
    """By document, the 856s that stand, and for which shipments."""
    of: dict[int, set[int]] = {}
    for departed, document_id in left:
        if document_id is not None:
            of.setdefault(document_id, set()).add(departed.shipment_id)
    found: dict[int, Notified] = {}
    for chunk in chunks(of):
        query = select(documents.c.id, documents.c.canonical).where(documents.c.id.in_(chunk))
        for row in conn.execute(query.where(documents.c.canonical.is_not(None))):
            said = canonical.read(ShipNotice, row.canonical)
            found[row.id] = Notified(frozenset(of[row.id]), said)
    return found


def _invoices(conn: Connection, order_ids: list[int]) -> dict[int, list[IssuedInvoice]]:
    """By order, what was issued: invoices with a line of it, and their credits, which may have no lines."""
    of: dict[int, set[int]] = {}
    for chunk in chunks(order_ids):
        lines = select(invoice_lines.c.invoice_id, invoice_lines.c.order_id).distinct()
        for invoice_id, order_id in conn.execute(lines.where(invoice_lines.c.order_id.in_(chunk))):
            of.setdefault(invoice_id, set()).add(order_id)
    found: dict[int, list[IssuedInvoice]] = {}
    if not of:
        return found
    c = invoices.c
    rows: dict[int, Any] = {}
    for chunk in chunks(of):
        query = select(c.id, c.original_id, c.snapshot)
        for row in conn.execute(query.where(c.id.in_(chunk) | c.original_id.in_(chunk))):
            rows[row.id] = row
    for number in sorted(rows):
        row = rows[number]
        issued = _ISSUED.validate_json(row.snapshot)
        for order_id in sorted(of.get(number) or of.get(row.original_id, set())):
            found.setdefault(order_id, []).append(issued)
    return found


def _of(
    mine: Iterable[Part], left: Mapping[int, tuple[Departed, int | None]]
) -> list[tuple[Departed, int | None]]:
    """The shipments with which these parts left, the first one first."""
    numbers = sorted({part.shipment_id for part in mine if part.shipment_id is not None})
    return [left[number] for number in numbers if number in left]


def _once(found: Iterable[Notified]) -> tuple[Notified, ...]:
    """One notice may tell several shipments."""
    return tuple({id(each): each for each in found}.values())
