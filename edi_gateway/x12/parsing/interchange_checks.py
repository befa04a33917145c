"""What can be wrong with ISA and IEA, and with bytes that belong to no group.

Plain functions that return findings; called by x12.envelope and x12.reading. `.ack` is the TA1 that a finding
turns into, its control number, date and time left out; note codes as in X12.5 (x12.ack_reading lists them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.parsing.header import Header
from edi_gateway.x12.parsing.tokens import Oddity, Skipped
from edi_gateway.x12.parsing.trailers import element_at, is_count, is_date, is_number, same_number, too_many

_AUTHORIZATIONS = re.compile(r"0[0-8]")
_HHMM = re.compile(r"([01]\d|2[0-3])[0-5]\d", re.ASCII)
_VERSIONS = re.compile(r"00[2-8]\d\d", re.ASCII)
_QUALIFIERS = re.compile(r"0[1-4]|0[7-9]|[12]\d|3[0-8]|AM|NR|SA|SN|ZZ", re.ASCII)
_VERSION = re.compile(r"0[01]\d{3}", re.ASCII)  # of the envelope, if not one that is read here


class _Make(Protocol):
    """Makes a finding on an element of the ISA; `note` is the TA1's, that of the element unless given."""

    def __call__(
        self, number: int, message: str, hint: str, severity: Severity, code: Code, note: str | None = None
    ) -> Finding: ...


#: TA1 note for each element of the ISA, by its number.
_INTERCHANGE_NOTES = (
    *("000", "010", "011", "012", "013", "005", "006", "007", "008"),
    *("014", "015", "016", "017", "018", "019", "020", "027"),
)
_ISA_NAMES = (
    "ISA",
    "authorization qualifier",
    "authorization",
    "security qualifier",
    "security",
    "sender qualifier",
    "sender",
    "receiver qualifier",
    "receiver",
    "date",
    "time",
    "standards id or repetition separator",
    "version",
    "control number",
    "acknowledgment request",
    "usage",
    "component separator",
)
_LOOKS_LIKE = (
    ("%PDF", "This is a PDF."),
    ("PK\x03\x04", "This is a ZIP archive or an office document."),
    ("UNA", "This is EDIFACT, not X12."),
    ("UNB", "This is EDIFACT, not X12."),
    ("<", "This is XML or HTML."),
    ("{", "This is JSON."),
    ("\x1f\x8b", "This is compressed with gzip."),
    ("MIME-Version", "This is a MIME message: unpack it first."),
    ("Content-Type", "This is a MIME message: unpack it first."),
)


def _ta1(severity: Severity, note: str) -> str | None:
    """How the interchange acknowledgment says it; control number, date and time of the ISA left out."""
    letters = {Severity.ERROR: "R", Severity.WARNING: "E"}
    return f"TA1****{letters[severity]}*{note}" if severity in letters else None


# --- bytes outside of interchanges


def empty() -> Finding:
    return Finding(
        Code.EMPTY_INPUT,
        Severity.ERROR,
        "There is nothing in it, or only blanks.",
        "Ask the sender whether the file was cut off on the way.",
        Location(offset=0, length=0),
    )


def skipped(item: Skipped) -> Finding:
    at = Location(offset=item.offset, length=item.end - item.offset)
    count = item.end - item.offset
    if item.kind == "bom":
        return Finding(
            Code.BYTE_ORDER_MARK,
            Severity.INFO,
            "The file begins with a byte order mark, which does not belong into X12.",
            "Nothing to do; the sender can save the file without it.",
            at,
        )
    if item.kind == "truncated":
        return Finding(
            Code.ISA_TRUNCATED,
            Severity.ERROR,
            f"An interchange header begins here and ends after {count} bytes; it takes 106.",
            "Ask the sender to send the file again: it was cut off.",
            at,
            value=_shown(item.sample),
        )
    if item.offset <= 3 or any(item.sample.startswith(start) for start, _ in _LOOKS_LIKE):
        guess = next((text for start, text in _LOOKS_LIKE if item.sample.startswith(start)), "")
        return Finding(
            Code.NOT_X12,
            Severity.ERROR,
            f"{count} bytes that are not X12: no interchange header (ISA) begins here. {guess}".rstrip(),
            "Look at what was sent; X12 begins with ISA.",
            at,
            value=_shown(item.sample),
        )
    return Finding(
        Code.JUNK_BETWEEN_INTERCHANGES,
        Severity.WARNING,
        f"{count} bytes outside of any interchange were left out.",
        "Look whether something was lost; the interchanges around it were read.",
        at,
        value=_shown(item.sample),
    )


def _shown(sample: str) -> str:
    return "".join(character if character.isprintable() else "." for character in sample)


# --- interchange


