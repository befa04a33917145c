"""The first tables: what came in, the order book, what goes out, triage, master data, audit.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.String(27)  # UTC as ISO text of fixed width
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EXACT = sa.Text().with_variant(sa.Numeric(), "postgresql")  # a Decimal, never through float


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("n", BIG, nullable=False, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_audit"),
    )
    op.create_table(
        "cases",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("family", sa.String(20), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("partner", sa.String(80)),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("owner", sa.String(80)),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.BigInteger()),
        sa.Column("interchange_id", sa.BigInteger()),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("hold_id", sa.BigInteger()),
        sa.Column("transmission_id", sa.BigInteger()),
        sa.Column("posting_id", sa.BigInteger()),
        sa.Column("amount", EXACT),
        sa.Column("currency", sa.String(3)),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("closed_by", sa.String(80)),
        sa.Column("root_cause", sa.String(40)),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
    )
    op.create_index("ix_cases_document_id", "cases", ["document_id"])
    op.create_index("ix_cases_fingerprint", "cases", ["fingerprint"])
    op.create_index("ix_cases_order_id", "cases", ["order_id"])
    op.create_index("ix_cases_state", "cases", ["state", "due_at"])
    op.create_table(
        "control_numbers",
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_control_numbers"),
    )
    op.create_table(
        "customers",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("price_group", sa.String(40)),
        sa.Column("terms_type", sa.String(2)),
        sa.Column("discount_percent", EXACT),
        sa.Column("discount_days", sa.Integer()),
        sa.Column("net_days", sa.Integer()),
        sa.Column("freight_payment", sa.String(2)),
        sa.Column("minimum_order", EXACT),
        sa.Column("ship_complete", sa.Boolean(), nullable=False),
        sa.Column("backorder", sa.String(20), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index("ix_customers_number", "customers", ["number"])
    op.create_table(
        "deadlines",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deadlines"),
        sa.UniqueConstraint("kind", "subject", name="uq_deadlines_kind_subject"),
    )
    op.create_index("ix_deadlines_state", "deadlines", ["state", "due_at"])
    op.create_table(
        "documents",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("partner", sa.String(80)),
        sa.Column("set_code", sa.String(6), nullable=False),
        sa.Column("version", sa.String(12)),
        sa.Column("control", sa.String(12)),
        sa.Column("group_control", sa.String(12)),
        sa.Column("interchange_control", sa.String(12)),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("status", sa.String(1)),
        sa.Column("receipt_id", sa.BigInteger()),
        sa.Column("interchange_id", sa.BigInteger()),
        sa.Column("group_id", sa.BigInteger()),
        sa.Column("offset", sa.BigInteger()),
        sa.Column("length", sa.BigInteger()),
        sa.Column("segments", sa.Integer()),
        sa.Column("business_key", sa.String(200)),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("set_hash", sa.String(64)),
        sa.Column("snapshot", sa.String(64)),
        sa.Column("canonical", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.Column("delimiters", sa.String(4)),
        sa.Column("gs_code", sa.String(2)),
        sa.Column("transmission_id", sa.BigInteger()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("send_after", MOMENT),
        sa.Column("ack_due_at", MOMENT),
        sa.Column("answers_document_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_index("ix_documents_order_id", "documents", ["order_id"])
    op.create_index("ix_documents_out", "documents", ["partner", "set_code", "group_control", "control"])
    op.create_index("ix_documents_receipt_id", "documents", ["receipt_id"])
    op.create_index("ix_documents_set_hash", "documents", ["set_hash"])
    op.create_index("ix_documents_state", "documents", ["direction", "state"])
    op.create_index("ix_documents_transmission_id", "documents", ["transmission_id"])
    op.create_table(
        "findings",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("receipt_id", sa.BigInteger()),
        sa.Column("interchange_id", sa.BigInteger()),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("effect", sa.String(20), nullable=False),
        sa.Column("family", sa.String(20), nullable=False),
        sa.Column("path", sa.Text()),
        sa.Column("location", sa.Text()),
        sa.Column("rule", sa.Text()),
        sa.Column("value", sa.Text()),
        sa.Column("ack", sa.Text()),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    op.create_index("ix_findings_document_id", "findings", ["document_id"])
    op.create_index("ix_findings_order_id", "findings", ["order_id"])
    op.create_index("ix_findings_receipt_id", "findings", ["receipt_id"])
    op.create_table(
        "heartbeats",
        sa.Column("worker", sa.String(80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("doing", sa.Text()),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("buried", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name="pk_heartbeats"),
    )
    op.create_table(
        "holds",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer()),
        sa.Column("store", sa.String(80)),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("blocks", sa.String(8), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("finding_code", sa.String(60), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("family", sa.String(20), nullable=False),
        sa.Column("amount", EXACT),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("raised_by", sa.String(80), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("up_to_amount", EXACT),
        sa.Column("released_at", MOMENT),
        sa.Column("released_by", sa.String(80)),
        sa.Column("reason", sa.String(40)),
        sa.Column("text", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_index("ix_holds_order_id", "holds", ["order_id"])
    op.create_index("ix_holds_state", "holds", ["state", "due_at"])
    op.create_table(
        "item_units",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("sku", sa.String(60), nullable=False),
        sa.Column("unit", sa.String(2), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("minimum", EXACT),
        sa.Column("multiple", EXACT),
        sa.Column("inner", sa.Integer()),
        sa.Column("orderable", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item_units"),
    )
    op.create_index("ix_item_units_sku", "item_units", ["sku"])
    op.create_table(
        "item_xrefs",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("partner", sa.String(80)),
        sa.Column("qualifier", sa.String(4), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.Column("sku", sa.String(60), nullable=False),
        sa.Column("unit", sa.String(2)),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item_xrefs"),
    )
    op.create_index("ix_item_xrefs_value", "item_xrefs", ["value"])
    op.create_table(
        "items",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("sku", sa.String(60), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("base_unit", sa.String(2), nullable=False),
        sa.Column("not_before", sa.Date()),
        sa.Column("successor", sa.String(60)),
        sa.Column("measured", sa.Boolean(), nullable=False),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.Column("item_class", sa.String(40)),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
    )
    op.create_index("ix_items_sku", "items", ["sku"])
    op.create_table(
        "live_profiles",
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("paused_why", sa.Text()),
        sa.PrimaryKeyConstraint("partner", name="pk_live_profiles"),
    )
    op.create_table(
        "order_edits",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer()),
        sa.Column("field", sa.String(60), nullable=False),
        sa.Column("was", sa.Text()),
        sa.Column("now", sa.Text()),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("why", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_order_edits"),
    )
    op.create_index("ix_order_edits_order_id", "order_edits", ["order_id"])
    op.create_table(
        "order_events",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_order_events"),
    )
    op.create_index("ix_order_events_order_id", "order_events", ["order_id"])
    op.create_table(
        "order_keys",
        sa.Column("business_key", sa.String(200), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("business_key", name="pk_order_keys"),
    )
    op.create_table(
        "orders",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("customer", sa.String(40)),
        sa.Column("business_key", sa.String(200), nullable=False),
        sa.Column("po_number", sa.String(30), nullable=False),
        sa.Column("release_number", sa.String(40)),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("type", sa.String(2), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("ordered_on", sa.Date()),
        sa.Column("ship_to", sa.String(120)),
        sa.Column("ship_from", sa.Date()),
        sa.Column("ship_until", sa.Date()),
        sa.Column("cancel_after", sa.Date()),
        sa.Column("total", EXACT, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("ship_complete", sa.Boolean(), nullable=False),
        sa.Column("all_or_nothing", sa.Boolean(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("reject_code", sa.String(2)),
        sa.Column("answer_due_at", MOMENT),
        sa.Column("answer_state", sa.String(20), nullable=False),
        sa.Column("void_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("number", name="uq_orders_number"),
    )
    op.create_index("ix_orders_answer", "orders", ["answer_state", "answer_due_at"])
    op.create_index("ix_orders_business_key", "orders", ["business_key"])
    op.create_index("ix_orders_partner_po_number", "orders", ["partner", "po_number"])
    op.create_index("ix_orders_state", "orders", ["state"])
    op.create_table(
        "polls",
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("retry_at", MOMENT),
        sa.Column("refused", sa.String(64)),
        sa.Column("at", MOMENT),
        sa.Column("seen", sa.Text()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("last_received_at", MOMENT),
        sa.PrimaryKeyConstraint("partner", name="pk_polls"),
    )
    op.create_table(
        "postings",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("target", sa.String(40), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", MOMENT),
        sa.Column("last_error", sa.Text()),
        sa.Column("external_id", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_postings"),
        sa.UniqueConstraint("target", "key", name="uq_postings_target_key"),
    )
    op.create_index("ix_postings_order_id", "postings", ["order_id"])
    op.create_index("ix_postings_state", "postings", ["state"])
    op.create_table(
        "prices",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("sku", sa.String(60), nullable=False),
        sa.Column("unit", sa.String(2), nullable=False),
        sa.Column("price", EXACT, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("customer", sa.String(40)),
        sa.Column("price_group", sa.String(40)),
        sa.Column("from_quantity", EXACT, nullable=False),
        sa.Column("promotion", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prices"),
    )
    op.create_index("ix_prices_sku", "prices", ["sku"])
    op.create_table(
        "receipts",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("partner", sa.String(80)),
        sa.Column("connection", sa.String(80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("verdict", sa.String(40)),
        sa.Column("duplicate_of", sa.BigInteger()),
        sa.Column("replay_of", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("worked_sets", sa.Integer(), nullable=False),
        sa.Column("done_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
    )
    op.create_index("ix_receipts_sha256", "receipts", ["sha256"])
    op.create_index("ix_receipts_state", "receipts", ["state"])
    op.create_table(
        "ship_tos",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("qualifier", sa.String(2), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("customer", sa.String(40)),
        sa.Column("address_1", sa.Text()),
        sa.Column("address_2", sa.Text()),
        sa.Column("city", sa.Text()),
        sa.Column("region", sa.String(10)),
        sa.Column("postal_code", sa.String(15)),
        sa.Column("country", sa.String(3)),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("dc", sa.String(80)),
        sa.Column("transit_days", sa.Integer()),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ship_tos"),
    )
    op.create_index("ix_ship_tos_code", "ship_tos", ["partner", "code"])
    op.create_table(
        "imports",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("difference", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("imported_by", sa.String(80), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_at", MOMENT),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_state", "imports", ["state"])
    op.create_table(
        "snapshots",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_snapshots"),
    )
    op.create_table(
        "transmissions",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("control", sa.String(12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("sets", sa.String(60), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", MOMENT),
        sa.Column("last_error", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("ack_state", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transmissions"),
    )
    op.create_index("ix_transmissions_state", "transmissions", ["state", "partner"])
    op.create_table(
        "users",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("limit_amount", EXACT),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )
    op.create_table(
        "work",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
        sa.UniqueConstraint("kind", "key", name="uq_work_kind_key"),
    )
    op.create_index("ix_work_state", "work", ["state", "kind"])
    op.create_table(
        "case_notes",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_notes"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_notes_case_id_cases"),
    )
    op.create_index("ix_case_notes_case_id", "case_notes", ["case_id"])
    op.create_table(
        "interchanges",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("partner", sa.String(80)),
        sa.Column("sender_qualifier", sa.String(2)),
        sa.Column("sender", sa.String(15)),
        sa.Column("receiver_qualifier", sa.String(2)),
        sa.Column("receiver", sa.String(15)),
        sa.Column("control", sa.String(15)),
        sa.Column("version", sa.String(12)),
        sa.Column("usage", sa.String(1)),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("duplicate_of", sa.BigInteger()),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interchanges"),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name="fk_interchanges_receipt_id_receipts"),
    )
    op.create_index(
        "ix_interchanges_key",
        "interchanges",
        ["sender_qualifier", "sender", "receiver_qualifier", "receiver", "control"],
    )
    op.create_index("ix_interchanges_receipt_id", "interchanges", ["receipt_id"])
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("buyer_line", sa.String(40)),
        sa.Column("sku", sa.String(60)),
        sa.Column("description", sa.Text()),
        sa.Column("quantity", EXACT, nullable=False),
        sa.Column("unit", sa.String(2)),
        sa.Column("accepted_quantity", EXACT, nullable=False),
        sa.Column("base_quantity", EXACT),
        sa.Column("base_unit", sa.String(2)),
        sa.Column("buyer_price", EXACT),
        sa.Column("contract_price", EXACT),
        sa.Column("price", EXACT),
        sa.Column("price_basis", sa.String(2)),
        sa.Column("acknowledged_price", EXACT),
        sa.Column("amount", EXACT),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reject_code", sa.String(2)),
        sa.Column("answer_codes", sa.String(40)),
        sa.Column("ship_to", sa.String(120)),
        sa.Column("ship_from", sa.Date()),
        sa.Column("ship_until", sa.Date()),
        sa.Column("cancel_after", sa.Date()),
        sa.Column("substitute", sa.String(60)),
        sa.Column("promised_ship", sa.Date()),
        sa.Column("promised_delivery", sa.Date()),
        sa.Column("free_quantity", EXACT),
        sa.Column("cancelled_stores", sa.Text()),
        sa.PrimaryKeyConstraint("order_id", "line", name="pk_order_lines"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_lines_order_id_orders"),
    )
    op.create_table(
        "order_revisions",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("snapshot", sa.Text()),
        sa.Column("differences", sa.Text()),
        sa.PrimaryKeyConstraint("order_id", "revision", name="pk_order_revisions"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_revisions_order_id_orders"),
    )
    op.create_table(
        "receipt_chunks",
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("receipt_id", "n", name="pk_receipt_chunks"),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipts.id"], name="fk_receipt_chunks_receipt_id_receipts"
        ),
    )
    op.create_table(
        "groups",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("interchange_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(2)),
        sa.Column("control", sa.String(12)),
        sa.Column("version", sa.String(12)),
        sa.Column("read_as", sa.String(6)),
        sa.Column("status", sa.String(1), nullable=False),
        sa.Column("stated_sets", sa.Integer()),
        sa.Column("received_sets", sa.Integer(), nullable=False),
        sa.Column("accepted_sets", sa.Integer(), nullable=False),
        sa.Column("ack_document_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sa.ForeignKeyConstraint(
            ["interchange_id"], ["interchanges.id"], name="fk_groups_interchange_id_interchanges"
        ),
    )
    op.create_index("ix_groups_interchange_id", "groups", ["interchange_id"])
