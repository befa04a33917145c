"""An order of the book as it stood before a document about it came, so that a change of it can be judged once more.

Takes documents with the orders that they are about; gives for each what orders/judging/standing.py asks of a known
order. Called by triage/trying/trial.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from edi_gateway.model.master_data import KnownOrder
from edi_gateway.model.order import OrderState
from edi_gateway.store.book.orders import NOTHING_LEFT
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import order_revisions, orders


@dataclass(frozen=True, slots=True)
class Stood:
    """`business_key`: under which the order is in the book."""

    business_key: str
    order: KnownOrder


def before(conn: Connection, documents: Mapping[int, int]) -> dict[int, Stood]:
    """Document id -> its order before it came; nothing for the document that the order began with.

    What was shipped of it since does not count where the document was applied: then nothing had left.
    """
    found: dict[int, Stood] = {}
    order_ids = sorted(set(documents.values()))
    revisions = _revisions(conn, order_ids)
    c = orders.c
    for some in chunks(order_ids):
        query = select(
            *(c.id, c.number, c.business_key, c.state, c.type, c.stage, c.snapshot, c.content_hash)
        ).where(c.id.in_(some))
        standing = {row.id: row for row in conn.execute(query)}
        for document, order_id in documents.items():
            if order_id in standing:
                stood = _stood(document, standing[order_id], revisions.get(order_id, []))
                if stood is not None:
                    found[document] = Stood(standing[order_id].business_key, stood)
    return found


def _revisions(conn: Connection, order_ids: Sequence[int]) -> dict[int, list[Any]]:
    """The revisions of each order, the oldest first."""
    found: dict[int, list[Any]] = {}
    c = order_revisions.c
    for some in chunks(order_ids):
        query = select(c.order_id, c.revision, c.document_id, c.snapshot).where(c.order_id.in_(some))
        for row in conn.execute(query.order_by(c.order_id, c.revision)):
            found.setdefault(row.order_id, []).append(row)
    return found


def _stood(document: int, order: Any, revisions: Sequence[Any]) -> KnownOrder | None:
    earlier = [row for row in revisions if row.document_id is not None and row.document_id < document]
    if not earlier:
        return None
    last, applied = earlier[-1], any(row.document_id == document for row in revisions)
    overtaken = last.revision < revisions[-1].revision
    return KnownOrder(
        order_id=order.id,
        number=order.number,
        revision=last.revision,
        # of what it was before a later revision only this is known: it could be changed
        state=OrderState.ACCEPTED.value if overtaken else order.state,
        content_hash="" if overtaken else order.content_hash,
        snapshot=last.snapshot or order.snapshot,
        any_fulfilment=not applied and order.stage not in NOTHING_LEFT,
        order_type=order.type,
        former=tuple(row.snapshot for row in earlier[:-1] if row.snapshot is not None),
        document_id=last.document_id,
    )
