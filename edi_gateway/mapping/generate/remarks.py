"""What generated writers call besides plain Python: sizes, findings about what cannot be said.

A path is a chain (around, list name, index) and becomes text only when there is something to say. Called by the code
that writer.py makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from edi_gateway.mapping.convert import write_number
from edi_gateway.model.finding import Code, Family, Finding, Severity

#: None for the document itself; index is None for a single record.
Path = "tuple[Path, str, int | None] | None"


class Remarks:
    """Findings of one writing."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def _add(self, code: Code, severity: Severity, path: str, value: object, message: str, hint: str) -> None:
        self.findings.append(
            Finding(code, severity, message, hint, path, value=str(value)[:200], family=Family.MAPPING)
        )

    def too_long(self, around: Any, name: str, value: str, maximum: int) -> None:
        path = spelled(around, name)
        self._add(
            Code.ELEMENT_TOO_LONG,
            Severity.ERROR,
            path,
            value,
            f"{path} is too long: {len(value)} characters, the element holds {maximum}.",
            "Shorten it at its source; nothing is cut on the way out.",
        )

    def unwritable(self, around: Any, name: str, value: object, why: str) -> None:
        path = spelled(around, name)
        self._add(
            Code.NUMBER_INVALID,
            Severity.ERROR,
            path,
            value,
            f"{path} cannot be written: {why}.",
            "Correct it at its source.",
        )

    def delimiter(self, around: Any, name: str, value: str) -> None:
        path = spelled(around, name)
        self._add(
            Code.DELIMITER_IN_DATA,
            Severity.ERROR,
            path,
            value,
            f"{path} holds a character that separates components or repetitions.",
            "Give the partner other delimiters, or take the character out.",
        )

    def too_many(self, around: Any, name: str, count: int, places: int) -> None:
        path = spelled(around, name)
        self._add(
            Code.NO_PLACE_TO_WRITE,
            Severity.ERROR,
            path,
            count,
            f"{path} has {count} entries, the segment has places for {places}.",
            "Send fewer, or split the document.",
        )

    def nowhere(self, around: Any, name: str, value: object) -> None:
        path = spelled(around, name)
        self._add(
            Code.NO_PLACE_TO_WRITE,
            Severity.WARNING,
            path,
            value,
            f"{path} is filled, and no row of the mapping writes it in this version.",
            "Add a row for it if the partner is to see it.",
        )

    def no_level(self, around: Any, name: str, level: str) -> None:
        path = spelled(around, name)
        self._add(
            Code.NO_PLACE_TO_WRITE,
            Severity.ERROR,
            path,
            level,
            f"{path} is of level {level}, and the mapping writes no such level.",
            "Put what it holds into another level, or give the partner rows for it.",
        )

    def headless(self, around: Any, names: str, selector: str) -> None:
        path = spelled(around, names)
        self._add(
            Code.NO_PLACE_TO_WRITE,
            Severity.ERROR,
            path,
            "",
            f"{path} needs a {selector} to stand under, and there is nothing to write one from.",
            f"Fill what {selector} holds, or leave this out.",
        )

    def not_in_table(self, around: Any, name: str, value: str, table: str) -> None:
        path = spelled(around, name)
        self._add(
            Code.CODE_NOT_IN_TABLE,
            Severity.WARNING,
            path,
            value,
            f"Table {table} writes no code for {value}; it goes out as it is.",
            f"Add a row with direction both to tables/{table}.csv.",
        )

    def failed(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def spelled(around: Any, name: str) -> str:
    """((None, "lines", 0), "price") -> lines[0].price"""
    while around is not None:
        around, outer, index = around
        name = f"{outer}.{name}" if index is None else f"{outer}[{index}].{name}"
    return name


def fit(value: Decimal, maximum: int, remarks: Remarks, around: Any, name: str) -> str:
    """A number of type R; zeros at its end go only when it would not fit else. Sign and point do not count."""
    text = write_number(value)
    if digits(text) > maximum and "." in text:
        text = text.rstrip("0").rstrip(".")
    if digits(text) > maximum:
        remarks.too_long(around, name, text, maximum)
    return text


def put(
    value: Any, write: Callable[[Any], str], maximum: int, remarks: Remarks, around: Any, name: str
) -> str:
    """Any other number or date."""
    try:
        text = write(value)
    except ValueError as error:
        remarks.unwritable(around, name, value, str(error))
        return ""
    if digits(text) > maximum:
        remarks.too_long(around, name, text, maximum)
    return text


def digits(text: str) -> int:
    return len(text) - text.count("-") - text.count(".")


def joined(components: list[str], separator: str, remarks: Remarks, around: Any, name: str) -> str:
    """A composite; components that are empty at its end are left out."""
    while components and not components[-1]:
        components.pop()
    for text in components:
        if separator in text:
            remarks.delimiter(around, name, text)
    return separator.join(components)


def repeated(
    values: Iterable[Any],
    write: Callable[[Any], str],
    maximum: int,
    separator: str | None,
    remarks: Remarks,
    around: Any,
    name: str,
) -> str:
    """An element that repeats. An interchange without repetition separator has place for one value."""
    texts = []
    for value in values:
        text = write(value)
        if len(text) > maximum:
            remarks.too_long(around, name, text, maximum)
        if separator is not None and separator in text:
            remarks.delimiter(around, name, text)
        texts.append(text)
    if separator is None and len(texts) > 1:
        remarks.too_many(around, name, len(texts), 1)
    return (separator or "").join(texts)


def left_over(
    keyed: Mapping[str, Any], written: Mapping[str, Any], remarks: Remarks, around: Any, name: str
) -> None:
    """Entries of a keyed field whose segment was not written, because the field that it goes with is empty."""
    for key, value in keyed.items():
        if written.get(key) is None:
            remarks.nowhere(around, f"{name}[{key}]", value)


def unwritten(record: Any, names: tuple[str, ...], remarks: Remarks, around: Any, prefix: str = "") -> None:
    for name in names:
        value = getattr(record, name)
        if value is not None and value != () and value != {}:
            remarks.nowhere(around, prefix + name, value)
