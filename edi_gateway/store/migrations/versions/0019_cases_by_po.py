"""An index of the open cases of a cause by the PO numbers of orders that became none: counting them reads no others.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
_REFUSED = sa.text("closed_at IS NULL AND po_number IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_cases_po_number",
        "cases",
        ["fingerprint", "po_number"],
        sqlite_where=_REFUSED,
        postgresql_where=_REFUSED,
    )
