"""Code tables that rows name with `table =`: partner's code to ours when reading, ours to theirs when writing.

A table is a CSV file under mappings/tables/ with the columns theirs, ours, direction, meaning. Several of their
codes may be read as one of ours; exactly one of them, whose direction is `both`, is written. Called by catalog.py.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from edi_gateway.mapping.files.problems import Origin, Problems

COLUMNS = ("theirs", "ours", "direction", "meaning")
DIRECTIONS = ("both", "read")


@dataclass(frozen=True, slots=True)
class TableRow:
    theirs: str
    ours: str
    direction: str
    meaning: str
    at: Origin


@dataclass(frozen=True, slots=True)
class Table:
    """A code table. `read` maps their code to ours, `write` ours to theirs."""

    name: str
    rows: tuple[TableRow, ...]
    read: Mapping[str, str]
    write: Mapping[str, str]

    def row(self, theirs: str) -> TableRow | None:
        """The row that reads a code, None if there is none."""
        return next((row for row in self.rows if row.theirs == theirs), None)


def read_table(name: str, file: str, text: str, problems: Problems) -> Table:
    """A table from the text of its CSV file. Mistakes go to `problems`; what is right is returned all the same."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    heading = next(lines, [])
    if tuple(heading) != COLUMNS:
        problems.add(Origin(file, 1), f"the first line must be: {','.join(COLUMNS)}")
        return Table(name, (), {}, {})
    rows: list[TableRow] = []
    read: dict[str, str] = {}
    write: dict[str, str] = {}
    for cells in lines:
        at = Origin(file, lines.line_num)
        if not cells or cells[0].startswith("#"):
            continue
        if len(cells) != len(COLUMNS):
            problems.add(at, f"{len(cells)} cells instead of {len(COLUMNS)}")
            continue
        theirs, ours, direction, meaning = (cell.strip() for cell in cells)
        row = TableRow(theirs, ours, direction, meaning, at)
        if not row.theirs or not row.ours:
            problems.add(at, "both codes must be given: theirs and ours")
        elif row.direction not in DIRECTIONS:
            problems.add(at, f"direction is {row.direction!r}; it must be both or read")
        elif row.theirs in read:
            problems.add(at, f"{row.theirs} stands twice in column theirs")
        elif row.direction == "both" and row.ours in write:
            problems.add(
                at,
                f"{row.ours} would be written as {write[row.ours]} and as {row.theirs}; make one of them read",
            )
        else:
            rows.append(row)
            read[row.theirs] = row.ours
            if row.direction == "both":
                write[row.ours] = row.theirs
    return Table(name, tuple(rows), read, write)


def with_row(text: str, theirs: str, ours: str, meaning: str) -> str:
    """The text of a table with one more code of theirs, or with another meaning of one; all other lines as they stand.

    It is read only where another code of theirs is written for ours already.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    table = read_table("", "", text, Problems())
    direction = "both" if table.write.get(ours, theirs) == theirs else "read"
    made = io.StringIO()
    csv.writer(made, lineterminator="").writerow((theirs, ours, direction, meaning))
    lines = text.removesuffix(end).split(end)
    standing = table.row(theirs)
    if standing is None:
        lines.append(made.getvalue())
    else:
        lines[standing.at.line - 1] = made.getvalue()
    return end.join([*lines, ""])
