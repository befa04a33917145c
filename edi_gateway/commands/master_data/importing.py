"""Import of master data from CSV: every bad cell told, the difference shown, all applied or nothing (spec B1).

Takes the bytes of a file; gives an ImportReport. What stood before stays, superseded by a later version. What needs
a second person is kept until commands/master_data/imports.py is asked. Called by cli/.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.master_data import csv_reading
from edi_gateway.commands.master_data.csv_kinds import LAYOUTS, SAID, Cells, Layout
from edi_gateway.commands.master_data.csv_reading import Problem
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store import snapshots, work
from edi_gateway.store.master import imports, master_data
from edi_gateway.store.master.master_data import (
    CUSTOMERS,
    ITEMS,
    SHIP_TOS,
    UNITS,
    XREFS,
    Change,
    Kind,
    Plan,
    Wanted,
)

Rows = Sequence[tuple[int, Cells]]
# the world's last day to end: what changes "today" holds from now on for a partner in any zone
_LAST_ZONE: Final = timedelta(hours=12)
TAXES: Final = frozenset({"tax-rates", "tax-certificates"})
RETAX: Final = "retax"  # work: invoices that wait for a rate or a certificate are looked at again
IN_THE_AUDIT: Final = 200  # changes told one by one there; the rows themselves say the rest
# a change of one of these is one of price, terms or credit (spec B1)
_SENSITIVE: Final = {
    "customers": frozenset(
        {
            "price_group",
            "terms_type",
            "discount_percent",
            "discount_days",
            "net_days",
            "freight_payment",
            "stopped",
        }
    )
}


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do. With a problem nothing was applied. Counts are of keys, units among them.

    `waits`: the id under which it waits for a second person (store/master/imports.py)."""

    kind: str
    source: str
    dry_run: bool
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    applied: bool = False
    waits: int | None = None

    @property
    def added(self) -> int:
        return self._count("added")

    @property
    def changed(self) -> int:
        return self._count("changed")

    @property
    def closed(self) -> int:
        return self._count("closed")

    def _count(self, kind: str) -> int:
        return sum(change.kind == kind for change in self.changes)


def import_csv(desk: Desk, kind: str, content: bytes, source: str, *, dry_run: bool = False) -> ImportReport:
    """Import one of csv_kinds.LAYOUTS. `source` says where it came from (file name).

    Where another person must approve it (spec B1), nothing is applied: it waits. The orders that may go on now are
    for commands/ordering/rejudge.py, `waiting_for(kind)`.
    """
    desk.require(f"Importing {kind}", PERMISSIONS["import master data"])
    if kind not in LAYOUTS:
        raise Refused(what=f"Importing {kind}", why=f"there are only {', '.join(LAYOUTS)}")
    number = master_data.begin_import(desk.conn)
    report, plans = compare(desk, kind, content, source, today(desk))
    report.dry_run = dry_run
    if report.problems or dry_run:
        return report
    if _needs_second_person(desk, report):
        report.waits = _keep(desk, report, content)
    else:
        apply(desk, report, plans, number, content, by=desk.actor.name)
    return report


def today(desk: Desk) -> date:
    """From when on a row holds that does not say."""
    return (desk.clock() - _LAST_ZONE).date()


def compare(desk: Desk, kind: str, content: bytes, source: str, day: date) -> tuple[ImportReport, list[Plan]]:
    """What the file says beside what stands, if `day` is today; no plans when it holds problems."""
    layout = LAYOUTS[kind]
    report = ImportReport(kind, source, dry_run=False)
    sheet = csv_reading.read(content, layout)
    report.rows = len(sheet.rows)
    report.problems += sheet.problems
    report.problems += _repeated(layout, sheet.rows)
    report.problems += _Known(desk, sheet.read).check(kind)
    report.problems.sort(key=lambda problem: problem.row)
    report.warnings += _unknown_partners(desk, sheet.read)
    if report.problems:
        return report, []
    plans = [_plan(desk, each, layout, sheet.rows, day) for each in layout.kinds]
    for plan in plans:
        report.changes += plan.changes
        report.unchanged += plan.unchanged
    return report, plans


