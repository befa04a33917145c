"""From the accepted line to the goods that left: parts of lines, stock, releases, shipments (spec B2, B3, B7, B9).

Frozen records without I/O; decided on by orders/, kept by store/. Quantities are Decimal; `base` ones are in the
item's base unit, the others in the unit of the buyer's line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from edi_gateway.model.documents.purchase_order import Line

Backorder = Literal["backorder", "cancel remainder", "ship complete"]  # what happens when stock is short


class Stage(StrEnum):
    """How far an accepted order is (spec B3.2); derived from its parts, never set by hand. None before the first."""

    IN_FULFILMENT = "IN_FULFILMENT"
    PARTIALLY_SHIPPED = "PARTIALLY_SHIPPED"
    SHIPPED = "SHIPPED"
    PARTIALLY_INVOICED = "PARTIALLY_INVOICED"
    INVOICED = "INVOICED"
    CLOSED = "CLOSED"


class PartState(StrEnum):
    """State of a part of a line (spec B3.3). Invoiced is a part SHIPPED that an invoice stands for."""

    OPEN = "OPEN"  # accepted; nobody has looked for stock yet
    BACKORDERED = "BACKORDERED"  # looked for, and there was none
    ALLOCATED = "ALLOCATED"
    RELEASED = "RELEASED"  # the warehouse has it (940 sent, or on a pick list)
    PICKED = "PICKED"
    PACKED = "PACKED"
    SHIPPED = "SHIPPED"
    CANCELLED = "CANCELLED"


class PartKind(StrEnum):
    """Only `goods` count against what was ordered."""

    GOODS = "goods"
    FREE = "free"  # on top at no charge (SAC A D170)
    OVER = "over"  # shipped beyond what was ordered, within the tolerance


RESERVING = (
    PartState.ALLOCATED,
    PartState.RELEASED,
    PartState.PICKED,
    PartState.PACKED,
)  # hold stock at a site
WAITING = (PartState.OPEN, PartState.BACKORDERED)
AT_WAREHOUSE = (PartState.RELEASED, PartState.PICKED, PartState.PACKED)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an accepted line that goes one way together; a row of `line_parts`. `store`: "qualifier:location".

    `completion`: what happens when stock is short; `whole`: only whole units of the buyer's go.
    """

    id: int
    order_id: int
    line: int
    partner: str
    store: str | None
    sku: str
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    state: PartState
    kind: PartKind
    ship_from: date | None
    ship_until: date | None
    cancel_after: date | None
    promised: date | None
    release_on: date | None
    site: str | None
    release_id: int | None
    shipment_id: int | None
    invoice_id: int | None
    reason: str | None
    completion: Backorder
    whole: bool
    received_at: datetime
    priority: int
    test: bool
    since: datetime

    @property
    def rank(self) -> tuple[int, int, str, int]:
        """Of an order, which part comes first."""
        return (self.order_id, self.line, self.store or "", self.id)


@dataclass(frozen=True, slots=True)
class StockLevel:
    """One item at one site, in base units."""

    site: str
    sku: str
    on_hand: Decimal
    hold: Decimal = Decimal(0)
    damaged: Decimal = Decimal(0)
    allocated: Decimal = Decimal(0)
    safety: Decimal = Decimal(0)

    @property
    def free(self) -> Decimal:
        """What may be allocated, safety stock included; below zero when more is promised than lies there (B7.6)."""
        return self.on_hand - self.hold - self.damaged - self.allocated


