"""EnvelopedData (RFC 5652 6) and AuthEnvelopedData (RFC 5083, AES-GCM by RFC 5084), the key carried by RSA.

Content is streamed. Whatever goes wrong between key and padding is one and the same Fault, and plaintext is given
only when all of it was decrypted and, with GCM, its tag was right.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, cms, core
from cryptography import x509
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher as CipherContext
from cryptography.hazmat.primitives.ciphers.modes import CBC, GCM
from cryptography.hazmat.primitives.padding import PKCS7

from edi_gateway.transport.as2.cms.algorithms import (
    AUTH_ENVELOPED_DATA,
    AUTHENTICATING,
    CIPHER_OIDS,
    CIPHERS,
    DATA,
    ENVELOPED_DATA,
    HASHES,
    KEY_SIZES,
    block_cipher,
    oid,
)
from edi_gateway.transport.as2.cms.ber import (
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    children,
    contents,
    der,
    header,
    tagged,
)
from edi_gateway.transport.as2.cms.identifying import Opening, asn1_read, dotted, issuer_and_serial, matcher
from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.faults import Fault, malformed
from edi_gateway.transport.as2.terms import (
    DECRYPTION_FAILED,
    INSUFFICIENT_MESSAGE_SECURITY,
    Cipher,
    Digest,
    Encrypted,
    Identity,
    KeyTransport,
    Policy,
    Purpose,
)

_TAG = 16  # bytes that GCM authenticates with when we write
_NONCE = 12


def encrypt(
    content: Extent, certificate: x509.Certificate, cipher: Cipher, transport: KeyTransport, scratch: Scratch
) -> Extent:
    """The content for the holder of this certificate (with an RSA key), as a whole CMS structure."""
    key = secrets.token_bytes(KEY_SIZES[cipher])
    recipients = der(SET, _recipient(certificate, key, transport))
    if cipher in AUTHENTICATING:
        chunks = _gcm_written(content, cipher, key, recipients)
    else:
        chunks = _cbc_written(content, cipher, key, recipients)
    return scratch.keep(chunks)


def _gcm_written(content: Extent, cipher: Cipher, key: bytes, recipients: bytes) -> Iterator[bytes]:
    nonce = secrets.token_bytes(_NONCE)
    encryptor = CipherContext(block_cipher(cipher, key), GCM(nonce)).encryptor()
    parameters = der(SEQUENCE, der(OCTET_STRING, nonce), der(INTEGER, bytes((_TAG,))))
    tag_header = header(OCTET_STRING, _TAG)
    yield _before(
        AUTH_ENVELOPED_DATA, recipients, cipher, parameters, content.size, behind=len(tag_header) + _TAG
    )
    for chunk in content.chunks():
        yield encryptor.update(chunk)
    yield encryptor.finalize() + tag_header + encryptor.tag


def _cbc_written(content: Extent, cipher: Cipher, key: bytes, recipients: bytes) -> Iterator[bytes]:
    algorithm = block_cipher(cipher, key)
    block = algorithm.block_size // 8
    start = secrets.token_bytes(block)
    encryptor = CipherContext(algorithm, CBC(start)).encryptor()
    padder = PKCS7(algorithm.block_size).padder()
    size = (content.size // block + 1) * block
    yield _before(ENVELOPED_DATA, recipients, cipher, der(OCTET_STRING, start), size)
    for chunk in content.chunks():
        yield encryptor.update(padder.update(chunk))
    yield encryptor.update(padder.finalize()) + encryptor.finalize()


def _before(
    kind: str, recipients: bytes, cipher: Cipher, parameters: bytes, size: int, *, behind: int = 0
) -> bytes:
    """All that stands before `size` bytes of encrypted content, behind which so many more bytes belong."""
    described = (
        oid(DATA)
        + der(SEQUENCE, oid(CIPHER_OIDS[cipher]), parameters)
        + header(tagged(0, constructed=False), size)
    )
    inner = (
        der(INTEGER, b"\0") + recipients + header(SEQUENCE, len(described) + size) + described
    )  # version 0: one recipient by issuer and serial number
    enveloped = header(SEQUENCE, len(inner) + size + behind) + inner
    explicit = header(tagged(0), len(enveloped) + size + behind) + enveloped
    return header(SEQUENCE, len(oid(kind)) + len(explicit) + size + behind) + oid(kind) + explicit


def _recipient(certificate: x509.Certificate, key: bytes, transport: KeyTransport) -> bytes:
    public = certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise ValueError("only a certificate with an RSA key can carry the key of an encryption")
    if transport is KeyTransport.OAEP:
        hashing = {"algorithm": "sha256"}
        mask = {"algorithm": "mgf1", "parameters": hashing}
        parameters = algos.RSAESOAEPParams({"hash_algorithm": hashing, "mask_gen_algorithm": mask})
        algorithm = cms.KeyEncryptionAlgorithm({"algorithm": "rsaes_oaep", "parameters": parameters})
        encrypted = public.encrypt(key, _oaep(Digest.SHA256, Digest.SHA256, None))
    else:
        algorithm = cms.KeyEncryptionAlgorithm({"algorithm": "rsaes_pkcs1v15", "parameters": core.Null()})
        encrypted = public.encrypt(key, padding.PKCS1v15())
    return der(
        SEQUENCE,
        der(INTEGER, b"\0"),
        issuer_and_serial(certificate),
        algorithm.dump(),
        der(OCTET_STRING, encrypted),
    )


def _oaep(digest: Digest, masked: Digest, label: bytes | None) -> padding.OAEP:
    return padding.OAEP(padding.MGF1(HASHES[masked]()), HASHES[digest](), label or None)


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What stands before the content, judged before anything is decrypted."""

    identity: Identity
    cipher: Cipher
    transport: KeyTransport
    key: bytes
    start: bytes  # initialisation vector, or nonce
    tag_size: int  # 0 without GCM


