"""What every command works with: the transaction, ids, the clock, and who is asking.

A Desk lives as long as its transaction. What is recorded at it goes into the audit log with the commit
(store/audit.py), so a command cannot be done without its trace. Made by cli/, flow/ and tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from sqlalchemy import Connection

from edi_gateway.model.clock import Clock
from edi_gateway.model.documents.record import Record
from edi_gateway.model.errors import GatewayError
from edi_gateway.model.finding import Finding
from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.orders.limits import LIMITS
from edi_gateway.orders.rates import Rates
from edi_gateway.partners.profile import Profile
from edi_gateway.store import audit
from edi_gateway.store.ids import Ids

MACHINE = "system"  # name and role of the gateway itself
ROLES = frozenset(
    {
        "CSR", "LEAD", "SUPERVISOR", "CREDIT", "WAREHOUSE", "BILLING", "EDI_ANALYST", "MASTER_DATA",
        "AUDITOR", "ADMIN",
    }
)  # spec B1 user/role  # fmt: skip


class Refused(GatewayError):
    """{what} was refused: {why}"""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `roles` of spec B1, or the machine's; `limit`: the most money that may hang on what they decide."""

    name: str
    roles: frozenset[str]
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Controls:
    """What one person may do alone (spec B1, B4 rule 5). `second_person`: kinds of import that another one approves;
    `release_limits`: how much may hang on a hold that a role releases, None: any amount."""

    second_person: frozenset[str] = frozenset({"prices", "customers", "tax-rates", "tax-certificates"})
    release_limits: Mapping[str, Decimal | None] = field(default_factory=lambda: LIMITS)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of our own ([numbers] of config.toml). `gs1_prefix` None: no SSCC and no BOL number can be made.
    `invoice`: pattern of invoice numbers, `{n}` counts without gap."""

    gs1_prefix: str | None = None
    sscc_extension: int = 0
    invoice: str = "INV{n:08d}"
    credit: str = "CM{n:08d}"


@dataclass(slots=True)
class Desk:
    """`actor.name` stands on every row and in the audit log. `production`: this gateway serves real orders. `hours`:
    ours, in which cases and holds are seen to. `rates`: what other currencies are worth, to rank by."""

    conn: Connection
    ids: Ids
    clock: Clock
    actor: Actor
    production: bool = True
    controls: Controls = Controls()
    numbers: Numbers = Numbers()
    hours: WorkingHours = field(default_factory=WorkingHours)
    rates: Rates = field(default_factory=Rates)

    @property
    def is_machine(self) -> bool:
        """Whether nobody asks: the gateway itself does."""
        return MACHINE in self.actor.roles

    def require(self, what: str, roles: frozenset[str]) -> None:
        """Raise Refused unless the actor has one of these roles. The machine may do everything."""
        if not self.is_machine and not roles & self.actor.roles:
            why = f"{self.actor.name} has none of the roles {', '.join(sorted(roles))}"
            raise Refused(what=what, why=why)

    def record(self, action: str, subject: str, **detail: object) -> None:
        """Put into the audit log, with this transaction's commit: who, when, what, and JSON detail."""
        audit.record(self.conn, audit.Entry(self.clock(), self.actor.name, action, subject, detail))


# body, its segments (without ST and SE), what our own checker found, the delimiters that it was written in
Written = tuple[str, int, list[Finding], str]
WriteDocument = Callable[[Record], Written]


class Partners(Protocol):
    """The partners as published: what commands that touch orders of any partner need. Given by flow or cli."""

    def profile(self, partner: str) -> Profile | None:
        """The live profile; None when the partner is not published."""

    def hash(self, partner: str) -> str | None:
        """The snapshot that the profile and the writers come from; None when the partner is not published."""

    def write(self, partner: str, set_code: str) -> WriteDocument:
        """What turns a canonical document for this partner into the body of a set. ERROR findings: it must not go."""
