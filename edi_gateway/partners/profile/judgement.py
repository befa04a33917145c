"""How a partner's orders are judged and answered."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from edi_gateway.partners.profile.part import Part


class Tolerance(Part):
    """Price tolerance (spec B5.3): all given limits must hold."""

    percent: Decimal | None = None
    """Of the contract price."""
    per_unit: Decimal | None = None
    """In money, a unit."""
    per_line: Decimal | None = None
    """In money, the whole line."""


class Blackout(Part):
    """What is not sold to somebody, or to a place (spec B5.8); item or item_class must be given."""

    item: str | None = None
    """Our item number."""
    item_class: str | None = None
    """Every item of this class."""
    region: str | None = None
    """State or province (N402) that it goes to; without it: wherever."""
    customer: str | None = None
    """Our number of the customer; without it: whoever."""


class Policies(Part):
    """Judgement and answers; each may be overridden for a customer. Sources: spec B4, B5, B7.4."""

    price_date: Literal["ordered", "requested_ship"] = "ordered"
    """Which date picks the contract price."""
    price_buyer_lower: Tolerance = Tolerance(percent=Decimal("0"))
    """How far their price may lie below ours."""
    price_buyer_higher: Tolerance = Tolerance(percent=Decimal("0"))
    """How far their price may lie above ours."""
    price_lower_by_class: dict[str, Tolerance] = {}
    """The same below, for items of a class (item_class), in place of price_buyer_lower."""
    price_higher_by_class: dict[str, Tolerance] = {}
    """The same above, in place of price_buyer_higher."""
    price_within: Literal["buyer", "contract"] = "contract"
    """Whose price counts when the difference is tolerated."""
    price_lower_outside: Literal["hold", "accept then fix", "ours", "reject line"] = "hold"
    """Their price is too low: hold the line, accept it and hold its release, answer with ours, or reject it."""
    price_zero: Literal["hold", "accept"] = "hold"
    """A price of 0 on an item that is not free."""
    price_net_of_allowances: bool = False
    """Their price has the off-invoice allowances taken off already."""
    price_change_in: Literal["PO104", "CTP"] = "PO104"
    """Where the 855 shows our price."""
    pack_rounding: Literal["hold", "up", "down", "nearest", "break", "reject line"] = "hold"
    """What becomes of a quantity that is no multiple of the pack."""
    cut_quantity_as: Literal["IR", "ID", "IB", "IQ alone"] = "IR"
    """ACK01 of the quantity that we cut."""
    ship_complete: bool = False
    """The order leaves as a whole or waits."""
    all_or_nothing: bool = False
    """One line refused: the whole order refused."""
    discontinued: Literal["hold", "reject line", "substitute"] = "hold"
    """An item that we no longer sell."""
    unknown_item: Literal["hold", "reject line"] = "hold"
    """An item that we do not know."""
    unknown_item_code: Literal["R2", "IR"] = "R2"
    """ACK01 when it is rejected."""
    blackout: tuple[Blackout, ...] = ()
    """What is not sold to this partner, a customer of it or a state."""
    blackout_line: Literal["hold", "reject line"] = "hold"
    """A line that asks for it."""
    bad_unit: Literal["hold", "reject line"] = "hold"
    """A unit that the item is not sold in."""
    quantity_zero: Literal["information", "reject line", "hold"] = "information"
    """A quantity of 0."""
    totals: Literal["hold", "warn"] = "hold"
    """CTT differs from what was sent."""
    amount_total: Literal["hold", "warn"] = "warn"
    """AMT differs from what was sent."""
    duplicate_identical: Literal["answer again", "ignore"] = "answer again"
    """The same order again."""
    ship_to_reuse: bool = False
    """PO numbers are unique only together with the ship-to."""
    consumer_ship_to: bool = False
    """Drop-ship: ship-to addresses without code are normal."""
    default_ship_to: str | None = None
    """Place that is meant when the order names none: "92 0551"."""
    order_types: tuple[str, ...] = ()
    """Allowed BEG02; empty: all that we handle."""
    unit_aliases: dict[str, str] = {}
    """Their misuse -> the code meant, e.g. CS -> CA."""
    lead_time_days: int = 0
    """Days that we need before we can ship."""
    transit_days: int = 0
    """Business days on the road, where the place does not say."""
    stale_after_days: int = 90
    """An order date older than this is doubted."""
    maximum_line_quantity: Decimal = Decimal("9999999")
    """A larger quantity is doubted."""
    minimum_order: Decimal | None = None
    """Least value of an order, where the customer does not say."""
    cancel_warning_days: int = 3
    """Warn so many days before the cancel-after date."""
    allowances_agreed: tuple[str, ...] | None = None
    """SAC02 codes; None: any."""
    freight_payment: tuple[str, ...] = ()
    """Allowed FOB01; empty: any."""
    currency: str = "USD"
    """When neither CUR nor the customer says."""
    date_unmet: Literal["hold", "ours", "reject line"] = "hold"
    """Ours: 855 DR with the first day we can."""
    requested_ship: Literal["wish", "ship on"] = "wish"
    """DTM*010 alone: a wish, or not before that day."""
    replace_unknown: Literal["take", "hold"] = "take"
    """BEG01 05 or 07 of a PO that we do not know."""
    confirm_unknown: Literal["take", "hold"] = "hold"
    """BEG01 06 of a PO that we do not know."""
    notes: Literal["inform", "hold"] = "inform"
    """Free text on the order."""


class Answering(Part):
    """855."""

    send: bool = True
    """Whether an 855 goes at all."""
    within_hours: int = 24
    """The answer is due so long after the order came in."""
    warn_hours_before: int = 4
    """A case opens so long before it is due."""
    business_hours_only: bool = False
    """Hours are counted over the calendar's working days only."""
    held: Literal["wait", "answer"] = "wait"
    """Wait: until the deadline at the latest; answer: IH at once."""
    accepted_code: Literal["IA", "AC", "AR"] = "IA"
    """ACK01 of a line accepted as ordered."""
    no_detail_when_accepted: bool = False
    """AK instead of AD."""
    update_purpose: Literal["00", "05", "06"] = "05"
    """BAK01 of a later answer to the same order."""
    rejected_without_detail: bool = False
    """RJ instead of RD."""
    echo_references: tuple[str, ...] = ()
    """REF01 of the order that go back in the 855 (IA, DP ...)."""
    echo_parties: tuple[str, ...] = ()
    """N101 of the order that go back in the 855 (ST, BY ...)."""
