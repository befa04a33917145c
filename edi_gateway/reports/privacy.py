"""What personal data there is and how long it is kept: orders of consumers, what was erased, bytes by their age."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from edi_gateway.store.tables import erasures, orders, receipt_chunks, receipts


@dataclass(frozen=True, slots=True)
class ErasureRow:
    order_id: int
    number: str
    po_number: str
    partner: str
    at: datetime
    by: str
    why: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """`oldest`: of the files whose bytes are kept; `consumers`: orders of partners that sell to consumers and are not
    erased."""

    oldest: datetime | None
    consumers: int
    erased: int


def erased(conn: Connection, limit: int = 200) -> list[ErasureRow]:
    """The last first."""
    e, o = erasures.c, orders.c
    query = select(o.id, o.number, o.po_number, o.partner, e.at, e.by, e.why, e.complete)
    query = query.join(orders, o.id == e.order_id).order_by(e.id.desc()).limit(limit)
    return [ErasureRow(*row) for row in conn.execute(query)]


def kept(conn: Connection, consumer_partners: Collection[str]) -> Kept:
    r, o, e = receipts.c, orders.c, erasures.c
    first = select(func.min(receipt_chunks.c.receipt_id)).scalar_subquery()
    oldest = conn.execute(select(r.received_at).where(r.id == first)).scalar()
    mine = select(func.count()).where(
        o.partner.in_(sorted(consumer_partners)), o.id.not_in(select(e.order_id))
    )
    count = conn.execute(select(func.count()).select_from(erasures)).scalar_one()
    return Kept(oldest, conn.execute(mine.select_from(orders)).scalar_one(), count)
