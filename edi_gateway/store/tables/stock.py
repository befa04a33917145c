"""Stock and what is to come: sites, buckets, supply, movements, and counts that differ from ours (spec B7.1, B9)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, String, Table, Text

from edi_gateway.store.tables.base import Exact, Moment, metadata, row_id
from edi_gateway.store.tables.master_data import versioned

sites = Table(  # where our goods lie and ship from
    "sites",
    metadata,
    row_id(),
    Column("code", String(20), nullable=False),
    Column("name", Text, nullable=False),
    Column("warehouse", String(80)),  # key of the partner who gets its 940 and sends its 945; None: our own
    Column("gln", String(13)),
    Column("address_1", Text),
    Column("address_2", Text),
    Column("city", Text),
    Column("region", String(10)),
    Column("postal_code", String(15)),
    Column("country", String(3)),
    *versioned(),
    Index("ix_sites_code", "code"),
)

stock = Table(  # in base units; free = on_hand - hold - damaged - allocated
    "stock",
    metadata,
    Column("site", String(20), primary_key=True),
    Column("sku", String(60), primary_key=True),
    Column("on_hand", Exact, nullable=False),
    Column("hold", Exact, nullable=False),
    Column("damaged", Exact, nullable=False),
    Column(
        "allocated", Exact, nullable=False
    ),  # of line parts ALLOCATED to PACKED; written with them, never else
    Column("safety", Exact, nullable=False),
    Column("counted_at", Moment),
    Column("source", Text, nullable=False),
    Index("ix_stock_sku", "sku"),
)

stock_moves = Table(  # every change of a bucket but `allocated`; append-only
    "stock_moves",
    metadata,
    row_id(),
    Column("site", String(20), nullable=False),
    Column("sku", String(60), nullable=False),
    Column("bucket", String(10), nullable=False),  # on_hand hold damaged safety
    Column("quantity", Exact, nullable=False),  # signed, base units
    Column("balance", Exact, nullable=False),  # of the bucket, after it
    Column("kind", String(20), nullable=False),  # import, count, adjustment, shipment, receipt, reversal
    Column("reference", Text, nullable=False),  # file, shipment number, document
    Column("document_id", BigInteger),
    Column("shipment_id", BigInteger),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Index("ix_stock_moves_sku_site", "sku", "site"),
)

supply = Table(  # purchase orders, production, transfers to come
    "supply",
    metadata,
    row_id(),
    Column("reference", String(60), nullable=False),  # their number; unique with site and sku
    Column("site", String(20), nullable=False),
    Column("sku", String(60), nullable=False),
    Column("quantity", Exact, nullable=False),  # still to come, base units
    Column("due_on", Date, nullable=False),
    Column("confirmed", Boolean, nullable=False),  # unconfirmed: SP (schedule pending), no date (spec B7.1)
    Column("state", String(10), nullable=False),  # OPEN RECEIVED CANCELLED
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String(80), nullable=False),
    Index("ix_supply_sku_state", "sku", "state"),
)

stock_proposals = Table(  # a count (846) that differs from our ledger: never overwritten silently (spec B9)
    "stock_proposals",
    metadata,
    row_id(),
    Column("document_id", BigInteger),
    Column("site", String(20), nullable=False),
    Column("sku", String(60), nullable=False),
    Column("bucket", String(10), nullable=False),
    Column("ours", Exact, nullable=False),
    Column("theirs", Exact, nullable=False),
    Column("state", String(10), nullable=False),  # PENDING APPLIED REJECTED SUPERSEDED
    Column("at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", String(80)),
    Column("reason", Text),
    Index("ix_stock_proposals_state", "state"),
)
