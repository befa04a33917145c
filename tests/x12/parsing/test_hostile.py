"""Broken and hostile bytes: never an exception, every byte accounted for, memory bounded."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator

import pytest

from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.parsing.envelope import Unreadable, read
from edi_gateway.x12.reading import CheckedSet, GroupEnd, InterchangeEnd, read_all
from tests.x12.edi import interchange, only, uncovered
from tests.x12.laws import is_digested

BODY = [
    "BEG*00*SA*4500017**20260115",
    "REF*DP*0042",
    "ITD*01*3*2**30**60",
    "N1*ST*DC NORTH*92*0553",
    "N4*FONTANA*CA*92336*US",
    "PO1*1*48*EA*12.5*PE*UP*012345678905*VN*AB-100",
    "SLN*1**I*2*EA>1",
    "CTT*1*48",
]
SAMPLE = interchange(BODY)
LINES = interchange(BODY, glue="\r\n")


def errors_in(data: bytes) -> list[Code]:
    found: list[Code] = []
    for event in read_all(data):
        match event:
            case CheckedSet():
                found += [each.code for each in event.result.findings if each.severity is Severity.ERROR]
            case GroupEnd():
                found += [each.code for each in event.group.findings if each.severity is Severity.ERROR]
            case InterchangeEnd():
                found += [each.code for each in event.interchange.findings if each.severity is Severity.ERROR]
            case Unreadable():
                found += only(event.findings)
    return found


@pytest.mark.parametrize("sample", [SAMPLE, LINES], ids=["tilde", "lines"])
def test_a_sample_cut_at_every_byte_is_read_as_far_as_it_goes(sample: bytes) -> None:
    last = len(sample.rstrip(b"~\r\n"))
    for cut in range(len(sample)):
        data = sample[:cut]
        is_digested(data)
        assert uncovered(data) == [], cut
        if cut < last:
            assert errors_in(data) != [], cut


@pytest.mark.parametrize("sample", [SAMPLE, LINES], ids=["tilde", "lines"])
def test_a_sample_with_every_single_byte_flipped_is_read_and_every_byte_accounted_for(sample: bytes) -> None:
    for at in range(len(sample)):
        for mask in (0x01, 0x08, 0x20, 0x80, 0xFF):
            data = sample[:at] + bytes([sample[at] ^ mask]) + sample[at + 1 :]
            is_digested(data)
            assert uncovered(data, b"~" + data[105:106]) == [], (at, mask)


def test_what_becomes_invalid_by_a_flipped_byte_has_its_finding() -> None:
    """A flip within free text or a number gives another valid document; a tag, a qualifier with a closed
    list, a date, a count or a control number does not."""
    for word in (b"GS*", b"ST*", b"BEG", b"PO1", b"SE*", b"GE*", b"IEA", b"20260115~REF"):
        start = SAMPLE.index(word)
        for at in range(start, start + len(word.split(b"~")[0].rstrip(b"*"))):
            data = SAMPLE[:at] + bytes([SAMPLE[at] ^ 0x40]) + SAMPLE[at + 1 :]
            assert errors_in(data) != [], (word, at)


def test_two_samples_spliced_at_every_byte_are_read() -> None:
    for cut in range(0, len(SAMPLE), 3):
        data = SAMPLE[:cut] + SAMPLE
        is_digested(data)
        assert uncovered(data) == [], cut


@pytest.mark.parametrize("seed", range(200))
def test_noise_in_a_sample_is_read(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(SAMPLE * 2)
    for _ in range(chance.randrange(1, 30)):
        match chance.randrange(3):
            case 0:
                data[chance.randrange(len(data))] = chance.randrange(256)
            case 1:
                at = chance.randrange(len(data))
                del data[at : at + chance.randrange(1, 40)]
            case 2:
                at = chance.randrange(len(data))
                data[at:at] = chance.choice(
                    (b"~", b"*", b"ISA*", b"~ISA*00*", b"\n", b"IEA*", b"~ST*850*", b"\x00")
                )
    is_digested(bytes(data))
    assert uncovered(bytes(data), b"~") == []


def test_random_bytes_are_one_finding_at_most_over_all_of_them() -> None:
    for seed in range(50):
        data = random.Random(seed).randbytes(5_000)
        is_digested(data)
        assert errors_in(data) == [Code.NOT_X12]


@pytest.mark.parametrize("byte", [b"A", b"\x00", b"*", b"~", b"I", b"\xff"])
def test_many_of_one_byte_end_in_one_finding_with_bounded_memory(byte: bytes) -> None:
    size = 64 * 1024 * 1024

    def chunks() -> Iterator[bytes]:
        for _ in range(size // 65_536):
            yield byte * 65_536

    tracemalloc.start()
    found = [event.findings for event in read(chunks()) if isinstance(event, Unreadable)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    [[finding]] = found
    assert finding.code is Code.NOT_X12
    assert finding.at.length == size  # type: ignore[union-attr]
    assert peak < 2_000_000


@pytest.mark.slow
@pytest.mark.parametrize("byte", [b"A", b"~", b"*", b"\n"])
def test_an_interchange_that_goes_over_into_one_byte_keeps_memory_bounded(byte: bytes) -> None:
    def chunks() -> Iterator[bytes]:
        yield SAMPLE[: SAMPLE.index(b"CTT")]
        for _ in range(400):
            yield byte * 65_536

    tracemalloc.start()
    count = sum(1 for _ in read_all(chunks()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count < 10
    assert peak < 8_000_000


def test_a_set_of_unknown_segments_is_checked_in_time_that_grows_with_its_length() -> None:
    is_digested(interchange(["BEG*00*SA*1**20260115", *["ZZZ*1"] * 5_000, "PO1*1*1*EA"]))
    is_digested(interchange(["BEG*00*SA*1**20260115", *["CUR*BY*USD"] * 5_000, "PO1*1*1*EA"]))
    is_digested(interchange(["BEG*00*SA*1**20260115", *["N3*X", "CTT*1"] * 3_000]))
    is_digested(interchange(["BEG*00*SA*1**20260115", "PO1" + "*X" * 20_000]))
    is_digested(interchange(["BEG*00*SA*1**20260115", "PO1*1*1*EA", "SLN*1**I*1*" + ">" * 20_000]))