def isa(header: Header, offset: int) -> Iterator[Finding]:
    """What is wrong with an ISA that begins at `offset`."""
    elements = header.elements

    def finding(
        number: int, message: str, hint: str, severity: Severity, code: Code, note: str | None = None
    ) -> Finding:
        at = Location(
            segment="ISA", element=number, offset=offset + header.starts[number], length=len(elements[number])
        )
        ack = _ta1(severity, note or _INTERCHANGE_NOTES[number])
        return Finding(code, severity, message, hint, at, value=elements[number], ack=ack)

    if not header.padded:
        yield Finding(
            Code.ISA_BADLY_PADDED,
            Severity.WARNING,
            "The elements of the ISA do not have their fixed lengths; it was read by its separators.",
            "Tell the sender: each element of the ISA has a fixed length, filled up with blanks.",
            Location(segment="ISA", offset=offset, length=header.length),
        )
    if header.wrapped:
        yield Finding(
            Code.LINES_WRAPPED,
            Severity.INFO,
            "The lines are broken at a fixed width; the line ends were taken out.",
            "Nothing to do; the sender can switch the line breaks off.",
            Location(offset=offset, length=header.length),
        )
    for number in header.faults:
        yield Finding(
            Code.ISA_ELEMENT_INVALID,
            Severity.WARNING,
            f"The separator before ISA{number:02} is damaged; the ISA was read by its positions.",
            "Compare the header with an earlier one of this sender.",
            Location(segment="ISA", element=number, offset=offset + header.starts[number] - 1, length=1),
            ack=_ta1(Severity.WARNING, "026"),
        )
    for number, message, hint in _isa_faults(header):
        severity, code, note = Severity.WARNING, Code.ISA_ELEMENT_INVALID, None
        if number == 13:
            severity, code = Severity.ERROR, Code.INTERCHANGE_CONTROL_INVALID
        elif number == 12:
            code = Code.INTERCHANGE_VERSION_UNKNOWN
            note = "003" if _VERSION.fullmatch(elements[12]) else "017"
        elif number == 11 and elements[11]:  # what it names is not the standard of X12
            note = "002"
        yield finding(number, message, hint, severity, code, note)
    yield from _delimiters(header, finding)


def _isa_faults(header: Header) -> Iterator[tuple[int, str, str]]:
    elements = header.elements
    ask = "Compare it with what was agreed with the sender."
    if not _AUTHORIZATIONS.fullmatch(elements[1]):
        yield 1, f"ISA01 is {elements[1]!r}, not a known authorization qualifier.", ask
    elif elements[1] != "00" and not elements[2]:
        yield 2, f"ISA02 is empty, although ISA01 {elements[1]} announces an authorization.", ask
    if elements[3] not in ("00", "01"):
        yield 3, f"ISA03 is {elements[3]!r}, not 00 or 01.", ask
    elif elements[3] == "01" and not elements[4]:
        yield 4, "ISA04 is empty, although ISA03 01 announces a password.", ask
    for number in (5, 7):
        if not _QUALIFIERS.fullmatch(elements[number]):
            yield (
                number,
                f"ISA{number:02} ({_ISA_NAMES[number]}) is {elements[number]!r}, not a known one.",
                ask,
            )
    for number in (6, 8):
        if not elements[number]:
            yield number, f"ISA{number:02} ({_ISA_NAMES[number]}) is empty.", ask
    if not is_date(elements[9]):
        yield 9, f"ISA09 is {elements[9]!r}, not a date (YYMMDD).", ask
    if not _HHMM.fullmatch(elements[10]):
        yield 10, f"ISA10 is {elements[10]!r}, not a time (HHMM).", ask
    if elements[12] < "00402" and elements[11] != "U" and (elements[11].isalnum() or not elements[11]):
        yield 11, f"ISA11 is {elements[11]!r}; before version 00402 it is U.", ask
    if not _VERSIONS.fullmatch(elements[12]):
        yield 12, f"ISA12 is {elements[12]!r}, not a version of the interchange standard.", ask
    if not is_number(elements[13]):
        hint = "Ask for the interchange again: without its number it cannot be acknowledged or recognised."
        yield 13, f"ISA13, the control number, is {elements[13]!r}, not nine digits.", hint
    if elements[14] not in ("0", "1"):
        yield 14, f"ISA14 is {elements[14]!r}, not 0 or 1.", ask
    if elements[15] not in ("P", "T", "I"):
        yield 15, f"ISA15 is {elements[15]!r}, not P (production) or T (test).", ask


