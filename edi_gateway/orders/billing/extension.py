"""What a quantity comes to at the acknowledged price: rounded half-up, once (spec B2, B5.3, D13).

Takes our line, what was shipped of it and the item's units. Called by the other modules of this room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.master_data import ItemUnit
from edi_gateway.model.order import OrderLine
from edi_gateway.orders.meaning.numbers import EXACT, money, plain
from edi_gateway.orders.meaning.pricing import BASES, NO_CHARGE, Basis, ordered_per_priced

_ORDERED: Final = Basis()
_HUNDREDTH: Final = Decimal("0.01")
# parts are split to six places: what differs by less is the splitting, what differs by more was weighed
_SPLITTING: Final = Fraction(1, 2000)


@dataclass(frozen=True, slots=True)
class Priced:
    """A quantity as it is billed: `quantity` of `unit` come to `exact`."""

    quantity: Decimal
    unit: str
    exact: Fraction


def priced(
    line: OrderLine,
    quantity: Decimal,
    base_quantity: Decimal | None,
    units: Mapping[str, ItemUnit],
    *,
    measured: bool = False,
) -> Priced | None:
    """`quantity` of the line, in the buyer's unit, at the acknowledged price; None when it has none.

    `measured`: goods that are weighed. Where the price is for the unit in which they are, the actual weight is billed
    (base_quantity), not that of so many cases (D13).
    """
    unit = line.unit or ""
    if line.price_basis in NO_CHARGE:
        return Priced(quantity, unit, Fraction(0))
    if line.price is None:
        return None
    basis = BASES.get(line.price_basis, _ORDERED) if line.price_basis is not None else _ORDERED
    price = Fraction(line.price)
    if not price:
        return Priced(quantity, unit, Fraction(0))
    if measured and base_quantity is not None and basis.unit == line.base_unit != unit:
        usual = _base_per_ordered(line)
        differs = usual is None or abs(Fraction(quantity) * usual - Fraction(base_quantity)) > _SPLITTING
        if differs and basis.unit is not None:
            return Priced(plain(base_quantity), basis.unit, Fraction(base_quantity) * price / basis.count)
    per = per_unit(line, units)
    if (
        per is None
    ):  # the price is for a unit that nobody knows: the share of what the line was agreed to come to
        if line.amount is None or not line.accepted_quantity:
            return None
        return Priced(
            quantity, unit, Fraction(line.amount) * Fraction(quantity) / Fraction(line.accepted_quantity)
        )
    return Priced(quantity, unit, Fraction(quantity) * price * per)


def per_unit(line: OrderLine, units: Mapping[str, ItemUnit]) -> Fraction | None:
    """How many priced units one ordered unit is, by what was agreed when the order was accepted; None: not known."""
    if line.price_basis is not None and line.price_basis not in BASES:
        return None
    basis = BASES[line.price_basis] if line.price_basis is not None else _ORDERED
    if basis.unit in (None, line.unit):
        return Fraction(1, basis.count)
    usual = _base_per_ordered(line)
    if basis.unit == line.base_unit and usual is not None:
        return usual / basis.count
    known = units.get(line.unit or "")
    return None if known is None else ordered_per_priced(basis, known, dict(units))


def _base_per_ordered(line: OrderLine) -> Fraction | None:
    if line.base_quantity is None or not line.accepted_quantity:
        return None
    return Fraction(line.base_quantity) / Fraction(line.accepted_quantity)


def charge_money(amount: Decimal | Fraction, currency: str) -> Decimal:
    """An allowance, a charge or a discount, rounded. X12 writes these in hundredths (N2), so where a currency has
    thousandths they are agreed on in hundredths (D19)."""
    rounded = money(amount, currency)
    return hundredths(amount) if rounded != hundredths(rounded) else rounded


def hundredths(amount: Decimal | Fraction) -> Decimal:
    """Rounded half-up to what an N2 can say."""
    if not isinstance(amount, Decimal):
        amount = EXACT.divide(Decimal(amount.numerator), Decimal(amount.denominator))
    return EXACT.quantize(amount, _HUNDREDTH)


def share(whole: Decimal, now: Fraction, later: Fraction, currency: str) -> Decimal:
    """Of what is left of an amount, the part that falls on now: all of it when nothing comes later. Taken so again and
    again, the shares add up to the whole."""
    if now + later <= 0 or later <= 0:
        return charge_money(whole, currency)
    return charge_money(Fraction(whole) * now / (now + later), currency)
