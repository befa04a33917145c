"""The words of AS2 that server, client, certificates and profiles share: frozen, without any I/O.

The values of the enums are the words of a partner's profile. Certificates and keys are those of `cryptography`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from edi_gateway.transport.as2.extents import Extent

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey


class Digest(StrEnum):
    """What signatures and MICs hash with."""

    SHA1 = "sha1"  # only where a partner's profile opts in
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"

    @property
    def micalg(self) -> str:
        """As MIME writes it: sha-256 (RFC 8551), but sha1 (RFC 3851): who needs that is old."""
        return "sha1" if self is Digest.SHA1 else self.replace("sha", "sha-")


class Scheme(StrEnum):
    """How a signature is made of a hash."""

    RSA = "rsa-v1_5"
    RSA_PSS = "rsa-pss"
    ECDSA = "ecdsa"  # P-256 and P-384


class Cipher(StrEnum):
    """What the content is encrypted with: GCM goes as AuthEnvelopedData (RFC 5083, 5084), the rest as EnvelopedData."""

    AES128_CBC = "aes128-cbc"
    AES192_CBC = "aes192-cbc"
    AES256_CBC = "aes256-cbc"
    AES128_GCM = "aes128-gcm"
    AES256_GCM = "aes256-gcm"
    TRIPLE_DES = "3des"  # only where a partner's profile opts in


class KeyTransport(StrEnum):
    """How the content's key is encrypted for the receiver."""

    RSA = "rsa-v1_5"
    OAEP = "rsa-oaep"


class Compression(StrEnum):
    """Where in the message zlib stands."""

    NONE = "none"
    BEFORE_SIGNING = "before signing"
    AFTER_SIGNING = "after signing"


class Purpose(StrEnum):
    """What a certificate is for."""

    SIGN = "sign"  # the partner's: we verify by it; ours: we sign by it
    ENCRYPT = "encrypt"  # the partner's: we encrypt for it; ours: we decrypt by it


SAFE_DIGESTS = frozenset({Digest.SHA256, Digest.SHA384, Digest.SHA512})
SAFE_CIPHERS = frozenset(set(Cipher) - {Cipher.TRIPLE_DES})
EVERY_PURPOSE = frozenset(Purpose)


@dataclass(frozen=True, slots=True)
class Trusted:
    """A certificate of a partner's profile, good from `since` until `until` (aware; None: as the certificate says)."""

    certificate: x509.Certificate
    since: datetime | None = None
    until: datetime | None = None
    purposes: frozenset[Purpose] = EVERY_PURPOSE

    def serves(self, purpose: Purpose, at: datetime) -> bool:
        """Whether it may be used so at this time: by the profile, and by its own validity."""
        return purpose in self.purposes and _begins(self) <= at <= _ends(self)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate of ours with its private key, in use from `since` until `until` (as in Trusted)."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)
    since: datetime | None = None
    until: datetime | None = None
    purposes: frozenset[Purpose] = EVERY_PURPOSE

    def serves(self, purpose: Purpose, at: datetime) -> bool:
        """Whether it may be used so at this time: by its settings, and by the certificate's own validity."""
        return purpose in self.purposes and _begins(self) <= at <= _ends(self)


Credential = TypeVar("Credential", Trusted, Identity)


def chosen(of: Sequence[Credential], purpose: Purpose, at: datetime) -> Credential | None:
    """Of those that serve at this time, the one that began last (of two, the one that ends last): what we send with."""
    serving = [each for each in of if each.serves(purpose, at)]
    return max(serving, key=lambda each: (_begins(each), _ends(each)), default=None)


def _begins(credential: Trusted | Identity) -> datetime:
    own = credential.certificate.not_valid_before_utc
    return own if credential.since is None else max(own, credential.since)


def _ends(credential: Trusted | Identity) -> datetime:
    own = credential.certificate.not_valid_after_utc
    return own if credential.until is None else min(own, credential.until)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may cost. Sizes in bytes. Time is the scratch's to bound."""

    unpacked: int = 512 << 20  # after decompression
    head: int = 64 << 10  # all header lines of one entity
    header_lines: int = 200  # of one entity
    parts: int = 100  # of one multipart
    signers: int = 8
    recipients: int = 64
    structure: int = (
        256 << 10
    )  # what of one CMS structure is not its content: certificates, signers, recipients


@dataclass(frozen=True, slots=True)
class Policy:
    """What we demand of a partner's messages; enforced on the layers that were really unwrapped."""

    must_be_signed: bool = True
    must_be_encrypted: bool = True
    digests: frozenset[Digest] = SAFE_DIGESTS
    schemes: frozenset[Scheme] = frozenset(Scheme)
    ciphers: frozenset[Cipher] = SAFE_CIPHERS
    key_transports: frozenset[KeyTransport] = frozenset(KeyTransport)
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Disposition:
    """How a message fared, as RFC 4130 7.4 and RFC 3798 3.2.6 write it: processed/error: authentication-failed."""

    kind: str  # processed, failed
    modifier: str | None = None  # error, failure, warning
    reason: str | None = None

    @property
    def good(self) -> bool:
        """The receiver has taken the message (a warning does not change that)."""
        return self.kind == "processed" and self.modifier in (None, "warning")

    def __str__(self) -> str:
        text = self.kind if self.modifier is None else f"{self.kind}/{self.modifier}"
        return text if self.reason is None else f"{text}: {self.reason}"


