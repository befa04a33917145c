"""Ship confirms and cartons from a CSV file: every bad cell told, all of it applied or nothing (spec B9).

Takes the bytes of a file; gives a ShipReport. The same key with the same content again is no second shipment. Called
by cli/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.master_data import csv_reading
from edi_gateway.commands.master_data.csv_kinds import Cells
from edi_gateway.commands.master_data.csv_reading import Problem
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.shipping import packing
from edi_gateway.commands.shipping.csv_shipping import LAYOUTS
from edi_gateway.commands.shipping.typed_confirm import Carton, Typed, confirm
from edi_gateway.model.fulfilment import Transport
from edi_gateway.orders.meaning.numbers import EXACT, ZERO
from edi_gateway.store.goods import shipments

_SAME: Final = ("carrier", "pro", "bol", "trailer", "seal", "rest", "shipped_at")  # of one shipment
Rows = Sequence[tuple[int, Cells]]


@dataclass(frozen=True, slots=True)
class Shipped:
    """What came of one key. `again`: it was there before; `number` None: nothing left."""

    key: str
    number: str | None
    again: bool


@dataclass(slots=True)
class ShipReport:
    """With a problem nothing was applied."""

    source: str
    dry_run: bool
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    shipments: list[Shipped] = field(default_factory=list)

    @property
    def applied(self) -> bool:
        return not self.problems and not self.dry_run


def import_ships(
    desk: Desk, partners: Partners, content: bytes, source: str, *, dry_run: bool = False
) -> ShipReport:
    """Apply the ship confirms of a file; `dry_run`: apply them and take it all back, to see what would come of it."""
    desk.require("Confirming a shipment", PERMISSIONS["confirm a shipment"])
    sheet = csv_reading.read(content, LAYOUTS["ship"])
    report = ShipReport(source, dry_run, len(sheet.rows), list(sheet.problems))
    by_key: dict[str, list[tuple[int, Cells]]] = {}
    for number, cells in sheet.rows:
        by_key.setdefault(cells["key"], []).append((number, cells))
    said = {key: (mine[0][0], _typed(key, mine, report.problems)) for key, mine in by_key.items()}
    if report.problems:
        return report
    trial = desk.conn.begin_nested()
    for key, (row, typed) in said.items():
        again = shipments.confirm(desk.conn, typed.key or "") is not None
        try:
            with desk.conn.begin_nested():
                left = confirm(desk, partners, typed)
        except Refused as refusal:
            report.problems.append(Problem(row, None, None, str(refusal)))
            continue
        report.shipments.append(Shipped(key, left.number, again))
    if report.problems or dry_run:
        trial.rollback()
        return report
    trial.commit()
    desk.record(
        "ship confirms imported",
        source,
        rows=report.rows,
        shipments=[each.number for each in report.shipments if not each.again],
    )
    return report


def _typed(key: str, rows: Rows, problems: list[Problem]) -> Typed:
    """What the rows of one key say together."""
    first = rows[0][1]
    lines: dict[tuple[str, int], Decimal] = {}
    measured: dict[tuple[str, int], Decimal] = {}
    whole = {cells["release"] for _, cells in rows if cells["line"] is None}
    for number, cells in rows:
        for name in _SAME:
            if cells[name] != first[name]:
                told = f"differs from the first row of {key}: one shipment has one"
                problems.append(Problem(number, name, None, told))
        if cells["line"] is None:
            continue
        if cells["release"] in whole:
            problems.append(Problem(number, "line", None, "another row says that all of the release left"))
        place = (cells["release"], cells["line"])
        if cells["measured"] is not None:
            measured[place] = EXACT.add(measured.get(place, ZERO), cells["measured"])
        if place in lines and (cells["measured"] is None) != (place not in measured):
            told = f"all rows of line {cells['line']} say it, or none"
            problems.append(Problem(number, "measured", None, told))
        lines[place] = EXACT.add(lines.get(place, ZERO), cells["quantity"])
    cartons = _cartons(rows, problems)
    weight = None if cartons else first["weight"]
    return Typed(
        releases=tuple(dict.fromkeys(cells["release"] for _, cells in rows)),
        lines=lines,
        measured=measured,
        silent="not shipped",
        cartons=cartons,
        transport=Transport(
            carrier=first["carrier"],
            pro=first["pro"],
            bol=first["bol"],
            trailer=first["trailer"],
            seal=first["seal"],
            weight=weight,
            weight_unit=None if weight is None else first["weight_unit"],
        ),
        shipped_at=first["shipped_at"],
        rest=first["rest"],
        key=f"csv|{key}",
    )


def _cartons(rows: Rows, problems: list[Problem]) -> tuple[Carton, ...]:
    """Rows with one name are one carton; what says otherwise is a problem."""
    found: dict[str, list[tuple[int, Cells]]] = {}
    for number, cells in rows:
        if cells["carton"] is not None:
            found.setdefault(cells["carton"], []).append((number, cells))
    if found and any(cells["carton"] is None for _, cells in rows):
        number = next(number for number, cells in rows if cells["carton"] is None)
        problems.append(Problem(number, "carton", None, "other rows name their carton: all must"))
    cartons: list[Carton] = []
    for name, mine in found.items():
        said: dict[str, Any] = {}
        for column in ("sscc", "tracking", "pallet", "weight", "weight_unit", "lot"):
            values = dict.fromkeys(cells[column] for _, cells in mine if cells[column] is not None)
            if len(values) > 1:
                problems.append(Problem(mine[-1][0], column, None, f"differs within carton {name}"))
            said[column] = next(iter(values), None)
        contents = tuple(
            (c["release"], c["line"], c["quantity"]) for _, c in mine if c["quantity"] is not None
        )
        cartons.append(Carton(contents, **said))
    return tuple(cartons)


def pack_from(
    desk: Desk, partners: Partners, number: str, content: bytes, source: str
) -> tuple[list[Problem], int]:
    """Pack a release as a file says; its problems, and how many cartons and pallets there are."""
    sheet = csv_reading.read(content, LAYOUTS["pack"])
    problems = list(sheet.problems)
    for row, cells in sheet.rows:
        if cells["release"] != number:
            problems.append(Problem(row, "release", cells["release"], f"is not {number}"))
        if cells["carton"] is None:
            problems.append(Problem(row, "carton", None, "must not be empty"))
    cartons = _cartons(sheet.rows, problems)
    if problems or not cartons:
        return problems or [Problem(1, None, None, "the file names no carton")], 0
    units = packing.pack(desk, partners, number, cartons)
    desk.record("cartons imported", source, release=number, units=len(units))
    return [], len(units)
