"""Looks at a finished paper as people and scanners do: pages as pictures and text (PDFium), bar codes (ZXing)."""

from __future__ import annotations

import re

import pypdfium2
import zxingcpp

_DOTS = 300  # an inch


def texts(pdf: bytes) -> list[str]:
    """The words of each page, in the order in which they were drawn, one blank between."""
    document = pypdfium2.PdfDocument(pdf)
    return [squeezed(page.get_textpage().get_text_bounded()) for page in document]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\ufffe", "-")).strip()


def codes(pdf: bytes) -> list[list[str]]:
    """The GS1-128 bar codes of each page from the top down, as `(AI)value`."""
    pages = []
    for page in pypdfium2.PdfDocument(pdf):
        found = zxingcpp.read_barcodes(page.render(scale=_DOTS / 72).to_pil())
        assert all(each.format == zxingcpp.BarcodeFormat.Code128 for each in found)
        assert all(each.content_type == zxingcpp.ContentType.GS1 for each in found)
        pages.append([each.text for each in sorted(found, key=lambda each: each.position.top_left.y)])
    return pages


def sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in inches."""
    return [(page.get_width() / 72, page.get_height() / 72) for page in pypdfium2.PdfDocument(pdf)]


def inside(pdf: bytes) -> bool:
    """Whether every character lies on its page: what lies beyond the edge is cut."""
    for page in pypdfium2.PdfDocument(pdf):
        words = page.get_textpage()
        for n in range(words.count_chars()):
            left, bottom, right, top = words.get_charbox(n)
            if left < 0 or bottom < 0 or right > page.get_width() or top > page.get_height():
                return False
    return True
