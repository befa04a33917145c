"""Import of stock and supply from CSV: every bad cell told, the difference shown, all booked or nothing (spec B7.1).

Takes the bytes of a file; gives an ImportReport. A row of stock.csv is a count: what differs is moved, and the moves
are kept. Called by cli/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.master_data import csv_reading
from edi_gateway.commands.master_data.csv_kinds import Cells
from edi_gateway.commands.master_data.csv_reading import Problem
from edi_gateway.commands.master_data.importing import IN_THE_AUDIT, ImportReport, in_words
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.stocking.counting import supersede
from edi_gateway.commands.stocking.csv_stock import LAYOUTS
from edi_gateway.commands.stocking.restocking import restock
from edi_gateway.model.fulfilment import StockLevel, Supply
from edi_gateway.store.goods import stock
from edi_gateway.store.goods.stock import BUCKETS, Move
from edi_gateway.store.master import master_data
from edi_gateway.store.master.master_data import ITEMS, SITES, Change

Rows = Sequence[tuple[int, Cells]]
_NOTHING: Final = Decimal(0)


@dataclass(slots=True)
class _Booking:
    """What an import would do, and the items of which there may be more to allocate."""

    report: ImportReport
    do: Callable[[], None]
    grown: set[str]


def import_stock(
    desk: Desk, kind: str, content: bytes, source: str, *, dry_run: bool = False
) -> ImportReport:
    """Import `stock` or `supply`. `source` says where it came from (file name)."""
    desk.require(f"Importing {kind}", PERMISSIONS["import stock"])
    if kind not in LAYOUTS:
        raise Refused(what=f"Importing {kind}", why=f"there are only {', '.join(LAYOUTS)}")
    number = master_data.begin_import(desk.conn)
    report = ImportReport(kind, source, dry_run)
    sheet = csv_reading.read(content, LAYOUTS[kind])
    report.rows = len(sheet.rows)
    report.problems += [*sheet.problems, *_repeated(kind, sheet.rows), *_unknown(desk, sheet.rows)]
    booking = (_count if kind == "stock" else _supply)(desk, sheet.rows, report)
    report.problems.sort(key=lambda problem: problem.row)
    if report.problems:
        report.changes, report.unchanged, report.warnings = [], 0, []
        return report
    if dry_run:
        return report
    booking.do()
    restock(desk, booking.grown)
    report.applied = True
    desk.record(
        "imported",
        f"{kind} {number}",
        source=source,
        imported_by=desk.actor.name,
        sha256=sha256(content).hexdigest(),
        added=report.added,
        changed=report.changed,
        closed=report.closed,
        unchanged=report.unchanged,
        changes=in_words(report.changes[:IN_THE_AUDIT]),
    )
    return report


def _count(desk: Desk, rows: Rows, report: ImportReport) -> _Booking:
    """The moves that bring the ledger to what was counted."""
    skus = {cells["sku"] for _, cells in rows}
    found = stock.levels(desk.conn, skus, lock=True)
    standing = {(level.site, level.sku): level for levels in found.values() for level in levels}
    moves: list[Move] = []
    grown: set[str] = set()
    for number, cells in rows:
        key = (cells["site"], cells["sku"])
        was = standing.get(key)
        before = was or StockLevel(cells["site"], cells["sku"], on_hand=_NOTHING)
        said: dict[str, Any] = {name: cells[name] for name in BUCKETS if cells[name] is not None}
        after = replace(before, **said)
        if not said:
            report.problems.append(Problem(number, None, None, "says of no bucket how much there is"))
            continue
        if after.hold + after.damaged > max(after.on_hand, _NOTHING):
            both = f"{after.hold} on hold and {after.damaged} damaged"
            report.problems.append(
                Problem(number, None, None, f"{both} is more than {after.on_hand} on hand")
            )
            continue
        if after.free < 0:
            told = f"{after.allocated} is allocated to orders, more than may go"
            report.warnings.append(Problem(number, None, None, told))
        changed = [name for name in said if getattr(before, name) != said[name]]
        if was is None and not changed:  # that there is nothing is news too: the item is kept in stock
            changed = list(said)[:1]
        made = [(name, getattr(before, name), said[name]) for name in changed]
        moves += [Move(*key, name, now - old, "import", report.source) for name, old, now in made]
        if was is None or after.free > before.free or after.free - after.safety > before.free - before.safety:
            grown.add(cells["sku"])
        fields = tuple((name, None if was is None else old, now) for name, old, now in made)
        _tell(report, "changed" if was else "added", {"site": key[0], "sku": key[1]}, fields)

    def do() -> None:
        now = desk.clock()
        stock.move_all(desk.conn, desk.ids, now, desk.actor.name, moves)
        said = {
            (cells["site"], cells["sku"], name)
            for _, cells in rows
            for name in BUCKETS
            if name != "safety" and cells[name] is not None  # nobody counts what is promised to nobody
        }
        stock.counted(desk.conn, now, {(site, sku) for site, sku, _ in said})
        supersede(desk, said, before=now)

    return _Booking(report, do, grown)


def _supply(desk: Desk, rows: Rows, report: ImportReport) -> _Booking:
    """The supply as it is from now on."""
    found = stock.supplies(desk.conn, {cells["sku"] for _, cells in rows})
    standing = {(row.reference, row.site, row.sku): row for supplies in found.values() for row in supplies}
    coming: list[Supply] = []
    ended: list[Supply] = []
    moved: set[str] = set()
    for _, cells in rows:
        row = Supply(
            cells["site"],
            cells["sku"],
            cells["quantity"],
            cells["due_on"],
            cells["confirmed"],
            cells["reference"],
        )
        key = {"reference": row.reference, "site": row.site, "sku": row.sku}
        was = standing.get((row.reference, row.site, row.sku))
        if not row.quantity:
            if was is None:
                report.unchanged += 1
            else:
                ended.append(row)
                moved.add(row.sku)
                _tell(report, "closed", key, (("quantity", was.quantity, _NOTHING),))
            continue
        names = ("quantity", "due_on", "confirmed")
        fields = tuple(
            (name, None if was is None else getattr(was, name), getattr(row, name))
            for name in names
            if was is None or getattr(was, name) != getattr(row, name)
        )
        if fields:
            coming.append(row)
            moved.add(row.sku)
        _tell(report, "changed" if was else "added", key, fields)

    def do() -> None:
        now, by = desk.clock(), desk.actor.name
        stock.set_supplies(desk.conn, desk.ids, now, by, coming)
        stock.set_supplies(desk.conn, desk.ids, now, by, ended, "RECEIVED")

    return _Booking(report, do, moved)


def _tell(
    report: ImportReport, kind: str, key: dict[str, Any], fields: tuple[tuple[str, Any, Any], ...]
) -> None:
    if fields:
        report.changes.append(Change(kind, key, fields))
    else:
        report.unchanged += 1


def _repeated(kind: str, rows: Rows) -> Iterator[Problem]:
    seen: dict[tuple[str | None, str, str], int] = {}
    for number, cells in rows:
        first = seen.setdefault((cells.get("reference"), cells["site"], cells["sku"]), number)
        if first != number:
            told = f"says the same row of {kind} again as row {first}; leave one of them out"
            yield Problem(number, None, None, told)


def _unknown(desk: Desk, rows: Rows) -> Iterator[Problem]:
    """Sites and items that are not on file, and fractions of what is counted in whole units."""
    sites = {code for (code,) in _on_file(desk, SITES, {c["site"] for _, c in rows}, ["code"])}
    columns = [
        "sku",
        "measured",
        "base_unit",
    ]  # as it is or will be: the last word is that fractions are allowed
    items = {row[0]: row for row in sorted(_on_file(desk, ITEMS, {c["sku"] for _, c in rows}, columns))}
    for number, cells in rows:
        if cells["site"] not in sites:
            yield Problem(number, "site", cells["site"], "there is no such site: import it first")
        item = items.get(cells["sku"])
        if item is None:
            yield Problem(number, "sku", cells["sku"], "there is no such item: import it first")
            continue
        _, measured, unit = item
        for name in (*BUCKETS, "quantity"):
            value = cells.get(name)
            if value is not None and not measured and value % 1:
                yield Problem(number, name, str(value), f"is counted in whole {unit}")


def _on_file(
    desk: Desk, kind: master_data.Kind, wanted: Iterable[str], columns: list[str]
) -> set[tuple[Any, ...]]:
    return master_data.in_force(desk.conn, kind, wanted, columns)
