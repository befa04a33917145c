"""The CSV file of ship confirms, and of cartons that are packed: its columns.

docs/reference/csv.md is made from it. Read by commands/shipping/ship_imports.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from edi_gateway.commands.master_data import csv_cells
from edi_gateway.commands.master_data.csv_cells import BadCell
from edi_gateway.commands.master_data.csv_kinds import Cells, Column, Layout
from edi_gateway.model.gs1 import bol_problem, sscc_problem


def _moment(cell: str) -> datetime:
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        raise BadCell("must be a time written as 2026-01-31T17:30+00:00") from None
    return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _sscc(cell: str) -> str:
    problem = sscc_problem(cell)
    if problem is not None:
        raise BadCell(problem)
    return cell[-18:]


def _bol(cell: str) -> str:
    if cell.isdecimal() and len(cell) == 17 and (problem := bol_problem(cell)) is not None:
        raise BadCell(problem)
    written: str = csv_cells.text(30)(cell)
    return written


def _scac(cell: str) -> str:
    if not 2 <= len(cell) <= 4 or not cell.isascii() or not cell.isalpha():
        raise BadCell("must be a SCAC of 2 to 4 letters")
    return cell.upper()


def _refine(cells: Cells) -> None:
    if (cells["quantity"] is None) != (cells["line"] is None):
        raise BadCell("line and quantity stand together", "quantity")
    if cells.get("measured") is not None and cells["line"] is None:
        raise BadCell("what a line weighed needs the line", "measured")
    if cells["carton"] is None and (cells["sscc"] or cells["tracking"] or cells["pallet"]):
        raise BadCell("a number of a carton needs a name for the carton", "carton")
    if cells["carton"] is not None and cells["quantity"] is None:
        raise BadCell("what lies in a carton needs line and quantity", "quantity")
    if (cells["weight"] is None) != (cells["weight_unit"] is None):
        raise BadCell("weight and weight_unit stand together", "weight_unit")


_CARTON: Final = (
    Column(
        "line",
        csv_cells.whole(1, 999_999),
        "line of our order; empty: all of the release left as it was released",
    ),
    Column("quantity", csv_cells.decimal(), "that left of it, in the buyer's unit"),
    Column("carton", csv_cells.text(40), "any name; rows with the same one lie in one carton"),
    Column("pallet", csv_cells.text(40), "any name; cartons with the same one stand on one pallet"),
    Column("sscc", _sscc, "number of the carton; empty: one is made where the buyer wants them"),
    Column("tracking", csv_cells.text(40), "the parcel carrier's number of the carton"),
    Column("weight", csv_cells.decimal(above=True), "of the carton; without cartons of all"),
    Column("weight_unit", csv_cells.code(2, 2), "LB or KG"),
    Column("lot", csv_cells.text(40), "lot of the goods"),
)
_MEASURED: Final = Column(
    "measured",
    csv_cells.decimal(above=True),
    "of goods that are weighed: what it really was, in the item's base unit",
)
_RELEASE: Final = Column(
    "release", csv_cells.text(22), "number of the release, as `releases list` shows it", required=True
)

LAYOUTS: Final[dict[str, Layout]] = {
    "ship": Layout(
        "ship",
        (
            Column(
                "key", csv_cells.text(60), "yours; rows with the same one are one shipment", required=True
            ),
            _RELEASE,
            *_CARTON,
            _MEASURED,
            Column("carrier", _scac, "SCAC"),
            Column("pro", csv_cells.text(30), "the carrier's freight bill number"),
            Column("bol", _bol, "number of the bill of lading; empty: one is made"),
            Column("trailer", csv_cells.text(15), "trailer"),
            Column("seal", csv_cells.text(15), "seal of the trailer"),
            Column(
                "rest", csv_cells.one_of("backorder", "cancel", "later"), "what becomes of what did not leave"
            ),
            Column("shipped_at", _moment, "when it left; without zone UTC; empty: now"),
        ),
        (),
        lambda cells: iter(()),
        _refine,
    ),
    "pack": Layout("pack", (_RELEASE, *_CARTON), (), lambda cells: iter(()), _refine),
}
