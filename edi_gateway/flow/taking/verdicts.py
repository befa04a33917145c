"""What becomes of an interchange or set before anybody looks into it, and the words for it.

Pure: takes what was read, gives verdicts and findings. Called by flow/taking/road.py.
"""

from __future__ import annotations

from enum import Enum

from edi_gateway.flow.live import LivePartner
from edi_gateway.model.finding import Code, Effect, Family, Finding, Location, Severity
from edi_gateway.store.ids import short
from edi_gateway.x12.parsing.envelope import Interchange, RawSet


class Verdict(Enum):
    """What to do with the sets of an interchange; the value is the state of its row."""

    PROCESS = "DONE"
    REJECT = "REJECTED"
    DUPLICATE = "DUPLICATE"
    QUARANTINE = "QUARANTINED"

    @property
    def state(self) -> str:
        return self.value


def unknown_partner(read: Interchange) -> Finding:
    """Nobody published has this pair of addresses (or several, and the group ids do not tell)."""
    them = f"{read.sender_qualifier}:{read.sender}"
    us = f"{read.receiver_qualifier}:{read.receiver}"
    return Finding(
        Code.PARTNER_UNKNOWN,
        Severity.ERROR,
        message=f"No partner of ours sends as {them} to {us}.",
        hint="Put the address into the partner's profile (them, us or also_known_as), publish it, and replay.",
        at=_isa(read),
        rule=f"{them} to {us}",
        value=them,
        effect=Effect.REJECT_INTERCHANGE,
        family=Family.TRANSPORT,
    )


def control_conflict(read: Interchange, earlier_receipt: int) -> Finding:
    """The same ISA13 with other content: somebody's numbers run twice (spec B5.2)."""
    return Finding(
        Code.INTERCHANGE_CONTROL_CONFLICT,
        Severity.ERROR,
        message=f"Interchange {read.control} came before with other content (receipt {short(earlier_receipt)}).",
        hint="Ask the partner which of the two counts. Replay this one to take it as well.",
        at=_isa(read),
        value=read.control,
        effect=Effect.REJECT_INTERCHANGE,
        family=Family.DUPLICATE,
    )


def not_agreed(raw: RawSet, partner: LivePartner) -> Finding:
    """A good set, but this partner's profile does not list it."""
    return Finding(
        Code.DOCUMENT_NOT_AGREED,
        Severity.ERROR,
        message=f"{partner.profile.name} sends a {raw.code}, which is not agreed with them.",
        hint="List it under documents in the partner's profile and replay, or tell them not to send it.",
        at=_st(raw),
        rule=f"documents.{raw.code}",
        value=raw.code,
        family=Family.MAPPING,
    )


def no_mapping(raw: RawSet, partner: LivePartner) -> Finding:
    """An agreed set that no mapping file reads, or that its mapping could make nothing of."""
    return Finding(
        Code.MAPPING_MISSING,
        Severity.ERROR,
        message=f"No mapping makes a document of this {raw.code} of {partner.profile.name}.",
        hint=f"Mend mappings/{raw.code}.toml or the partner's own rows, publish, and replay.",
        at=_st(raw),
        rule=f"mapping.{raw.code}",
        value=raw.code,
        family=Family.MAPPING,
    )


def worker_failed(problem: str) -> Finding:
    """The program itself failed on this receipt, again and again."""
    return Finding(
        Code.WORKER_FAILED,
        Severity.ERROR,
        message=f"This receipt could not be worked: {problem}.",
        hint="Nothing of it is lost. Report it with the receipt's number; replay it after the program was mended.",
        rule=problem.split(":")[0],
        effect=Effect.REJECT_INTERCHANGE,
        family=Family.SYSTEM,
    )


def carrier_failed(kind: str) -> Finding:
    """The program itself failed when something was to go out."""
    return Finding(
        Code.WORKER_FAILED,
        Severity.ERROR,
        message=f"The program failed at a {kind}; it tries again every few minutes.",
        hint="Nothing is lost. Report it with the error of that time in the log.",
        rule=kind,
        family=Family.SYSTEM,
    )


def cannot_bundle(problem: str) -> Finding:
    """What the profile says about envelopes or file names cannot be written."""
    return Finding(
        Code.OWN_DOCUMENT_INVALID,
        Severity.ERROR,
        message=f"Documents wait, but no interchange can be made of them: {problem}",
        hint="Correct the partner's profile and publish it; it is tried again every few minutes.",
        rule="envelope",
        family=Family.TRANSPORT,
    )


def _isa(read: Interchange) -> Location:
    return Location(segment="ISA", offset=read.offset, length=106)


def _st(raw: RawSet) -> Location:
    offset, length = raw.place(0, 1)
    return Location(segment="ST", position=1, element=1, offset=offset, length=length)
