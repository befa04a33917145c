"""`try`: what changed files would have made different in everything that came before, before they go live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli import exports
from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.names import moment, short
from edi_gateway.cli.output import (
    FOUND_ERRORS,
    WRONG_USAGE,
    complaints,
    fail,
    print_json,
    say,
    sentence,
    shown,
)
from edi_gateway.cli.traffic.partners import folders_of
from edi_gateway.cli.traffic.versions import tell_differences

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from edi_gateway.partners.snapshots import Snapshot
    from edi_gateway.store.traffic.archived import Span
    from edi_gateway.triage.trying.groups import Example, Group
    from edi_gateway.triage.trying.trial import Result

USUAL_DAYS = 90
SHOWN = 40


@app.command("try")
def try_(
    ctx: typer.Context,
    partner: Annotated[
        str | None, typer.Argument(metavar="[PARTNER]", help="One; all whose files differ when left out.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", help=f"What came since that day or time. Default: the last {USUAL_DAYS} days."
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="What came before that day or time. Default: now.")
    ] = None,
    from_folder: Annotated[
        Path | None,
        typer.Option(
            "--from-folder",
            metavar="DRAFT",
            help="A folder with partners/ and mappings/ to try in place of the working folder's.",
        ),
    ] = None,
    examples: Annotated[
        int, typer.Option("--examples", min=1, max=50, help="Documents to show of each group.")
    ] = 3,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a partner.")] = False,
    csv: exports.CsvOption = False,
    xlsx: exports.XlsxOption = None,
) -> None:
    """Show what changed files would have made different.

    Reads what came and went in the span by what is live and by the files as they stand, with what is proposed over
    them: findings, fields, 997s, how orders would be judged, 855s and other documents of ours, in groups with examples.
    Changes nothing. Exit code 1: something that went through would stop.
    """

    from edi_gateway.store.traffic import archived

    here: Here = ctx.obj
    now = here.clock()
    span = archived.Span(
        moment(since, "--since") or now - timedelta(days=USUAL_DAYS), moment(until, "--until") or now
    )
    with here.reading() as conn:
        drafts = list(_drafts(here, conn, partner, from_folder))
    results = [_run(here, live, draft, span, examples) for live, draft in drafts]
    if csv or xlsx is not None:
        exports.tell([row for each in results for row in _rows(each)], Row, "", csv=csv, xlsx=xlsx)
    elif json:
        from edi_gateway.triage.trying.telling import as_json

        for each in results:
            print_json(as_json(each))
    elif not results:
        sentence("Nothing differs: what is live says the same as the files.")
    else:
        for each in results:
            _tell(each)
    if any(each.worse for each in results):
        raise typer.Exit(FOUND_ERRORS)


def _drafts(
    here: Here, conn: Connection, partner: str | None, folder: Path | None
) -> Iterator[tuple[str, Snapshot]]:
    """What is live and the draft beside it, of each partner whose draft differs."""
    from edi_gateway.commands.partners import proposals
    from edi_gateway.store import snapshots

    folders = folders_of(here)
    if folder is not None:
        own = (folder / "partners", folder / "mappings")
        if not any(each.is_dir() for each in own):
            fail(f"There is neither partners/ nor mappings/ in {folder}.", WRONG_USAGE)
        partners, mappings = (
            mine if mine.is_dir() else theirs
            for mine, theirs in zip(own, (folders.partners, folders.mappings), strict=True)
        )
        folders = proposals.Folders(partners, mappings)
    live = snapshots.live(conn)
    if partner is not None and partner not in live:
        fail(f"{partner} was never published: there is nothing to try it against.")
    for key in [partner] if partner is not None else sorted(live):
        if partner is None and not (folders.partners / key).is_dir():
            continue
        proposed = folder is None
        draft = proposals.snapshot_of(conn, folders, key, proposed=proposed)
        if draft.hash != live[key].hash:
            yield live[key].content, draft


def _run(here: Here, live: str, draft: Snapshot, span: Span, examples: int) -> Result:
    from edi_gateway.triage.trying.trial import Trial
    from edi_gateway.x12.parsing.envelope import Limits

    settings = here.settings
    limits = Limits(segment_bytes=settings.limits.segment_bytes)
    trial = Trial(here.reading, live, draft, span, settings.production, examples, limits)
    with bar(trial.key) as show:
        for at in trial.run():
            show(at.done, at.whole, at.documents)
    return trial.result()


@contextmanager
def bar(what: str, counted: str = "documents") -> Iterator[Callable[[int, int, int], None]]:
    """A bar on a terminal; gives what moves it: done, of how many, and what is counted."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn(f"{{task.fields[counted]:,}} {counted}"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=complaints, transient=True, disable=not complaints.is_terminal
    ) as shown_bar:
        task = shown_bar.add_task(escape(what), total=None, counted=0)

        def show(done: int, whole: int, count: int) -> None:
            shown_bar.update(task, completed=done, total=whole, counted=count)

        yield show


