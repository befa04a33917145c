"""What a case is about, found from what its row names: the document, the receipt, the order, what was sent or posted.

Takes a case id; gives ids. Called by the other modules of this room, the CLI and the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import cases, documents, orders, postings, transmissions

_PAYLOAD: Final = 65_536  # characters of a posting that are shown


@dataclass(frozen=True, slots=True)
class Subject:
    """Ids of all that a case is about, as far as there is any. `document_id`: the document that brought it; `envelope`:
    it is about what is around documents, or about bytes that hold none. The last three are what the case itself says.
    """

    case_id: int | None
    partner: str | None
    message: str
    document_id: int | None
    receipt_id: int | None
    interchange_id: int | None
    order_id: int | None
    transmission_id: int | None
    posting_id: int | None
    envelope: bool = False
    code: str = ""
    family: str = ""
    hint: str = ""


def of_case(conn: Connection, case_id: int) -> Subject | None:
    """None when there is no such case."""
    c = cases.c
    row = conn.execute(select(cases).where(c.id == case_id)).one_or_none()
    if row is None:
        return None
    order_id = row.order_id
    if order_id is None and row.posting_id is not None:
        wanted = select(postings.c.order_id).where(postings.c.id == row.posting_id)
        order_id = conn.execute(wanted).scalar_one_or_none()
    document_id = row.document_id
    if document_id is None and order_id is not None:
        document_id = conn.execute(
            select(orders.c.document_id).where(orders.c.id == order_id)
        ).scalar_one_or_none()
    if document_id is None and row.transmission_id is not None:
        document_id = _first(conn, transmission_id=row.transmission_id)
    if document_id is None and row.receipt_id is not None:
        document_id = _only(conn, row.receipt_id)
    receipt_id = row.receipt_id
    if receipt_id is None and document_id is not None:
        receipt_id = conn.execute(
            select(documents.c.receipt_id).where(documents.c.id == document_id)
        ).scalar_one_or_none()
    return Subject(
        row.id, row.partner, row.message, document_id, receipt_id, row.interchange_id, order_id,
        row.transmission_id, row.posting_id,
        envelope=row.document_id is None and order_id is None and row.receipt_id is not None,
        code=row.code, family=row.family, hint=row.hint,
    )  # fmt: skip


def of_document(conn: Connection, document_id: int) -> Subject | None:
    """The same of a document, for its own page; None when there is none of this id."""
    row = conn.execute(select(documents).where(documents.c.id == document_id)).one_or_none()
    if row is None:
        return None
    return Subject(
        None,
        row.partner,
        "",
        row.id,
        row.receipt_id,
        row.interchange_id,
        row.order_id,
        row.transmission_id,
        None,
    )


def cases_of_order(conn: Connection, order_id: int) -> list[tuple[int, str]]:
    """The open cases about an order: id and what is wrong."""
    c = cases.c
    query = (
        select(c.id, c.message).where(c.order_id == order_id, c.closed_at.is_(None)).order_by(c.due_at, c.id)
    )
    return [(row.id, row.message) for row in conn.execute(query.limit(50))]


def _first(conn: Connection, *, transmission_id: int) -> int | None:
    d = documents.c
    query = select(d.id).where(d.transmission_id == transmission_id).order_by(d.id).limit(1)
    return conn.execute(query).scalar_one_or_none()


def _only(conn: Connection, receipt_id: int) -> int | None:
    """The set of a receipt, when there is just one."""
    d = documents.c
    query = select(d.id).where(d.receipt_id == receipt_id, d.direction == "in").limit(2)
    found = conn.execute(query).scalars().all()
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Carried:
    """What a case is about that is no document of a partner's: a file that went or should go, an order to be posted.
    `kind`: transmission or posting; `content`: of a posting, its payload; of a transmission nothing, it may be large.
    """

    kind: str
    id: int
    name: str
    state: str
    attempts: int
    last_error: str | None
    next_attempt_at: datetime | None
    content: str | None


def carried(conn: Connection, subject: Subject) -> list[Carried]:
    """The transmission and the posting of a case."""
    found: list[Carried] = []
    t, p = transmissions.c, postings.c
    if subject.transmission_id is not None:
        query = select(t.id, t.name, t.state, t.attempts, t.last_error, t.next_attempt_at)
        found += _carried("transmission", rows(conn, query.where(t.id == subject.transmission_id)))
    if subject.posting_id is not None:
        whole = select(p.id, p.target, p.state, p.attempts, p.last_error, p.next_attempt_at, p.payload)
        found += _carried("posting", rows(conn, whole.where(p.id == subject.posting_id)))
    return found


def _carried(kind: str, found: list[tuple[Any, ...]]) -> list[Carried]:
    return [
        Carried(kind, number, name, state, attempts, error, again, payload[0][:_PAYLOAD] if payload else None)
        for number, name, state, attempts, error, again, *payload in found
    ]
