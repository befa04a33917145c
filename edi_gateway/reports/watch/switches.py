"""All that is stopped at this moment, partners included."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from edi_gateway.store.tables import audit, documents, live_profiles, postings, receipts, transmissions
from edi_gateway.store.watch import switches


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """`what`: partner, set, sending or posting. `since` and `by` are None where the audit does not tell them. `files`:
    of whom it stops, that are not taken in yet; `documents`: of ours that wait to go, or orders to be posted."""

    what: str
    set_code: str | None
    partner: str | None
    since: datetime | None
    by: str | None
    why: str
    incident_id: int | None = None
    files: int = 0
    documents: int = 0


def stopped(conn: Connection) -> list[SwitchRow]:
    """Partners first, then sets, sending and posting."""
    found = []
    c = live_profiles.c
    paused = select(c.partner, c.paused_why).where(c.paused.is_(True)).order_by(c.partner)
    for row in conn.execute(paused).all():
        a = audit.c
        last = select(a.at, a.by).where(a.subject == f"partner {row.partner}", a.action == "paused")
        said = conn.execute(last.order_by(a.n.desc()).limit(1)).first()
        since, by = (None, None) if said is None else (said.at, said.by)
        found.append(SwitchRow("partner", None, row.partner, since, by, row.paused_why or ""))
    for each in switches.every(conn):
        found.append(
            SwitchRow(each.what, each.set_code, each.partner, each.since, each.by, each.why, each.incident_id)
        )
    return [_with_what_waits(conn, row) for row in found]


def _with_what_waits(conn: Connection, row: SwitchRow) -> SwitchRow:
    d, t, p, r = documents.c, transmissions.c, postings.c, receipts.c
    if row.what == "posting":
        return replace(row, documents=_count(conn, p.state == "READY"))
    ready = [d.direction == "out", d.state == "QUEUED"]
    came, sent = [r.state == "RECEIVED"], [t.state == "READY"]
    if row.partner is not None:
        ready.append(d.partner == row.partner)
        came.append(r.partner == row.partner)
        sent.append(t.partner == row.partner)
    if row.set_code is not None:
        ready.append(d.set_code == row.set_code)
    waiting = _count(conn, *ready)
    if row.what != "set":  # an interchange may be of several sets: one that is written goes
        waiting += _count(conn, *sent)
    return replace(row, files=0 if row.what == "sending" else _count(conn, *came), documents=waiting)


def _count(conn: Connection, *conditions: ColumnElement[bool]) -> int:
    return conn.execute(select(func.count()).where(*conditions)).scalar_one()
