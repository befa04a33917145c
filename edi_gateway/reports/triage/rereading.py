"""A stored set read once more, by the guide and the mapping that read it when it came: for whoever looks at it.

Takes a document id; gives the set with its places in the receipt, its walk, what it was mapped by. Nothing is written.
Called by the other modules of this room.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection, Row, select

from edi_gateway.mapping import catalog
from edi_gateway.mapping.compile import Reading, reader
from edi_gateway.mapping.files.problems import MappingInvalid
from edi_gateway.mapping.lineage import Trace, trace
from edi_gateway.model.finding import Finding, Location
from edi_gateway.partners.snapshots import PublishedPartner, SnapshotUnreadable, thaw
from edi_gateway.reports.traffic.raw import document_bytes, receipt_bytes
from edi_gateway.store import snapshots
from edi_gateway.store.tables import documents, interchanges
from edi_gateway.x12.acks.ack import GroupResult, SetResult, group_result
from edi_gateway.x12.checking.guide import Guide, Walk, build, readable
from edi_gateway.x12.dictionary import Dictionary, dictionary, nearest
from edi_gateway.x12.parsing.envelope import Group, Interchange, InterchangeEnd
from edi_gateway.x12.parsing.header import WINDOW, Delimiters, read_header
from edi_gateway.x12.parsing.rawset import RawSet
from edi_gateway.x12.reading import CheckedSet, GroupEnd, read_all

LARGEST = 2_000_000  # bytes: what is larger is shown in windows, not taken apart


@dataclass
class Reread:
    """A set as it was read. `source`: an interchange that holds just it. `shift`: what is added to an offset in `raw`
    to have the one in the receipt (of a document of ours, in the document). `mapping` None: there is none for the set,
    or it is not known what read it."""

    document_id: int
    direction: str
    raw: RawSet
    guide: Guide | None
    walk: Walk | None
    result: SetResult
    group: GroupResult
    encoding: str
    source: bytes
    shift: int
    mapping: catalog.Mapping | None
    published: PublishedPartner | None

    @property
    def known(self) -> Dictionary:
        """The dictionary that it was read by."""
        return self.guide.dictionary if self.guide is not None else dictionary(nearest(self.group.version)[0])

    @cached_property
    def starts(self) -> list[int]:
        """Where its segments begin, in the receipt."""
        return [at + self.shift for at in self.raw.offsets]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is found in it, with places in the receipt."""
        return tuple(_shifted(finding, self.shift) for finding in self.result.findings)

    @cached_property
    def reading(self) -> Reading | None:
        """Its canonical document; None when it could not be walked or no mapping reads it."""
        if self.walk is None or self.guide is None or self.mapping is None:
            return None
        return reader(self.mapping, self.guide).read(self.raw, self.walk, self.encoding)

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """Which bytes fed which field; offsets in the receipt."""
        if self.walk is None or self.guide is None or self.mapping is None:
            return ()
        found = trace(self.mapping, self.guide, self.raw, self.walk, self.encoding)
        return tuple(replace(each, offset=each.offset + self.shift) for each in found)


def _shifted(finding: Finding, by: int) -> Finding:
    at = finding.at
    if not isinstance(at, Location) or at.offset is None:
        return finding
    return replace(finding, at=replace(at, offset=at.offset + by))


def reread(conn: Connection, document_id: int, largest: int = LARGEST) -> Reread | None:
    """The set; None when its bytes are not kept, cannot be read as a set, or are more than `largest`."""
    row = conn.execute(select(documents).where(documents.c.id == document_id)).one_or_none()
    if row is None or (row.length or 0) > largest or len(row.body or "") > largest:
        return None
    source = _theirs(conn, row) if row.direction == "in" else _ours(conn, row)
    return None if source is None else _read(conn, row, *source)


def _theirs(conn: Connection, row: Row[tuple[object, ...]]) -> tuple[bytes, int, int] | None:
    """ISA and GS of the set, then the set as it came; where it begins in that, and in the receipt."""
    d = row._mapping
    if d["receipt_id"] is None or d["offset"] is None or d["length"] is None:
        return None
    found = conn.execute(
        select(interchanges.c.offset).where(interchanges.c.id == d["interchange_id"])
    ).scalar_one_or_none()
    window = b"" if found is None else receipt_bytes(conn, d["receipt_id"], found, WINDOW)
    text = window.decode("latin-1")
    header = read_header(text)
    content = receipt_bytes(conn, d["receipt_id"], d["offset"], d["length"])
    if header is None or not content:
        return None
    terminator = header.delimiters.segment.encode("latin-1")
    end = terminator + header.suffix.encode("latin-1")
    isa = window[: header.length] + header.suffix.encode("latin-1")
    before = isa + _gs(d["gs_code"], d["group_control"], d["version"], header.delimiters.element) + end
    mark = header.delimiters.element
    after = _trailers(d["group_control"], header.elements[13], mark, end.decode("latin-1"))
    return before + content + end + after, len(before), d["offset"]


