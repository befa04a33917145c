"""Compressed messages (RFC 3274, 5402), assembled here byte by byte; our own writer has no part in it."""

from __future__ import annotations

import zlib
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from edi_gateway.transport.as2.extents import Scratch
from edi_gateway.transport.as2.terms import Compressed, Limits, Opened
from tests.transport.as2.parties import LAX, Parties, document, opened, openssl, refusal, taken_apart

HEADERS = [("Content-Type", "application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z")]
DOCUMENT = b"Content-Type: application/edi-x12\r\n\r\nISA*00*~"  # 45 bytes: 37 of head, 8 of document

# 78 01: zlib, no preset dictionary. 01: last block, stored. 2d 00 d2 ff: 45 bytes, and its complement.
STORED = bytes.fromhex("7801 01 2d00 d2ff") + DOCUMENT + zlib.adler32(DOCUMENT).to_bytes(4, "big")

DATA = bytes.fromhex("06 09 2a864886f70d010701")
COMPRESSED_DATA = bytes.fromhex("06 0b 2a864886f70d0109100109")
ZLIB = bytes.fromhex("30 0d 06 0b 2a864886f70d0109100308")
VERSION = bytes.fromhex("020100")


def definite(tag: int, content: bytes) -> bytes:
    """A tag with a length of two bytes, whatever it needs."""
    return bytes((tag, 0x82)) + len(content).to_bytes(2, "big") + content


def indefinite(tag: int, content: bytes) -> bytes:
    return bytes((tag, 0x80)) + content + b"\0\0"


def structure(packed: bytes) -> bytes:
    encapsulated = definite(0x30, DATA + definite(0xA0, definite(0x04, packed)))
    inner = definite(0x30, VERSION + ZLIB + encapsulated)
    return definite(0x30, COMPRESSED_DATA + definite(0xA0, inner))


def in_pieces(packed: bytes, size: int) -> bytes:
    """The same in indefinite lengths, the octets in pieces of so many bytes."""
    pieces = b"".join(definite(0x04, packed[at : at + size]) for at in range(0, len(packed), size))
    encapsulated = indefinite(0x30, DATA + indefinite(0xA0, indefinite(0x24, pieces)))
    inner = indefinite(0x30, VERSION + ZLIB + encapsulated)
    return indefinite(0x30, COMPRESSED_DATA + indefinite(0xA0, inner))


@pytest.mark.parametrize(
    "written",
    [structure(STORED), in_pieces(STORED, 7), in_pieces(STORED, 1), structure(zlib.compress(DOCUMENT, 9))],
    ids=["stored", "pieces of seven", "pieces of one", "deflated"],
)
def test_a_compressed_document_is_unpacked(parties: Parties, scratch: Scratch, written: bytes) -> None:
    found = opened(parties, scratch, HEADERS, written)
    assert document(found) == b"ISA*00*~"
    assert isinstance(found, Opened)
    assert found.layers == (Compressed(len(DOCUMENT)),)
    assert found.mic.value == b64encode(sha256(DOCUMENT).digest()).decode()  # with its head: RFC 5402 4.3


def test_it_is_unpacked_inside_a_signature_and_around_one(parties: Parties, scratch: Scratch) -> None:
    north = ("-signer", parties.north.certificate_file, "-inkey", parties.north.key_file)
    compressed = b"Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n" + structure(
        STORED
    )
    headers, body = taken_apart(openssl("-sign", "-binary", *north, content=compressed))
    found = opened(parties, scratch, headers, body)
    assert document(found) == b"ISA*00*~"
    assert isinstance(found, Opened)
    assert found.mic.value == b64encode(sha256(compressed).digest()).decode()  # what was signed: RFC 5402 4.1

    signed = openssl("-sign", "-binary", *north, content=DOCUMENT)
    found = opened(parties, scratch, HEADERS, structure(zlib.compress(signed)))
    assert document(found) == b"ISA*00*~"
    assert isinstance(found, Opened)
    assert found.mic.value == b64encode(sha256(DOCUMENT).digest()).decode()


def test_a_bomb_is_refused_before_it_has_gone_off(parties: Parties, scratch: Scratch) -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    assert len(bomb) < 70_000
    policy = replace(LAX, limits=Limits(unpacked=1 << 20))
    long = bytes((0x04, 0x83)) + len(bomb).to_bytes(3, "big") + bomb
    encapsulated = indefinite(0x30, DATA + indefinite(0xA0, long))
    inner = indefinite(0x30, VERSION + ZLIB + encapsulated)
    found = opened(
        parties, scratch, HEADERS, indefinite(0x30, COMPRESSED_DATA + indefinite(0xA0, inner)), policy
    )
    assert refusal(found) == "processed/error: decompression-failed"


@pytest.mark.parametrize(
    "packed",
    [
        STORED[:-1] + bytes([STORED[-1] ^ 1]),
        STORED[:-4],
        STORED[:-9],
        STORED + b"x",
        b"",
        b"ISA*00*~",
        zlib.compress(DOCUMENT)[2:-4],
    ],
    ids=["wrong check", "no check", "cut off", "more behind", "nothing", "not compressed", "no zlib around"],
)
def test_damaged_compression_is_refused(parties: Parties, scratch: Scratch, packed: bytes) -> None:
    for written in (structure(packed), in_pieces(packed, 5)):
        assert refusal(opened(parties, scratch, HEADERS, written)) == "processed/error: decompression-failed"


def test_another_compression_than_zlib_is_refused(parties: Parties, scratch: Scratch) -> None:
    other = structure(STORED).replace(ZLIB, ZLIB[:-1] + b"\x09")
    assert refusal(opened(parties, scratch, HEADERS, other)) == "processed/error: decompression-failed"
