"""Incidents, switches, the usual of partners; alerts and messages; whose personal data is gone.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MOMENT = sa.String(27)  # UTC as ISO text of fixed width
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("open_key", sa.String(200)),
        sa.Column("partner", sa.String(80)),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(80)),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("calm_since", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", sa.String(80)),
        sa.Column("reason", sa.Text()),
        sa.Column("root_cause", sa.String(40)),
        sa.Column("impact", sa.Text()),
        sa.Column("course", sa.Text()),
        sa.Column("remedy", sa.Text()),
        sa.Column("remedy_owner", sa.String(80)),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.UniqueConstraint("open_key", name="uq_incidents_open_key"),
    )
    op.create_index("ix_incidents_state", "incidents", ["state", "opened_at"])
    op.create_table(
        "incident_notes",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_notes_incident_id_incidents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_incident_notes"),
    )
    op.create_index("ix_incident_notes_incident_id", "incident_notes", ["incident_id"])
    op.create_table(
        "incident_subjects",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(14), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_subjects_incident_id_incidents"
        ),
        sa.PrimaryKeyConstraint("incident_id", "kind", "subject", name="pk_incident_subjects"),
    )
    op.create_table(
        "switches",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("set_code", sa.String(6)),
        sa.Column("partner", sa.String(80)),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("key", name="pk_switches"),
    )
    op.create_table(
        "tallies",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_tallies"),
    )
    op.create_table(
        "partner_days",
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "day", name="pk_partner_days"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.UniqueConstraint("order_id", name="uq_erasures_order_id"),
    )
    op.create_table(
        "alerts",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("family", sa.String(20), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("partner", sa.String(80)),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("incident_id", sa.BigInteger()),
        sa.Column("case_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_topic", "alerts", ["topic", "raised_at"])
    op.create_table(
        "messages",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("route", sa.String(80)),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("partner", sa.String(80)),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("case_id", sa.BigInteger()),
        sa.Column("incident_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_case_id", "messages", ["case_id"])
    op.create_index("ix_messages_order_id", "messages", ["order_id"])
    op.create_index("ix_messages_state", "messages", ["state", "due_at"])
    op.create_table(
        "alert_messages",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_alert_messages_message_id_messages"
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_messages_alert_id_alerts"),
        sa.PrimaryKeyConstraint("message_id", "alert_id", name="pk_alert_messages"),
    )
    op.create_index("ix_alert_messages_alert_id", "alert_messages", ["alert_id"])
    op.create_index("ix_transmissions_ack_state", "transmissions", ["ack_state", "partner"])
    op.create_index("ix_audit_subject", "audit", ["subject"])
