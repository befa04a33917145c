"""What other documents, profiles and code tables say about a case: the ground of suggestions that are no master data.

Takes the connection and what a case is about; gives short records. Reads only, and only where the case's code asks for
it. Called by known.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from edi_gateway.mapping import catalog
from edi_gateway.mapping.files.problems import MappingInvalid
from edi_gateway.mapping.files.tables import Table
from edi_gateway.model.finding import Code, Finding, Location
from edi_gateway.partners.profile import Address, Profile
from edi_gateway.partners.snapshots import PublishedPartner, thaw
from edi_gateway.store import snapshots
from edi_gateway.store.tables import documents, interchanges, receipts
from edi_gateway.store.traffic import findings
from edi_gateway.store.traffic import receipts as kept

_GOOD: Final = 3  # documents of a partner that show what is usual
_NEWEST: Final = 20_000  # among which they are looked for
_LARGEST: Final = 100_000  # bytes of such a document
_CHUNK: Final = 1 << 20  # bytes of a piece of a receipt


@dataclass(frozen=True, slots=True)
class Miss:
    """A code that the code table of its mapping row does not have. `at`: the element in which it stood."""

    table: Table
    code: str
    at: Location


@dataclass(frozen=True, slots=True)
class Envelope:
    """The addresses of an interchange that belongs to nobody. `connection`: the partner over whose connection it came,
    if it was one's."""

    sender: Address
    receiver: Address
    connection: str | None


def misses(
    conn: Connection, document_id: int, set_code: str, published: PublishedPartner
) -> tuple[Miss, ...]:
    """The codes of a document that were read as they came, each with its table, once."""
    found = [
        one
        for one in findings.of(conn, document_id=document_id)
        if one.code is Code.CODE_NOT_IN_TABLE and one.value and isinstance(one.at, Location)
    ]
    if not found:
        return ()
    try:
        mapping = catalog.load_texts(published.sources, set_code)
    except MappingInvalid:  # by rules that were made stricter since it was published
        return ()
    made: dict[tuple[str, str], Miss] = {}
    for one in found:
        table = _table(mapping, one)
        if table is not None and one.value and isinstance(one.at, Location):
            made.setdefault((table.name, one.value), Miss(table, one.value, one.at))
    return tuple(made.values())


def _table(mapping: catalog.Mapping, finding: Finding) -> Table | None:
    """The table through which the row reads the element."""
    number = finding.at.element if isinstance(finding.at, Location) else None
    named = [
        element
        for row in mapping.rows
        if row.selector == finding.rule
        for element in row.elements
        if element.table is not None
    ]
    named.sort(key=lambda element: not (number and element.first <= number <= element.last))
    return mapping.tables.get(named[0].table or "") if named else None


def envelope(conn: Connection, interchange_id: int | None, receipt_id: int | None) -> Envelope | None:
    """Who sent to whom; None when that cannot be said."""
    i, r = interchanges.c, receipts.c
    row = conn.execute(
        select(i.sender_qualifier, i.sender, i.receiver_qualifier, i.receiver).where(i.id == interchange_id)
    ).first()
    if row is None or not all(part and str(part).strip() for part in row):
        return None
    came = conn.execute(select(r.partner).where(r.id == receipt_id)).scalar()
    theirs, ours = _address(row[0], row[1]), _address(row[2], row[3])
    return None if theirs is None or ours is None else Envelope(theirs, ours, came)


def _address(qualifier: str, name: str) -> Address | None:
    """As a profile may hold it; None for one that no profile may."""
    qualifier, name = qualifier.strip(), name.strip()
    return Address(qualifier=qualifier, id=name) if len(qualifier) == 2 and name else None


_PROFILES: Final[dict[str, Profile]] = {}  # by hash, under which nothing ever changes


def profiles(conn: Connection) -> tuple[Profile, ...]:
    """Of all partners that are published. Those of many partners are read once."""
    live = {digest for digest, _ in snapshots.hashes(conn).values()}
    for digest in [*_PROFILES]:
        if digest not in live:
            _PROFILES.pop(digest, None)
    for digest in live - _PROFILES.keys():
        content = snapshots.content(conn, digest)
        if content is not None:
            _PROFILES[digest] = thaw(content).profile
    return tuple(_PROFILES[digest] for digest in sorted(live) if digest in _PROFILES)


def usual(
    conn: Connection, partner: str, set_code: str, at: Location, not_document: int | None
) -> tuple[str, ...]:
    """What stands in that element of the partner's last good documents of this set, the commonest first. Only among
    the newest documents of all: it costs the same however many there are."""
    names = ("id", "partner", "set_code", "direction", "state", "status", "receipt_id", "offset", "length")
    newest = select(*(documents.c[name] for name in names)).order_by(documents.c.id.desc()).limit(_NEWEST)
    d = newest.subquery().c
    query = select(d.receipt_id, d.offset, d.length).where(
        *(d.partner == partner, d.set_code == set_code, d.direction == "in", d.state == "APPLIED"),
        *(d.status == "A", d.id != (not_document or 0), d.length <= _LARGEST),
    )
    often: dict[str, int] = {}
    for row in conn.execute(query.order_by(d.id.desc()).limit(_GOOD)):
        for value in _values(_bytes(conn, row.receipt_id, row.offset, row.length), at):
            often[value] = often.get(value, 0) + 1
    return tuple(sorted(often, key=lambda value: (-often[value], value)))


def _bytes(conn: Connection, receipt_id: int, offset: int, length: int) -> bytes:
    """A document with its last terminator."""
    first, last = offset // _CHUNK, (offset + length) // _CHUNK
    pieces = (kept.chunk(conn, receipt_id, number) or b"" for number in range(first, last + 1))
    return b"".join(pieces)[offset - first * _CHUNK :][: length + 1]


def _values(content: bytes, at: Location) -> Iterator[str]:
    """The element of each segment of that tag. The ST tells what separates elements, the end what ends segments."""
    text = content.decode("latin-1")
    if len(text) < 4 or not at.element:
        return
    mark, end = text[2], text[-1]
    for segment in text.split(end):
        elements = segment.strip("\r\n").split(mark)
        if elements[0] == at.segment and at.element < len(elements) and elements[at.element]:
            yield elements[at.element]
