"""Master data: effective-dated, never overwritten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, LargeBinary, String, Table, Text

from edi_gateway.store.tables.base import Exact, Moment, metadata, row_id


def versioned() -> list[Column[Any]]:
    """From when to when a row holds, and who said so (spec B1)."""
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
    row_id(),
    Column("sku", String(60), nullable=False),
    Column("description", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("base_unit", String(2), nullable=False),
    Column("not_before", Date),
    Column("successor", String(60)),
    Column("measured", Boolean, nullable=False),
    Column("free", Boolean, nullable=False),
    Column("item_class", String(40)),
    Column("tax_class", String(20)),
    Column("nmfc", String(12)),
    Column("freight_class", String(5)),
    Column("hazmat", Text),  # UN number; proper name; class; packing group; 24-hour telephone
    *versioned(),
    Index("ix_items_sku", "sku"),
)

item_units = Table(
    "item_units",
    metadata,
    row_id(),
    Column("sku", String(60), nullable=False),
    Column("unit", String(2), nullable=False),
    Column("numerator", BigInteger, nullable=False),
    Column("denominator", BigInteger, nullable=False),
    Column("minimum", Exact),
    Column("multiple", Exact),
    Column("inner", Integer),
    Column("orderable", Boolean, nullable=False),
    Column("weight", Exact),  # gross, of one unit
    Column("weight_unit", String(2)),
    *versioned(),
    Index("ix_item_units_sku", "sku"),
)

item_xrefs = Table(
    "item_xrefs",
    metadata,
    row_id(),
    Column("partner", String(80)),
    Column("qualifier", String(4), nullable=False),
    Column("value", String(80), nullable=False),
    Column("sku", String(60), nullable=False),
    Column("unit", String(2)),
    *versioned(),
    Index("ix_item_xrefs_value", "value"),
)

prices = Table(
    "prices",
    metadata,
    row_id(),
    Column("sku", String(60), nullable=False),
    Column("unit", String(2), nullable=False),
    Column("price", Exact, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("customer", String(40)),
    Column("price_group", String(40)),
    Column("from_quantity", Exact, nullable=False),
    Column("promotion", Boolean, nullable=False),
    *versioned(),
    Index("ix_prices_sku", "sku"),
)

ship_tos = Table(
    "ship_tos",
    metadata,
    row_id(),
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
    *versioned(),
    Index("ix_ship_tos_code", "partner", "code"),
)

customers = Table(
    "customers",
    metadata,
    row_id(),
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
    *versioned(),
    Index("ix_customers_number", "number"),
)

imports = Table(  # of master data, that a second person had to approve
    "imports",
    metadata,
    row_id(),
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
