"""The raw document with what is wrong marked, and the segments around each mark explained.

Takes a Subject and its findings; gives lines of painted bytes and segments in words. A document of any size costs no
more than the windows that are shown. Called by the CLI and the pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from edi_gateway.mapping.lineage import Trace, behind
from edi_gateway.model.finding import Finding, Location, Severity
from edi_gateway.reports.traffic.raw import document_bytes, receipt_bytes, receipt_size
from edi_gateway.reports.triage.found import Told
from edi_gateway.reports.triage.rereading import Reread
from edi_gateway.reports.triage.subjects import Subject
from edi_gateway.store.tables import documents, interchanges
from edi_gateway.x12.anatomy.painting import Line, Span, paint, windows
from edi_gateway.x12.anatomy.segments import SegmentTold, told
from edi_gateway.x12.parsing.header import WINDOW, read_header

WHOLE = 65_536  # bytes that are shown whole; of more, windows around what is wrong
PAGE = 32_768  # bytes of a page of it
_ROOM = 1_500  # bytes before and after each place
_WINDOWS = 12
_EXPLAINED = 8  # segments


@dataclass(frozen=True, slots=True)
class Marked:
    """`begin` and `end`: byte range of the document in the receipt; `stretches`: what of it is shown; `whole`: that is
    all of it. A piece's keys are "f" and the number of a finding, or "t" and the number of a trace. `gone`: the bytes
    are not kept any more."""

    begin: int
    end: int
    stretches: tuple[tuple[Line, ...], ...]
    whole: bool
    gone: bool = False


def spans(found: Sequence[Told], traces: Sequence[Trace]) -> list[Span]:
    """Where the findings are in the bytes, those of canonical paths through what fed the path."""
    made: list[Span] = []
    for number, one in enumerate(found):
        made += [Span(offset, length, f"f{number}") for offset, length in places(one.finding, traces)]
    return made


def places(finding: Finding, traces: Sequence[Trace]) -> Iterator[tuple[int, int]]:
    """Offset and length of what a finding is about."""
    at = finding.at
    if isinstance(at, Location):
        if at.offset is not None:
            yield at.offset, at.length or 0
        return
    if not at:
        return
    fed = behind(traces, at)
    if fed:
        for trace in fed:
            yield trace.offset, trace.length
        return
    while not fed and at:  # what is missing: the nearest record around it, by its first value
        at = at.rpartition(".")[0] if "." in at else ""
        fed = behind(traces, at) if at else ()
    if fed:
        yield fed[0].offset, fed[0].length


def marked(
    conn: Connection,
    subject: Subject,
    found: Sequence[Told],
    read: Reread | None,
    *,
    lineage: bool = False,
    begin: int | None = None,
) -> Marked | None:
    """The document of a subject, or its receipt where there is no document; None when it is about no bytes.

    `begin`: show one page from this byte on. With `lineage` every value that fed a field is cut out, too.
    """
    stretch = _stretch(conn, subject)
    if stretch is None:
        return None
    first, end = stretch
    traces = read.traces if read is not None else ()
    wanted = spans(found, traces)
    if lineage:
        wanted += [Span(each.offset, each.length, f"t{number}") for number, each in enumerate(traces)]
    if begin is not None:
        begin = min(max(first, begin), max(first, end - 1))
        cuts = [(begin, min(end, begin + PAGE))]
    elif end - first <= WHOLE:
        cuts = [(first, end)]
    else:
        marks = [(s.offset, s.length) for s in wanted if s.key[0] == "f" and first <= s.offset <= end]
        cuts = windows(marks, end, _ROOM, _WINDOWS) or [(first, min(end, first + PAGE))]
        cuts = [(max(first, a), b) for a, b in cuts]
    terminator = _terminator(conn, subject, read)
    stretches: list[tuple[Line, ...]] = []
    for a, b in cuts:
        content = _bytes(conn, subject, a, b)
        if not content and b > a:
            return Marked(first, end, (), whole=False, gone=True)
        inside = [s for s in wanted if s.offset + s.length >= a and s.offset <= b]
        starts = read.starts if read is not None and not subject.envelope else None
        stretches.append(tuple(paint(content, a, inside, starts, terminator)))
    return Marked(first, end, tuple(stretches), whole=cuts == [(first, end)])


def _stretch(conn: Connection, subject: Subject) -> tuple[int, int] | None:
    if subject.envelope and subject.receipt_id is not None:
        return _around(conn, subject.receipt_id, subject.interchange_id)
    if subject.document_id is not None:
        d = documents.c
        row = conn.execute(
            select(d.direction, d.offset, d.length).where(d.id == subject.document_id)
        ).one_or_none()
        if row is not None and row.direction == "in" and row.offset is not None:
            return row.offset, row.offset + row.length + 1  # with its terminator
        if row is not None and row.direction == "out":
            content = document_bytes(conn, subject.document_id)
            return None if content is None else (0, len(content))
    if subject.receipt_id is not None:
        return 0, receipt_size(conn, subject.receipt_id) or 0
    return None


def _around(conn: Connection, receipt_id: int, interchange_id: int | None) -> tuple[int, int]:
    """The interchange, or the receipt when it is none's."""
    size = receipt_size(conn, receipt_id) or 0
    i = interchanges.c
    found = None
    if interchange_id is not None:
        found = conn.execute(select(i.offset, i.length).where(i.id == interchange_id)).one_or_none()
    return (0, size) if found is None else (found.offset, min(size, found.offset + found.length))


