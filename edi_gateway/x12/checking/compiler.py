"""The fast pass over one segment: straight-line Python, generated for each tag and number of elements.

Takes a SegmentDef, the rules of its place and the delimiters; gives a function that says True only when
nothing at all is wrong. It tests each element against the values already known to be right; a value not seen
before goes once through the exact check (x12.segments). Called by x12.guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from types import CodeType

from edi_gateway.model.finding import Code
from edi_gateway.x12.checking.compiled import plainly
from edi_gateway.x12.checking.rules import Condition, LocalRule, Rule, keeping, pictures, qualifier_of, wrong
from edi_gateway.x12.checking.segments import Context, element_problems
from edi_gateway.x12.dictionary import ElementDef, SegmentDef, Use

Check = Callable[[list[str]], bool]
Compile = Callable[[str, str], CodeType]  # source, name of it in tracebacks

_REMEMBERED = 4_096  # values of one element; beyond, new ones are checked each time they come
_DIGITS = re.compile(r"\d+", re.ASCII)


class Known:
    """The values of one element that are known to be right; `learn` takes another one in, or says False.

    `added` are codes that a guide adds to its list, `rules` what else it asks of every value."""

    __slots__ = ("context", "good", "keeping", "obvious", "rules", "use")

    def __init__(
        self, use: Use, context: Context, added: frozenset[str], rules: tuple[Rule, ...] = ()
    ) -> None:
        self.use = use
        self.context = context
        self.rules = rules
        self.keeping = [keeping(rule) for rule in rules]
        self.good = {code for code in added if self._only_unlisted(code) and self._asked(code)}
        if use.requirement != "M" and self._asked(""):
            self.good.add("")
        self.obvious = _obvious(context.dictionary.elements.get(use.element), context)

    def _only_unlisted(self, code: str) -> bool:
        found = element_problems(self.use, "", code, self.context)
        return all(problem.code in (Code.CODE_INVALID, Code.CODE_UNLISTED) for problem in found)

    def _asked(self, value: str) -> bool:
        return not any(wrong(rule, value) for rule in self.rules)

    def holds(self, value: str) -> bool:
        return value in self.good or self.learn(value)

    def learn(self, value: str) -> bool:
        if not value:
            return False
        if not self.obvious(value) and (
            not value.strip(" ") or any(True for _ in element_problems(self.use, "", value, self.context))
        ):
            return False
        for keeps in self.keeping:
            if not keeps(value):
                return False
        if len(self.good) < _REMEMBERED:
            self.good.add(value)
        return True


def _obvious(element: ElementDef | None, context: Context) -> Callable[[str], bool]:
    """A quick test of new values: True only for what the exact check finds right, too."""
    if element is None:
        return _unsure
    least, most = element.min, element.max
    if element.type == "AN":
        _, component, _, repetition = context.delimiters
        repetition = repetition or component

        def plain_text(value: str) -> bool:
            return (
                least <= len(value) <= most
                and value.isascii()
                and value.isprintable()
                and value[-1] != " "
                and component not in value
                and repetition not in value
            )

        return plain_text
    if element.type[0] in "NR":

        def digits(value: str) -> bool:
            return least <= len(value) <= most and _DIGITS.fullmatch(value) is not None

        return digits
    return _unsure


def _unsure(value: str) -> bool:
    return False


class Compiler:
    """Compiles segment checks for one context. Elements of the same number share what they know."""

    def __init__(self, context: Context, compiled: Compile = plainly) -> None:
        self.context = context
        self.compiled = compiled
        self.known: dict[tuple[str, bool, int, frozenset[str], tuple[Rule, ...]], Known] = {}

    def know(self, use: Use, added: frozenset[str], asked: tuple[Rule, ...] = ()) -> Known:
        """What is known about an element under what a guide adds to its list and asks of it."""
        key = (use.element, use.requirement == "M", use.repeat, added, asked)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = Known(use, self.context, added, asked)
        return found

    def right(self, definition: SegmentDef, rules: Sequence[LocalRule]) -> list[Callable[[str], bool]]:
        """For each element of a segment what tells whether a value is right."""
        return [self.know(use, _added(rules, use.position)).holds for use in definition.uses]

    def compile(self, definition: SegmentDef, rules: Sequence[LocalRule], count: int) -> Check:
        """The check of segments with `count` elements after the tag."""
        uses = definition.uses
        if count > len(uses) or any(use.requirement == "M" for use in uses[count:]):
            return _wrong
        names: dict[str, object] = {}
        tests: list[str] = [f"a{count}"] if count else []
        for use in uses[:count]:
            asked = tuple(local.rule for local in rules if _always(local) and local.element == use.position)
            known = self.know(use, _added(rules, use.position), asked)
            names[f"G{use.position}"] = known.good
            names[f"L{use.position}"] = known.learn
            tests.append(f"(a{use.position} in G{use.position} or L{use.position}(a{use.position}))")
        tests += [test for note in definition.notes if (test := _note(note, count))]
        for number, local in enumerate(rules):
            if local.element <= count and _always(local):
                continue  # its values are known to keep it
            if test := self._rule(definition.tag, local, number, count, names):
                tests.append(test)
        arguments = "".join(f", a{position}" for position in range(1, count + 1))
        source = f"def check(segment):\n    _{arguments}, = segment\n    return bool({' and '.join(tests) or 'True'})\n"
        exec(self.compiled(source, f"<check of {definition.tag} with {count} elements>"), names)
        check: Check = names["check"]  # type: ignore[assignment]
        return check

    def _rule(self, tag: str, local: LocalRule, number: int, count: int, names: dict[str, object]) -> str:
        """A guide rule as an expression. What it adds to a list is in what is known, or left to the exact check."""
        if local.rule.kind == "add_codes":
            return ""
        if local.component or local.repeats or any(each.component for each in local.conditions):
            names[f"K{number}"] = partial(local.keeps, delimiters=self.context.delimiters)
            return f"K{number}(segment)"
        test = _plain_rule(local, number, count, names)
        held = []
        if local.qualifiers:
            at = qualifier_of(tag)
            names[f"Q{number}"] = local.qualifiers
            held.append(f"a{at} in Q{number}" if at <= count else "False")
        held += [
            _condition(each, f"W{number}_{at}", count, names) for at, each in enumerate(local.conditions)
        ]
        if "False" in held:
            return ""
        return f"(not ({' and '.join(held)}) or {test})" if held else test


def _always(local: LocalRule) -> bool:
    """Whether a rule is about each value of an element, whatever else stands in the segment."""
    special = local.qualifiers or local.conditions or local.component or local.repeats
    return bool(local.element) and not special and local.rule.kind != "add_codes"


def _condition(asked: Condition, name: str, count: int, names: dict[str, object]) -> str:
    """Whether a condition about the segment itself is met, as an expression."""
    if asked.element > count:
        return "True" if asked.negated else "False"
    test = f"a{asked.element}"
    if asked.values:
        names[name] = asked.values
        test += f" in {name}"
    return f"not {test}" if asked.negated else test


def _added(rules: Sequence[LocalRule], position: int) -> frozenset[str]:
    """Codes that the guide adds whatever else stands in the segment."""
    return frozenset(
        code
        for local in rules
        if local.rule.kind == "add_codes" and local.element == position
        if not local.qualifiers and not local.conditions and not local.component
        for code in local.rule.values
    )


def _wrong(segment: list[str]) -> bool:
    return False


def _note(note: str, count: int) -> str:
    """A relational note as an expression over a1..acount; what is beyond is empty."""
    positions = [int(note[at : at + 2]) for at in range(1, len(note), 2)]
    first, others = positions[0], positions[1:]
    inside = [f"a{at}" for at in positions if at <= count]
    if not inside:
        return "False" if note[0] == "R" else ""
    match note[0]:
        case "P":
            if len(inside) < len(positions):
                return f"not ({' or '.join(inside)})"
            return f"(({' and '.join(inside)}) or not ({' or '.join(inside)}))"
        case "R":
            return f"({' or '.join(inside)})"
        case "E":
            pairs = [f"not ({one} and {two})" for at, one in enumerate(inside) for two in inside[at + 1 :]]
            return " and ".join(pairs)
        case "C" if first <= count:
            if any(at > count for at in others):
                return f"not a{first}"
            return f"(not a{first} or ({' and '.join(f'a{at}' for at in others)}))"
        case "L" if first <= count:
            rest = [f"a{at}" for at in others if at <= count]
            return f"(not a{first} or {' or '.join(rest)})" if rest else f"not a{first}"
    return ""


def _plain_rule(local: LocalRule, number: int, count: int, names: dict[str, object]) -> str:
    """A rule about one whole element, or about the segment, as an expression over values that are right."""
    rule, position = local.rule, local.element
    value = f"a{position}" if position <= count else "''"
    match rule.kind:
        case "must_use" | "should_use":
            return value
        case "not_used":
            return f"not {value}" if position else "False"
        case "codes" | "equals":
            names[f"R{number}"] = frozenset(rule.values) | {""}
            return f"{value} in R{number}"
        case "looks_like":
            either = "|".join(f"(?:{picture.pattern})" for picture in pictures(rule.values))
            names[f"R{number}"] = re.compile(either, re.DOTALL).fullmatch
            return f"(not {value} or R{number}({value}))"
        case "digits":
            digits = f"{value}.isascii() and {value}.isdigit()"
            return f"(not {value} or len({value}) == {rule.number} and {digits})"
        case "length":
            return f"(not {value} or len({value}) == {rule.number})"
        case "min":
            return f"(not {value} or len({value}) >= {rule.number})"
    return f"len({value}) <= {rule.number}"
