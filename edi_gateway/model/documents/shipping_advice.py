"""What a warehouse or 3PL has shipped (945). Read by mapping/, judged by orders/; the simulator writes it.

`reporting` decides what silence means: F lists everything, X only what differs, N nothing at all (spec B9).
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from edi_gateway.model.documents.details import Mark, Measurement, Pallet
from edi_gateway.model.documents.record import Number, Record
from edi_gateway.model.documents.shared import Amount, Contact, ItemId, NotedQuantity, Package, Party
from edi_gateway.model.documents.warehouse import (
    DatedReference,
    Remark,
    SubLot,
    WarehouseCharge,
    WarehouseDates,
    no_warehouse_dates,
    referenced,
)


class WarehouseCarrier(Record):
    """W27: how and with whom the goods went."""

    mode: str  # DE91
    scac: str | None = None
    routing: str | None = None
    payment: str | None = None  # DE146
    equipment_kind: str | None = None
    equipment_initial: str | None = None
    equipment_number: str | None = None
    status: str | None = None  # DE368
    handling: str | None = None
    change_reason: str | None = None


class Consolidation(Record):
    """W28: shipped together with others."""

    code: str
    weight: Number | None = None
    weight_kind: str | None = None
    weight_unit: str | None = None
    stop_offs: int | None = None
    location: str | None = None
    location_qualifier: str | None = None
    master_bol: str | None = None


class UnitLoad(Record):
    """W10: pallets, seals and temperatures."""

    kind: str | None = None
    pallets: int | None = None
    pallet_exchange: str | None = None
    seals: tuple[str, ...] = ()  # at most two
    temperature: Number | None = None
    temperature_unit: str | None = None
    second_temperature: Number | None = None
    second_temperature_unit: str | None = None


class Port(Record):
    """R4."""

    function: str
    location_qualifier: str | None = None
    location: str | None = None
    name: str | None = None
    country: str | None = None
    terminal: str | None = None
    pier: str | None = None
    region: str | None = None


class AdviceItem(Record):
    """W12 loop: what became of so many of an item. Our line id stands in the reference LI."""

    status: str  # DE368: CC complete, CP part and no backorder, BP part and backorder, CS substituted ...
    ordered: Number | None = None
    shipped: Number | None = None
    difference: Number | None = None
    unit: str | None = None
    upc_case: str | None = None
    ids: tuple[ItemId, ...] = ()  # 07/08, 17/18, 21/22: at most three
    lot: str | None = None
    weight: Number | None = None
    weight_kind: str | None = None
    weight_unit: str | None = None  # DE188, one letter: L pounds, K kilograms
    second_weight: Number | None = None
    second_weight_kind: str | None = None
    second_weight_unit: str | None = None
    second_upc_case: str | None = None  # W1216
    change_reason: str | None = None
    adjustment: str | None = None
    descriptions: tuple[str, ...] = ()  # G69
    references: tuple[DatedReference, ...] = ()  # LI, LT, SE, LV ...
    dates: WarehouseDates = Field(default_factory=no_warehouse_dates)
    quantities: tuple[NotedQuantity, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    amounts: tuple[Amount, ...] = ()
    ports: tuple[Port, ...] = ()
    carrier: WarehouseCarrier | None = None
    parties: tuple[Party, ...] = ()
    charges: tuple[WarehouseCharge, ...] = ()
    parts_begin: str | None = None  # LS01: without it no parts can be written
    parts: tuple[SubLot, ...] = ()
    parts_end: str | None = None  # LE01, the same as LS01

    def reference(self, qualifier: str) -> str | None:
        """The value of the first reference with this qualifier, or None."""
        return referenced(self.references, qualifier)


class AdviceCarton(Record):
    """LX loop: a carton, or all that was shipped when nobody packed it in cartons."""

    number: int | None = None  # LX01
    marks: tuple[Mark, ...] = ()  # MAN: GM or AA with the SSCC
    pallet: Pallet | None = None
    references: tuple[DatedReference, ...] = ()  # LV ...
    items: tuple[AdviceItem, ...] = ()

    def reference(self, qualifier: str) -> str | None:
        """The value of the first reference with this qualifier, or None."""
        return referenced(self.references, qualifier)


class AdviceTotals(Record):
    """W03, as stated. With `reporting` X or N it counts more than the items that are listed."""

    units: Number | None = None
    weight: Number | None = None
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    packages: int | None = None
    package_unit: str | None = None


_NO_TOTALS = AdviceTotals()


def no_totals() -> AdviceTotals:
    return _NO_TOTALS


class ShippingAdvice(Record):
    """945."""

    reporting: str  # W0601, DE514: F full detail, X exceptions only, N no exceptions, J original
    order_number: str | None = None  # W0602: the depositor's, which is ours
    on: date | None = None
    shipment_number: str | None = None  # W0604
    agent_number: str | None = None
    po_number: str | None = None
    master_reference: str | None = None
    link_sequence: str | None = None
    handling: str | None = None
    date_change_reason: str | None = None
    transaction_type: str | None = None
    action: str | None = None
    parties: tuple[Party, ...] = ()
    references: tuple[DatedReference, ...] = ()  # BM bill of lading, CN carrier's number, 2I tracking ...
    contacts: tuple[Contact, ...] = ()
    dates: WarehouseDates = Field(default_factory=no_warehouse_dates)
    notes: tuple[Remark, ...] = ()
    carrier: WarehouseCarrier | None = None
    handling_codes: tuple[str, ...] = ()  # W6
    consolidation: Consolidation | None = None
    unit_loads: tuple[UnitLoad, ...] = ()
    charges: tuple[WarehouseCharge, ...] = ()
    packages: tuple[Package, ...] = ()  # 005010 only
    cartons: tuple[AdviceCarton, ...] = ()
    stated_totals: AdviceTotals = Field(default_factory=no_totals)

    @property
    def items(self) -> tuple[AdviceItem, ...]:
        """The items of all cartons, in order."""
        return tuple(item for carton in self.cartons for item in carton.items)

    def party(self, role: str) -> Party | None:
        """The first party of this role, or None."""
        return next((p for p in self.parties if p.role == role), None)

    def reference(self, qualifier: str) -> str | None:
        """The value of the first reference with this qualifier, or None."""
        return referenced(self.references, qualifier)
