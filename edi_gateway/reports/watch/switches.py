"""All that is stopped at this moment, partners included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from edi_gateway.store.tables import audit, live_profiles
from edi_gateway.store.watch import switches


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """`what`: partner, set, sending or posting. `since` and `by` are None where the audit does not tell them."""

    what: str
    set_code: str | None
    partner: str | None
    since: datetime | None
    by: str | None
    why: str
    incident_id: int | None = None


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
    return found
