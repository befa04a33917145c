"""What a purchase order comes to as its buyer wrote it, before anybody has judged it.

Takes the canonical order; gives an amount for people to see what hangs on a document that became no order. Nothing is
booked by it. Called by flow/taking/sets.py.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, money
from edi_gateway.orders.meaning.pricing import BASES


def asked(order: PurchaseOrder, currency: str) -> Decimal | None:
    """Quantity times price of each line, rounded by line; None when no line says both."""
    summed, said = ZERO, False
    for line in order.lines:
        if (
            line.quantity is None
            or line.price is None
            or not is_sane(line.quantity)
            or not is_sane(line.price)
        ):
            continue
        basis = None if line.price_basis is None else BASES.get(line.price_basis)
        count = 1 if basis is None else basis.count
        whole = Fraction(line.quantity) * Fraction(line.price) / count
        summed, said = EXACT.add(summed, money(whole, currency)), True
    return summed if said else None
