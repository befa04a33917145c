"""What partners say about what we sent: 997, 999 and TA1, matched to our documents and transmissions.

Takes what was read of an acknowledgment; changes states, closes deadlines, and gives a case for each that
matches nothing or says no. Called by flow/taking/batch.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from edi_gateway.commands.triage.cases import About, NewCase, resolve
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.store import deadlines
from edi_gateway.store.book import cases
from edi_gateway.store.tables import transmissions
from edi_gateway.store.traffic import documents, outbox
from edi_gateway.store.traffic.documents import Outbound
from edi_gateway.x12.acks.ack_reading import AckReading, SetAck, read_interchange_ack

UNANSWERED = frozenset({"997", "999", "TA1"})  # nobody acknowledges an acknowledgment
_DOCUMENT_STATE = {"A": "ACKED", "E": "ACKED_WITH_ERRORS"}


@dataclass(slots=True)
class Received:
    """An acknowledgment that came in: of a group (`reading`) or of an interchange (`ta1`). `at`: when."""

    partner: str
    at: datetime
    document_id: int | None
    interchange_id: int
    test: bool
    reading: AckReading | None = None
    ta1: list[str] = field(default_factory=list)


def match(works: Works, conn: Connection, received: Received) -> list[NewCase]:
    """Apply it to what we sent. Acknowledging the same thing twice changes nothing the second time."""
    if received.reading is not None:
        return _functional(works, conn, received, received.reading)
    return _interchange(works, conn, received)


def _functional(works: Works, conn: Connection, received: Received, reading: AckReading) -> list[NewCase]:
    spoken_of = documents.acknowledged_by(conn, received.partner, reading.code, reading.control, lock=False)
    # the transmissions first, as whoever notes that they were sent does: else each would wait for the other
    outbox.lock(conn, {d.transmission_id for d in spoken_of if d.transmission_id is not None})
    ours = documents.acknowledged_by(conn, received.partner, reading.code, reading.control)
    if not ours:
        return [_unmatched(received, f"group {reading.code} {reading.control}")]
    told = {_plain(one.control): one for one in reading.details}
    new: list[NewCase] = []
    missing = [control for control in told if control not in {_plain(d.control) for d in ours}]
    if missing:
        new.append(_unmatched(received, f"set {', '.join(missing)} in group {reading.control}"))
    for document in ours:
        said = told.get(_plain(document.control))
        status = said.status if said is not None else "" if told else reading.status
        if not status or document.state == "CANCELLED":
            continue
        state = _DOCUMENT_STATE.get(status, "REJECTED")
        documents.set_state(conn, [document.id], state, status=status, acked_at=received.at)
        if status not in _DOCUMENT_STATE:
            new.append(_rejected(received, document, status, said))
    _settle(works, conn, {d.transmission_id for d in ours if d.transmission_id is not None})
    return new


def _settle(works: Works, conn: Connection, transmission_ids: set[int]) -> None:
    """A transmission is acknowledged once each set in it is that can be; rejected when one of them was."""
    for transmission_id in sorted(transmission_ids):
        answered = [
            d for d in documents.of_transmission(conn, transmission_id) if d.set_code not in UNANSWERED
        ]
        states = {d.state for d in answered}
        if states & {"SENT", "BUNDLED", "ACK_OVERDUE"}:
            continue
        outcome = "REJECTED" if "REJECTED" in states else "ACCEPTED"
        outbox.set_ack_state(conn, [transmission_id], outcome)
        deadlines.close(conn, [deadlines.ACK], [transmission_id])
        open_ones = cases.open_of(conn, transmission_id=transmission_id)
        late = [case.id for case in open_ones if case.code == Code.ACK_OVERDUE]
        resolve(works.desk(conn), late, "It was acknowledged, late.")


def _interchange(works: Works, conn: Connection, received: Received) -> list[NewCase]:
    said = read_interchange_ack(received.ta1)
    control = said.control
    wanted = {control, control.lstrip("0") or "0", control.zfill(9)}
    query = select(transmissions.c.id).where(
        transmissions.c.partner == received.partner, transmissions.c.control.in_(wanted)
    )
    found = list(conn.execute(query.order_by(transmissions.c.id).with_for_update()).scalars())
    if not found:
        return [_unmatched(received, f"interchange {control}")]
    if said.status != "R":
        return []
    transmission_id = found[-1]
    outbox.set_ack_state(conn, [transmission_id], "REJECTED")
    deadlines.close(conn, [deadlines.ACK], [transmission_id])
    rejected = documents.of_transmission(conn, transmission_id)
    documents.set_state(conn, [d.id for d in rejected], "REJECTED", status="R", acked_at=received.at)
    finding = Finding(
        Code.ACK_REJECTED,
        Severity.ERROR,
        message=f"They refused our interchange {control} as a whole: {said.meaning} (TA1 note {said.note}).",
        hint="Mend the envelope in the partner's profile, then send the documents again.",
        rule=f"TA1 {said.note}",
        family=Family.ACK_997,
    )
    return [NewCase(finding, received.partner, About(transmission_id=transmission_id), test=received.test)]


def _rejected(received: Received, document: Outbound, status: str, said: SetAck | None) -> NewCase:
    errors = " ".join(said.errors) if said is not None else ""
    finding = Finding(
        Code.ACK_REJECTED,
        Severity.ERROR,
        message=f"They refused our {document.set_code} {document.control} of group {document.group_control} "
        f"(status {status}{', ' + errors if errors else ''}).",
        hint="Mend the mapping or the guide by what their AK3 and AK4 say, then send it again.",
        rule=f"{document.set_code} {status}",
        family=Family.ACK_997,
    )
    about = About(
        document_id=document.id, order_id=document.order_id, transmission_id=document.transmission_id
    )
    return NewCase(finding, received.partner, about, test=received.test)


def _unmatched(received: Received, what: str) -> NewCase:
    finding = Finding(
        Code.ACK_UNMATCHED,
        Severity.WARNING,
        message=f"They acknowledge {what}, which we did not send.",
        hint="Ask the partner whose it is; nothing was changed.",
        family=Family.ACK_997,
    )
    about = About(interchange_id=received.interchange_id, document_id=received.document_id)
    return NewCase(finding, received.partner, about, test=received.test)


def _plain(control: str | None) -> str:
    return (control or "").strip().lstrip("0") or "0"
