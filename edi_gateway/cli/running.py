"""`run`, `daemon`, `worker`, `status`: the gateway at work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.names import short
from edi_gateway.cli.output import (
    FOUND_ERRORS,
    WRONG_USAGE,
    fail,
    plain,
    print_json,
    print_table,
    say,
    screen,
    shown,
)

if TYPE_CHECKING:
    from edi_gateway.reports.status import Status
    from edi_gateway.reports.watch.mine import Waiting
    from edi_gateway.reports.watch.today import Today

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
_INDEXING_SECONDS = 2.0  # of a run, for the index of words; the next one goes on


@app.command()
def run(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="One run, then end; `daemon` runs on.")] = False,
    json: JsonOption = False,
) -> None:
    """Take in, work and send all that waits, tell, and end.

    Exit code 1 when something needs a person: a case was opened, or a partner could not be looked at.
    """
    from edi_gateway.cli.composition import gateway_of
    from edi_gateway.cli.telling import tell
    from edi_gateway.flow import words
    from edi_gateway.reports.book.story import story, waiting

    here: Here = ctx.obj
    if not once:
        fail("Say `run --once`; to run on, use `daemon`.", WRONG_USAGE)
    since = here.ids.next()
    with here.reading() as conn:
        waited = waiting(conn)
    with gateway_of(here) as gateway:
        report = gateway.run_once()
        words.fill_for(gateway.works, _INDEXING_SECONDS)
    with here.reading() as conn:
        told = story(conn, since, waited)
    failed = [poll for poll in report.polls if poll.error]
    if json:
        unseen = [{"partner": poll.partner, "error": str(poll.error)} for poll in failed]
        print_json({**plain(told), "not_looked_at": unseen})
    else:
        tell(told)
        for poll in failed:
            say(f"[red]{escape(poll.partner)} could not be looked at:[/red] {escape(str(poll.error))}")
    if not report.finished:
        fail("Time was up before all that waited was worked; run again.")
    if failed or told.causes:
        raise typer.Exit(FOUND_ERRORS)


@app.command()
def daemon(ctx: typer.Context) -> None:
    """Schedule, work, serve AS2 and the console until told to stop.

    SIGTERM finishes what is in hand; a second one ends at once.
    """
    from edi_gateway import logs, scheduler
    from edi_gateway.cli.composition import compose, follow_drafts, listening
    from edi_gateway.cli.serving import beside, take_short_turns

    here: Here = ctx.obj
    take_short_turns()
    logs.configure(here.settings.logging.format, here.settings.logging.level)
    follow = follow_drafts(here) if here.settings.publishing.auto_publish else None
    gateway = compose(here)
    with scheduler.stopping() as stop, listening(here, gateway), beside(here, gateway):
        scheduler.daemon(gateway, stop, before_following=follow)


@app.command()
def worker(ctx: typer.Context) -> None:
    """Work until told to stop; the daemon has the schedule.

    As many as you like beside one daemon, on one PostgreSQL.
    """
    from edi_gateway import logs, scheduler
    from edi_gateway.cli.composition import compose

    here: Here = ctx.obj
    logs.configure(here.settings.logging.format, here.settings.logging.level)
    gateway = compose(here)
    with scheduler.stopping() as stop:
        scheduler.worker(gateway, stop)


@app.command()
def status(ctx: typer.Context, json: JsonOption = False) -> None:
    """Tell what waits, for you and at all, what is late or wrong.

    Exit code 1 when something is late or failing.
    """
    from edi_gateway.commands.partners.users import actor
    from edi_gateway.commands.permissions import PERMISSIONS
    from edi_gateway.reports.watch.mine import waiting_for
    from edi_gateway.reports.watch.today import today

    here: Here = ctx.obj
    with here.reading() as conn:
        whole = today(conn, here.clock())
        me = actor(conn, here.user)
        approves = bool(me.roles & PERMISSIONS["approve an import"])
        mine = waiting_for(conn, me.name, me.roles, here.clock(), approves=approves)
    found = whole.status
    if json:
        more: dict[str, object] = {
            "incidents": whole.incidents,
            "stopped": whole.stopped,
            "today": whole.traffic,
            "troubles": whole.troubles,
            "messages": whole.failing,
            "mine": {**mine.counts, "late holds": mine.late_holds},
        }
        print_json({**plain(found), **plain(more)})
    else:
        _tell_mine(mine)
        _tell(found)
        _tell_today(whole)
    if any(found.late.values()) or any(p.failures for p in found.partners):
        raise typer.Exit(FOUND_ERRORS)


def _tell_mine(mine: Waiting) -> None:
    from edi_gateway.reports.watch.mine import TITLES

    told = ", ".join(f"{TITLES[what].lower()} {count}" for what, count in mine.counts.items() if count)
    late = f"; {mine.late_holds} of the holds are late" if mine.late_holds else ""
    say(f"[bold]For you:[/bold] {told or 'nothing'}{late}.", 0, 2)
    if told:
        say("cases mine, holds list --mine, import pending and incidents list tell which.", 2, 2)


def _tell_today(whole: Today) -> None:
    """What the console's dashboard has besides; what is empty is not told."""
    if whole.traffic:
        told = ", ".join(
            f"{one.set_code} {one.direction} {one.documents}{f' ({one.refused} refused)' if one.refused else ''}"
            for one in whole.traffic
        )
        say(f"[bold]Today:[/bold] {escape(told)}")
    for incident in whole.incidents:
        say(
            f"[red]{incident.severity}[/red] incident {short(incident.incident_id)}: {escape(incident.title)}",
            0,
            2,
        )
    for one in whole.stopped:
        named = " ".join(filter(None, (one.set_code, one.partner))) or f"all {one.what}"
        say(f"[yellow]stopped[/yellow] {escape(named)}: {escape(one.why)}", 0, 2)
    for trouble in whole.troubles:
        say(f"[yellow]in trouble[/yellow] {escape(trouble.partner)}: {escape('; '.join(trouble.why))}", 0, 2)
    if whole.failing.failed or whole.failing.trying:
        say(
            f"[red]messages:[/red] {whole.failing.failed} given up, {whole.failing.trying} tried again "
            "(alerts messages)"
        )


def _tell(found: Status) -> None:
    print_table(
        "Workers",
        ("worker", "since", "last seen", "alive", "doing"),
        ((w.name, w.started_at, w.seen_at, w.alive, w.doing) for w in found.workers),
        "No worker is running.",
    )
    for title, counts in (("Waiting", found.waiting), ("Late", found.late)):
        told = ", ".join(f"{what} {count}" for what, count in counts.items() if count)
        screen.print(f"[bold]{title}:[/bold] {told or 'nothing'}")
    print_table(
        "Partners",
        ("partner", "looked at", "last received", "failures", "paused"),
        (
            (
                p.partner,
                p.looked_at,
                p.received_at,
                p.failures or "",
                p.paused_why or shown(p.paused),
            )
            for p in found.partners
        ),
        "No partner is published.",
    )
    for p in found.partners:
        if p.last_error:
            say(f"[red]{escape(p.partner)}:[/red] {escape(p.last_error)}", 0, 2)
