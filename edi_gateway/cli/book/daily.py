"""What a representative asks every day: `orders timeline`, and lists of what waits, is due, or is late.

Each list as a table, JSON lines, CSV or a workbook. Added to the group of `orders`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from edi_gateway.cli.book.orders import DAY, OrderArgument, PartnerOption, group, order_id
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell

WhoseOption = Annotated[str | None, typer.Option("--partner", help="Only this partner's.")]


@group.command()
def timeline(
    ctx: typer.Context,
    order: OrderArgument,
    partner: PartnerOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """Tell all that happened to an order, from its receipt on."""
    from edi_gateway.reports.goods import fulfilment

    here: Here = ctx.obj
    wanted = order_id(here, order, partner)
    with here.reading() as conn:
        found = fulfilment.timeline(conn, wanted)
    nothing = "Nothing has happened to it."
    tell(
        found,
        fulfilment.TimelineRow,
        nothing,
        json=json,
        csv=csv,
        xlsx=xlsx,
        spare=("document state", "kind"),
    )


@group.command()
def backorders(
    ctx: typer.Context,
    partner: WhoseOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List what waits for stock, the longest first."""
    from edi_gateway.reports.goods import fulfilment

    here: Here = ctx.obj
    with here.reading() as conn:
        found = fulfilment.backorders(conn, here.clock(), partner=partner)
    spare = ("since", "customer", "store", "free", "unit")
    nothing = "Nothing waits for stock."
    tell(found, fulfilment.BackorderRow, nothing, json=json, csv=csv, xlsx=xlsx, spare=spare)


@group.command("due-to-ship")
def due_to_ship(
    ctx: typer.Context,
    partner: WhoseOption = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Only what must leave by this day (2026-03-02).")
    ] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List what has stock and has not left, the most urgent first."""
    from edi_gateway.reports.goods import fulfilment

    here: Here = ctx.obj
    day = None if until is None else until.date()
    with here.reading() as conn:
        found = fulfilment.due_to_ship(conn, here.clock().date(), partner=partner, until=day)
    spare = ("ship from", "release on", "customer", "store", "cancel after", "unit")
    nothing = "Nothing is to ship."
    tell(found, fulfilment.ToShipRow, nothing, json=json, csv=csv, xlsx=xlsx, spare=spare)


@group.command("notices-due")
def notices_due(
    ctx: typer.Context,
    partner: WhoseOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List shipments whose ship notice (856) has not gone."""
    from edi_gateway.reports.goods import fulfilment

    here: Here = ctx.obj
    with here.reading() as conn:
        found = fulfilment.notices_due(conn, here.clock(), partner=partner)
    nothing = "Every ship notice has gone."
    tell(found, fulfilment.NoticeRow, nothing, json=json, csv=csv, xlsx=xlsx, spare=("bol", "ship to"))


@group.command("invoices-due")
def invoices_due(
    ctx: typer.Context,
    partner: WhoseOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List shipments that are not invoiced (810)."""
    from edi_gateway.reports.goods import fulfilment

    here: Here = ctx.obj
    with here.reading() as conn:
        found = fulfilment.invoices_due(conn, here.clock().date(), partner=partner)
    nothing = "All that has left is invoiced."
    tell(
        found, fulfilment.InvoiceDueRow, nothing, json=json, csv=csv, xlsx=xlsx, spare=("customer", "notice")
    )


@group.command("acks-overdue")
def acks_overdue(
    ctx: typer.Context,
    partner: WhoseOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List documents that should have been acknowledged by now."""
    from edi_gateway.reports.goods import fulfilment

    here: Here = ctx.obj
    with here.reading() as conn:
        found = fulfilment.unacknowledged(conn, here.clock(), partner=partner)
    nothing = "Every document that should be acknowledged is."
    spare = ("group", "about", "sent at")
    tell(found, fulfilment.UnacknowledgedRow, nothing, json=json, csv=csv, xlsx=xlsx, spare=spare)
