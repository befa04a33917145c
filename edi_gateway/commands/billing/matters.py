"""An invoice that somebody corrects: opened with all that belongs to it, its new 810s held against the past, written.

Takes an invoice's id; gives the Matter, and for what is drafted of it the reasons why it may not go, or its rows and
documents. Called by crediting.py and rebilling.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from edi_gateway.commands.billing.billing_facts import Books, open_books, shipped_of
from edi_gateway.commands.billing.issuing import left_of, number, send, stored_of
from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.holding.gate import Stories
from edi_gateway.commands.holding.gating import hold_documents
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.model.billing import InvoiceKind, IssuedInvoice
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.finding import Finding
from edi_gateway.model.fulfilment import Shipped
from edi_gateway.model.order import HoldCode
from edi_gateway.orders.billing.document import document
from edi_gateway.orders.billing.records import BilledOrder, Left
from edi_gateway.orders.gate.judging import breaches_of_invoice
from edi_gateway.orders.gate.records import Bill
from edi_gateway.orders.meaning.numbers import show
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book import orders, parts
from edi_gateway.store.money import invoices
from edi_gateway.store.money.invoices import StoredInvoice
from edi_gateway.store.traffic import findings

ROLES: Final = PERMISSIONS["credit an invoice"]


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came of it. `waits`: why nothing has gone; a hold stands for each reason, and when somebody else has
    released it, or its cause is gone, the same is asked for again."""

    credit: StoredInvoice | None = None
    rebill: StoredInvoice | None = None
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matter:
    """An invoice, locked, with its orders, shipments and what was credited of it."""

    invoice: StoredInvoice
    before: tuple[StoredInvoice, ...]
    profile: Profile
    books: Books
    shipped: tuple[Shipped, ...]
    left: Left

    @property
    def order_ids(self) -> list[int]:
        return sorted(self.books.orders)


@dataclass(frozen=True, slots=True)
class Draft:
    """A credit or rebill as it would go, still without a number; `breaks`: what it contradicts."""

    issued: IssuedInvoice
    told: Invoice
    breaks: tuple[Finding, ...] = ()


def open_matter(desk: Desk, partners: Partners, invoice_id: int, what: str, why: str) -> Matter:
    """Lock it and read it all. Refused: who may not, no reason, no such invoice, a credit."""
    desk.require(what, ROLES)
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
    return Matter(
        mine,
        tuple(invoices.credits_of(desk.conn, [invoice_id]).get(invoice_id, ())),
        profile,
        open_books(desk, profile, found, every),
        shipped,
        left_of(shipped),
    )


def draft(matter: Matter, issued: IssuedInvoice, facts: Mapping[int, BilledOrder]) -> Draft:
    """What the buyer would be told."""
    told = document(
        issued, matter.shipped, facts, matter.profile, left=matter.left, store=matter.invoice.store
    )
    return Draft(issued, told)


def held_against_the_past(desk: Desk, matter: Matter, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with what they break; each is held against those before it, too."""
    stories = Stories(desk.conn, notices=False).of(matter.order_ids)
    judged: list[Draft] = []
    for each in drafts:
        past = {
            order_id: replace(story, invoices=(*story.invoices, *(other.issued for other in judged)))
            for order_id, story in stories.items()
        }
        bill = Bill(
            said=each.told,
            issued=each.issued,
            orders=past,
            profile=matter.profile,
            today=matter.books.today,
            shipment_ids=frozenset(shipped.shipment_id for shipped in matter.shipped),
        )
        judged.append(replace(each, breaks=tuple(breaches_of_invoice(bill))))
    return judged


def held(desk: Desk, matter: Matter, drafts: Sequence[Draft], step: str | None, why: str) -> tuple[str, ...]:
    """Bring the holds on this correction to what its drafts break; why it may not go. Its holds stop nothing else
    (`step`: what other holds of the orders stop it), and who asked for it may not release them."""
    old = matter.invoice
    ledger = Ledger(desk)
    reasons = hold_documents(
        ledger,
        HoldCode.BILLING,
        step,
        f"correction={old.number}",
        matter.order_ids,
        list(dict.fromkeys(finding for each in drafts for finding in each.breaks)),
        blocks="",
        amount=max(each.issued.total for each in drafts),
        by=desk.actor.name,
    )
    if reasons:
        what = "rebill" if len(drafts) > 1 else "credit"
        for order_id in matter.order_ids:
            ledger.event(order_id, f"{what} held", f"The {what} of {old.number} waits: {reasons[0]}")
        desk.record(f"{what} held", f"invoice {old.number}", reasons=reasons, why=why)
    ledger.write()
    return tuple(reasons)


def write(desk: Desk, partners: Partners, matter: Matter, made: Draft, why: str) -> StoredInvoice:
    """Number it, keep it, and let its 810 go; what it breaks and may stands with that."""
    old = matter.invoice
    issued = replace(made.issued, number=number(desk, made.issued.kind, test=old.test))
    told = made.told.model_copy(update={"invoice_number": issued.number})
    stored = stored_of(
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
    stored = replace(stored, document_id=send(desk, partners, matter.profile, stored, told))
    invoices.add(desk.conn, [(stored, issued)])
    if made.breaks and stored.document_id is not None:
        rows = findings.rows(desk.ids, made.breaks, document_id=stored.document_id, order_id=stored.order_id)
        findings.add(desk.conn, rows)
    return stored


def within_limit(desk: Desk, what: str, amount: Decimal, currency: str) -> None:
    """A role credits up to its limit ([release_limits]), a person up to their own; the machine what it is told."""
    if desk.is_machine:
        return
    amount = desk.rates.limited(amount, currency)
    limits = desk.controls.release_limits
    mine: Sequence[Decimal | None] = [limits[role] for role in ROLES & desk.actor.roles if role in limits]
    most = None if None in mine else max((each for each in mine if each is not None), default=Decimal(0))
    own = desk.actor.limit
    if own is not None:
        most = own if most is None else min(own, most)
    if most is not None and amount > most:
        raise Refused(
            what=what, why=f"it comes to {show(amount)}, and {desk.actor.name} may credit up to {show(most)}"
        )
