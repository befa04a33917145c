"""A document of ours as one version of a partner writes it, and how two of them differ.

Takes a canonical document and the partner's tools, gives its segments with what our own checker says of them. The steps
are those of flow/telling/answers.py. Called by judging.py and trial.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from edi_gateway.mapping.partner import PartnerTools
from edi_gateway.model.documents.record import Record
from edi_gateway.model.finding import Finding, Severity
from edi_gateway.triage.trying import difference
from edi_gateway.triage.trying.difference import Difference
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.dictionary import nearest
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.writing import writer as x12_writer
from edi_gateway.x12.writing.splitting import split_long


@dataclass(frozen=True, slots=True)
class Made:
    """`segments` None: it cannot be written, `problem` says why."""

    segments: list[list[str]] | None
    findings: tuple[Finding, ...] = ()  # of writing
    problem: str = ""
    marks: Delimiters | None = None
    guide: Guide | None = None

    def checked(self) -> tuple[Finding, ...]:
        """What our own checker says as well: with an ERROR it does not go out."""
        if self.segments is None or self.guide is None or self.marks is None:
            return self.findings
        return (*self.findings, *x12_writer.check_body(self.guide, self.segments, self.marks))


def written(tools: PartnerTools, set_code: str, document: Record) -> Made:
    """The segments between ST and SE."""
    agreed = tools.agreed(set_code, "out")
    version = nearest(agreed.version if agreed is not None else "004010")[0]
    writer, guide = tools.writer(set_code, version), tools.guide(set_code, version)
    if writer is None or guide is None:
        return Made(None, (), "no mapping writes it")
    said = tools.profile.writing
    marks = Delimiters(
        said.element, said.component, said.segment, said.repetition if version >= "005010" else None
    )
    outcome = writer.write(document, marks)
    if outcome.value is None:
        first = next((f.message for f in outcome.findings if f.severity is Severity.ERROR), "it says nothing")
        return Made(None, outcome.findings, first)
    segments = [list(each) for each in split_long(outcome.value, guide)]
    return Made(segments, outcome.findings, "", marks, guide)


def alike(live: PartnerTools, draft: PartnerTools, set_code: str) -> bool:
    """Whether both versions write a document of this set in the same way."""
    return _way(live, set_code) == _way(draft, set_code)


def _way(tools: PartnerTools, set_code: str) -> tuple[object, ...]:
    agreed, mapping = tools.agreed(set_code, "out"), tools.mapping(set_code)
    version = nearest(agreed.version if agreed is not None else "004010")[0]
    guide = tools.guide(set_code, version)
    return (version, mapping and mapping.hash, guide and guide.hash, tools.profile.writing)


def between(live: PartnerTools, draft: PartnerTools, set_code: str, canonical: str) -> Iterator[Difference]:
    """What is different of a document that went out, from what it said."""
    was, now = (_again(tools, set_code, canonical) for tools in (live, draft))
    yield from differences(set_code, was, now)


def differences(set_code: str, was: Made, now: Made) -> Iterator[Difference]:
    """Between two versions of the same document."""
    if was.segments is None or now.segments is None:
        old, new = (
            "can be written" if each.segments is not None else "cannot be written" for each in (was, now)
        )
        if old != new:
            place, worse = f"{old} → {new}", now.segments is None
            yield Difference(
                set_code,
                place,
                difference.CHANGED,
                was.problem or None,
                now.problem or None,
                worse,
                now.problem,
            )
        return
    if was.marks != now.marks:
        old, new = (" ".join(filter(None, each or ())) for each in (was.marks, now.marks))
        yield Difference(set_code, "delimiters", difference.CHANGED, old, new)
    if was.segments != now.segments or was.guide is not now.guide or was.marks != now.marks:
        yield from difference.findings(f"{set_code} check", was.checked(), now.checked())
        yield from difference.segments(set_code, was.segments, now.segments)


def _again(tools: PartnerTools, set_code: str, canonical: str) -> Made:
    mapping = tools.mapping(set_code)
    if mapping is None:
        return Made(None, (), "no mapping writes it")
    try:
        document = mapping.model.model_validate_json(canonical)
    except ValidationError as error:
        return Made(None, (), f"what was kept of it is not read any more: {error.errors()[0]['msg']}")
    return written(tools, set_code, document)
