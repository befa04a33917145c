"""What was found about a document or a case, in plain words, with the rule behind each: of the partner's guide, a check
of ours, a row of the mapping, or the standard.

Takes a Subject; gives findings with their rules. Called by marked.py, the CLI and the pages.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, false, or_, select

from edi_gateway.model.finding import Code, Effect, Family, Finding, Location, Severity
from edi_gateway.orders.checks import CHECKS
from edi_gateway.reports.traffic.raw import receipt_bytes
from edi_gateway.reports.triage.rereading import Reread
from edi_gateway.reports.triage.subjects import Subject
from edi_gateway.store.tables import findings as table
from edi_gateway.store.tables import interchanges
from edi_gateway.store.traffic import findings
from edi_gateway.x12.description import sentence
from edi_gateway.x12.parsing.header import WINDOW, read_header

MOST = 300  # of a document; the rest is counted


@dataclass(frozen=True, slots=True)
class Told:
    """A finding. `rule`: what is behind it, in words; `behind`: "guide", "check", "mapping" or "standard"; `main`: it
    is what opened the case."""

    finding: Finding
    behind: str
    rule: str
    main: bool


def told(conn: Connection, subject: Subject, read: Reread | None, most: int = MOST) -> list[Told]:
    """What opened the case first, then the rest as it was found; at most so many, each once."""
    c = table.c
    if subject.document_id is not None or subject.order_id is not None:
        about = [
            column == wanted
            for column, wanted in ((c.document_id, subject.document_id), (c.order_id, subject.order_id))
            if wanted is not None
        ]
        # what is wrong with its envelope is about it, too
        if subject.receipt_id is not None and subject.document_id is not None:
            about.append((c.receipt_id == subject.receipt_id) & c.document_id.is_(None))
        where = or_(*about)
    elif subject.receipt_id is not None:
        where = c.receipt_id == subject.receipt_id
    else:
        where = false()
    stored = [
        findings.of_row(row) for row in conn.execute(select(table).where(where).order_by(c.id).limit(most))
    ]
    if subject.message and not any(one.message == subject.message for one in stored):
        row = conn.execute(select(table).where(where, c.message == subject.message).limit(1)).first()
        stored += [] if row is None else [findings.of_row(row)]
    if subject.message and not any(one.message == subject.message for one in stored):
        stored.append(_of_case(conn, subject))
    unique = list(dict.fromkeys(stored))
    unique.sort(key=lambda one: one.message != subject.message)
    return [Told(one, *behind(one, read), main=one.message == subject.message) for one in unique]


_OF_ISA = {  # cases about an interchange as a whole: the elements of the ISA that they are about
    Code.PARTNER_UNKNOWN: (5, 8),
    Code.INTERCHANGE_CONTROL_CONFLICT: (13, 13),
    Code.TEST_IN_PRODUCTION: (15, 15),
    Code.PRODUCTION_IN_TEST: (15, 15),
}


def _of_case(conn: Connection, subject: Subject) -> Finding:
    """What a case itself says, where no finding is kept beside it."""
    code = Code(subject.code)
    at = None
    if code in _OF_ISA and subject.receipt_id is not None and subject.interchange_id is not None:
        i = interchanges.c
        begins = conn.execute(select(i.offset).where(i.id == subject.interchange_id)).scalar_one_or_none()
        if begins is not None:
            at = _in_isa(receipt_bytes(conn, subject.receipt_id, begins, WINDOW), begins, *_OF_ISA[code])
    return Finding(
        code,
        Severity.ERROR,
        subject.message,
        subject.hint,
        at,
        effect=Effect.NONE,
        family=Family(subject.family),
    )


def _in_isa(window: bytes, begins: int, first: int, last: int) -> Location | None:
    header = read_header(window.decode("latin-1"))
    if header is None:
        return None
    start, end = header.starts[first], header.starts[last] + len(header.elements[last])
    return Location(segment="ISA", element=first, offset=begins + start, length=end - start)


def behind(finding: Finding, read: Reread | None) -> tuple[str, str]:
    """The kind of rule that it comes from, and the rule in words."""
    rule = finding.rule
    if rule is not None and read is not None and read.guide is not None:
        for asked in read.guide.rules:
            if asked.id == rule:
                partner = read.published.profile.key if read.published is not None else "the partner"
                return "guide", f"The guide of {partner} says: {asked.target} {sentence(asked)}."
    if rule is not None and rule in _checks():
        return "check", _checks()[rule]
    if rule is not None and read is not None and read.mapping is not None:
        for row in read.mapping.rows:
            if row.selector == rule:
                return "mapping", f"Row [{rule}] of {row.at.file}, line {row.at.line}, reads it."
    if rule is not None:
        return "rule", rule
    if isinstance(finding.at, Location) and read is not None:
        return "standard", _standard(finding.at, read)
    return "standard", "The envelope as X12 wants it." if isinstance(finding.at, Location) else ""


def _standard(at: Location, read: Reread) -> str:
    """What the dictionary says of the place."""
    version = f"X12 {read.known.version}"
    segment = read.known.segments.get(at.segment or "")
    if segment is None:
        return f"{version} has no segment {at.segment}." if at.segment else version
    if not at.element or at.element > len(segment.uses):
        return f"{version}: segment {segment.tag}, {segment.name}."
    use = segment.uses[at.element - 1]
    known = read.known
    if use.element in known.composites:
        return (
            f"{version}: {segment.tag}{at.element:02} is the composite {known.composites[use.element].name}."
        )
    made = known.elements[use.element]
    length = str(made.max) if made.min == made.max else f"{made.min} to {made.max}"
    closed = " Only the codes that are listed may stand there." if made.complete and made.codes else ""
    return (
        f"{version}: {segment.tag}{at.element:02} is element {made.number}, {made.name}, of type {made.type}, "
        f"{length} characters.{closed}"
    )


@cache
def _checks() -> dict[str, str]:
    """What each check says is wrong when it finds something: the first paragraph of its docstring."""
    return {
        check.__name__: " ".join(inspect.cleandoc(check.__doc__ or "").partition("\n\n")[0].split())
        for check in CHECKS
    }
