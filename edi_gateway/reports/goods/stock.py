"""Stock as people look at it: what lies where, what is free of it, and which counts wait for a decision (spec B7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import stock, stock_proposals


@dataclass(frozen=True, slots=True)
class StockRow:
    """One item at one site, in base units. free = on_hand - hold - damaged - allocated, safety stock included."""

    site: str
    sku: str
    on_hand: Decimal
    hold: Decimal
    damaged: Decimal
    allocated: Decimal
    safety: Decimal
    free: Decimal
    counted_at: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class ProposalRow:
    proposal_id: int
    site: str
    sku: str
    bucket: str
    ours: Decimal
    theirs: Decimal
    difference: Decimal
    counted_at: datetime
    document_id: int | None
    state: str
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


def list_stock(conn: Connection, *, site: str | None = None, sku: str | None = None) -> list[StockRow]:
    """By item, then site."""
    c = stock.c
    columns = (c.site, c.sku, c.on_hand, c.hold, c.damaged, c.allocated, c.safety, c.counted_at, c.source)
    query = select(*columns)
    if site:
        query = query.where(c.site == site)
    if sku:
        query = query.where(c.sku == sku)
    found = rows(conn, query.order_by(c.sku, c.site))
    return [StockRow(*(*row[:7], row[2] - row[3] - row[4] - row[5], *row[7:])) for row in found]


def list_proposals(
    conn: Connection, *, site: str | None = None, every: bool = False, limit: int = 1000
) -> list[ProposalRow]:
    """Those that wait, the oldest count first; `every`: those that were decided as well."""
    c = stock_proposals.c
    columns = (
        *(c.id, c.site, c.sku, c.bucket, c.ours, c.theirs, c.at, c.document_id, c.state, c.decided_at),
        *(c.decided_by, c.reason),
    )
    query = select(*columns)
    if site:
        query = query.where(c.site == site)
    if not every:
        query = query.where(c.state == "PENDING")
    found = rows(conn, query.order_by(c.at, c.id).limit(limit))
    return [ProposalRow(*(*row[:6], row[5] - row[4], *row[6:])) for row in found]