def apply(
    desk: Desk, report: ImportReport, plans: Sequence[Plan], number: int, content: bytes, *, by: str
) -> None:
    """Carry the plans out under the name of who imported the file."""
    for plan in plans:
        master_data.carry_out(desk.conn, desk.ids, plan, by=by, at=desk.clock(), source=report.source)
    report.applied = True
    if report.kind in TAXES:
        work.add(desk.conn, desk.ids, desk.clock, RETAX, {str(number): {"import": number}})
    desk.record(
        "imported",
        f"{report.kind} {number}",
        source=report.source,
        imported_by=by,
        sha256=sha256(content).hexdigest(),
        added=report.added,
        changed=report.changed,
        closed=report.closed,
        unchanged=report.unchanged,
        changes=in_words(report.changes[:IN_THE_AUDIT]),
    )


def _needs_second_person(desk: Desk, report: ImportReport) -> bool:
    """Whether one person alone may not bring about these changes. The gateway itself is nobody's second person."""
    if desk.is_machine or report.kind not in desk.controls.second_person:
        return False
    sensitive = _SENSITIVE.get(report.kind)
    return any(
        sensitive is None or (name in sensitive and not (was is None and now is False))
        for change in report.changes
        for name, was, now in change.fields
    )


def _keep(desk: Desk, report: ImportReport, content: bytes) -> int:
    """Put the file aside until somebody decides; the same bytes wait once."""
    digest = sha256(content).hexdigest()
    alike = imports.waiting_alike(desk.conn, report.kind, digest)
    if alike is not None:
        return alike
    waiting = imports.Waiting(
        desk.ids.next(), report.kind, report.source, digest, content, as_shown(report.changes), today(desk),
        desk.actor.name, desk.clock(),
    )  # fmt: skip
    imports.put(desk.conn, waiting)
    desk.record(
        "import waits for approval",
        f"import {waiting.id}",
        kind=report.kind,
        source=report.source,
        sha256=digest,
        added=report.added,
        changed=report.changed,
        closed=report.closed,
        changes=in_words(report.changes[:IN_THE_AUDIT]),
    )
    return waiting.id


def as_shown(changes: Iterable[Change]) -> str:
    """The difference as it is kept beside an import that waits."""
    return json.dumps(in_words(changes), ensure_ascii=False)


def _plan(desk: Desk, kind: Kind, layout: Layout, rows: Rows, today: date) -> Plan:
    wanted = [row for _, cells in rows for of, row in layout.rows(cells) if of is kind]
    if kind is UNITS:
        wanted += _dropped_units(desk, rows, today)
    return master_data.plan(desk.conn, kind, wanted, today)


def _dropped_units(desk: Desk, rows: Rows, today: date) -> Iterator[Wanted]:
    """A line names all units of its item: those on file that it leaves out end. A file without units ends none."""
    named = {c["sku"]: (set(c["units"] or ()), c["since"]) for _, c in rows if "units" in c[SAID]}
    for sku, unit in sorted(master_data.standing_keys(desk.conn, UNITS, named, today)):
        units, since = named[sku]
        if unit not in units:
            yield Wanted((sku, unit), None, since)


def in_words(changes: Iterable[Change]) -> list[dict[str, object]]:
    """Changes as JSON tells them: {"what", "key", "fields": [[name, was, now]]}, every value a string."""
    return [
        {
            "what": change.kind,
            "key": {name: str(value) for name, value in change.key.items() if value is not None},
            "fields": [[name, _said(was), _said(now)] for name, was, now in change.fields],
        }
        for change in changes
    ]


def _said(value: Any) -> str | None:
    return None if value is None else str(value)


def _repeated(layout: Layout, rows: Rows) -> Iterator[Problem]:
    """The same key with the same beginning twice: which of the two is meant?"""
    seen: dict[tuple[object, ...], int] = {}
    for number, cells in rows:
        for kind, row in layout.rows(cells):
            first = seen.setdefault((kind.name, row.key, row.since), number)
            if first != number:
                yield Problem(
                    number, None, None, f"says the same row again as row {first}; leave one of them out"
                )
                break


def _unknown_partners(desk: Desk, rows: Rows) -> Iterator[Problem]:
    """A partner that is not published may be a slip of the pen, or be published later."""
    published = snapshots.hashes(desk.conn)
    told: set[str] = set()
    for number, cells in rows:
        for column in ("partner", "warehouse"):
            partner = cells.get(column)
            if partner is not None and partner not in published and partner not in told:
                told.add(partner)
                yield Problem(number, column, partner, "no partner of this key is published")


