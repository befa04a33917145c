"""Passwords and second factors, a row a user who may sign in to the console.

Called by commands/people. The password is a hash, the second factor's secret is sealed; neither is told to reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store.tables import logins


@dataclass(frozen=True, slots=True)
class Login:
    """`must_change`: somebody else chose the password. `totp`: sealed; None: no second factor."""

    name: str
    password: str
    must_change: bool
    totp: str | None


def load(conn: Connection, name: str) -> Login | None:
    row = conn.execute(select(logins).where(logins.c.name == name)).first()
    return None if row is None else Login(row.name, row.password, row.must_change, row.totp)


def names(conn: Connection) -> frozenset[str]:
    """All who may sign in."""
    return frozenset(conn.execute(select(logins.c.name)).scalars())


def put(conn: Connection, name: str, password: str, must_change: bool, at: datetime) -> None:
    """A password, in place of the one before; the second factor stays."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    values = {"password": password, "must_change": must_change, "changed_at": at}
    statement = insert(logins).values(name=name, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def rehash(conn: Connection, name: str, password: str) -> None:
    """The same password under a hash of today's strength."""
    conn.execute(update(logins).where(logins.c.name == name).values(password=password))


def set_totp(conn: Connection, name: str, totp: str | None, step: int | None) -> bool:
    """A second factor, sealed, with the step whose code was shown for it; or none. False: no such login."""
    done = conn.execute(update(logins).where(logins.c.name == name).values(totp=totp, totp_step=step))
    return done.rowcount == 1


def use_step(conn: Connection, name: str, step: int) -> bool:
    """Whether the code of this time step was not used yet, nor a later one; from now on it is."""
    fresh = or_(logins.c.totp_step.is_(None), logins.c.totp_step < step)
    return (
        conn.execute(update(logins).where(logins.c.name == name, fresh).values(totp_step=step)).rowcount == 1
    )


def remove(conn: Connection, name: str) -> bool:
    return conn.execute(delete(logins).where(logins.c.name == name)).rowcount == 1
