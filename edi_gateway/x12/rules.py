"""What a partner's guide tightens: rules with a target in a set, and whether a segment or a set keeps them.

Made by partners.registry from a partner's file; read by x12.segments (one segment at a time), x12.compiler
(the same, generated) and x12.guide (rules about a whole loop).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from edi_gateway.model.errors import GatewayError
from edi_gateway.model.finding import Severity
from edi_gateway.x12.structure import Node

RuleKind = Literal[
    "must_use", "should_use", "not_used", "codes", "add_codes", "min", "max", "max_use", "equals"
]
KINDS: frozenset[str] = frozenset(RuleKind.__args__)  # type: ignore[attr-defined]

_SELECTOR = re.compile(
    r"(?P<path>[A-Z0-9]+(?:/[A-Z0-9]+)*)(?:\*(?P<qualifiers>[^:]+))?(?::(?P<element>\d{1,2}))?"
)
_WHEN = re.compile(r"(?P<element>\d{1,2})=(?P<values>.+)")


class RuleInvalid(GatewayError):
    """Rule {rule}: {reason}. Correct it in the partner's file."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a partner's guide says beyond the standard.

    target: "BEG:07" an element, "PO1/PO4" a segment, "REF*IA" a segment whose element 01 is IA ("IA|DP":
        one of these), "PO1/N1*ST:04" an element of such a segment. Loops lead to it as in mapping files.
    kind: must_use and should_use (a warning) and not_used for segments and elements; codes (a closed list),
        add_codes, equals, min and max (length) for elements; max_use for segments, in each loop.
    values: for codes, add_codes and equals; number: for min, max and max_use.
    when: "02=IA|DP" the rule holds only if element 02 of the same segment is one of these; "REF*IA" only if
        such a segment stands in the same loop.
    """

    id: str
    target: str
    kind: RuleKind
    values: tuple[str, ...] = ()
    number: int | None = None
    when: str | None = None
    severity: Severity = Severity.ERROR
    message: str = ""
    hint: str = ""

    @property
    def gravity(self) -> Severity:
        return Severity.WARNING if self.kind == "should_use" else self.severity


@dataclass(frozen=True, slots=True)
class Selector:
    """A target taken apart; `element` 0 means the whole segment."""

    path: str
    qualifiers: frozenset[str]
    element: int

    def matches(self, segment: Sequence[str]) -> bool:
        return not self.qualifiers or (len(segment) > 1 and segment[1] in self.qualifiers)


@dataclass(frozen=True, slots=True)
class LocalRule:
    """A rule that one segment alone can keep or break."""

    rule: Rule
    element: int
    qualifiers: frozenset[str]
    when_element: int
    when_values: frozenset[str]

    def applies(self, segment: Sequence[str]) -> bool:
        if self.qualifiers and (len(segment) < 2 or segment[1] not in self.qualifiers):
            return False
        return not self.when_element or (
            len(segment) > self.when_element and segment[self.when_element] in self.when_values
        )

    def broken(self, segment: Sequence[str]) -> bool:
        """Whether an applicable segment breaks it."""
        if not self.element:
            return self.rule.kind == "not_used"
        value = segment[self.element].rstrip(" ") if len(segment) > self.element else ""
        match self.rule.kind:
            case "must_use" | "should_use":
                return not value
            case "not_used":
                return bool(value)
            case "codes" | "equals":
                return bool(value) and value not in self.rule.values
            case "min":
                return bool(value) and len(value) < (self.rule.number or 0)
            case "max":
                return bool(value) and len(value) > (self.rule.number or 0)
        return False


@dataclass(frozen=True, slots=True)
class LoopRule:
    """A rule about what stands in a loop: `around` is the node that opens it (-1: the whole set), `nodes` are
    the places of its target, `condition` a segment that must be there for the rule to hold."""

    rule: Rule
    selector: Selector
    nodes: frozenset[int]
    around: int
    last: int
    condition: tuple[frozenset[int], Selector] | None


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken LoopRule: at which segment (index), and whether that is the one that is wrong (`present`)."""

    rule: Rule
    selector: Selector
    index: int
    present: bool


def parse(target: str, rule: str) -> Selector:
    found = _SELECTOR.fullmatch(target)
    if found is None:
        raise RuleInvalid(
            rule=rule, reason=f"{target!r} is not a target such as BEG:07, REF*IA or PO1/N1*ST:04"
        )
    qualifiers = frozenset((found["qualifiers"] or "").split("|")) - {""}
    return Selector(found["path"], qualifiers, int(found["element"] or 0))


def fitting(rules: Sequence[Rule], nodes: Sequence[Node], elements: dict[str, int]) -> tuple[Rule, ...]:
    """The rules that have a place in this set. A partner's rules may be written for another release."""
    kept = []
    for rule in rules:
        try:
            place((rule,), nodes, elements)
        except RuleInvalid:
            continue
        kept.append(rule)
    return tuple(kept)


