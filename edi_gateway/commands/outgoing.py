"""A document of ours about shipping or invoicing, put among those that wait to go (856, 810, 940).

Takes a canonical document and whose it is; writes its row, as QUEUED, or as INVALID with a case when our own checker
does not pass it. Called by the commands that make documents; the 855 has a room of its own (answering.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.model.documents.record import Record
from edi_gateway.model.finding import Code, Family, Finding, Severity


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about. `business_key`: what people find it by (shipment, invoice or release number)."""

    business_key: str
    order_id: int | None = None
    test: bool = False
    answers_document_id: int | None = None
    send_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """`valid` False: it stands as INVALID and does not go; the case says why."""

    document_id: int
    valid: bool
    findings: tuple[Finding, ...]


def queue(
    desk: Desk,
    partners: Partners,
    partner: str,
    set_code: str,
    gs_code: str,
    document: Record,
    about: Subject,
    ledger: Ledger | None = None,
) -> Queued:
    """Write a document for this partner and leave it to be sent. The partner must have the set in its profile.

    ledger: gathers the rows, of many documents perhaps; without one they are written at once.
    """
    gathered = Ledger(desk) if ledger is None else ledger
    profile = partners.profile(partner)
    agreed = None if profile is None else profile.document(set_code, "out")
    body, segments, found, delimiters = partners.write(partner, set_code)(document)
    wrong = [finding for finding in found if finding.severity is Severity.ERROR]
    if agreed is None:
        wrong.insert(0, _not_agreed(set_code, partner))
    document_id = desk.ids.next()
    row = {
        "id": document_id,
        "direction": "out",
        "partner": partner,
        "set_code": set_code,
        "version": agreed.version if agreed is not None else "004010",
        "gs_code": gs_code,
        "test": about.test,
        "state": "INVALID" if wrong else "QUEUED",
        "order_id": about.order_id,
        "business_key": about.business_key,
        "body": body,
        "segments": segments,
        "delimiters": delimiters,
        "snapshot": partners.hash(partner),
        "canonical": document.model_dump_json(exclude_defaults=True),
        "created_at": desk.clock(),
        "send_after": about.send_after,
        "answers_document_id": about.answers_document_id,
    }
    gathered.document(row)
    gathered.findings(found, document_id, about.order_id)
    if wrong:
        case = _invalid(set_code, wrong)
        subject = About(document_id=document_id, order_id=about.order_id)
        gathered.case(NewCase(case, partner, subject, test=about.test))
    if ledger is None:
        gathered.write()
    return Queued(document_id, not wrong, tuple(found))


def _invalid(set_code: str, wrong: Sequence[Finding]) -> Finding:
    first = wrong[0]
    return Finding(
        Code.OWN_DOCUMENT_INVALID,
        Severity.ERROR,
        message=f"Our {set_code} cannot go out: {first.message}",
        hint=first.hint
        or f"Mend the mapping or the guide of the {set_code}, publish the partner, and make it again.",
        at=first.at,
        rule=first.rule,
        value=first.value,
        family=Family.DOCS,
    )


def _not_agreed(set_code: str, partner: str) -> Finding:
    return Finding(
        Code.DOCUMENT_NOT_AGREED,
        Severity.ERROR,
        message=f"The profile of {partner} has no {set_code} that goes out.",
        hint=f'Add [[documents]] set = "{set_code}", direction = "out" to its partner.toml and publish it.',
        family=Family.DOCS,
    )
