"""Incidents as a list and one by one: the timeline, what it touches, what to write to whom (spec B14.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, case, select

from edi_gateway.reports.triage.replays import ReplayRow, list_runs
from edi_gateway.reports.watch.affected import AffectedCause, TouchedDocument, causes_of, documents_of
from edi_gateway.reports.watch.drafting import Draft, about_incident
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import incidents, orders
from edi_gateway.store.watch import incidents as store
from edi_gateway.store.watch.incidents import COLUMNS, Incident, Note


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """`orders`, `cases`, ...: how many of what it touches, as far as it names them."""

    incident_id: int
    kind: str
    severity: str
    state: str
    partner: str | None
    title: str
    owner: str | None
    opened_at: datetime
    ended_at: datetime | None
    orders: int
    cases: int
    documents: int


@dataclass(frozen=True, slots=True)
class TouchedOrder:
    order_id: int
    number: str
    po_number: str
    partner: str
    state: str
    total: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class IncidentView:
    """`documents`: those that it touches, with the POs that they name, for a refused one is in no book. `causes`: of
    the open cases that can be replayed. `draft`: what may be written to the partner, or to our own people when there is
    none."""

    incident: Incident
    notes: Sequence[Note]
    orders: tuple[TouchedOrder, ...]
    documents: tuple[TouchedDocument, ...]
    touched: dict[str, tuple[int, ...]]
    causes: tuple[AffectedCause, ...]
    replays: tuple[ReplayRow, ...]
    draft: Draft


def list_incidents(
    conn: Connection, *, over: bool = False, partner: str | None = None, limit: int = 200, offset: int = 0
) -> list[IncidentRow]:
    """Open ones, the most urgent first; or those that are over, the last first."""
    i = incidents.c
    query = select(*COLUMNS).where(i.state.in_(("RESOLVED", "CLOSED")) if over else i.state == "OPEN")
    if partner is not None:
        query = query.where(i.partner == partner)
    order = (i.id.desc(),) if over else (case(_ORDER, value=i.severity), i.opened_at, i.id)
    found = [Incident(*row) for row in conn.execute(query.order_by(*order).limit(limit).offset(offset))]
    counts = store.counts(conn, [one.id for one in found])
    return [_row(one, counts.get(one.id, {})) for one in found]


_ORDER = {"URGENT": 0, "SERIOUS": 1, "MINOR": 2}


def _row(one: Incident, count: dict[str, int]) -> IncidentRow:
    return IncidentRow(
        incident_id=one.id,
        kind=one.kind,
        severity=one.severity,
        state=one.state,
        partner=one.partner,
        title=one.title,
        owner=one.owner,
        opened_at=one.opened_at,
        ended_at=one.ended_at,
        orders=count.get("order", 0),
        cases=count.get("case", 0),
        documents=count.get("document", 0),
    )


def show(conn: Connection, incident_id: int) -> IncidentView | None:
    one = store.load(conn, incident_id)
    if one is None:
        return None
    touched: dict[str, list[int]] = {}
    for kind, subject in sorted(store.subjects_of(conn, incident_id)):
        touched.setdefault(kind, []).append(subject)
    touched_orders = _orders(conn, touched.get("order", []))
    touched_documents = documents_of(conn, touched.get("document", []))
    named = [o.po_number for o in touched_orders] + [d.po_number for d in touched_documents if d.po_number]
    draft = about_incident(one.kind, one.partner, one.title, one.opened_at, list(dict.fromkeys(named)))
    return IncidentView(
        incident=one,
        notes=store.notes(conn, incident_id),
        orders=touched_orders,
        documents=tuple(touched_documents),
        touched={kind: tuple(ids) for kind, ids in touched.items()},
        causes=tuple(causes_of(conn, one)),
        replays=tuple(list_runs(conn, incident_id=incident_id)),
        draft=draft,
    )


def _orders(conn: Connection, order_ids: Sequence[int]) -> tuple[TouchedOrder, ...]:
    o = orders.c
    found = []
    for some in chunks(order_ids):
        query = select(o.id, o.number, o.po_number, o.partner, o.state, o.total, o.currency)
        found += [TouchedOrder(*row) for row in conn.execute(query.where(o.id.in_(some)).order_by(o.id))]
    return tuple(found)
