"""Ids as people read and type them: Crockford digits, which sort as the ids do and are read aloud without mistakes.

Takes an id of store/ids.py; gives text. Called wherever an id is shown.
"""

from __future__ import annotations

from typing import Final

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U


def order_number(order_id: int) -> str:
    """Our order number, from its id: `SO-` and 13 Crockford digits, sorting as the ids do.

    16 characters, so it fits BAK08 (30) and a warehouse's depositor order number (22, spec B9).
    """
    digits = []
    rest = order_id
    for _ in range(13):
        rest, digit = divmod(rest, 32)
        digits.append(_CROCKFORD[digit])
    return "SO-" + "".join(reversed(digits))


def short(row_id: int) -> str:
    """An id as people read and type it: the digits of an order number without what all have, e.g. 7YSFJA5G0005."""
    return order_number(row_id).removeprefix("SO-").lstrip("0")
