"""Root causes: Pareto by cause, partner, item or check; what comes again; how long cases take."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import Query, Response

from edi_gateway.reports.causes import times as report_of_times
from edi_gateway.reports.causes.behind import behind
from edi_gateway.reports.causes.happenings import BY
from edi_gateway.reports.causes.pareto import MEASURES, pareto, unranked
from edi_gateway.reports.causes.recurring import recurring
from edi_gateway.web.console.moments import day
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("Root causes", "/root-causes", may="see cases", place=22, key="x", group="Cases"))

_DAYS = 30
_SHOWN = 40  # groups on the page; the vital few are among them

_CASES = 200  # of one row

Key = Annotated[str, Query(max_length=300)]
Word = Annotated[str, Query(max_length=20)]


@room.page("/root-causes", may="see cases")
def ranked(
    call: Call, by: Word = "cause", measure: Word = "cases", since: Word = "", until: Word = ""
) -> Response:
    by, measure = (by if by in BY else "cause"), (measure if measure in MEASURES else "cases")
    now = call.deps.clock()
    first, last = _day(since, now.date() - timedelta(days=_DAYS)), _day(until, now.date() + timedelta(days=1))
    with call.reading() as conn:
        groups = pareto(conn, by, measure, first, last, now=now, hours=call.deps.gateway.works.options.hours)
    return call.show(
        "cases/ranked.html",
        groups=groups[:_SHOWN],
        left=len(groups) - _SHOWN,
        vital=sum(group.vital for group in groups),
        all=len(groups),
        by=by,
        measure=measure,
        ways=BY,
        measures=MEASURES,
        since=first.date().isoformat(),
        until=last.date().isoformat(),
        unranked=unranked(groups),
    )


@room.page("/root-causes/cases", may="see cases")
def rows(call: Call, by: Word = "cause", key: Key = "", since: Word = "", until: Word = "") -> Response:
    """The cases behind one row."""
    by, now = by if by in BY else "cause", call.deps.clock()
    first, last = _day(since, now.date() - timedelta(days=_DAYS)), _day(until, now.date() + timedelta(days=1))
    with call.reading() as conn:
        found = behind(conn, by, key, first, last, now=now, hours=call.deps.gateway.works.options.hours)
    return call.show(
        "cases/behind.html",
        found=found[:_CASES],
        left=len(found) - _CASES,
        by=by,
        key=key,
        since=first.date().isoformat(),
        until=last.date().isoformat(),
    )


@room.page("/root-causes/recurring", may="see cases")
def again(call: Call) -> Response:
    options = call.deps.gateway.works.options
    with call.reading() as conn:
        found = recurring(conn, call.deps.clock(), least=options.recurs, days=options.recurs_days)
    return call.show("cases/recurring.html", found=found, least=options.recurs, days=options.recurs_days)


@room.page("/root-causes/times", may="see cases")
def times(call: Call, by: Word = "action", since: Word = "", until: Word = "") -> Response:
    by = by if by in report_of_times.BY else "action"
    now = call.deps.clock()
    first, last = _day(since, now.date() - timedelta(days=_DAYS)), _day(until, now.date() + timedelta(days=1))
    with call.reading() as conn:
        found = report_of_times.times(conn, by, first, last)
    return call.show(
        "cases/times.html",
        found=found,
        by=by,
        ways=report_of_times.BY,
        since=first.date().isoformat(),
        until=last.date().isoformat(),
    )


def _day(said: str, otherwise: date) -> datetime:
    """Midnight UTC of the day that a form names."""
    return datetime.combine(day(said) or otherwise, datetime.min.time(), UTC)
