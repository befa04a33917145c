"""Functional and interchange acknowledgments as projections of findings (spec C5).

Takes the results of reading, gives the body of a 997 or 999 and the TA1. Pure; called by flow.inbound and
`edi-gateway ack`. What comes in from partners is read by x12.ack_reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from edi_gateway.model.finding import Finding, Severity
from edi_gateway.x12.acks.ack_errors import AckKind, Answer, Unit, fit, says, unit_of
from edi_gateway.x12.acks.ack_reading import (
    AckReading,
    InterchangeAck,
    SetAck,
    read_functional_ack,
    read_interchange_ack,
)
from edi_gateway.x12.dictionary import nearest
from edi_gateway.x12.parsing.envelope import Group, Interchange
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.rawset import RawSet

__all__ = [
    "AckKind",
    "AckReading",
    "GroupResult",
    "InterchangeAck",
    "SetAck",
    "SetResult",
    "Ta1Policy",
    "functional_ack",
    "group_result",
    "interchange_ack",
    "needs_ack",
    "read_functional_ack",
    "read_interchange_ack",
    "ta1_due",
]

Ta1Policy = Literal["never", "requested", "errors", "always"]

_NOTES = 5  # AK905..09
_MOST = 999_999  # AK902..04 have six digits


@dataclass(frozen=True, slots=True)
class SetResult:
    """A transaction set as judged. `status` is AK501 (A, E, R), `version_ref` ST03, `unit` what the set is about."""

    code: str
    control: str
    status: str
    findings: tuple[Finding, ...] = ()
    version_ref: str = ""
    unit: Unit | None = None

    @classmethod
    def of(cls, raw: RawSet, status: str, findings: Sequence[Finding]) -> SetResult:
        """The result of a set as it was read."""
        unit = unit_of(raw, findings)
        return cls(raw.code, raw.control, status, tuple(findings), raw.convention, unit)

    @property
    def accepted(self) -> bool:
        return self.status in ("A", "E")


@dataclass(frozen=True, slots=True)
class GroupResult:
    """A group as judged: `status` is AK901 (A, E, P, R), then sets as GE01 states them, received and accepted.

    In a rejected group no set is accepted, whatever its own check said.
    """

    code: str
    control: str
    version: str
    status: str
    stated: int
    received: int
    accepted: int
    findings: tuple[Finding, ...]
    sets: tuple[SetResult, ...]


def needs_ack(group: Group | GroupResult) -> bool:
    """A functional acknowledgment is never answered with another one."""
    return group.code != "FA"


def group_result(group: Group, sets: Sequence[SetResult]) -> GroupResult:
    """Puts the results of the sets and what was found on GS and GE together."""
    if any(says(finding, "AK9") and finding.severity is Severity.ERROR for finding in group.findings):
        sets = [replace(each, status="R") if each.accepted else each for each in sets]
        status = "R"
    else:
        odd = any(finding.ack or finding.severity is Severity.ERROR for finding in group.findings)
        status = _group_status([each.status for each in sets], odd)
    return GroupResult(
        code=group.code,
        control=group.control,
        version=group.version,
        status=status,
        stated=len(sets) if group.stated_sets is None else group.stated_sets,
        received=len(sets),
        accepted=sum(each.accepted for each in sets),
        findings=tuple(group.findings),
        sets=tuple(sets),
    )


def _group_status(letters: Sequence[str], odd: bool) -> str:
    rejected = letters.count("R")
    if rejected:
        return "R" if rejected == len(letters) else "P"
    return "E" if odd or "E" in letters else "A"


def functional_ack(
    result: GroupResult, kind: AckKind, delimiters: Delimiters, version: str | None = None
) -> list[list[str]]:
    """The segments between ST and SE that answer a group, AK1 to AK9.

    `version` is the release that the answer is written in, that of the group unless given. The segments are
    right by the standard whatever they answer: a code or control number that is none is brought into the
    form that its element demands.
    """
    newer = kind == "999" or nearest(version or result.version)[0] >= "005010"
    release = [fit(result.version, 1, 12, delimiters)] if newer else []
    segments = [["AK1", fit(result.code, 2, 2, delimiters), _number(result.control), *release]]
    for each in result.sets:
        reference = [fit(each.version_ref, 1, 35, delimiters)] if newer and each.version_ref else []
        control = fit(each.control, 4, 9, delimiters)
        segments.append(["AK2", fit(each.code, 3, 3, delimiters), control, *reference])
        answer = Answer(kind, delimiters, newer, each.unit)
        errors = list(answer.errors(each.findings))
        notes = answer.notes(each.findings, errors=bool(errors))
        segments += errors
        segments.append(["IK5" if kind == "999" else "AK5", each.status, *notes])
    counts = [str(min(count, _MOST)) for count in (result.stated, result.received, result.accepted)]
    segments.append(["AK9", result.status, *counts, *_group_notes(result.findings)[:_NOTES]])
    return segments


def _number(text: str) -> str:
    digits = "".join(character for character in text if character in "0123456789")
    return digits[:9] or "0"


def _group_notes(findings: Sequence[Finding]) -> list[str]:
    found = {finding.ack.split("*")[5] for finding in findings if finding.ack and says(finding, "AK9")}
    return sorted(found, key=int)


def interchange_ack(interchange: Interchange) -> list[str]:
    """The TA1: accepted (A 000), accepted with errors noted (E), or rejected (R), with the gravest note."""
    noted = [finding for finding in interchange.findings if says(finding, "TA1")]
    noted.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    letter, note = noted[0].ack.split("*")[4:6] if noted and noted[0].ack else ("A", "000")
    control, day, time = interchange.control, interchange.isa[9], interchange.isa[10]
    return ["TA1", _digits(control, 9), _digits(day, 6), _digits(time, 4), letter, note]


def _digits(text: str, length: int) -> str:
    """What came in as the number of so many digits that it should have been; the last of them count."""
    digits = "".join(character for character in text if character in "0123456789")
    return digits[-length:].zfill(length)


def ta1_due(interchange: Interchange, policy: Ta1Policy = "requested") -> bool:
    """Whether a TA1 goes out. An interchange that brings nothing but TA1s is not answered with one."""
    if interchange.acks and not interchange.groups:
        return False
    if policy == "requested":
        return interchange.ack_requested
    if policy == "errors":
        return interchange.ack_requested or interchange_ack(interchange)[4] != "A"
    return policy == "always"
