"""My work: what is somebody's own, where they were mentioned, what they watch, and what waits in their queues.

Takes a person and their roles; gives rows in the order of work. Called by cli and web (spec S43).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select
from sqlalchemy.sql.selectable import FromClause

from edi_gateway.orders.hours.service import families_of
from edi_gateway.reports.causes.queue import CauseRow, Wanted, queue
from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import NEVER, case_mentions, case_notes, case_watchers, cases, causes, orders

PAGE: Final = 100
MANY: Final = 1000


@dataclass(frozen=True, slots=True)
class Task:
    """`why`: mine, mentioned, watched or queue (a cause of a queue of mine whose `cases` nobody has yet: the first of
    them, the money of all). `due_at` None: it waits for somebody; `said`: the mention, or the last note of what is
    watched; `by`, `at`: whose and when."""

    why: str
    case_id: int
    due_at: datetime | None
    late: bool
    priority: int
    family: str
    state: str
    waiting_for: str | None
    partner: str | None
    po_number: str | None
    amount: Decimal | None
    currency: str | None
    message: str
    fingerprint: str
    by: str | None
    at: datetime | None
    said: str | None
    test: bool
    cases: int = 1


@dataclass(frozen=True, slots=True)
class MyWork:
    """`counts`: how many there are of each, told here or not; MANY stands for that many and more."""

    tasks: tuple[Task, ...]
    counts: dict[str, int]

    def of(self, why: str) -> list[Task]:
        return [task for task in self.tasks if task.why == why]


def my_work(
    conn: Connection, person: str, roles: Collection[str], now: datetime, *, limit: int = PAGE
) -> MyWork:
    """The first `limit` of each kind."""
    c, m, w, n = cases.c, case_mentions.c, case_watchers.c, case_notes.c
    there = (c.closed_at.is_(None), c.snoozed_until.is_(None) | (c.snoozed_until <= now))
    own = [*there, c.owner == person]
    unseen = [m.person == person, m.seen_at.is_(None)]
    followed = [w.person == person]
    last = select(func.max(n.id)).where(n.case_id == c.id).correlate(cases).scalar_subquery()
    said = func.coalesce(func.nullif(n.text, ""), n.kind)
    watched = cases.join(case_watchers, w.case_id == c.id).join(case_notes, n.id == last)
    mentioned = cases.join(case_mentions, m.case_id == c.id)
    readings = {
        "mine": _select(cases).where(*own).order_by(*_WORK),
        "mentioned": _select(mentioned, m.by, m.at, m.text).where(*unseen).order_by(m.at.desc(), m.id),
        "watched": _select(watched, n.by, n.at, said).where(*followed).order_by(n.id.desc()),
    }
    tasks = [
        _task(why, row, now) for why, query in readings.items() for row in rows(conn, query.limit(limit))
    ]
    families = frozenset(family.value for role in roles for family in families_of(role))
    free = queue(conn, Wanted(families=families, unowned=True), now, limit=limit)
    counts = {
        "mine": _count(conn, cases, own),
        "mentioned": _count(conn, case_mentions, unseen),
        "watched": _count(conn, case_watchers, followed),
        "queue": free.all_causes,
    }
    return MyWork((*tasks, *_free(conn, free.causes, now)), counts)


_WORK: Final = (cases.c.due_at, cases.c.weight.desc(), cases.c.rank, cases.c.id)
_KEPT: Final = (
    "priority",
    "family",
    "state",
    "waiting_for",
    "partner",
    "amount",
    "currency",
    "message",
    "test",
)


def _select(source: FromClause, *said: ColumnElement[Any]) -> Select[Any]:
    """The columns of a task, then by whom, when and what was said where that is asked."""
    c = cases.c
    kept = (c[name] for name in _KEPT)
    po_number = func.coalesce(orders.c.po_number, c.po_number)
    return select(c.id, c.due_at, c.fingerprint, po_number, *kept, *said).select_from(
        source.outerjoin(orders, c.order_id == orders.c.id)
    )


def _task(why: str, row: tuple[Any, ...], now: datetime) -> Task:
    case_id, due_at, fingerprint, po_number, *rest = row
    kept: dict[str, Any] = dict(zip(_KEPT, rest, strict=False))
    by, at, said = rest[len(_KEPT) :] or (None, None, None)
    named = {"fingerprint": fingerprint, "po_number": po_number, "by": by, "at": at, "said": said}
    return Task(why, case_id, None if due_at == NEVER else due_at, due_at < now, **named, **kept)


def _free(conn: Connection, found: Sequence[CauseRow], now: datetime) -> list[Task]:
    """Causes with cases that nobody has, each by the first of them."""
    c = cases.c
    marks = [row.fingerprint for row in found]
    first = (
        select(c.id)
        .where(c.fingerprint == causes.c.fingerprint, c.closed_at.is_(None), c.owner.is_(None))
        .order_by(c.due_at, c.weight.desc(), c.rank)
        .limit(1)
        .correlate(causes)
        .scalar_subquery()
    )
    query = select(causes.c.fingerprint, first).where(causes.c.fingerprint.in_(marks))
    ids: dict[str, int | None] = {row[0]: row[1] for row in rows(conn, query)}
    loaded = _select(cases).where(c.id.in_([each for each in ids.values() if each]))
    tasks = {task.case_id: task for task in (_task("queue", row, now) for row in rows(conn, loaded))}
    told = []
    for row in found:
        task = tasks.get(ids[row.fingerprint] or 0)
        if task is not None:  # somebody may have taken the last one a moment ago
            currency, amount = _only(row.amounts)
            told.append(
                replace(
                    task,
                    message=row.cause,
                    cases=row.cases,
                    currency=currency,
                    amount=amount,
                    test=row.test,
                )
            )
    return told


def _only(amounts: Mapping[str, Decimal]) -> tuple[str | None, Decimal | None]:
    """The amount of the one currency that there is."""
    return next(iter(amounts.items())) if len(amounts) == 1 else (None, None)


def _count(conn: Connection, table: FromClause, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many, up to MANY."""
    some = select(literal(1)).select_from(table).where(*conditions).limit(MANY).subquery()
    return int(rows(conn, select(func.count()).select_from(some))[0][0])
