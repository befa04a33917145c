"""Bytes as lines of text, cut where something is to be shown: what is wrong, what fed a field.

Takes a stretch of a receipt and spans in it; gives lines of pieces, each of which knows the spans that cover it.
Nothing in a piece can do anything to a page or a terminal. Called by reports/triage/ and whoever shows bytes.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

LINE = 400  # bytes of a line; a longer segment goes on in the next

_PICTURES = {"\n": "↵", "\t": "→"}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of bytes that means something. `length` 0: what is missing would stand at `offset`."""

    offset: int
    length: int
    key: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Text between two cuts, and the keys of the spans over it. `text` is "" where something is missing."""

    offset: int
    length: int
    text: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """`position`: ordinal of the segment in its set from 1, when the line begins one."""

    offset: int
    position: int | None
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def paint(
    content: bytes,
    base: int,
    spans: Sequence[Span],
    starts: Sequence[int] | None = None,
    terminator: bytes = b"",
    first: int = 1,
) -> list[Line]:
    """The lines of `content`, whose first byte has the offset `base`.

    `starts`: offsets at which segments begin, the first of them number `first`; else a line ends after each
    `terminator`, and when there is none either, after LINE bytes.
    """
    end = base + len(content)
    heads = [at for at in (starts or ()) if base <= at < end]
    numbers = {at: number for number, at in enumerate(starts or (), start=first)}
    if not heads and terminator:
        heads = list(_after(content, base, terminator))
    cuts = sorted({base, *heads, *_long(base, end, heads)})
    lines: list[Line] = []
    marks = sorted(spans, key=lambda span: (span.offset, -span.length))
    at = 0
    open_: list[Span] = []
    for begin, stop in zip(cuts, [*cuts[1:], end], strict=True):
        while at < len(marks) and (marks[at].offset < stop or (stop == end and marks[at].offset <= end)):
            open_.append(marks[at])
            at += 1
        here = [span for span in open_ if _touches(span, begin, stop, last=stop == end)]
        lines.append(Line(begin, numbers.get(begin), tuple(_pieces(content, base, begin, stop, here))))
        open_ = [span for span in open_ if span.offset + span.length > stop]
    return lines


def _after(content: bytes, base: int, terminator: bytes) -> Iterator[int]:
    at = content.find(terminator)
    while at >= 0:
        at += len(terminator)
        while content[at : at + 1] in (b"\r", b"\n"):
            at += 1
        if at < len(content):
            yield base + at
        at = content.find(terminator, at)


def _long(base: int, end: int, heads: Sequence[int]) -> Iterator[int]:
    """Where a line that is too long is broken."""
    for begin, stop in zip([base, *heads], [*heads, end], strict=True):
        yield from range(begin + LINE, stop, LINE)


def _touches(span: Span, begin: int, stop: int, *, last: bool) -> bool:
    if not span.length:
        return begin <= span.offset < stop or (last and span.offset == stop)
    return span.offset < stop and span.offset + span.length > begin


def _pieces(content: bytes, base: int, begin: int, stop: int, spans: Sequence[Span]) -> Iterator[Piece]:
    cuts = {begin, stop}
    for span in spans:
        cuts |= {max(begin, span.offset), min(stop, span.offset + span.length)}
    ordered = sorted(cuts)
    missing = [span for span in spans if not span.length]
    for left, right in zip(ordered, [*ordered[1:], stop], strict=True):
        nothing = tuple(span.key for span in missing if span.offset == left)
        if nothing:
            yield Piece(left, 0, "", nothing)
        if right > left:
            keys = tuple(
                s.key for s in spans if s.length and s.offset <= left and s.offset + s.length >= right
            )
            yield Piece(left, right - left, visible(content[left - base : right - base]), keys)


def visible(part: bytes) -> str:
    """Bytes as text that is only looked at: UTF-8, or else Latin-1; what cannot be seen is shown as what it is."""
    try:
        text = part.decode("utf-8")
    except UnicodeDecodeError:
        text = part.decode("latin-1")
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char == " " or (char.isprintable() and not unicodedata.category(char).startswith("C")):
        return char
    return _PICTURES.get(char) or f"<{ord(char):02X}>"


def windows(places: Iterable[tuple[int, int]], end: int, room: int, most: int) -> list[tuple[int, int]]:
    """Stretches (begin, stop) of `room` bytes before and after each place, joined where they meet; `most` of them."""
    found: list[tuple[int, int]] = []
    for offset, length in sorted(places):
        begin, stop = max(0, offset - room), min(end, offset + min(length, room) + room)
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        elif len(found) == most:
            break
        else:
            found.append((begin, stop))
    return found


def number_at(starts: Sequence[int], offset: int) -> int:
    """Which of the segments that begin at `starts` holds the offset: its ordinal from 1, 0 before the first."""
    return bisect_right(starts, offset)
