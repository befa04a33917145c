"""Cases of a period with what they are counted by: cause, root cause, partner, item, check, person, way they ended.

Takes a period; gives each case with its hours and money. The ground of pareto.py and recurring.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from edi_gateway.model.finding import Family
from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.store.tables import case_segments, cases, causes, holds, order_lines

# how cases may be counted, and what stands for those of which nothing is known
BY: Final = ("cause", "root-cause", "partner", "item", "check", "family", "stage", "owner", "action")
UNKNOWN: Final = "not known"


@dataclass(frozen=True, slots=True)
class Happening:
    """A case of the period. `weight`: its money in our own currency, to rank by; `seconds`: working time until it was
    over, or until now, without its pauses."""

    case_id: int
    fingerprint: str
    words: str
    keys: dict[str, str]  # of BY
    seconds: int
    cents: int
    weight: int
    currency: str
    opened_at: datetime


def happenings(
    conn: Connection,
    since: datetime,
    until: datetime,
    now: datetime,
    hours: WorkingHours,
    *,
    test: bool = False,
) -> Iterator[Happening]:
    """Cases opened in [since, until); those of tests only when they are asked for."""
    spent = (
        select(case_segments.c.case_id, func.sum(case_segments.c.seconds).label("seconds"))
        .group_by(case_segments.c.case_id)
        .subquery()
    )
    c, k = cases.c, causes.c
    source = (
        cases.outerjoin(causes, c.fingerprint == k.fingerprint)
        .outerjoin(spent, spent.c.case_id == c.id)
        .outerjoin(holds, holds.c.id == c.hold_id)
        .outerjoin(order_lines, (order_lines.c.order_id == c.order_id) & (order_lines.c.line == holds.c.line))
    )
    query: Select[Any] = (
        select(
            *(c.id, c.fingerprint, c.cause, c.family, c.code, c.partner, c.owner, c.action),
            *(c.root_cause, c.root_detail, c.cents, c.weight, c.currency, c.opened_at, c.closed_at),
            *(c.segment_at, c.paused_seconds, c.waiting_since),
            *(k.stage, k.rule, k.value, k.root_cause.label("last_cause"), k.root_detail.label("last_detail")),
            *(spent.c.seconds, order_lines.c.sku),
        )
        .select_from(source)
        .where(*_opened(since, until), *([] if test else [c.test.is_(False)]))
        .order_by(c.id)
        .execution_options(yield_per=2000)
    )
    for row in conn.execute(query):
        yield Happening(
            *(row.id, row.fingerprint, row.cause, _keys(row), _seconds(row, now, hours)),
            *(row.cents, row.weight, row.currency or "", row.opened_at),
        )


def _opened(since: datetime, until: datetime) -> list[ColumnElement[bool]]:
    return [cases.c.opened_at >= since, cases.c.opened_at < until]


def _keys(row: Any) -> dict[str, str]:
    root = (
        row.root_cause or row.last_cause
    )  # what the machine resolved has the root cause last said of its cause
    detail = row.root_detail if row.root_cause else row.last_detail
    return {
        "cause": row.fingerprint,
        "root-cause": (f"{root}: {detail}" if detail else root) or UNKNOWN,
        "partner": row.partner or UNKNOWN,
        "item": _item(row) or UNKNOWN,
        "check": row.rule or row.code,
        "family": row.family,
        "stage": row.stage or UNKNOWN,
        "owner": row.owner or "nobody",
        "action": row.action or "open",
    }


def _item(row: Any) -> str | None:
    """Our number of the item, or what they call it when it is the item that is not known."""
    sku: str | None = row.sku
    return sku or (row.value if row.family == Family.ITEM else None)


def _seconds(row: Any, now: datetime, hours: WorkingHours) -> int:
    spent = int(row.seconds or 0)
    if row.closed_at is None:
        pause = hours.between(row.waiting_since, now) if row.waiting_since else timedelta()
        running = hours.between(row.segment_at or row.opened_at, now) - pause
        spent += max(0, int(running.total_seconds()) - row.paused_seconds)
    return spent


def in_hours(seconds: int) -> Decimal:
    """Seconds as hours, to a tenth."""
    return (Decimal(seconds) / 3600).quantize(Decimal("0.1"))
