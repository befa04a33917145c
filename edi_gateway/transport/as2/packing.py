"""Packs documents into an AS2 message: compressed, signed and encrypted as the partner wants it.

Takes payloads and what to do, gives the HTTP headers and the body, with the MICs that its receipt must show. Writes
to a scratch, sends nothing. Called by flow before a message is queued: resends carry what was packed once.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from edi_gateway.transport.as2.cms.algorithms import AUTHENTICATING
from edi_gateway.transport.as2.cms.compressing import compress
from edi_gateway.transport.as2.cms.encrypting import encrypt
from edi_gateway.transport.as2.cms.signing import digests_of, scheme_for, sign
from edi_gateway.transport.as2.extents import Extent, Scratch, joined
from edi_gateway.transport.as2.heading import write_wish
from edi_gateway.transport.as2.identifiers import write_identifier
from edi_gateway.transport.as2.mime.head import Head, Value
from edi_gateway.transport.as2.terms import (
    Awaited,
    Compression,
    Digest,
    Identity,
    Mic,
    Packing,
    Payload,
    Purpose,
    Scheme,
    Sent,
    Trusted,
    chosen,
)
from edi_gateway.transport.errors import TransportError


class CannotPack(TransportError):
    """No message can be packed for {to}: {problem}."""

    permanent = True


@dataclass(frozen=True, slots=True)
class Entity:
    """A MIME entity that is about to be written: its head, and its body where it lies."""

    head: Head
    body: Extent

    def whole(self) -> Extent:
        return joined(self.head.dump(), self.body)


@dataclass(frozen=True, slots=True)
class Heads:
    """What the HTTP headers of a message say besides its content."""

    message_id: str
    as2_from: str
    as2_to: str
    subject: str
    user_agent: str


def pack(
    payloads: Sequence[Payload],
    heads: Heads,
    packing: Packing,
    *,
    ours: Sequence[Identity],
    theirs: Sequence[Trusted],
    at: datetime,
    scratch: Scratch,
) -> Sent:
    """The message, ready to be posted. Raises CannotPack when a certificate is missing, ValueError for wrong names."""
    entity = _documents(payloads)
    content = entity.whole()
    if packing.compression is Compression.BEFORE_SIGNING:
        entity = _compressed(entity, scratch)
    signer: x509.Certificate | None = None
    recipient: x509.Certificate | None = None
    digests = _mic_digests(packing)
    if packing.digest is not None:
        identity = _identity(ours, at, heads.as2_to)
        content = entity.whole()
        hashed = digests_of(content, digests)
        scheme = scheme_for(identity, packing.scheme)
        entity = signed_entity(entity, hashed[packing.digest], identity, packing.digest, scheme, at)
        signer = identity.certificate
    else:
        bare = packing.cipher is None and packing.compression is Compression.NONE
        hashed = digests_of(entity.body if bare else content, digests)  # RFC 4130 7.3.1, RFC 5402 4.3
    if packing.compression is Compression.AFTER_SIGNING:
        entity = _compressed(entity, scratch)
    if packing.cipher is not None:
        recipient = _recipient(theirs, at, heads.as2_to)
        kind = "authEnveloped-data" if packing.cipher in AUTHENTICATING else "enveloped-data"
        structure = encrypt(entity.whole(), recipient, packing.cipher, packing.key_transport, scratch)
        entity = _smime(kind, "smime.p7m", structure)
    headers = [
        ("AS2-Version", "1.2"),
        ("AS2-From", write_identifier(heads.as2_from)),
        ("AS2-To", write_identifier(heads.as2_to)),
        ("Message-ID", one_line(heads.message_id)),
        ("Subject", one_line(heads.subject)),
        ("Date", format_datetime(at)),
        ("User-Agent", one_line(heads.user_agent)),
        ("EDIINT-Features", "multiple-attachments"),
        ("MIME-Version", "1.0"),
    ]
    if packing.wish is not None:
        headers += write_wish(packing.wish, write_identifier(heads.as2_from))
    mics = tuple(Mic(b64encode(value).decode(), digest) for digest, value in hashed.items())
    return Sent(
        awaited=Awaited(heads.message_id, heads.as2_from, heads.as2_to, mics, packing.wish),
        headers=(*headers, *entity.head.lines),
        body=entity.body,
        signer=signer,
        recipient=recipient,
    )


def _mic_digests(packing: Packing) -> list[Digest]:
    """All that the receiver may answer with: what we ask for, and what we sign with."""
    wished = packing.wish.digests if packing.wish is not None else ()
    return list(dict.fromkeys((*wished, packing.digest or Digest.SHA256)))


def _identity(ours: Sequence[Identity], at: datetime, to: str) -> Identity:
    identity = chosen(ours, Purpose.SIGN, at)
    if identity is None:
        raise CannotPack(to=to, problem="no certificate of ours is good for signing now")
    return identity


def _recipient(theirs: Sequence[Trusted], at: datetime, to: str) -> x509.Certificate:
    usable = [each for each in theirs if isinstance(each.certificate.public_key(), RSAPublicKey)]
    trusted = chosen(usable, Purpose.ENCRYPT, at)
    if trusted is None:
        problem = "no certificate of theirs with an RSA key is good for encrypting now"
        if any(each not in usable and each.serves(Purpose.SIGN, at) for each in theirs):
            problem += (
                "; the one that we have has an EC key, which can only sign: ask for an RSA one beside it"
            )
        raise CannotPack(to=to, problem=problem)
    return trusted.certificate


def _documents(payloads: Sequence[Payload]) -> Entity:
    """One document as it is, several as multipart/related (RFC 6362)."""
    if not payloads:
        raise ValueError("a message needs a payload")
    entities = [_document(payload) for payload in payloads]
    if len(entities) == 1:
        return entities[0]
    parameters = (("type", payloads[0].content_type),)
    return multipart("multipart/related", parameters, [entity.whole() for entity in entities])


def _document(payload: Payload) -> Entity:
    charset = () if payload.charset is None else (("charset", payload.charset),)
    lines = [("Content-Type", str(Value(one_line(payload.content_type), charset)))]
    if payload.filename is not None:
        lines.append(("Content-Disposition", str(Value("attachment", (("filename", payload.filename),)))))
    lines.append(("Content-Transfer-Encoding", "binary"))
    return Entity(Head(tuple(lines)), payload.content)


def _compressed(entity: Entity, scratch: Scratch) -> Entity:
    return _smime("compressed-data", "smime.p7z", compress(entity.whole(), scratch))


def _smime(kind: str, name: str, structure: Extent) -> Entity:
    head = Head(
        (
            ("Content-Type", str(Value("application/pkcs7-mime", (("smime-type", kind), ("name", name))))),
            ("Content-Disposition", str(Value("attachment", (("filename", name),)))),
            ("Content-Transfer-Encoding", "binary"),
        )
    )
    return Entity(head, structure)


def signed_entity(
    entity: Entity, hashed: bytes, identity: Identity, digest: Digest, scheme: Scheme, at: datetime
) -> Entity:
    """multipart/signed over the entity, of which `hashed` is the hash."""
    signature = sign(hashed, identity, digest, scheme, at)
    head = Head(
        (
            ("Content-Type", str(Value("application/pkcs7-signature", (("name", "smime.p7s"),)))),
            ("Content-Disposition", str(Value("attachment", (("filename", "smime.p7s"),)))),
            ("Content-Transfer-Encoding", "base64"),
        )
    )
    text = b64encode(signature)
    lines = b"\r\n".join(text[start : start + 76] for start in range(0, len(text), 76))
    parameters = (("protocol", "application/pkcs7-signature"), ("micalg", digest.micalg))
    return multipart("multipart/signed", parameters, [entity.whole(), joined(head.dump(), lines)])


def multipart(kind: str, parameters: tuple[tuple[str, str], ...], parts: Sequence[Extent]) -> Entity:
    """A multipart of these entities, with a boundary that stands in none of them."""
    boundary = f"=_{secrets.token_hex(16)}"
    pieces: list[bytes | Extent] = []
    for part in parts:
        pieces += [f"--{boundary}\r\n".encode(), part, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    value = Value(kind, (*parameters, ("boundary", boundary)))
    return Entity(Head((("Content-Type", str(value)),)), joined(*pieces))


def one_line(text: str) -> str:
    """As a header may have it. Raises ValueError for what would begin another line."""
    if not all(" " <= character <= "~" for character in text):
        raise ValueError(f"{text!r} cannot stand in a header")
    return text
