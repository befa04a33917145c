"""Alerts and messages: what was told to whom, what failed, sent again."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.watch import alerting
from edi_gateway.commands.watch.routes import routes
from edi_gateway.reports.watch import messages
from edi_gateway.web.console.api.terms import Before
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("Alerts", "/alerts", may="see incidents", place=72, group="Watch", also=("/messages/",)))
_PAGE = 100
_STATES = ("WAITING", "SENT", "FAILED", "CANCELLED")


@room.page("/alerts", may="see incidents")
def alerts(call: Call, state: str = "", before: Before = None, sent_before: Before = None) -> Response:
    """`before`: alerts that are older than this one; `sent_before`: messages."""
    wanted = state if state in _STATES else None
    with call.reading() as conn:
        told = messages.list_alerts(conn, before=before, limit=_PAGE + 1)
        sent = messages.list_messages(conn, state=wanted, before=sent_before, limit=_PAGE + 1)
        whom = routes(conn, call.deps.gateway.works.options.alerting, call.deps.clock())
    return call.show(
        "watch/alerts.html",
        alerts=told[:_PAGE],
        routes=whom,
        older=told[_PAGE - 1].alert_id if len(told) > _PAGE else None,
        messages=sent[:_PAGE],
        sent_older=sent[_PAGE - 1].message_id if len(sent) > _PAGE else None,
        before=before,
        sent_before=sent_before,
        state=state,
        states=_STATES,
    )


@room.page("/messages/{message_id}", may="see incidents")
def message(call: Call, message_id: int) -> Response:
    with call.reading() as conn:
        view = messages.show_message(conn, message_id)
    if view is None:
        raise HTTPException(404, "There is no such message.")
    return call.show("watch/message.html", view=view)


@room.change("/messages/{message_id}/retry", may="resend")
def retry(call: Call, message_id: int) -> Response:
    with call.desk() as desk:
        alerting.retry(desk, [message_id])
    return call.go(call.here, "It goes with the next pass.")


@room.change("/messages/{message_id}/cancel", may="resend")
def cancel(call: Call, message_id: int, why: Annotated[str, Form(max_length=2000)] = "") -> Response:
    with call.desk() as desk:
        alerting.cancel(desk, message_id, why)
    return call.go(call.here, "It will not go.")
