"""`incidents`: what goes wrong at large; led, noted, closed with a post-mortem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import moment, row_id, short, word
from edi_gateway.cli.output import WRONG_USAGE, fail, print_json, print_table, say, screen, sentence

if TYPE_CHECKING:
    from edi_gateway.reports.watch.incidents import IncidentView

group = typer.Typer(no_args_is_help=True, help="What goes wrong at large.")
app.add_typer(group, name="incidents")

IncidentArgument = Annotated[
    str, typer.Argument(metavar="INCIDENT", help="The incident's id, as in the list.")
]
ImpactOption = Annotated[str | None, typer.Option(help="Post-mortem: what it did to whom.")]
CourseOption = Annotated[str | None, typer.Option(help="Post-mortem: what happened, and why.")]
RemedyOption = Annotated[str | None, typer.Option(help="Post-mortem: what is changed for it.")]
RemedyOwnerOption = Annotated[str | None, typer.Option(help="Post-mortem: who sees to that.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    over: Annotated[bool, typer.Option("--over", help="Those that are over.")] = False,
    partner: Annotated[str | None, typer.Option(help="Only this partner's.")] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List open incidents, the most urgent first."""
    from edi_gateway.reports.watch.incidents import IncidentRow, list_incidents

    here: Here = ctx.obj
    with here.reading() as conn:
        found = list_incidents(conn, over=over, partner=partner)
    if json or csv or xlsx:
        tell(found, IncidentRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "Incidents",
        ("incident", "severity", "since", "owner", "orders", "documents", "cases", "state", "what"),
        (
            (
                short(one.incident_id),
                one.severity,
                one.opened_at,
                one.owner,
                one.orders or "",
                one.documents or "",
                one.cases or "",
                one.state if over else "",
                one.title,
            )
            for one in found
        ),
        "No incident is open." if not over else "No incident is over yet.",
        spare=("owner", "cases", "documents"),
    )


@group.command()
def show(ctx: typer.Context, incident: IncidentArgument, json: JsonOption = False) -> None:
    """Show one whole: its timeline and the affected orders.

    And what may be written about it.
    """
    from edi_gateway.reports.watch import incidents

    here: Here = ctx.obj
    with here.reading() as conn:
        view = incidents.show(conn, row_id(incident, "incident"))
    if view is None:
        fail(f"There is no incident {incident}.", WRONG_USAGE)
    if json:
        print_json(view)
    else:
        _tell(view)


def _tell(view: IncidentView) -> None:
    one = view.incident
    screen.print(
        f"[bold]Incident {short(one.id)}[/bold]  {one.severity}  {one.state}  since {one.opened_at:%Y-%m-%d %H:%M} UTC"
    )
    say(f"[bold]{escape(one.message)}[/bold]", 2, 2)
    if one.hint:
        say(f"→ {escape(one.hint)}", 2, 2)
    facts = {
        "partner": one.partner,
        "owner": one.owner,
        "over": one.reason,
        "root cause": one.root_cause,
        "impact": one.impact,
        "course": one.course,
        "remedy": " - ".join(filter(None, (one.remedy, one.remedy_owner))),
    }
    facts |= {
        f"{kind}s": f"{len(ids)}: {', '.join(map(short, ids[:10]))}{' ...' if len(ids) > 10 else ''}"
        for kind, ids in view.touched.items()
        if kind not in ("order", "document")
    }
    for name, value in facts.items():
        if value:
            say(f"{name:14}{escape(value)}", 2, 14)
    for note in view.notes:
        said = f"{note.kind}: {note.text}" if note.text else note.kind
        say(f"{note.at:%Y-%m-%d %H:%M}  {escape(note.by)}  {escape(said)}", 2, 18)
    if view.orders:
        print_table(
            "Affected orders",
            ("order", "PO", "partner", "state", "total"),
            ((o.number, o.po_number, o.partner, o.state, f"{o.total} {o.currency}") for o in view.orders),
            "",
        )
    if view.documents:
        print_table(
            "Affected documents",
            ("document", "set", "PO", "state", "came"),
            ((short(d.document_id), d.set_code, d.po_number, d.state, d.at) for d in view.documents),
            "",
        )
    if view.causes:
        print_table(
            "What can be run again: incidents replay",
            ("cases", "orders", "first", "cause"),
            ((c.cases, c.orders or "", c.first_at, c.cause) for c in view.causes),
            "",
        )
    for run in view.replays:
        what = "tried" if run.kind == "dry" else "replayed"
        since = "" if run.since is None else f", from {run.since:%Y-%m-%d %H:%M} UTC on"
        say(f"{short(run.run_id)}  {what} by {escape(run.by)}: {run.done} of {run.total} cases{since}", 2, 14)
    screen.print(f"Draft to {'the partner' if view.draft.to == 'partner' else 'our own people'}:")
    say(f"[bold]{escape(view.draft.subject)}[/bold]", 2, 2)
    for line in view.draft.text.splitlines():
        say(escape(line), 2, 0)


@group.command("open")
def open_(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What is wrong, in a few words.")],
    text: Annotated[str, typer.Option("--text", help="What is known.")] = "",
    severity: Annotated[str, typer.Option(help="URGENT, SERIOUS or MINOR.")] = "SERIOUS",
    partner: Annotated[str | None, typer.Option(help="The partner that it is about.")] = None,
    order: Annotated[list[str] | None, typer.Option(help="An affected order; may be repeated.")] = None,
) -> None:
    """Open one that no detector sees."""
    from edi_gateway.commands.watch import incidents
    from edi_gateway.model.incident import Urgency

    here: Here = ctx.obj
    urgency = Urgency(word(severity, "--severity", Urgency) or "")
    orders = [row_id(each, "order") for each in order or ()]
    with here.desk() as desk:
        made = incidents.open_by_hand(desk, title, text, urgency, partner, orders)
    sentence(f"Incident {short(made)} is open, with {here.user}.")


