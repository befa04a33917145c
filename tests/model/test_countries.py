"""Countries by letters and digits (ISO 3166-1)."""

from __future__ import annotations

from edi_gateway.model.countries import NUMBERS


def test_well_known_countries_have_their_digits() -> None:
    known = {
        "US": "840",
        "CA": "124",
        "MX": "484",
        "GB": "826",
        "DE": "276",
        "CN": "156",
        "JP": "392",
        "AF": "004",
    }
    assert {code: NUMBERS[code] for code in known} == known


def test_every_entry_is_two_letters_and_three_digits_of_its_own() -> None:
    assert len(NUMBERS) == 249
    assert len(set(NUMBERS.values())) == 249
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in NUMBERS)
    assert all(len(number) == 3 and number.isascii() and number.isdigit() for number in NUMBERS.values())
