"""`stock`: what lies where and is free, and what a person decides about a count that differs from it."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Annotated

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import row_id, short
from edi_gateway.cli.output import WRONG_USAGE, fail, print_csv, print_json, print_table, sentence, shown

group = typer.Typer(no_args_is_help=True, help="Stock: what lies where, and counts that differ from it.")
app.add_typer(group, name="stock")

SiteOption = Annotated[str | None, typer.Option(help="Only this site.")]
ProposalArgument = Annotated[str, typer.Argument(metavar="PROPOSAL", help="Its id, as in `stock proposals`.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason; it stays with the proposal.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    site: SiteOption = None,
    sku: Annotated[str | None, typer.Option(help="Only this item.")] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List stock by item and site, in base units.

    free is what may be allocated: on hand without what is on hold, damaged or allocated; the safety stock is in it.
    """
    from edi_gateway.reports.goods import stock

    here: Here = ctx.obj
    with here.reading() as conn:
        found = stock.list_stock(conn, site=site, sku=sku)
    tell(
        found,
        stock.StockRow,
        "There is no such stock. `import stock` brings a count.",
        json=json,
        csv=csv,
        xlsx=xlsx,
        spare=("source", "counted at", "damaged", "hold"),
    )


@group.command()
def proposals(
    ctx: typer.Context,
    site: SiteOption = None,
    every: Annotated[bool, typer.Option("--all", help="Those that were decided as well.")] = False,
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """List counts that differ from our stock and wait."""
    from edi_gateway.reports.goods import stock

    here: Here = ctx.obj
    with here.reading() as conn:
        found = stock.list_proposals(conn, site=site, every=every)
    if csv:
        print_csv([field.name for field in fields(stock.ProposalRow)], found)
        return
    if json:
        for row in found:
            print_json(row)
        return
    print_table(
        "",
        (
            *("proposal", "item", "site", "bucket", "ours", "theirs", "difference", "counted (UTC)", "state"),
            *("decided by", "why"),
        ),
        (
            (
                *(
                    short(r.proposal_id),
                    r.sku,
                    r.site,
                    r.bucket,
                    r.ours,
                    r.theirs,
                    r.difference,
                    r.counted_at,
                ),
                *(r.state, r.decided_by, r.reason),
            )
            for r in found
        ),
        "No count waits for a decision.",
        spare=("why", "decided by", "state", "counted (UTC)"),
    )


@group.command()
def receive(
    ctx: typer.Context,
    reference: Annotated[str, typer.Argument(help="Number of the supply, as it was imported.")],
    sku: Annotated[str, typer.Argument(help="Our item number.")],
    quantity: Annotated[str, typer.Argument(help="How much has come, in the item's base unit.")],
    site: Annotated[str, typer.Option("--site", help="Where it has come.")],
    last: Annotated[bool, typer.Option("--last", help="Nothing more of this supply comes.")] = False,
) -> None:
    """Book goods of a supply that have come in.

    Backorders of the item are looked at again.
    """
    from edi_gateway.commands.stocking import stock

    here: Here = ctx.obj
    amount = _number(quantity)
    with here.desk() as desk:
        now = stock.receive(desk, reference, site, sku, amount, last=last)
    sentence(f"{sku} at {site}: {shown(now)} on hand.")


def _number(text: str) -> Decimal:
    from edi_gateway.commands.master_data.csv_cells import BadCell, decimal

    try:
        found: Decimal = decimal()(text.strip())
    except BadCell as problem:
        fail(f"The quantity {problem}.", WRONG_USAGE)
    return found


@group.command()
def apply(ctx: typer.Context, which: ProposalArgument, why: WhyOption) -> None:
    """Book what was counted.

    Backorders of the item are looked at again.
    """
    from edi_gateway.commands.stocking import stock

    here: Here = ctx.obj
    wanted = row_id(which, "proposal")
    with here.desk() as desk:
        p = stock.apply_proposal(desk, wanted, why)
    change = p.theirs - p.ours
    sentence(f"{p.sku} at {p.site}: {p.bucket} changes by {'+' if change > 0 else ''}{shown(change)}.")


@group.command()
def reject(ctx: typer.Context, which: ProposalArgument, why: WhyOption) -> None:
    """Leave our stock as it is."""
    from edi_gateway.commands.stocking import stock

    here: Here = ctx.obj
    wanted = row_id(which, "proposal")
    with here.desk() as desk:
        p = stock.reject_proposal(desk, wanted, why)
    sentence(f"{p.sku} at {p.site}: {p.bucket} stays as it is.")
