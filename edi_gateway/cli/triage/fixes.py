"""`cases fixes` and `cases fix`: what would put a case right, what it would do, and doing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.context import Here
from edi_gateway.cli.names import row_id, short
from edi_gateway.cli.output import FOUND_ERRORS, WRONG_USAGE, fail, plain, print_json, say, screen, sentence
from edi_gateway.cli.triage.cases import CaseArgument, JsonOption
from edi_gateway.cli.triage.cases import group as cases_group

if TYPE_CHECKING:
    from edi_gateway.flow.replays.fixing import ForEach, Preview, Workshop
    from edi_gateway.flow.trial import Tried


@cases_group.command()
def fixes(ctx: typer.Context, case: CaseArgument, json: JsonOption = False) -> None:
    """Suggest what would put a case right, the likeliest first.

    Near misses among items, ship-tos, units and partners, values, the envelope mended, the hold released, a guide rule,
    a mapping row or a code table changed as a draft, the document refused, a mail drafted. `cases fix CASE FIX
    --preview` says what one would do.
    """
    from edi_gateway.flow.replays import fixing, telling

    here: Here = ctx.obj
    works = workshop(here).works
    with here.reading() as conn:
        found = fixing.fixes(conn, row_id(case, "case"), works)
    if json:
        for fix in found:
            print_json(telling.fix(fix))
        return
    for n, fix in enumerate(found, 1):
        score = f"  [dim]{fix.score} of 100[/dim]" if fix.score is not None else ""
        say(f"{n:2}  [bold]{escape(fix.key)}[/bold]  {escape(fix.title)}{score}", 2, 6)
        say(f"[dim]{escape(fix.why.rstrip('.'))}. For {fix.who}.[/dim]", 6, 6)
    if not found:
        screen.print("Nothing is left to fix.")


@cases_group.command()
def fix(
    ctx: typer.Context,
    case: CaseArgument,
    fix: Annotated[
        str, typer.Argument(metavar="FIX", help="The fix's name or number, as `cases fixes` says.")
    ],
    preview: Annotated[
        bool, typer.Option("--preview", help="Only say what it would do; nothing is changed.")
    ] = False,
    why: Annotated[str, typer.Option("--why", help="Why; what was agreed, and with whom.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="A reason code, to release a hold.")] = "",
    value: Annotated[
        str,
        typer.Option("--value", help="Another value, our code, the row as TOML, or the text of the mail."),
    ] = "",
    root_cause: Annotated[str, typer.Option("--root-cause", help="To end a case: whose fault it was.")] = "",
    with_file: Annotated[Path | None, typer.Option("--with", help="The corrected copy.")] = None,
    each: Annotated[
        bool, typer.Option("--each", help="A decision: take it about each open case of the cause.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Do a suggested fix of a case, or say what it would do.

    The preview does it in a transaction that is thrown away, and runs the case's document or order again in it, and
    others of the same cause. A decision (a hold released, an order refused) is about one case; with --each about all of
    the cause. After a fix of master data `cases replay CASE` runs all of the cause again.
    """
    from edi_gateway.cli.triage import copying
    from edi_gateway.commands.triage.fixing import Given
    from edi_gateway.flow.replays import fixing, telling

    here: Here = ctx.obj
    wanted, bench = row_id(case, "case"), workshop(here)
    with here.reading() as conn:
        key = _key(fix, [one.key for one in fixing.fixes(conn, wanted, bench.works)])
    content = None if with_file is None else _content(with_file)
    given = Given(why, reason, value, root_cause, content)
    if each:
        decided = (fixing.preview_each if preview else fixing.do_each)(bench, wanted, key, given)
        _tell_each(decided, preview=preview, json=json)
        return
    if preview:
        seen = fixing.preview(bench, wanted, key, given)
        found = None if content is None else copying.checked(here, wanted, content)
        if json:
            more = {} if found is None else {"copy": copying.as_json(found)}
            print_json(telling.preview(seen) | more)
        else:
            if found is not None:
                copying.tell(found)
            _tell(seen, case)
        if seen.refused is not None:
            raise SystemExit(FOUND_ERRORS)
        return
    done = fixing.do(bench, wanted, key, given)
    if json:
        print_json(plain(done))
        return
    sentence(done.said)
    if done.run is not None:
        sentence(f"`replays resume {short(done.run)}` carries it on now, the daemon by itself.")
    elif done.replays:
        sentence(f"`cases replay {case} --dry-run` says what that cures, `cases replay {case}` does it.")
    elif done.drafted is not None:
        sentence(
            f"`partners publish {done.drafted} --proposed --why ...` lets it hold, after `edi-gateway try`."
        )


