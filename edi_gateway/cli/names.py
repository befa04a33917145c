"""Short names for rows: an id as Crockford digits, as people copy them from a list into the next command."""

from __future__ import annotations

from edi_gateway.cli.output import WRONG_USAGE, fail
from edi_gateway.store import ids

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def short(row_id: int | None) -> str:
    """The id as people see it, e.g. AM8GW3Z40M00."""
    return "" if row_id is None else ids.short(row_id)


def row_id(name: str, what: str) -> int:
    """The id that a person means: Crockford digits or the number itself."""
    cleaned = name.strip().upper().removeprefix("SO-").replace("O", "0").replace("I", "1").replace("L", "1")
    if cleaned.isdecimal() and len(cleaned) >= 15:
        return int(cleaned)
    if not cleaned or any(digit not in _DIGITS for digit in cleaned) or len(cleaned) > 13:
        fail(f"{name!r} names no {what}. Copy the id from the list.", WRONG_USAGE)
    value = 0
    for digit in cleaned:
        value = value * 32 + _DIGITS.index(digit)
    return value
