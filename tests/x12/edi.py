"""Documents for the tests of X12: the body stands in the test's docstring, the envelope is put around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from edi_gateway.model.finding import Code, Finding, Location
from edi_gateway.x12.acks.ack import functional_ack
from edi_gateway.x12.checking.guide import Rule, build
from edi_gateway.x12.dictionary import dictionary
from edi_gateway.x12.parsing.envelope import Event as EnvelopeEvent
from edi_gateway.x12.parsing.envelope import InterchangeEnd, InterchangeStart, SetRead, Unreadable, read
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.reading import CheckedSet, Event, GroupEnd, read_all

ISA = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *260115*1200*U*00401*000000905*0*P*>"
ISA5 = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *260115*1200*^*00501*000000905*0*P*>"
USUAL = Delimiters("*", ">", "~", None)
_GROUP_OF = {one.code: one.group for one in dictionary("005010").sets.values()}
#: Which set a first segment opens, where it opens only one.
_SET_OF = {
    "AK1": "997", "B10": "214", "BAK": "855", "BCA": "865", "BCD": "812", "BCH": "860", "BEG": "850", "BIA": "846",
    "BIG": "810", "BMG": "864", "BPR": "820", "BRA": "861", "BSN": "856", "BSR": "870", "G01": "880", "G50": "875",
    "W05": "940", "W15": "947", "W17": "944",
}  # fmt: skip


def segments_of(text: str) -> list[str]:
    """The segments of a docstring: one or more a line, `~` after each."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return [segment for segment in "".join(lines).split("~") if segment]


def interchange(
    body: Sequence[str],
    *,
    set_code: str = "850",
    version: str = "004010",
    isa: str = ISA,
    glue: str = "~",
    group: str | None = None,
) -> bytes:
    """One interchange with one group with one set that holds `body`."""
    whole = [
        isa,
        f"GS*{group or _GROUP_OF[set_code]}*BUYER*SELLER*20260115*1200*7*X*{version}",
        f"ST*{set_code}*0001",
        *body,
        f"SE*{len(body) + 2}*0001",
        "GE*1*7",
        "IEA*1*000000905",
        "",
    ]
    return glue.join(whole).encode("latin-1")


def envelope_of(data: bytes) -> list[EnvelopeEvent]:
    return list(read(data))


@dataclass
class Document:
    """A source that was read and checked."""

    data: bytes
    events: list[Event]

    @property
    def checked(self) -> CheckedSet:
        [found] = [event for event in self.events if isinstance(event, CheckedSet)]
        return found

    @property
    def group(self) -> GroupEnd:
        [found] = [event for event in self.events if isinstance(event, GroupEnd)]
        return found

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.checked.result.findings

    @property
    def paths(self) -> list[str]:
        """Where each segment between ST and SE was placed, as a selector; "?" for one without a place."""
        checked = self.checked
        assert checked.walk
        assert checked.guide
        nodes = checked.guide.nodes
        return [nodes[node].selector if node >= 0 else "?" for node in checked.walk.nodes[1:-1]]


def document_of(data: bytes, rules: Sequence[Rule] = (), **options: Any) -> Document:
    def guide_for(_: object, group: Any, code: str) -> Any:
        return build(group.read_as, code, rules) if code in _GROUP_OF else None

    return Document(data, list(read_all(data, guide_for, **options)))


def x12(
    test: Callable[..., None] | None = None,
    *,
    version: str = "004010",
    set_code: str | None = None,
    rules: Sequence[Rule] = (),
) -> Any:
    """Marks a test whose docstring is the body of a set; the `document` fixture gives it read and checked."""

    def mark(function: Any) -> Any:
        function.x12 = (version, set_code, rules)
        return function

    return mark(test) if test else mark


def document_in(function: Any) -> Document:
    version, set_code, rules = function.x12
    body = segments_of(function.__doc__)
    code = set_code or _SET_OF.get(body[0].split("*")[0], "850")
    isa = ISA5 if version >= "005010" else ISA
    return document_of(interchange(body, set_code=code, version=version, isa=isa), rules)


def codes(document: Document) -> list[tuple[str | None, int | None, Code]]:
    """Segment, element and code of all findings on the set."""
    return [(at.segment, at.element, finding.code) for finding, at in places(document.findings)]


def places(findings: Sequence[Finding]) -> list[tuple[Finding, Location]]:
    found = []
    for finding in findings:
        assert isinstance(finding.at, Location)
        found.append((finding, finding.at))
    return found


def only(findings: Sequence[Finding]) -> list[Code]:
    return [finding.code for finding in findings]


def ack(document: Document, kind: Any = "997") -> str:
    """What the acknowledgment says about the set: from after AK2 to AK5."""
    segments = functional_ack(document.group.result, kind, USUAL)
    return "~ ".join("*".join(segment) for segment in segments[2:-1]) + "~"


def bytes_at(document: Document, finding: Finding) -> bytes:
    """What the finding points at."""
    assert isinstance(finding.at, Location)
    assert finding.at.offset is not None
    assert finding.at.length is not None
    return document.data[finding.at.offset : finding.at.offset + finding.at.length]


def covered(data: bytes) -> list[tuple[int, int]]:
    """The byte ranges that events and findings account for, sorted."""
    ranges: list[tuple[int, int]] = []
    for event in read_all(data):
        match event:
            case CheckedSet():
                ranges += zip(event.raw.offsets, event.raw.ends, strict=True)
                ranges += _of(event.result.findings)
            case GroupEnd():
                ranges += event.group.own + _of(event.group.findings)
            case InterchangeEnd():
                ranges += event.interchange.own + _of(event.interchange.findings)
            case Unreadable():
                ranges += _of(event.findings)
    return sorted(ranges)


def _of(findings: Sequence[Finding]) -> list[tuple[int, int]]:
    return [
        (finding.at.offset, finding.at.offset + finding.at.length)
        for finding in findings
        if isinstance(finding.at, Location)
        and finding.at.offset is not None
        and finding.at.length is not None
    ]


def uncovered(data: bytes, terminators: bytes = b"~") -> list[bytes]:
    """The bytes that nothing accounts for, blanks and terminators aside."""
    at, left = 0, []
    for start, end in [*covered(data), (len(data), len(data))]:
        if start > at and data[at:start].strip(terminators + b" \t\r\n"):
            left.append(data[at:start])
        at = max(at, end)
    return left


def sets_of(data: bytes) -> list[list[str]]:
    """The texts of each set that the envelope reads."""
    return [event.raw.texts for event in read(data) if isinstance(event, SetRead)]


def starts_of(data: bytes) -> list[InterchangeStart]:
    return [event for event in read(data) if isinstance(event, InterchangeStart)]
