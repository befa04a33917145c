"""Invoices and credits as issued, what they bill, taxes, and payments (spec B11, C4, C15)."""

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
from edi_gateway.store.tables.master_data import versioned

invoices = Table(  # issued: never changed but in state and what was paid
    "invoices",
    metadata,
    row_id(),
    Column("number", String(22), nullable=False),  # without gap within its series
    Column("kind", String(8), nullable=False),  # INVOICE CREDIT REBILL
    Column("partner", String(80), nullable=False),
    Column("customer", String(40)),
    Column("order_id", BigInteger),  # None: of several orders
    Column("shipment_id", BigInteger),  # None: of several shipments
    Column("original_id", BigInteger),  # credit: of which invoice; rebill: in place of which
    Column("store", String(80)),
    Column("currency", String(3), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date),
    Column("discount_until", Date),
    Column("goods", Exact, nullable=False),  # sum of rounded extensions; credits bear positive amounts too
    Column("charges", Exact, nullable=False),
    Column("allowances", Exact, nullable=False),
    Column("tax", Exact, nullable=False),
    Column("total", Exact, nullable=False),  # goods + charges - allowances + tax
    Column("discount", Exact, nullable=False),  # cash discount, if taken
    Column("paid", Exact, nullable=False),
    Column("state", String(14), nullable=False),  # model.billing.InvoiceState
    Column("document_id", BigInteger),  # the 810
    Column("reason", Text),
    Column("snapshot", Text, nullable=False),  # JSON of model.billing.IssuedInvoice
    Column("test", Boolean, nullable=False, default=False),
    Column("issued_at", Moment, nullable=False),
    Column("issued_by", String(80), nullable=False),
    UniqueConstraint("number"),
    Index("ix_invoices_order_id", "order_id"),
    Index("ix_invoices_shipment_id", "shipment_id"),
    Index("ix_invoices_original_id", "original_id"),
    Index("ix_invoices_state", "state", "due_on"),
)

invoice_lines = Table(
    "invoice_lines",
    metadata,
    Column("invoice_id", BigInteger, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("line", Integer, nullable=False),
    Column("quantity", Exact, nullable=False),  # in the buyer's unit
    Column("unit", String(2), nullable=False),
    Column("price", Exact, nullable=False),
    Column("price_basis", String(2)),
    Column("amount", Exact, nullable=False),  # extension, rounded half-up
    Column(
        "allowance", Exact, nullable=False
    ),  # net of charges of the line: charges positive, allowances negative
    Column("tax", Exact, nullable=False),
    Index("ix_invoice_lines_order_id", "order_id"),
)

invoice_parts = Table(  # which line parts an invoice line bills
    "invoice_parts",
    metadata,
    Column("invoice_id", BigInteger, primary_key=True),
    Column("part_id", BigInteger, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("quantity", Exact, nullable=False),
    Index("ix_invoice_parts_part_id", "part_id"),
)

payments = Table(  # 820, or entered by hand
    "payments",
    metadata,
    row_id(),
    Column("partner", String(80), nullable=False),
    Column("reference", String(50), nullable=False),  # TRN02; the same one again is the same payment
    Column("amount", Exact, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("document_id", BigInteger),
    Column("state", String(10), nullable=False),  # APPLIED, PARTLY (some of it is for a person)
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    UniqueConstraint("partner", "reference"),
)

payment_lines = Table(
    "payment_lines",
    metadata,
    Column("payment_id", BigInteger, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("invoice_id", BigInteger),  # None: no invoice of ours
    Column("invoice_number", String(50), nullable=False),  # as they said it
    Column("paid", Exact, nullable=False),
    Column("discount", Exact, nullable=False),
    Column("adjustment", Exact, nullable=False),  # what they took off: a matter for the disputes to come
    Column("reason", String(10)),  # DE426
    Index("ix_payment_lines_invoice_id", "invoice_id"),
)

tax_rates = Table(
    "tax_rates",
    metadata,
    row_id(),
    Column("country", String(3), nullable=False),
    Column("region", String(10)),
    Column("postal_code", String(15)),  # or how it begins
    Column("tax_class", String(20)),  # of items; None: all
    Column("code", String(2), nullable=False),  # TXI01, DE963
    Column("percent", Exact, nullable=False),
    Column("freight", Boolean, nullable=False),  # whether freight is taxed too
    *versioned(),
    Index("ix_tax_rates_country", "country"),
)

tax_certificates = Table(  # exemptions
    "tax_certificates",
    metadata,
    row_id(),
    Column("customer", String(40), nullable=False),
    Column("region", String(10)),  # None: everywhere
    Column("number", String(40), nullable=False),
    Column("expires_on", Date),
    *versioned(),
    Index("ix_tax_certificates_customer", "customer"),
)
