"""Makes an interchange from trees of segments: values become text, long text is spread, delimiters are picked.

Takes an Envelope, groups of sets and the delimiters to choose from; gives bytes that our own checker has
passed, or findings. Called by whoever writes X12 without a mapping; x12.writer does the letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from edi_gateway.model.finding import Code, Finding, Location, Outcome, Severity
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.dictionary import ElementDef
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.writing.splitting import split_long
from edi_gateway.x12.writing.writer import (
    Envelope,
    GroupText,
    SetText,
    as_declared,
    body_text,
    check_body,
    interchange,
)


class Composite(tuple["Value", ...]):
    """The components of an element."""


class Repeated(tuple["Value | Composite", ...]):
    """An element more than once."""


Value = str | Decimal | int | date | None
Element = Value | Composite | Repeated
#: A segment, its tag first; or a loop: a sequence of segments and loops.
Tree = Sequence["Element | Tree"]


class SetTree(NamedTuple):
    """What stands between ST and SE, under the guide that it must pass."""

    guide: Guide
    control: str
    body: Tree


class GroupTree(NamedTuple):
    """Sets of one kind and release: GS08, GS06."""

    version: str
    control: str
    sets: Sequence[SetTree]


@dataclass(frozen=True, slots=True)
class Composed:
    """The bytes, and the delimiters that were picked."""

    content: bytes
    delimiters: Delimiters


def compose(
    envelope: Envelope,
    control: str,
    at: datetime,
    groups: Sequence[GroupTree],
    others: Sequence[Delimiters] = (),
) -> Outcome[Composed]:
    """An interchange; None when a finding is an ERROR. The first delimiters of the envelope and `others` that stand in
    no value are taken. Raises EnvelopeInvalid as `writer.interchange` does."""
    findings: list[Finding] = []
    for picked in (envelope.delimiters, *others):
        delimiters = as_declared(picked, envelope.isa_version)
        findings = []
        texts: list[GroupText] = []
        for group in groups:
            sets: list[SetText] = []
            for one in group.sets:
                outcome = body_of(one.guide, one.body, delimiters, envelope.encoding)
                findings += outcome.findings
                if outcome.value is not None:
                    text, count = outcome.value
                    sets.append((one.guide.set_code, one.control, text, count))
            code = group.sets[0].guide.dictionary.sets[group.sets[0].guide.set_code].group
            texts.append((code, group.version, group.control, sets))
        if not any(finding.code is Code.DELIMITER_IN_DATA for finding in findings):
            break
    if any(finding.severity is Severity.ERROR for finding in findings):
        return Outcome(None, tuple(findings))
    content = interchange(replace(envelope, delimiters=delimiters), control, at, texts)
    return Outcome(Composed(content, delimiters), tuple(findings))


def body_of(
    guide: Guide, body: Tree, delimiters: Delimiters, encoding: str = "latin-1"
) -> Outcome[tuple[str, int]]:
    """The text between ST and SE and its number of segments; None when a finding is an ERROR."""
    findings: list[Finding] = []
    segments = [
        list(_segment(guide, segment, position, delimiters, findings))
        for position, segment in enumerate(_flat(body), start=2)
    ]
    if findings:
        return Outcome(None, tuple(findings))
    segments = split_long(segments, guide)
    text = body_text(segments, delimiters, encoding)
    findings = [*check_body(guide, segments, delimiters), *text.findings]
    if text.value is None or any(each.severity is Severity.ERROR for each in findings):
        return Outcome(None, tuple(findings))
    return Outcome((text.value, len(segments)), tuple(findings))


def _flat(tree: Tree) -> Iterator[Sequence[Element]]:
    """The segments of a tree in their order."""
    if tree and isinstance(tree[0], str):
        yield tree  # type: ignore[misc]  # what begins with a tag is a segment
        return
    for branch in tree:
        yield from _flat(branch)  # type: ignore[arg-type]


def _segment(
    guide: Guide, segment: Sequence[Element], position: int, delimiters: Delimiters, findings: list[Finding]
) -> Iterator[str]:
    tag = str(segment[0])
    yield tag
    known = guide.dictionary.segments.get(tag)
    uses = known.uses if known else ()
    for number, element in enumerate(segment[1:], start=1):
        at = Location(segment=tag, position=position, element=number)
        name = uses[number - 1].element if number <= len(uses) else ""
        yield _element(guide, name, element, delimiters, at, findings)


def _element(
    guide: Guide,
    name: str,
    element: Element,
    delimiters: Delimiters,
    at: Location,
    findings: list[Finding],
) -> str:
    if isinstance(element, Repeated):
        if delimiters.repetition is None and len(element) > 1:
            findings.append(
                Finding(
                    Code.TOO_MANY_REPETITIONS,
                    Severity.ERROR,
                    f"{at.segment}{at.element:02} is repeated; before 00402 nothing separates repetitions.",
                    "Give one value, or write a newer version.",
                    at,
                )
            )
        once = [_element(guide, name, each, delimiters, at, findings) for each in element]
        return (delimiters.repetition or "").join(
            _kept(text, delimiters.repetition, at, findings) for text in once
        )
    if isinstance(element, Composite):
        composite = guide.dictionary.composites.get(name)
        uses = composite.uses if composite else ()
        parts = [
            _element(guide, uses[n].element if n < len(uses) else "", part, delimiters, at, findings)
            for n, part in enumerate(element)
        ]
        while parts and not parts[-1]:
            parts.pop()
        return delimiters.component.join(_kept(part, delimiters.component, at, findings) for part in parts)
    try:
        return as_text(element, guide.dictionary.elements.get(name))
    except ValueError as problem:
        findings.append(
            Finding(
                Code.NUMBER_INVALID,
                Severity.ERROR,
                f"{at.segment}{at.element:02} cannot be written: {problem}.",
                "Correct it at its source.",
                at,
                value=str(element),
            )
        )
        return ""


def _kept(text: str, separator: str | None, at: Location, findings: list[Finding]) -> str:
    """A part that must not hold the separator around it: it would be read as two."""
    if separator and separator in text:
        findings.append(
            Finding(
                Code.DELIMITER_IN_DATA,
                Severity.ERROR,
                f"{at.segment}{at.element:02} holds {separator!r}, which takes the element apart: {text!r}.",
                "Change the text, or agree with the partner on other delimiters.",
                at,
                value=text,
            )
        )
    return text


def as_text(value: Value, element: ElementDef | None) -> str:
    """A value as its element writes it: numbers without needless zeros, implied decimals for N1 to N9, zeros in front
    up to the least length, dates as CCYYMMDD (YYMMDD where the element has six). ValueError when it cannot hold it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return f"{value:%y%m%d}" if element is not None and element.max == 6 else f"{value:%Y%m%d}"
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value} is no number")
    kind = element.type if element is not None else "R"
    least = element.min if element is not None else 1
    if kind[0] == "N":
        places = int(kind[1:] or 0)
        scaled = number.scaleb(places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {places} decimals")
        digits = f"{abs(scaled):.0f}"
    else:
        digits = f"{abs(number):f}"
        if "." in digits:
            digits = digits.rstrip("0").rstrip(".")
        digits = digits.lstrip("0") or "0"
        if digits.startswith("."):
            least += 1  # the point does not count
    return ("-" if number < 0 else "") + digits.zfill(least)
