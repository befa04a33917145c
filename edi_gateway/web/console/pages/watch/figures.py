"""Figures: all of a span, one with its course and the rows behind it."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from fastapi import Response
from starlette.exceptions import HTTPException

from edi_gateway.model.showing import cell
from edi_gateway.reports.figures import board
from edi_gateway.reports.figures.figure import Row, Span
from edi_gateway.web.console.moments import day
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("Figures", "/figures", may="see figures", place=70, key="f", group="Watch"))
_USUAL_DAYS = 30
_PAGE = 100
_APART: tuple[board.By, ...] = ("partner", "set")
_PAGES = {"order": "/orders", "document": "/documents", "transmission": "/transmissions", "case": "/cases"}


@room.page("/figures", may="see figures")
def figures(call: Call, since: str = "", until: str = "", partner: str = "") -> Response:
    span = _span(call, since, until, partner)
    with call.reading() as conn:
        found = board.figures(conn, span)
    return call.show("watch/figures.html", figures=found, worded=worded, **_shown(span))


@room.page("/figures/{name}", may="see figures")
def figure(
    call: Call,
    name: str,
    since: str = "",
    until: str = "",
    partner: str = "",
    failed: bool = False,
    page: int = 1,
) -> Response:
    span = _span(call, since, until, partner)
    with call.reading() as conn:
        one = board.figure(conn, name, span)
    if one is None:
        raise HTTPException(404, "There is no such figure.")
    rows = [row for row in one.rows if row.passed is False] if failed else one.rows
    first = (max(1, page) - 1) * _PAGE
    return call.show(
        "watch/figure.html",
        figure=one,
        days=board.parts(one, "day"),
        apart=[(by, board.parts(one, by)) for by in _APART],
        rows=rows[first : first + _PAGE],
        count=len(rows),
        page=max(1, page),
        more=first + _PAGE < len(rows),
        failed=failed,
        pages=_PAGES,
        worded=worded,
        **_shown(span),
    )


@room.page("/figures/{name}/rows.csv", may="see figures")
def rows_csv(call: Call, name: str, since: str = "", until: str = "", partner: str = "") -> Response:
    span = _span(call, since, until, partner)
    with call.reading() as conn:
        one = board.figure(conn, name, span)
    if one is None:
        raise HTTPException(404, "There is no such figure.")
    columns = [field.name for field in fields(Row)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(getattr(row, column)) for column in columns] for row in one.rows)
    headers = {"Content-Disposition": f'attachment; filename="{one.name}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _span(call: Call, since: str, until: str, partner: str) -> Span:
    last = day(until) or call.deps.clock().date()
    first = day(since) or last - timedelta(days=_USUAL_DAYS - 1)
    if first > last:
        first = last
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return Span(begin, end, partner or None, call.deps.clock())


def _shown(span: Span) -> dict[str, Any]:
    last = span.until - timedelta(days=1)
    return {"since": f"{span.since:%Y-%m-%d}", "until": f"{last:%Y-%m-%d}", "partner": span.partner or ""}


def worded(kind: str, value: Decimal | None) -> str:
    """A value with its unit; "n/a" where there is nothing to divide by."""
    if value is None:
        return "n/a"
    if kind == "share":
        return f"{value * 100:.2f} %"
    if kind == "hours" and value < 1:
        return f"{value * 60:.2f} minutes"
    return f"{value:f}" if kind == "count" else f"{value:.2f} {kind}"
