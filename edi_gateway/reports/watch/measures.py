"""What the detectors of incidents look at: counts over a window of ids, and the oldest of what waits.

Each query reads a window of the key, or rows of an open state by their index; none goes through all that ever came.
Called by commands/watch/detectors.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from edi_gateway.store.book.cases import OPEN
from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import first_id
from edi_gateway.store.tables import (
    cases,
    causes,
    certificates,
    documents,
    heartbeats,
    orders,
    polls,
    postings,
    receipts,
    transmissions,
    work,
)
from edi_gateway.store.watch.tallies import BAD

_SOME = 200  # subjects that an incident names


@dataclass(frozen=True, slots=True)
class Sets:
    """Inbound sets of a partner in a window, and those that were not taken."""

    partner: str
    sets: int
    refused: int


@dataclass(frozen=True, slots=True)
class SameCases:
    """Open cases of one cause. `recent`: of them, those opened in the window."""

    fingerprint: str
    cause: str
    partner: str | None
    cases: int
    recent: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits of one kind for one partner (None: for all, or nobody knows) since when."""

    what: str
    partner: str | None
    count: int
    oldest: datetime


def inbound_sets(conn: Connection, since: datetime) -> list[Sets]:
    d = documents.c
    refused = func.sum(case((d.state.in_(BAD), 1), else_=0))
    query = select(d.partner, func.count(), refused).where(d.id >= first_id(since), d.direction == "in")
    query = query.where(d.partner.is_not(None), d.test.is_(False)).group_by(d.partner).order_by(d.partner)
    return [Sets(*row) for row in conn.execute(query)]


def refused_documents(conn: Connection, partner: str, since: datetime) -> list[int]:
    """Inbound sets of a partner in the window that were not taken."""
    d = documents.c
    query = select(d.id).where(d.id >= first_id(since), d.direction == "in", d.partner == partner)
    return list(conn.execute(query.where(d.state.in_(BAD)).order_by(d.id).limit(_SOME)).scalars())


def same_cases(conn: Connection, since: datetime, least: int, known: Collection[str]) -> list[SameCases]:
    """Causes with `least` open cases or more, of which some came in the window, and those that are `known` already
    (fingerprints), with all their open ones."""
    c, k = cases.c, causes.c
    recent = (
        select(func.count())
        .where(c.fingerprint == k.fingerprint, c.opened_at >= since, c.closed_at.is_(None), c.test.is_(False))
        .scalar_subquery()
    )
    columns = (k.fingerprint, k.cause, k.partner, k.cases - k.tests, recent)
    standing = select(*columns).where(k.due_at.is_not(None))
    many = standing.where(k.last_at >= since, k.cases - k.tests >= least)
    found = {row[0]: SameCases(*row) for row in conn.execute(many)}
    for some in chunks(sorted(set(known) - set(found))):
        found.update(
            (row[0], SameCases(*row)) for row in conn.execute(standing.where(k.fingerprint.in_(some)))
        )
    return list(found.values())


def cases_of_cause(conn: Connection, fingerprint: str) -> list[tuple[int, int | None]]:
    """Open cases of a cause, with their orders."""
    c = cases.c
    query = select(c.id, c.order_id).where(c.fingerprint == fingerprint, c.state.in_(OPEN))
    return [(row.id, row.order_id) for row in conn.execute(query.order_by(c.id).limit(_SOME))]


def troubles(conn: Connection, codes: Collection[str]) -> dict[tuple[str, str | None], list[int]]:
    """(code, partner) -> open cases with one of these codes; by their causes, for open cases may be very many."""
    c, k = cases.c, causes.c
    standing = select(k.fingerprint).where(k.due_at.is_not(None), k.code.in_(sorted(codes)))
    found: dict[tuple[str, str | None], list[int]] = {}
    for some in chunks(sorted(conn.execute(standing).scalars())):
        query = select(c.code, c.partner, c.id).where(
            c.fingerprint.in_(some), c.closed_at.is_(None), c.test.is_(False)
        )
        for row in conn.execute(query):
            found.setdefault((row.code, row.partner), []).append(row.id)
    return {key: sorted(ids) for key, ids in sorted(found.items(), key=lambda item: str(item[0]))}


def orders_of_cases(conn: Connection, case_ids: Collection[int]) -> list[int]:
    """Orders behind cases: their own, and those in the transmissions that they are about."""
    c, d = cases.c, documents.c
    some = sorted(case_ids)[:_SOME]
    own = select(c.order_id).where(c.id.in_(some), c.order_id.is_not(None))
    sent = select(d.order_id).where(
        d.transmission_id.in_(select(c.transmission_id).where(c.id.in_(some))), d.order_id.is_not(None)
    )
    return sorted({*conn.execute(own).scalars(), *conn.execute(sent).scalars()})[:_SOME]


def running_since(conn: Connection) -> datetime | None:
    """Since when a worker has been running; None: none is."""
    h = heartbeats.c
    return conn.execute(select(func.min(h.started_at)).where(h.stopped.is_(False))).scalar()


