"""A buyer: places orders, says by 824 what it thinks of what it got, and pays (820).

Reads, judges and acknowledges as side.py says. Called by playing/play.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from edi_gateway.model.documents.application_advice import ApplicationAdvice, ApplicationError, JudgedDocument
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.remittance import Adjustment, Entity, OpenItem, Remittance
from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.simulator.book import Placed
from edi_gateway.simulator.judge.invoices import CREDITS
from edi_gateway.simulator.mail import Received
from edi_gateway.simulator.numbers import ZERO, due, money, total
from edi_gateway.simulator.side import Side

HowToPay = Literal["in full", "with discount", "short", "with deduction", "unknown invoice"]


@dataclass
class Buyer(Side):
    """One buyer. What it has paid of each invoice stands in `paid`."""

    paid: dict[str, Decimal] = field(default_factory=dict)
    _payments: int = 0
    _advices: int = 0

    # --- ordering

    def place(
        self, orders: Sequence[PurchaseOrder], at: datetime, *, test: bool = False, rejected: int = 0
    ) -> bytes:
        """Orders in one interchange; `rejected` of them are broken on purpose, and no answer to those is awaited."""
        bodies = [self.wire.body("850", order) for order in orders]
        content, sent = self.wire.interchange(bodies, at, test=test)
        self.expect(sent, rejected)
        answering = self.agreement.profile.answering
        for order in orders[: len(orders) - rejected]:
            wanted = answering.send and order.ack_requested != "NA" and order.purpose != "22"
            by = due(
                at,
                answering.within_hours,
                self.agreement.profile.calendar,
                working_days_only=answering.business_hours_only,
            )
            self.judge.book.place(Placed(order, at, test, by if wanted else None))
        return content

    # --- saying what it thinks

    def advise(self, at: datetime, set_code: str, *, reject: bool, error: str) -> bytes | None:
        """An 824 about the last document of this set; a rejected notice stands as rejected until it is corrected."""
        last = next((r for r in reversed(self.came) if r.set_code == set_code), None)
        if last is None:
            return None
        qualifier, reference = _named(last)
        notice = self.judge.book.notices.get(reference)
        if notice is not None and set_code == "856":
            notice.rejected = reject
        self._advices += 1
        errors = (ApplicationError(code=error, message="Not as agreed"),) if reject else ()
        judged = JudgedDocument(
            status="TR" if reject else "TA",
            reference_qualifier=qualifier,
            reference=reference,
            group_control=int(last.header.gs_control),
            set_control=last.control,
            set_code=set_code,
            errors=errors,
        )
        advice = ApplicationAdvice(
            purpose="00", number=f"A{self._advices:04d}", issued_on=self.today(at), documents=(judged,)
        )
        content, sent = self.wire.interchange([self.wire.body("824", advice)], at, test=last.test)
        self.expect(sent)
        return content

    # --- paying

    def pay(
        self, at: datetime, how: HowToPay, *, amount: Decimal | None, reason: str, reference: str | None
    ) -> bytes | None:
        """An 820 for all that is open: invoices less credits. `amount`: what is paid less, or taken off the first."""
        items = self._open_items(how, amount or ZERO, reason)
        if not items:
            return None
        self._payments += 1
        summed = total(item.paid or ZERO for item in items)
        remittance = Remittance(
            handling="I",
            amount=summed,
            credit_debit="C",
            method="CHK",
            paid_on=self.today(at),
            trace_type="1",
            trace_number=reference or f"CHK{self._payments:05d}",
            entities=(Entity(number=1, open_items=tuple(items)),),
        )
        content, sent = self.wire.interchange([self.wire.body("820", remittance)], at)
        self.expect(sent)
        return content

    def _open_items(self, how: HowToPay, amount: Decimal, reason: str) -> list[OpenItem]:
        if how == "unknown invoice":
            return [OpenItem(qualifier="IV", reference="NOSUCH1", paid=amount, gross=amount)]
        items: list[OpenItem] = []
        for invoice in self.judge.book.invoices.values():
            credit = invoice.type in CREDITS
            left = abs(invoice.total) - self.paid.get(invoice.invoice_number, ZERO)
            if left <= 0:
                continue
            item = OpenItem(
                qualifier="CM" if credit else "IV",
                reference=invoice.invoice_number,
                paid=-left if credit else left,
                gross=-left if credit else left,
            )
            if not credit:
                item = self._less(invoice, item, left, how, amount if not items else ZERO, reason)
            self.paid[invoice.invoice_number] = abs(invoice.total)
            items.append(item)
        return items

    def _less(
        self, invoice: Invoice, item: OpenItem, left: Decimal, how: HowToPay, amount: Decimal, reason: str
    ) -> OpenItem:
        if how == "with discount":
            percent = next(
                (t.discount_percent for t in invoice.terms if t.discount_percent is not None), ZERO
            )
            off = invoice.discount_amount
            if off is None:
                off = money((invoice.subject_to_discount or invoice.total) * percent / 100)
            return item.model_copy(update={"paid": left - off, "discount": off})
        if how == "short" and amount:
            return item.model_copy(update={"paid": left - amount})
        if how == "with deduction" and amount:
            taken = Adjustment(amount=-amount, reason=reason)
            return item.model_copy(update={"paid": left - amount, "adjustments": (taken,)})
        return item


def _named(received: Received) -> tuple[str, str]:
    """How an 824 names a document: SI and the shipment, IV and the invoice, TN and the set."""
    match received.record:
        case ShipNotice() as notice:
            return "SI", notice.shipment_id
        case Invoice() as invoice:
            return "IV", invoice.invoice_number
        case _:
            return "TN", received.control
