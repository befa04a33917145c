"""Improvement records: the list, one with its rates before and after the fix, and their forms."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.triage import improving
from edi_gateway.commands.triage.improving import Subject
from edi_gateway.reports.causes import improvements as report
from edi_gateway.reports.causes.recurring import about
from edi_gateway.reports.people import everybody
from edi_gateway.web.console.moments import moment
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("Improvements", "/improvements", may="see cases", place=23, key="v", group="Cases"))

Text = Annotated[str, Form(max_length=20_000)]
Name = Annotated[str, Form(max_length=200)]
_MAY = "improve"


@room.page("/improvements", may="see cases")
def improvements(call: Call, all: bool = False) -> Response:
    with call.reading() as conn:
        found = report.list_improvements(conn, closed=all)
    return call.show("cases/improvements.html", found=found, all=all)


@room.page("/improvements/new", may=_MAY)
def new(
    call: Call,
    kind: Annotated[str, Query(max_length=8)] = "cause",
    key: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    with call.reading() as conn:
        users = [person.name for person in everybody(conn)]
    return call.show("cases/improvement_new.html", kind=kind, key=key, kinds=improving.KINDS, users=users)


@room.change("/improvements/new", may=_MAY)
def begin(call: Call, kind: Name, key: Name, action: Text, owner: Name = "") -> Response:
    days = call.deps.gateway.works.options.recurs_days
    with call.reading() as conn:
        found = about(conn, kind, key, call.deps.clock(), days=days) if kind in improving.KINDS else None
    if found is None:
        raise Refused(what="Beginning an improvement", why=f"{key[:64]!r} names no {kind[:8]}")
    subject = Subject(found.kind, found.key, found.title, found.cases, days)
    with call.desk() as desk:
        made = improving.begin(desk, subject, owner or call.name or "", action)
    return call.go(f"/improvements/{made}", "The record is open.")


@room.page("/improvements/{improvement_id:int}", may="see cases")
def improvement(
    call: Call, improvement_id: int, span: Annotated[int, Query(ge=1, le=366)] = report.SPAN
) -> Response:
    with call.reading() as conn:
        found = report.show(conn, improvement_id, call.deps.clock(), span=span)
        users = [person.name for person in everybody(conn)]
    if found is None:
        raise HTTPException(404, "There is no such improvement.")
    return call.show("cases/improvement.html", view=found, users=users, span=span)


@room.change("/improvements/{improvement_id:int}/plan", may=_MAY)
def plan(call: Call, improvement_id: int, action: Text, owner: Name = "") -> Response:
    with call.desk() as desk:
        improving.plan(desk, improvement_id, owner or call.name or "", action)
    return call.go(f"/improvements/{improvement_id}", "It is planned.")


@room.change("/improvements/{improvement_id:int}/fixed", may=_MAY)
def fixed(call: Call, improvement_id: int, at: Name = "") -> Response:
    with call.desk() as desk:
        improving.fixed(desk, improvement_id, moment(at, "Fixing"))
    return call.go(f"/improvements/{improvement_id}", "Before and after are compared from now on.")


@room.change("/improvements/{improvement_id:int}/close", may=_MAY)
def close(call: Call, improvement_id: int, result: Text, drop: Annotated[bool, Form()] = False) -> Response:
    with call.desk() as desk:
        improving.close(desk, improvement_id, result, drop=drop)
    return call.go(f"/improvements/{improvement_id}", "It is dropped." if drop else "It is done.")
