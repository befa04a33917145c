"""Is it worth shipping? (spec B4 MIN_ORDER, B5.8)"""

from __future__ import annotations

from collections.abc import Iterator

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Finding
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.identity import BLANKET
from edi_gateway.orders.judging.order_facts import OrderFacts
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, show
from edi_gateway.orders.meaning.pricing import FREE_TYPES


def order_worth_shipping(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The order's value is below the least agreed with the customer or partner; samples and free goods excepted.

    Hold MIN_ORDER on the order. To do: ask the partner for more, or release it.
    """
    least = facts.policies.minimum_order
    if facts.customer is not None and facts.customer.minimum_order is not None:
        least = facts.customer.minimum_order
    if not least or order.type in FREE_TYPES or order.type in BLANKET or not facts.lines:
        return
    total = ZERO
    for line in facts.lines:
        if line.amount is not None:
            total = EXACT.add(total, line.amount)
    if total < least and not all(line.quote.kind == "free" for line in facts.lines):
        yield found(
            Code.ORDER_BELOW_MINIMUM,
            "lines",
            f"The order comes to {show(total)} {facts.currency}, the least is {show(least)}.",
            "Ask the partner to order more, or release it.",
            value=total,
        )


CHECKS = (order_worth_shipping,)
