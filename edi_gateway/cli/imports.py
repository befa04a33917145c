"""`import`: master data from CSV files; every bad cell told, the difference shown, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import FOUND_ERRORS, WRONG_USAGE, fail, print_json, say, screen, sentence, shown

if TYPE_CHECKING:
    from edi_gateway.commands.master_data import ImportReport

group = typer.Typer(no_args_is_help=True, help="Master data from CSV files, all or nothing.")
app.add_typer(group, name="import")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns: docs/reference/csv.md.")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def _add(kind: str, what: str) -> None:
    def command(
        ctx: typer.Context, file: FileArgument, dry_run: DryOption = False, json: JsonOption = False
    ) -> None:
        _import(ctx.obj, kind, file, dry_run, json)

    group.command(kind, help=f"Import {what}.")(command)


_add("items", "items with their units and pack factors")
_add("xrefs", "cross-references: partners' names for our items")
_add("prices", "prices with dates and quantity breaks")
_add("ship-tos", "ship-tos, stores and the DCs that serve them")
_add("customers", "customers with currency, terms and minimum")


def _import(here: Here, kind: str, file: Path, dry_run: bool, json: bool) -> None:
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands import master_data, rejudge

    try:
        content = file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}", WRONG_USAGE)
    with here.desk() as desk:
        report = master_data.import_csv(desk, kind, content, file.name, dry_run=dry_run)
        cured = []
        if report.applied:
            waiting = rejudge.waiting_for(desk, kind)
            cured = rejudge.rejudge(desk, partners_of(here, desk.conn), waiting)
    if json:
        print_json(_as_json(report, len(cured)))
    else:
        _tell(report)
        if cured:
            screen.print(
                f"{len(cured)} order{'s' * (len(cured) != 1)} that waited for it went on, or wait for something else "
                "now; `orders list` shows them."
            )
    if report.problems:
        raise typer.Exit(FOUND_ERRORS)


def _as_json(report: ImportReport, rejudged: int) -> dict[str, object]:
    return {
        "kind": report.kind,
        "source": report.source,
        "dry_run": report.dry_run,
        "applied": report.applied,
        "rows": report.rows,
        "added": report.added,
        "changed": report.changed,
        "closed": report.closed,
        "unchanged": report.unchanged,
        "rejudged": rejudged,
        "problems": report.problems,
        "warnings": report.warnings,
        "changes": [
            {"what": c.kind, "key": {n: str(v) for n, v in c.key.items() if v is not None}, "fields": [
                [name, None if was is None else str(was), None if now is None else str(now)]
                for name, was, now in c.fields
            ]}
            for c in report.changes
        ],
    }  # fmt: skip


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
    for change in report.changes[:SHOWN]:
        key = " ".join(str(value) for value in change.key.values() if value is not None)
        told = ", ".join(_field(*field) for field in change.fields)
        say(f"{change.kind:8}{escape(key)}  {escape(told)}", 2, 8)
    if len(report.changes) > SHOWN:
        screen.print(f"  and {len(report.changes) - SHOWN} more")
    verb = "would be" if report.dry_run else "were"
    sentence(
        f"{report.source}: {report.added} {verb} added, {report.changed} changed, {report.closed} closed, "
        f"{report.unchanged} unchanged."
    )
