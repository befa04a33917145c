"""What a partner's guide asks beyond the standard: rules with a target in a set, put at their places in it.

Made by partners.rules from a partner's file. Rules that one segment alone keeps or breaks are read by
x12.segments and x12.compiler; those about what stands in a loop by x12.loop_rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple, get_args

from edi_gateway.model.errors import GatewayError
from edi_gateway.model.finding import Effect, Severity
from edi_gateway.x12.parsing.header import Delimiters

RuleKind = Literal[
    "must_use",
    "should_use",
    "not_used",
    "codes",
    "add_codes",
    "equals",
    "min",
    "max",
    "length",
    "digits",
    "looks_like",
    "max_use",
    "min_use",
    "exactly",
]
KINDS: frozenset[str] = frozenset(get_args(RuleKind))
LISTS: frozenset[str] = frozenset({"codes", "add_codes", "equals", "looks_like"})
NUMBERS: frozenset[str] = frozenset({"min", "max", "length", "digits", "max_use", "min_use", "exactly"})
COUNTS: frozenset[str] = frozenset({"max_use", "min_use", "exactly"})
PRESENCE: frozenset[str] = frozenset({"must_use", "should_use", "not_used"})

_STEP = re.compile(r"(?P<tag>[A-Z0-9]+)(?:\*(?P<qualifiers>[^*/:=]+))?")
_ELEMENT = re.compile(r"(?P<element>\d{1,2})(?:\.(?P<component>\d{1,2}))?")
_PICTURE = {"9": "[0-9]", "A": "[A-Za-z]", "X": "[A-Za-z0-9]", "?": "."}
_SIGN = re.compile(r"\\(?P<itself>.)|(?P<sign>.)", re.DOTALL)


class RuleInvalid(GatewayError):
    """Rule {rule}: {reason}. Correct it in the partner's file."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a partner's guide says beyond the standard.

    target: "BEG:07" an element, "REF:04.2" a component, "PO1/PO4" a segment, "REF*IA" a segment whose element
        01 (of an HL: 03) is IA ("IA|DP": one of these), "PO1/N1*ST/N4:03" an element in such a loop.
    kind: must_use, should_use (a warning) and not_used for segments, elements and components; codes (a closed
        list), add_codes, equals, looks_like, min, max, length and digits (so many digits) for what has a
        value; max_use, min_use and exactly for segments, in each turn of the loop around them, and for
        elements that repeat, of which they count the repetitions.
    values: for codes, add_codes, equals and looks_like; number: for the other kinds that compare.
    when, unless: conditions, see `condition`. having: segments that the loop of a target must hold, too.
    case: the finding neither rejects nor warns the partner, it opens a case here.
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
    unless: str | None = None
    having: tuple[str, ...] = ()
    case: bool = False

    @property
    def gravity(self) -> Severity:
        if self.case and self.severity is Severity.ERROR:
            return Severity.WARNING
        return Severity.WARNING if self.kind == "should_use" else self.severity

    @property
    def effect(self) -> Effect:
        return Effect.HOLD if self.case else Effect.NONE


