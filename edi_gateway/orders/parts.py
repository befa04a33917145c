"""A part of a line brought to an end: what one store of an SDQ was to get, or what will not come (spec D7, D24, B7.4).

Takes our line and the buyer's, gives the line without that part: quantity, base quantity, amount and free goods of
what is left at the price that was acknowledged. Called by commands/.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.order import LineState, OrderLine
from edi_gateway.orders.judging.identity import shares_of
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, money, plain, six_places
from edi_gateway.orders.meaning.pricing import BASES, Basis, free_goods


def quantity_of(line: Line, stores: Collection[str]) -> Decimal:
    """How much of a line goes to these places, in the buyer's unit."""
    total = ZERO
    for share in shares_of(line):
        if share.key in stores and share.quantity is not None and share.quantity > 0:
            total = EXACT.add(total, share.quantity if is_sane(share.quantity) else ZERO)
    return total


def still_wanted(order: PurchaseOrder, lines: Iterable[OrderLine]) -> set[str]:
    """The places that still get something: of a line that has not ended, and not cancelled."""
    return {
        share.key
        for line in lines
        if line.state not in (LineState.CANCELLED, LineState.REJECTED)
        for share in shares_of(order.lines[line.line - 1])
        if share.key not in line.cancelled_stores
    }


def without_stores(mine: OrderLine, line: Line, stores: Collection[str], currency: str) -> OrderLine:
    """The line without what these places get of it; cancelled when nothing is left."""
    keys = [share.key for share in shares_of(line)]
    gone = tuple(dict.fromkeys(key for key in keys if key in mine.cancelled_stores or key in stores))
    newly = [key for key in gone if key not in mine.cancelled_stores]
    left = EXACT.subtract(mine.accepted_quantity, quantity_of(line, newly))
    if set(keys) <= set(gone):
        left = ZERO
    return replace(_left(mine, line, left, currency), cancelled_stores=gone)


def reduced(mine: OrderLine, line: Line, cancelled: Decimal, currency: str) -> OrderLine:
    """The line without so much of its accepted quantity, in the buyer's unit; cancelled when nothing is left."""
    return _left(mine, line, EXACT.subtract(mine.accepted_quantity, cancelled), currency)


def _left(mine: OrderLine, line: Line, left: Decimal, currency: str) -> OrderLine:
    if left <= 0:
        return replace(mine, state=LineState.CANCELLED, accepted_quantity=ZERO)
    part = Fraction(left) / Fraction(mine.accepted_quantity)
    return replace(
        mine,
        accepted_quantity=plain(left),
        base_quantity=None if mine.base_quantity is None else six_places(Fraction(mine.base_quantity) * part),
        amount=None if mine.amount is None else money(_amount(mine, left, part), currency),
        free_quantity=None if mine.free_quantity is None else free_goods(line.allowances, left),
    )


def _amount(mine: OrderLine, left: Decimal, part: Fraction) -> Fraction:
    """Price times what is left; in proportion where the price is for a unit that the line does not know."""
    basis = BASES.get(mine.price_basis) if mine.price_basis is not None else None
    basis = basis or Basis()
    per: Fraction | None = None
    if basis.unit in (None, mine.unit):
        per = Fraction(1, basis.count)
    elif basis.unit == mine.base_unit and mine.base_quantity is not None:
        per = Fraction(mine.base_quantity) / Fraction(mine.accepted_quantity) / basis.count
    if per is None or mine.price is None:
        return Fraction(mine.amount or ZERO) * part
    return Fraction(left) * Fraction(mine.price) * per
