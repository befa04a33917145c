"""What is new and needs people becomes alerts, and these become mails and webhook calls by route (spec B14.5).

Looks at the causes and incidents as they stand, not at what has happened since: nothing can be missed, whoever died in
between, and the same cause is not told again for a while. Writes rows only; flow/telling/messages.py sends. Called by
flow/deadlines.py once a minute.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.model.incident import Urgency
from edi_gateway.reports.watch import news
from edi_gateway.store import users
from edi_gateway.store.ids import short
from edi_gateway.store.watch import messages
from edi_gateway.store.watch.messages import ALERT, MAIL, WEBHOOK, Message, StoredAlert
from edi_gateway.triage.alerting import (
    MENTIONS,
    Alert,
    Alerting,
    Route,
    family_of_incident,
    go_at,
    wants,
)

_RECENT = timedelta(days=7)  # what is older is no news
_AT_ONCE = 100  # causes in one pass: the rest a minute later, with the next digest or still in this one


def raise_alerts(desk: Desk, alerting: Alerting) -> int:
    """Alerts of what is new, put into the messages of the routes that want them; how many alerts."""
    people = {user.name: user.roles for user in users.every(desk.conn)}
    count = _tell_mentions(desk, alerting, people)
    if not alerting.routes:
        return count
    for alert in (*_of_incidents(desk), *_of_causes(desk, alerting)):
        _keep(desk, alert)
        for route in alerting.routes:
            if wants(route, alert):
                _put(desk, alerting, route, alert, people)
        count += 1
    return count


def _keep(desk: Desk, alert: Alert) -> None:
    columns = {name: getattr(alert, name) for name in StoredAlert.__slots__}  # all of them but the link
    messages.add_alert(desk.conn, StoredAlert(**columns))


def _tell_mentions(desk: Desk, alerting: Alerting, people: dict[str, frozenset[str]]) -> int:
    """Whoever was named on a case and has a mail address gets a mail: with the digest and the quiet hours of the first
    route that reaches them, else at once. Who has looked at it meanwhile gets none."""
    if not alerting.people:
        return 0
    now = desk.clock()
    found = news.new_mentions(desk.conn, now - _RECENT, alerting.people, _AT_ONCE)
    for one in found:
        alert = Alert(
            id=desk.ids.next(),
            topic=one.topic,
            family=one.family,
            code=one.code,
            partner=one.partner,
            urgent=False,
            cases=1,
            text=f"{one.by} to {one.person} on case {short(one.case_id)}: {' '.join(one.said.split())}",
            hint=f"{one.message} {one.hint}".strip(),
            raised_at=now,
            link=f"/cases/{one.case_id}",
            case_id=one.case_id,
        )
        _keep(desk, alert)
        address = alerting.people[one.person]
        ways = (route for route in alerting.routes if (MAIL, address) in targets(alerting, route, people))
        way = next(ways, None)
        at = now if way is None else go_at(way, alert, now)
        _attach(desk, alert, MENTIONS, MAIL, address, at)
    return len(found)


def _of_incidents(desk: Desk) -> Iterable[Alert]:
    for one in news.new_incidents(desk.conn, desk.clock() - _RECENT):
        over = one.state != "OPEN"
        yield Alert(
            id=desk.ids.next(),
            topic=one.topic,
            family=family_of_incident(one.kind).value,
            code=one.kind,
            partner=one.partner,
            urgent=not over and one.severity == Urgency.URGENT,
            cases=0,
            text=f"Over: {one.title}" if over else f"Incident: {one.message}",
            hint=(one.reason or "") if over else one.hint,
            raised_at=desk.clock(),
            link=f"/incidents/{one.incident_id}",
            incident_id=one.incident_id,
        )


def _of_causes(desk: Desk, alerting: Alerting) -> Iterable[Alert]:
    now = desk.clock()
    again = now - timedelta(hours=alerting.again_hours)
    for one in news.new_causes(desk.conn, now - _RECENT, again, _AT_ONCE):
        count = f"{one.cases} cases: " if one.cases > 1 else ""
        yield Alert(
            id=desk.ids.next(),
            topic=one.topic,
            family=one.family,
            code=one.code,
            partner=one.partner,
            urgent=False,
            cases=one.cases,
            text=f"{count}{one.cause}",
            hint=one.hint,
            raised_at=now,
            link=f"/causes/{one.fingerprint}",
            case_id=one.case_id,
        )


def _put(
    desk: Desk, alerting: Alerting, route: Route, alert: Alert, people: dict[str, frozenset[str]]
) -> None:
    """Into the digest of each target of a route that has not begun to go, or into a new one."""
    now = desk.clock()
    at = go_at(route, alert, now)
    for channel, target in targets(alerting, route, people):
        _attach(desk, alert, route.name, channel, target, at)


def _attach(desk: Desk, alert: Alert, route: str, channel: str, target: str, at: datetime) -> None:
    known = messages.growing(desk.conn, route, channel, target)
    if known is None:
        message_id = desk.ids.next()
        messages.add(desk.conn, _message(message_id, ALERT, channel, route, target, at, desk, alert.urgent))
    else:
        message_id = known.id
        if at < known.due_at:
            messages.change(desk.conn, known.id, due_at=at, urgent=known.urgent or alert.urgent)
    messages.attach(desk.conn, message_id, alert.id)


def targets(alerting: Alerting, route: Route, people: dict[str, frozenset[str]]) -> list[tuple[str, str]]:
    """(channel, address) of everybody whom a route reaches. `people`: user -> roles."""
    wanted = {name for name, roles in people.items() if roles & route.roles} | route.users
    mails = {alerting.people[name] for name in wanted if name in alerting.people} | set(route.mail)
    found = [(MAIL, address) for address in sorted(mails)]
    return found + ([(WEBHOOK, route.webhook)] if route.webhook is not None else [])


def retry(desk: Desk, message_ids: Iterable[int]) -> int:
    """Messages that were given up, or wait for their next attempt, go at once; how many."""
    desk.require("Sending messages again", PERMISSIONS["resend"])
    found = [
        one for one in messages.load(desk.conn, message_ids, lock=True) if one.state in ("FAILED", "WAITING")
    ]
    if not found:
        raise Refused(what="Sending messages again", why="none of them failed or waits")
    for one in found:
        messages.change(desk.conn, one.id, state="WAITING", due_at=desk.clock(), attempts=0)
        desk.record("message retried", f"message {one.id}", channel=one.channel, target=one.target)
    return len(found)


def cancel(desk: Desk, message_id: int, why: str) -> None:
    """A message that has not gone will not go any more."""
    what = f"Cancelling message {short(message_id)}"
    desk.require(what, PERMISSIONS["resend"])
    found = messages.load(desk.conn, [message_id], lock=True)
    if not found or found[0].state not in ("WAITING", "FAILED"):
        raise Refused(what=what, why="it has gone already, or there is no such message")
    if not why.strip():
        raise Refused(what=what, why="it needs a reason")
    messages.change(desk.conn, message_id, state="CANCELLED", last_error=why)
    desk.record("message cancelled", f"message {message_id}", why=why)


def _message(
    message_id: int,
    kind: str,
    channel: str,
    route: str | None,
    target: str,
    at: datetime,
    desk: Desk,
    urgent: bool,
) -> Message:
    return Message(
        id=message_id,
        kind=kind,
        channel=channel,
        route=route,
        target=target,
        subject=None,
        body=None,
        state="WAITING",
        urgent=urgent,
        due_at=at,
        attempts=0,
        last_error=None,
        created_at=desk.clock(),
        created_by=desk.actor.name,
        sent_at=None,
    )
