"""What is wrong within one segment: its elements, components, repetitions and relational notes, exactly.

Takes a SegmentDef, the rules of its place and the delimiters; gives Problems. Called by x12.checker for
segments that the fast pass (x12.compiler) does not know to be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from edi_gateway.model.finding import Code, Effect, Severity
from edi_gateway.x12.checking.guide_codes import element_code, own_condition, segment_code
from edi_gateway.x12.checking.notes import broken_notes
from edi_gateway.x12.checking.rule_words import broken_rule
from edi_gateway.x12.checking.rules import Condition, LocalRule, Rule, Spot
from edi_gateway.x12.checking.values import Fault, faults, in_short, readable
from edi_gateway.x12.dictionary import CompositeDef, Dictionary, ElementDef, SegmentDef, Use
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.trailers import extra

_MISSING = (Code.ELEMENT_MISSING, Code.CONDITIONAL_ELEMENT_MISSING)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with an element (0: with the whole segment). `ack` is the AK403 code (AK304 for a whole
    segment), None when the acknowledgment does not mention it; `reference` the element's number; `read_as`
    what the element means nevertheless."""

    code: Code
    severity: Severity
    message: str
    hint: str = ""
    element: int = 0
    component: int = 0
    repetition: int = 0
    value: str | None = None
    ack: str | None = None
    reference: str = ""
    rule: str | None = None
    read_as: str | None = None
    effect: Effect = Effect.NONE
    guide: str = ""  # IK403 (IK304), where a 999 has a code of its own for a broken rule
    asked: Condition | None = None  # what stands in the same segment and made the rule apply


@dataclass(frozen=True, slots=True)
class Context:
    """What the check of a segment depends on besides the segment."""

    dictionary: Dictionary
    delimiters: Delimiters


def problems(
    definition: SegmentDef,
    rules: Sequence[LocalRule],
    context: Context,
    segment: Sequence[str],
    right: Sequence[Callable[[str], bool]] = (),
) -> tuple[Problem, ...]:
    """All that is wrong within a segment, by element. `right` says for each element whether a value is known to
    be right, which saves the exact look at it."""
    hollow = [use for use in definition.uses if _is_hollow(use, segment, context)]
    empty = {use.position for use in hollow}
    given = ["" if at in empty else value for at, value in enumerate(segment)] if hollow else segment
    found = [*_elements(definition, context, given, right), *_notes(definition, given, context)]
    found = [problem for problem in found if not _excused(problem, rules, given, context)]
    found += _rules(definition, rules, context, given)
    found += [_nothing_between(_name(definition, use, context), use.position, read_as="") for use in hollow]
    missed = {problem.element for problem in found if problem.code in _MISSING}
    found = [problem for problem in found if not (problem.read_as == "" and problem.element in missed)]
    found += _empties(segment, found)
    found.sort(key=lambda problem: (problem.element, problem.repetition, problem.component))
    return tuple(_once(found))


def element_problems(use: Use, name: str, value: str, context: Context) -> Iterator[Problem]:
    """What is wrong with one element that is not empty. `name` is how messages call it, e.g. "PO103"."""
    repeat = context.delimiters.repetition
    values = value.split(repeat) if repeat and use.repeat > 1 else [value]
    if len(values) > use.repeat:
        yield Problem(
            Code.TOO_MANY_REPETITIONS,
            Severity.ERROR,
            f"{name} is repeated {len(values)} times, at most {use.repeat}.",
            element=use.position,
            value=readable(value),
            ack="12" if context.dictionary.version >= "005010" else "3",
            reference=_reference(use),
        )
    for number, single in enumerate(values, start=1):
        repetition = number if use.repeat > 1 and len(values) > 1 else 0
        if use.element in context.dictionary.composites:
            composite = context.dictionary.composites[use.element]
            yield from _composite(composite, use, name, single, repetition, context)
        elif single:
            yield from _simple(use, name, single, repetition, context)


def _elements(
    definition: SegmentDef, context: Context, segment: Sequence[str], right: Sequence[Callable[[str], bool]]
) -> Iterator[Problem]:
    for use in definition.uses:
        value = segment[use.position] if use.position < len(segment) else ""
        if (not value and use.requirement != "M") or (right and right[use.position - 1](value)):
            continue
        name = _name(definition, use, context)
        if value.strip(" "):
            yield from element_problems(use, name, value, context)
            continue
        if use.requirement == "M":
            yield Problem(
                Code.ELEMENT_MISSING,
                Severity.ERROR,
                f"{name} is missing.",
                "Ask the sender for it.",
                element=use.position,
                ack="1",
                reference=_reference(use),
            )
        elif value:
            yield Problem(
                Code.TRAILING_BLANKS,
                Severity.WARNING,
                f"{name} holds nothing but blanks.",
                "Nothing to do; it is read as empty.",
                element=use.position,
                value=value,
                read_as="",
            )
    number = extra(segment, len(definition.uses))
    if number is not None:
        yield too_many(definition.tag, len(definition.uses), number, segment[number])


