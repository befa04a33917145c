"""The fast pass over one segment: straight-line Python, generated for each tag and number of elements.

Takes a SegmentDef, the rules of its place and the delimiters; gives a function that says True only when
nothing at all is wrong. It tests each element against the values already known to be right; a value not seen
before goes once through the exact check (x12.segments). Called by x12.guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from edi_gateway.model.finding import Code
from edi_gateway.x12.dictionary import ElementDef, SegmentDef, Use
from edi_gateway.x12.rules import LocalRule, qualifier_of
from edi_gateway.x12.segments import Context, element_problems

Check = Callable[[list[str]], bool]

_REMEMBERED = 4_096  # values of one element; beyond, new ones are checked each time they come
_DIGITS = re.compile(r"\d+", re.ASCII)


class Known:
    """The values of one element that are known to be right; `learn` takes another one in, or says False."""

    __slots__ = ("context", "good", "obvious", "use")

    def __init__(self, use: Use, context: Context, added: frozenset[str]) -> None:
        self.use = use
        self.context = context
        self.good = {code for code in added if self._only_unlisted(code)}
        if use.requirement != "M":
            self.good.add("")
        self.obvious = _obvious(context.dictionary.elements.get(use.element), context)

    def _only_unlisted(self, code: str) -> bool:
        found = element_problems(self.use, "", code, self.context)
        return all(problem.code in (Code.CODE_INVALID, Code.CODE_UNLISTED) for problem in found)

    def holds(self, value: str) -> bool:
        return value in self.good or self.learn(value)

    def learn(self, value: str) -> bool:
        if not value:
            return False
        if not self.obvious(value) and (
            not value.strip(" ") or any(True for _ in element_problems(self.use, "", value, self.context))
        ):
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

    def __init__(self, context: Context) -> None:
        self.context = context
        self.known: dict[tuple[str, bool, int, frozenset[str]], Known] = {}

    def know(self, use: Use, added: frozenset[str]) -> Known:
        """What is known about an element; `added` are codes that the guide adds to its list."""
        key = (use.element, use.requirement == "M", use.repeat, added)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = Known(use, self.context, added)
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
            known = self.know(use, _added(rules, use.position))
            names[f"G{use.position}"] = known.good
            names[f"L{use.position}"] = known.learn
            tests.append(f"(a{use.position} in G{use.position} or L{use.position}(a{use.position}))")
        tests += [test for note in definition.notes if (test := _note(note, count))]
        for number, local in enumerate(rules):
            if test := self._rule(definition.tag, local, number, count, names):
                tests.append(test)
        arguments = "".join(f", a{position}" for position in range(1, count + 1))
        source = f"def check(segment):\n    _{arguments}, = segment\n    return bool({' and '.join(tests) or 'True'})\n"
        exec(compile(source, f"<check of {definition.tag} with {count} elements>", "exec"), names)
        check: Check = names["check"]  # type: ignore[assignment]
        return check

    def _rule(self, tag: str, local: LocalRule, number: int, count: int, names: dict[str, object]) -> str:
        """A guide rule as an expression. What it adds to a list is in what is known, or left to the exact check."""
        rule = local.rule
        if rule.kind == "add_codes":
            return ""
        if local.component or local.repeats or local.conditions or rule.kind not in _PLAIN:
            names[f"K{number}"] = partial(local.keeps, delimiters=self.context.delimiters)
            return f"K{number}(segment)"
        test = _plain_rule(local, number, count, names)
        if not local.qualifiers:
            return test
        at = qualifier_of(tag)
        if at > count:
            return ""
        names[f"Q{number}"] = local.qualifiers
        return f"(a{at} not in Q{number} or {test})"


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


_PLAIN = frozenset({"must_use", "should_use", "not_used", "codes", "equals", "min", "max"})


def _plain_rule(local: LocalRule, number: int, count: int, names: dict[str, object]) -> str:
    """A rule about one whole element, or about the segment, as an expression."""
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
        case "min":
            return f"(not {value} or len({value}) >= {rule.number})"
    return f"len({value}) <= {rule.number}"
