"""The audit log, its proof, and control reports."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi import Response
from starlette.exceptions import HTTPException

from edi_gateway.reports import audit, controls
from edi_gateway.reports.figures.figure import Span
from edi_gateway.web.console.moments import day
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(
    Nav("Audit", "/audit", may="see audit", place=80, key="a", group="Control"),
    Nav("Controls", "/controls", may="see audit", place=81, group="Control"),
)
_PAGE = 100
_USUAL_DAYS = 30
_PAGES = {
    "order": "/orders",
    "transmission": "/transmissions",
    "case": "/cases",
    "partner": "/partners",
}


@room.page("/audit", may="see audit")
def audit_(
    call: Call,
    by: str = "",
    action: str = "",
    subject: str = "",
    since: str = "",
    until: str = "",
    before: int | None = None,
) -> Response:
    first, last = day(since), day(until)
    with call.reading() as conn:
        found = audit.list_entries(
            conn,
            by=by or None,
            action=action or None,
            subject=subject.strip() or None,
            since=None if first is None else _midnight(first),
            until=None if last is None else _midnight(last) + timedelta(days=1),
            before=before,
            limit=_PAGE + 1,
        )
        known = audit.actions(conn)
    return call.show(
        "watch/audit.html",
        entries=[(row, audit.said(row)) for row in found[:_PAGE]],
        more=len(found) > _PAGE,
        actions=known,
        by=by,
        action=action,
        subject=subject,
        since=since,
        until=until,
        before=before,
    )


@room.page("/audit/proof", may="see audit")
def proof(call: Call) -> Response:
    """A part of the page, or one of its own where no script runs: it walks the whole chain, which takes a while."""
    with call.reading() as conn:
        found = audit.prove(conn)
    return call.show("watch/_proof.html" if call.is_htmx else "watch/proof.html", proof=found)


@room.page("/controls", may="see audit")
def controls_(call: Call, since: str = "", until: str = "") -> Response:
    span = _span(call, since, until)
    with call.reading() as conn:
        found = controls.counts(conn, span)
    return call.show("watch/controls.html", controls=found, **_shown(span))


@room.page("/controls/{name}", may="see audit")
def control(call: Call, name: str, since: str = "", until: str = "") -> Response:
    span = _span(call, since, until)
    with call.reading() as conn:
        found = controls.control(conn, name, span)
    if found is None:
        raise HTTPException(404, "There is no such report.")
    title = controls.CONTROLS[name].title
    return call.show(
        "watch/control.html", rows=found[:1000], count=len(found), title=title, pages=_PAGES, **_shown(span)
    )


def _span(call: Call, since: str, until: str) -> Span:
    last = day(until) or call.deps.clock().date()
    first = min(day(since) or last - timedelta(days=_USUAL_DAYS - 1), last)
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return Span(begin, datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _shown(span: Span) -> dict[str, Any]:
    return {"since": f"{span.since:%Y-%m-%d}", "until": f"{span.until - timedelta(days=1):%Y-%m-%d}"}
