"""The profile of a trading partner: what partner.toml may say, with every default.

Read by partners/registry.py only; frozen and hashed when published. Everybody else takes a Profile as an
argument. Every habit of a partner is a field here; there is no code per partner.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Address(Part):
    """An interchange address: ISA qualifier and id, and the GS id (defaults to the ISA id)."""

    qualifier: str = Field(min_length=2, max_length=2)
    """ISA05 or ISA07."""
    id: str = Field(min_length=1, max_length=15)
    """ISA06 or ISA08, without the padding."""
    group_id: str | None = Field(default=None, min_length=2, max_length=15)
    """GS02 or GS03, when it is not the same as id."""

    @property
    def group(self) -> str:
        return self.group_id or self.id


class DirectoryConnection(Part):
    """A folder pair on this machine (paths relative to the working folder)."""

    kind: Literal["directory"] = "directory"
    """A pair of folders."""
    inbound: str
    """Where they put files for us."""
    outbound: str
    """Where we put files for them."""
    archive: str | None = None
    """Default: <inbound>/archive."""
    settle_seconds: float = 2.0
    """A file must stand still this long before it is taken."""
    done_suffix: str | None = None
    """A file counts once NAME+suffix lies beside it."""
    delete: bool = False
    """Delete a file that was taken, instead of moving it to the archive."""


class SftpConnection(Part):
    """An SFTP server of the partner's (or of a VAN's). Secrets by environment variable or file only."""

    kind: Literal["sftp"] = "sftp"
    """A server that we log in to."""
    host: str
    """Name or address of the server."""
    port: int = 22
    """Port of the server."""
    user: str
    """The login."""
    host_key: str
    """"ssh-ed25519 AAAA...": pinned, anything else is refused."""
    password_env: str | None = None
    """Environment variable that holds the password."""
    password_file: str | None = None
    """File that holds the password."""
    key_file: str | None = None
    """Private key that logs us in."""
    key_passphrase_env: str | None = None
    """Environment variable that holds the passphrase of key_file."""
    inbound: str = "outbox"
    """Folder on the server that we read."""
    outbound: str = "inbox"
    """Folder on the server that we write."""
    archive: str | None = None
    """Where taken files go; default: <inbound>/archive."""
    settle_seconds: float = 10.0
    """A file must stand still this long before it is taken."""
    done_suffix: str | None = None
    """A file counts once NAME+suffix lies beside it."""
    delete: bool = False
    """Delete a file that was taken, instead of moving it to the archive."""
    timeout_seconds: float = 30.0
    """A server that is silent this long is given up."""
    allow_weak_algorithms: bool = False
    """Accept old ciphers and key exchanges of theirs."""


Connection = Annotated[DirectoryConnection | SftpConnection, Field(discriminator="kind")]


class Schedule(Part):
    """When we look and when we send. `cron` has five fields in the partner's zone; else every `poll_seconds`."""

    poll_seconds: int = 60
    """Look for files this often; ignored when cron is given."""
    cron: str | None = None
    """Minute hour day month weekday, e.g. */15 6-22 * * mon-fri."""
    sending_window: str | None = None
    """"06:00-22:00" in the partner's zone; None: always."""


class Writing(Part):
    """How our bytes to them look."""

    element: str = Field(default="*", min_length=1, max_length=1)
    """Separates elements."""
    component: str = Field(default=">", min_length=1, max_length=1)
    """Separates components."""
    segment: str = Field(default="~", min_length=1, max_length=1)
    """Ends a segment."""
    repetition: str = Field(default="^", min_length=1, max_length=1)
    """Separates repetitions (005010 only)."""
    other_delimiters: tuple[str, ...] = ()
    """Tried in turn when a text holds one of these: element, component, segment, repetition, e.g. +:!%."""
    line_end: Literal["", "\n", "\r\n"] = ""
    """Put after each segment."""
    encoding: Literal["ascii", "latin-1", "utf-8"] = "latin-1"
    """Of names with accents."""
    file_name: str = "{sequence:012d}_{set}_{control}.edi"
    """Pattern of outbound names; sorts in the order of sending."""
    batch: Literal["one", "set", "all"] = "set"
    """An interchange a document, a set type, or everything that waits."""
    ask_ta1: bool = False
    """Ask for a TA1 (ISA14)."""


