"""Our answer to a purchase order (855). Decided by orders/answering/answers.py, written by mapping/."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from edi_gateway.model.documents.details import DatedEvent, ItemIds, Mark, ServiceIds
from edi_gateway.model.documents.purchase_order import Allocation, Component
from edi_gateway.model.documents.shared import (
    Allowance,
    Amount,
    Carrier,
    Contact,
    Dates,
    Description,
    Freight,
    ItemId,
    Marking,
    Measurement,
    Note,
    NotedQuantity,
    Number,
    OtherDate,
    Pack,
    Package,
    Party,
    QuotedPrice,
    Record,
    Reference,
    SalesRequirement,
    Schedule,
    Tax,
    Terms,
    no_dates,
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
    agency: str | None = None  # ACK27: whose reason code
    reason_list: str | None = None
    reason: str | None = None
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
    dates: Dates = Field(default_factory=no_dates)
    allocations: tuple[Allocation, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    answers: tuple[Answer, ...] = ()
    parties: tuple[Party, ...] = ()
    contacts: tuple[Contact, ...] = ()
    terms: tuple[Terms, ...] = ()
    freight: tuple[Freight, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    packages: tuple[Package, ...] = ()
    taxes: tuple[Tax, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    markings: tuple[Marking, ...] = ()
    marks: tuple[Mark, ...] = ()
    noted_quantities: tuple[NotedQuantity, ...] = ()
    components: tuple[Component, ...] = ()
    items: tuple[ItemIds, ...] = ()
    services: tuple[ServiceIds, ...] = ()
    amounts: dict[str, Number] = Field(default_factory=dict)  # AMT under the line, by qualifier
    other_amounts: tuple[Amount, ...] = ()
    notes: tuple[Note, ...] = ()


class AcknowledgmentTotals(Record):
    line_count: int | None = None
    hash: Number | None = None
    amounts: dict[str, Number] = Field(default_factory=dict)
    other_amounts: tuple[Amount, ...] = ()
    weight: Number | None = None
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    text: str | None = None


_NO_TOTALS = AcknowledgmentTotals()


def no_totals() -> AcknowledgmentTotals:
    return _NO_TOTALS


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
    transaction_type: str | None = None
    currency: str | None = None
    currency_of: str | None = None
    exchange_rate: Number | None = None
    second_currency: str | None = None
    second_currency_of: str | None = None
    currency_market: str | None = None
    currency_dates: tuple[DatedEvent, ...] = ()
    contacts: tuple[Contact, ...] = ()
    freight: tuple[Freight, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    packages: tuple[Package, ...] = ()
    taxes: tuple[Tax, ...] = ()
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    markings: tuple[Marking, ...] = ()
    marks: tuple[Mark, ...] = ()
    quoted_prices: tuple[QuotedPrice, ...] = ()
    sales_requirements: tuple[SalesRequirement, ...] = ()
    references: tuple[Reference, ...] = ()
    terms: tuple[Terms, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    dates: Dates = Field(default_factory=no_dates)
    notes: tuple[Note, ...] = ()
    parties: tuple[Party, ...] = ()
    lines: tuple[AnsweredLine, ...] = ()
    stated_totals: AcknowledgmentTotals = Field(default_factory=no_totals)
