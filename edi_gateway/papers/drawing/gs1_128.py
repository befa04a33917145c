"""GS1-128: one element string as the characters of a Code 128 symbol.

Takes an application identifier (AI) and its value, gives the symbol: its width, the words below it, and what reportlab
and a ZPL printer need to draw it. Both get the same characters, so that the two labels of a carton scan alike.
Source: GS1 General Specifications, sections 3 and 5.4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from reportlab.graphics.barcode.code128 import Code128, setb, setc, startb, startc, stop

from edi_gateway.model import gs1

QUIET: Final = 10  # modules of white on either side
_FNC1: Final = "\xf1"  # as reportlab writes it
# Two digits share a character of set C. Changing sets costs a character, so that it pays from four digits on.
_DIGITS: Final = re.compile(r"(?:\d\d){2,}")


@dataclass(frozen=True, slots=True)
class Symbol:
    """One AI with its value. Raises ValueError for what cannot stand in it: papers ask `fits` first."""

    ai: str
    value: str

    def __post_init__(self) -> None:
        if not self.value or not gs1.CHARACTER_SET_82.issuperset(self.value):
            raise ValueError(f"({self.ai}) cannot hold {self.value!r}")

    @property
    def words(self) -> str:
        """What people read below the bars."""
        return f"({self.ai}) {self.value}"

    @property
    def modules(self) -> int:
        """Width with its quiet zones, in widths of the narrowest bar: eleven a character, thirteen the stop."""
        return 11 * (len(_codewords(self)) - 1) + 13 + 2 * QUIET

    @property
    def zpl(self) -> str:
        """The data of a ^BC field in mode N: `>:` and `>;` start sets B and C, `>6` and `>5` change, `>8` is FNC1."""
        runs = _runs(self)
        text = {"B": ">:", "C": ">;"}[runs[0][0]] + ">8"
        for n, (kind, run) in enumerate(runs):
            change = {"B": ">6", "C": ">5"}[kind] if n else ""
            text += change + (run.replace(">", ">0") if kind == "B" else run)
        return text


def fits(value: str) -> bool:
    """Whether a bar code of GS1 may hold the characters."""
    return bool(value) and gs1.CHARACTER_SET_82.issuperset(value)


class Bars(Code128):
    """The symbol as reportlab draws it, `module` points a narrowest bar, without its quiet zones."""

    def __init__(self, symbol: Symbol, module: float, height: float) -> None:
        self._symbol = symbol
        super().__init__(_FNC1 + symbol.ai + symbol.value, barWidth=module, barHeight=height, quiet=0)

    def encode(self) -> None:
        self.encoded = _codewords(self._symbol)


def _runs(symbol: Symbol) -> list[tuple[str, str]]:
    """The data in runs of one code set: pairs of digits in C, the rest in B."""
    text = symbol.ai + symbol.value
    runs: list[tuple[str, str]] = []
    at = 0
    for found in _DIGITS.finditer(text):
        if found.start() > at:
            runs.append(("B", text[at : found.start()]))
        runs.append(("C", found.group()))
        at = found.end()
    if at < len(text):
        runs.append(("B", text[at:]))
    return runs


def _codewords(symbol: Symbol) -> list[int]:
    runs = _runs(symbol)
    words = [startb if runs[0][0] == "B" else startc, setb[_FNC1]]
    for n, (kind, run) in enumerate(runs):
        if n:
            words.append(setc["TO_B"] if kind == "B" else setb["TO_C"])
        if kind == "B":
            words += [setb[char] for char in run]
        else:
            words += [setc[run[i : i + 2]] for i in range(0, len(run), 2)]
    check = words[0] + sum(i * word for i, word in enumerate(words[1:], 1))
    return [*words, check % 103, stop]