class Acknowledging(Part):
    """997/999/TA1, both directions."""

    functional: Literal["997", "999", "none"] = "997"
    """What we answer each of their groups with."""
    ta1: Literal["asked", "always", "errors", "never"] = "asked"
    """Asked: by their ISA14."""
    expect_within_hours: int = 24
    """For what we send."""
    expect: bool = True
    """Whether they acknowledge what we send."""
    sent_twice: Literal["again", "ignore"] = "again"
    """Their interchange comes a second time, byte for byte: its 997 and TA1 go again, or nothing does."""


class Documents(Part):
    """One row an X12 set that is exchanged."""

    set: str
    """850, 855 ..."""
    direction: Literal["in", "out"]
    """In: from them; out: to them."""
    version: str = "004010"
    """GS08 as written; read as the nearest dictionary."""
    strict_version: bool = False
    """Reject a group of another version instead of reading it as the nearest."""


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


class Calendar(Part):
    zone: str = "UTC"
    """Time zone of their dates, windows and deadlines."""
    working_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    """0 Monday ... 6 Sunday."""
    holidays: tuple[str, ...] = ()
    """ISO dates."""


class ContactPerson(Part):
    name: str
    """Who."""
    mail: str | None = None
    """Mail address."""
    phone: str | None = None
    """Telephone."""
    about: str | None = None
    """What to ask them."""


class Profile(Part):
    """A trading partner as published: partner.toml, checked. `key` is the folder's name."""

    key: str
    """The name of the folder; not written in the file."""
    name: str
    """What people call them."""
    active: bool = True
    """False: nothing is polled or sent."""
    test: bool = False
    """The whole road with ISA15 T, marked everywhere, posts nowhere."""
    customer: str | None = None
    """Default customer number in our books."""
    customers_by: dict[str, str] = {}
    """"REF 19 0042" or "N1 BY 0007" -> customer number, before the default."""
    them: Address
    """Their interchange address."""
    us: Address
    """Our address as they know it."""
    also_known_as: tuple[Address, ...] = ()
    """Other addresses of theirs."""
    connection: Connection
    """How files travel."""
    schedule: Schedule = Schedule()
    """When we look and send."""
    documents: tuple[Documents, ...]
    """What is exchanged."""
    writing: Writing = Writing()
    """How our bytes look."""
    acknowledging: Acknowledging = Acknowledging()
    """997, 999 and TA1."""
    policies: Policies = Policies()
    """How their orders are judged."""
    customer_policies: dict[str, Policies] = {}
    """Policies of one customer number, in place of the above."""
    answering: Answering = Answering()
    """How and when orders are answered (855)."""
    fulfilment: Fulfilment = Fulfilment()
    """What happens after the 855."""
    shipping: Shipping = Shipping()
    """Ship notices (856) and papers."""
    invoicing: Invoicing = Invoicing()
    """Invoices (810) and payments."""
    chargebacks: tuple[Penalty, ...] = ()
    """What they charge back for."""
    calendar: Calendar = Calendar()
    """Their time zone and working days."""
    posting: Literal["files", "none"] = "files"
    """Where accepted orders go."""
    contacts: tuple[ContactPerson, ...] = ()
    """People there."""

    def document(self, set_code: str, direction: Literal["in", "out"]) -> Documents | None:
        return next((d for d in self.documents if d.set == set_code and d.direction == direction), None)

    def policies_of(self, customer: str | None) -> Policies:
        """Customer's policies when it has its own, else the partner's."""
        return self.customer_policies.get(customer or "", self.policies)
