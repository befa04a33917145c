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

    qualifier: str = Field(min_length=2, max_length=2)  # ISA05 or ISA07
    id: str = Field(min_length=1, max_length=15)  # ISA06 or ISA08, without the padding
    group_id: str | None = Field(default=None, min_length=2, max_length=15)

    @property
    def group(self) -> str:
        return self.group_id or self.id


class DirectoryConnection(Part):
    """A folder pair on this machine (paths relative to the working folder)."""

    kind: Literal["directory"] = "directory"  # a pair of folders
    inbound: str  # where they put files for us
    outbound: str  # where we put files for them
    archive: str | None = None  # default: <inbound>/archive
    settle_seconds: float = 2.0  # a file must stand still this long before it is taken
    done_suffix: str | None = None  # a file counts once NAME+suffix lies beside it
    delete: bool = False  # delete a file that was taken, instead of moving it to the archive


class SftpConnection(Part):
    """An SFTP server of the partner's (or of a VAN's). Secrets by environment variable or file only."""

    kind: Literal["sftp"] = "sftp"  # a server that we log in to
    host: str  # name or address of the server
    port: int = 22  # port of the server
    user: str  # the login
    host_key: str  # "ssh-ed25519 AAAA...": pinned, anything else is refused
    password_env: str | None = None  # environment variable that holds the password
    password_file: str | None = None  # file that holds the password
    key_file: str | None = None  # private key that logs us in
    key_passphrase_env: str | None = None  # environment variable that holds the passphrase of key_file
    inbound: str = "outbox"  # folder on the server that we read
    outbound: str = "inbox"  # folder on the server that we write
    archive: str | None = None  # where taken files go; default: <inbound>/archive
    settle_seconds: float = 10.0  # a file must stand still this long before it is taken
    done_suffix: str | None = None  # a file counts once NAME+suffix lies beside it
    delete: bool = False  # delete a file that was taken, instead of moving it to the archive
    timeout_seconds: float = 30.0  # a server that is silent this long is given up
    allow_weak_algorithms: bool = False  # accept old ciphers and key exchanges of theirs


Connection = Annotated[DirectoryConnection | SftpConnection, Field(discriminator="kind")]


class Schedule(Part):
    """When we look and when we send. `cron` has five fields in the partner's zone; else every `poll_seconds`."""

    poll_seconds: int = 60  # look for files this often; ignored when cron is given
    cron: str | None = None  # minute hour day month weekday, e.g. */15 6-22 * * mon-fri
    sending_window: str | None = None  # "06:00-22:00" in the partner's zone; None: always


class Writing(Part):
    """How our bytes to them look."""

    element: str = Field(default="*", min_length=1, max_length=1)  # separates elements
    component: str = Field(default=">", min_length=1, max_length=1)  # separates components
    segment: str = Field(default="~", min_length=1, max_length=1)  # ends a segment
    repetition: str = Field(default="^", min_length=1, max_length=1)  # separates repetitions (005010 only)
    line_end: Literal["", "\n", "\r\n"] = ""  # put after each segment
    encoding: Literal["ascii", "latin-1", "utf-8"] = "latin-1"  # of names with accents
    file_name: str = "{sequence:012d}_{set}_{control}.edi"  # pattern of outbound names; sorts in the order of sending
    batch: Literal["one", "set", "all"] = (
        "set"  # an interchange a document, a set type, or everything that waits
    )
    ask_ta1: bool = False  # ask for a TA1 (ISA14)


class Acknowledging(Part):
    """997/999/TA1, both directions."""

    functional: Literal["997", "999", "none"] = "997"  # what we answer each of their groups with
    ta1: Literal["asked", "always", "errors", "never"] = "asked"  # asked: by their ISA14
    expect_within_hours: int = 24  # for what we send
    expect: bool = True  # whether they acknowledge what we send


class Documents(Part):
    """One row an X12 set that is exchanged."""

    set: str  # 850, 855 ...
    direction: Literal["in", "out"]  # in: from them; out: to them
    version: str = "004010"  # GS08 as written; read as the nearest dictionary
    strict_version: bool = False  # reject a group of another version instead of reading it as the nearest


class Tolerance(Part):
    """Price tolerance (spec B5.3): all given limits must hold."""

    percent: Decimal | None = None  # of the contract price
    per_unit: Decimal | None = None  # in money, a unit
    per_line: Decimal | None = None  # in money, the whole line


