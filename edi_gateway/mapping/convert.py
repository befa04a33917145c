"""Between the text of an element and the value of a field: dates, implied decimals, numbers, each with its inverse.

A converter's `read` raises ValueError on text that is no such value, and says nothing about places; its `write`
raises ValueError for a value that the element cannot hold. Called by the generated readers and writers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from edi_gateway.mapping.files.fields import Kind

_R = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_N = re.compile(r"-?\d+", re.ASCII)
_DATE = re.compile(r"(?:\d\d)?\d{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Converter:
    """`fast` is `read` for text that the checker has already found good: an expression over `v`, for generated code."""

    kind: Kind
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    fast: str


def read_number(text: str) -> Decimal:
    """An explicit number (type R). Exponents, blanks, NaN and 1_000 are refused, which Decimal alone would take."""
    if not _R.fullmatch(text):
        raise ValueError(f"{text!r} is no number")
    return Decimal(text)


def write_number(value: Decimal) -> str:
    """Type R as the number was written: 12.50 stays 12.50, never an exponent."""
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    return text


def read_implied(places: int) -> Callable[[str], Decimal]:
    """Type N2 and its like: 1234 is 12.34 with two places."""

    def read(text: str) -> Decimal:
        if not _N.fullmatch(text):
            raise ValueError(f"{text!r} is no whole number")
        return Decimal(text).scaleb(-places)

    return read


def write_implied(places: int) -> Callable[[Decimal], str]:
    def write(value: Decimal) -> str:
        shifted = value.scaleb(places)
        whole = shifted.to_integral_value()
        if whole != shifted:
            raise ValueError(f"{value} has more than {places} decimals")
        return format(whole, "f")

    return write


def read_integer(text: str) -> int:
    if not _N.fullmatch(text):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def read_date(text: str) -> date:
    """CCYYMMDD, or YYMMDD as versions before 004010 have it: 70 to 99 lie in the last century, the rest in this one.

    Text such as XXX213, or a 30 February, is refused.
    """
    if not _DATE.fullmatch(text):
        raise ValueError(f"{text!r} is no date")
    if len(text) == 6:
        text = ("19" if text[:2] >= "70" else "20") + text
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def write_date(value: date) -> str:
    return value.isoformat().replace("-", "")


def write_short_date(value: date) -> str:
    if not 1970 <= value.year <= 2069:
        raise ValueError(f"{value} does not fit into YYMMDD")
    return write_date(value)[2:]


def _same(value: str) -> str:
    return value


_TEXT = Converter("text", _same, _same, "v")
_NUMBER = Converter("number", read_number, write_number, "Decimal(v)")
_INTEGER = Converter("integer", read_integer, str, "int(v)")
_DAY = Converter("date", read_date, write_date, "(day(v) if len(v) == 8 else read_date(v))")

#: Converters that a row names with `as =`, for partners who write an element otherwise than the standard says.
NAMED: Mapping[str, Converter] = {
    "explicit point": Converter("number", read_number, write_number, "read_number(v)"),
    "YYMMDD": Converter("date", read_date, write_short_date, "read_date(v)"),
}


def fits(kind: Kind, element_type: str) -> bool:
    """Whether an element of a type of the standard can fill a field of a kind without a named converter."""
    match kind:
        case "text":
            return True
        case "number":
            return element_type == "R" or element_type.startswith("N")
        case "integer":
            return element_type == "N0"
        case "date":
            return element_type == "DT"
        case "record":
            return False


@cache
def converter(kind: Kind, element_type: str, named: str | None) -> Converter:
    """The converter between an element type and a kind of field that `fits`."""
    if named is not None:
        return NAMED[named]
    if kind == "number" and element_type.startswith("N") and element_type != "N0":
        places = int(element_type[1:])
        return Converter(
            "number", read_implied(places), write_implied(places), f"Decimal(v).scaleb(-{places})"
        )
    if kind == "number" and element_type == "N0":
        return Converter("number", read_implied(0), write_implied(0), "Decimal(v)")
    return {"text": _TEXT, "number": _NUMBER, "integer": _INTEGER, "date": _DAY}[kind]
