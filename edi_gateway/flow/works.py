"""What every step of flow works with: the database, the clock, the partners, the ways in and out, and the limits.

Composed by flow/gateway.py, passed to plain functions; holds no decision of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection

from edi_gateway.commands.desk import MACHINE, Actor, Desk, Numbers
from edi_gateway.commands.watch.sighting import Disk
from edi_gateway.flow.as2.keyring import Keyring
from edi_gateway.flow.live import LivePartners
from edi_gateway.flow.steps import Writer
from edi_gateway.model.clock import Clock
from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.orders.rates import Rates
from edi_gateway.partners.profile import Profile
from edi_gateway.posting.base import Posting
from edi_gateway.store.ids import Ids
from edi_gateway.transport.base import Transport
from edi_gateway.transport.secrets import SecretMissing
from edi_gateway.transport.telling.base import Teller
from edi_gateway.transport.wire import Wire
from edi_gateway.triage.alerting import Alerting
from edi_gateway.triage.usual import Limits as Unusual
from edi_gateway.x12.parsing.envelope import Limits

Also = Callable[[Connection], None]  # what is to be written with the last commit of a piece of work
Transports = Callable[[Profile], Transport | Wire]
_SYSTEM = Actor(MACHINE, frozenset({MACHINE}))


def _no_secret(kind: Literal["env", "file"], name: str) -> str:
    raise SecretMissing(kind=kind, name=name, problem="this gateway was given no secrets")


def _no_passphrase() -> str:
    raise SecretMissing(kind="setting", name="[as2] key_passphrase_env", problem="it is not set")


def _no_disks() -> Sequence[Disk]:
    return ()


def nothing(_: Connection) -> None:
    """Nothing more to write."""


@dataclass(frozen=True, slots=True)
class Options:
    """Limits and habits of an installation (config.toml). Seconds and bytes."""

    production: bool = True
    receipts_per_batch: int = 500
    sets_per_commit: int = 500
    batch_bytes: int = 2 << 20
    large_bytes: int = 1 << 20  # a larger receipt is worked by itself, in chunks of sets
    file_bytes: int = 1 << 30
    sending_per_commit: int = 50
    attempts_before_case: int = 3
    patience_seconds: int = 60  # a worker silent for longer is dead
    keep_bytes_days: int = 2555  # of what was received and sent
    keep_personal_days: int | None = None  # of consumers, after their order's end; None: until somebody asks
    keep_invoice_days: int = 3653
    limits: Limits = field(default_factory=Limits)
    incidents: Unusual = field(default_factory=Unusual)
    alerting: Alerting = field(default_factory=Alerting)
    numbers: Numbers = field(default_factory=Numbers)
    rates: Rates = field(default_factory=Rates)
    hours: WorkingHours = field(default_factory=WorkingHours)  # ours, in which cases are seen to
    recurs: int = 10  # cases of one cause, partner, item or rule ...
    recurs_days: int = 30  # ... in so many days get an improvement record


@dataclass(slots=True)
class Works:
    """`transports` opens a partner's connection; `postings` are by target ("files")."""

    writer: Writer
    clock: Clock
    ids: Ids
    live: LivePartners
    transports: Transports
    postings: Mapping[str, Posting]
    options: Options = field(default_factory=Options)
    keyring: Keyring = field(default_factory=lambda: Keyring(_no_secret, _no_passphrase))
    disks: Callable[[], Sequence[Disk]] = _no_disks
    tellers: Mapping[str, Teller] = field(default_factory=dict)  # by channel: mail, webhook

    def desk(self, conn: Connection) -> Desk:
        """For commands that the machine itself gives."""
        options = self.options
        return Desk(
            *(conn, self.ids, self.clock, _SYSTEM, options.production),
            numbers=options.numbers,
            hours=options.hours,
            rates=options.rates,
        )
