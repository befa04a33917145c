"""Documents found by any control number, PO number, item, partner, day, and by words of their references, names and
descriptions.

Takes a filter; gives documents, the newest first. What came last and is not in the index yet is looked through as it
is. Called by the CLI and the pages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select

from edi_gateway.reports.reading import rows
from edi_gateway.reports.traffic import words as of_stored
from edi_gateway.reports.traffic.documents import DOCUMENT, DocumentRow
from edi_gateway.store.tables import documents
from edi_gateway.store.traffic import words
from edi_gateway.store.traffic.documents import STATES
from edi_gateway.store.traffic.words import Asked
from edi_gateway.store.watch.tallies import BAD
from edi_gateway.x12.anatomy.words import named, plain

NEWEST: Final = 300  # documents beyond the index that are looked through
_COUNTED: Final = 5_000  # and so many are counted
_FEW: Final = 500  # documents that may well be looked at one by one
_LOOKED_THROUGH: Final = 10_000  # of a state, for words that many documents have
REFUSED: Final = "REFUSED"  # asked for as a state: all in which a set was not taken
_COMMON: Final = ("APPLIED", "ACKED", "SENT")  # states that most documents come to: no way to find few


@dataclass(frozen=True, slots=True)
class Wanted:
    """All given conditions hold together. `text`: words that stand in it, each whole, or its beginning with a `*`;
    `control`: ISA13, GS06 or ST02, also of what an acknowledgment speaks of; `po_number`, `item`: also as we call
    them; `state`: one of STATES, or REFUSED; `before`: documents older than this one."""

    text: str | None = None
    control: str | None = None
    po_number: str | None = None
    item: str | None = None
    partner: str | None = None
    set_code: str | None = None
    direction: str | None = None
    state: str | None = None
    since: date | None = None
    until: date | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Found:
    """`more`: older ones are there; `unsearched`: so many of the newest are neither in the index yet nor looked at."""

    documents: tuple[DocumentRow, ...]
    more: bool
    unsearched: int


def find(conn: Connection, wanted: Wanted) -> Found:
    """The newest documents that are meant. A filter that holds no letter or digit finds nothing."""
    asked = _asked(wanted)
    if asked is None:
        return Found((), more=False, unsearched=0)
    newest, unsearched = _newest(conn, wanted)
    within = _span(conn, wanted)
    if not asked:
        found = _plainly(conn, wanted, within)
        if within is not None:
            found += _by_ids(conn, wanted, newest)
        return _told(found, wanted, 0 if within is None else unsearched)
    fresh = of_stored.of_documents(conn, newest)
    ids = [number for number in newest if asked.matches(fresh[number])]
    found = [*_by_ids(conn, wanted, ids), *_indexed(conn, wanted, asked, within)]
    return _told(found, wanted, unsearched)


def _told(found: list[DocumentRow], wanted: Wanted, unsearched: int) -> Found:
    unique = sorted({row.document_id: row for row in found}.values(), key=lambda row: -row.document_id)
    return Found(tuple(unique[: wanted.limit]), len(unique) > wanted.limit, unsearched)


def _span(conn: Connection, wanted: Wanted) -> tuple[int, int] | None:
    """Between which ids the documents of the days lie that are in the index; None: no day was given."""
    if wanted.since is None and wanted.until is None:
        return None
    return words.span(conn, wanted.since or date.min, wanted.until or date.max) or (0, 0)


def _asked(wanted: Wanted) -> Asked | None:
    """The words that are looked for; None when something was given that can stand in no document."""
    made: list[str] = []
    for part in (wanted.text or "").split():
        some = list(plain(part))
        if part.endswith("*") and some:
            some[-1] += "*"
        made += some
    if wanted.text is not None and wanted.text.strip() and not made:
        return None
    for kind, value in (
        ("c", wanted.control),
        ("p", wanted.po_number),
        ("s", wanted.item),
        ("w", wanted.partner),
        ("t", wanted.set_code),
        ("d", wanted.direction),
    ):
        if value:
            some = list(named(kind, value))
            if not some:
                return None
            made += some
    if wanted.since and wanted.until and wanted.since > wanted.until:
        return None
    if made == list(named("d", wanted.direction or "")) and wanted.state:
        made = []  # nothing but a state: its own index finds it
    return Asked(tuple(dict.fromkeys(made)))


def _exactly(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions that a document's own row answers."""
    d = documents.c
    given = ((d.partner, wanted.partner), (d.set_code, wanted.set_code))
    # coalesce: the index by state is the one to be taken
    where = [func.coalesce(column, "") == value for column, value in given if value]
    ways = [way for way in STATES if wanted.direction in (None, way)]
    if wanted.state:
        meant = BAD if wanted.state == REFUSED else (wanted.state,)
        where.append(d.direction.in_([way for way in ways if not set(meant).isdisjoint(STATES[way])]))
        where.append(d.state.in_(meant))
    elif wanted.direction:
        where.append(d.direction == wanted.direction)
    if wanted.before is not None:
        where.append(d.id < wanted.before)
    if wanted.since is not None:
        where.append(d.created_at >= _midnight(wanted.since))
    if wanted.until is not None:
        where.append(d.created_at < _midnight(wanted.until + timedelta(days=1)))
    return where


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _plainly(conn: Connection, wanted: Wanted, within: tuple[int, int] | None = None) -> list[DocumentRow]:
    query = DOCUMENT.where(*_exactly(wanted)).order_by(documents.c.id.desc()).limit(wanted.limit + 1)
    if within is not None:
        query = query.where(documents.c.id.between(*within))
    return [DocumentRow(*row) for row in rows(conn, query)]


