"""The canonical document so far, each value with the bytes, the mapping row and the table row that it came from.

Takes a set as it was read again; gives rows in the order of the document. Called by the CLI and the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from edi_gateway.mapping.read import Unmapped
from edi_gateway.model.finding import Finding
from edi_gateway.reports.triage.rereading import Reread

MOST = 2_000  # values that are shown; the rest is counted


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the document. `trace`: the number of its trace, None: computed, or a default; `stood`: what the
    element said; `where`: "PO107 in segment 13"; `row`: selector, file and line of the mapping; `table`: the row of the
    code table that changed it, in words."""

    path: str
    value: str
    trace: int | None
    stood: str | None = None
    where: str | None = None
    row: str | None = None
    table: str | None = None
    offset: int | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Canonical:
    """`values` as far as the document could be made of it; with `complete` False those that were read nevertheless.
    `more`: so many were left out here."""

    complete: bool
    values: tuple[Value, ...]
    more: int
    unmapped: tuple[Unmapped, ...]
    findings: tuple[Finding, ...]


def canonical(read: Reread | None, most: int = MOST) -> Canonical | None:
    """None when no mapping reads it."""
    if read is None or read.reading is None:
        return None
    reading = read.reading
    by_path = {trace.path: number for number, trace in enumerate(read.traces)}
    if reading.document is None:
        pairs = [(trace.path, _said(trace.value)) for trace in read.traces]
    else:
        pairs = list(_flat("", reading.document.model_dump(mode="json")))
    values = tuple(_value(read, path, value, by_path.get(path)) for path, value in pairs[:most])
    unmapped = tuple(replace(one, offset=one.offset + read.shift) for one in reading.unmapped[:most])
    return Canonical(
        reading.document is not None, values, max(0, len(pairs) - most), unmapped, reading.findings[:most]
    )


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """The values beneath a path that say something."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(f"{path}[{number}]", inner)
    elif value is not None and value != "":
        yield path, _said(value)


def _said(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _value(read: Reread, path: str, value: str, number: int | None) -> Value:
    if number is None:
        return Value(path, value, None)
    trace = read.traces[number]
    table = trace.table
    component = f"-{trace.component}" if trace.component else ""
    return Value(
        path, value, number,
        stood=trace.text,
        where=f"{trace.segment}{trace.element:02}{component} in segment {trace.position}",
        row=f"[{trace.row}] {trace.file}:{trace.line}",
        table=None if table is None else f"{table.theirs} -> {table.ours} ({table.at.file}:{table.at.line})",
        offset=trace.offset,
        length=trace.length,
    )  # fmt: skip
