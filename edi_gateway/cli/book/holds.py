"""`holds`: reasons why an order or a line must not go on; placed and released with a reason."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import row_id, short, word
from edi_gateway.cli.output import WRONG_USAGE, fail, print_json, say, sentence, shown
from edi_gateway.cli.telling import tell_holds

group = typer.Typer(no_args_is_help=True, help="Reasons why an order or a line must not go on.")
app.add_typer(group, name="holds")


@group.command("list")
def list_(
    ctx: typer.Context,
    partner: Annotated[str | None, typer.Option(help="Only this partner's.")] = None,
    code: Annotated[str | None, typer.Option(help="Only this kind, e.g. PRICE.")] = None,
    state: Annotated[str, typer.Option(help="ACTIVE, RELEASED or SUPERSEDED.")] = "ACTIVE",
    role: Annotated[str | None, typer.Option("--for", help="Only what waits for this role.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only what waits for a role of yours.")] = False,
    late: Annotated[bool, typer.Option("--late", help="Only what is past its time.")] = False,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List holds by due time.

    --for and --mine give the queue of a role: what it may release, or cure where nobody may release it. Whether
    you may release one of them is told when you do: its amount and who changed the order count, too.
    """
    from edi_gateway.commands.desk import ROLES
    from edi_gateway.commands.partners.users import actor
    from edi_gateway.orders.holds import queue_of
    from edi_gateway.reports.book import holds

    here: Here = ctx.obj
    wanted = word(state, "--state", ("ACTIVE", "RELEASED", "SUPERSEDED")) or "ACTIVE"
    known = word(role, "--for", sorted(ROLES))
    with here.reading() as conn:
        codes = None
        if known or mine:
            theirs = set(queue_of([known] if known else ROLES))
            codes = theirs.intersection(queue_of(actor(conn, here.user).roles)) if mine else theirs
        found = holds.list_holds(
            conn,
            partner=partner,
            code=code,
            codes=codes,
            state=wanted,
            late_at=here.clock() if late else None,
        )
        stood = holds.ages(conn, here.clock(), partner=partner, codes=codes)
    if csv or xlsx is not None:
        tell(found, holds.HoldRow, "", csv=csv, xlsx=xlsx)
        return
    if json:
        for row in found:
            print_json({**asdict(row), "age": holds.age(row.raised_at, row.released_at or here.clock())})
        return
    if found:
        tell_holds(found, due=True)
        if state.upper() == "ACTIVE":
            told = [f"{count} for {name}" for name, count in stood.items() if count]
            sentence(f"Waiting{f' of {partner}' if partner else ''}: {', '.join(told)}.")
    else:
        sentence(f"No hold is {state.lower()}{'' if codes is None else ' in this queue'}.")


@group.command()
def show(
    ctx: typer.Context,
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's id, as in the list.")],
    json: JsonOption = False,
) -> None:
    """Show one hold: what it blocks, and who may release it."""
    from edi_gateway.model.order import HoldCode
    from edi_gateway.orders.holds import RULES
    from edi_gateway.reports.book import holds

    here: Here = ctx.obj
    with here.reading() as conn:
        found = holds.show(conn, row_id(hold, "hold"))
    if found is None:
        fail(f"There is no hold {hold}. `holds list` shows those that are active.", WRONG_USAGE)
    rule = RULES[HoldCode(found.code)]
    roles = sorted(rule.roles)
    if json:
        print_json({**asdict(found), "released_by_roles": roles, "cure": rule.cure})
        return
    tell_holds([found], due=True)
    if found.released_at is not None:
        said = f"{found.state} by {found.released_by} at {shown(found.released_at)} UTC: {found.text or found.reason}"
        say(escape(said), 2, 4)
    elif roles:
        sentence(f"It may be released by {', '.join(roles)}; not by who changed what it is about.")
    else:
        sentence(f"Nobody releases it: {rule.cure}")


@group.command()
def place(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="PO number or our order number.")],
    text: Annotated[str, typer.Option("--text", help="Why; whoever releases it must understand it.")],
    reason: Annotated[str, typer.Option("--reason", help="A reason code of yours.")] = "MANUAL",
    line: Annotated[
        int | None, typer.Option("--line", min=1, help="Only this line (our count from 1).")
    ] = None,
    blocks: Annotated[
        str, typer.Option("--blocks", help="A accept and answer, B allocate, R release, S ship, I invoice.")
    ] = "A",
    until: Annotated[datetime | None, typer.Option("--until", help="Releases itself then (UTC).")] = None,
    partner: Annotated[str | None, typer.Option(help="Whose PO, when several have the number.")] = None,
) -> None:
    """Hold an order or a line by hand."""
    from edi_gateway.cli.book.orders import order_id
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.holding import holds

    here: Here = ctx.obj
    wanted = order_id(here, order, partner)
    with here.desk() as desk:
        hold = holds.place(
            desk, partners_of(here, desk.conn), wanted, text=text, reason=reason, line=line, blocks=blocks.upper(),
            until=_utc(until),
        )  # fmt: skip
    sentence(f"Hold {short(hold)} stands.")


@group.command()
def release(
    ctx: typer.Context,
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's id, as in the list.")],
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            help="CUSTOMER_AGREED, PRICE_ACCEPTED, DATA_CORRECTED, PARTNER_CONFIRMED, EXCEPTION_APPROVED, "
            "RAISED_IN_ERROR or OTHER.",
        ),
    ],
    text: Annotated[str, typer.Option("--text", help="Why it may go on; what was agreed, and with whom.")],
    until: Annotated[
        datetime | None, typer.Option("--until", help="The release holds until then (UTC).")
    ] = None,
    up_to: Annotated[str | None, typer.Option("--up-to", help="The release holds up to this amount.")] = None,
) -> None:
    """Release a hold, and say what still holds the order.

    Who set a value that the hold is about may not release it; some holds are not released but cured (import, set).
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.holding import holds

    here: Here = ctx.obj
    amount = None
    if up_to is not None:
        try:
            amount = Decimal(up_to)
        except InvalidOperation:
            fail(f"--up-to {up_to!r} is not an amount.", WRONG_USAGE)
    wanted = row_id(hold, "hold")
    with here.desk() as desk:
        still = holds.release(
            desk,
            partners_of(here, desk.conn),
            wanted,
            reason=reason.strip().upper(),
            text=text,
            until=_utc(until),
            up_to_amount=amount,
        )
    if still:
        sentence(f"Hold {short(wanted)} is released. Still waiting for:")
        for other in still:
            say(f"{short(other.hold_id)}  {escape(other.message)}", 2, 14)
    else:
        sentence(
            f"Hold {short(wanted)} is released; nothing else holds the order. `run --once` or the daemon carries it on."
        )


def _utc(moment: datetime | None) -> datetime | None:
    from datetime import UTC

    return None if moment is None else moment.replace(tzinfo=UTC)
