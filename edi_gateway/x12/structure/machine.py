"""Where segments stand in a set: the tree of loops, and a machine that grows as it sees documents.

Takes a SetDef, gives nodes and a start State; `state[tag]` is the next State. Called by x12.checking.guide (clean
documents) and recovery.py (all others). Segments are recognised by tag, position and loop: the innermost
open loop is asked first, then the loops around it, always from the present position on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from edi_gateway.x12.dictionary import LoopPart, Part, SegmentPart, SetDef

MANY = 10_000  # a limit from which on the machine does not count; x12.explanation.too_many does
_PLACES = 20_000  # places that a machine knows by heart


@dataclass(frozen=True, slots=True)
class Node:
    """A segment's place in a set.

    `path` holds the ids of the loops around it, the one it opens included: ("PO1", "N1") for the N1 that
    opens a loop within PO1. `position` is the ordinal in the order of listing, from 1. `last` is the index
    of the last node of the loop that it opens (its own index otherwise).
    """

    index: int
    path: tuple[str, ...]
    tag: str
    requirement: str
    max: int | None
    opens_loop: bool
    position: int
    last: int

    @property
    def selector(self) -> str:
        """How mapping files and guide rules name it: "BEG", "N1", "N1/N3", "PO1/N1/N3"."""
        around = self.path[:-1] if self.opens_loop else self.path
        return "/".join((*around, self.tag))

    @property
    def loop(self) -> str:
        return "/".join(self.path)


@dataclass(frozen=True, slots=True, eq=False)
class Child:
    """A place in a loop: a segment, or a loop named by the segment that opens it."""

    node: int
    tag: str
    requirement: str
    max: int | None
    loop: Loop | None


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """The first child of a loop is the segment that opens it; the set itself is a loop without one."""

    id: str
    children: tuple[Child, ...]


class Frame(NamedTuple):
    """An open loop: at which child of it we are, and how many of that child there were."""

    loop: Loop
    at: int
    number: int


Frames = tuple[Frame, ...]


class Step(NamedTuple):
    """A place that a segment could take. `over`: there are too many of it; `skipped`: mandatory places that
    are passed over."""

    frames: Frames
    child: Child
    over: bool
    skipped: tuple[Child, ...]


def lay_out(definition: SetDef) -> tuple[tuple[Node, ...], Loop]:
    """The nodes of a set (ST first, SE last, depth first) and its tree."""
    nodes: list[Node] = []

    def children(parts: Sequence[Part], path: tuple[str, ...], opener: bool) -> tuple[Child, ...]:
        return tuple(child(part, path, opener and at == 0) for at, part in enumerate(parts))

    def child(part: Part, path: tuple[str, ...], opener: bool) -> Child:
        index = len(nodes)
        if isinstance(part, SegmentPart):
            nodes.append(Node(index, path, part.tag, part.requirement, part.max, opener, index + 1, index))
            return Child(index, part.tag, part.requirement, part.max, None)
        inside = children(part.parts, (*path, part.id), True)
        first = nodes[index]
        nodes[index] = Node(
            index, first.path, first.tag, part.requirement, part.max, True, index + 1, len(nodes) - 1
        )
        return Child(index, first.tag, part.requirement, part.max, Loop(part.id, inside))

    envelope = (SegmentPart("ST", "M", 1), *definition.body, SegmentPart("SE", "M", 1))
    root = Loop("", children(envelope, (), False))
    return tuple(nodes), root


def start(root: Loop) -> Frames:
    """Before the ST."""
    return (Frame(root, -1, 0),)


def steps(frames: Frames, tag: str, floor: int = 0) -> Iterator[Step]:
    """The places for a segment from here on, nearest first; loops outside of `floor` are not left."""
    skipped: list[Child] = []
    for depth in range(len(frames) - 1, floor - 1, -1):
        loop, at, number = frames[depth]
        for ordinal in range(max(at, 0), len(loop.children)):
            child = loop.children[ordinal]
            if child.tag == tag and (ordinal or not depth):
                turn = number + 1 if ordinal == at else 1
                yield Step(
                    enter(frames[:depth], loop, ordinal, turn),
                    child,
                    child.max is not None and turn > child.max,
                    tuple(skipped),
                )
            if ordinal > at and child.requirement == "M":
                skipped.append(child)


def within(frames: Frames, tag: str) -> Iterator[Step]:
    """Places in the innermost loop, or in one right inside of it."""
    innermost = len(frames) - 1
    yield from steps(frames, tag, innermost)
    loop = frames[innermost].loop
    for ordinal, child in enumerate(loop.children):
        if child.loop is not None:
            inside = (*frames[:innermost], Frame(loop, ordinal, 1), Frame(child.loop, 0, 1))
            yield from steps(inside, tag, len(inside) - 1)


@lru_cache(maxsize=1024)
def openers(root: Loop, tag: str) -> tuple[Child, ...]:
    """The loops of a set that a segment with this tag opens, wherever they are."""
    return tuple(_openers(root, tag))


def _openers(loop: Loop, tag: str) -> Iterator[Child]:
    for child in loop.children:
        if child.loop is not None:
            if child.tag == tag:
                yield child
            yield from _openers(child.loop, tag)


def enter(outer: Frames, loop: Loop, ordinal: int, number: int) -> Frames:
    """At a place of a loop, inside of the loop that it opens if it opens one. What has no limit, or one so wide that a
    state for each number would be too many, is not counted."""
    child = loop.children[ordinal]
    counted = child.max is not None and child.max < MANY
    here = (*outer, Frame(loop, ordinal, number if counted else 1))
    return (*here, Frame(child.loop, 0, 1)) if child.loop else here


class Lost(Exception):
    """No place is right for this segment: the document has a fault."""


class Content(Protocol):
    """What may stand in a segment of one node: `checks` by its length (tag included) say whether it is right;
    so many texts of it may be remembered as `room` says."""

    @property
    def checks(self) -> Mapping[int, Callable[[list[str]], bool]]: ...

    room: int


class Marking(Protocol):
    """What tells apart segments of one node that rules about loops do not treat alike."""

    def fixed(self, node: int) -> int | None: ...


class State(dict[str, "State"]):
    """Where a document stands: after a segment of `node`, in the loops of `frames`.

    As a dict it leads from the text of a next segment, known to be right here, to the state after it.
    `next` leads there from a tag, and works the state out when it is asked for the first time. `mark` says
    which of the segments of its node, as rules about loops see it, came (0: they do not look at it); `marked`
    that they tell them apart, and that this is the state before anybody looked. Where they do so by a code alone,
    `told` has its element, the state for each code, and that for all others.
    """

    __slots__ = ("content", "mark", "marked", "next", "node", "told", "variants")

    def __init__(self, node: int, content: Content, following: Following, mark: int | None) -> None:
        super().__init__()
        self.node = node
        self.content = content
        self.next = following
        self.marked = mark is None
        self.mark = mark or 0
        self.variants: dict[int, State] = {}
        self.told: tuple[int, dict[str, State], State] | None = None

    def variant(self, mark: int) -> State:
        """This state after a segment with this mark."""
        found = self.variants.get(mark)
        if found is None:
            found = self.variants[mark] = State(self.node, self.content, self.next, mark)
        return found


class Following(dict[str, State]):
    """The states after the next segment, by its tag; worked out when first asked for."""

    __slots__ = ("frames", "machine")

    def __init__(self, machine: Machine, frames: Frames) -> None:
        super().__init__()
        self.machine = machine
        self.frames = frames

    def __missing__(self, tag: str) -> State:
        for step in steps(self.frames, tag):
            if not step.over and not step.skipped:
                found = self[tag] = self.machine.state(step.frames, step.child.node)
                return found
        raise Lost


class Machine:
    """The states of one guide. `content_of` says what may stand in a node, `marks` at which ones rules look."""

    def __init__(self, root: Loop, content_of: Callable[[int], Content], marks: Marking) -> None:
        self.content_of = content_of
        self.marks = marks
        self.states: dict[tuple[Frames, int], State] = {}
        self.places: dict[tuple[Frames, str, int], tuple[Step, ...]] = {}
        self.followings: dict[Frames, Following] = {}
        self.start = State(-1, content_of(0), self.following(start(root)), 0)

    def steps(self, frames: Frames, tag: str, floor: int) -> tuple[Step, ...]:
        """As the function of this name, by heart."""
        found = self.places.get((frames, tag, floor))
        if found is None:
            if len(self.places) >= _PLACES:
                self.places.clear()
            found = self.places[frames, tag, floor] = tuple(steps(frames, tag, floor))
        return found

    def following(self, frames: Frames) -> Following:
        """What may come next when these loops are open, by tag; Lost for what may not."""
        found = self.followings.get(frames)
        if found is None:
            found = self.followings[frames] = Following(self, frames)
        return found

    def state(self, frames: Frames, node: int) -> State:
        found = self.states.get((frames, node))
        if found is None:
            found = self.states[frames, node] = State(
                node, self.content_of(node), self.following(frames), self.marks.fixed(node)
            )
        return found


__all__ = [
    "Child",
    "Content",
    "Following",
    "Frame",
    "Frames",
    "Loop",
    "LoopPart",
    "Lost",
    "Machine",
    "Marking",
    "Node",
    "State",
    "Step",
]