def _by_ids(conn: Connection, wanted: Wanted, ids: list[int]) -> list[DocumentRow]:
    if not ids:
        return []
    query = DOCUMENT.where(documents.c.id.in_(ids), *_exactly(wanted)).order_by(documents.c.id.desc())
    return [DocumentRow(*row) for row in rows(conn, query.limit(wanted.limit + 1))]


def _indexed(
    conn: Connection, wanted: Wanted, asked: Asked, within: tuple[int, int] | None
) -> list[DocumentRow]:
    """Of the index: first the ids, which it gives in their order, then their rows."""
    number, meant = words.matching(conn, asked)
    query = select(number).where(meant)
    if within is not None:
        query = query.where(number.between(*within))
    if wanted.before is not None:
        query = query.where(number < wanted.before)
    if wanted.state is None and within is None:
        ids = [row[0] for row in rows(conn, query.order_by(number.desc()).limit(wanted.limit + 1))]
        return _by_ids(conn, replace(wanted, before=None), ids)
    if wanted.state is None or wanted.state in _COMMON:
        inner = query.subquery()
        joined = select(inner.c[0]).join_from(inner, documents, documents.c.id == inner.c[0])
        joined = joined.where(*_exactly(wanted)).order_by(inner.c[0].desc())
        ids = [row[0] for row in rows(conn, joined.limit(wanted.limit + 1))]
        return _by_ids(conn, wanted, ids)
    ids = [row[0] for row in rows(conn, query.order_by(number.desc()).limit(_FEW + 1))]
    if len(ids) <= _FEW:
        return _by_ids(conn, wanted, ids)
    return _of_few(conn, wanted, asked)


def _of_few(conn: Connection, wanted: Wanted, asked: Asked) -> list[DocumentRow]:
    """Many documents have the words and few the state: those of the state are looked through, the newest first."""
    found: list[DocumentRow] = []
    before, looked_at, some_of = wanted.before, 0, 2 * wanted.limit
    while looked_at < _LOOKED_THROUGH:
        some = _plainly(conn, replace(wanted, before=before, limit=some_of - 1))
        said = words.said(conn, [row.document_id for row in some])
        found += [row for row in some if asked.matches(said.get(row.document_id, set()))]
        if len(some) < some_of or len(found) > wanted.limit:
            break
        before, looked_at, some_of = some[-1].document_id, looked_at + some_of, 3 * some_of
    return found[: wanted.limit + 1]


def _newest(conn: Connection, wanted: Wanted) -> tuple[list[int], int]:
    """Documents that are not in the index yet, or were given their control numbers since; and how many more there
    are."""
    d = documents.c
    reached = (
        (d.id, words.reached(conn, "documents")),
        (d.transmission_id, words.reached(conn, "transmissions")),
    )
    ids: set[int] = set()
    more = 0
    for column, last in reached:  # one after the other: each has an index that gives just its end
        query = select(d.id).where(column > last).order_by(column.desc()).limit(_COUNTED)
        beyond = [row[0] for row in rows(conn, query) if wanted.before is None or row[0] < wanted.before]
        ids.update(beyond[:NEWEST])
        more += len(beyond[NEWEST:])
    return sorted(ids, reverse=True), more
