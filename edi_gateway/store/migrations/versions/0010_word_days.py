"""Which ids the documents of a day have, for the index of words.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "word_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_word_days"),
    )
    op.execute("DELETE FROM document_words")  # the index is filled anew, without the days in it
    op.execute("DELETE FROM word_marks")
