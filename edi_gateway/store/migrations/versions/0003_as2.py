"""AS2: messages, their bytes and receipts, certificates; large transmissions in rows.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.String(27)  # UTC as ISO text of fixed width
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "as2_messages",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("claim", sa.String(64)),
        sa.Column("transmission_id", sa.BigInteger()),
        sa.Column("receipt_id", sa.BigInteger()),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("as2_from", sa.String(128), nullable=False),
        sa.Column("as2_to", sa.String(128), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("payload_sha256", sa.String(64)),
        sa.Column("mics", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text()),
        sa.Column("layers", sa.Text()),
        sa.Column("signer_serial", sa.String(50)),
        sa.Column("recipient_serial", sa.String(50)),
        sa.Column("disposition", sa.Text()),
        sa.Column("problem", sa.Text()),
        sa.Column("peer", sa.String(60)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("first_sent_at", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("receipted_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_as2_messages"),
        sa.UniqueConstraint("claim", name="uq_as2_messages_claim"),
    )
    op.create_index("ix_as2_messages_transmission_id", "as2_messages", ["transmission_id"])
    op.create_index("ix_as2_messages_message_id", "as2_messages", ["message_id"])
    op.create_index("ix_as2_messages_payload_sha256", "as2_messages", ["payload_sha256"])
    op.create_index("ix_as2_messages_receipt_id", "as2_messages", ["receipt_id"])
    op.create_table(
        "as2_chunks",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["as2_messages.id"], name="fk_as2_chunks_message_id_as2_messages"
        ),
        sa.PrimaryKeyConstraint("message_id", "n", name="pk_as2_chunks"),
    )
    op.create_table(
        "transmission_chunks",
        sa.Column("transmission_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transmission_id"],
            ["transmissions.id"],
            name="fk_transmission_chunks_transmission_id_transmissions",
        ),
        sa.PrimaryKeyConstraint("transmission_id", "n", name="pk_transmission_chunks"),
    )
    op.create_table(
        "as2_receipts",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("message", sa.BigInteger()),
        sa.Column("original_message_id", sa.Text()),
        sa.Column("message_id", sa.Text()),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("disposition", sa.Text()),
        sa.Column("mic", sa.Text()),
        sa.Column("signer_serial", sa.String(50)),
        sa.Column("problem", sa.Text()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", MOMENT),
        sa.Column("last_error", sa.Text()),
        sa.Column("sent_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_as2_receipts"),
    )
    op.create_index("ix_as2_receipts_message", "as2_receipts", ["message"])
    op.create_index("ix_as2_receipts_state", "as2_receipts", ["state", "partner"])
    op.create_table(
        "certificates",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("side", sa.String(6), nullable=False),
        sa.Column("partner", sa.String(80)),
        sa.Column("purposes", sa.String(20), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("key_file", sa.Text()),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("serial", sa.String(50), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("not_after", MOMENT, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", sa.String(80), nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
    )
    op.create_index("ix_certificates_side", "certificates", ["side", "partner"])
