"""What a dry run is asked and what it says. Frozen records; made by flow/trial/trial.py, read by whoever asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Finding

# what is to be done first, in the same transaction that does not stay: a command, a draft made live
Change = Callable[[Works, Connection], None]


@dataclass(frozen=True, slots=True)
class Subject:
    """What to try: a "receipt" or an "order". Of a receipt `content` is a corrected copy in its place, `read_by` a
    snapshot that reads it in place of the live one."""

    kind: str
    id: int
    content: bytes | None = None
    read_by: str | None = None


@dataclass(frozen=True, slots=True)
class TriedSet:
    """A set that was worked. `offset` and `length` in the bytes; `status`: AK501; `canonical`: JSON, None when nothing
    could be read of it."""

    set_code: str
    control: str
    group_control: str
    offset: int
    length: int
    partner: str | None
    state: str
    status: str | None
    findings: tuple[Finding, ...]
    canonical: str | None


@dataclass(frozen=True, slots=True)
class TriedLine:
    line: int
    state: str
    sku: str | None
    quantity: Decimal
    unit: str | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class TriedHold:
    code: str
    blocks: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class TriedOrder:
    """An order as it would stand. `order_id` and `number` are None for one that is in no book yet."""

    order_id: int | None
    number: str | None
    po_number: str
    partner: str
    state: str
    total: Decimal
    currency: str
    lines: tuple[TriedLine, ...]
    holds: tuple[TriedHold, ...]


@dataclass(frozen=True, slots=True)
class TriedAnswer:
    """What would go out: a 997, 999, TA1 or 855. `body`: the segments between ST and SE."""

    set_code: str
    state: str
    body: str


@dataclass(frozen=True, slots=True)
class TriedCase:
    """A case that would be open. `place`: the set of its file (store/traffic/documents.sets_of); None: about the file
    or an order."""

    fingerprint: str
    cause: str
    code: str
    family: str
    message: str
    partner: str | None
    place: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What would become of one subject.

    `state`: of the receipt or the order. `stood`: fingerprints of the cases that are open about it now. `findings`: of
    receipt, interchange and group; those of a set stand with it. `partial`: of a very large receipt only the first sets
    that were not through. `error`: why it could not be tried.
    """

    subject: Subject
    state: str
    sets: tuple[TriedSet, ...] = ()
    orders: tuple[TriedOrder, ...] = ()
    answers: tuple[TriedAnswer, ...] = ()
    cases: tuple[TriedCase, ...] = ()
    stood: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    partial: bool = False
    error: str | None = None
