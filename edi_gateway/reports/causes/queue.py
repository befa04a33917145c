"""The queue: what is open, a row a cause, in the order of work: due time, then money, then customer (spec B14.2).

Takes filters; gives a page of causes with what hangs on each. The counts are kept as cases change, so that a page costs
what is on it and not what is open; only filters that ask about single cases count these. Called by cli and web.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from edi_gateway.model.finding import Family
from edi_gateway.orders.hours.service import families_of
from edi_gateway.reports.book.cases import CaseRow, list_where, of_cause
from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import NEVER, cases, cause_days, causes

PAGE: Final = 50
TREND_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which causes. `owner`, `unowned`, `state` and `opened_before` ask about their cases: of the cause only these are
    counted then. `late_at`: something of it is past its time then. `digits`: how the fingerprint begins. `role`,
    `families`: whose queue. `snoozed`: those out of sight, too."""

    partner: str | None = None
    family: str | None = None
    stage: str | None = None
    code: str | None = None
    role: str | None = None
    families: frozenset[str] | None = None
    words: str | None = None
    digits: str | None = None
    owner: str | None = None
    unowned: bool = False
    state: str | None = None
    late_at: datetime | None = None
    opened_before: datetime | None = None
    snoozed: bool = False

    @property
    def by_case(self) -> bool:
        """Whether cases have to be counted."""
        asked = (self.owner, self.state, self.opened_before)
        return self.unowned or any(each is not None for each in asked)


@dataclass(frozen=True, slots=True)
class CauseRow:
    """The open cases of one cause. `amounts`: money at risk by currency; `due_at`: of the first, None: all wait for
    somebody; `first_case_id`: where to begin; `opened_week`, `opened_before`: how many came in the last seven days and
    in the seven before; `ever`: how many there have been; `test`: all are about tests."""

    fingerprint: str
    stage: str
    family: str
    code: str
    rule: str | None
    place: str | None
    partner: str | None
    value: str | None
    cause: str
    hint: str
    owner: str | None
    cases: int
    orders: int
    amounts: dict[str, Decimal]
    due_at: datetime | None
    first_at: datetime
    last_at: datetime
    opened_week: int
    opened_before: int
    ever: int
    root_cause: str | None
    first_case_id: int | None
    test: bool

    @property
    def trend(self) -> str:
        """Whether it comes more often than a week ago."""
        if self.opened_week > self.opened_before:
            return "rising"
        return "falling" if self.opened_week < self.opened_before else "steady"


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of causes, and how many causes and cases there are in all."""

    causes: tuple[CauseRow, ...]
    all_causes: int
    all_cases: int


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a query said of a cause."""

    cases: int
    orders: int
    tests: int
    due_at: datetime


def queue(conn: Connection, wanted: Wanted, now: datetime, *, limit: int = PAGE, offset: int = 0) -> Queue:
    """A page of the causes that have open cases, the most urgent first."""
    if wanted.by_case:
        return _by_case(conn, wanted, now, limit, offset)
    c = causes.c
    conditions = [c.due_at.is_not(None), *_of_causes(wanted)]
    if wanted.late_at is not None:
        conditions.append(c.due_at < wanted.late_at)
    if not wanted.snoozed:
        conditions.append((c.awake > 0) | (c.wakes_at <= now))
    total = rows(conn, select(func.count(), func.coalesce(func.sum(c.cases), 0)).where(*conditions))[0]
    query = select(c.fingerprint, c.cases, c.orders, c.tests, c.due_at).where(*conditions)
    ordered = query.order_by(c.due_at, c.weight.desc(), c.rank, c.fingerprint).limit(limit).offset(offset)
    found = {row[0]: _Counted(*row[1:]) for row in rows(conn, ordered)}
    amounts = _amounts_kept(conn, list(found))
    return Queue(tuple(_told(conn, found, amounts, now)), total[0], total[1])


def cases_of(
    conn: Connection,
    wanted: Wanted,
    now: datetime,
    *,
    closed: bool = False,
    limit: int = PAGE,
    offset: int = 0,
) -> list[CaseRow]:
    """A page of the cases themselves, in the order of work; the closed ones instead of the open ones."""
    c = cases.c
    conditions: list[ColumnElement[bool]] = [c.closed_at.is_not(None)]
    if not closed:
        conditions = _of_cases(wanted, now)
    if closed and wanted.owner is not None:
        conditions.append(c.owner == wanted.owner)
    alike = {name: getattr(wanted, name) for name in ("partner", "family", "code")}
    conditions += [c[name] == value for name, value in alike.items() if value is not None]
    if wanted.digits:
        conditions.append(of_cause(c.fingerprint, wanted.digits))
    if wanted.stage or wanted.role or wanted.words:
        conditions.append(c.fingerprint.in_(select(causes.c.fingerprint).where(*_of_causes(wanted))))
    return list_where(conn, conditions, limit=limit, offset=offset)


