"""From the accepted line to the goods that left: line parts, releases to the warehouse, shipments, handling units."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from edi_gateway.store.tables.base import Exact, Moment, metadata, row_id

line_parts = Table(  # what becomes of an accepted line, split by store, site, shipment and fate (spec B3.3)
    "line_parts",
    metadata,
    row_id(),
    Column("order_id", BigInteger, nullable=False),
    Column("line", Integer, nullable=False),
    Column("partner", String(80), nullable=False),
    Column("store", String(80)),  # "qualifier:location" of an SDQ
    Column("sku", String(60), nullable=False),  # what goes; a substitute's where one goes
    Column("quantity", Exact, nullable=False),  # in `unit`, the buyer's
    Column("unit", String(2), nullable=False),
    Column("base_quantity", Exact, nullable=False),
    Column("state", String(12), nullable=False),  # model.fulfilment.PartState
    Column("kind", String(8), nullable=False),  # model.fulfilment.PartKind
    Column("ship_from", Date),
    Column("ship_until", Date),
    Column("cancel_after", Date),
    Column("promised", Date),  # ship date that we have told the buyer, when we told one
    Column("release_on", Date),  # ALLOCATED: the day on which it goes to the warehouse
    Column("site", String(20)),  # from ALLOCATED on
    Column("release_id", BigInteger),
    Column("shipment_id", BigInteger),
    Column("invoice_id", BigInteger),  # the invoice or rebill that stands for it
    Column("reason", String(40)),  # of a backorder or a cancellation
    Column(
        "completion", String(16), nullable=False
    ),  # model.master_data.Backorder: what happens when stock is short
    Column("whole", Boolean, nullable=False),  # only whole units of the buyer's go
    Column("received_at", Moment, nullable=False),  # of the order: first come, first served
    Column("priority", Integer, nullable=False),  # of the customer, 1 first
    Column("test", Boolean, nullable=False, default=False),
    Column("since", Moment, nullable=False),  # in this state
    Index("ix_line_parts_order_id", "order_id"),
    Index("ix_line_parts_state_sku", "state", "sku"),
    Index("ix_line_parts_release_id", "release_id"),
    Index("ix_line_parts_shipment_id", "shipment_id"),
    Index("ix_line_parts_invoice_id", "invoice_id"),
)

releases = Table(  # an order (or what goes to one place of it) handed to a warehouse: a 940, or a pick list
    "releases",
    metadata,
    row_id(),
    Column("number", String(22), nullable=False),  # W05-02, unique
    Column("order_id", BigInteger, nullable=False),
    Column("partner", String(80), nullable=False),  # the buyer
    Column("warehouse", String(80)),  # partner key of the 3PL; None: our own
    Column("site", String(20), nullable=False),
    Column("ship_to", String(120)),
    Column("store", String(80)),
    Column("ship_on", Date, nullable=False),
    Column("state", String(14), nullable=False),  # RELEASED CANCEL_ASKED CANCELLED CONFIRMED
    Column("version", Integer, nullable=False),  # of the 940, 1 the original
    Column("document_id", BigInteger),  # the last 940
    Column("released_at", Moment, nullable=False),
    Column("confirm_due_at", Moment),
    Column("ended_at", Moment),
    Column("why", Text),
    Column("test", Boolean, nullable=False, default=False),
    UniqueConstraint("number"),
    Index("ix_releases_order_id", "order_id"),
    Index("ix_releases_state", "state", "confirm_due_at"),
)

shipments = Table(  # goods that left together: what one 856 tells
    "shipments",
    metadata,
    row_id(),
    Column("number", String(30), nullable=False),  # BSN02, unique, never used again
    Column("partner", String(80), nullable=False),
    Column("customer", String(40)),
    Column("site", String(20), nullable=False),
    Column("ship_to", String(120)),
    Column("store", String(80)),
    Column("state", String(12), nullable=False),  # SHIPPED REVERSED
    Column("shipped_at", Moment, nullable=False),
    Column("shipped_on", Date, nullable=False),  # the day at the site
    Column("expected_on", Date),  # estimated delivery
    Column("carrier", String(4)),  # SCAC
    Column("carrier_name", Text),
    Column("mode", String(2)),  # DE91
    Column("service", String(2)),  # DE284
    Column("freight_payment", String(2)),  # DE146
    Column("pro", String(30)),
    Column("bol", String(30)),
    Column("master_bol", String(30)),
    Column("trailer", String(15)),
    Column("seal", String(15)),
    Column("weight", Exact),
    Column("weight_unit", String(2)),
    Column("packages", Integer),
    Column("pallets", Integer),
    Column("confirmed_by", String(80), nullable=False),
    Column("notice_state", String(10), nullable=False),  # NONE NOT_DUE DUE HELD SENT ACKED REJECTED
    Column("notice_after", Moment),  # not before
    Column("notice_due_at", Moment),  # not later
    Column("notice_document_id", BigInteger),
    Column("notice_version", Integer, nullable=False, default=0),
    Column("invoice_state", String(10), nullable=False),  # NONE DUE BLOCKED DONE
    Column("invoice_after", Moment),
    Column("snapshot", Text, nullable=False),  # JSON of model.fulfilment.Shipped, frozen
    Column("test", Boolean, nullable=False, default=False),
    UniqueConstraint("number"),
    Index("ix_shipments_notice", "notice_state", "notice_after"),
    Index("ix_shipments_invoice", "invoice_state", "invoice_after"),
    Index("ix_shipments_partner_bol", "partner", "bol"),
)

ship_confirms = (
    Table(  # which ship confirm made which shipment: the same again is the same shipment (spec B9)
        "ship_confirms",
        metadata,
        row_id(),
        Column("key", String(200), nullable=False),  # W06-02 and W06-04 of a warehouse, the key of a CSV row
        Column("hash", String(64), nullable=False),  # SHA-256 of what it said
        Column("shipment_id", BigInteger),  # None: nothing has shipped
        Column("document_id", BigInteger),  # the 945
        Column("at", Moment, nullable=False),
        Column("by", String(80), nullable=False),
        UniqueConstraint("key"),
        Index("ix_ship_confirms_shipment_id", "shipment_id"),
    )
)

handling_units = Table(  # pallets and cartons
    "handling_units",
    metadata,
    row_id(),
    Column("shipment_id", BigInteger),  # None: packed, and not gone yet
    Column("release_id", BigInteger),  # for which it was packed here
    Column("n", Integer, nullable=False),  # in the shipment (before: in the release), from 1, parents first
    Column("parent_id", BigInteger),
    Column("kind", String(1), nullable=False),  # T tare (pallet), P pack (carton)
    Column("sscc", String(18)),  # unique for ever
    Column("tracking", String(40)),
    Column("packaging", String(5)),  # DE103: CTN25 ...
    Column("weight", Exact),
    Column("weight_unit", String(2)),
    Column("store", String(80)),  # mark-for
    UniqueConstraint("sscc"),
    Index("ix_handling_units_shipment_id", "shipment_id"),
    Index("ix_handling_units_release_id", "release_id"),
)

unit_contents = Table(
    "unit_contents",
    metadata,
    row_id(),
    Column("unit_id", BigInteger, nullable=False),
    Column("part_id", BigInteger, nullable=False),
    Column("quantity", Exact, nullable=False),  # in the part's unit
    Column("lot", String(40)),
    Column("expires_on", Date),
    Column("serial", String(40)),
    Index("ix_unit_contents_unit_id", "unit_id"),
    Index("ix_unit_contents_part_id", "part_id"),
)

papers = Table(  # what was drawn of a shipment, so that a reprint says that it is one
    "papers",
    metadata,
    Column("shipment_id", BigInteger, primary_key=True),
    Column("kind", String(20), primary_key=True),  # label, packing list, bill of lading
    Column("version", Integer, primary_key=True),  # counts changed content, from 1
    Column("hash", String(64), nullable=False),  # SHA-256 of what it was drawn from
    Column("prints", Integer, nullable=False),
    Column("at", Moment, nullable=False),  # of the last
    Column("by", String(80), nullable=False),
)
