"""Records that the warehouse's documents share (940 out, 945 in): their dates, references, notes, sub-lots.

The segments of these sets are older than DTM and REF: a date is a G62, a number an N9 that may bear a date. Used by
warehouse_order.py and shipping_advice.py; filled by mapping/.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from edi_gateway.model.documents.record import Number, Record
from edi_gateway.model.documents.shared import Party


class TimedDate(Record):
    """A G62 whose qualifier has no name of its own, or that holds a time alone."""

    qualifier: str | None = None  # DE432
    on: date | None = None
    time_qualifier: str | None = None  # DE176
    at: str | None = None
    zone: str | None = None


class WarehouseDates(Record):
    """Dates of a warehouse order, a shipment or a line of one (G62); the qualifier of each is in the comment."""

    cancel_after: date | None = None  # 01
    deliver_requested: date | None = None  # 02
    ordered_on: date | None = None  # 04: of the purchase order
    requested_ship: date | None = None  # 10
    shipped_on: date | None = None  # 11
    due_on: date | None = None  # 17: expected at the ship-to
    ship_not_before: date | None = None  # 37
    ship_no_later: date | None = None  # 38
    deliver_not_before: date | None = None  # 53
    deliver_not_after: date | None = None  # 54
    time_qualifiers: dict[str, str] = Field(default_factory=dict)  # G6203 by qualifier, for the named ones
    times: dict[str, str] = Field(default_factory=dict)  # G6204 by qualifier, for the named ones
    zones: dict[str, str] = Field(default_factory=dict)  # G6205 by qualifier, for the named ones
    others: tuple[TimedDate, ...] = ()


_NO_DATES = WarehouseDates()


def no_warehouse_dates() -> WarehouseDates:
    """The one empty record, as `shared.no_dates`."""
    return _NO_DATES


class DatedReference(Record):
    """N9 of these sets: a number of somebody's, perhaps with a date of its own (a lot and its expiry)."""

    qualifier: str
    value: str | None = None
    description: str | None = None
    on: date | None = None
    at: str | None = None
    zone: str | None = None
    more: tuple[str, ...] = ()  # components of N907: qualifier, value, qualifier, value ...


def referenced(references: tuple[DatedReference, ...], qualifier: str) -> str | None:
    """The value of the first reference with this qualifier, or None."""
    return next((r.value for r in references if r.qualifier == qualifier), None)


class Remark(Record):
    """NTE: a line of text, and what it is for."""

    kind: str | None = None  # DE363: DEL delivery, WHI warehouse, GEN general ...
    text: str  # at most 80 characters when written


class WarehouseCharge(Record):
    """G72: an allowance or a charge, such as the freight that the warehouse has paid."""

    code: str  # DE340
    handling: str  # DE331
    number: str | None = None
    exception_number: str | None = None
    rate: Number | None = None
    quantity: Number | None = None
    unit: str | None = None
    amount: Number | None = None  # G7208, in currency units
    percent: Number | None = None
    percent_of: Number | None = None  # G7210: the money that the percent is taken of
    option: str | None = None


class SubLot(Record):
    """LX in the LS loop under an item: a part of it with numbers of its own, such as a lot or a serial."""

    number: int | None = None  # LX01
    references: tuple[DatedReference, ...] = ()
    dates: WarehouseDates = Field(default_factory=no_warehouse_dates)
    party: Party | None = None

    def reference(self, qualifier: str) -> str | None:
        """The value of the first reference with this qualifier, or None."""
        return referenced(self.references, qualifier)