@group.command()
def take(
    ctx: typer.Context,
    incident: IncidentArgument,
    owner: Annotated[str | None, typer.Argument(help="Who; yourself when left out.")] = None,
) -> None:
    """Say who leads it."""
    from edi_gateway.commands.watch import incidents

    here: Here = ctx.obj
    wanted = row_id(incident, "incident")
    with here.desk() as desk:
        incidents.take(desk, wanted, owner or here.user)
    sentence(f"Incident {short(wanted)} is with {owner or here.user}.")


@group.command()
def note(
    ctx: typer.Context,
    incident: IncidentArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What others should know.")],
) -> None:
    """Add a line to its timeline."""
    from edi_gateway.commands.watch import incidents

    here: Here = ctx.obj
    wanted = row_id(incident, "incident")
    with here.desk() as desk:
        incidents.note(desk, wanted, text)
    sentence(f"Noted on incident {short(wanted)}.")


@group.command()
def write(
    ctx: typer.Context,
    incident: IncidentArgument,
    to: Annotated[str, typer.Option(help="A mail address.")],
    subject: Annotated[str | None, typer.Option(help="Default: that of the draft.")] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="Default: the draft, as `show` tells it.")
    ] = None,
) -> None:
    """Send a mail about it; its timeline says so."""
    from edi_gateway.commands.telling import messages
    from edi_gateway.reports.watch import incidents

    here: Here = ctx.obj
    wanted = row_id(incident, "incident")
    with here.reading() as conn:
        view = incidents.show(conn, wanted)
    if view is None:
        fail(f"There is no incident {incident}.", WRONG_USAGE)
    draft = messages.Draft(to, subject or view.draft.subject, text or view.draft.text, incident_id=wanted)
    with here.desk() as desk:
        messages.send(desk, draft)
    sentence(f"The message to {to} goes with the next pass of the daemon; `alerts messages` shows it.")


@group.command()
def replay(
    ctx: typer.Context,
    incident: IncidentArgument,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", help="Only cases opened since that day or time. Default: all that it affects."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would become of each; nothing is changed.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Run again what an incident affects, from a moment on.

    After it was mended: the open cases behind it, whatever their causes. What went through once is not taken twice.
    With --dry-run so many are said to pass, so many to turn to another cause, so many to stay. Whatever stops it,
    `replays resume` or the daemon goes on where it stopped.
    """
    from edi_gateway.cli.composition import gateway_of
    from edi_gateway.cli.triage import replays
    from edi_gateway.cli.triage.fixes import workshop
    from edi_gateway.commands.triage import replaying
    from edi_gateway.flow.replays import carrying

    here: Here = ctx.obj
    wanted, begins = row_id(incident, "incident"), moment(since, "--since")
    if dry_run:
        works = workshop(here).works
        with here.desk() as desk:
            run = replaying.begin_incident(desk, wanted, since=begins, dry=True)
        replays.follow(here, run.id, lambda: carrying.carry_one(works, run.id) > 0)
        replays.tell(replays.view_of(here, run.id), json)
        return
    with gateway_of(here) as gateway:
        with here.desk() as desk:
            run = replaying.begin_incident(desk, wanted, since=begins)
        replays.finish(here, gateway, run.id, json)


@group.command()
def close(
    ctx: typer.Context,
    incident: IncidentArgument,
    root_cause: Annotated[str, typer.Option("--root-cause", help="Whose fault it was, e.g. 'partner data'.")],
    why: Annotated[str, typer.Option("--why", help="Why it is over.")],
    impact: ImpactOption = None,
    course: CourseOption = None,
    remedy: RemedyOption = None,
    remedy_owner: RemedyOwnerOption = None,
) -> None:
    """End one by hand, with its root cause.

    One of: partner data, our master data, mapping, our process, warehouse, carrier, supplier, system.
    """
    from edi_gateway.commands.watch import incidents
    from edi_gateway.orders.hours.service import ROOT_CAUSES

    here: Here = ctx.obj
    wanted = row_id(incident, "incident")
    cause = word(root_cause, "--root-cause", ROOT_CAUSES) or ""
    with here.desk() as desk:
        incidents.close(
            desk, wanted, cause, why, impact=impact, course=course, remedy=remedy, remedy_owner=remedy_owner
        )
    sentence(f"Incident {short(wanted)} is closed.")


@group.command("post-mortem")
def post_mortem(
    ctx: typer.Context,
    incident: IncidentArgument,
    root_cause: Annotated[
        str | None, typer.Option("--root-cause", help="Of one that ended by itself.")
    ] = None,
    impact: ImpactOption = None,
    course: CourseOption = None,
    remedy: RemedyOption = None,
    remedy_owner: RemedyOwnerOption = None,
) -> None:
    """Write down what is known of it afterwards."""
    from edi_gateway.commands.watch import incidents
    from edi_gateway.orders.hours.service import ROOT_CAUSES

    here: Here = ctx.obj
    wanted = row_id(incident, "incident")
    cause = word(root_cause, "--root-cause", ROOT_CAUSES)
    with here.desk() as desk:
        incidents.write_post_mortem(
            desk, wanted, cause, impact=impact, course=course, remedy=remedy, remedy_owner=remedy_owner
        )
    sentence(f"Written down for incident {short(wanted)}.")
