"""This partner's last good document of the same set, beside the one that is looked at.

Takes a document as it was read again; gives the other one and what differs in structure and qualifiers. Called by the
CLI and the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from edi_gateway.reports.triage.rereading import LARGEST, Reread, reread
from edi_gateway.store.tables import documents
from edi_gateway.x12.anatomy.difference import Compared, compare

_TRIED = 5  # good documents, the newest first, until one can be read
_GOOD = {"in": ("APPLIED",), "out": ("ACKED", "SENT")}


@dataclass(frozen=True, slots=True)
class Beside:
    """`rows` in the order of the document; those with words in `says` differ."""

    document_id: int
    control: str | None
    business_key: str | None
    at: datetime
    rows: tuple[Compared, ...]


def beside(conn: Connection, read: Reread | None) -> Beside | None:
    """None when there is no good one, or when either cannot be taken apart."""
    if read is None or read.walk is None or read.guide is None:
        return None
    d = documents.c
    this = conn.execute(select(documents).where(d.id == read.document_id)).one()
    query = (
        select(d.id, d.control, d.business_key, d.created_at)
        .where(d.direction == this.direction, d.state.in_(_GOOD[this.direction]))
        .where(d.partner == this.partner, d.set_code == this.set_code, d.id != this.id)
        .where(d.length.is_(None) | (d.length <= LARGEST))
    )
    if this.direction == "in":
        query = query.where(d.status == "A")
    # the last before it; of one that came first of all, the next
    for ordered in (
        query.where(d.id < this.id).order_by(d.id.desc()),
        query.where(d.id > this.id).order_by(d.id),
    ):
        for row in conn.execute(ordered.limit(_TRIED)).all():
            good = reread(conn, row.id)
            if good is not None and good.walk is not None and good.guide is not None:
                compared = compare(
                    (read.raw, read.guide, read.walk.nodes), (good.raw, good.guide, good.walk.nodes)
                )
                return Beside(row.id, row.control, row.business_key, row.created_at, tuple(compared))
    return None
