"""AS2 messages and their receipts as rows: what went and came, under which Message-ID, and what became of it.

Takes and gives records; the words of states stand in tables/as2.py. Called by flow/as2/ and commands; read by reports.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store import bulk
from edi_gateway.store.bulk import Row
from edi_gateway.store.pieces import Pieces
from edi_gateway.store.tables import as2_chunks, as2_messages, as2_receipts, transmissions

Pairs = tuple[tuple[str, str], ...]

OUT_STATES = ("QUEUED", "SENT", "RECEIPT_PENDING", "RECEIPTED", "RECEIPT_REFUSED", "EXPIRED", "FAILED")
IN_STATES = ("TAKEN", "DUPLICATE", "REFUSED")
RECEIPT_STATES = ("SETTLES", "REFUSES", "INVALID", "UNMATCHED", "ANSWERED", "READY", "SENT", "FAILED")


@dataclass(frozen=True, slots=True)
class Message:
    """A row of as2_messages."""

    id: int
    direction: str
    partner: str
    message_id: str
    transmission_id: int | None
    receipt_id: int | None
    state: str
    as2_from: str
    as2_to: str
    headers: Pairs
    size: int
    sha256: str
    payload_sha256: str | None
    mics: Pairs
    wish: dict[str, Any] | None
    layers: str | None
    signer_serial: str | None
    recipient_serial: str | None
    disposition: str | None
    problem: str | None
    peer: str | None
    created_at: datetime
    first_sent_at: datetime | None
    sent_at: datetime | None
    receipted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A row of as2_receipts: an MDN, with its bytes."""

    id: int
    direction: str
    partner: str
    message: int | None
    original_message_id: str | None
    message_id: str | None
    headers: Pairs
    bytes: bytes
    disposition: str | None
    mic: str | None
    signer_serial: str | None
    problem: str | None
    at: datetime
    state: str
    url: str | None
    attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    sent_at: datetime | None


_NAMES = [field.name for field in fields(Message)]
_MESSAGE = [as2_messages.c[field.name] for field in fields(Message)]
_RECEIPT = [as2_receipts.c[field.name] for field in fields(Receipt)]
_JSON = frozenset({"headers", "mics", "wish"})


def claim(direction: str, partner: str, message_id: str) -> str:
    """What can be there once only."""
    return hashlib.sha256(
        "\x1f".join((direction, partner, message_id)).encode("utf-8", "surrogatepass")
    ).hexdigest()


def add_message(conn: Connection, message: Message) -> None:
    """A new message of ours."""
    row = {name: getattr(message, name) for name in _NAMES}
    row["claim"] = claim(message.direction, message.partner, message.message_id)
    bulk.insert_rows(conn, as2_messages, [_plain(row)])


def add_unless_claimed(conn: Connection, row: Row) -> bool:
    """A message of theirs, unless there is one of the same claim; whether it was added. `headers`, `mics` and `wish`
    as Python has them."""
    added = conn.execute(_UNLESS_CLAIMED[conn.dialect.name], _plain(row))
    return added.first() is not None


