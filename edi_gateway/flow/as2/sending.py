"""A transmission to a partner on AS2: packed once, posted until it is receipted, always the same bytes and Message-ID.

Takes a transmission and the partner's wire; writes the message, and what the answer says of it. Called by
flow/telling/outbound.py in place of a transport's `send`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection

from edi_gateway import logs
from edi_gateway.commands.desk import Desk
from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.flow.as2 import agreement, receipts
from edi_gateway.flow.as2.keyring import Ring
from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.partners.profile import As2Connection
from edi_gateway.store import deadlines
from edi_gateway.store.ids import short
from edi_gateway.store.tables import transmissions
from edi_gateway.store.traffic import as2, outbox
from edi_gateway.store.traffic.as2 import Message
from edi_gateway.store.traffic.outbox import Transmission
from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.heading import Heading, read_headers
from edi_gateway.transport.as2.opening import open_message
from edi_gateway.transport.as2.packing import Heads, pack
from edi_gateway.transport.as2.terms import Opened, Payload, Receipt, Refused, Sent
from edi_gateway.transport.errors import TransportError
from edi_gateway.transport.keys.reading import serial
from edi_gateway.transport.wire import Answer, Body, Wire

_IN_MEMORY = 1 << 20  # bytes: a body of one row is read once


class NoReceipt(TransportError):
    """{where} answered, but not with a receipt that counts: {problem} We send the same bytes again."""


def deliver(works: Works, partner: LivePartner, wire: Wire, transmission: Transmission) -> bool:
    """Post it, or see that it is receipted already. False: the partner refused it, which is dealt with.

    Raises TransportError when it is to be tried again, or cannot be sent at all.
    """
    with Scratch() as scratch:
        with works.writer.reading() as conn:
            message = as2.of_transmission(conn, transmission.id)
            ring = works.keyring.of(conn, partner.profile.key)
            # what was refused does not go again as it was
            new = message is None or message.state == "RECEIPT_REFUSED"
            content = scratch.keep(outbox.content(conn, transmission.id)) if new else Extent()
        if message is None or new:
            message, body = _packed(works, ring, partner, wire.connection, transmission, content, scratch)
        elif message.state == "RECEIPTED":
            return True
        else:
            body = _kept(works, message)
        answer = wire.post(message.headers, body)
    return _answered(works, ring, wire, message, transmission, answer)


def expire(works: Works, conn: Connection, transmission_id: int, error: str) -> None:
    """Its time is up: nothing more is sent, the bytes are kept, a person is called."""
    message = as2.of_transmission(conn, transmission_id, lock=True)
    if message is not None and message.state != "RECEIPTED":
        _expire(works.desk(conn), message, f"The last time: {error}")


def failed_for_good(conn: Connection, transmission_id: int, error: str) -> None:
    """It cannot be sent as things stand."""
    message = as2.of_transmission(conn, transmission_id, lock=True)
    if message is not None and message.state != "RECEIPTED":
        as2.change(conn, message.id, state="FAILED", problem=error)


def next_attempt(
    conn: Connection, connection: As2Connection, transmission_id: int, now: datetime
) -> datetime | None:
    """When a sending that failed at `now` is tried again; None: not at all."""
    message = as2.of_transmission(conn, transmission_id)
    first = now if message is None or message.first_sent_at is None else message.first_sent_at
    return agreement.next_attempt(connection.retry, first, now)


def receipt_overdue(desk: Desk, partners: Published, message_id: int) -> None:
    """An asynchronous receipt has not come: the same bytes again, until the time is up."""
    message = as2.load(desk.conn, message_id, lock=True)
    if message is None or message.state != "RECEIPT_PENDING" or message.transmission_id is None:
        return
    profile = partners.profile(message.partner)
    connection = None if profile is None else profile.connection
    first = message.first_sent_at or message.created_at
    if isinstance(connection, As2Connection) and desk.clock() - first < timedelta(
        hours=connection.retry.give_up_hours
    ):
        as2.change(desk.conn, message.id, state="QUEUED", problem="No receipt came in time; it goes again.")
        outbox.again(desk.conn, transmissions, [message.transmission_id])
        return
    _expire(desk, message, "It was taken by their server, and no receipt came.")


def _expire(desk: Desk, message: Message, why: str) -> None:
    as2.change(desk.conn, message.id, state="EXPIRED", problem=why)
    assert message.transmission_id is not None  # of messages of ours
    state = outbox.state(desk.conn, transmissions, message.transmission_id)
    if state != "FAILED":
        outbox.transmission_failed(desk.conn, message.transmission_id, why, None)
    first = message.first_sent_at or message.created_at
    finding = Finding(
        Code.AS2_RECEIPT_OVERDUE,
        Severity.ERROR,
        message=f"{message.partner} has not receipted {message.message_id}, first sent {first:%Y-%m-%d %H:%M} UTC. "
        f"It is not sent again. {why}",
        hint="Ask the partner whether it arrived. Replay this case to send the same bytes again; a receipt that comes "
        "late ends it by itself.",
        family=Family.TRANSPORT,
    )
    open_cases(desk, [NewCase(finding, message.partner, About(transmission_id=message.transmission_id))])


# --- packing


def _packed(
    works: Works,
    ring: Ring,
    partner: LivePartner,
    connection: As2Connection,
    transmission: Transmission,
    content: Extent,
    scratch: Scratch,
) -> tuple[Message, Body]:
    """A new message that bears it, committed before any of it goes."""
    now = works.clock()
    row_id = works.ids.next()
    payloads = _payloads(connection, transmission, content)
    sent = pack(
        payloads,
        Heads(
            message_id=f"<{short(row_id)}.{secrets.token_hex(8)}@edi-gateway>",
            as2_from=connection.us,
            as2_to=connection.them,
            subject=connection.sending.subject,
            user_agent=agreement.USER_AGENT,
        ),
        agreement.packing(connection),
        ours=ring.ours,
        theirs=ring.theirs,
        at=now,
        scratch=scratch,
    )
    message = _record(row_id, partner.profile.key, transmission, sent, payloads, now)

    def keep(conn: Connection) -> None:
        as2.add_message(conn, message)
        as2.add_body(conn, row_id, sent.body.chunks())

    works.writer.run(keep)
    return message, sent.body


def _payloads(connection: As2Connection, transmission: Transmission, content: Extent) -> list[Payload]:
    """The one document, or the attachments whose bytes stand one after the other."""
    kind = connection.sending.content_type
    found: list[Payload] = []
    at = 0
    for name, size in transmission.attachments or ((transmission.name, content.size),):
        found.append(Payload(content.cut(at, at + size), kind, name))
        at += size
    return found


def _record(
    row_id: int,
    partner: str,
    transmission: Transmission,
    sent: Sent,
    payloads: list[Payload],
    now: datetime,
) -> Message:
    awaited = sent.awaited
    return Message(
        id=row_id,
        direction="out",
        partner=partner,
        message_id=awaited.message_id,
        transmission_id=transmission.id,
        receipt_id=None,
        state="QUEUED",
        as2_from=awaited.as2_from,
        as2_to=awaited.as2_to,
        headers=sent.headers,
        size=sent.body.size,
        sha256=_digest(sent.body.chunks()),
        payload_sha256=agreement.payloads_sha256(payloads),
        mics=tuple((mic.value, mic.digest.value) for mic in awaited.mics),
        wish=None if awaited.wish is None else {"signed": awaited.wish.signed, "url": awaited.wish.url},
        layers=None,
        signer_serial=None if sent.signer is None else serial(sent.signer),
        recipient_serial=None if sent.recipient is None else serial(sent.recipient),
        disposition=None,
        problem=None,
        peer=None,
        created_at=now,
        first_sent_at=now,
        sent_at=None,
        receipted_at=None,
    )


def _digest(chunks: Iterable[bytes]) -> str:
    made = sha256()
    for chunk in chunks:
        made.update(chunk)
    return made.hexdigest()


@dataclass(frozen=True, slots=True)
class _Stored:
    """A large body, read from its rows as it is sent."""

    works: Works
    message: int
    size: int

    def chunks(self) -> Iterator[bytes]:
        with self.works.writer.reading() as conn:
            yield from as2.body(conn, self.message)


def _kept(works: Works, message: Message) -> Body:
    """The same bytes as the last time."""
    if message.first_sent_at is None:  # somebody wanted it again: it has all its time
        works.writer.run(lambda conn: as2.change(conn, message.id, first_sent_at=works.clock()))
    if message.size > _IN_MEMORY:
        return _Stored(works, message.id, message.size)
    with works.writer.reading() as conn:
        return Extent.of(b"".join(as2.body(conn, message.id)))


# --- the answer


def _answered(
    works: Works, ring: Ring, wire: Wire, message: Message, transmission: Transmission, answer: Answer
) -> bool:
    """Write down what the answer was worth; whether the partner has it. Raises NoReceipt when it is worth nothing."""
    asynchronous = message.wish is not None and message.wish["url"] is not None
    heading, found = _read(works, ring, wire.connection, answer) if answer.body else (None, None)
    taken: receipts.Taken | None = None

    def note(conn: Connection) -> None:
        nonlocal taken
        now = works.clock()
        if found is not None and message.wish is not None:
            raw = receipts.Raw(answer.headers, answer.body)
            inside = receipts.Inside(message, now, first=not transmission.attempts and not asynchronous)
            taken = receipts.take(works, conn, message.partner, raw, heading, found, inside)
            return
        as2.change(conn, message.id, sent_at=now)
        current = as2.load(conn, message.id, lock=True)
        if current is None or current.state == "RECEIPTED":  # their receipt was quicker than their answer
            return
        if message.wish is None:
            as2.change(conn, message.id, state="SENT", problem=None)
        elif asynchronous:
            as2.change(conn, message.id, state="RECEIPT_PENDING", problem=None)
            wait = timedelta(minutes=wire.connection.receipts.wait_minutes)
            deadlines.put(conn, works.ids, deadlines.RECEIPT, message.id, now + wait)
        else:
            as2.change(conn, message.id, problem="The answer was no receipt.")

    works.writer.run(note)
    logs.say(
        "info",
        "as2 sent",
        partner=message.partner,
        message_id=message.message_id,
        status=answer.status,
        receipt=None if taken is None else taken.state,
    )
    if taken is not None:
        if taken.state in (receipts.INVALID, receipts.UNMATCHED) and not asynchronous:
            raise NoReceipt(where=wire.connection.url, problem=taken.why)
        return taken.state != receipts.REFUSES
    if message.wish is None or asynchronous:
        return True
    raise NoReceipt(where=wire.connection.url, problem=f"{len(answer.body)} bytes that are no receipt.")


def _read(
    works: Works, ring: Ring, connection: As2Connection, answer: Answer
) -> tuple[Heading | None, Receipt | Refused | None]:
    """What the answer says; nothing when it is no receipt and does not look like one."""
    read = read_headers(answer.headers)
    if isinstance(read, Refused):
        return None, None
    head, heading = read
    with Scratch() as scratch:
        found = open_message(
            head,
            Extent.of(answer.body),
            None,
            policy=agreement.receipt_policy(connection),
            ours=ring.ours,
            theirs=ring.theirs,
            at=works.clock(),
            scratch=scratch,
        )
    if isinstance(found, Opened) or (isinstance(found, Refused) and not receipts.looks_like_one(head)):
        return heading, None
    return heading, found
