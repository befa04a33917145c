"""Finds the place of each segment in a document with faults, and says each fault once.

Takes a RawSet and the machine of its guide, gives the node of each segment and StructureFaults; called by
x12.checker. After an unknown or misplaced segment it goes on where the document does: several readings of
what happened are kept until the next segment tells which one holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from edi_gateway.model.finding import Code
from edi_gateway.x12.structure.explanation import Explanation, Reading, StructureFault
from edi_gateway.x12.structure.machine import (
    Child,
    Following,
    Frame,
    Frames,
    Lost,
    Machine,
    Step,
    enter,
    openers,
    within,
)

_STANDS_IN_FOR = 3  # so many segments later an unknown one no longer explains what is missing
_LOOK_BACK = 40  # so many segments are looked back upon for a loop that came too early
_OVER = (Code.SEGMENT_OVER_MAXIMUM, Code.LOOP_OVER_MAXIMUM)
_LOOK_AHEAD = 8  # so many segments further tell which of two explanations is right


class Tracer:
    """Follows one document. `known` says whether the standard has a segment with this tag."""

    def __init__(self, machine: Machine, tags: frozenset[str], known: Callable[[str], bool]) -> None:
        self.machine = machine
        self.tags = tags
        self.known = known
        self.readings: tuple[Reading, ...] = (Reading(machine.start.next.frames),)
        self.nodes: list[int] = []
        self.faults: list[StructureFault] = []
        self.seen: dict[int, int] = {}  # node -> index of the segment last seen there
        self.missed: dict[int, StructureFault] = {}
        self.unknown: int | None = None  # index of an unknown segment that may stand in for another one
        self.pending: tuple[int, ...] = ()  # where the next segments belong, when that is known already
        self.root = machine.start.next.frames[0].loop
        self.astray: list[str] = []  # tags of segments that stood where they have no place
        self.past: list[tuple[Reading, ...] | Following] = []  # how it could go on before each segment

    def follow(self, segments: list[list[str]]) -> None:
        while len(self.nodes) < len(segments):
            if not self.pending and len(self.readings) == 1 and not self.readings[0].floor:
                self._run(segments)
            if len(self.nodes) < len(segments):
                self._look(len(self.nodes), segments)

    def _run(self, segments: list[list[str]]) -> None:
        """Goes on with the machine while nothing is wrong: it finds what `_clean` would find, and has it by heart."""
        following = self.machine.following(self.readings[0].frames)
        try:
            for index in range(len(self.nodes), len(segments)):
                state = following[segments[index][0]]
                self.past.append(following)
                self.seen[state.node] = index
                self.nodes.append(state.node)
                following = state.next
        except Lost:
            pass
        self.readings = (Reading(following.frames),)

    def _look(self, index: int, segments: list[list[str]]) -> None:
        """Places one segment, and says what is wrong with its place."""
        self.past.append(self.readings)
        tag = segments[index][0]
        if tag not in self.tags and tag.strip(" ").upper() in self.tags:
            tag = segments[index][0] = tag.strip(" ").upper()
            self.faults.append(StructureFault(Code.LOWER_CASE, index, tag))
        if self.pending:
            node, *rest = self.pending
            self.pending = tuple(rest)
        elif clean := self._clean(self.readings, tag):
            node, self.readings = clean
        else:
            explanation = self._explain(index, tag, segments)
            self._accept(explanation)
            node = explanation.node
        if node >= 0:
            self.seen[node] = index
        self.nodes.append(node)

    def _clean(self, readings: tuple[Reading, ...], tag: str) -> tuple[int, tuple[Reading, ...]] | None:
        """Goes on with the first reading in which the segment is where it should be."""
        for number, reading in enumerate(readings):
            for step in self.machine.steps(reading.frames, tag, reading.floor):
                if not step.over and not self._missing(step, reading.frames):
                    taken = Reading(step.frames, reading.floor)
                    # inside a displaced loop the other readings stay possible
                    return step.child.node, (taken, *readings[number + 1 :]) if reading.floor else (taken,)
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

    def _accept(self, explanation: Explanation) -> None:
        self.readings = explanation.readings
        if explanation.early >= 0:
            self._leave_out(explanation.early)
            self._place_anew(explanation.reread)
        if explanation.found in self.missed:
            self.faults.remove(self.missed.pop(explanation.found))
        for tag in explanation.excused:
            self.astray.remove(tag)
        for fault in explanation.faults:
            self.faults.append(fault)
            if fault.tag in self.tags and (explanation.node < 0 or explanation.early >= 0):
                self.astray.append(fault.tag)
            if fault.node in explanation.missed:
                self.missed[fault.node] = fault
            if fault.code is Code.SEGMENT_UNKNOWN:
                self.unknown = fault.index
        if explanation.uses_unknown:
            self.unknown = None
        self.pending = explanation.pending

    def _leave_out(self, first: int) -> None:
        """What stands from `first` on has no place, and nothing is missing because of it."""
        self.nodes[first:] = [-1] * (len(self.nodes) - first)
        self.seen = self._seen_before(first)
        gone = [fault for fault in self.missed.values() if fault.index >= first]
        self.missed = {node: fault for node, fault in self.missed.items() if fault not in gone}
        self.faults = [fault for fault in self.faults if fault not in gone]

    def _place_anew(self, nodes: tuple[int, ...]) -> None:
        for index, node in enumerate(nodes, start=len(self.nodes) - len(nodes)):
            self.nodes[index] = node
            self.seen[node] = index

    def _seen_before(self, index: int) -> dict[int, int]:
        return {node: at for node, at in self.seen.items() if at < index}

    def _explain(self, index: int, tag: str, segments: list[list[str]]) -> Explanation:
        frames = next(reading.frames for reading in self.readings if not reading.floor)
        if tag not in self.tags:
            code = Code.SEGMENT_NOT_IN_SET if self.known(tag) else Code.SEGMENT_UNKNOWN
            return Explanation(-1, self.readings, (StructureFault(code, index, tag),))
        places = self.machine.steps(frames, tag, 0)
        over: list[Explanation] = []
        if places and places[0].over:  # too many where it stands, or the first of a place further down
            over.append(self._over(index, places[0]))
            if not over[0].faults:
                return over[0]  # that there are too many has been said
        forward = next((step for step in places if not step.over), None)
        elsewhere = (
            self._skips(index, forward, frames, segments) if forward else self._goes_back(index, tag, frames)
        )
        attempts: list[Iterable[Explanation]] = [over, elsewhere, self._changed_places(index, segments)]
        inside = self._enters(index, tag, frames)
        attempts.insert(0 if self._stands_in(index) and not forward else len(attempts), inside)
        attempts.append(self._displaced(index, segments))
        missed = [fault.tag for fault in self.missed.values() if index - fault.index <= _LOOK_BACK]
        # what came early may be why something else seemed to be missing
        attempts.insert(
            0 if missed and tag not in missed else len(attempts), self._came_early(index, frames, segments)
        )
        attempts.append([self._left_out(index, tag, forward)])
        return self._best(chain.from_iterable(attempts), index, segments)

    def _left_out(self, index: int, tag: str, forward: Step | None) -> Explanation:
        """It has no place here; when it has one further down it comes too early."""
        fault = StructureFault(Code.SEGMENT_UNEXPECTED, index, tag)
        if forward:
            fault = StructureFault(
                Code.SEGMENT_OUT_OF_SEQUENCE, index, forward.child.tag, forward.child.node, early=True
            )
        return Explanation(-1, self.readings, (fault,))

    def _changed_places(self, index: int, segments: list[list[str]]) -> Iterator[Explanation]:
        """This segment and the next: had they come the other way round, both would be where they should be."""
        if index + 1 >= len(segments):
            return
        tag, late = segments[index][0], segments[index + 1][0]
        first = self._clean(self.readings, late)
        if first is None:
            return
        before, self.seen = self.seen, {**self.seen, first[0]: index}
        second = self._clean(first[1], tag)
        self.seen = before
        if second is not None:
            fault = StructureFault(Code.SEGMENT_OUT_OF_SEQUENCE, index + 1, late, first[0])
            yield Explanation(second[0], second[1], (fault,), pending=(first[0],))

    def _displaced(self, index: int, segments: list[list[str]]) -> Iterator[Explanation]:
        """A whole loop that has no place here, and behind it the document goes on as if it were not there."""
        for child in openers(self.root, segments[index][0]):
            assert child.loop is not None  # it opens one
            frames: Frames = (Frame(child.loop, 0, 1),)
            end = index + 1
            while end < len(segments) and (step := _first(self.machine.steps(frames, segments[end][0], 0))):
                frames = step.frames
                end += 1
            cut_off = end == len(segments)  # inside of it
            while not cut_off and end > index + 1 and self._clean(self.readings, segments[end][0]) is None:
                end -= 1
            early = child.node > max(self.seen)
            code = Code.SEGMENT_OUT_OF_SEQUENCE if early else Code.SEGMENT_UNEXPECTED
            fault = StructureFault(code, index, child.tag, child.node, early=early)
            yield Explanation(-1, self.readings, (fault,), pending=(-1,) * (end - index - 1))

    def _came_early(self, index: int, frames: Frames, segments: list[list[str]]) -> Iterator[Explanation]:
        """Not this segment is out of order, but the one before it, or a loop that is being read."""
        openers = (self.seen.get(frame.loop.children[0].node, 0) for frame in frames[1:])
        for first in sorted({index - 1, *openers}, reverse=True):
            if first < 1 or self.nodes[first] < 0:
                continue
            tag, node = segments[first][0], self.nodes[first]
            fault = StructureFault(Code.SEGMENT_OUT_OF_SEQUENCE, first, tag, node, early=True)
            before = self.seen
            for again in dict.fromkeys(
                (index, first + 1)
            ):  # all of the loop came early, or only what opens it
                self.seen = self._seen_before(first)
                reread = self._reread(first, segments[again : index + 1], again)
                self.seen = before
                if reread:
                    *nodes, last = reread[0]
                    yield Explanation(last, reread[1], (fault,), early=first, reread=tuple(nodes))

    def _reread(
        self, first: int, segments: list[list[str]], at: int
    ) -> tuple[list[int], tuple[Reading, ...]] | None:
        """The places of these segments (the first of them is number `at`) if there were no segment `first`; None when
        one of them has none."""
        readings, nodes = self._readings_before(first), []
        for index, segment in enumerate(segments, start=at):
            clean = self._clean(readings, segment[0])
            if clean is None:
                return None
            node, readings = clean
            nodes.append(node)
            self.seen[node] = index
        return nodes, readings

    def _readings_before(self, index: int) -> tuple[Reading, ...]:
        past = self.past[index]
        return past if isinstance(past, tuple) else (Reading(past.frames),)

    def _best(self, attempts: Iterable[Explanation], index: int, segments: list[list[str]]) -> Explanation:
        """The explanation after which the document goes on best; of equals the one with fewer faults, or the first."""
        best, most, fewest = None, -1, 0
        for attempt in attempts:
            count = self._goes_on(attempt, segments, index)
            faults = max(len(attempt.faults), 1)
            if best is None or (count, -faults) > (most, -fewest):
                best, most, fewest = attempt, count, faults
            if most == _LOOK_AHEAD and fewest == 1:
                break  # none is better
        assert best is not None  # that it belongs nowhere is always one of them
        return best

    def _goes_on(self, attempt: Explanation, segments: list[list[str]], index: int) -> int:
        """How many of the next segments are where they should be, if this is what happened."""
        before, readings = self.seen, attempt.readings
        self.seen = dict(before) if attempt.early < 0 else self._seen_before(attempt.early)
        try:
            for at, node in enumerate(attempt.reread, start=index - len(attempt.reread)):
                self.seen[node] = at
            if attempt.node >= 0:
                self.seen[attempt.node] = index
            for at, node in enumerate(attempt.pending, start=index + 1):
                if node >= 0:
                    self.seen[node] = at
            after = index + 1 + len(attempt.pending)
            for count, segment in enumerate(segments[after : after + _LOOK_AHEAD]):
                if clean := self._clean(readings, segment[0]):
                    node, readings = clean
                elif late := self._late(attempt, readings, segment[0]) or self._more(
                    attempt, readings, segment[0]
                ):
                    node, readings = late
                else:
                    return count
                self.seen[node] = after + count
            return _LOOK_AHEAD
        finally:
            self.seen = before

    def _late(
        self, attempt: Explanation, readings: tuple[Reading, ...], tag: str
    ) -> tuple[int, tuple[Reading, ...]] | None:
        """What this explanation finds missing, when it comes after all."""
        for reading in readings:
            for back in self._goes_back(0, tag, reading.frames):
                if back.node in attempt.missed:
                    return back.node, back.readings
        return None

    def _more(
        self, attempt: Explanation, readings: tuple[Reading, ...], tag: str
    ) -> tuple[int, tuple[Reading, ...]] | None:
        """One more of what this explanation says there are too many of: that is said once."""
        if not any(fault.code in _OVER and fault.node == attempt.node for fault in attempt.faults):
            return None
        for step in self.machine.steps(readings[0].frames, tag, 0)[:1]:
            if step.over and step.child.node == attempt.node:
                return step.child.node, (Reading(step.frames),)
        return None

    def _skips(
        self, index: int, step: Step, frames: Frames, segments: list[list[str]]
    ) -> Iterator[Explanation]:
        """Something mandatory is not there; or, when that is a whole loop that is still to come, this segment comes
        too early."""
        missing = self._missing(step, frames)
        excused = tuple({child.tag for child in missing if child.tag in self.astray})
        missing = [child for child in missing if child.tag not in excused]
        explained = self._stands_in(index) and bool(missing)
        faults = tuple(
            StructureFault(Code.SEGMENT_MISSING, index, child.tag, child.node)
            for child in missing[1 if explained else 0 :]
        )
        missed = tuple(fault.node for fault in faults)
        loops = {child.tag for child in missing if child.loop}
        if loops and any(segment[0] in loops for segment in segments[index + 1 :]):
            yield self._left_out(index, step.child.tag, step)
        taken = (Reading(step.frames),)
        yield Explanation(step.child.node, taken, faults, missed, uses_unknown=explained, excused=excused)

    def _over(self, index: int, step: Step) -> Explanation:
        """Too many; said for the first one of them."""
        child = step.child
        number = next(
            frame.number for frame in reversed(step.frames) if frame.loop.children[frame.at] is child
        )
        faults: tuple[StructureFault, ...] = ()
        if child.max is not None and number == child.max + 1:
            code = Code.LOOP_OVER_MAXIMUM if child.loop else Code.SEGMENT_OVER_MAXIMUM
            faults = (StructureFault(code, index, child.tag, child.node, number),)
        return Explanation(child.node, (Reading(step.frames),), faults)

    def _goes_back(self, index: int, tag: str, frames: Frames) -> Iterator[Explanation]:
        """It should have come earlier; what follows goes on before it, or after its place."""
        for depth in range(len(frames) - 1, -1, -1):
            loop, at, _ = frames[depth]
            for ordinal in range(at - 1, -1, -1):
                child = loop.children[ordinal]
                if child.tag != tag or (ordinal == 0 and depth > 0):
                    continue
                fault = StructureFault(Code.SEGMENT_OUT_OF_SEQUENCE, index, tag, child.node)
                back = enter(frames[:depth], loop, ordinal, 1)
                readings: tuple[Reading, ...] = (Reading(frames), Reading(back))
                if child.loop:
                    readings = (Reading(back, len(back) - 1), *readings)
                yield Explanation(child.node, readings, (fault,), found=child.node)
                return

    def _enters(self, index: int, tag: str, frames: Frames) -> Iterator[Explanation]:
        """The segment that opens its loop is missing: as if it had been there."""
        explained = self._stands_in(index)
        for depth in range(len(frames) - 1, -1, -1):
            loop, at, number = frames[depth]
            for ordinal in range(max(at, 0), len(loop.children)):
                child = loop.children[ordinal]
                if child.loop is None:
                    continue
                inside = enter(frames[:depth], loop, ordinal, number if ordinal == at else 1)
                for step in within(inside, tag):
                    fault = StructureFault(Code.SEGMENT_UNEXPECTED, index, tag, step.child.node)
                    readings = (Reading(step.frames), Reading(frames))
                    yield Explanation(
                        step.child.node, readings, () if explained else (fault,), uses_unknown=explained
                    )
                    break

    def _stands_in(self, index: int) -> bool:
        """Whether an unknown segment just before may account for one that is missing; it does so once."""
        return self.unknown is not None and index - self.unknown <= _STANDS_IN_FOR


def _first(found: Iterable[Step]) -> Step | None:
    return next((step for step in found if not step.over and not step.skipped), None)
