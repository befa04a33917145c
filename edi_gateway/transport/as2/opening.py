"""Opens what came by AS2: layer after layer, each with its checks, then the policy on what was really unwrapped.

Takes headers and a body that may be hostile, gives documents, a receipt, or a refusal with its disposition; never
raises over what they hold. Called by the server for messages, by server and client for receipts.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from edi_gateway.transport.as2.cms.algorithms import (
    AUTH_ENVELOPED_DATA,
    AUTHENTICATING,
    COMPRESSED_DATA,
    ENVELOPED_DATA,
    SIGNED_DATA,
)
from edi_gateway.transport.as2.cms.compressing import unpack
from edi_gateway.transport.as2.cms.encrypting import decrypt
from edi_gateway.transport.as2.cms.identifying import content_type
from edi_gateway.transport.as2.cms.signing import digest_of, verify
from edi_gateway.transport.as2.extents import Extent, Scratch, TookTooLong
from edi_gateway.transport.as2.faults import Fault, malformed
from edi_gateway.transport.as2.mime.entity import decoded, parts_of
from edi_gateway.transport.as2.mime.head import Head, Value, canonical, read_head
from edi_gateway.transport.as2.receipts import read_report
from edi_gateway.transport.as2.terms import (
    AUTHENTICATION_FAILED,
    DECOMPRESSION_FAILED,
    DECRYPTION_FAILED,
    INSUFFICIENT_MESSAGE_SECURITY,
    INTEGRITY_CHECK_FAILED,
    UNEXPECTED_PROCESSING_ERROR,
    UNSUPPORTED_FORMAT,
    Compressed,
    Digest,
    Disposition,
    Encrypted,
    Identity,
    Layer,
    Mic,
    Opened,
    Payload,
    Policy,
    Receipt,
    ReceiptWish,
    Refused,
    Signed,
    Trusted,
)

_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SAID_TO_BE = {
    "signed-data": AUTHENTICATION_FAILED,
    "enveloped-data": DECRYPTION_FAILED,
    "authenveloped-data": DECRYPTION_FAILED,
    "compressed-data": DECOMPRESSION_FAILED,
}
_BUNDLES = ("multipart/related", "multipart/mixed")


def open_message(
    head: Head,
    body: Extent,
    wish: ReceiptWish | None,
    *,
    policy: Policy,
    ours: Sequence[Identity],
    theirs: Sequence[Trusted],
    at: datetime,
    scratch: Scratch,
) -> Opened | Receipt | Refused:
    """What is in it. A receipt is returned as such, without regard to what messages must be; `judge` comes next."""
    unwrapping = _Unwrapping(head, body, policy, ours, theirs, at, scratch)
    try:
        try:
            unwrapping.unwrap()
            if unwrapping.head.content_type().word == "multipart/report":
                return unwrapping.receipt()
            payloads = unwrapping.payloads()
            mic = unwrapping.mic(wish)
            unwrapping.enforce()
            if wish is not None and wish.cannot is not None:
                raise Fault(wish.cannot, "They require a kind of receipt that we cannot give.")
            return Opened(payloads, tuple(unwrapping.layers), mic)
        except Fault as fault:
            return unwrapping.refused(fault, wish)
    except TookTooLong:
        problem = "It took longer to open than a message may."
        return Refused(UNEXPECTED_PROCESSING_ERROR, problem, tuple(unwrapping.layers))


class _Unwrapping:
    """One message on its way in: the innermost entity so far, and what was taken off around it."""

    def __init__(
        self,
        head: Head,
        body: Extent,
        policy: Policy,
        ours: Sequence[Identity],
        theirs: Sequence[Trusted],
        at: datetime,
        scratch: Scratch,
    ) -> None:
        self.head = head
        self.layers: list[Layer] = []
        self._body = body
        self._entity: Extent | None = None  # head and body as bytes; None: the head is that of HTTP
        self._signed: Extent | None = None
        self._innermost = False
        self._policy = policy
        self._limits = policy.limits
        self._ours = ours
        self._theirs = theirs
        self._at = at
        self._scratch = scratch

    def unwrap(self) -> None:
        """Take off all layers: at most one signature, one encryption and one compression, in any order."""
        while True:
            value = self.head.content_type()
            if value.word == "multipart/signed":
                self._take_off_signature(value)
            elif value.word in _SMIME:
                self._take_off_structure(value)
            else:
                self._innermost = True
                return

    def _take_off_signature(self, value: Value) -> None:
        self._at_most_one(Signed, "signature")
        parts = self._parts(value)
        if len(parts) != 2:
            raise malformed("a signed message has not two parts", AUTHENTICATION_FAILED)
        self._signed = parts[0]
        with _told_as(AUTHENTICATION_FAILED):
            head, body = read_head(parts[1], self._limits)
            structure = decoded(body, head.transfer_encoding(), self._scratch)
            try:
                layer, content = self._verified(structure, parts[0])
            except Fault as fault:  # some sign their header lines with CRLF and send them with LF
                rewritten = canonical(parts[0], self._limits)
                if fault.disposition is not INTEGRITY_CHECK_FAILED or rewritten is parts[0]:
                    raise
                layer, content = self._verified(structure, rewritten)
                self._signed = rewritten
        self._go_on(layer, content)

    def _take_off_structure(self, value: Value) -> None:
        said = _SAID_TO_BE.get((value.parameter("smime-type") or "").lower(), UNEXPECTED_PROCESSING_ERROR)
        with _told_as(said):
            structure = decoded(self._body, self.head.transfer_encoding(), self._scratch)
            kind = content_type(structure, self._limits)
        layer: Layer
        if kind == SIGNED_DATA:
            self._at_most_one(Signed, "signature")
            with _told_as(AUTHENTICATION_FAILED):
                layer, content = self._verified(structure, None)
            self._signed = content
        elif kind in (ENVELOPED_DATA, AUTH_ENVELOPED_DATA):
            self._at_most_one(Encrypted, "encryption")
            with _told_as(DECRYPTION_FAILED):
                layer, content = decrypt(structure, kind, self._ours, self._policy, self._scratch)
        elif kind == COMPRESSED_DATA:
            self._at_most_one(Compressed, "compression")
            with _told_as(DECOMPRESSION_FAILED):
                layer, content = unpack(structure, self._limits, self._scratch)
        else:
            raise Fault(UNSUPPORTED_FORMAT, "It is a CMS structure of a kind that AS2 does not have.")
        self._go_on(layer, content)

    def _verified(self, structure: Extent, content: Extent | None) -> tuple[Signed, Extent]:
        return verify(
            structure,
            content,
            policy=self._policy,
            theirs=self._theirs,
            at=self._at,
            scratch=self._scratch,
        )

    def _go_on(self, layer: Layer, entity: Extent) -> None:
        self.layers.append(layer)
        self._entity = entity
        self.head, self._body = read_head(entity, self._limits)
        if isinstance(layer, Encrypted) and _malleable(layer) and self.head.get("Content-Type") is None:
            raise malformed("what was encrypted begins with no Content-Type")

    def _at_most_one(self, kind: type[Layer], words: str) -> None:
        if any(isinstance(layer, kind) for layer in self.layers):
            raise Fault(UNSUPPORTED_FORMAT, f"It has more than one {words}.")

    def payloads(self) -> tuple[Payload, ...]:
        """The documents: one, or those of a multipart, which may hold nothing that nests further."""
        value = self.head.content_type()
        if value.word not in _BUNDLES:
            return (self._payload(self.head, self._body),)
        parts = self._parts(value)
        if not parts:
            raise malformed("it holds no document")
        return tuple(self._payload(*read_head(part, self._limits)) for part in parts)

    def _payload(self, head: Head, body: Extent) -> Payload:
        value = head.content_type()
        if value.word.startswith("multipart/") or value.word in _SMIME:
            raise Fault(UNSUPPORTED_FORMAT, f"It holds {value.word} where a document belongs.")
        content = decoded(body, head.transfer_encoding(), self._scratch)
        return Payload(content, value.word, head.filename(), value.parameter("charset"))

    def receipt(self) -> Receipt:
        signer = next((layer.signer for layer in self.layers if isinstance(layer, Signed)), None)
        parts = self._parts(self.head.content_type())
        return read_report(parts, signer, self._limits, self._scratch)

    def _parts(self, value: Value) -> tuple[Extent, ...]:
        boundary = value.parameter("boundary")
        return parts_of(self._body, boundary, self._limits, epilogue=not self._can_be_changed)

    @property
    def _can_be_changed(self) -> bool:
        """Whether somebody without the key can have changed what came out of the encryption."""
        return any(isinstance(layer, Encrypted) and _malleable(layer) for layer in self.layers)

    def enforce(self) -> None:
        """The policy, on the layers that there really were."""
        if self._policy.must_be_signed and not any(isinstance(layer, Signed) for layer in self.layers):
            raise Fault(
                INSUFFICIENT_MESSAGE_SECURITY, "It is not signed, as this partner's messages must be."
            )
        if self._policy.must_be_encrypted and not any(isinstance(layer, Encrypted) for layer in self.layers):
            raise Fault(
                INSUFFICIENT_MESSAGE_SECURITY, "It is not encrypted, as this partner's messages must be."
            )

    def mic(self, wish: ReceiptWish | None) -> Mic:
        """By RFC 4130 7.3.1 and RFC 5402 4: over what was signed; else over the innermost entity with its head; over
        the body alone where no layer was around it."""
        over = self._signed
        if over is None:
            over = self._body if self._entity is None else canonical(self._entity, self._limits)
        signed_with = next(
            (layer.digest for layer in self.layers if isinstance(layer, Signed)), Digest.SHA256
        )
        digest, spelled = signed_with, None
        if wish is not None and wish.digests:
            accepted = (each for each in wish.digests if each in self._policy.digests)
            digest = next(accepted, wish.digests[0])
            spelled = dict(zip(wish.digests, wish.spelled, strict=False)).get(digest)
        return Mic(b64encode(digest_of(over, digest)).decode(), digest, spelled)

    def refused(self, fault: Fault, wish: ReceiptWish | None) -> Refused:
        """What the outside learns: of bytes that may come from a guess no more than that they do not decrypt."""
        disposition = fault.disposition
        if fault.by_chance and self._can_be_changed:
            disposition = DECRYPTION_FAILED
        mic = None
        if disposition is not DECRYPTION_FAILED and (self._signed is not None or self._innermost):
            mic = self.mic(wish)
        return Refused(disposition, fault.problem, tuple(self.layers), mic)


def _malleable(layer: Encrypted) -> bool:
    """Whether somebody without the key can change what comes out."""
    return layer.cipher not in AUTHENTICATING


@contextmanager
def _told_as(disposition: Disposition) -> Iterator[None]:
    """A structure that cannot be read is answered by what it was to be for."""
    try:
        yield
    except Fault as fault:
        if fault.disposition is UNEXPECTED_PROCESSING_ERROR:
            raise malformed(fault.problem, disposition) from None
        raise
