"""Who may sign in and what they may do; the tokens of machines. Hashes and secrets are never told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, func, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.people import tokens
from edi_gateway.store.tables import logins, sessions, users


@dataclass(frozen=True, slots=True)
class Person:
    """`signs_in`: has a password for the console. `seen_at`: when a session of theirs was last used."""

    name: str
    roles: tuple[str, ...]
    limit: Decimal | None
    signs_in: bool
    must_change: bool
    second_factor: bool
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class TokenRow:
    """`state`: HOLDS, REVOKED or ENDED."""

    token_id: int
    name: str
    roles: tuple[str, ...]
    created_at: datetime
    created_by: str
    ends_at: datetime
    used_at: datetime | None
    state: str


def everybody(conn: Connection) -> list[Person]:
    """All users, by name."""
    return _people(conn, None)


def person(conn: Connection, name: str) -> Person | None:
    found = _people(conn, name)
    return found[0] if found else None


def _people(conn: Connection, name: str | None) -> list[Person]:
    seen = (
        select(sessions.c.name, func.max(sessions.c.seen_at).label("at")).group_by(sessions.c.name).subquery()
    )
    query = (
        select(
            users.c.name, users.c.roles, users.c.limit_amount, logins.c.name, logins.c.must_change, logins.c.totp,
            seen.c.at,
        )
        .join_from(users, logins, logins.c.name == users.c.name, isouter=True)
        .join(seen, seen.c.name == users.c.name, isouter=True)
        .order_by(users.c.name)
    )  # fmt: skip
    if name is not None:
        query = query.where(users.c.name == name)
    return [
        Person(row[0], _roles(row[1]), row[2], row[3] is not None, bool(row[4]), row[5] is not None, row[6])
        for row in rows(conn, query)
    ]


def sessions_of(conn: Connection, name: str, now: datetime) -> list[SessionRow]:
    """A user's sessions that have not come to their last moment, the newest first."""
    c = sessions.c
    query = select(c.created_at, c.seen_at, c.ends_at, c.address, c.browser)
    query = query.where(c.name == name, c.ends_at > now).order_by(c.created_at.desc())
    return [SessionRow(*row) for row in rows(conn, query)]


def machines(conn: Connection, now: datetime) -> list[TokenRow]:
    """All tokens, the newest first."""
    return [
        TokenRow(
            token.token_id,
            token.name,
            tuple(sorted(token.roles)),
            token.created_at,
            token.created_by,
            token.ends_at,
            token.used_at,
            "REVOKED" if token.revoked_at else "HOLDS" if token.holds(now) else "ENDED",
        )
        for token in tokens.every(conn)
    ]


def _roles(text: str) -> tuple[str, ...]:
    return tuple(sorted(filter(None, text.split(","))))
