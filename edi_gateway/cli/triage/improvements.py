"""`improvements`: records of what is to become better, and whether it did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import row_id, short, word
from edi_gateway.cli.output import WRONG_USAGE, fail, print_json, print_table, say, sentence

group = typer.Typer(no_args_is_help=True, help="What is to become better, and whether it did.")
app.add_typer(group, name="improvements")

RecordArgument = Annotated[str, typer.Argument(metavar="RECORD", help="The record's id, as in the list.")]
STATES = ("PROPOSED", "OPEN", "DONE", "DROPPED")


@group.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option(help="PROPOSED, OPEN, DONE or DROPPED.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only what this person sees to.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List the records that stand."""
    from edi_gateway.reports.causes.improvements import ImprovementRow, list_improvements

    here: Here = ctx.obj
    with here.reading() as conn:
        found = list_improvements(conn, state=word(state, "--state", STATES), owner=owner, closed=all_)
    if json or csv or xlsx:
        tell(found, ImprovementRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "",
        ("record", "state", "owner", "about", "cases", "days", "fixed", "title", "action"),
        (
            (short(r.improvement_id), r.state, r.owner, r.kind, r.seen, r.days, r.fixed_at, r.title, r.action)
            for r in found
        ),
        "No improvement is under way.",
        spare=("days", "action"),
    )


@group.command()
def show(
    ctx: typer.Context,
    record: RecordArgument,
    span: Annotated[
        int, typer.Option("--span", min=1, max=366, help="Days before the fix, and after it.")
    ] = 30,
    json: JsonOption = False,
) -> None:
    """Show a record, and the rates before and after the fix.

    The rate of a day is documents with a case by documents that came in; the limits are those of chance around the mean
    before the fix (p-chart, three standard deviations).
    """
    from edi_gateway.reports.causes import improvements

    here: Here = ctx.obj
    with here.reading() as conn:
        found = improvements.show(conn, row_id(record, "improvement"), here.clock(), span=span)
    if found is None:
        fail(f"There is no improvement {record}.", WRONG_USAGE)
    if json:
        print_json(found)
        return
    r, chart = found.improvement, found.chart
    say(f"[bold]{escape(r.title)}[/bold]  {r.state}")
    for name, value in {
        "about": f"{r.kind}, {r.seen} cases in {r.days} days when it was opened by {r.opened_by}",
        "owner": r.owner,
        "action": r.action,
        "fixed": r.fixed_at and f"{r.fixed_at:%Y-%m-%d %H:%M} UTC",
        "result": r.result,
        "before": None if chart.before is None else f"{chart.before:.2%} of the documents",
        "after": None if chart.after is None else f"{chart.after:.2%} of the documents",
        "verdict": chart.verdict,
    }.items():
        if value:
            say(f"{name:9}{escape(value)}", 2, 9)
    print_table(
        "",
        ("day", "documents", "affected", "rate", "lower", "upper", ""),
        (
            (
                *(day.day.isoformat(), day.documents, day.affected, f"{day.rate:.2%}", f"{day.lower:.2%}"),
                *(f"{day.upper:.2%}", " ".join(filter(None, ["after" * day.after, "beyond" * day.beyond]))),
            )
            for day in chart.days
        ),
        "Nothing came in in this time.",
    )


@group.command("open")
def open_(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(help="cause, partner, item or rule.")],
    key: Annotated[
        str, typer.Argument(help="First digits of the cause, the partner, our item number, the rule.")
    ],
    action: Annotated[str, typer.Option("--action", help="What is to be done.")],
    owner: Annotated[str | None, typer.Option("--owner", help="Who sees to it; default: you.")] = None,
) -> None:
    """Begin a record of your own."""
    from edi_gateway.commands.triage import improving
    from edi_gateway.reports.causes.recurring import about

    here: Here = ctx.obj
    what = word(kind, "KIND", improving.KINDS) or ""
    days = here.settings.service.recurs_days
    with here.reading() as conn:
        found = about(conn, what, key, here.clock(), days=days)
    if found is None:
        fail(f"{key[:64]!r} names no {what}.", WRONG_USAGE)
    subject = improving.Subject(found.kind, found.key, found.title, found.cases, days)
    with here.desk() as desk:
        made = improving.begin(desk, subject, owner or here.user, action)
    sentence(f"Improvement {short(made)} is open.")


@group.command()
def plan(
    ctx: typer.Context,
    record: RecordArgument,
    action: Annotated[str, typer.Option("--action", help="What is to be done.")],
    owner: Annotated[str | None, typer.Option("--owner", help="Who sees to it; default: you.")] = None,
) -> None:
    """Say who sees to it and what is to be done."""
    from edi_gateway.commands.triage import improving

    here: Here = ctx.obj
    wanted = row_id(record, "improvement")
    with here.desk() as desk:
        improving.plan(desk, wanted, owner or here.user, action)
    sentence(f"Improvement {short(wanted)} is with {owner or here.user}.")


@group.command()
def fixed(
    ctx: typer.Context,
    record: RecordArgument,
    at: Annotated[
        str | None, typer.Option("--at", help="Since when, UTC, e.g. 2026-03-01T12:00; default: now.")
    ] = None,
) -> None:
    """Say that the fix is live: before and after are compared."""
    from edi_gateway.commands.triage import improving

    here: Here = ctx.obj
    wanted = row_id(record, "improvement")
    try:
        when = None if at is None else datetime.fromisoformat(at)
    except ValueError:
        fail(f"--at is a time such as 2026-03-01T12:00; not {at!r}.", WRONG_USAGE)
    if when is not None and when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    with here.desk() as desk:
        improving.fixed(desk, wanted, when)
    sentence(f"Improvement {short(wanted)} is fixed.")


@group.command()
def close(
    ctx: typer.Context,
    record: RecordArgument,
    result: Annotated[str, typer.Argument(metavar="RESULT", help="What came of it.")],
    drop: Annotated[bool, typer.Option("--drop", help="Nothing is done about it.")] = False,
) -> None:
    """Close a record, or drop it."""
    from edi_gateway.commands.triage import improving

    here: Here = ctx.obj
    wanted = row_id(record, "improvement")
    with here.desk() as desk:
        improving.close(desk, wanted, result, drop=drop)
    sentence(f"Improvement {short(wanted)} is {'dropped' if drop else 'done'}.")
