"""A segment in words: what the dictionary calls it and each of its elements, what their codes mean, which notes of the
standard and which rules of the partner's guide are about it.

Takes the guide and a segment at its place; gives rows that a screen, a JSON line or a page can show. Called by
reports/triage/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from edi_gateway.model.finding import Finding, Location
from edi_gateway.x12.anatomy.painting import visible
from edi_gateway.x12.checking.guide import Guide, Node
from edi_gateway.x12.checking.rules import parse
from edi_gateway.x12.description import sentence
from edi_gateway.x12.dictionary import Dictionary, SegmentDef, Use
from edi_gateway.x12.dictionary.told import Element, elements, note_said, often
from edi_gateway.x12.parsing.header import Delimiters

CODES: Final = 12  # that are shown where a code is wrong


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule of the partner's guide as a sentence; `element` 0: about the whole segment."""

    id: str
    element: int
    asks: str
    message: str


@dataclass(frozen=True, slots=True)
class ElementTold:
    """`meaning`: of its code, in our words; None: no code, or none that is listed. `findings`: their numbers in the
    list that was given. `codes`: where something was found, what may stand there ("00 original"), so many more with
    them."""

    at: str
    number: str
    name: str
    use: str
    form: str
    value: str
    meaning: str | None
    rules: tuple[RuleTold, ...]
    findings: tuple[int, ...]
    codes: tuple[str, ...] = ()
    more_codes: int = 0


@dataclass(frozen=True, slots=True)
class SegmentTold:
    """`position` from 1, ST being 1; `where` the loop; `use` and `often` say what the set asks; `notes` are the
    relational ones about what is given; elements that may be empty and are, are left out. A segment that the
    dictionary does not have is named "" and has no elements."""

    position: int
    tag: str
    name: str
    where: str
    use: str
    often: str
    text: str
    notes: tuple[str, ...]
    rules: tuple[RuleTold, ...]
    findings: tuple[int, ...]
    elements: tuple[ElementTold, ...]


def told(
    known: Dictionary,
    segment: Sequence[str],
    position: int,
    delimiters: Delimiters,
    found: Sequence[Finding],
    guide: Guide | None = None,
    node: int = -1,
) -> SegmentTold:
    """One segment. `found`: all findings of the set; those at this position count. `node` -1: it has no place."""
    tag = segment[0]
    definition = known.segments.get(tag)
    place = guide.nodes[node] if guide is not None and node >= 0 else None
    rules = tuple(_rules(guide, place)) if guide is not None and place is not None else ()
    here = [
        (number, finding.at)
        for number, finding in enumerate(found)
        if isinstance(finding.at, Location) and finding.at.position == position
    ]
    return SegmentTold(
        position=position,
        tag=tag,
        name="" if definition is None else definition.name,
        where="" if place is None else place.loop,
        use="" if place is None else {"M": "must", "O": "may"}.get(place.requirement, "may"),
        often="" if place is None else often(place.max),
        text=visible(delimiters.element.join(segment).encode("latin-1", "replace")),
        notes=() if definition is None else tuple(_notes(definition, segment, here)),
        rules=tuple(rule for rule in rules if not rule.element),
        findings=tuple(number for number, at in here if at.element is None),
        elements=() if definition is None else tuple(_elements(known, definition, segment, rules, here)),
    )


def _notes(
    definition: SegmentDef, segment: Sequence[str], here: Sequence[tuple[int, Location]]
) -> Iterator[str]:
    """The relational notes about an element that is given, or in which something was found."""
    wanted = {at.element for _, at in here} | {number for number, value in enumerate(segment) if value}
    for note in definition.notes:
        if any(int(note[at : at + 2]) in wanted for at in range(1, len(note), 2)):
            yield note_said(note)


def _elements(
    known: Dictionary,
    definition: SegmentDef,
    segment: Sequence[str],
    rules: Sequence[RuleTold],
    here: Sequence[tuple[int, Location]],
) -> Iterator[ElementTold]:
    wanted = {rule.element for rule in rules} | {at.element for _, at in here}
    for number, element in enumerate(elements(known, definition.tag), start=1):
        value = segment[number] if len(segment) > number else ""
        use = definition.uses[number - 1]
        if not value and use.requirement != "M" and number not in wanted:
            continue
        yield ElementTold(
            element.at, element.number, element.name, element.use, element.form,
            visible(value.encode("latin-1", "replace")), _meaning(known, element, use, value),
            tuple(rule for rule in rules if rule.element == number),
            tuple(number_ for number_, at in here if at.element == number),
            *(_codes(known, use) if any(at.element == number for _, at in here) else ()),
        )  # fmt: skip
    for number in range(len(definition.uses) + 1, len(segment)):
        yield ElementTold(
            f"{definition.tag}{number:02}", "", "beyond the last element", "", "",
            visible(segment[number].encode("latin-1", "replace")), None, (),
            tuple(number_ for number_, at in here if at.element == number),
        )  # fmt: skip


def _codes(known: Dictionary, use: Use) -> tuple[tuple[str, ...], int]:
    """The first codes that are listed for an element, with what they mean, and how many more there are."""
    listed = known.elements[use.element].codes if use.element in known.elements else None
    if not listed:
        return (), 0
    shown = [f"{code} {said}" for code, said in sorted(listed.items())[:CODES]]
    return tuple(shown), len(listed) - len(shown)


def _meaning(known: Dictionary, element: Element, use: Use, value: str) -> str | None:
    if not value or not element.type or use.element not in known.elements:
        return None
    return meaning(known, use.element, value)


def meaning(known: Dictionary, element: str, code: str) -> str | None:
    """What a code of an element means; None when it is not listed. KeyError when there is no such element."""
    codes = known.elements[element].codes
    return None if codes is None else codes.get(code)


def _rules(guide: Guide, place: Node) -> Iterator[RuleTold]:
    for local in guide.local.get(place.index, ()):
        yield RuleTold(local.rule.id, local.element, sentence(local.rule), local.rule.message)
    for wide in guide.wide:
        if place.index in wide.nodes:
            selector = parse(wide.rule.target, wide.rule.id)
            yield RuleTold(wide.rule.id, selector.element, sentence(wide.rule), wide.rule.message)
