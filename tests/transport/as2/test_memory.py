"""What a hostile message costs: memory that does not grow with it, and never many files."""

from __future__ import annotations

import tracemalloc
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edi_gateway.transport.as2.extents import Scratch
from edi_gateway.transport.as2.terms import Limits, Opened, Refused
from tests.transport.as2.crafted import DATA, SMIME, compressed
from tests.transport.as2.parties import LAX, Parties, opened

MB = 1 << 20
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")
DISPOSITION = "Content-Type: message/disposition-notification"
WORDS = "Content-Type: text/plain"
REPORT = "multipart/report; report-type=disposition-notification; boundary=b"


def bomb() -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(MB)) for _ in range(24))[:-20] + b"damage"


def parts(each: bytes, count: int, kind: str = "Content-Transfer-Encoding: base64") -> Iterator[bytes]:
    for _ in range(count):
        yield b"--b\r\n" + kind.encode() + b"\r\n\r\n" + each + b"\r\n"
    yield b"--b--\r\n"


MIXED, SIGNED = "multipart/mixed; boundary=b", "multipart/signed; boundary=b"
STRUCTURE = "application/pkcs7-mime"
LARGE = [b"x" * MB] * 12
# content type, body, what our own people are told (None: it is taken)
HOSTILE: dict[str, tuple[str, Callable[[], Iterable[bytes]], str | None]] = {
    "no line end": (SIGNED, lambda: LARGE, "a multipart does not end"),
    "one header line": (MIXED, lambda: [b"--b\r\nX: ", *LARGE, b"\r\n--b--"], "a header does not end"),
    "nesting": (
        STRUCTURE,
        lambda: [b"0\x80" + ENVELOPED_DATA + bytes.fromhex("a0803080020100 3180"), *[b"\x30\x80" * (MB // 2)] * 12],
        "a structure nests too deep",
    ),
    "a certificate": (
        STRUCTURE,
        lambda: [b"0\x80" + SIGNED_DATA + bytes.fromhex("a0803080020101 3100 3080") + DATA,
                 bytes.fromhex("0000 a08400c00000"), *LARGE],
        "a structure is larger than we take",
    ),
    "recipients": (
        STRUCTURE,
        lambda: [b"0\x80" + ENVELOPED_DATA + bytes.fromhex("a0803080020100 318400c00000"), *LARGE],
        "a structure is larger than we take",
    ),
    "a bomb": (STRUCTURE, lambda: [compressed(bomb())], "It unpacks to more than 16777216 bytes."),
    "a hundred documents": (MIXED, lambda: parts(b64encode(bytes(120_000)), 99), None),
    "a disposition": (REPORT, lambda: parts(b"Disposition: " + b"x" * 6 * MB, 2, DISPOSITION), "a header does not end"),
    "words for people": (REPORT, lambda: parts(b"x" * 4 * MB, 3, WORDS), "a receipt holds no disposition"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_its_size_is_not_what_it_costs(parties: Parties, tmp_path: Path, kind: str) -> None:
    content_type, chunks, problem = HOSTILE[kind]
    headers = [("Content-Type", content_type)]
    policy = replace(LAX, limits=Limits(unpacked=16 * MB))
    opened(parties, Scratch(tmp_path), SMIME, b"")  # whatever is loaded once, is loaded now
    with Scratch(tmp_path) as scratch:
        body = scratch.keep(chunks())
        tracemalloc.start()
        try:
            found = opened(parties, scratch, headers, body, policy)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 4 * MB
        assert (found.problem if isinstance(found, Refused) else None) == problem


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_an_encoding_without_lines_is_read_in_pieces(parties: Parties, tmp_path: Path, encoding: str) -> None:
    headers = [("Content-Type", "application/edi-x12"), ("Content-Transfer-Encoding", encoding)]
    with Scratch(tmp_path) as scratch:
        body = scratch.keep(iter([b"QUJD" * (MB // 4)] * 8))
        tracemalloc.start()
        try:
            found = opened(parties, scratch, headers, body)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 6 * MB
        assert isinstance(found, Opened) == (encoding == "base64")
