"""`pause`, `resume`, `switches`: a partner, a set, all sending or all posting stopped and resumed."""

from __future__ import annotations

from typing import Annotated

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import JsonOption, tell
from edi_gateway.cli.names import row_id
from edi_gateway.cli.output import sentence

WhatArgument = Annotated[
    str,
    typer.Argument(metavar="WHAT", help="sending, posting, a set such as 850, or a partner's name."),
]
PartnerOption = Annotated[str | None, typer.Option(help="The set of this partner only.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason.")]
IncidentOption = Annotated[str | None, typer.Option(help="The incident for which; its timeline says so.")]


@app.command()
def pause(
    ctx: typer.Context,
    what: WhatArgument,
    why: WhyOption,
    partner: PartnerOption = None,
    incident: IncidentOption = None,
) -> None:
    """Stop a partner, a set, all sending, or all posting.

    Nothing is lost: what comes in waits as it came, what is to go out waits as it is, until `resume`.
    """
    from edi_gateway.commands.watch import switches

    here: Here = ctx.obj
    kind, set_code, whose = _meant(what, partner)
    about = None if incident is None else row_id(incident, "incident")
    with here.desk() as desk:
        named = switches.stop(desk, kind, why, set_code=set_code, partner=whose, incident_id=about)
    sentence(f"Stopped: {named}. What it stops waits.")


@app.command()
def resume(
    ctx: typer.Context,
    what: WhatArgument,
    why: WhyOption,
    partner: PartnerOption = None,
    incident: IncidentOption = None,
) -> None:
    """Let go on what was paused.

    What waited for it is taken up at once.
    """
    from edi_gateway.commands.watch import switches

    here: Here = ctx.obj
    kind, set_code, whose = _meant(what, partner)
    about = None if incident is None else row_id(incident, "incident")
    with here.desk() as desk:
        named = switches.resume(desk, kind, why, set_code=set_code, partner=whose, incident_id=about)
    sentence(f"Resumed: {named}.")


@app.command("switches")
def switches_(ctx: typer.Context, json: JsonOption = False) -> None:
    """List what is stopped, since when, by whom and why."""
    from edi_gateway.reports.watch.switches import SwitchRow, stopped

    here: Here = ctx.obj
    with here.reading() as conn:
        found = stopped(conn)
    tell(found, SwitchRow, "Nothing is stopped.", json=json, spare=("incident_id",))


def _meant(what: str, partner: str | None) -> tuple[str, str | None, str | None]:
    """The kind of switch, its set and its partner."""
    said = what.strip()
    if said in ("sending", "posting"):
        return said, None, None
    if len(said) == 3 and said.isdecimal():
        return "set", said, partner
    return "partner", None, said
