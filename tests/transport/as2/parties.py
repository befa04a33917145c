"""Two partners, a stranger, what passes between them, and `openssl cms` that looks over everybody's shoulder."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.heading import Heading, read_headers
from edi_gateway.transport.as2.mime.head import Head
from edi_gateway.transport.as2.opening import open_message
from edi_gateway.transport.as2.packing import Heads, pack
from edi_gateway.transport.as2.terms import (
    Cipher,
    Digest,
    Identity,
    Opened,
    Packing,
    Payload,
    Policy,
    PrivateKey,
    Receipt,
    Refused,
    Sent,
    Trusted,
)

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
BEGINS, ENDS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
EVERYTHING = Policy(digests=frozenset(Digest), ciphers=frozenset(Cipher))
LAX = replace(EVERYTHING, must_be_signed=False, must_be_encrypted=False)
HEADS = Heads("<m1@north.example>", "North Co", "south", "Orders", "edi-gateway")


@dataclass(frozen=True)
class Party:
    identity: Identity
    certificate_file: Path
    key_file: Path

    @property
    def trusted(self) -> Trusted:
        return Trusted(self.identity.certificate)


@dataclass(frozen=True)
class Parties:
    north: Party  # sends
    south: Party  # receives
    stranger: Party
    p256: Party
    p384: Party
    folder: Path


def party(name: str, key: PrivateKey, folder: Path) -> Party:
    """A self-signed certificate for this key, also as files."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Party(Identity(certificate, key), certificate_file, key_file)


def openssl(*arguments: str | Path, content: bytes) -> bytes:
    """What `openssl cms` makes of this."""
    command = ["openssl", "cms", *map(str, arguments)]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def packed(
    parties: Parties,
    scratch: Scratch,
    packing: Packing,
    payload: bytes | Sequence[Payload] = b"ISA*00*~",
    *,
    by: Party | None = None,
) -> Sent:
    """A message of north's to south."""
    payloads = [Payload(Extent.of(payload))] if isinstance(payload, bytes) else payload
    return pack(
        payloads,
        HEADS,
        packing,
        ours=[(by or parties.north).identity],
        theirs=[parties.south.trusted],
        at=NOW,
        scratch=scratch,
    )


def opened(
    parties: Parties,
    scratch: Scratch,
    headers: Sequence[tuple[str, str]],
    body: bytes | Extent,
    policy: Policy = LAX,
    *,
    theirs: Sequence[Trusted] | None = None,
    at: datetime = NOW,
) -> Opened | Receipt | Refused:
    """What south makes of what came from north."""
    head = Head.of(headers)
    read = read_headers((("AS2-From", "north"), ("AS2-To", "south"), *headers))
    wish = None if isinstance(read, Refused) else read[1].wish
    return open_message(
        head,
        Extent.of(body) if isinstance(body, bytes) else body,
        wish,
        policy=policy,
        ours=[parties.south.identity],
        theirs=[parties.north.trusted] if theirs is None else theirs,
        at=at,
        scratch=scratch,
    )


def heading(headers: Sequence[tuple[str, str]]) -> Heading:
    read = read_headers(headers)
    assert not isinstance(read, Refused)
    return read[1]


def content_type(headers: Sequence[tuple[str, str]]) -> str:
    return dict(headers)["Content-Type"]


def refusal(found: Opened | Receipt | Refused) -> str:
    """The disposition that was answered."""
    assert isinstance(found, Refused), found
    return str(found.disposition)


def document(found: Opened | Receipt | Refused) -> bytes:
    """The one document that was in it."""
    assert isinstance(found, Opened), found
    (payload,) = found.payloads
    return payload.content.read()


def entity(headers: Sequence[tuple[str, str]], body: Extent) -> bytes:
    """The message as a MIME file, as openssl reads it."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers if name.startswith("Content-"))
    return f"MIME-Version: 1.0\r\n{lines}\r\n".encode() + body.read()


def taken_apart(file: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """A MIME file's headers, as HTTP would carry them, and its body."""
    head, body = re.split(rb"\r?\n\r?\n", file, maxsplit=1)
    unfolded = re.sub(r"\r?\n[ \t]", " ", head.decode())
    return [
        (name, value.strip()) for name, _, value in (line.partition(":") for line in unfolded.splitlines())
    ], body
