"""The 810 that takes back: a credit against the invoice that it is of, a rebill against what was credited (spec B11).

A credit is held against its invoice and not against the last 855: what was billed wrongly is taken back as it was
billed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from decimal import Decimal

from edi_gateway.model.billing import InvoiceKind, IssuedInvoice
from edi_gateway.model.finding import Finding
from edi_gateway.orders.gate.before import breach
from edi_gateway.orders.gate.records import Bill
from edi_gateway.orders.meaning.dates import day
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, show, show_price

_Sums = dict[Hashable, Decimal]


def credit_within_invoice(bill: Bill) -> Iterator[Finding]:
    """A credit names no invoice of ours, or all its credits come to more than the invoice."""
    if not bill.is_credit:
        return
    original = _original(bill)
    if original is None:
        yield breach(
            "original_invoice_number",
            f"The credit is of invoice {bill.issued.original or 'without number'}, which none of its orders has.",
            "Name the invoice that is credited.",
            bill.issued.original,
        )
        return
    before = sum((each.total for each in _credits(bill, original)), ZERO)
    if EXACT.add(before, bill.issued.total) > original.total:
        yield breach(
            "total",
            f"Invoice {original.number} came to {show(original.total)}, {show(before)} are credited already, this "
            f"credit adds {show(bill.issued.total)}.",
            "Credit no more than is left.",
            show(bill.issued.total),
        )


def credit_quantity_within_invoice(bill: Bill) -> Iterator[Finding]:
    """Of a line more is credited, over all credits of an invoice, than it bills."""
    original = _original(bill)
    if not bill.is_credit or original is None:
        return
    billed = _quantities([original])
    before, now = _quantities(_credits(bill, original)), _quantities([bill.issued])
    for key, quantity in now.items():
        in_all = EXACT.add(before.get(key, ZERO), quantity)
        if in_all > billed.get(key, ZERO):
            yield breach(
                "lines",
                f"Invoice {original.number} bills {show(billed.get(key, ZERO))} of a line, {show(in_all)} of it are "
                f"credited with this.",
                "Credit no more of a line than was billed of it.",
                show(in_all),
            )


def credit_as_invoiced(bill: Bill) -> Iterator[Finding]:
    """A line is credited at another price, or in another unit, than the invoice bills it."""
    original = _original(bill)
    if not bill.is_credit or original is None:
        return
    for item in bill.items:
        if item.order is None or not item.lines or not item.said.quantity:
            continue
        mine = [
            line
            for line in original.lines
            if line.order_id == item.order.order_id and line.line in item.lines
        ]
        said = (item.said.price, item.said.price_basis, item.said.unit)
        if said not in {(line.price, line.price_basis, line.unit) for line in mine}:
            was = " or ".join(dict.fromkeys(f"{show_price(each.price)} {each.unit}" for each in mine))
            yield breach(
                item.at("price"),
                f"Invoice {original.number} bills {item.called()} at {was or 'nothing'}, the credit takes it back at "
                f"{show_price(item.said.price or ZERO)} {item.said.unit or ''}.",
                "Credit at the price that was billed.",
                item.said.price,
            )


def credit_charges_within_invoice(bill: Bill) -> Iterator[Finding]:
    """Of an allowance, a charge or a tax more is taken back, over all credits of an invoice, than stands on it."""
    original = _original(bill)
    if not bill.is_credit or original is None:
        return
    billed = _amounts([original])
    before, now = _amounts(_credits(bill, original)), _amounts([bill.issued])
    for key, amount in now.items():
        in_all = EXACT.add(before.get(key, ZERO), amount)
        if in_all > billed.get(key, ZERO):
            what, code = str(key).split()[:2]
            yield breach(
                "taxes" if what == "tax" else "allowances",
                f"Invoice {original.number} has {show(billed.get(key, ZERO))} of {what} {code}, with this credit "
                f"{show(in_all)} are taken back.",
                "Take back no more than was billed.",
                f"{what} {code} {show(in_all)}",
            )


def rebill_after_credit(bill: Bill) -> Iterator[Finding]:
    """A rebill names no invoice of ours, or one that is not credited in full: the buyer would owe both."""
    if bill.issued.kind is not InvoiceKind.REBILL:
        return
    original = _original(bill)
    if original is None:
        yield breach(
            "original_invoice_number",
            f"The rebill stands for invoice {bill.issued.original or 'without number'}, which none of its orders has.",
            "Name the invoice that is billed again.",
            bill.issued.original,
        )
        return
    credited = sum((each.total for each in _credits(bill, original)), ZERO)
    if credited != original.total:
        yield breach(
            "total",
            f"Invoice {original.number} came to {show(original.total)}, {show(credited)} of it are credited, and it is "
            "billed again.",
            "Credit it in full first.",
            show(credited),
        )


def credit_not_before_invoice(bill: Bill) -> Iterator[Finding]:
    """A credit or a rebill is dated before the invoice that it is of."""
    original = _original(bill)
    if original is not None and bill.said.issued_on < original.issued_on:
        yield breach(
            "issued_on",
            f"Invoice {original.number} is of {day(original.issued_on)}, the 810 is dated {day(bill.said.issued_on)}.",
            "Date it on the day of the invoice or later.",
            bill.said.issued_on,
        )


RULES = (
    *(credit_within_invoice, credit_quantity_within_invoice, credit_as_invoiced),
    *(credit_charges_within_invoice, rebill_after_credit, credit_not_before_invoice),
)


def _original(bill: Bill) -> IssuedInvoice | None:
    if bill.issued.kind is InvoiceKind.INVOICE:
        return None
    found = (each for each in bill.before if each.kind is not InvoiceKind.CREDIT)
    return next((each for each in found if each.number == bill.issued.original), None)


def _credits(bill: Bill, original: IssuedInvoice) -> list[IssuedInvoice]:
    return [
        each for each in bill.before if each.kind is InvoiceKind.CREDIT and each.original == original.number
    ]


def _quantities(issued: Iterable[IssuedInvoice]) -> _Sums:
    """By order, line and whether at no charge."""
    found: _Sums = {}
    for each in issued:
        for line in each.lines:
            _add(found, (line.order_id, line.line, line.free), line.quantity)
    return found


def _amounts(issued: Iterable[IssuedInvoice]) -> _Sums:
    """By allowance, charge and tax; money that is credited as such is of none."""
    found: _Sums = {}
    for each in issued:
        for charge in (*each.charges, *(charge for line in each.lines for charge in line.charges)):
            if charge.order_id is not None:
                name = "allowance" if charge.kind == "A" else "charge"
                code = charge.code or charge.agency_code or "without-code"
                _add(found, f"{name} {code} {charge.order_id} {charge.source}", charge.amount)
        for tax in (*each.taxes, *(tax for line in each.lines for tax in line.taxes)):
            _add(found, f"tax {tax.code} {tax.percent} {tax.exempt}", tax.amount)
    return found


def _add(found: _Sums, key: Hashable, amount: Decimal) -> None:
    found[key] = EXACT.add(found.get(key, ZERO), amount)