def too_many(tag: str, most: int, number: int, value: str) -> Problem:
    return Problem(
        Code.TOO_MANY_ELEMENTS,
        Severity.ERROR,
        f"{tag} has {most} elements; there is something in element {number}.",
        "Look whether a separator is too many, or stands in the data.",
        element=number,
        value=readable(value),
        ack="3",
    )


def _simple(use: Use, name: str, value: str, repetition: int, context: Context) -> Iterator[Problem]:
    element = context.dictionary.elements[use.element]
    for fault in faults(element, value):
        yield _problem(fault, use, name, value, 0, repetition, element.number)
    yield from _delimiter_in(use, element, name, value, repetition, context)


def _delimiter_in(
    use: Use, element: ElementDef, name: str, value: str, repetition: int, context: Context
) -> Iterator[Problem]:
    if element.type != "AN":
        return
    for mark in (context.delimiters.component, context.delimiters.repetition):
        if mark and mark in value:
            yield Problem(
                Code.DELIMITER_IN_DATA,
                Severity.WARNING,
                f"{name} holds {mark!r}, which takes elements apart in this interchange.",
                "Nothing to do; it is read as text. The sender should choose another separator.",
                element=use.position,
                repetition=repetition,
                value=readable(value),
            )
            return


def _composite(
    composite: CompositeDef, use: Use, name: str, value: str, repetition: int, context: Context
) -> Iterator[Problem]:
    parts = value.split(context.delimiters.component)
    for part in composite.uses:
        text = parts[part.position - 1] if part.position <= len(parts) else ""
        component = f"{name}, component {part.position},"
        element = context.dictionary.elements[part.element]
        if text.strip(" "):
            for fault in faults(element, text):
                yield _problem(fault, use, component, text, part.position, repetition, element.number)
        elif part.requirement == "M":
            yield Problem(
                Code.ELEMENT_MISSING,
                Severity.ERROR,
                f"{component} is missing.",
                "Ask the sender for it.",
                element=use.position,
                component=part.position,
                repetition=repetition,
                ack="1",
                reference=part.element,
            )
    extra = [at for at in range(len(composite.uses), len(parts)) if parts[at].strip(" ")]
    if extra:
        yield Problem(
            Code.TOO_MANY_COMPONENTS,
            Severity.ERROR,
            f"{name} has {len(parts)} components, at most {len(composite.uses)}.",
            "Look whether the component separator stands in the data.",
            element=use.position,
            component=extra[0] + 1,
            repetition=repetition,
            value=readable(parts[extra[0]]),
            ack="13" if context.dictionary.version >= "005010" else "3",
        )
    elif len(parts) > 1 and not parts[-1]:
        yield _nothing_between(name, use.position, repetition)
    for note, missing, excluded, because in broken_notes(composite.notes, [name, *parts]):
        position = missing or excluded
        yield Problem(
            Code.CONDITIONAL_ELEMENT_MISSING if missing else Code.ELEMENT_EXCLUDED,
            Severity.ERROR,
            f"{name}, component {position}, {_because(note, bool(missing), f'component {because}')}",
            element=use.position,
            component=position,
            repetition=repetition,
            ack="2" if missing else "10",
            reference=composite.uses[position - 1].element,
        )


def _is_hollow(use: Use, segment: Sequence[str], context: Context) -> bool:
    """Whether a composite is nothing but separators: it is not given."""
    value = segment[use.position] if use.position < len(segment) else ""
    if not value or use.element not in context.dictionary.composites:
        return False
    marks = context.delimiters.component + (context.delimiters.repetition or "" if use.repeat > 1 else "")
    return not value.strip(marks + " ") and bool(value.strip(" "))


def _nothing_between(name: str, element: int, repetition: int = 0, read_as: str | None = None) -> Problem:
    return Problem(
        Code.TRAILING_EMPTY_ELEMENTS,
        Severity.INFO,
        f"{name} ends with component separators that separate nothing.",
        element=element,
        repetition=repetition,
        read_as=read_as,
    )


def _notes(definition: SegmentDef, segment: Sequence[str], context: Context) -> Iterator[Problem]:
    for note, missing, excluded, because in broken_notes(definition.notes, segment):
        position = missing or excluded
        use = definition.uses[position - 1]
        name = _name(definition, use, context)
        yield Problem(
            Code.CONDITIONAL_ELEMENT_MISSING if missing else Code.ELEMENT_EXCLUDED,
            Severity.ERROR,
            f"{name} {_because(note, bool(missing), f'{definition.tag}{because:02}')}",
            "Ask the sender which of the two is right.",
            element=position,
            value=None if missing else readable(segment[position]),
            ack="2" if missing else "10",
            reference=_reference(use),
        )


