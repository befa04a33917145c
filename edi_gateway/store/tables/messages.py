"""What people and other programs are told: alerts, and the mails and webhook calls that bear them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from edi_gateway.store.tables.base import Moment, metadata, row_id

alerts = Table(
    "alerts",
    metadata,
    row_id(),
    Column("topic", String(100), nullable=False),  # "cause FINGERPRINT", "incident ID", "incident ID over"
    Column("family", String(20), nullable=False),
    Column("code", String(60), nullable=False),
    Column("partner", String(80)),
    Column("urgent", Boolean, nullable=False),
    Column("cases", Integer, nullable=False),  # how many open cases the cause had then
    Column("text", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("incident_id", BigInteger),
    Column("case_id", BigInteger),  # the first of the cause
    Index("ix_alerts_topic", "topic", "raised_at"),
)

messages = Table(
    "messages",
    metadata,
    row_id(),
    Column("kind", String(10), nullable=False),  # alert, message
    Column("channel", String(8), nullable=False),  # mail, webhook
    Column("route", String(80)),  # of an alert: its name in config.toml
    Column("target", Text, nullable=False),  # mail address, or URL
    Column("subject", Text),
    Column("body", Text),  # None: a digest that may still grow
    Column("state", String(10), nullable=False),  # WAITING SENT FAILED CANCELLED
    Column("urgent", Boolean, nullable=False),
    Column("due_at", Moment, nullable=False),  # not before
    Column("attempts", Integer, nullable=False, default=0),
    Column("last_error", Text),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("sent_at", Moment),
    Column("partner", String(80)),
    Column("order_id", BigInteger),
    Column("case_id", BigInteger),
    Column("incident_id", BigInteger),
    Index("ix_messages_state", "state", "due_at"),
    Index("ix_messages_order_id", "order_id"),
    Index("ix_messages_case_id", "case_id"),
)

alert_messages = Table(
    "alert_messages",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id"), primary_key=True),
    Column("alert_id", BigInteger, ForeignKey("alerts.id"), primary_key=True),
    Index("ix_alert_messages_alert_id", "alert_id"),
)
