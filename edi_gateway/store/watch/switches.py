"""Switches: all sending, all posting, or a set, stopped until somebody resumes it (spec B14.5).

A row is there while something is stopped; who stopped and resumed what stands in the audit. Read by flow/live.py on
every piece of work, changed by commands/watch/switches.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.model.incident import RUNNING, Stopped
from edi_gateway.store.tables import switches

SENDING, POSTING, SET = "sending", "posting", "set"


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that is stopped. `what`: sending, posting, or set (`set_code` of `partner`, None: of all)."""

    what: str
    set_code: str | None
    partner: str | None
    since: datetime
    by: str
    why: str
    incident_id: int | None


def key_of(what: str, set_code: str | None = None, partner: str | None = None) -> str:
    return " ".join(part for part in (what, set_code, partner) if part)


def off(conn: Connection, switch: Switch) -> bool:
    """Stop it; False when it is stopped already (who was first, and why, stays)."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    values = {name: getattr(switch, name) for name in Switch.__slots__}
    key = key_of(switch.what, switch.set_code, switch.partner)
    statement = insert(switches).values(key=key, **values).on_conflict_do_nothing(index_elements=["key"])
    return conn.execute(statement.returning(switches.c.key)).first() is not None


def on(conn: Connection, what: str, set_code: str | None = None, partner: str | None = None) -> bool:
    """Let it go on; False when it was not stopped."""
    mine = switches.c.key == key_of(what, set_code, partner)
    return conn.execute(delete(switches).where(mine)).rowcount == 1


def every(conn: Connection) -> list[Switch]:
    """All that is stopped, the longest first."""
    columns = [switches.c[name] for name in Switch.__slots__]
    query = select(*columns).order_by(switches.c.since, switches.c.key)
    return [Switch(*row) for row in conn.execute(query)]


_STOPPED = select(switches.c.what, switches.c.set_code, switches.c.partner)


def stopped(conn: Connection) -> Stopped:
    """What is stopped, as the flow asks for it."""
    found = conn.execute(_STOPPED).all()
    if not found:
        return RUNNING
    whats = {row.what for row in found}
    sets = frozenset((row.set_code, row.partner) for row in found if row.what == SET)
    return Stopped(SENDING in whats, POSTING in whats, sets)
