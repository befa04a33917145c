"""Each converter refuses what is no such value, and has an inverse."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.mapping import catalog, convert
from edi_gateway.mapping.compile import writer
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import Allowance
from edi_gateway.x12.checking.guide import build
from tests.mapping.sets import MAPPINGS, OLD, read

numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(numbers)
def test_an_explicit_number_is_read_as_it_was_written(value: Decimal) -> None:
    assert str(convert.read_number(convert.write_number(value))) == format(value, "f")


@given(st.integers(-(10**14), 10**14), st.integers(0, 4))
def test_implied_decimals_have_an_inverse(number: int, places: int) -> None:
    value = convert.read_implied(places)(str(number))
    assert value * 10**places == number
    assert convert.write_implied(places)(value) == str(number)


@given(st.dates(date(1000, 1, 1)))
def test_dates_have_an_inverse(day: date) -> None:
    assert convert.read_date(convert.write_date(day)) == day
    if 1970 <= day.year <= 2069:
        assert convert.read_date(convert.write_short_date(day)) == day


@pytest.mark.parametrize("text", ["XXX213", "20260230", "2026-01-15", "2026W101", "٢٠٢٦٠١١٥", "2026011", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        convert.read_date(text)


@pytest.mark.parametrize("text", ["NaN", "1_000", "1E5", "+1", " 1", ".", "-", "1.2.3", "Infinity", ""])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        convert.read_number(text)
    with pytest.raises(ValueError):
        convert.read_implied(2)(text)


def test_a_year_that_two_digits_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="2070-01-01 does not fit into YYMMDD"):
        convert.write_short_date(date(2070, 1, 1))


def test_a_partner_who_writes_the_point_or_short_years_is_read_and_written_so() -> None:
    rows = '["SAC"]\n05 = { field = "amount", as = "explicit point" }\n'
    rows += '["BEG"]\n05 = { field = "ordered_on", as = "YYMMDD" }\n'
    theirs = catalog.load_texts(catalog.texts_of(MAPPINGS) | {"partner/acme/850.toml": rows}, "850")
    document = read("BEG*00*SA*1**260115~SAC*A*C310***12.34~PO1*1*5*EA~", of=theirs).document
    assert isinstance(document, PurchaseOrder)
    assert document.ordered_on == date(2026, 1, 15)
    assert document.allowances == (Allowance(kind="A", code="C310", amount=Decimal("12.34")),)
    written = writer(theirs, build("004010", "850")).write(document, OLD).value
    assert written is not None
    assert written[:2] == [["BEG", "00", "SA", "1", "", "260115"], ["SAC", "A", "C310", "", "", "12.34"]]
