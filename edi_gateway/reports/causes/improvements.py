"""Improvement records, and whether the fix helped: the rate before and after it, with the limits of a p-chart.

A day's rate is documents with a case of the subject by documents that came in; its limits are those of chance around
the mean before the fix, p ± 3 √(p(1-p)/n) (spec B14.4). Takes a record; gives its days and a verdict. Called by cli and
web.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.ids import first_of
from edi_gateway.store.tables import cases, causes, documents, holds, improvements, order_lines

SPAN: Final = 30  # days before the fix, and after it
_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class ImprovementRow:
    """`kind`, `key`: cause and fingerprint, partner, item, or rule; `seen` in `days`: how often it had come up when the
    record was made; `fixed_at`: when the fix went live."""

    improvement_id: int
    kind: str
    key: str
    title: str
    state: str
    owner: str | None
    action: str | None
    seen: int
    days: int
    opened_at: datetime
    opened_by: str
    fixed_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    result: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """`documents` that came in, those `affected`, their `rate`, and the limits of chance on such a day."""

    day: date
    documents: int
    affected: int
    rate: Decimal
    lower: Decimal
    upper: Decimal
    after: bool
    beyond: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """`before`, `after`: mean rates (None: nothing came in); `verdict`: better, worse, no difference, or what lacks."""

    days: tuple[Day, ...]
    before: Decimal | None
    after: Decimal | None
    verdict: str


@dataclass(frozen=True, slots=True)
class ImprovementView:
    improvement: ImprovementRow
    chart: Chart


_ROW: Final = [
    improvements.c.id if field.name == "improvement_id" else improvements.c[field.name]
    for field in fields(ImprovementRow)
]


def list_improvements(
    conn: Connection, *, state: str | None = None, owner: str | None = None, closed: bool = False
) -> list[ImprovementRow]:
    """Those that stand (or all), the newest first."""
    i = improvements.c
    query = select(*_ROW).order_by(i.id.desc())
    if state is not None:
        query = query.where(i.state == state)
    elif not closed:
        query = query.where(i.closed_at.is_(None))
    if owner is not None:
        query = query.where(i.owner == owner)
    return [ImprovementRow(*row) for row in rows(conn, query)]


def show(conn: Connection, improvement_id: int, now: datetime, *, span: int = SPAN) -> ImprovementView | None:
    found = rows(conn, select(*_ROW).where(improvements.c.id == improvement_id))
    if not found:
        return None
    record = ImprovementRow(*found[0])
    return ImprovementView(record, chart(conn, record, now, span=span))


def chart(conn: Connection, record: ImprovementRow, now: datetime, *, span: int = SPAN) -> Chart:
    """Days from `span` before the fix (or now) to `span` after it."""
    turn = record.fixed_at or now
    first, last = turn.date() - timedelta(days=span), min(now.date(), turn.date() + timedelta(days=span))
    came = _came(conn, first, last, record.key if record.kind == "partner" else _partner(conn, record))
    affected = _affected(conn, record, first, last)
    # the day of the fix is neither before it nor after it
    before = [day for day in came if day < turn.date()]
    after = [day for day in came if day > turn.date()] if record.fixed_at else []
    return p_chart(came, affected, before, after, fixed=record.fixed_at is not None)


def p_chart(
    came: dict[date, int],
    affected: dict[date, int],
    before: Sequence[date],
    after: Sequence[date],
    *,
    fixed: bool,
) -> Chart:
    """`came`: documents a day; `affected`: of them with a case; the days before the fix and after it."""
    hit = {day: min(affected.get(day, 0), n) for day, n in came.items()}
    mean, later = _mean(before, hit, came), _mean(after, hit, came)
    days = []
    for day in sorted([*before, *after]):
        lower, upper = _limits(mean or Decimal(0), came[day])
        rate = Decimal(hit[day]) / came[day]
        days.append(
            Day(
                *(day, came[day], hit[day], rate.quantize(_PLACES), lower.quantize(_PLACES)),
                *(upper.quantize(_PLACES), day in after, mean is not None and not lower <= rate <= upper),
            )
        )
    verdict = _verdict(mean, later, sum(came[day] for day in after), fixed=fixed)
    return Chart(tuple(days), _rounded(mean), _rounded(later), verdict)


def _verdict(before: Decimal | None, after: Decimal | None, n: int, *, fixed: bool) -> str:
    if not fixed:
        return "not fixed yet"
    if before is None or after is None:
        return "nothing came in " + ("before the fix" if before is None else "since the fix")
    lower, upper = _limits(before, n)
    if after < lower or (after == 0 and before > 0 and lower == 0 and _would_have_come(before, n)):
        return "better"
    return "worse" if after > upper else "no difference that chance could not make"


def _would_have_come(p: Decimal, n: int) -> bool:
    """Whether none among n would be rarer than one in a thousand at the old rate: the lower limit of few documents is
    0, which nothing falls below."""
    return (1 - p) ** n < Decimal("0.001")


def _limits(p: Decimal, n: int) -> tuple[Decimal, Decimal]:
    """Three standard deviations around p among n."""
    spread = 3 * (p * (1 - p) / n).sqrt()
    return max(Decimal(0), p - spread), min(Decimal(1), p + spread)


def _mean(days: Sequence[date], hit: dict[date, int], came: dict[date, int]) -> Decimal | None:
    n = sum(came[day] for day in days)
    return Decimal(sum(hit[day] for day in days)) / n if n else None


def _rounded(rate: Decimal | None) -> Decimal | None:
    return None if rate is None else rate.quantize(_PLACES)


def _came(conn: Connection, first: date, last: date, partner: str | None) -> dict[date, int]:
    """Documents that came in, a day; of the partner, or of all. Ids are made by time, and read in their order."""
    d = documents.c
    day = func.substr(d.created_at, 1, 10)
    conditions: list[ColumnElement[bool]] = [
        *(d.id >= first_of(_midnight(first)), d.id < first_of(_midnight(last + timedelta(days=1)))),
        *(d.direction == "in", d.test.is_(False)),
    ]
    if partner is not None:
        conditions.append(d.partner == partner)
    query = select(day, func.count()).where(*conditions).group_by(day)
    return {date.fromisoformat(str(text)): count for text, count in rows(conn, query)}


def _affected(conn: Connection, record: ImprovementRow, first: date, last: date) -> dict[date, int]:
    """Documents with a case of the subject, by the day on which it was opened; a document counts once."""
    c, k = cases.c, causes.c
    about = func.coalesce(c.document_id, c.order_id, c.receipt_id, c.id)
    source: Any = cases
    if record.kind == "cause":
        condition = c.fingerprint == record.key
    elif record.kind == "partner":
        condition = c.partner == record.key
    elif record.kind == "rule":
        source = cases.outerjoin(causes, c.fingerprint == k.fingerprint)
        condition = func.coalesce(k.rule, c.code) == record.key
    else:
        source = (
            cases.outerjoin(causes, c.fingerprint == k.fingerprint)
            .outerjoin(holds, holds.c.id == c.hold_id)
            .outerjoin(
                order_lines, (order_lines.c.order_id == c.order_id) & (order_lines.c.line == holds.c.line)
            )
        )
        condition = (order_lines.c.sku == record.key) | (
            order_lines.c.sku.is_(None) & (c.family == "ITEM") & (k.value == record.key)
        )
    query = (
        select(c.opened_at, about)
        .select_from(source)
        .where(condition, c.test.is_(False))
        .where(c.opened_at >= _midnight(first), c.opened_at < _midnight(last + timedelta(days=1)))
    )
    first_of_each: dict[int, date] = {}
    for opened_at, subject in rows(conn, query.order_by(c.opened_at)):
        first_of_each.setdefault(subject, opened_at.date())
    return dict(Counter(first_of_each.values()))


def _partner(conn: Connection, record: ImprovementRow) -> str | None:
    """Whose documents are counted: those of the cause's partner; of an item or a rule everybody's."""
    if record.kind != "cause":
        return None
    found = rows(conn, select(causes.c.partner).where(causes.c.fingerprint == record.key))
    return found[0][0] if found else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)
