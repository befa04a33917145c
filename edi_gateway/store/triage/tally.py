"""The counts of causes, kept as cases change: how many, what money and orders are behind, when the first is due.

Takes what changes while a transaction runs (`note`) and counts it at its very end, cause after cause in one order, so
that workers who open cases of the same causes wait for each other's commit only, and never in a circle. Called by
store/book/cases.py; `attach` by store/database.py.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, case, event, func, select
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import NEVER, cases, cause_days, causes, moment_text

DESCRIBED: Final = (
    *("stage", "family", "code", "rule", "place", "partner", "value", "cause", "hint"),
)  # what a cause is, as given with a new case


@dataclass(frozen=True, slots=True)
class Standing:
    """What the counts take from an open case."""

    order: int | str | None  # its id, or the PO number of a document that became none
    cents: int
    weight: int
    currency: str | None
    test: bool
    due_at: datetime
    rank: int
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """A case as it stood and as it stands; None: it is not open. `described`: its cause, keys of DESCRIBED."""

    case_id: int
    fingerprint: str
    at: datetime
    before: Standing | None
    now: Standing | None
    described: Mapping[str, str | None]
    new: bool = False


@dataclass(slots=True)
class _Pending:
    changes: list[Change] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)  # how many there were at each open savepoint


_KEY = "gateway tally"


def attach(engine: Engine) -> None:
    """Make every commit on this engine count what was noted in its transaction. Called by `connect`."""
    event.listen(engine, "begin", _forget)
    event.listen(engine, "commit", _flush)
    event.listen(engine, "rollback", _forget)
    event.listen(engine, "savepoint", _mark)
    event.listen(engine, "rollback_savepoint", _back)
    event.listen(engine, "release_savepoint", _keep)


def note(conn: Connection, changes: Iterable[Change]) -> None:
    """Note changes; they are counted with the commit, and fall with a rollback (of its savepoint too)."""
    _pending(conn).changes.extend(changes)


def _pending(conn: Connection) -> _Pending:
    found: _Pending = conn.info.setdefault(_KEY, _Pending())
    return found


def _forget(conn: Connection) -> None:
    conn.info.pop(_KEY, None)


def _flush(conn: Connection) -> None:
    waiting = conn.info.pop(_KEY, None)
    if waiting is not None and waiting.changes:
        count(conn, waiting.changes)


def _mark(conn: Connection, _name: str | None) -> None:
    waiting = _pending(conn)
    waiting.marks.append(len(waiting.changes))


def _back(conn: Connection, _name: str, _context: None) -> None:
    waiting = _pending(conn)
    del waiting.changes[waiting.marks.pop() :]


def _keep(conn: Connection, _name: str, _context: None) -> None:
    _pending(conn).marks.pop()


def count(conn: Connection, changes: Sequence[Change]) -> None:
    """Count these changes, whose rows are written already, now: from here to the commit others of the same causes
    wait."""
    by_cause: defaultdict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_cause[change.fingerprint].append(change)
    _lock(conn, by_cause)
    rows = {}
    for chunk in chunks(by_cause):
        for row in conn.execute(select(causes).where(causes.c.fingerprint.in_(chunk))):
            rows[row.fingerprint] = row
    values = [_counted(conn, rows[mark], _net(by_cause[mark]), by_cause[mark]) for mark in sorted(by_cause)]
    bulk.update(conn, _UPDATE, values)
    _count_days(conn, by_cause)


def _lock(conn: Connection, by_cause: Mapping[str, Sequence[Change]]) -> None:
    """A row for each, ours until the commit; the causes in the same order for everybody."""
    c = causes.c
    made = postgresql.insert(causes) if conn.dialect.name == "postgresql" else sqlite.insert(causes)
    excluded = made.excluded
    kept = {name: func.coalesce(excluded[name], c[name]) for name in ("rule", "place", "value")}
    statement = made.on_conflict_do_update(
        index_elements=["fingerprint"],
        set_={
            "stage": case((excluded.stage == "", c.stage), else_=excluded.stage),
            "cause": excluded.cause,
            "hint": excluded.hint,
            **kept,
        },
    )
    rows = []
    for mark in sorted(by_cause):
        last = by_cause[mark][-1]
        said = {name: _storable(last.described.get(name)) for name in DESCRIBED}
        rows.append(
            {
                "fingerprint": mark,
                **said,
                "stage": said["stage"] or "",
                "first_at": last.at,
                "last_at": last.at,
            }
        )
    conn.execute(statement, rows)


def _storable(text: str | None) -> str | None:
    return text.replace("\0", "\ufffd") if text else text


@dataclass(frozen=True, slots=True)
class _Net:
    """A case before all of a transaction's changes, and after."""

    case_id: int
    before: Standing | None
    now: Standing | None


def _net(changes: Sequence[Change]) -> list[_Net]:
    found: dict[int, _Net] = {}
    for change in changes:
        first = found.get(change.case_id)
        before = change.before if first is None else first.before
        found[change.case_id] = _Net(change.case_id, before, change.now)
    return list(found.values())


