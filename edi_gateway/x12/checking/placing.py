"""Rules of a guide put at their places in a set: at single segments, or around loops.

Takes Rules, the nodes of a set and its dictionary; gives LocalRules by node and LoopRules, or says why a rule
has no place. Called by x12.guide and, for mistakes in a partner's file, by partners.rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from edi_gateway.x12.checking.loop_rules import LoopCondition, LoopRule
from edi_gateway.x12.checking.rules import (
    COUNTS,
    KINDS,
    LISTS,
    NUMBERS,
    PRESENCE,
    Condition,
    LocalRule,
    Rule,
    RuleInvalid,
    Selector,
    conditions,
    parse,
)
from edi_gateway.x12.dictionary import Dictionary, SegmentDef, Use
from edi_gateway.x12.structure.machine import Node

_ENVELOPE = ("ST", "SE")  # judged with the envelope; no rule is about them
_STARS = 2  # in one picture: more of them take long to compare


def fitting(rules: Sequence[Rule], nodes: Sequence[Node], known: Dictionary) -> tuple[Rule, ...]:
    """The rules that have a place in this set. A partner's rules may be written for another release."""
    kept = []
    for rule in rules:
        try:
            place((rule,), nodes, known)
        except RuleInvalid:
            continue
        kept.append(rule)
    return tuple(kept)


def place(
    rules: Sequence[Rule], nodes: Sequence[Node], known: Dictionary
) -> tuple[Mapping[int, tuple[LocalRule, ...]], tuple[LoopRule, ...]]:
    """Rules by the node that they are about, and rules about loops.

    Raises RuleInvalid for a rule that says nothing, or about something that has no place in the set.
    """
    local: dict[int, list[LocalRule]] = {}
    wide: list[LoopRule] = []
    for rule in (part for whole in rules for part in _parts(whole, nodes)):
        selector, asked = parse(rule.target, rule.id), conditions(rule)
        targets = [node for node in nodes if node.selector == selector.path and node.tag not in _ENVELOPE]
        if not targets:
            raise RuleInvalid(rule=rule.id, reason=f"{selector.path} has no place in this set")
        definition = known.segments[targets[0].tag]
        _must_fit(rule, selector)
        _must_exist(rule, selector, definition, known)
        _must_compare(rule, selector, asked, definition, nodes, known)
        alone = bool(selector.element) or rule.kind == "not_used"
        if alone and not selector.guards and not any(each.path for each in asked):
            made = _local(rule, selector, asked, definition)
            for node in targets:
                local.setdefault(node.index, []).append(made)
        else:
            wide += _around(rule, selector, asked, targets, nodes, definition)
    return {index: tuple(found) for index, found in local.items()}, tuple(wide)


def without_room(rule: Rule, known: Dictionary) -> str:
    """Why an element can never hold what a rule asks of it, "" when it can. No reason to leave the rule out: in
    another release there may be room."""
    selector = parse(rule.target, rule.id)
    definition = known.segments[selector.path.rsplit("/", 1)[-1]]
    if not selector.element:
        return ""
    use, where = definition.uses[selector.element - 1], f"{definition.tag}{selector.element:02}"
    if composite := known.composites.get(use.element):
        if not selector.component:
            return ""
        use, where = composite.uses[selector.component - 1], f"{where}.{selector.component}"
    element = known.elements[use.element]
    if rule.kind in ("min", "length", "digits") and (rule.number or 0) > element.max:
        return f"{where} holds {element.max} characters, not {rule.number}"
    if rule.kind in ("codes", "add_codes", "equals") and element.type in ("AN", "ID"):
        room = f"{element.min} to {element.max}" if element.min < element.max else f"{element.max}"
        for value in rule.values:
            if len(value) > element.max or (element.type == "ID" and len(value) < element.min):
                return f"{where} holds {room} characters: it is never {value!r}"
    return ""


def _parts(rule: Rule, nodes: Sequence[Node]) -> Iterator[Rule]:
    """A rule with `having` is one about the segment, and one about each that its loop must hold."""
    yield replace(rule, having=())
    if not rule.having:
        return
    selector = parse(rule.target, rule.id)
    if rule.kind not in ("must_use", "should_use") or selector.element:
        raise RuleInvalid(rule=rule.id, reason="having goes with must_use or should_use of a segment")
    if not any(node.selector == selector.path and node.last > node.index for node in nodes):
        raise RuleInvalid(rule=rule.id, reason=f"{selector.path} opens no loop that could have anything")
    for inner in rule.having:
        if parse(inner, rule.id).element:
            raise RuleInvalid(rule=rule.id, reason=f"having names segments; {inner} is an element")
        yield replace(rule, target=f"{rule.target}/{inner}", having=())


