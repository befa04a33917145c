"""The dashboard: what came and went today, which partners are in trouble, and why (spec B17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from edi_gateway.reports.partners.health import list_partners
from edi_gateway.reports.status import Status, status
from edi_gateway.reports.watch.incidents import IncidentRow, list_incidents
from edi_gateway.reports.watch.messages import Failing, failing
from edi_gateway.reports.watch.switches import SwitchRow, stopped
from edi_gateway.store.ids import first_id
from edi_gateway.store.tables import documents
from edi_gateway.store.watch.tallies import BAD


@dataclass(frozen=True, slots=True)
class Traffic:
    """Sets of one kind since midnight UTC."""

    direction: str
    set_code: str
    documents: int
    refused: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """A partner with something wrong, the most urgent first."""

    partner: str
    why: tuple[str, ...]
    cases: int
    urgent: bool


@dataclass(frozen=True, slots=True)
class Today:
    since: datetime
    traffic: tuple[Traffic, ...]
    troubles: tuple[Trouble, ...]
    incidents: tuple[IncidentRow, ...]
    stopped: tuple[SwitchRow, ...]
    failing: Failing
    status: Status


def today(conn: Connection, now: datetime) -> Today:
    since = now.replace(hour=0, minute=0, second=0, microsecond=0)
    found = status(conn, now)
    open_ones = tuple(list_incidents(conn))
    return Today(
        since=since,
        traffic=tuple(_traffic(conn, since)),
        troubles=tuple(_troubles(conn, now, open_ones)),
        incidents=open_ones,
        stopped=tuple(stopped(conn)),
        failing=failing(conn),
        status=found,
    )


def _traffic(conn: Connection, since: datetime) -> list[Traffic]:
    d = documents.c
    bad = func.count().filter(d.state.in_(BAD))
    way = (
        d.direction + ""
    )  # else SQLite goes through the index by state, all of it, to have them in this order
    query = (
        select(way, d.set_code, func.count(), bad, func.max(d.created_at))
        .where(d.id >= first_id(since))
        .group_by(way, d.set_code)
        .order_by(way, d.set_code)
    )
    return [Traffic(*row) for row in conn.execute(query)]


def _troubles(conn: Connection, now: datetime, open_ones: tuple[IncidentRow, ...]) -> list[Trouble]:
    """What the list of partners says is wrong, and incidents before it."""
    titles: dict[str, list[str]] = {}
    for one in open_ones:
        if one.partner is not None:
            titles.setdefault(one.partner, []).append(one.title)
    urgent = {one.partner for one in open_ones if one.severity == "URGENT"}
    found = [
        Trouble(
            row.partner, (*titles.get(row.partner, ()), *row.troubles), row.open_cases, row.partner in urgent
        )
        for row in list_partners(conn, now)
        if row.troubles or row.partner in titles
    ]
    return sorted(found, key=lambda row: (not row.urgent, -len(row.why), -row.cases, row.partner))
