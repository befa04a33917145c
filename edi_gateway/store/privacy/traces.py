"""Where an order has left personal data, row by row, and how it is overwritten there.

The only place that changes bytes and snapshots that are else never changed. Called by commands/privacy/erasing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, insert, select, update

from edi_gateway.store.ids import Ids
from edi_gateway.store.pieces import PIECE
from edi_gateway.store.tables import (
    as2_chunks,
    as2_messages,
    case_notes,
    cases,
    causes,
    documents,
    erasures,
    findings,
    holds,
    invoices,
    line_parts,
    messages,
    order_edits,
    order_events,
    order_revisions,
    orders,
    postings,
    receipt_chunks,
    shipments,
    transmission_chunks,
    transmissions,
)
from edi_gateway.store.traffic import words

Rewrite = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Set:
    """A document of the order. Inbound: where its bytes lie; outbound: the transmission that bears it."""

    id: int
    direction: str
    set_code: str
    state: str
    receipt_id: int | None
    offset: int | None
    length: int | None
    transmission_id: int | None
    group_control: str | None
    control: str | None


def sets_of(conn: Connection, order_id: int) -> list[Set]:
    """Documents of an order, with those of its shipments that bear nothing of another order."""
    d, s, p = documents.c, shipments.c, line_parts.c
    mine = select(p.shipment_id).where(p.order_id == order_id, p.shipment_id.is_not(None))
    others = select(p.shipment_id).where(p.order_id != order_id, p.shipment_id.is_not(None))
    notices = select(s.notice_document_id).where(
        s.id.in_(mine), s.id.not_in(others), s.notice_document_id.is_not(None)
    )
    columns = [d[name] for name in Set.__slots__]
    query = select(*columns).where((d.order_id == order_id) | d.id.in_(notices)).order_by(d.id)
    return [Set(*row) for row in conn.execute(query)]


def invoices_of(conn: Connection, order_id: int) -> list[tuple[str, datetime]]:
    """(number, when issued)."""
    i = invoices.c
    query = select(i.number, i.issued_at).where(i.order_id == order_id).order_by(i.id)
    return [(row.number, row.issued_at) for row in conn.execute(query)]


def stage_of(conn: Connection, order_id: int) -> str | None:
    return conn.execute(select(orders.c.stage).where(orders.c.id == order_id)).scalar()


def bodies(conn: Connection, document_ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """Documents of ours as they were written: id, segments between ST and SE, delimiters."""
    d = documents.c
    query = select(d.id, d.body, d.delimiters).where(
        d.id.in_(document_ids), d.body.is_not(None), d.delimiters.is_not(None)
    )
    return [(row.id, row.body, row.delimiters) for row in conn.execute(query)]


def write_body(conn: Connection, document_id: int, body: str) -> None:
    conn.execute(update(documents).where(documents.c.id == document_id).values(body=body))


def transmission_state(conn: Connection, transmission_id: int) -> str | None:
    return conn.execute(select(transmissions.c.state).where(transmissions.c.id == transmission_id)).scalar()


def read_receipt(conn: Connection, receipt_id: int, offset: int, length: int) -> bytes | None:
    """These bytes of a receipt; None when they are not kept any more."""
    return _read(conn, receipt_chunks, "receipt_id", receipt_id, offset, length)


def write_receipt(conn: Connection, receipt_id: int, offset: int, content: bytes) -> None:
    """Others in their place, as many."""
    _write(conn, receipt_chunks, "receipt_id", receipt_id, offset, content)


def read_transmission(conn: Connection, transmission_id: int) -> bytes:
    """All bytes of a transmission; empty when they are not kept any more."""
    whole = conn.execute(select(transmissions.c.bytes).where(transmissions.c.id == transmission_id)).scalar()
    if whole:
        return bytes(whole)
    c = transmission_chunks.c
    query = select(c.bytes).where(c.transmission_id == transmission_id).order_by(c.n)
    return b"".join(bytes(piece) for piece in conn.execute(query).scalars())


def write_transmission(conn: Connection, transmission_id: int, content: bytes) -> None:
    """Others in their place, as many; what AS2 packed of them is deleted."""
    t, c = transmissions.c, transmission_chunks.c
    if len(content) <= PIECE:
        conn.execute(update(transmissions).where(t.id == transmission_id).values(bytes=content))
    else:
        for n in range(0, len(content), PIECE):
            mine = (c.transmission_id == transmission_id) & (c.n == n // PIECE)
            conn.execute(update(transmission_chunks).where(mine).values(bytes=content[n : n + PIECE]))
    packed = select(as2_messages.c.id).where(as2_messages.c.transmission_id == transmission_id)
    conn.execute(as2_chunks.delete().where(as2_chunks.c.message_id.in_(packed)))


def _read(
    conn: Connection, table: Table, owner: str, owner_id: int, offset: int, length: int
) -> bytes | None:
    first, last = offset // PIECE, (offset + length - 1) // PIECE
    c = table.c
    query = select(c.bytes).where(c[owner] == owner_id, c.n >= first, c.n <= last).order_by(c.n)
    pieces = [bytes(piece) for piece in conn.execute(query).scalars()]
    if len(pieces) != last - first + 1:
        return None
    begin = offset - first * PIECE
    return b"".join(pieces)[begin : begin + length]


def _write(conn: Connection, table: Table, owner: str, owner_id: int, offset: int, content: bytes) -> None:
    c = table.c
    for n in range(offset // PIECE, (offset + len(content) - 1) // PIECE + 1):
        mine = (c[owner] == owner_id) & (c.n == n)
        whole = bytearray(conn.execute(select(c.bytes).where(mine)).scalar_one())
        begin = max(offset, n * PIECE)
        end = min(offset + len(content), (n + 1) * PIECE)
        whole[begin - n * PIECE : end - n * PIECE] = content[begin - offset : end - offset]
        conn.execute(update(table).where(mine).values(bytes=bytes(whole)))


def snapshots(conn: Connection, order_id: int, document_ids: Sequence[int], rewrite: Rewrite) -> int:
    """JSON of the order, its revisions, documents, postings and shipments of its own; how many were changed."""
    p = line_parts.c
    mine = select(p.shipment_id).where(p.order_id == order_id, p.shipment_id.is_not(None))
    others = select(p.shipment_id).where(p.order_id != order_id, p.shipment_id.is_not(None))
    own = shipments.c.id.in_(mine) & shipments.c.id.not_in(others)
    return sum(
        _rewritten(conn, table, column, condition, rewrite)
        for table, column, condition in (
            (orders, "snapshot", orders.c.id == order_id),
            (order_revisions, "snapshot", order_revisions.c.order_id == order_id),
            (documents, "canonical", documents.c.id.in_(document_ids)),
            (postings, "payload", postings.c.order_id == order_id),
            (shipments, "snapshot", own),
        )
    )


def texts(
    conn: Connection, order_id: int, partner: str, document_ids: Sequence[int], rewrite: Rewrite
) -> int:
    """What was said of the order in words, and of the partner's master data because of it; how many were changed."""
    of_nothing = (cases.c.partner == partner) & cases.c.order_id.is_(None) & cases.c.document_id.is_(None)
    mine = (cases.c.order_id == order_id) | cases.c.document_id.in_(document_ids) | of_nothing
    of_cases = select(cases.c.id).where(mine)
    of_causes = causes.c.fingerprint.in_(select(cases.c.fingerprint).where(mine))
    about = (findings.c.order_id == order_id) | findings.c.document_id.in_(document_ids)
    return sum(
        _rewritten(conn, table, column, condition, rewrite)
        for table, column, condition in (
            (findings, "value", about),
            (findings, "message", about),
            (cases, "message", mine),
            (cases, "cause", mine),
            (causes, "value", of_causes),
            (causes, "cause", of_causes),
            (case_notes, "text", case_notes.c.case_id.in_(of_cases)),
            (holds, "message", holds.c.order_id == order_id),
            (order_events, "text", order_events.c.order_id == order_id),
            (order_edits, "was", order_edits.c.order_id == order_id),
            (order_edits, "now", order_edits.c.order_id == order_id),
            (order_revisions, "differences", order_revisions.c.order_id == order_id),
            (messages, "body", messages.c.order_id == order_id),
            (messages, "subject", messages.c.order_id == order_id),
        )
    )


