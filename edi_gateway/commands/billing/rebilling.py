"""Invoices billed again: credited in full, and the same goods billed by what is known now or a person corrects.

Takes an invoice, corrections and why; writes the credit and the rebill in its place with their 810s, or a hold where
they would contradict what went before (spec B11). Called by cli.
"""

from __future__ import annotations

from dataclasses import replace

from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.billing import crediting, matters
from edi_gateway.commands.billing.matters import Corrected, Draft, Matter
from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.model.billing import InvoiceKind
from edi_gateway.model.fulfilment import Part
from edi_gateway.orders.billing.correcting import (
    Corrections,
    NotCorrectable,
    new_amounts,
    new_prices,
    new_quantities,
)
from edi_gateway.orders.billing.crediting import What
from edi_gateway.orders.billing.invoicing import invoice
from edi_gateway.orders.billing.records import billables
from edi_gateway.orders.meaning.numbers import show
from edi_gateway.store.book import parts

_WHAT = "Billing again"


def rebill(
    desk: Desk,
    partners: Partners,
    invoice_id: int,
    *,
    why: str,
    corrections: Corrections | None = None,
) -> Corrected:
    """Credit an invoice in full and bill the same goods again by what is known now, with what is corrected.

    Both go, or neither does.
    """
    matter = matters.open_matter(desk, partners, invoice_id, _WHAT, why)
    old = matter.invoice
    if matter.before:
        raise Refused(what=_WHAT, why=f"some of {old.number} is credited already: credit the rest instead")
    billed = [part for mine in matter.books.parts.values() for part in mine if part.invoice_id == old.id]
    if not billed:
        raise Refused(what=_WHAT, why=f"{old.number} stands for no goods")
    credited = crediting.drafted(desk, matter, What(), _WHAT, why)
    said = corrections if corrections is not None else Corrections()
    drafts = matters.held_against_the_past(desk, matter, [credited, _again(desk, matter, billed, said)])
    waits = matters.held(desk, matter, drafts, "I", why)
    if waits:
        return Corrected(waits=waits)
    credit = crediting.issue(desk, partners, matter, drafts[0], why)
    made = matters.write(desk, partners, matter, drafts[1], why)
    now = desk.clock()
    parts.save(desk.conn, [replace(part, invoice_id=made.id, since=now) for part in billed])
    ledger = Ledger(desk)
    for order_id in matter.order_ids:
        text = f"{made.number} over {show(made.total)} {made.currency} in place of {old.number}: {why}"
        ledger.event(order_id, "billed again", text, made.document_id)
    ledger.write()
    desk.record(
        "invoice billed again",
        f"invoice {made.number}",
        original=old.number,
        total=str(made.total),
        was=str(old.total),
        corrections=said.in_words(),
        why=why,
    )
    set_stages(desk, partners, matter.order_ids)
    return Corrected(credit, made)


def _again(desk: Desk, matter: Matter, billed: list[Part], said: Corrections) -> Draft:
    """The same goods on a new bill, as if the old one had never been: what it took of charges for the whole order is
    free again."""
    old, books = matter.invoice, matter.books
    for order_id, mine in books.parts.items():
        books.parts[order_id] = tuple(
            replace(part, invoice_id=None) if part.invoice_id == old.id else part for part in mine
        )
        books.standing[order_id] = [each for each in books.standing.get(order_id, ()) if each.id != old.id]
    shipped = billables([replace(part, invoice_id=None) for part in billed])
    issued = old.issued
    try:
        again = new_quantities(issued, said, shipped)
        facts = {
            order_id: new_prices(issued, said, books.billed(order_id, again))
            for order_id in sorted({part.order_id for part in again})
        }
        made = invoice(
            again,
            facts,
            profile=matter.profile,
            issued_on=max(books.today, matter.left.shipped_on),
            left=matter.left,
            taxes=books.taxes(desk, matter.left.to, old.customer),
            kind=InvoiceKind.REBILL,
            original=old.number,
            amounts=new_amounts(issued, said),
        )
    except NotCorrectable as problem:
        raise Refused(what=_WHAT, why=str(problem)) from None
    if made.invoice is None:
        raise Refused(what=_WHAT, why=" ".join(finding.message for finding in made.findings))
    if said:
        matters.within_limit(desk, _WHAT, made.invoice.total, made.invoice.currency)
    return matters.draft(matter, made.invoice, facts)
