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


class Policies(Part):
    """Judgement and answers; each may be overridden for a customer. Sources: spec B4, B5, B7.4."""

    price_date: Literal["ordered", "requested_ship"] = "ordered"
    """Which date picks the contract price."""
    price_buyer_lower: Tolerance = Tolerance(percent=Decimal("0"))
    """How far their price may lie below ours."""
    price_buyer_higher: Tolerance = Tolerance(percent=Decimal("0"))
    """How far their price may lie above ours."""
    price_within: Literal["buyer", "contract"] = "contract"
    """Whose price counts when the difference is tolerated."""
    price_lower_outside: Literal["hold", "ours", "reject line"] = "hold"
    """Their price is too low: hold the line, answer with our price, or reject it."""
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
