"""What may have happened where a document leaves the order of its set: faults, and how it can be read on.

Made by recovery.py, which tries one explanation after another; the faults of those it takes go to x12.checker.
`too_many` counts what the machine does not count, for x12.guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edi_gateway.model.finding import Code
from edi_gateway.x12.structure.machine import MANY, Frames, Node


@dataclass(slots=True)
class StructureFault:
    """`index`: the segment at which it shows; `node`: the place that it is about (-1: none); `tag`: the
    segment it is about (not the one at `index` when something is missing); `number`: how many there are;
    `early`: out of sequence because it comes too early."""

    code: Code
    index: int
    tag: str
    node: int = -1
    number: int = 0
    early: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to go on: at `frames`, without leaving the loops outside of `floor`."""

    frames: Frames
    floor: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """What may have happened: where the segment belongs (-1: nowhere), how the document can go on, and what
    is wrong. `missed`: the places found missing; `found`: a place found missing before, and here it is;
    `uses_unknown`: an unknown segment before accounts for what is missing; `pending`: where the next segments
    belong, if this one brings them along: `readings` go on behind them; `early`: the index from which on the
    segments before this one are to be left out, because they came too early; `excused`: tags that are not missing,
    because they stood where they have no place; `reread`: the places of the segments just before this one, which were
    found anew."""

    node: int
    readings: tuple[Reading, ...]
    faults: tuple[StructureFault, ...] = ()
    missed: tuple[int, ...] = ()
    found: int = -1
    uses_unknown: bool = False
    pending: tuple[int, ...] = ()
    early: int = -1
    excused: tuple[str, ...] = ()
    reread: tuple[int, ...] = ()


def too_many(nodes: Sequence[Node], placed: Sequence[int]) -> Iterator[StructureFault]:
    """What stands more often than even a wide limit allows (100,000 PO1), in each turn of the loop around it; said
    for the first that is too many. `placed`: the node of each segment."""
    if len(placed) <= MANY:
        return
    for node in nodes:
        if node.max is None or node.max < MANY or placed.count(node.index) <= node.max:
            continue
        around = max((other.index for other in nodes if _holds(other, node)), default=-1)
        number = 0
        for index, each in enumerate(placed):
            number = 0 if each == around else number + (each == node.index)
            if each == node.index and number == node.max + 1:
                code = Code.LOOP_OVER_MAXIMUM if node.last > node.index else Code.SEGMENT_OVER_MAXIMUM
                yield StructureFault(code, index, node.tag, node.index, number)


def _holds(loop: Node, inner: Node) -> bool:
    return loop.opens_loop and loop.index < inner.index <= loop.last
