"""Payments and what they pay (spec B11, C15).

Takes and gives rows; decides nothing. Called by commands/billing/payments.py, read by reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Final

from sqlalchemy import Connection, select, update

from edi_gateway.store import bulk
from edi_gateway.store.tables import payment_lines, payments

APPLIED: Final = "APPLIED"
PARTLY: Final = "PARTLY"  # some of it is for a person


@dataclass(frozen=True, slots=True)
class StoredPayment:
    id: int
    partner: str
    reference: str
    amount: Decimal
    currency: str
    paid_on: date
    document_id: int | None
    state: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class StoredLine:
    """What a payment says of one invoice. `invoice_id` None: it is none of ours, or not yet."""

    payment_id: int
    n: int
    invoice_id: int | None
    invoice_number: str
    paid: Decimal
    discount: Decimal
    adjustment: Decimal
    reason: str | None


_FIELDS: Final = tuple(field.name for field in fields(StoredPayment))
_VALUES: Final = attrgetter(*_FIELDS)
_LINE_FIELDS: Final = tuple(field.name for field in fields(StoredLine))
_LINE_VALUES: Final = attrgetter(*_LINE_FIELDS)


def add(conn: Connection, payment: StoredPayment, lines: Sequence[StoredLine]) -> None:
    bulk.insert(conn, payments, _FIELDS, [_VALUES(payment)])
    bulk.insert(conn, payment_lines, _LINE_FIELDS, [_LINE_VALUES(line) for line in lines])


def find(conn: Connection, partner: str, reference: str) -> StoredPayment | None:
    """The payment of a partner with this reference; locked."""
    c = payments.c
    query = select(*(c[name] for name in _FIELDS)).where(c.partner == partner, c.reference == reference)
    row = conn.execute(query.with_for_update()).first()
    return None if row is None else StoredPayment(*row)


def lines(conn: Connection, payment_id: int) -> list[StoredLine]:
    c = payment_lines.c
    query = select(*(c[name] for name in _LINE_FIELDS)).where(c.payment_id == payment_id).order_by(c.n)
    return [StoredLine(*row) for row in conn.execute(query)]


def settle(conn: Connection, line: StoredLine) -> None:
    """A line whose invoice was found later."""
    c = payment_lines.c
    conn.execute(
        update(payment_lines)
        .where(c.payment_id == line.payment_id, c.n == line.n)
        .values(
            invoice_id=line.invoice_id, discount=line.discount, adjustment=line.adjustment, reason=line.reason
        )
    )


def set_state(conn: Connection, payment_id: int, state: str) -> None:
    conn.execute(update(payments).where(payments.c.id == payment_id).values(state=state))
