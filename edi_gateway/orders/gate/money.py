"""The 810: what it comes to, its taxes and its terms (spec C0 TXI and ITD, B11, C4, D20).

Everything is worked out anew, from the document and the order; nothing of orders/billing is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.documents.shared import Tax, Terms
from edi_gateway.model.finding import Finding
from edi_gateway.orders.gate.before import breach, per_unit
from edi_gateway.orders.gate.records import Bill, BillItem
from edi_gateway.orders.meaning.numbers import ZERO, money, show
from edi_gateway.orders.meaning.pricing import BASES, NO_CHARGE, Basis

_EXEMPT: Final = ("1", "3")  # DE441: exempt, for resale
_CENT: Final = Decimal("0.01")


def invoice_total_adds_up(bill: Bill) -> Iterator[Finding]:
    """TDS01 is not the sum of the rounded lines, charges, less allowances, and taxes of all levels, each once."""
    said = bill.said
    parts: list[Decimal] = []
    for item in bill.items:
        extension = _extension(item, bill)
        if extension is None:
            return  # a price in a unit that nobody can convert: the lines are said by issue
        parts.append(extension)
    for allowance in [*said.allowances, *(a for line in said.lines for a in line.allowances)]:
        amount = allowance.amount or ZERO
        parts.append(-amount if allowance.kind in "AP" else amount if allowance.kind in "CS" else ZERO)
        parts += [tax.amount or ZERO for tax in allowance.taxes]
    parts += [tax.amount or ZERO for tax in _taxes(bill)]
    total = money(sum(parts, ZERO), "USD")  # TDS has hundredths, whatever the currency has
    slack = (
        _CENT * len(said.lines) if bill.is_credit else ZERO
    )  # the rest of a line may differ from its rounding
    if abs(total - said.total) > slack:
        yield breach(
            "total",
            f"The lines, charges, allowances and taxes of the 810 come to {show(total)}, TDS says {show(said.total)}.",
            "Do not send it; report it.",
            show(said.total),
        )


def invoice_says_what_is_issued(bill: Bill) -> Iterator[Finding]:
    """The 810 says another total or other quantities than the invoice in our book."""
    sign = -1 if bill.is_credit and bill.profile.invoicing.credit_sign == "negative" else 1
    issued = money(bill.issued.total * sign, "USD")
    if bill.said.total != issued:
        yield breach(
            "total",
            f"The invoice comes to {show(issued)} in our book, the 810 says {show(bill.said.total)}.",
            "Do not send it; report it.",
            show(bill.said.total),
        )
    told = sum((line.quantity or ZERO for line in bill.said.lines), ZERO) * sign
    book = sum((line.quantity for line in bill.issued.lines), ZERO)
    if told != book:
        yield breach(
            "lines",
            f"The invoice bills {show(book)} units in our book, the lines of the 810 {show(told)}.",
            "Do not send it; report it.",
            show(told),
        )


def tax_stated_once(bill: Bill) -> Iterator[Finding]:
    """The same tax stands on a line and in the summary: the buyer would pay it twice (D20)."""
    summary = {tax.type for tax in bill.said.taxes if tax.amount}
    for item in bill.items:
        for tax in item.said.taxes:
            if tax.amount and tax.type in summary:
                yield breach(
                    item.at("taxes"),
                    f"Tax {tax.type} of {show(tax.amount)} stands on {item.called()}, and in the summary too.",
                    "State it once.",
                    tax.type,
                )


def tax_as_ordered(bill: Bill) -> Iterator[Finding]:
    """Tax is charged on an order that says it is exempt or for resale (TAX12, TXI06), and no certificate of the
    customer holds (D20)."""
    if bill.is_credit:
        return
    taxed = sum((tax.amount or ZERO for tax in _taxes(bill)), ZERO)
    for story in bill.orders.values():
        said = [tax.exempt for tax in story.ordered.taxes]
        said += [each.exempt for each in story.ordered.tax_references]
        code = next((each for each in said if each in _EXEMPT), None)
        if code is not None and taxed:
            yield breach(
                "taxes",
                f"PO {story.ordered.po_number} bears no tax by its own words (code {code}), the 810 charges "
                f"{show(taxed)}.",
                "Import their certificate (`import tax-certificates`), and it goes by itself; or bill the tax.",
                code,
            )


def terms_as_ordered(bill: Bill) -> Iterator[Finding]:
    """The terms of the 810 are not those of the PO: per cent of discount, days of discount, net days."""
    if bill.is_credit:
        return
    told = next(iter(bill.said.terms), None)
    story = next(iter(bill.orders.values()), None)
    asked = (
        None
        if story is None
        else next((t for t in story.ordered.terms if t.type != "14" and _speaks(t)), None)
    )
    if asked is None or story is None:
        return
    pairs = (
        ("discount_percent", "% discount"),
        ("discount_days", "days of discount"),
        ("net_days", "net days"),
    )
    for name, words in pairs:
        theirs, ours = getattr(asked, name), None if told is None else getattr(told, name)
        if theirs is not None and ours != theirs:
            yield breach(
                f"terms[0].{name}",
                f"PO {story.ordered.po_number} says {theirs} {words}, the 810 {'none' if ours is None else ours}.",
                "Bill with the terms of the order.",
                ours,
            )


RULES = (
    *(invoice_total_adds_up, invoice_says_what_is_issued, tax_stated_once, tax_as_ordered, terms_as_ordered),
)


def _extension(item: BillItem, bill: Bill) -> Decimal | None:
    """Quantity times price, rounded once; None: the price is for a unit to which there is no way."""
    said = item.said
    quantity, price = said.quantity or ZERO, said.price or ZERO
    if not quantity or not price or said.price_basis in NO_CHARGE:
        return ZERO
    basis = BASES.get(said.price_basis, None) if said.price_basis is not None else Basis()
    if basis is None:
        return None
    per: Fraction | None
    if basis.unit is None or basis.unit == said.unit:
        per = Fraction(1, basis.count)
    else:
        mine = item.order.line(item.lines[0]) if item.order is not None and item.lines else None
        per = None if mine is None else per_unit(mine, basis.count, basis.unit)
    if per is None:
        return None
    return money(Fraction(quantity) * Fraction(price) * per, bill.currency)


def _taxes(bill: Bill) -> list[Tax]:
    return [*bill.said.taxes, *(tax for line in bill.said.lines for tax in line.taxes)]


def _speaks(terms: Terms) -> bool:
    return any(value is not None for value in (terms.net_days, terms.discount_days, terms.discount_percent))
