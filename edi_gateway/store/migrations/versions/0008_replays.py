"""Replays of a cause, with what became of each case.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.String(27)  # UTC as ISO text of fixed width
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "replay_runs",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("fingerprint", sa.String(64)),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_replay_runs"),
    )
    op.create_index("ix_replay_runs_state", "replay_runs", ["state"])
    op.create_index("ix_replay_runs_fingerprint", "replay_runs", ["fingerprint"])
    op.create_table(
        "replay_items",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("receipt_id", sa.BigInteger()),
        sa.Column("result", sa.String(10)),
        sa.Column("became", sa.String(64)),
        sa.Column("became_cause", sa.Text()),
        sa.Column("said", sa.Text()),
        sa.ForeignKeyConstraint(["run_id"], ["replay_runs.id"], name="fk_replay_items_run_id_replay_runs"),
        sa.PrimaryKeyConstraint("run_id", "case_id", name="pk_replay_items"),
    )
    op.create_index("ix_replay_items_run_state", "replay_items", ["run_id", "state", "subject"])
    op.create_index("ix_replay_items_case_id", "replay_items", ["case_id"])