class Policies(Part):
    """Judgement and answers; each may be overridden for a customer. Sources: spec B4, B5, B7.4."""

    price_date: Literal["ordered", "requested_ship"] = "ordered"  # which date picks the contract price
    price_buyer_lower: Tolerance = Tolerance(percent=Decimal("0"))  # how far their price may lie below ours
    price_buyer_higher: Tolerance = Tolerance(percent=Decimal("0"))  # how far their price may lie above ours
    price_within: Literal["buyer", "contract"] = "contract"  # whose price counts when the difference is tolerated
    price_lower_outside: Literal["hold", "ours", "reject line"] = "hold"
    price_zero: Literal["hold", "accept"] = "hold"  # a price of 0 on an item that is not free
    price_net_of_allowances: bool = False  # their price has the off-invoice allowances taken off already
    price_change_in: Literal["PO104", "CTP"] = "PO104"  # where the 855 shows our price
    pack_rounding: Literal["hold", "up", "down", "nearest", "break", "reject line"] = "hold"
    cut_quantity_as: Literal["IR", "ID", "IB", "IQ alone"] = "IR"  # ACK01 of the quantity that we cut
    ship_complete: bool = False  # the order leaves as a whole or waits
    all_or_nothing: bool = False  # one line refused: the whole order refused
    discontinued: Literal["hold", "reject line", "substitute"] = "hold"  # an item that we no longer sell
    unknown_item: Literal["hold", "reject line"] = "hold"  # an item that we do not know
    unknown_item_code: Literal["R2", "IR"] = "R2"  # ACK01 when it is rejected
    bad_unit: Literal["hold", "reject line"] = "hold"  # a unit that the item is not sold in
    quantity_zero: Literal["information", "reject line", "hold"] = "information"  # a quantity of 0
    totals: Literal["hold", "warn"] = "hold"  # CTT differs from what was sent
    amount_total: Literal["hold", "warn"] = "warn"  # AMT differs from what was sent
    duplicate_identical: Literal["answer again", "ignore"] = "answer again"  # the same order again
    ship_to_reuse: bool = False  # PO numbers are unique only together with the ship-to
    consumer_ship_to: bool = False  # drop-ship: ship-to addresses without code are normal
    default_ship_to: str | None = None  # place that is meant when the order names none: "92 0551"
    order_types: tuple[str, ...] = ()  # allowed BEG02; empty: all that we handle
    unit_aliases: dict[str, str] = {}  # their misuse -> the code meant, e.g. CS -> CA
    lead_time_days: int = 0  # days that we need before we can ship
    transit_days: int = 0  # business days on the road, where the place does not say
    stale_after_days: int = 90  # an order date older than this is doubted
    maximum_line_quantity: Decimal = Decimal("9999999")  # a larger quantity is doubted
    minimum_order: Decimal | None = None  # least value of an order, where the customer does not say
    cancel_warning_days: int = 3  # warn so many days before the cancel-after date
    allowances_agreed: tuple[str, ...] | None = None  # SAC02 codes; None: any
    freight_payment: tuple[str, ...] = ()  # allowed FOB01; empty: any
    currency: str = "USD"  # when neither CUR nor the customer says
    date_unmet: Literal["hold", "ours", "reject line"] = "hold"  # ours: 855 DR with the first day we can
    requested_ship: Literal["wish", "ship on"] = "wish"  # DTM*010 alone: a wish, or not before that day
    replace_unknown: Literal["take", "hold"] = "take"  # BEG01 05 or 07 of a PO that we do not know
    confirm_unknown: Literal["take", "hold"] = "hold"  # BEG01 06 of a PO that we do not know
    notes: Literal["inform", "hold"] = "inform"  # free text on the order


class Answering(Part):
    """855."""

    send: bool = True  # whether an 855 goes at all
    within_hours: int = 24  # the answer is due so long after the order came in
    warn_hours_before: int = 4  # a case opens so long before it is due
    business_hours_only: bool = False  # hours are counted over the calendar's working days only
    held: Literal["wait", "answer"] = "wait"  # wait: until the deadline at the latest; answer: IH at once
    accepted_code: Literal["IA", "AC", "AR"] = "IA"  # ACK01 of a line accepted as ordered
    no_detail_when_accepted: bool = False  # AK instead of AD
    update_purpose: Literal["00", "05", "06"] = "05"  # BAK01 of a later answer to the same order
    rejected_without_detail: bool = False  # RJ instead of RD
    echo_references: tuple[str, ...] = ()  # REF01 of the order that go back in the 855 (IA, DP ...)
    echo_parties: tuple[str, ...] = ()  # N101 of the order that go back in the 855 (ST, BY ...)


class Calendar(Part):
    zone: str = "UTC"  # time zone of their dates, windows and deadlines
    working_days: tuple[int, ...] = (0, 1, 2, 3, 4)  # 0 Monday ... 6 Sunday
    holidays: tuple[str, ...] = ()  # ISO dates


class ContactPerson(Part):
    name: str  # who
    mail: str | None = None  # mail address
    phone: str | None = None  # telephone
    about: str | None = None  # what to ask them


class Profile(Part):
    """A trading partner as published: partner.toml, checked. `key` is the folder's name."""

    key: str  # the name of the folder; not written in the file
    name: str  # what people call them
    active: bool = True  # false: nothing is polled or sent
    test: bool = False  # the whole road with ISA15 T, marked everywhere, posts nowhere
    customer: str | None = None  # default customer number in our books
    customers_by: dict[str, str] = {}  # "REF 19 0042" or "N1 BY 0007" -> customer number, before the default
    them: Address  # their interchange address
    us: Address  # our address as they know it
    also_known_as: tuple[Address, ...] = ()  # other addresses of theirs
    connection: Connection  # how files travel
    schedule: Schedule = Schedule()  # when we look and send
    documents: tuple[Documents, ...]  # what is exchanged
    writing: Writing = Writing()  # how our bytes look
    acknowledging: Acknowledging = Acknowledging()  # 997, 999 and TA1
    policies: Policies = Policies()  # how their orders are judged
    customer_policies: dict[str, Policies] = {}  # policies of one customer number, in place of the above
    answering: Answering = Answering()  # how and when orders are answered (855)
    calendar: Calendar = Calendar()  # their time zone and working days
    posting: Literal["files", "none"] = "files"  # where accepted orders go
    contacts: tuple[ContactPerson, ...] = ()  # people there

    def document(self, set_code: str, direction: Literal["in", "out"]) -> Documents | None:
        return next((d for d in self.documents if d.set == set_code and d.direction == direction), None)

    def policies_of(self, customer: str | None) -> Policies:
        """Customer's policies when it has its own, else the partner's."""
        return self.customer_policies.get(customer or "", self.policies)
