"""Tokens of machines that use the JSON API: found by their hash, with roles and a last day.

Called by commands/people and reports/people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from edi_gateway.store.tables import api_tokens


@dataclass(frozen=True, slots=True)
class Token:
    token_id: int
    name: str
    roles: frozenset[str]
    created_at: datetime
    created_by: str
    ends_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Neither revoked nor past its end."""
        return self.revoked_at is None and now < self.ends_at


def add(conn: Connection, token: Token, hashed: str) -> None:
    conn.execute(
        insert(api_tokens).values(
            id=token.token_id,
            name=token.name,
            token=hashed,
            roles=",".join(sorted(token.roles)),
            created_at=token.created_at,
            created_by=token.created_by,
            ends_at=token.ends_at,
        )
    )


def by_hash(conn: Connection, hashed: str) -> Token | None:
    row = conn.execute(_query().where(api_tokens.c.token == hashed)).first()
    return None if row is None else _token(row)


def load(conn: Connection, token_id: int) -> Token | None:
    row = conn.execute(_query().where(api_tokens.c.id == token_id)).first()
    return None if row is None else _token(row)


def every(conn: Connection) -> list[Token]:
    """All, the newest first."""
    return [_token(row) for row in conn.execute(_query().order_by(api_tokens.c.id.desc()))]


def revoke(conn: Connection, token_id: int, at: datetime) -> bool:
    query = update(api_tokens).where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
    return conn.execute(query.values(revoked_at=at)).rowcount == 1


def used(conn: Connection, token_id: int, at: datetime) -> None:
    conn.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(used_at=at))


def _query() -> Select[Any]:
    c = api_tokens.c
    return select(c.id, c.name, c.roles, c.created_at, c.created_by, c.ends_at, c.revoked_at, c.used_at)


def _token(row: Sequence[Any]) -> Token:
    number, name, roles, created_at, created_by, ends_at, revoked_at, used_at = row
    kept = frozenset(filter(None, roles.split(",")))
    return Token(number, name, kept, created_at, created_by, ends_at, revoked_at, used_at)
