"""A message that was posted to us: whose it is, what is in it, whether we had it before; committed, then answered.

Takes headers and a body (which may be hostile), gives the HTTP answer. Called by web/as2/ for each request, by many
threads at once; nothing that the sender hears is said before it is committed (DESIGN section 8, promises 1 and 4).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from edi_gateway import logs
from edi_gateway.commands.triage.cases import NewCase, open_cases
from edi_gateway.flow.as2 import agreement, receipts
from edi_gateway.flow.as2.keeping import Arrived, Overtaken, Request, Verdict, without_id
from edi_gateway.flow.as2.keyring import Ring
from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.partners.profile import As2Connection
from edi_gateway.store.ids import short
from edi_gateway.store.traffic import as2
from edi_gateway.store.traffic.as2 import Message
from edi_gateway.transport.as2.extents import Scratch, TookTooLong
from edi_gateway.transport.as2.heading import Heading, read_headers
from edi_gateway.transport.as2.mime.head import Head
from edi_gateway.transport.as2.opening import open_message
from edi_gateway.transport.as2.receipts import write_receipt
from edi_gateway.transport.as2.terms import (
    DUPLICATE_DOCUMENT,
    UNEXPECTED_PROCESSING_ERROR,
    Answer,
    Opened,
    Purpose,
    Receipt,
    Refused,
    chosen,
)

_LONGEST_ID = 998  # of a Message-ID: a header line (RFC 5322 2.1.1)
_TEXT = (("Content-Type", "text/plain; charset=us-ascii"),)


@dataclass(frozen=True, slots=True)
class Reply:
    """The HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


NOT_AS2 = Reply(400, _TEXT, b"This is no AS2 message that we can read.\n")
NOT_KNOWN = Reply(403, _TEXT, b"We have no such AS2 agreement.\n")
NOT_TAKEN = Reply(400, _TEXT, b"The message was not taken.\n")
NOT_NOW = Reply(503, (*_TEXT, ("Retry-After", "900")), b"Not now; try again later.\n")
DONE = Reply(200)


def take(works: Works, request: Request, scratch: Scratch) -> Reply:
    """Take what was posted, or refuse it; the answer, all of whose causes are committed."""
    with logs.unit("as2 in", peer=request.peer, bytes=request.body.size) as line:
        try:
            reply, said = _take(works, request, scratch)
        except TookTooLong:
            reply, said = NOT_NOW, {"refused": "it took longer than a message may"}
        line.add(status=reply.status, **said)
    return reply


def _take(works: Works, request: Request, scratch: Scratch) -> tuple[Reply, dict[str, Any]]:
    read = read_headers(request.headers)
    if isinstance(read, Refused):
        return NOT_AS2, {"refused": read.problem}
    head, heading = read
    old = None
    with works.writer.reading() as conn:
        works.live.refresh(conn)
        partner = _whose(works, heading)
        ring = Ring() if partner is None else works.keyring.of(conn, partner.profile.key)
        if partner is not None:
            named = heading.message_id or without_id(request)
            old = as2.claimed(conn, "in", partner.profile.key, named)
    if partner is None:
        _unknown(works, heading)
        return NOT_KNOWN, {"as2_from": heading.as2_from, "as2_to": heading.as2_to}
    said = {"partner": partner.profile.key, "message_id": heading.message_id}
    if partner.paused:
        return NOT_NOW, {**said, "paused": True}
    arrival = _Arrival(works, partner, heading, request, ring, head, scratch)
    reply, outcome = arrival.take(old)
    return reply, {**said, "outcome": outcome}


def _whose(works: Works, heading: Heading) -> LivePartner | None:
    """The one partner with both of these identifiers: a message cannot be from one and signed by another."""
    for partner in works.live.all():
        connection = partner.profile.connection
        if (
            isinstance(connection, As2Connection)
            and partner.profile.active
            and (connection.us, connection.them) == (heading.as2_to, heading.as2_from)
        ):
            return partner
    return None


def _unknown(works: Works, heading: Heading) -> None:
    """One case however many come: whoever likes can post to us."""
    finding = Finding(
        Code.AS2_SENDER_UNKNOWN,
        Severity.ERROR,
        message=f"An AS2 message came from {heading.as2_from!r} to {heading.as2_to!r}; no partner has this pair of "
        "identifiers. It was not taken.",
        hint="If it is a partner, compare [connection] us and them with this, blanks and capitals too. Further ones "
        "are in the log.",
        family=Family.TRANSPORT,
    )
    with works.writer.begin() as conn:
        open_cases(works.desk(conn), [NewCase(finding, None)])


