"""Indexes by which orders are found by PO number alone and by item.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_index("ix_orders_po_number", "orders", ["po_number"])
    op.create_index("ix_order_lines_sku", "order_lines", ["sku"])
