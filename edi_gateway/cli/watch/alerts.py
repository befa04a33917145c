"""`alerts`: what was told to whom, what failed; tried, sent again."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import row_id, short, word
from edi_gateway.cli.output import WRONG_USAGE, fail, print_json, print_table, say, screen, sentence

group = typer.Typer(no_args_is_help=True, help="Who was told of what, by mail and webhook.")
app.add_typer(group, name="alerts")

_STATES = ("WAITING", "SENT", "FAILED", "CANCELLED")


@group.command("list")
def list_(
    ctx: typer.Context, json: JsonOption = False, csv: CsvOption = False, xlsx: XlsxOption = None
) -> None:
    """List alerts, the newest first, and what became of them."""
    from edi_gateway.reports.watch.messages import AlertRow, list_alerts

    here: Here = ctx.obj
    with here.reading() as conn:
        found = list_alerts(conn)
    if json or csv or xlsx:
        tell(found, AlertRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "Alerts",
        ("raised", "urgent", "family", "routes", "sent", "waiting", "failed", "what"),
        (
            (
                one.raised_at,
                one.urgent,
                one.family,
                one.routes or "nobody",
                one.sent or "",
                one.waiting or "",
                one.failed or "",
                one.text,
            )
            for one in found
        ),
        "Nothing was told yet. docs/how-to/alerts.md tells how to set routes.",
    )


@group.command()
def routes(ctx: typer.Context, json: JsonOption = False) -> None:
    """Say who is told of what, and whom no route can reach.

    Exit code 1 when somebody of a route has no address, or a route reaches nobody.
    """
    from edi_gateway.cli.composition import alerting_of
    from edi_gateway.commands.watch.routes import RouteRow
    from edi_gateway.commands.watch.routes import routes as routes_of

    here: Here = ctx.obj
    with here.reading() as conn:
        found = routes_of(conn, alerting_of(here), here.clock())
    if json:
        tell(found, RouteRow, "", json=True)
    else:
        print_table(
            "Routes of alerts",
            ("route", "told of", "only", "to", "quiet", "digest", "without an address"),
            (
                (
                    one.route,
                    one.told,
                    ", ".join((*one.families, *one.partners)),
                    ", ".join(one.to) or "nobody",
                    one.quiet,
                    f"{one.digest_minutes} min",
                    ", ".join(one.unreached),
                )
                for one in found
            ),
            "Nobody is told of anything. docs/how-to/alerts.md tells how to set routes.",
            spare=("digest",),
        )
    if any(one.unreached or not one.to for one in found):
        raise typer.Exit(1)


@group.command()
def messages(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option(help="Only WAITING, SENT, FAILED or CANCELLED ones.")] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List mails and webhook calls, also what people wrote.

    Exit code 1 when one was given up.
    """
    from edi_gateway.reports.watch.messages import MessageRow, list_messages

    here: Here = ctx.obj
    with here.reading() as conn:
        found = list_messages(conn, state=word(state, "--state", _STATES))
    if json or csv or xlsx:
        tell(found, MessageRow, "", json=json, csv=csv, xlsx=xlsx)
    else:
        print_table(
            "Messages",
            ("message", "state", "due", "attempts", "channel", "to", "subject", "error"),
            (
                (
                    short(one.message_id),
                    one.state,
                    one.sent_at or one.due_at,
                    one.attempts,
                    one.channel,
                    one.target,
                    one.subject or f"a digest of {one.alerts} so far",
                    one.last_error,
                )
                for one in found
            ),
            "There is no message.",
            spare=("channel", "attempts"),
        )
    if any(one.state == "FAILED" for one in found):
        raise typer.Exit(1)


