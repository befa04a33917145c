"""Alerts and messages as lists: what was told to whom, what waits, what failed (spec B13, B14.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import alert_messages, alerts, messages
from edi_gateway.store.watch.messages import MAIL, Message, StoredAlert, alerts_of, load


@dataclass(frozen=True, slots=True)
class MessageRow:
    """`alerts`: how many it tells; `subject` is None while a digest may still grow."""

    message_id: int
    kind: str
    channel: str
    route: str | None
    target: str
    subject: str | None
    alerts: int
    state: str
    urgent: bool
    due_at: datetime
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """`routes`: which want it, in their order; none: nobody is told."""

    alert_id: int
    raised_at: datetime
    family: str
    code: str
    partner: str | None
    urgent: bool
    text: str
    routes: str
    sent: int
    waiting: int
    failed: int
    incident_id: int | None
    case_id: int | None


@dataclass(frozen=True, slots=True)
class MessageView:
    message: Message
    alerts: Sequence[StoredAlert]


def list_messages(
    conn: Connection,
    *,
    state: str | None = None,
    order_id: int | None = None,
    case_id: int | None = None,
    incident_id: int | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[MessageRow]:
    """The newest first; `before`: only those with smaller ids, to go on from a page."""
    m = messages.c
    count = select(func.count()).where(alert_messages.c.message_id == m.id).scalar_subquery()
    query = select(
        *(m.id, m.kind, m.channel, m.route, m.target, m.subject, count, m.state, m.urgent, m.due_at),
        *(m.attempts, m.last_error, m.created_at, m.sent_at),
    )
    wanted = {"state": state, "order_id": order_id, "case_id": case_id, "incident_id": incident_id}
    for name, value in wanted.items():
        if value is not None:
            query = query.where(m[name] == value)
    if before is not None:
        query = query.where(m.id < before)
    found = [MessageRow(*row) for row in rows(conn, query.order_by(m.id.desc()).limit(limit))]
    return [replace(one, target=_told(one.channel, one.target)) for one in found]


def _told(channel: str, target: str) -> str:
    """An address as people may see it: behind the question mark of a webhook's there is often a secret."""
    return target if channel == MAIL else target.partition("?")[0]


def list_alerts(conn: Connection, *, before: int | None = None, limit: int = 200) -> list[AlertRow]:
    """The newest first, with what became of the messages that bear them; `before`: only those with smaller ids."""
    a, m = alerts.c, messages.c
    asked = select(
        a.id, a.raised_at, a.family, a.code, a.partner, a.urgent, a.text, a.incident_id, a.case_id
    ).order_by(a.id.desc())
    if before is not None:
        asked = asked.where(a.id < before)
    found = conn.execute(asked.limit(limit)).all()
    borne: dict[int, list[tuple[str | None, str]]] = {}
    if found:
        link = alert_messages.c
        query = select(link.alert_id, m.route, m.state).join(messages, m.id == link.message_id)
        within = link.alert_id.between(found[-1].id, found[0].id)
        for row in conn.execute(query.where(within).order_by(m.id)):
            borne.setdefault(row.alert_id, []).append((row.route, row.state))
    told = []
    for one in found:
        mine = borne.get(one.id, [])
        states = [state for _, state in mine]
        told.append(
            AlertRow(
                alert_id=one.id,
                raised_at=one.raised_at,
                family=one.family,
                code=one.code,
                partner=one.partner,
                urgent=one.urgent,
                text=one.text,
                routes=", ".join(dict.fromkeys(route for route, _ in mine if route is not None)),
                sent=states.count("SENT"),
                waiting=states.count("WAITING"),
                failed=states.count("FAILED"),
                incident_id=one.incident_id,
                case_id=one.case_id,
            )
        )
    return told


def show_message(conn: Connection, message_id: int) -> MessageView | None:
    """One message with all that it says."""
    found = load(conn, [message_id])
    if not found:
        return None
    one = replace(found[0], target=_told(found[0].channel, found[0].target))
    return MessageView(one, alerts_of(conn, message_id))


@dataclass(frozen=True, slots=True)
class Failing:
    """`failed`: given up; `trying`: failed at least once and tried again."""

    failed: int
    trying: int


def failing(conn: Connection) -> Failing:
    m = messages.c
    query = select(m.state, func.count()).where(
        (m.state == "FAILED") | ((m.state == "WAITING") & (m.attempts > 0))
    )
    counts = {row[0]: row[1] for row in conn.execute(query.group_by(m.state))}
    return Failing(counts.get("FAILED", 0), counts.get("WAITING", 0))