class Guard(NamedTuple):
    """A loop around a target that must be opened by a segment with one of these codes."""

    path: str
    qualifiers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Selector:
    """A target taken apart; `element` 0 means the whole segment, `component` 0 the whole element."""

    path: str
    qualifiers: frozenset[str]
    element: int
    component: int = 0
    guards: tuple[Guard, ...] = ()

    def matches(self, segment: Sequence[str]) -> bool:
        return qualified(segment, self.qualifiers)


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule holds. `path` "" means the segment that the rule is about; `element` 0 that the segment is
    there, else that the element is given, with one of `values` if there are any. `negated`: if it is not so."""

    path: str
    qualifiers: frozenset[str]
    element: int
    component: int
    values: frozenset[str]
    negated: bool

    def met_by(self, segment: Sequence[str], component_mark: str) -> bool:
        """Whether this segment is such a one, `negated` aside."""
        if not qualified(segment, self.qualifiers):
            return False
        if not self.element:
            return True
        value = segment[self.element].rstrip(" ") if len(segment) > self.element else ""
        if self.component:
            parts = value.split(component_mark)
            value = parts[self.component - 1] if len(parts) >= self.component else ""
        return value in self.values if self.values else bool(value)


def qualified(segment: Sequence[str], qualifiers: frozenset[str]) -> bool:
    """Whether the element that says what a segment is about is one of these; no qualifiers: any."""
    if not qualifiers:
        return True
    at = qualifier_of(segment[0])
    return len(segment) > at and segment[at] in qualifiers


def qualifier_of(tag: str) -> int:
    """The element that tells segments of one tag apart: the first, of an HL its level."""
    return 3 if tag == "HL" else 1


class Spot(NamedTuple):
    """Where in a segment a rule is broken: component and repetition (0: none of several), and the value."""

    component: int
    repetition: int
    value: str


@dataclass(frozen=True, slots=True)
class LocalRule:
    """A rule that one segment alone can keep or break. `repeats`: its element may stand several times."""

    rule: Rule
    element: int
    component: int
    repeats: bool
    qualifiers: frozenset[str]
    conditions: tuple[Condition, ...] = ()

    def applies(self, segment: Sequence[str], component_mark: str) -> bool:
        return qualified(segment, self.qualifiers) and all(
            each.met_by(segment, component_mark) != each.negated for each in self.conditions
        )

    def keeps(self, segment: Sequence[str], delimiters: Delimiters) -> bool:
        """Whether nothing in a segment breaks it; what the rule does not apply to keeps it."""
        return not self.applies(segment, delimiters.component) or not any(
            True for _ in self.broken(segment, delimiters)
        )

    def broken(self, segment: Sequence[str], delimiters: Delimiters) -> Iterator[Spot]:
        """Where an applicable segment breaks it."""
        if not self.element:
            if self.rule.kind == "not_used":
                yield Spot(0, 0, "")
            return
        whole = segment[self.element].rstrip(" ") if len(segment) > self.element else ""
        values = [whole]
        if self.repeats and delimiters.repetition and delimiters.repetition in whole:
            values = whole.split(delimiters.repetition)
        if self.rule.kind in COUNTS:
            given = sum(map(bool, values))
            if given and miscounted(self.rule, given):
                yield Spot(0, 0, whole)
            return
        if self.component and not whole:
            return  # a composite that is not there misses no component
        for number, value in enumerate(values, start=1):
            repetition = number if len(values) > 1 else 0
            if self.component:
                parts = value.split(delimiters.component)
                value = parts[self.component - 1] if len(parts) >= self.component else ""
            if wrong(self.rule, value):
                yield Spot(self.component, repetition, value)


def wrong(rule: Rule, value: str) -> bool:
    """Whether a value breaks a rule about elements. Only must_use and should_use ask for one that is empty."""
    if rule.kind in ("must_use", "should_use"):
        return not value
    if not value:
        return False
    number = rule.number or 0
    match rule.kind:
        case "not_used":
            return True
        case "codes" | "equals":
            return value not in rule.values
        case "looks_like":
            return not any(pattern.fullmatch(value) for pattern in pictures(rule.values))
        case "min":
            return len(value) < number
        case "max":
            return len(value) > number
        case "length":
            return len(value) != number
        case "digits":
            return len(value) != number or not (value.isascii() and value.isdigit())
    return False


def miscounted(rule: Rule, given: int) -> bool:
    """Whether so many are too few or too many for a rule that counts."""
    number = rule.number or 0
    return (
        given < number
        if rule.kind == "min_use"
        else given > number
        if rule.kind == "max_use"
        else given != number
    )


def keeping(rule: Rule) -> Callable[[str], bool]:
    """Whether a value that is not empty keeps a rule about elements: `wrong` turned round, worked out beforehand."""
    match rule.kind:
        case "codes" | "equals":
            return frozenset(rule.values).__contains__
        case "looks_like" if len(rule.values) == 1:
            pattern = pictures(rule.values)[0]
            return lambda value: pattern.fullmatch(value) is not None
    return lambda value: not wrong(rule, value)


@cache
def pictures(values: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """9 a digit, A a letter, X either, ? anything, * any number of anything; all else stands for itself, and
    what follows a backslash."""
    return tuple(re.compile(_picture(value), re.DOTALL) for value in values)


def _picture(text: str) -> str:
    """As a regular expression. What stands between two stars is of one length, and so its first place is as good as any
    other: without going back to look for another, a value is judged in one pass, however long a partner makes it."""
    pieces = [""]
    for found in _SIGN.finditer(text):
        if found["sign"] == "*":
            pieces.append("")
        else:
            sign = found["sign"] or found["itself"]
            pieces[-1] += _PICTURE.get(sign, re.escape(sign)) if found["sign"] else re.escape(sign)
    first, *others = pieces
    between = "".join(f"(?>.*?{piece})" for piece in others[:-1] if piece)
    return first + between + (f".*{others[-1]}" if others else "")


def parse(target: str, rule: str) -> Selector:
    """A target taken apart. Raises RuleInvalid when it is none."""
    found = _parsed(target)
    if found is None:
        raise RuleInvalid(
            rule=rule, reason=f"{target!r} is not a target such as BEG:07, REF*IA or PO1/N1*ST:04"
        )
    return found


def _parsed(target: str) -> Selector | None:
    place, colon, element = target.partition(":")
    number = _ELEMENT.fullmatch(element) if colon else None
    steps = [_STEP.fullmatch(step) for step in place.split("/")]
    if (colon and (number is None or not int(number["element"]))) or not all(steps):
        return None
    tags = [step["tag"] for step in steps if step]
    codes = [frozenset((step["qualifiers"] or "").split("|")) - {""} for step in steps if step]
    guards = tuple(
        Guard("/".join(tags[:depth]), wanted) for depth, wanted in enumerate(codes[:-1], start=1) if wanted
    )
    return Selector(
        "/".join(tags),
        codes[-1],
        int(number["element"]) if number else 0,
        int(number["component"] or 0) if number else 0,
        guards,
    )


def conditions(rule: Rule) -> tuple[Condition, ...]:
    """What `when` and `unless` of a rule say. Raises RuleInvalid when they say nothing that can be read."""
    return tuple(
        condition(text, rule.id, negated=negated)
        for text, negated in ((rule.when, False), (rule.unless, True))
        if text
    )


def condition(text: str, rule: str, *, negated: bool) -> Condition:
    """ "02=IA|DP": element 02 of the segment that the rule is about is one of these; "02": it is given;
    "REF*IA": such a segment stands in the loop, or in one around it; "BEG:02=DS": its element is this."""
    place, equals, listed = text.partition("=")
    values = frozenset(listed.split("|")) - {""}
    own = _ELEMENT.fullmatch(place)
    found = (
        Selector("", frozenset(), int(own["element"]), int(own["component"] or 0)) if own else _parsed(place)
    )
    if found is None or found.guards or (equals and not (values and found.element)):
        raise RuleInvalid(
            rule=rule, reason=f"{text!r} is not a condition such as 02=IA|DP, 02, REF*IA or BEG:02=DS"
        )
    return Condition(found.path, found.qualifiers, found.element, found.component, values, negated)
