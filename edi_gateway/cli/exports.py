"""Lists told as people and programs want them: a table, JSON lines, CSV, or a workbook.

Takes records of one kind; what was text of somebody's is no formula for a spreadsheet that opens it. Called by the
command modules that list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from edi_gateway.cli.output import fail, harmless, print_csv, print_json, print_table, remark, shown

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="A CSV file.")]
XlsxOption = Annotated[
    Path | None, typer.Option("--xlsx", metavar="FILE", help="Write a workbook for spreadsheets instead.")
]
_DIGITS = 15  # a spreadsheet keeps no more of a number


def tell(
    found: Sequence[Any],
    kind: type,
    nothing: str,
    *,
    json: bool = False,
    csv: bool = False,
    xlsx: Path | None = None,
    spare: Sequence[str] = (),
) -> None:
    """Tell records of one kind. The table has a column a field; `spare` are those that a narrow terminal leaves out."""
    columns = [field.name for field in fields(kind)]
    if xlsx is not None:
        write_xlsx(xlsx, columns, found)
        remark(f"{len(found)} rows in {xlsx}.")
    elif csv:
        print_csv(columns, found)
    elif json:
        for row in found:
            print_json(row)
    else:
        names = [name.replace("_", " ") for name in columns]
        cells = ([getattr(row, name) for name in columns] for row in found)
        print_table("", names, cells, nothing, spare=[name.replace("_", " ") for name in spare])


def write_xlsx(file: Path, columns: Sequence[str], found: Iterable[Any]) -> None:
    """A workbook of one sheet: numbers and dates as such, everything else as text and never as a formula."""
    import xlsxwriter

    try:
        with xlsxwriter.Workbook(
            str(file), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        ) as book:
            bold = book.add_format({"bold": True})
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            for n, name in enumerate(columns):
                sheet.write_string(0, n, name, bold)
            for r, row in enumerate(found, 1):
                for n, name in enumerate(columns):
                    _cell(sheet, r, n, getattr(row, name), day, moment)
            sheet.autofit()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as problem:
        fail(f"{file} cannot be written: {problem}.")


def _fits(value: Decimal) -> bool:
    return value.is_finite() and len(value.as_tuple().digits) <= _DIGITS


def _cell(sheet: Any, r: int, n: int, value: Any, day: Any, moment: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(r, n, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(r, n, value.replace(tzinfo=None), moment)
    elif isinstance(value, date):
        sheet.write_datetime(r, n, value, day)
    elif isinstance(value, int) or (isinstance(value, Decimal) and _fits(value)):
        sheet.write_number(r, n, value)
    else:
        sheet.write_string(r, n, harmless(shown(value))[:32767])
