"""One cell of a CSV file of master data: its text to a value, or a sentence that says what is wrong with it.

Each reader takes the text (blanks at the ends taken off, never empty) and gives the value or raises BadCell.
Called by commands/master_data/csv_kinds.py, whose columns name them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from edi_gateway.model.gs1 import gtin_problem

Reader = Callable[[str], Any]

_YES: Final = frozenset({"yes", "y", "true", "1", "x"})
_NO: Final = frozenset({"no", "n", "false", "0"})
_NUMBER: Final = re.compile(r"[+-]?(\d{1,15}(\.\d{0,9})?|\.\d{1,9})")
_FACTOR: Final = re.compile(r"(\d{1,12})(?:/(\d{1,12})|\.(\d{1,9}))?")
_UNIT: Final = re.compile(r"([A-Za-z0-9]{2})\s*=\s*([0-9./]+)\s*(?:\(([^()]*)\))?")

_UN: Final = re.compile(r"(?:UN|NA)\d{4}")


class BadCell(ValueError):
    """What is wrong with a cell, as a sentence; a second argument names the column, if it is about another."""

    def __str__(self) -> str:
        return str(self.args[0])


def text(longest: int) -> Reader:
    """Any text of at most `longest` characters."""

    def read(cell: str) -> str:
        if len(cell) > longest:
            raise BadCell(f"is {len(cell)} characters long; {longest} are allowed")
        if not cell.isprintable():
            raise BadCell("holds a character that cannot be printed")
        return cell

    return read


def code(longest: int, shortest: int = 1) -> Reader:
    """A code: letters and digits, written in capitals."""

    def read(cell: str) -> str:
        if not shortest <= len(cell) <= longest or not cell.isascii() or not cell.isalnum():
            length = str(longest) if shortest == longest else f"{shortest} to {longest}"
            raise BadCell(f"must be a code of {length} letters or digits")
        return cell.upper()

    return read


def one_of(*allowed: str) -> Reader:
    def read(cell: str) -> str:
        if cell.lower() not in allowed:
            raise BadCell(f"must be one of: {', '.join(allowed)}")
        return cell.lower()

    return read


def yes_or_no(cell: str) -> bool:
    if cell.lower() in _YES:
        return True
    if cell.lower() in _NO:
        return False
    raise BadCell("must be yes or no")


def day(cell: str) -> date:
    try:
        if len(cell) != 10:
            raise ValueError
        found = date.fromisoformat(cell)
    except ValueError:
        raise BadCell("must be a day written as 2026-01-31") from None
    if not 1900 <= found.year <= 2999:
        raise BadCell("must lie between 1900 and 2999")
    return found


def decimal(*, least: Decimal = Decimal(0), above: bool = False, most: Decimal | None = None) -> Reader:
    """An exact number with a decimal point, no thousands separators; at least (or above) `least`."""

    def read(cell: str) -> Decimal:
        if not _NUMBER.fullmatch(cell):
            raise BadCell("must be a number such as 12 or 3.50, without thousands separators")
        try:
            found = Decimal(cell)
        except InvalidOperation:  # the pattern lets nothing through that Decimal refuses
            raise BadCell("must be a number such as 12 or 3.50") from None
        if found < least or (above and found == least):
            raise BadCell(f"must be {'more than' if above else 'at least'} {least}")
        if most is not None and found > most:
            raise BadCell(f"must be at most {most}")
        return found

    return read


def whole(least: int = 0, most: int = 999_999_999) -> Reader:
    def read(cell: str) -> int:
        if not cell.isascii() or not cell.isdigit() or not least <= int(cell) <= most:
            raise BadCell(f"must be a whole number from {least} to {most}")
        return int(cell)

    return read


def factor(cell: str) -> Fraction:
    """How many base units: 12, 0.5 or exactly 1/12."""
    match = _FACTOR.fullmatch(cell)
    if match is None:
        raise BadCell(f"{cell!r} is no factor: write 12, 0.5 or 1/12")
    if match[2] is not None and int(match[2]) == 0:
        raise BadCell(f"{cell!r} divides by zero")
    found = Fraction(cell)
    if found == 0:
        raise BadCell("a factor of zero says nothing")
    if found.numerator >= 1 << 62 or found.denominator >= 1 << 62:
        raise BadCell(f"{cell!r} is larger than can be kept")
    return found


_UNIT_DETAILS: Final[dict[str, Reader]] = {
    "min": decimal(above=True),
    "multiple": decimal(above=True),
    "inner": whole(1),
    "orderable": yes_or_no,
    "weight": decimal(above=True),
    "weight_unit": code(2, 2),
}


def units(cell: str) -> dict[str, dict[str, Any]]:
    """`CA=12;PL=576` or `CA=12(min=2,multiple=2,inner=6,orderable=no)`: unit -> factor and details."""
    found: dict[str, dict[str, Any]] = {}
    for part in filter(None, (piece.strip() for piece in cell.split(";"))):
        match = _UNIT.fullmatch(part)
        if match is None:
            raise BadCell(f"{part!r} is no unit with its factor: write CA=12 or CA=12(min=2,multiple=2)")
        unit = match[1].upper()
        if unit in found:
            raise BadCell(f"the unit {unit} stands there twice")
        details: dict[str, Any] = {"factor": factor(match[2])}
        for detail in filter(None, (piece.strip() for piece in (match[3] or "").split(","))):
            name, _, value = (piece.strip() for piece in detail.partition("="))
            reader = _UNIT_DETAILS.get(name)
            if reader is None:
                raise BadCell(f"{detail!r}: of a unit we know {', '.join(_UNIT_DETAILS)}")
            try:
                details[name] = reader(value)
            except BadCell as problem:
                raise BadCell(f"{name} of {unit} {problem}") from None
        if ("weight" in details) != ("weight_unit" in details):
            raise BadCell(f"{unit} needs weight and weight_unit together: CA=12(weight=8.5,weight_unit=LB)")
        found[unit] = details
    return found


def hazmat(cell: str) -> str:
    """`UN1263; Paint; 3; II; 800-555-0100`: what papers must say of dangerous goods, in this order."""
    parts = [part.strip() for part in cell.split(";")]
    if len(parts) != 5 or not all(parts) or not _UN.fullmatch(parts[0]):
        raise BadCell("must be UN number; proper name; class; packing group; 24-hour telephone")
    written: str = text(200)("; ".join(parts))
    return written


def gln(cell: str) -> str:
    """A global location number: 13 digits with their check digit."""
    if len(cell) != 13 or gtin_problem(cell) is not None:
        raise BadCell("must be a GLN of 13 digits with its right check digit")
    return cell


def gtin_14(cell: str) -> str:
    """A GTIN-8, -12, -13 or -14 with its right check digit, zero-filled to 14 digits."""
    digits = cell.replace("-", "").replace(" ", "")
    problem = gtin_problem(digits)
    if problem is not None:
        raise BadCell(problem)
    return digits.zfill(14)
