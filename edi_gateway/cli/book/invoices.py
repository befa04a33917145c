"""`invoices`: what was billed and credited, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import short
from edi_gateway.cli.output import (
    WRONG_USAGE,
    complain,
    fail,
    money,
    print_json,
    print_table,
    screen,
    sentence,
    shown,
)

if TYPE_CHECKING:
    from edi_gateway.reports.money.invoices import InvoiceView

group = typer.Typer(
    no_args_is_help=True, help="Invoices and credits: what was billed, and what is open of it."
)
app.add_typer(group, name="invoices")

NumberArgument = Annotated[str, typer.Argument(metavar="INVOICE", help="Its number.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason; it stays with the invoice.")]
DAY = ["%Y-%m-%d"]
_DIGITS = 15  # before the point or after it
STATES = ("ISSUED", "SENT", "ACKED", "REJECTED", "PARTIALLY_PAID", "PAID", "CREDITED")


@group.command("list")
def list_(
    ctx: typer.Context,
    partner: Annotated[str | None, typer.Option(help="Only this partner's.")] = None,
    customer: Annotated[str | None, typer.Option(help="Only this customer's.")] = None,
    state: Annotated[str | None, typer.Option(help=f"{', '.join(STATES[:-1])} or {STATES[-1]}.")] = None,
    po: Annotated[str | None, typer.Option("--po", help="Only of this PO number.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Issued on this day (2026-03-02) or later.")
    ] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAY, help="Issued on this day or before.")] = None,
    unsettled: Annotated[bool, typer.Option("--open", help="Only what is not settled.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is past its due date.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List invoices and credits, the newest first."""
    from edi_gateway.reports.money import invoices

    here: Here = ctx.obj
    if state is not None and state.upper() not in STATES:
        fail(f"There is no state {state}: one of {', '.join(STATES)}.", WRONG_USAGE)
    wanted = invoices.InvoiceFilter(
        partner=partner,
        customer=customer,
        state=state.upper() if state else None,
        po_number=po,
        since=since.date() if since else None,
        until=until.date() if until else None,
        unsettled=unsettled,
        overdue_on=here.clock().date() if overdue else None,
        limit=limit,
    )
    with here.reading() as conn:
        found = invoices.list_invoices(conn, wanted)
    tell(
        found,
        invoices.InvoiceRow,
        "No such invoices.",
        json=json,
        csv=csv,
        xlsx=xlsx,
        spare=("invoice_id", "customer", "store", "shipment", "due_on"),
    )


@group.command()
def show(ctx: typer.Context, invoice: NumberArgument, json: JsonOption = False) -> None:
    """Show one invoice or credit whole, with what was paid."""
    from edi_gateway.reports.money import invoices

    here: Here = ctx.obj
    wanted = invoice_id(here, invoice)
    with here.reading() as conn:
        view = invoices.show(conn, wanted)
    assert view is not None  # it was found just now
    if json:
        print_json(view)
    else:
        _tell(view)


@group.command()
def credit(
    ctx: typer.Context,
    invoice: NumberArgument,
    why: WhyOption,
    line: Annotated[
        list[str] | None,
        typer.Option(
            "--line", metavar="N=QUANTITY", help="So many of this line of the invoice; may be repeated."
        ),
    ] = None,
    amount: Annotated[str | None, typer.Option("--amount", help="So much money, tax and all.")] = None,
) -> None:
    """Credit an invoice, whole or in part.

    All that is left of it, some of its lines, or an amount. The invoice stays as it is; the credit goes as an 810 of
    its own.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.billing import crediting

    here: Here = ctx.obj
    wanted = invoice_id(here, invoice)
    quantities = _by_line(line) if line else None
    sum_ = None if amount is None else number_of(amount)
    with here.desk() as desk:
        made = crediting.credit_invoice(
            desk, partners_of(here, desk.conn), wanted, why=why, quantities=quantities, amount=sum_
        )
    if made.credit is None:
        _waits(invoice, made.waits)
    sentence(f"{made.credit.number} credits {money(made.credit.total)} {made.credit.currency} of {invoice}.")


@group.command()
def rebill(
    ctx: typer.Context,
    invoice: NumberArgument,
    why: WhyOption,
    price: Annotated[
        list[str] | None,
        typer.Option("--price", metavar="N=PRICE", help="Line N of the invoice at this price; repeatable."),
    ] = None,
    line: Annotated[
        list[str] | None,
        typer.Option("--line", metavar="N=QUANTITY", help="So many of line N, of those that shipped."),
    ] = None,
    charge: Annotated[
        list[str] | None,
        typer.Option(
            "--charge",
            metavar="[N:]CODE=AMOUNT",
            help="This charge (SAC02), of line N or of the whole, comes to so much; 0 leaves it out.",
        ),
    ] = None,
    allowance: Annotated[
        list[str] | None,
        typer.Option("--allowance", metavar="[N:]CODE=AMOUNT", help="The same of an allowance."),
    ] = None,
) -> None:
    """Credit an invoice in full and bill the goods again.

    The new one goes by what is known now, and by what is corrected here. What would contradict the order, its answer
    or what shipped is held; when somebody else has released the hold, the same command lets it go.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.billing import rebilling
    from edi_gateway.orders.billing.correcting import Corrections, NewAmount

    here: Here = ctx.obj
    wanted = invoice_id(here, invoice)
    said = [("C", text) for text in charge or ()] + [("A", text) for text in allowance or ()]
    corrections = Corrections(
        prices=_by_line(price or ()),
        quantities=_by_line(line or ()),
        amounts=tuple(NewAmount(kind, *_amount_of(text)) for kind, text in said),
    )
    with here.desk() as desk:
        made = rebilling.rebill(desk, partners_of(here, desk.conn), wanted, why=why, corrections=corrections)
    if made.credit is None or made.rebill is None:
        _waits(invoice, made.waits)
    new = made.rebill
    sentence(
        f"{made.credit.number} credits {invoice}; {new.number} over {money(new.total)} {new.currency} stands in its "
        "place."
    )


