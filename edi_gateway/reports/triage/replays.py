"""Replays of a cause, tried or done: how far each is, what became of its cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, func, select

from edi_gateway.reports.book.cases import of_cause
from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import cases, replay_items, replay_runs


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """`kind`: dry (tried only) or replay. Counts are of cases; those that wait, and are under way, have no result yet.
    `skipped`: cases of the cause about which nothing can be run again. `incident_id`: the cases are those that it
    affects, opened at `since` or later."""

    run_id: int
    kind: str
    fingerprint: str | None
    cause: str
    state: str
    by: str
    started_at: datetime
    ended_at: datetime | None
    total: int
    skipped: int
    waiting: int
    under_way: int
    passed: int
    changed: int
    stayed: int
    unknown: int
    incident_id: int | None = None
    since: datetime | None = None

    @property
    def done(self) -> int:
        return self.passed + self.changed + self.stayed + self.unknown


@dataclass(frozen=True, slots=True)
class Became:
    """Another cause that cases turned to, or would."""

    fingerprint: str
    cause: str
    cases: int


@dataclass(frozen=True, slots=True)
class ReplayItem:
    case_id: int
    kind: str
    subject: int
    state: str
    receipt_id: int | None
    result: str | None
    became: str | None
    said: str | None


@dataclass(frozen=True, slots=True)
class ReplayView:
    """One replay with the causes that its cases turned to, and its cases, those that did not pass first."""

    replay: ReplayRow
    became: tuple[Became, ...]
    items: tuple[ReplayItem, ...]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


_I, _R = replay_items.c, replay_runs.c
_QUERY = (
    select(
        *(_R.id, _R.kind, _R.fingerprint, _R.cause, _R.state, _R.by, _R.started_at, _R.ended_at),
        *(_R.total, _R.skipped),
        _count(_I.state == "WAITING"),
        _count(_I.state == "STARTED"),
        *(_count(_I.result == result) for result in ("PASSED", "CHANGED", "STAYED", "UNKNOWN")),
        *(_R.incident_id, _R.since),
    )
    .join_from(replay_runs, replay_items, _I.run_id == _R.id, isouter=True)
    .group_by(_R.id)
)


def list_runs(
    conn: Connection,
    *,
    fingerprint: str | None = None,
    incident_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[ReplayRow]:
    """The last ones, or those of a cause or an incident; `before`: only those with smaller ids."""
    query = _QUERY.order_by(_R.id.desc()).limit(limit)
    if fingerprint is not None:
        query = query.where(_R.fingerprint == fingerprint)
    if incident_id is not None:
        query = query.where(_R.incident_id == incident_id)
    if before is not None:
        query = query.where(_R.id < before)
    return [ReplayRow(*row) for row in rows(conn, query)]


def open_causes(conn: Connection, digits: str) -> list[str]:
    """The causes of open cases whose fingerprint begins so."""
    c = cases.c
    query = select(c.fingerprint).distinct().where(c.closed_at.is_(None), of_cause(c.fingerprint, digits))
    return [row[0] for row in rows(conn, query.order_by(c.fingerprint).limit(20))]


def first_case(conn: Connection, fingerprint: str) -> int | None:
    """The oldest open case of a cause."""
    c = cases.c
    query = select(c.id).where(c.closed_at.is_(None), c.fingerprint == fingerprint).order_by(c.id).limit(1)
    found = rows(conn, query)
    return found[0][0] if found else None


def show(conn: Connection, run_id: int, *, limit: int = 200) -> ReplayView | None:
    """None when there is no such replay."""
    found = rows(conn, _QUERY.where(_R.id == run_id))
    if not found:
        return None
    return ReplayView(ReplayRow(*found[0]), tuple(became(conn, run_id)), tuple(_items(conn, run_id, limit)))


def became(conn: Connection, run_id: int) -> Sequence[Became]:
    """The other causes, the commonest first."""
    query = (
        select(_I.became, func.min(_I.became_cause), func.count())
        .where(_I.run_id == run_id, _I.became.is_not(None))
        .group_by(_I.became)
        .order_by(func.count().desc(), _I.became)
    )
    return [Became(*row) for row in rows(conn, query)]


_FIRST = case({"STAYED": 0, "CHANGED": 1, "UNKNOWN": 2}, value=_I.result, else_=3)


def _items(conn: Connection, run_id: int, limit: int) -> list[ReplayItem]:
    query = (
        select(_I.case_id, _I.kind, _I.subject, _I.state, _I.receipt_id, _I.result, _I.became, _I.said)
        .where(_I.run_id == run_id)
        .order_by(_FIRST, _I.case_id)
        .limit(limit)
    )
    return [ReplayItem(*row) for row in rows(conn, query)]
