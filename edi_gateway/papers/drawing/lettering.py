"""Text on papers: measured, wrapped and shrunk to its place, never cut; what a font lacks is said.

Takes text as it came, with any character in it; gives lines in a size. There is no markup: what looks like a tag is
drawn as it stands. The font is Bitstream Vera, which reportlab ships: Western European letters and some more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from edi_gateway.model.errors import GatewayError

LEADING: Final = 1.18  # from baseline to baseline, in sizes
SMALLEST: Final = 4.5  # points; below that nobody reads it
_STEP: Final = 0.25
_WHOLE: Final = 0.75  # of its size a text is shrunk before it is wrapped


class FontUnreadable(GatewayError):
    """The font {file} cannot be used: {problem}. Name a TrueType font (.ttf) with outlines of its own."""


class DoesNotFit(GatewayError):
    """{what} is too long for its place on the paper: {length} characters. Shorten it where it is kept."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines that fit their place in this size."""

    lines: tuple[str, ...]
    size: float


class Lettering:
    """One paper's letters. `fallbacks` are TrueType files for what Vera lacks, asked in order.

    A character that no font has is drawn as its base letter (ő as o), else as [U+4E2D]; `notes` says which.
    """

    def __init__(self, fallbacks: Sequence[Path] = ()) -> None:
        more = tuple(_font(str(file)) for file in fallbacks)
        self._faces = {False: (_font("Vera.ttf"), *more), True: (_font("VeraBd.ttf"), *more)}
        self._drawable = [frozenset(face.face.charToGlyph) for face in self._faces[False]]
        self._instead: dict[str, str] = {}
        self._notes: dict[str, str] = {}
        self._widths: dict[tuple[str, bool], float] = {}  # of readable text in size 1

    @property
    def notes(self) -> tuple[str, ...]:
        """What was drawn otherwise than it was written, a sentence a character."""
        return tuple(self._notes.values())

    def readable(self, text: str) -> str:
        """The text in characters that can be drawn, blanks and line ends as one blank."""
        composed = unicodedata.normalize("NFC", " ".join(text.split()))
        return "".join(self._instead.get(char) or self._stand_in(char) for char in composed)

    def runs(self, text: str, bold: bool) -> list[tuple[TTFont, str]]:
        """Readable text in stretches of one font."""
        faces = self._faces[bold]
        if all(_has(faces[0], char) for char in text):
            return [(faces[0], text)]
        runs: list[tuple[TTFont, str]] = []
        for char in text:
            face = next((f for f in faces if _has(f, char)), faces[0])
            if runs and runs[-1][0] is face:
                runs[-1] = (face, runs[-1][1] + char)
            else:
                runs.append((face, char))
        return runs

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Of readable text, in points."""
        known = self._widths.get((text, bold))
        if known is None:
            known = float(sum(face.stringWidth(run, 1) for face, run in self.runs(text, bold)))
            self._widths[text, bold] = known
        return known * size

    def wrap(self, text: str, width: float, size: float, bold: bool = False) -> list[str]:
        """The text in lines no wider than `width`, broken at blanks, within a word only where the word is wider."""
        lines: list[str] = []
        line = ""
        for word in self.readable(text).split(" "):
            longer = f"{line} {word}" if line else word
            if self.width(longer, size, bold) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while self.width(line, size, bold) > width and len(line) > 1:
                head = self._head(line, width, size, bold)
                lines.append(line[:head])
                line = line[head:]
        return [*lines, line] if line else lines

    def fit(
        self,
        paragraphs: Sequence[str],
        width: float,
        height: float,
        size: float,
        *,
        what: str,
        bold: bool = False,
    ) -> Fitted:
        """The paragraphs in the largest size up to `size` in which they fit. Raises DoesNotFit.

        A name reads better whole: a line each is tried first, somewhat smaller; then lines of whole words, as small
        as may be; words are broken last.
        """
        readable = [self.readable(text) for text in paragraphs]
        words = [word for text in readable for word in text.split(" ")]
        for unbroken, smallest in ((readable, size * _WHOLE), (words, SMALLEST), ([], SMALLEST)):
            now = size
            while now >= max(SMALLEST, smallest):
                if all(self.width(piece, now, bold) <= width for piece in unbroken):
                    lines = [line for text in paragraphs for line in self.wrap(text, width, now, bold)]
                    if len(lines) * now * LEADING <= height + 0.01:
                        return Fitted(tuple(lines), now)
                now -= _STEP
        raise DoesNotFit(what=what, length=sum(len(text) for text in paragraphs))

    def _head(self, word: str, width: float, size: float, bold: bool) -> int:
        """How many characters of a word fit, at least one."""
        low, high = 1, len(word)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (
                (middle, high) if self.width(word[:middle], size, bold) <= width else (low, middle - 1)
            )
        return low

    def _stand_in(self, char: str) -> str:
        if self._can_draw(char):
            self._instead[char] = char
            return char
        code = f"U+{ord(char):04X}"
        base = "".join(
            part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)
        )
        if base.strip() and all(self._can_draw(part) for part in base):
            self._instead[char] = base
            self._notes[char] = f"{char} ({code}) is drawn as {base}: the font lacks it."
            return base
        self._instead[char] = f"[{code}]"
        self._notes[char] = f"{_shown(char)}{code} is drawn as [{code}]: the font lacks it."
        return self._instead[char]

    def _can_draw(self, char: str) -> bool:
        return char.isprintable() and any(ord(char) in drawable for drawable in self._drawable)


class PrinterLettering(Lettering):
    """Letters of a label printer, which has fonts of its own: they are measured as Vera's, which are wider.

    What the printer's font may lack is sent all the same, and said.
    """

    def width(self, text: str, size: float, bold: bool = False) -> float:
        known = "".join(char if ord(char) in self._drawable[0] else "M" for char in text)
        return super().width(known, size, bold)

    def _can_draw(self, char: str) -> bool:
        if not char.isprintable():
            return False
        if ord(char) not in self._drawable[0]:
            self._notes[char] = (
                f"{char} (U+{ord(char):04X}) may be missing in the printer's font: look at the label."
            )
        return True


def _shown(char: str) -> str:
    return f"{char} " if char.isprintable() else ""


def _has(face: TTFont, char: str) -> bool:
    return ord(char) in face.face.charToGlyph


@lru_cache(maxsize=16)
def _font(file: str) -> TTFont:
    """A font by its file, under which reportlab then knows it as well."""
    try:
        font = TTFont(file, file)
        pdfmetrics.registerFont(font)
        return font
    except (TTFError, OSError) as problem:
        raise FontUnreadable(file=file, problem=problem) from None
