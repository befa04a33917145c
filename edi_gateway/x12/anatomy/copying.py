"""A file as text that a person can edit, a segment a line, and back to bytes; what was changed, segment by segment.

Takes bytes, gives text and differences. Whatever stood between two segments (nothing, a line break) is put back as it
was: text that nobody has changed gives the very same bytes. Pure; called by reports/triage/corrected.py.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edi_gateway.model.showing import harmless
from edi_gateway.x12.parsing.header import read_header


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a segment; whether it is not the same on both sides."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A segment that is not the same: changed, added or removed. `n` counts segments from 1, on the side that has it;
    a side that has none is empty."""

    kind: str
    n: int
    was: tuple[Element, ...]
    now: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """The separators of a file, and what stands behind each terminator."""

    element: str
    terminator: str
    between: str


def marks(content: bytes) -> Marks | None:
    """None when no ISA tells them."""
    header = read_header(content.decode("latin-1"))
    if header is None:
        return None
    found = header.delimiters
    return Marks(found.element, found.segment, header.suffix)


def to_text(content: bytes) -> str | None:
    """The file, a segment a line; None when a person could not edit it so without changing more than they see."""
    found = marks(content)
    text = content.decode("latin-1")
    if found is None:
        return None
    if found.terminator not in "\r\n":
        text = text.replace(found.terminator + found.between, found.terminator + "\n")
    same = to_bytes(text, found) == content
    return text if same and harmless(text) == text else None


def to_bytes(text: str, found: Marks) -> bytes:
    """The bytes of an edited text; characters outside Latin-1 are written as UTF-8."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if found.terminator in "\r\n":
        made = lines.replace("\n", found.terminator + found.between)
    else:
        made = lines.replace(found.terminator + "\n", found.terminator + found.between)
    try:
        return made.encode("latin-1")
    except UnicodeEncodeError:
        return made.encode("utf-8")


def segments(content: bytes) -> list[list[str]]:
    """Segments as lists of elements; the file as one line where no ISA tells the separators."""
    found = marks(content)
    text = content.decode("latin-1")
    if found is None:
        return [[text]]
    cut = (each.strip("\r\n") for each in text.split(found.terminator))
    return [each.split(found.element) for each in cut if each]


def changes(was: bytes, now: bytes) -> list[Change]:
    """What the copy has otherwise than the original, in its order."""
    old, new = segments(was), segments(now)
    matcher = difflib.SequenceMatcher(
        None, ["\x1f".join(each) for each in old], ["\x1f".join(each) for each in new], autojunk=False
    )
    found: list[Change] = []
    for kind, i, until_i, j, until_j in matcher.get_opcodes():
        if kind != "equal":
            found += _pairs(old[i:until_i], new[j:until_j], i, j)
    return found


def _pairs(old: Sequence[list[str]], new: Sequence[list[str]], i: int, j: int) -> Iterator[Change]:
    """Segments of a stretch that differs, those with the same tag at the same place beside each other."""
    for n in range(max(len(old), len(new))):
        was = old[n] if n < len(old) else None
        now = new[n] if n < len(new) else None
        if was is not None and now is not None and was[0] == now[0]:
            yield Change("changed", j + n + 1, _beside(was, now), _beside(now, was))
            continue
        if was is not None:
            yield Change("removed", i + n + 1, tuple(Element(text, True) for text in was), ())
        if now is not None:
            yield Change("added", j + n + 1, (), tuple(Element(text, True) for text in now))


def _beside(one: Sequence[str], other: Sequence[str]) -> tuple[Element, ...]:
    return tuple(Element(text, n >= len(other) or other[n] != text) for n, text in enumerate(one))
