"""What is scarce divided among those who want it, in proportion to what they want (spec B7.3).

Pure. Called by allocation.py for the stores of a line, and by planning.py where less was accepted than stores want.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from edi_gateway.orders.meaning.numbers import ZERO


def fair(wanted: Sequence[Decimal], supply: Fraction, *, whole: bool) -> list[Decimal]:
    """The shares of `supply`, in the order and the unit of `wanted`; never more than is wanted, never more in all.

    `whole`: in whole units, and what is left over by rounding down goes to the largest remainders, among equal ones to
    who stands first. Else to the sixth decimal, rounded down.
    """
    total = sum(map(Fraction, wanted), Fraction(0))
    if total <= supply:
        return list(wanted)
    if supply <= 0:
        return [ZERO for _ in wanted]
    shares = [supply * Fraction(each) / total for each in wanted]
    given = [down(share, whole=whole) for share in shares]
    if not whole:
        return given
    left = int(supply - sum(map(Fraction, given), Fraction(0)))
    for n in sorted(range(len(shares)), key=lambda n: Fraction(given[n]) - shares[n]):
        if left <= 0:
            break
        if given[n] + 1 <= wanted[n]:
            given[n] += 1
            left -= 1
    return given


def down(quantity: Fraction, *, whole: bool) -> Decimal:
    """Rounded down, to whole units or to the sixth decimal; not below nothing."""
    if quantity <= 0:
        return ZERO
    if whole:
        return Decimal(int(quantity))
    return Decimal(int(quantity * 1_000_000)) / Decimal(1_000_000)
