"""Pages of a PDF, drawn from the top down in points: text in its place, boxes, bar codes.

Takes readable or raw text and symbols from the papers, gives the bytes of the PDF. The same calls give the same bytes,
so that a reprint of what was frozen is the same paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

from reportlab.pdfgen.canvas import Canvas

from edi_gateway.papers.drawing.gs1_128 import QUIET, Bars, Symbol
from edi_gateway.papers.drawing.lettering import LEADING, Lettering

INCH: Final = 72.0
LETTER: Final = (8.5 * INCH, 11 * INCH)
LABEL: Final = (4 * INCH, 6 * INCH)

# Widths of the narrowest bar. GS1 asks for 0.495 mm or more on logistic labels; scanners still read half of it.
WIDEST_MODULE: Final = 0.020 * INCH
NARROWEST_MODULE: Final = 0.010 * INCH

Align = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class Paper:
    """A finished paper. `notes`: sentences about characters that could not be drawn as they were written."""

    content: bytes
    media_type: str
    pages: int
    notes: tuple[str, ...] = ()


class Sheet:
    """A PDF that is being drawn; begins with its first page."""

    def __init__(self, size: tuple[float, float], title: str, lettering: Lettering) -> None:
        self.width, self.height = size
        self.letters = lettering
        self._pages = 1
        self._bytes = BytesIO()
        self._canvas = Canvas(self._bytes, pagesize=size, invariant=1, pageCompression=1)
        self._canvas.setTitle(lettering.readable(title))
        self._canvas.setAuthor("")

    def new_page(self) -> None:
        self._canvas.showPage()
        self._pages += 1

    def done(self) -> Paper:
        self._canvas.showPage()
        self._canvas.save()
        return Paper(self._bytes.getvalue(), "application/pdf", self._pages, self.letters.notes)

    def line(self, x1: float, y1: float, x2: float, y2: float, weight: float = 0.75) -> None:
        self._canvas.setLineWidth(weight)
        self._canvas.line(x1, self.height - y1, x2, self.height - y2)

    def box(
        self,
        x: float,
        top: float,
        width: float,
        height: float,
        weight: float = 0.75,
        grey: float | None = None,
    ) -> None:
        """A frame, filled with grey (0 black, 1 white) when that is given; weight 0 draws no frame."""
        self._canvas.setLineWidth(weight)
        self._canvas.setFillGray(1 if grey is None else grey)
        self._canvas.rect(
            x, self.height - top - height, width, height, stroke=int(weight > 0), fill=int(grey is not None)
        )
        self._canvas.setFillGray(0)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        align: Align = "left",
        white: bool = False,
    ) -> None:
        """One line with its baseline at y, as wide as it is."""
        readable = self.letters.readable(text)
        if align != "left":
            x -= self.letters.width(readable, size, bold) / (2 if align == "centre" else 1)
        if white:
            self._canvas.setFillGray(1)
        for font, run in self.letters.runs(readable, bold):
            self._canvas.setFont(font.fontName, size)
            self._canvas.drawString(x, self.height - y, run)
            x += float(font.stringWidth(run, size))
        self._canvas.setFillGray(0)

    def block(
        self,
        x: float,
        top: float,
        width: float,
        height: float,
        paragraphs: Sequence[str],
        size: float,
        *,
        what: str,
        bold: bool = False,
        align: Align = "left",
    ) -> float:
        """Paragraphs in a place, wrapped and shrunk until they fit; gives where they end. Raises DoesNotFit."""
        fitted = self.letters.fit(paragraphs, width, height, size, what=what, bold=bold)
        left = {"left": x, "centre": x + width / 2, "right": x + width}[align]
        for n, line in enumerate(fitted.lines):
            self.text(
                left, top + fitted.size * (0.95 + n * LEADING), line, fitted.size, bold=bold, align=align
            )
        return top + len(fitted.lines) * fitted.size * LEADING

    def tick(self, x: float, y: float, ticked: bool, side: float = 7) -> None:
        """A small box on the baseline y, crossed or empty."""
        top = y - side + 0.5
        self.box(x, top, side, side, 0.6)
        if ticked:
            self.line(x + 1.2, top + 1.2, x + side - 1.2, top + side - 1.2, 1.1)
            self.line(x + 1.2, top + side - 1.2, x + side - 1.2, top + 1.2, 1.1)

    def bars(self, x: float, top: float, width: float, height: float, symbol: Symbol) -> None:
        """A bar code in the middle of its place, as wide as may be. Raises ValueError: papers ask `bars_fit` first."""
        module = module_in(symbol, width)
        if module is None:
            raise ValueError(f"{symbol.words} does not fit into {width} points")
        left = x + (width - symbol.modules * module) / 2 + QUIET * module
        Bars(symbol, module, height).drawOn(self._canvas, left, self.height - top - height)


def module_in(symbol: Symbol, width: float) -> float | None:
    """The width of the narrowest bar with which the symbol fills a place; None when it would be too narrow."""
    module = min(WIDEST_MODULE, width / symbol.modules)
    return module if module >= NARROWEST_MODULE else None