def decrypt(
    structure: Extent, kind: str, ours: Sequence[Identity], policy: Policy, scratch: Scratch
) -> tuple[Encrypted, Extent]:
    """The content, by whichever of our certificates it is for (also one that we no longer hand out). Raises Fault."""
    shell = Opening(structure, kind, policy.limits)
    reader = shell.reader
    if reader.peek() == tagged(0):
        reader.element()  # about the sender; means nothing with RSA
    recipients = children(reader.element(SET))
    if len(recipients) > policy.limits.recipients:
        raise malformed("it is encrypted for more recipients than we take", DECRYPTION_FAILED)
    frame = reader.enter(SEQUENCE)
    if dotted(reader.element(OBJECT_IDENTIFIER)) != DATA:
        raise malformed("what is encrypted is no data", DECRYPTION_FAILED)
    algorithm = reader.element(SEQUENCE)
    envelope = _envelope(kind, algorithm, recipients, ours, policy)
    tag = tagged(0, constructed=False)
    if envelope.tag_size:
        content_at = reader.at
        for _ in reader.octets(tag):  # the tag and what else it covers stand behind
            pass
        reader.leave(frame)
        covered = reader.element() if reader.peek() == tagged(1) else None
        mac = contents(reader.element(OCTET_STRING))
        if reader.peek() == tagged(2):
            reader.element()
        shell.close()
        if len(mac) != envelope.tag_size:
            raise _undecipherable()
        reader.at = content_at
        plain = scratch.keep(_gcm_read(envelope, reader.octets(tag), covered, mac))
    else:
        plain = scratch.keep(_cbc_read(envelope, reader.octets(tag)))
        reader.leave(frame)
        if reader.peek() == tagged(1):
            reader.element()
        shell.close()
    return Encrypted(envelope.cipher, envelope.transport, envelope.identity.certificate), plain


def _envelope(
    kind: str, algorithm: bytes, recipients: Sequence[bytes], ours: Sequence[Identity], policy: Policy
) -> _Envelope:
    with asn1_read():
        name, *parameters = children(algorithm)
    cipher = CIPHERS.get(dotted(name))
    if cipher is None or cipher not in policy.ciphers:
        raise Fault(
            INSUFFICIENT_MESSAGE_SECURITY,
            f"It is encrypted with {cipher or dotted(name)}, which this partner may not use.",
        )
    if len(parameters) != 1 or (cipher in AUTHENTICATING) != (kind == AUTH_ENVELOPED_DATA):
        raise malformed("an encryption lacks its parameters", DECRYPTION_FAILED)
    start, tag_size = _parameters(cipher, parameters[0])
    for raw in recipients:
        if raw[0] != SEQUENCE:
            continue  # not by RSA
        with asn1_read():
            info = cms.KeyTransRecipientInfo.load(raw, strict=True)
            is_meant, _ = matcher(info["rid"])
            meant = [each for each in ours if Purpose.ENCRYPT in each.purposes and is_meant(each.certificate)]
            if not meant:
                continue
            transport, way = _transport(info["key_encryption_algorithm"])
            encrypted: bytes = info["encrypted_key"].native
        if transport not in policy.key_transports or transport is None:
            raise Fault(
                INSUFFICIENT_MESSAGE_SECURITY, "Its key is encrypted in a way that this partner may not use."
            )
        key = _key(meant[0], way, encrypted, KEY_SIZES[cipher])
        return _Envelope(meant[0], cipher, transport, key, start, tag_size)
    raise Fault(DECRYPTION_FAILED, "It is encrypted for none of our certificates.")


