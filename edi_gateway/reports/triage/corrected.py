"""A corrected copy while somebody types it: what is still wrong with it, and what it has otherwise than the original.

Takes a receipt and the bytes of the copy; gives findings by the guide that is live, quickly, and differences. What
would become of it altogether is for a trial to say (flow/replays/fixing.py). Writes nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from sqlalchemy import Connection, select

from edi_gateway.model.finding import Finding, Location, Severity
from edi_gateway.partners.snapshots import PublishedPartner, thaw
from edi_gateway.reports.reading import rows
from edi_gateway.reports.traffic.raw import receipt_bytes, receipt_size
from edi_gateway.store import snapshots
from edi_gateway.store.tables import cases, interchanges, receipts
from edi_gateway.x12.anatomy import copying
from edi_gateway.x12.anatomy.copying import Change
from edi_gateway.x12.checking.guide import Guide, build, readable
from edi_gateway.x12.parsing.envelope import Group, Interchange, InterchangeEnd, Unreadable
from edi_gateway.x12.reading import CheckedSet, GroupEnd, read_all

LARGEST = 1_000_000  # bytes that are checked as one types
MOST = 50  # findings and changes that are told


@dataclass(frozen=True, slots=True)
class Original:
    """The file of a case. `text`: None when it cannot be edited as text without changing more than is seen."""

    receipt_id: int
    name: str
    partner: str | None
    size: int
    content: bytes
    text: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A finding and the segment of the file that it is in, counted from 1; None: in none."""

    finding: Finding
    segment: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """`sets`: (set, control, accepted) of each that was read. `more`: findings that are not told."""

    findings: tuple[Told, ...]
    more: int
    sets: tuple[tuple[str, str, bool], ...]
    changes: tuple[Change, ...]
    more_changes: int

    @property
    def errors(self) -> int:
        return sum(told.finding.severity is Severity.ERROR for told in self.findings)


def original(conn: Connection, case_id: int) -> Original | None:
    """The file that a case is about; None when there is none, it is not kept, or it is too large."""
    r = receipts.c
    query = (
        select(r.id, r.name, cases.c.partner)
        .join(cases, cases.c.receipt_id == r.id)
        .where(cases.c.id == case_id)
    )
    found = rows(conn, query)
    if not found:
        return None
    receipt_id, name, partner = found[0]
    size = receipt_size(conn, receipt_id) or 0
    if not 0 < size <= LARGEST:
        return None
    content = receipt_bytes(conn, receipt_id)
    partner = partner or _sender(conn, receipt_id)
    return Original(receipt_id, name, partner, size, content, copying.to_text(content)) if content else None


def _sender(conn: Connection, receipt_id: int) -> str | None:
    i = interchanges.c
    found = rows(conn, select(i.partner).where(i.receipt_id == receipt_id, i.partner.is_not(None)).limit(1))
    return found[0][0] if found else None


def bytes_of(text: str, of: Original) -> bytes:
    """The copy, from what stands in the editor."""
    found = copying.marks(of.content)
    return text.encode("latin-1", "replace") if found is None else copying.to_bytes(text, found)


def check(conn: Connection, of: Original, content: bytes) -> Checked:
    """Check a copy by the standard and the partner's guide, and set it beside the original."""
    live = snapshots.hashes(conn).get(of.partner or "")
    stored = None if live is None else snapshots.content(conn, live[0])
    published = None if stored is None else thaw(stored)
    found: list[Finding] = []
    sets: list[tuple[str, str, bool]] = []
    for event in read_all((content,), _guides(published)):
        match event:
            case CheckedSet():
                found += event.result.findings
                sets.append((event.raw.code, event.raw.control, event.result.accepted))
            case GroupEnd():
                found += event.group.findings
            case InterchangeEnd():
                found += event.interchange.findings
            case Unreadable():
                found += event.findings
    found.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    starts = _starts(content)
    changes = copying.changes(of.content, content)
    return Checked(
        tuple(Told(finding, _segment(starts, finding)) for finding in found[:MOST]),
        max(0, len(found) - MOST),
        tuple(sets),
        tuple(changes[:MOST]),
        max(0, len(changes) - MOST),
    )


class _Guides:
    """Guides of one check: each is built once."""

    def __init__(self, published: PublishedPartner | None) -> None:
        self._published = published
        self._built: dict[tuple[str, str], Guide | None] = {}

    def __call__(self, _interchange: Interchange, group: Group, set_code: str) -> Guide | None:
        key = (set_code, group.read_as)
        if key not in self._built:
            rules = () if self._published is None else self._published.rules_of(set_code)
            known = readable(group.read_as, set_code)
            self._built[key] = build(group.read_as, set_code, rules) if known else None
        return self._built[key]


def _guides(published: PublishedPartner | None) -> _Guides:
    return _Guides(published)


def _starts(content: bytes) -> list[int]:
    """Where segments begin."""
    found = copying.marks(content)
    if found is None:
        return [0]
    mark = found.terminator.encode("latin-1")
    starts, at = [0], content.find(mark)
    while at >= 0:
        starts.append(at + 1)
        at = content.find(mark, at + 1)
    return starts


def _segment(starts: list[int], finding: Finding) -> int | None:
    at = finding.at
    if not isinstance(at, Location) or at.offset is None:
        return None
    return bisect_right(starts, at.offset)
