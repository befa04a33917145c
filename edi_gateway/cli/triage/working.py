"""`cases claim`, `assign`, `comment`, `wait`, `close` and the like: of one case, or of all open ones of a cause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import row_id, short, word
from edi_gateway.cli.output import WRONG_USAGE, fail, money, print_table, remark, sentence
from edi_gateway.cli.triage.cases import group

if TYPE_CHECKING:
    from edi_gateway.commands.desk import Desk
    from edi_gateway.commands.triage.working import Done, Which

CaseArgument = Annotated[
    str,
    typer.Argument(
        metavar="CASE", help="The case's id, as in the list; with --all the first digits of a cause."
    ),
]
AllOption = Annotated[bool, typer.Option("--all", help="All open cases of the cause that CASE names.")]
ExpectOption = Annotated[
    int | None,
    typer.Option("--expect", min=1, help="With --all: only when they are so many, as --dry-run said."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say how many cases it would be done to.")]
TextOption = Annotated[str, typer.Option("--text", help="What others should know.")]


def _do(
    ctx: typer.Context,
    case: str,
    of_cause: bool,
    expect: int | None,
    dry_run: bool,
    said: str,
    act: Callable[[Desk, Which], Done],
    *,
    resolved: bool = False,
) -> None:
    """Do it to the case or to the cause, or say to how many it would be done."""
    from edi_gateway.commands.triage.working import AllOf
    from edi_gateway.triage.alerting import reached

    here: Here = ctx.obj
    count, which = 1, row_id(case, "case") if not of_cause else None
    if which is None:
        fingerprint, count = _cause(here, case, resolved=resolved)
    several = "case" if count == 1 else "cases"
    if dry_run:
        sentence(f"It would be done to {count} {several}.")
        return
    with here.desk() as desk:
        done = act(desk, AllOf(fingerprint, expect) if which is None else which)
    if which is None:
        sentence(f"{done.cases} {'case' if done.cases == 1 else 'cases'}, each {said}")
    else:
        sentence(f"Case {short(which)} {said}")
    if done.left:
        remark(f"{done.left} were left: {done.why}.")
    if done.named:
        sentence(reached(done.named, here.settings.alerts.people, mails=here.settings.mail.host is not None))


def _cause(here: Here, digits: str, *, resolved: bool) -> tuple[str, int]:
    """The whole fingerprint of the one cause that begins like this, and how many cases would be worked."""
    from edi_gateway.reports.causes import queue

    with here.reading() as conn:
        found = queue.one(conn, digits, here.clock())
        if found is None:
            fail(f"{digits[:64]!r} begins no cause, or several: copy more from `cases list`.", WRONG_USAGE)
        count = queue.not_closed(conn, found.fingerprint) if resolved else found.cases
    return found.fingerprint, count


@group.command()
def claim(
    ctx: typer.Context,
    case: CaseArgument,
    of_cause: AllOption = False,
    expect: ExpectOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Take a case; of a cause what comes of it later, too."""
    from edi_gateway.commands.triage import working

    _do(ctx, case, of_cause, expect, dry_run, f"is with {ctx.obj.user}.", working.claim)