def _must_fit(rule: Rule, selector: Selector) -> None:
    reason = ""
    if rule.kind not in KINDS:
        reason = f"there is no kind {rule.kind!r}"
    elif rule.kind in LISTS and not rule.values:
        reason = f"{rule.kind} needs values"
    elif rule.kind in NUMBERS and rule.number is None:
        reason = f"{rule.kind} needs a number"
    elif rule.kind in COUNTS and selector.component:
        reason = f"{rule.kind} is about segments and elements, not components"
    elif rule.kind not in (*COUNTS, *PRESENCE) and not selector.element:
        reason = f"{rule.kind} is about elements: name one, as in {selector.path}:01"
    elif rule.kind == "looks_like" and any(value.count("*") > _STARS for value in rule.values):
        reason = f"a picture has at most {_STARS} stars"
    if reason:
        raise RuleInvalid(rule=rule.id, reason=reason)


def _must_exist(
    rule: Rule, selector: Selector | Condition, definition: SegmentDef, known: Dictionary
) -> None:
    """The element and the component that a target or a condition names."""
    uses: Sequence[Use] = definition.uses
    if selector.element > len(uses):
        raise RuleInvalid(rule=rule.id, reason=f"{definition.tag} has no element {selector.element:02}")
    counted = isinstance(selector, Selector) and selector.element and rule.kind in COUNTS
    if counted and uses[selector.element - 1].repeat == 1:
        raise RuleInvalid(rule=rule.id, reason=f"{definition.tag}{selector.element:02} does not repeat")
    if not selector.component:
        return
    composite = known.composites.get(uses[selector.element - 1].element)
    if composite is None:
        reason = f"{definition.tag}{selector.element:02} has no components"
    elif selector.component > len(composite.uses):
        reason = f"{definition.tag}{selector.element:02} has no component {selector.component}"
    else:
        return
    raise RuleInvalid(rule=rule.id, reason=reason)


def _must_compare(
    rule: Rule,
    selector: Selector,
    asked: Sequence[Condition],
    definition: SegmentDef,
    nodes: Sequence[Node],
    known: Dictionary,
) -> None:
    """Conditions ask for what is there to be asked."""
    for each in asked:
        if not each.path:
            if not selector.element and rule.kind in ("must_use", "should_use", "min_use", "exactly"):
                reason = (
                    "a segment that is not there has no elements to ask for; name a segment in the condition"
                )
                raise RuleInvalid(rule=rule.id, reason=reason)
            if not selector.element and rule.kind == "max_use":
                raise RuleInvalid(
                    rule=rule.id, reason="max_use counts by the code of a target, as in DTM*010"
                )
            _must_exist(rule, each, definition, known)
            continue
        tags = [node.tag for node in nodes if node.selector == each.path]
        if not tags:
            raise RuleInvalid(rule=rule.id, reason=f"{each.path} has no place in this set")
        _must_exist(rule, each, known.segments[tags[0]], known)


def _local(rule: Rule, selector: Selector, asked: Sequence[Condition], definition: SegmentDef) -> LocalRule:
    repeats = bool(selector.element) and definition.uses[selector.element - 1].repeat > 1
    return LocalRule(rule, selector.element, selector.component, repeats, selector.qualifiers, tuple(asked))


def _around(
    rule: Rule,
    selector: Selector,
    asked: Sequence[Condition],
    targets: Sequence[Node],
    nodes: Sequence[Node],
    definition: SegmentDef,
) -> Iterator[LoopRule]:
    """One LoopRule for each loop that the target stands in: the one that it opens, when a condition is in it."""
    by_loop: dict[int, list[Node]] = {}
    for node in targets:
        inside = node.opens_loop and any(each.path.startswith(node.selector + "/") for each in asked)
        by_loop.setdefault(node.index if inside else _loop_of(node, nodes), []).append(node)
    own = tuple(each for each in asked if not each.path)
    test = _local(rule, selector, own, definition)
    for opener, found in by_loop.items():
        yield LoopRule(
            rule,
            selector,
            test,
            frozenset(node.index for node in found),
            opener,
            tuple((_opener(guard.path, found[0], nodes), guard.qualifiers) for guard in selector.guards),
            tuple(_asked(each, rule, opener, nodes) for each in asked if each.path),
        )


def _loop_of(node: Node, nodes: Sequence[Node]) -> int:
    """The node that opens the loop around another one (around the loop, for one that opens a loop); -1: none."""
    around = [other.index for other in nodes if other.opens_loop and other.index < node.index <= other.last]
    return max(around, default=-1)


def _opener(path: str, inner: Node, nodes: Sequence[Node]) -> int:
    """The node of a loop by its path, of several the one that the inner node stands in."""
    found = [node for node in nodes if node.selector == path and node.index < inner.index <= node.last]
    return found[-1].index if found else -1


def _last(opener: int, nodes: Sequence[Node]) -> int:
    return nodes[opener].last if opener >= 0 else len(nodes) - 1


def _asked(each: Condition, rule: Rule, opener: int, nodes: Sequence[Node]) -> LoopCondition:
    """Where a condition is looked for: in the nearest loop around the target that has a place for it."""
    while True:
        last = _last(opener, nodes)
        found = [node.index for node in nodes if node.selector == each.path and opener <= node.index <= last]
        if found or opener < 0:
            return LoopCondition(each, frozenset(found), opener)
        opener = _loop_of(nodes[opener], nodes)
