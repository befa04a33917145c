"""The bytes of a document: cut from its receipt as it came, or put together as it goes out."""

from __future__ import annotations

from sqlalchemy import Connection, select

from edi_gateway.store.tables import documents, receipt_chunks, receipts
from edi_gateway.store.traffic import outbox

CHUNK = 1 << 20  # receipt_chunks holds rows of at most 1 MiB, every one but the last full


def document_bytes(conn: Connection, document_id: int) -> bytes | None:
    """ST to SE with its terminator; None when there is no such document, or nothing of it was kept.

    An outbound document that has not been bundled has no control number yet: its ST and SE show none.
    """
    row = conn.execute(select(documents).where(documents.c.id == document_id)).one_or_none()
    if row is None:
        return None
    if row.direction == "in":
        if row.receipt_id is None or row.offset is None or row.length is None:
            return None
        terminator = 1  # the span of a set ends before it; at a truncated end there is none to be had
        return receipt_bytes(conn, row.receipt_id, int(row.offset), int(row.length) + terminator)
    if row.body is None or not row.delimiters:
        return None
    element, segment = row.delimiters[0], row.delimiters[2]
    control = row.control or ""
    first = f"ST{element}{row.set_code}{element}{control}{segment}"
    last = f"SE{element}{(row.segments or 0) + 2}{element}{control}{segment}"
    text: str = first + row.body + last
    return text.encode("latin-1", "replace")


def file_of_document(conn: Connection, document_id: int) -> bytes | None:
    """The file that a document came or went in; None when there is none, or its bytes are not kept any more."""
    d = documents.c
    row = conn.execute(select(d.receipt_id, d.transmission_id).where(d.id == document_id)).first()
    if row is None:
        return None
    if row.transmission_id is not None:
        return b"".join(outbox.content(conn, row.transmission_id)) or None
    return None if row.receipt_id is None else receipt_bytes(conn, row.receipt_id) or None


def receipt_size(conn: Connection, receipt_id: int) -> int | None:
    """Bytes of a receipt; None when there is none of this id."""
    return conn.execute(select(receipts.c.size).where(receipts.c.id == receipt_id)).scalar_one_or_none()


def receipt_bytes(conn: Connection, receipt_id: int, offset: int = 0, length: int | None = None) -> bytes:
    """A stretch of a receipt, to its end when no length is given; reads only the chunks that hold it."""
    c = receipt_chunks.c
    query = select(c.n, c.bytes).where(c.receipt_id == receipt_id, c.n >= offset // CHUNK)
    if length is not None:
        query = query.where(c.n <= (offset + length) // CHUNK)
    content = b"".join(row.bytes for row in conn.execute(query.order_by(c.n)))
    start = offset % CHUNK
    return content[start:] if length is None else content[start : start + length]
