"""Master data as facts of a day: items, units, cross-references, prices, ship-tos, customers (spec B1).

Rows are effective-dated and never overwritten; these records are what holds on one date. Read by
store/master/facts.py, used by orders/. Quantities are Decimal, pack factors exact Fractions, prices Decimal per `unit`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from edi_gateway.model.fulfilment import Backorder, OwnPart, Shelf

ItemStatus = Literal["active", "not yet", "phase-out", "discontinued", "blocked"]


@dataclass(frozen=True, slots=True)
class Item:
    sku: str
    description: str
    status: ItemStatus
    base_unit: str  # DE355
    not_before: date | None = None
    successor: str | None = None
    measured: bool = False  # decimals are allowed (pounds, feet); else whole base units only
    free: bool = False  # may be ordered at price 0
    item_class: str | None = None
    tax_class: str | None = None
    nmfc: str | None = None  # what it is to a freight carrier, and its class by that
    freight_class: str | None = None
    hazmat: str | None = None  # UN number; proper name; class; packing group; 24-hour telephone


@dataclass(frozen=True, slots=True)
class ItemUnit:
    """One `unit` of `sku` holds `factor` base units, exactly. `multiple` and `minimum` are in this unit."""

    sku: str
    unit: str
    factor: Fraction
    minimum: Decimal | None = None
    multiple: Decimal | None = None
    inner: int | None = None
    orderable: bool = True
    weight: Decimal | None = None  # gross, of one unit, in weight_unit (DE355)
    weight_unit: str | None = None


@dataclass(frozen=True, slots=True)
class ItemXref:
    """A partner's (or everybody's, partner None) name for our item; a GTIN-14 names a level of packing."""

    partner: str | None
    qualifier: str  # DE235; "GTIN" for GTIN-8/12/13/14, stored zero-filled to 14 digits
    value: str
    sku: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    sku: str
    unit: str
    price: Decimal
    currency: str
    since: date
    until: date | None = None
    customer: str | None = None  # contract price of a customer; else of a price group; else the list
    price_group: str | None = None
    from_quantity: Decimal = Decimal(0)  # break, in `unit`
    promotion: bool = False


@dataclass(frozen=True, slots=True)
class ShipTo:
    """A place of a partner's. `dc` names the ship-to that serves a store (cross-dock)."""

    partner: str
    qualifier: str  # DE66
    code: str
    name: str
    customer: str | None = None
    address: tuple[str, ...] = ()
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    kind: Literal["dc", "store", "site"] = "site"
    dc: str | None = None
    transit_days: int | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    number: str
    name: str
    currency: str
    price_group: str | None = None
    terms_type: str | None = None  # ITD01
    discount_percent: Decimal | None = None
    discount_days: int | None = None
    net_days: int | None = None
    freight_payment: str | None = None  # FOB01
    minimum_order: Decimal | None = None
    ship_complete: bool = False
    backorder: Backorder = "backorder"
    stopped: bool = False
    priority: int = 5


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order of ours with the same business key as one that has come in."""

    order_id: int
    number: str
    revision: int
    state: str
    content_hash: str
    snapshot: str  # canonical JSON of the PurchaseOrder that stands
    any_fulfilment: bool = False
    order_type: str = "SA"
    former: tuple[str, ...] = ()  # snapshots of the revisions that it replaced, the oldest first
    document_id: int = 0  # of the document that stands; a later document has a greater one
    disputed: bool = False  # hold DUP_PO: it contradicts an older one, and nobody has decided


@dataclass(slots=True)
class MasterData:
    """All that judging a batch of one partner's orders may ask for, read in one go."""

    xrefs: dict[tuple[str, str], tuple[ItemXref, ...]] = field(default_factory=dict)  # (qualifier, value)
    items: dict[str, Item] = field(default_factory=dict)
    units: dict[tuple[str, str], ItemUnit] = field(default_factory=dict)  # (sku, unit)
    prices: dict[str, tuple[Price, ...]] = field(default_factory=dict)  # by sku
    ship_tos: dict[tuple[str, str], ShipTo] = field(default_factory=dict)  # (qualifier, code)
    customers: dict[str, Customer] = field(default_factory=dict)
    known: dict[str, tuple[KnownOrder, ...]] = field(default_factory=dict)  # by business key, oldest first
    drawn: dict[str, dict[str, Decimal]] = field(
        default_factory=dict
    )  # blanket's key -> SKU -> base units released
    shelves: dict[str, Shelf] = field(default_factory=dict)  # by sku; only where goods ship from here
    own: dict[int, tuple[OwnPart, ...]] = field(
        default_factory=dict
    )  # by order id: what it has of them already
