"""Tables that run over pages: rows are wrapped, kept whole where a page holds them, and split where none does.

Takes tables as texts, plans the pages before anything is drawn (a page says how many there are), draws one page's part.
Called by packing_list.py and by the supplement of bill_of_lading.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from edi_gateway.papers.drawing.lettering import LEADING, Lettering
from edi_gateway.papers.drawing.sheet import Align, Sheet

_AGAIN: Final = " (continued)"
_SIDE: Final = 4.0  # white at the sides of a cell
_TITLE: Final = 17.0  # height of a table's name
_HEAD: Final = 14.0  # height of its column heads
_GAP: Final = 10.0  # behind a table


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: float
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Row:
    """A cell is its paragraphs. `strong`: the first paragraph of each cell, or a row of totals, in bold."""

    cells: tuple[tuple[str, ...], ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    heads: bool = True
    size: float = 8.0
    pad: float = 4.0  # white above and below a row

    @property
    def width(self) -> float:
        return sum(column.width for column in self.columns)


@dataclass(frozen=True, slots=True)
class _Set:
    """A row in lines, ready to be drawn."""

    cells: tuple[tuple[str, ...], ...]
    strong: bool
    line: float  # height of one
    pad: float

    @property
    def height(self) -> float:
        return max([1, *(len(cell) for cell in self.cells)]) * self.line + 2 * self.pad

    def split(self, height: float) -> tuple[_Set, _Set]:
        lines = max(1, int((height - 2 * self.pad) / self.line))
        return (
            replace(self, cells=tuple(cell[:lines] for cell in self.cells)),
            replace(self, cells=tuple(cell[lines:] for cell in self.cells)),
        )


@dataclass(frozen=True, slots=True)
class Part:
    """What of one table stands on one page."""

    table: Table
    rows: tuple[_Set, ...]
    continued: bool


def plan(tables: Sequence[Table], letters: Lettering, first: float, rest: float) -> list[list[Part]]:
    """The pages: `first` points are free on the first, `rest` on each of the others."""
    pages: list[list[Part]] = [[]]
    left = first
    for table in tables:
        rows = [_set(row, table, letters) for row in table.rows]
        continued = False
        while rows:
            head = _TITLE + (_HEAD if table.heads else 0)
            if left < head + min(rows[0].height, rest - head):
                pages.append([])
                left = rest
            room = left - head
            if rows[0].height > room:  # no page holds it
                rows[:1] = rows[0].split(room)
            here: list[_Set] = []
            while rows and rows[0].height <= room:
                room -= rows[0].height
                here.append(rows.pop(0))
            pages[-1].append(Part(table, tuple(here), continued))
            left = room - _GAP
            continued = True
            if rows:
                left = 0
    return pages


def part_and_rest(
    table: Table, total: Row, more: Row, letters: Lettering, height: float
) -> tuple[Part, Table]:
    """What of a table fits into a height with its total behind it; the rest, for other pages, may have no rows.

    Where there is a rest, a row that says so (`more`) stands before the total.
    """
    rows = [_set(row, table, letters) for row in table.rows]
    last = _set(total, table, letters)
    notice = _set(more, table, letters)
    room = height - _TITLE - _HEAD - last.height
    if sum(row.height for row in rows) <= room:
        return Part(table, (*rows, last), False), replace(table, rows=())
    room -= notice.height
    kept: list[_Set] = []
    while rows[len(kept)].height <= room:
        room -= rows[len(kept)].height
        kept.append(rows[len(kept)])
    return Part(table, (*kept, notice, last), False), replace(
        table, title=table.title + _AGAIN, rows=table.rows[len(kept) :]
    )


def draw(sheet: Sheet, parts: Sequence[Part], x: float, top: float) -> float:
    """One page's parts; gives where they end."""
    for part in parts:
        top = _draw(sheet, part, x, top) + _GAP
    return top


def _set(row: Row, table: Table, letters: Lettering) -> _Set:
    cells = tuple(
        tuple(
            line
            for n, text in enumerate(cell)
            for line in letters.wrap(text, column.width - 2 * _SIDE, table.size, row.strong and n == 0)
        )
        for cell, column in zip(row.cells, table.columns, strict=True)
    )
    return _Set(cells, row.strong, table.size * LEADING, table.pad)


def _draw(sheet: Sheet, part: Part, x: float, top: float) -> float:
    table = part.table
    width, size = table.width, table.size
    name = table.title
    if part.continued and not name.endswith(_AGAIN):
        name += _AGAIN
    sheet.text(x, top + 10, name, 9.5, bold=True)
    top += _TITLE
    if table.heads:
        sheet.box(x, top, width, _HEAD, 0, grey=0.2)
        for column, left in _columns(table, x):
            sheet.text(
                _edge(column, left), top + 9.7, column.title, 7, bold=True, align=column.align, white=True
            )
        top += _HEAD
    start = top
    for row in part.rows:
        for (column, left), cell in zip(_columns(table, x), row.cells, strict=True):
            for n, line in enumerate(cell):
                y = top + row.pad + size * 0.95 + n * row.line
                sheet.text(_edge(column, left), y, line, size, bold=row.strong and n == 0, align=column.align)
        top += row.height
        sheet.line(x, top, x + width, top, 0.3)
    sheet.box(x, start, width, top - start, 0.6)
    return top


def _columns(table: Table, x: float) -> Iterator[tuple[Column, float]]:
    for column in table.columns:
        yield column, x
        x += column.width


def _edge(column: Column, left: float) -> float:
    """Where the text of a column begins, is centred, or ends."""
    if column.align == "right":
        return left + column.width - _SIDE
    return left + (column.width / 2 if column.align == "centre" else _SIDE)
