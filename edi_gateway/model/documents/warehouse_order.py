"""What a warehouse or 3PL is to ship (940). Decided by orders/, written by mapping/ from the same rows that read it.

One document a group that is ready to ship: order, site, ship-to and date (spec B9).
"""

from __future__ import annotations

from pydantic import Field

from edi_gateway.model.documents.details import Equipment, Mark
from edi_gateway.model.documents.purchase_order import Allocation
from edi_gateway.model.documents.record import Number, Record
from edi_gateway.model.documents.shared import Amount, Contact, ItemId, NotedQuantity, Party
from edi_gateway.model.documents.warehouse import (
    DatedReference,
    Remark,
    SubLot,
    WarehouseDates,
    no_warehouse_dates,
    referenced,
)


class WarehouseFreight(Record):
    """W66, and G66 under an item: who pays the freight, how and with whom it goes."""

    payment: str | None = None  # DE146; the header must have it
    mode: str | None = None  # DE91: M motor, LT less than a truckload ...; the header must have it
    pallet_exchange: str | None = None
    unit_load: str | None = None
    routing: str | None = None
    place_kind: str | None = None
    place: str | None = None  # F.O.B. point
    cod_method: str | None = None  # W66 only, as what follows
    cod_amount: Number | None = None
    scac: str | None = None


class Temperature(Record):
    """W09: the equipment and what it is to be kept at, from low to high."""

    equipment: str
    low: Number | None = None
    low_unit: str | None = None
    high: Number | None = None
    high_unit: str | None = None
    text: str | None = None
    vent: str | None = None
    percent: int | None = None
    quantity: Number | None = None


class WarehousePack(Record):
    """W20: how an item is packed, what it weighs and measures."""

    pack: int | None = None
    size: Number | None = None
    size_unit: str | None = None
    weight: Number | None = None
    weight_kind: str | None = None
    weight_unit: str | None = None  # DE188, one letter: L pounds, K kilograms
    unit_weight: Number | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    color: str | None = None


class WarehouseItem(Record):
    """W01 loop: so many of an item. Our line id stands in the reference LI."""

    quantity: Number
    unit: str
    upc_case: str | None = None
    ids: tuple[ItemId, ...] = ()  # 04/05, 06/07, 15/16: at most three
    freight_class: str | None = None
    rate_class: str | None = None
    commodity_kind: str | None = None
    commodity: str | None = None
    block_and_tiers: str | None = None
    lot: str | None = None
    condition: str | None = None
    descriptions: tuple[str, ...] = ()  # G69
    references: tuple[DatedReference, ...] = ()
    notes: tuple[Remark, ...] = ()
    packs: tuple[WarehousePack, ...] = ()
    quantities: tuple[NotedQuantity, ...] = ()
    amounts: tuple[Amount, ...] = ()
    dates: WarehouseDates = Field(default_factory=no_warehouse_dates)
    freight: WarehouseFreight | None = None
    parties: tuple[Party, ...] = ()
    contacts: tuple[Contact, ...] = ()  # 004010 only; at 005010 they are the parties'
    parts_begin: str | None = None  # LS01: without it no parts can be written
    parts: tuple[SubLot, ...] = ()
    parts_end: str | None = None  # LE01, the same as LS01

    def reference(self, qualifier: str) -> str | None:
        """The value of the first reference with this qualifier, or None."""
        return referenced(self.references, qualifier)


class WarehouseGroup(Record):
    """LX loop: items that go together, for one party or under one mark."""

    number: int | None = None  # LX01, from 1
    marks: tuple[Mark, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    party: Party | None = None
    dates: WarehouseDates = Field(default_factory=no_warehouse_dates)
    references: tuple[DatedReference, ...] = ()  # 005010 only
    items: tuple[WarehouseItem, ...] = ()


class WarehouseTotals(Record):
    """W76."""

    quantity: Number | None = None
    weight: Number | None = None
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    sizing_factor: Number | None = None


_NO_TOTALS = WarehouseTotals()


def no_totals() -> WarehouseTotals:
    return _NO_TOTALS


class WarehouseOrder(Record):
    """940."""

    status: str  # W0501, DE473: N original, R change, F cancel, L line replace, D delete, T resubmission ...
    order_number: str  # W0502: the depositor's, which is ours; at most 22
    po_number: str | None = None
    link_sequence: str | None = None
    master_reference: str | None = None
    transaction_type: str | None = None
    action: str | None = None
    type: str | None = None  # W0508, DE92: SA, DS ...; 005010 only
    parties: tuple[Party, ...] = ()  # WH, DE, ST, BT, SF, Z7, CA
    references: tuple[DatedReference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    dates: WarehouseDates = Field(default_factory=no_warehouse_dates)
    notes: tuple[Remark, ...] = ()
    temperature: Temperature | None = None
    freight: WarehouseFreight | None = None
    handling_codes: tuple[str, ...] = ()  # W6
    equipment: tuple[Equipment, ...] = ()  # 005010 only
    groups: tuple[WarehouseGroup, ...] = ()
    stated_totals: WarehouseTotals = Field(default_factory=no_totals)

    @property
    def items(self) -> tuple[WarehouseItem, ...]:
        """The items of all groups, in order."""
        return tuple(item for group in self.groups for item in group.items)

    def party(self, role: str) -> Party | None:
        """The first party of this role, or None."""
        return next((p for p in self.parties if p.role == role), None)

    def reference(self, qualifier: str) -> str | None:
        """The value of the first reference with this qualifier, or None."""
        return referenced(self.references, qualifier)
