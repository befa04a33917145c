"""One fault gives one finding, at its place, and the rest of the set is checked as if the fault were not there.

faults/faults.tsv says what is done to a good document and what must be found: each expectation is derived from the
standard by hand, and nothing in it was taken from what the checker says. `byte` counts from the beginning of the
segment (of the file, where no segment is named), `points_at` is the text there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.acks.ack import functional_ack, interchange_ack
from edi_gateway.x12.checking.guide import Guide, build
from edi_gateway.x12.parsing.envelope import Group, Interchange, InterchangeEnd, Unreadable
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.reading import CheckedSet, GroupEnd, GuideFor, read_all, standard_guide
from tests.x12.faults.documents import BASES, HERE, Made, bases_of, good, make, spelled_out

#: A second fault, away from the first: what is put into which segment of a good set, and what must be said of it.
PROBES = {
    "810": [(8, "DTM*011*2026012", "AK4*2*373*8*2026012"), (14, "PID*B****X", "AK4*1*349*7*B")],
    "820": [(5, "DTM*097*2026012", "AK4*2*373*8*2026012"), (13, "RMR*IV*INV002**X", "AK4*4*782*6*X")],
    "824": [(4, "N4*FONTANA*CAL", "AK4*2*156*5*CAL"), (10, "OTI*TA**INV002", "AK4*2*128*1")],
    "846": [(5, "REF**7", "AK4*1*128*1"), (14, "QTY*17*X", "AK4*2*380*6*X")],
    "850": [(8, "ITD*01*3*2**X", "AK4*5*351*6*X"), (33, "PID*B****X", "AK4*1*349*7*B")],
    "855": [(4, "REF**7", "AK4*1*128*1"), (23, "ACK*ZZ", "AK4*1*668*7*ZZ")],
    "856": [(3, "DTM*011*2026012", "AK4*2*373*8*2026012"), (22, "SN1*2*X*EA", "AK4*2*382*6*X")],
    "860": [(5, "DTM*010*2026012", "AK4*2*373*8*2026012"), (14, "POC*2**0*48*EA", "AK4*2*670*1")],
    "865": [(4, "REF**7", "AK4*1*128*1"), (17, "CTT*X*40", "AK4*1*354*6*X")],
    "940": [(5, "N4*FONTANA*CAL", "AK4*2*156*5*CAL"), (13, "LX*X", "AK4*1*554*6*X")],
    "945": [(6, "N9**1", "AK4*1*128*1"), (14, "LX*X", "AK4*1*554*6*X")],
    "997": [(8, "AK2*85*0002", "AK4*1*143*4*85"), (9, "AK5*Q", "AK4*1*717*7*Q")],
    "999": [(9, "AK2*85*0002", "AK4*1*143*4*85"), (10, "IK5*Q", "AK4*1*717*7*Q")],
}


@dataclass(frozen=True)
class Row:
    """A row of the table, for one of the documents that it is about."""

    id: str
    base: str
    done: str
    code: str
    segment: str
    position: int | None
    loop: str
    element: int | None
    component: int | None
    repetition: int | None
    byte: int
    points_at: str
    acknowledged: str

    @property
    def in_set(self) -> bool:
        return self.position is not None and not self.done.startswith(("in ", "send "))


def rows() -> Iterator[Row]:
    with (HERE / "faults.tsv").open(encoding="ascii", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            numbers = [int(row[name]) if row[name] else None for name in ("position", "element", "component")]
            for base in bases_of(row["base"]):
                yield Row(
                    id=row["id"],
                    base=base,
                    done=row["done"],
                    code=row["code"],
                    segment=row["segment"],
                    position=numbers[0],
                    loop=row["loop"],
                    element=numbers[1],
                    component=numbers[2],
                    repetition=int(row["repetition"]) if row["repetition"] else None,
                    byte=int(row["byte"]),
                    points_at=spelled_out(row["points_at"].encode("ascii").decode("unicode_escape")),
                    acknowledged=row["acknowledged"],
                )


ROWS = list(rows())


@dataclass
class Heard:
    """All that was found in a file, and what each of its acknowledgments says."""

    findings: list[Finding]
    said: list[str]
    paths: list[str]


def hear(made: Made) -> Heard:
    heard = Heard([], [], [])
    for event in read_all(made.data, guide_of(made), made.strict, made.limits, totals=made.totals):
        match event:
            case CheckedSet():
                heard.findings += event.result.findings
                nodes = event.guide.nodes if event.guide else ()
                heard.paths = [
                    nodes[node].selector if node >= 0 else "?"
                    for node in (event.walk.nodes if event.walk else ())
                ]
            case GroupEnd():
                heard.findings += event.result.findings
                heard.said += _said(event)
            case InterchangeEnd():
                heard.findings += event.interchange.findings
                heard.said.append("*".join(interchange_ack(event.interchange)))
            case Unreadable():
                heard.findings += event.findings
    return heard


def guide_of(made: Made) -> GuideFor:
    """A partner's guide of the rules that the row names."""

    def guide(around: Interchange, group: Group, code: str) -> Guide | None:
        plain = standard_guide(around, group, code)
        return build(group.read_as, code, made.rules) if plain and made.rules else plain

    return guide


