"""Alerts, and the messages that bear them: an outbox of mails and webhook calls.

Written in the commits that cause them, sent by flow/telling/messages.py at least once, with the same id each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import alert_messages, alerts, messages

MAIL, WEBHOOK = "mail", "webhook"
ALERT, MESSAGE = "alert", "message"


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """A row of `alerts`."""

    id: int
    topic: str
    family: str
    code: str
    partner: str | None
    urgent: bool
    cases: int
    text: str
    hint: str
    raised_at: datetime
    incident_id: int | None
    case_id: int | None


@dataclass(frozen=True, slots=True)
class Message:
    """A row of `messages`. `body` None: a digest that may still grow."""

    id: int
    kind: str
    channel: str
    route: str | None
    target: str
    subject: str | None
    body: str | None
    state: str
    urgent: bool
    due_at: datetime
    attempts: int
    last_error: str | None
    created_at: datetime
    created_by: str
    sent_at: datetime | None
    partner: str | None = None
    order_id: int | None = None
    case_id: int | None = None
    incident_id: int | None = None


_ALERT = [alerts.c[field.name] for field in fields(StoredAlert)]
COLUMNS = [messages.c[field.name] for field in fields(Message)]


def add_alert(conn: Connection, alert: StoredAlert) -> None:
    conn.execute(insert(alerts), {field.name: getattr(alert, field.name) for field in fields(StoredAlert)})


def add(conn: Connection, message: Message) -> None:
    conn.execute(insert(messages), {field.name: getattr(message, field.name) for field in fields(Message)})


def growing(conn: Connection, route: str, channel: str, target: str) -> Message | None:
    """The digest of a route for a target that has not begun to go; locked for this transaction."""
    m = messages.c
    query = select(*COLUMNS).where(
        m.state == "WAITING", m.kind == ALERT, m.body.is_(None), m.route == route, m.channel == channel
    )
    row = conn.execute(query.where(m.target == target).limit(1).with_for_update()).first()
    return None if row is None else Message(*row)


def attach(conn: Connection, message_id: int, alert_id: int) -> None:
    dialect = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = dialect(alert_messages).values(message_id=message_id, alert_id=alert_id)
    conn.execute(statement.on_conflict_do_nothing())


def change(conn: Connection, message_id: int, **values: object) -> None:
    conn.execute(update(messages).where(messages.c.id == message_id).values(values))


def due(conn: Connection, now: datetime, limit: int) -> list[Message]:
    """What may go now, what is urgent first; locked for this transaction."""
    m = messages.c
    query = select(*COLUMNS).where(m.state == "WAITING", m.due_at <= now)
    query = query.order_by(m.urgent.desc(), m.due_at, m.id).limit(limit).with_for_update()
    return [Message(*row) for row in conn.execute(query)]


def load(conn: Connection, message_ids: Iterable[int], *, lock: bool = False) -> list[Message]:
    found: list[Message] = []
    for some in chunks(sorted(message_ids)):
        query = select(*COLUMNS).where(messages.c.id.in_(some)).order_by(messages.c.id)
        found += [Message(*row) for row in conn.execute(query.with_for_update() if lock else query)]
    return found


def alerts_of(conn: Connection, message_id: int) -> Sequence[StoredAlert]:
    """What a digest tells, the oldest first."""
    query = select(*_ALERT).join(alert_messages, alert_messages.c.alert_id == alerts.c.id)
    query = query.where(alert_messages.c.message_id == message_id).order_by(alerts.c.id)
    return [StoredAlert(*row) for row in conn.execute(query)]
