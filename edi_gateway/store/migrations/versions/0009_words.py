"""The index of words in documents; interchanges and transmissions by their control number.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "word_marks",
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what", name="pk_word_marks"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE document_words USING fts5(words, detail = 'none', "
            "tokenize = \"ascii tokenchars '_'\")"
        )
    else:
        op.execute(
            "CREATE TABLE document_words (document_id BIGINT CONSTRAINT pk_document_words PRIMARY KEY, "
            "words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ix_document_words_words ON document_words USING gin (words)")
    op.create_index("ix_interchanges_control", "interchanges", ["control"])
    op.create_index("ix_transmissions_control", "transmissions", ["control"])