def _bytes(conn: Connection, subject: Subject, begin: int, end: int) -> bytes:
    if subject.receipt_id is not None:
        return receipt_bytes(conn, subject.receipt_id, begin, end - begin)
    assert subject.document_id is not None  # else there is no stretch
    return (document_bytes(conn, subject.document_id) or b"")[begin:end]


def _terminator(conn: Connection, subject: Subject, read: Reread | None) -> bytes:
    """The segment terminator, where it can be known without reading all."""
    if read is not None:
        return read.raw.delimiters.segment.encode("latin-1")
    if subject.receipt_id is None:
        return b""
    offset = 0
    if subject.interchange_id is not None:
        wanted = select(interchanges.c.offset).where(interchanges.c.id == subject.interchange_id)
        offset = conn.execute(wanted).scalar_one_or_none() or 0
    text = receipt_bytes(conn, subject.receipt_id, offset, WINDOW).decode("latin-1")
    header = read_header(text[max(0, text.upper().find("ISA")) :])
    return b"" if header is None else header.delimiters.segment.encode("latin-1")


def explained(
    found: Sequence[Told], read: Reread | None, position: int | None = None
) -> tuple[SegmentTold, ...]:
    """The segments in which something was found, what opened the case first; or the one at `position`."""
    if read is None:
        return ()
    shown = [one.finding for one in found]
    grave = [one.finding for one in found if one.main or one.finding.severity is not Severity.INFO]
    wanted = [position] if position is not None else list(_positions(grave or shown, read))
    made: list[SegmentTold] = []
    for number in dict.fromkeys(wanted):
        if number is not None and 1 <= number <= len(read.raw.segments) and len(made) < _EXPLAINED:
            nodes = read.walk.nodes if read.walk is not None else []
            node = nodes[number - 1] if number <= len(nodes) else -1
            segment = read.raw.texts[number - 1].split(read.raw.delimiters.element)
            placed = [_placed(finding, read, number) for finding in shown]
            made.append(told(read.known, segment, number, read.raw.delimiters, placed, read.guide, node))
    return tuple(made)


def positions(found: Sequence[Told], read: Reread | None) -> frozenset[int]:
    """The segments in which what matters was found; ST is 1."""
    grave = [one.finding for one in found if one.main or one.finding.severity is not Severity.INFO]
    return frozenset() if read is None else frozenset(_positions(grave, read))


def _positions(found: Sequence[Finding], read: Reread) -> Iterator[int]:
    for finding in found:
        if isinstance(finding.at, Location):
            if finding.at.position is not None and _within(finding.at, read):
                yield finding.at.position
        else:
            by_offset = {trace.offset: trace.position for trace in read.traces}
            for offset, _ in places(finding, read.traces):
                yield by_offset[offset]


def _within(at: Location, read: Reread) -> bool:
    """Whether a location is of this set: positions of an envelope's segments count in nothing."""
    return at.offset is None or read.starts[0] <= at.offset <= read.starts[-1] + len(read.raw.texts[-1])


def _placed(finding: Finding, read: Reread, position: int) -> Finding:
    """A finding about a canonical path, put at the element that fed it when that stands in this segment."""
    if isinstance(finding.at, Location):
        return finding
    spots = dict(places(finding, read.traces))
    for trace in read.traces:
        if trace.offset in spots and trace.position == position:
            at = Location(segment=trace.segment, position=position, element=trace.element)
            return Finding(finding.code, finding.severity, finding.message, finding.hint, at, finding.rule)
    return finding
