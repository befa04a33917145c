"""A guide: what a set of one version looks like, tightened by a partner's rules, and the check against it.

`build` makes one from the dictionary and rules; `Guide.check` takes a RawSet and gives a Walk. Called by
x12.reading, the mapping and the writer. Clean documents take the fast pass only; any doubt leads to the
exact checker.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from edi_gateway.x12.checking import checker
from edi_gateway.x12.checking.checker import Walk
from edi_gateway.x12.checking.compiled import plainly
from edi_gateway.x12.checking.compiler import Check, Compile, Compiler
from edi_gateway.x12.checking.loop_rules import Breach, Marks, Walked, breaches
from edi_gateway.x12.checking.placing import fitting, place
from edi_gateway.x12.checking.rules import LocalRule, Rule, RuleInvalid
from edi_gateway.x12.checking.segments import Context, Problem, problems
from edi_gateway.x12.dictionary import Dictionary, SegmentDef, SetDef, dictionary, nearest, reading
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.rawset import RawSet
from edi_gateway.x12.structure.explanation import StructureFault, too_many
from edi_gateway.x12.structure.machine import Lost, Machine, Node, State, lay_out
from edi_gateway.x12.structure.recovery import Tracer

__all__ = ["Guide", "Node", "Rule", "RuleInvalid", "Walk", "build", "readable"]

_READERS = 16  # delimiters for which a guide keeps what it has learned
_STATES = 50_000
_SETS = 20_000  # after so many sets what was learned is forgotten
_TEXTS = 4_096  # segments of one tag that are remembered as right, or with what is wrong in them
_TRAILS = 4_096  # rows of marks that are remembered to break no rule about loops


class Guide:
    """What a transaction set must look like. `hash` names its content: version, set and rules.

    `compile` makes code of generated checks; who starts cold gives a x12.compiled.Store before the first set."""

    def __init__(self, definition: SetDef, known: Dictionary, rules: Sequence[Rule]) -> None:
        self.version = definition.version
        self.set_code = definition.code
        self.nodes: tuple[Node, ...]
        self.nodes, self.root = lay_out(definition)
        self.rules = tuple(rules)
        self.hash = _hash(self.version, self.set_code, self.rules)
        self.dictionary = known
        self.local, self.wide = place(fitting(self.rules, self.nodes, known), self.nodes, known)
        self.tags = frozenset(node.tag for node in self.nodes)
        self.compile: Compile = plainly
        self._readers: dict[Delimiters, _Reader] = {}
        self._others: dict[str, Guide] = {}  # this guide with the differences of a release

    def check(self, raw: RawSet) -> Walk:
        """Places each segment and says everything that is wrong. Never raises on data."""
        reader = self._readers.get(raw.delimiters) or self._reader(raw.delimiters)
        return reader.check(raw)

    def node(self, selector: str) -> Node | None:
        """The first place that a selector such as "PO1/N1" names."""
        return next((node for node in self.nodes if node.selector == selector), None)

    def segment(self, tag: str) -> SegmentDef:
        return self.dictionary.segments[tag]

    def reading(self, release: str) -> Guide:
        """This guide, or the same with the differences of a release (GS08) that it is the nearest for."""
        version = reading(release)
        if version == self.version or nearest(release)[0] != self.version:
            return self
        other = self._others.get(version)
        if other is None:  # kept: to find it by its rules would take longer than to check a short set
            other = self._others[version] = build(version, self.set_code, self.rules)
        other.compile = self.compile
        return other

    def _reader(self, delimiters: Delimiters) -> _Reader:
        if len(self._readers) >= _READERS:
            self._readers.clear()
        found = self._readers[delimiters] = _Reader(self, delimiters)
        return found


class _Reader:
    """A guide at work with the delimiters of one sender, and all that it has learned to be right."""

    def __init__(self, guide: Guide, delimiters: Delimiters) -> None:
        self.guide = guide
        self.context = Context(guide.dictionary, delimiters)
        self.separator = delimiters.element
        self.last = len(guide.nodes) - 1
        self.compiler = Compiler(self.context, guide.compile)
        self.forget()

    def forget(self) -> None:
        """Documents change with the time; what is remembered should be what comes now."""
        self.sets = 0
        self.kinds: dict[tuple[str, tuple[LocalRule, ...]], _Kind] = {}
        self.contents = _Contents(self._kind)
        self.marks = Marks(self.guide.wide, self.context.delimiters)
        self.trails: set[tuple[int, ...]] = set()
        self.machine = Machine(self.guide.root, self._kind, self.marks)

    def check(self, raw: RawSet) -> Walk:
        if raw.findings:
            return self._check_exactly(raw, 0)
        self.sets += 1
        if self.sets > _SETS or len(self.machine.states) > _STATES:
            self.forget()
        separator = self.separator
        state = self.machine.start
        placed: list[int] = []
        trail: list[int] = []
        append = placed.append
        try:
            for text in raw.texts:
                after = state.get(text)
                if after is None:
                    segment = text.split(separator)
                    after = state.next[segment[0]]
                    content = after.content
                    if not content.checks[len(segment)](segment):
                        return self._check_exactly(raw, len(placed))
                    if after.marked:
                        if after.told is None:
                            after = self._variant(after, segment)
                        else:
                            at, by_code, others = after.told
                            after = by_code.get(segment[at], others) if len(segment) > at else others
                    if content.room:
                        content.room -= 1
                        state[text] = after
                append(after.node)
                if after.mark:
                    trail.append(after.mark)
                state = after
        except Lost:
            return self._check_exactly(raw, len(placed))
        if state.node != self.last or (self.guide.wide and not self._keeps(tuple(trail), placed, raw)):
            return self._check_exactly(raw, len(placed))
        if any(True for _ in too_many(self.guide.nodes, placed)):
            return self._check_exactly(raw, len(placed))
        return Walk(placed)

    def _variant(self, state: State, segment: list[str]) -> State:
        """The state after a segment as rules about loops see it; the next time it is found by its code, if that is all
        they ask."""
        codes = self.marks.codes(state.node, segment[0])
        if codes.numbers:
            by_code = {code: state.variant(number) for code, number in codes.numbers.items()}
            state.told = (codes.at, by_code, state.variant(codes.others))
        return state.variant(self.marks.of(state.node, segment))

    def _keeps(self, trail: tuple[int, ...], placed: list[int], raw: RawSet) -> bool:
        """Whether no rule about loops is broken: its marks decide it, and most sets of a partner have the same."""
        if trail in self.trails:
            return True
        if any(True for _ in self._breaches(placed, raw)):
            return False
        if len(self.trails) < _TRAILS:
            self.trails.add(trail)
        return True

    def _breaches(self, placed: list[int], raw: RawSet) -> Iterator[Breach]:
        if not self.guide.wide:
            return iter(())
        return breaches(self.guide.wide, Walked(placed, raw.segments, self.context.delimiters))

    def _check_exactly(self, raw: RawSet, right: int) -> Walk:
        """`right`: so many segments from the first on have been found right."""
        placed, faults = self._place(raw)

        def breaches_of(placed: list[int]) -> Iterator[Breach]:
            return self._breaches(placed, raw)

        return checker.check(
            raw, placed, faults, self.guide.nodes, self.contents, right, breaches_of, self.context
        )

    def _place(self, raw: RawSet) -> tuple[list[int], Sequence[StructureFault]]:
        """The node of each segment. Only a document that is out of order needs the tracer."""
        state = self.machine.start
        placed: list[int] = []
        try:
            for segment in raw.segments:
                state = state.next[segment[0]]
                placed.append(state.node)
        except Lost:
            known = self.guide.dictionary.segments
            tracer = Tracer(self.machine, self.guide.tags, lambda tag: tag in known)
            tracer.follow(raw.segments)
            return tracer.nodes, [*tracer.faults, *too_many(self.guide.nodes, tracer.nodes)]
        return placed, tuple(too_many(self.guide.nodes, placed))

    def _kind(self, node: int) -> _Kind:
        tag, rules = self.guide.nodes[node].tag, self.guide.local.get(node, ())
        found = self.kinds.get((tag, rules))
        if found is None:
            definition = None if tag in ("ST", "SE") else self.guide.dictionary.segments[tag]
            found = self.kinds[tag, rules] = _Kind(definition, rules, self.compiler)
        return found


class _Kind:
    """Segments of one tag under the same rules: their checks, and the faults of those that are not right.

    ST and SE (no definition) are judged with the envelope."""

    __slots__ = ("checks", "compiler", "definition", "faults", "right", "room", "rules")

    def __init__(
        self, definition: SegmentDef | None, rules: tuple[LocalRule, ...], compiler: Compiler
    ) -> None:
        self.definition = definition
        self.rules = rules
        self.compiler = compiler
        self.room = _TEXTS
        self.right: list[Callable[[str], bool]] = []  # by element, once a segment has a fault
        self.checks = _Checks(self)
        self.faults: dict[str, tuple[Problem, ...]] = {}

    def problems(self, segment: list[str], text: str) -> Sequence[Problem]:
        """What is wrong with a segment that its check does not find right."""
        if self.definition is None:
            return ()
        found = self.faults.get(text)
        if found is None:
            self.right = self.right or self.compiler.right(self.definition, self.rules)
            found = problems(self.definition, self.rules, self.compiler.context, segment, self.right)
            if len(self.faults) >= _TEXTS:
                self.faults.clear()
            self.faults[text] = found
        return found


class _Contents(dict[int, _Kind]):
    """What may stand in each node; found when first needed."""

    __slots__ = ("kind_of",)

    def __init__(self, kind_of: Callable[[int], _Kind]) -> None:
        super().__init__()
        self.kind_of = kind_of

    def __missing__(self, node: int) -> _Kind:
        found = self[node] = self.kind_of(node)
        return found


class _Checks(dict[int, Check]):
    """The compiled checks of a kind by the length of the segment; compiled when first needed."""

    __slots__ = ("kind",)

    def __init__(self, kind: _Kind) -> None:
        super().__init__()
        self.kind = kind

    def __missing__(self, length: int) -> Check:
        definition, rules = self.kind.definition, self.kind.rules
        check = _right if definition is None else self.kind.compiler.compile(definition, rules, length - 1)
        self[length] = check
        return check


def _right(segment: list[str]) -> bool:
    return True


def build(version: str, set_code: str, rules: Sequence[Rule] = ()) -> Guide:
    """The guide of a set of one version of the dictionary ("004010", "005010"), tightened by rules.

    A rule that has no place in this release does not count; x12.rules.place says which ones. Raises KeyError
    when the dictionary has no such set.
    """
    return _build(version, set_code, tuple(rules))


@lru_cache(maxsize=256)
def _build(version: str, set_code: str, rules: tuple[Rule, ...]) -> Guide:
    known = dictionary(version)
    return Guide(known.sets[set_code], known, rules)


def readable(version: str, set_code: str) -> bool:
    """Whether there is a dictionary for this set."""
    sets: Mapping[str, SetDef] = dictionary(version).sets
    return set_code in sets


def _hash(version: str, set_code: str, rules: tuple[Rule, ...]) -> str:
    content = repr((version, set_code, rules))
    return hashlib.sha256(content.encode()).hexdigest()