def workshop(here: Here) -> Workshop:
    """Where fixes are done, for whoever asks, with the limits of this installation."""
    from edi_gateway import logs
    from edi_gateway.cli.composition import compose
    from edi_gateway.commands.partners.users import actor
    from edi_gateway.flow.replays.fixing import Workshop

    logs.configure(here.settings.logging.format, "ERROR")  # what was done is told here
    works = compose(here).works
    return Workshop(
        works,
        lambda conn: here.desk_at(conn, actor(conn, here.user)),
        here.partners_folder,
        here.mappings_folder,
    )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}", WRONG_USAGE)


def _key(said: str, keys: list[str]) -> str:
    """The fix that is meant, by name or by its number in the list."""
    if said.isdecimal() and 1 <= int(said) <= len(keys):
        return keys[int(said) - 1]
    return said


def _tell(seen: Preview, case: str) -> None:
    say(f"[bold]{escape(seen.fix.title)}[/bold]", 0, 2)
    if seen.refused is not None:
        say(f"[red]It cannot be done:[/red] {escape(seen.refused)}", 2, 2)
        return
    say(escape(seen.said), 2, 2)
    for name, one in (("now", seen.before), ("then", seen.after)):
        if one is not None:
            say(f"{name:5}{escape(_in_words(one))}", 2, 7)
    if seen.after is not None:
        for answer in seen.after.answers:
            say(f"{answer.set_code}  {escape(answer.body)}", 7, 12)
    for code, body in seen.bodies:
        say(f"{code}  {escape(body)}", 7, 12)
    if seen.sample:
        out = seen.outlook
        say(
            f"Of {seen.sample} others of the same cause (there are {seen.same} in all) {out.passed} would pass, "
            f"{sum(out.changed.values())} turn to another cause, {out.stayed} stay.",
            2,
            2,
        )
        for words, count in out.changed.most_common():
            say(f"{count:4}  {escape(words)}", 4, 10)
    say(
        f"Nothing was changed. Without --preview it is done: cases fix {escape(case)} {escape(seen.fix.key)}",
        2,
        2,
    )


def _tell_each(decided: ForEach, *, preview: bool, json: bool) -> None:
    """How many cases a decision was taken about, or could be."""
    from edi_gateway.flow.replays import telling

    if json:
        print_json(telling.for_each(decided))
        return
    sentence(f"It {'could be' if preview else 'is'} done to {decided.done} case{'s' * (decided.done != 1)}.")
    for why, count in decided.refused.items():
        say(f"{count:4}  refused: {escape(why)}", 2, 8)
    if preview:
        out = decided.outlook
        told = (
            f"{out.passed} would pass, {sum(out.changed.values())} turn to another cause, {out.stayed} stay."
        )
        say(told, 2, 2)
        for words, count in out.changed.most_common():
            say(f"{count:4}  {escape(words)}", 4, 10)
        if decided.left:
            say(f"{decided.left} more were not tried.", 2, 2)


def _in_words(one: Tried) -> str:
    """What would become of it."""
    if one.error is not None:
        return one.error
    parts = [f"{s.set_code} {s.control} {s.state.lower()}" for s in one.sets]
    for order in one.orders:
        held = ", ".join(sorted({hold.code for hold in order.holds}))
        parts.append(
            f"PO {order.po_number} {order.state.lower().replace('_', ' ')}{f' ({held})' if held else ''}"
        )
    parts += [case.cause for case in one.cases]
    return "; ".join(parts) or "nothing of it is left to do"
