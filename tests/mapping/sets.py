"""Sets for the tests: the hand-written ones under texts/, and RawSets made of text without an interchange around."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edi_gateway.mapping import catalog
from edi_gateway.mapping.catalog import Mapping
from edi_gateway.mapping.compile import Reader, Writer, reader, writer
from edi_gateway.mapping.read import Reading
from edi_gateway.model.documents.record import Record
from edi_gateway.model.finding import Outcome
from edi_gateway.x12.checking.guide import Guide, Walk, build
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.rawset import RawSet

TEXTS = Path(__file__).parent / "texts"
MAPPINGS = Path(__file__).parents[2] / "mappings"
OLD = Delimiters("*", ">", "~", None)
NEW = Delimiters("*", ">", "~", "^")
NAMES = sorted(path.stem for path in TEXTS.glob("*.edi"))

_mappings: dict[str, Mapping] = {}


def mapping(set_code: str) -> Mapping:
    if set_code not in _mappings:
        _mappings[set_code] = catalog.load(MAPPINGS, set_code)
    return _mappings[set_code]


def delimiters(version: str) -> Delimiters:
    return OLD if version == "004010" else NEW


def raw_set(body: str, set_code: str = "850", version: str = "004010") -> RawSet:
    """A set of a body as it stands in a text file: segments end in ~, line ends between them do not count."""
    inner = [s.strip("\n") for s in body.split("~") if s.strip("\n")]
    return raw_of([s.split("*") for s in inner], set_code, version)


def raw_of(segments: list[list[str]], set_code: str = "850", version: str = "004010") -> RawSet:
    whole = [["ST", set_code, "0001"], *segments, ["SE", str(len(segments) + 2), "0001"]]
    offsets, ends, at = [], [], 0
    for segment in whole:
        offsets.append(at)
        at += len("*".join(segment))
        ends.append(at)
        at += 1
    return RawSet(set_code, "0001", whole, offsets, ends, delimiters(version))


class Sample:
    """A text under texts/, named SET-VERSION-WHAT, read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.set_code, self.version, _ = name.split("-", 2)
        self.body = (TEXTS / f"{name}.edi").read_bytes().decode("latin-1")
        self.encoding = "ascii" if self.body.isascii() else "utf-8"

    @property
    def guide(self) -> Guide:
        return build(self.version, self.set_code)

    @property
    def reader(self) -> Reader:
        return reader(mapping(self.set_code), self.guide)

    @property
    def writer(self) -> Writer:
        return writer(mapping(self.set_code), self.guide)

    def raw(self) -> tuple[RawSet, Walk]:
        raw = raw_set(self.body, self.set_code, self.version)
        return raw, self.guide.check(raw)

    def read(self) -> Reading:
        raw, walk = self.raw()
        return self.reader.read(raw, walk, self.encoding)


def read(body: str, set_code: str = "850", version: str = "004010", of: Mapping | None = None) -> Reading:
    guide = build(version, set_code)
    raw = raw_set(body, set_code, version)
    return reader(of or mapping(set_code), guide).read(raw, guide.check(raw))


def lines_of(body: str) -> list[str]:
    """The segments of a body as a text has them, without blanks and line ends around them."""
    return [s.strip() for s in body.split("~") if s.strip()]


def assert_both_ways(body: str, document: Record, set_code: str, version: str) -> None:
    """The body is read as the document, with nothing found or unmapped, and the document is written as the body."""
    segments = lines_of(body)
    reading = read("~".join(segments), set_code, version)
    assert reading.document == document
    assert (reading.unmapped, reading.findings) == ((), ())
    guide = build(version, set_code)
    written = writer(mapping(set_code), guide).write(document, delimiters(version))
    assert written.findings == ()
    assert written.value is not None
    assert ["*".join(segment) for segment in written.value] == segments
    assert guide.check(raw_of(written.value, set_code, version)).findings == []


def whole(body: str, set_code: str, version: str = "004010") -> Any:
    """The document of a set of which nothing is left over and about which nothing is found."""
    reading = read(body, set_code, version)
    assert (reading.unmapped, reading.findings) == ((), ())
    assert reading.document is not None
    return reading.document


def write(document: Record, set_code: str, version: str = "004010") -> Outcome[list[list[str]]]:
    return writer(mapping(set_code), build(version, set_code)).write(document, delimiters(version))


def text(document: Record, set_code: str, version: str = "004010") -> str:
    """The document's segments, a line each; nothing may be found on the way."""
    outcome = write(document, set_code, version)
    assert outcome.findings == ()
    assert outcome.value is not None
    return "".join("*".join(segment) + "~\n" for segment in outcome.value)
