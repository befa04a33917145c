"""The ship notice (856): what left, in which packages, for which orders. A tree, because goods stand in cartons and
cartons on pallets, and every buyer wants the levels in an order of his own (spec C3).

Made by mapping/ from an 856, and written as an 856 by the same rows. The document is the shipment itself; `children`
are the levels beneath. HL01, HL02, HL04 and CTT are worked out on writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from edi_gateway.model.documents.details import Equipment, Handling, Mark, Pallet, Paperwork
from edi_gateway.model.documents.purchase_order import Allocation, Component
from edi_gateway.model.documents.shared import (
    Allowance,
    Carrier,
    Contact,
    Description,
    Freight,
    ItemId,
    Marking,
    Measurement,
    Number,
    OtherDate,
    Pack,
    Package,
    Party,
    Record,
    Reference,
)

__all__ = [
    "ItemLevel",
    "Level",
    "OrderLevel",
    "PackLevel",
    "ShipNotice",
    "ShipNoticeTotals",
    "ShipmentDates",
    "TareLevel",
]


class ShipmentDates(Record):
    """Dates of a shipment (DTM); the qualifier of each is in the comment."""

    shipped_on: date | None = None  # 011
    estimated_delivery: date | None = None  # 017
    scheduled_delivery: date | None = None  # 067
    departed_on: date | None = None  # 370
    estimated_arrival: date | None = None  # 371
    times: dict[str, str] = Field(default_factory=dict)  # DTM03 by qualifier, for the named ones
    zones: dict[str, str] = Field(default_factory=dict)  # DTM04 by qualifier, for the named ones
    others: tuple[OtherDate, ...] = ()


_NO_DATES = ShipmentDates()


def no_dates() -> ShipmentDates:
    return _NO_DATES


class OrderLevel(Record):
    """HL*O: what of the shipment is for one purchase order, or one store of it."""

    level: Literal["O"]
    po_number: str | None = None
    release_number: str | None = None
    change_number: str | None = None  # PRF03
    ordered_on: date | None = None
    assigned: str | None = None  # PRF05
    contract_number: str | None = None
    order_type: str | None = None  # PRF07, DE92
    packages: tuple[Package, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    references: tuple[Reference, ...] = ()  # IA, DP, MR, PD, CO, IV ...
    contacts: tuple[Contact, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    freight: Freight | None = None
    parties: tuple[Party, ...] = ()  # BY, Z7: the store for which it is
    marks: tuple[Mark, ...] = ()
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    markings: tuple[Marking, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    allocations: tuple[Allocation, ...] = ()  # SDQ
    children: tuple[Level, ...] = ()


class TareLevel(Record):
    """HL*T: a pallet."""

    level: Literal["T"]
    marks: tuple[Mark, ...] = ()  # GM: its SSCC
    pallet: Pallet | None = None
    packages: tuple[Package, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    parties: tuple[Party, ...] = ()
    handling: tuple[Handling, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    markings: tuple[Marking, ...] = ()
    children: tuple[Level, ...] = ()


class PackLevel(Record):
    """HL*P: a carton; HL*Q: a pack within it."""

    level: Literal["P", "Q"]
    marks: tuple[Mark, ...] = ()  # GM: its SSCC; CP: the carrier's tracking number
    pack: Pack | None = None
    packages: tuple[Package, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    parties: tuple[Party, ...] = ()  # Z7: for which store it is marked
    handling: tuple[Handling, ...] = ()
    pallet: Pallet | None = None
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    markings: tuple[Marking, ...] = ()
    children: tuple[Level, ...] = ()


class ItemLevel(Record):
    """HL*I: so many of an item; HL*F: a component of it. The order is named here where no level of its own does."""

    level: Literal["I", "F"]
    line: str | None = None  # LIN01: the line of the purchase order, as the buyer numbered it
    ids: tuple[ItemId, ...] = ()
    line_reference: str | None = None  # SN101
    shipped_quantity: Number | None = None
    unit: str | None = None
    shipped_to_date: Number | None = None
    ordered_quantity: Number | None = None
    ordered_unit: str | None = None
    returnable: str | None = None  # SN107, DE728
    status: str | None = None  # SN108, DE668
    components: tuple[Component, ...] = ()
    po_number: str | None = None
    release_number: str | None = None
    change_number: str | None = None
    ordered_on: date | None = None
    assigned: str | None = None
    contract_number: str | None = None
    order_type: str | None = None
    pack: Pack | None = None
    packages: tuple[Package, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    descriptions: tuple[Description, ...] = ()
    references: tuple[Reference, ...] = ()  # LT lot, SE serial
    marks: tuple[Mark, ...] = ()
    dates: tuple[OtherDate, ...] = ()  # 036 expires
    parties: tuple[Party, ...] = ()
    handling: tuple[Handling, ...] = ()
    contacts: tuple[Contact, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    markings: tuple[Marking, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    allocations: tuple[Allocation, ...] = ()  # SDQ
    children: tuple[Level, ...] = ()


#: Told apart by `level`. Which level stands beneath which is the buyer's wish, not the standard's.
Level = Annotated[OrderLevel | TareLevel | PackLevel | ItemLevel, Field(discriminator="level")]
for _record in (OrderLevel, TareLevel, PackLevel, ItemLevel):
    _record.model_rebuild()  # they hold each other


class ShipNoticeTotals(Record):
    """What the document says of itself (CTT). Kept and checked on reading; on writing 01 and 02 are counted."""

    line_count: int | None = None  # CTT01: all HLs; some partners count the items only
    hash: Number | None = None  # CTT02: the sum of the quantities shipped
    weight: Number | None = None
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    text: str | None = None


_NO_TOTALS = ShipNoticeTotals()


def no_totals() -> ShipNoticeTotals:
    return _NO_TOTALS


class ShipNotice(Record):
    """856. Fields from `packages` on are those of HL*S, the shipment."""

    shipment_id: str
    purpose: str  # BSN01, DE353: 00 original, 01 cancel, 05 replace
    on: date
    at: str
    structure: str | None = None  # BSN05, DE1005: 0001 S-O-P-I ...; what the tree really is, `children` say
    type: str | None = None  # BSN06
    status_reason: str | None = None  # BSN07
    header_dates: tuple[OtherDate, ...] = ()  # DTM before the first HL
    packages: tuple[Package, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    equipment: tuple[Equipment, ...] = ()  # trailer and seal
    handling: tuple[Handling, ...] = ()
    bill_of_lading: str | None = None  # REF*BM
    references: tuple[Reference, ...] = ()  # MB, CN, 2I, SI, PK, AO ...
    contacts: tuple[Contact, ...] = ()
    dates: ShipmentDates = Field(default_factory=no_dates)
    freight: Freight | None = None
    parties: tuple[Party, ...] = ()  # SF, ST ...
    marks: tuple[Mark, ...] = ()
    pallet: Pallet | None = None
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    markings: tuple[Marking, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    children: tuple[Level, ...] = ()
    stated_totals: ShipNoticeTotals = Field(default_factory=no_totals)

    def walk(self) -> Iterator[tuple[OrderLevel | TareLevel | PackLevel | ItemLevel, ...]]:
        """Each level with those around it, outermost first and itself last, in the order of the document."""
        waiting: list[tuple[OrderLevel | TareLevel | PackLevel | ItemLevel, ...]] = [
            (child,) for child in reversed(self.children)
        ]
        while waiting:
            around = waiting.pop()
            yield around
            waiting.extend((*around, child) for child in reversed(around[-1].children))
