"""What of an incident can be run again: its open cases by cause, from a moment on, and the replays that there were.

Takes an incident; gives causes with counts, the largest first. Called by cli and web, before the replay that
commands/triage/replaying.py begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from edi_gateway.reports.reading import rows
from edi_gateway.reports.traffic.words import po_numbers
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import cases, documents
from edi_gateway.store.watch import affected
from edi_gateway.store.watch.incidents import Incident


@dataclass(frozen=True, slots=True)
class AffectedCause:
    """Open cases of one cause that an incident affects; `orders`: how many orders they are about."""

    fingerprint: str
    cause: str
    cases: int
    orders: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class TouchedDocument:
    """A document that an incident touches. `po_number`: as it is written, also of one that was refused."""

    document_id: int
    set_code: str
    control: str | None
    po_number: str | None
    state: str
    at: datetime


def causes_of(conn: Connection, incident: Incident, since: datetime | None = None) -> list[AffectedCause]:
    """The causes behind what it affects, opened at `since` or later."""
    c = cases.c
    count = func.count()
    query = (
        select(
            *(c.fingerprint, func.min(c.cause), count, func.count(c.order_id.distinct())),
            *(func.min(c.opened_at), func.max(c.opened_at)),
        )
        .where(affected.condition(incident, since))
        .group_by(c.fingerprint)
        .order_by(count.desc(), c.fingerprint)
    )
    return [AffectedCause(*row) for row in rows(conn, query)]


def documents_of(conn: Connection, document_ids: Sequence[int]) -> list[TouchedDocument]:
    """These documents with the POs that they name."""
    d = documents.c
    named = po_numbers(conn, document_ids)
    found: list[TouchedDocument] = []
    for some in chunks(document_ids):
        query = select(d.id, d.set_code, d.control, d.state, d.created_at).where(d.id.in_(some))
        found += [
            TouchedDocument(row[0], row[1], row[2], named.get(row[0]), row[3], row[4])
            for row in rows(conn, query.order_by(d.id))
        ]
    return found
