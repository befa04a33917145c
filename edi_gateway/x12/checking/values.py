"""Is a value one that its element allows? The exact answer, element by element (spec C0, types).

Takes an ElementDef and a value, gives Faults; called by x12.segments. The fast pass only remembers the
values that came through here without a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.dictionary import ElementDef

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_HIGH = re.compile(r"[\x80-\x9f]")
_WHOLE = re.compile(r"-?(\d+)", re.ASCII)
_REAL = re.compile(r"-?(\d+\.?\d*|\.\d+)", re.ASCII)
_IN_WORDS = 99  # characters of a value in a message, as many as AK404 may repeat
_TIME = re.compile(r"([01]\d|2[0-3])[0-5]\d([0-5]\d\d{0,2})?", re.ASCII)


class Fault(NamedTuple):
    """What is wrong with a value. `ack` is the AK403 code, None when the 997 does not mention it; `read_as`
    is what it means nevertheless (blanks taken off, upper case), None when it stays as it is."""

    code: Code
    severity: Severity
    ack: str | None
    message: str
    hint: str = ""
    read_as: str | None = None


def faults(element: ElementDef, value: str) -> Iterator[Fault]:
    """What is wrong with a value that is not empty.

    At most one ERROR: a value that is too long is not also an unknown code.
    """
    shown = readable(value)
    bare = value.rstrip(" ")
    if _CONTROL.search(shown):
        yield Fault(
            Code.CHARACTER_INVALID,
            Severity.ERROR,
            "6",
            "holds a control character",
            "Take the character out; a line break in a text is a segment of its own.",
        )
        return
    if _CONTROL_HIGH.search(shown):
        yield Fault(
            Code.CHARACTER_INVALID,
            Severity.WARNING,
            "6",
            "holds a character that is in no X12 character set (Windows quotation marks and dashes are such)",
            "Read it as it was meant; the sender should send plain characters.",
        )
    if bare != value and len(bare) >= element.min:
        yield Fault(
            Code.TRAILING_BLANKS,
            Severity.WARNING,
            "5" if len(shown) > element.max and len(readable(bare)) <= element.max else None,
            "ends with blanks",
            "Nothing to do; they were taken off.",
            bare,
        )
        value, shown = bare, readable(bare)
    yield from _BY_TYPE.get(element.type[0], _text)(element, value, shown)


def readable(value: str) -> str:
    """A value as people read it: its Latin-1 characters are bytes of UTF-8 if they can be."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def in_short(value: str) -> str:
    """As readable, with the end left out where nobody would read so far."""
    text = readable(value)
    return text if len(text) <= _IN_WORDS else f"{text[: _IN_WORDS - 1]}…"


def _length(element: ElementDef, length: int, what: str = "characters") -> Iterator[Fault]:
    if length < element.min:
        yield Fault(
            Code.ELEMENT_TOO_SHORT,
            Severity.ERROR,
            "4",
            f"is too short: {length} {what}, at least {element.min}",
        )
    elif length > element.max:
        yield Fault(
            Code.ELEMENT_TOO_LONG,
            Severity.ERROR,
            "5",
            f"is too long: {length} {what}, at most {element.max}",
        )


def _text(element: ElementDef, value: str, shown: str) -> Iterator[Fault]:
    yield from _length(element, len(shown))


def _coded(element: ElementDef, value: str, shown: str) -> Iterator[Fault]:
    wrong = list(_length(element, len(shown)))
    yield from wrong
    codes = element.codes
    if wrong or codes is None or value in codes:
        return
    if value.upper() in codes:
        yield Fault(
            Code.LOWER_CASE,
            Severity.WARNING,
            "7" if element.complete else None,
            f"is in lower case, read as {value.upper()}",
            "Nothing to do; codes are upper case.",
            value.upper(),
        )
    elif element.complete:
        yield Fault(
            Code.CODE_INVALID,
            Severity.ERROR,
            "7",
            "is not a code of this element",
            "Ask the sender which code was meant.",
        )
    else:
        yield Fault(
            Code.CODE_UNLISTED,
            Severity.WARNING,
            None,
            "is a code that is not on our list",
            "Look what the sender means by it; it is kept as it came.",
        )


def _whole(element: ElementDef, value: str, shown: str) -> Iterator[Fault]:
    found = _WHOLE.fullmatch(value)
    if found:
        yield from _length(element, len(found[1]), "digits")
    else:
        yield Fault(
            Code.NUMBER_INVALID,
            Severity.ERROR,
            "6",
            "is not a whole number (digits, a minus sign in front)",
        )


def _real(element: ElementDef, value: str, shown: str) -> Iterator[Fault]:
    found = _REAL.fullmatch(value)
    if found:
        yield from _length(element, len(found[1]) - ("." in found[1]), "digits")
    else:
        yield Fault(
            Code.NUMBER_INVALID,
            Severity.ERROR,
            "6",
            "is not a number (digits, a point, a minus sign in front)",
        )


def _date(element: ElementDef, value: str, shown: str) -> Iterator[Fault]:
    six = element.min <= 6  # YYMMDD, as before 004010
    if not (_is_date(value, 8) and element.max >= 8) and not (six and _is_date(value, 6)):
        yield Fault(
            Code.DATE_INVALID,
            Severity.ERROR,
            "8",
            f"is not a date ({_forms(element, ('YYMMDD', 'CCYYMMDD'))})",
            "Ask the sender for the date that was meant.",
        )


def _forms(element: ElementDef, forms: Sequence[str]) -> str:
    """Those that the lengths of an element have room for."""
    return ", ".join(form for form in forms if element.min <= len(form) <= element.max)


def _is_date(value: str, length: int) -> bool:
    if len(value) != length or not (value.isascii() and value.isdigit()):
        return False
    year = int(value[:4]) if length == 8 else 2000 + int(value[:2])
    try:
        date(year, int(value[-4:-2]), int(value[-2:]))
    except ValueError:
        return False
    return True


def _time(element: ElementDef, value: str, shown: str) -> Iterator[Fault]:
    if not _TIME.fullmatch(value) or not element.min <= len(value) <= element.max:
        yield Fault(
            Code.TIME_INVALID,
            Severity.ERROR,
            "9",
            f"is not a time ({_forms(element, ('HHMM', 'HHMMSS', 'HHMMSSD', 'HHMMSSDD'))})",
            "Ask the sender for the time that was meant.",
        )


def _binary(element: ElementDef, value: str, shown: str) -> Iterator[Fault]:
    yield from _length(element, len(value), "bytes")


#: By the first letter of the type: AN, ID, N0..N9, R, DT, TM, B.
_BY_TYPE = {"A": _text, "I": _coded, "N": _whole, "R": _real, "D": _date, "T": _time, "B": _binary}
