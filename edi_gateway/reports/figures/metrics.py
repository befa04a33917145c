"""Numbers for monitoring, cheap however much there is: kept counts, windows of the key, and rows of open states.

Gives plain samples; web/console/api/metrics.py writes them as Prometheus reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, select

from edi_gateway.store.ids import first_id
from edi_gateway.store.tables import (
    cases,
    causes,
    certificates,
    documents,
    findings,
    heartbeats,
    incidents,
    interchanges,
    messages,
    orders,
    postings,
    receipts,
    transmissions,
    work,
)
from edi_gateway.store.watch import switches, tallies

WINDOW = timedelta(hours=1)  # of latencies
_SOME = 2000  # of the newest in it
_QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True)
class Sample:
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Metric:
    """One name with its samples. `labels`: their names, in the order of each sample's."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...] = ()
    samples: Sequence[Sample] = field(default_factory=tuple)


def metrics(conn: Connection, now: datetime) -> list[Metric]:
    """All of them, in a fixed order."""
    return [
        _documents(conn),
        _findings(conn),
        *_queues(conn, now),
        _outbox(conn, now),
        _latencies(conn, now),
        _acknowledgments(conn),
        *_cases(conn, now),
        _incidents(conn),
        _stopped(conn),
        _messages(conn),
        _certificates(conn, now),
        _workers(conn, now),
    ]


def _documents(conn: Connection) -> Metric:
    """Kept counts, and the window that is not counted yet. The state is that of two minutes after."""
    counts = tallies.totals(conn, tallies.DOCUMENT)
    since = tallies.marks(conn).get("documents", 0)
    d = documents.c
    columns = (d.direction, d.partner, d.set_code, d.state)
    for row in conn.execute(select(*columns, func.count()).where(d.id > since).group_by(*columns)):
        key = tallies.document_key(row[0], row[1], row[2], row[3])
        counts[key] = counts.get(key, 0) + row[4]
    samples = [Sample(tuple(key.split("|")), n) for key, n in sorted(counts.items())]
    labels = ("direction", "partner", "set", "state")
    told = "Documents by what had become of them two minutes after they came or were made."
    return Metric("edi_gateway_documents", "counter", told, labels, samples)


def _findings(conn: Connection) -> Metric:
    counts = tallies.totals(conn, tallies.FINDING)
    since = tallies.marks(conn).get("findings", 0)
    f = findings.c
    for code, n in conn.execute(select(f.code, func.count()).where(f.id > since).group_by(f.code)):
        counts[code] = counts.get(code, 0) + n
    samples = [Sample((code,), n) for code, n in sorted(counts.items())]
    return Metric("edi_gateway_findings", "counter", "Findings by code.", ("code",), samples)


def _queues(conn: Connection, now: datetime) -> Iterator[Metric]:
    w, t, p, d, m = work.c, transmissions.c, postings.c, documents.c, messages.c
    queues: dict[str, Select[Any]] = {
        "files": _count(w.created_at).where(w.state == "READY", w.kind == "inbound"),
        "documents": _count(d.created_at).where(d.direction == "out", d.state == "QUEUED"),
        "transmissions": _count(t.created_at).where(t.state == "READY"),
        "postings": _count(p.created_at).where(p.state == "READY"),
        "messages": _count(m.created_at).where(m.state == "WAITING"),
    }
    found = {name: conn.execute(query).one() for name, query in queues.items()}
    counts = [Sample((name,), row[0]) for name, row in found.items()]
    ages = [Sample((name,), _seconds(row[1], now)) for name, row in found.items()]
    yield Metric("edi_gateway_queue", "gauge", "What waits.", ("queue",), counts)
    told = "Since when the oldest waits."
    yield Metric("edi_gateway_queue_age_seconds", "gauge", told, ("queue",), ages)


def _count(moment: Any) -> Select[Any]:
    return select(func.count(), func.min(moment))


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _outbox(conn: Connection, now: datetime) -> Metric:
    t, d = transmissions.c, documents.c
    oldest: dict[str, datetime] = {}
    for query in (
        select(t.partner, func.min(t.created_at)).where(t.state == "READY").group_by(t.partner),
        select(d.partner, func.min(d.created_at))
        .where(d.direction == "out", d.state == "QUEUED")
        .group_by(d.partner),
    ):
        for partner, since in conn.execute(query):
            oldest[partner or ""] = min(since, oldest.get(partner or "", since))
    samples = [Sample((partner,), _seconds(since, now)) for partner, since in sorted(oldest.items())]
    told = "Since when the oldest document for a partner has not left."
    return Metric("edi_gateway_outbox_age_seconds", "gauge", told, ("partner",), samples)


