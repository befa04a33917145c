"""Where we and pyx12 disagree about a document, place by place.

Takes our findings, set by set, and the errors that the runner printed; gives Disagreements. Called by
x12.second_opinion. A remark of ours (a finding that no acknowledgment mentions) need not be theirs, but explains an
error of theirs at the same place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from edi_gateway.model.finding import Code, Finding, Location, Severity

_OURS: Mapping[Code, str] = {
    Code.SEGMENT_UNKNOWN: "place",
    Code.SEGMENT_UNEXPECTED: "place",
    Code.SEGMENT_NOT_IN_SET: "place",
    Code.SEGMENT_OUT_OF_SEQUENCE: "place",
    Code.SEGMENT_MISSING: "missing segment",
    Code.SEGMENT_OVER_MAXIMUM: "too many segments",
    Code.LOOP_OVER_MAXIMUM: "too many loops",
    Code.SEGMENT_NOT_USED_BY_GUIDE: "not used",
    Code.ELEMENT_MISSING: "missing",
    Code.CONDITIONAL_ELEMENT_MISSING: "note",
    Code.ELEMENT_EXCLUDED: "note",
    Code.TOO_MANY_ELEMENTS: "too many elements",
    Code.TOO_MANY_COMPONENTS: "too many components",
    Code.TOO_MANY_REPETITIONS: "repetitions",
    Code.ELEMENT_TOO_SHORT: "short",
    Code.ELEMENT_TOO_LONG: "long",
    Code.CHARACTER_INVALID: "character",
    Code.NUMBER_INVALID: "character",
    Code.TRAILING_BLANKS: "character",
    Code.CODE_INVALID: "code",
    Code.LOWER_CASE: "code",
    Code.DATE_INVALID: "date",
    Code.TIME_INVALID: "time",
    Code.ELEMENT_NOT_USED_BY_GUIDE: "not used",
    Code.TRAILING_EMPTY_ELEMENTS: "trailing separators",
    Code.DELIMITER_IN_DATA: "character",
    Code.SET_CONTROL_INVALID: "control number",
}
#: What we say besides; an error of pyx12's there is the same thing in its words.
_ALSO: Mapping[Code, str] = {Code.TRAILING_BLANKS: "long", Code.GUIDE_CONDITION_BROKEN: "code"}
_OURS_ALONE = frozenset({"control number"})  # of this pyx12 has no opinion
_ENVELOPE_ALSO: Mapping[Code, str] = {
    Code.INTERCHANGE_CONTROL_INVALID: "001",
    Code.GROUP_CONTROL_INVALID: "4",
    Code.SET_CONTROL_INVALID: "3",
}
_SEGMENT = {
    "1": "place",
    "2": "not used",
    "3": "missing segment",
    "4": "too many loops",
    "5": "too many segments",
    "8": "empty segment",
    "SEG1": "trailing separators",
    "HL1": "hierarchy",
    "HL2": "hierarchy",
    "crash": "crash",
}
_ELEMENT = {
    "1": "missing",
    "4": "short",
    "5": "long",
    "6": "character",
    "7": "code",
    "8": "date",
    "9": "time",
    "10": "not used",
}
_TEXTS = (
    ("Too many elements", "too many elements"),
    ("Too many sub-elements", "too many components"),
    ("Mandatory composite", "missing"),
    ("Composite", "not used"),
)
#: Notes of TA1, AK9 and AK5 on which pyx12 has an opinion at all.
_NOTES: Mapping[str, frozenset[str]] = {
    "interchange": frozenset({"001", "021", "023", "025"}),
    "group": frozenset({"3", "4", "5"}),
    "set": frozenset({"2", "3", "4", "23"}),
}
Explain = Callable[["Judged", "Disagreement"], str | None]
_PLACE = re.compile(r"(\d\d)(?:-(\d+))?")


class Spot(NamedTuple):
    """A place of a document and what is wrong there. `number` counts interchanges, groups or sets of the file from
    1; `position` is the segment's ordinal in its set, 0 for faults of the envelope."""

    level: str
    number: int
    position: int
    element: int
    component: int
    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one of the two says at a spot: the tag of the segment, the words, and the rule of a guide, if any."""

    segment: str
    words: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Only one of the two finds this: `ours` or `theirs` is None. `known` is the id of the entry of known.toml that
    explains it, None when nothing does."""

    spot: Spot
    ours: Said | None
    theirs: Said | None
    known: str | None = None

    @property
    def side(self) -> str:
        return "ours" if self.ours else "theirs"

    @property
    def segment(self) -> str:
        said = self.ours or self.theirs
        return said.segment if said else ""


