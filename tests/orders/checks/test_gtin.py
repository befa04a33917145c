"""Item numbers of retail in all the forms in which they come (D15, D16)."""

from __future__ import annotations

import pytest

from edi_gateway.orders.meaning.gtin import candidates, looks_broken


@pytest.mark.parametrize(
    ("qualifier", "value", "gtin", "mended"),
    [
        ("UP", "012345678905", "00012345678905", None),
        ("UP", "12345678905", "00012345678905", "leading zeros were lost"),
        ("UP", "0012345678905", "00012345678905", None),  # 13 digits with a zero in front
        ("EN", "0012345678905", "00012345678905", None),
        ("EN", "12345678905", "00012345678905", "leading zeros were lost"),
        ("UI", "01234567890", "00012345678905", None),  # 1-5-5: eleven digits, the check digit is worked out
        ("UI", "012345678905", "00012345678905", None),  # sent with the check digit all the same
        ("UI", "1234567890", "00012345678905", "the check digit was left out"),
        ("UK", "10012345678902", "10012345678902", None),
        ("UK", "012345678905", "00012345678905", None),  # a UPC under the qualifier of a case
        ("UN", "101234567890", "10012345678902", None),  # indicator 1, then the UPC without its check digit
        ("UA", "001234567890", "00012345678905", None),  # 2-5-5
        ("UP", "0-12345-67890-5", "00012345678905", None),
    ],
)
def test_the_same_item_in_many_forms(qualifier: str, value: str, gtin: str, mended: str | None) -> None:
    found = candidates(qualifier, value)
    assert [(c.gtin, c.mended) for c in found if c.gtin == gtin] == [(gtin, mended)]


def test_an_upc_of_eleven_digits_may_lack_its_first_or_its_last() -> None:
    """36000291452 is 036000291452 without its zero; 03600029145 is the same without its check digit."""
    assert candidates("UP", "36000291452")[0].gtin == "00036000291452"
    assert [c.gtin for c in candidates("UP", "03600029145")] == ["00036000291452"]


@pytest.mark.parametrize(
    "value", ["012345678906", "ABC", "", "0", "000000000000", "123456789012345", "①②③④⑤⑥"]
)
def test_what_is_no_gtin_is_nothing(value: str) -> None:
    assert candidates("UP", value) == ()
    assert looks_broken("UP", value)


def test_other_qualifiers_are_not_gtins_and_so_never_broken() -> None:
    assert candidates("VN", "012345678905") == ()
    assert not looks_broken("VN", "whatever")
