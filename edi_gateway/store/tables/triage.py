"""Cases, what was said of them, their causes with counts kept as they change, and what is to become better."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from edi_gateway.store.tables.base import Exact, Moment, metadata, row_id

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)  # due then: its clock stands still; sorts behind all others

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
    Column("due_at", Moment, nullable=False),  # what is due next: the response, then the resolution
    Column("closed_at", Moment),  # None: it is open
    Column("closed_by", String(80)),
    Column("root_cause", String(40)),
    Column("root_detail", String(60)),  # the second level of the tree
    Column("test", Boolean, nullable=False, default=False),
    Column("priority", Integer, nullable=False, default=3, server_default="3"),  # 1 urgent ... 4 low
    Column("po_number", String(30)),  # of a document that became no order: its order has it else
    Column("cents", BigInteger, nullable=False, default=0, server_default="0"),  # the amount, to add up
    Column(  # what it is worth in our own currency, to sort by; 0 where no rate says it
        "weight", BigInteger, nullable=False, default=0, server_default="0"
    ),
    Column("rank", Integer, nullable=False, default=5, server_default="5"),  # priority of the customer, 1-9
    Column(
        "segment", Integer, nullable=False, default=1, server_default="1"
    ),  # one more each time it is reopened
    Column("segment_at", Moment),  # when this segment began
    Column("respond_by", Moment),
    Column("responded_at", Moment),
    Column("resolve_by", Moment),
    Column("waiting_for", String(12)),
    Column("waiting_since", Moment),
    Column("paused_seconds", Integer, nullable=False, default=0, server_default="0"),  # of working time
    Column("snoozed_until", Moment),
    Column("action", String(40)),  # what ended it
    Index("ix_cases_state", "state", "due_at"),
    Index("ix_cases_fingerprint", "fingerprint", "opened_at"),
    Index("ix_cases_order_id", "order_id"),
    Index("ix_cases_document_id", "document_id"),
    Index("ix_cases_opened_at", "opened_at"),
)
_OPEN = text("closed_at IS NULL")
_ORDER = (cases.c.due_at, cases.c.weight.desc(), cases.c.rank)
Index("ix_cases_work", *_ORDER, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index(  # holds all that the queue asks of cases, so that counting them reads nothing else
    "ix_cases_of_cause",
    cases.c.fingerprint,
    *_ORDER,
    *(
        cases.c[name]
        for name in (
            "closed_at",
            "owner",
            "state",
            "snoozed_until",
            "opened_at",
            "order_id",
            "po_number",
            "cents",
            "currency",
            "test",
        )
    ),
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
_REFUSED = text("closed_at IS NULL AND po_number IS NOT NULL")
Index(
    "ix_cases_po_number",
    cases.c.fingerprint,
    cases.c.po_number,
    sqlite_where=_REFUSED,
    postgresql_where=_REFUSED,
)
Index("ix_cases_of_owner", cases.c.owner, *_ORDER, sqlite_where=_OPEN, postgresql_where=_OPEN)

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

# a stretch of a case's life that came to its end: when it should have, and by what it did (spec B3.10, B14.2)
case_segments = Table(
    "case_segments",
    metadata,
    row_id(),
    Column("case_id", BigInteger, ForeignKey("cases.id"), nullable=False),
    Column("segment", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("respond_by", Moment, nullable=False),
    Column("responded_at", Moment),
    Column("resolve_by", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("ended_by", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("seconds", Integer, nullable=False),  # of working time, without the pauses
    Column("paused_seconds", Integer, nullable=False),
    Index("ix_case_segments_case_id", "case_id"),
    Index("ix_case_segments_ended_at", "ended_at"),
)

case_mentions = Table(
    "case_mentions",
    metadata,
    row_id(),
    Column("case_id", BigInteger, ForeignKey("cases.id"), nullable=False),
    Column("person", String(80), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("text", Text, nullable=False),
    Column("seen_at", Moment),
    Index("ix_case_mentions_person", "person", "seen_at"),
)

case_watchers = Table(
    "case_watchers",
    metadata,
    Column("case_id", BigInteger, ForeignKey("cases.id"), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("since", Moment, nullable=False),
    Index("ix_case_watchers_person", "person"),
)

# one row a cause; the counts are of its open cases and change in the commit that changes a case (store/triage/tally.py)
causes = Table(
    "causes",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("stage", String(12), nullable=False),
    Column("family", String(20), nullable=False),
    Column("code", String(60), nullable=False),
    Column("rule", Text),  # of the guide, or the check
    Column("place", Text),  # the path, whichever line it was
    Column("partner", String(80)),
    Column("value", Text),  # the value or its shape
    Column("cause", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("owner", String(80)),  # whoever has taken the cause gets what is opened of it
    Column("cases", Integer, nullable=False, default=0),
    Column("orders", Integer, nullable=False, default=0),  # those that became none among them, by PO number
    Column("tests", Integer, nullable=False, default=0),
    Column("awake", Integer, nullable=False, default=0),  # open and not snoozed
    Column("wakes_at", Moment),  # when the first that is snoozed comes back
    Column("due_at", Moment),  # the first that is due; NEVER: all wait for somebody; None: none is open
    Column(
        "weight", BigInteger, nullable=False, default=0
    ),  # what all are worth in our own currency, to sort by
    Column("amounts", Text, nullable=False, default="{}"),  # JSON: currency -> hundredths
    Column("rank", Integer, nullable=False, default=9),
    Column("ever", Integer, nullable=False, default=0),  # all that were ever opened
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("root_cause", String(40)),  # as last said
    Column("root_detail", String(60)),
)
_STANDS = text("due_at IS NOT NULL")
_QUEUE = (causes.c.due_at, causes.c.weight.desc(), causes.c.rank)
Index("ix_causes_queue", *_QUEUE, sqlite_where=_STANDS, postgresql_where=_STANDS)
Index("ix_causes_family", causes.c.family, *_QUEUE, sqlite_where=_STANDS, postgresql_where=_STANDS)
Index("ix_causes_partner", causes.c.partner, *_QUEUE, sqlite_where=_STANDS, postgresql_where=_STANDS)

cause_days = Table(  # the trend
    "cause_days",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("day", Date, primary_key=True),  # UTC
    Column("opened", Integer, nullable=False),
    Column("closed", Integer, nullable=False),
)

improvements = Table(
    "improvements",
    metadata,
    row_id(),
    Column("kind", String(8), nullable=False),  # cause, partner, item, rule
    Column("key", Text, nullable=False),  # fingerprint, partner, SKU, rule
    Column("title", Text, nullable=False),
    Column("state", String(10), nullable=False),  # PROPOSED OPEN DONE DROPPED
    Column("owner", String(80)),
    Column("action", Text),  # what is to be done
    Column("seen", Integer, nullable=False),  # how often it had come when the record was made
    Column("days", Integer, nullable=False),  # ... in how many days
    Column("opened_at", Moment, nullable=False),
    Column("opened_by", String(80), nullable=False),
    Column("fixed_at", Moment),  # when the fix went live: before it and after it are compared
    Column("closed_at", Moment),
    Column("closed_by", String(80)),
    Column("result", Text),
    Index("ix_improvements_state", "state"),
    Index("ix_improvements_key", "kind", "key"),
)
