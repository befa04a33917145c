"""What came in and went out in a span of time, in its order: for whoever reads it once more.

Takes a partner and a span; gives pages of interchanges with where their bytes lie, and of documents that we wrote with
what they said. Bytes come with `part`. Called by triage/trying.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import first_id
from edi_gateway.store.pieces import PIECE
from edi_gateway.store.tables import documents, interchanges, receipt_chunks, receipts
from edi_gateway.store.traffic.receipts import chunk


@dataclass(frozen=True, slots=True)
class Archived:
    """An interchange as it came: where it lies in its receipt, and under which addresses. `partner` None: nobody's."""

    id: int
    receipt_id: int
    partner: str | None
    received_at: datetime
    offset: int
    length: int
    isa: tuple[str, str, str, str]
    test: bool


@dataclass(frozen=True, slots=True)
class Wrote:
    """A document that we wrote: `canonical` is the JSON of what it said."""

    id: int
    set_code: str
    version: str | None
    canonical: str
    created_at: datetime
    business_key: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """What a set that came in is known by."""

    id: int
    business_key: str | None
    order_id: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` up to before `until`, as received or as made."""

    since: datetime
    until: datetime


def came(
    conn: Connection,
    partner: str,
    span: Span,
    after: int,
    limit: int,
    strangers: Collection[tuple[str, str]] = (),
) -> list[Archived]:
    """The next interchanges of a partner, and those set aside because nobody had the address that they came from, as
    far as it is one of `strangers` (qualifier, id). One that was run again as it was is told once."""
    c = interchanges.c
    query = (
        select(
            *(c.id, c.receipt_id, c.partner, c.received_at, c.offset, c.length),
            *(c.sender_qualifier, c.sender, c.receiver_qualifier, c.receiver, c.usage),
        )
        .where(_came(partner, span, strangers), c.id > after)
        .order_by(c.id)
        .limit(limit)
    )
    return [
        Archived(*row[:6], (row[6] or "", row[7] or "", row[8] or "", row[9] or ""), row[10] == "T")
        for row in conn.execute(query)
    ]


def _came(partner: str, span: Span, strangers: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    c, others = interchanges.c, interchanges.alias("others")
    theirs: ColumnElement[bool] = c.partner == partner
    if strangers:
        known = [and_(c.sender_qualifier == qualifier, c.sender == name) for qualifier, name in strangers]
        theirs = or_(theirs, and_(c.partner.is_(None), or_(*known)))
    again = (
        exists()
        .where(receipts.c.id == c.receipt_id, others.c.receipt_id == receipts.c.replay_of)
        .where(others.c.sha256 == c.sha256)
        .correlate(interchanges)
    )
    return and_(
        theirs,
        c.id >= first_id(span.since),  # made when it was worked: after it was received
        c.received_at >= span.since,
        c.received_at < span.until,
        c.state != "DUPLICATE",
        ~again,
    )


def amount(
    conn: Connection, partner: str, span: Span, strangers: Collection[tuple[str, str]] = ()
) -> tuple[int, int]:
    """How many interchanges there are, and their bytes."""
    query = select(func.count(), func.sum(interchanges.c.length)).where(_came(partner, span, strangers))
    count, size = conn.execute(query).one()
    return count, int(size or 0)


def many(conn: Connection, found: Sequence[Archived]) -> dict[int, bytes]:
    """The bytes of several small interchanges: id -> bytes; left out are those that are not kept any more."""
    spans: dict[int, tuple[int, int]] = {}  # receipt -> the first and the last piece that is wanted of it
    for one in found:
        first, last = one.offset // PIECE, (one.offset + max(one.length - 1, 0)) // PIECE
        known = spans.get(one.receipt_id, (first, last))
        spans[one.receipt_id] = (min(first, known[0]), max(last, known[1]))
    c = receipt_chunks.c
    pieces: dict[tuple[int, int], bytes] = {}
    for some in chunks(receipt for receipt, span in spans.items() if span == (0, 0)):
        for row in conn.execute(select(receipt_chunks).where(c.receipt_id.in_(some), c.n == 0)):
            pieces[row.receipt_id, 0] = row.bytes
    for receipt, span in spans.items():
        if span != (0, 0):
            for row in conn.execute(
                select(receipt_chunks).where(c.receipt_id == receipt, c.n.between(*span))
            ):
                pieces[receipt, row.n] = row.bytes
    made: dict[int, bytes] = {}
    for one in found:
        numbers = range(one.offset // PIECE, (one.offset + max(one.length - 1, 0)) // PIECE + 1)
        if all((one.receipt_id, n) in pieces for n in numbers):
            content = b"".join(pieces[one.receipt_id, n] for n in numbers)
            start = one.offset - numbers[0] * PIECE
            made[one.id] = content[start : start + one.length]
    return made


def part(conn: Connection, one: Archived, n: int) -> bytes | None:
    """The n-th stretch of an interchange of any size, counted from 0; None behind its end, or when it is not kept."""
    number = one.offset // PIECE + n
    begin, end = number * PIECE, one.offset + one.length
    if begin >= end:
        return None
    found = chunk(conn, one.receipt_id, number)
    return None if found is None else found[max(0, one.offset - begin) : end - begin]


def wrote(
    conn: Connection, partner: str, sets: Collection[str], span: Span, after: int, limit: int
) -> list[Wrote]:
    """The next documents of these sets that we wrote for a partner, as far as it is kept what they said."""
    c = documents.c
    query = select(c.id, c.set_code, c.version, c.canonical, c.created_at, c.business_key)
    query = query.where(_wrote(partner, sets, span), c.id > after).order_by(c.id).limit(limit)
    return [Wrote(*row) for row in conn.execute(query)]


def amount_written(conn: Connection, partner: str, sets: Collection[str], span: Span) -> tuple[int, int]:
    """How many there are, and the characters of what they said."""
    query = select(func.count(), func.sum(func.length(documents.c.canonical)))
    count, size = conn.execute(query.where(_wrote(partner, sets, span))).one()
    return count, int(size or 0)


def _wrote(partner: str, sets: Collection[str], span: Span) -> ColumnElement[bool]:
    c = documents.c
    return and_(
        c.partner == partner,
        c.direction == "out",
        c.set_code.in_(sorted(sets)),
        c.canonical.is_not(None),
        c.id.between(first_id(span.since), first_id(span.until)),
        c.created_at >= span.since,
        c.created_at < span.until,
    )


def named(conn: Connection, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], Named]:
    """The sets that begin at these places: (receipt, offset) -> what they are known by."""
    c = documents.c
    found: dict[tuple[int, int], Named] = {}
    for some in chunks({receipt for receipt, _ in places}):
        offsets = {offset for receipt, offset in places if receipt in some}
        query = select(c.receipt_id, c.offset, c.id, c.business_key, c.order_id).where(
            c.receipt_id.in_(some), c.offset.in_(offsets), c.direction == "in"
        )
        found.update(((row[0], row[1]), Named(*row[2:])) for row in conn.execute(query))
    return found
