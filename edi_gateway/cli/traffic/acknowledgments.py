"""`acknowledgments` and `ledger`: what is not acknowledged, what we owe, and the control numbers both ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import short, word
from edi_gateway.cli.output import print_table, say

acknowledgments_group = typer.Typer(no_args_is_help=True, help="What is not acknowledged, and what we owe.")
ledger_group = typer.Typer(no_args_is_help=True, help="Control numbers that came and went.")
app.add_typer(acknowledgments_group, name="acknowledgments")
app.add_typer(ledger_group, name="ledger")

PartnerOption = Annotated[str | None, typer.Option(help="Only this partner's.")]
LateOption = Annotated[bool, typer.Option("--late", help="Only what is past its time.")]
LimitOption = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")]
DAYS = 30  # of the ledger, unless somebody says otherwise


@acknowledgments_group.command()
def awaited(
    ctx: typer.Context,
    partner: PartnerOption = None,
    late: LateOption = False,
    limit: LimitOption = 500,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List documents of ours that nobody has acknowledged yet.

    The first due first.
    """
    from edi_gateway.reports.traffic import acknowledgments

    here: Here = ctx.obj
    with here.reading() as conn:
        found = acknowledgments.awaited(conn, here.clock(), partner=partner, late=late, limit=limit)
    if json or csv or xlsx is not None:
        tell(found, acknowledgments.AwaitedRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "Not acknowledged",
        ("document", "partner", "set", "about", "controls", "sent", "due (UTC)", "late", "test"),
        (
            (
                short(row.document_id),
                row.partner,
                row.set_code,
                row.about,
                "/".join(filter(None, (row.interchange, row.group, row.control))),
                row.sent_at,
                row.due_at,
                row.late,
                row.test,
            )
            for row in found
        ),
        "All that was sent is acknowledged.",
        spare=("sent", "controls"),
    )


@acknowledgments_group.command()
def owed(
    ctx: typer.Context,
    partner: PartnerOption = None,
    late: LateOption = False,
    limit: LimitOption = 500,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List what we owe.

    997s that have not gone, orders without an 855, what came and is not worked.
    """
    from edi_gateway.reports.traffic import acknowledgments

    here: Here = ctx.obj
    with here.reading() as conn:
        found = acknowledgments.owed(conn, here.clock(), partner=partner, late=late, limit=limit)
    if json or csv or xlsx is not None:
        tell(found, acknowledgments.OwedRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "We owe",
        ("", "of", "partner", "what", "state", "since", "due (UTC)", "late", "test"),
        (
            (
                row.kind,
                short(row.id),
                row.partner,
                row.what,
                row.state,
                row.since,
                row.due_at,
                row.late,
                row.test,
            )
            for row in found
        ),
        "We owe nothing.",
        spare=("since", "state"),
    )


@ledger_group.command("show")
def show_ledger(
    ctx: typer.Context,
    partner: PartnerOption = None,
    direction: Annotated[str | None, typer.Option(help="`in` or `out`.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=f"From this day on (UTC); the last {DAYS} days if not said."),
    ] = None,
    faults: Annotated[
        bool, typer.Option("--faults", help="Only where a number is missing or was there twice.")
    ] = False,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """Show which control numbers came and went.

    With what is missing, and what came twice.
    """
    from edi_gateway.reports.traffic import ledger

    here: Here = ctx.obj
    begin = since.replace(tzinfo=UTC) if since else here.clock() - timedelta(days=DAYS)
    way = word(direction, "--direction", ("in", "out"))
    with here.reading() as conn:
        found = ledger.ledger(conn, begin, partner=partner, direction=way, faults=faults)
    if json or csv or xlsx is not None:
        tell(found, ledger.LedgerRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "Control numbers",
        ("", "partner", "", "of", "first", "last", "numbers", "missing", "repeated"),
        (
            (
                "→ in" if row.direction == "in" else "out →",
                row.partner,
                row.level,
                row.of,
                row.first,
                row.last,
                row.numbers,
                row.missing or "",
                row.repeated or "",
            )
            for row in found
        ),
        "No control numbers." if not faults else "No number is missing, none was there twice.",
    )
    for row in found:
        whose = f"{row.partner or 'nobody known'} {row.direction} {row.level} {row.of}"
        if row.gaps:
            told = ", ".join(str(g.first) if g.count == 1 else f"{g.first} to {g.last}" for g in row.gaps)
            say(f"[yellow]{escape(whose)}, missing:[/yellow] {told}", 0, 2)
        if row.repeats:
            told = ", ".join(f"{r.number} ({r.times} times)" for r in row.repeats)
            say(f"[yellow]{escape(whose)}, repeated:[/yellow] {told}", 0, 2)
