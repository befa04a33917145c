"""`cases replay` and `replays`: a cause run again after it was mended, tried first; how far each replay is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.names import row_id, short
from edi_gateway.cli.output import (
    FOUND_ERRORS,
    WRONG_USAGE,
    complaints,
    fail,
    print_json,
    print_table,
    say,
    screen,
    sentence,
)
from edi_gateway.cli.triage.cases import JsonOption
from edi_gateway.cli.triage.cases import group as cases_group

if TYPE_CHECKING:
    from edi_gateway.flow.gateway import Gateway
    from edi_gateway.reports.triage.replays import ReplayRow, ReplayView
    from edi_gateway.store.book.replays import Run

group = typer.Typer(no_args_is_help=True, help="Replays of a cause: tried, under way, done.")
app.add_typer(group, name="replays")

RunArgument = Annotated[str, typer.Argument(metavar="REPLAY", help="The replay's id, as in the list.")]


@cases_group.command()
def replay(
    ctx: typer.Context,
    case: Annotated[
        str | None, typer.Argument(metavar="CASE", help="One case; its whole cause goes again.")
    ] = None,
    cause: Annotated[str | None, typer.Option(help="Everything of this cause (its first digits).")] = None,
    with_file: Annotated[
        Path | None, typer.Option("--with", help="A corrected copy, replayed in place of the original.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would become of each; nothing is changed.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Run all of a cause again, after it was mended.

    After the profile, the cross-reference or the mapping was mended; says what changed, case by case. With --with a
    corrected copy is taken in place of the original, which stays as it came (`cases show CASE --raw` gives it). With
    --dry-run so many are said to pass, so many to turn to another cause, so many to stay. Whatever stops it,
    `replays resume` or the daemon goes on where it stopped; nothing is run twice.
    """
    from edi_gateway.cli.composition import gateway_of
    from edi_gateway.cli.triage.fixes import workshop
    from edi_gateway.flow.replays import carrying

    here: Here = ctx.obj
    if (case is None) == (cause is None):
        fail("Say either a CASE or --cause CAUSE.", WRONG_USAGE)
    if dry_run and with_file is not None:
        fail("What a corrected copy would do, `cases fix CASE copy --with FILE --preview` says.", WRONG_USAGE)
    content = None if with_file is None else _content(with_file)
    if dry_run:
        works = workshop(here).works
        run = _begin(here, case, cause, dry=True)
        follow(here, run.id, lambda: carrying.carry_one(works, run.id) > 0)
        tell(view_of(here, run.id), json)
        return
    with gateway_of(here) as gateway:
        if content is None:
            run = _begin(here, case, cause, dry=False)
        else:
            with here.desk() as desk:
                actor = desk.actor
            run = carrying.start(gateway.works, [row_id(case or "", "case")], actor, content)
        finish(here, gateway, run.id, json)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}", WRONG_USAGE)


def _begin(here: Here, case: str | None, cause: str | None, *, dry: bool) -> Run:
    from edi_gateway.commands.triage import replaying
    from edi_gateway.reports.book import cases
    from edi_gateway.reports.triage import replays

    with here.desk() as desk:
        if case is not None:
            if cases.show(desk.conn, row_id(case, "case")) is None:
                fail(f"There is no case {case}.", WRONG_USAGE)
            return replaying.begin_cases(desk, [row_id(case, "case")], dry=dry)
        meant = replays.open_causes(desk.conn, cause or "")
        if not meant:
            fail("No open case of this cause.", WRONG_USAGE)
        if len(meant) > 1:
            fail(f"{len(meant)} causes begin with {cause}: give more digits.", WRONG_USAGE)
        return replaying.begin_cause(desk, meant[0], dry=dry)


def finish(here: Here, gateway: Gateway, run_id: int, json: bool) -> None:
    """Carry a replay on until nothing of it can go on, and say what became of each case."""
    from edi_gateway.flow.replays import carrying

    follow(here, run_id, lambda: not gateway.drain(1.0))
    with here.reading() as conn:
        done = carrying.results(conn, run_id)
    for one in done:
        if json:
            print_json(one)
        else:
            mark = "[green]cured[/green]" if one.cured else "[yellow]still open[/yellow]"
            say(f"{short(one.case_id)}  {mark}  {escape(one.said)}", 2, 14)
    if not json:
        screen.print(f"{sum(one.cured for one in done)} of {len(done)} cases are cured.")
        view = view_of(here, run_id).replay
        if view.waiting + view.under_way:
            sentence(f"{view.waiting + view.under_way} are not at their end; the daemon carries them on.")
    if not all(one.cured for one in done):
        raise SystemExit(FOUND_ERRORS)


