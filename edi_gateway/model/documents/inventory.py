"""How much there is of what (846): a warehouse's count to us, or our availability to a retailer.

Made by mapping/ both ways; what to do with it is decided by orders/ (spec B9).
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from edi_gateway.model.documents.details import DatedEvent, Mark, Measurement
from edi_gateway.model.documents.purchase_order import Allocation, Component
from edi_gateway.model.documents.record import Number, Record
from edi_gateway.model.documents.shared import (
    Allowance,
    Contact,
    Description,
    ItemId,
    Marking,
    OtherDate,
    Party,
    QuotedPrice,
    Reference,
    Schedule,
)


class LeadTime(Record):
    """LDT: how long it takes from an order to its goods."""

    kind: str  # DE345: AE from order to shipment, AF from order to delivery
    quantity: Number
    unit: str  # DE344: DA calendar days, DW working days, WK weeks ...
    on: date | None = None


class InventoryLot(Record):
    """REF in the LS loop under a quantity: a lot, when it expires, whose it is."""

    qualifier: str
    value: str | None = None
    description: str | None = None
    more: tuple[str, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    party: Party | None = None


class InventoryQuantity(Record):
    """QTY loop: so many of a kind."""

    kind: str  # DE673: 33 for sale, 17 on hand, QH on hold, 63 on order, 20 unusable, 29 projected, 34 ...
    value: Number | None = None
    unit: str | None = None
    text: str | None = None  # instead of a value
    measurements: tuple[Measurement, ...] = ()
    lead_times: tuple[LeadTime, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    schedules: tuple[Schedule, ...] = ()  # so many by then
    lots_begin: str | None = None  # LS01: without it no lots can be written
    lots: tuple[InventoryLot, ...] = ()
    lots_end: str | None = None  # LE01, the same as LS01


class InventoryLine(Record):
    """LIN loop. `line` is our count from 1; `sender_line` is LIN01 byte for byte, None when blank."""

    line: int = 0
    sender_line: str | None = None
    ids: tuple[ItemId, ...] = ()
    description: str | None = None
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    markings: tuple[Marking, ...] = ()
    dates: tuple[OtherDate, ...] = ()  # 018 available ...
    quoted_prices: tuple[QuotedPrice, ...] = ()
    currency: str | None = None
    currency_of: str | None = None  # CUR under the line
    exchange_rate: Number | None = None
    allowances: tuple[Allowance, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    mark: Mark | None = None
    lead_times: tuple[LeadTime, ...] = ()
    components: tuple[Component, ...] = ()
    quantities: tuple[InventoryQuantity, ...] = ()
    parties: tuple[Party, ...] = ()

    def quantity(self, kind: str) -> InventoryQuantity | None:
        """The first quantity of this kind, or None."""
        return next((q for q in self.quantities if q.kind == kind), None)

    def id(self, qualifier: str) -> str | None:
        """The first item number with this qualifier, or None."""
        return next((i.value for i in self.ids if i.qualifier == qualifier), None)


class InventoryTotals(Record):
    """CTT."""

    line_count: int | None = None
    hash: Number | None = None
    weight: Number | None = None
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    text: str | None = None


_NO_TOTALS = InventoryTotals()


def no_totals() -> InventoryTotals:
    return _NO_TOTALS


class InventoryReport(Record):
    """846."""

    purpose: str  # BIA01: 00 original, 05 replace ...
    report_type: str  # BIA02, DE755: SI seller's inventory, DD distributor's ...
    reference: str  # BIA03
    on: date  # BIA04
    at: str | None = None
    action: str | None = None
    currency: str | None = None
    currency_of: str | None = None  # CUR01
    exchange_rate: Number | None = None
    second_currency: str | None = None
    second_currency_of: str | None = None
    currency_market: str | None = None
    currency_dates: tuple[DatedEvent, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    parties: tuple[Party, ...] = ()  # WH: the site
    lines: tuple[InventoryLine, ...] = ()
    stated_totals: InventoryTotals = Field(default_factory=no_totals)

    def party(self, role: str) -> Party | None:
        """The first party of this role, or None."""
        return next((p for p in self.parties if p.role == role), None)
