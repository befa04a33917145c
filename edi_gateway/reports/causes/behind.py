"""The cases behind one row of a Pareto: which item, check or person they were counted by, with their hours and money.

Takes a period and the row's key; gives its cases, the costliest first. Called by cli and web.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.reports.causes.happenings import happenings, in_hours
from edi_gateway.reports.causes.queue import money


@dataclass(frozen=True, slots=True)
class CaseBehind:
    """`hours`: of working time until it was over, or until now."""

    case_id: int
    fingerprint: str
    cause: str
    opened_at: datetime
    hours: Decimal
    amount: Decimal
    currency: str


def behind(
    conn: Connection,
    by: str,
    key: str,
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    hours: WorkingHours,
    test: bool = False,
) -> list[CaseBehind]:
    """`by`: one of happenings.BY; `key`: of pareto.Group, of a cause its first digits will do."""
    found = [
        one
        for one in happenings(conn, since, until, now, hours, test=test)
        if one.keys[by] == key or (by == "cause" and key and one.fingerprint.startswith(key))
    ]
    found.sort(key=lambda one: (-one.weight, -one.seconds, one.case_id))
    return [
        CaseBehind(
            *(one.case_id, one.fingerprint, one.words, one.opened_at),
            *(in_hours(one.seconds), money(one.cents), one.currency),
        )
        for one in found
    ]
