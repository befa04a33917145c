"""What is running, waiting and late, in one look; for `status` and for monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Select, func, select

from edi_gateway.reports.book.cases import OPEN_STATES
from edi_gateway.reports.book.orders import UNANSWERED
from edi_gateway.reports.goods.fulfilment import INVOICE_DUE, NOTICE_DUE
from edi_gateway.store.master.imports import PENDING
from edi_gateway.store.tables import (
    cases,
    documents,
    heartbeats,
    holds,
    imports,
    live_profiles,
    orders,
    polls,
    postings,
    receipts,
    shipments,
    transmissions,
)
from edi_gateway.store.tables.book import TO_SHIP

ALIVE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Worker:
    name: str
    started_at: datetime
    seen_at: datetime
    alive: bool
    doing: str | None


@dataclass(frozen=True, slots=True)
class PartnerHealth:
    partner: str
    paused: bool
    paused_why: str | None
    looked_at: datetime | None
    received_at: datetime | None
    failures: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """Counts of what waits (`waiting`), what is past its time (`late`), workers and partners."""

    at: datetime
    workers: tuple[Worker, ...]
    waiting: dict[str, int]
    late: dict[str, int]
    partners: tuple[PartnerHealth, ...]


def status(conn: Connection, now: datetime) -> Status:
    waiting = {
        "receipts": _count(conn, select(receipts.c.id).where(receipts.c.state.in_(("RECEIVED", "WORKING")))),
        "documents to bundle": _count(
            conn, select(documents.c.id).where(documents.c.direction == "out", documents.c.state == "QUEUED")
        ),
        "transmissions to send": _count(
            conn, select(transmissions.c.id).where(transmissions.c.state == "READY")
        ),
        "transmissions that failed": _count(
            conn, select(transmissions.c.id).where(transmissions.c.state == "FAILED")
        ),
        "postings": _count(conn, select(postings.c.id).where(postings.c.state.in_(("READY", "FAILED")))),
        "holds": _count(conn, select(holds.c.id).where(holds.c.state == "ACTIVE")),
        "cases": _count(conn, select(cases.c.id).where(cases.c.state.in_(OPEN_STATES))),
        "answers": _count(conn, select(orders.c.id).where(orders.c.answer_state.in_(UNANSWERED))),
        "acknowledgments": _count(
            conn, select(transmissions.c.id).where(transmissions.c.ack_state == "AWAITED")
        ),
        "imports to approve": _count(conn, select(imports.c.id).where(imports.c.state == PENDING)),
        "ship notices": _count(conn, select(shipments.c.id).where(*NOTICE_DUE)),
        "invoices": _count(conn, select(shipments.c.id).where(*INVOICE_DUE)),
    }
    late = {
        "answers": _late(conn, orders.c.answer_due_at, now, orders.c.answer_state, UNANSWERED),
        "holds": _late(conn, holds.c.due_at, now, holds.c.state, ("ACTIVE",)),
        "cases": _late(conn, cases.c.due_at, now, cases.c.state, OPEN_STATES),
        "acknowledgments": _count(
            conn, select(transmissions.c.id).where(transmissions.c.ack_state == "OVERDUE")
        ),
        "orders to ship": _count(conn, select(orders.c.id).where(TO_SHIP, orders.c.ship_until < now.date())),
        "ship notices": _count(
            conn, select(shipments.c.id).where(*NOTICE_DUE, shipments.c.notice_due_at < now)
        ),
    }
    return Status(now, tuple(_workers(conn, now)), waiting, late, tuple(_partners(conn)))


def alive(conn: Connection, now: datetime) -> bool | datetime | None:
    """True when a worker has shown itself lately; else when the last one did, None when none ever has."""
    h = heartbeats.c
    seen = conn.execute(select(func.max(h.at)).where(~h.stopped)).scalar()
    if seen is not None and now - seen < ALIVE:
        return True
    return conn.execute(select(func.max(h.at))).scalar()


def _count(conn: Connection, query: Select[tuple[int]]) -> int:
    return conn.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def _late(
    conn: Connection, due: Column[datetime], now: datetime, state: Column[str], states: tuple[str, ...]
) -> int:
    return conn.execute(select(func.count()).where(due < now, state.in_(states))).scalar_one()


def _workers(conn: Connection, now: datetime) -> list[Worker]:
    h = heartbeats.c
    rows = conn.execute(select(h.worker, h.started_at, h.at, h.doing).where(~h.stopped).order_by(h.worker))
    return [Worker(row.worker, row.started_at, row.at, now - row.at < ALIVE, row.doing) for row in rows]


def _partners(conn: Connection) -> list[PartnerHealth]:
    query = (
        select(
            live_profiles.c.partner,
            live_profiles.c.paused,
            live_profiles.c.paused_why,
            polls.c.at,
            polls.c.last_received_at,
            polls.c.failures,
            polls.c.last_error,
        )
        .join_from(live_profiles, polls, live_profiles.c.partner == polls.c.partner, isouter=True)
        .order_by(live_profiles.c.partner)
    )
    return [
        PartnerHealth(row[0], row[1], row[2], row[3], row[4], row[5] or 0, row[6])
        for row in conn.execute(query)
    ]
