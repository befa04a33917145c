"""Names as people type them: an id as Crockford digits, copied from a list into the next command; a word of a few."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from edi_gateway.cli.output import WRONG_USAGE, fail
from edi_gateway.store import ids

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LARGEST = (1 << 63) - 1  # of a row's id


def short(row_id: int | None) -> str:
    """The id as people see it, e.g. AM8GW3Z40M00."""
    return "" if row_id is None else ids.short(row_id)


def row_id(name: str, what: str) -> int:
    """The id that a person means: Crockford digits or the number itself."""
    cleaned = name.strip().upper().removeprefix("SO-").replace("O", "0").replace("I", "1").replace("L", "1")
    value = -1
    if cleaned.isascii() and cleaned.isdecimal() and 15 <= len(cleaned) <= 19:
        value = int(cleaned)
    elif 0 < len(cleaned) <= 13 and all(digit in _DIGITS for digit in cleaned):
        value = 0
        for digit in cleaned:
            value = value * 32 + _DIGITS.index(digit)
    if not 0 <= value <= _LARGEST:
        fail(f"{name[:40]!r} names no {what}. Copy the id from the list.", WRONG_USAGE)
    return value


def moment(text: str | None, option: str) -> datetime | None:
    """A day or a time as a person says it; UTC where no zone is said."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(
            f"{option} is a day or a time such as 2026-02-01 or 2026-02-01T06:00Z; not {text[:40]!r}.",
            WRONG_USAGE,
        )
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def word(given: str | None, option: str, known: Iterable[str]) -> str | None:
    """The one of `known` that is meant, in any case of letters: a misspelt one would list nothing and look well."""
    if given is None:
        return None
    words = list(known)
    for one in words:
        if given.strip().casefold() == one.casefold():
            return one
    fail(f"{option} is one of {', '.join(words)}; not {given[:40]!r}.", WRONG_USAGE)


def amount(given: str | None, option: str) -> Decimal | None:
    """An amount of money that a person typed."""
    if given is None:
        return None
    try:
        value = Decimal(given.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        fail(f"{option} is an amount such as 1250.00; not {given[:40]!r}.", WRONG_USAGE)
    return value
