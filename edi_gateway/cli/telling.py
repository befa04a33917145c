"""Tells a run's story in the terminal: what came in, what was said, what waits and why, what to type next."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rich.markup import escape

from edi_gateway.cli.names import short
from edi_gateway.cli.output import money, say, screen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edi_gateway.reports.book.cases import CauseRow
    from edi_gateway.reports.book.holds import HoldRow
    from edi_gateway.reports.book.orders import OrderRow
    from edi_gateway.reports.book.story import Arrival, Story
    from edi_gateway.reports.causes.queue import CauseRow as QueueRow
    from edi_gateway.reports.money.invoices import InvoiceRow

_STATUS = {
    "A": "[green]accepted[/green]",
    "E": "[yellow]accepted, errors noted[/yellow]",
    "P": "[yellow]partly accepted[/yellow]",
    "R": "[red]rejected[/red]",
}


def tell(story: Story) -> None:
    """The whole story; a chapter without anything in it is left out."""
    if not story.arrivals and not story.sent:
        screen.print("Nothing came in and nothing was waiting.")
    _came_in(story)
    _acknowledged(story)
    _accepted(story)
    _waiting(story)
    _sent(story)
    _cases(story)


def tell_cash(booked: Iterable[OrderRow], billed: Iterable[InvoiceRow]) -> None:
    """Each order with how far it has come, and the invoices of what has left."""
    of_order: defaultdict[tuple[str, str | None], list[InvoiceRow]] = defaultdict(list)
    for invoice in sorted(billed, key=lambda i: i.number):
        of_order[invoice.partner, invoice.po_number].append(invoice)
    _chapter("How far the orders have come")
    for o in sorted(booked, key=lambda o: o.number):
        stage = o.stage or o.state
        colour = "green" if stage == "CLOSED" else "yellow"
        say(
            f"{o.number}  PO {escape(o.po_number):6} {escape(o.partner):14} [{colour}]{stage}[/{colour}]  "
            f"ordered {money(o.total)} {o.currency}",
            2,
            4,
        )
        for i in of_order[o.partner, o.po_number]:
            unpaid = "" if not i.open else f", {money(i.open)} open"
            say(
                f"{i.number} for shipment {i.shipment}: {money(i.total)} {i.currency}, {i.state}{unpaid}",
                6,
                8,
            )


def mark(test: bool) -> str:
    """What stands behind everything that is a test."""
    return "  [yellow]TEST[/yellow]" if test else ""


def _chapter(title: str) -> None:
    screen.print(f"\n[bold underline]{title}[/bold underline]")


def _came_in(story: Story) -> None:
    if not story.arrivals:
        return
    _chapter("What came in")
    for a in story.arrivals:
        screen.print(f"  {escape(a.name):34} {a.size:>7,} bytes  {_arrival(a)}")


def _arrival(a: Arrival) -> str:
    if a.state == "DUPLICATE" or a.verdict == "identical":
        return "[yellow]came before, byte for byte: nothing is done twice[/yellow]"
    sender = a.partner or (f"{a.sender}, whom we do not know" if a.sender else "nobody that could be told")
    if a.state == "QUARANTINED" or a.partner is None:
        return f"[yellow]from {escape(sender)}: set aside[/yellow]"
    refused = f", [red]{a.rejected} refused[/red]" if a.rejected else ""
    return f"from [bold]{escape(sender)}[/bold]: {a.documents} document{'s' * (a.documents != 1)}{refused}"


def _acknowledged(story: Story) -> None:
    if not story.acknowledged:
        return
    _chapter("What was acknowledged (997)")
    whole: dict[str, list[str]] = defaultdict(list)
    for a in story.acknowledged:
        if a.status == "A":
            whole[a.partner or "?"].append(a.control)
    for partner, controls in whole.items():
        count = f"{len(controls)} group{'s' * (len(controls) != 1)}"
        say(f"{escape(partner):14} {_STATUS['A']}: {count} ({escape(', '.join(controls))})", 2, 15)
    for a in story.acknowledged:
        if a.status != "A":
            sets = f"{a.accepted} of {a.received} document{'s' * (a.received != 1)}"
            said = f"group {escape(a.control)}, {sets}"
            say(f"{escape(a.partner or '?'):14} {_STATUS.get(a.status, a.status)}: {said}", 2, 15)


def _accepted(story: Story) -> None:
    done = [o for o in story.booked if o.state != "ON_HOLD"]
    if not done:
        return
    _chapter("Orders that are through")
    for o in done:
        colour = {"ACCEPTED": "green", "REJECTED": "red"}.get(o.state, "yellow")
        revision = f", revision {o.revision}" if o.revision > 1 else ""
        test = "  [yellow]TEST: posted nowhere[/yellow]" if o.test else ""
        screen.print(
            f"  {o.number}  PO {escape(o.po_number):18} {escape(o.partner):14} [{colour}]{o.state:9}[/{colour}] "
            f"{o.lines} line{'s' * (o.lines != 1)}, {money(o.total)} {o.currency}{revision}{test}"
        )


def _waiting(story: Story) -> None:
    if not story.holds:
        return
    _chapter("What waits, and why")
    tell_holds(story.holds)


def tell_holds(found: Iterable[HoldRow], *, due: bool = False) -> None:
    """Holds by order: why, what to do and, when asked, until when."""
    by_order: dict[tuple[str, str, str, bool], list[HoldRow]] = defaultdict(list)
    for hold in found:
        by_order[(hold.partner, hold.po_number, hold.order_number, hold.test)].append(hold)
    for (partner, po_number, number, test), holds in by_order.items():
        screen.print(f"  [bold]PO {escape(po_number)}[/bold] of {escape(partner)}  ({number}){mark(test)}")
        for hold in holds:
            where = f"store {hold.store}" if hold.store else "the order"
            told = hold.message if hold.line else f"{where}: {hold.message}"
            say(f"[yellow]{escape(told[0].upper() + told[1:])}[/yellow]", 4, 2)
            when = f", due {hold.due_at:%Y-%m-%d %H:%M} UTC" if due and hold.state == "ACTIVE" else ""
            say(f"→ {escape(hold.hint)}  [dim]{named(hold)} {short(hold.hold_id)}{when}[/dim]", 6, 2)


def named(hold: HoldRow) -> str:
    """The code of a hold, and the rule of the gate that it is about."""
    return f"{hold.code} {hold.rule}" if hold.rule else hold.code


def _sent(story: Story) -> None:
    if not story.sent:
        return
    _chapter("What went out")
    for s in story.sent:
        word = {"SENT": "[green]sent[/green]", "READY": "[yellow]waits[/yellow]"}
        state = word.get(s.state, f"[yellow]{s.state.lower()}[/yellow]")
        why = f": {escape(s.last_error)}" if s.last_error else ""
        screen.print(
            f"  {escape(s.partner):14} {escape(s.name):44} {s.documents:>3} x {s.sets:10} {state}{mark(s.test)}{why}"
        )


def _cases(story: Story) -> None:
    if story.causes:
        _chapter("Cases that need a person, by cause")
        tell_causes(story.causes)


def tell_causes(causes: Iterable[CauseRow | QueueRow]) -> None:
    """A cause in a few lines: what, how many, what money; what to do; in the queue also since when and how it goes."""
    from edi_gateway.reports.causes.queue import CauseRow as QueueRow

    for c in causes:
        risk = "".join(f", {money(amount)} {currency} at risk" for currency, amount in c.amounts.items())
        count = f"{c.cases} case{'s' * (c.cases != 1)}"
        due = f", due {c.due_at:%Y-%m-%d %H:%M} UTC" if c.due_at else ", waits for somebody"
        what = f"[bold]{c.family}[/bold] {escape(c.cause)}: {count}{risk}{due}{mark(c.test)}"
        say(f"{c.fingerprint[:8]}  {what}", 2, 10)
        if c.hint:
            say(f"→ {escape(c.hint)}", 12, 2)
        if isinstance(c, QueueRow):
            orders = f"{c.orders} order{'s' * (c.orders != 1)}"
            span = f"first {c.first_at:%Y-%m-%d %H:%M}, last {c.last_at:%Y-%m-%d %H:%M}"
            trend = f"{c.trend}: {c.opened_week} in 7 days, {c.opened_before} in the 7 before"
            say(
                f"[dim]{orders}; {span}; {trend}{f'; {escape(c.owner)} has it' if c.owner else ''}[/dim]",
                12,
                2,
            )
