"""`import`: master data and stock from CSV files; every bad cell told, the difference shown, all or nothing.

Prices, and customers' terms, then wait for a second person: `pending`, `approve`, `reject`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.names import row_id, short
from edi_gateway.cli.output import (
    FOUND_ERRORS,
    WRONG_USAGE,
    fail,
    print_json,
    print_table,
    say,
    screen,
    sentence,
    shown,
)

if TYPE_CHECKING:
    from edi_gateway.commands.desk import Desk
    from edi_gateway.commands.master_data.importing import ImportReport

group = typer.Typer(no_args_is_help=True, help="Master data and stock from CSV files, all or nothing.")
app.add_typer(group, name="import")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns: docs/reference/csv.md.")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
TryOption = Annotated[
    bool,
    typer.Option("--try", help="Show which open orders would be judged otherwise; change nothing."),
]
_JUDGED = ("items", "xrefs", "prices", "ship-tos", "customers")  # what an order is judged by
ImportArgument = Annotated[str, typer.Argument(metavar="IMPORT", help="Its id, as in `import pending`.")]


def _add(kind: str, what: str) -> None:
    def command(
        ctx: typer.Context, file: FileArgument, dry_run: DryOption = False, json: JsonOption = False
    ) -> None:
        _import(ctx.obj, kind, file, dry_run, json)

    def judging(
        ctx: typer.Context,
        file: FileArgument,
        dry_run: DryOption = False,
        try_: TryOption = False,
        json: JsonOption = False,
    ) -> None:
        if try_:
            _try(ctx.obj, kind, file, json)
        else:
            _import(ctx.obj, kind, file, dry_run, json)

    group.command(kind, help=f"Import {what}.")(judging if kind in _JUDGED else command)


_add("items", "items with their units and pack factors")
_add("xrefs", "cross-references: partners' names for our items")
_add("prices", "prices with dates and quantity breaks")
_add("ship-tos", "ship-tos, stores and the DCs that serve them")
_add("customers", "customers with currency, terms and minimum")
_add("sites", "sites: where goods lie, and which partner runs them")
_add("tax-rates", "tax rates by the place that goods go to")
_add("tax-certificates", "certificates that exempt customers from tax")
_add("stock", "a count of stock; what differs is booked as moves")
_add("supply", "what is to come, and when")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}", WRONG_USAGE)


def _try(here: Here, kind: str, file: Path, json: bool) -> None:
    from edi_gateway import logs
    from edi_gateway.cli.composition import compose
    from edi_gateway.cli.traffic.trying import bar
    from edi_gateway.flow.trial.imports import judged_otherwise, open_orders

    content = _bytes(file)
    logs.configure(here.settings.logging.format, "ERROR")  # the command tells it itself
    works = compose(here).works
    with here.reading() as conn:
        wanted = open_orders(conn)
    found = 0
    with bar(kind, "orders") as show:
        for looked in judged_otherwise(works, kind, content, wanted):
            show(looked.orders, len(wanted), looked.orders)
            one = looked.otherwise
            if one is None:
                continue
            found += 1
            if json:
                print_json(one)
                continue
            sentence(f"{one.number}  PO {one.po_number} of {one.partner}")
            for change in one.changes:
                say(escape(change), 4, 2)
    if not json:
        sentence(f"{found} of {len(wanted)} open orders would be judged otherwise.")


def _import(here: Here, kind: str, file: Path, dry_run: bool, json: bool) -> None:
    from edi_gateway.commands.master_data import importing as master_data
    from edi_gateway.commands.stocking import csv_stock, stock_imports

    content = _bytes(file)
    bring = stock_imports.import_stock if kind in csv_stock.LAYOUTS else master_data.import_csv
    with here.desk() as desk:
        report = bring(desk, kind, content, file.name, dry_run=dry_run)
        rejudged = _rejudge(here, desk, report)
    _say(report, rejudged, json)
    if report.problems:
        raise typer.Exit(FOUND_ERRORS)


@group.command()
def pending(
    ctx: typer.Context,
    which: Annotated[
        str | None,
        typer.Argument(metavar="[IMPORT]", help="Show what this one would change, or changed."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Those that were decided as well.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List imports that wait for approval by another user."""
    from edi_gateway.reports.imports import list_imports

    here: Here = ctx.obj
    wanted = None if which is None else row_id(which, "import")
    with here.reading() as conn:
        found = list_imports(conn, decided=every, import_id=wanted)
    if wanted is not None and not found:
        fail(f"There is no import {which}.")
    if json:
        for row in found:
            print_json(row)
        return
    if wanted is not None:
        _tell_changes([(c["what"], c["key"], c["fields"]) for c in found[0].changes])
    columns = (
        "import",
        "what",
        "file",
        "by",
        "at (UTC)",
        "added",
        "changed",
        "closed",
        "state",
        "decided by",
        "why",
    )
    print_table(
        "",
        columns,
        [
            (
                *(short(r.import_id), r.kind, r.source, r.imported_by, r.imported_at),
                *(r.added, r.changed, r.closed, r.state, r.decided_by, r.reason),
            )
            for r in found
        ],
        "No import waits for approval.",
        spare=("why", "decided by", "state", "closed"),
    )


