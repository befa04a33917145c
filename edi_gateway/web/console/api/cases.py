"""Cases and their causes: read, commented, claimed, closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Body
from starlette.exceptions import HTTPException

from edi_gateway.commands.triage import working
from edi_gateway.model.showing import plain
from edi_gateway.reports.book import cases
from edi_gateway.reports.book.cases import CaseNote, CaseRow
from edi_gateway.reports.causes import queue
from edi_gateway.reports.causes.queue import CauseRow
from edi_gateway.web.console.api.terms import Key, Limit, Name, Offset, Words
from edi_gateway.web.console.rooms import ApiRoom, Call

room = ApiRoom()


@dataclass(frozen=True, slots=True)
class OneCase:
    """`finding`: what opened it, with its place in the bytes, as `check --json` tells it."""

    case: CaseRow
    finding: dict[str, Any] | None
    notes: list[CaseNote]
    same_cause: int


@dataclass(frozen=True, slots=True)
class Closing:
    """`root_cause`: of docs/reference/roles.md; `text`: what was found and done."""

    root_cause: Words
    text: Annotated[str, Body(max_length=2000, pattern=r"^[^\x00]*$")] = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """@NAME mentions somebody."""

    text: Words


@room.read("/causes", may="see cases")
def causes(
    call: Call, partner: Name = None, family: Name = None, limit: Limit = 100, offset: Offset = 0
) -> list[CauseRow]:
    """Open cases by cause, the most urgent first."""
    wanted = queue.Wanted(partner=partner, family=family)
    with call.reading() as conn:
        return list(queue.queue(conn, wanted, call.deps.clock(), limit=limit, offset=offset).causes)


@room.read("/cases", may="see cases")
def list_(
    call: Call,
    partner: Name = None,
    family: Name = None,
    owner: Name = None,
    fingerprint: Name = None,
    closed: bool = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> list[CaseRow]:
    """Open cases (or closed ones) in the order of work."""
    with call.reading() as conn:
        return cases.list_cases(
            conn,
            partner=partner,
            family=family,
            owner=owner,
            fingerprint=fingerprint,
            closed=closed,
            limit=limit,
            offset=offset,
        )


@room.read("/cases/{case_id}", may="see cases")
def one(call: Call, case_id: Key) -> OneCase:
    """One case with its finding and notes."""
    with call.reading() as conn:
        found = cases.show(conn, case_id)
    if found is None:
        raise HTTPException(404, "There is no such case.")
    return OneCase(found.case, plain(found.finding), list(found.notes), found.same_cause)


@room.act("/cases/{case_id}/claim", may="work a case")
def claim(call: Call, case_id: Key) -> OneCase:
    """Take it: the token becomes its owner."""
    with call.desk() as desk:
        working.claim(desk, case_id)
    return one(call, case_id)


@room.act("/cases/{case_id}/comments", may="work a case")
def comment(call: Call, case_id: Key, said: Comment) -> OneCase:
    """Say something about it."""
    with call.desk() as desk:
        working.comment(desk, case_id, said.text)
    return one(call, case_id)


@room.act("/cases/{case_id}/close", may="work a case")
def close(call: Call, case_id: Key, said: Closing) -> OneCase:
    """Close it with its root cause."""
    with call.desk() as desk:
        working.close(desk, case_id, said.root_cause, said.text)
    return one(call, case_id)
