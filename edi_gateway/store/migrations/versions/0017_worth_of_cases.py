"""What a case is worth in our own currency, to sort by, beside its amount; and the purchase order behind a case about a
document that became none.

What is open keeps its amount for its worth: which currency is ours is not known here.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_cases_of_cause", "cases")
    op.execute("ALTER TABLE cases RENAME COLUMN cents TO weight")  # with the indexes that sort by it
    op.execute("ALTER TABLE causes RENAME COLUMN cents TO weight")
    op.add_column("cases", sa.Column("cents", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("po_number", sa.String(30)))
    op.execute("UPDATE cases SET cents = weight WHERE weight <> 0")
    op.create_index(
        "ix_cases_of_cause",
        "cases",
        [
            *("fingerprint", "due_at", sa.text("weight DESC"), "rank"),
            *("closed_at", "owner", "state", "snoozed_until", "opened_at", "order_id", "po_number", "cents"),
            *("currency", "test"),
        ],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
