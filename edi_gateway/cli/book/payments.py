"""`payments`: what buyers paid, and payments that come without an 820."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.book.invoices import DAY, number_of
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.output import WRONG_USAGE, fail, money, print_json, print_table, screen, sentence

group = typer.Typer(no_args_is_help=True, help="Payments: what buyers paid, and for what.")
app.add_typer(group, name="payments")

STATES = ("APPLIED", "PARTLY")
ReferenceArgument = Annotated[str, typer.Argument(metavar="REFERENCE", help="Its trace number (TRN02).")]


@group.command("list")
def list_(
    ctx: typer.Context,
    partner: Annotated[str | None, typer.Option(help="Only this partner's.")] = None,
    state: Annotated[
        str | None, typer.Option(help="APPLIED, or PARTLY: some of it is for a person to settle.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List payments, the newest first."""
    from edi_gateway.reports.money import payments

    here: Here = ctx.obj
    if state is not None and state.upper() not in STATES:
        fail(f"There is no state {state}: one of {', '.join(STATES)}.", WRONG_USAGE)
    with here.reading() as conn:
        found = payments.list_payments(
            conn, partner=partner, state=state.upper() if state else None, limit=limit
        )
    tell(
        found,
        payments.PaymentRow,
        "No such payments.",
        json=json,
        csv=csv,
        xlsx=xlsx,
        spare=("payment_id", "by", "at"),
    )


@group.command()
def show(
    ctx: typer.Context,
    reference: ReferenceArgument,
    partner: Annotated[str | None, typer.Option(help="Whose, when several have it.")] = None,
    json: JsonOption = False,
) -> None:
    """Show one payment with the invoices that it pays."""
    from edi_gateway.reports.money import payments

    here: Here = ctx.obj
    with here.reading() as conn:
        found = payments.list_payments(conn, partner=partner, reference=reference)
        if not found:
            fail(f"There is no payment {reference}. `payments list` shows the newest.", WRONG_USAGE)
        if len(found) > 1:
            fail(
                f"{', '.join(p.partner for p in found)} have paid as {reference}; say --partner.", WRONG_USAGE
            )
        view = payments.show(conn, found[0].payment_id)
    assert view is not None  # it was found just now
    if json:
        print_json(view)
        return
    p = view.payment
    screen.print(
        f"[bold]{escape(p.reference)}[/bold]  {escape(p.partner)}  {p.paid_on}  {money(p.amount)} {p.currency}  "
        f"[bold]{p.state}[/bold]"
    )
    print_table(
        "",
        ("invoice", "ours", "paid", "discount", "taken off", "reason"),
        (
            (n.invoice, n.matched, money(n.paid), money(n.discount), money(n.taken_off), n.reason)
            for n in view.lines
        ),
        "It names no invoice.",
    )


@group.command()
def enter(
    ctx: typer.Context,
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="Who pays.")],
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="Number of the check or transfer.")],
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="What was paid in all.")],
    invoice: Annotated[
        list[str],
        typer.Option(
            "--invoice",
            metavar="NUMBER=PAID",
            help="What of it pays this invoice; below zero for a credit that is used. May be repeated.",
        ),
    ],
    discount: Annotated[
        list[str] | None,
        typer.Option("--discount", metavar="NUMBER=AMOUNT", help="Cash discount taken on this invoice."),
    ] = None,
    taken_off: Annotated[
        list[str] | None,
        typer.Option("--taken-off", metavar="NUMBER=AMOUNT", help="Deducted from this invoice besides."),
    ] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "USD",
    on: Annotated[
        datetime | None, typer.Option(formats=DAY, help="When it was paid; default: today.")
    ] = None,
) -> None:
    """Enter a payment that came without an 820."""
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.billing import payments
    from edi_gateway.model.billing import Payment, Remitted

    here: Here = ctx.obj
    paid, less, off = (dict(map(_pair, given or ())) for given in (invoice, discount, taken_off))
    for number in (*less, *off):
        if number not in paid:
            fail(f"{number} is not among the invoices that are paid (--invoice).", WRONG_USAGE)
    lines = tuple(
        Remitted(number, sum_, less.get(number, Decimal(0)), off.get(number, Decimal(0)))
        for number, sum_ in paid.items()
    )
    day = on.date() if on else here.clock().date()
    with here.desk() as desk:
        made = payments.enter(
            desk,
            partners_of(here, desk.conn),
            partner,
            Payment(reference, number_of(amount), currency.upper(), day, lines),
        )
    sentence(
        f"{money(made.amount)} {made.currency} of {partner} are entered as {reference}: {made.state.lower()}."
    )


def _pair(text: str) -> tuple[str, Decimal]:
    name, sign, amount = text.rpartition("=")
    if not sign or not name.strip():
        fail(f"{text!r} is no invoice with an amount: write INV00000012=192.00.", WRONG_USAGE)
    return name.strip(), number_of(amount)