PROCESSED = Disposition("processed")
DUPLICATE_DOCUMENT = Disposition("processed", "warning", "duplicate-document")
AUTHENTICATION_FAILED = Disposition("processed", "error", "authentication-failed")
DECRYPTION_FAILED = Disposition("processed", "error", "decryption-failed")
DECOMPRESSION_FAILED = Disposition("processed", "error", "decompression-failed")
INTEGRITY_CHECK_FAILED = Disposition("processed", "error", "integrity-check-failed")
INSUFFICIENT_MESSAGE_SECURITY = Disposition("processed", "error", "insufficient-message-security")
UNEXPECTED_PROCESSING_ERROR = Disposition("processed", "error", "unexpected-processing-error")
UNSUPPORTED_FORMAT = Disposition("failed", "failure", "unsupported format")
UNSUPPORTED_MIC_ALGORITHMS = Disposition("failed", "failure", "unsupported MIC-algorithms")


@dataclass(frozen=True, slots=True)
class ReceiptWish:
    """The receipt that a sender asks for. No wish at all is None where this stands."""

    signed: bool = True
    digests: tuple[Digest, ...] = (Digest.SHA256,)  # for the MIC, the best first
    url: str | None = None  # where an asynchronous MDN goes; None: in the answer
    spelled: tuple[str, ...] = ()  # when read: how they write each of digests, for the MDN to write it so
    cannot: Disposition | None = None  # when read: they require what we do not speak; answer them this


@dataclass(frozen=True, slots=True)
class Packing:
    """How a message to a partner is packed."""

    digest: Digest | None = Digest.SHA256  # None: not signed
    scheme: Scheme | None = None  # None: PKCS#1 v1.5 with an RSA key, ECDSA with an EC key
    cipher: Cipher | None = Cipher.AES256_CBC  # None: not encrypted
    key_transport: KeyTransport = KeyTransport.RSA
    compression: Compression = Compression.NONE
    wish: ReceiptWish | None = ReceiptWish()


@dataclass(frozen=True, slots=True)
class Mic:
    """A message integrity check: base64 of the hash."""

    value: str
    digest: Digest
    spelled: str | None = None  # how the other side writes the digest's name, where that is known

    def __str__(self) -> str:
        """As Received-Content-MIC has it."""
        return f"{self.value}, {self.spelled or self.digest.micalg}"

    def equals(self, other: Mic) -> bool:
        return (self.value, self.digest) == (other.value, other.digest)


@dataclass(frozen=True, slots=True)
class Payload:
    """A document inside a message. `filename` is a word for people and records, never a path."""

    content: Extent
    content_type: str = "application/edi-x12"  # lower case, without parameters
    filename: str | None = None
    charset: str | None = None  # of text/plain


@dataclass(frozen=True, slots=True)
class Encrypted:
    """An encryption layer that we took off."""

    cipher: Cipher
    key_transport: KeyTransport
    recipient: x509.Certificate  # ours


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that we verified."""

    digest: Digest
    scheme: Scheme
    signer: x509.Certificate  # the partner's


@dataclass(frozen=True, slots=True)
class Compressed:
    """A compression layer that we took off."""

    size: int  # bytes after unpacking


Layer = Encrypted | Signed | Compressed


@dataclass(frozen=True, slots=True)
class Opened:
    """A message that kept to the policy. Payloads lie in the scratch that it was opened with."""

    payloads: tuple[Payload, ...]
    layers: tuple[Layer, ...]  # outermost first
    mic: Mic  # for the MDN, by the algorithm that the sender asked for (else the signature's)

    @property
    def signer(self) -> x509.Certificate | None:
        return next((layer.signer for layer in self.layers if isinstance(layer, Signed)), None)

    @property
    def encrypted(self) -> bool:
        return any(isinstance(layer, Encrypted) for layer in self.layers)


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that we do not take: what the partner is told, and what only our own people are."""

    disposition: Disposition
    problem: str  # one sentence for the case and the log; never for the outside
    layers: tuple[Layer, ...] = ()  # that were taken off before it ended
    mic: Mic | None = None  # where it could be worked out


@dataclass(frozen=True, slots=True)
class Awaited:
    """What an MDN is judged by: a message that we sent."""

    message_id: str  # with its angle brackets
    as2_from: str  # ours
    as2_to: str  # the partner's
    mics: tuple[Mic, ...]  # one for each algorithm that the receiver may answer with
    wish: ReceiptWish | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as we sent it. Resends carry the same headers and body."""

    awaited: Awaited
    headers: tuple[tuple[str, str], ...]  # of the HTTP request, without Host, Content-Length and the like
    body: Extent = field(repr=False, compare=False)  # in the scratch that it was packed with
    signer: x509.Certificate | None  # ours
    recipient: x509.Certificate | None  # the partner's, that it is encrypted for


@dataclass(frozen=True, slots=True)
class Receipt:
    """An MDN that came, as far as it speaks for itself. Whether it counts is `judge`'s to say."""

    original_message_id: str | None  # as it stands there
    disposition: Disposition
    mic: Mic | None  # None: none there, or by an algorithm that we do not know
    signer: x509.Certificate | None  # the partner's, verified; None: not signed
    text: str  # what it says for people; as they wrote it


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a receipt counts, and if not why not: one sentence for the record."""

    counts: bool
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An MDN of ours: the headers of the HTTP answer (or of the request, when it goes by itself) and the body."""

    message_id: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    signer: x509.Certificate | None