def _delimiters(header: Header, finding: _Make) -> Iterator[Finding]:
    element, component, segment, repetition = header.delimiters
    newer = header.elements[12] >= "00402"
    known = _VERSION.fullmatch(header.elements[12])
    compare = "Tell the sender: the characters that take a document apart must differ."
    if header.component_missing:
        yield finding(
            16,
            "ISA16, the component separator, is missing.",
            compare,
            Severity.WARNING,
            Code.ISA_ELEMENT_INVALID,
        )
    elif (
        component in (element, segment, repetition if newer else None)
        or component.isalnum()
        or component == " "
    ):
        message = f"ISA16 makes {component!r} the component separator, which is something else already."
        yield finding(16, message, compare, Severity.WARNING, Code.DELIMITERS_COLLIDE)
    if element == segment:
        message = f"{element!r} separates elements and ends segments: the interchange cannot be taken apart."
        yield finding(16, message, compare, Severity.ERROR, Code.DELIMITERS_COLLIDE, "004")
    if not known:
        return  # whether ISA11 is right cannot be said
    if newer and repetition is None:
        message = f"ISA11 is {header.elements[11]!r}; from version 00402 on it is the repetition separator."
        hint = "Nothing to do unless the sender repeats elements; then agree on a separator."
        yield finding(11, message, hint, Severity.INFO, Code.REPETITION_SEPARATOR_DOUBTFUL)
    elif not newer and repetition is not None:
        message = f"ISA11 is {header.elements[11]!r}; before version 00402 it is U."
        hint = "Nothing to do: elements do not repeat in this version."
        yield finding(11, message, hint, Severity.INFO, Code.REPETITION_SEPARATOR_DOUBTFUL)
    elif newer and repetition in (element, segment):
        message = f"ISA11 makes {repetition!r} the repetition separator, which is something else already."
        yield finding(11, message, compare, Severity.WARNING, Code.DELIMITERS_COLLIDE)


def iea(isa_elements: list[str], trailer: list[str], groups: int, offset: int) -> Iterator[Finding]:
    """IEA01 counts the groups, IEA02 repeats ISA13 (if that is one: what is wrong is said once)."""
    stated = trailer[1].strip() if len(trailer) > 1 else ""
    control = trailer[2].strip() if len(trailer) > 2 else ""
    if is_number(isa_elements[13]) and not same_number(control, isa_elements[13]):
        yield Finding(
            Code.IEA_CONTROL_DIFFERS,
            Severity.ERROR,
            f"The interchange begins with control number {isa_elements[13]!r} and ends with {control!r}.",
            "Ask for the interchange again: its end may belong to another one.",
            element_at("IEA", trailer, 2, offset),
            value=control,
            ack=_ta1(Severity.ERROR, "001"),
        )
    if not is_count(stated, groups):
        yield Finding(
            Code.IEA_COUNT_WRONG,
            Severity.ERROR,
            f"IEA01 says {stated!r} groups, there are {groups}.",
            "Ask for the interchange again: a group may be missing.",
            element_at("IEA", trailer, 1, offset),
            value=stated,
            ack=_ta1(Severity.ERROR, "021"),
        )
    if len(trailer) > 3:
        yield from too_many("IEA", trailer, 2, offset, _ta1(Severity.WARNING, "022"))


def iea_missing(isa_elements: list[str], offset: int, by: str) -> Finding:
    after = "the next interchange begins" if by == "ISA" else "the bytes end"
    return Finding(
        Code.IEA_MISSING,
        Severity.ERROR,
        f"Interchange {isa_elements[13]} has no IEA: {after} before it.",
        "Ask for the interchange again: it was cut off.",
        Location(segment="IEA", offset=offset, length=0),
        ack=_ta1(Severity.ERROR, "023"),
    )


def oddity(odd: Oddity) -> Finding:
    at = Location(offset=odd.offset, length=odd.end - odd.offset)
    if odd.kind == "long":
        return Finding(
            Code.SEGMENT_TOO_LONG,
            Severity.ERROR,
            f"{odd.end - odd.offset} bytes without a segment terminator were left out.",
            "Look at the bytes: a terminator may be missing, or this is not X12 any more.",
            at,
            ack=_ta1(Severity.ERROR, "022"),
        )
    return Finding(
        Code.EMPTY_SEGMENT,
        Severity.INFO,
        f"{odd.count} segment terminators too many, the first here.",
        "Nothing to do.",
        at,
    )


def unterminated(offset: int, end: int) -> Finding:
    return Finding(
        Code.SEGMENT_UNTERMINATED,
        Severity.WARNING,
        "The last segment has no terminator.",
        "Look whether the end of it is missing.",
        Location(offset=offset, length=end - offset),
    )


def stray(offset: int, end: int, *, in_group: bool) -> Finding:
    """Segments between sets, or between groups."""
    if in_group:
        code, where = Code.SEGMENT_OUTSIDE_SET, "between the transaction sets of a group"
        ack = None
    else:
        code, where = Code.SEGMENT_OUTSIDE_GROUP, "outside of any group"
        ack = _ta1(Severity.ERROR, "024")
    return Finding(
        code,
        Severity.ERROR,
        f"{end - offset} bytes of segments {where} belong nowhere.",
        "Look at the segment before: an ST or GS may be missing or misspelt.",
        Location(offset=offset, length=end - offset),
        ack=ack,
    )


def interchange_repeated(control: str, offset: int) -> Finding:
    """`offset` is that of ISA13."""
    return Finding(
        Code.INTERCHANGE_CONTROL_REPEATED,
        Severity.WARNING,
        f"Interchange {control} of this sender stands in the file before.",
        "Look whether the same interchange came twice.",
        Location(segment="ISA", element=13, offset=offset, length=len(control)),
        value=control,
        ack=_ta1(Severity.WARNING, "025"),
    )
