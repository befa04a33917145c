"""Failed attempts to sign in, counted by whose they are; kept over restarts and for all processes alike.

Called by commands/people. The key is a hash, so that a name mistyped as a password stands nowhere.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store.tables import attempts


def failures(conn: Connection, whose: str) -> tuple[int, datetime] | None:
    """How many, and when the last was; None when none is known. Locks the row."""
    query = select(attempts.c.failures, attempts.c.at).where(attempts.c.whose == _key(whose))
    row = conn.execute(query.with_for_update()).first()
    return None if row is None else (row.failures, row.at)


def count(conn: Connection, whose: str, at: datetime, afresh: bool) -> None:
    """One more; `afresh`: the first after a long time."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(attempts).values(whose=_key(whose), failures=1, at=at)
    more = 1 if afresh else attempts.c.failures + 1
    conn.execute(statement.on_conflict_do_update(index_elements=["whose"], set_={"failures": more, "at": at}))


def forget(conn: Connection, whose: str) -> None:
    conn.execute(delete(attempts).where(attempts.c.whose == _key(whose)))


def forget_before(conn: Connection, at: datetime) -> None:
    conn.execute(delete(attempts).where(attempts.c.at < at))


def _key(whose: str) -> str:
    return hashlib.sha256(whose.encode("utf-8", "surrogatepass")).hexdigest()
