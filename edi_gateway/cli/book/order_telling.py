"""One order told in the terminal: header, lines, how far they are, what holds it, what it has come to, its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from edi_gateway.cli.names import short
from edi_gateway.cli.output import money, print_table, say, screen, shown
from edi_gateway.cli.telling import mark, named

if TYPE_CHECKING:
    from edi_gateway.reports.book.orders import OrderView


def tell_order(view: OrderView) -> None:
    o = view.order
    screen.print(
        f"[bold]{o.number}[/bold]  PO {escape(o.po_number)}  {o.partner}  [bold]{o.state}[/bold]"
        f"{f' · {o.stage}' if o.stage else ''}{mark(o.test)}"
    )
    facts = {
        "customer": o.customer,
        "release": o.release_number,
        "ordered on": o.ordered_on,
        "received": f"{shown(o.received_at)} UTC",
        "revision": o.revision,
        "ship to": view.ship_to,
        "ship until": o.ship_until,
        "cancel after": o.cancel_after,
        "total": f"{money(o.total)} {o.currency}",
        "answer": f"{o.answer_state}" + (f", due {shown(o.answer_due_at)} UTC" if o.answer_due_at else ""),
        "void because": view.void_reason,
    }
    for name, value in facts.items():
        if value is not None:
            screen.print(f"  {name:13}{shown(value)}", markup=False)
    print_table(
        "",
        (
            "line",
            "theirs",
            "item",
            "ordered",
            "",
            "accepted",
            "their price",
            "ours",
            "used",
            "amount",
            "state",
        ),
        (
            (
                line.line,
                line.buyer_line,
                line.sku,
                line.quantity,
                line.unit,
                line.accepted_quantity,
                money(line.buyer_price),
                money(line.contract_price),
                money(line.price),
                money(line.amount),
                " ".join(filter(None, (line.state, line.reject_code, line.answer_codes))),
            )
            for line in view.lines
        ),
        "No lines.",
        spare=("theirs", "used", "ours"),
    )
    _tell_ladder(view)
    active = [hold for hold in view.holds if hold.state == "ACTIVE"]
    if active:
        screen.print("\n[bold]Waiting for[/bold]")
    for hold in active:
        say(f"{short(hold.hold_id)}  {named(hold)}: {escape(hold.message)}", 2, 14)
        say(f"→ {escape(hold.hint)}", 16, 2)
    _tell_carried(view)
    if view.documents:
        screen.print("\n[bold]Documents[/bold]")
    for d in view.documents:
        screen.print(
            f"  {shown(d.at)}  {d.direction:3} {d.set_code}  {d.state}  {short(d.document_id)}", markup=False
        )
    screen.print("\n[bold]Timeline[/bold] (UTC)")
    for event in view.events:
        say(f"{shown(event.at)}  {escape(event.by)}: {escape(event.text)}", 2, 18)


def _tell_carried(view: OrderView) -> None:
    """What warehouses were asked, what left, what was billed; a part without anything in it is left out."""
    if view.releases:
        print_table(
            "\nReleases",
            ("release", "site", "warehouse", "store", "ship on", "state"),
            ((r.number, r.site, r.warehouse, r.store, r.ship_on, r.state) for r in view.releases),
            "",
        )
    if view.shipments:
        print_table(
            "\nShipments",
            ("shipment", "left", "carrier", "pro", "bol", "state", "856", "810"),
            (
                (s.number, s.shipped_on, s.carrier, s.pro, s.bol, s.state, s.notice, s.invoice)
                for s in view.shipments
            ),
            "",
            spare=("pro", "bol"),
        )
    if view.invoices:
        print_table(
            "\nInvoices",
            ("invoice", "kind", "issued", "due", "total", "paid", "", "state"),
            (
                (i.number, i.kind, i.issued_on, i.due_on, money(i.total), money(i.paid), i.currency, i.state)
                for i in view.invoices
            ),
            "",
            spare=("due",),
        )


_RUNGS = (
    *("ordered", "held", "accepted", "backordered", "allocated", "released", "picked", "shipped", "invoiced"),
    *("cancelled", "remaining"),
)


def _tell_ladder(view: OrderView) -> None:
    """How far each line is, in base units."""
    print_table(
        "\nQuantities",
        ("line", "item", *_RUNGS, ""),
        (
            (row.line, row.sku, *(getattr(row, rung) or "" for rung in _RUNGS), row.unit)
            for row in view.ladder
        ),
        "No quantities.",
        spare=("picked", "released", "item"),
    )
