"""`partners trials`: drafts that were tried in the console, and what each has shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli import exports
from edi_gateway.cli.context import Here
from edi_gateway.cli.names import row_id, short
from edi_gateway.cli.output import FOUND_ERRORS, WRONG_USAGE, fail, print_json, print_table, say, sentence
from edi_gateway.cli.traffic.partners import group

if TYPE_CHECKING:
    from edi_gateway.reports.partners.drafts import TrialRow

SHOWN = 40
_STATES = {"DEAD": "cut off"}


@group.command()
def trials(
    ctx: typer.Context,
    partner: Annotated[
        str | None, typer.Argument(metavar="[PARTNER]", help="One; all when left out.")
    ] = None,
    trial: Annotated[
        str | None, typer.Argument(metavar="[TRIAL]", help="Show what this one has shown.")
    ] = None,
    json: exports.JsonOption = False,
) -> None:
    """List drafts that were tried in the console, or show one.

    `try` runs one here and now. Exit code 1: something that went through would stop.
    """
    from edi_gateway.reports.partners import drafts

    here: Here = ctx.obj
    if trial is not None:
        wanted = row_id(trial, "trial")
        with here.reading() as conn:
            found = drafts.trial(conn, wanted, here.clock())
        if found is None or found.partner != partner:
            fail(f"There is no trial {trial[:40]} of {partner}.", WRONG_USAGE)
        _tell(found, json=json)
        return
    with here.reading() as conn:
        rows = drafts.trials(conn, partner, here.clock(), limit=50)
    if json:
        for row in rows:
            print_json(row)
        return
    print_table(
        f"Trials of {partner or 'all partners'}",
        ("trial", "partner", "begun", "by", "since", "until", "state", "%"),
        (
            (
                short(r.id),
                r.partner,
                r.started_at,
                r.by,
                r.since,
                r.until,
                _STATES.get(r.state, r.state),
                r.percent,
            )
            for r in rows
        ),
        "No draft was tried in the console.",
        spare=("by",),
    )


def _tell(found: TrialRow, *, json: bool) -> None:
    if json:
        print_json(found)
    elif found.result is None:
        sentence(f"Trial {short(found.id)}: {_told(found)}")
    else:
        result = found.result
        say(
            f"{result['different']:,} of {result['documents']:,} documents would have become different"
            f"{' (it was stopped before its end)' if result['stopped'] else ''}.",
            0,
            0,
        )
        for group_ in result["groups"][:SHOWN]:
            colour = "red" if group_["worse"] else "yellow"
            say(
                f"[{colour}]{group_['documents']:,} × {escape(group_['set'])}[/{colour}] {escape(group_['what'])}: "
                f"[bold]{escape(group_['place'])}[/bold] {group_['change']}",
                2,
                4,
            )
            for each in group_["examples"]:
                was, now = (each[name] or "nothing" for name in ("was", "now"))
                say(
                    f"[dim]{escape(each['name'] or each['control'] or '')}[/dim]  {escape(f'{was} → {now}')}",
                    6,
                    2,
                )
    if found.result is not None and found.result["worse"]:
        raise typer.Exit(FOUND_ERRORS)


def _told(found: TrialRow) -> str:
    if found.state == "DEAD":
        return (
            f"cut off at {found.percent} %, when the process that ran it ended; the console begins it again."
        )
    if found.state == "FAILED":
        return f"it failed: {found.error}"
    return f"{found.state.lower()}, {found.percent} % so far."
