"""Every table, typed: a module a theme. SQLAlchemy Core; the same on SQLite and PostgreSQL.

Ids are integers made by the program (store/ids.py), sorted by time. Migrations in store/migrations/ make these
tables; a test compares them.
"""

from edi_gateway.store.tables.as2 import as2_chunks, as2_messages, as2_receipts, certificates
from edi_gateway.store.tables.base import Exact, Moment, metadata, moment_text
from edi_gateway.store.tables.billing import (
    invoice_lines,
    invoice_parts,
    invoices,
    payment_lines,
    payments,
    tax_certificates,
    tax_rates,
)
from edi_gateway.store.tables.book import (
    holds,
    order_edits,
    order_events,
    order_keys,
    order_lines,
    order_revisions,
    orders,
)
from edi_gateway.store.tables.fulfilment import (
    handling_units,
    line_parts,
    papers,
    releases,
    ship_confirms,
    shipments,
    unit_contents,
)
from edi_gateway.store.tables.incidents import (
    erasures,
    incident_notes,
    incident_subjects,
    incidents,
    partner_days,
    switches,
    tallies,
)
from edi_gateway.store.tables.machinery import audit, heartbeats, live_profiles, polls, snapshots, users
from edi_gateway.store.tables.master_data import (
    customers,
    imports,
    item_units,
    item_xrefs,
    items,
    prices,
    ship_tos,
)
from edi_gateway.store.tables.messages import alert_messages, alerts, messages
from edi_gateway.store.tables.outbound import (
    control_numbers,
    deadlines,
    postings,
    transmission_chunks,
    transmissions,
    work,
)
from edi_gateway.store.tables.people import api_tokens, attempts, logins, sessions
from edi_gateway.store.tables.received import (
    documents,
    findings,
    groups,
    interchanges,
    receipt_chunks,
    receipts,
)
from edi_gateway.store.tables.stock import sites, stock, stock_moves, stock_proposals, supply
from edi_gateway.store.tables.triage import case_notes, cases
from edi_gateway.store.tables.versions import partner_proposals, partner_trials, partner_versions

__all__ = [
    "Exact",
    "Moment",
    "alert_messages",
    "alerts",
    "api_tokens",
    "as2_chunks",
    "as2_messages",
    "as2_receipts",
    "attempts",
    "audit",
    "case_notes",
    "cases",
    "certificates",
    "control_numbers",
    "customers",
    "deadlines",
    "documents",
    "erasures",
    "findings",
    "groups",
    "handling_units",
    "heartbeats",
    "holds",
    "imports",
    "incident_notes",
    "incident_subjects",
    "incidents",
    "interchanges",
    "invoice_lines",
    "invoice_parts",
    "invoices",
    "item_units",
    "item_xrefs",
    "items",
    "line_parts",
    "live_profiles",
    "logins",
    "messages",
    "metadata",
    "moment_text",
    "order_edits",
    "order_events",
    "order_keys",
    "order_lines",
    "order_revisions",
    "orders",
    "papers",
    "partner_days",
    "partner_proposals",
    "partner_trials",
    "partner_versions",
    "payment_lines",
    "payments",
    "polls",
    "postings",
    "prices",
    "receipt_chunks",
    "receipts",
    "releases",
    "sessions",
    "ship_confirms",
    "ship_tos",
    "shipments",
    "sites",
    "snapshots",
    "stock",
    "stock_moves",
    "stock_proposals",
    "supply",
    "switches",
    "tallies",
    "tax_certificates",
    "tax_rates",
    "transmission_chunks",
    "transmissions",
    "unit_contents",
    "users",
    "work",
]
