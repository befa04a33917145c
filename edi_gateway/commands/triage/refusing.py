"""A document refused after its syntax was found good: by its 997 while that waits, by an 824 after.

Takes the document that came and a reason; gives the bodies that go out now. Called by commands/triage/fixing.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.outgoing import Subject, queue
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.cases import resolve_about
from edi_gateway.model.documents.application_advice import ApplicationAdvice, ApplicationError, JudgedDocument
from edi_gateway.model.finding import Code, Finding, Location
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.store.ids import short
from edi_gateway.store.traffic import documents, refusals
from edi_gateway.x12.acks.refusing import refused

_REJECTED = "TR"  # DE110: set rejected
# DE647 by what is wrong; else 024, other
_CONDITION = {
    Code.FIELD_MISSING: "007",
    Code.VALUE_UNREADABLE: "848",
    Code.CODE_NOT_IN_TABLE: "848",
    Code.DATE_INVALID: "009",
    Code.INTERCHANGE_CONTROL_CONFLICT: "006",
}
_TEXT = 60  # characters of TED02


@dataclass(frozen=True, slots=True)
class Said:
    """What goes out: its set code and body."""

    set_code: str
    body: str


def by_acknowledgment(desk: Desk, document_id: int, why: str) -> Said:
    """Refuse a set in the 997 or 999 of its group, which must not have gone. What has gone is not taken back."""
    what = f"Refusing document {short(document_id)} by its 997"
    came = _came(desk, document_id, what, why)
    ack = refusals.acknowledgment(desk.conn, came.group_id)
    if ack is None:
        raise Refused(what=what, why="no acknowledgment of it was written")
    if ack.state != "QUEUED":
        gone = "waits in a file that is about to go" if ack.state == "BUNDLED" else f"is {ack.state.lower()}"
        raise Refused(
            what=what, why=f"its {ack.set_code} {gone} and cannot be taken back: refuse it by an 824"
        )
    element, segment = ack.delimiters[0], ack.delimiters[2]
    segments = [text.strip("\r\n").split(element) for text in ack.body.split(segment) if text.strip("\r\n")]
    made = refused(segments, came.set_code, came.control)
    if made is None:
        raise Refused(what=what, why=f"its {ack.set_code} says nothing good of it that could be changed")
    body = "".join(element.join(each) + segment for each in made)
    refusals.rewrite(desk.conn, ack.id, body, came.group_id, made[-1][1], int(made[-1][4]))
    refusals.refuse(desk.conn, document_id, "R")
    resolve_about(desk, f"Refused by {ack.set_code}: {why}", action="rejected", document_id=document_id)
    desk.record("document refused", f"document {document_id}", by=ack.set_code, why=why)
    return Said(ack.set_code, body)


def by_advice(desk: Desk, partners: Partners, document_id: int, finding: Finding | None, why: str) -> Said:
    """Refuse a set by an application advice (824, OTI01 TR). Once: a second one would say nothing new."""
    what = f"Refusing document {short(document_id)} by 824"
    came = _came(desk, document_id, what, why)
    profile = None if came.partner is None else partners.profile(came.partner)
    if came.partner is None or profile is None:
        raise Refused(what=what, why="its sender is not published")
    if profile.document("824", "out") is None:
        raise Refused(what=what, why=f"the profile of {came.partner} has no 824 that goes out")
    if refusals.advised(desk.conn, document_id):
        raise Refused(what=what, why="it was refused by an 824 already")
    document = ApplicationAdvice(
        purpose="00",
        number=short(document_id),
        issued_on=local_date(desk.clock(), profile.calendar),
        documents=(
            JudgedDocument(
                status=_REJECTED,
                reference_qualifier="TN",
                reference=came.control,
                group_control=int(came.group_control) if came.group_control.isdigit() else None,
                set_control=came.control,
                set_code=came.set_code,
                version=came.version,
                errors=(_error(finding, why),),
            ),
        ),
    )
    about = Subject(f"824 {came.set_code} {came.control}", test=came.test, answers_document_id=document_id)
    queued = queue(desk, partners, came.partner, "824", "AG", document, about)
    if not queued.valid:
        problem = queued.findings[0].message if queued.findings else "it cannot be written"
        raise Refused(what=what, why=problem)
    refusals.refuse(desk.conn, document_id, None)
    resolve_about(desk, f"Refused by 824: {why}", action="rejected", document_id=document_id)
    desk.record("document refused", f"document {document_id}", by="824", why=why)
    written = documents.load_outbound(desk.conn, queued.document_id)
    assert written is not None  # it was written a moment ago
    return Said("824", written.body)


def _error(finding: Finding | None, why: str) -> ApplicationError:
    """What is wrong, where, in the words of whoever refuses it."""
    code = "024" if finding is None else _CONDITION.get(finding.code, "024")
    at = finding.at if finding is not None and isinstance(finding.at, Location) else None
    return ApplicationError(
        code=code,
        message=why[:_TEXT],
        segment=at.segment if at else None,
        position=at.position if at else None,
        element=at.element if at else None,
        bad_value=(finding.value or "")[:99] or None if finding is not None and at else None,
    )


def _came(desk: Desk, document_id: int, what: str, why: str) -> refusals.Came:
    desk.require(what, PERMISSIONS["refuse a document"])
    if not why.strip():
        raise Refused(what=what, why="it needs a text that says why")
    came = refusals.came(desk.conn, document_id)
    if came is None:
        raise Refused(what=what, why="there is no such document that came in")
    if came.state not in refusals.REFUSABLE:
        raise Refused(what=what, why=f"it is {came.state.lower()} already")
    return came
