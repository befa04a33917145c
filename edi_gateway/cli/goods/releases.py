"""`releases` and `warehouse`: what a warehouse was asked to ship, and what it agrees not to ship."""

from __future__ import annotations

from typing import Annotated

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.book.orders import OrderArgument, PartnerOption, order_id
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import word
from edi_gateway.cli.output import (
    WRONG_USAGE,
    fail,
    print_json,
    print_table,
    say,
    screen,
    sentence,
    shown,
)

group = typer.Typer(no_args_is_help=True, help="What a warehouse is asked to ship: a 940, or a pick list.")
app.add_typer(group, name="releases")
warehouse_group = typer.Typer(
    no_args_is_help=True, help="What a warehouse says, when it says it by telephone."
)
app.add_typer(warehouse_group, name="warehouse")

ReleaseArgument = Annotated[str, typer.Argument(metavar="RELEASE", help="Its number, as in `releases list`.")]
_STATES = ("RELEASED", "CANCEL_ASKED", "CANCELLED", "CONFIRMED")


@group.command("list")
def list_(
    ctx: typer.Context,
    partner: Annotated[str | None, typer.Option(help="Only this buyer's.")] = None,
    warehouse: Annotated[str | None, typer.Option(help="Only those of this warehouse.")] = None,
    site: Annotated[str | None, typer.Option(help="Only this site.")] = None,
    state: Annotated[str | None, typer.Option(help=f"One of {', '.join(_STATES)}.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only where the confirm is past its time.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List releases, the newest first."""
    from edi_gateway.reports.goods import shipping

    here: Here = ctx.obj
    wanted = word(state, "--state", _STATES)
    with here.reading() as conn:
        found = shipping.list_releases(
            conn,
            here.clock(),
            partner=partner,
            warehouse=warehouse,
            site=site,
            state=wanted,
            late=late,
            limit=limit,
        )
    tell(
        found,
        shipping.ReleaseRow,
        "There are no such releases.",
        json=json,
        csv=csv,
        xlsx=xlsx,
        spare=("test", "version", "document", "store", "warehouse", "confirm due at"),
    )


@group.command()
def show(ctx: typer.Context, number: ReleaseArgument, json: JsonOption = False) -> None:
    """Show a release: at a site of our own, its pick list.

    With its lines, and the cartons that are packed for it.
    """
    from edi_gateway.reports.goods import shipping

    here: Here = ctx.obj
    with here.reading() as conn:
        found = shipping.release(conn, here.clock(), number)
    if found is None:
        fail(f"There is no release {number}. `releases list` shows them.", WRONG_USAGE)
    if json:
        print_json(found)
        return
    row = found.release
    say(f"[bold]Release {row.number}[/bold]  {row.state.lower().replace('_', ' ')}")
    to = (
        f"warehouse {row.warehouse} (940 {(row.document or 'not made').lower()})"
        if row.warehouse
        else "pick list"
    )
    sentence(f"PO {row.po_number} of {row.partner}, order {row.order}, from {row.site or 'stock'}: {to}.")
    sentence(f"To ship on {row.ship_on}" + (f"; {found.why}." if found.why else "."))
    print_table(
        "",
        ("line", "store", "item", "quantity", "", "state", "last day"),
        ((p.line, p.store, p.sku, p.quantity, p.unit, p.state, p.cancel_after) for p in found.parts),
        "Nothing of it is left.",
    )
    if found.units:
        screen.print()
        print_units(found.units)


def print_units(units: object) -> None:
    """Cartons and pallets as a table."""
    from edi_gateway.reports.goods.shipping import UnitRow

    assert isinstance(units, tuple)
    each: tuple[UnitRow, ...] = units
    print_table(
        "",
        ("", "n", "on", "SSCC", "tracking", "store", "holds"),
        (
            (
                *(u.kind, u.n, u.on, u.sscc, u.tracking, u.store),
                ", ".join(f"{shown(c.quantity)} {c.unit} {c.sku} (line {c.line})" for c in u.contents),
            )
            for u in each
        ),
        "",
        spare=("store", "on", "tracking"),
    )


@group.command()
def make(
    ctx: typer.Context,
    order: OrderArgument,
    partner: PartnerOption = None,
    early: Annotated[bool, typer.Option("--early", help="Also what is not due yet.")] = False,
) -> None:
    """Release now what is allocated of an order.

    By itself it goes on its day.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.shipping import releasing

    here: Here = ctx.obj
    wanted = order_id(here, order, partner)
    with here.desk() as desk:
        made = releasing.release_order(desk, partners_of(here, desk.conn), wanted, early=early)
    for release in made:
        sentence(f"Release {release.number}: from {release.site or 'stock'}, to ship on {release.ship_on}.")


@group.command()
def send(ctx: typer.Context, number: ReleaseArgument) -> None:
    """Make the 940 of a release anew.

    As a change, or as new where the first could not go.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.shipping import releasing

    here: Here = ctx.obj
    with here.desk() as desk:
        releasing.send_again(desk, partners_of(here, desk.conn), number)
    screen.print("The 940 is made; it goes out with the next `run --once` or by the daemon.")


@warehouse_group.command("confirm-cancel")
def confirm_cancel(ctx: typer.Context, number: ReleaseArgument) -> None:
    """The warehouse agrees not to ship what was asked back.

    What the last 940 (F or R) does not ask for any more is not with it from now on.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.shipping import recalling

    here: Here = ctx.obj
    with here.desk() as desk:
        recalling.confirm_cancel(desk, partners_of(here, desk.conn), number)
    sentence(f"{number}: what was asked back is not with the warehouse any more.")