_UNLESS_CLAIMED = {
    name: made(as2_messages).on_conflict_do_nothing(index_elements=["claim"]).returning(as2_messages.c.id)
    for name, made in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def add_body(conn: Connection, message_id: int, content: Iterable[bytes]) -> None:
    """Keep the bytes that are sent."""
    _BODIES.add(conn, message_id, content)


def body(conn: Connection, message_id: int) -> Iterator[bytes]:
    """The bytes that are sent, a piece at a time."""
    return _BODIES.read(conn, message_id)


_BODIES = Pieces(as2_chunks, "message_id")


def add_receipt(conn: Connection, row: Row) -> None:
    bulk.insert_rows(conn, as2_receipts, [_plain(row)])


def load(conn: Connection, message: int, *, lock: bool = False) -> Message | None:
    query = select(*_MESSAGE).where(as2_messages.c.id == message)
    return _message(conn.execute(query.with_for_update() if lock else query).first())


def claimed(
    conn: Connection, direction: str, partner: str, message_id: str, *, lock: bool = False
) -> Message | None:
    """The one message of this partner under this Message-ID."""
    wanted = {"claim": claim(direction, partner, message_id)}
    return _message(conn.execute(_CLAIMED_LOCKED if lock else _CLAIMED, wanted).first())


_CLAIMED = select(*_MESSAGE).where(as2_messages.c.claim == bindparam("claim"))
_CLAIMED_LOCKED = _CLAIMED.with_for_update()


def of_transmission(conn: Connection, transmission_id: int, *, lock: bool = False) -> Message | None:
    """The last message that bore a transmission."""
    query = _OF_TRANSMISSION_LOCKED if lock else _OF_TRANSMISSION
    return _message(conn.execute(query, {"transmission": transmission_id}).first())


_OF_TRANSMISSION = (
    select(*_MESSAGE)
    .where(as2_messages.c.transmission_id == bindparam("transmission"))
    .order_by(as2_messages.c.id.desc())
    .limit(1)
)
_OF_TRANSMISSION_LOCKED = _OF_TRANSMISSION.with_for_update()


def all_of_transmission(conn: Connection, transmission_id: int) -> list[Message]:
    """Every message that bore a transmission, oldest first: a new one is made when the one before was refused."""
    query = select(*_MESSAGE).where(as2_messages.c.transmission_id == transmission_id)
    return [m for row in conn.execute(query.order_by(as2_messages.c.id)) if (m := _message(row)) is not None]


def was_taken(conn: Connection, partner: str, payload_sha256: str, *, lock: bool = False) -> bool:
    """Whether we took a message of theirs with this content before. `lock`: nobody else takes it until the caller's
    transaction has ended (on SQLite nobody else writes anyway)."""
    if lock and conn.dialect.name == "postgresql":
        place = int.from_bytes(
            hashlib.sha256(f"{partner}\x1f{payload_sha256}".encode()).digest()[:8], "big", signed=True
        )
        conn.execute(_LOCKED, {"place": place})
    wanted = {"payload": payload_sha256, "partner": partner}
    return conn.execute(_TAKEN, wanted).first() is not None


_LOCKED = text("SELECT pg_advisory_xact_lock(:place)")
_TAKEN = (
    select(as2_messages.c.id)
    .where(
        as2_messages.c.payload_sha256 == bindparam("payload"), as2_messages.c.partner == bindparam("partner")
    )
    .where(as2_messages.c.direction == "in", as2_messages.c.state == "TAKEN")
    .limit(1)
)


def change(conn: Connection, message: int, **values: object) -> None:
    conn.execute(update(as2_messages).where(as2_messages.c.id == message).values(**_plain(values)))


def requeue(conn: Connection, transmission_ids: Sequence[int]) -> None:
    """Somebody wants these sent again: the same bytes, with all the time of a first sending. A message that was
    refused stays as it is, and its transmission gets a new one."""
    c = as2_messages.c
    for transmission_id in transmission_ids:
        conn.execute(
            update(as2_messages)
            .where(c.transmission_id == transmission_id, c.direction == "out", c.state != "RECEIPT_REFUSED")
            .values(state="QUEUED", first_sent_at=None, problem=None)
        )


def give_up(conn: Connection, transmission_id: int, why: str) -> None:
    """It is not sent any more. What was receipted stays so."""
    c = as2_messages.c
    waits = c.state.in_(("QUEUED", "FAILED", "EXPIRED"))
    conn.execute(
        update(as2_messages)
        .where(c.transmission_id == transmission_id, waits)
        .values(state="FAILED", problem=why)
    )


def answered(conn: Connection, message: int) -> Receipt | None:
    """The receipt that we gave for a message of theirs."""
    c = as2_receipts.c
    query = select(*_RECEIPT).where(c.message == message, c.direction == "out").order_by(c.id).limit(1)
    return _receipt(conn.execute(query).first())


def receipts_of(conn: Connection, message: int) -> list[Receipt]:
    """All receipts of a message, oldest first."""
    query = select(*_RECEIPT).where(as2_receipts.c.message == message).order_by(as2_receipts.c.id)
    return [r for row in conn.execute(query) if (r := _receipt(row)) is not None]


def load_receipt(conn: Connection, receipt: int) -> Receipt | None:
    return _receipt(conn.execute(select(*_RECEIPT).where(as2_receipts.c.id == receipt)).first())


def due_receipts(conn: Connection, now: datetime) -> dict[str, list[int]]:
    """Partner -> asynchronous receipts of ours that are to go now."""
    c = as2_receipts.c
    query = select(c.id, c.partner).where(
        c.direction == "out", c.state == "READY", c.next_attempt_at.is_(None) | (c.next_attempt_at <= now)
    )
    found: dict[str, list[int]] = {}
    for row in conn.execute(query.order_by(c.id)):
        found.setdefault(row.partner, []).append(row.id)
    return found


def change_receipt(conn: Connection, receipt: int, **values: object) -> None:
    conn.execute(update(as2_receipts).where(as2_receipts.c.id == receipt).values(**values))


def purge(conn: Connection, before: datetime, limit: int) -> int:
    """Delete the bytes of messages of ours that were made before then and whose transmission will not go any more;
    of how many. Receipts stay: they are what proves that we sent."""
    c, t = as2_messages.c, transmissions.c
    ended = select(t.id).where(t.state.in_(("SENT", "CANCELLED")))
    with_bytes = select(as2_chunks.c.message_id)
    query = select(c.id).where(c.created_at < before, c.transmission_id.in_(ended), c.id.in_(with_bytes))
    old = list(conn.execute(query.order_by(c.id).limit(limit)).scalars())
    conn.execute(delete(as2_chunks).where(as2_chunks.c.message_id.in_(old)))
    return len(old)


def _plain(row: Row) -> Row:
    return {k: json.dumps(v) if k in _JSON and v is not None else v for k, v in row.items()}


def _message(row: Any) -> Message | None:
    if row is None:
        return None
    values = dict(row._mapping)
    values["headers"], values["mics"] = _pairs(values["headers"]), _pairs(values["mics"])
    values["wish"] = None if values["wish"] is None else json.loads(values["wish"])
    return Message(**values)


def _receipt(row: Any) -> Receipt | None:
    if row is None:
        return None
    values = dict(row._mapping)
    values["headers"], values["bytes"] = _pairs(values["headers"]), bytes(values["bytes"])
    return Receipt(**values)


def _pairs(text: str) -> Pairs:
    pairs: Sequence[Sequence[str]] = json.loads(text)
    return tuple((first, second) for first, second in pairs)
