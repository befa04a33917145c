"""Tokens of machines for the JSON API: made, used, revoked. A token is shown once; the database keeps its hash.

Called by cli/ (`users tokens`) and the console.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from edi_gateway.commands.desk import ROLES, Actor, Desk, Refused
from edi_gateway.commands.people.door import Door
from edi_gateway.commands.people.locks import Locks, hash_of
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store.database import reading
from edi_gateway.store.people import tokens
from edi_gateway.store.people.tokens import Token

PREFIX = "edig_"  # so that scanners for secrets know it
SUFFIX = " (token)"  # of the names of tokens in what they did; no user's name ends so
LONGEST_DAYS = 730
_USED_EVERY = timedelta(minutes=1)


def add(desk: Desk, locks: Locks, name: str, roles: Iterable[str], days: int) -> str:
    """A token for a machine, with roles, for so many days. The token itself. Raises Refused."""
    what = f"Making the token {name}"
    desk.require(what, PERMISSIONS["manage users"])
    wanted = frozenset(roles)
    if not 0 < len(name.strip()) <= 80 - len(SUFFIX):
        raise Refused(what=what, why=f"a name has 1 to {80 - len(SUFFIX)} characters")
    if not wanted or wanted - ROLES:
        raise Refused(what=what, why=f"no such role: {', '.join(sorted(wanted - ROLES)) or 'none was named'}")
    if not 0 < days <= LONGEST_DAYS:
        raise Refused(what=what, why=f"a token lives 1 to {LONGEST_DAYS} days")
    now, made = desk.clock(), PREFIX + locks.new_token()
    if any(other.name == name.strip() and other.holds(now) for other in tokens.every(desk.conn)):
        raise Refused(what=what, why="there is one of this name; revoke it first, or choose another name")
    token = Token(
        desk.ids.next(), name.strip(), wanted, now, desk.actor.name, now + timedelta(days=days), None, None
    )
    tokens.add(desk.conn, token, hash_of(made))
    desk.record("token made", f"token {token.name}", roles=sorted(wanted), days=days)
    return made


def revoke(desk: Desk, token_id: int) -> None:
    """From now on it opens nothing. Raises Refused."""
    what = "Revoking a token"
    desk.require(what, PERMISSIONS["manage users"])
    token = tokens.load(desk.conn, token_id)
    if token is None or not tokens.revoke(desk.conn, token_id, desk.clock()):
        raise Refused(what=what, why="there is none of this id that holds")
    desk.record("token revoked", f"token {token.name}")


@dataclass(frozen=True, slots=True)
class Machine:
    """Who a token speaks for."""

    token_id: int
    name: str
    roles: frozenset[str]


def machine(door: Door, token: str) -> Machine | None:
    """Whose token this is; None: it opens nothing (any more)."""
    engine, clock = door.engine, door.clock
    now = clock()
    with reading(engine) as conn:
        found = tokens.by_hash(conn, hash_of(token))
    if found is None or not found.holds(now):
        return None
    if found.used_at is None or now - found.used_at >= _USED_EVERY:
        door.later(lambda: _used(engine, found.token_id, now))
    return Machine(found.token_id, found.name + SUFFIX, found.roles)


def _used(engine: Engine, token_id: int, now: datetime) -> None:
    with engine.begin() as conn:
        tokens.used(conn, token_id, now)


def actor_of(conn: Connection, token_id: int, now: datetime) -> Actor:
    """The machine as it is in this transaction: no roles once its token is revoked."""
    found = tokens.load(conn, token_id)
    if found is None:
        return Actor(f"token {token_id}", frozenset())
    return Actor(found.name + SUFFIX, found.roles if found.holds(now) else frozenset())
