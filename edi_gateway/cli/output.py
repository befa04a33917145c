"""How the command line speaks: exit codes, JSON lines, tables, findings in plain words with the bytes marked."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from edi_gateway.model.finding import Finding, Location, Severity
from edi_gateway.model.showing import cell, harmless, json_text, money, plain, shown

__all__ = [
    "cell",
    "harmless",
    "json_text",
    "money",
    "plain",
    "shown",
]  # for the commands, which speak by this module

OK, FOUND_ERRORS, WRONG_USAGE = 0, 1, 2


class _Screen(Console):
    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(harmless(text), **how)

    def on_broken_pipe(self) -> None:
        _nobody_reads()


screen = _Screen(highlight=False, soft_wrap=True, emoji=False)
complaints = _Screen(stderr=True, highlight=False, soft_wrap=True, emoji=False)

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def fail(message: str, code: int = FOUND_ERRORS) -> NoReturn:
    """Say what is wrong on stderr and end with `code`."""
    complain(message)
    raise SystemExit(code)


def complain(message: str) -> None:
    """Say what is wrong on stderr, and go on."""
    complaints.print(f"[red]error:[/red] {escape(message)}")


def remark(message: str) -> None:
    """Say beside what is printed, on stderr, what helps to understand it."""
    complaints.print(f"[dim]{escape(message)}[/dim]")


def print_json(value: Any) -> None:
    """One JSON object a line."""
    write(json_text(value) + "\n")


def print_csv(columns: Sequence[str], found: Iterable[Any]) -> None:
    """A CSV file with a header: records, of which these fields are told. What was text of somebody's is no formula
    for a spreadsheet that opens it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for each in found:
        writer.writerow([cell(getattr(each, name)) for name in columns])
    write(text.getvalue())


def write(content: str | bytes) -> None:
    """To standard output, as it is; bytes of a document to a terminal without what the terminal would obey."""
    if isinstance(content, bytes) and sys.stdout.isatty():
        content = harmless(content.decode("utf-8", "replace"))
    try:
        if isinstance(content, str):
            sys.stdout.write(content)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except BrokenPipeError:
        _nobody_reads()


def _nobody_reads() -> NoReturn:
    """Whoever read has gone away (`| head`): that is no fault, and nothing more is to be said."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(OK)


def say(markup: str, indent: int = 0, hang: int = 0) -> None:
    """A sentence. On a terminal it is broken between words, its further lines `hang` deeper; else it is one line."""
    text = screen.render_str(markup, emoji=False)
    if not screen.is_terminal:
        screen.print(Text(" " * indent) + text)
        return
    lines = text.wrap(screen, max(30, screen.width - indent - hang))
    for number, line in enumerate(lines):
        line.rstrip()
        screen.print(Text(" " * (indent + hang * (number > 0))) + line)


def sentence(text: str) -> None:
    """A plain sentence: what people typed stands in it, and nothing of it is markup."""
    say(escape(text))


def print_table(
    title: str,
    columns: Sequence[str],
    found: Iterable[Sequence[Any]],
    nothing: str,
    spare: Sequence[str] = (),
) -> None:
    """A table, one row a line, or the sentence `nothing` when there are no rows.

    What a terminal is too narrow for is left out: first columns with nothing in them, then those of `spare` in their
    order, and the last line says which.
    """
    rows = [[shown(cell) for cell in row] for row in found]
    if not rows:
        screen.print(nothing)
        return
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    kept = list(range(len(columns)))
    left_out = []
    empty = [i for i in kept if not any(row[i] for row in rows)]
    for i in (*empty, *map(columns.index, spare)) if screen.is_terminal else ():
        if sum(widths[i] + 2 for i in kept) - 2 <= screen.width:
            break
        if i in kept:
            kept.remove(i)
            if i not in empty:
                left_out.append(columns[i])
    if title:
        screen.print(title, style="bold", markup=False)
    for number, row in enumerate([list(columns), *rows]):
        line = "  ".join(row[i].ljust(widths[i]) for i in kept).rstrip()
        screen.print(line, style="bold" if number == 0 else "", markup=False)
    if left_out:
        screen.print(f"[dim](no room for: {', '.join(left_out)})[/dim]")


Cut = Callable[[int, int], bytes]  # the bytes from one offset up to another


def print_finding(finding: Finding, source: Cut | None = None, indent: str = "  ") -> None:
    """Severity, place, message, the bytes with the bad ones marked, and what to do."""
    colour = COLOURS[finding.severity]
    deep = len(indent) + 8
    say(
        f"[{colour}]{finding.severity.value:7}[/{colour}] {escape(place(finding))}"
        f"[bold]{escape(finding.message)}[/bold]  [dim]{finding.code.value}[/dim]",
        len(indent),
        8,
    )
    if source and isinstance(finding.at, Location):
        for line in marked(source, finding.at, *_room(deep)):
            screen.print(" " * deep + line)
    if finding.hint:
        say(f"→ {escape(finding.hint)}", deep, 2)
    if finding.ack:
        screen.print(" " * deep + f"[dim]acknowledged as {escape(finding.ack)}[/dim]")


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


BEFORE, AFTER, MARKED = 48, 32, 72


def _room(indent: int) -> tuple[int, int]:
    """How many bytes to show before and after the marked ones, so that the line fits the terminal."""
    if not screen.is_terminal:
        return BEFORE, AFTER
    room = max(30, screen.width - indent - 12)
    before = min(BEFORE, room * 3 // 5)
    return before, min(AFTER, room - before)


def marked(cut: Cut, at: Location, before: int = BEFORE, after: int = AFTER) -> list[str]:
    """The bytes around a location on one line, the bad ones reversed, with carets below for a plain terminal."""
    if at.offset is None:
        return []
    end = at.offset + min(at.length or 0, MARKED)
    ahead = _visible(cut(max(0, at.offset - before), at.offset))
    bad = _visible(cut(at.offset, end))
    behind = _visible(cut(end, end + after))
    if not (ahead or bad or behind):  # no bytes, or none any more
        return []
    line = f"[dim]{escape(ahead)}[/dim][reverse]{escape(bad)}[/reverse][dim]{escape(behind)}[/dim]"
    return [line, " " * len(ahead) + "^" * max(1, len(bad))]


def _visible(part: bytes) -> str:
    """Bytes as one printable character each, so that carets stand under what they mean."""
    return "".join(
        char if char.isprintable() else {"\n": "␊", "\r": "␍", "\t": "␉"}.get(char, "·")
        for char in part.decode("latin-1")
    )
