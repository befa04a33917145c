"""`openssl cms` makes for us and opens from us: each algorithm that it knows, alone and in combination."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from edi_gateway.transport.as2.extents import Scratch
from edi_gateway.transport.as2.terms import (
    Cipher,
    Compression,
    Digest,
    Encrypted,
    KeyTransport,
    Opened,
    Packing,
    Scheme,
    Signed,
)
from tests.transport.as2.parties import (
    EVERYTHING,
    LAX,
    Parties,
    Party,
    content_type,
    document,
    entity,
    opened,
    openssl,
    packed,
    taken_apart,
)

ORDER = b"ISA*00*          *00*~\r\nGS*PO~\n\x00\xff\r"
DOCUMENT = b"Content-Type: application/edi-x12\r\nContent-Transfer-Encoding: binary\r\n\r\n" + ORDER
CIPHERS = {
    Cipher.AES128_CBC: "-aes-128-cbc",
    Cipher.AES192_CBC: "-aes-192-cbc",
    Cipher.AES256_CBC: "-aes-256-cbc",
    Cipher.AES128_GCM: "-aes-128-gcm",
    Cipher.AES256_GCM: "-aes-256-gcm",
    Cipher.TRIPLE_DES: "-des3",
}
TRANSPORTS = {
    KeyTransport.RSA: [],
    KeyTransport.OAEP: ["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"],
}
SIGNERS = (
    [("north", Scheme.RSA, digest) for digest in Digest]
    + [("north", Scheme.RSA_PSS, digest) for digest in Digest]
    + [
        ("p256", Scheme.ECDSA, Digest.SHA256),
        ("p384", Scheme.ECDSA, Digest.SHA384),
        ("p256", Scheme.ECDSA, Digest.SHA512),
        ("p384", Scheme.ECDSA, Digest.SHA1),
    ]
)


def signing(party: Party, scheme: Scheme, digest: Digest) -> list[str | Path]:
    """The arguments that sign so."""
    pss = ["-keyopt", "rsa_padding_mode:pss"] if scheme is Scheme.RSA_PSS else []
    return [
        "-sign",
        "-binary",
        "-md",
        digest,
        "-signer",
        party.certificate_file,
        "-inkey",
        party.key_file,
        *pss,
    ]


def verified(signer: Party, file: bytes, folder: Path) -> bytes:
    """What openssl says that is signed in a multipart/signed.

    The parts are cut out here: with binary content openssl's own reader looks for LF, where MIME has CRLF.
    """
    boundary = re.search(rb'boundary="([^"]+)"', file)
    assert boundary is not None
    _, content, signature, end = file.split(b"--" + boundary[1])
    assert (content[:2], content[-2:], signature[:2], end) == (b"\r\n", b"\r\n", b"\r\n", b"--\r\n")
    structure = b64decode(signature.partition(b"\r\n\r\n")[2])
    (folder / "content").write_bytes(content[2:-2])
    return openssl(
        *("-verify", "-binary", "-inform", "DER", "-content", folder / "content"),
        *("-CAfile", signer.certificate_file, "-purpose", "any", "-attime", "1780315200"),
        content=structure,
    )


@pytest.mark.parametrize(("name", "scheme", "digest"), SIGNERS)
def test_what_openssl_signs_we_verify(
    parties: Parties, scratch: Scratch, name: str, scheme: Scheme, digest: Digest
) -> None:
    signer: Party = getattr(parties, name)
    for more in (["-outform", "SMIME"], ["-outform", "SMIME", "-noattr"], ["-outform", "SMIME", "-keyid"]):
        headers, body = taken_apart(openssl(*signing(signer, scheme, digest), *more, content=DOCUMENT))
        assert content_type(headers).startswith("multipart/signed")
        found = opened(parties, scratch, headers, body, theirs=[signer.trusted])
        assert document(found) == ORDER
        assert isinstance(found, Opened)
        assert found.layers == (Signed(digest, scheme, signer.identity.certificate),)


@pytest.mark.parametrize("stream", [[], ["-stream"]], ids=["definite", "indefinite"])
@pytest.mark.parametrize(("name", "scheme", "digest"), SIGNERS[:2] + SIGNERS[-4:-2])
def test_what_openssl_signs_with_the_content_inside_we_verify(
    parties: Parties, scratch: Scratch, name: str, scheme: Scheme, digest: Digest, stream: list[str]
) -> None:
    signer: Party = getattr(parties, name)
    large = DOCUMENT + bytes(range(256)) * 300  # so that openssl writes it in several pieces
    structure = openssl(
        *signing(signer, scheme, digest), "-nodetach", "-outform", "DER", *stream, content=large
    )
    # the content's octets in pieces, told before they begin: a signature may hold these two bytes by chance
    assert (b"\x24\x80" in structure[:120]) == bool(stream)
    headers = [("Content-Type", "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m")]
    found = opened(parties, scratch, headers, structure, theirs=[signer.trusted])
    assert document(found) == ORDER + bytes(range(256)) * 300
    assert isinstance(found, Opened)
    assert found.mic.value == b64encode(hashlib.new(digest, large).digest()).decode()


@pytest.mark.parametrize(("name", "scheme", "digest"), SIGNERS)
def test_what_we_sign_openssl_verifies(
    parties: Parties, scratch: Scratch, name: str, scheme: Scheme, digest: Digest
) -> None:
    signer: Party = getattr(parties, name)
    sent = packed(parties, scratch, Packing(digest=digest, scheme=scheme, cipher=None), ORDER, by=signer)
    assert verified(signer, entity(sent.headers, sent.body), parties.folder) == DOCUMENT


@pytest.mark.parametrize("transport", KeyTransport)
@pytest.mark.parametrize("cipher", Cipher)
def test_what_openssl_encrypts_we_decrypt(
    parties: Parties, scratch: Scratch, cipher: Cipher, transport: KeyTransport
) -> None:
    for more in ([], ["-stream"], ["-keyid"]):
        structure = openssl(
            *("-encrypt", "-binary", CIPHERS[cipher], "-outform", "DER", *more),
            *("-recip", parties.south.certificate_file, *TRANSPORTS[transport]),
            content=DOCUMENT,
        )
        headers = [("Content-Type", "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m")]
        found = opened(parties, scratch, headers, structure)
        assert document(found) == ORDER
        assert isinstance(found, Opened)
        assert found.layers == (Encrypted(cipher, transport, parties.south.identity.certificate),)
        assert str(found.mic) == f"{b64encode(sha256(DOCUMENT).digest()).decode()}, sha-256"


@pytest.mark.parametrize("transport", KeyTransport)
@pytest.mark.parametrize("cipher", Cipher)
def test_what_we_encrypt_openssl_decrypts(
    parties: Parties, scratch: Scratch, cipher: Cipher, transport: KeyTransport
) -> None:
    sent = packed(parties, scratch, Packing(digest=None, cipher=cipher, key_transport=transport), ORDER)
    structure = sent.body.read()
    plain = openssl(
        *("-decrypt", "-binary", "-inform", "DER"),
        *("-recip", parties.south.certificate_file, "-inkey", parties.south.key_file),
        content=structure,
    )
    assert plain == DOCUMENT
    (mic,) = sent.awaited.mics
    assert mic.value == b64encode(sha256(DOCUMENT).digest()).decode()


@pytest.mark.parametrize("cipher", Cipher)
@pytest.mark.parametrize(("name", "scheme", "digest"), SIGNERS)
def test_signed_and_encrypted_goes_both_ways(
    parties: Parties, scratch: Scratch, name: str, scheme: Scheme, digest: Digest, cipher: Cipher
) -> None:
    signer: Party = getattr(parties, name)
    transport = tuple(KeyTransport)[(SIGNERS.index((name, scheme, digest)) + tuple(Cipher).index(cipher)) % 2]
    signed = openssl(*signing(signer, scheme, digest), "-outform", "SMIME", content=DOCUMENT)
    structure = openssl(
        *("-encrypt", "-binary", CIPHERS[cipher], "-outform", "DER"),
        *("-recip", parties.south.certificate_file, *TRANSPORTS[transport]),
        content=signed,
    )
    headers = [("content-type", "application/pkcs7-mime; smime-type=enveloped-data")]
    found = opened(parties, scratch, headers, structure, EVERYTHING, theirs=[signer.trusted])
    assert document(found) == ORDER
    assert isinstance(found, Opened)
    assert found.layers == (
        Encrypted(cipher, transport, parties.south.identity.certificate),
        Signed(digest, scheme, signer.identity.certificate),
    )

    packing = Packing(digest=digest, scheme=scheme, cipher=cipher, key_transport=transport)
    sent = packed(parties, scratch, packing, ORDER, by=signer)
    inner = openssl(
        *("-decrypt", "-binary", "-inform", "DER"),
        *("-recip", parties.south.certificate_file, "-inkey", parties.south.key_file),
        content=sent.body.read(),
    )
    assert verified(signer, inner, parties.folder) == DOCUMENT


def test_a_message_that_openssl_signs_for_two_and_encrypts_for_two_is_opened(
    parties: Parties, scratch: Scratch
) -> None:
    both: list[str | Path] = []
    for signer in (parties.stranger, parties.north):
        both += ["-signer", signer.certificate_file, "-inkey", signer.key_file]
    signed = openssl("-sign", "-binary", "-outform", "SMIME", *both, content=DOCUMENT)
    structure = openssl(
        *("-encrypt", "-binary", "-aes-128-cbc", "-outform", "DER"),
        *("-recip", parties.stranger.certificate_file, "-recip", parties.south.certificate_file),
        content=signed,
    )
    headers = [("Content-Type", "application/pkcs7-mime")]
    assert document(opened(parties, scratch, headers, structure, EVERYTHING)) == ORDER


def test_what_we_compress_stands_in_the_structure_of_rfc_3274(parties: Parties, scratch: Scratch) -> None:
    packing = Packing(digest=None, cipher=None, compression=Compression.BEFORE_SIGNING)
    sent = packed(parties, scratch, packing, ORDER)
    printed = openssl("-cmsout", "-print", "-noout", "-inform", "DER", content=sent.body.read()).decode()
    assert "contentType: id-smime-ct-compressedData (1.2.840.113549.1.9.16.1.9)" in printed
    assert "algorithm: zlib compression (1.2.840.113549.1.9.16.3.8)" in printed
    assert "eContentType: pkcs7-data (1.2.840.113549.1.7.1)" in printed
    assert document(opened(parties, scratch, sent.headers, sent.body, LAX)) == ORDER