@dataclass(frozen=True, slots=True)
class Supply:
    """Goods to come, in base units."""

    site: str
    sku: str
    quantity: Decimal
    due_on: date
    confirmed: bool = True
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Commitment:
    """So much of an item is spoken for and has no stock yet: a part that waits, or an accepted line not planned yet.
    `due_on`: the day on which it ships; None: as soon as can be; `sites`: from where it may, empty: from all. In base
    units."""

    sku: str
    quantity: Decimal
    due_on: date | None = None
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What an order has of an item already, when it is promised anew: set aside for it, shipped, or waited for."""

    line: int
    sku: str
    quantity: Decimal  # base units
    reserved: bool = False
    shipped: bool = False
    due_on: date | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """What availability of one item is worked out from: where it lies, what comes, and what is spoken for."""

    levels: tuple[StockLevel, ...]
    supply: tuple[Supply, ...] = ()
    commitments: tuple[Commitment, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """Where our goods lie. `warehouse`: key of the partner who runs it; None: ourselves."""

    code: str
    name: str
    warehouse: str | None = None
    gln: str | None = None
    address: tuple[str, ...] = ()
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """What a warehouse is asked to ship together; a row of `releases`. `state`: RELEASED CANCEL_ASKED CANCELLED
    CONFIRMED; `version` counts its 940s."""

    id: int
    number: str
    order_id: int
    partner: str
    warehouse: str | None
    site: str
    ship_to: str | None
    store: str | None
    ship_on: date
    state: str
    version: int
    document_id: int | None
    released_at: datetime
    confirm_due_at: datetime | None
    test: bool


@dataclass(frozen=True, slots=True)
class Content:
    """What of a part lies in a carton or on a pallet, in the part's unit."""

    part_id: int
    quantity: Decimal
    lot: str | None = None
    expires_on: date | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A handling unit. `kind`: T pallet, P carton; `parent`: `n` of the pallet that it stands on; `refused`: the number
    that somebody said it bears, and that is no SSCC or that of another."""

    n: int
    kind: str
    contents: tuple[Content, ...] = ()
    parent: int | None = None
    sscc: str | None = None
    tracking: str | None = None
    packaging: str | None = None
    weight: Decimal | None = None
    weight_unit: str | None = None
    store: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    """How the goods left."""

    carrier: str | None = None  # SCAC
    carrier_name: str | None = None
    mode: str | None = None  # DE91
    service: str | None = None  # DE284
    freight_payment: str | None = None  # DE146
    pro: str | None = None
    bol: str | None = None
    master_bol: str | None = None
    trailer: str | None = None
    seal: str | None = None
    weight: Decimal | None = None
    weight_unit: str | None = None
    packages: int | None = None
    pallets: int | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What left of one part, as a 945 or a person says: `quantity` in the part's unit. `rest`: what becomes of what
    did not: "backorder", "cancel", "later" (it still comes under this release), None: as the Confirm says. `measured`:
    of goods that are weighed, how many base units it really was (D13)."""

    part_id: int
    quantity: Decimal
    rest: str | None = None
    measured: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Confirm:
    """A ship confirm: of a 945, of the command line, of a CSV row. `key` names it: the same key again is the same
    shipment, with other content a correction (spec B9). `rest`: what becomes of what did not ship."""

    key: str
    release_numbers: tuple[str, ...]
    shipped_at: datetime
    lines: tuple[Confirmed, ...]
    units: tuple[Unit, ...] = ()
    transport: Transport = Transport()
    expected_on: date | None = None
    rest: str | None = None  # "backorder", "cancel", "later", None: by the order's policy
    document_id: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody at an address, as the order names them or our books know them."""

    name: str | None = None
    id_qualifier: str | None = None  # DE66
    id: str | None = None
    address: tuple[str, ...] = ()
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class ShippedOrder:
    """What a notice, a paper and an invoice say of an order; `parties` by role (BY, BT, Z7 ...), `references` of the
    header as (qualifier, value), as they were when the goods left."""

    order_id: int
    number: str
    po_number: str
    release_number: str | None = None
    contract_number: str | None = None
    ordered_on: date | None = None
    type: str = "SA"
    currency: str = "USD"
    references: tuple[tuple[str, str], ...] = ()
    parties: tuple[tuple[str, Place], ...] = ()
    notes: tuple[str, ...] = ()  # gift messages and other free text, in the order's words


@dataclass(frozen=True, slots=True)
class Agreed:
    """What had been agreed of goods that left although the order wants another item on their line meanwhile: the line
    as the buyer had it, and the price that was acknowledged. None: nobody knows any more."""

    line: Line | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """What left of one part. `ordered`: of the line (of this store of it), in `unit`; `ids`: (qualifier, value) as the
    buyer wrote them; `gtin`: of the unit, where we know one; `agreed`: of an item that the line is not for any more."""

    part_id: int
    order_id: int
    line: int
    store: str | None
    kind: PartKind
    sku: str
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    ordered: Decimal
    buyer_line: str | None = None
    ids: tuple[tuple[str, str], ...] = ()
    description: str | None = None
    gtin: str | None = None
    pack: int | None = None  # inner units of one `unit` (PO4-01)
    substituted: str | None = None  # the SKU that was ordered, where another one went
    shipped_before: Decimal = Decimal(0)  # of the line, in earlier shipments
    weight: Decimal | None = None
    weight_unit: str | None = None
    hazmat: str | None = None
    nmfc: str | None = None
    freight_class: str | None = None
    agreed: Agreed | None = None


@dataclass(frozen=True, slots=True)
class Shipped:
    """A shipment as it left, frozen (`shipments.snapshot`): what the 856, papers and invoices are made of.

    `units`: pallets before the cartons on them; empty where nobody said how it was packed. `stores`: the places that
    parts name ("qualifier:location"), for mark-for.
    """

    shipment_id: int
    number: str
    partner: str
    customer: str | None
    site: str
    ship_from: Place
    ship_to: Place
    shipped_at: datetime
    shipped_on: date
    expected_on: date | None
    transport: Transport
    orders: tuple[ShippedOrder, ...]
    lines: tuple[ShippedLine, ...]
    units: tuple[Unit, ...] = ()
    stores: tuple[tuple[str, Place], ...] = ()
    freight_to: Place | None = None  # third party who pays the freight
    test: bool = False
