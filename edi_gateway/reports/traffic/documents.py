"""Documents, transmissions and receipts as lists, with their bytes on demand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from edi_gateway.model.finding import Finding
from edi_gateway.reports.reading import rows
from edi_gateway.reports.traffic import as2
from edi_gateway.store.tables import documents, orders, receipts, transmission_chunks, transmissions
from edi_gateway.store.traffic import findings, outbox


@dataclass(frozen=True, slots=True)
class DocumentRow:
    document_id: int
    direction: str
    partner: str | None
    set_code: str
    version: str | None
    interchange_control: str | None
    group_control: str | None
    control: str | None
    state: str
    status: str | None
    business_key: str | None
    order_id: int | None
    po_number: str | None
    receipt_id: int | None
    transmission_id: int | None
    offset: int | None
    length: int | None
    created_at: datetime
    ack_due_at: datetime | None
    test: bool


@dataclass(frozen=True, slots=True)
class DocumentView:
    document: DocumentRow
    receipt_name: str | None
    answers_document_id: int | None
    snapshot: str | None
    canonical: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TransmissionRow:
    transmission_id: int
    partner: str
    control: str
    name: str
    sets: str
    documents: int
    size: int
    state: str
    attempts: int
    last_error: str | None
    ack_state: str
    created_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime | None
    test: bool
    as2: str | None = None  # state of the AS2 message that bears it


DOCUMENT = select(
    documents.c.id,
    documents.c.direction,
    documents.c.partner,
    documents.c.set_code,
    documents.c.version,
    documents.c.interchange_control,
    documents.c.group_control,
    documents.c.control,
    documents.c.state,
    documents.c.status,
    documents.c.business_key,
    documents.c.order_id,
    orders.c.po_number,
    documents.c.receipt_id,
    documents.c.transmission_id,
    documents.c.offset,
    documents.c.length,
    documents.c.created_at,
    documents.c.ack_due_at,
    documents.c.test,
).join_from(documents, orders, documents.c.order_id == orders.c.id, isouter=True)


def list_documents(
    conn: Connection,
    *,
    partner: str | None = None,
    set_code: str | None = None,
    direction: str | None = None,
    state: str | None = None,
    order_id: int | None = None,
    receipt_id: int | None = None,
    transmission_id: int | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[DocumentRow]:
    """The newest first; `before`: only those with smaller ids, to go on from a page."""
    wanted = {
        "partner": partner,
        "set_code": set_code,
        "direction": direction,
        "state": state,
        "order_id": order_id,
        "receipt_id": receipt_id,
        "transmission_id": transmission_id,
    }
    query = DOCUMENT
    for column, value in wanted.items():
        if value is not None:
            query = query.where(documents.c[column] == value)
    if before is not None:
        query = query.where(documents.c.id < before)
    return [DocumentRow(*row) for row in rows(conn, query.order_by(documents.c.id.desc()).limit(limit))]


def show_document(conn: Connection, document_id: int) -> DocumentView | None:
    found = rows(conn, DOCUMENT.where(documents.c.id == document_id))
    if not found:
        return None
    d = documents.c
    more = conn.execute(
        select(d.answers_document_id, d.snapshot, d.canonical, receipts.c.name)
        .join_from(documents, receipts, d.receipt_id == receipts.c.id, isouter=True)
        .where(d.id == document_id)
    ).one()
    return DocumentView(
        document=DocumentRow(*found[0]),
        receipt_name=more.name,
        answers_document_id=more.answers_document_id,
        snapshot=more.snapshot,
        canonical=more.canonical,
        findings=tuple(findings.of(conn, document_id=document_id)),
    )


def list_transmissions(
    conn: Connection,
    *,
    partner: str | None = None,
    state: str | None = None,
    ack_state: str | None = None,
    transmission_id: int | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[TransmissionRow]:
    """The newest first; `size` in bytes; `before`: only those with smaller ids, to go on from a page."""
    t, p = transmissions.c, transmission_chunks.c
    in_rows = select(func.sum(func.length(p.bytes))).where(p.transmission_id == t.id).scalar_subquery()
    query = select(
        t.id,
        t.partner,
        t.control,
        t.name,
        t.sets,
        t.documents,
        func.length(t.bytes) + func.coalesce(in_rows, 0),
        t.state,
        t.attempts,
        t.last_error,
        t.ack_state,
        t.created_at,
        t.sent_at,
        t.next_attempt_at,
        t.test,
    )
    for column, value in {
        "partner": partner,
        "state": state,
        "ack_state": ack_state,
        "id": transmission_id,
    }.items():
        if value is not None:
            query = query.where(t[column] == value)
    if before is not None:
        query = query.where(t.id < before)
    found = [TransmissionRow(*row) for row in rows(conn, query.order_by(t.id.desc()).limit(limit))]
    states = as2.states_of(conn, [row.transmission_id for row in found])
    return [replace(row, as2=states.get(row.transmission_id)) for row in found]


def transmission_bytes(conn: Connection, transmission_id: int) -> bytes | None:
    """None when there is no such transmission; empty when they are not kept any more."""
    if conn.execute(select(transmissions.c.id).where(transmissions.c.id == transmission_id)).first() is None:
        return None
    return b"".join(outbox.content(conn, transmission_id))