@group.command()
def assign(
    ctx: typer.Context,
    case: CaseArgument,
    owner: Annotated[str | None, typer.Argument(help="To whom; yourself when left out.")] = None,
    text: TextOption = "",
    of_cause: AllOption = False,
    expect: ExpectOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Give a case to somebody, or take it."""
    from edi_gateway.commands.triage import working

    whom: str = owner or ctx.obj.user

    def act(desk: Desk, which: Which) -> Done:
        return working.assign(desk, which, whom, text)

    _do(ctx, case, of_cause, expect, dry_run, f"is with {whom}.", act)


@group.command("hand-over")
def hand_over(
    ctx: typer.Context,
    case: CaseArgument,
    to: Annotated[str, typer.Argument(help="To whom.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="How far it has come.")],
    of_cause: AllOption = False,
    expect: ExpectOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Give a case to somebody else, and say how far it is."""
    from edi_gateway.commands.triage import working

    def act(desk: Desk, which: Which) -> Done:
        return working.hand_over(desk, which, to, text)

    _do(ctx, case, of_cause, expect, dry_run, f"is with {to}.", act)


@group.command()
def comment(
    ctx: typer.Context,
    case: CaseArgument,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="What others should know; @name tells that person.")
    ],
    of_cause: AllOption = False,
    expect: ExpectOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Add a note to a case; whoever is named with @ is told."""
    from edi_gateway.commands.triage import working

    def act(desk: Desk, which: Which) -> Done:
        return working.comment(desk, which, text)

    _do(ctx, case, of_cause, expect, dry_run, "has the note.", act)


@group.command()
def watch(
    ctx: typer.Context,
    case: CaseArgument,
    stop: Annotated[bool, typer.Option("--stop", help="No more.")] = False,
    of_cause: AllOption = False,
    expect: ExpectOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Follow what becomes of a case, in `cases mine`."""
    from edi_gateway.commands.triage import working

    def act(desk: Desk, which: Which) -> Done:
        return working.watch(desk, which, stop=stop)

    _do(ctx, case, of_cause, expect, dry_run, "is watched no more." if stop else "is watched.", act)


