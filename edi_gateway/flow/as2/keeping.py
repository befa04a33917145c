"""What came by AS2, written down: the message, the documents in it with the work that they are, the receipt, the case.

One commit of the caller's holds it all. Called by receiving.py, which decides what becomes of a message.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.taking import receive
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.partners.profile import As2Connection
from edi_gateway.store.ids import short
from edi_gateway.store.pieces import PIECE
from edi_gateway.store.traffic import as2
from edi_gateway.store.traffic import receipts as receipt_rows
from edi_gateway.store.traffic.as2 import Message
from edi_gateway.transport.as2.extents import Extent
from edi_gateway.transport.as2.heading import Heading
from edi_gateway.transport.as2.terms import (
    PROCESSED,
    Answer,
    Compressed,
    Disposition,
    Encrypted,
    Layer,
    Mic,
    Opened,
    Refused,
    Signed,
)
from edi_gateway.transport.keys.reading import serial


@dataclass(frozen=True, slots=True)
class Request:
    """What was posted. `sha256` is that of the body; `peer` the address that it came from."""

    headers: tuple[tuple[str, str], ...]
    body: Extent
    sha256: str
    peer: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message. `old`: the one that we had before under its Message-ID."""

    state: str  # TAKEN, DUPLICATE, REFUSED, AGAIN
    disposition: Disposition = PROCESSED
    problem: str | None = None
    old: Message | None = None


class Overtaken(Exception):
    """Another thread has committed the same Message-ID, or the same content, since we looked."""


@dataclass(slots=True)
class Arrived:
    """A message of a known partner, as it is kept."""

    works: Works
    partner: LivePartner
    heading: Heading
    request: Request

    def keep(
        self,
        conn: Connection,
        found: Opened | Refused,
        verdict: Verdict,
        payload: str | None,
        receipt: Answer | None = None,
    ) -> None:
        works, now = self.works, self.works.clock()
        message = works.ids.next()
        taken = verdict.state == "TAKEN"
        if taken and payload is not None and as2.was_taken(conn, self.key, payload, lock=True):
            raise Overtaken
        first = None
        if taken and isinstance(found, Opened):
            first = self._keep_payloads(conn, message, found)
        mic = found.mic
        wish = self.heading.wish
        added = as2.add_unless_claimed(
            conn,
            {
                "id": message,
                "direction": "in",
                "partner": self.key,
                "message_id": self.message_id,
                "claim": None if verdict.state == "REFUSED" else as2.claim("in", self.key, self.message_id),
                "receipt_id": first,
                "state": verdict.state,
                "as2_from": self.heading.as2_from,
                "as2_to": self.heading.as2_to,
                "headers": self.request.headers,
                "size": self.request.body.size,
                "sha256": self.request.sha256,
                "payload_sha256": payload,
                "mics": [] if mic is None else [(mic.value, mic.digest.value)],
                "wish": None if wish is None else {"signed": wish.signed, "url": wish.url},
                "layers": ", ".join(map(_in_words, found.layers)) or "plain",
                "signer_serial": next(
                    (serial(x.signer) for x in found.layers if isinstance(x, Signed)), None
                ),
                "recipient_serial": next(
                    (serial(x.recipient) for x in found.layers if isinstance(x, Encrypted)), None
                ),
                "disposition": str(verdict.disposition),
                "problem": verdict.problem,
                "peer": self.request.peer,
                "created_at": now,
                "receipted_at": None if receipt is None else now,
            },
        )
        if not added:
            raise Overtaken
        if receipt is not None:
            self._keep_receipt(conn, message, receipt, verdict, mic)
        if verdict.state == "REFUSED":
            self._case(conn, verdict)

    def _keep_payloads(self, conn: Connection, message: int, opened: Opened) -> int | None:
        """Documents as receipts, with the work to be done on them; the first one's id."""
        works = self.works
        named = [(each.filename or f"{short(message)}.edi", each.content) for each in opened.payloads]
        if all(content.size <= PIECE for _, content in named):
            files = [(name, content.read()) for name, content in named]
            made = receipt_rows.add_many(
                conn, works.ids, works.clock, self.key, files, partner=self.key, settled=True
            )
        else:
            made = [
                receipt_rows.add(
                    conn, works.ids, works.clock, self.key, name, content.chunks(), partner=self.key
                )
                for name, content in named
            ]
            receipt_rows.settled(conn, [one.id for one in made])
        receive.leave_work(works, conn, [(one.id, self.key, one.size) for one in made])
        return made[0].id if made else None

    def _keep_receipt(
        self, conn: Connection, message: int, receipt: Answer, verdict: Verdict, mic: Mic | None
    ) -> None:
        wish = self.heading.wish
        url = None if wish is None else wish.url
        as2.add_receipt(
            conn,
            {
                "id": self.works.ids.next(),
                "direction": "out",
                "partner": self.key,
                "message": message,
                "original_message_id": self.heading.message_id,
                "message_id": receipt.message_id,
                "headers": receipt.headers,
                "bytes": receipt.body,
                "disposition": str(verdict.disposition),
                "mic": None if mic is None else str(mic),
                "signer_serial": receipt.signer and serial(receipt.signer),
                "at": self.works.clock(),
                "state": "ANSWERED" if url is None else "READY",
                "url": url,
                "attempts": 0,
            },
        )

    def _case(self, conn: Connection, verdict: Verdict) -> None:
        reused = verdict.old is not None
        finding = Finding(
            Code.AS2_MESSAGE_ID_REUSED if reused else Code.AS2_MESSAGE_REFUSED,
            Severity.ERROR,
            message=f"A message of {self.key} was not taken ({verdict.disposition}): {verdict.problem}",
            hint="Ask the partner which of the two counts; its software must give each message an id of its own."
            if reused
            else "See docs/how-to/as2.md, what each refusal means. Once it is mended the partner sends it again.",
            rule=verdict.disposition.reason,
            family=Family.TRANSPORT,
        )
        open_cases(
            self.works.desk(conn), [NewCase(finding, self.key, About(), test=self.partner.profile.test)]
        )

    @property
    def key(self) -> str:
        return self.partner.profile.key

    @property
    def connection(self) -> As2Connection:
        connection = self.partner.profile.connection
        assert isinstance(connection, As2Connection)  # `_whose` looks
        return connection

    @property
    def message_id(self) -> str:
        """As they wrote it; one that is missing is made of the content, so that the same thing twice is one."""
        return self.heading.message_id or without_id(self.request)


def without_id(request: Request) -> str:
    return f"none:{request.sha256}"


def _in_words(layer: Layer) -> str:
    if isinstance(layer, Signed):
        return f"signed {layer.digest.value} {layer.scheme.value}"
    if isinstance(layer, Encrypted):
        return f"encrypted {layer.cipher.value} {layer.key_transport.value}"
    assert isinstance(layer, Compressed)
    return "compressed"