def _said(event: GroupEnd) -> list[str]:
    """The segments of the 997, its AK5 taken apart into its notes."""
    newer = event.group.read_as >= "005010"
    segments = functional_ack(event.result, "997", Delimiters("*", ">", "~", "^" if newer else None))
    lines = []
    for segment in segments:
        if segment[0] == "AK5" and len(segment) > 2:
            lines += [f"AK5*{segment[1]}*{note}" for note in segment[2:]]
        else:
            lines.append("*".join(segment))
    return lines


def place(row: Row, made: Made) -> int:
    """The byte that the row means."""
    places = made.places
    if row.position is not None:
        first = max(at for at, (tag, _) in enumerate(places) if tag == "ST")
        return places[first + row.position - 1][1] + row.byte
    if not row.segment:
        return row.byte
    of_tag = [offset for tag, offset in places if tag == row.segment]
    if of_tag:
        return of_tag[-1] + row.byte
    return next((offset for tag, offset in places if tag == "IEA"), len(made.data))  # where it would stand


def as_said(finding: Finding, data: bytes) -> tuple[object, ...]:
    at = finding.at
    assert isinstance(at, Location)
    assert at.offset is not None
    assert at.length is not None
    shown = data[at.offset : at.offset + at.length].decode("latin-1")
    where = (at.segment or "", at.position, at.loop or "", at.element, at.component, at.repetition)
    return (finding.code.value, *where, at.offset, shown)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.id}-{row.base}" for row in ROWS])
def test_a_document_with_one_fault_has_exactly_its_finding(row: Row) -> None:
    made = make(row.base, row.done)
    heard = hear(made)
    where = (row.segment, row.position, row.loop, row.element, row.component, row.repetition)
    assert [as_said(finding, made.data) for finding in heard.findings] == [
        (row.code, *where, place(row, made), row.points_at)
    ]
    if row.acknowledged:
        assert row.acknowledged in heard.said
    else:
        assert not any(line.startswith(("AK3", "AK4")) for line in heard.said)
        assert [finding.ack for finding in heard.findings] == [None]


def moved(done: str) -> range:
    """The segments of the good set that were put elsewhere: they may be left out as a whole."""
    found = re.match(r"move (\d+)(?:-(\d+))?", done)
    return range(int(found[1]), int(found[2] or found[1]) + 1) if found else range(0)


def probed() -> Iterator[Row]:
    """One release of each row is enough here."""
    seen = set()
    for row in ROWS:
        if row.in_set and row.code != Code.SET_UNKNOWN and row.id not in seen:
            seen.add(row.id)
            yield row


