"""Counts that are kept: documents and findings for ever, and what came from a partner on each of its days.

`count` goes on from where it ended, some rows at a time, so that nothing ever counts a million rows again. Called by
commands/watch/detecting.py once a minute; read by the detectors and by reports/watch/metrics.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, String, case, func, select, type_coerce
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store.ids import first_id
from edi_gateway.store.tables import documents, findings, partner_days, receipts, tallies

BAD = ("REJECTED", "ERROR", "QUARANTINED")  # states of an inbound set that was not taken
LAG = timedelta(
    minutes=2
)  # what is younger may still be in an open transaction, with an id made before others
_AT_ONCE = 50_000  # rows of one table in one go
_MARK, DOCUMENT, FINDING = "mark", "document", "finding"
_MINUTE = 16  # characters of a moment up to its minute


@dataclass(slots=True)
class _Day:
    first_at: datetime
    last_at: datetime
    files: int = 0
    sets: int = 0
    refused: int = 0

    def at(self, moment: datetime) -> None:
        self.first_at, self.last_at = min(self.first_at, moment), max(self.last_at, moment)


DayOf = Callable[[str, datetime], date]  # the day that it was for a partner at a moment


def document_key(direction: str, partner: str | None, set_code: str, state: str) -> str:
    """What documents are counted by. Whatever else than a number a partner writes into ST01 counts as "other": it is
    not theirs to choose how many counts there are."""
    known = set_code if len(set_code) == 3 and set_code.isascii() and set_code.isdigit() else "other"
    return "|".join((direction, partner or "", known, state))


def marks(conn: Connection) -> dict[str, int]:
    """Table -> the id up to which it is counted."""
    query = select(tallies.c.key, tallies.c.n).where(tallies.c.kind == _MARK)
    return {row.key: row.n for row in conn.execute(query)}


def count(conn: Connection, now: datetime, day_of: DayOf) -> None:
    """Count what has come since the last time."""
    until = first_id(now - LAG)
    marked = marks(conn)
    days: dict[tuple[str, date], _Day] = {}
    counted: dict[tuple[str, str], int] = {}
    for table in (receipts, documents, findings):
        since = marked.get(table.name, 0)
        query = select(table.c.id).where(table.c.id > since, table.c.id < until)
        last = conn.execute(query.order_by(table.c.id).offset(_AT_ONCE - 1).limit(1)).scalar()
        if last is None:
            last = conn.execute(
                select(func.max(table.c.id)).where(table.c.id > since, table.c.id < until)
            ).scalar()
        if last is None:
            continue
        _COUNT[table.name](conn, since, last, day_of, days, counted)
        _put(conn, {(_MARK, table.name): last}, add=False)
    _put(conn, counted, add=True)
    _put_days(conn, days)


def _receipts(
    conn: Connection, since: int, last: int, day_of: DayOf, days: dict[tuple[str, date], _Day], _: object
) -> None:
    r = receipts.c
    query = select(r.partner, r.received_at).where(r.id > since, r.id <= last)
    for row in conn.execute(query.where(r.partner.is_not(None), r.replay_of.is_(None))):
        day = days.setdefault(
            (row.partner, day_of(row.partner, row.received_at)), _Day(row.received_at, row.received_at)
        )
        day.at(row.received_at)
        day.files += 1


def _documents(
    conn: Connection,
    since: int,
    last: int,
    day_of: DayOf,
    days: dict[tuple[str, date], _Day],
    counted: dict[tuple[str, str], int],
) -> None:
    d = documents.c
    minute = func.substr(type_coerce(d.created_at, String), 1, _MINUTE).label("minute")
    columns = (d.direction, d.partner, d.set_code, d.state, minute)
    query = select(*columns, func.count().label("n")).where(d.id > since, d.id <= last).group_by(*columns)
    for row in conn.execute(query):
        key = DOCUMENT, document_key(row.direction, row.partner, row.set_code, row.state)
        counted[key] = counted.get(key, 0) + row.n
        if row.direction == "in" and row.partner is not None:
            at = datetime.fromisoformat(row.minute + ":00Z")
            day = days.setdefault((row.partner, day_of(row.partner, at)), _Day(at, at))
            day.at(at)
            day.sets += row.n
            day.refused += row.n if row.state in BAD else 0


def _findings(
    conn: Connection, since: int, last: int, _: object, __: object, counted: dict[tuple[str, str], int]
) -> None:
    f = findings.c
    query = select(f.code, func.count().label("n")).where(f.id > since, f.id <= last).group_by(f.code)
    for row in conn.execute(query):
        counted[FINDING, row.code] = row.n


_COUNT: Mapping[str, Callable[..., None]] = {
    "receipts": _receipts,
    "documents": _documents,
    "findings": _findings,
}


def _put(conn: Connection, rows: Mapping[tuple[str, str], int], *, add: bool) -> None:
    if not rows:
        return
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(tallies)
    now = tallies.c.n + statement.excluded.n if add else statement.excluded.n
    statement = statement.on_conflict_do_update(index_elements=["kind", "key"], set_={"n": now})
    conn.execute(statement, [{"kind": kind, "key": key, "n": n} for (kind, key), n in rows.items()])


def _put_days(conn: Connection, days: Mapping[tuple[str, date], _Day]) -> None:
    if not days:
        return
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(partner_days)
    new, old = statement.excluded, partner_days.c
    statement = statement.on_conflict_do_update(
        index_elements=["partner", "day"],
        set_={
            "first_at": case((new.first_at < old.first_at, new.first_at), else_=old.first_at),
            "last_at": case((new.last_at > old.last_at, new.last_at), else_=old.last_at),
            "files": old.files + new.files,
            "sets": old.sets + new.sets,
            "refused": old.refused + new.refused,
        },
    )
    rows = [
        {
            "partner": partner,
            "day": day,
            **{name: getattr(one, name) for name in ("first_at", "last_at", "files", "sets", "refused")},
        }
        for (partner, day), one in days.items()
    ]
    conn.execute(statement, rows)


def totals(conn: Connection, kind: str) -> dict[str, int]:
    """What is counted of a kind, by its key."""
    query = select(tallies.c.key, tallies.c.n).where(tallies.c.kind == kind)
    return {row.key: row.n for row in conn.execute(query)}


@dataclass(frozen=True, slots=True)
class PartnerDay:
    partner: str
    day: date
    first_at: datetime
    last_at: datetime
    files: int
    sets: int
    refused: int


def days(conn: Connection, partners: Collection[str], since: date) -> dict[str, dict[date, PartnerDay]]:
    """Partner -> its days from `since` on."""
    p = partner_days.c
    columns = (p.partner, p.day, p.first_at, p.last_at, p.files, p.sets, p.refused)
    query = select(*columns).where(p.day >= since).order_by(p.partner, p.day)
    found: dict[str, dict[date, PartnerDay]] = {}
    for row in conn.execute(query):
        if row.partner in partners:
            found.setdefault(row.partner, {})[row.day] = PartnerDay(*row)
    return found
