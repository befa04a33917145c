"""A figure: a number with its definition, and the rows that it is made of (spec 5-kpis E0).

The number is computed from the rows and from nothing else, so whoever doubts it counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection

from edi_gateway.store.ids import first_id

Kind = Literal["share", "hours", "days", "count"]
_EXACT = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` (with it) to `until` (without it), of one partner or of all; aware. `now`: what is open is as
    old as it is then, or at the end of the span where that came before."""

    since: datetime
    until: datetime
    partner: str | None = None
    now: datetime | None = None

    @property
    def end(self) -> datetime:
        return self.until if self.now is None else min(self.now, self.until)

    @property
    def ids(self) -> tuple[int, int]:
        """The ids that were made in it."""
        return first_id(self.since), first_id(self.until)


@dataclass(frozen=True, slots=True)
class Row:
    """One of what a figure counts. `kind` and `subject`: what it is, e.g. order and its id; `passed`: for a share,
    whether it counts above the line; `weight`: how much it counts (units, money; else 1); `value`: for a time, how
    long; `set_code`: of a document, or of those in a file, by spaces."""

    kind: str
    subject: int
    name: str
    partner: str | None
    at: datetime | date
    passed: bool | None = None
    weight: Decimal = Decimal(1)
    reached: Decimal | None = None  # of the weight, where it counts in part
    value: Decimal | None = None
    why: str = ""
    set_code: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` None: there is nothing to divide by, which is neither 0 nor 100 %. Of a time it is the mean, with
    `median`, `p90` and `p95`: within which nine and nineteen of ten and twenty lie."""

    name: str
    title: str
    kind: Kind
    definition: str
    spec: str
    numerator: Decimal
    denominator: Decimal
    value: Decimal | None
    median: Decimal | None
    p90: Decimal | None
    p95: Decimal | None
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Definition:
    """How a figure is made. `rows` reads what it counts; `now`: it is about this moment, whatever the span."""

    name: str
    title: str
    kind: Kind
    definition: str
    spec: str
    rows: Callable[[Connection, Span], Iterable[Row]]
    now: bool = False

    def figure(self, conn: Connection, span: Span) -> Figure:
        """The figure over a span."""
        return self.of(list(self.rows(conn, span)))

    def of(self, found: Sequence[Row]) -> Figure:
        """The figure that these rows make."""
        if self.kind == "share":
            numerator = sum((_reached(row) for row in found), Decimal(0))
            denominator = sum((row.weight for row in found), Decimal(0))
            value = (numerator / denominator).quantize(_EXACT) if denominator else None
            return self._made(numerator, denominator, value, found)
        if self.kind == "count":
            total = sum((row.weight for row in found), Decimal(0))
            return self._made(total, Decimal(1), total, found)
        values = sorted(row.value for row in found if row.value is not None)
        total, count = sum(values, Decimal(0)), Decimal(len(values))
        mean = (total / count).quantize(_EXACT) if values else None
        median = None
        if values:
            middle = len(values) // 2
            median = values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
        p90, p95 = _within(values, 90), _within(values, 95)
        return self._made(total, count, mean, found, median, p90, p95)

    def _made(
        self,
        numerator: Decimal,
        denominator: Decimal,
        value: Decimal | None,
        rows: Sequence[Row],
        median: Decimal | None = None,
        p90: Decimal | None = None,
        p95: Decimal | None = None,
    ) -> Figure:
        return Figure(
            self.name,
            self.title,
            self.kind,
            self.definition,
            self.spec,
            numerator,
            denominator,
            value,
            median,
            p90,
            p95,
            rows,
        )


def _within(values: Sequence[Decimal], percent: int) -> Decimal | None:
    """The least of these, in their order, within which so many of a hundred lie."""
    return values[-(-percent * len(values) // 100) - 1] if values else None


def _reached(row: Row) -> Decimal:
    if row.reached is not None:
        return row.reached
    return row.weight if row.passed else Decimal(0)


def hours(since: datetime, until: datetime) -> Decimal:
    """Hours between two moments, to a ten-thousandth."""
    return (Decimal((until - since) // timedelta(milliseconds=1)) / 3_600_000).quantize(_EXACT)


def days(since: date, until: date) -> Decimal:
    return Decimal((until - since).days)
