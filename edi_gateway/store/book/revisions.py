"""The documents that stood as an order before the one that stands now.

Read by commands/ where goods leave that an earlier one wanted; written by store/book/orders.py.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from edi_gateway.store.tables import order_revisions


def former(conn: Connection, order_id: int) -> list[tuple[int, str]]:
    """(revision, canonical JSON of the PurchaseOrder), the last one first."""
    c = order_revisions.c
    query = select(c.revision, c.snapshot).where(c.order_id == order_id, c.snapshot.is_not(None))
    return [(row.revision, row.snapshot) for row in conn.execute(query.order_by(c.revision.desc()))]
