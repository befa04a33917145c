"""A guide in words: each place of the set with what the rules make of it, and each rule as a sentence.

Takes a Guide, gives rows that a screen or a JSON line can show. Called by `guide show`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edi_gateway.x12.checking.guide import Guide, Node
from edi_gateway.x12.checking.rules import Rule, parse

_USE = {"M": "must", "O": "may"}
_SAID = {
    "must_use": "must be used",
    "should_use": "should be used",
    "not_used": "is not used",
    "codes": "is one of {values}",
    "add_codes": "may also be {values}",
    "equals": "is {values}",
    "min": "has at least {number} characters",
    "max": "has at most {number} characters",
    "length": "has {number} characters",
    "digits": "is {number} digits",
    "looks_like": "looks like {values}",
    "max_use": "is used at most {times}",
    "min_use": "is used at least {times}",
    "exactly": "is used {times}",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A segment's place in the set: `depth` is how many loops it stands in, `use` "must" or "may", `most` how
    often in a row (None: any number), `rules` the ids of those that are about it or an element of it."""

    selector: str
    tag: str
    name: str
    depth: int
    use: str
    most: int | None
    opens_loop: bool
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule as a sentence; `counts`: whether it has a place in this release of the set."""

    id: str
    target: str
    asks: str
    severity: str
    message: str
    hint: str
    counts: bool


def places(guide: Guide) -> Iterator[Place]:
    """Every place between ST and SE, in the order of the standard."""
    about: dict[int, list[str]] = {}
    for index, locals_ in guide.local.items():
        about.setdefault(index, []).extend(local.rule.id for local in locals_)
    for wide in guide.wide:
        for index in wide.nodes:
            about.setdefault(index, []).append(wide.rule.id)
    for node in guide.nodes[1:-1]:
        yield Place(
            node.selector,
            node.tag,
            guide.segment(node.tag).name,
            _depth(node),
            _USE.get(node.requirement, "may"),
            node.max,
            node.opens_loop,
            tuple(dict.fromkeys(about.get(node.index, ()))),
        )


def asked(guide: Guide) -> Iterator[Asked]:
    """Every rule of the guide, in the order of its file."""
    placed = {local.rule.id for rules in guide.local.values() for local in rules}
    placed |= {wide.rule.id for wide in guide.wide}
    for rule in guide.rules:
        severity = "CASE" if rule.case else rule.gravity.value
        counts = rule.id in placed
        yield Asked(rule.id, rule.target, sentence(rule), severity, rule.message, rule.hint, counts)


def sentence(rule: Rule) -> str:
    """What a rule asks of its target: "is one of UK, UP, when DTM*064"."""
    times = "once" if rule.number == 1 else f"{rule.number} times"
    said = _SAID[rule.kind].format(values=", ".join(rule.values), number=rule.number, times=times)
    if rule.having:
        said += f", with {' and '.join(rule.having)}"
    if rule.when:
        said += f", when {_condition(rule.when, rule)}"
    if rule.unless:
        said += f", unless {_condition(rule.unless, rule)}"
    return said


def _condition(text: str, rule: Rule) -> str:
    place, _, values = text.partition("=")
    if place[:1].isdigit():
        place = f"{parse(rule.target, rule.id).path.rsplit('/', 1)[-1]}:{place}"
    if values:
        return f"{place} is {' or '.join(values.split('|'))}"
    return f"{place} is given"


def _depth(node: Node) -> int:
    return len(node.path) - node.opens_loop
