"""What a 997 or 999 says about one set: AK3 and AK4, or IK3, IK4 and CTX, and the notes of AK5 or IK5.

Takes the findings of a set and the delimiters of the answer, gives segments; called by x12.ack. Limits of the
standard are kept by summarising: 99 AK4 under an AK3, 999 999 AK3 in a set, five notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Literal

from edi_gateway.model.finding import Code, Finding, Location
from edi_gateway.x12.checking.checker import bounded
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.rawset import RawSet

AckKind = Literal["997", "999"]

_ELEMENT_ERRORS = 99  # AK4 under one AK3
_SEGMENT_ERRORS = 999_999  # AK3 in one set
_NOTES = 5  # AK502..06
_NEWER = ("12", "13")  # too many repetitions and components: codes of AK403 from 005010 on, before it 3
_NOT_OF_GROUP = "18"  # from 005010 on there is a note of its own for a set in the wrong group
_CONVENTION = {"19": "I6"}  # ST03 names a guide that is not supported
_LAST_POSITION = 999_999  # AK302 has six digits, ten from 005010 on
_CONTEXT = 35  # characters of a context's reference, CTX01-2

#: IK304 and IK403 for breaches of a guide of which no more is known than their code.
_BY_GUIDE = {
    Code.SEGMENT_NOT_USED_BY_GUIDE: "I4",
    Code.SEGMENT_MISSING: "I8",
    Code.CODE_INVALID: "I6",
    Code.CONDITIONAL_ELEMENT_MISSING: "I9",
    Code.ELEMENT_NOT_USED_BY_GUIDE: "I10",
}

#: The segment and element that name what a set is about: the business unit of a 999's CTX.
_UNITS = {
    "180": ("BGN", 2),
    "810": ("BIG", 2),
    "812": ("BCD", 2),
    "824": ("BGN", 2),
    "846": ("BIA", 3),
    "850": ("BEG", 3),
    "855": ("BAK", 3),
    "856": ("BSN", 2),
    "860": ("BCH", 3),
    "861": ("BRA", 1),
    "865": ("BCA", 3),
    "870": ("BSR", 3),
    "875": ("G50", 3),
    "880": ("G01", 2),
    "940": ("W05", 2),
    "943": ("W06", 2),
    "944": ("W17", 3),
    "945": ("W06", 2),
    "947": ("W15", 2),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """What a set is about, as its beginning names it: `name` is "BEG03", `position` that of the segment."""

    name: str
    value: str
    position: int


def unit_of(raw: RawSet, findings: Sequence[Finding]) -> Unit | None:
    """The business unit of a set that has findings; None when it cannot be told (RFI 2293 of X12)."""
    tag, element = _UNITS.get(raw.code, ("", 0))
    if not findings or not tag:
        return None
    beginning = [(at, segment) for at, segment in enumerate(raw.segments[:3], start=1) if segment[0] == tag]
    for position, segment in beginning:
        places = [(f.at.position, f.at.element) for f in findings if isinstance(f.at, Location)]
        if len(segment) > element and segment[element].strip(" ") and (position, element) not in places:
            return Unit(f"{tag}{element:02}", segment[element], position)
    return None


@dataclass(frozen=True, slots=True)
class Answer:
    """How the findings of one set are said. `newer`: the answer is written in 005010 or later."""

    kind: AckKind
    delimiters: Delimiters
    newer: bool
    unit: Unit | None = None

    def errors(self, findings: Sequence[Finding]) -> Iterator[list[str]]:
        """AK3 and AK4 (IK3, IK4 and CTX) in the order of the document, the element errors of a segment together."""
        located = (f for f in findings if (says(f, "AK3") or says(f, "AK4")) and isinstance(f.at, Location))
        groups = groupby(located, key=_segment)
        for _, group in islice(groups, _SEGMENT_ERRORS):
            yield from self._segment_error(list(group))

    def notes(self, findings: Sequence[Finding], errors: bool) -> list[str]:
        """AK502 and following; `errors` says whether an AK3 stands before them."""
        noted = {
            _NOT_OF_GROUP
            if self.newer and finding.code is Code.SET_NOT_OF_GROUP
            else finding.ack.split("*")[2]
            for finding in findings
            if finding.ack and says(finding, "AK5")
        }
        if self.kind == "999":
            noted = {_CONVENTION.get(note, note) for note in noted}
        if errors:
            by_guide = {
                bool(f.rule) and self.kind == "999" for f in findings if says(f, "AK3") or says(f, "AK4")
            }
            noted |= {"I5" if each else "5" for each in by_guide}
        return sorted(noted, key=lambda note: (note[0] == "I", int(note.lstrip("I"))))[:_NOTES]

    def _segment_error(self, findings: Sequence[Finding]) -> Iterator[list[str]]:
        first = findings[0]
        at = first.at
        assert isinstance(at, Location)
        assert first.ack is not None
        if says(first, "AK3"):
            _, tag, _, loop, code = first.ack.split("*")
            code = self._code(first, code)
        else:
            tag, loop, code = at.segment or "", bounded(at.loop), "8"
        most = _LAST_POSITION if not self.newer else 10 * _LAST_POSITION
        position = str(min(at.position or 0, most))
        yield [f"{self._letter}K3", fit(tag, 2, 3, self.delimiters), position, loop, code]
        if says(first, "AK3"):
            yield from self._trigger(first)
        yield from self._business_unit(at.position or 0)
        if says(first, "AK4"):
            for finding, place in self._elements(findings):
                yield self._element_error(finding, place)
                yield from self._trigger(finding)

    def _elements(self, findings: Sequence[Finding]) -> Iterator[tuple[Finding, str]]:
        """The element errors of a segment, each with its place (C030). Of too many, the first of each element and
        code is said, whatever the component and repetition of the others."""
        places = [(finding, (finding.ack or "").split("*")[1]) for finding in findings]
        if len(places) > _ELEMENT_ERRORS:
            first: dict[tuple[str, str, str], tuple[Finding, str]] = {}
            for finding, place in places:
                _, _, reference, code, *_ = (finding.ack or "").split("*", 4)
                first.setdefault((place.split(":")[0], reference, code), (finding, place))
            places = list(first.values())
        yield from places[:_ELEMENT_ERRORS]

    def _element_error(self, finding: Finding, place: str) -> list[str]:
        assert finding.ack is not None
        _, _, reference, code, bad, *_ = [*finding.ack.split("*", 4), "", "", ""]
        code = self._code(finding, code)
        if code in _NEWER and not self.newer:
            code = "3"
        place = place.replace(":", self.delimiters.component)
        segment = [f"{self._letter}K4", place, reference, code, clean(bad, self.delimiters)]
        return segment if segment[-1] else segment[:-1]

    def _code(self, finding: Finding, code: str) -> str:
        """A 999 has codes of its own for what a partner's guide says."""
        if self.kind != "999" or not finding.rule:
            return code
        return finding.breach.code if finding.breach else _BY_GUIDE.get(finding.code, code)

    def _trigger(self, finding: Finding) -> Iterator[list[str]]:
        """The context of an error that only is one because something else stands in the set."""
        if self.kind != "999" or not finding.breach or not finding.breach.trigger:
            return
        at = finding.breach.trigger
        context = ["CTX", "SITUATIONAL TRIGGER", at.segment or "", str(at.position), bounded(at.loop)]
        if at.element:
            context += [str(at.element), finding.breach.reference]
        while not context[-1]:
            context.pop()
        yield context

    def _business_unit(self, position: int) -> Iterator[list[str]]:
        """What the set is about, for errors behind the element that says so."""
        if self.kind == "999" and self.unit and position > self.unit.position:
            value = clean(self.unit.value, self.delimiters)[:_CONTEXT].rstrip(" ")
            if value and value.isascii() and value.isprintable():
                yield ["CTX", f"{self.unit.name}{self.delimiters.component}{value}"]

    @property
    def _letter(self) -> str:
        return "I" if self.kind == "999" else "A"


def _segment(finding: Finding) -> object:
    """Element errors of one segment belong together; an error of a segment stands alone."""
    if says(finding, "AK3"):
        return id(finding)
    return (finding.at.position, finding.at.segment) if isinstance(finding.at, Location) else None


def says(finding: Finding, tag: str) -> bool:
    """Whether the acknowledgment says it with this segment (AK3, AK4, AK5, AK9, TA1)."""
    return finding.ack is not None and finding.ack.startswith(tag + "*")


def fit(text: str, least: int, most: int, delimiters: Delimiters) -> str:
    """A code or number that came in, as an element of this length can hold it."""
    plain = "".join(character for character in text if " " < character <= "~")
    return clean(plain, delimiters)[:most].rjust(least, "0")


def clean(value: str, delimiters: Delimiters) -> str:
    """Without the delimiters of the interchange that the acknowledgment goes into."""
    return value.translate(dict.fromkeys(ord(mark) for mark in delimiters if mark)).rstrip(" ")
