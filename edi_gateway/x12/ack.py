"""Functional and interchange acknowledgments as projections of findings (spec C5).

Takes the results of reading, gives the body of a 997 or 999 and the TA1. Pure; called by flow.inbound and
`edi-gateway ack`. What comes in from partners is read by x12.ack_reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.ack_reading import (
    AckReading,
    InterchangeAck,
    SetAck,
    read_functional_ack,
    read_interchange_ack,
)
from edi_gateway.x12.checker import bounded
from edi_gateway.x12.dictionary import nearest
from edi_gateway.x12.envelope import Group, Interchange
from edi_gateway.x12.header import Delimiters

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

AckKind = Literal["997", "999"]
Ta1Policy = Literal["never", "requested", "errors", "always"]

_ELEMENT_ERRORS = 99  # AK4 in one AK3
_NOTES = 5  # AK502..06, AK905..09
_NEWER = ("12", "13")  # too many repetitions and components: codes of AK403 from 005010 on, before it 3
_MOST = 999_999  # AK902..04 have six digits

#: What a partner's rule says in a 999, where it has codes of its own (IK304, IK403).
_GUIDE_SEGMENT = {Code.SEGMENT_NOT_USED_BY_GUIDE: "I4", Code.SEGMENT_MISSING: "I8"}
_GUIDE_ELEMENT = {
    Code.ELEMENT_NOT_USED_BY_GUIDE: "I10",
    Code.CODE_INVALID: "I6",
    Code.CONDITIONAL_ELEMENT_MISSING: "I9",
}


@dataclass(frozen=True, slots=True)
class SetResult:
    """A transaction set as judged. `status` is AK501 (A, E, R), `version_ref` ST03."""

    code: str
    control: str
    status: str
    findings: tuple[Finding, ...] = ()
    version_ref: str = ""

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
    if any(_names(finding, "AK9") and finding.severity is Severity.ERROR for finding in group.findings):
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
    code = _fit(result.code, 2, 2, delimiters)
    release = [_fit(result.version, 1, 12, delimiters)] if newer else []
    segments = [["AK1", code, _number(result.control), *release]]
    for each in result.sets:
        reference = [_fit(each.version_ref, 1, 35, delimiters)] if newer and each.version_ref else []
        control = _fit(each.control, 4, 9, delimiters)
        segments.append(["AK2", _fit(each.code, 3, 3, delimiters), control, *reference])
        noted = [finding for finding in each.findings if finding.ack]
        body = list(_segment_errors(noted, kind, delimiters, newer))
        segments += body
        notes = _set_notes(noted)
        if body:
            guide_only = kind == "999" and all(
                finding.rule for finding in noted if not _names(finding, "AK5")
            )
            notes = sorted({*notes, "I5" if guide_only else "5"}, key=lambda note: int(note.lstrip("I")))
        segments.append(["IK5" if kind == "999" else "AK5", each.status, *notes[:_NOTES]])
    counts = [str(min(count, _MOST)) for count in (result.stated, result.received, result.accepted)]
    segments.append(["AK9", result.status, *counts, *_group_notes(result.findings)[:_NOTES]])
    return segments


def _fit(text: str, least: int, most: int, delimiters: Delimiters) -> str:
    """A code or number that came in, as an element of this length can hold it."""
    plain = "".join(character for character in text if " " < character <= "~")
    [cleaned] = _clean([plain], delimiters)
    return cleaned[:most].rjust(least, "0")


def _number(text: str) -> str:
    digits = "".join(character for character in text if character in "0123456789")
    return digits[:9] or "0"


def _set_notes(findings: Sequence[Finding]) -> list[str]:
    return sorted(
        {finding.ack.split("*")[2] for finding in findings if finding.ack and _names(finding, "AK5")}, key=int
    )


def _names(finding: Finding, tag: str) -> bool:
    return finding.ack is not None and finding.ack.startswith(tag + "*")


def _group_notes(findings: Sequence[Finding]) -> list[str]:
    found = {finding.ack.split("*")[5] for finding in findings if finding.ack and _names(finding, "AK9")}
    return sorted(found, key=int)


def _segment_errors(
    findings: Sequence[Finding], kind: AckKind, delimiters: Delimiters, newer: bool
) -> Iterator[list[str]]:
    """AK3 and AK4 (IK3 and IK4) in the order of the document, element errors of a segment together."""
    tag3, tag4 = ("IK3", "IK4") if kind == "999" else ("AK3", "AK4")
    open_at: tuple[str | None, int | None] | None = None
    count = 0
    for finding in findings:
        assert finding.ack is not None
        at = finding.at
        if not isinstance(at, Location):
            continue
        if _names(finding, "AK3"):
            code = finding.ack.split("*")[4]
            if kind == "999" and finding.rule:
                code = _GUIDE_SEGMENT.get(finding.code, code)
            tag, position, loop = finding.ack.split("*")[1:4]
            yield [tag3, _fit(tag, 2, 3, delimiters), position, loop, code]
            open_at = None
        elif _names(finding, "AK4"):
            if open_at != (at.segment, at.position):
                open_at, count = (at.segment, at.position), 0
                yield [tag3, at.segment or "", str(at.position), bounded(at.loop), "8"]
            count += 1
            if count <= _ELEMENT_ERRORS:
                yield _trim([tag4, *_element_error(finding, kind, delimiters, newer)])


def _element_error(finding: Finding, kind: AckKind, delimiters: Delimiters, newer: bool) -> list[str]:
    assert finding.ack is not None
    _, place, reference, code, bad, *_ = [*finding.ack.split("*", 4), "", "", ""]
    if kind == "999" and finding.rule:
        code = _GUIDE_ELEMENT.get(finding.code, code)
    if code in _NEWER and not newer:
        code = "3"
    return [place.replace(":", delimiters.component), reference, code, *_clean([bad], delimiters)]


def _clean(values: Sequence[str], delimiters: Delimiters) -> list[str]:
    """Without the delimiters of the interchange that the acknowledgment goes into."""
    taken = str.maketrans("", "", "".join(mark for mark in delimiters if mark))
    return [value.translate(taken).rstrip(" ") for value in values]


def _trim(segment: list[str]) -> list[str]:
    while not segment[-1]:
        segment.pop()
    return segment


def interchange_ack(interchange: Interchange) -> list[str]:
    """The TA1: accepted (A 000), accepted with errors noted (E), or rejected (R), with the gravest note."""
    noted = [finding for finding in interchange.findings if _names(finding, "TA1")]
    noted.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    letter, note = noted[0].ack.split("*")[4:6] if noted and noted[0].ack else ("A", "000")
    return ["TA1", interchange.control, interchange.isa[9], interchange.isa[10], letter, note]


def ta1_due(interchange: Interchange, policy: Ta1Policy = "requested") -> bool:
    """Whether a TA1 goes out. An interchange that brings nothing but TA1s is not answered with one."""
    if interchange.acks and not interchange.groups:
        return False
    if policy == "requested":
        return interchange.ack_requested
    if policy == "errors":
        return interchange.ack_requested or interchange_ack(interchange)[4] != "A"
    return policy == "always"
