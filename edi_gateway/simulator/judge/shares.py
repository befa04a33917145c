"""An invoice over several orders (CI) taken apart: what it bills of each, as if it were one of its own (spec B11).

A line names its order in REF PO; an allowance or charge of the whole is taken to be that of the order whose SAC it fits
best. Called by judge.py and invoices.py.
"""

from __future__ import annotations

from decimal import Decimal

from edi_gateway.model.documents.invoice import Invoice, InvoicedLine
from edi_gateway.model.documents.shared import Allowance
from edi_gateway.simulator.book import Book, Deal
from edi_gateway.simulator.judge.charges import Base, alike, due_of, fixed, worth_of
from edi_gateway.simulator.numbers import ZERO, extension, total


def shares(book: Book, invoice: Invoice) -> list[tuple[Deal, Invoice]]:
    """Each order with its part of the invoice; none where nobody placed what is billed."""
    if invoice.po_number is not None:
        deal = book.deal(invoice.po_number, invoice.release_number)
        return [] if deal is None else [(deal, invoice)]
    lines: dict[str, list[InvoicedLine]] = {}
    for line in invoice.lines:
        po = next((r.value for r in line.references if r.qualifier == "PO" and r.value), "")
        lines.setdefault(po, []).append(line)
    deals = {po: next((d for (number, _), d in book.deals.items() if number == po), None) for po in lines}
    found = [(deal, lines[po]) for po, deal in deals.items() if deal is not None]
    if len(found) < len(lines):
        return []
    sacs = _assigned(found, invoice)
    return [
        (
            deal,
            invoice.model_copy(
                update={
                    "po_number": deal.order.po_number,
                    "release_number": deal.order.release_number,
                    "lines": tuple(mine),
                    "allowances": tuple(sacs[n]),
                    "taxes": invoice.taxes if n == 0 else (),
                }
            ),
        )
        for n, (deal, mine) in enumerate(found)
    ]


def _assigned(found: list[tuple[Deal, list[InvoicedLine]]], invoice: Invoice) -> list[list[Allowance]]:
    """The SACs of the whole, by order; what fits none is the first one's."""
    free = [list(due_of(deal.order.allowances)) for deal, _ in found]
    made: list[list[Allowance]] = [[] for _ in found]
    for told in invoice.allowances:
        fits = [
            (abs((told.amount or ZERO) - _expected(sac, lines, invoice)), n, sac)
            for n, (_, lines) in enumerate(found)
            for sac in free[n]
            if alike(told, sac)
        ]
        if not fits:
            made[0].append(told)
            continue
        _, n, sac = min(fits, key=lambda each: each[:2])
        free[n].remove(sac)
        made[n].append(told)
    return made


def _expected(sac: Allowance, lines: list[InvoicedLine], invoice: Invoice) -> Decimal:
    goods = total(
        extension(line.quantity or ZERO, line.price or ZERO, line.price_basis, invoice.currency)
        for line in lines
    )
    once = fixed(sac)
    if once is not None:
        return once
    made = worth_of(sac, Base(goods, total(line.quantity or ZERO for line in lines)), invoice)
    return ZERO if made is None else made