def place(
    rules: Sequence[Rule], nodes: Sequence[Node], elements: dict[str, int]
) -> tuple[dict[int, tuple[LocalRule, ...]], tuple[LoopRule, ...]]:
    """Rules by the node that they are about, and rules about loops. `elements`: how many a segment has, by tag.

    Raises RuleInvalid for a target that has no place in the set.
    """
    local: dict[int, list[LocalRule]] = {}
    wide: list[LoopRule] = []
    for rule in rules:
        if rule.kind not in KINDS:
            raise RuleInvalid(rule=rule.id, reason=f"there is no kind {rule.kind!r}")
        selector = parse(rule.target, rule.id)
        targets = [node for node in nodes if node.selector == selector.path]
        if not targets:
            raise RuleInvalid(rule=rule.id, reason=f"{selector.path} has no place in this set")
        if selector.element > elements.get(targets[0].tag, 0):
            raise RuleInvalid(rule=rule.id, reason=f"{targets[0].tag} has no element {selector.element:02}")
        _must_fit(rule, selector)
        condition = _WHEN.fullmatch(rule.when or "")
        if (rule.when and not condition) or (not selector.element and rule.kind != "not_used"):
            wide += _around(rule, selector, targets, nodes)
            continue
        for node in targets:
            local.setdefault(node.index, []).append(
                LocalRule(
                    rule,
                    selector.element,
                    selector.qualifiers,
                    int(condition["element"]) if condition else 0,
                    frozenset(condition["values"].split("|")) if condition else frozenset(),
                )
            )
    return {index: tuple(found) for index, found in local.items()}, tuple(wide)


def _must_fit(rule: Rule, selector: Selector) -> None:
    if rule.kind in ("codes", "add_codes", "equals") and not rule.values:
        raise RuleInvalid(rule=rule.id, reason=f"{rule.kind} needs values")
    if rule.kind in ("min", "max", "max_use") and rule.number is None:
        raise RuleInvalid(rule=rule.id, reason=f"{rule.kind} needs a number")
    if rule.kind == "max_use" and selector.element:
        raise RuleInvalid(rule=rule.id, reason="max_use is about segments, not elements")
    if rule.kind in ("codes", "add_codes", "equals", "min", "max") and not selector.element:
        raise RuleInvalid(
            rule=rule.id, reason=f"{rule.kind} is about elements: name one, as in {selector.path}:01"
        )


def _around(
    rule: Rule, selector: Selector, targets: Sequence[Node], nodes: Sequence[Node]
) -> Iterator[LoopRule]:
    """One LoopRule for each loop that the target stands in: the one that it opens, when the condition is in it."""
    by_loop: dict[int, list[Node]] = {}
    for node in targets:
        if node.opens_loop and (rule.when or "").startswith(node.selector + "/"):
            by_loop.setdefault(node.index, []).append(node)
            continue
        outer = node.path[:-1] if node.opens_loop else node.path
        around = [other.index for other in nodes if other.opens_loop and other.path == outer]
        opener = max((index for index in around if index <= node.index), default=-1)
        by_loop.setdefault(opener, []).append(node)
    for opener, found in by_loop.items():
        condition = None
        if rule.when and not _WHEN.fullmatch(rule.when):
            when = parse(rule.when, rule.id)
            inside = [
                node.index
                for node in nodes
                if node.selector == when.path and (opener < 0 or opener <= node.index <= nodes[opener].last)
            ]
            if not inside:
                raise RuleInvalid(
                    rule=rule.id, reason=f"{when.path} has no place in the loop of {rule.target}"
                )
            condition = (frozenset(inside), when)
        last = nodes[opener].last if opener >= 0 else len(nodes) - 1
        yield LoopRule(rule, selector, frozenset(node.index for node in found), opener, last, condition)


def breaches(
    rules: Sequence[LoopRule], placed: Sequence[int], segments: Sequence[list[str]]
) -> Iterator[Breach]:
    """Where a set breaks rules about its loops. `placed`: the node of each segment."""
    for rule in rules:
        for start, end in _turns(rule, placed):
            if rule.condition and not _holds(rule.condition, placed, segments, start, end):
                continue
            yield from _breach(rule, placed, segments, start, end)


def _turns(rule: LoopRule, placed: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The segments of each turn of the rule's loop, as a range of indexes."""
    if rule.around < 0:
        yield 0, len(placed)
        return
    starts = [index for index, node in enumerate(placed) if node == rule.around]
    for start in starts:
        end = start + 1
        while end < len(placed) and (placed[end] < 0 or rule.around < placed[end] <= rule.last):
            end += 1
        yield start, end


def _holds(
    condition: tuple[frozenset[int], Selector],
    placed: Sequence[int],
    segments: Sequence[list[str]],
    start: int,
    end: int,
) -> bool:
    nodes, selector = condition
    return any(placed[index] in nodes and selector.matches(segments[index]) for index in range(start, end))


def _breach(
    loop_rule: LoopRule, placed: Sequence[int], segments: Sequence[list[str]], start: int, end: int
) -> Iterator[Breach]:
    rule, selector = loop_rule.rule, loop_rule.selector
    found = [
        index
        for index in range(start, end)
        if placed[index] in loop_rule.nodes and selector.matches(segments[index])
    ]
    if selector.element:
        local = LocalRule(rule, selector.element, frozenset(), 0, frozenset())
        for index in found:
            if local.broken(segments[index]):
                yield Breach(rule, selector, index, True)
    elif rule.kind == "not_used":
        for index in found:
            yield Breach(rule, selector, index, True)
    elif rule.kind == "max_use":
        if len(found) > (rule.number or 0):
            yield Breach(rule, selector, found[rule.number or 0], True)
    elif not found:
        yield Breach(rule, selector, start if loop_rule.around >= 0 else end - 1, False)
