"""A part in pieces: what the pieces are in base units adds up to what the part was, whatever the factor."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.orders.fulfilment.planning import split
from tests.orders.build import d
from tests.orders.fulfilment.goods import part


@pytest.mark.parametrize(
    ("quantity", "base", "piece", "pieces"),
    [
        ("5", "60", "2", ("24", "36")),
        ("48", "48", "30", ("30", "18")),
        ("3", "1", "1", ("0.333333", "0.666667")),
        ("3", "1", "2", ("0.666667", "0.333333")),
        ("7", "1", "3", ("0.428571", "0.571429")),
        ("10.5", "210", "0.5", ("10", "200")),
        ("5", "60", "5", ("60", "0")),
        ("5", "60", "6", ("60", "0")),  # no more than there is
    ],
)
def test_a_piece_is_its_share_to_six_decimals_and_the_rest_is_the_rest(
    quantity: str, base: str, piece: str, pieces: tuple[str, str]
) -> None:
    mine = replace(part(quantity), base_quantity=d(base))
    assert split(mine, d(piece)) == (d(pieces[0]), d(pieces[1]))


_amounts = st.decimals("0.000001", "99999", places=6)


@given(
    quantity=st.integers(2, 500),
    base=_amounts,
    cuts=st.lists(st.integers(1, 40), min_size=1, max_size=12),
)
def test_however_often_it_is_split_nothing_is_lost_and_nothing_is_invented(
    quantity: int, base: Decimal, cuts: list[int]
) -> None:
    whole = replace(part(quantity), base_quantity=base)
    left, pieces = whole, []
    for count in cuts:
        if count >= left.quantity:
            break
        piece, rest = split(left, Decimal(count))
        exact = Fraction(left.base_quantity) * count / Fraction(left.quantity)
        assert abs(Fraction(piece) - exact) <= Fraction(1, 2_000_000)
        pieces.append(piece)
        left = replace(left, quantity=left.quantity - count, base_quantity=rest)
    assert sum(pieces, left.base_quantity) == base
    assert all(piece >= 0 for piece in [*pieces, left.base_quantity])
