"""Our commitment: the order, its lines, holds and events (spec B2-B4). Decided by orders/, kept by store/.

Frozen records; states are derived, never set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Family, Finding


class OrderState(StrEnum):
    ON_HOLD = "ON_HOLD"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    VOID = "VOID"


class LineState(StrEnum):
    HELD = "HELD"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    INFORMATION = "INFORMATION"  # quantity 0: nothing is ordered


class HoldCode(StrEnum):
    """Holds of spec B4 that judgement raises; credit, stock and the later ones join with their issues."""

    INCOMPLETE = "INCOMPLETE"
    DUP_PO = "DUP_PO"
    PARTNER_TEST = "PARTNER_TEST"
    SHIPTO_UNKNOWN = "SHIPTO_UNKNOWN"
    ITEM_UNKNOWN = "ITEM_UNKNOWN"
    ITEM_BLOCKED = "ITEM_BLOCKED"
    ITEM_DISCONTINUED = "ITEM_DISCONTINUED"
    UOM = "UOM"
    PACK_MULTIPLE = "PACK_MULTIPLE"
    PRICE = "PRICE"
    TERMS = "TERMS"
    DATE_WINDOW = "DATE_WINDOW"
    MIN_ORDER = "MIN_ORDER"
    MAX_QTY = "MAX_QTY"
    TOTALS = "TOTALS"
    CUSTOMER_STOP = "CUSTOMER_STOP"
    CHANGE_PENDING = "CHANGE_PENDING"
    ROUTING = "ROUTING"
    ALLOC_SHORT = "ALLOC_SHORT"
    NEG_INV = "NEG_INV"
    DOCS = "DOCS"
    BILLING = "BILLING"
    ANSWER = "ANSWER"
    MANUAL = "MANUAL"


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold as judgement raises it. `line` None: the whole order. `blocks`: letters of spec B4 (A B R S I)."""

    code: HoldCode
    line: int | None
    blocks: str
    finding: Finding
    fingerprint: str  # the facts it covers; a release stands only while they are unchanged (spec B4 rule 4)
    family: Family
    store: str | None = None  # "qualifier:location" of an SDQ, when only that store waits (line is then None)
    amount: Decimal | None = None  # money that hangs on it: the line's or the order's


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line as we understand it. `quantity`, `unit` are the buyer's; `base_quantity` is in the item's base unit."""

    line: int
    buyer_line: str | None
    sku: str | None
    quantity: Decimal
    unit: str | None
    accepted_quantity: Decimal  # in the buyer's unit, after rounding
    base_quantity: Decimal | None
    base_unit: str | None
    buyer_price: Decimal | None
    contract_price: Decimal | None
    price: Decimal | None  # the one we use, per `unit` and basis of the buyer's line: the acknowledged price
    price_basis: str | None
    state: LineState
    reject_code: str | None = None  # DE668 when REJECTED
    answer_codes: tuple[str, ...] = ()  # DE668 codes that changes call for (IP, IQ, DR, IS)
    description: str | None = None
    ship_to: str | None = None
    ship_from: date | None = None  # effective ship window
    ship_until: date | None = None
    cancel_after: date | None = None
    amount: Decimal | None = None  # extension in order currency, rounded half-up
    substitute: str | None = None  # our SKU that goes instead (855 IS)
    promised_ship: date | None = None  # ours, when it is not the buyer's date (855 DR 068)
    promised_delivery: date | None = None  # the same, when the buyer spoke of delivery (855 DR 067)
    free_quantity: Decimal | None = None  # goods on top at no charge (SAC A D170), in the buyer's unit
    backordered_quantity: Decimal | None = (
        None  # of the accepted quantity, in the buyer's unit: not in stock now
    )
    backordered_to: date | None = None  # when that part ships; None: not known yet
    cancelled_stores: tuple[
        str, ...
    ] = ()  # "qualifier:location" of an SDQ whose part was cancelled (spec D24)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What orders/ decides about one purchase order. Commands write it, nobody changes it."""

    verdict: str  # "new" | "repeat" | "change" | "conflict" | "copy" | "reject"
    state: OrderState
    customer: str | None
    currency: str
    ship_to_key: str | None
    lines: tuple[OrderLine, ...]
    holds: tuple[NewHold, ...]
    findings: tuple[Finding, ...]
    total: Decimal
    known_order: int | None = None  # order_id of the order that this repeats or changes
    reject_code: str | None = None  # BAK02 when the whole order is refused
    differences: tuple[tuple[str, str, str], ...] = ()  # (path, was, is) against the known order
    cancel_after: date | None = None
    ship_complete: bool = False
    all_or_nothing: bool = False
    revised: PurchaseOrder | None = None  # verdict change: the document that stands afterwards; None: wait


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold as it stands in the store."""

    hold_id: int
    order_id: int
    line: int | None
    code: HoldCode
    blocks: str
    state: str  # ACTIVE RELEASED SUPERSEDED
    finding_code: Code
    message: str
    hint: str
    fingerprint: str
    raised_at: datetime
    due_at: datetime
    released_by: str | None = None
    store: str | None = None  # "qualifier:location" of an SDQ, when only that store waits
    placed_by: str = "system"
    until: datetime | None = None  # a release stands until then
    up_to_amount: Decimal | None = None  # and up to this amount
