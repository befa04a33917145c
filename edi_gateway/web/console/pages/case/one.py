"""One case whole: what is wrong and by which rule, the bytes marked, the document in its views, what the 997 said."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from starlette.exceptions import HTTPException

from edi_gateway.reports.book import cases
from edi_gateway.reports.triage import subjects
from edi_gateway.reports.triage.one_case import Look
from edi_gateway.web.console.pages.case.anatomy import opinion, views
from edi_gateway.web.console.rooms import Call, Room

room = Room()

_NONE = "There is no such case."


@room.page("/cases/{case_id:int}", may="see cases")
def case(
    call: Call,
    case_id: int,
    part: Annotated[str, Query(max_length=20)] = "marked",
    begin: Annotated[int | None, Query(ge=0)] = None,
    segment: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    with call.reading() as conn:
        view, subject = cases.show(conn, case_id), subjects.of_case(conn, case_id)
        if view is None or subject is None:
            raise HTTPException(404, _NONE)
        look = Look(conn, subject)
        values = views(look, f"/cases/{case_id}", part, begin, segment)
        return call.show("case/one.html", view=view, look=look, now=call.deps.clock(), **values)


@room.page("/cases/{case_id:int}/second-opinion", may="see cases")
def second_opinion(call: Call, case_id: int) -> Response:
    with call.reading() as conn:
        subject = subjects.of_case(conn, case_id)
        if subject is None:
            raise HTTPException(404, _NONE)
        return opinion(call, Look(conn, subject))
