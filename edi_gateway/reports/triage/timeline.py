"""Everything that happened to what a case or a page is about, in one row: receipt, reading, findings, 997, orders,
notes, replays, what was sent and posted.

Takes a Subject; gives happenings, the oldest first. Called by the CLI and the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from edi_gateway.reports.reading import rows
from edi_gateway.reports.triage.subjects import Subject
from edi_gateway.store.ids import short
from edi_gateway.store.tables import (
    as2_messages,
    case_notes,
    cases,
    documents,
    findings,
    groups,
    interchanges,
    messages,
    order_events,
    postings,
    receipts,
    transmissions,
)
from edi_gateway.store.watch.messages import MESSAGE

MOST = 500  # of each kind


@dataclass(frozen=True, slots=True)
class Happening:
    """`kind`: received, read, found, acknowledged, order, case, note, replayed, sent, posted, written. `id`: of the row
    that says so."""

    at: datetime
    by: str | None
    kind: str
    text: str
    id: int | None = None


def timeline(conn: Connection, subject: Subject) -> list[Happening]:
    """At most so many of each kind; those of one moment in the order in which they follow from each other."""
    happened = [
        *_received(conn, subject),
        *_read(conn, subject),
        *_acknowledged(conn, subject),
        *_order(conn, subject),
        *_cases(conn, subject),
        *_sent(conn, subject),
        *_posted(conn, subject),
        *_written(conn, subject),
    ]
    return sorted(happened, key=lambda one: one.at)


def _received(conn: Connection, subject: Subject) -> Iterator[Happening]:
    """The receipt, what it repeats, and its replays."""
    if subject.receipt_id is None:
        return
    r = receipts.c
    root = conn.execute(select(r.replay_of).where(r.id == subject.receipt_id)).scalar_one_or_none()
    root = root or subject.receipt_id
    query = select(r.id, r.received_at, r.name, r.size, r.connection, r.state, r.done_at, r.replay_of)
    wanted = query.where((r.id == root) | (r.replay_of == root)).order_by(r.id).limit(MOST)
    for row in conn.execute(wanted):
        if row.replay_of is None:
            text = f"{row.name} came by {row.connection}: {row.size} bytes."
            yield Happening(row.received_at, None, "received", text, row.id)
        else:
            text = f"Replayed as receipt {short(row.id)} ({row.state.lower()}), {row.size} bytes."
            yield Happening(row.received_at, None, "replayed", text, row.id)
        if row.done_at is not None:
            i = interchanges.c
            states = rows(
                conn, select(i.control, i.state).where(i.receipt_id == row.id).order_by(i.id).limit(5)
            )
            said = ", ".join(f"interchange {control}: {state.lower()}" for control, state in states)
            yield Happening(row.done_at, None, "read", f"It was read: {said or row.state.lower()}.", row.id)


def _read(conn: Connection, subject: Subject) -> Iterator[Happening]:
    """The document with what was found in it, and those that became of it in replays."""
    if subject.document_id is None:
        return
    d, f = documents.c, findings.c
    row = conn.execute(select(documents).where(d.id == subject.document_id)).one_or_none()
    if row is None:
        return
    same = [row]
    if row.receipt_id is not None:
        r = receipts.c
        root = conn.execute(select(r.replay_of).where(r.id == row.receipt_id)).scalar_one_or_none()
        again = select(r.id).where(
            (r.replay_of == (root or row.receipt_id)) | (r.id == (root or row.receipt_id))
        )
        query = select(documents).where(
            d.receipt_id.in_(again), d.set_code == row.set_code, d.control == row.control, d.id != row.id
        )
        same += conn.execute(query.order_by(d.id).limit(MOST)).all()
    for each in same:
        counted = rows(
            conn, select(f.severity, func.count()).where(f.document_id == each.id).group_by(f.severity)
        )
        made = "made" if each.direction == "out" else "read"
        said = f"{each.set_code} {each.control or ''} was {made}: {each.state.lower()}.".replace("  ", " ")
        if counted:
            said += " Found: " + ", ".join(f"{count} {name.lower()}" for name, count in sorted(counted)) + "."
        yield Happening(each.created_at, None, "read", said, each.id)


def _acknowledged(conn: Connection, subject: Subject) -> Iterator[Happening]:
    if subject.document_id is None:
        return
    d, g = documents.c, groups.c
    query = (
        select(g.status, g.control, d.id, d.set_code, d.state, d.created_at)
        .join_from(groups, documents, g.ack_document_id == d.id)
        .where(g.id == select(d.group_id).where(d.id == subject.document_id).scalar_subquery())
    )
    for row in conn.execute(query):
        text = f"{row.set_code} for group {row.control} was made (AK9 {row.status}): {row.state.lower()}."
        yield Happening(row.created_at, None, "acknowledged", text, row.id)


def _order(conn: Connection, subject: Subject) -> Iterator[Happening]:
    if subject.order_id is None:
        return
    e = order_events.c
    query = select(e.at, e.by, e.kind, e.text, e.document_id).where(e.order_id == subject.order_id)
    for at, by, kind, text, document_id in rows(conn, query.order_by(e.id).limit(MOST)):
        yield Happening(at, by, "order", f"{kind}: {text}", document_id)


def _cases(conn: Connection, subject: Subject) -> Iterator[Happening]:
    """The case itself and others about the same thing, with what was said of them."""
    c, n = cases.c, case_notes.c
    about = [
        column == wanted
        for column, wanted in (
            (c.id, subject.case_id),
            (c.document_id, subject.document_id),
            (c.order_id, subject.order_id),
        )
        if wanted is not None
    ]
    if not about:
        return
    query = (
        select(n.at, n.by, n.kind, n.text, c.id, c.message)
        .join_from(case_notes, cases, n.case_id == c.id)
        .where(or_(*about))
        .order_by(n.id)
        .limit(MOST)
    )
    for at, by, kind, text, case_id, message in rows(conn, query):
        if kind == "opened":
            yield Happening(at, by, "case", f"Case {short(case_id)} was opened: {message}", case_id)
        else:
            said = f"Case {short(case_id)}, {kind}{f': {text}' if text else ''}"
            yield Happening(at, by, "replayed" if kind == "replayed" else "note", said, case_id)


def _sent(conn: Connection, subject: Subject) -> Iterator[Happening]:
    """Transmissions: of the case, of its document, of the answers to its order."""
    d, t, a = documents.c, transmissions.c, as2_messages.c
    wanted = set() if subject.transmission_id is None else {subject.transmission_id}
    about = [
        column == value
        for column, value in ((d.id, subject.document_id), (d.order_id, subject.order_id))
        if value is not None
    ]
    if subject.document_id is not None:
        made = (
            select(groups.c.ack_document_id)
            .join(documents, documents.c.group_id == groups.c.id)
            .where(documents.c.id == subject.document_id)
        )
        about.append(d.id.in_(made))
    if about:
        bore = select(d.transmission_id).where(or_(*about), d.transmission_id.is_not(None)).distinct()
        wanted |= set(conn.execute(bore.limit(MOST)).scalars())
    query = select(
        t.id, t.name, t.sets, t.state, t.created_at, t.sent_at, t.attempts, t.last_error, t.ack_state
    )
    for row in conn.execute(query.where(t.id.in_(sorted(wanted))).order_by(t.id)):
        said = f"{row.name} ({row.sets}) was made."
        yield Happening(row.created_at, None, "sent", said, row.id)
        if row.sent_at is not None:
            acked = "" if row.ack_state == "NONE" else f" Their acknowledgment: {row.ack_state.lower()}."
            yield Happening(row.sent_at, None, "sent", f"{row.name} was sent.{acked}", row.id)
        elif row.last_error:
            said = f"{row.name} could not be sent, {row.attempts} attempts: {row.last_error}"
            yield Happening(row.created_at, None, "sent", said, row.id)
    messages = select(a.receipted_at, a.disposition, a.message_id, a.id).where(
        a.transmission_id.in_(sorted(wanted)), a.receipted_at.is_not(None)
    )
    for at, disposition, message_id, number in rows(conn, messages.order_by(a.id)):
        yield Happening(at, None, "sent", f"AS2 receipt for {message_id}: {disposition}.", number)


def _posted(conn: Connection, subject: Subject) -> Iterator[Happening]:
    p = postings.c
    about = [
        column == wanted
        for column, wanted in ((p.id, subject.posting_id), (p.order_id, subject.order_id))
        if wanted is not None
    ]
    if not about:
        return
    query = select(p.id, p.target, p.revision, p.state, p.created_at, p.done_at, p.attempts, p.last_error)
    for row in conn.execute(query.where(or_(*about)).order_by(p.id).limit(MOST)):
        if row.done_at is not None:
            yield Happening(
                row.done_at, None, "posted", f"Posted to {row.target}, revision {row.revision}.", row.id
            )
        else:
            why = f": {row.last_error}" if row.last_error else ""
            said = f"To be posted to {row.target} ({row.state.lower()}, {row.attempts} attempts){why}"
            yield Happening(row.created_at, None, "posted", said, row.id)


def _written(conn: Connection, subject: Subject) -> Iterator[Happening]:
    """Mails that somebody wrote about the case or the order, and whether they went."""
    m = messages.c
    about = [
        column == wanted
        for column, wanted in ((m.case_id, subject.case_id), (m.order_id, subject.order_id))
        if wanted is not None
    ]
    if not about:
        return
    query = select(m.id, m.created_at, m.created_by, m.target, m.subject, m.state, m.sent_at, m.last_error)
    for row in conn.execute(query.where(m.kind == MESSAGE, or_(*about)).order_by(m.id).limit(MOST)):
        error = f" ({row.last_error})" if row.last_error else ""
        state = "" if row.state == "SENT" else f" It is {row.state.lower()}{error}."
        said = f"Mail to {row.target}: {row.subject}.{state}"
        yield Happening(row.created_at, row.created_by, "written", said, row.id)
        if row.sent_at is not None:
            yield Happening(row.sent_at, None, "sent", f"The mail to {row.target} was sent.", row.id)
