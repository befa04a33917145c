"""Invoices credited: what was issued stays as it is (spec B11).

Takes an invoice, what of it is wrong and why; writes the credit with its 810, or a hold where that would contradict
what went before. Called by cli, and for the first half of a rebill by rebilling.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.billing import matters
from edi_gateway.commands.billing.matters import Corrected, Draft, Matter
from edi_gateway.commands.billing.payments import owed_of
from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.model.billing import InvoiceState
from edi_gateway.orders.billing.crediting import NotCreditable, What, credit, left_of
from edi_gateway.orders.billing.paying import state_of
from edi_gateway.orders.meaning.numbers import show
from edi_gateway.store.money import invoices
from edi_gateway.store.money.invoices import StoredInvoice


def credit_invoice(
    desk: Desk,
    partners: Partners,
    invoice_id: int,
    *,
    why: str,
    quantities: Mapping[int, Decimal] | None = None,
    amount: Decimal | None = None,
) -> Corrected:
    """Credit an invoice: all that is left of it, or so many of its lines (by `n`, from 1), or an amount in all."""
    what = "Crediting the invoice"
    matter = matters.open_matter(desk, partners, invoice_id, what, why)
    if quantities is not None and amount is not None:
        raise Refused(what=what, why="it is for quantities or over an amount, not both")
    drafts = matters.held_against_the_past(
        desk, matter, [drafted(desk, matter, What(quantities, amount), what, why)]
    )
    waits = matters.held(desk, matter, drafts, None, why)
    if waits:
        return Corrected(waits=waits)
    made = issue(desk, partners, matter, drafts[0], why)
    set_stages(desk, partners, matter.order_ids)
    return Corrected(made)


def drafted(desk: Desk, matter: Matter, what: What, doing: str, why: str) -> Draft:
    """The credit as it would go. Refused when that cannot be credited, or is above what the actor may."""
    old, books = matter.invoice, matter.books
    before = [each.issued for each in matter.before]
    try:
        made = credit(old.issued, before, what, on=max(books.today, old.issued_on), reason=why)
    except NotCreditable as problem:
        raise Refused(what=doing, why=str(problem)) from None
    matters.within_limit(desk, doing, made.total, made.currency)
    told = {part_id for line in made.lines for part_id, _ in line.parts}
    facts = {order_id: books.billed(order_id, told=told) for order_id in matter.order_ids}
    return matters.draft(matter, made, facts)


def issue(desk: Desk, partners: Partners, matter: Matter, made: Draft, why: str) -> StoredInvoice:
    """Write the credit, and what it makes of the invoice."""
    old = matter.invoice
    stored = matters.write(desk, partners, matter, made, why)
    issued = stored.issued
    left = left_of(old.issued, [*(each.issued for each in matter.before), issued])
    now = replace(old, state=InvoiceState.CREDITED) if left <= 0 else old
    state = state_of(owed_of(desk, now), old.paid)  # what is left may be paid already
    if state is not old.state:
        invoices.change(desk.conn, old.id, state=state.value)
    ledger = Ledger(desk)
    for order_id in matter.order_ids:
        text = f"Credit {issued.number} over {show(issued.total)} {issued.currency} on {old.number}: {why}"
        ledger.event(order_id, "credited", text, stored.document_id)
    ledger.write()
    desk.record(
        "invoice credited",
        f"invoice {old.number}",
        credit=issued.number,
        total=str(issued.total),
        currency=issued.currency,
        why=why,
    )
    return stored