def one(conn: Connection, fingerprint: str, now: datetime) -> CauseRow | None:
    """A cause, whether cases of it are open or not; its first digits will do where they name one only."""
    c = causes.c
    query = select(
        c.fingerprint, c.cases, c.orders, c.tests, func.coalesce(c.due_at, literal(NEVER, c.due_at.type))
    )
    found = {
        row[0]: _Counted(*row[1:])
        for row in rows(conn, query.where(of_cause(c.fingerprint, fingerprint)).limit(2))
    }
    if len(found) != 1:
        return None
    return _told(conn, found, _amounts_kept(conn, list(found)), now)[0]


def _of_causes(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions that a cause itself meets."""
    c = causes.c
    conditions: list[ColumnElement[bool]] = []
    for name in ("partner", "family", "stage", "code"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(c[name] == value)
    if wanted.role is not None:
        conditions.append(c.family.in_([family.value for family in families_of(wanted.role)]))
    if wanted.families is not None:
        conditions.append(c.family.in_(sorted(wanted.families)))
    if wanted.words:
        conditions.append(c.cause.icontains(wanted.words, autoescape=True))
    if wanted.digits:
        conditions.append(of_cause(c.fingerprint, wanted.digits))
    return conditions


def _of_cases(wanted: Wanted, now: datetime, *, by_one_index: bool = False) -> list[ColumnElement[bool]]:
    """The conditions that a case itself meets. `by_one_index`: written so that SQLite takes no index of one column, out
    of which it would go to the table for each case, but the one that holds all that is asked (ix_cases_of_cause)."""
    c = cases.c
    owner: ColumnElement[Any] = c.owner
    state: ColumnElement[Any] = c.state
    opened_at: ColumnElement[Any] = c.opened_at
    if by_one_index:
        owner, state = func.coalesce(owner, ""), func.coalesce(state, "")
        opened_at = func.coalesce(opened_at, literal(NEVER, c.opened_at.type))
    conditions: list[ColumnElement[bool]] = [c.closed_at.is_(None)]
    if wanted.owner is not None:
        conditions.append(owner == wanted.owner)
    if wanted.unowned:
        conditions.append(owner == "" if by_one_index else owner.is_(None))
    if wanted.state is not None:
        conditions.append(state == wanted.state)
    if wanted.late_at is not None:
        conditions.append(c.due_at < wanted.late_at)
    if wanted.opened_before is not None:
        conditions.append(opened_at < literal(wanted.opened_before, c.opened_at.type))
    if not wanted.snoozed:
        conditions.append(c.snoozed_until.is_(None) | (c.snoozed_until <= now))
    return conditions


def _by_case(conn: Connection, wanted: Wanted, now: datetime, limit: int, offset: int) -> Queue:
    """Causes of which some cases are as wanted, and what these come to."""
    c = cases.c
    conditions = _of_cases(wanted, now, by_one_index=conn.dialect.name == "sqlite")
    grouped = (
        select(
            c.fingerprint,
            func.count().label("cases"),
            func.min(c.due_at).label("due_at"),
            func.sum(c.weight).label("weight"),
            func.min(c.rank).label("rank"),
        )
        .where(*conditions)
        .group_by(c.fingerprint)
        .subquery()
    )
    g, kept = grouped.c, causes.c
    query = select(
        *(g.fingerprint, g.cases, kept.cases, kept.orders, kept.tests, g.due_at),
        *(func.count().over(), func.sum(g.cases).over()),
    ).join_from(grouped, causes, g.fingerprint == kept.fingerprint)
    query = query.where(*_of_causes(wanted))
    ordered = query.order_by(g.due_at, g.weight.desc(), g.rank, g.fingerprint).limit(limit).offset(offset)
    found, some = dict[str, _Counted](), list[str]()
    all_causes = all_cases = 0
    for mark, count, all_of_it, orders, tests, due_at, *all_found in rows(conn, ordered):
        all_causes, all_cases = all_found
        found[mark] = _Counted(count, orders, tests, due_at)
        if count != all_of_it:  # only then are they counted anew
            some.append(mark)
    amounts = _amounts_kept(conn, list(found))
    if some:
        chosen = [*conditions, c.fingerprint.in_(some)]
        found |= _counted(conn, chosen)
        amounts |= {mark: {} for mark in some} | _amounts_of(conn, chosen)
    return Queue(tuple(_told(conn, found, amounts, now)), all_causes, int(all_cases))


def _counted(conn: Connection, conditions: list[ColumnElement[bool]]) -> dict[str, _Counted]:
    c = cases.c
    query: Select[Any] = (
        select(
            c.fingerprint,
            func.count(),
            # a case has an order, or the PO number of a document that became none
            func.count(c.order_id.distinct()) + func.count(c.po_number.distinct()),
            func.count().filter(c.test.is_(True)),
            func.min(c.due_at),
        )
        .where(*conditions)
        .group_by(c.fingerprint)
    )
    return {row[0]: _Counted(*row[1:]) for row in rows(conn, query)}


def _amounts_kept(conn: Connection, marks: Sequence[str]) -> dict[str, dict[str, Decimal]]:
    query = select(causes.c.fingerprint, causes.c.amounts).where(causes.c.fingerprint.in_(marks))
    return {
        mark: {currency: money(cents) for currency, cents in json.loads(text).items()}
        for mark, text in rows(conn, query)
    }


def _amounts_of(conn: Connection, conditions: list[ColumnElement[bool]]) -> dict[str, dict[str, Decimal]]:
    c = cases.c
    query = select(c.fingerprint, c.currency, func.sum(c.cents)).where(*conditions, c.cents != 0)
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for mark, currency, cents in rows(conn, query.group_by(c.fingerprint, c.currency)):
        found[mark][currency or ""] = money(int(cents))
    return found


def money(cents: int) -> Decimal:
    """Hundredths as an amount."""
    return Decimal(cents).scaleb(-2)


_SAID: Final = (
    *(
        "stage",
        "family",
        "code",
        "rule",
        "place",
        "partner",
        "value",
        "cause",
        "hint",
        "owner",
        "first_at",
        "last_at",
    ),
    *("ever", "root_cause"),
)  # of the cause itself


def _told(
    conn: Connection,
    found: dict[str, _Counted],
    amounts: dict[str, dict[str, Decimal]],
    now: datetime,
) -> list[CauseRow]:
    """The rows of these causes, in their order."""
    marks, c = list(found), causes.c
    query = select(c.fingerprint, *(c[name] for name in _SAID), _first_case()).where(c.fingerprint.in_(marks))
    said: dict[str, dict[str, Any]] = {
        mark: dict(zip((*_SAID, "first_case_id"), what, strict=True)) for mark, *what in rows(conn, query)
    }
    recent = _recent(conn, marks, now.date())
    return [
        CauseRow(
            fingerprint=mark,
            **said[mark],
            cases=counted.cases,
            orders=counted.orders,
            amounts=amounts.get(mark, {}),
            due_at=None if counted.due_at == NEVER else counted.due_at,
            opened_week=recent.get(mark, (0, 0))[0],
            opened_before=recent.get(mark, (0, 0))[1],
            test=counted.tests == counted.cases > 0,
        )
        for mark, counted in found.items()
    ]


def _first_case() -> Any:
    """The open case of a cause that is to be worked first."""
    c = cases.c
    query = select(c.id).where(c.fingerprint == causes.c.fingerprint, c.closed_at.is_(None))
    return query.order_by(c.due_at, c.weight.desc(), c.rank).limit(1).correlate(causes).scalar_subquery()


def _recent(conn: Connection, marks: Sequence[str], today: date) -> dict[str, tuple[int, int]]:
    """How many were opened in the last days, and in as many before them."""
    d = cause_days.c
    since = today - timedelta(days=TREND_DAYS - 1)
    recent = func.sum(d.opened).filter(d.day >= since)
    before = func.sum(d.opened).filter(d.day < since)
    query = (
        select(d.fingerprint, func.coalesce(recent, 0), func.coalesce(before, 0))
        .where(d.fingerprint.in_(marks), d.day >= since - timedelta(days=TREND_DAYS))
        .group_by(d.fingerprint)
    )
    return {mark: (int(week), int(earlier)) for mark, week, earlier in rows(conn, query)}


def days(conn: Connection, fingerprint: str, since: date) -> list[tuple[date, int, int]]:
    """(day, opened, closed) of a cause, days without anything left out."""
    d = cause_days.c
    query = select(d.day, d.opened, d.closed).where(d.fingerprint == fingerprint, d.day >= since)
    return [(day, opened, closed) for day, opened, closed in rows(conn, query.order_by(d.day))]


def not_closed(conn: Connection, fingerprint: str) -> int:
    """How many cases of a cause nobody has given a root cause: the open and the resolved ones."""
    c = cases.c
    return int(
        rows(conn, select(func.count()).where(c.fingerprint == fingerprint, c.state != "CLOSED"))[0][0]
    )


def families_open(conn: Connection) -> list[tuple[Family, int, int]]:
    """(family, causes, cases) that are open, for the filter; those without any left out."""
    c = causes.c
    query = select(c.family, func.count(), func.sum(c.cases)).where(c.due_at.is_not(None)).group_by(c.family)
    found = {name: (count, int(total)) for name, count, total in rows(conn, query)}
    return [(family, *found[family]) for family in Family if family in found]
