"""Figures over a span of days: all of them, one taken apart, and the rows that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.exceptions import HTTPException

from edi_gateway.commands.desk import Refused
from edi_gateway.reports.figures import board
from edi_gateway.reports.figures.board import By, FigureRow, Part
from edi_gateway.reports.figures.figure import Figure, Row, Span
from edi_gateway.web.console.api.terms import Limit, Name, Offset
from edi_gateway.web.console.call import Called
from edi_gateway.web.console.rooms import ApiRoom, Call

room = ApiRoom()

_USUAL_DAYS = 30
_FIRST, _LAST = 1970, 9000  # years that both databases know

FigureName = Annotated[str, Path(max_length=80, pattern=r"^[^\x00]*$", description="As /figures names it.")]


@dataclass(frozen=True, slots=True)
class OneFigure:
    """`parts`: of each day (UTC), partner or set, as it was asked for; by day none of one that is about this moment."""

    figure: FigureRow
    parts: list[Part]


def span_of(
    call: Call,
    since: Annotated[
        date | None, Query(description="The first day (UTC). Default: 29 days before `until`.")
    ] = None,
    until: Annotated[date | None, Query(description="The last day (UTC). Default: today.")] = None,
    partner: Name = None,
) -> Span:
    now = call.deps.clock()
    last = until or now.date()
    if not _FIRST <= last.year <= _LAST:
        raise Refused(what="Reading figures", why=f"{last} is too far away")
    first = since or last - timedelta(days=_USUAL_DAYS - 1)
    if first.year < _FIRST or first > last:
        raise Refused(what="Reading figures", why=f"there are no days from {first} to {last}")
    begin = datetime.combine(first, time(), UTC)
    return Span(begin, datetime.combine(last, time(), UTC) + timedelta(days=1), partner, now)


Days = Annotated[Span, Depends(span_of)]


@room.read("/figures", may="see figures")
def list_(call: Call, span: Days) -> list[FigureRow]:
    """All of them, each with its definition and how many rows it is made of."""
    with call.reading() as conn:
        return board.figures(conn, span)


@room.read("/figures/{name}", may="see figures")
def one(call: Call, name: FigureName, span: Days, by: By = "day") -> OneFigure:
    """One, and what it was day by day, partner by partner or set by set."""
    found = _figure(call, name, span)
    return OneFigure(board.told(found), list(board.parts(found, by)))


@room.read("/figures/{name}/rows", may="see figures")
def rows(
    call: Call, name: FigureName, span: Days, failed: bool = False, limit: Limit = 100, offset: Offset = 0
) -> list[Row]:
    """What it counts, one by one. `failed`: of a share, only what does not count above the line."""
    found = _figure(call, name, span).rows
    wanted = [row for row in found if row.passed is False] if failed else found
    return list(wanted[offset : offset + limit])


def _figure(call: Called, name: str, span: Span) -> Figure:
    with call.reading() as conn:
        found = board.figure(conn, name, span)
    if found is None:
        raise HTTPException(404, "There is no such figure.")
    return found
