"""Several files that go to a partner on AS2 as one message: their bytes one after the other, their names and sizes.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("transmissions", sa.Column("attachments", sa.Text))
