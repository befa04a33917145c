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
    id: str = Field(min_length=1, max_length=15)
    group_id: str | None = Field(default=None, min_length=2, max_length=15)

    @property
    def group(self) -> str:
        return self.group_id or self.id


class DirectoryConnection(Part):
    """A folder pair on this machine (paths relative to the working folder)."""

    kind: Literal["directory"] = "directory"
    inbound: str
    outbound: str
    archive: str | None = None  # default: <inbound>/archive
    settle_seconds: float = 2.0
    done_suffix: str | None = None  # a file counts once NAME+suffix lies beside it
    delete: bool = False


class SftpConnection(Part):
    """An SFTP server of the partner's (or of a VAN's). Secrets by environment variable or file only."""

    kind: Literal["sftp"] = "sftp"
    host: str
    port: int = 22
    user: str
    host_key: str  # "ssh-ed25519 AAAA...": pinned, anything else is refused
    password_env: str | None = None
    password_file: str | None = None
    key_file: str | None = None
    key_passphrase_env: str | None = None
    inbound: str = "outbox"
    outbound: str = "inbox"
    archive: str | None = None
    settle_seconds: float = 10.0
    done_suffix: str | None = None
    delete: bool = False
    timeout_seconds: float = 30.0
    allow_weak_algorithms: bool = False


Connection = Annotated[DirectoryConnection | SftpConnection, Field(discriminator="kind")]


class Schedule(Part):
    """When we look and when we send. `cron` has five fields in the partner's zone; else every `poll_seconds`."""

    poll_seconds: int = 60
    cron: str | None = None
    sending_window: str | None = None  # "06:00-22:00" in the partner's zone; None: always


class Writing(Part):
    """How our bytes to them look."""

    element: str = Field(default="*", min_length=1, max_length=1)
    component: str = Field(default=">", min_length=1, max_length=1)
    segment: str = Field(default="~", min_length=1, max_length=1)
    repetition: str = Field(default="^", min_length=1, max_length=1)
    line_end: Literal["", "\n", "\r\n"] = ""
    encoding: Literal["ascii", "latin-1", "utf-8"] = "latin-1"
    file_name: str = "{sequence:012d}_{set}_{control}.edi"
    batch: Literal["one", "set", "all"] = (
        "set"  # an interchange a document, a set type, or everything that waits
    )
    ask_ta1: bool = False


class Acknowledging(Part):
    """997/999/TA1, both directions."""

    functional: Literal["997", "999", "none"] = "997"
    ta1: Literal["asked", "always", "errors", "never"] = "asked"  # asked: by their ISA14
    expect_within_hours: int = 24  # for what we send
    expect: bool = True


class Documents(Part):
    """One row an X12 set that is exchanged."""

    set: str
    direction: Literal["in", "out"]
    version: str = "004010"  # GS08 as written; read as the nearest dictionary
    strict_version: bool = False


class Tolerance(Part):
    """Price tolerance (spec B5.3): all given limits must hold."""

    percent: Decimal | None = None
    per_unit: Decimal | None = None
    per_line: Decimal | None = None


class Policies(Part):
    """Judgement and answers; each may be overridden for a customer. Sources: spec B4, B5, B7.4."""

    price_date: Literal["ordered", "requested_ship"] = "ordered"
    price_buyer_lower: Tolerance = Tolerance(percent=Decimal("0"))
    price_buyer_higher: Tolerance = Tolerance(percent=Decimal("0"))
    price_within: Literal["buyer", "contract"] = "contract"
    price_lower_outside: Literal["hold", "ours", "reject line"] = "hold"
    price_zero: Literal["hold", "accept"] = "hold"
    price_net_of_allowances: bool = False
    price_change_in: Literal["PO104", "CTP"] = "PO104"
    pack_rounding: Literal["hold", "up", "down", "nearest", "break", "reject line"] = "hold"
    cut_quantity_as: Literal["IR", "ID", "IB", "IQ alone"] = "IR"
    ship_complete: bool = False
    all_or_nothing: bool = False
    discontinued: Literal["hold", "reject line", "substitute"] = "hold"
    unknown_item: Literal["hold", "reject line"] = "hold"
    unknown_item_code: Literal["R2", "IR"] = "R2"
    bad_unit: Literal["hold", "reject line"] = "hold"
    quantity_zero: Literal["information", "reject line", "hold"] = "information"
    totals: Literal["hold", "warn"] = "hold"
    amount_total: Literal["hold", "warn"] = "warn"
    duplicate_identical: Literal["answer again", "ignore"] = "answer again"
    ship_to_reuse: bool = False  # PO numbers are unique only together with the ship-to
    consumer_ship_to: bool = False  # drop-ship: ship-to addresses without code are normal
    default_ship_to: str | None = None
    order_types: tuple[str, ...] = ()  # allowed BEG02; empty: all that we handle
    unit_aliases: dict[str, str] = {}  # their misuse -> the code meant, e.g. CS -> CA
    lead_time_days: int = 0
    transit_days: int = 0
    stale_after_days: int = 90
    maximum_line_quantity: Decimal = Decimal("9999999")
    minimum_order: Decimal | None = None
    cancel_warning_days: int = 3
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

    send: bool = True
    within_hours: int = 24
    warn_hours_before: int = 4
    business_hours_only: bool = False  # hours are counted over the calendar's working days only
    held: Literal["wait", "answer"] = "wait"  # wait: until the deadline at the latest; answer: IH at once
    accepted_code: Literal["IA", "AC", "AR"] = "IA"
    no_detail_when_accepted: bool = False  # AK instead of AD
    update_purpose: Literal["00", "05", "06"] = "05"
    rejected_without_detail: bool = False  # RJ instead of RD
    echo_references: tuple[str, ...] = ()  # REF01 of the order that go back in the 855 (IA, DP ...)
    echo_parties: tuple[str, ...] = ()  # N101 of the order that go back in the 855 (ST, BY ...)


class Calendar(Part):
    zone: str = "UTC"
    working_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: tuple[str, ...] = ()  # ISO dates


class ContactPerson(Part):
    name: str
    mail: str | None = None
    phone: str | None = None
    about: str | None = None


class Profile(Part):
    """A trading partner as published: partner.toml, checked. `key` is the folder's name."""

    key: str
    name: str
    active: bool = True
    test: bool = False  # the whole road with ISA15 T, marked everywhere, posts nowhere
    customer: str | None = None  # default customer number in our books
    customers_by: dict[str, str] = {}  # "REF 19 0042" or "N1 BY 0007" -> customer number, before the default
    them: Address
    us: Address
    also_known_as: tuple[Address, ...] = ()  # other addresses of theirs
    connection: Connection
    schedule: Schedule = Schedule()
    documents: tuple[Documents, ...]
    writing: Writing = Writing()
    acknowledging: Acknowledging = Acknowledging()
    policies: Policies = Policies()
    customer_policies: dict[str, Policies] = {}
    answering: Answering = Answering()
    calendar: Calendar = Calendar()
    posting: Literal["files", "none"] = "files"
    contacts: tuple[ContactPerson, ...] = ()

    def document(self, set_code: str, direction: Literal["in", "out"]) -> Documents | None:
        return next((d for d in self.documents if d.set == set_code and d.direction == direction), None)

    def policies_of(self, customer: str | None) -> Policies:
        """Customer's policies when it has its own, else the partner's."""
        return self.customer_policies.get(customer or "", self.policies)
