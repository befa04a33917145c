"""What happens after the answer: goods, ship notices, invoices, and what a breach costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from edi_gateway.partners.profile.part import Part


class Fulfilment(Part):
    """What happens after the 855. Sources: spec B3, B7, B9."""

    ours: bool = False
    """Stock, shipping and invoicing are done here; false: the order is posted, and that is all."""
    sequence: Literal["received", "priority", "requested ship"] = "received"
    """Who gets scarce stock first; priority: the customer's class, then who came first."""
    sites: tuple[str, ...] = ()
    """Our sites that serve them, the nearest first; empty: all."""
    split_sites: bool = True
    """One line may be filled from several sites."""
    use_safety_stock: bool = False
    """Their orders may take the safety stock."""
    release_days_before: int = 1
    """Goods go to the warehouse so many working days before they ship."""
    confirm_within_hours: int = 24
    """The warehouse confirms within so many hours after the ship date; later is a case."""
    over_delivery_percent: Decimal = Decimal(0)
    """More than was ordered may ship by so much."""
    order_per: Literal["order", "store"] = "store"
    """What is handed to the warehouse together of an order that is divided among stores."""
    short_store_rule: Literal["fair share", "first come"] = "fair share"
    """Scarce stock over the stores of an order."""
    maximum_backorder_days: int | None = None
    """A backorder is cancelled after so many days; none: it waits until the last day."""
    promise_later: Literal["tell", "ask"] = "tell"
    """A promised date that gets later: tell by an updated 855, or open a case first."""
    count_tolerance_percent: Decimal = Decimal(0)
    """Of a warehouse: a count (846) that differs from our stock by no more than this is booked by itself."""


class Shipping(Part):
    """856. Source: spec C3, B10."""

    notice: bool = True
    """Whether a ship notice goes at all."""
    structure: Literal["0001", "0002", "0003", "0004"] = "0001"
    """BSN05: 0001 order, pack, item; 0002 order, item, pack; 0003 pack, order, item; 0004 no packs."""
    per: Literal["shipment", "bill of lading"] = "shipment"
    """One notice a shipment, or one for all that left on one bill of lading."""
    after_minutes: int = 0
    """Not before so long after the goods left."""
    within_minutes: int = 60
    """Later than this after the goods left is late."""
    carton_numbers: Literal["required", "if known"] = "required"
    """Without an SSCC for each carton the notice is held; made here where the warehouse says none."""
    carton_mark: Literal["GM", "AA"] = "GM"
    """MAN01: GM with the AI 00 (20 digits), AA without (18)."""
    tracking: Literal["REF CN", "REF 2I", "MAN CP", "none"] = "none"
    """Where tracking numbers of small parcels stand."""
    mark_for: Literal["BY", "Z7", "none"] = "Z7"
    """N101 of the store, where goods for stores go to a distribution centre."""
    item_status: bool = False
    """SN108 on each item."""
    echo_references: tuple[str, ...] = ()
    """REF01 of the order that go into the order level (IA, DP ...)."""
    correction: Literal["05", "01 and new"] = "05"
    """A corrected notice replaces under the same number, or cancels and goes under a new one."""
    transit_days: int | None = None
    """Working days on the road for DTM 017, where the place does not say."""
    brand: str | None = None
    """What stands on the packing list of a drop-ship order instead of us."""
    return_address: tuple[str, ...] = ()
    """Where the consumer sends goods back, a line each."""


class Invoicing(Part):
    """810. Sources: spec B11, C4."""

    send: bool = True
    """Whether an 810 goes; invoices are issued in any case."""
    per: Literal["shipment", "store", "consolidated"] = "shipment"
    """One invoice a shipment and order, a store, or for all that left on a day."""
    after_notice: Literal["made", "sent", "accepted"] = "sent"
    """How far the 856 must be: made, sent, or acknowledged without objection."""
    free_goods: Literal["list at 0", "leave out"] = "list at 0"
    """Goods at no charge on the invoice."""
    zero_total: Literal["send", "suppress"] = "suppress"
    """An 810 that comes to nothing."""
    credit_type: Literal["CR", "CN"] = "CR"
    """BIG07 of a credit memo."""
    credit_sign: Literal["positive", "negative"] = "positive"
    """How amounts of a credit memo are written."""
    tax: bool = False
    """Goods are taxed by the place that they go to, unless a certificate exempts the customer."""
    freight: Decimal = Decimal(0)
    """Charge for freight, once an order, where the order says prepaid and charged (FOB01 PC)."""
    freight_code: str = "D240"
    """SAC02 of that charge."""
    flat_amounts: Literal["pro rata", "whole"] = "pro rata"
    """What becomes of an amount (SAC05, ITD08) of an order that was cut: the share of what ships, or all of it."""
    close_on: Literal["invoice", "payment"] = "payment"
    """When an order is closed."""
    date_basis: Literal["invoice", "ship"] = "invoice"
    """From which day terms of payment count, where the order's ITD02 does not say."""
    echo_references: tuple[str, ...] = ()
    """REF01 of the order that go back in the 810 (IA, DP ...)."""
    remit_to: str | None = None
    """Who is to be paid (N1 RI), where the order does not say."""
    remit_to_id: str | None = None
    """Number of that: "1 123456789" (qualifier, id)."""


class Penalty(Part):
    """What they charge back when a document of ours breaks a rule of the gate."""

    rule: str
    """Id of a rule of the gate (gate.md)."""
    amount: Decimal | None = None
    """Money, a document."""
    percent: Decimal | None = None
    """Of the value of the document."""
    text: str | None = None
    """What their routing guide says."""
    severity: Literal["hold", "warn", "off"] | None = None
    """What a breach does: it holds the document, is noted only, or is not looked at; default: by the rule."""
