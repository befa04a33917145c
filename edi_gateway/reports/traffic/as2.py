"""AS2 messages both ways: what was true of them on the wire, with every receipt that was given for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import as2_messages, as2_receipts
from edi_gateway.store.traffic import as2
from edi_gateway.store.traffic.as2 import Message, Receipt


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """An MDN, but for its bytes (see `raw_receipts`)."""

    receipt_id: int
    direction: str
    state: str
    at: datetime
    disposition: str | None
    mic: str | None
    signer_serial: str | None
    problem: str | None
    url: str | None
    attempts: int
    last_error: str | None
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message; `mics`: "value, digest" each."""

    as2_message_id: int
    direction: str
    state: str
    message_id: str
    as2_from: str
    as2_to: str
    size: int
    sha256: str
    mics: tuple[str, ...]
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
    headers: tuple[tuple[str, str], ...]
    receipts: tuple[ReceiptView, ...]


def of_transmission(conn: Connection, transmission_id: int) -> list[MessageView]:
    """The messages that bore it, oldest first: more than one when the partner refused some."""
    return [_view(conn, each) for each in as2.all_of_transmission(conn, transmission_id)]


def message(conn: Connection, message_id: int) -> MessageView | None:
    found = as2.load(conn, message_id)
    return None if found is None else _view(conn, found)


def raw_receipts(conn: Connection, message_ids: list[int]) -> bytes:
    """All receipts of these messages as they came or went, headers and body, one after the other: the evidence."""
    return b"".join(_raw(each) for message in message_ids for each in as2.receipts_of(conn, message))


def raw_receipt(conn: Connection, receipt_id: int) -> bytes | None:
    """One receipt in the same way: also one that was for nothing that we sent."""
    found = as2.load_receipt(conn, receipt_id)
    return None if found is None else _raw(found)


def _raw(receipt: Receipt) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in receipt.headers)
    return head.encode("latin-1", "replace") + b"\r\n" + receipt.bytes.rstrip(b"\r\n") + b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """`as2_message_id`: None: it is for nothing that we know of."""

    receipt_id: int
    at: datetime
    partner: str
    direction: str
    state: str
    disposition: str | None
    original_message_id: str | None
    as2_message_id: int | None
    signer_serial: str | None
    problem: str | None


_RECEIPT = (
    *("id", "at", "partner", "direction", "state", "disposition", "original_message_id", "message"),
    *("signer_serial", "problem"),
)


def list_receipts(
    conn: Connection, *, partner: str | None = None, state: str | None = None, limit: int = 200
) -> list[ReceiptRow]:
    """Receipts both ways, the newest first."""
    c = as2_receipts.c
    query = select(*(c[name] for name in _RECEIPT))
    if partner is not None:
        query = query.where(c.partner == partner)
    if state is not None:
        query = query.where(c.state == state)
    return [ReceiptRow(*row) for row in rows(conn, query.order_by(c.id.desc()).limit(limit))]


@dataclass(frozen=True, slots=True)
class IncomingRow:
    as2_message_id: int
    created_at: datetime
    partner: str
    message_id: str
    state: str
    disposition: str | None
    layers: str | None
    size: int
    peer: str | None
    receipt_id: int | None
    problem: str | None


_INCOMING = (
    *("id", "created_at", "partner", "message_id", "state", "disposition", "layers", "size", "peer"),
    *("receipt_id", "problem"),
)


def list_incoming(
    conn: Connection, *, partner: str | None = None, state: str | None = None, limit: int = 200
) -> list[IncomingRow]:
    """Messages that came, the newest first."""
    c = as2_messages.c
    query = select(*(c[name] for name in _INCOMING)).where(c.direction == "in")
    if partner is not None:
        query = query.where(c.partner == partner)
    if state is not None:
        query = query.where(c.state == state)
    return [IncomingRow(*row) for row in rows(conn, query.order_by(c.id.desc()).limit(limit))]


def states_of(conn: Connection, transmission_ids: list[int]) -> dict[int, str]:
    """Transmission -> state of the last message that bore it."""
    c = as2_messages.c
    found: dict[int, str] = {}
    for start in range(0, len(transmission_ids), 500):
        query = select(c.transmission_id, c.state).where(
            c.transmission_id.in_(transmission_ids[start : start + 500])
        )
        found.update((row.transmission_id, row.state) for row in conn.execute(query.order_by(c.id)))
    return found


def _view(conn: Connection, message: Message) -> MessageView:
    return MessageView(
        as2_message_id=message.id,
        direction=message.direction,
        state=message.state,
        message_id=message.message_id,
        as2_from=message.as2_from,
        as2_to=message.as2_to,
        size=message.size,
        sha256=message.sha256,
        mics=tuple(f"{value}, {digest}" for value, digest in message.mics),
        layers=message.layers,
        signer_serial=message.signer_serial,
        recipient_serial=message.recipient_serial,
        disposition=message.disposition,
        problem=message.problem,
        peer=message.peer,
        created_at=message.created_at,
        first_sent_at=message.first_sent_at,
        sent_at=message.sent_at,
        receipted_at=message.receipted_at,
        headers=message.headers,
        receipts=tuple(map(_receipt, as2.receipts_of(conn, message.id))),
    )


def _receipt(receipt: Receipt) -> ReceiptView:
    return ReceiptView(
        receipt_id=receipt.id,
        direction=receipt.direction,
        state=receipt.state,
        at=receipt.at,
        disposition=receipt.disposition,
        mic=receipt.mic,
        signer_serial=receipt.signer_serial,
        problem=receipt.problem,
        url=receipt.url,
        attempts=receipt.attempts,
        last_error=receipt.last_error,
        headers=receipt.headers,
    )
