"""The purchase order as received (850), immutable. Our commitment is `model.order.Order`, never this.

Made by mapping/ from an 850, and written as an 850 by the same rows. Judged by orders/.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from edi_gateway.model.documents.details import (
    AdditionalDetail,
    CodedText,
    Commodity,
    Condition,
    ConditionOfSale,
    ContractDetail,
    DatedEvent,
    Discount,
    Equipment,
    Handling,
    Installment,
    ItemIds,
    Mark,
    Paperwork,
    PeriodAmount,
    ServiceIds,
    TaxReference,
    UnitStatus,
)
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

__all__ = ["Allocation", "Component", "Line", "NotedQuantity", "PurchaseOrder", "Schedule", "StatedTotals"]


class Allocation(Record):
    """One store and quantity of an SDQ."""

    location_qualifier: str | None = None
    location: str
    quantity: Number
    unit: str | None = None
    area: str | None = None  # SDQ23


class Component(Record):
    """SLN: a component of an assortment or pre-pack."""

    line: str
    parent: str | None = None
    relation: str  # DE662: I included ...
    quantity: Number | None = None
    unit: str | None = None
    price: Number | None = None
    price_basis: str | None = None
    price_relation: str | None = None
    ids: tuple[ItemId, ...] = ()
    descriptions: tuple[Description, ...] = ()
    messages: tuple[str, ...] = ()
    coded_messages: tuple[CodedText, ...] = ()
    services: tuple[ServiceIds, ...] = ()
    additional_details: tuple[AdditionalDetail, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    quoted_prices: tuple[QuotedPrice, ...] = ()
    period_amounts: tuple[PeriodAmount, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    pack: Pack | None = None
    tax_references: tuple[TaxReference, ...] = ()
    notes: tuple[Note, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    noted_quantities: tuple[NotedQuantity, ...] = ()
    parties: tuple[Party, ...] = ()
    references: tuple[Reference, ...] = ()  # 810 and 820 only, as are the taxes
    taxes: tuple[Tax, ...] = ()


class Line(Record):
    """PO1 loop. `line` is our count from 1; `buyer_line` is PO101 byte for byte, None when blank."""

    line: int = 0
    buyer_line: str | None = None
    quantity: Number | None = None
    unit: str | None = None
    price: Number | None = None
    price_basis: str | None = None
    ids: tuple[ItemId, ...] = ()
    description: str | None = None
    descriptions: tuple[Description, ...] = ()
    dates: Dates = Field(default_factory=no_dates)
    pack: Pack | None = None
    packs: tuple[Pack, ...] = ()
    quoted_prices: tuple[QuotedPrice, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    references: tuple[Reference, ...] = ()
    parties: tuple[Party, ...] = ()
    terms: tuple[Terms, ...] = ()
    freight: tuple[Freight, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    packages: tuple[Package, ...] = ()
    sales_requirements: tuple[SalesRequirement, ...] = ()
    taxes: tuple[Tax, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    markings: tuple[Marking, ...] = ()
    noted_quantities: tuple[NotedQuantity, ...] = ()
    components: tuple[Component, ...] = ()
    contacts: tuple[Contact, ...] = ()
    messages: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    amounts: dict[str, Number] = Field(default_factory=dict)  # AMT under the line, by qualifier
    other_amounts: tuple[Amount, ...] = ()
    items: tuple[ItemIds, ...] = ()
    services: tuple[ServiceIds, ...] = ()
    currency: str | None = None
    currency_of: str | None = None  # CUR under the line
    exchange_rate: Number | None = None
    contract: ContractDetail | None = None
    additional_details: tuple[AdditionalDetail, ...] = ()
    period_amounts: tuple[PeriodAmount, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    condition_of_sale: ConditionOfSale | None = None
    discounts: tuple[Discount, ...] = ()
    installment: Installment | None = None
    tax_references: tuple[TaxReference, ...] = ()
    unit_statuses: tuple[UnitStatus, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    marks: tuple[Mark, ...] = ()
    conditions: tuple[Condition, ...] = ()
    coded_messages: tuple[CodedText, ...] = ()


class StatedTotals(Record):
    """What the document says of itself; checked by orders/, never trusted."""

    line_count: int | None = None  # CTT01
    hash: Number | None = None  # CTT02
    amounts: dict[str, Number] = Field(
        default_factory=dict
    )  # AMT by qualifier (TT total, 1 line item total ...)
    other_amounts: tuple[Amount, ...] = ()
    weight: Number | None = None
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    text: str | None = None


_NO_TOTALS = StatedTotals()


def no_totals() -> StatedTotals:
    return _NO_TOTALS


class PurchaseOrder(Record):
    """850."""

    po_number: str
    release_number: str | None = None
    purpose: str  # BEG01, DE353
    type: str  # BEG02, DE92
    ordered_on: date | None = None
    contract_number: str | None = None
    ack_requested: str | None = None  # BEG07, DE587
    invoice_type: str | None = None
    contract_type: str | None = None
    purchase_category: str | None = None
    security_level: str | None = None
    transaction_type: str | None = None
    currency: str | None = None
    currency_of: str | None = None  # CUR01
    exchange_rate: Number | None = None
    second_currency: str | None = None
    second_currency_of: str | None = None
    currency_market: str | None = None
    currency_dates: tuple[DatedEvent, ...] = ()
    parties: tuple[Party, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    dates: Dates = Field(default_factory=no_dates)
    terms: tuple[Terms, ...] = ()
    freight: tuple[Freight, ...] = ()
    sales_requirements: tuple[SalesRequirement, ...] = ()
    taxes: tuple[Tax, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    packages: tuple[Package, ...] = ()
    descriptions: tuple[Description, ...] = ()
    markings: tuple[Marking, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    quoted_prices: tuple[QuotedPrice, ...] = ()
    lines: tuple[Line, ...] = ()
    notes: tuple[Note, ...] = ()
    amounts: tuple[Amount, ...] = ()  # AMT in the header; the one after CTT is in stated_totals
    items: tuple[ItemIds, ...] = ()
    services: tuple[ServiceIds, ...] = ()
    period_amounts: tuple[PeriodAmount, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    discounts: tuple[Discount, ...] = ()
    installment: Installment | None = None
    tax_references: tuple[TaxReference, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    marks: tuple[Mark, ...] = ()
    conditions: tuple[Condition, ...] = ()
    stated_totals: StatedTotals = Field(default_factory=no_totals)

    def party(self, role: str) -> Party | None:
        """The first party of this role, or None."""
        return next((p for p in self.parties if p.role == role), None)

    def reference(self, qualifier: str) -> str | None:
        """The value of the first reference with this qualifier, or None."""
        return next((r.value for r in self.references if r.qualifier == qualifier), None)
