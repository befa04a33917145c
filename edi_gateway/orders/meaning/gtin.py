"""GTINs in the forms in which they come, brought to the 14 digits in which we keep them (spec B1, D15, D16).

Takes a DE235 qualifier and a value, gives the candidates in order of likelihood. Called by items.py, and by
facts.needs for the keys that the store is to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from edi_gateway.model.gs1 import check_digit, is_valid

# qualifier -> lengths in which the number is written, and whether a check digit is part of it
_FORMS: Final[dict[str, tuple[tuple[int, bool], ...]]] = {
    "UP": ((12, True),),  # UPC of the consumer unit
    "UI": ((11, False), (12, True)),  # UPC 1-5-5, no check digit; many send it all the same
    "EN": ((13, True), (8, True)),  # EAN-13, EAN-8
    "EO": ((8, True),),  # EAN-8
    "UK": ((14, True), (13, True), (12, True)),  # GTIN-14 of a case
    "UA": ((12, False), (13, True), (14, True)),  # case 2-5-5
    "UD": ((12, False), (13, True)),  # consumer unit 2-5-5
    "UN": ((12, False), (14, True)),  # case 1-1-5-5
}
QUALIFIERS: Final = frozenset(_FORMS)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A GTIN zero-filled to 14 digits; `mended` says what had to be put right to get there."""

    gtin: str
    mended: str | None = None


@lru_cache(maxsize=65536)
def candidates(qualifier: str, value: str) -> tuple[Candidate, ...]:
    """What the number may be, likeliest first; empty when no reading of it is a GTIN with a right check digit."""
    digits = value.strip().replace("-", "").replace(" ", "")
    forms = _FORMS.get(qualifier)
    if forms is None or not digits.isascii() or not digits.isdigit() or len(digits) > 14 or not int(digits):
        return ()
    found: dict[str, Candidate] = {}

    def add(gtin: str, mended: str | None) -> None:
        if is_valid(gtin):
            found.setdefault(gtin.zfill(14), Candidate(gtin.zfill(14), mended))

    for length, checked in forms:  # as it should be written
        if len(digits) == length:
            if checked:
                add(digits, None)
            else:
                whole = _without_check_digit(qualifier, digits)
                add(whole, None)
    longest = max(length for length, _ in forms)
    if len(digits) > longest and digits.lstrip("0") and len(digits.lstrip("0")) <= longest:
        add(digits, None)  # 13 or 14 digits with zeros in front: the same number
    if not found and len(digits) < longest and len(digits) >= 6:
        add(digits, "leading zeros were lost")
        if qualifier in ("UI", "UD", "UA") or (qualifier == "UP" and len(digits) == 11):
            bare = digits.zfill(11 if qualifier in ("UI", "UP") else 12)
            add(bare + check_digit(bare), "the check digit was left out")
    return tuple(found.values())


def _without_check_digit(qualifier: str, digits: str) -> str:
    if qualifier == "UN":  # indicator, then the eleven digits of a UPC: a zero of the EAN stands between
        bare = digits[0] + "0" + digits[1:]
        return bare + check_digit(bare)
    return digits + check_digit(digits)


def looks_broken(qualifier: str, value: str) -> bool:
    """It claims to be a GTIN and is none: wrong length, not digits, or the check digit fails."""
    return qualifier in _FORMS and not candidates(qualifier, value)
