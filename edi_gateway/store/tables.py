"""Every table, typed, in one place. SQLAlchemy Core; the same on SQLite and PostgreSQL.

Ids are integers made by the program (store/ids.py), sorted by time. Decimals are exact on both databases
(text on SQLite), times are UTC. Migrations in store/migrations/ make these tables; a test compares them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def moment_text(value: datetime) -> str:
    """An aware datetime as all tables keep it: UTC, always 27 characters."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Exact(TypeDecorator[Decimal]):
    """A Decimal that comes back as it went in: NUMERIC on PostgreSQL, text on SQLite, never a float."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as ISO text of fixed width so that it sorts alike on both databases."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


# INTEGER PRIMARY KEY is SQLite's own row id: no second index to keep
_BIG = BigInteger().with_variant(Integer, "sqlite")


def _id(name: str = "id") -> Column[int]:
    return Column(name, _BIG, primary_key=True, autoincrement=False)


# ---------------------------------------------------------------- what came in

receipts = Table(
    "receipts",
    metadata,
    _id(),
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
    _id(),
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
)

groups = Table(
    "groups",
    metadata,
    _id(),
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
    _id(),
    Column("direction", String(3), nullable=False),  # in, out
    Column("partner", String(80)),
    Column("set_code", String(6), nullable=False),
    Column("version", String(12)),
    Column("control", String(12)),  # ST02; outbound: when bundled
    Column("group_control", String(12)),
    Column("interchange_control", String(12)),
    Column("test", Boolean, nullable=False, default=False),
    Column("state", String(20), nullable=False),
    # in:  APPLIED REJECTED HELD ERROR QUARANTINED DUPLICATE IGNORED
    # out: QUEUED BUNDLED SENT ACKED ACKED_WITH_ERRORS REJECTED ACK_OVERDUE CANCELLED INVALID
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
    _id(),
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

# ---------------------------------------------------------------- the order book

orders = Table(
    "orders",
    metadata,
    _id(),
    Column("number", String(24), nullable=False),
    Column("partner", String(80), nullable=False),
    Column("customer", String(40)),
    Column("business_key", String(200), nullable=False),
    Column("po_number", String(30), nullable=False),
    Column("release_number", String(40)),
    Column("revision", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("type", String(2), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("ordered_on", Date),
    Column("ship_to", String(120)),
    Column("ship_from", Date),
    Column("ship_until", Date),
    Column("cancel_after", Date),
    Column("total", Exact, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("ship_complete", Boolean, nullable=False, default=False),
    Column("all_or_nothing", Boolean, nullable=False, default=False),
    Column("test", Boolean, nullable=False, default=False),
    Column("received_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("document_id", BigInteger, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("snapshot", Text, nullable=False),  # canonical JSON of the PurchaseOrder that stands
    Column("reject_code", String(2)),
    Column("answer_due_at", Moment),
    Column(
        "answer_state", String(20), nullable=False
    ),  # DUE SENT HELD_SENT NONE (an IH was sent: an update is due)
    Column("void_reason", Text),
    UniqueConstraint("number"),
    Index("ix_orders_business_key", "business_key"),
    Index("ix_orders_partner_po_number", "partner", "po_number"),
    Index("ix_orders_state", "state"),
    Index("ix_orders_answer", "answer_state", "answer_due_at"),
)

# one live order a business key: two workers at once cannot both book it
order_keys = Table(
    "order_keys",
    metadata,
    Column("business_key", String(200), primary_key=True),
    Column("order_id", BigInteger, nullable=False),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", BigInteger, ForeignKey("orders.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("buyer_line", String(40)),
    Column("sku", String(60)),
    Column("description", Text),
    Column("quantity", Exact, nullable=False),
    Column("unit", String(2)),
    Column("accepted_quantity", Exact, nullable=False),
    Column("base_quantity", Exact),
    Column("base_unit", String(2)),
    Column("buyer_price", Exact),
    Column("contract_price", Exact),
    Column("price", Exact),
    Column("price_basis", String(2)),
    Column("acknowledged_price", Exact),
    Column("amount", Exact),
    Column("state", String(20), nullable=False),
    Column("reject_code", String(2)),
    Column("answer_codes", String(40)),
    Column("ship_to", String(120)),
    Column("ship_from", Date),
    Column("ship_until", Date),
    Column("cancel_after", Date),
    Column("substitute", String(60)),
    Column("promised_ship", Date),
    Column("promised_delivery", Date),
    Column("free_quantity", Exact),
    Column("cancelled_stores", Text),  # keys of the places whose part was cancelled, one a line
)

order_revisions = Table(
    "order_revisions",
    metadata,
    Column("order_id", BigInteger, ForeignKey("orders.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("document_id", BigInteger),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("reason", Text),
    Column("snapshot", Text),  # of the revision before it was replaced; None for the one that stands
    Column("differences", Text),
)

order_events = Table(
    "order_events",
    metadata,
    _id(),
    Column("order_id", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column(
        "kind", String(40), nullable=False
    ),  # received, accepted, held, released, answered, changed, noted ...
    Column("text", Text, nullable=False),
    Column("document_id", BigInteger),
    Index("ix_order_events_order_id", "order_id"),
)

order_edits = Table(  # which value was edited by whom: segregation of duties
    "order_edits",
    metadata,
    _id(),
    Column("order_id", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),  # of the order that it is laid over
    Column("line", Integer),
    Column("field", String(60), nullable=False),
    Column("was", Text),
    Column("now", Text),
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("why", Text),
    Index("ix_order_edits_order_id", "order_id"),
)

holds = Table(
    "holds",
    metadata,
    _id(),
    Column("order_id", BigInteger, nullable=False),
    Column("line", Integer),
    Column("store", String(80)),
    Column("code", String(40), nullable=False),
    Column("blocks", String(8), nullable=False),
    Column("state", String(12), nullable=False),  # ACTIVE RELEASED SUPERSEDED
    Column("finding_code", String(60), nullable=False),
    Column("message", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("family", String(20), nullable=False),
    Column("amount", Exact),
    Column("raised_at", Moment, nullable=False),
    Column("raised_by", String(80), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("until", Moment),
    Column("up_to_amount", Exact),
    Column("released_at", Moment),
    Column("released_by", String(80)),
    Column("reason", String(40)),
    Column("text", Text),
    Index("ix_holds_order_id", "order_id"),
    Index("ix_holds_state", "state", "due_at"),
)

# ---------------------------------------------------------------- what goes out

transmissions = Table(
    "transmissions",
    metadata,
    _id(),
    Column("partner", String(80), nullable=False),
    Column("control", String(12), nullable=False),  # ISA13
    Column("name", Text, nullable=False),  # file name at their side
    Column("bytes", LargeBinary, nullable=False),
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
)

postings = Table(
    "postings",
    metadata,
    _id(),
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
    _id(),
    Column(
        "kind", String(30), nullable=False
    ),  # answer, answer warning, ack, cancel warning, cancel, hold until, unsent answers
    Column("subject", BigInteger, nullable=False),  # order, transmission or hold id by kind
    Column("due_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),  # OPEN DONE CANCELLED
    UniqueConstraint("kind", "subject"),
    Index("ix_deadlines_state", "state", "due_at"),
)

work = Table(
    "work",
    metadata,
    _id(),
    Column("kind", String(30), nullable=False),  # inbound, outbound, send, post, answer ...
    Column("key", String(200), nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", String(12), nullable=False),  # READY TAKEN DONE
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    UniqueConstraint("kind", "key"),
    Index("ix_work_state", "state", "kind"),
)

# ---------------------------------------------------------------- triage

cases = Table(
    "cases",
    metadata,
    _id(),
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
    _id(),
    Column("case_id", BigInteger, ForeignKey("cases.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("kind", String(20), nullable=False),  # opened, comment, assigned, replayed, closed, reopened
    Column("text", Text, nullable=False),
    Index("ix_case_notes_case_id", "case_id"),
)

# ---------------------------------------------------------------- master data: effective-dated, never overwritten


def _versioned() -> list[Column[Any]]:
    return [
        Column("since", Date, nullable=False),
        Column("until", Date),  # exclusive; None: stands
        Column("version", Integer, nullable=False),
        Column(
            "superseded", Boolean, nullable=False, default=False
        ),  # replaced by a later version of the row
        Column("changed_by", String(80), nullable=False),
        Column("changed_at", Moment, nullable=False),
        Column("source", Text, nullable=False),
    ]


items = Table(
    "items",
    metadata,
    _id(),
    Column("sku", String(60), nullable=False),
    Column("description", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("base_unit", String(2), nullable=False),
    Column("not_before", Date),
    Column("successor", String(60)),
    Column("measured", Boolean, nullable=False),
    Column("free", Boolean, nullable=False),
    Column("item_class", String(40)),
    *_versioned(),
    Index("ix_items_sku", "sku"),
)

item_units = Table(
    "item_units",
    metadata,
    _id(),
    Column("sku", String(60), nullable=False),
    Column("unit", String(2), nullable=False),
    Column("numerator", BigInteger, nullable=False),
    Column("denominator", BigInteger, nullable=False),
    Column("minimum", Exact),
    Column("multiple", Exact),
    Column("inner", Integer),
    Column("orderable", Boolean, nullable=False),
    *_versioned(),
    Index("ix_item_units_sku", "sku"),
)

item_xrefs = Table(
    "item_xrefs",
    metadata,
    _id(),
    Column("partner", String(80)),
    Column("qualifier", String(4), nullable=False),
    Column("value", String(80), nullable=False),
    Column("sku", String(60), nullable=False),
    Column("unit", String(2)),
    *_versioned(),
    Index("ix_item_xrefs_value", "value"),
)

prices = Table(
    "prices",
    metadata,
    _id(),
    Column("sku", String(60), nullable=False),
    Column("unit", String(2), nullable=False),
    Column("price", Exact, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("customer", String(40)),
    Column("price_group", String(40)),
    Column("from_quantity", Exact, nullable=False),
    Column("promotion", Boolean, nullable=False),
    *_versioned(),
    Index("ix_prices_sku", "sku"),
)

ship_tos = Table(
    "ship_tos",
    metadata,
    _id(),
    Column("partner", String(80), nullable=False),
    Column("qualifier", String(2), nullable=False),
    Column("code", String(80), nullable=False),
    Column("name", Text, nullable=False),
    Column("customer", String(40)),
    Column("address_1", Text),
    Column("address_2", Text),
    Column("city", Text),
    Column("region", String(10)),
    Column("postal_code", String(15)),
    Column("country", String(3)),
    Column("kind", String(10), nullable=False),
    Column("dc", String(80)),
    Column("transit_days", Integer),
    *_versioned(),
    Index("ix_ship_tos_code", "partner", "code"),
)

customers = Table(
    "customers",
    metadata,
    _id(),
    Column("number", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("price_group", String(40)),
    Column("terms_type", String(2)),
    Column("discount_percent", Exact),
    Column("discount_days", Integer),
    Column("net_days", Integer),
    Column("freight_payment", String(2)),
    Column("minimum_order", Exact),
    Column("ship_complete", Boolean, nullable=False),
    Column("backorder", String(20), nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("priority", Integer, nullable=False),
    *_versioned(),
    Index("ix_customers_number", "number"),
)

imports = Table(  # of master data, that a second person had to approve
    "imports",
    metadata,
    _id(),
    Column("kind", String(20), nullable=False),
    Column("source", Text, nullable=False),  # the file, as it was called
    Column("sha256", String(64), nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("difference", Text, nullable=False),  # JSON: what would change, as it was shown
    Column("day", Date, nullable=False),  # "today" of that difference
    Column("imported_by", String(80), nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),  # PENDING APPROVED REJECTED
    Column("decided_by", String(80)),
    Column("decided_at", Moment),
    Column("reason", Text),
    Index("ix_imports_state", "state"),
)

# ---------------------------------------------------------------- profiles, users, audit, machinery

snapshots = Table(
    "snapshots",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("partner", String(80), nullable=False),
    Column("content", Text, nullable=False),  # JSON: profile, guide rules, mapping files
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(80), nullable=False),
)

live_profiles = Table(
    "live_profiles",
    metadata,
    Column("partner", String(80), primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("since", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("why", Text),
    Column("paused", Boolean, nullable=False, default=False),
    Column("paused_why", Text),
)

users = Table(
    "users",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("roles", Text, nullable=False),  # comma-separated, spec B1
    Column("limit_amount", Exact),
)

audit = Table(
    "audit",
    metadata,
    _id("n"),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("detail", Text, nullable=False),  # JSON: was, now, why, document hash
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker", String(80), primary_key=True),
    Column("started_at", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("doing", Text),
    Column("stopped", Boolean, nullable=False, default=False),  # it said good-bye, or was found dead
    Column("buried", Boolean, nullable=False, default=False),  # what it left was counted and taken up
)

polls = Table(  # what a connection showed at the last look, for standing still and for status
    "polls",
    metadata,
    Column("partner", String(80), primary_key=True),
    Column("turn", Integer, nullable=False),  # counts the looks: only the one that began last may commit
    Column("retry_at", Moment),  # after a refused login: when the schedule may look again
    Column("refused", String(64)),  # hash of the profile whose login was refused
    Column("at", Moment),
    Column("seen", Text),  # JSON of Standstill
    Column("failures", Integer, nullable=False, default=0),
    Column("last_error", Text),
    Column("last_received_at", Moment),
)
