"""What waits for one person: cases, holds that their roles release or cure, imports to approve, incidents they lead.

Takes a person and what they may; gives counts with where the rows are, and their cases. Called by `status` and the
dashboard (spec S43).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from edi_gateway.orders.holds import queue_of
from edi_gateway.reports.causes.mine import MyWork, my_work
from edi_gateway.store.master.imports import PENDING
from edi_gateway.store.tables import holds, imports, incidents

TITLES: Final = {
    "mine": "Cases of mine",
    "mentioned": "Where I am mentioned",
    "watched": "Watched by me",
    "queue": "Causes in my queues",
    "holds": "Holds before my roles",
    "imports": "Imports that I may approve",
    "incidents": "Incidents that I lead",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """`counts`: how many of each of TITLES; `late`: how many of those holds are past their time."""

    cases: MyWork
    counts: dict[str, int]
    late_holds: int


def waiting_for(
    conn: Connection, person: str, roles: Collection[str], now: datetime, *, approves: bool, limit: int = 10
) -> Waiting:
    """`approves`: whether they may approve an import, which is never one of their own; `limit`: of the cases."""
    mine = my_work(conn, person, roles, now, limit=limit)
    h, i, n = holds.c, imports.c, incidents.c
    before_me = (h.state == "ACTIVE", h.code.in_([code.value for code in queue_of(roles)]))
    late = func.count().filter(h.due_at < now)
    held, late_holds = conn.execute(select(func.count(), late).where(*before_me)).one()
    pending = select(func.count()).where(i.state == PENDING, i.imported_by != person)
    led = select(func.count()).where(n.state == "OPEN", n.owner == person)
    counts = {
        **mine.counts,
        "holds": held,
        "imports": conn.execute(pending).scalar_one() if approves else 0,
        "incidents": conn.execute(led).scalar_one(),
    }
    return Waiting(mine, counts, late_holds)
