"""The index of words in documents, and how far it has come. The index itself is SQLite's FTS5 or PostgreSQL's
tsvector, so it is made by statements and is no Table; store/traffic/words.py reads and writes it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, BigInteger, Column, Date, String, Table, event

from edi_gateway.store.tables.base import metadata

word_marks = Table(
    "word_marks",
    metadata,
    Column("what", String(20), primary_key=True),  # documents, transmissions
    Column("reached", BigInteger, nullable=False),  # the last id whose words are in the index
)

word_days = Table(  # the ids of the documents of a day (UTC, documents.created_at) that are in the index
    "word_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
)

# words are cut by the program, alike for both; positions are not kept: nobody asks for phrases
SQLITE: Final = (
    "CREATE VIRTUAL TABLE document_words USING fts5(words, detail = 'none', tokenize = \"ascii tokenchars '_'\")",
)
POSTGRESQL: Final = (
    "CREATE TABLE document_words (document_id BIGINT CONSTRAINT pk_document_words PRIMARY KEY, "
    "words TSVECTOR NOT NULL)",
    "CREATE INDEX ix_document_words_words ON document_words USING gin (words)",
)

for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _statement in _statements:
        _made: DDL = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(metadata, "after_create", _made)
