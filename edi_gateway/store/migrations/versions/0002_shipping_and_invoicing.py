"""Shipping and invoicing: stock, line parts, releases, shipments, invoices, payments, taxes.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.String(27)  # UTC as ISO text of fixed width
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EXACT = sa.Text().with_variant(sa.Numeric(), "postgresql")  # a Decimal, never through float


def upgrade() -> None:
    op.add_column("orders", sa.Column("stage", sa.String(20)))
    op.add_column("order_lines", sa.Column("backordered_quantity", EXACT))
    op.add_column("order_lines", sa.Column("backordered_to", sa.Date()))
    op.add_column("items", sa.Column("tax_class", sa.String(20)))
    op.add_column("items", sa.Column("nmfc", sa.String(12)))
    op.add_column("items", sa.Column("freight_class", sa.String(5)))
    op.add_column("items", sa.Column("hazmat", sa.Text()))
    op.add_column("item_units", sa.Column("weight", EXACT))
    op.add_column("item_units", sa.Column("weight_unit", sa.String(2)))
    op.create_table(
        "sites",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.String(80)),
        sa.Column("gln", sa.String(13)),
        sa.Column("address_1", sa.Text()),
        sa.Column("address_2", sa.Text()),
        sa.Column("city", sa.Text()),
        sa.Column("region", sa.String(10)),
        sa.Column("postal_code", sa.String(15)),
        sa.Column("country", sa.String(3)),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
    )
    op.create_index("ix_sites_code", "sites", ["code"])
    op.create_table(
        "stock",
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("sku", sa.String(60), nullable=False),
        sa.Column("on_hand", EXACT, nullable=False),
        sa.Column("hold", EXACT, nullable=False),
        sa.Column("damaged", EXACT, nullable=False),
        sa.Column("allocated", EXACT, nullable=False),
        sa.Column("safety", EXACT, nullable=False),
        sa.Column("counted_at", MOMENT),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "sku", name="pk_stock"),
    )
    op.create_index("ix_stock_sku", "stock", ["sku"])
    op.create_table(
        "stock_moves",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("sku", sa.String(60), nullable=False),
        sa.Column("bucket", sa.String(10), nullable=False),
        sa.Column("quantity", EXACT, nullable=False),
        sa.Column("balance", EXACT, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("shipment_id", sa.BigInteger()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_moves"),
    )
    op.create_index("ix_stock_moves_sku_site", "stock_moves", ["sku", "site"])
    op.create_table(
        "supply",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("sku", sa.String(60), nullable=False),
        sa.Column("quantity", EXACT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_supply"),
    )
    op.create_index("ix_supply_sku_state", "supply", ["sku", "state"])
    op.create_table(
        "stock_proposals",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("sku", sa.String(60), nullable=False),
        sa.Column("bucket", sa.String(10), nullable=False),
        sa.Column("ours", EXACT, nullable=False),
        sa.Column("theirs", EXACT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_stock_proposals"),
    )
    op.create_index("ix_stock_proposals_state", "stock_proposals", ["state"])
    op.create_table(
        "line_parts",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("store", sa.String(80)),
        sa.Column("sku", sa.String(60), nullable=False),
        sa.Column("quantity", EXACT, nullable=False),
        sa.Column("unit", sa.String(2), nullable=False),
        sa.Column("base_quantity", EXACT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("ship_from", sa.Date()),
        sa.Column("ship_until", sa.Date()),
        sa.Column("cancel_after", sa.Date()),
        sa.Column("promised", sa.Date()),
        sa.Column("release_on", sa.Date()),
        sa.Column("site", sa.String(20)),
        sa.Column("release_id", sa.BigInteger()),
        sa.Column("shipment_id", sa.BigInteger()),
        sa.Column("invoice_id", sa.BigInteger()),
        sa.Column("reason", sa.String(40)),
        sa.Column("completion", sa.String(16), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_line_parts"),
    )
    op.create_index("ix_line_parts_invoice_id", "line_parts", ["invoice_id"])
    op.create_index("ix_line_parts_order_id", "line_parts", ["order_id"])
    op.create_index("ix_line_parts_release_id", "line_parts", ["release_id"])
    op.create_index("ix_line_parts_shipment_id", "line_parts", ["shipment_id"])
    op.create_index("ix_line_parts_state_sku", "line_parts", ["state", "sku"])
    op.create_table(
        "releases",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("number", sa.String(22), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("warehouse", sa.String(80)),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("ship_to", sa.String(120)),
        sa.Column("store", sa.String(80)),
        sa.Column("ship_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(14), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("released_at", MOMENT, nullable=False),
        sa.Column("confirm_due_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("why", sa.Text()),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_releases"),
        sa.UniqueConstraint("number", name="uq_releases_number"),
    )
    op.create_index("ix_releases_order_id", "releases", ["order_id"])
    op.create_index("ix_releases_state", "releases", ["state", "confirm_due_at"])
    op.create_table(
        "shipments",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("number", sa.String(30), nullable=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("customer", sa.String(40)),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("ship_to", sa.String(120)),
        sa.Column("store", sa.String(80)),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("shipped_at", MOMENT, nullable=False),
        sa.Column("shipped_on", sa.Date(), nullable=False),
        sa.Column("expected_on", sa.Date()),
        sa.Column("carrier", sa.String(4)),
        sa.Column("carrier_name", sa.Text()),
        sa.Column("mode", sa.String(2)),
        sa.Column("service", sa.String(2)),
        sa.Column("freight_payment", sa.String(2)),
        sa.Column("pro", sa.String(30)),
        sa.Column("bol", sa.String(30)),
        sa.Column("master_bol", sa.String(30)),
        sa.Column("trailer", sa.String(15)),
        sa.Column("seal", sa.String(15)),
        sa.Column("weight", EXACT),
        sa.Column("weight_unit", sa.String(2)),
        sa.Column("packages", sa.Integer()),
        sa.Column("pallets", sa.Integer()),
        sa.Column("confirmed_by", sa.String(80), nullable=False),
        sa.Column("notice_state", sa.String(10), nullable=False),
        sa.Column("notice_after", MOMENT),
        sa.Column("notice_due_at", MOMENT),
        sa.Column("notice_document_id", sa.BigInteger()),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("invoice_state", sa.String(10), nullable=False),
        sa.Column("invoice_after", MOMENT),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shipments"),
        sa.UniqueConstraint("number", name="uq_shipments_number"),
    )
    op.create_index("ix_shipments_invoice", "shipments", ["invoice_state", "invoice_after"])
    op.create_index("ix_shipments_notice", "shipments", ["notice_state", "notice_after"])
    op.create_index("ix_shipments_partner_bol", "shipments", ["partner", "bol"])
    op.create_table(
        "ship_confirms",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("shipment_id", sa.BigInteger()),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ship_confirms"),
        sa.UniqueConstraint("key", name="uq_ship_confirms_key"),
    )
    op.create_index("ix_ship_confirms_shipment_id", "ship_confirms", ["shipment_id"])
    op.create_table(
        "handling_units",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("shipment_id", sa.BigInteger()),
        sa.Column("release_id", sa.BigInteger()),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.BigInteger()),
        sa.Column("kind", sa.String(1), nullable=False),
        sa.Column("sscc", sa.String(18)),
        sa.Column("tracking", sa.String(40)),
        sa.Column("packaging", sa.String(5)),
        sa.Column("weight", EXACT),
        sa.Column("weight_unit", sa.String(2)),
        sa.Column("store", sa.String(80)),
        sa.PrimaryKeyConstraint("id", name="pk_handling_units"),
        sa.UniqueConstraint("sscc", name="uq_handling_units_sscc"),
    )
    op.create_index("ix_handling_units_release_id", "handling_units", ["release_id"])
    op.create_index("ix_handling_units_shipment_id", "handling_units", ["shipment_id"])
    op.create_table(
        "unit_contents",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("part_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", EXACT, nullable=False),
        sa.Column("lot", sa.String(40)),
        sa.Column("expires_on", sa.Date()),
        sa.Column("serial", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_unit_contents"),
    )
    op.create_index("ix_unit_contents_part_id", "unit_contents", ["part_id"])
    op.create_index("ix_unit_contents_unit_id", "unit_contents", ["unit_id"])
    op.create_table(
        "invoices",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("number", sa.String(22), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("customer", sa.String(40)),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("shipment_id", sa.BigInteger()),
        sa.Column("original_id", sa.BigInteger()),
        sa.Column("store", sa.String(80)),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("discount_until", sa.Date()),
        sa.Column("goods", EXACT, nullable=False),
        sa.Column("charges", EXACT, nullable=False),
        sa.Column("allowances", EXACT, nullable=False),
        sa.Column("tax", EXACT, nullable=False),
        sa.Column("total", EXACT, nullable=False),
        sa.Column("discount", EXACT, nullable=False),
        sa.Column("paid", EXACT, nullable=False),
        sa.Column("state", sa.String(14), nullable=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("issued_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.UniqueConstraint("number", name="uq_invoices_number"),
    )
    op.create_index("ix_invoices_order_id", "invoices", ["order_id"])
    op.create_index("ix_invoices_original_id", "invoices", ["original_id"])
    op.create_index("ix_invoices_shipment_id", "invoices", ["shipment_id"])
    op.create_index("ix_invoices_state", "invoices", ["state", "due_on"])
    op.create_table(
        "invoice_lines",
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("quantity", EXACT, nullable=False),
        sa.Column("unit", sa.String(2), nullable=False),
        sa.Column("price", EXACT, nullable=False),
        sa.Column("price_basis", sa.String(2)),
        sa.Column("amount", EXACT, nullable=False),
        sa.Column("allowance", EXACT, nullable=False),
        sa.Column("tax", EXACT, nullable=False),
        sa.PrimaryKeyConstraint("invoice_id", "n", name="pk_invoice_lines"),
    )
    op.create_index("ix_invoice_lines_order_id", "invoice_lines", ["order_id"])
    op.create_table(
        "invoice_parts",
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("part_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("quantity", EXACT, nullable=False),
        sa.PrimaryKeyConstraint("invoice_id", "part_id", name="pk_invoice_parts"),
    )
    op.create_index("ix_invoice_parts_part_id", "invoice_parts", ["part_id"])
    op.create_table(
        "payments",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("reference", sa.String(50), nullable=False),
        sa.Column("amount", EXACT, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("partner", "reference", name="uq_payments_partner_reference"),
    )
    op.create_table(
        "payment_lines",
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger()),
        sa.Column("invoice_number", sa.String(50), nullable=False),
        sa.Column("paid", EXACT, nullable=False),
        sa.Column("discount", EXACT, nullable=False),
        sa.Column("adjustment", EXACT, nullable=False),
        sa.Column("reason", sa.String(10)),
        sa.PrimaryKeyConstraint("payment_id", "n", name="pk_payment_lines"),
    )
    op.create_index("ix_payment_lines_invoice_id", "payment_lines", ["invoice_id"])
    op.create_table(
        "tax_rates",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("country", sa.String(3), nullable=False),
        sa.Column("region", sa.String(10)),
        sa.Column("postal_code", sa.String(15)),
        sa.Column("tax_class", sa.String(20)),
        sa.Column("code", sa.String(2), nullable=False),
        sa.Column("percent", EXACT, nullable=False),
        sa.Column("freight", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tax_rates"),
    )
    op.create_index("ix_tax_rates_country", "tax_rates", ["country"])
    op.create_table(
        "tax_certificates",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("customer", sa.String(40), nullable=False),
        sa.Column("region", sa.String(10)),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tax_certificates"),
    )
    op.create_index("ix_tax_certificates_customer", "tax_certificates", ["customer"])
    op.create_table(
        "papers",
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("prints", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("shipment_id", "kind", "version", name="pk_papers"),
    )