class _Known:
    """Whether what a row refers to is there, in the store or in the same file. Of every row, also one that has a bad
    cell: that cell is None here, and told already."""

    def __init__(self, desk: Desk, rows: Rows) -> None:
        self._conn = desk.conn
        self._rows = rows

    def check(self, kind: str) -> Iterator[Problem]:
        if kind == "items":
            yield from self._items("successor", {c["sku"] for _, c in self._rows})
        elif kind == "xrefs":
            yield from self._items("sku", set())
            yield from self._units()
            yield from self._one_item()
        elif kind == "prices":
            yield from self._items("sku", set())
            yield from self._units()
            yield from self._customers()
        elif kind == "tax-certificates":
            yield from self._customers()
        elif kind == "ship-tos":
            yield from self._customers()
            yield from self._dcs()

    def _items(self, column: str, in_file: set[str]) -> Iterator[Problem]:
        wanted = {c[column] for _, c in self._rows if c[column] is not None} - in_file
        there = {sku for (sku,) in master_data.in_force(self._conn, ITEMS, wanted, ["sku"])}
        for number, cells in self._rows:
            if cells[column] in wanted - there:
                yield Problem(number, column, cells[column], "there is no such item: import it first")

    def _units(self) -> Iterator[Problem]:
        skus = {c["sku"] for _, c in self._rows if c["sku"] is not None}
        there = master_data.in_force(self._conn, UNITS, skus, ["sku", "unit"])
        there |= master_data.in_force(self._conn, ITEMS, skus, ["sku", "base_unit"])
        items = {sku for sku, _ in there}
        for number, cells in self._rows:
            if (
                cells["unit"] is not None
                and cells["sku"] in items
                and (cells["sku"], cells["unit"]) not in there
            ):
                problem = f"{cells['sku']} has no such unit: name it in the units of the item first"
                yield Problem(number, "unit", cells["unit"], problem)

    def _one_item(self) -> Iterator[Problem]:
        """One number of a partner's cannot mean two items at different units."""
        columns = ["partner", "qualifier", "value", "unit", "sku"]
        rows = [(n, c) for n, c in self._rows if None not in (c["qualifier"], c["value"], c["sku"])]
        stands = master_data.in_force(self._conn, XREFS, {c["value"] for _, c in rows}, columns)
        said = {(c["partner"], c["qualifier"], c["value"], c["unit"]): c["sku"] for _, c in rows}
        for partner, qualifier, value, unit, sku in stands:
            said.setdefault((partner, qualifier, value, unit), sku)
        items: dict[tuple[Any, ...], set[str]] = {}
        for (partner, qualifier, value, _), sku in said.items():
            items.setdefault((partner, qualifier, value), set()).add(sku)
        for number, cells in rows:
            others = items[cells["partner"], cells["qualifier"], cells["value"]] - {cells["sku"]}
            if others:
                problem = f"{cells['value']} means {', '.join(sorted(others))} too, at another unit"
                yield Problem(number, "sku", cells["sku"], problem)

    def _customers(self) -> Iterator[Problem]:
        wanted = {c["customer"] for _, c in self._rows if c["customer"] is not None}
        there = {number for (number,) in master_data.in_force(self._conn, CUSTOMERS, wanted, ["number"])}
        for number, cells in self._rows:
            if cells["customer"] in wanted - there:
                yield Problem(
                    number, "customer", cells["customer"], "there is no such customer: import it first"
                )

    def _dcs(self) -> Iterator[Problem]:
        said = {(c["partner"], c["code"]) for _, c in self._rows}
        codes = {_dc(c) for _, c in self._rows if c["dc"] is not None}
        there = said | master_data.in_force(self._conn, SHIP_TOS, codes, ["partner", "code"])
        for number, cells in self._rows:
            if cells["dc"] is not None and (cells["partner"], _dc(cells)) not in there:
                yield Problem(number, "dc", cells["dc"], "there is no such place of this partner")


def _dc(cells: Cells) -> str:
    code: str = cells["dc"].rpartition(":")[2]
    return code
