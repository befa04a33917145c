"""What goes out and when: transmissions, postings, control numbers, deadlines, work that waits."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from edi_gateway.store.tables.base import Moment, metadata, row_id

transmissions = Table(
    "transmissions",
    metadata,
    row_id(),
    Column("partner", String(80), nullable=False),
    Column("control", String(12), nullable=False),  # ISA13
    Column("name", Text, nullable=False),  # file name at their side
    Column("bytes", LargeBinary, nullable=False),
    Column("attachments", Text),  # JSON [[name, bytes], ...]: several files that go as one message (AS2 only)
    Column("sha256", String(64), nullable=False),
    Column("documents", Integer, nullable=False),
    Column("sets", String(60), nullable=False),
    Column("test", Boolean, nullable=False, default=False),
    Column("state", String(20), nullable=False),  # READY SENT FAILED CANCELLED
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    Column("last_error", Text),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("ack_state", String(20), nullable=False),  # NONE AWAITED ACCEPTED REJECTED OVERDUE
    Index("ix_transmissions_state", "state", "partner"),
    Index("ix_transmissions_control", "control"),
    Index("ix_transmissions_ack_state", "ack_state", "partner"),
)

transmission_chunks = Table(  # of those with more than 1 MiB, whose own bytes are then empty
    "transmission_chunks",
    metadata,
    Column("transmission_id", BigInteger, ForeignKey("transmissions.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),  # at most 1 MiB
)

postings = Table(
    "postings",
    metadata,
    row_id(),
    Column("target", String(40), nullable=False),  # files
    Column("key", String(120), nullable=False),  # idempotency key
    Column("order_id", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", String(20), nullable=False),  # READY DONE FAILED CANCELLED
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    Column("last_error", Text),
    Column("external_id", Text),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    UniqueConstraint("target", "key"),
    Index("ix_postings_state", "state"),
    Index("ix_postings_order_id", "order_id"),
)

control_numbers = Table(
    "control_numbers",
    metadata,
    Column("scope", String(200), primary_key=True),  # "ISA|ZZ|US|ZZ|THEM", "GS|...", "SEQ|partner"
    Column("value", BigInteger, nullable=False),
)

deadlines = Table(
    "deadlines",
    metadata,
    row_id(),
    Column(
        "kind", String(30), nullable=False
    ),  # answer, answer warning, ack, cancel warning, cancel, hold until, confirm, notice, unsent answers
    Column(
        "subject", BigInteger, nullable=False
    ),  # order, transmission, hold, release or shipment id by kind
    Column("due_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),  # OPEN DONE CANCELLED
    UniqueConstraint("kind", "subject"),
    Index("ix_deadlines_state", "state", "due_at"),
)

work = Table(
    "work",
    metadata,
    row_id(),
    Column("kind", String(30), nullable=False),  # inbound, outbound, send, post, answer ...
    Column("key", String(200), nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", String(12), nullable=False),  # READY TAKEN DONE
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    UniqueConstraint("kind", "key"),
    Index("ix_work_state", "state", "kind"),
)
