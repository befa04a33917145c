"""Whose order is served first: the priority of customers, by the orders of theirs.

Called by commands/triage/cases.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, func, select

from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import customers, orders


def ranks(conn: Connection, order_ids: Iterable[int], on: date) -> dict[int, int]:
    """Order -> priority of its customer on that day, 1 first; orders of nobody that is on file are left out."""
    o, c = orders.c, customers.c
    found: dict[int, int] = {}
    for chunk in chunks(order_ids):
        query = (
            select(o.id, func.min(c.priority))
            .join_from(orders, customers, o.customer == c.number)
            .where(
                o.id.in_(chunk), c.superseded.is_(False), c.since <= on, c.until.is_(None) | (c.until > on)
            )
            .group_by(o.id)
        )
        found.update((row[0], row[1]) for row in conn.execute(query))
    return found
