"""Incidents: the list, one with its timeline and switches, and what is stopped."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.telling import messages
from edi_gateway.commands.triage import replaying
from edi_gateway.commands.watch import incidents as commands
from edi_gateway.commands.watch import switches
from edi_gateway.model.incident import Urgency
from edi_gateway.orders.hours.service import ROOT_CAUSES
from edi_gateway.reports.watch import incidents as reports
from edi_gateway.reports.watch.messages import list_messages
from edi_gateway.reports.watch.switches import stopped
from edi_gateway.web.console.moments import moment
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(
    Nav("Incidents", "/incidents", may="see incidents", place=71, key="i", group="Watch"),
    Nav("Switches", "/switches", may="see incidents", place=73, group="Watch"),
)
_PAGE = 100
Text = Annotated[str, Form(max_length=20_000)]


@room.page("/incidents", may="see incidents")
def incidents(
    call: Call, over: bool = False, partner: str = "", page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    first = (page - 1) * _PAGE
    with call.reading() as conn:
        found = reports.list_incidents(
            conn, over=over, partner=partner or None, limit=_PAGE + 1, offset=first
        )
        off = stopped(conn)
    return call.show(
        "watch/incidents.html",
        incidents=found[:_PAGE],
        more=len(found) > _PAGE,
        page=page,
        over=over,
        partner=partner,
        stopped=off,
    )


@room.change("/incidents", may="work an incident")
def open_(
    call: Call, title: Text = "", text: Text = "", severity: Text = "SERIOUS", partner: Text = ""
) -> Response:
    urgency = Urgency(severity) if severity in set(Urgency) else Urgency.SERIOUS
    with call.desk() as desk:
        made = commands.open_by_hand(desk, title, text, urgency, partner or None)
    return call.go(f"/incidents/{made}", "The incident is open, and yours.")


@room.page("/incidents/{incident_id}", may="see incidents")
def incident(call: Call, incident_id: int) -> Response:
    with call.reading() as conn:
        view = reports.show(conn, incident_id)
        if view is None:
            raise HTTPException(404, "There is no such incident.")
        told = list_messages(conn, incident_id=incident_id)
        off = stopped(conn)
        contacts = []
        if view.incident.partner is not None:
            contacts = messages.addresses_of(call.deps.partners(conn), view.incident.partner)
    return call.show(
        "watch/incident.html",
        view=view,
        told=told,
        stopped=off,
        contacts=contacts,
        root_causes=tuple(ROOT_CAUSES),
    )


@room.change("/incidents/{incident_id}/take", may="work an incident")
def take(call: Call, incident_id: int) -> Response:
    with call.desk() as desk:
        commands.take(desk, incident_id, call.name or "")
    return call.go(f"/incidents/{incident_id}", "You lead it.")


@room.change("/incidents/{incident_id}/note", may="work an incident")
def note(call: Call, incident_id: int, text: Text = "") -> Response:
    with call.desk() as desk:
        commands.note(desk, incident_id, text)
    return call.go(f"/incidents/{incident_id}", "Noted.")


@room.change("/incidents/{incident_id}/close", may="work an incident")
def close(call: Call, incident_id: int, root_cause: Text = "", why: Text = "") -> Response:
    with call.desk() as desk:
        commands.close(desk, incident_id, root_cause, why)
    return call.go(f"/incidents/{incident_id}", "The incident is closed.")


@room.change("/incidents/{incident_id}/post-mortem", may="work an incident")
def post_mortem(
    call: Call,
    incident_id: int,
    root_cause: Text = "",
    impact: Text = "",
    course: Text = "",
    remedy: Text = "",
    remedy_owner: Text = "",
) -> Response:
    with call.desk() as desk:
        commands.write_post_mortem(
            desk,
            incident_id,
            root_cause or None,
            impact=impact,
            course=course,
            remedy=remedy,
            remedy_owner=remedy_owner,
        )
    return call.go(f"/incidents/{incident_id}", "Written down.")


@room.change("/incidents/{incident_id}/try", may="work a case")
def try_(call: Call, incident_id: int, since: Text = "") -> Response:
    """Say what a replay of what it affects would do; nothing is changed."""
    with call.desk() as desk:
        run = replaying.begin_incident(desk, incident_id, since=moment(since, "Trying it"), dry=True)
    return call.go(f"/replays/{run.id}")


@room.change("/incidents/{incident_id}/replay", may="work a case")
def replay(call: Call, incident_id: int, since: Text = "") -> Response:
    """Run all of it again, from the chosen moment on."""
    with call.desk() as desk:
        run = replaying.begin_incident(desk, incident_id, since=moment(since, "Replaying it"))
    return call.go(f"/replays/{run.id}", "The replay has begun.")


@room.change("/incidents/{incident_id}/message", may="write to a partner")
def message(call: Call, incident_id: int, to: Text = "", subject: Text = "", text: Text = "") -> Response:
    with call.desk() as desk:
        messages.send(desk, messages.Draft(to, subject, text, incident_id=incident_id))
    return call.go(f"/incidents/{incident_id}", f"The message to {to} waits to be sent.")


@room.page("/switches", may="see incidents")
def switches_(call: Call) -> Response:
    with call.reading() as conn:
        off = stopped(conn)
    return call.show("watch/switches.html", stopped=off)


@room.change("/switches/stop", may="stop and resume")
def stop(
    call: Call, what: Text = "", set_code: Text = "", partner: Text = "", why: Text = "", incident: Text = ""
) -> Response:
    about = int(incident) if incident.isdecimal() else None
    with call.desk() as desk:
        named = switches.stop(
            desk, what, why, set_code=set_code or None, partner=partner or None, incident_id=about
        )
    return call.go(call.here, f"Stopped: {named}. What it stops waits.")


@room.change("/switches/resume", may="stop and resume")
def resume(
    call: Call, what: Text = "", set_code: Text = "", partner: Text = "", why: Text = "", incident: Text = ""
) -> Response:
    about = int(incident) if incident.isdecimal() else None
    with call.desk() as desk:
        named = switches.resume(
            desk, what, why, set_code=set_code or None, partner=partner or None, incident_id=about
        )
    return call.go(call.here, f"Resumed: {named}.")