@dataclass(frozen=True, slots=True)
class Row:
    """A group, as a sheet has it."""

    partner: str
    what: str
    set: str
    place: str
    change: str
    worse: bool
    documents: int
    times: int
    first: datetime
    last: datetime
    was: str | None
    now: str | None
    said: str | None
    examples: str


def _rows(result: Result) -> Iterator[Row]:
    for group in result.groups:
        was, now, _ = group.usual_values[0]
        named = ", ".join(_name(each) for each in group.examples)
        yield Row(
            partner=result.partner,
            what=group.what,
            set=group.set_code,
            place=group.place,
            change=group.change,
            worse=group.worse,
            documents=group.documents,
            times=group.times,
            first=group.first,
            last=group.last,
            was=was,
            now=now,
            said=group.said,
            examples=named,
        )


def _tell(result: Result) -> None:
    sentence(f"{result.partner}: what the draft says otherwise")
    tell_differences(result.changes)
    span = f"{shown(result.span.since)} to {shown(result.span.until)}"
    sentence(
        f"Tried on {result.documents:,} documents of {span}"
        + (f", {result.judged:,} orders judged again" if result.judged else "")
        + f": {result.different:,} would have become different."
    )
    if result.unread:
        sentence(f"{result.unread:,} interchanges could not be tried: their bytes are not kept any more.")
    if result.later:
        sentence(f"What changes in {', '.join(result.later)} shows only in what is still to come.")
    for group in result.groups[:SHOWN]:
        _tell_group(group)
    more = len(result.groups) - SHOWN
    if more > 0 or result.beyond:
        sentence(
            f"And {max(more, 0)} groups more, {result.beyond} differences beyond them; --json tells all that is kept."
        )


def _tell_group(group: Group) -> None:
    colour = "red" if group.worse else "yellow"
    often = f", {group.times:,} times" if group.times != group.documents else ""
    say(
        f"[{colour}]{group.documents:,} × {escape(group.set_code)}[/{colour}] {escape(group.what)}: "
        f"[bold]{escape(_headline(group))}[/bold]{often}",
        2,
        4,
    )
    if group.said:
        say(escape(group.said), 6, 2)
    for each in group.examples:
        value = _values(each, group)
        say(f"[dim]{escape(_name(each))}[/dim]{'  ' + escape(value) if value else ''}", 6, 2)


def _headline(group: Group) -> str:
    return group.place if "→" in group.place or ":" in group.place else f"{group.place} {group.change}"


def _values(example: Example, group: Group) -> str:
    if group.what in ("verdict", "order") or (example.was is None and example.now is None):
        return ""
    return f"{'nothing' if example.was is None else example.was} → {'nothing' if example.now is None else example.now}"


def _name(example: Example) -> str:
    about = example.about
    known = f"document {short(about.document_id)}" if about.document_id is not None else ""
    named = f"PO {about.name}" if about.name else f"{about.set_code} {about.control or ''}".strip()
    return f"{named} of {about.at:%Y-%m-%d} {f'({known})' if known else ''}".strip()
