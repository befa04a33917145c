"""Messages put together by hand: well made or not, as no program of ours would write them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import SubjectKeyIdentifier

from edi_gateway.transport.as2.cms import encrypting
from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.terms import Cipher, KeyTransport
from tests.transport.as2.parties import Parties, openssl

DOCUMENT = b"Content-Type: application/edi-x12\r\n\r\nISA*00*~"
SMIME = [("Content-Type", "application/pkcs7-mime")]

AUTHENTICATION = "processed/error: authentication-failed"
DECRYPTION = "processed/error: decryption-failed"
DECOMPRESSION = "processed/error: decompression-failed"
INTEGRITY = "processed/error: integrity-check-failed"
SECURITY = "processed/error: insufficient-message-security"
UNEXPECTED = "processed/error: unexpected-processing-error"
FORMAT = "failed/failure: unsupported format"


def der(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    size = len(body)
    if size < 128:
        length = bytes((size,))
    else:
        length = bytes((0x81, size)) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    return bytes((tag,)) + length + body


def signature_part(structure: bytes) -> bytes:
    text = b64encode(structure)
    return b"Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n" + text


def with_signature(content: bytes, structure: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """A multipart/signed of these two."""
    headers = [("Content-Type", 'multipart/signed; protocol="application/pkcs7-signature"; boundary=b')]
    body = b"--b\r\n" + content + b"\r\n--b\r\n" + signature_part(structure) + b"\r\n--b--\r\n"
    return headers, body


def signed_by(parties: Parties, name: str, *more: str, content: bytes = DOCUMENT) -> bytes:
    """A detached signature by openssl."""
    party = getattr(parties, name)
    signer = ("-signer", party.certificate_file, "-inkey", party.key_file)
    return openssl("-sign", "-binary", "-outform", "DER", *signer, *more, content=content)


def for_south(
    parties: Parties, scratch: Scratch, entity: bytes, cipher: Cipher
) -> tuple[list[tuple[str, str]], Extent]:
    """Any bytes, well encrypted for south."""
    certificate = parties.south.identity.certificate
    structure = encrypting.encrypt(Extent.of(entity), certificate, cipher, KeyTransport.RSA, scratch)
    return [("Content-Type", "application/pkcs7-mime")], structure


NO_SIGNER = der(
    0x30,
    bytes.fromhex("06092a864886f70d010702"),
    der(
        0xA0,
        der(
            0x30,
            bytes.fromhex("020101"),
            der(0x31, bytes.fromhex("300b0609608648016503040201")),
            der(0x30, bytes.fromhex("06092a864886f70d010701")),
            der(0x31),
        ),
    ),
)


CONTENT_TYPE = der(
    0x30, bytes.fromhex("06092a864886f70d010903"), der(0x31, bytes.fromhex("06092a864886f70d010701"))
)
OTHER_TYPE = der(
    0x30, bytes.fromhex("06092a864886f70d010903"), der(0x31, bytes.fromhex("06092a864886f70d010702"))
)
HASH = der(0x04, sha256(DOCUMENT).digest())


def message_digest(*values: bytes) -> bytes:
    return der(0x30, bytes.fromhex("06092a864886f70d010904"), der(0x31, *values))


def attributed(parties: Parties, sent: Sequence[bytes], signed: Sequence[bytes] | None = None) -> bytes:
    """A signature of north's with these attributes, made by hand; over others where `signed` is given."""
    key = parties.north.identity.key
    assert isinstance(key, RSAPrivateKey)
    signature = key.sign(der(0x31, *(sent if signed is None else signed)), PKCS1v15(), SHA256())
    extension = parties.north.identity.certificate.extensions.get_extension_for_class(SubjectKeyIdentifier)
    sha256_name = bytes.fromhex("300b0609608648016503040201")
    signer = der(
        0x30,
        bytes.fromhex("020103"),
        der(0x80, extension.value.digest),
        sha256_name,
        der(0xA0, *sent),
        bytes.fromhex("300d06092a864886f70d0101010500"),
        der(0x04, signature),
    )
    data = der(0x30, bytes.fromhex("06092a864886f70d010701"))
    inner = der(0x30, bytes.fromhex("020103"), der(0x31, sha256_name), data, der(0x31, signer))
    return der(0x30, bytes.fromhex("06092a864886f70d010702"), der(0xA0, inner))


DATA = bytes.fromhex("06 09 2a864886f70d010701")
COMPRESSED_DATA = bytes.fromhex("06 0b 2a864886f70d0109100109")
ZLIB = bytes.fromhex("30 0d 06 0b 2a864886f70d0109100308")
VERSION = bytes.fromhex("020100")


def definite(tag: int, content: bytes) -> bytes:
    """A tag with a length of two bytes, whatever it needs."""
    return bytes((tag, 0x82)) + len(content).to_bytes(2, "big") + content


def indefinite(tag: int, content: bytes) -> bytes:
    return bytes((tag, 0x80)) + content + b"\0\0"


def compressed(packed: bytes) -> bytes:
    encapsulated = definite(0x30, DATA + definite(0xA0, definite(0x04, packed)))
    inner = definite(0x30, VERSION + ZLIB + encapsulated)
    return definite(0x30, COMPRESSED_DATA + definite(0xA0, inner))


def compressed_in_pieces(packed: bytes, size: int) -> bytes:
    """The same in indefinite lengths, the octets in pieces of so many bytes."""
    pieces = b"".join(definite(0x04, packed[at : at + size]) for at in range(0, len(packed), size))
    encapsulated = indefinite(0x30, DATA + indefinite(0xA0, indefinite(0x24, pieces)))
    inner = indefinite(0x30, VERSION + ZLIB + encapsulated)
    return indefinite(0x30, COMPRESSED_DATA + indefinite(0xA0, inner))
