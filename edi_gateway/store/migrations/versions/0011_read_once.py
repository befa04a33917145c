"""A receipt that is read by a snapshot of its own, once: a document accepted although it breaks a rule.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("receipts", sa.Column("read_by", sa.String(64)))