def _rewritten(conn: Connection, table: Table, column: str, condition: object, rewrite: Rewrite) -> int:
    keys = list(table.primary_key.columns)
    query = select(*keys, table.c[column].label("said")).where(condition, table.c[column].is_not(None))  # type: ignore[arg-type]
    changed = 0
    for row in conn.execute(query).all():
        new = rewrite(row.said)
        if new != row.said:
            mine = [key == getattr(row, key.name) for key in keys]
            conn.execute(update(table).where(*mine).values({column: new}))
            changed += 1
    return changed


def forget_words(conn: Connection, document_ids: Sequence[int]) -> None:
    """The index of words knows nothing of these documents any more."""
    words.take(conn, document_ids)


def note(
    conn: Connection, ids: Ids, order_id: int, at: datetime, by: str, why: str, *, complete: bool
) -> None:
    row = {"id": ids.next(), "order_id": order_id, "at": at, "by": by, "why": why, "complete": complete}
    conn.execute(erasures.delete().where(erasures.c.order_id == order_id))
    conn.execute(insert(erasures), row)


def is_erased(conn: Connection, order_id: int) -> bool:
    """Whether nothing of it is left to erase."""
    e = erasures.c
    return conn.execute(select(e.id).where(e.order_id == order_id, e.complete.is_(True))).first() is not None


def ended_before(conn: Connection, partners: Iterable[str], before: datetime, limit: int) -> list[int]:
    """Orders of these partners that are at their end since before then and are not erased, the oldest first."""
    o, e = orders.c, erasures.c
    over = o.state.in_(("CANCELLED", "REJECTED", "VOID")) | o.stage.in_(("INVOICED", "CLOSED"))
    known = select(e.order_id)
    query = select(o.id).where(
        o.partner.in_(sorted(partners)), o.updated_at < before, over, o.id.not_in(known)
    )
    return list(conn.execute(query.order_by(o.id).limit(limit)).scalars())
