"""All figures by name, one or all of them over a span, and how one went from day to day.

Called by `figures`, the console's page and its dashboard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from edi_gateway.reports.figures.book import OF_THE_BOOK
from edi_gateway.reports.figures.figure import Definition, Figure, Row, Span
from edi_gateway.reports.figures.goods import OF_GOODS
from edi_gateway.reports.figures.money import OF_MONEY
from edi_gateway.reports.figures.traffic import OF_TRAFFIC

DEFINITIONS: Final[Mapping[str, Definition]] = MappingProxyType(
    {one.name: one for one in (*OF_TRAFFIC, *OF_THE_BOOK, *OF_GOODS, *OF_MONEY)}
)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure without what it is made of. `value`: of a share between 0 and 1; empty: nothing to divide by."""

    name: str
    title: str
    kind: str
    value: Decimal | None
    numerator: Decimal
    denominator: Decimal
    median: Decimal | None
    p90: Decimal | None
    rows: int
    spec: str
    definition: str


@dataclass(frozen=True, slots=True)
class Day:
    """A figure of one day."""

    day: date
    value: Decimal | None
    numerator: Decimal
    denominator: Decimal


def figure(conn: Connection, name: str, span: Span) -> Figure | None:
    """One figure with its rows; None when there is none of this name."""
    definition = DEFINITIONS.get(name)
    return None if definition is None else definition.figure(conn, span)


def figures(conn: Connection, span: Span) -> list[FigureRow]:
    """All of them."""
    return [told(definition.figure(conn, span)) for definition in DEFINITIONS.values()]


def told(one: Figure) -> FigureRow:
    """A figure without what it is made of."""
    return FigureRow(
        one.name,
        one.title,
        one.kind,
        one.value,
        one.numerator,
        one.denominator,
        one.median,
        one.p90,
        len(one.rows),
        one.spec,
        one.definition,
    )


def by_day(one: Figure) -> Sequence[Day]:
    """How a figure went, by the day (UTC) of its rows; none for one that is about this moment."""
    definition = DEFINITIONS[one.name]
    if definition.now:
        return ()
    days: dict[date, list[Row]] = {}
    for row in one.rows:
        day = row.at.date() if isinstance(row.at, datetime) else row.at
        days.setdefault(day, []).append(row)
    found = []
    for day, rows in sorted(days.items()):
        made = definition.of(rows)
        found.append(Day(day, made.value, made.numerator, made.denominator))
    return found
