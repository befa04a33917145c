"""What the lexer gives: headers, envelope segments, runs of segments, and bytes that are none of these.

Plain records with byte ranges; made by x12.lexer and x12.cutter, read by x12.envelope.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from edi_gateway.x12.parsing.header import Header


class Limits(NamedTuple):
    """What hostile input may cost: bytes of one segment (give or take a chunk), bytes and segments of one set."""

    segment_bytes: int = 262_144
    set_bytes: int = 268_435_456
    set_segments: int = 5_000_000


@dataclass(slots=True)
class Opened:
    """An ISA at `offset`."""

    header: Header
    offset: int
    text: str


@dataclass(slots=True)
class Mark:
    """An envelope segment (GS GE ST SE TA1 IEA): upper-case tag, text, byte range without the terminator."""

    tag: str
    text: str
    offset: int
    end: int
    unterminated: bool = False


@dataclass(slots=True)
class Run:
    """Segments between two marks, or (`whole`) a set from its ST to its SE. Regular runs know the places by
    `offset` and `gap` (bytes between two segments); others list `offsets` and `ends`. `folds` holds, for
    wrapped lines, where line ends were taken out: index of the segment -> positions in its text."""

    texts: list[str]
    offset: int
    gap: int
    offsets: list[int] | None = None
    ends: list[int] | None = None
    folds: dict[int, tuple[int, ...]] = field(default_factory=dict)
    unterminated: bool = False
    whole: bool = False

    def parts(self) -> tuple[Mark, Run, Mark]:
        """A whole set as its ST, what is between, and its SE."""
        offsets, ends = self.places()
        first, *texts, last = self.texts
        between = Run(texts, offsets[1], self.gap, offsets[1:-1], ends[1:-1])
        return Mark("ST", first, offsets[0], ends[0]), between, Mark("SE", last, offsets[-1], ends[-1])

    def places(self) -> tuple[list[int], list[int]]:
        """Offsets and ends of the segments, in bytes of the receipt."""
        if self.offsets is not None and self.ends is not None:
            return self.offsets, self.ends
        return regular_places(self.texts, self.offset, self.gap)

    @property
    def end(self) -> int:
        """Where its last segment ends, without working out the places of the others."""
        if self.ends is not None:
            return self.ends[-1]
        return self.offset + sum(map(len, self.texts)) + self.gap * (len(self.texts) - 1)


@dataclass(slots=True)
class Oddity:
    """Bytes inside an interchange that are no segment: "empty" (terminators in a row), "long" (over the limit)."""

    kind: str
    offset: int
    end: int
    count: int = 1


@dataclass(slots=True)
class Closed:
    """The interchange ends here: after its IEA, before the next ISA, or with the bytes."""

    by: str  # "IEA", "ISA" or "EOF"
    offset: int
    encoding: str


@dataclass(slots=True)
class Skipped:
    """Bytes outside of any interchange. `sample` is how they begin."""

    kind: str  # "bom", "junk", "truncated" (an ISA cut short)
    offset: int
    end: int
    sample: str


Item = Opened | Mark | Run | Oddity | Closed | Skipped


def regular_places(texts: list[str], offset: int, gap: int) -> tuple[list[int], list[int]]:
    """Offsets and ends of texts that follow one another with `gap` bytes between."""
    ends = (
        list(accumulate((len(text) + gap for text in texts[1:]), initial=offset + len(texts[0])))
        if texts
        else []
    )
    return [end - len(text) for end, text in zip(ends, texts, strict=True)], ends
