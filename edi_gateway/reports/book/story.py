"""What a run did, as a story: what came in, what was acknowledged, accepted, held, answered, what needs a person.

Ids are sorted by time, so "since the run began" is "ids above this one"; files of an earlier run that waited to go
are named before (`waiting`). Called by `run --once` and the demo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Final

from sqlalchemy import Connection, func, select

from edi_gateway.reports.book.cases import CauseRow, by_cause, list_cases
from edi_gateway.reports.book.holds import HoldRow, list_holds
from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import documents, groups, interchanges, orders, receipts, transmissions

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """One receipt. `partner`: whose interchange it is; None: nobody's that we know."""

    receipt_id: int
    name: str
    size: int
    state: str
    verdict: str | None
    partner: str | None
    sender: str | None
    documents: int
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One inbound group and what its 997 says."""

    partner: str | None
    code: str
    control: str
    status: str
    received: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Booked:
    """One order that was booked or changed."""

    order_id: int
    number: str
    po_number: str
    partner: str
    state: str
    lines: int
    total: Decimal
    currency: str
    answer_state: str
    revision: int
    test: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """One file that went out or waits to go."""

    transmission_id: int
    partner: str
    name: str
    sets: str
    documents: int
    state: str
    last_error: str | None
    sent_at: datetime | None
    test: bool


@dataclass(frozen=True, slots=True)
class Story:
    arrivals: tuple[Arrival, ...]
    acknowledged: tuple[Acknowledged, ...]
    booked: tuple[Booked, ...]
    holds: tuple[HoldRow, ...]
    sent: tuple[Sent, ...]
    causes: tuple[CauseRow, ...]


def waiting(conn: Connection) -> list[int]:
    """The transmissions that wait to go: made by an earlier run, or to be sent again."""
    t = transmissions.c
    return [row[0] for row in rows(conn, select(t.id).where(t.state == "READY"))]


def story(conn: Connection, since_id: int, waited: Sequence[int] = ()) -> Story:
    """What happened from this id on, and to the transmissions that `waited`; open holds and cases are those opened
    from then on."""
    return Story(
        arrivals=tuple(_arrivals(conn, since_id)),
        acknowledged=tuple(_acknowledged(conn, since_id)),
        booked=tuple(_booked(conn, since_id)),
        holds=tuple(hold for hold in list_holds(conn, limit=1000) if hold.hold_id > since_id),
        sent=tuple(_sent(conn, since_id, waited)),
        causes=tuple(by_cause([case for case in list_cases(conn) if case.case_id > since_id])),
    )


def _arrivals(conn: Connection, since_id: int) -> list[Arrival]:
    r, d, i = receipts.c, documents.c, interchanges.c
    inbound = (d.receipt_id == r.id) & (d.direction == "in")
    count = select(func.count()).select_from(documents).where(inbound).correlate(receipts)
    query = select(
        r.id,
        r.name,
        r.size,
        r.state,
        r.verdict,
        select(func.max(i.partner)).where(i.receipt_id == r.id).correlate(receipts).scalar_subquery(),
        select(func.max(i.sender)).where(i.receipt_id == r.id).correlate(receipts).scalar_subquery(),
        count.scalar_subquery(),
        count.where(d.status.in_(("A", "E"))).scalar_subquery(),
        count.where(d.status == "R").scalar_subquery(),
    ).where(r.id > since_id)
    return [Arrival(*row) for row in rows(conn, query.order_by(r.id))]


def _acknowledged(conn: Connection, since_id: int) -> list[Acknowledged]:
    g = groups.c
    query = (
        select(interchanges.c.partner, g.code, g.control, g.status, g.received_sets, g.accepted_sets)
        .join_from(groups, interchanges, g.interchange_id == interchanges.c.id)
        .where(g.id > since_id)
        .order_by(g.id)
    )
    return [Acknowledged(*row) for row in rows(conn, query)]


def _booked(conn: Connection, since_id: int) -> list[Booked]:
    o = orders.c
    changed = select(documents.c.order_id).where(documents.c.id > since_id, documents.c.direction == "in")
    query = select(
        o.id,
        o.number,
        o.po_number,
        o.partner,
        o.state,
        o.lines,
        o.total,
        o.currency,
        o.answer_state,
        o.revision,
        o.test,
    ).where((o.id > since_id) | o.id.in_(changed))
    return [Booked(*row) for row in rows(conn, query.order_by(o.partner, o.id))]


def _sent(conn: Connection, since_id: int, waited: Sequence[int]) -> list[Sent]:
    t = transmissions.c
    query = select(t.id, t.partner, t.name, t.sets, t.documents, t.state, t.last_error, t.sent_at, t.test)
    found = [Sent(*row) for row in rows(conn, query.where(t.id > since_id))]
    for start in range(0, len(waited), _AT_ONCE):
        chunk = t.id.in_(waited[start : start + _AT_ONCE])
        found += [Sent(*row) for row in rows(conn, query.where(chunk))]
    return sorted(found, key=attrgetter("partner", "transmission_id"))
