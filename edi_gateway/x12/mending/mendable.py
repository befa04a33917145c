"""What of an ISA or a segment can be put right with certainty, and what it should be.

Plain functions over what the reader found; called by x12.mend.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.parsing.envelope import Interchange
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.rawset import RawSet
from edi_gateway.x12.reading import CheckedSet

SET_CONTROL = re.compile(r"[ -~]{4,9}")
_SEGMENT_CODES = (Code.TRAILING_BLANKS, Code.TRAILING_EMPTY_ELEMENTS, Code.LOWER_CASE)
_WIDTHS = (3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_LONG_TIME = re.compile(r"([01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\d\d)?)", re.ASCII)
_ENVELOPE = ("ISA", "GS", "ST", "SE", "GE", "IEA", "TA1")
_ISA_CODES = (Code.ISA_ELEMENT_INVALID, Code.INTERCHANGE_CONTROL_INVALID, Code.INTERCHANGE_VERSION_UNKNOWN)
_DAMAGED = "026"  # the TA1 note of a separator of the ISA that is not one


def padded(interchange: Interchange) -> bytes | None:
    """The ISA with its elements in their fixed lengths, without its terminator; None when one does not fit."""
    elements = list(interchange.isa)
    if re.fullmatch(r"20\d{6}", elements[9], re.ASCII):
        elements[9] = elements[9][2:]
    if _LONG_TIME.fullmatch(elements[10]):
        elements[10] = elements[10][:4]
    if elements[13].isascii() and elements[13].isdigit():
        elements[13] = elements[13].zfill(9)
    if not elements[11] and elements[12] < "00402":
        elements[11] = "U"
    if collision(interchange):
        return None
    fits = all(len(element) <= width for element, width in zip(elements, _WIDTHS, strict=True))
    if not fits or not elements[11] or not elements[16] or any(c < " " for c in "".join(elements[:16])):
        return None
    fixed = (element.ljust(width) for element, width in zip(elements, _WIDTHS, strict=True))
    return interchange.delimiters.element.join(fixed).encode("latin-1")


def collision(interchange: Interchange) -> str:
    """Why the bytes behind the ISA could be read in another way too, "" when they cannot."""
    if any(finding.code is Code.DELIMITERS_COLLIDE for finding in interchange.findings):
        return "The delimiters collide."
    terminator = interchange.delimiters.segment
    return f"{terminator!r} ends segments and stands in words." if terminator.isalnum() else ""


def damaged_separators(interchange: Interchange) -> list[Finding]:
    """The separators of an ISA that can be put back at their positions: when all else in it holds."""
    about = [each for each in interchange.findings if each.code in _ISA_CODES]
    damaged = [each for each in about if (each.ack or "").endswith("*" + _DAMAGED)]
    return damaged if len(damaged) == len(about) and not collision(interchange) else []


def is_long_time(finding: Finding) -> bool:
    """A time in the ISA that says seconds too, which have no place there: `padded` leaves them out."""
    at = finding.at
    return isinstance(at, Location) and at.element == 10 and bool(_LONG_TIME.fullmatch(finding.value or ""))


def by_segment(findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    """What can be mended within a segment, by the ordinal of the segment in its set (ST is 1)."""
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.code in _SEGMENT_CODES and isinstance(finding.at, Location) and finding.at.position:
            found.setdefault(finding.at.position, []).append(finding)
    return found


def segment(text: str, findings: Sequence[Finding], delimiters: Delimiters) -> str:
    """A segment as the reader read it: blanks at the end of values and separators that separate nothing taken
    off, tag and codes in upper case."""
    elements = text.split(delimiters.element)
    for finding in findings:
        at = finding.at
        assert isinstance(at, Location)
        if not at.element:
            if finding.code is Code.LOWER_CASE and at.segment and at.segment not in _ENVELOPE:
                elements[0] = at.segment
        elif at.element < len(elements):
            elements[at.element] = _element(elements[at.element], finding.code, at, delimiters)
    while len(elements) > 1 and not elements[-1]:
        elements.pop()
    return delimiters.element.join(elements)


def _element(value: str, code: Code, at: Location, delimiters: Delimiters) -> str:
    for separator, number in ((delimiters.repetition, at.repetition), (delimiters.component, at.component)):
        if separator and number:
            pieces = value.split(separator)
            inner = Location(component=at.component if separator == delimiters.repetition else None)
            pieces[number - 1] = _element(pieces[number - 1], code, inner, delimiters)
            return separator.join(pieces)
    match code:
        case Code.TRAILING_BLANKS:
            return value.rstrip(" ")
        case Code.LOWER_CASE:
            return (
                value.upper() if value.islower() else value
            )  # "eA" is more than a habit: leave it to people
        case _:
            return value.rstrip(delimiters.component)


def has_reached_its_summary(checked: CheckedSet) -> bool:
    """Whether the set has come to a segment that stands behind all that may repeat: what came before is all there."""
    if checked.walk is None or checked.guide is None:
        return False
    nodes = checked.guide.nodes
    first_loop = next((node.index for node in nodes if node.opens_loop), len(nodes))
    for index in checked.walk.nodes:
        node = nodes[index]
        behind = not node.path and node.requirement == "M" and node.index > first_loop
        if index >= 0 and node.tag != "SE" and (behind or node.tag == "CTT"):
            return True
    return False


def is_whole(checked: CheckedSet) -> bool:
    """Whether a set without SE would have no other fault with it: nobody looks for what is missing at an end that
    is missing too."""
    raw = checked.raw
    if checked.guide is None or not raw.texts:
        return False
    segments = [text.split(raw.delimiters.element) for text in raw.texts]
    segments.append(["SE", str(len(segments) + 1), raw.control])
    offsets, ends = [*raw.offsets, raw.ends[-1]], [*raw.ends, raw.ends[-1]]
    walk = checked.guide.check(RawSet(raw.code, raw.control, segments, offsets, ends, raw.delimiters))
    return not any(finding.severity is Severity.ERROR for finding in walk.findings)
