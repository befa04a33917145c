"""Incidents with all that they touch, and what is stopped: read, opened, led, noted, closed, stopped and resumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Body
from pydantic import StringConstraints
from starlette.exceptions import HTTPException

from edi_gateway.commands.watch import incidents as commands
from edi_gateway.commands.watch import switches
from edi_gateway.model.incident import Urgency
from edi_gateway.reports.watch import incidents as reports
from edi_gateway.reports.watch.incidents import IncidentRow, IncidentView
from edi_gateway.reports.watch.switches import SwitchRow, stopped
from edi_gateway.web.console.api.terms import Key, Limit, Name, Offset, Words
from edi_gateway.web.console.rooms import ApiRoom, Call

room = ApiRoom()

Partner = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True, slots=True)
class Opening:
    """`text`: its first note."""

    title: Words
    text: Text = ""
    severity: Urgency = Urgency.SERIOUS
    partner: Partner | None = None


@dataclass(frozen=True, slots=True)
class Note:
    text: Words


@dataclass(frozen=True, slots=True)
class Ending:
    """`root_cause`: of docs/reference/roles.md."""

    root_cause: Words
    why: Words


@dataclass(frozen=True, slots=True)
class Switching:
    """`what`: sending, posting, partner or set; a partner needs `partner`, a set `set_code`. `incident_id`: for which
    incident it is done."""

    what: Words
    why: Words
    set_code: Annotated[str | None, Body(pattern=r"^[0-9]{3}$")] = None
    partner: Partner | None = None
    incident_id: Annotated[int | None, Body(ge=0, lt=1 << 63)] = None


@room.read("/incidents", may="see incidents")
def list_(
    call: Call, over: bool = False, partner: Name = None, limit: Limit = 100, offset: Offset = 0
) -> list[IncidentRow]:
    """Open ones, the most urgent first; or those that are over, the last first."""
    with call.reading() as conn:
        return reports.list_incidents(conn, over=over, partner=partner, limit=limit, offset=offset)


@room.read("/incidents/{incident_id}", may="see incidents")
def one(call: Call, incident_id: Key) -> IncidentView:
    """One with its timeline and the orders, cases and documents that it touches."""
    with call.reading() as conn:
        found = reports.show(conn, incident_id)
    if found is None:
        raise HTTPException(404, "There is no such incident.")
    return found


@room.act("/incidents", may="work an incident")
def open_(call: Call, said: Opening) -> IncidentView:
    """Open one that no detector sees; the token leads it."""
    with call.desk() as desk:
        made = commands.open_by_hand(desk, said.title, said.text, said.severity, said.partner)
    return one(call, made)


@room.act("/incidents/{incident_id}/take", may="work an incident")
def take(call: Call, incident_id: Key) -> IncidentView:
    """Lead it from now on."""
    with call.desk() as desk:
        commands.take(desk, incident_id, call.name or "")
    return one(call, incident_id)


@room.act("/incidents/{incident_id}/notes", may="work an incident")
def note(call: Call, incident_id: Key, said: Note) -> IncidentView:
    """One more line of its timeline."""
    with call.desk() as desk:
        commands.note(desk, incident_id, said.text)
    return one(call, incident_id)


@room.act("/incidents/{incident_id}/close", may="work an incident")
def close(call: Call, incident_id: Key, said: Ending) -> IncidentView:
    """End it by hand, with its root cause."""
    with call.desk() as desk:
        commands.close(desk, incident_id, said.root_cause, said.why)
    return one(call, incident_id)


@room.read("/switches", may="see incidents")
def switched_off(call: Call) -> list[SwitchRow]:
    """What is stopped at this moment: partners, sets, sending, posting."""
    with call.reading() as conn:
        return stopped(conn)


@room.act("/switches/stop", may="stop and resume")
def stop(call: Call, said: Switching) -> list[SwitchRow]:
    """Stop it: what it stops waits. What is stopped then."""
    with call.desk() as desk:
        switches.stop(
            desk,
            said.what,
            said.why,
            set_code=said.set_code,
            partner=said.partner,
            incident_id=said.incident_id,
        )
    return switched_off(call)


@room.act("/switches/resume", may="stop and resume")
def resume(call: Call, said: Switching) -> list[SwitchRow]:
    """Let it go on. What is stopped still."""
    with call.desk() as desk:
        switches.resume(
            desk,
            said.what,
            said.why,
            set_code=said.set_code,
            partner=said.partner,
            incident_id=said.incident_id,
        )
    return switched_off(call)
