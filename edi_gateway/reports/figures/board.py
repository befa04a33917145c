"""All figures by name, one or all of them over a span, and one taken apart by day, partner or set.

Called by `figures`, the console's page and its dashboard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

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
    p95: Decimal | None
    rows: int
    spec: str
    definition: str


@dataclass(frozen=True, slots=True)
class Part:
    """A figure of some of its rows: of one day (UTC, ISO), partner or set, which `of` names; "" of those without."""

    of: str
    value: Decimal | None
    numerator: Decimal
    denominator: Decimal
    median: Decimal | None
    p90: Decimal | None
    p95: Decimal | None
    rows: int


By = Literal["day", "partner", "set"]


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
        one.p95,
        len(one.rows),
        one.spec,
        one.definition,
    )


def parts(one: Figure, by: By) -> Sequence[Part]:
    """A figure taken apart, by what the parts are of; by day none of one that is about this moment, by set none whose
    rows have no sets."""
    definition = DEFINITIONS[one.name]
    if by == "day" and definition.now:
        return ()
    found: dict[str, list[Row]] = {}
    for row in one.rows:
        found.setdefault(_OF[by](row), []).append(row)
    if by == "set" and found.keys() <= {""}:
        return ()
    return [_part(of, definition.of(rows)) for of, rows in sorted(found.items())]


_OF: Final[Mapping[By, Callable[[Row], str]]] = MappingProxyType(
    {
        "day": lambda row: str(row.at.date() if isinstance(row.at, datetime) else row.at),
        "partner": lambda row: row.partner or "",
        "set": lambda row: row.set_code or "",
    }
)


def _part(of: str, made: Figure) -> Part:
    return Part(
        of, made.value, made.numerator, made.denominator, made.median, made.p90, made.p95, len(made.rows)
    )
