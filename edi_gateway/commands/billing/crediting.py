"""Invoices credited, and billed again: what was issued stays as it is (spec B11).

Takes an invoice, what of it is wrong and why; writes the credit, and the rebill in its place, with their 810s. Called
by cli.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.billing.billing_facts import Books, open_books, shipped_of
from edi_gateway.commands.billing.issuing import left_of, number, send, stored_of
from edi_gateway.commands.billing.payments import owed_of
from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.model.billing import InvoiceKind, InvoiceState, IssuedInvoice
from edi_gateway.model.fulfilment import Part, Shipped
from edi_gateway.orders.billing.crediting import NotCreditable, What, credit
from edi_gateway.orders.billing.crediting import left_of as left_to_credit
from edi_gateway.orders.billing.document import document
from edi_gateway.orders.billing.invoicing import invoice
from edi_gateway.orders.billing.paying import state_of
from edi_gateway.orders.billing.records import Billable, Left, billables
from edi_gateway.orders.meaning.numbers import show
from edi_gateway.partners.profile import Profile
from edi_gateway.store import invoices, orders, parts
from edi_gateway.store.invoices import StoredInvoice

_ROLES: Final = PERMISSIONS["credit an invoice"]


@dataclass(frozen=True, slots=True)
class _Matter:
    """An invoice, locked, with its orders, shipments and what was credited of it."""

    invoice: StoredInvoice
    before: tuple[StoredInvoice, ...]
    profile: Profile
    books: Books
    shipped: tuple[Shipped, ...]
    left: Left


def credit_invoice(
    desk: Desk,
    partners: Partners,
    invoice_id: int,
    *,
    why: str,
    quantities: Mapping[int, Decimal] | None = None,
    amount: Decimal | None = None,
) -> StoredInvoice:
    """Credit an invoice: all that is left of it, or so many of its lines (by `n`, from 1), or an amount in all."""
    what = "Crediting the invoice"
    matter = _open(desk, partners, invoice_id, what, why)
    if quantities is not None and amount is not None:
        raise Refused(what=what, why="it is for quantities or over an amount, not both")
    return _credit(desk, partners, matter, What(quantities, amount), what, why)


def rebill(
    desk: Desk, partners: Partners, invoice_id: int, *, why: str
) -> tuple[StoredInvoice, StoredInvoice]:
    """Credit an invoice in full and bill the same goods again by what is known now; the credit and the rebill."""
    what = "Billing again"
    matter = _open(desk, partners, invoice_id, what, why)
    old, books = matter.invoice, matter.books
    if matter.before:
        raise Refused(what=what, why=f"some of {old.number} is credited already: credit the rest instead")
    billed = _parts_of(books, old.id)
    if not billed:
        raise Refused(what=what, why=f"{old.number} stands for no goods")
    credited = _credit(desk, partners, matter, What(), what, why)
    # as if it had never been: what it took of charges for the whole order is free again
    for order_id, mine in books.parts.items():
        books.parts[order_id] = tuple(
            replace(part, invoice_id=None) if part.invoice_id == old.id else part for part in mine
        )
        books.standing[order_id] = [each for each in books.standing.get(order_id, ()) if each.id != old.id]
    again: list[Billable] = billables([replace(part, invoice_id=None) for part in billed])
    order_ids = sorted({part.order_id for part in again})
    facts = {order_id: books.billed(order_id, again) for order_id in order_ids}
    made = invoice(
        again,
        facts,
        profile=matter.profile,
        issued_on=max(books.today, matter.left.shipped_on),
        left=matter.left,
        taxes=books.taxes(desk, matter.left.to, old.customer),
        kind=InvoiceKind.REBILL,
        original=old.number,
    )
    if made.invoice is None:
        raise Refused(what=what, why=" ".join(finding.message for finding in made.findings))
    issued = replace(made.invoice, number=number(desk, InvoiceKind.REBILL, test=old.test))
    stored = _stored(desk, matter, issued, why)
    told = document(issued, matter.shipped, facts, matter.profile, left=matter.left, store=old.store)
    stored = replace(stored, document_id=send(desk, partners, matter.profile, stored, told))
    invoices.add(desk.conn, [stored])
    now = desk.clock()
    parts.save(desk.conn, [replace(part, invoice_id=stored.id, since=now) for part in billed])
    ledger = Ledger(desk)
    for order_id in order_ids:
        text = f"{issued.number} over {show(issued.total)} {issued.currency} in place of {old.number}: {why}"
        ledger.event(order_id, "billed again", text, stored.document_id)
    ledger.write()
    desk.record(
        "invoice billed again",
        f"invoice {issued.number}",
        original=old.number,
        total=str(issued.total),
        was=str(old.total),
        why=why,
    )
    set_stages(desk, partners, order_ids)
    return credited, stored


def _open(desk: Desk, partners: Partners, invoice_id: int, what: str, why: str) -> _Matter:
    desk.require(what, _ROLES)
    if not why.strip():
        raise Refused(what=what, why="it needs a text that says why")
    order_ids = invoices.orders_of(desk.conn, [invoice_id]).get(invoice_id, [])
    found = orders.load_many(desk.conn, order_ids, lock=True)
    every = parts.of_orders(desk.conn, order_ids, lock=True)
    mine = invoices.load(desk.conn, [invoice_id], lock=True).get(invoice_id)
    if mine is None:
        raise Refused(what=what, why="there is no such invoice")
    if mine.kind is InvoiceKind.CREDIT:
        raise Refused(what=what, why=f"{mine.number} is a credit")
    profile = partners.profile(mine.partner)
    if profile is None:
        raise Refused(what=what, why=f"the partner {mine.partner} is not published")
    shipments = shipped_of(invoices.shipped(desk.conn, invoices.shipments_of(desk.conn, invoice_id)))
    shipped = tuple(shipments[number] for number in sorted(shipments))
    if not shipped:
        raise Refused(what=what, why=f"what {mine.number} bills was taken back")
    return _Matter(
        mine,
        tuple(invoices.credits_of(desk.conn, [invoice_id]).get(invoice_id, ())),
        profile,
        open_books(desk, profile, found, every),
        shipped,
        left_of(shipped),
    )


def _credit(
    desk: Desk, partners: Partners, matter: _Matter, what: What, doing: str, why: str
) -> StoredInvoice:
    old, books = matter.invoice, matter.books
    issued, before = old.issued, [each.issued for each in matter.before]
    try:
        made = credit(issued, before, what, on=max(books.today, old.issued_on), reason=why)
    except NotCreditable as problem:
        raise Refused(what=doing, why=str(problem)) from None
    _within_limit(desk, doing, made.total)
    made = replace(made, number=number(desk, InvoiceKind.CREDIT, test=old.test))
    stored = _stored(desk, matter, made, why)
    order_ids = sorted(books.orders)
    told = document(
        made,
        matter.shipped,
        {order_id: books.billed(order_id) for order_id in order_ids},
        matter.profile,
        left=matter.left,
        store=old.store,
    )
    stored = replace(stored, document_id=send(desk, partners, matter.profile, stored, told))
    invoices.add(desk.conn, [stored])
    now = replace(old, state=InvoiceState.CREDITED) if left_to_credit(issued, [*before, made]) <= 0 else old
    state = state_of(owed_of(desk, now), old.paid)  # what is left may be paid already
    if state is not old.state:
        invoices.change(desk.conn, old.id, state=state.value)
    ledger = Ledger(desk)
    for order_id in order_ids:
        text = f"Credit {made.number} over {show(made.total)} {made.currency} on {old.number}: {why}"
        ledger.event(order_id, "credited", text, stored.document_id)
    ledger.write()
    desk.record(
        "invoice credited",
        f"invoice {old.number}",
        credit=made.number,
        total=str(made.total),
        currency=made.currency,
        why=why,
    )
    set_stages(desk, partners, order_ids)
    return stored


def _stored(desk: Desk, matter: _Matter, issued: IssuedInvoice, why: str) -> StoredInvoice:
    old = matter.invoice
    return stored_of(
        desk,
        issued,
        partner=old.partner,
        customer=old.customer,
        order_id=old.order_id,
        shipment_id=old.shipment_id,
        store=old.store,
        test=old.test,
        original_id=old.id,
        reason=why,
    )


def _parts_of(books: Books, invoice_id: int) -> list[Part]:
    return [part for mine in books.parts.values() for part in mine if part.invoice_id == invoice_id]


def _within_limit(desk: Desk, what: str, amount: Decimal) -> None:
    """A role credits up to its limit ([release_limits]), a person up to their own; the machine what it is told."""
    if desk.is_machine:
        return
    limits = desk.controls.release_limits
    mine: Sequence[Decimal | None] = [limits[role] for role in _ROLES & desk.actor.roles if role in limits]
    most = None if None in mine else max((each for each in mine if each is not None), default=Decimal(0))
    own = desk.actor.limit
    if own is not None:
        most = own if most is None else min(own, most)
    if most is not None and amount > most:
        raise Refused(
            what=what, why=f"it comes to {show(amount)}, and {desk.actor.name} may credit up to {show(most)}"
        )
