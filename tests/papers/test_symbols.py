"""GS1-128 symbols, read back by a reader that we did not write."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.model.gs1 import CHARACTER_SET_82
from edi_gateway.papers.drawing.gs1_128 import Symbol
from edi_gateway.papers.drawing.lettering import Lettering
from edi_gateway.papers.drawing.sheet import NARROWEST_MODULE, WIDEST_MODULE, Sheet, module_in
from tests.papers import scanner


def drawn(symbol: Symbol, width: float) -> bytes:
    sheet = Sheet((width + 20, 80), "A symbol", Lettering())
    sheet.bars(10, 10, width, 50, symbol)
    return sheet.done().content


@pytest.mark.parametrize(
    ("ai", "value", "zpl", "modules"),
    [
        # start, FNC1, ten pairs, check: 13 characters of 11 modules, stop 13, quiet zones 20
        ("00", "095287654321012346", ">;>800095287654321012346", 13 * 11 + 33),
        ("420", "60431", ">;>842060431", 7 * 11 + 33),  # four pairs
        ("420", "454021234", ">;>8420454021234", 9 * 11 + 33),  # six pairs
        ("421", "124M5V3L9", ">;>8421124>6M5V3L9", 13 * 11 + 33),  # three pairs, a change of set, six letters
        ("91", "142", ">;>89114>62", 7 * 11 + 33),  # two pairs, a change, one digit
        ("91", "7", ">:>8917", 6 * 11 + 33),  # three characters of set B
        ("91", "A>B", ">:>891A>0B", 8 * 11 + 33),
        ("91", "A123456", ">:>891A>5123456", 10 * 11 + 33),  # three in B, a change, three pairs
    ],
)
def test_the_characters_are_the_same_for_pdf_and_printer(ai: str, value: str, zpl: str, modules: int) -> None:
    symbol = Symbol(ai, value)
    assert symbol.zpl == zpl
    assert symbol.modules == modules
    assert scanner.codes(drawn(symbol, 300)) == [[f"({ai}){value}"]]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=sorted(CHARACTER_SET_82), min_size=1, max_size=20))
def test_whatever_may_stand_in_it_is_read_back(value: str) -> None:
    assert scanner.codes(drawn(Symbol("91", value), 500)) == [[f"(91){value}"]]


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="0123456789A", min_size=1, max_size=20))
def test_digits_and_letters_in_any_mixture_are_read_back(value: str) -> None:
    assert scanner.codes(drawn(Symbol("91", value), 500)) == [[f"(91){value}"]]


@pytest.mark.parametrize("value", ["", " ", "A B", "é", "^XZ", "a\x1d", "①"])
def test_what_gs1_does_not_allow_is_no_symbol(value: str) -> None:
    with pytest.raises(ValueError, match=r"^\(91\) cannot hold"):
        Symbol("91", value)


def test_a_symbol_is_as_wide_as_may_be_and_never_too_narrow_to_scan() -> None:
    symbol = Symbol("00", "095287654321012346")  # 176 modules
    assert module_in(symbol, 1000) == WIDEST_MODULE
    assert module_in(symbol, 176) == 1
    assert module_in(symbol, 176 * NARROWEST_MODULE - 0.1) is None
    with pytest.raises(ValueError, match="does not fit"):
        drawn(symbol, 100)
