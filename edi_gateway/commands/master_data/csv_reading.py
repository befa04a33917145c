"""A CSV file to cells, with every bad one told by row and column; nothing stops at the first.

Takes bytes and a Layout; gives rows and problems. Row 1 is the header, as a spreadsheet counts. Called by
commands/master_data/importing.py and stock_imports.py.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from edi_gateway.commands.master_data.csv_cells import BadCell
from edi_gateway.commands.master_data.csv_kinds import SAID, Cells, Column, Layout

_MOST_CELLS = 200
_SHOWN = 80  # characters of a bad value


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad cell. `column` None: the row as a whole; `value` as it stands in the file."""

    row: int
    column: str | None
    value: str | None
    problem: str

    def __str__(self) -> str:
        place = f"row {self.row}" + (f", {self.column}" if self.column else "")
        return f"{place}: {self.problem}" + (f" (it says {self.value!r})" if self.value else "")


@dataclass(slots=True)
class Sheet:
    """Rows that are good, by their number, and everything that is not. `read`: all rows, their bad cells empty."""

    rows: list[tuple[int, Cells]] = field(default_factory=list)
    read: list[tuple[int, Cells]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(content: bytes, layout: Layout) -> Sheet:
    """UTF-8 with or without a byte order mark; separated by comma, semicolon or tab as the header is."""
    sheet = Sheet()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        sheet.problems.append(
            Problem(row, None, None, f"byte {error.start} is not UTF-8: save the file as CSV UTF-8")
        )
        return sheet
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        sheet.problems.append(Problem(row, None, None, "holds a NUL character: this is no CSV file"))
        return sheet
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        sheet.problems.append(Problem(1, None, None, f"this is no CSV file: {error}"))
        return sheet
    if not lines or not any(cell.strip() for cell in lines[0]):
        sheet.problems.append(Problem(1, None, None, f"the file is empty; {_expected(layout)}"))
        return sheet
    columns = _header(lines[0], layout, sheet)
    if sheet.problems:
        return sheet
    for number, line in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in line):
            _line(number, line, columns, layout, sheet)
    return sheet


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _expected(layout: Layout) -> str:
    return f"its first row must name the columns: {', '.join(column.name for column in layout.columns)}"


def _header(line: Sequence[str], layout: Layout, sheet: Sheet) -> list[Column | None]:
    """The column that stands at each place."""
    known = {column.name: column for column in layout.columns}
    found: list[Column | None] = []
    names = [cell.strip().lower().replace(" ", "_") for cell in line]
    while names and not names[-1]:
        names.pop()
    for n, name in enumerate(names):
        column = known.get(name)
        if column is None:
            problem = f"there is no such column; {_expected(layout)}"
            sheet.problems.append(Problem(1, name or f"column {n + 1}", line[n] or None, problem))
        elif column in found:
            sheet.problems.append(Problem(1, name, line[n], "the column stands there twice"))
        found.append(column)
    for column in layout.columns:
        if column.required and column not in found:
            sheet.problems.append(Problem(1, column.name, None, "the column is missing"))
    return found


def _line(
    number: int, line: Sequence[str], columns: Sequence[Column | None], layout: Layout, sheet: Sheet
) -> None:
    before = len(sheet.problems)
    if any(cell.strip() for cell in line[len(columns) :]) or len(line) > _MOST_CELLS:
        sheet.problems.append(
            Problem(
                number, None, None, f"has {len(line)} cells, the header {len(columns)}: a comma too many?"
            )
        )
    cells: Cells = {column.name: column.blank for column in layout.columns}
    cells[SAID] = frozenset(column.name for column in columns if column is not None)
    texts: dict[str, str] = {}
    for n, column in enumerate(columns):
        cell = line[n].strip() if n < len(line) else ""
        if column is None:
            continue
        texts[column.name] = cell
        if not cell:
            if column.required:
                sheet.problems.append(Problem(number, column.name, None, "must not be empty"))
            continue
        try:
            cells[column.name] = column.read(cell)
        except BadCell as problem:
            sheet.problems.append(Problem(number, column.name, cell[:_SHOWN], str(problem)))
    since, until = cells.get("since"), cells.get("until")  # a count has none
    if since is not None and until is not None and until <= since:
        sheet.problems.append(
            Problem(
                number, "until", texts.get("until"), "must be later than since: it is the first day without"
            )
        )
    if len(sheet.problems) == before:
        _refine(number, cells, texts, layout, sheet)
    if len(sheet.problems) == before:
        sheet.rows.append((number, cells))
    sheet.read.append((number, cells))


def _refine(number: int, cells: Cells, texts: dict[str, str], layout: Layout, sheet: Sheet) -> None:
    try:
        layout.refine(cells)
    except BadCell as problem:
        said: tuple[Any, ...] = problem.args
        sheet.problems.append(Problem(number, said[1], (texts.get(said[1]) or "")[:_SHOWN] or None, said[0]))
