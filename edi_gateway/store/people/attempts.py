"""Failed attempts to sign in, counted by whose they are; kept over restarts and for all processes alike.

Called by commands/people. The key is a hash, so that a name mistyped as a password stands nowhere.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store.tables import attempts


def failures(conn: Connection, whose: str, at: datetime) -> tuple[int, datetime]:
    """How many, and when the last was. Locks the row, made when it is not there: who asks at once waits here."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(attempts).values(whose=_key(whose), failures=0, at=at)
    locked = statement.on_conflict_do_update(
        index_elements=["whose"], set_={"whose": statement.excluded.whose}
    )
    row = conn.execute(locked.returning(attempts.c.failures, attempts.c.at)).one()
    return row.failures, row.at


def count(conn: Connection, whose: str, at: datetime, afresh: bool) -> None:
    """One more, of a row that `failures` locked; `afresh`: the first after a long time."""
    more = 1 if afresh else attempts.c.failures + 1
    conn.execute(update(attempts).where(attempts.c.whose == _key(whose)).values(failures=more, at=at))


def forget(conn: Connection, whose: str) -> None:
    conn.execute(delete(attempts).where(attempts.c.whose == _key(whose)))


def take_back(conn: Connection, whose: str, count: int) -> None:
    """So many fewer."""
    row = attempts.c.whose == _key(whose)
    conn.execute(delete(attempts).where(row, attempts.c.failures <= count))
    conn.execute(update(attempts).where(row).values(failures=attempts.c.failures - count))


def forget_before(conn: Connection, at: datetime) -> None:
    conn.execute(delete(attempts).where(attempts.c.at < at))


def _key(whose: str) -> str:
    return hashlib.sha256(whose.encode("utf-8", "surrogatepass")).hexdigest()
