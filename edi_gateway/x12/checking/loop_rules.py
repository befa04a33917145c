"""Rules about what stands in a loop: where a set breaks them, and what decides whether it does.

Takes LoopRules (made by x12.placing) and the node of each segment; gives Breaches for the exact check and, for
the fast pass, the marks of segments: sets with the same marks in the same order keep and break the same rules.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from edi_gateway.x12.checking.rules import Condition, LocalRule, Rule, Selector, Spot, qualified, qualifier_of
from edi_gateway.x12.parsing.header import Delimiters


@dataclass(frozen=True, slots=True)
class LoopCondition:
    """A condition about another segment: at these nodes, within a turn of the loop that `around` opens."""

    asked: Condition
    nodes: frozenset[int]
    around: int


@dataclass(frozen=True, slots=True)
class LoopRule:
    """A rule about what stands in a loop.

    around: the node that opens the loop (-1: the whole set); nodes: the places of the target; test: the rule as
    one of its segments keeps or breaks it; guards: loops around (by the node that opens them) and the codes that
    their first segment must have.
    """

    rule: Rule
    selector: Selector
    test: LocalRule
    nodes: frozenset[int]
    around: int
    guards: tuple[tuple[int, frozenset[str]], ...]
    conditions: tuple[LoopCondition, ...]


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken LoopRule: at which segment (index); `spot` is what is wrong in it, None when the segment is one
    too many, not used or (`present` False) missing there."""

    rule: Rule
    selector: Selector
    index: int
    present: bool
    spot: Spot | None = None
    because: tuple[int, Condition] | None = None  # the segment (index) that a condition of the rule asks for


class Walked:
    """A set whose segments have been placed, with what rules about loops ask of it."""

    __slots__ = ("_at", "_met", "component", "delimiters", "length", "segments")

    def __init__(self, placed: Sequence[int], segments: Sequence[list[str]], delimiters: Delimiters) -> None:
        self.length = len(placed)
        self.segments = segments
        self.delimiters = delimiters
        self.component = delimiters.component
        self._at: dict[int, list[int]] = {}
        for index, node in enumerate(placed):
            self._at.setdefault(node, []).append(index)
        self._met: dict[tuple[LoopCondition, int], int | None] = {}

    def turns(self, opener: int) -> Iterator[tuple[int, int]]:
        """From where to where each turn of a loop may reach: up to the next one. What stands at the loop's own
        nodes in between is the turn's."""
        if opener < 0:
            yield 0, self.length
            return
        yield from pairwise([*self._at.get(opener, ()), self.length])

    def found(self, nodes: frozenset[int], start: int, end: int) -> list[int]:
        """The segments at some nodes, from one index up to another."""
        lists = [at for node in nodes if (at := self._at.get(node))]
        within = [at[bisect_left(at, start) : bisect_left(at, end)] for at in lists]
        return within[0] if len(within) == 1 else sorted(index for some in within for index in some)

    def start_of(self, index: int, opener: int) -> int:
        """Where the turn of a loop begins that the segment at `index` stands in; -1 when there is none."""
        starts = self._at.get(opener, [])
        before = bisect_right(starts, index)
        return starts[before - 1] if before else -1

    def met(self, each: LoopCondition, index: int) -> int | None:
        """The first segment that meets a condition about the loop in which `index` stands. Looked for once a turn:
        a loop in it may have very many of its own."""
        first = 0 if each.around < 0 else self.start_of(index, each.around)
        key = (each, first)
        if key not in self._met:
            starts = self._at.get(each.around, [])
            after = bisect_right(starts, first)
            end = starts[after] if after < len(starts) else self.length
            met = (
                at
                for at in (self.found(each.nodes, first, end) if first >= 0 else ())
                if each.asked.met_by(self.segments[at], self.component)
            )
            self._met[key] = next(met, None)
        return self._met[key]


def breaches(rules: Sequence[LoopRule], walked: Walked) -> Iterator[Breach]:
    """Where a set breaks rules about its loops."""
    for rule in rules:
        for start, end in walked.turns(rule.around):
            held = _holds(rule, walked, start)
            if held is not None:
                for breach in _breach(rule, walked, start, end):
                    yield replace(breach, because=held[0]) if held else breach


def _holds(rule: LoopRule, walked: Walked, start: int) -> list[tuple[int, Condition]] | None:
    """What makes a rule be about this turn, by the loops around it and by its conditions; None if it is not."""
    for opener, qualifiers in rule.guards:
        first = walked.start_of(start, opener)
        if first < 0 or not qualified(walked.segments[first], qualifiers):
            return None
    because: list[tuple[int, Condition]] = []
    for each in rule.conditions:
        found = walked.met(each, start)
        if (found is not None) == each.asked.negated:
            return None
        if found is not None:
            because.append((found, each.asked))
    return because