@group.command()
def approve(ctx: typer.Context, which: ImportArgument, json: JsonOption = False) -> None:
    """Approve what another user imported; it holds from now on."""
    from edi_gateway.commands.master_data import imports

    here: Here = ctx.obj
    wanted = row_id(which, "import")
    with here.desk() as desk:
        report = imports.approve(desk, wanted)
        rejudged = _rejudge(here, desk, report)
    _say(report, rejudged, json)


@group.command()
def reject(
    ctx: typer.Context,
    which: ImportArgument,
    reason: Annotated[
        str, typer.Option("--reason", help="Why it must not hold; who imported it reads this.")
    ],
) -> None:
    """Reject an import that waits; nothing of it ever holds."""
    from edi_gateway.commands.master_data import imports

    here: Here = ctx.obj
    wanted = row_id(which, "import")
    with here.desk() as desk:
        rejected = imports.reject(desk, wanted, reason)
    sentence(f"{rejected.source}, imported by {rejected.imported_by}, is rejected; nothing was changed.")


def _rejudge(here: Here, desk: Desk, report: ImportReport) -> int:
    """Judge again what waited for it; how many orders moved."""
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.ordering import rejudge

    if not report.applied:
        return 0
    waiting = rejudge.waiting_for(desk, report.kind)
    return len(rejudge.rejudge(desk, partners_of(here, desk.conn), waiting))


def _say(report: ImportReport, rejudged: int, json: bool) -> None:
    if json:
        print_json(_as_json(report, rejudged))
        return
    _tell(report)
    if rejudged:
        screen.print(
            f"{rejudged} order{'s' * (rejudged != 1)} that waited for it went on, or wait for something else "
            "now; `orders list` shows them."
        )


def _as_json(report: ImportReport, rejudged: int) -> dict[str, object]:
    from edi_gateway.commands.master_data.importing import in_words

    return {
        "kind": report.kind,
        "source": report.source,
        "dry_run": report.dry_run,
        "applied": report.applied,
        "waits": report.waits,
        "rows": report.rows,
        "added": report.added,
        "changed": report.changed,
        "closed": report.closed,
        "unchanged": report.unchanged,
        "rejudged": rejudged,
        "problems": report.problems,
        "warnings": report.warnings,
        "changes": in_words(report.changes),
    }


SHOWN = 40


def _field(name: str, was: object, now: object) -> str:
    return f"{name} {shown(now)}" if was is None else f"{name}: {shown(was)} → {shown(now) or 'nothing'}"


def _tell(report: ImportReport) -> None:
    for problem in (*report.problems, *report.warnings):
        colour = "red" if problem in report.problems else "yellow"
        where = f"row {problem.row}" + (f", column {problem.column}" if problem.column else "")
        value = f" ({problem.value!r})" if problem.value is not None else ""
        screen.print(f"  [{colour}]{where}[/{colour}]", end="")
        screen.print(f"{value}: {problem.problem}", markup=False)
    if report.problems:
        sentence(
            f"{report.source}: {len(report.problems)} problem{'s' * (len(report.problems) != 1)}; nothing was imported."
        )
        return
    _tell_changes([(change.kind, change.key, change.fields) for change in report.changes])
    verb = "were" if report.applied else "would be"
    sentence(
        f"{report.source}: {report.added} {verb} added, {report.changed} changed, {report.closed} closed, "
        f"{report.unchanged} unchanged."
    )
    if report.waits is not None:
        name = short(report.waits)
        sentence(
            f"It waits as {name}: another user than you approves it with `import approve {name}`, or rejects it."
        )


def _tell_changes(changes: Sequence[tuple[str, Mapping[str, Any], Sequence[Sequence[Any]]]]) -> None:
    for kind, keys, fields in changes[:SHOWN]:
        key = " ".join(str(value) for value in keys.values() if value is not None)
        told = ", ".join(_field(*field) for field in fields)
        say(f"{kind:8}{escape(key)}  {escape(told)}", 2, 8)
    if len(changes) > SHOWN:
        screen.print(f"  and {len(changes) - SHOWN} more")
