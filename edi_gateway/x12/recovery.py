"""Finds the place of each segment in a document with faults, and says each fault once.

Takes a RawSet and the machine of its guide, gives the node of each segment and StructureFaults; called by
x12.checker. After an unknown or misplaced segment it goes on where the document does: several readings of
what happened are kept until the next segment tells which one holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edi_gateway.model.finding import Code
from edi_gateway.x12.structure import Child, Frame, Frames, Loop, Step, enter, start, steps

_STANDS_IN_FOR = 3  # so many segments later an unknown one no longer explains what is missing


@dataclass(slots=True)
class StructureFault:
    """`index`: the segment at which it shows; `node`: the place that it is about (-1: none); `tag`: the
    segment it is about (not the one at `index` when something is missing); `number`: how many there are."""

    code: Code
    index: int
    tag: str
    node: int = -1
    number: int = 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """A way to go on: at `frames`, without leaving the loops outside of `floor`."""

    frames: Frames
    floor: int = 0


class Tracer:
    """Follows one document. `known` says whether the standard has a segment with this tag."""

    def __init__(self, root: Loop, tags: frozenset[str], known: Callable[[str], bool]) -> None:
        self.tags = tags
        self.known = known
        self.readings = [_Reading(start(root))]
        self.nodes: list[int] = []
        self.faults: list[StructureFault] = []
        self.seen: dict[int, int] = {}  # node -> index of the segment last seen there
        self.missed: dict[int, StructureFault] = {}
        self.unknown: int | None = None  # index of an unknown segment that may stand in for another one

    def follow(self, segments: list[list[str]]) -> None:
        for index, segment in enumerate(segments):
            tag = segment[0]
            if tag not in self.tags and tag.strip(" ").upper() in self.tags:
                tag = segment[0] = tag.strip(" ").upper()
                self.faults.append(StructureFault(Code.LOWER_CASE, index, tag))
            node = self._clean(tag)
            if node is None:
                node = self._faulty(index, tag)
            if node >= 0:
                self.seen[node] = index
            self.nodes.append(node)

    def _clean(self, tag: str) -> int | None:
        """Goes on with the first reading in which the segment is where it should be."""
        for number, reading in enumerate(self.readings):
            for step in steps(reading.frames, tag, reading.floor):
                if not step.over and not self._missing(step, reading.frames):
                    taken = _Reading(step.frames, reading.floor)
                    # inside a displaced loop the other readings stay possible
                    self.readings = [taken, *self.readings[number + 1 :]] if reading.floor else [taken]
                    return step.child.node
        return None

    def _missing(self, step: Step, frames: Frames) -> list[Child]:
        """Mandatory places that this step passes over and that were not there before."""
        return [child for child in step.skipped if not self._was_there(child, frames)]

    def _was_there(self, child: Child, frames: Frames) -> bool:
        last = self.seen.get(child.node, -1)
        if last < 0:
            return False
        opened = 0
        for frame in frames:
            if child in frame.loop.children:
                opened = self.seen.get(frame.loop.children[0].node, 0)
        return last >= opened

    def _faulty(self, index: int, tag: str) -> int:
        frames = next(reading.frames for reading in reversed(self.readings) if not reading.floor)
        if len(self.readings) > 1:
            frames = next(reading.frames for reading in self.readings if not reading.floor)
        places = list(steps(frames, tag))
        for step in places:
            if not step.over:
                return self._skip(index, step, frames)
        if places:
            return self._over(index, places[0])
        if tag not in self.tags:
            code = Code.SEGMENT_NOT_IN_SET if self.known(tag) else Code.SEGMENT_UNKNOWN
            self.faults.append(StructureFault(code, index, tag))
            if code is Code.SEGMENT_UNKNOWN:
                self.unknown = index
            return -1
        explained = self.unknown is not None and index - self.unknown <= _STANDS_IN_FOR
        attempts = (self._enter, self._go_back) if explained else (self._go_back, self._enter)
        for attempt in attempts:
            node = attempt(index, tag, frames)
            if node is not None:
                return node
        self.faults.append(StructureFault(Code.SEGMENT_UNEXPECTED, index, tag))
        return -1

    def _skip(self, index: int, step: Step, frames: Frames) -> int:
        """Something mandatory is not there."""
        for child in self._missing(step, frames):
            if self._explained(index):
                continue
            fault = StructureFault(Code.SEGMENT_MISSING, index, child.tag, child.node)
            self.missed[child.node] = fault
            self.faults.append(fault)
        self.readings = [_Reading(step.frames)]
        return step.child.node

    def _over(self, index: int, step: Step) -> int:
        """Too many; said for the first one of them."""
        child = step.child
        number = next(
            frame.number for frame in reversed(step.frames) if frame.loop.children[frame.at] is child
        )
        if child.max is not None and number == child.max + 1:
            code = Code.LOOP_OVER_MAXIMUM if child.loop else Code.SEGMENT_OVER_MAXIMUM
            self.faults.append(StructureFault(code, index, child.tag, child.node, number))
        self.readings = [_Reading(step.frames)]
        return child.node

    def _go_back(self, index: int, tag: str, frames: Frames) -> int | None:
        """It should have come earlier."""
        for depth in range(len(frames) - 1, -1, -1):
            loop, at, _ = frames[depth]
            for ordinal in range(at - 1, -1, -1):
                child = loop.children[ordinal]
                if child.tag != tag or (ordinal == 0 and depth > 0):
                    continue
                if child.node in self.missed:
                    self.faults.remove(self.missed.pop(child.node))
                self.faults.append(StructureFault(Code.SEGMENT_OUT_OF_SEQUENCE, index, tag, child.node))
                back = enter(frames[:depth], loop, ordinal, 1)
                self.readings = [_Reading(frames), _Reading(back)]
                if child.loop:
                    self.readings.insert(0, _Reading(back, len(back) - 1))
                return child.node
        return None

    def _enter(self, index: int, tag: str, frames: Frames) -> int | None:
        """The segment that opens its loop is missing: as if it had been there."""
        for depth in range(len(frames) - 1, -1, -1):
            loop, at, number = frames[depth]
            for ordinal in range(max(at, 0), len(loop.children)):
                child = loop.children[ordinal]
                if child.loop is None:
                    continue
                inside = enter(frames[:depth], loop, ordinal, number if ordinal == at else 1)
                for step in _within(inside, tag):
                    if not self._explained(index):
                        self.faults.append(
                            StructureFault(Code.SEGMENT_UNEXPECTED, index, tag, step.child.node)
                        )
                    self.readings = [_Reading(step.frames), _Reading(frames)]
                    return step.child.node
        return None

    def _explained(self, index: int) -> bool:
        """Whether an unknown segment just before accounts for one that is missing; it does so once."""
        if self.unknown is None or index - self.unknown > _STANDS_IN_FOR:
            return False
        self.unknown = None
        return True


def _within(frames: Frames, tag: str) -> Iterator[Step]:
    """Places in the innermost loop, or in one right inside of it."""
    innermost = len(frames) - 1
    yield from steps(frames, tag, innermost)
    loop = frames[innermost].loop
    for ordinal, child in enumerate(loop.children):
        if child.loop is not None:
            inside = (*frames[:innermost], Frame(loop, ordinal, 1), Frame(child.loop, 0, 1))
            yield from steps(inside, tag, len(inside) - 1)