def follow(here: Here, run_id: int, step: Callable[[], bool]) -> None:
    """Step on, with a bar, until the replay is at its end or nothing of it can go on."""
    with _bar() as show:
        goes_on = True
        while goes_on:
            goes_on = step()
            at = view_of(here, run_id).replay
            show(at)
            goes_on = goes_on and at.state == "RUNNING"


@contextmanager
def _bar() -> Iterator[Callable[[ReplayRow], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=complaints, transient=True, disable=not complaints.is_terminal) as bar:
        task = bar.add_task("cases", total=None)
        yield lambda at: bar.update(task, completed=at.done, total=at.total)


def view_of(here: Here, run_id: int) -> ReplayView:
    from edi_gateway.reports.triage import replays

    with here.reading() as conn:
        view = replays.show(conn, run_id)
    if view is None:
        fail(f"There is no replay {short(run_id)}.", WRONG_USAGE)
    return view


@group.command("list")
def list_(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many, the last ones first.")] = 50,
    json: JsonOption = False,
) -> None:
    """List replays, the last ones first.

    What was tried, what is under way, and what became of it.
    """
    from edi_gateway.reports.triage import replays

    here: Here = ctx.obj
    with here.reading() as conn:
        found = replays.list_runs(conn, limit=limit)
    if json:
        for row in found:
            print_json(row)
        return
    print_table(
        "Replays",
        ("replay", "begun", "by", "what", "state", "done", "passed", "changed", "stayed", "unknown", "cause"),
        (
            (
                short(r.run_id),
                r.started_at,
                r.by,
                "tried" if r.kind == "dry" else "replayed",
                r.state,
                f"{r.done} of {r.total}",
                r.passed,
                r.changed,
                r.stayed,
                r.unknown,
                r.cause,
            )
            for r in found
        ),
        "Nothing was replayed yet.",
        spare=("by", "unknown"),
    )


@group.command()
def show(ctx: typer.Context, replay: RunArgument, json: JsonOption = False) -> None:
    """Show one replay: how far it is, what became of its cases.

    And to which causes they turned.
    """
    here: Here = ctx.obj
    tell(view_of(here, row_id(replay, "replay")), json)


def tell(view: ReplayView, json: bool) -> None:
    if json:
        print_json(view)
        return
    r = view.replay
    dry = r.kind == "dry"
    what = "Tried" if dry else "Replay"
    screen.print(f"[bold]{what} {short(r.run_id)}[/bold]  {r.state.lower()}  {r.done} of {r.total} cases")
    say(escape(r.cause), 2, 2)
    would = "would " if dry else ""
    told = (
        (r.passed, f"{would}pass" if dry else "passed"),
        (r.changed, f"{would}turn to another cause" if dry else "turned to another cause"),
        (r.stayed, f"{would}stay" if dry else "stayed"),
        (r.unknown, "cannot be foreseen" if dry else "were not run"),
        (r.waiting + r.under_way, "wait"),
        (r.skipped, "are nothing that could be run again"),
    )
    for count, words in told:
        if count:
            say(f"{count:6}  {words}", 2, 10)
    for other in view.became:
        say(f"{other.cases:6}  {escape(other.cause)}  [dim]{other.fingerprint[:8]}[/dim]", 6, 14)
    for item in view.items:
        if item.said and item.result != "PASSED":
            say(f"{short(item.case_id)}  {(item.result or '').lower()}  {escape(item.said)}", 2, 14)


@group.command()
def resume(ctx: typer.Context, replay: RunArgument, json: JsonOption = False) -> None:
    """Carry on a replay that was stopped in the middle.

    Nothing of it is run twice. A daemon does so by itself.
    """
    from edi_gateway.cli.composition import gateway_of

    here: Here = ctx.obj
    run_id = row_id(replay, "replay")
    view = view_of(here, run_id)
    if view.replay.state != "RUNNING":
        sentence(f"Replay {short(run_id)} is at its end.")
        return
    with gateway_of(here) as gateway:
        if view.replay.kind == "dry":
            follow(here, run_id, lambda: not gateway.drain(1.0))
            tell(view_of(here, run_id), json)
        else:
            finish(here, gateway, run_id, json)


@group.command()
def stop(ctx: typer.Context, replay: RunArgument) -> None:
    """Run no more of a replay.

    What is under way ends, and its other cases stay open.
    """
    from edi_gateway.commands.triage import replaying

    here: Here = ctx.obj
    run_id = row_id(replay, "replay")
    with here.desk() as desk:
        replaying.stop(desk, run_id)
    sentence(f"Nothing more of replay {short(run_id)} is run.")
