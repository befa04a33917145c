"""When a partner acknowledged a document of ours. Not known of what was acknowledged before.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
MOMENT = sa.String(27)  # UTC as ISO text of fixed width


def upgrade() -> None:
    op.add_column("documents", sa.Column("acked_at", MOMENT))