@group.command()
def issue(
    ctx: typer.Context,
    shipment: Annotated[str, typer.Argument(metavar="SHIPMENT", help="Its number.")],
) -> None:
    """Bill a shipment now, however far its ship notice is.

    One whose notice has not been made at all is held, as anything that contradicts what went before.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.billing import invoicing
    from edi_gateway.store.goods import shipments

    here: Here = ctx.obj
    with here.reading() as conn:
        wanted = shipments.find(conn, shipment)
    if wanted is None:
        fail(f"There is no shipment {shipment}.", WRONG_USAGE)
    with here.desk() as desk:
        made = invoicing.issue(desk, partners_of(here, desk.conn), wanted)
    for reason in made.waits:
        complain(reason)
    if not made.numbers:
        fail(f"{shipment} is not billed: a hold stands for each reason (`holds list`).")
    sentence(f"{shipment} is billed: {', '.join(made.numbers)}.")


def invoice_id(here: Here, name: str) -> int:
    """The invoice that a person means."""
    from edi_gateway.reports.money import invoices

    with here.reading() as conn:
        found = invoices.find(conn, name)
    if found is None:
        fail(f"There is no invoice {name}. `invoices list` shows the newest.", WRONG_USAGE)
    return found


def _tell(view: InvoiceView) -> None:
    i = view.invoice
    screen.print(f"[bold]{i.number}[/bold]  {i.kind}  {escape(i.partner)}  [bold]{i.state}[/bold]")
    of = " and ".join(filter(None, (f"PO {i.po_number}" if i.po_number else "", i.shipment or "")))
    facts = {
        "for": of or "several orders",
        "store": i.store,
        "issued": f"{i.issued_on} by {view.issued_by}",
        "due": i.due_on,
        "of": view.original,
        "because": view.reason,
        "goods": money(view.goods),
        "charges": money(view.charges) if view.charges else None,
        "allowances": money(view.allowances) if view.allowances else None,
        "tax": money(view.tax) if view.tax else None,
        "total": f"{money(i.total)} {i.currency}",
        "discount": f"{money(view.discount)} until {view.discount_until}" if view.discount else None,
        "paid": money(view.paid) if view.paid else None,
        "open": money(i.open),
        "see also": ", ".join(view.related) or None,
        "document": None if view.document_id is None else short(view.document_id),
    }
    for name, value in facts.items():
        if value is not None:
            screen.print(f"  {name:12}{shown(value)}", markup=False)
    print_table(
        "",
        (
            "line",
            "order",
            "its line",
            "item",
            "quantity",
            "",
            "price",
            "basis",
            "amount",
            "on and off",
            "tax",
        ),
        (
            (
                *(
                    n.n,
                    n.order,
                    n.line,
                    n.sku,
                    n.quantity,
                    n.unit,
                    money(n.price),
                    n.price_basis,
                    money(n.amount),
                ),
                *(money(n.allowance) if n.allowance else "", money(n.tax) if n.tax else ""),
            )
            for n in view.lines
        ),
        "No lines.",
        spare=("order", "basis", "on and off"),
    )
    if view.payments:
        screen.print("\n[bold]Payments[/bold]")
    for p in view.payments:
        less = f", {money(p.discount)} discount" if p.discount else ""
        less += f", {money(p.taken_off)} taken off ({p.reason or 'no reason'})" if p.taken_off else ""
        screen.print(f"  {p.paid_on}  {p.reference}  {money(p.paid)}{less}", markup=False)


def _waits(invoice: str, reasons: Sequence[str]) -> NoReturn:
    """Nothing has gone: a hold says why."""
    for reason in reasons:
        complain(reason)
    fail(
        f"Nothing of {invoice} is corrected yet. Correct what is wrong, or have somebody else release the hold "
        "(`holds list`); then say the same again."
    )


def _by_line(texts: Sequence[str]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for text in texts:
        name, sign, number = text.partition("=")
        if not sign or not name.strip().isdecimal():
            fail(f"{text!r} is no line with a number: write 2=12.", WRONG_USAGE)
        if int(name) in found:
            fail(f"Line {int(name)} stands twice.", WRONG_USAGE)
        found[int(name)] = number_of(number)
    return found


def _amount_of(text: str) -> tuple[str, Decimal, int | None]:
    """Code, amount, line."""
    name, sign, number = text.partition("=")
    line, colon, code = name.rpartition(":")
    if not sign or not code.strip() or (colon and not line.strip().isdecimal()):
        fail(f"{text!r} is no code with an amount: write D240=12.50, or 2:D500=3.00.", WRONG_USAGE)
    return code.strip().upper(), number_of(number), int(line) if colon else None


def number_of(text: str) -> Decimal:
    """A number that a person typed."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not -_DIGITS <= value.adjusted() <= _DIGITS:
        fail(f"{text[:40]!r} is no number that a bill can hold.", WRONG_USAGE)
    return value
