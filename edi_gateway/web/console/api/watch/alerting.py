"""Alerts, and the mails and webhook calls that bear them: read, sent again, cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.exceptions import HTTPException

from edi_gateway.commands.watch import alerting
from edi_gateway.reports.watch import messages
from edi_gateway.reports.watch.messages import AlertRow, MessageRow, MessageView
from edi_gateway.web.console.api.terms import Before, Key, Limit, Words
from edi_gateway.web.console.rooms import ApiRoom, Call

room = ApiRoom()


@dataclass(frozen=True, slots=True)
class Cancelling:
    why: Words


@room.read("/alerts", may="see incidents")
def alerts(call: Call, before: Before = None, limit: Limit = 100) -> list[AlertRow]:
    """What people were told of, the newest first, with what became of the messages."""
    with call.reading() as conn:
        return messages.list_alerts(conn, before=before, limit=limit)


@room.read("/messages", may="see incidents")
def list_(
    call: Call,
    state: Literal["WAITING", "SENT", "FAILED", "CANCELLED"] | None = None,
    before: Before = None,
    limit: Limit = 100,
) -> list[MessageRow]:
    """Mails and webhook calls, the newest first."""
    with call.reading() as conn:
        return messages.list_messages(conn, state=state, before=before, limit=limit)


@room.read("/messages/{message_id}", may="see incidents")
def one(call: Call, message_id: Key) -> MessageView:
    """One with its text and the alerts that it tells."""
    with call.reading() as conn:
        found = messages.show_message(conn, message_id)
    if found is None:
        raise HTTPException(404, "There is no such message.")
    return found


@room.act("/messages/{message_id}/retry", may="resend")
def retry(call: Call, message_id: Key) -> MessageView:
    """Send it at once, with the next pass."""
    with call.desk() as desk:
        alerting.retry(desk, [message_id])
    return one(call, message_id)


@room.act("/messages/{message_id}/cancel", may="resend")
def cancel(call: Call, message_id: Key, said: Cancelling) -> MessageView:
    """Let it not go any more."""
    with call.desk() as desk:
        alerting.cancel(desk, message_id, said.why)
    return one(call, message_id)
