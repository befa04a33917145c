"""Bodies to the byte: what lies between delimiter lines, and what a transfer encoding stands for."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from edi_gateway.transport.as2.cms.ber import Reader
from edi_gateway.transport.as2.extents import CHUNK, Extent, Scratch, joined
from edi_gateway.transport.as2.faults import Fault
from edi_gateway.transport.as2.mime.entity import decoded, parts_of
from edi_gateway.transport.as2.terms import Limits


def parts(body: bytes, boundary: str = "b") -> list[bytes]:
    return [part.read() for part in parts_of(Extent.of(body), boundary, Limits())]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"--b\r\none\r\n--b\r\ntwo\r\n--b--\r\n", [b"one", b"two"]),
        (b"--b\none\n--b\ntwo\n--b--", [b"one", b"two"]),
        (
            b"--b\none\r\n--b\ntwo\r\r\n--b--\n",
            [b"one\r", b"two\r\r"],
        ),  # lines end in LF: the CR is the part's
        (b"--b\r\none\r\r\n--b--\r\n", [b"one\r"]),
        (b"--b\r\none\n--b--\r\n", [b"one"]),
        (b"--b\r\n\r\n--b--\r\n", [b""]),
        (b"--b\r\n--b--\r\n", [b""]),
        (b"preamble\r\n--b \t\r\none\r\n--b--  \r\n \r\n", [b"one"]),
        (b"--b\r\n--bc\r\n x--b\r\n--b-\r\n--b x\r\n--b--\r\n", [b"--bc\r\n x--b\r\n--b-\r\n--b x"]),
    ],
)
def test_parts_are_what_lies_between_delimiter_lines(body: bytes, found: list[bytes]) -> None:
    assert parts(body) == found


@pytest.mark.parametrize(
    "body",
    [b"", b"--b\r\none", b"--b\r\none\r\n--b", b"one\r\n--bb--", b"--b--x"],
)
def test_a_multipart_that_does_not_end_is_a_fault(body: bytes) -> None:
    with pytest.raises(Fault):
        parts(body)
    for boundary in ("", "x" * 300, None):
        with pytest.raises(Fault):
            parts_of(Extent.of(b"--\r\n----\r\n"), boundary, Limits())


def test_what_stands_around_a_multipart_is_no_part_of_it() -> None:
    """RFC 2046 5.1.1: it is ignored; but not where it might have been put there for us to say whether it decrypts."""
    for behind in (b"more", b"--b\r\ntwo\r\n--b--\r\n", b"\r\n\x00"):
        body = Extent.of(b"before\r\n--b\r\none\r\n--b--\r\n" + behind)
        assert [part.read() for part in parts_of(body, "b", Limits())] == [b"one"]
        with pytest.raises(Fault):
            parts_of(body, "b", Limits(), epilogue=False)


@pytest.mark.parametrize("off", range(-9, 3))
def test_a_delimiter_is_found_across_the_edge_of_a_chunk(off: int) -> None:
    first = b"x" * (CHUNK + off - len(b"--b\r\n"))
    body = b"--b\r\n" + first + b"\r\n--b\r\ny\r\n--b--\r\n"
    assert parts(body) == [first, b"y"]


def test_extents_are_cut_and_joined_without_copying(tmp_path: Path) -> None:
    with Scratch(tmp_path) as scratch:
        filed = scratch.keep([b"0123456789"] * 100_000)
        whole = joined(b"<", filed, Extent.of(b">"))
        assert whole.size == 1_000_002
        assert whole.cut(0, 3).read() == b"<01"
        assert whole.cut(999_999, 1_000_002).read() == b"89>"
        assert whole.cut(5, 900_000).cut(3, 7).read() == b"7890"
        assert whole.read(4, start=999_998) == b"789>"
        assert whole.cut(7, 7).read() == b""
        assert b"".join(whole.chunks()) == b"<" + b"0123456789" * 100_000 + b">"
        assert max(map(len, whole.chunks())) == CHUNK
    with pytest.raises(OSError):
        filed.read(1)


def test_what_is_written_down_at_the_same_time_does_not_mix_and_needs_one_file(tmp_path: Path) -> None:
    opened = len(list(Path("/proc/self/fd").iterdir()))
    with Scratch(tmp_path) as scratch:
        spools = [scratch.spool() for _ in range(3)]
        for n in range(400):
            for spool, letter in zip(spools, b"abc", strict=True):
                spool.write(bytes([letter]) * (1000 + n))
        extents = [spool.done() for spool in spools]
        small = [
            scratch.keep([b"%05d" % n * 40_000]) for n in range(40)
        ]  # 8 MB in pieces that memory would take
        assert [set(extent.read()) for extent in extents] == [{letter} for letter in b"abc"]
        assert {extent.size for extent in extents} == {sum(range(1000, 1400))}
        assert [extent.read(5) for extent in small] == [b"%05d" % n for n in range(40)]
        assert len(list(Path("/proc/self/fd").iterdir())) == opened + 1


def test_transfer_encodings_are_undone(tmp_path: Path) -> None:
    content = bytes(range(256)) * 3000
    text = b64encode(content)
    with Scratch(tmp_path) as scratch:
        for lines in (text, b"\r\n".join(text[at : at + 76] for at in range(0, len(text), 76)) + b"\r\n"):
            assert decoded(Extent.of(lines), "base64", scratch).read() == content
        quoted = b"caf=C3=A9 =\r\ngoes on=3D\r\nline\r\n" * 20_000
        expected = b"caf\xc3\xa9 goes on=\r\nline\r\n" * 20_000
        assert decoded(Extent.of(quoted), "quoted-printable", scratch).read() == expected
        for plain in ("binary", "8bit", "7bit"):
            assert decoded(Extent.of(b"=C3\r"), plain, scratch).read() == b"=C3\r"
        for wrong, encoding in [
            (b"QUJ", "base64"),
            (b"QQ==QUJD", "base64"),
            (b"Q$==", "base64"),
            (b"=", "base64"),
            (b"x", "uuencode"),
        ]:
            with pytest.raises(Fault):
                decoded(Extent.of(wrong), encoding, scratch)


@pytest.mark.parametrize(
    "structure",
    [
        "30",
        "3080",
        "3004020101ff",
        "0480 0000",  # a plain element has a length
        "1f8101 00",  # a tag of several bytes
        "0489 000000000000000001 00",  # a length of nine bytes
        "0485 ffffffffff",
        "24" + "80" + "24 80" * 40,  # octets in octets in octets
        "24 80 0201 00 0000",  # octets that hold a number
    ],
)
def test_ber_that_lies_is_a_fault(structure: str) -> None:
    content = Extent.of(bytes.fromhex(structure.replace(" ", "")))
    with pytest.raises(Fault):
        read_all(Reader(content, small=100))


def read_all(reader: Reader) -> None:
    """As a sequence of one number where it begins so, else as octets."""
    if reader.peek() == 0x30:
        frame = reader.enter(0x30)
        reader.integer()
        reader.leave(frame)
    else:
        list(reader.octets())


def test_ber_is_read_in_any_lengths() -> None:
    written = bytes.fromhex(
        "3080 020101 2480 0402 4142 2403 0401 43 0000 3080 0500 0000 0000".replace(" ", "")
    )
    reader = Reader(Extent.of(written), small=100)
    frame = reader.enter(0x30)
    assert reader.integer() == 1
    assert b"".join(reader.octets()) == b"ABC"
    assert reader.element() == bytes.fromhex("30020500")
    reader.leave(frame)
    assert reader.peek() is None
