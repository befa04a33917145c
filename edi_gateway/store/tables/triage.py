"""Cases and what was said of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text

from edi_gateway.store.tables.base import Exact, Moment, metadata, row_id

cases = Table(
    "cases",
    metadata,
    row_id(),
    Column("family", String(20), nullable=False),
    Column("code", String(60), nullable=False),
    Column("fingerprint", String(64), nullable=False),  # same cause, same fingerprint
    Column("cause", Text, nullable=False),  # the fingerprint in words
    Column("partner", String(80)),
    Column("state", String(12), nullable=False),  # NEW ASSIGNED WAITING RESOLVED CLOSED
    Column("owner", String(80)),
    Column("message", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("receipt_id", BigInteger),
    Column("interchange_id", BigInteger),
    Column("document_id", BigInteger),
    Column("order_id", BigInteger),
    Column("hold_id", BigInteger),
    Column("transmission_id", BigInteger),
    Column("posting_id", BigInteger),
    Column("amount", Exact),
    Column("currency", String(3)),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_by", String(80)),
    Column("root_cause", String(40)),
    Column("test", Boolean, nullable=False, default=False),
    Index("ix_cases_state", "state", "due_at"),
    Index("ix_cases_fingerprint", "fingerprint"),
    Index("ix_cases_order_id", "order_id"),
    Index("ix_cases_document_id", "document_id"),
)

case_notes = Table(
    "case_notes",
    metadata,
    row_id(),
    Column("case_id", BigInteger, ForeignKey("cases.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("kind", String(20), nullable=False),  # opened, comment, assigned, replayed, closed, reopened
    Column("text", Text, nullable=False),
    Index("ix_case_notes_case_id", "case_id"),
)
