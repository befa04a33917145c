"""Payments: of a remittance advice (820), or entered by hand; matched to invoices, which they settle (spec B11, C15).

Takes what the buyer says it pays; writes the payment, what became of each invoice, and cases for what does not agree.
Called through flow/taking/applying.py, and by cli.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.arrivals import Applied, Arrived
from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.model.billing import InvoiceKind, InvoiceState, Payment, Remitted
from edi_gateway.model.documents.remittance import Remittance
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.orders.billing import paying
from edi_gateway.orders.billing.paying import Owed, Settled, settle, state_of
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, show
from edi_gateway.store.book import orders
from edi_gateway.store.money import invoices, payments
from edi_gateway.store.money.invoices import StoredInvoice
from edi_gateway.store.money.payments import StoredLine, StoredPayment

_REFERENCE: Final = 50  # characters of payments.reference


def take_remittance(desk: Desk, partners: Partners, arrived: Arrived) -> Applied:
    """Apply an 820. The same TRN02 again is the same payment; what was not known the first time is looked for again."""
    said = arrived.document
    assert isinstance(said, Remittance)
    if said.credit_debit == "D":
        return Applied("HELD", (_debit(said),), said.trace_number)
    if not is_sane(said.amount):
        return Applied("ERROR", (_absurd(said),), said.trace_number)
    on = said.paid_on or local_date(arrived.received_at, arrived.profile.calendar)
    reference = (said.trace_number or "").strip() or f"{on:%Y%m%d} {said.amount}"
    payment = Payment(
        reference[:_REFERENCE],
        said.amount,
        said.currency or arrived.profile.policies.currency,
        on,
        paying.remitted(said),
    )
    work = _Applying(desk, partners, arrived.profile.key, payment, arrived.document_id, arrived.test)
    new = work.apply(EXACT.subtract(said.amount, paying.loose(said)))
    if not new:
        return Applied("DUPLICATE", (), payment.reference)
    return Applied("ERROR" if work.unmatched else "APPLIED", tuple(work.unmatched), payment.reference)


def enter(desk: Desk, partners: Partners, partner: str, payment: Payment) -> StoredPayment:
    """Enter a payment by hand. Refused when its lines do not add up, one is unknown, or it was entered before."""
    what = f"Entering payment {payment.reference}"
    desk.require(what, PERMISSIONS["enter a payment"])
    if partners.profile(partner) is None:
        raise Refused(what=what, why=f"the partner {partner} is not published")
    if not payment.reference.strip() or len(payment.reference) > _REFERENCE:
        raise Refused(what=what, why=f"its reference has 1 to {_REFERENCE} characters")
    if not payment.lines:
        raise Refused(what=what, why="it names no invoice")
    total = sum((line.paid for line in payment.lines), ZERO)
    if total != payment.amount:
        raise Refused(what=what, why=f"its lines come to {show(total)}, not to {show(payment.amount)}")
    work = _Applying(desk, partners, partner, payment, None, test=False)
    if not work.apply(payment.amount):
        raise Refused(what=what, why=f"{partner} has paid under this reference before")
    if work.unmatched:
        raise Refused(what=what, why=" ".join(finding.message for finding in work.unmatched))
    found = payments.find(desk.conn, partner, payment.reference)
    assert found is not None  # it was written just now
    return found


class _Applying:
    """One payment applied. `unmatched`: findings about lines that are no invoices of ours."""

    def __init__(
        self,
        desk: Desk,
        partners: Partners,
        partner: str,
        payment: Payment,
        document_id: int | None,
        test: bool,
    ) -> None:
        self.unmatched: list[Finding] = []
        self._desk = desk
        self._partners = partners
        self._partner = partner
        self._payment = payment
        self._document_id = document_id
        self._test = test
        self._ledger = Ledger(desk)
        self._orders: set[int] = set()
        self._differs: list[tuple[str, int | None]] = []

    def apply(self, to_lines: Decimal) -> bool:
        """Apply it; False when it was applied before and nothing is new. to_lines: what of it the lines should come
        to."""
        desk, payment = self._desk, self._payment
        known = payments.find(desk.conn, self._partner, payment.reference)
        if known is not None:
            return self._again(known)
        self._lock([line.number for line in payment.lines])
        payment_id = desk.ids.next()
        lines = [
            self._line(
                StoredLine(payment_id, n, None, s.number[:50], s.paid, s.discount, s.taken_off, s.reason), s
            )
            for n, s in enumerate(payment.lines, 1)
        ]
        total = sum((line.paid for line in payment.lines), ZERO)
        if total != to_lines:
            self._differ(f"its lines come to {show(total)}, the payment to {show(payment.amount)}")
        payments.add(
            desk.conn,
            StoredPayment(
                payment_id,
                self._partner,
                payment.reference,
                payment.amount,
                payment.currency,
                payment.paid_on,
                self._document_id,
                self._state(),
                self._ledger.now,
                desk.actor.name,
            ),
            lines,
        )
        self._finish(f"payment {payment.reference}", lines)
        return True

    def _again(self, known: StoredPayment) -> bool:
        """It came before: what was not known then may be by now; if it says something else, a person hears of it."""
        stored = payments.lines(self._desk.conn, known.id)
        if known.amount != self._payment.amount or known.currency != self._payment.currency:
            self._differ(
                f"it came before over {show(known.amount)} {known.currency}, now over "
                f"{show(self._payment.amount)} {self._payment.currency}"
            )
            self._open_cases()
            return False
        if known.state == payments.APPLIED:
            return False
        missing = [line for line in stored if line.invoice_id is None]
        self._lock([line.invoice_number for line in missing])
        said = dict(enumerate(self._payment.lines, 1))
        done = []
        for line in missing:
            was = said.get(line.n)
            now = self._line(line, was) if was is not None else line
            if now.invoice_id is not None:
                payments.settle(self._desk.conn, now)
                done.append(now)
        if not done:
            return bool(missing)
        payments.set_state(self._desk.conn, known.id, self._state())
        self._finish(f"payment {known.reference}", done)
        return True

    def _lock(self, numbers: Sequence[str]) -> None:
        """Orders before invoices, as all do."""
        found = [
            each.id
            for number in numbers
            for each in invoices.numbered(self._desk.conn, self._partner, number)
        ]
        of = invoices.orders_of(self._desk.conn, found)
        orders.load_many(self._desk.conn, sorted({n for mine in of.values() for n in mine}), lock=True)
        invoices.load(self._desk.conn, found, lock=True)

    def _line(self, line: StoredLine, said: Remitted) -> StoredLine:
        """Apply what is said of one invoice."""
        desk = self._desk
        found = invoices.numbered(desk.conn, self._partner, said.number) if said.is_ours else []
        found = [each for each in found if each.test == self._test]
        if len(found) != 1:
            self.unmatched.append(self._unknown(said, several=len(found) > 1))
            return line
        mine = found[0]
        if mine.currency != self._payment.currency:
            self.unmatched.append(self._other_currency(said, mine))
            return line
        done = settle(owed_of(desk, mine), said, self._payment.paid_on)
        invoices.change(desk.conn, mine.id, paid=done.paid, state=done.state.value)
        order_ids = invoices.orders_of(desk.conn, [mine.id]).get(mine.id, [])
        self._orders.update(order_ids)
        if mine.kind is InvoiceKind.CREDIT and mine.original_id is not None:
            self._again_open(mine.original_id)
        for words in done.differs:
            self._differ(f"{mine.number}: {words}", order_ids[0] if len(order_ids) == 1 else None)
        for order_id in order_ids:
            self._ledger.event(
                order_id, "paid", _in_words(mine, said, done, self._payment), self._document_id
            )
        return replace(
            line,
            invoice_id=mine.id,
            discount=done.discount,
            adjustment=done.taken_off,
            reason=_short(done.reason),
        )

    def _again_open(self, invoice_id: int) -> None:
        """A credit that is used elsewhere no longer lessens what is open of its invoice."""
        (original,) = invoices.load(self._desk.conn, [invoice_id], lock=True).values()
        state = state_of(owed_of(self._desk, original), original.paid)
        if state is not original.state:
            invoices.change(self._desk.conn, invoice_id, state=state.value)

    def _finish(self, name: str, lines: Sequence[StoredLine]) -> None:
        self._ledger.write()
        self._open_cases()
        self._desk.record(
            "payment applied",
            name,
            partner=self._partner,
            amount=str(self._payment.amount),
            currency=self._payment.currency,
            lines=[
                [line.invoice_number, str(line.paid), str(line.discount), str(line.adjustment)]
                for line in lines
            ],
            unmatched=len(self.unmatched),
        )
        set_stages(self._desk, self._partners, self._orders)

    def _state(self) -> str:
        return payments.PARTLY if self.unmatched or self._differs else payments.APPLIED

    def _differ(self, words: str, order_id: int | None = None) -> None:
        self._differs.append((words, order_id))

    def _open_cases(self) -> None:
        new = []
        for words, order_id in self._differs:
            finding = Finding(
                Code.PAYMENT_DIFFERS,
                Severity.WARNING,
                message=f"Payment {self._payment.reference}: {words}.",
                hint="Settle it with the customer: credit what is due to them, or ask for the rest.",
                rule=words,
                family=Family.INVOICE,
            )
            about = About(document_id=self._document_id, order_id=order_id)
            new.append(NewCase(finding, self._partner, about, None, self._payment.currency, self._test))
        open_cases(self._desk, new)

    def _unknown(self, said: Remitted, *, several: bool) -> Finding:
        why = "could be several of ours" if several else "is no invoice of ours to them"
        return Finding(
            Code.PAYMENT_UNMATCHED,
            Severity.ERROR,
            message=f"Payment {self._payment.reference} pays {show(said.paid)} on {said.number}, which {why}.",
            hint="Ask what they mean; once the invoice is there, replay the document.",
            value=said.number,
            rule=said.number,
            family=Family.INVOICE,
        )

    def _other_currency(self, said: Remitted, mine: StoredInvoice) -> Finding:
        return Finding(
            Code.PAYMENT_UNMATCHED,
            Severity.ERROR,
            message=f"Payment {self._payment.reference} pays {show(said.paid)} {self._payment.currency} on "
            f"{mine.number}, which is in {mine.currency}.",
            hint="Ask for the amount in the currency of the invoice, and enter the payment by hand.",
            value=self._payment.currency,
            rule=said.number,
            family=Family.INVOICE,
        )


def owed_of(desk: Desk, mine: StoredInvoice) -> Owed:
    """An invoice as it stands, with its credits."""
    credits = invoices.credits_of(desk.conn, [mine.id]).get(mine.id, [])
    return Owed(
        number=mine.number,
        kind=mine.kind,
        total=mine.total,
        paid=mine.paid,
        state=mine.state,
        credits=sum((max(ZERO, each.total - each.paid) for each in credits), ZERO),
        credited=mine.state is InvoiceState.CREDITED,
        discount=mine.discount,
        discount_until=mine.discount_until,
    )


def _in_words(mine: StoredInvoice, said: Remitted, done: Settled, payment: Payment) -> str:
    if mine.kind is InvoiceKind.CREDIT:
        return f"They used {show(-said.paid)} {mine.currency} of credit {mine.number} (payment {payment.reference})."
    more = f", less {show(done.discount)} discount" if done.discount else ""
    more += f", {show(done.taken_off)} taken off" if done.taken_off else ""
    state = done.state.value.lower().replace("_", " ")
    return f"{show(said.paid)} {mine.currency} paid on {mine.number}{more} (payment {payment.reference}): {state}."


def _short(reason: str | None) -> str | None:
    return None if reason is None else reason[:10]


def _debit(said: Remittance) -> Finding:
    return Finding(
        Code.PAYMENT_UNMATCHED,
        Severity.ERROR,
        message=f"They say that they take {show(said.amount)} from us (BPR03 D).",
        hint="Ask for what; nothing was booked.",
        rule="BPR03",
        family=Family.INVOICE,
    )


def _absurd(said: Remittance) -> Finding:
    return Finding(
        Code.PAYMENT_UNMATCHED,
        Severity.ERROR,
        message="The amount of the payment is no amount.",
        hint="Ask for the remittance again.",
        rule="BPR02",
        family=Family.INVOICE,
    )
