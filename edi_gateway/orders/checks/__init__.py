"""The checks of judgement, in the order of spec B5: plain functions that yield findings. All run; none stops others.

Takes an order and what it means (OrderFacts). A docstring says what is wrong when the check yields, then which
hold it raises and what a person does. docs/reference/checks.md is made of them (reference.py). Called by judge.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Finding
from edi_gateway.orders.checks import (
    dates,
    duplicate,
    header,
    identity,
    items,
    minimum,
    parties,
    prices,
    routing,
    terms,
    totals,
    units,
)
from edi_gateway.orders.judging.order_facts import OrderFacts

Check = Callable[[PurchaseOrder, OrderFacts], Iterator[Finding]]

ROOMS: Final = (
    *(identity, duplicate, header, parties, items, units, prices, dates, totals, terms, minimum),
    routing,
)
CHECKS: Final[tuple[Check, ...]] = tuple(check for room in ROOMS for check in room.CHECKS)
