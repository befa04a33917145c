"""How a 999 says that a partner's guide is broken: IK304 and IK403, and which segment made the rule apply.

Takes rules and places, gives GuideBreaches; called by x12.checker and x12.segments. A 997 knows only the codes of
the standard.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi_gateway.model.finding import GuideBreach, Location
from edi_gateway.x12.checking.rules import Condition, Rule, conditions
from edi_gateway.x12.dictionary import Dictionary
from edi_gateway.x12.structure.machine import Node


def segment_code(rule: Rule, node: Node | None, *, present: bool, standard: str) -> str:
    """IK304. `node` is where the segment stands or should stand, `standard` what AK304 says."""
    conditional = bool(rule.when or rule.unless)
    if not present:
        return "I6" if conditional else "I7" if node is not None and node.last > node.index else "I8"
    if rule.kind == "not_used":
        return "I9" if conditional else "I4"
    return standard


def element_code(rule: Rule, standard: str) -> str:
    """IK403; `standard` is what AK403 says."""
    conditional = bool(rule.when or rule.unless)
    match rule.kind:
        case "codes" | "equals":
            return "I6"
        case "must_use" if conditional:
            return "I9"
        case "not_used":
            return "I13" if conditional else "I10"
        case "looks_like":
            return "I12"
        case "digits" if standard == "6":
            return "I12"
        case "min_use" | "exactly" if standard == "1":
            return "I11"
    return standard


def own_condition(rule: Rule) -> Condition | None:
    """The condition about another element of the same segment, if it is one that must hold."""
    return next(
        (each for each in conditions(rule) if not each.path and each.element and not each.negated), None
    )


def triggered_by(
    code: str,
    segments: Sequence[list[str]],
    index: int,
    loop: str | None,
    asked: Condition | None,
    known: Dictionary,
) -> GuideBreach:
    """A breach that the segment at `index` (an element of it, if the condition asks for one) brought about."""
    tag = segments[index][0]
    element, reference = 0, ""
    if asked is not None and asked.element and tag in known.segments:
        element = asked.element
        number = known.segments[tag].uses[element - 1].element
        reference = number if number.isdigit() else ""
    trigger = Location(
        tag, index + 1, loop or None, element or None, asked.component or None if asked else None
    )
    return GuideBreach(code, trigger, reference)