@group.command()
def wait(
    ctx: typer.Context,
    case: CaseArgument,
    whom: Annotated[str, typer.Option("--for", help="customer, warehouse, finance, partner or IT.")],
    text: TextOption = "",
    of_cause: AllOption = False,
    expect: ExpectOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Let a case wait for somebody outside; our clock stops.

    What was promised to the customer runs on: the order's own dates.
    """
    from edi_gateway.commands.triage import working
    from edi_gateway.orders.hours.service import WAITING_FOR

    meant = word(whom, "--for", WAITING_FOR) or ""

    def act(desk: Desk, which: Which) -> Done:
        return working.wait(desk, which, meant, text)

    _do(ctx, case, of_cause, expect, dry_run, f"waits for {meant}.", act)


@group.command("go-on")
def go_on(
    ctx: typer.Context,
    case: CaseArgument,
    text: TextOption = "",
    of_cause: AllOption = False,
    expect: ExpectOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """What a case waited for has come; its clock runs on."""
    from edi_gateway.commands.triage import working

    def act(desk: Desk, which: Which) -> Done:
        return working.resume(desk, which, text)

    _do(ctx, case, of_cause, expect, dry_run, "waits no more.", act)


@group.command()
def snooze(
    ctx: typer.Context,
    case: CaseArgument,
    until: Annotated[
        str,
        typer.Argument(help="UTC, e.g. 2026-03-03T08:00; or 4h, 2d from now; or now: back into the queue."),
    ],
    of_cause: AllOption = False,
    expect: ExpectOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Take a case out of the queue for a while."""
    from edi_gateway.commands.triage import working

    moment = _moment(until, ctx.obj.clock())

    def act(desk: Desk, which: Which) -> Done:
        return working.snooze(desk, which, moment)

    said = "is back in the queue." if moment is None else f"comes back at {moment:%Y-%m-%d %H:%M} UTC."
    _do(ctx, case, of_cause, expect, dry_run, said, act)


def _moment(said: str, now: datetime) -> datetime | None:
    if said == "now":
        return None
    number, unit = said[:-1], said[-1:]
    if unit in ("h", "d") and number.isascii() and number.isdecimal() and len(number) <= 4:
        return now + (timedelta(hours=int(number)) if unit == "h" else timedelta(days=int(number)))
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        fail(f"{said[:40]!r} is no time: write it like 2026-03-03T08:00, 4h or 2d.", WRONG_USAGE)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@group.command()
def priority(
    ctx: typer.Context,
    case: CaseArgument,
    level: Annotated[str, typer.Argument(help="urgent, high, normal or low.")],
    of_cause: AllOption = False,
    expect: ExpectOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Give a case another priority, and the times that go with it."""
    from edi_gateway.commands.triage import working
    from edi_gateway.orders.hours.service import PRIORITIES

    numbers = {name: number for number, name in PRIORITIES.items()}
    meant = numbers[word(level, "LEVEL", numbers) or ""]

    def act(desk: Desk, which: Which) -> Done:
        return working.prioritise(desk, which, meant)

    _do(ctx, case, of_cause, expect, dry_run, f"is {PRIORITIES[meant]}.", act)


@group.command()
def close(
    ctx: typer.Context,
    case: CaseArgument,
    root_cause: Annotated[
        str,
        typer.Option(
            "--root-cause",
            help="Whose fault it was and what, e.g. 'our master data: price out of date'; the second part may be left "
            "out. docs/reference/roles.md has the tree.",
        ),
    ],
    text: Annotated[str, typer.Option("--text", help="What was done.")] = "",
    action: Annotated[
        str | None,
        typer.Option("--action", help="In a word of the list of docs/reference/roles.md, e.g. rejected."),
    ] = None,
    of_cause: AllOption = False,
    expect: ExpectOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Close a case with its root cause.

    With --all those of the cause that the machine has resolved get their root cause, too.
    """
    from edi_gateway.commands.triage import working
    from edi_gateway.orders.hours.service import ACTIONS, ROOT_CAUSES

    whose, colon, what = root_cause.partition(":")
    meant = f"{word(whose, '--root-cause', ROOT_CAUSES)}{colon}{what}"
    did = word(action, "--action", ACTIONS)

    def act(desk: Desk, which: Which) -> Done:
        return working.close(desk, which, meant, text, did)

    _do(ctx, case, of_cause, expect, dry_run, "is closed.", act, resolved=True)


@group.command()
def reopen(
    ctx: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is still wrong.")],
) -> None:
    """Open a case again; its clocks begin anew."""
    from edi_gateway.commands.triage import working

    here: Here = ctx.obj
    wanted = row_id(case, "case")
    with here.desk() as desk:
        working.reopen(desk, wanted, text)
    sentence(f"Case {short(wanted)} is open again.")


@group.command()
def mine(
    ctx: typer.Context,
    seen: Annotated[bool, typer.Option("--seen", help="Mark where you were mentioned as read.")] = False,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """What is yours, where you are named, what you watch.

    And what waits in the queues of your roles, nobody's yet, by cause. In the order of work.
    """
    from edi_gateway.commands.partners.users import actor
    from edi_gateway.commands.triage import working
    from edi_gateway.reports.causes.mine import Task, my_work

    here: Here = ctx.obj
    if seen:
        with here.desk() as desk:
            count = working.seen(desk)
        sentence(f"{count} {'mention is' if count == 1 else 'mentions are'} marked as read.")
        return
    with here.reading() as conn:
        me = actor(conn, here.user)
        found = my_work(conn, me.name, me.roles, here.clock())
    if json or csv or xlsx:
        tell(found.tasks, Task, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "",
        ("why", "case", "cases", "due", "", "family", "partner", "PO", "amount", "what", "said"),
        (
            (
                *(
                    t.why,
                    short(t.case_id),
                    t.cases if t.cases > 1 else "",
                    t.due_at or f"waits for {t.waiting_for}",
                    "LATE" if t.late else "",
                ),
                *(
                    t.family,
                    t.partner,
                    t.po_number,
                    f"{money(t.amount)} {t.currency}" if t.amount is not None else "",
                ),
                *(t.message, f"{t.by}: {t.said}" if t.said else ""),
            )
            for t in found.tasks
        ),
        "Nothing waits for you.",
        spare=("partner", "amount", "family"),
    )
    for why, count in found.counts.items():
        if count > len(found.of(why)):
            remark(f"{why}: {len(found.of(why))} of {count} or more are told.")
