"""An index by which orders of some days are found.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index("ix_orders_ordered_on", "orders", ["ordered_on"])
