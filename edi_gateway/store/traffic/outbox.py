"""What leaves the house: transmissions to partners, postings to the order book's readers.

At least once, with the same bytes and numbers (DESIGN section 8, promise 5). Called by commands (postings) and flow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Table, bindparam, delete, exists, literal, or_, select, update

from edi_gateway.store import bulk
from edi_gateway.store.bulk import Row
from edi_gateway.store.chunks import chunks
from edi_gateway.store.pieces import PIECE, Pieces
from edi_gateway.store.tables import documents, moment_text, postings, transmission_chunks, transmissions


@dataclass(frozen=True, slots=True)
class Transmission:
    id: int
    partner: str
    control: str
    name: str
    bytes: bytes
    attempts: int
    ack_state: str
    attachments: tuple[
        tuple[str, int], ...
    ] = ()  # name and size of each, where the bytes are those of several files


def add_transmissions(conn: Connection, rows: Sequence[Row]) -> None:
    """New ones. Bytes of more than 1 MiB go into rows of their own: each change of a row writes all of it anew."""
    large = [row for row in rows if len(row["bytes"]) > PIECE]
    if large:
        rows = [{**row, "bytes": b""} if len(row["bytes"]) > PIECE else row for row in rows]
    bulk.insert_rows(conn, transmissions, rows)
    for row in large:
        add_bytes(conn, row["id"], (row["bytes"],))


def add_bytes(conn: Connection, transmission_id: int, pieces: Iterable[bytes]) -> None:
    """The bytes of a transmission that was added without any."""
    _PIECES.add(conn, transmission_id, pieces)


def add_postings(conn: Connection, rows: Sequence[Row]) -> None:
    bulk.insert_rows(conn, postings, rows)


def waiting(conn: Connection, transmission_id: int, *, with_bytes: bool = True) -> Transmission | None:
    """The transmission, if it is still to be sent; without its bytes they are empty there (see `content`)."""
    c = transmissions.c
    held = c.bytes if with_bytes else literal(b"")
    query = select(c.id, c.partner, c.control, c.name, held, c.attempts, c.ack_state, c.attachments)
    row = conn.execute(query.where(c.id == transmission_id, c.state == "READY")).first()
    if row is None:
        return None
    attachments = tuple((str(name), int(size)) for name, size in json.loads(row.attachments or "[]"))
    found = Transmission(*row[:-1], attachments=attachments)
    if with_bytes and not found.bytes:
        return replace(found, bytes=b"".join(content(conn, transmission_id)))
    return found


def content(conn: Connection, transmission_id: int) -> Iterator[bytes]:
    """The bytes of a transmission, 1 MiB at a time: they may be too many for memory."""
    whole = conn.execute(_WHOLE, {"transmission": transmission_id}).scalar()
    if whole:
        yield bytes(whole)
        return
    yield from _PIECES.read(conn, transmission_id)


_WHOLE = select(transmissions.c.bytes).where(transmissions.c.id == bindparam("transmission"))
_PIECES = Pieces(transmission_chunks, "transmission_id")


def lock(conn: Connection, transmission_ids: Iterable[int]) -> None:
    """Keep others from changing these until this transaction ends; always in the same order."""
    query = select(transmissions.c.id).where(transmissions.c.id.in_(sorted(transmission_ids)))
    conn.execute(query.order_by(transmissions.c.id).with_for_update()).all()


def sent(conn: Connection, transmission_id: int, at: datetime, ack_state: str) -> None:
    """`ack_state`: AWAITED when a 997 is to come, else NONE."""
    conn.execute(
        update(transmissions)
        .where(transmissions.c.id == transmission_id)
        .values(
            state="SENT",
            sent_at=at,
            ack_state=ack_state,
            attempts=transmissions.c.attempts + 1,
            next_attempt_at=None,
            last_error=None,
        )
    )


def posted(conn: Connection, done: Sequence[tuple[int, str | None]], at: datetime) -> None:
    """Postings that got through: id, and what the other side calls the order."""
    bulk.update(
        conn,
        "UPDATE postings SET state = 'DONE', done_at = ?, external_id = ?, attempts = attempts + 1, "
        "next_attempt_at = NULL, last_error = NULL WHERE id = ?",
        [(moment_text(at), name, posting_id) for posting_id, name in done],
    )


def transmission_failed(
    conn: Connection, transmission_id: int, error: str, next_attempt_at: datetime | None
) -> None:
    """Try again at `next_attempt_at`; None: give up (FAILED, a case is due)."""
    _failed(conn, transmissions, transmission_id, error, next_attempt_at)


def posting_failed(conn: Connection, posting_id: int, error: str, next_attempt_at: datetime | None) -> None:
    """Try again at `next_attempt_at`; None: give up (FAILED, a case is due)."""
    _failed(conn, postings, posting_id, error, next_attempt_at)


def _failed(
    conn: Connection, table: Table, row_id: int, error: str, next_attempt_at: datetime | None
) -> None:
    conn.execute(
        update(table)
        .where(table.c.id == row_id)
        .values(
            state="READY" if next_attempt_at else "FAILED",
            attempts=table.c.attempts + 1,
            next_attempt_at=next_attempt_at,
            last_error=error,
        )
    )


def state(conn: Connection, table: Table, row_id: int, *, lock: bool = False) -> str | None:
    """The state of a transmission or a posting; None when there is none."""
    query = select(table.c.state).where(table.c.id == row_id)
    return conn.execute(query.with_for_update() if lock else query).scalar()


def cancel_transmission(conn: Connection, transmission_id: int) -> bool:
    """Whether that ends it. One that went out before is only not sent again: it stays SENT, and awaits what it did."""
    mine = transmissions.c.id == transmission_id
    went = conn.execute(
        update(transmissions)
        .where(mine, transmissions.c.sent_at.is_not(None))
        .values(state="SENT", next_attempt_at=None, last_error=None)
    )
    if went.rowcount:
        return False
    conn.execute(
        update(transmissions).where(mine).values(state="CANCELLED", next_attempt_at=None, ack_state="NONE")
    )
    return True


def await_ack(conn: Connection, transmission_id: int) -> None:
    """A 997 is to come for this one after all, if it was when it was made."""
    d = documents.c
    asked = exists().where(d.transmission_id == transmission_id, d.ack_due_at.is_not(None))
    conn.execute(
        update(transmissions)
        .where(transmissions.c.id == transmission_id, transmissions.c.ack_state == "NONE", asked)
        .values(ack_state="AWAITED")
    )


def put_off(conn: Connection, table: Table, row_ids: Sequence[int], until: datetime) -> None:
    """Of these, those that are READY wait until then."""
    for some in chunks(row_ids):
        chosen = table.c.id.in_(some) & (table.c.state == "READY")
        conn.execute(update(table).where(chosen).values(next_attempt_at=until))


def again(conn: Connection, table: Table, row_ids: Sequence[int]) -> int:
    """Make rows that failed or were sent READY once more, with the same bytes; how many there were."""
    done = conn.execute(
        update(table)
        .where(table.c.id.in_(row_ids))
        .values(state="READY", next_attempt_at=None, last_error=None)
    )
    return done.rowcount


def set_ack_state(conn: Connection, transmission_ids: Sequence[int], ack_state: str) -> None:
    """NONE, AWAITED, ACCEPTED, REJECTED or OVERDUE."""
    conn.execute(
        update(transmissions).where(transmissions.c.id.in_(transmission_ids)).values(ack_state=ack_state)
    )


def last_posting(conn: Connection, order_id: int) -> tuple[int, str | None]:
    """How many postings an order has had, and the payload of the last."""
    query = select(postings.c.revision, postings.c.payload).where(postings.c.order_id == order_id)
    row = conn.execute(query.order_by(postings.c.revision.desc()).limit(1)).first()
    return (0, None) if row is None else (row.revision, row.payload)


def purge(conn: Connection, before: datetime, limit: int) -> int:
    """Delete the bytes of transmissions that were made before then and will not go any more; of how many."""
    c = transmissions.c
    in_rows = c.id.in_(select(transmission_chunks.c.transmission_id))
    query = select(c.id).where(
        c.created_at < before, c.state.in_(("SENT", "CANCELLED")), or_(c.bytes != b"", in_rows)
    )
    old = list(conn.execute(query.order_by(c.id).limit(limit)).scalars())
    conn.execute(update(transmissions).where(c.id.in_(old)).values(bytes=b""))
    conn.execute(delete(transmission_chunks).where(transmission_chunks.c.transmission_id.in_(old)))
    return len(old)