def _latencies(conn: Connection, now: datetime) -> Metric:
    """Over the last hour, the newest two thousand of each."""
    r, d, t, i, o = receipts.c, documents.c, transmissions.c, interchanges.c, orders.c
    since = first_id(now - WINDOW)
    worked = (
        select(r.received_at, r.done_at).where(r.id >= since, r.done_at.is_not(None)).order_by(r.id.desc())
    )
    sent = (d.transmission_id == t.id) & (t.sent_at.is_not(None))
    acknowledged = (
        select(i.received_at, t.sent_at)
        .select_from(documents.join(transmissions, sent).join(interchanges, i.id == d.interchange_id))
        .where(d.id >= since, d.direction == "out", d.set_code.in_(("997", "999")))
        .order_by(d.id.desc())
    )
    answered = (
        select(o.received_at, t.sent_at)
        .select_from(documents.join(transmissions, sent).join(orders, o.id == d.order_id))
        .where(d.id >= since, d.direction == "out", d.set_code == "855")
        .order_by(d.id.desc())
    )
    samples: list[Sample] = []
    for step, query in (("worked", worked), ("acknowledged", acknowledged), ("answered", answered)):
        taken = sorted((end - begin).total_seconds() for begin, end in conn.execute(query.limit(_SOME)))
        samples += [Sample((step, str(q)), quantile(taken, q)) for q in _QUANTILES if taken]
    told = "From when it came until it was worked, acknowledged (997) or answered (855), over the last hour."
    return Metric("edi_gateway_latency_seconds", "gauge", told, ("step", "quantile"), samples)


def quantile(ordered: Sequence[float], q: float) -> float:
    """The nearest rank of sorted values."""
    return ordered[min(len(ordered) - 1, max(0, -int(-q * len(ordered) // 1) - 1))]


def _acknowledgments(conn: Connection) -> Metric:
    t = transmissions.c
    query = select(t.partner, t.ack_state, func.count()).where(t.ack_state.in_(("AWAITED", "OVERDUE")))
    found = conn.execute(query.group_by(t.partner, t.ack_state).order_by(t.partner, t.ack_state))
    samples = [Sample((partner, state.lower()), n) for partner, state, n in found]
    told = "Transmissions whose acknowledgment is awaited or overdue."
    return Metric("edi_gateway_acknowledgments", "gauge", told, ("partner", "state"), samples)


def _cases(conn: Connection, now: datetime) -> Iterable[Metric]:
    c, w = causes.c, cases.c
    query = select(c.family, func.sum(c.cases)).where(c.due_at.is_not(None)).group_by(c.family)
    counts = [Sample((family,), n) for family, n in conn.execute(query.order_by(c.family))]
    late = conn.execute(select(func.count()).where(w.closed_at.is_(None), w.due_at < now)).scalar_one()
    return (
        Metric("edi_gateway_cases", "gauge", "Open cases.", ("family",), counts),
        Metric("edi_gateway_cases_overdue", "gauge", "Open cases past their time.", (), [Sample((), late)]),
    )


def _incidents(conn: Connection) -> Metric:
    i = incidents.c
    query = select(i.severity, func.count()).where(i.state == "OPEN").group_by(i.severity)
    counts = {"URGENT": 0, "SERIOUS": 0, "MINOR": 0} | {row[0]: row[1] for row in conn.execute(query)}
    samples = [Sample((severity.lower(),), n) for severity, n in counts.items()]
    return Metric("edi_gateway_incidents", "gauge", "Open incidents.", ("severity",), samples)


def _stopped(conn: Connection) -> Metric:
    stopped = switches.stopped(conn)
    counts = {"sending": int(stopped.sending), "posting": int(stopped.posting), "sets": len(stopped.sets)}
    samples = [Sample((what,), n) for what, n in counts.items()]
    return Metric("edi_gateway_stopped", "gauge", "What is switched off.", ("what",), samples)


def _messages(conn: Connection) -> Metric:
    m = messages.c
    failed = conn.execute(select(func.count()).where(m.state == "FAILED")).scalar_one()
    trying = conn.execute(select(func.count()).where(m.state == "WAITING", m.attempts > 0)).scalar_one()
    samples = [Sample(("given up",), failed), Sample(("tried again",), trying)]
    told = "Mails and webhook calls that do not get through."
    return Metric("edi_gateway_messages_failing", "gauge", told, ("state",), samples)


def _certificates(conn: Connection, now: datetime) -> Metric:
    c = certificates.c
    query = select(c.side, c.partner, c.serial, c.not_after).where(c.withdrawn_at.is_(None)).order_by(c.id)
    samples = [
        Sample((side, partner or "", serial), round((ends - now).total_seconds() / 86_400, 2))
        for side, partner, serial, ends in conn.execute(query)
    ]
    labels = ("side", "partner", "serial")
    return Metric("edi_gateway_certificate_days", "gauge", "Days until a certificate ends.", labels, samples)


def _workers(conn: Connection, now: datetime) -> Metric:
    h = heartbeats.c
    last = conn.execute(select(func.max(h.at)).where(h.stopped.is_(False))).scalar()
    samples = [] if last is None else [Sample((), _seconds(last, now))]
    return Metric(
        "edi_gateway_worker_silent_seconds", "gauge", "Since the last beat of any worker.", (), samples
    )
