"""Sessions of the console: one row each, found by the hash of what the browser's cookie holds.

Called by commands/people. A session ends when nobody uses it for a while, at its last moment, or when it is ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from edi_gateway.store.tables import sessions

CODE, PASSWORD, IN = "CODE", "PASSWORD", "IN"  # what is still asked: a code, a new password, nothing


@dataclass(frozen=True, slots=True)
class Session:
    """`token`: the hash. `ends_at`: its last moment, however busy it is."""

    token: str
    name: str
    stage: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    browser: str


def begin(conn: Connection, session: Session) -> None:
    values = {name: getattr(session, name) for name in Session.__dataclass_fields__}
    conn.execute(insert(sessions).values(values))


def load(conn: Connection, token: str) -> Session | None:
    """By the hash of its token, whether it has ended by time or not."""
    c = sessions.c
    query = select(c.token, c.name, c.stage, c.created_at, c.seen_at, c.ends_at, c.address, c.browser)
    row = conn.execute(query.where(c.token == token)).first()
    return None if row is None else Session(*row)


def seen(conn: Connection, token: str, at: datetime) -> None:
    conn.execute(update(sessions).where(sessions.c.token == token).values(seen_at=at))


def end(conn: Connection, token: str) -> None:
    conn.execute(delete(sessions).where(sessions.c.token == token))


def end_of(conn: Connection, name: str, but: str | None = None) -> int:
    """End all of a user's, but the one with this hash; how many."""
    query = delete(sessions).where(sessions.c.name == name)
    return conn.execute(query if but is None else query.where(sessions.c.token != but)).rowcount


def forget(conn: Connection, now: datetime) -> None:
    """Those past their last moment."""
    conn.execute(delete(sessions).where(sessions.c.ends_at < now))
