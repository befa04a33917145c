"""Our answer to a purchase order (855). Decided by orders/answers.py, written by mapping/."""

from __future__ import annotations

from datetime import date

from edi_gateway.model.documents.purchase_order import Allocation, Schedule
from edi_gateway.model.documents.shared import (
    Allowance,
    Dates,
    Description,
    ItemId,
    Note,
    Number,
    OtherDate,
    Pack,
    Party,
    QuotedPrice,
    Record,
    Reference,
    Terms,
)


class Answer(Record):
    """ACK: so many of the line are accepted, changed, held or refused. `status` is DE668 (IA, IQ, IR ...)."""

    status: str
    quantity: Number | None = None
    unit: str | None = None
    date_qualifier: str | None = None  # 068 ship, 067 delivery
    on: date | None = None
    request_reference: str | None = None
    ids: tuple[ItemId, ...] = ()
    dates: tuple[OtherDate, ...] = ()


class AnsweredLine(Record):
    """PO1 loop of the 855: the buyer's own words back, our price, and the answers that add up to the quantity."""

    line: int = 0
    buyer_line: str | None = None
    quantity: Number | None = None
    unit: str | None = None
    price: Number | None = None
    price_basis: str | None = None
    ids: tuple[ItemId, ...] = ()
    quoted_prices: tuple[QuotedPrice, ...] = ()
    description: str | None = None
    descriptions: tuple[Description, ...] = ()
    pack: Pack | None = None
    references: tuple[Reference, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    dates: Dates = Dates()
    allocations: tuple[Allocation, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    answers: tuple[Answer, ...] = ()
    notes: tuple[Note, ...] = ()


class AcknowledgmentTotals(Record):
    line_count: int | None = None
    hash: Number | None = None
    amounts: dict[str, Number] = {}


class PurchaseOrderAcknowledgment(Record):
    """855."""

    purpose: str  # BAK01
    type: str  # BAK02, DE587: AD AC AK AH RJ RD AT ...
    po_number: str
    ordered_on: date
    release_number: str | None = None
    request_reference: str | None = None
    contract_number: str | None = None
    order_number: str | None = None  # BAK08, ours
    acknowledged_on: date | None = None  # BAK09
    currency: str | None = None
    currency_of: str | None = None
    references: tuple[Reference, ...] = ()
    terms: tuple[Terms, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    dates: Dates = Dates()
    notes: tuple[Note, ...] = ()
    parties: tuple[Party, ...] = ()
    lines: tuple[AnsweredLine, ...] = ()
    stated_totals: AcknowledgmentTotals = AcknowledgmentTotals()
