"""`shipments notice` and `shipments amend`: what is done about a ship notice that is held, or was wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer

from edi_gateway.cli.context import Here
from edi_gateway.cli.goods.papers import ShipmentArgument, shipment_id
from edi_gateway.cli.goods.shipping import CarrierNameOption, FreightOption, ModeOption, group
from edi_gateway.cli.names import amount
from edi_gateway.cli.output import WRONG_USAGE, fail, sentence

WhyOption = Annotated[str, typer.Option("--why", help="The reason; it stays with the shipment.")]


@group.command()
def notice(ctx: typer.Context, shipment: ShipmentArgument, why: WhyOption) -> None:
    """Make the ship notice of a shipment now.

    One that is held is looked at again; one that went goes again as a correction.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.telling import notices

    here: Here = ctx.obj
    wanted = shipment_id(here, shipment)
    with here.desk() as desk:
        notices.send_notice(desk, partners_of(here, desk.conn), wanted, why=why)
    sentence(f"The ship notice of {shipment} is made with the next run.")


@group.command()
def amend(
    ctx: typer.Context,
    shipment: ShipmentArgument,
    why: WhyOption,
    carrier: Annotated[str | None, typer.Option(help="SCAC of the carrier.")] = None,
    carrier_name: CarrierNameOption = None,
    mode: ModeOption = None,
    freight: FreightOption = None,
    pro: Annotated[str | None, typer.Option(help="The carrier's PRO number.")] = None,
    bol: Annotated[str | None, typer.Option(help="Number of the bill of lading.")] = None,
    trailer: Annotated[str | None, typer.Option(help="Number of the trailer.")] = None,
    seal: Annotated[str | None, typer.Option(help="Number of the seal.")] = None,
    weight: Annotated[str | None, typer.Option(help="Gross weight of the shipment.")] = None,
    sscc: Annotated[
        list[str] | None, typer.Option(metavar="N=NUMBER", help="SSCC of the n-th unit; may be given again.")
    ] = None,
) -> None:
    """Correct what is known of a shipment that has left.

    Its ship notice, if it went, goes again as a correction.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.telling import notices

    here: Here = ctx.obj
    told: dict[str, Any] = {
        "carrier": carrier and carrier.upper(),
        "carrier_name": carrier_name,
        "mode": mode and mode.upper(),
        "freight_payment": freight and freight.upper(),
        **{"pro": pro, "bol": bol, "trailer": trailer, "seal": seal},
    }
    heavy: Decimal | None = amount(weight, "--weight")
    transport = {name: value for name, value in {**told, "weight": heavy}.items() if value is not None}
    numbers = dict(map(_numbered, sscc or ()))
    if not transport and not numbers:
        fail("Say what is to be corrected: --bol, --carrier, --sscc ...", WRONG_USAGE)
    wanted = shipment_id(here, shipment)
    with here.desk() as desk:
        live = partners_of(here, desk.conn)
        notices.amend(desk, live, wanted, why=why, transport=transport, numbers=numbers)
    sentence(f"Shipment {shipment} is corrected.")


def _numbered(text: str) -> tuple[int, str]:
    n, equals, number = text.partition("=")
    if not equals or not n.strip().isdecimal():
        fail(f"--sscc is N=NUMBER, e.g. 2=006141410000000029; not {text[:40]!r}.", WRONG_USAGE)
    return int(n), number.strip()
