"""Messages leave: digests are closed, then mails and webhook calls go out, at least once, with the same id each time.

Waits for nobody but its own servers: it runs beside the road, on the queue of what waits for others. A failure is
tried again, ever less often, and in the end given up and shown. Called by flow/gateway.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from edi_gateway import logs
from edi_gateway.flow.steps import Steps
from edi_gateway.flow.telling.outbound import pause
from edi_gateway.flow.works import Also, Works, nothing
from edi_gateway.store.watch import messages
from edi_gateway.store.watch.messages import ALERT, MAIL, Message, StoredAlert
from edi_gateway.transport.telling.base import Outgoing
from edi_gateway.triage.alerting import Alert, json_of, mail_of, subject_of

_AT_ONCE = 50


def sendable(works: Works, conn: Connection) -> list[int]:
    """Messages to be sent now. From here on a digest does not grow any more: each attempt sends the same."""
    found = messages.due(conn, works.clock(), _AT_ONCE)
    for one in found:
        if one.body is None and one.kind == ALERT:
            subject, body = _written(works, one, messages.alerts_of(conn, one.id))
            messages.change(conn, one.id, subject=subject, body=body)
    return [one.id for one in found]


def _written(works: Works, one: Message, told: Sequence[StoredAlert]) -> tuple[str, str]:
    alerts = [_alert(each) for each in told]
    console = works.options.alerting.console
    body = mail_of(alerts, console) if one.channel == MAIL else json_of(alerts, console)
    return subject_of(alerts), body


def _alert(row: StoredAlert) -> Alert:
    if row.incident_id is not None:
        link = f"/incidents/{row.incident_id}"
    elif row.topic.startswith("mention "):
        link = f"/cases/{row.case_id}"
    else:
        link = f"/causes/{row.topic.removeprefix('cause ')}"
    return Alert(**{name: getattr(row, name) for name in StoredAlert.__slots__}, link=link)


def send(works: Works, steps: Steps, message_ids: Sequence[int], also: Also = nothing) -> dict[str, int]:
    """Send these; what fails holds up no other."""
    with logs.unit("tell", messages=len(message_ids)) as line:
        outcome = steps.outside("tell", lambda: _send(works, message_ids))
        steps.transaction("told", lambda conn: _told(works, conn, outcome, also))
        line.add(sent=len(outcome["sent"]), failed=len(outcome["failed"]))
    return {"sent": len(outcome["sent"])}


def _send(works: Works, message_ids: Sequence[int]) -> dict[str, Any]:
    with works.writer.reading() as conn:
        waiting = [one for one in messages.load(conn, message_ids) if one.state == "WAITING"]
    sent: list[int] = []
    failed: list[tuple[int, str, bool]] = []
    for channel in sorted({one.channel for one in waiting}):
        mine = [one for one in waiting if one.channel == channel]
        teller = works.tellers.get(channel)
        if teller is None:
            failed += [(one.id, "no mail server is set: [mail] in config.toml", False) for one in mine]
            continue
        said = teller.tell(
            [
                Outgoing(one.id, one.target, one.subject or "", one.body or "", one.created_at, one.route)
                for one in mine
            ]
        )
        for one, problem in zip(mine, said, strict=True):
            if problem is None:
                sent.append(one.id)
            else:
                failed.append((one.id, str(problem), problem.permanent))
    return {"sent": sent, "failed": failed}


def _told(works: Works, conn: Connection, outcome: dict[str, Any], also: Also) -> None:
    also(conn)
    now = works.clock()
    errors = {message_id: (error, permanent) for message_id, error, permanent in outcome["failed"]}
    for one in messages.load(conn, [*outcome["sent"], *errors], lock=True):
        if one.state != "WAITING":
            continue
        if one.id not in errors:
            messages.change(
                conn, one.id, state="SENT", sent_at=now, attempts=one.attempts + 1, last_error=None
            )
            continue
        error, permanent = errors[one.id]
        patience = timedelta(hours=works.options.alerting.give_up_hours)
        over = permanent or now - one.created_at >= patience
        logs.say("warning", "message failed", message=one.id, channel=one.channel, given_up=over)
        messages.change(
            conn,
            one.id,
            state="FAILED" if over else "WAITING",
            due_at=now + pause(one.attempts),
            attempts=one.attempts + 1,
            last_error=error[:500],
        )
