"""Numbers of GS1: check digit, GTIN, SSCC, bill of lading number, and what may stand in a GS1-128 bar code.

Takes and gives text of digits, pure. Called by orders/ and commands/ for GTINs, by whoever draws or checks the number
of a carton or a bill of lading (spec B10), and by papers/.
"""

from __future__ import annotations

from typing import Final

from edi_gateway.model.errors import GatewayError

# GS1 General Specifications, character set 82: what an alphanumeric element string may hold
CHARACTER_SET_82: Final = frozenset(
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)


class PrefixWrong(GatewayError):
    """{prefix!r} is no GS1 company prefix: it has 7 to 10 digits, on the certificate that GS1 gave you."""


class NumberDoesNotFit(GatewayError):
    """{number!r} does not fit behind the GS1 company prefix {prefix}: there is room for {room} digits. A number range
    that is used up needs another extension digit or another prefix; a reference must be digits only."""


class ExtensionWrong(GatewayError):
    """{extension!r} is no extension digit of an SSCC: it is one digit, 0 to 9."""


def check_digit(digits: str) -> str:
    """The GS1 check digit of the digits before it: weights 3, 1, 3 ... from the right (spec B10)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def is_valid(number: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return is_digits(number) and len(number) > 1 and check_digit(number[:-1]) == number[-1]


def is_digits(text: str) -> bool:
    """0 to 9 only, at least one: other alphabets have digits too, which no partner can read."""
    return text.isascii() and text.isdigit()


def gtin_problem(text: str) -> str | None:
    """Why this is no GTIN-8, -12, -13 or -14, to follow the name of the value; None when it is one."""
    if not is_digits(text) or len(text) not in (8, 12, 13, 14):
        return "must be a GTIN of 8, 12, 13 or 14 digits"
    return _check_digit_problem(text)


def sscc(extension: str, prefix: str, serial: int) -> str:
    """The 18 digits of a carton or pallet: extension digit, company prefix, serial filled to 16, check digit.

    Raises ExtensionWrong, PrefixWrong, NumberDoesNotFit.
    """
    if len(extension) != 1 or not is_digits(extension):
        raise ExtensionWrong(extension=extension)
    bare = extension + _filled(prefix, str(serial))
    return bare + check_digit(bare)


def sscc_problem(text: str) -> str | None:
    """Why this is no SSCC, to follow the name of the value; None for 18 digits, or 20 that begin with AI 00."""
    if is_digits(text) and len(text) == 20:
        if not text.startswith("00"):
            return "has 20 digits that do not begin with 00, the mark of an SSCC"
        return _check_digit_problem(text[2:])
    if not is_digits(text) or len(text) != 18:
        return "must be an SSCC of 18 digits, or 20 with 00 before it"
    return _check_digit_problem(text)


def bol_number(prefix: str, reference: str) -> str:
    """The 17 digits of a bill of lading: company prefix, shipper's reference filled to 16, check digit (spec B10).

    Raises PrefixWrong, NumberDoesNotFit.
    """
    bare = _filled(prefix, reference)
    return bare + check_digit(bare)


def bol_problem(text: str) -> str | None:
    """Why this is no bill of lading number, to follow the name of the value; None when it is one."""
    if not is_digits(text) or len(text) != 17:
        return "must be a bill of lading number of 17 digits"
    return _check_digit_problem(text)


def _filled(prefix: str, number: str) -> str:
    """Prefix and number, 16 digits in all."""
    if not is_digits(prefix) or not 7 <= len(prefix) <= 10:
        raise PrefixWrong(prefix=prefix)
    room = 16 - len(prefix)
    if not is_digits(number) or len(number) > room:
        raise NumberDoesNotFit(number=number, prefix=prefix, room=room)
    return prefix + number.zfill(room)


def _check_digit_problem(digits: str) -> str | None:
    right = check_digit(digits[:-1])
    return None if digits[-1] == right else f"has a wrong check digit: after {digits[:-1]} comes {right}"