_COUNTS: Final = (
    *("cases", "orders", "tests", "awake", "wakes_at", "due_at", "weight", "amounts", "rank", "ever"),
    *("first_at", "last_at", "owner"),
)
_UPDATE: Final = f"UPDATE causes SET {', '.join(f'{name} = ?' for name in _COUNTS)} WHERE fingerprint = ?"


def _counted(conn: Connection, row: Any, net: Sequence[_Net], changes: Sequence[Change]) -> tuple[Any, ...]:
    """The values of _COUNTS of a cause after these changes, and its fingerprint."""
    was = [each.before for each in net if each.before is not None]
    now = [each.now for each in net if each.now is not None]
    amounts: dict[str, int] = json.loads(row.amounts)
    for sign, standings in ((-1, was), (1, now)):
        for each in standings:
            if each.cents:
                name = each.currency or ""
                amounts[name] = amounts.get(name, 0) + sign * each.cents
    amounts = {name: cents for name, cents in amounts.items() if cents}
    standing = row.cases + len(now) - len(was)
    awake = row.awake + _awake(now) - _awake(was)
    due, rank = row.due_at, row.rank
    if was:  # what was first may be it no more
        due, rank = _first_due(conn, row.fingerprint)
    elif now:
        due, rank = min(((each.due_at, each.rank) for each in now), default=(NEVER, 9))
        if row.due_at is not None and (row.due_at, row.rank) <= (due, rank):
            due, rank = row.due_at, row.rank
    opened = [change.at for change in changes if change.new]
    return (
        standing,
        row.orders + _more_orders(conn, row.fingerprint, net),
        row.tests + sum(each.test for each in now) - sum(each.test for each in was),
        awake,
        _text(_first_awake(conn, row.fingerprint) if standing > awake else None),
        _text(due),
        row.weight + sum(each.weight for each in now) - sum(each.weight for each in was),
        json.dumps(amounts),
        rank,
        row.ever + len(opened),
        moment_text(min([row.first_at, *opened])),
        moment_text(max([row.last_at, *opened])),
        row.owner if standing else None,
        row.fingerprint,
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)


def _awake(standings: Sequence[Standing]) -> int:
    return sum(each.snoozed_until is None for each in standings)


def _first_due(conn: Connection, fingerprint: str) -> tuple[datetime | None, int]:
    """When the first open case of a cause is due, and the rank of its customer; None: none is open."""
    c = cases.c
    query = select(c.due_at, c.rank).where(c.fingerprint == fingerprint, c.closed_at.is_(None))
    found = conn.execute(query.order_by(c.due_at, c.weight.desc(), c.rank).limit(1)).first()
    return (None, 9) if found is None else (found.due_at, found.rank)


def _first_awake(conn: Connection, fingerprint: str) -> datetime | None:
    c = cases.c
    of_cause = (c.fingerprint == fingerprint, c.closed_at.is_(None), c.snoozed_until.is_not(None))
    found: datetime | None = conn.execute(select(func.min(c.snoozed_until)).where(*of_cause)).scalar()
    return found


def _more_orders(conn: Connection, fingerprint: str, net: Sequence[_Net]) -> int:
    """How many more orders have an open case of the cause than before. SQLite would read all cases of the cause, in the
    index that holds all that is asked, were it not told which few there are."""
    was = {each.before.order for each in net if each.before is not None and each.before.order is not None}
    now = {each.now.order for each in net if each.now is not None and each.now.order is not None}
    if was == now:
        return 0
    ours, others = {each.case_id for each in net}, set[int | str]()
    c = cases.c
    changed = was ^ now
    of_cause = (c.fingerprint == fingerprint, c.closed_at.is_(None))
    for chunk in chunks(each for each in changed if isinstance(each, int)):
        query = select(c.id, c.order_id).where(*of_cause, c.order_id.in_(chunk))
        found = conn.execute(query.with_hint(cases, "INDEXED BY ix_cases_order_id", "sqlite"))
        others |= {row.order_id for row in found if row.id not in ours}
    for chunk in chunks(each for each in changed if isinstance(each, str)):
        query = select(c.id, c.po_number).where(*of_cause, c.po_number.is_not(None), c.po_number.in_(chunk))
        found = conn.execute(query.with_hint(cases, "INDEXED BY ix_cases_po_number", "sqlite"))
        others |= {row.po_number for row in found if row.id not in ours}
    return len(now - others - was) - len(was - others - now)


def _count_days(conn: Connection, by_cause: Mapping[str, Sequence[Change]]) -> None:
    days: defaultdict[tuple[str, date], list[int]] = defaultdict(lambda: [0, 0])
    for mark, changes in by_cause.items():
        for change in changes:
            if (change.before is None) != (change.now is None):
                days[mark, change.at.date()][change.now is None] += 1
    rows = [
        {"fingerprint": mark, "day": day, "opened": opened, "closed": closed}
        for (mark, day), (opened, closed) in sorted(days.items())
    ]
    if not rows:
        return
    made = postgresql.insert(cause_days) if conn.dialect.name == "postgresql" else sqlite.insert(cause_days)
    added = {name: cause_days.c[name] + made.excluded[name] for name in ("opened", "closed")}
    conn.execute(made.on_conflict_do_update(index_elements=["fingerprint", "day"], set_=added), rows)
