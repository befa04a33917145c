"""What issuing an invoice and crediting one share: its number, its row, its 810, and what became of that.

Called by invoicing.py, crediting.py and flow/fulfilment.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.outgoing import Subject, queue
from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.model.billing import InvoiceKind, InvoiceState, IssuedInvoice
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Shipped
from edi_gateway.orders.billing.records import Left
from edi_gateway.orders.meaning.numbers import show
from edi_gateway.partners.profile import Profile
from edi_gateway.store.control_numbers import Series
from edi_gateway.store.money import invoices
from edi_gateway.store.money.invoices import StoredInvoice

_MOST_NUMBER: Final = 22  # BIG02
_FOLLOWS: Final = {
    "SENT": InvoiceState.SENT,
    "ACK_OVERDUE": InvoiceState.SENT,
    "ACKED": InvoiceState.ACKED,
    "ACKED_WITH_ERRORS": InvoiceState.ACKED,
    "REJECTED": InvoiceState.REJECTED,
}


def left_of(shipped: Sequence[Shipped]) -> Left:
    """How the goods of an invoice left: the last of several shipments counts."""
    last = max(shipped, key=lambda each: (each.shipped_on, each.shipment_id))
    return Left(last.shipped_on, shipped[0].ship_to, last.expected_on)


def numbering(desk: Desk, kind: InvoiceKind, *, test: bool) -> Series:
    """Where the numbers of invoices and rebills, of credits, and those of tests come from, each without a gap."""
    if test:
        return Series(desk.conn, "INVOICE|test")
    credit = kind is InvoiceKind.CREDIT
    return Series(desk.conn, f"INVOICE|{'credit' if credit else 'invoice'}", wrap=10**18)


def number(desk: Desk, kind: InvoiceKind, *, test: bool, series: Series | None = None) -> str:
    """The next number of its series. series: from `numbering`, where more than one is drawn."""
    n = (numbering(desk, kind, test=test) if series is None else series).next()
    if test:
        return f"T{n:08d}"
    pattern = desk.numbers.credit if kind is InvoiceKind.CREDIT else desk.numbers.invoice
    made = pattern.format(n=n)
    if len(made) > _MOST_NUMBER:
        raise Refused(
            what=f"Numbering {made}",
            why=f"an invoice number has at most {_MOST_NUMBER} characters: shorten [numbers]",
        )
    return made


def stored_of(
    desk: Desk,
    issued: IssuedInvoice,
    *,
    partner: str,
    customer: str | None,
    order_id: int | None,
    shipment_id: int | None,
    store: str | None,
    test: bool,
    original_id: int | None = None,
    reason: str | None = None,
) -> StoredInvoice:
    """The row of an invoice that is issued now. What comes to nothing is paid."""
    return StoredInvoice(
        id=desk.ids.next(),
        number=issued.number,
        kind=issued.kind,
        partner=partner,
        customer=customer,
        order_id=order_id,
        shipment_id=shipment_id,
        original_id=original_id,
        store=store,
        currency=issued.currency,
        issued_on=issued.issued_on,
        due_on=issued.due_on,
        discount_until=issued.discount_until,
        goods=issued.goods,
        charges=issued.added,
        allowances=issued.taken_off,
        tax=issued.tax,
        total=issued.total,
        discount=issued.discount,
        paid=Decimal(0),
        state=InvoiceState.ISSUED if issued.total > 0 else InvoiceState.PAID,
        document_id=None,
        reason=reason,
        snapshot=invoices.frozen(issued),
        test=test,
        issued_at=desk.clock(),
        issued_by=desk.actor.name,
    )


def send(
    desk: Desk,
    partners: Partners,
    profile: Profile,
    stored: StoredInvoice,
    told: Invoice,
    ledger: Ledger | None = None,
) -> int | None:
    """Leave the 810 to go, unless the partner wants none; the document's id. ledger: as for `queue`."""
    habits = profile.invoicing
    if not habits.send or profile.document("810", "out") is None:
        return None
    if stored.total == 0 and habits.zero_total == "suppress":
        return None
    about = Subject(stored.number, stored.order_id, stored.test)
    return queue(desk, partners, stored.partner, "810", "IN", told, about, ledger).document_id


def follow(desk: Desk) -> int:
    """Note what became of invoices whose 810 was sent, acknowledged or rejected (997); how many."""
    moved = invoices.followed(desk.conn)
    of = invoices.orders_of(desk.conn, [invoice_id for invoice_id, *_ in moved])
    found = invoices.load(desk.conn, [invoice_id for invoice_id, *_ in moved], lock=True)
    ledger = Ledger(desk)
    for invoice_id, _, document_id, state in moved:
        now, mine = _FOLLOWS[state], found[invoice_id]
        invoices.change(desk.conn, invoice_id, state=now.value)
        order_ids = of.get(invoice_id, [])
        for order_id in order_ids:
            text = f"{mine.number}: {_IN_WORDS[now]}"
            ledger.event(order_id, f"invoice {now.value.lower()}", text, document_id)
        if now is InvoiceState.REJECTED:
            open_cases(desk, [_rejected(mine, document_id, order_ids)])
    ledger.write()
    return len(moved)


_IN_WORDS: Final = {
    InvoiceState.SENT: "the 810 was sent.",
    InvoiceState.ACKED: "the partner has acknowledged the 810.",
    InvoiceState.REJECTED: "the partner has rejected the 810.",
}


def _rejected(mine: StoredInvoice, document_id: int, order_ids: Sequence[int]) -> NewCase:
    finding = Finding(
        Code.INVOICE_REJECTED,
        Severity.ERROR,
        message=f"They have refused the 810 of {mine.number} over {show(mine.total)} {mine.currency} (997).",
        hint="Mend the mapping or the guide and send it again, or credit it and bill again (`invoices rebill`).",
        rule="997",
        family=Family.INVOICE,
    )
    about = About(document_id=document_id, order_id=order_ids[0] if len(order_ids) == 1 else None)
    return NewCase(finding, mine.partner, about, mine.total, mine.currency, mine.test)