def _ours(conn: Connection, row: Row[tuple[object, ...]]) -> tuple[bytes, int, int] | None:
    """A document of ours in an envelope that nobody sees."""
    d = row._mapping
    content = document_bytes(conn, d["id"])
    if content is None:
        return None
    marks = str(d["delimiters"])
    delimiters = Delimiters(marks[0], marks[1], marks[2], marks[3:4] or None)
    element, segment = delimiters.element, delimiters.segment
    version = str(d["version"] or "004010")
    isa = [
        *(
            "ISA",
            "00",
            " " * 10,
            "00",
            " " * 10,
            "ZZ",
            "US".ljust(15),
            "ZZ",
            "THEM".ljust(15),
            "260101",
            "1200",
        ),
        *(
            delimiters.repetition or "U",
            "00501" if delimiters.repetition else "00401",
            "0" * 8 + "1",
            "0",
            "P",
        ),
        delimiters.component,
    ]
    before = (element.join(isa) + segment).encode("latin-1", "replace")
    before += _gs(d["gs_code"], d["group_control"] or "1", version, element) + segment.encode("latin-1")
    after = _trailers(d["group_control"] or "1", isa[13], element, segment)
    return before + content + after, len(before), 0


def _gs(code: str | None, control: str | None, version: str | None, element: str) -> bytes:
    day = "20260101" if (version or "") >= "004" else "260101"
    parts = ("GS", code or "", "THEM", "US", day, "1200", control or "", "X", version or "")
    return element.join(parts).encode("latin-1", "replace")


def _trailers(group: str | None, interchange: str, element: str, end: str) -> bytes:
    text = f"GE{element}1{element}{group or ''}{end}IEA{element}1{element}{interchange}{end}"
    return text.encode("latin-1", "replace")


def _read(
    conn: Connection, row: Row[tuple[object, ...]], content: bytes, at: int, stands: int
) -> Reread | None:
    d = row._mapping
    published = None if d["snapshot"] is None else _published(conn, d["snapshot"])

    def guide_for(_: Interchange, group: Group, set_code: str) -> Guide | None:
        if not readable(group.read_as, set_code):
            return None
        return build(group.read_as, set_code, published.rules_of(set_code) if published else ())

    checked: CheckedSet | None = None
    group: GroupResult | None = None
    encoding = "ascii"
    for event in read_all(content, guide_for):
        match event:
            case CheckedSet():
                checked = checked or event
            case GroupEnd():
                group = group or group_result(event.group, [] if checked is None else [checked.result])
            case InterchangeEnd():
                encoding = event.interchange.encoding
    if checked is None or group is None:
        return None
    return Reread(
        document_id=d["id"],
        direction=d["direction"],
        raw=checked.raw,
        guide=checked.guide,
        walk=checked.walk,
        result=checked.result,
        group=replace(group, findings=()),  # of an envelope that was put together here
        encoding=encoding,
        source=content,
        shift=stands - at,
        mapping=_mapping(published, d["set_code"]),
        published=published,
    )


_KEPT = 16
_snapshots_kept: dict[str, PublishedPartner] = {}


def _published(conn: Connection, digest: str) -> PublishedPartner | None:
    """The partner as it was published; a snapshot never changes, so the last ones are kept."""
    if digest not in _snapshots_kept:
        content = snapshots.content(conn, digest)
        if content is None:
            return None
        if len(_snapshots_kept) >= _KEPT:
            _snapshots_kept.clear()
        try:
            _snapshots_kept[digest] = thaw(content)
        except (
            SnapshotUnreadable
        ):  # of a form that this program does not read any more: the standard reads it
            return None
    return _snapshots_kept[digest]


_mappings_kept: dict[tuple[str, str], catalog.Mapping | None] = {}


def _mapping(published: PublishedPartner | None, set_code: str) -> catalog.Mapping | None:
    if published is None or f"{set_code}.toml" not in published.sources:
        return None
    key = (published.hash, set_code)
    if key not in _mappings_kept:
        if len(_mappings_kept) >= _KEPT:
            _mappings_kept.clear()
        try:
            _mappings_kept[key] = catalog.load_texts(published.sources, set_code)
        except MappingInvalid:  # by rules that were made stricter since it was published
            _mappings_kept[key] = None
    return _mappings_kept[key]
