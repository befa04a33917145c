"""States of an order and its lines, derived from what is settled and what is held; never set by hand (spec B3.2).

Takes order lines and active holds, gives states. Called by judge.py, and by commands/ after every release, hold,
rejection or cancellation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.order import LineState, OrderLine, OrderState
from edi_gateway.orders.holds import Blocking, blocked
from edi_gateway.orders.judging.identity import shares_of
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane

FINAL: Final = (LineState.REJECTED, LineState.CANCELLED, LineState.INFORMATION)
_NO_STORES: Final[Mapping[int, frozenset[str]]] = {}


def settle(
    lines: Sequence[OrderLine],
    holds: Sequence[Blocking],
    *,
    ship_complete: bool = False,
    all_or_nothing: bool = False,
    stores: Mapping[int, frozenset[str]] = _NO_STORES,
) -> tuple[OrderState, tuple[OrderLine, ...]]:
    """The order's state, and its lines with theirs. `holds`: the active ones. `stores`: see stores_of.

    A held line stops only itself, unless the order ships complete or all or nothing: then all of it waits (B4.2).
    An order is accepted as soon as one line is; what is refused or cancelled stays so.
    """
    if not holds:
        accepted = LineState.ACCEPTED
        settled = tuple(
            [
                line if line.state is accepted or line.state in FINAL else _as(line, LineState.ACCEPTED)
                for line in lines
            ]
        )
        return _state(settled, False), settled
    stops = blocked(holds, "A")
    whole = stops.order or ((ship_complete or all_or_nothing) and bool(stops.lines or stops.stores))
    result = []
    for line in lines:
        if line.state not in FINAL:
            at = stores.get(line.line)
            if at is not None and line.cancelled_stores:
                at = at.difference(line.cancelled_stores)
            held = whole or line.line in stops.lines or (at is not None and at <= stops.stores)
            line = _as(line, LineState.HELD if held else LineState.ACCEPTED)
        result.append(line)
    return _state(result, stops.order), tuple(result)


def _as(line: OrderLine, state: LineState) -> OrderLine:
    return line if line.state is state else replace(line, state=state)


def _state(lines: Sequence[OrderLine], waits: bool) -> OrderState:
    states = {line.state for line in lines}
    if LineState.ACCEPTED in states:
        return OrderState.ACCEPTED
    if waits or LineState.HELD in states:
        return OrderState.ON_HOLD
    if LineState.CANCELLED in states:
        return OrderState.CANCELLED
    if LineState.REJECTED in states:
        return OrderState.REJECTED
    return OrderState.ACCEPTED  # only lines for information


def stores_of(order: PurchaseOrder) -> dict[int, frozenset[str]]:
    """The places among which each line is divided, if it is, named as holds name them ("qualifier:location")."""
    return {
        n: frozenset(share.key for share in shares)
        for n, line in enumerate(order.lines, 1)
        if (shares := shares_of(line))
    }


def waiting_quantities(order: PurchaseOrder, holds: Sequence[Blocking]) -> dict[int, Decimal]:
    """How much of each line goes to stores that wait, in the buyer's unit; lines without such stores left out.

    What may be shipped of an accepted line is its accepted quantity less this.
    """
    stores = blocked(holds, "A").stores if holds else frozenset()
    if not stores:
        return {}
    waiting: dict[int, Decimal] = {}
    for number, line in enumerate(order.lines, 1):
        for share in shares_of(line):
            quantity = share.quantity
            if share.key in stores and quantity is not None and is_sane(quantity) and quantity > 0:
                waiting[number] = EXACT.add(waiting.get(number, ZERO), quantity)
    return waiting
