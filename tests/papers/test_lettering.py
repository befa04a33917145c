"""Text on papers: nothing is cut, nothing crashes, and what a font lacks is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import reportlab
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.papers.drawing.lettering import (
    LEADING,
    SMALLEST,
    DoesNotFit,
    FontUnreadable,
    Lettering,
    PrinterLettering,
)
from edi_gateway.papers.drawing.sheet import LETTER, Sheet
from tests.papers import scanner

ANY = st.text(st.characters(exclude_categories=()))  # with lone surrogates, too


@pytest.mark.parametrize(
    ("text", "drawn", "notes"),
    [
        ("Zoë & <b>Sons</b>", "Zoë & <b>Sons</b>", ()),
        ("  a\r\n\tb  ", "a b", ()),
        ("Zoe\u0308", "Zoë", ()),
        ("Győr", "Gyor", ("ő (U+0151) is drawn as o: the font lacks it.",)),
        ("中", "[U+4E2D]", ("中 U+4E2D is drawn as [U+4E2D]: the font lacks it.",)),
        ("a\x00b", "a[U+0000]b", ("U+0000 is drawn as [U+0000]: the font lacks it.",)),
        ("\ud800", "[U+D800]", ("U+D800 is drawn as [U+D800]: the font lacks it.",)),
        ("\U0001f381!", "[U+1F381]!", ("🎁 U+1F381 is drawn as [U+1F381]: the font lacks it.",)),
        ("①", "1", ("① (U+2460) is drawn as 1: the font lacks it.",)),
        ("\uffff", "[U+FFFF]", ("U+FFFF is drawn as [U+FFFF]: the font lacks it.",)),
    ],
)
def test_what_the_font_lacks_is_drawn_otherwise_and_said(
    text: str, drawn: str, notes: tuple[str, ...]
) -> None:
    letters = Lettering()
    assert letters.readable(text) == drawn
    assert letters.notes == notes


def test_a_character_is_said_once() -> None:
    letters = Lettering()
    assert letters.readable("őő") == "oo"
    assert letters.readable("ő") == "o"
    assert len(letters.notes) == 1


@settings(max_examples=300)
@given(ANY, st.booleans())
def test_every_character_that_is_drawn_has_a_glyph_and_every_other_is_noted(text: str, bold: bool) -> None:
    letters = Lettering()
    readable = letters.readable(text)
    for font, run in letters.runs(readable, bold):
        assert all(ord(char) in font.face.charToGlyph for char in run)
    assert Lettering().readable(readable) == readable
    if readable != " ".join(text.split()) and not any(ord(char) >= 0x300 for char in text):
        assert letters.notes


@settings(max_examples=300)
@given(ANY, st.floats(12, 300), st.booleans())
def test_wrapped_text_is_whole_and_no_line_is_too_wide(text: str, width: float, bold: bool) -> None:
    letters = Lettering()
    lines = letters.wrap(text, width, 8, bold)
    assert "".join(lines).replace(" ", "") == letters.readable(text).replace(" ", "")
    assert all(letters.width(line, 8, bold) <= width or len(line) == 1 for line in lines)


@settings(max_examples=150)
@given(st.lists(ANY, max_size=4), st.floats(20, 200), st.floats(5, 60))
def test_fitted_text_is_whole_and_inside_its_place_or_refused(
    paragraphs: list[str], width: float, height: float
) -> None:
    letters = Lettering()
    try:
        fitted = letters.fit(paragraphs, width, height, 10, what="The name")
    except DoesNotFit:
        smallest = sum(len(letters.wrap(text, width, SMALLEST)) for text in paragraphs) * SMALLEST * LEADING
        assert smallest > height  # not even the smallest would have done
        return
    assert SMALLEST <= fitted.size <= 10
    assert len(fitted.lines) * fitted.size * LEADING <= height + 0.01
    assert all(letters.width(line, fitted.size) <= width or len(line) == 1 for line in fitted.lines)
    whole = "".join(letters.readable(text) for text in paragraphs)
    assert "".join(fitted.lines).replace(" ", "") == whole.replace(" ", "")


def test_a_name_is_shrunk_before_it_is_broken() -> None:
    letters = Lettering()
    width = letters.width("Kestrelmoor Stores", 8)
    assert letters.fit(["Kestrelmoor Stores"], width, 50, 10, what="Name").lines == ("Kestrelmoor Stores",)
    assert letters.fit(["Kestrelmoor Stores"], width * 0.9, 50, 10, what="Name").lines == (
        "Kestrelmoor",
        "Stores",
    )


def test_a_long_word_is_shrunk_before_it_is_broken_and_broken_before_it_is_refused() -> None:
    letters = Lettering()
    width = letters.width("Kestrelmoor", 5)
    assert letters.fit(["Kestrelmoor Ltd"], width, 50, 10, what="Name").lines == ("Kestrelmoor", "Ltd")
    broken = letters.fit(["Kestrelmoor"], letters.width("Kestrel", SMALLEST), 50, 10, what="Name")
    assert len(broken.lines) > 1
    assert "".join(broken.lines) == "Kestrelmoor"
    with pytest.raises(DoesNotFit) as caught:
        letters.fit(["Kestrelmoor"], width, SMALLEST - 1, 10, what="The name")
    assert str(caught.value) == (
        "The name is too long for its place on the paper: 11 characters. Shorten it where it is kept."
    )


def test_a_fallback_font_draws_what_vera_lacks() -> None:
    """hb-test.ttf, which comes with reportlab, is taken for any font of a user's."""
    fallback = Path(reportlab.__file__).parent / "fonts" / "hb-test.ttf"
    with_it, without = Lettering([fallback]), Lettering()
    only_there = next(
        chr(code)
        for code in sorted(with_it._faces[False][1].face.charToGlyph)
        if without.readable(chr(code)) != chr(code) and chr(code).isprintable() and not chr(code).isspace()
    )
    assert with_it.readable(f"A{only_there}") == f"A{only_there}"
    assert with_it.notes == ()
    sheet = Sheet(LETTER, "Test", with_it)
    sheet.text(50, 50, f"A{only_there}B", 12)
    assert scanner.texts(sheet.done().content) == [f"A{only_there}B"]


def test_a_fallback_that_is_no_font_is_an_error_that_names_it(tmp_path: Path) -> None:
    file = tmp_path / "no.ttf"
    file.write_bytes(b"not a font")
    for each in (file, tmp_path / "absent.ttf"):
        with pytest.raises(FontUnreadable) as caught:
            Lettering([each])
        assert str(caught.value).startswith(f"The font {each} cannot be used: ")


def test_a_printer_gets_the_character_and_we_the_doubt() -> None:
    letters = PrinterLettering()
    assert letters.readable("Zoë 中 \x07") == "Zoë 中 [U+0007]"
    assert letters.notes == (
        "中 (U+4E2D) may be missing in the printer's font: look at the label.",
        "U+0007 is drawn as [U+0007]: the font lacks it.",
    )
