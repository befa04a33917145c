"""What a buyer holds against the terms of payment of an 810 (spec C0 ITD): those of the order, and their dates.

Called by invoices.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.documents.shared import Terms
from edi_gateway.simulator.book import Book, Deal
from edi_gateway.simulator.judge.rules import Disagreement, Rule
from edi_gateway.simulator.numbers import shown


def judge(book: Book, deal: Deal, invoice: Invoice) -> Iterator[Disagreement]:
    ordered = next(iter(deal.order.terms), None)
    for told in invoice.terms:
        if ordered is not None:
            for name, what in (
                ("type", "ITD01"),
                ("discount_percent", "ITD03"),
                ("discount_days", "ITD05"),
                ("net_days", "ITD07"),
            ):
                theirs, ours = getattr(ordered, name), getattr(told, name)
                if theirs is not None and ours is not None and theirs != ours:
                    yield _against(
                        Rule.INVOICE_TERMS,
                        invoice,
                        f"{what} is {_shown(ours)}, the order says {_shown(theirs)}.",
                    )
        yield from _due(book, ordered or told, told, invoice)
    if ordered is not None and not invoice.terms:
        yield _against(Rule.INVOICE_TERMS, invoice, "It names no terms of payment, and the order does.")


def _shown(value: object) -> str:
    return shown(value) if isinstance(value, Decimal) else str(value)


def _due(book: Book, ordered: Terms, told: Terms, invoice: Invoice) -> Iterator[Disagreement]:
    since = _basis(book, ordered, invoice)
    if since is None:
        return
    for days, day, what in (
        (ordered.net_days, told.net_due, "net due"),
        (ordered.discount_days, told.discount_due, "discount due"),
    ):
        if days is not None and day is not None and day != since + timedelta(days=days):
            right = since + timedelta(days=days)
            yield _against(
                Rule.INVOICE_DUE_DATE,
                invoice,
                f"The {what} date is {day}; {days} days from {since} is {right}.",
            )


def _basis(book: Book, ordered: Terms, invoice: Invoice) -> date | None:
    """The day from which terms count: ITD02, else as agreed. None where it is a day that the buyer alone knows."""
    match ordered.basis:
        case "3":
            return invoice.issued_on
        case "1":
            return invoice.dates.shipped_on
        case None:
            by_ship = book.agreed.invoicing.date_basis == "ship"
            return (invoice.dates.shipped_on if by_ship else None) or invoice.issued_on
        case _:
            return None


def _against(rule: Rule, invoice: Invoice, reason: str) -> Disagreement:
    return Disagreement(rule, "810", invoice.invoice_number, reason)