@dataclass(slots=True)
class _Arrival(Arrived):
    """One message of a known partner: what becomes of it."""

    ring: Ring
    head: Head
    scratch: Scratch

    def take(self, old: Message | None) -> tuple[Reply, str]:
        """`old`: the message that came before under its Message-ID."""
        if len(self.message_id) > _LONGEST_ID:
            return NOT_AS2, "message id too long"
        if old is not None and old.sha256 == self.request.sha256:  # byte for byte: nothing is opened again
            return self.works.writer.run(lambda conn: self._again(conn, old)), "again"
        wish = self.heading.wish
        if wish is not None and wish.url is not None and not agreement.may_ask_at(self.connection, wish.url):
            problem = f"They want the receipt at {wish.url[:200]!r}; connection.receipts.may_ask_at has no such URL."
            refused = Refused(UNEXPECTED_PROCESSING_ERROR, problem)
            self.works.writer.run(lambda conn: self.keep(conn, refused, _refusal(refused), None))
            return NOT_TAKEN, "receipt url not allowed"
        found = open_message(
            self.head,
            self.request.body,
            wish,
            policy=agreement.policy(self.connection),
            ours=self.ring.ours,
            theirs=self.ring.theirs,
            at=self.works.clock(),
            scratch=self.scratch,
        )
        if isinstance(found, Receipt) or (isinstance(found, Refused) and self._is_receipt()):
            return self._receipt(found)
        return self._message(found, old)

    # --- receipts

    def _is_receipt(self) -> bool:
        """Whether what could not be opened was to be a receipt: of a receipt none is given."""
        return (
            self.heading.wish is None
            and receipts.looks_like_one(self.head)
            and (
                b"multipart/report" in self.request.body.read(4096).lower()
                or b"report-type" in "".join(value for _, value in self.head.lines).lower().encode()
            )
        )

    def _receipt(self, found: Receipt | Refused) -> tuple[Reply, str]:
        raw = receipts.Raw(self.request.headers, self.request.body.read(_LARGEST_RECEIPT))
        taken = self.works.writer.run(
            lambda conn: receipts.take(self.works, conn, self.key, raw, self.heading, found)
        )
        return (
            DONE if taken.state in (receipts.SETTLES, receipts.REFUSES) else NOT_TAKEN
        ), f"receipt {taken.state}"

    # --- messages

    def _message(self, found: Opened | Refused, old: Message | None) -> tuple[Reply, str]:
        payload = agreement.payloads_sha256(found.payloads) if isinstance(found, Opened) else None
        verdict = self._verdict(None, found, payload, old)
        while True:
            receipt = None if verdict.state == "AGAIN" else self._written(found, verdict)
            try:
                reply = self.works.writer.run(partial(self._commit, found, verdict, payload, receipt))
                return reply, verdict.state.lower()
            except Overtaken:  # this content came before, or another thread was quicker
                with self.works.writer.reading() as conn:
                    old = as2.claimed(conn, "in", self.key, self.message_id)
                    verdict = self._verdict(conn, found, payload, old)

    def _verdict(
        self, conn: Connection | None, found: Opened | Refused, payload: str | None, old: Message | None
    ) -> Verdict:
        """conn: to look whether we have this content already; without one it is left to the commit, which looks."""
        if old is not None and (old.sha256 == self.request.sha256 or payload == old.payload_sha256):
            return Verdict("AGAIN", old=old)
        if isinstance(found, Refused):
            return _refusal(found)
        if old is not None:
            came = f"{old.created_at:%Y-%m-%d %H:%M} UTC"
            problem = f"{self.message_id} was the id of another message, which came {came}."
            return Verdict("REFUSED", UNEXPECTED_PROCESSING_ERROR, problem, old)
        if conn is not None and payload is not None and as2.was_taken(conn, self.key, payload):
            return Verdict("DUPLICATE", DUPLICATE_DOCUMENT, _KNOWN_CONTENT)
        return Verdict("TAKEN")

    def _commit(
        self,
        found: Opened | Refused,
        verdict: Verdict,
        payload: str | None,
        receipt: Answer | None,
        conn: Connection,
    ) -> Reply:
        """Write it all in one commit. Raises Overtaken, having written nothing, when it has become another matter."""
        if verdict.state == "AGAIN":
            assert verdict.old is not None  # it is what makes it AGAIN
            return self._again(conn, verdict.old)
        self.keep(conn, found, verdict, payload, receipt)
        return self._reply(receipt, verdict.state)

    def _written(self, found: Opened | Refused, verdict: Verdict) -> Answer | None:
        """The receipt that they asked for; none when they asked for none."""
        if self.heading.wish is None:
            return None
        now = self.works.clock()
        return write_receipt(
            self.heading,
            verdict.disposition,
            found.mic,
            identity=chosen(self.ring.ours, Purpose.SIGN, now),
            policy=agreement.policy(self.connection),
            message_id=f"<{short(self.works.ids.next())}.{secrets.token_hex(8)}@edi-gateway>",
            user_agent=agreement.USER_AGENT,
            at=now,
        )

    def _reply(self, receipt: Answer | None, state: str) -> Reply:
        if receipt is None:
            return NOT_TAKEN if state == "REFUSED" else DONE
        if self.heading.wish is not None and self.heading.wish.url is not None:
            return DONE  # it goes by itself
        return Reply(200, receipt.headers, receipt.body)

    def _again(self, conn: Connection, old: Message) -> Reply:
        """It came before: the receipt that it got then, and nothing else."""
        given = as2.answered(conn, old.id)
        if given is None:
            return DONE
        if given.url is not None:
            as2.change_receipt(conn, given.id, state="READY", next_attempt_at=None)
            return DONE
        return Reply(200, given.headers, given.bytes)


_LARGEST_RECEIPT = 8 << 20
_KNOWN_CONTENT = "The same content came before under another Message-ID."


def _refusal(found: Refused) -> Verdict:
    return Verdict("REFUSED", found.disposition, found.problem)
