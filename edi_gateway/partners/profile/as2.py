"""How documents travel by AS2 (RFC 4130): who signs, encrypts, compresses and receipts what, and over which line.

Certificates are not here: they change more often than agreements and stand in the database
(`edi-gateway certificates`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from edi_gateway.partners.profile.part import Part

Digest = Literal["sha256", "sha384", "sha512", "sha1"]
Cipher = Literal["aes128-cbc", "aes192-cbc", "aes256-cbc", "aes128-gcm", "aes256-gcm", "3des"]
Signature = Literal["rsa-v1_5", "rsa-pss", "ecdsa"]
KeyTransport = Literal["rsa-v1_5", "rsa-oaep"]


class As2Sending(Part):
    """How what we send is packed."""

    content_type: Literal[
        "application/edi-x12", "application/edi-consent", "application/octet-stream", "text/plain"
    ] = "application/edi-x12"
    """What we call our documents."""
    subject: str = Field(default="EDI", min_length=1, max_length=200)
    """The header Subject."""
    sign: Literal["sha256", "sha384", "sha512", "sha1", "none"] = "sha256"
    """The digest of our signature; none: not signed. SHA-1 only for partners who know nothing better."""
    signature: Literal["rsa-v1_5", "rsa-pss"] = "rsa-v1_5"
    """How an RSA key of ours signs; an ECDSA key has one way only."""
    encrypt: Literal["aes128-cbc", "aes192-cbc", "aes256-cbc", "aes128-gcm", "aes256-gcm", "3des", "none"] = (
        "aes256-cbc"
    )
    """With what we encrypt; none: not encrypted. 3des only for partners who know nothing better."""
    key_transport: Literal["rsa-v1_5", "rsa-oaep"] = "rsa-v1_5"
    """How the key of the encryption is wrapped for them."""
    compress: Literal["none", "before signing", "after signing"] = "none"
    """Whether we compress, and what the signature covers: the compressed bytes or the plain ones."""


class As2Receipts(Part):
    """The receipts (MDN) that we ask for, and those that they may ask for."""

    ask: Literal["sync", "async", "none"] = "sync"
    """In the answer of the same connection, later to receipt_url, or not at all."""
    signed: bool = True
    """A receipt counts only when it is signed."""
    receipt_url: str | None = None
    """Where they send asynchronous receipts to: our own address as they reach it. Needed with ask = "async"."""
    wait_minutes: int = Field(default=120, ge=1)
    """How long after a sending the asynchronous receipt may take before the same bytes go again. Longer than the
    longest pause of retry_minutes."""
    may_ask_at: tuple[str, ...] = ()
    """URLs that they may ask us to send asynchronous receipts to; one ending in * takes what begins so. None: an
    asynchronous receipt is sent nowhere, and the message is refused."""


class As2Demands(Part):
    """What must be true of what they send. What is less is answered insufficient-message-security."""

    signed: bool = True
    """Their messages must be signed, with a certificate of theirs that we have."""
    encrypted: bool = True
    """Their messages must be encrypted, with a certificate of ours."""
    digests: tuple[Digest, ...] = ("sha256", "sha384", "sha512")
    """Digests of a signature that count. sha1 only where it is named here."""
    ciphers: tuple[Cipher, ...] = ("aes128-cbc", "aes192-cbc", "aes256-cbc", "aes128-gcm", "aes256-gcm")
    """Encryption that counts. 3des only where it is named here."""
    signatures: tuple[Signature, ...] = ("rsa-v1_5", "rsa-pss", "ecdsa")
    """How a signature that counts is made."""
    key_transports: tuple[KeyTransport, ...] = ("rsa-v1_5", "rsa-oaep")
    """How the key of an encryption that counts is wrapped for us."""
    unpacked_bytes: int = Field(default=1_073_741_824, ge=1)
    """A message that unpacks to more is refused."""


class As2Retry(Part):
    """When a message that did not arrive goes again: the same bytes under the same Message-ID."""

    minutes: tuple[int, ...] = (1, 5, 15, 60)
    """Pauses after the first, second ... sending that failed; the last one repeats."""
    give_up_hours: int = Field(default=24, ge=1)
    """After so long without a receipt nothing more is sent, and a person is called. The bytes are kept."""


class As2Line(Part):
    """The HTTP connection to their server."""

    user: str | None = None
    """Login of HTTP basic authentication."""
    password_env: str | None = None
    """Environment variable that holds its password."""
    password_file: str | None = None
    """File that holds its password."""
    client_certificate_file: str | None = None
    """Certificate (PEM) that shows their server who we are; TLS, not AS2."""
    client_key_file: str | None = None
    """Its private key; default: in the same file."""
    client_key_passphrase_env: str | None = None
    """Environment variable that holds the passphrase of client_key_file."""
    ca_file: str | None = None
    """Their own certificate authority (PEM), in place of the public ones."""
    pinned_certificate_file: str | None = None
    """The one certificate (PEM) that their server may show, whatever name stands in it."""
    connect_seconds: float = Field(default=30.0, gt=0)
    """To reach their server."""
    write_seconds: float = Field(default=60.0, gt=0)
    """To get a piece of the message (256 KiB) written."""
    answer_seconds: float = Field(default=300.0, gt=0)
    """For all of their answer after our last byte; with large messages servers take minutes."""
    internal_addresses: bool = False
    """Their url, or a URL for receipts, may lead to an address inside of our own network."""


class As2Connection(Part):
    """AS2: they post to our server, we post to theirs. Certificates: `edi-gateway certificates`."""

    kind: Literal["as2"] = "as2"
    """AS2 over HTTP."""
    us: str = Field(min_length=1, max_length=128)
    """Our AS2 identifier, as agreed (AS2-From of what we send)."""
    them: str = Field(min_length=1, max_length=128)
    """Their AS2 identifier (AS2-To of what we send)."""
    url: str
    """Where we post to: https://..., or http:// when what we send is encrypted."""
    sending: As2Sending = As2Sending()
    """How what we send is packed."""
    receipts: As2Receipts = As2Receipts()
    """Receipts, both ways."""
    demands: As2Demands = As2Demands()
    """What must be true of what they send."""
    retry: As2Retry = As2Retry()
    """When a message goes again."""
    line: As2Line = As2Line()
    """The HTTP connection."""
