"""What papers are drawn from: a shipment as it was frozen, as data (spec B10).

Filled by commands from the order, the shipment and the partner's profile; read by the papers, which ask nobody else.
Quantities and weights are Decimal, dates are dates; every text is as it came and may hold any character.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

FreightTerms = Literal["prepaid", "collect", "third party"]


@dataclass(frozen=True, slots=True)
class Place:
    """An address. `code` is the number by which its owner calls it: store, distribution centre, GLN."""

    name: str
    street: tuple[str, ...] = ()
    city: str | None = None
    region: str | None = None  # state or province
    postal_code: str | None = None
    country: str = "US"  # ISO 3166, two letters
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """Which drawing of the paper this is. `version` counts changed content, `reprint` counts drawings of it again."""

    number: str  # of the paper: shipment, packing list or bill of lading
    version: int = 1
    reprint: int = 0


@dataclass(frozen=True, slots=True)
class Carrier:
    scac: str | None = None  # Standard Carrier Alpha Code, 2 to 4 letters
    name: str | None = None
    service: str | None = None
    pro: str | None = None  # the carrier's freight bill number
    trailer: str | None = None
    seals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    value: Decimal
    unit: str = "LB"


@dataclass(frozen=True, slots=True)
class Content:
    """So much of one item in a carton, in `unit`."""

    quantity: Decimal
    unit: str
    description: str
    sku: str | None = None
    buyer_item: str | None = None
    gtin: str | None = None
    lots: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Carton:
    """Carton `number` of `of`. A carton for a store of a distribution centre has its own `mark_for`."""

    number: int
    of: int
    sscc: str | None = None  # 18 digits, without AI 00
    tracking: str | None = None  # the parcel carrier's number
    weight: Weight | None = None
    contents: tuple[Content, ...] = ()
    mark_for: Place | None = None  # None: the shipment's


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the order in this shipment. The three quantities are in `unit`."""

    number: str  # the buyer's line number, or ours where he gave none
    ordered: Decimal | None
    shipped: Decimal | None
    backordered: Decimal | None
    unit: str
    description: str
    sku: str | None = None
    buyer_item: str | None = None
    gtin: str | None = None
    lots: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    price: Decimal | None = None  # per `unit`, in the shipment's currency; drawn only when the shipment asks


@dataclass(frozen=True, slots=True)
class DropShip:
    """The retailer in whose name a parcel goes to his customer: neither label nor packing list names us."""

    brand: str  # as it stands at the head of the paper
    return_address: Place
    customer_order: str | None = None  # the number that the consumer knows
    gift_message: str | None = None
    footer: str | None = None  # returns, telephone, web site: the retailer's own words


@dataclass(frozen=True, slots=True)
class Shipment:
    """What left, or is about to leave, for one ship-to under one order of ours."""

    edition: Edition
    our_order: str
    po_number: str
    shipped: date | None
    ship_from: Place
    ship_to: Place
    mark_for: Place | None = None
    carrier: Carrier = Carrier()
    bol: str | None = None
    department: str | None = None
    lines: tuple[Line, ...] = ()
    cartons: tuple[Carton, ...] = ()
    weight: Weight | None = None  # of the whole shipment; None: the sum of its cartons
    drop_ship: DropShip | None = None
    show_prices: bool = False
    currency: str | None = None

    @property
    def sender(self) -> Place:
        """From whom it comes, as far as the receiver is to know: the retailer of a drop shipment, or we."""
        return self.drop_ship.return_address if self.drop_ship else self.ship_from


@dataclass(frozen=True, slots=True)
class CustomerOrder:
    """A purchase order on a bill of lading. `palletized` None: nobody said."""

    number: str
    packages: int | None
    weight: Decimal | None
    palletized: bool | None
    information: str | None = None


@dataclass(frozen=True, slots=True)
class Hazard:
    """Dangerous goods (49 CFR 172.202): `un` with its letters (UN1263), `phone` answered round the clock."""

    un: str
    proper_name: str
    hazard_class: str
    packing_group: str | None = None  # I, II or III; some classes have none
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Commodity:
    """A line of a bill of lading's carrier information: so many handling units with so many packages of one kind."""

    handling_units: int | None
    handling_type: str | None  # PLT, SLP ...
    packages: int | None
    package_type: str | None  # CTN, DRM ...
    weight: Decimal | None
    description: str
    nmfc: str | None = None
    freight_class: str | None = None
    hazard: Hazard | None = None


@dataclass(frozen=True, slots=True)
class Cod:
    """Collect on delivery. `fee` says who pays the carrier's fee for it."""

    amount: Decimal
    currency: str
    fee: Literal["prepaid", "collect"] | None
    check_accepted: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredValue:
    """What the shipper says the goods are worth, per `per` (package, pound)."""

    amount: Decimal
    currency: str
    per: str


@dataclass(frozen=True, slots=True)
class BillOfLading:
    """A bill of lading in the retail industry's form (VICS). Weights of orders and commodities are in `weight_unit`.

    `underlying`: for a master bill, the numbers of the bills that it stands for.
    """

    edition: Edition  # its number: 17 digits
    issued: date | None
    ship_from: Place
    ship_to: Place
    carrier: Carrier
    terms: FreightTerms | None
    orders: tuple[CustomerOrder, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    weight_unit: str = "LB"
    bill_to: Place | None = None  # who pays the freight, when neither end does
    shipper_id: str | None = None  # SID#
    consignee_id: str | None = None  # CID#
    fob_from: bool = False  # title passes where it is shipped from
    fob_to: bool = False  # or where it is shipped to
    less_than_truckload: bool = False  # then NMFC number and class are mandatory
    master: bool = False
    underlying: tuple[str, ...] = ()
    instructions: str | None = None
    cod: Cod | None = None
    declared: DeclaredValue | None = None
    loaded_by: Literal["shipper", "driver"] | None = None
    counted_by: Literal["shipper", "driver pallets", "driver pieces"] | None = None
