"""Numbers of GS1 (spec B10). Check digits worked out by hand: the sums stand beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.model import gs1


@pytest.mark.parametrize(
    ("digits", "check"),
    [
        ("03600029145", "2"),  # 3*(0+6+0+2+1+5) + (3+0+0+9+4) = 42 + 16 = 58 -> 2
        ("01234567890", "5"),  # 3*(0+2+4+6+8+0) + (1+3+5+7+9) = 60 + 25 = 85 -> 5
        ("1001234567890", "2"),  # 3*(0+8+6+4+2+0+1) + (9+7+5+3+1+0) = 63 + 25 = 88 -> 2
        ("09528765432101234", "6"),  # the SSCCs of spec B10
        ("08002008000001234", "6"),
        ("7", "9"),  # 3*7 = 21 -> 9
        ("0", "0"),
    ],
)
def test_check_digits(digits: str, check: str) -> None:
    assert gs1.check_digit(digits) == check
    assert gs1.is_valid(digits + check)
    assert not gs1.is_valid(digits + str((int(check) + 1) % 10))


@pytest.mark.parametrize("text", ["", "0", "12345678901A", "①②③④⑤⑥⑦⑧", "٣٦٠٠٠٢٩١٤٥٢", "-036000291452"])
def test_what_is_not_digits_is_never_valid(text: str) -> None:
    assert not gs1.is_valid(text)


@pytest.mark.parametrize(
    ("extension", "prefix", "serial", "number"),
    [
        ("0", "9528765", 432101234, "095287654321012346"),
        ("0", "952876543", 2101234, "095287654321012346"),
        ("0", "8002008", 1234, "080020080000012346"),
        # 3*(9+7+5+3+1+4+4+6+3) + (8+6+4+2+1+1+1+0) = 126 + 23 = 149 -> 1
        ("3", "0614141", 123456789, "306141411234567891"),
        # 3*(1+0+0+9+7+5+3+1+9) + (0+0+0+8+6+4+2+0) = 105 + 20 = 125 -> 5
        ("9", "0123456789", 1, "901234567890000015"),
        # 3*0 + 0 = 0 -> 0
        ("0", "0000000", 0, "000000000000000000"),
    ],
)
def test_an_sscc_is_extension_prefix_serial_and_check_digit(
    extension: str, prefix: str, serial: int, number: str
) -> None:
    assert gs1.sscc(extension, prefix, serial) == number
    assert gs1.sscc_problem(number) is None


@pytest.mark.parametrize(
    ("prefix", "reference", "number"),
    [
        # 3*(5+3+1+0+0+4+4+6) + (4+2+0+0+1+1+1+0) = 69 + 9 = 78 -> 2
        ("0614141", "12345", "06141410000123452"),
        # 3*(7+0+0+9+7+5+3+1) + (0+0+0+8+6+4+2+0) = 96 + 20 = 116 -> 4
        ("0123456789", "000007", "01234567890000074"),
    ],
)
def test_a_bill_of_lading_number_is_prefix_reference_and_check_digit(
    prefix: str, reference: str, number: str
) -> None:
    assert gs1.bol_number(prefix, reference) == number
    assert gs1.bol_problem(number) is None


@pytest.mark.parametrize("prefix", ["", "123456", "12345678901", "12345A7", "１２３４５６７", " 1234567"])
def test_a_prefix_has_seven_to_ten_digits(prefix: str) -> None:
    with pytest.raises(gs1.PrefixWrong) as caught:
        gs1.sscc("0", prefix, 1)
    assert str(caught.value) == (
        f"{prefix!r} is no GS1 company prefix: it has 7 to 10 digits, on the certificate that GS1 gave you."
    )
    with pytest.raises(gs1.PrefixWrong):
        gs1.bol_number(prefix, "1")


def test_a_serial_that_does_not_fit_is_an_error_and_never_a_shorter_number() -> None:
    assert gs1.sscc("0", "9528765", 999_999_999)[8:17] == "999999999"
    with pytest.raises(gs1.NumberDoesNotFit) as caught:
        gs1.sscc("0", "9528765", 1_000_000_000)
    assert str(caught.value).startswith(
        "'1000000000' does not fit behind the GS1 company prefix 9528765: there is room for 9 digits."
    )
    with pytest.raises(gs1.NumberDoesNotFit):
        gs1.sscc("0", "9528765", -1)


@pytest.mark.parametrize("reference", ["", "SHIP-1", "1234567890", "１"])
def test_a_reference_that_is_not_digits_or_too_long_is_an_error(reference: str) -> None:
    with pytest.raises(gs1.NumberDoesNotFit):
        gs1.bol_number("9528765", reference)


@pytest.mark.parametrize("extension", ["", "10", "A", "²"])
def test_an_extension_is_one_digit(extension: str) -> None:
    with pytest.raises(gs1.ExtensionWrong):
        gs1.sscc(extension, "9528765", 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("095287654321012346", None),
        ("00095287654321012346", None),
        ("01095287654321012346", "has 20 digits that do not begin with 00, the mark of an SSCC"),
        ("095287654321012345", "has a wrong check digit: after 09528765432101234 comes 6"),
        ("00095287654321012345", "has a wrong check digit: after 09528765432101234 comes 6"),
        ("09528765432101234", "must be an SSCC of 18 digits, or 20 with 00 before it"),
        ("(00)095287654321012346", "must be an SSCC of 18 digits, or 20 with 00 before it"),
        ("", "must be an SSCC of 18 digits, or 20 with 00 before it"),
        ("09528765432101234６", "must be an SSCC of 18 digits, or 20 with 00 before it"),
    ],
)
def test_what_is_wrong_with_an_sscc(text: str, problem: str | None) -> None:
    assert gs1.sscc_problem(text) == problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("06141410000123452", None),
        ("06141410000123453", "has a wrong check digit: after 0614141000012345 comes 2"),
        ("0614141000012345", "must be a bill of lading number of 17 digits"),
        ("BOL12345", "must be a bill of lading number of 17 digits"),
    ],
)
def test_what_is_wrong_with_a_bill_of_lading_number(text: str, problem: str | None) -> None:
    assert gs1.bol_problem(text) == problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("036000291452", None),
        ("10012345678902", None),
        ("036000291453", "has a wrong check digit: after 03600029145 comes 2"),
        ("03600029145", "must be a GTIN of 8, 12, 13 or 14 digits"),
        ("", "must be a GTIN of 8, 12, 13 or 14 digits"),
    ],
)
def test_what_is_wrong_with_a_gtin(text: str, problem: str | None) -> None:
    assert gs1.gtin_problem(text) == problem


@given(
    st.sampled_from("0123456789"),
    st.from_regex(r"[0-9]{7,10}", fullmatch=True),
    st.integers(0, 10**6 - 1),
    st.integers(0, 17),
    st.integers(1, 9),
)
def test_one_digit_misread_is_always_seen(
    extension: str, prefix: str, serial: int, place: int, by: int
) -> None:
    """Weights 3 and 1 share no factor with 10, so that any one wrong digit changes the sum."""
    number = gs1.sscc(extension, prefix, serial)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert gs1.sscc_problem(number) is None
    assert gs1.sscc_problem(wrong) is not None
