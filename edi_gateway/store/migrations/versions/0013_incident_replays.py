"""A replay may be of what an incident affects, from a moment on.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

MOMENT = sa.String(27)  # UTC as ISO text of fixed width


def upgrade() -> None:
    op.add_column("replay_runs", sa.Column("incident_id", sa.BigInteger()))
    op.add_column("replay_runs", sa.Column("since", MOMENT))
    op.create_index("ix_replay_runs_incident_id", "replay_runs", ["incident_id"])
