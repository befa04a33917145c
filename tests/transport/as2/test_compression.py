"""Compressed messages (RFC 3274, 5402), assembled here byte by byte; our own writer has no part in it."""

from __future__ import annotations

import zlib
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from edi_gateway.transport.as2.extents import Scratch
from edi_gateway.transport.as2.terms import Compressed, Limits, Opened, Refused
from tests.transport.as2.crafted import (
    ZLIB,
    compressed,
    compressed_in_pieces,
)
from tests.transport.as2.parties import LAX, Parties, document, opened, openssl, refusal, taken_apart

HEADERS = [("Content-Type", "application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z")]
DOCUMENT = b"Content-Type: application/edi-x12\r\n\r\nISA*00*~"  # 45 bytes: 37 of head, 8 of document

# 78 01: zlib, no preset dictionary. 01: last block, stored. 2d 00 d2 ff: 45 bytes, and its complement.
STORED = bytes.fromhex("7801 01 2d00 d2ff") + DOCUMENT + zlib.adler32(DOCUMENT).to_bytes(4, "big")


@pytest.mark.parametrize(
    "written",
    [
        compressed(STORED),
        compressed_in_pieces(STORED, 7),
        compressed_in_pieces(STORED, 1),
        compressed(zlib.compress(DOCUMENT, 9)),
    ],
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
    inside = b"Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n" + compressed(STORED)
    headers, body = taken_apart(openssl("-sign", "-binary", *north, content=inside))
    found = opened(parties, scratch, headers, body)
    assert document(found) == b"ISA*00*~"
    assert isinstance(found, Opened)
    assert found.mic.value == b64encode(sha256(inside).digest()).decode()  # what was signed: RFC 5402 4.1

    signed = openssl("-sign", "-binary", *north, content=DOCUMENT)
    found = opened(parties, scratch, HEADERS, compressed(zlib.compress(signed)))
    assert document(found) == b"ISA*00*~"
    assert isinstance(found, Opened)
    assert found.mic.value == b64encode(sha256(DOCUMENT).digest()).decode()


def test_a_bomb_is_refused_before_it_has_gone_off(parties: Parties, scratch: Scratch) -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64))
    assert len(bomb) < 70_000
    policy = replace(LAX, limits=Limits(unpacked=1 << 20))
    for pieces in (compressed(bomb[:60_000] + b"damage"), compressed_in_pieces(bomb, 1000)):
        found = opened(parties, scratch, HEADERS, pieces, policy)
        assert refusal(found) == "processed/error: decompression-failed"
        assert isinstance(found, Refused)
        assert (
            found.problem == "It unpacks to more than 1048576 bytes."
        )  # and so its damaged end was never seen


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
    for written in (compressed(packed), compressed_in_pieces(packed, 5)):
        assert refusal(opened(parties, scratch, HEADERS, written)) == "processed/error: decompression-failed"


def test_another_compression_than_zlib_is_refused(parties: Parties, scratch: Scratch) -> None:
    other = compressed(STORED).replace(ZLIB, ZLIB[:-1] + b"\x09")
    assert refusal(opened(parties, scratch, HEADERS, other)) == "processed/error: decompression-failed"