def _breach(loop_rule: LoopRule, walked: Walked, start: int, end: int) -> Iterator[Breach]:
    rule, selector, test = loop_rule.rule, loop_rule.selector, loop_rule.test
    found = [
        index
        for index in walked.found(loop_rule.nodes, start, end)
        if test.applies(walked.segments[index], walked.component)
    ]
    if selector.element:
        for index in found:
            for spot in test.broken(walked.segments[index], walked.delimiters):
                yield Breach(rule, selector, index, True, spot)
        return
    least, most = _bounds(rule)
    if most is not None and len(found) > most:
        beyond = found if rule.kind == "not_used" else found[most : most + 1]
        for index in beyond:
            yield Breach(rule, selector, index, True)
    elif len(found) < least:
        yield Breach(rule, selector, start if loop_rule.around >= 0 else end - 1, False)


def _bounds(rule: Rule) -> tuple[int, int | None]:
    """How often a segment must and may stand in a turn."""
    number = rule.number or 0
    match rule.kind:
        case "not_used":
            return 0, 0
        case "max_use":
            return 0, number
        case "min_use":
            return number, None
        case "exactly":
            return number, number
    return 1, None


class Marks:
    """A number for each kind of segment that rules about loops tell apart; 0 for all that they never look at.

    What a rule asks of a segment is whether it opens a loop, whether it is the rule's target and breaks it,
    whether it is one that a condition asks for. Segments with the same answers have the same mark, so a
    row of marks decides all the rules about loops.
    """

    def __init__(self, rules: Sequence[LoopRule], delimiters: Delimiters) -> None:
        self.delimiters = delimiters
        self._numbers: dict[tuple[int, tuple[bool, ...]], int] = {}
        self._guards: dict[int, list[frozenset[str]]] = {}
        self._tests: dict[int, list[LocalRule]] = {}
        self._asked: dict[int, list[Condition]] = {}
        self._codes: dict[int, Codes] = {}
        for rule in rules:
            for opener in (rule.around, *(each.around for each in rule.conditions)):
                self._guards.setdefault(opener, [])
            for opener, qualifiers in rule.guards:
                self._guards.setdefault(opener, []).append(qualifiers)
            for node in rule.nodes:
                self._tests.setdefault(node, []).append(rule.test)
            for each in rule.conditions:
                for node in each.nodes:
                    self._asked.setdefault(node, []).append(each.asked)

    def fixed(self, node: int) -> int | None:
        """The mark of all segments of a node, None where they differ."""
        if node not in self._guards and node not in self._tests and node not in self._asked:
            return 0
        by_code = self._by_code(node)
        return None if by_code is None or by_code else self._number(node, [""])

    def of(self, node: int, segment: Sequence[str]) -> int:
        """The mark of a segment."""
        codes = self.codes(node, segment[0])
        if not codes.numbers:
            return self._number(node, segment)
        code = segment[codes.at] if len(segment) > codes.at else ""
        return codes.numbers.get(code, codes.others)

    def codes(self, node: int, tag: str) -> Codes:
        """The marks of a node by a code of its segments, where that is all that rules ask of them."""
        found = self._codes.get(node)
        if found is None:
            found = self._codes[node] = self._learn(node, tag)
        return found

    def _learn(self, node: int, tag: str) -> Codes:
        """Where marks hang on nothing but a code, the mark of each."""
        at, wanted = qualifier_of(tag), self._by_code(node)
        if wanted is None:
            return Codes(at, {}, 0)
        blank = [tag, *[""] * at]
        numbers = {code: self._number(node, [*blank[:-1], code]) for code in sorted(wanted)}
        return Codes(at, numbers, self._number(node, blank))

    def _by_code(self, node: int) -> frozenset[str] | None:
        """The codes that tell segments of a node apart; None when more than a code does."""
        tests, asked = self._tests.get(node, ()), self._asked.get(node, ())
        if any(test.element or test.conditions for test in tests) or any(each.element for each in asked):
            return None
        told = (*self._guards.get(node, ()), *(each.qualifiers for each in (*tests, *asked)))
        return frozenset(code for codes in told for code in codes)

    def _number(self, node: int, segment: Sequence[str]) -> int:
        component = self.delimiters.component
        answers = [qualified(segment, wanted) for wanted in self._guards.get(node, ())]
        for test in self._tests.get(node, ()):
            answers += (test.applies(segment, component), test.keeps(segment, self.delimiters))
        answers += [asked.met_by(segment, component) for asked in self._asked.get(node, ())]
        return self._numbers.setdefault((node, tuple(answers)), len(self._numbers) + 1)


class Codes(NamedTuple):
    """The marks of one node by the code of its segments: at this element, and of all other codes. `numbers` is
    empty where more than a code decides."""

    at: int
    numbers: Mapping[str, int]
    others: int
