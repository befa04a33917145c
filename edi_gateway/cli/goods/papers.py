"""`papers`: labels, packing lists and bills of lading of what has left, drawn into files.

A paper is refused while something mandatory is missing, and says what; drawn again it says that it is a reprint.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import WRONG_USAGE, fail, remark, sentence

if TYPE_CHECKING:
    from edi_gateway.papers.drawing.sheet import Paper

group = typer.Typer(no_args_is_help=True, help="Labels, packing lists and bills of lading.")
app.add_typer(group, name="papers")

ShipmentArgument = Annotated[
    str, typer.Argument(metavar="SHIPMENT", help="Its number, as in `shipments list`.")
]
OutOption = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The file to write.")]


def shipment_id(here: Here, number: str) -> int:
    """The shipment that a person means; ends with a sentence when there is none."""
    from edi_gateway.store.book import notices

    with here.reading() as conn:
        found = notices.named(conn, number.strip())
    if not found:
        fail(f"There is no shipment {number}. `shipments list` shows the newest.", WRONG_USAGE)
    return found[0]


@group.command()
def labels(
    ctx: typer.Context,
    shipment: ShipmentArgument,
    out: OutOption,
    zpl: Annotated[bool, typer.Option("--zpl", help="For label printers, instead of PDF.")] = False,
) -> None:
    """Draw the carton labels of a shipment, one a page."""
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.telling import papers

    here: Here = ctx.obj
    wanted = shipment_id(here, shipment)
    with here.desk() as desk:
        drawn = papers.draw_labels(desk, partners_of(here, desk.conn), wanted, zpl=zpl)
    _write(out, drawn)


@group.command("packing-list")
def packing_list(ctx: typer.Context, shipment: ShipmentArgument, out: OutOption) -> None:
    """Draw the packing list of a shipment.

    In the retailer's name where it goes to the retailer's customer.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.telling import papers

    here: Here = ctx.obj
    wanted = shipment_id(here, shipment)
    with here.desk() as desk:
        drawn = papers.draw_packing_lists(desk, partners_of(here, desk.conn), wanted)
    _write(out, drawn)


@group.command()
def bill(ctx: typer.Context, shipment: ShipmentArgument, out: OutOption) -> None:
    """Draw the bill of lading of what left together."""
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.telling import papers

    here: Here = ctx.obj
    wanted = shipment_id(here, shipment)
    with here.desk() as desk:
        drawn = papers.draw_bill(desk, partners_of(here, desk.conn), wanted)
    _write(out, [drawn])


def _write(out: Path, drawn: Sequence[Paper]) -> None:
    """One file; of several orders in one shipment each has its own, numbered."""
    for n, paper in enumerate(drawn, 1):
        file = out if len(drawn) == 1 else out.with_name(f"{out.stem}-{n}{out.suffix}")
        try:
            file.write_bytes(paper.content)
        except OSError as problem:
            fail(f"{file} cannot be written: {problem.strerror}.")
        sentence(f"{file}: {paper.pages} page{'s' if paper.pages != 1 else ''}.")
        for note in paper.notes:
            remark(note)
