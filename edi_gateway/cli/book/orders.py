"""`orders`: the order book; and what a representative decides about an order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.book.order_telling import tell_order
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import amount, word
from edi_gateway.cli.output import (
    WRONG_USAGE,
    fail,
    money,
    print_json,
    print_table,
    screen,
    sentence,
)

if TYPE_CHECKING:
    from edi_gateway.commands.desk import Desk, Partners

group = typer.Typer(no_args_is_help=True, help="The order book, and what a representative decides.")
app.add_typer(group, name="orders")

OrderArgument = Annotated[str, typer.Argument(metavar="ORDER", help="PO number or our order number.")]
PartnerOption = Annotated[str | None, typer.Option(help="Whose, when several have the PO number.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason; it stays with the order.")]
DAY = ["%Y-%m-%d"]


def order_id(here: Here, name: str, partner: str | None = None) -> int:
    """The order that a person means; ends with a sentence when there is none, or when there are several."""
    from edi_gateway.reports.book import orders

    with here.reading() as conn:
        found = orders.find(conn, name, partner)
    live = [order for order in found if order.state != "VOID"] or found
    if not live:
        fail(f"There is no order {name}. `orders list` shows the newest.", WRONG_USAGE)
    if len(live) > 1:
        told = "; ".join(f"{o.number} ({o.partner}, {o.state}{', TEST' if o.test else ''})" for o in live)
        fail(f"{name} could be any of: {told}. Say which by our number.", WRONG_USAGE)
    return live[0].order_id


@group.command("list")
def list_(
    ctx: typer.Context,
    partner: Annotated[str | None, typer.Option(help="Only this partner's.")] = None,
    customer: Annotated[str | None, typer.Option(help="Only this customer's.")] = None,
    state: Annotated[str | None, typer.Option(help="ON_HOLD, ACCEPTED, REJECTED, CANCELLED or VOID.")] = None,
    po: Annotated[str | None, typer.Option("--po", help="Only this PO number.")] = None,
    item: Annotated[str | None, typer.Option(help="Only orders with this SKU.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Only orders of this day (2026-03-02) or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Only orders of this day or before.")
    ] = None,
    held: Annotated[bool, typer.Option("--held", help="Only what something holds.")] = False,
    late: Annotated[bool, typer.Option("--late", help="Only where our answer is past its time.")] = False,
    unanswered: Annotated[bool, typer.Option("--unanswered", help="Only what has no final 855 yet.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Only what has neither ended nor closed.")] = False,
    stage: Annotated[
        str | None, typer.Option(help="IN_FULFILMENT, PARTIALLY_SHIPPED, SHIPPED ... CLOSED.")
    ] = None,
    late_to_ship: Annotated[
        bool, typer.Option("--late-to-ship", help="Only what should have left before today.")
    ] = False,
    least: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Only orders worth so much or more.")
    ] = None,
    most: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Only orders worth so much or less.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List orders, the newest first.

    --since and --until are days of the order's own date. Amounts are in each order's own currency.
    """
    from edi_gateway.model.fulfilment import Stage
    from edi_gateway.model.order import OrderState
    from edi_gateway.reports.book import orders

    here: Here = ctx.obj
    wanted = orders.OrderFilter(
        partner=partner,
        customer=customer,
        state=word(state, "--state", OrderState),
        po_number=po,
        item=item,
        since=since.date() if since else None,
        until=until.date() if until else None,
        held=held,
        open=open_,
        unanswered=unanswered,
        stage=word(stage, "--stage", Stage),
        late_ship_on=here.clock().date() if late_to_ship else None,
        least=amount(least, "--least"),
        most=amount(most, "--most"),
        late_answer_at=here.clock() if late else None,
        limit=limit,
    )
    with here.reading() as conn:
        found = orders.list_orders(conn, wanted)
    if json or csv or xlsx is not None:
        tell(found, orders.OrderRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "Orders",
        (
            "order",
            "PO",
            "partner",
            "state",
            "stage",
            "lines",
            "holds",
            "total",
            "",
            "ship until",
            "answer",
            "due (UTC)",
            "test",
        ),
        (
            (
                o.number,
                f"{o.po_number}/{o.release_number}" if o.release_number else o.po_number,
                o.partner,
                o.state,
                o.stage,
                o.lines,
                o.holds or "",
                money(o.total),
                o.currency,
                o.ship_until,
                o.answer_state,
                o.answer_due_at,
                o.test,
            )
            for o in found
        ),
        "No such orders.",
        spare=("ship until", "lines", "due (UTC)", "answer"),
    )


@group.command()
def show(
    ctx: typer.Context, order: OrderArgument, partner: PartnerOption = None, json: JsonOption = False
) -> None:
    """Show one order whole, with its timeline."""
    from edi_gateway.reports.book import orders

    here: Here = ctx.obj
    wanted = order_id(here, order, partner)
    with here.reading() as conn:
        view = orders.show(conn, wanted)
    if view is None:
        fail(f"There is no order {order}.", WRONG_USAGE)
    if json:
        print_json(view)
    else:
        tell_order(view)


@contextmanager
def _deciding(here: Here) -> Iterator[tuple[Desk, Partners]]:
    from edi_gateway.cli.composition import partners_of

    with here.desk() as desk:
        yield desk, partners_of(here, desk.conn)


