"""This partner's last good document of the same set, beside the one that is looked at.

Takes a document as it was read again; gives the other one and what differs in structure and qualifiers. Called by the
CLI and the pages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from edi_gateway.reports.traffic.documents import DocumentRow
from edi_gateway.reports.traffic.search import Wanted, find
from edi_gateway.reports.triage.rereading import Reread, reread
from edi_gateway.store.tables import documents
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


def beside(conn: Connection, read: Reread | None) -> Beside | None:
    """None when there is no good one, or when either cannot be taken apart."""
    if read is None or read.walk is None or read.guide is None:
        return None
    row = conn.execute(select(documents).where(documents.c.id == read.document_id)).one()
    if row.partner is None:
        return None
    wanted = Wanted(partner=row.partner, set_code=row.set_code, direction=row.direction, limit=_LOOKED_AT)
    # the last before it; of one that came first of all, one that came since
    for some in (replace(wanted, before=row.id), wanted):
        tried = 0
        for one in find(conn, some).documents:
            if one.document_id == row.id or not _is_good(one):
                continue
            good = reread(conn, one.document_id)
            if good is not None and good.walk is not None and good.guide is not None:
                compared = compare(
                    (read.raw, read.guide, read.walk.nodes), (good.raw, good.guide, good.walk.nodes)
                )
                return Beside(one.document_id, one.control, one.business_key, one.created_at, tuple(compared))
            tried += 1
            if tried == _TRIED:
                break
    return None


def _is_good(one: DocumentRow) -> bool:
    if one.direction == "out":
        return one.state in ("ACKED", "SENT")
    return one.state == "APPLIED" and one.status == "A"
