"""Exact numbers: money rounded once, quantities through Fractions, and a guard against absurd magnitudes.

Takes and gives Decimal and Fraction. Called by the other modules of this room, judge.py and answers.py.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.orders.meaning.codes import codes

# a quantity of 15 digits times a price of 17, and their sums, stay exact; no traps: bad data must not raise
EXACT: Final = Context(prec=80, rounding=ROUND_HALF_UP, traps=[])
_LARGEST_EXPONENT: Final = 30

# currencies whose smallest unit is not the hundredth
_PLACES: Final[dict[str, int]] = {
    **dict.fromkeys(codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"), 0),
    **dict.fromkeys(codes("BHD IQD JOD KWD LYD OMR TND"), 3),
}
_QUANTA: Final = {0: Decimal(1), 2: Decimal("0.01"), 3: Decimal("0.001")}
_SIX: Final = Decimal("0.000001")
ZERO: Final = Decimal(0)


def is_sane(number: Decimal) -> bool:
    """Within what a business document can hold; arithmetic with it neither overflows nor takes for ever."""
    return number.is_finite() and -_LARGEST_EXPONENT <= number.adjusted() <= _LARGEST_EXPONENT


def money(amount: Decimal | Fraction, currency: str) -> Decimal:
    """Rounded half-up to the smallest unit of the currency, at the line's extension and nowhere else."""
    quantum = _QUANTA[_PLACES.get(currency, 2)]
    if not isinstance(amount, Decimal):
        amount = EXACT.divide(Decimal(amount.numerator), Decimal(amount.denominator))
    return EXACT.quantize(amount, quantum)


def exactly(number: Fraction) -> Decimal | None:
    """The same number as a Decimal, None when it has no finite decimal form."""
    left = number.denominator
    for prime in (2, 5):
        while left % prime == 0:
            left //= prime
    if left != 1:
        return None
    return plain(EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)))


def six_places(number: Fraction) -> Decimal:
    """Exact when that is possible, else to six decimals, half-up (spec B5.3: at least six)."""
    exact = exactly(number)
    if exact is not None and -int(exact.as_tuple().exponent) <= 6:
        return exact
    rounded = EXACT.quantize(EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)), _SIX)
    return plain(rounded)


def plain(number: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent, as X12 writes it."""
    stripped = EXACT.normalize(number) if number else ZERO
    exponent = stripped.as_tuple().exponent
    return EXACT.quantize(stripped, Decimal(1)) if isinstance(exponent, int) and exponent > 0 else stripped


def show_price(number: Decimal | None) -> str:
    """For messages: at least two decimals, as prices are written."""
    if number is None:
        return "nothing"
    places = number.as_tuple().exponent
    return format(
        EXACT.quantize(number, _QUANTA[2]) if isinstance(places, int) and places > -2 else number, "f"
    )


def show(number: Decimal | None) -> str:
    """For messages: plain digits, money-like numbers keep the decimals they came with."""
    return "nothing" if number is None else format(number, "f")
