"""`audit list` and `audit controls`: who did what, and what an auditor asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from edi_gateway.cli.context import Here
from edi_gateway.cli.database import audit_group
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.output import WRONG_USAGE, fail, print_table, screen
from edi_gateway.cli.watch.figures import span_of

_DAY = ["%Y-%m-%d"]
SinceOption = Annotated[datetime | None, typer.Option(formats=_DAY, help="From this day on (UTC).")]
UntilOption = Annotated[datetime | None, typer.Option(formats=_DAY, help="Up to this day, with it.")]


@audit_group.command("list")
def list_(
    ctx: typer.Context,
    by: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this action, e.g. 'case closed'.")] = None,
    subject: Annotated[
        str | None,
        typer.Option(help="Only about this: 'partner acme', 'order ID', or all of a kind: 'order'."),
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(help="At most so many, the newest.", min=1)] = 200,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List who did what to what, when and why."""
    from edi_gateway.cli.names import row_id
    from edi_gateway.reports.audit import AuditRow, list_entries

    here: Here = ctx.obj
    if subject is not None:
        kind, space, name = subject.strip().partition(" ")
        if space and kind not in _NAMED:
            subject = f"{kind} {row_id(name, kind)}"
    span = span_of(here, since, until, None, days=36_500)
    with here.reading() as conn:
        found = list_entries(
            conn, by=by, action=action, subject=subject, since=span.since, until=span.until, limit=limit
        )
    tell(found, AuditRow, "Nothing was done.", json=json, csv=csv, xlsx=xlsx, spare=("hash", "n"))


_NAMED = frozenset({"partner", "user", "retention", "set", "sending", "posting"})  # whose names are no ids


@audit_group.command()
def controls(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One report; all with their counts.")
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """Tell what an auditor asks for.

    Overrides, gaps, what is without an answer ...

    Of the last 30 days unless --since says otherwise.
    """
    from edi_gateway.reports import controls as reports

    here: Here = ctx.obj
    span = span_of(here, since, until, None)
    with here.reading() as conn:
        if name is None:
            found = reports.counts(conn, span)
        else:
            rows = reports.control(conn, name, span)
    if name is not None:
        if rows is None:
            fail(f"There is no report {name!r}: {', '.join(reports.CONTROLS)}.", WRONG_USAGE)
        tell(rows, reports.ControlRow, "Nothing.", json=json, csv=csv, xlsx=xlsx, spare=("subject", "kind"))
    elif json or csv or xlsx:
        tell(found, reports.ControlCount, "", json=json, csv=csv, xlsx=xlsx)
    else:
        print_table("Controls", ("report", "rows", "what"), ((c.name, c.rows, c.title) for c in found), "")
        screen.print("\naudit controls NAME shows the rows of one.")
