"""What came in: receipts and their bytes, interchanges, groups, sets (both ways), findings."""

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
)

from edi_gateway.store.tables.base import Moment, metadata, row_id

receipts = Table(
    "receipts",
    metadata,
    row_id(),
    Column("partner", String(80)),  # of the connection; the envelope decides in the end
    Column("connection", String(80), nullable=False),  # partner key of the connection, "cli", "replay"
    Column("name", Text, nullable=False),  # as the source called it
    Column("received_at", Moment, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(20), nullable=False),  # RECEIVED WORKING DONE QUARANTINED DUPLICATE IGNORED
    Column("verdict", String(40)),  # new, identical, ...
    Column("duplicate_of", BigInteger),
    Column("replay_of", BigInteger),  # an earlier receipt that this one replaces or repeats
    Column("read_by", String(64)),  # a snapshot that is not live, by which this receipt alone is read
    Column("attempts", Integer, nullable=False, default=0),
    Column("settled", Boolean, nullable=False, default=False),  # archived at the source
    Column("worked_sets", Integer, nullable=False, default=0),  # how far a large one has been committed
    Column("done_at", Moment),
    Index("ix_receipts_sha256", "sha256"),
    Index("ix_receipts_state", "state"),
)

receipt_chunks = Table(
    "receipt_chunks",
    metadata,
    Column("receipt_id", BigInteger, ForeignKey("receipts.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),  # at most 1 MiB
)

interchanges = Table(
    "interchanges",
    metadata,
    row_id(),
    Column("receipt_id", BigInteger, ForeignKey("receipts.id"), nullable=False),
    Column("partner", String(80)),
    Column("sender_qualifier", String(2)),
    Column("sender", String(15)),
    Column("receiver_qualifier", String(2)),
    Column("receiver", String(15)),
    Column("control", String(15)),
    Column("version", String(12)),
    Column("usage", String(1)),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(20), nullable=False),  # DONE QUARANTINED DUPLICATE REJECTED
    Column("duplicate_of", BigInteger),
    Column("received_at", Moment, nullable=False),
    Index("ix_interchanges_key", "sender_qualifier", "sender", "receiver_qualifier", "receiver", "control"),
    Index("ix_interchanges_receipt_id", "receipt_id"),
    Index("ix_interchanges_control", "control"),
)

groups = Table(
    "groups",
    metadata,
    row_id(),
    Column("interchange_id", BigInteger, ForeignKey("interchanges.id"), nullable=False),
    Column("code", String(2)),
    Column("control", String(12)),
    Column("version", String(12)),
    Column("read_as", String(6)),
    Column("status", String(1), nullable=False),  # AK901
    Column("stated_sets", Integer),
    Column("received_sets", Integer, nullable=False),
    Column("accepted_sets", Integer, nullable=False),
    Column("ack_document_id", BigInteger),
    Index("ix_groups_interchange_id", "interchange_id"),
)

documents = Table(
    "documents",
    metadata,
    row_id(),
    Column("direction", String(3), nullable=False),  # in, out
    Column("partner", String(80)),
    Column("set_code", String(6), nullable=False),
    Column("version", String(12)),
    Column("control", String(12)),  # ST02; outbound: when bundled
    Column("group_control", String(12)),
    Column("interchange_control", String(12)),
    Column("test", Boolean, nullable=False, default=False),
    Column("state", String(20), nullable=False),  # store.documents.STATES
    Column("status", String(1)),  # AK501 in; what they answered out
    Column("receipt_id", BigInteger),
    Column("interchange_id", BigInteger),
    Column("group_id", BigInteger),
    Column("offset", BigInteger),
    Column("length", BigInteger),
    Column("segments", Integer),
    Column("business_key", String(200)),
    Column("order_id", BigInteger),
    Column("set_hash", String(64)),  # of the body without ST02 and SE02
    Column("snapshot", String(64)),  # hash of the published profile+guide+mapping that read or wrote it
    Column("canonical", Text),  # outbound: JSON of the document; inbound: only while it is not applied
    Column("body", Text),  # outbound: segments between ST and SE, in the partner's delimiters
    Column("delimiters", String(4)),
    Column("gs_code", String(2)),
    Column("transmission_id", BigInteger),
    Column("created_at", Moment, nullable=False),
    Column("send_after", Moment),
    Column("ack_due_at", Moment),
    Column("acked_at", Moment),  # outbound: when their 997, 999 or TA1 that spoke of it first came
    Column("answers_document_id", BigInteger),  # the inbound document that this one answers
    Index("ix_documents_state", "direction", "state"),
    Index("ix_documents_order_id", "order_id"),
    Index("ix_documents_receipt_id", "receipt_id"),
    Index("ix_documents_transmission_id", "transmission_id"),
    Index("ix_documents_set_hash", "set_hash"),
    Index("ix_documents_out", "partner", "set_code", "group_control", "control"),
)

findings = Table(
    "findings",
    metadata,
    row_id(),
    Column("receipt_id", BigInteger),
    Column("interchange_id", BigInteger),
    Column("document_id", BigInteger),
    Column("order_id", BigInteger),
    Column("code", String(60), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("effect", String(20), nullable=False),
    Column("family", String(20), nullable=False),
    Column("path", Text),
    Column("location", Text),  # JSON of Location
    Column("rule", Text),
    Column("value", Text),
    Column("ack", Text),
    Column("message", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Index("ix_findings_document_id", "document_id"),
    Index("ix_findings_order_id", "order_id"),
    Index("ix_findings_receipt_id", "receipt_id"),
)
