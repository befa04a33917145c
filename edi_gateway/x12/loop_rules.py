"""Rules about what stands in a loop: where a set breaks them, and what decides whether it does.

Takes LoopRules (made by x12.placing) and the node of each segment; gives Breaches for the exact check and, for
the fast pass, the marks of segments: sets with the same marks in the same order keep and break the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from edi_gateway.x12.header import Delimiters
from edi_gateway.x12.rules import Condition, LocalRule, Rule, Selector, Spot, qualified, qualifier_of


@dataclass(frozen=True, slots=True)
class LoopCondition:
    """A condition about another segment: at these nodes, within a turn of the loop that `around` opens."""

    asked: Condition
    nodes: frozenset[int]
    around: int
    last: int


@dataclass(frozen=True, slots=True)
class LoopRule:
    """A rule about what stands in a loop.

    around, last: the node that opens the loop (-1: the whole set) and the last node in it; nodes: the places of
    the target; test: the rule as one of its segments keeps or breaks it; guards: loops around (by the node that
    opens them) and the codes that their first segment must have.
    """

    rule: Rule
    selector: Selector
    test: LocalRule
    nodes: frozenset[int]
    around: int
    last: int
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


@dataclass(frozen=True, slots=True)
class Walked:
    """A set whose segments have been placed."""

    placed: Sequence[int]
    segments: Sequence[list[str]]
    delimiters: Delimiters

    def turns(self, opener: int, last: int) -> Iterator[tuple[int, int]]:
        """The segments of each turn of a loop, as a range of indexes."""
        if opener < 0:
            yield 0, len(self.placed)
            return
        for start, node in enumerate(self.placed):
            if node == opener:
                yield start, self._end(start, opener, last)

    def turn_around(self, index: int, opener: int, last: int) -> tuple[int, int]:
        """The turn of a loop that the segment at `index` stands in; an empty one when it stands in none."""
        if opener < 0:
            return 0, len(self.placed)
        for start in range(index, -1, -1):
            if self.placed[start] == opener:
                return start, self._end(start, opener, last)
        return 0, 0

    def _end(self, start: int, opener: int, last: int) -> int:
        placed = self.placed
        end = start + 1
        while end < len(placed) and (placed[end] < 0 or opener < placed[end] <= last):
            end += 1
        return end


def breaches(rules: Sequence[LoopRule], walked: Walked) -> Iterator[Breach]:
    """Where a set breaks rules about its loops."""
    for rule in rules:
        for start, end in walked.turns(rule.around, rule.last):
            held = _holds(rule, walked, start)
            if held is not None:
                for breach in _breach(rule, walked, start, end):
                    yield replace(breach, because=held[0]) if held else breach


def _holds(rule: LoopRule, walked: Walked, start: int) -> list[tuple[int, Condition]] | None:
    """What makes a rule be about this turn, by the loops around it and by its conditions; None if it is not."""
    segments = walked.segments
    for opener, qualifiers in rule.guards:
        first, end = walked.turn_around(start, opener, len(walked.placed))
        if first == end or not qualified(segments[first], qualifiers):
            return None
    because: list[tuple[int, Condition]] = []
    for each in rule.conditions:
        first, end = walked.turn_around(start, each.around, each.last)
        met = (
            index
            for index in range(first, end)
            if walked.placed[index] in each.nodes
            and each.asked.met_by(segments[index], walked.delimiters.component)
        )
        found = next(met, None)
        if (found is not None) == each.asked.negated:
            return None
        if found is not None:
            because.append((found, each.asked))
    return because


def _breach(loop_rule: LoopRule, walked: Walked, start: int, end: int) -> Iterator[Breach]:
    rule, selector, test = loop_rule.rule, loop_rule.selector, loop_rule.test
    found = [
        index
        for index in range(start, end)
        if walked.placed[index] in loop_rule.nodes
        and test.applies(walked.segments[index], walked.delimiters.component)
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
        self._codes: dict[int, _Codes] = {}
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
        codes = self._codes.get(node)
        if codes is None:
            codes = self._codes[node] = self._learn(node, segment[0])
        if not codes.numbers:
            return self._number(node, segment)
        code = segment[codes.at] if len(segment) > codes.at else ""
        return codes.numbers.get(code, codes.others)

    def _learn(self, node: int, tag: str) -> _Codes:
        """Where marks hang on nothing but a code, the mark of each."""
        at, wanted = qualifier_of(tag), self._by_code(node)
        if wanted is None:
            return _Codes(at, {}, 0)
        blank = [tag, *[""] * at]
        numbers = {code: self._number(node, [*blank[:-1], code]) for code in sorted(wanted)}
        return _Codes(at, numbers, self._number(node, blank))

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


class _Codes(NamedTuple):
    """The marks of one node by the code of its segments: at this element, and of all other codes. `numbers` is
    empty where more than a code decides."""

    at: int
    numbers: Mapping[str, int]
    others: int