@group.command()
def cancel(
    ctx: typer.Context,
    order: OrderArgument,
    why: WhyOption,
    line: Annotated[
        int | None, typer.Option("--line", min=1, help="Only this line (our count from 1).")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store", metavar="KIND:CODE", help="Only what this store of an SDQ gets, e.g. 92:0199."
        ),
    ] = None,
    partner: PartnerOption = None,
) -> None:
    """Cancel an order, a line or a store's part; the buyer is told.

    One that waits or one that was accepted.
    """
    from edi_gateway.commands.ordering import orders

    here: Here = ctx.obj
    wanted = order_id(here, order, partner)
    with _deciding(here) as (desk, live):
        orders.cancel(desk, live, wanted, why=why, line=line, store=store)
    where = (f" on line {line}" if line else "") + (f" for store {store}" if store else "")
    sentence(f"{order} is cancelled{where}.")


@group.command()
def reject(
    ctx: typer.Context,
    order: OrderArgument,
    why: WhyOption,
    line: Annotated[
        int | None, typer.Option("--line", min=1, help="Only this line (our count from 1).")
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", help="Line status for the 855 (DE668), e.g. IR, R2, R4.")
    ] = None,
    partner: PartnerOption = None,
) -> None:
    """Refuse an order or a line that waits; the 855 says so."""
    from edi_gateway.commands.ordering import orders

    here: Here = ctx.obj
    wanted = order_id(here, order, partner)
    with _deciding(here) as (desk, live):
        orders.reject(desk, live, wanted, why=why, line=line, code=code)
    sentence(f"{order} is rejected" + (f" on line {line}." if line else "."))


@group.command()
def note(
    ctx: typer.Context,
    order: OrderArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be remembered.")],
    partner: PartnerOption = None,
) -> None:
    """Write a note into an order's timeline."""
    from edi_gateway.commands.ordering import orders

    here: Here = ctx.obj
    wanted = order_id(here, order, partner)
    with here.desk() as desk:
        orders.note(desk, wanted, text)
    screen.print("Noted.")


@group.command("set")
def set_(
    ctx: typer.Context,
    order: OrderArgument,
    field: Annotated[
        str,
        typer.Argument(
            metavar="FIELD",
            help="A canonical name: dates.requested_ship; of a line with --line: price, quantity, sku, unit. "
            "Or a path: lines[0].price (there lines count from 0).",
        ),
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What it is to be; empty to clear it.")],
    why: WhyOption,
    line: Annotated[
        int | None, typer.Option("--line", min=1, help="Of this line (our count from 1).")
    ] = None,
    partner: PartnerOption = None,
) -> None:
    """Correct a value of an order that waits.

    It is judged anew; the document stays as it came. Who sets a value may not release the hold on it.
    """
    from edi_gateway.commands.ordering import orders

    here: Here = ctx.obj
    wanted = order_id(here, order, partner)
    path = field if line is None else f"lines[{line - 1}].{field}"
    with _deciding(here) as (desk, live):
        orders.set_value(desk, live, wanted, path, value, why=why)
    of = order if line is None else f"line {line} of {order}"
    sentence(f"{field} of {of} is set; `orders show {order}` shows what came of it.")


@group.command()
def answer(ctx: typer.Context, order: OrderArgument, partner: PartnerOption = None) -> None:
    """Answer now (855): what waits is told as on hold.

    When it goes on, an update follows.
    """
    from edi_gateway.commands.ordering import orders

    here: Here = ctx.obj
    wanted = order_id(here, order, partner)
    with _deciding(here) as (desk, live):
        orders.answer(desk, live, wanted)
    screen.print("The 855 is made; it goes out with the next `run --once` or by the daemon.")


_CHOICES: dict[str, Literal["void", "change", "new"]] = {"void": "void", "change": "change", "new": "new"}
_DECIDED = {
    "void": "it counts for nothing",
    "change": "it replaces what stood",
    "new": "it is an order of its own",
}


@group.command()
def resolve(
    ctx: typer.Context,
    order: OrderArgument,
    choice: Annotated[str, typer.Argument(help="void, change or new.")],
    why: WhyOption,
    partner: PartnerOption = None,
) -> None:
    """Decide about a PO that came again with other content.

    void: it counts for nothing; change: it replaces what stands; new: it is an order of its own.
    """
    from edi_gateway.commands.ordering import orders

    here: Here = ctx.obj
    if choice not in _CHOICES:
        fail("The choice is void, change or new.", WRONG_USAGE)
    from edi_gateway.reports.book import orders as reports

    with here.reading() as conn:
        found = [o for o in reports.find(conn, order, partner) if o.state == "ON_HOLD"]
    if not found:
        fail(f"No order {order} is on hold: there is nothing to decide.", WRONG_USAGE)
    if len(found) > 1:
        fail(f"{order} names {len(found)} orders on hold; say which by our number.", WRONG_USAGE)
    with _deciding(here) as (desk, live):
        orders.resolve_duplicate(desk, live, found[0].order_id, _CHOICES[choice], why=why)
    sentence(f"{order} is decided: {_DECIDED[choice]} ({found[0].number}).")
