"""Receipts (MDN) of messages of ours, however they come: matched, judged, kept as evidence, and what follows.

Takes what the AS2 layer read; writes its row and, when it counts, settles message and transmission. Called by
sending.py (in the answer) and receiving.py (asynchronous).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from edi_gateway.commands.triage.cases import About, NewCase, open_cases, resolve
from edi_gateway.flow.telling import delivered
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.store import deadlines
from edi_gateway.store.book import cases
from edi_gateway.store.traffic import as2, outbox
from edi_gateway.store.traffic.as2 import Message, Pairs
from edi_gateway.transport.as2.heading import Heading
from edi_gateway.transport.as2.mime.head import Head
from edi_gateway.transport.as2.receipts import judge
from edi_gateway.transport.as2.terms import Awaited, Digest, Mic, Receipt, ReceiptWish, Refused
from edi_gateway.transport.keys.reading import serial

SETTLES, REFUSES, INVALID, UNMATCHED = "SETTLES", "REFUSES", "INVALID", "UNMATCHED"
_OF_THE_WAY = frozenset(
    {
        Code.DELIVERY_FAILED,
        Code.AS2_RECEIPT_REFUSES,
        Code.AS2_RECEIPT_INVALID,
        Code.AS2_RECEIPT_OVERDUE,
    }
)  # cases that a good receipt ends


@dataclass(frozen=True, slots=True)
class Raw:
    """A receipt as it came."""

    headers: Pairs
    body: bytes


@dataclass(frozen=True, slots=True)
class Inside:
    """The message in whose answer it came, which was sent at `sent_at`. `first`: nothing of it was written down before,
    and whoever sent it writes down what becomes of its transmission."""

    message: Message
    sent_at: datetime
    first: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What it was worth: SETTLES, REFUSES, INVALID or UNMATCHED, and why."""

    state: str
    why: str = ""


def take(
    works: Works,
    conn: Connection,
    partner: str,
    raw: Raw,
    heading: Heading | None,
    found: Receipt | Refused,
    inside: Inside | None = None,
) -> Taken:
    """Record it, and do what follows, in the caller's transaction. `inside`: None for one that came by itself."""
    message = None if inside is None else inside.message
    problem: str | None = None
    if inside is not None and not inside.first:
        as2.change(conn, inside.message.id, sent_at=inside.sent_at)
        message = as2.load(conn, inside.message.id, lock=True)
    if isinstance(found, Refused):
        state, problem = INVALID, found.problem
    else:
        if message is None or found.original_message_id != message.message_id:
            named = as2.claimed(conn, "out", partner, found.original_message_id or "", lock=True)
            message = named if named is not None else message
        if message is None or heading is None:
            state, problem = UNMATCHED, f"It is for {found.original_message_id!r}, which we did not send."
        else:
            verdict = judge(found, heading, awaited(message))
            state = INVALID if not verdict.counts else SETTLES if found.disposition.good else REFUSES
            problem = verdict.problem
            if state == REFUSES:
                problem = f"They answered {found.disposition}."
    now = works.clock()
    receipt = found if isinstance(found, Receipt) else None
    as2.add_receipt(
        conn,
        {
            "id": works.ids.next(),
            "direction": "in",
            "partner": partner,
            "message": None if message is None else message.id,
            "original_message_id": receipt and receipt.original_message_id,
            "message_id": heading and heading.message_id,
            "headers": raw.headers,
            "bytes": raw.body,
            "disposition": receipt and str(receipt.disposition),
            "mic": receipt and receipt.mic and str(receipt.mic),
            "signer_serial": receipt and receipt.signer and serial(receipt.signer),
            "problem": problem,
            "at": now,
            "state": state,
            "attempts": 0,
        },
    )
    if state == SETTLES and message is not None and receipt is not None:
        _settle(works, conn, message, receipt, inside)
    elif state == REFUSES and message is not None and receipt is not None:
        _refuse(works, conn, message, receipt, problem or "")
    else:
        _case(works, conn, partner, message, state, problem or "")
    return Taken(state, problem or "")


def looks_like_one(head: Head) -> bool:
    """Whether headers are such as a receipt has, for one that could not be opened."""
    kinds = [value for name, value in head.lines if name.lower() == "content-type"]
    return any(value.lower().startswith(("multipart/report", "multipart/signed")) for value in kinds)


