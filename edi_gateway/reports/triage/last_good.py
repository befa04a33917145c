"""This partner's last good document of the same set, beside the one that is looked at.

Takes a document as it was read again; gives the other one and what differs in structure and qualifiers. Called by the
CLI and the pages.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from edi_gateway.reports.reading import rows
from edi_gateway.reports.traffic.documents import DocumentRow
from edi_gateway.reports.traffic.search import Wanted, find
from edi_gateway.reports.triage.rereading import Reread, reread
from edi_gateway.store.tables import cases, documents
from edi_gateway.x12.anatomy.difference import Compared, compare

_LOOKED_AT = 300  # documents of the partner and set, the newest first
_TRIED = 5  # good ones among them, until one can be read


@dataclass(frozen=True, slots=True)
class Beside:
    """`rows` in the order of the document; those with words in `says` differ."""

    document_id: int
    control: str | None
    business_key: str | None
    at: datetime
    rows: tuple[Compared, ...]


def beside(conn: Connection, read: Reread | None, apart: Collection[int] = ()) -> Beside | None:
    """None when there is no good one, or when either cannot be taken apart. `apart`: positions of the segments in which
    something was found."""
    if read is None or read.walk is None or read.guide is None:
        return None
    row = conn.execute(select(documents).where(documents.c.id == read.document_id)).one()
    if row.partner is None:
        return None
    wanted = Wanted(partner=row.partner, set_code=row.set_code, direction=row.direction, limit=_LOOKED_AT)
    # the last before it; of one that came first of all, one that came since
    for some in (replace(wanted, before=row.id), wanted):
        good_ones = [one for one in find(conn, some).documents if one.document_id != row.id and _is_good(one)]
        for one in _without_cases(conn, good_ones)[:_TRIED]:
            good = reread(conn, one.document_id)
            if good is not None and good.walk is not None and good.guide is not None:
                compared = compare(
                    (read.raw, read.guide, read.walk.nodes),
                    (good.raw, good.guide, good.walk.nodes),
                    apart,
                )
                return Beside(one.document_id, one.control, one.business_key, one.created_at, tuple(compared))
    return None


def _without_cases(conn: Connection, found: Sequence[DocumentRow]) -> list[DocumentRow]:
    """Those that never were a case, nor their orders: good X12 may ask for an item that nobody knows. Where each was,
    those of which nothing is open any more."""
    c = cases.c
    ids = [one.document_id for one in found]
    orders = {one.order_id for one in found if one.order_id is not None}
    query = select(c.document_id, c.order_id, c.closed_at.is_(None)).where(
        c.document_id.in_(ids) | c.order_id.in_(orders)
    )
    about = rows(conn, query)
    for some in (about, [row for row in about if row[2]]):
        named, ordered = {row[0] for row in some}, {row[1] for row in some if row[1] is not None}
        free = [one for one in found if one.document_id not in named and one.order_id not in ordered]
        if free:
            return free
    return []


def _is_good(one: DocumentRow) -> bool:
    if one.direction == "out":
        return one.state in ("ACKED", "SENT")
    return one.state == "APPLIED" and one.status == "A"