def _parameters(cipher: Cipher, element: bytes) -> tuple[bytes, int]:
    """The initialisation vector or nonce, and the size of GCM's tag (RFC 5084 3.2)."""
    if cipher not in AUTHENTICATING:
        start = contents(element)
        if element[0] != OCTET_STRING or len(start) != (8 if cipher is Cipher.TRIPLE_DES else 16):
            raise malformed("an encryption has a wrong initialisation vector", DECRYPTION_FAILED)
        return start, 0
    with asn1_read():
        nonce, *rest = children(element)
    size = int.from_bytes(contents(rest[0]), "big") if rest else 12
    if nonce[0] != OCTET_STRING or not 8 <= len(contents(nonce)) <= 64 or not 12 <= size <= 16:
        raise malformed("an encryption has a wrong nonce or tag", DECRYPTION_FAILED)
    return contents(nonce), size


def _transport(algorithm: Any) -> tuple[KeyTransport | None, padding.AsymmetricPadding]:
    name: str = algorithm["algorithm"].native
    if name == "rsaes_pkcs1v15":
        return KeyTransport.RSA, padding.PKCS1v15()
    if name != "rsaes_oaep":
        return None, padding.PKCS1v15()
    parameters = algorithm["parameters"]
    mask = parameters["mask_gen_algorithm"]
    digest = _hash_of(parameters["hash_algorithm"])
    masked = _hash_of(mask["parameters"]) if mask["algorithm"].native == "mgf1" else None
    label = parameters["p_source_algorithm"]["parameters"].native
    if digest is None or masked is None or not isinstance(label, bytes):
        return None, padding.PKCS1v15()
    return KeyTransport.OAEP, _oaep(digest, masked, label)


def _hash_of(algorithm: Any) -> Digest | None:
    return next((digest for digest in Digest if digest == algorithm["algorithm"].native), None)


def _key(identity: Identity, way: padding.AsymmetricPadding, encrypted: bytes, size: int) -> bytes:
    """The content's key. One that cannot be had is random: the content then fails as it would with a wrong key."""
    instead = secrets.token_bytes(size)
    if not isinstance(identity.key, rsa.RSAPrivateKey):
        return instead
    try:
        key = identity.key.decrypt(encrypted, way)
    except (ValueError, UnsupportedAlgorithm):
        return instead
    return key if len(key) == size else instead


def _gcm_read(
    envelope: _Envelope, chunks: Iterable[bytes], covered: bytes | None, mac: bytes
) -> Iterator[bytes]:
    mode = GCM(envelope.start, mac, min_tag_length=envelope.tag_size)
    decryptor = CipherContext(block_cipher(envelope.cipher, envelope.key), mode).decryptor()
    if covered is not None:
        decryptor.authenticate_additional_data(der(SET, contents(covered)))
    for chunk in chunks:
        yield decryptor.update(chunk)
    try:
        yield decryptor.finalize()
    except InvalidTag:
        raise _undecipherable() from None


def _cbc_read(envelope: _Envelope, chunks: Iterable[bytes]) -> Iterator[bytes]:
    algorithm = block_cipher(envelope.cipher, envelope.key)
    decryptor = CipherContext(algorithm, CBC(envelope.start)).decryptor()
    unpadder = PKCS7(algorithm.block_size).unpadder()
    for chunk in chunks:
        yield unpadder.update(decryptor.update(chunk))
    try:
        yield unpadder.update(decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        raise _undecipherable() from None


def _undecipherable() -> Fault:
    return Fault(
        DECRYPTION_FAILED, "It cannot be decrypted: it is damaged, or for another key.", by_chance=True
    )