def awaited(message: Message) -> Awaited:
    """A message of ours as its receipt is judged."""
    wish = message.wish
    return Awaited(
        message_id=message.message_id,
        as2_from=message.as2_from,
        as2_to=message.as2_to,
        mics=tuple(Mic(value, Digest(digest)) for value, digest in message.mics),
        wish=None if wish is None else ReceiptWish(signed=bool(wish["signed"]), url=wish["url"]),
    )


def _settle(
    works: Works, conn: Connection, message: Message, receipt: Receipt, inside: Inside | None
) -> None:
    """They have it. A late receipt settles what was given up, too."""
    first = inside is not None and inside.first
    as2.change(
        conn,
        message.id,
        state="RECEIPTED",
        disposition=str(receipt.disposition),
        problem=None,
        receipted_at=message.receipted_at or works.clock(),
        **({"sent_at": inside.sent_at} if inside is not None else {}),
    )
    if first:
        return
    deadlines.close(conn, [deadlines.RECEIPT], [message.id])
    if message.transmission_id is None:
        return
    delivered.note(works, conn, message.partner, [message.transmission_id], ("READY", "FAILED"))
    over = [
        case.id
        for case in cases.open_of(conn, transmission_id=message.transmission_id)
        if case.code in _OF_THE_WAY
    ]
    resolve(works.desk(conn), over, "The partner has receipted it.")


def _refuse(works: Works, conn: Connection, message: Message, receipt: Receipt, why: str) -> None:
    """They have not taken it, and say so for certain. What they receipted before stays receipted."""
    if message.state == "RECEIPTED":
        return
    as2.change(conn, message.id, state="RECEIPT_REFUSED", disposition=str(receipt.disposition), problem=why)
    deadlines.close(conn, [deadlines.RECEIPT], [message.id])
    transmission = message.transmission_id
    if transmission is None:
        return
    outbox.transmission_failed(conn, transmission, why, None)
    deadlines.close(conn, [deadlines.ACK], [transmission], "CANCELLED")
    said = f" They say: {receipt.text[:300]}" if receipt.text else ""
    finding = Finding(
        Code.AS2_RECEIPT_REFUSES,
        Severity.ERROR,
        message=f"{message.partner} did not take {message.message_id}: {receipt.disposition}.{said}",
        hint=_hint((receipt.disposition.reason or "").lower()),
        rule=receipt.disposition.reason,
        family=Family.TRANSPORT,
    )
    _open(works, conn, message, finding)


def _case(
    works: Works, conn: Connection, partner: str, message: Message | None, state: str, why: str
) -> None:
    code = Code.AS2_RECEIPT_UNMATCHED if state == UNMATCHED else Code.AS2_RECEIPT_INVALID
    what = "A receipt" if message is None else f"A receipt for {message.message_id}"
    finding = Finding(
        code,
        Severity.ERROR,
        message=f"{what} from {partner} does not count: {why}",
        hint="Somebody may be pretending to be the partner, or its software is set up wrongly: ask them."
        if code is Code.AS2_RECEIPT_INVALID
        else "Ask the partner what it is for; nothing of ours was changed by it.",
        family=Family.TRANSPORT,
    )
    if message is not None and message.state != "RECEIPTED":
        _open(works, conn, message, finding)
    else:
        open_cases(works.desk(conn), [NewCase(finding, partner)])


def _open(works: Works, conn: Connection, message: Message, finding: Finding) -> None:
    about = About(transmission_id=message.transmission_id)
    open_cases(works.desk(conn), [NewCase(finding, message.partner, about)])


def _hint(reason: str) -> str:
    if reason == "duplicate-document":  # a warning by RFC 4130 7.5, an error with some
        return "They say that they have it already. Ask them; if so, cancel it: sent again it would be refused again."
    return _HINTS.get(reason, _OTHERWISE) + " Then replay this case: it is packed anew."


_OTHERWISE = "Ask the partner what its software says about it."
_HINTS = {
    "authentication-failed": "They do not know the certificate that we sign with: send it to them again.",
    "decryption-failed": "They cannot decrypt: ask whether the certificate that we have of them is the right one.",
    "decompression-failed": 'They cannot unpack it: say compress = "none" in [connection.sending].',
    "integrity-check-failed": "It was changed on its way, or their software counts otherwise.",
    "insufficient-message-security": "They want it signed or encrypted: see [connection.sending].",
    "unsupported format": "They do not take this kind of content: see [connection.sending].",
    "unsupported mic-algorithms": "They do not know our digest: see sign in [connection.sending].",
}
