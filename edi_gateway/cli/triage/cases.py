"""`cases list` and `cases show`: what needs a person, by cause, and one case whole. The rest stands in working.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, XlsxOption, tell
from edi_gateway.cli.names import row_id, short, word
from edi_gateway.cli.output import (
    WRONG_USAGE,
    fail,
    money,
    plain,
    print_json,
    print_table,
    say,
    screen,
    write,
)
from edi_gateway.cli.standard.mending import tell_changes
from edi_gateway.cli.telling import mark, tell_causes
from edi_gateway.cli.triage import anatomy

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from edi_gateway.reports.book.cases import CaseRow, CaseView
    from edi_gateway.x12.mending.pieces import Mended

_SHOWN_CHANGES = 10  # of a mend that is suggested

group = typer.Typer(no_args_is_help=True, help="What needs a person, by cause.")
app.add_typer(group, name="cases")

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case's id, as in the list.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    partner: Annotated[str | None, typer.Option(help="Only this partner's.")] = None,
    family: Annotated[str | None, typer.Option(help="Only this family's, e.g. PRICE.")] = None,
    stage: Annotated[
        str | None, typer.Option(help="Only of this stage of the road, e.g. check or judge.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="Only with this finding code, e.g. ITEM_UNKNOWN.")] = None,
    role: Annotated[str | None, typer.Option(help="Only the queue of this role, e.g. EDI_ANALYST.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only what this person owns.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only what you own.")] = False,
    unowned: Annotated[bool, typer.Option("--unowned", help="Only what nobody owns.")] = False,
    state: Annotated[str | None, typer.Option(help="Only NEW, ASSIGNED or WAITING ones.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only causes with something past its time.")] = False,
    older: Annotated[
        int | None, typer.Option("--older", min=0, help="Only what was opened more than so many hours ago.")
    ] = None,
    cause: Annotated[str | None, typer.Option(help="Only this cause (its first digits).")] = None,
    words: Annotated[str | None, typer.Option(help="Only causes that say this.")] = None,
    snoozed: Annotated[bool, typer.Option("--snoozed", help="What is snoozed, too.")] = False,
    each: Annotated[bool, typer.Option("--each", help="Every case, not grouped by cause.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="Those that are over, each.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 1000,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List open cases by cause: how many, what hangs on them.

    And since when, due when, what to do; in the order of work: due time, then money, then customer.
    """
    from edi_gateway.commands.desk import ROLES
    from edi_gateway.model.finding import Family
    from edi_gateway.reports.book import cases
    from edi_gateway.reports.causes import queue
    from edi_gateway.triage.causes import STAGES

    here: Here = ctx.obj
    now = here.clock()
    wanted = queue.Wanted(
        *(partner, word(family, "--family", Family), word(stage, "--stage", STAGES), code),
        role=word(role, "--role", sorted(ROLES)),
        words=words,
        digits=cause,
        owner=here.user if mine else owner,
        unowned=unowned,
        state=word(state, "--state", cases.OPEN_STATES),
        late_at=now if late else None,
        opened_before=None if older is None else now - timedelta(hours=older),
        snoozed=snoozed,
    )
    with here.reading() as conn:
        if each or cause or closed:
            found = queue.cases_of(conn, wanted, now, closed=closed, limit=limit)
            if json or csv or xlsx:
                tell(found, cases.CaseRow, "", json=json, csv=csv, xlsx=xlsx)
            else:
                print_cases(found, closed=closed)
            return
        page = queue.queue(conn, wanted, now, limit=limit)
    if json or csv or xlsx:
        tell(page.causes, queue.CauseRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    if not page.causes:
        screen.print("No case is open.")
        return
    tell_causes(page.causes)
    if page.all_causes > len(page.causes):
        screen.print(f"\n{len(page.causes)} of {page.all_causes} causes.")
    screen.print("\ncases list --cause CAUSE shows the cases of one; cases show CASE one case whole.")


def print_cases(found: Sequence[CaseRow], *, closed: bool) -> None:
    """Cases as a table."""
    print_table(
        "Cases",
        ("case", "due", "family", "partner", "PO", "state", "owner", "amount", "test", "what"),
        (
            (
                short(c.case_id),
                "waits" if c.waits else c.due_at,
                c.family,
                c.partner,
                c.po_number,
                f"{c.state} for {c.waiting_for}" if c.waiting_for else c.state,
                c.owner,
                f"{money(c.amount)} {c.currency}" if c.amount is not None else "",
                c.test,
                c.message,
            )
            for c in found
        ),
        "No case is open." if not closed else "No case was closed yet.",
        spare=("owner", "partner", "amount"),
    )


@group.command()
def show(
    ctx: typer.Context,
    case: CaseArgument,
    json: JsonOption = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="The bytes of the file that it is about, to standard output.")
    ] = False,
    marked: anatomy.MarkedOption = False,
    begin: anatomy.FromOption = None,
    segment: anatomy.SegmentOption = None,
    tree: anatomy.TreeOption = False,
    lineage: anatomy.LineageOption = False,
    compare: anatomy.CompareOption = False,
    timeline: anatomy.TimelineOption = False,
    second_opinion: anatomy.SecondOpinionOption = False,
) -> None:
    """Show one case whole: what, where, what to do, its history.

    Without an option: the findings with the rule behind each, the segments that they are in explained, what the 997
    said or will say. The options show the document itself, each in another way.
    """
    from edi_gateway.cli.traffic.documents import cut_of
    from edi_gateway.reports.book import cases

    here: Here = ctx.obj
    parts = anatomy.Parts(marked, begin, segment, tree, lineage, compare, timeline, second_opinion)
    with here.reading() as conn:
        view = cases.show(conn, row_id(case, "case"))
        look = anatomy.look_at(conn, case_id=row_id(case, "case"))
        if view is None or look is None:
            fail(f"There is no case {case}.", WRONG_USAGE)
        if raw:
            _write_raw(conn, case, view.case.receipt_id)
            return
        mend = None if parts.any else _mend(conn, view)
        if json:
            print_json(
                plain(view) | anatomy.as_json(look, parts) | {"mend": mend and _mend_as_json(mend, case)}
            )
            return
        _tell(view, said=any(one.main for one in look.found) and not parts.any)
        anatomy.tell(look, parts, cut_of(conn, look.subject.receipt_id))
        if mend is not None:
            _tell_mend(mend, case)


