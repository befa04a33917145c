"""What has come in and is no order: a count (846), a ship confirm (945), an advice (824), a remittance (820).

`Arrived` is what a command gets that applies one, `Applied` what it says became of it. The commands are listed by
document in flow/taking/applying.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.model.documents.record import Record
from edi_gateway.model.finding import Finding
from edi_gateway.partners.profile import Profile


@dataclass(frozen=True, slots=True)
class Arrived:
    """A document as it was read, of the partner with this profile.

    received_at: when it came first; a replay does not change it. test: ISA15 T, or a partner in test."""

    profile: Profile
    document: Record
    document_id: int
    received_at: datetime
    test: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of it.

    state: APPLIED; ERROR: something of it could not be applied, a replay applies it again (so whatever applies it
    must bear that); IGNORED; DUPLICATE; HELD: it waits for a person. findings: all are noted with the document, and
    each ERROR becomes a case that is cured by a replay. A case that a person has to decide, or that is about an
    order, the command opens itself."""

    state: str
    findings: tuple[Finding, ...] = ()
    business_key: str | None = None
    order_id: int | None = None


Apply = Callable[[Desk, Partners, Arrived], Applied]
