"""The audit, the proof that it is whole, and the control reports; read only."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime
from starlette.exceptions import HTTPException

from edi_gateway.reports import audit, controls
from edi_gateway.reports.audit import AuditRow, Proof
from edi_gateway.reports.controls import ControlCount, ControlRow
from edi_gateway.web.console.api.terms import Before, Limit, Name, Offset
from edi_gateway.web.console.api.watch.figures import Days
from edi_gateway.web.console.rooms import ApiRoom, Call

room = ApiRoom()

ControlName = Annotated[str, Path(max_length=80, pattern=r"^[^\x00]*$", description="As /controls names it.")]


@room.read("/audit", may="see audit")
def list_(
    call: Call,
    by: Name = None,
    action: Name = None,
    subject: Name = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    before: Before = None,
    limit: Limit = 100,
) -> list[AuditRow]:
    """What was done by whom, the newest first. `subject`: "order 123", or all orders: "order"."""
    with call.reading() as conn:
        return audit.list_entries(
            conn, by=by, action=action, subject=subject, since=since, until=until, before=before, limit=limit
        )


@room.read("/audit/proof", may="see audit")
def proof(call: Call) -> Proof:
    """Walk the whole chain. Keep its head elsewhere: who rewrote the log could not rewrite that."""
    with call.reading() as conn:
        return audit.prove(conn)


@room.read("/controls", may="see audit")
def counts(call: Call, span: Days) -> list[ControlCount]:
    """The control reports, and how many rows each has."""
    with call.reading() as conn:
        return controls.counts(conn, span)


@room.read("/controls/{name}", may="see audit")
def control(
    call: Call, name: ControlName, span: Days, limit: Limit = 100, offset: Offset = 0
) -> list[ControlRow]:
    """The rows of one."""
    with call.reading() as conn:
        found = controls.control(conn, name, span)
    if found is None:
        raise HTTPException(404, "There is no such report.")
    return found[offset : offset + limit]
