"""An order as it was when goods were agreed on that it does not want any more: they are billed by that (spec D4).

Takes an order as far as bills go and what has left of it by a former agreement; gives the order with those lines as
they were. Called by commands/billing/billing_facts.py; such goods have an invoice of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from edi_gateway.model.fulfilment import ShippedLine
from edi_gateway.orders.billing.records import BilledOrder
from edi_gateway.orders.meaning.numbers import EXACT, ZERO


def as_agreed(order: BilledOrder, left: Sequence[ShippedLine]) -> BilledOrder:
    """`left`: goods with what was agreed of them. Without a price that was acknowledged they cannot be billed."""
    lines, bought = dict(order.lines), list(order.document.lines)
    to_come, kept = dict(order.to_come), dict(order.kept)
    for each in left:
        was = each.agreed
        if was is None:
            continue
        n = each.line
        theirs = was.line or bought[n - 1].model_copy(
            update={"ids": (), "price": None, "price_basis": None, "allowances": (), "pack": None}
        )
        same = [other for other in left if other.line == n]
        bought[n - 1] = theirs
        lines[n] = replace(
            lines[n],
            buyer_line=theirs.buyer_line,
            sku=each.sku,
            substitute=None,
            unit=each.unit,
            quantity=theirs.quantity if theirs.quantity is not None else ZERO,
            accepted_quantity=_sum(other.quantity for other in same),
            base_quantity=_sum(other.base_quantity for other in same),
            price=was.price,
            buyer_price=theirs.price,
            price_basis=theirs.price_basis,
            amount=None,
            description=each.description,
        )
        to_come.pop(n, None)
        if n in kept:
            kept[n] = lines[n].accepted_quantity
    document = order.document.model_copy(update={"lines": tuple(bought)})
    return replace(order, lines=lines, document=document, to_come=to_come, kept=kept)


def _sum(quantities: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for quantity in quantities:
        total = EXACT.add(total, quantity)
    return total