def _mend(conn: Connection, view: CaseView) -> Mended | None:
    """What `mend` would put right in the case's file, if that cures the case."""
    from edi_gateway.reports.traffic import raw
    from edi_gateway.triage import mending

    c = view.case
    if c.family != "SYNTAX" or c.receipt_id is None or c.state in ("RESOLVED", "CLOSED"):
        return None
    size = raw.receipt_size(conn, c.receipt_id) or 0
    content = raw.receipt_bytes(conn, c.receipt_id) if size <= mending.LARGEST else b""
    return mending.suggested(content, c.message)


def _mend_commands(case: str) -> list[str]:
    return [
        f"edi-gateway cases show {case} --raw | edi-gateway mend - -o mended.edi",
        f"edi-gateway cases replay {case} --with mended.edi",
    ]


def _mend_as_json(mend: Mended, case: str) -> dict[str, Any]:
    return {"changes": [change.as_json() for change in mend.changes], "commands": _mend_commands(case)}


def _tell_mend(mend: Mended, case: str) -> None:
    count = len(mend.changes)
    screen.print(f"A machine can put this right ({count} change{'' if count == 1 else 's'}):")
    tell_changes(screen, list(mend.changes[:_SHOWN_CHANGES]))
    if count > _SHOWN_CHANGES:
        screen.print(f"  and {count - _SHOWN_CHANGES} more")
    screen.print("Look at it, then:")
    for command in _mend_commands(case):
        screen.print(f"  {command}", markup=False)


def _write_raw(conn: Connection, case: str, receipt_id: int | None) -> None:
    from edi_gateway.reports.traffic import raw

    content = raw.receipt_bytes(conn, receipt_id) if receipt_id is not None else b""
    if not content:
        fail(f"Case {case} is not about a file whose bytes are kept.", WRONG_USAGE)
    write(content)


def _tell(view: CaseView, *, said: bool) -> None:
    """The case's own row. `said`: its finding is told below."""
    c = view.case
    due = f"waits for {c.waiting_for}" if c.waits else f"due {c.due_at:%Y-%m-%d %H:%M} UTC"
    screen.print(f"[bold]Case {short(c.case_id)}[/bold]  {c.family}  {c.state}  {due}{mark(c.test)}")
    if not said:
        say(f"[bold]{escape(c.message)}[/bold]  [dim]{c.code}[/dim]", 2, 2)
        if c.hint:
            say(f"→ {escape(c.hint)}", 2, 2)
    facts = {
        "cause": f"{c.cause} ({view.same_cause} open)",
        "partner": c.partner,
        "owner": c.owner,
        "PO": c.po_number,
        "at risk": f"{money(c.amount)} {c.currency}" if c.amount is not None else None,
        "order": short(c.order_id),
        "document": short(c.document_id),
        "receipt": short(c.receipt_id),
        "hold": short(c.hold_id),
        "transmission": short(c.transmission_id),
        "posting": short(c.posting_id),
        "times": _times(c),
        "promised": f"the answer by {c.promised_by:%Y-%m-%d %H:%M} UTC" if c.promised_by else None,
        "snoozed": f"until {c.snoozed_until:%Y-%m-%d %H:%M} UTC" if c.snoozed_until else None,
        "watched by": ", ".join(view.watchers),
        "root cause": ": ".join(filter(None, (c.root_cause, c.root_detail))),
        "ended by": c.action,
    }
    for name, value in facts.items():
        if value:
            say(f"{name:13}{escape(value)}", 2, 13)
    for note in view.notes:
        told = f"{note.kind}: {note.text}" if note.text else note.kind
        say(f"{note.at:%Y-%m-%d %H:%M}  {escape(note.by)}  {escape(told)}", 2, 18)


def _times(c: CaseRow) -> str:
    """By when it was to be taken and to be over, at which priority."""
    from edi_gateway.orders.hours.service import PRIORITIES

    taken = (
        f"taken {c.responded_at:%Y-%m-%d %H:%M}"
        if c.responded_at
        else f"to be taken by {c.respond_by:%Y-%m-%d %H:%M}"
    )
    again = f", open for the {c.segment}. time" if c.segment > 1 else ""
    return f"{PRIORITIES[c.priority]}: {taken}, over by {c.resolve_by:%Y-%m-%d %H:%M} UTC{again}"