PROBED = list(probed())


@pytest.mark.parametrize("row", PROBED, ids=[row.id for row in PROBED])
def test_the_rest_of_the_set_is_checked_as_if_the_fault_were_not_there(row: Row) -> None:
    """Two more elements are made wrong, one before most faults and one behind: each is found where it stands."""
    untouched = {each.origin for each in make(row.base, row.done).segments if each in good(row.base)}
    untouched -= set(moved(row.done))
    probes = [probe for probe in PROBES[row.base[:3]] if probe[0] in untouched]
    made = make(row.base, row.done, {number: text for number, text, _ in probes})
    wanted = [(row.position, row.acknowledged)] if row.acknowledged.startswith(("AK3", "AK4")) else []
    for number, _, ack in probes:
        position = next(at for at, each in enumerate(made.segments, start=1) if each.origin == number)
        wanted.append((position, ack))
    assert sorted(_errors(hear(made).said)) == sorted(wanted)


def _errors(said: list[str]) -> Iterator[tuple[int, str]]:
    """Each AK3 and AK4 with the position that it is about; an AK3 that only introduces AK4s is left out."""
    position = 0
    for line in said:
        if line.startswith("AK3"):
            position = int(line.split("*")[2])
            if not line.endswith("*8"):
                yield position, line
        elif line.startswith("AK4"):
            yield position, line


@pytest.mark.parametrize("row", PROBED, ids=[row.id for row in PROBED])
def test_what_is_not_touched_keeps_its_place_in_the_set(row: Row) -> None:
    whole = hear(make(row.base, "repeat 1 1 times"))
    made = make(row.base, row.done)
    paths = hear(made).paths
    kept = [each for each in good(row.base) if each.origin not in moved(row.done)]
    for at, each in enumerate(made.segments):
        if each in kept and at + 1 != row.position:
            assert paths[at] == whole.paths[each.origin - 1], f"{at + 1} {each.text}"


def one_segment_wrong(base: str) -> Iterator[str]:
    """All that can be done to one segment of a good set: left out, sent twice, put behind the next, named as nothing
    is named; and each of its segments, and some of other sets, put in at every place."""
    texts = [each.text for each in good(base)]
    strangers = dict.fromkeys([*texts[1:-1], "ZZZ*1", "B10*1**ABCD", "N3*1 DOCK RD", "LX*1"])
    for number in range(2, len(texts)):
        yield f"drop {number}"
        yield f"repeat {number} 2 times"
        yield f"write {number} ZQ9*1"
        if number < len(texts) - 1:
            yield f"move {number + 1} to {number}"
        yield from (f"insert {number} {text}" for text in strangers)


@pytest.mark.parametrize(
    "base", [base for base in BASES if base.endswith("004010") or base.startswith("999")]
)
def test_whatever_is_done_to_one_segment_is_one_error_at_most(base: str) -> None:
    cascades = {}
    for done in one_segment_wrong(base):
        errors = [each for each in hear(make(base, done)).findings if each.severity is Severity.ERROR]
        if len(errors) > 1:
            cascades[done] = [as_said(each, b"")[:3] for each in errors]
    assert cascades == {}


@pytest.mark.parametrize("base", BASES)
def test_a_good_document_has_no_finding(base: str) -> None:
    heard = hear(make(base, "repeat 1 1 times"))
    assert [finding.code for finding in heard.findings] == []
    assert "?" not in heard.paths


def test_the_table_has_every_finding_on_what_comes_in() -> None:
    inbound = list(Code)[: list(Code).index(Code.DELIMITER_IN_DATA) + 1]
    totals = [Code.LINE_COUNT_DIFFERS, Code.HASH_TOTAL_DIFFERS]
    assert {code.value for code in (*inbound, *totals)} == {row.code for row in ROWS}
    assert len(ROWS) >= 250
    assert len({(row.base, row.done) for row in ROWS}) == len(ROWS)