@group.command()
def show(
    ctx: typer.Context,
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="The message's id, as in the list.")],
    json: JsonOption = False,
) -> None:
    """Show one message whole."""
    from edi_gateway.reports.watch.messages import show_message

    here: Here = ctx.obj
    with here.reading() as conn:
        view = show_message(conn, row_id(message, "message"))
    if view is None:
        fail(f"There is no message {message}.", WRONG_USAGE)
    if json:
        print_json(view)
        return
    one = view.message
    screen.print(f"[bold]Message {short(one.id)}[/bold]  {one.channel}  {one.state}  {one.attempts} attempts")
    say(f"to {escape(one.target)}", 2)
    if one.last_error:
        say(f"[red]{escape(one.last_error)}[/red]", 2, 2)
    if one.body is None:
        for alert in view.alerts:
            say(escape(alert.text), 2, 2)
        return
    say(f"[bold]{escape(one.subject or '')}[/bold]", 2, 2)
    for line in one.body.splitlines():
        say(escape(line), 2)


@group.command()
def test(
    ctx: typer.Context,
    route: Annotated[str, typer.Argument(metavar="ROUTE", help="The name of a route of config.toml.")],
) -> None:
    """Send a test message along a route, now.

    And say what became of it.

    Exit code 1 when any of it failed.
    """
    from edi_gateway.cli.composition import alerting_of, tellers_of
    from edi_gateway.commands.watch.alerting import targets
    from edi_gateway.store import users
    from edi_gateway.transport.telling.base import Outgoing
    from edi_gateway.triage.alerting import Alert, json_of, mail_of, subject_of

    here: Here = ctx.obj
    alerting = alerting_of(here)
    chosen = next((one for one in alerting.routes if one.name == route), None)
    if chosen is None:
        names = ", ".join(one.name for one in alerting.routes) or "none is set"
        fail(f"There is no route {route!r}: {names}.", WRONG_USAGE)
    with here.reading() as conn:
        people = {user.name: user.roles for user in users.every(conn)}
    found = targets(alerting, chosen, people)
    if not found:
        fail(f"The route {route} reaches nobody: no user of its roles has an address in alerts.people.")
    now = here.clock()
    said = f"This is a test of the route {route}, asked for by {here.user}."
    alert = Alert(
        here.ids.next(), "test", "SYSTEM", "TEST", None, False, 0, said, "Nothing is to be done.", now, "/"
    )
    tellers = tellers_of(here)
    bad = False
    for channel, target in found:
        teller = tellers.get(channel)
        if teller is None:
            problem: object = "no mail server is set: [mail] in config.toml"
        else:
            body = (
                mail_of([alert], alerting.console)
                if channel == "mail"
                else json_of([alert], alerting.console)
            )
            outgoing = Outgoing(here.ids.next(), target, subject_of([alert]), body, now, chosen.name)
            (problem,) = teller.tell([outgoing])
        bad = bad or problem is not None
        sentence(f"{channel} to {target}: {'it went' if problem is None else problem}")
    if bad:
        raise typer.Exit(1)


@group.command()
def retry(
    ctx: typer.Context,
    message: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MESSAGE]...", help="Their ids; all that failed when left out."),
    ] = None,
) -> None:
    """Let messages that failed go again at once."""
    from edi_gateway.commands.watch import alerting
    from edi_gateway.reports.watch.messages import list_messages

    here: Here = ctx.obj
    if message:
        wanted = [row_id(each, "message") for each in message]
    else:
        with here.reading() as conn:
            wanted = [one.message_id for one in list_messages(conn, state="FAILED", limit=10_000)]
    if not wanted:
        sentence("Nothing has failed.")
        return
    with here.desk() as desk:
        count = alerting.retry(desk, wanted)
    sentence(f"{count} message{'' if count == 1 else 's'} will go with the next pass of the daemon.")


@group.command()
def cancel(
    ctx: typer.Context,
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="The message's id.")],
    why: Annotated[str, typer.Option("--why", help="The reason.")],
) -> None:
    """Let a message that has not gone not go any more."""
    from edi_gateway.commands.watch import alerting

    here: Here = ctx.obj
    wanted = row_id(message, "message")
    with here.desk() as desk:
        alerting.cancel(desk, wanted, why)
    sentence(f"Message {short(wanted)} is cancelled.")
