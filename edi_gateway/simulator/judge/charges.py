"""What a buyer holds against allowances, charges and taxes of an 810 (spec C0, B11): the order's SACs, each once.

Called by invoices.py. What a SAC is worth: SAC05, else 08 x 10, else 07 percent of what 06 names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.documents.invoice import Invoice, InvoicedLine
from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.documents.shared import Allowance, Tax
from edi_gateway.simulator.book import Book, Deal, acknowledged, line_in
from edi_gateway.simulator.judge.rules import Disagreement, Rule
from edi_gateway.simulator.matching import pairs
from edi_gateway.simulator.numbers import ZERO, extension, money, shown, total

_CENT: Final = Decimal("0.01")
_BILL_BACK: Final = "01"
_FREE_GOODS: Final = "D170"
_EXEMPT: Final = ("1", "3")  # DE441: exempt, for resale (spec C4)
_PREPAID_AND_CHARGED: Final = ("PC", "PB")


def judge(book: Book, deal: Deal, invoice: Invoice) -> Iterator[Disagreement]:
    yield from _header(book, deal, invoice)
    for told in invoice.lines:
        line = line_in(deal, told.buyer_line, pairs(told.ids))
        yield from _of_line(book, deal, invoice, told, line)
    yield from _taxes(deal.order, invoice)


def closing(book: Book, deal: Deal) -> Iterator[Disagreement]:
    """When all is over: an amount that the order names for the whole of it must have been taken to the cent, the share
    that falls on what was invoiced (or, where that is agreed, all of it)."""
    invoices = standing(book, deal)
    if not invoices:
        return
    part = Fraction(1)
    if book.agreed.invoicing.flat_amounts == "pro rata":
        part = _invoiced_part(deal, invoices)
    slack = _CENT * len(invoices) if part != 1 else ZERO  # each share was rounded by itself
    for sac in due_of(deal.order.allowances):
        worth = fixed(sac)
        if worth is None:
            continue
        due = money(Decimal(part.numerator) * worth / part.denominator, deal.order.currency)
        taken = total(a.amount or ZERO for i in invoices for a in i.allowances if alike(a, sac))
        if taken < due - slack:
            rule, what = Rule.INVOICE_ALLOWANCE_MISSING, "take only"
        elif sac.kind in ("C", "S") and taken > due + slack:
            rule, what = Rule.INVOICE_ALLOWANCE_AMOUNT, "take"
        else:
            continue
        yield Disagreement(
            rule,
            "810",
            deal.order.po_number,
            f"SAC {sac.kind} {sac.code} is worth {due}; all invoices together {what} {taken}.",
        )


def standing(book: Book, deal: Deal) -> list[Invoice]:
    """Its invoices that no other came in place of; no credits."""
    invoices = [i for i in book.invoices_of(deal.key) if i.type not in ("CR", "CN")]
    replaced = {i.original_invoice_number for i in invoices if i.type == "RE"}
    return [i for i in invoices if i.invoice_number not in replaced]


def _invoiced_part(deal: Deal, invoices: list[Invoice]) -> Fraction:
    """How much of what was ordered was invoiced, by what it comes to; no line counts for more than was ordered."""
    ordered = came = ZERO
    for line in deal.order.lines:
        _, price, basis = acknowledged(deal, line)
        quantity = max(line.quantity or ZERO, ZERO)
        mine = total(
            told.quantity or ZERO
            for invoice in invoices
            for told in invoice.lines
            if told.price_basis != "NC" and line_in(deal, told.buyer_line, pairs(told.ids)) is line
        )
        if price is not None:
            ordered += extension(quantity, price, basis, deal.order.currency)
            came += extension(min(mine, quantity), price, basis, deal.order.currency)
    return Fraction(came) / Fraction(ordered) if ordered else Fraction(1)


def signed(allowance: Allowance) -> Decimal:
    """What it does to the total: charges and services add, allowances and promotions take off."""
    amount = allowance.amount or ZERO
    if allowance.kind in ("A", "P"):
        return -amount
    return amount if allowance.kind in ("C", "S") else ZERO


def all_of(invoice: Invoice) -> list[Allowance]:
    return [*invoice.allowances, *(a for line in invoice.lines for a in line.allowances)]


def taxes_of(invoice: Invoice) -> list[Tax]:
    """Every TXI of the invoice: summary, lines, and those under SACs."""
    under = [tax for allowance in all_of(invoice) for tax in allowance.taxes]
    return [*invoice.taxes, *(tax for line in invoice.lines for tax in line.taxes), *under]


def _against(rule: Rule, invoice: Invoice, reason: str) -> Disagreement:
    return Disagreement(rule, "810", invoice.invoice_number, reason)


@dataclass(frozen=True, slots=True)
class Base:
    """What rates and percentages of an invoice, or of one line of it, are taken of."""

    gross: Decimal
    quantity: Decimal


def due_of(allowances: tuple[Allowance, ...]) -> list[Allowance]:
    """Those of an order that belong on an invoice: off-invoice, worth something, no goods."""
    return [
        a
        for a in allowances
        if a.kind in "ACPS" and a.handling not in (_BILL_BACK, "15") and a.code != _FREE_GOODS
    ]


def alike(told: Allowance, ordered: Allowance) -> bool:
    return told.kind == ordered.kind and told.code == ordered.code


def fixed(sac: Allowance) -> Decimal | None:
    """The amount that a SAC of the header names once and for all; None where it depends on the invoice."""
    if sac.amount is not None:
        return sac.amount
    if sac.rate is not None and sac.quantity is not None:
        return money(sac.rate * sac.quantity)
    return None


def _header(book: Book, deal: Deal, invoice: Invoice) -> Iterator[Disagreement]:
    order = deal.order
    goods = total(
        extension(told.quantity or ZERO, told.price or ZERO, told.price_basis, invoice.currency)
        for told in invoice.lines
    )
    base = Base(goods, total(told.quantity or ZERO for told in invoice.lines))
    before = standing(book, deal)
    if invoice.type == "RE":  # what is billed again takes up what its original had
        before = [i for i in before if i.invoice_number != invoice.original_invoice_number]
    free = list(due_of(order.allowances))
    for told in invoice.allowances:
        mine = next((sac for sac in free if alike(told, sac)), None)
        if mine is None:
            yield from _unasked(book, order, invoice, told, before)
            continue
        free.remove(mine)
        worth = fixed(mine)
        if worth is None:
            yield from _amount(told, worth_of(mine, base, invoice), invoice)
            continue
        taken = total(a.amount or ZERO for i in before for a in i.allowances if alike(a, mine))
        if taken + (told.amount or ZERO) > worth:
            rule = Rule.INVOICE_ALLOWANCE_REPEATED if taken else Rule.INVOICE_ALLOWANCE_AMOUNT
            yield _against(
                rule,
                invoice,
                f"SAC {told.kind} {told.code} takes {told.amount} after {taken}; the order names {worth}.",
            )
    for sac in free:
        if fixed(sac) is None and goods:
            yield _against(
                Rule.INVOICE_ALLOWANCE_MISSING,
                invoice,
                f"SAC {sac.kind} {sac.code} of the order is not on it.",
            )


def _of_line(
    book: Book, deal: Deal, invoice: Invoice, told: InvoicedLine, line: Line | None
) -> Iterator[Disagreement]:
    free = due_of(line.allowances) if line is not None else []
    quantity = told.quantity or ZERO
    base = Base(extension(quantity, told.price or ZERO, told.price_basis, invoice.currency), quantity)
    for mine in told.allowances:
        ordered = next((sac for sac in free if alike(mine, sac)), None)
        if ordered is None or line is None:
            yield from _unasked(book, deal.order, invoice, mine, [], of=line)
            continue
        free.remove(ordered)
        worth = worth_of(ordered, base, invoice, line)
        if ordered.amount is not None:  # named once for the line: no invoice may take more of it
            if mine.amount is not None and mine.amount > ordered.amount:
                yield from _amount(mine, ordered.amount, invoice)
        else:
            yield from _amount(mine, worth, invoice)
    for sac in free:
        if sac.amount is None and base.gross:
            yield _against(
                Rule.INVOICE_ALLOWANCE_MISSING,
                invoice,
                f"SAC {sac.kind} {sac.code} of line {told.buyer_line or told.line} is not on it.",
            )


def worth_of(sac: Allowance, base: Base, invoice: Invoice, line: Line | None = None) -> Decimal | None:
    """What a SAC makes of this invoice; None when it says nothing that can be worked out."""
    if sac.rate is not None:
        whole = line is not None and sac.quantity == line.quantity
        quantity = base.quantity if whole or sac.quantity is None else sac.quantity
        return money(sac.rate * quantity, invoice.currency)
    if sac.percent is not None and sac.percent_basis in (None, "3", "6", "Z", "1", "2"):
        return money(base.gross * sac.percent / 100, invoice.currency)
    return None


def _amount(told: Allowance, worth: Decimal | None, invoice: Invoice) -> Iterator[Disagreement]:
    if worth is not None and abs((told.amount or ZERO) - worth) > _CENT:
        yield _against(
            Rule.INVOICE_ALLOWANCE_AMOUNT,
            invoice,
            f"SAC {told.kind} {told.code} is {shown(told.amount)}, the order makes it {shown(worth)}.",
        )


def _unasked(
    book: Book,
    order: PurchaseOrder,
    invoice: Invoice,
    told: Allowance,
    before: list[Invoice],
    of: Line | None = None,
) -> Iterator[Disagreement]:
    """Something that no SAC of the order stands for: agreed freight, a bill-back, or nothing at all."""
    named = of.allowances if of is not None else order.allowances
    if any(alike(told, sac) and sac.handling == _BILL_BACK for sac in named) or told.handling == _BILL_BACK:
        yield _against(
            Rule.INVOICE_BILL_BACK,
            invoice,
            f"SAC {told.kind} {told.code} is claimed by the buyer, not taken off here.",
        )
        return
    freight = book.agreed.invoicing
    if told.kind == "C" and told.code == freight.freight_code:
        if not any(f.payment in _PREPAID_AND_CHARGED for f in order.freight):
            yield _against(
                Rule.INVOICE_FREIGHT, invoice, "Freight is charged, and FOB01 is not prepaid and charged."
            )
        elif any(alike(a, told) for i in before for a in i.allowances):
            yield _against(Rule.INVOICE_FREIGHT, invoice, "Freight was charged for this order before.")
        return
    known = any(alike(told, sac) for sac in named)
    rule = Rule.INVOICE_ALLOWANCE_REPEATED if known else Rule.INVOICE_ALLOWANCE_NOT_AGREED
    yield _against(
        rule,
        invoice,
        f"SAC {told.kind} {told.code} of {told.amount} {'stands twice' if known else 'was never agreed'}.",
    )


# --- taxes


def _taxes(order: PurchaseOrder, invoice: Invoice) -> Iterator[Disagreement]:
    for tax in taxes_of(invoice):
        if tax.percent is not None and tax.basis is not None and tax.amount is not None:
            right = money(tax.basis * tax.percent / 100, invoice.currency)
            if abs(tax.amount - right) > _CENT:
                yield _against(
                    Rule.INVOICE_TAX_AMOUNT,
                    invoice,
                    f"TXI {tax.type} is {tax.amount}; {shown(tax.percent)} % of {tax.basis} is {right}.",
                )
    below = {(t.type, t.jurisdiction) for line in invoice.lines for t in line.taxes if t.amount}
    for tax in invoice.taxes:
        if tax.amount and (tax.type, tax.jurisdiction) in below:
            yield _against(
                Rule.INVOICE_TAX_TWICE, invoice, f"TXI {tax.type} stands at lines and in the summary."
            )
    codes = [*(t.exempt for t in order.taxes), *(t.exempt for t in order.tax_references)]
    exempt = [code for code in codes if code in _EXEMPT]
    if exempt and any(tax.amount for tax in taxes_of(invoice)):
        yield _against(
            Rule.INVOICE_TAX_EXEMPT, invoice, f"The order is exempt (code {exempt[0]}), and tax is charged."
        )