@dataclass(slots=True)
class Judged:
    """One file: what we found in it, as errors that must be theirs too and remarks that may be, and what they did."""

    texts: list[list[list[str]]] = field(default_factory=list)  # of each set, its segments by element
    errors: dict[Spot, Said] = field(default_factory=dict)
    remarks: dict[Spot, Said] = field(default_factory=dict)
    codes: set[Code] = field(default_factory=set)
    theirs: dict[Spot, Said] = field(default_factory=dict)  # what pyx12 found, once it is known

    @property
    def sets(self) -> int:
        return len(self.texts)

    def value(self, spot: Spot) -> str:
        """What stands at a spot, "" where nothing does."""
        segments = self.texts[spot.number - 1] if 0 < spot.number <= self.sets else []
        segment = segments[spot.position - 1] if 0 < spot.position <= len(segments) else []
        return segment[spot.element] if spot.element < len(segment) else ""

    def add(self, finding: Finding, number: int, unsaid: Collection[str]) -> None:
        """A finding about the content of a set. Rules that the maps do not say are left out."""
        at, kind = finding.at, _OURS.get(finding.code) or _ALSO.get(finding.code)
        if not isinstance(at, Location) or kind is None or (finding.rule and finding.rule in unsaid):
            return
        if finding.code is Code.LOWER_CASE and not at.element:
            kind = "place"
        if kind == "note" and at.component:
            kind = "component note"
        element = 0 if kind in ("note", "trailing separators") else at.element or 0
        component = 0 if kind == "too many components" else at.component or 0
        spot = Spot("segment", number, at.position or 0, element, component, kind)
        said = Said(at.segment or "", finding.message, finding.rule)
        error = (finding.severity is Severity.ERROR or finding.ack is not None) and kind not in _OURS_ALONE
        (self.errors if error else self.remarks)[spot] = said
        if finding.code in _ALSO:
            self.remarks[spot._replace(kind=_ALSO[finding.code])] = said

    def envelope(self, finding: Finding, level: str, number: int) -> None:
        """A finding about an envelope."""
        self.codes.add(finding.code)
        also = _ENVELOPE_ALSO.get(finding.code)
        if also in _NOTES[level]:
            self.remarks[Spot(level, number, 0, 0, 0, also or "")] = Said("", finding.message)
        if finding.ack is None:
            return
        note = finding.ack.split("*")[-1]
        tag = {"interchange": "TA1", "group": "AK9", "set": "AK5"}[level]
        if finding.ack.startswith(tag + "*") and note in _NOTES[level]:
            self.errors[Spot(level, number, 0, 0, 0, note)] = Said(tag, finding.message)


def disagreements(
    judged: Judged, answer: Mapping[str, Any], explain: Explain = lambda judged, found: None
) -> Iterator[Disagreement]:
    """Both ways, in the order of the document. `explain` gives the id of what is known to explain one."""
    theirs = judged.theirs = _theirs(answer["errors"])
    found = [*_alone(judged.errors, theirs, ours=True)]
    found += _alone(theirs, {**judged.remarks, **judged.errors}, ours=False)
    if answer["sets"] != judged.sets and not answer["broken"]:
        spot = Spot("file", 1, 0, 0, 0, "sets")
        found.append(Disagreement(spot, Said("", f"{judged.sets} sets"), Said("", f"{answer['sets']} sets")))
    if answer["broken"]:
        spot = Spot("file", 1, 0, 0, 0, "unreadable")
        found.append(Disagreement(spot, None, Said("", answer["broken"])))
    for each in sorted(found, key=lambda each: (each.spot.number, each.spot)):
        yield replace(each, known=explain(judged, each))


def _alone(some: Mapping[Spot, Said], others: Mapping[Spot, Said], *, ours: bool) -> Iterator[Disagreement]:
    """What stands in one and not in the other. Where a rule of a guide is broken, any fault there will do."""
    places: dict[tuple[object, ...], list[Said]] = {}
    for spot, said in others.items():
        places.setdefault(_place(spot, said), []).append(said)
    for spot, said in some.items():
        if spot in others or any(said.rule or other.rule for other in places.get(_place(spot, said), ())):
            continue
        yield Disagreement(spot, said if ours else None, None if ours else said)


def _place(spot: Spot, said: Said) -> tuple[object, ...]:
    """Where a fault is, whatever it is. A segment that is missing is missing in the set: we name the loop or the end
    that it is missing in, pyx12 the segment before which it would stand."""
    if spot.kind == "missing segment":
        return spot.level, spot.number, spot.kind, said.segment
    return spot._replace(kind="")


def _theirs(errors: Sequence[Mapping[str, Any]]) -> dict[Spot, Said]:
    found: dict[Spot, Said] = {}
    for error in errors:
        level, code, text = error["level"], str(error["code"]), error["text"]
        said = Said(error["tag"], text)
        if level in _NOTES:
            if code in _NOTES[level]:
                found[Spot(level, error[level], 0, 0, 0, code)] = said
            continue
        place = _PLACE.fullmatch(error["place"])
        element, component = (int(place[1]), int(place[2] or 0)) if place else (0, 0)
        if level == "segment":
            kind = _SEGMENT.get(code, code)
        elif error["whole"]:
            kind = next((kind for start, kind in _TEXTS if text.startswith(start)), "note")
        else:
            kind = _ELEMENT.get(code, code)
        if kind == "note":
            element = component = 0
        if kind == "too many components":
            component = 0
        found[Spot("segment", error["set"], error["position"], element, component, kind)] = said
    return found
