"""Laws of the reader, the checker, the writer and the mend, each for any input that chance makes.

`LAWS` names them: `make(chance)` gives an input, `holds(input)` asserts. The tests try a few inputs of each,
`make fuzz` (tests/x12/fuzz.py) as many as time allows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.acks.ack import AckKind, functional_ack, interchange_ack
from edi_gateway.x12.checking.guide import Guide, build
from edi_gateway.x12.dictionary import VERSIONS, dictionary
from edi_gateway.x12.mending.mend import mended
from edi_gateway.x12.mending.pieces import Change
from edi_gateway.x12.parsing.envelope import InterchangeEnd, InterchangeStart, Unreadable
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.reading import CheckedSet, GroupEnd, read_all
from edi_gateway.x12.writing.writer import Envelope, body_text, check_body, interchange
from tests.x12.edi import ISA, ISA5, USUAL, sets_of, uncovered
from tests.x12.random_sets import Maker

AT = datetime(2026, 1, 15, 9, 5, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "samples"
ANSWERS: list[tuple[AckKind, Guide]] = [("997", build("004010", "997")), ("999", build("005010", "999"))]
_ELEMENT, _COMPONENT, _SEGMENT = "*|+\x1d^", ">:\\<\x1f", "~\n\r\x15\x1c\x85'!"
_REPETITION = "^!\\%"
_NOISE = (
    b"~",
    b"*",
    b">",
    b"^",
    b"ISA*",
    b"~ISA*00*",
    b"\n",
    b"\r\n",
    b" ",
    b"IEA*",
    b"~ST*850*",
    b"~SE*",
    b"\x00",
)


@dataclass(frozen=True, slots=True)
class Law:
    """`bytes_only`: the input is bytes, which can be cut down to the least that breaks the law."""

    make: Callable[[random.Random], Any]
    holds: Callable[[Any], None]
    bytes_only: bool = True


# --- what is right is found right, and read back as it was written


class Written(NamedTuple):
    """Sets as they are written into one interchange: (version, set code, body) each."""

    delimiters: Delimiters
    line_end: str
    sets: list[tuple[str, list[list[str]]]]
    version: str


def delimiters(chance: random.Random, version: str) -> Delimiters:
    """Any that an envelope of this version can have."""
    while True:
        taken = [chance.choice(marks) for marks in (_ELEMENT, _COMPONENT, _SEGMENT, _REPETITION)]
        if len(set(taken)) == len(taken):
            break
    element, component, segment, repetition = taken
    return Delimiters(element, component, segment, repetition if version >= "005010" else None)


def any_sets(chance: random.Random) -> Written:
    version = chance.choice(sorted(VERSIONS))
    marks = delimiters(chance, version)
    codes = sorted(dictionary(version).sets)
    fullness = chance.choice((0.05, 0.2, 0.5))
    maker = Maker(version, chance, fullness, marks)
    sets = [(code, maker.body(code)) for code in chance.choices(codes, k=chance.randint(1, 3))]
    return Written(marks, chance.choice(("", "\n", "\r\n")), sets, version)


def written(one: Written) -> bytes:
    envelope = Envelope(
        *("ZZ", "SELLER", "ZZ", "BUYER", "SELLER", "BUYER"),
        isa_version="00501" if one.version >= "005010" else "00401",
        version=one.version,
        delimiters=one.delimiters,
        line_end=one.line_end,
    )
    groups = []
    for number, (code, body) in enumerate(one.sets, 1):
        text = body_text(body, one.delimiters).value
        assert text is not None, f"{code} cannot be written"
        group = dictionary(one.version).sets[code].group
        groups.append((group, one.version, str(number), [(code, "0001", text, len(body))]))
    return interchange(envelope, "1", AT, groups)


def is_read_back(one: Written) -> None:
    """No finding, the same segments, nothing to mend."""
    for code, body in one.sets:
        assert check_body(build(one.version, code), body, one.delimiters) == [], code
    data = written(one)
    read = []
    for event in read_all(data):
        match event:
            case CheckedSet():
                assert event.result.findings == (), event.result.findings
                read.append((event.raw.code, event.raw.segments[1:-1]))
            case GroupEnd():
                assert (event.result.status, event.result.findings) == ("A", ())
            case InterchangeEnd():
                assert event.interchange.findings == []
            case Unreadable():
                raise AssertionError(event.findings)
    assert read == one.sets
    assert mended(data).content == data


# --- broken and hostile bytes


def good(chance: random.Random) -> bytes:
    """A sample, or an interchange of random sets."""
    if chance.random() < 0.5:
        return chance.choice(_samples())
    return written(any_sets(chance))[:20_000]


def _samples() -> list[bytes]:
    if not _KEPT:
        _KEPT.extend(path.read_bytes() for path in sorted(SAMPLES.glob("*/*.edi")))
    return _KEPT


_KEPT: list[bytes] = []


def damaged(chance: random.Random) -> bytes:
    """Good bytes with some of them flipped, dropped, doubled, swapped, cut off, spliced, or noise put in."""
    data = bytearray(good(chance))
    for _ in range(chance.choice((1, 1, 2, 3, 8, 30))):
        at = chance.randrange(len(data) + 1)
        length = chance.choice((1, 2, 5, 40, 200))
        match chance.randrange(9):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(data):
                data[at] = chance.randrange(256)
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length]
            case 4:
                other = chance.randrange(len(data) + 1)
                one, two = sorted((at, other))
                data[one:two] = data[two : two + length] + data[one:two]
            case 5:
                _swap_segments(data, chance)
            case 6 if chance.random() < 0.3:
                del data[at:]
            case 7 if chance.random() < 0.3:
                other_bytes = good(chance)
                data[at:] = other_bytes[chance.randrange(len(other_bytes)) :]
            case _:
                data[at:at] = chance.choice(_NOISE)
    return bytes(data)


def shuffled(chance: random.Random) -> bytes:
    """A header, and segments of any set in any order; the trailers may be missing."""
    version = chance.choice(sorted(VERSIONS))
    book = dictionary(version)
    code = chance.choice(sorted(book.sets))
    maker = Maker(version, chance, 0.3)
    body = maker.body(code)
    picked = [*body[:1], *chance.choices(body, k=min(chance.randrange(12), 3 * len(body)))]
    if chance.random() < 0.2:
        picked.insert(chance.randrange(len(picked)), maker.segment(book.segments["N1"]))
    chance.shuffle(picked)
    head = ISA5 if version >= "005010" else ISA
    lines = [head, f"GS*{book.sets[code].group}*BUYER*SELLER*20260115*1200*7*X*{version}", f"ST*{code}*0001"]
    lines += ["*".join(segment) for segment in picked]
    lines += chance.choice(
        ([], [f"SE*{len(picked) + 2}*0001", "GE*1*7", "IEA*1*000000905"], ["GE*1*7", "IEA*1*000000905"])
    )
    return "~".join([*lines, chance.choice(("", "X"))]).encode("latin-1")


def _swap_segments(data: bytearray, chance: random.Random) -> None:
    mark = bytes(data[105:106]) or b"~"
    pieces = bytes(data).split(mark)
    one, two = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    pieces[one], pieces[two] = pieces[two], pieces[one]
    data[:] = mark.join(pieces)


def noise(chance: random.Random) -> bytes:
    """Random bytes, and random words of X12."""
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(3_000))
    words = [*_NOISE, b"ISA", b"GS*PO*A*B", b"BEG*00", b"~PO1*1*1*EA~", chance.choice(_samples())[:106]]
    return b"".join(chance.choices(words, k=chance.randrange(200)))


def is_digested(data: bytes) -> None:
    """Whatever is done with a file, as far as X12 goes: no exception, and every byte accounted for."""
    for event in read_all(data):
        match event:
            case CheckedSet():
                for finding in event.result.findings:
                    finding.as_json()
                assert len(event.raw.offsets) == len(event.raw.ends) == len(event.raw.segments)
                assert event.walk is None or len(event.walk.nodes) == len(event.raw.segments)
            case GroupEnd():
                for kind, guide in ANSWERS:
                    answer = functional_ack(event.result, kind, USUAL, guide.version)
                    found = check_body(guide, answer, USUAL)
                    assert [each for each in found if each.severity is Severity.ERROR] == []
                    assert body_text(answer, USUAL, "ascii").value
            case InterchangeEnd():
                interchange_ack(event.interchange)
    assert uncovered(data, terminators_of(data)) == []


def terminators_of(data: bytes) -> bytes:
    marks = [e.interchange.delimiters.segment for e in read_all(data) if isinstance(e, InterchangeStart)]
    return "".join(marks).encode("latin-1")


def is_read_alike_in_any_chunks(data: bytes) -> None:
    """What a source is cut into changes nothing."""
    whole = list(_told(data))
    chance = random.Random(len(data))
    for size in (1, 7, 100, 1_000):

        def chunks(size: int = size) -> Iterator[bytes]:
            at = 0
            while at < len(data):
                step = chance.randint(1, size)
                yield data[at : at + step]
                at += step

        assert list(_told(chunks())) == whole, size


def _told(source: Any) -> Iterator[tuple[object, ...]]:
    for event in read_all(source, totals=True):
        match event:
            case CheckedSet():
                yield (event.raw.texts, event.raw.offsets, event.raw.ends, event.result)
            case GroupEnd():
                yield (event.group.own, event.result)
            case InterchangeEnd():
                yield (event.interchange.isa, event.interchange.findings, event.interchange.own)
            case Unreadable():
                yield tuple(event.findings)


def is_found_alike_twice(data: bytes) -> None:
    """What a guide has learned from other documents changes nothing: a document has its findings at any time."""
    first = list(_told(data))
    assert list(_told(data)) == first


# --- the mend


def is_mended(data: bytes) -> None:
    """Twice changes nothing more, no file becomes worse, what is listed is what was changed and what is left is what
    is found after it, no line is lost."""
    once = mended(data)
    again = mended(once.content)
    assert again.content == once.content
    assert again.changes == ()
    left = [each.finding.code for each in once.left if each.finding.severity is Severity.ERROR]
    assert errors(once.content) == sorted(left)
    assert len(left) <= len(errors(data))
    if not once.changes:
        assert once.content == data
    if not any(change.code == "LINES_WRAPPED" for change in once.changes):
        for change in once.changes:
            assert isinstance(change, Change)
            assert data[change.offset : change.offset + len(change.was)] == change.was
    assert lines_of(once.content) == lines_of(data)


def errors(data: bytes) -> list[Code]:
    codes: list[Code] = []
    for event in read_all(data):
        match event:
            case CheckedSet():
                found = list(event.result.findings)
            case GroupEnd():
                found = event.group.findings
            case InterchangeEnd():
                found = event.interchange.findings
            case Unreadable():
                found = event.findings
            case _:
                found = []
        codes += [each.code for each in found if each.severity is Severity.ERROR]
    return sorted(codes)


def lines_of(data: bytes) -> list[str]:
    """The lines of all orders; blanks, separators and the case of letters aside, of which the mend may take some."""
    lines = [text.upper() for texts in sets_of(data) for text in texts if text.upper().startswith("PO1")]
    return ["".join(filter(str.isalnum, text)) for text in lines]


LAWS = {
    "right sets are read back": Law(any_sets, is_read_back, bytes_only=False),
    "damaged files are digested": Law(damaged, is_digested),
    "noise is digested": Law(noise, is_digested),
    "any order of segments is digested": Law(shuffled, is_digested),
    "chunks change nothing": Law(damaged, is_read_alike_in_any_chunks),
    "memory changes nothing": Law(damaged, is_found_alike_twice),
    "mending is certain": Law(damaged, is_mended),
}
