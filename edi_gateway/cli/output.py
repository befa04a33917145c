"""How the command line speaks: exit codes, JSON lines, tables, findings in plain words with the bytes marked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, NoReturn

from rich.console import Console
from rich.markup import escape

from edi_gateway.model.finding import Finding, Location, Severity

OK, FOUND_ERRORS, WRONG_USAGE = 0, 1, 2

screen = Console(highlight=False, soft_wrap=True)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def fail(message: str, code: int = FOUND_ERRORS) -> NoReturn:
    """Say what is wrong on stderr and end with `code`."""
    complaints.print(f"[red]error:[/red] {escape(message)}")
    raise SystemExit(code)


def plain(value: Any) -> Any:
    """A value as JSON may hold it: decimals and dates are strings, records are objects."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def print_json(value: Any) -> None:
    """One JSON object a line."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False) + "\n")


def print_table(title: str, columns: Sequence[str], found: Iterable[Sequence[Any]], nothing: str) -> None:
    """A table, one row a line however long, or the sentence `nothing` when there are no rows."""
    rows = [[shown(cell) for cell in row] for row in found]
    if not rows:
        screen.print(nothing)
        return
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    if title:
        screen.print(f"[bold]{title}[/bold]")
    for number, row in enumerate([list(columns), *rows]):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        screen.print(line, style="bold" if number == 0 else "", markup=False)


def shown(value: Any) -> str:
    """A value in a table cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, dict):
        return ", ".join(f"{shown(item)} {key}".strip() for key, item in value.items())
    return str(value)


def print_finding(finding: Finding, source: bytes | None = None, indent: str = "  ") -> None:
    """Severity, place, message, the bytes with the bad ones marked, and what to do."""
    colour = COLOURS[finding.severity]
    screen.print(
        f"{indent}[{colour}]{finding.severity.value:7}[/{colour}] {escape(place(finding))}"
        f"[bold]{escape(finding.message)}[/bold]  [dim]{finding.code.value}[/dim]"
    )
    if source is not None and isinstance(finding.at, Location):
        for line in marked(source, finding.at):
            screen.print(f"{indent}        {line}")
    if finding.hint:
        screen.print(f"{indent}        → {escape(finding.hint)}")
    if finding.ack:
        screen.print(f"{indent}        [dim]acknowledged as {escape(finding.ack)}[/dim]")


def place(finding: Finding) -> str:
    """Where, in words: "PO104, segment 9 (loop PO1), byte 412: "."""
    at = finding.at
    if at is None:
        return ""
    if isinstance(at, str):
        return f"{at}: "
    words = []
    if at.segment:
        words.append(f"{at.segment}{at.element:02}" if at.element else at.segment)
        if at.component:
            words[-1] += f"-{at.component}"
    if at.position:
        words.append(f"segment {at.position}" + (f" (loop {at.loop})" if at.loop else ""))
    if at.offset is not None:
        words.append(f"byte {at.offset}")
    return ", ".join(words) + ": " if words else ""


BEFORE, AFTER = 48, 32


def marked(source: bytes, at: Location) -> list[str]:
    """The bytes around a location on one line, the bad ones reversed, with carets below for a plain terminal."""
    if at.offset is None:
        return []
    length = min(at.length or 0, 72)
    start, end = max(0, at.offset - BEFORE), min(len(source), at.offset + length + AFTER)
    before = _visible(source[start : at.offset])
    bad = _visible(source[at.offset : at.offset + length])
    after = _visible(source[at.offset + length : end])
    line = f"[dim]{escape(before)}[/dim][reverse]{escape(bad)}[/reverse][dim]{escape(after)}[/dim]"
    return [line, " " * len(before) + "^" * max(1, len(bad))]


def _visible(part: bytes) -> str:
    """Bytes as one printable character each, so that carets stand under what they mean."""
    return "".join(
        char if char.isprintable() else {"\n": "␊", "\r": "␍", "\t": "␉"}.get(char, "·")
        for char in part.decode("latin-1")
    )
