"""Invoices and credits as issued: rows, what they bill, and the shipments that wait for one (spec B3.6, B11).

Takes and gives model.billing records and rows; decides nothing. Called by commands/billing/invoicing.py, crediting.py
and payments.py, read by reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update

from edi_gateway.model.billing import InvoiceKind, InvoiceState, IssuedInvoice
from edi_gateway.store import bulk
from edi_gateway.store.book import notices
from edi_gateway.store.chunks import CHUNK, chunks
from edi_gateway.store.tables import (
    documents,
    holds,
    invoice_lines,
    invoice_parts,
    invoices,
    line_parts,
    orders,
    shipments,
)

# shipments.invoice_state
NONE: Final = "NONE"
DUE: Final = "DUE"
BLOCKED: Final = "BLOCKED"
DONE: Final = "DONE"

# how far the 856 must be, by profile.invoicing.after_notice (spec B11, D28, D29)
NOTICED: Final = {
    "made": (notices.NONE, notices.MADE, notices.SENT, notices.ACKED, notices.REJECTED),
    "sent": (notices.NONE, notices.SENT, notices.ACKED, notices.REJECTED),
    "accepted": (notices.NONE, notices.ACKED),
}

_ISSUED: Final = TypeAdapter(IssuedInvoice)


@dataclass(frozen=True, slots=True)
class StoredInvoice:
    """A row of `invoices`. `paid`: what payments have settled, cash discount that was allowed among it; of a credit
    what the buyer has used of it."""

    id: int
    number: str
    kind: InvoiceKind
    partner: str
    customer: str | None
    order_id: int | None
    shipment_id: int | None
    original_id: int | None
    store: str | None
    currency: str
    issued_on: date
    due_on: date | None
    discount_until: date | None
    goods: Decimal
    charges: Decimal
    allowances: Decimal
    tax: Decimal
    total: Decimal
    discount: Decimal
    paid: Decimal
    state: InvoiceState
    document_id: int | None
    reason: str | None
    snapshot: str
    test: bool
    issued_at: datetime
    issued_by: str

    @property
    def issued(self) -> IssuedInvoice:
        return _ISSUED.validate_json(self.snapshot)


_FIELDS: Final = tuple(field.name for field in fields(StoredInvoice))
_VALUES: Final = attrgetter(*_FIELDS)
_COLUMNS: Final = [invoices.c[name] for name in _FIELDS]


def frozen(issued: IssuedInvoice) -> str:
    """An invoice as `invoices.snapshot` keeps it."""
    return _ISSUED.dump_json(issued).decode()


def add(conn: Connection, new: Sequence[tuple[StoredInvoice, IssuedInvoice]]) -> None:
    """Insert invoices with their lines and parts: each row, and what its snapshot was made of."""
    bulk.insert(conn, invoices, _FIELDS, [_VALUES(each) for each, _ in new])
    lines: list[tuple[Any, ...]] = []
    billed: list[tuple[Any, ...]] = []
    for each, issued in new:
        for line in issued.lines:
            tax = sum((t.amount for t in line.taxes), Decimal(0))
            lines.append(
                (
                    *(each.id, line.n, line.order_id, line.line, line.quantity, line.unit, line.price),
                    *(line.price_basis, line.amount, line.net - line.amount, tax),
                )
            )
            billed += [(each.id, part_id, line.n, quantity) for part_id, quantity in line.parts]
    columns = (
        *("invoice_id", "n", "order_id", "line", "quantity", "unit", "price"),
        *("price_basis", "amount", "allowance", "tax"),
    )
    bulk.insert(conn, invoice_lines, columns, lines)
    bulk.insert(conn, invoice_parts, ("invoice_id", "part_id", "n", "quantity"), billed)


def change(conn: Connection, invoice_id: int, **values: object) -> None:
    """Set the state of an invoice, what was paid, its document; nothing else of it is ever changed."""
    conn.execute(update(invoices).where(invoices.c.id == invoice_id).values(**values))


def load(conn: Connection, invoice_ids: Iterable[int], *, lock: bool = False) -> dict[int, StoredInvoice]:
    """Invoices by id; locked in the order of their ids."""
    found: dict[int, StoredInvoice] = {}
    for some in chunks(invoice_ids):
        chosen = invoices.c.id.in_(some)
        found.update((each.id, each) for each in _read(conn, chosen, lock=lock))
    return found


def find(conn: Connection, number: str) -> int | None:
    """The id of an invoice or credit by its number."""
    return conn.execute(select(invoices.c.id).where(invoices.c.number == number)).scalar()


def credits_of(conn: Connection, invoice_ids: Iterable[int]) -> dict[int, list[StoredInvoice]]:
    """The credits of invoices, the oldest first."""
    return _of_originals(conn, invoice_ids, InvoiceKind.CREDIT)


def rebills_of(conn: Connection, invoice_ids: Iterable[int]) -> dict[int, list[StoredInvoice]]:
    """What was issued in place of invoices."""
    return _of_originals(conn, invoice_ids, InvoiceKind.REBILL)


def _of_originals(
    conn: Connection, invoice_ids: Iterable[int], kind: InvoiceKind
) -> dict[int, list[StoredInvoice]]:
    found: dict[int, list[StoredInvoice]] = {}
    c = invoices.c
    for some in chunks(invoice_ids):
        mine = c.original_id.in_(some) & (c.kind == kind.value)
        for each in _read(conn, mine, lock=False):
            if each.original_id is not None:
                found.setdefault(each.original_id, []).append(each)
    return found


def standing(conn: Connection, order_ids: Iterable[int]) -> dict[int, list[StoredInvoice]]:
    """By order, the invoices and rebills that no other was issued in place of; credits are none."""
    found: dict[int, list[StoredInvoice]] = {}
    by_order: dict[int, set[int]] = {}
    c = invoice_lines.c
    for some in chunks(order_ids):
        query = select(c.order_id, c.invoice_id).distinct()
        for row in conn.execute(query.where(c.order_id.in_(some))):
            by_order.setdefault(row.order_id, set()).add(row.invoice_id)
    every = load(conn, {number for numbers in by_order.values() for number in numbers})
    replaced = set(rebills_of(conn, every))
    for order_id, numbers in by_order.items():
        found[order_id] = [
            every[number]
            for number in sorted(numbers)
            if every[number].kind is not InvoiceKind.CREDIT and number not in replaced
        ]
    return found


def numbered(conn: Connection, partner: str, number: str, *, lock: bool = False) -> list[StoredInvoice]:
    """The invoices and credits of a partner that a buyer may mean by this number: blanks around it, and zeros before
    it, do not count."""
    plain = number.strip()
    c = invoices.c
    exact = _read(conn, (c.partner == partner) & (c.number == plain), lock=lock)
    if exact or not plain.lstrip("0"):
        return exact
    return _read(conn, (c.partner == partner) & (func.ltrim(c.number, "0") == plain.lstrip("0")), lock=lock)


def orders_of(conn: Connection, invoice_ids: Iterable[int]) -> dict[int, list[int]]:
    """The orders that invoices bill, and through their originals those of credits."""
    found: dict[int, list[int]] = {}
    wanted = sorted(set(invoice_ids))
    c = invoice_lines.c
    for some in chunks(wanted):
        query = select(c.invoice_id, c.order_id).distinct().order_by(c.invoice_id, c.order_id)
        for row in conn.execute(query.where(c.invoice_id.in_(some))):
            found.setdefault(row.invoice_id, []).append(row.order_id)
    for each in load(conn, [number for number in wanted if number not in found]).values():
        if each.original_id is not None:
            found[each.id] = orders_of(conn, [each.original_id]).get(each.original_id, [])
    return found


def shipments_of(conn: Connection, invoice_id: int) -> list[int]:
    """The shipments whose parts an invoice bills."""
    query = (
        select(line_parts.c.shipment_id)
        .distinct()
        .join(invoice_parts, invoice_parts.c.part_id == line_parts.c.id)
        .where(invoice_parts.c.invoice_id == invoice_id, line_parts.c.shipment_id.is_not(None))
    )
    return sorted(number for number in conn.execute(query).scalars() if number is not None)


def followed(conn: Connection) -> list[tuple[int, str, int, str]]:
    """(invoice, its state, document, the document's state) of invoices whose document has moved on."""
    c, d = invoices.c, documents.c
    answered = d.state.in_(("ACKED", "ACKED_WITH_ERRORS", "REJECTED"))
    moved = ((c.state == InvoiceState.ISSUED.value) & (answered | d.state.in_(("SENT", "ACK_OVERDUE")))) | (
        (c.state == InvoiceState.SENT.value) & answered
    )
    waiting = c.state.in_((InvoiceState.ISSUED.value, InvoiceState.SENT.value))
    query = select(c.id, c.state, d.id, d.state).join(documents, d.id == c.document_id).where(waiting, moved)
    return [(row[0], row[1], row[2], row[3]) for row in conn.execute(query.order_by(c.id).limit(CHUNK))]


# ---------------------------------------------------------------- shipments that wait for an invoice


@dataclass(frozen=True, slots=True)
class Billed:
    """A shipment that is to be billed."""

    id: int
    number: str
    partner: str
    shipped_on: date
    invoice_state: str
    test: bool
    snapshot: str


_SHIPMENT: Final = [shipments.c[field.name] for field in fields(Billed)]


def waits(conn: Connection, now: datetime) -> bool:
    """Whether any shipment may be billed now, as far as its row says."""
    return conn.execute(select(shipments.c.id).where(_may(now)).limit(1)).first() is not None


def partners_waiting(conn: Connection, now: datetime) -> list[str]:
    """Partners who have shipments that may be billed now."""
    query = select(shipments.c.partner).distinct().where(_may(now)).order_by(shipments.c.partner)
    return list(conn.execute(query).scalars())


def due(
    conn: Connection, partner: str, now: datetime, noticed: Collection[str], before: date | None, limit: int
) -> list[int]:
    """Shipments of a partner that are to be billed, the first that left first; not locked. noticed: how far their
    notices may be; before: only what left before that day."""
    c = shipments.c
    query = select(c.id).where(_may(now), c.partner == partner, c.notice_state.in_(noticed))
    if before is not None:
        query = query.where(c.shipped_on < before)
    return list(conn.execute(query.order_by(c.shipped_on, c.id).limit(limit)).scalars())


def shipped(conn: Connection, shipment_ids: Iterable[int], *, lock: bool = False) -> list[Billed]:
    """Shipments by id; locked in the order of their ids."""
    found: list[Billed] = []
    for some in chunks(shipment_ids):
        query = select(*_SHIPMENT).where(shipments.c.id.in_(some), shipments.c.state == "SHIPPED")
        rows = conn.execute((query.with_for_update() if lock else query).order_by(shipments.c.id))
        found += [Billed(*row) for row in rows]
    return found


def set_billed(conn: Connection, shipment_ids: Sequence[int], state: str) -> None:
    """`shipments.invoice_state`."""
    for chunk in chunks(shipment_ids):
        some = shipments.c.id.in_(chunk)
        conn.execute(update(shipments).where(some).values(invoice_state=state))


def postpone(conn: Connection, shipment_id: int, until: datetime) -> None:
    """Do not look at a shipment before then."""
    conn.execute(update(shipments).where(shipments.c.id == shipment_id).values(invoice_after=until))


def blocked_of(conn: Connection, order_ids: Iterable[int]) -> list[int]:
    """Shipments of these orders whose invoice something blocks."""
    p, s = line_parts.c, shipments.c
    found: set[int] = set()
    for some in chunks(order_ids):
        query = select(s.id).join(line_parts, p.shipment_id == s.id)
        mine = p.order_id.in_(some) & (s.invoice_state == BLOCKED)
        found.update(conn.execute(query.where(mine)).scalars())
    return sorted(found)


def _may(now: datetime) -> ColumnElement[bool]:
    """DUE, or BLOCKED with a part on which no hold stands any more (spec B4 rule 2)."""
    c, p, h = shipments.c, line_parts.c, holds.c
    stopped = exists(
        select(h.id)
        .join(orders, orders.c.id == h.order_id)
        .where(
            h.order_id == p.order_id,
            h.state == "ACTIVE",
            h.blocks.like("%I%"),
            or_(
                and_(h.line.is_(None), h.store.is_(None)),
                h.line == p.line,
                h.store == p.store,
                orders.c.ship_complete.is_(True),
            ),
        )
    )
    free = exists(
        select(p.id).where(p.shipment_id == c.id, p.state == "SHIPPED", p.invoice_id.is_(None), ~stopped)
    )
    return (
        (c.state == "SHIPPED")
        & (c.invoice_after.is_(None) | (c.invoice_after <= now))
        & or_(c.invoice_state == DUE, and_(c.invoice_state == BLOCKED, free))
    )


def _read(conn: Connection, condition: ColumnElement[bool], *, lock: bool) -> list[StoredInvoice]:
    query = select(*_COLUMNS).where(condition).order_by(invoices.c.id)
    found = []
    for row in conn.execute(query.with_for_update() if lock else query):
        values = dict(row._mapping)
        values["kind"] = InvoiceKind(row.kind)
        values["state"] = InvoiceState(row.state)
        found.append(StoredInvoice(**values))
    return found
