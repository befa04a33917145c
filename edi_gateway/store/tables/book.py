"""The order book: orders, lines, revisions, events, edits, holds."""

from __future__ import annotations

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
    UniqueConstraint,
    text,
)

from edi_gateway.store.tables.base import Exact, Moment, metadata, row_id

# orders of which something has to leave yet: written out, for an index of some rows serves only who asks in its words;
# without the name of the table, so only in queries over orders alone
TO_SHIP = text(
    "state IN ('ON_HOLD', 'ACCEPTED') AND "
    "(stage IS NULL OR stage NOT IN ('SHIPPED', 'PARTIALLY_INVOICED', 'INVOICED', 'CLOSED'))"
)

orders = Table(
    "orders",
    metadata,
    row_id(),
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
    Column("stage", String(20)),  # model.fulfilment.Stage, derived; None: nothing has begun
    UniqueConstraint("number"),
    Index("ix_orders_business_key", "business_key"),
    Index("ix_orders_partner_po_number", "partner", "po_number"),
    Index("ix_orders_po_number", "po_number"),
    Index("ix_orders_ordered_on", "ordered_on"),
    Index("ix_orders_state", "state"),
    Index("ix_orders_answer", "answer_state", "answer_due_at"),
    Index("ix_orders_to_ship", "ship_until", sqlite_where=TO_SHIP, postgresql_where=TO_SHIP),
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
    Column("backordered_quantity", Exact),
    Column("backordered_to", Date),
    Column("cancelled_stores", Text),  # keys of the places whose part was cancelled, one a line
    Index("ix_order_lines_sku", "sku"),
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
    row_id(),
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
    row_id(),
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
    row_id(),
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