def stuck_files(conn: Connection, before: datetime) -> Waiting | None:
    """Files that nobody works although nothing keeps them: neither a switch nor a pause after a failure."""
    w = work.c
    query = select(func.count(), func.min(w.created_at)).where(
        w.state == "READY", w.kind == "inbound", func.coalesce(w.due_at, w.created_at) < before
    )
    count, oldest = conn.execute(query).one()
    return Waiting("files to be worked", None, count, oldest) if count else None


def stuck_documents(conn: Connection, before: datetime) -> list[Waiting]:
    """Documents of ours that should have left before then, by partner and set."""
    d = documents.c
    ready = func.coalesce(d.send_after, d.created_at)
    query = (
        select(d.set_code, d.partner, func.count(), func.min(ready))
        .where(d.direction == "out", d.state == "QUEUED", ready < before)
        .group_by(d.set_code, d.partner)
        .order_by(d.partner, d.set_code)
    )
    return [Waiting(*row) for row in conn.execute(query)]


def stuck_orders_of(conn: Connection, set_codes: Collection[str], partner: str) -> list[int]:
    """Orders whose documents of these sets wait for a partner."""
    d = documents.c
    query = select(d.order_id).where(
        d.direction == "out", d.state == "QUEUED", d.partner == partner, d.set_code.in_(sorted(set_codes))
    )
    return list(conn.execute(query.where(d.order_id.is_not(None)).distinct().limit(_SOME)).scalars())


def stuck_transmissions(conn: Connection, before: datetime) -> list[Waiting]:
    """Interchanges that nobody has tried to send, by partner."""
    t = transmissions.c
    query = (
        select(t.partner, func.count(), func.min(t.created_at))
        .where(t.state == "READY", t.attempts == 0, t.created_at < before)
        .group_by(t.partner)
        .order_by(t.partner)
    )
    return [Waiting("interchanges", partner, count, oldest) for partner, count, oldest in conn.execute(query)]


def stuck_postings(conn: Connection, before: datetime) -> Waiting | None:
    """Orders that nobody has tried to post."""
    p = postings.c
    query = select(func.count(), func.min(p.created_at))
    count, oldest = conn.execute(
        query.where(p.state == "READY", p.attempts == 0, p.created_at < before)
    ).one()
    return Waiting("orders to be posted", None, count, oldest) if count else None


def overdue_cases(conn: Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many open cases are past their time, and since when the oldest is."""
    c = cases.c
    query = select(func.count(), func.min(c.due_at)).where(c.closed_at.is_(None), c.due_at < now)
    count, oldest = conn.execute(query).one()
    return count, oldest


def late_cases(conn: Connection, now: datetime) -> tuple[list[int], list[int]]:
    """The cases that are past their time for longest, and the orders that they are about."""
    c = cases.c
    query = (
        select(c.id, c.order_id).where(c.closed_at.is_(None), c.due_at < now).order_by(c.due_at).limit(_SOME)
    )
    found = conn.execute(query).all()
    return [row.id for row in found], sorted({row.order_id for row in found if row.order_id is not None})


def failed_polls(conn: Connection, at_least: int) -> list[tuple[str, int, str | None]]:
    """Partners that could not be looked at so often in a row: (partner, failures, last error)."""
    p = polls.c
    query = select(p.partner, p.failures, p.last_error).where(p.failures >= at_least).order_by(p.partner)
    return [(row.partner, row.failures, row.last_error) for row in conn.execute(query)]


def overdue_acks(conn: Connection) -> Mapping[str, list[int]]:
    """Partner -> transmissions whose acknowledgment is overdue."""
    t = transmissions.c
    query = select(t.partner, t.id).where(t.ack_state == "OVERDUE", t.test.is_(False)).order_by(t.id)
    found: dict[str, list[int]] = {}
    for row in conn.execute(query):
        found.setdefault(row.partner, []).append(row.id)
    return found


def orders_sent_in(conn: Connection, transmission_ids: Collection[int]) -> list[int]:
    d = documents.c
    query = select(d.order_id).where(d.transmission_id.in_(sorted(transmission_ids)[:_SOME]))
    return list(conn.execute(query.where(d.order_id.is_not(None)).distinct().limit(_SOME)).scalars())


def ending_certificates(conn: Connection, before: datetime) -> list[tuple[str, str | None, str, datetime]]:
    """(side, partner, serial, end) of those in use that end before then."""
    c = certificates.c
    query = select(c.side, c.partner, c.serial, c.not_after).where(
        c.withdrawn_at.is_(None), c.not_after <= before
    )
    return [tuple(row) for row in conn.execute(query.order_by(c.not_after))]


def last_arrivals(conn: Connection, since_id: int) -> dict[str, datetime]:
    """Partner -> its newest receipt, among those that are not counted by day yet."""
    r = receipts.c
    query = select(r.partner, func.max(r.received_at)).where(r.id > since_id, r.partner.is_not(None))
    return {row[0]: row[1] for row in conn.execute(query.where(r.replay_of.is_(None)).group_by(r.partner))}


def live_orders(conn: Connection, partner: str) -> list[int]:
    """Orders of a partner that are not at their end."""
    o = orders.c
    query = select(o.id).where(o.partner == partner, o.state.in_(("ON_HOLD", "ACCEPTED")))
    return list(conn.execute(query.order_by(o.id.desc()).limit(_SOME)).scalars())
