"""The purchase order as received (850), immutable. Our commitment is `model.order.Order`, never this.

Made by mapping/ from an 850, and written as an 850 by the same rows. Judged by orders/.
"""

from __future__ import annotations

from datetime import date

from edi_gateway.model.documents.shared import (
    Allowance,
    Carrier,
    Contact,
    Dates,
    Description,
    Freight,
    ItemId,
    Marking,
    Measurement,
    Note,
    Number,
    Pack,
    Package,
    Party,
    QuotedPrice,
    Record,
    Reference,
    SalesRequirement,
    Tax,
    Terms,
)


class Allocation(Record):
    """One store and quantity of an SDQ."""

    location_qualifier: str | None = None
    location: str
    quantity: Number
    unit: str | None = None


class Schedule(Record):
    """SCH: so many by then."""

    quantity: Number
    unit: str
    party_role: str | None = None
    party_name: str | None = None
    qualifier: str
    on: date
    at: str | None = None
    until_qualifier: str | None = None
    until: date | None = None
    until_at: str | None = None
    request_reference: str | None = None
    line: str | None = None


class NotedQuantity(Record):
    """QTY under a line."""

    qualifier: str
    quantity: Number | None = None
    unit: str | None = None
    text: str | None = None


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
    dates: Dates = Dates()
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
    amounts: dict[str, Number] = {}  # AMT under the line, by qualifier


class StatedTotals(Record):
    """What the document says of itself; checked by orders/, never trusted."""

    line_count: int | None = None  # CTT01
    hash: Number | None = None  # CTT02
    amounts: dict[str, Number] = {}  # AMT by qualifier (TT total, 1 line item total ...)


class PurchaseOrder(Record):
    """850."""

    po_number: str
    release_number: str | None = None
    purpose: str  # BEG01, DE353
    type: str  # BEG02, DE92
    ordered_on: date | None = None
    contract_number: str | None = None
    ack_requested: str | None = None  # BEG07, DE587
    currency: str | None = None
    currency_of: str | None = None  # CUR01
    exchange_rate: Number | None = None
    parties: tuple[Party, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    dates: Dates = Dates()
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
    stated_totals: StatedTotals = StatedTotals()

    def party(self, role: str) -> Party | None:
        """The first party of this role, or None."""
        return next((p for p in self.parties if p.role == role), None)

    def reference(self, qualifier: str) -> str | None:
        """The value of the first reference with this qualifier, or None."""
        return next((r.value for r in self.references if r.qualifier == qualifier), None)
