"""The invoice (810): ours to a buyer, or a supplier's to us. Decided by orders/, written and read by mapping/.

Amounts are exact and in currency units, also where X12 has implied decimals (spec C0, C4). Which of them make up the
total is the rule of spec B11; nothing is added up here.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from edi_gateway.model.documents.details import (
    CarrierDetail,
    CodedText,
    DatedEvent,
    Installment,
    Paperwork,
    PeriodAmount,
    UnitStatus,
)
from edi_gateway.model.documents.purchase_order import Allocation, Component
from edi_gateway.model.documents.shared import (
    Allowance,
    Amount,
    Contact,
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
    Party,
    QuotedPrice,
    Record,
    Reference,
    Tax,
    Terms,
)


class InvoiceDates(Record):
    """Dates of an invoice or of a line of it (DTM); the qualifier of each is in the comment."""

    shipped_on: date | None = None  # 011
    delivered_on: date | None = None  # 035
    period_from: date | None = None  # 196: what a consolidated invoice is for, from ...
    period_to: date | None = None  # 197: ... to
    times: dict[str, str] = Field(default_factory=dict)  # DTM03 by qualifier, for the named ones
    zones: dict[str, str] = Field(default_factory=dict)  # DTM04 by qualifier, for the named ones
    others: tuple[OtherDate, ...] = ()


_NO_DATES = InvoiceDates()


def no_invoice_dates() -> InvoiceDates:
    return _NO_DATES


class InvoicedLine(Record):
    """IT1 loop: the buyer's own line back, so many of it, at the acknowledged price."""

    line: int = 0  # our count, from 1
    buyer_line: str | None = None  # IT101: the PO's line as it came
    quantity: Number | None = None  # IT102: invoiced, in the PO's unit
    unit: str | None = None
    price: Number | None = None
    price_basis: str | None = None
    ids: tuple[ItemId, ...] = ()
    description: str | None = None
    descriptions: tuple[Description, ...] = ()
    pack: Pack | None = None
    references: tuple[Reference, ...] = ()
    dates: InvoiceDates = Field(default_factory=no_invoice_dates)
    allowances: tuple[Allowance, ...] = ()  # SAC under the line, each with its own taxes
    taxes: tuple[Tax, ...] = ()  # TXI under the line
    allocations: tuple[Allocation, ...] = ()  # SDQ
    noted_quantities: tuple[NotedQuantity, ...] = ()  # QTY, such as what was ordered or shipped
    unit_statuses: tuple[UnitStatus, ...] = ()  # IT3: shipped quantity, status, difference
    components: tuple[Component, ...] = ()
    parties: tuple[Party, ...] = ()
    contacts: tuple[Contact, ...] = ()
    terms: tuple[Terms, ...] = ()
    carriers: tuple[CarrierDetail, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    markings: tuple[Marking, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    quoted_prices: tuple[QuotedPrice, ...] = ()
    period_amounts: tuple[PeriodAmount, ...] = ()
    currency: str | None = None
    currency_of: str | None = None  # CUR under the line
    exchange_rate: Number | None = None


class ShippedTotal(Record):
    """ISS: what was shipped in all."""

    quantity: Number | None = None
    unit: str | None = None
    weight: Number | None = None
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    pallets: Number | None = None  # ISS07: pallets of third parties
    pallet_weight: Number | None = None  # ISS08
    descriptions: tuple[Description, ...] = ()


class InvoiceTotals(Record):
    """CTT: what the invoice says of itself; counted while writing, checked on reading."""

    line_count: int | None = None
    hash: Number | None = None
    weight: Number | None = None
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    text: str | None = None


_NO_TOTALS = InvoiceTotals()


def no_invoice_totals() -> InvoiceTotals:
    return _NO_TOTALS


class Invoice(Record):
    """810."""

    issued_on: date  # BIG01
    invoice_number: str  # BIG02
    ordered_on: date | None = None
    po_number: str | None = None
    release_number: str | None = None
    change_number: str | None = None  # BIG06: which change of the order
    type: str | None = None  # BIG07, DE640: DI debit, CR credit memo, RE rebill ...
    purpose: str | None = None  # BIG08, DE353
    action: str | None = None  # BIG09, DE306
    original_invoice_number: str | None = None  # BIG10: what a credit or a rebill is of
    structure: str | None = None  # BIG11, from 005010 on
    messages: tuple[str, ...] = ()  # NTE without a code
    coded_messages: tuple[CodedText, ...] = ()
    currency: str | None = None
    currency_of: str | None = None
    exchange_rate: Number | None = None
    second_currency: str | None = None
    second_currency_of: str | None = None
    currency_market: str | None = None
    currency_dates: tuple[DatedEvent, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    parties: tuple[Party, ...] = ()
    terms: tuple[Terms, ...] = ()
    dates: InvoiceDates = Field(default_factory=no_invoice_dates)
    freight: tuple[Freight, ...] = ()
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    markings: tuple[Marking, ...] = ()
    installment: Installment | None = None
    period_amounts: tuple[PeriodAmount, ...] = ()
    notes: tuple[Note, ...] = ()
    lines: tuple[InvoicedLine, ...] = ()
    total: Number  # TDS01: lines, charges, allowances and taxes together
    subject_to_discount: Number | None = None  # TDS02: what the terms discount is taken of
    discounted_total: Number | None = None  # TDS03: what is due if it is taken
    discount_amount: Number | None = None  # TDS04
    taxes: tuple[Tax, ...] = ()  # TXI after TDS: those of the whole invoice
    carrier: CarrierDetail | None = None  # CAD after TDS
    amounts: dict[str, Number] = Field(default_factory=dict)  # AMT after TDS, by qualifier
    other_amounts: tuple[Amount, ...] = ()
    allowances: tuple[
        Allowance, ...
    ] = ()  # SAC after TDS: those of the whole invoice, each with its own taxes
    shipped_totals: tuple[ShippedTotal, ...] = ()
    stated_totals: InvoiceTotals = Field(default_factory=no_invoice_totals)