def _because(note: str, missing: bool, other: str) -> str:
    if not missing:
        return f"must not be given together with {other} (note {note})."
    if note[0] == "R":
        return f"or another of its group must be given (note {note})."
    return f"must be given because {other} is (note {note})."


def _rules(
    definition: SegmentDef, rules: Sequence[LocalRule], context: Context, segment: Sequence[str]
) -> Iterator[Problem]:
    for local in rules:
        if local.applies(segment, context.delimiters.component):
            for spot in local.broken(segment, context.delimiters):
                yield rule_problem(local.rule, local.element, definition, context, spot)


def rule_problem(rule: Rule, element: int, definition: SegmentDef, context: Context, spot: Spot) -> Problem:
    """How a broken rule about a segment, or about one of its elements or components, is said."""
    if not element:
        return Problem(
            Code.SEGMENT_NOT_USED_BY_GUIDE,
            rule.gravity,
            rule.message or f"{rule.target} is not used by this partner.",
            rule.hint,
            ack="2" if rule.gravity is Severity.ERROR else None,
            rule=rule.id,
            effect=rule.effect,
            guide=segment_code(rule, None, present=True, standard="2"),
            asked=own_condition(rule),
        )
    use, reference = definition.uses[element - 1], _reference(definition.uses[element - 1])
    name = _name(definition, use, context)
    if spot.component:
        reference = context.dictionary.composites[use.element].uses[spot.component - 1].element
        name += f", component {spot.component},"
    value = readable(spot.value)
    code, ack, text = broken_rule(rule, spot.value, context.delimiters.repetition)
    wanted = ", ".join(rule.values) or str(rule.number)
    return Problem(
        code,
        rule.gravity,
        rule.message or f"{name} {text.format(value=value, wanted=wanted)}",
        rule.hint or "It is a rule of this partner's guide.",
        element=element,
        component=spot.component,
        repetition=spot.repetition,
        value=value or None,
        ack=ack if rule.gravity is Severity.ERROR else None,
        reference=reference,
        rule=rule.id,
        effect=rule.effect,
        guide=element_code(rule, ack),
        asked=own_condition(rule),
    )


def _excused(problem: Problem, rules: Sequence[LocalRule], segment: Sequence[str], context: Context) -> bool:
    """A code that the partner's guide adds to the standard's list."""
    return problem.code in (Code.CODE_INVALID, Code.CODE_UNLISTED) and any(
        local.rule.kind == "add_codes"
        and (local.element, local.component) == (problem.element, problem.component)
        and problem.value in local.rule.values
        and local.applies(segment, context.delimiters.component)
        for local in rules
    )


def _empties(segment: Sequence[str], found: Sequence[Problem]) -> Iterator[Problem]:
    """Separators at the end that separate nothing, unless what is missing there has been said."""
    if len(segment) > 1 and not segment[-1]:
        last = len(segment) - 1
        while last > 0 and not segment[last]:
            last -= 1
        if any(each.element > last and each.code in _MISSING for each in found):
            return
        yield Problem(
            Code.TRAILING_EMPTY_ELEMENTS,
            Severity.INFO,
            f"{segment[0]} ends with separators that separate nothing.",
            "Nothing to do.",
            element=last + 1,
        )


def _once(found: Sequence[Problem]) -> Iterator[Problem]:
    """Two notes may miss the same element: it is said once. Nor is a missing element also a rule's."""
    seen: set[tuple[object, ...]] = set()
    for problem in found:
        kind = Code.ELEMENT_MISSING if problem.code in _MISSING else problem.code
        key = (kind, problem.element, problem.component, problem.repetition)
        if key not in seen:
            seen.add(key)
            yield problem


def _problem(
    fault: Fault, use: Use, name: str, value: str, component: int, repetition: int, reference: str
) -> Problem:
    return Problem(
        fault.code,
        fault.severity,
        f"{name} {in_short(value)!r} {fault.message}.",
        fault.hint,
        element=use.position,
        component=component,
        repetition=repetition,
        value=readable(value),
        ack=fault.ack,
        reference=reference,
        read_as=fault.read_as,
    )


def _name(definition: SegmentDef, use: Use, context: Context) -> str:
    composites = context.dictionary.composites
    names = composites if use.element in composites else context.dictionary.elements
    return f"{definition.tag}{use.position:02} ({names[use.element].name})"


def _reference(use: Use) -> str:
    """The number of an element; a composite has none, nor has an element of the envelope (I12)."""
    return use.element if use.element.isdigit() else ""
