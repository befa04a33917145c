"""The words by which stored documents are found: out of their bytes, their row, and the order that they are about.

Takes ids of documents; gives their words. Called by flow/words.py for the index, and by search.py for what is not in
the index yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from edi_gateway.reports.traffic.raw import CHUNK
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import documents, order_lines, orders, receipt_chunks
from edi_gateway.x12.anatomy.words import READ, named, po_number_of, words_of

_COLUMNS: Final = (
    *("id", "direction", "set_code", "version", "control", "group_control", "interchange_control", "partner"),
    *("receipt_id", "offset", "length", "body", "delimiters", "order_id", "created_at"),
)


def of_documents(conn: Connection, document_ids: Sequence[int]) -> dict[int, set[str]]:
    """Document id -> its words."""
    found: dict[int, set[str]] = {}
    wanted = [documents.c[name] for name in _COLUMNS]
    source = _Source(conn)
    for some in chunks(document_ids):
        rows = conn.execute(select(*wanted).where(documents.c.id.in_(some)).order_by(documents.c.id)).all()
        about = _of_orders(conn, sorted({row.order_id for row in rows if row.order_id is not None}))
        for row in rows:
            words = words_of(source.bytes_of(row), row.version or "004010")
            words.update(_of_row(row))
            words.update(about.get(row.order_id, ()))
            found[row.id] = words
    return found


def po_numbers(conn: Connection, document_ids: Sequence[int]) -> dict[int, str]:
    """Document id -> the PO number that it names, as it is written; also of those that were refused."""
    found: dict[int, str] = {}
    wanted = [documents.c[name] for name in _COLUMNS]
    source = _Source(conn)
    for some in chunks(document_ids):
        for row in conn.execute(select(*wanted).where(documents.c.id.in_(some)).order_by(documents.c.id)):
            number = po_number_of(source.bytes_of(row), row.version or "004010")
            if number:
                found[row.id] = number
    return found


def _of_row(row: Row[Any]) -> Iterator[str]:
    for control in (row.control, row.group_control, row.interchange_control):
        yield from named("c", control or "")
    yield from named("w", row.partner or "")
    yield from named("t", row.set_code)
    yield from named("d", row.direction)


def _of_orders(conn: Connection, order_ids: Sequence[int]) -> dict[int | None, set[str]]:
    """PO number and items of orders, as we call them: a document says what the buyer calls them."""
    found: dict[int | None, set[str]] = {}
    o, n = orders.c, order_lines.c
    for some in chunks(order_ids):
        for number, po_number, ours in conn.execute(
            select(o.id, o.po_number, o.number).where(o.id.in_(some))
        ):
            found[number] = {*named("p", po_number), *named("p", ours)}
        query = select(n.order_id, n.sku).where(n.order_id.in_(some), n.sku.is_not(None)).distinct()
        for number, sku in conn.execute(query):
            found.setdefault(number, set()).update(named("s", sku))
    return found


class _Source:
    """The first bytes of documents; a chunk that many of them lie in is read once."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._kept: dict[tuple[int, int], bytes] = {}

    def bytes_of(self, row: Row[Any]) -> bytes:
        if row.direction == "out":
            if row.body is None or not row.delimiters:
                return b""
            element, _, segment = row.delimiters[:3]
            text: str = f"ST{element}{row.set_code}{element}0{segment}{row.body}"
            return text.encode("utf-8", "replace")
        if row.receipt_id is None or row.offset is None or row.length is None:
            return b""
        begin, size = int(row.offset), min(int(row.length) + 1, READ + 1)  # with its terminator
        first, last = begin // CHUNK, (begin + size) // CHUNK
        content = b"".join(self._chunk(row.receipt_id, n) for n in range(first, last + 1))
        return content[begin - first * CHUNK :][:size]

    def _chunk(self, receipt_id: int, n: int) -> bytes:
        key = (receipt_id, n)
        if key not in self._kept:
            if len(self._kept) > 4:
                self._kept.clear()
            c = receipt_chunks.c
            query = select(c.bytes).where(c.receipt_id == receipt_id, c.n == n)
            self._kept[key] = self._conn.execute(query).scalar_one_or_none() or b""
        return self._kept[key]
