"""Users: who is asking, and who may do what.

On a new installation there are no users, and every login has all roles; from the first user on, only who is
listed may change anything. Called by cli/.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import Connection

from edi_gateway.commands.desk import MACHINE, ROLES, Actor, Desk, Refused
from edi_gateway.commands.people.tokens import SUFFIX
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store import users
from edi_gateway.store.people import logins, sessions


def actor(conn: Connection, name: str) -> Actor:
    """Who `name` is: the roles of the user, none when the name is not listed, all while nobody is."""
    if name == MACHINE:
        raise Refused(what=f"Acting as {MACHINE}", why="that is the gateway itself")
    known = users.load(conn, name)
    if known is not None:
        return Actor(known.name, known.roles, known.limit_amount)
    return Actor(name, frozenset() if users.any_there(conn) else ROLES)


def put(desk: Desk, name: str, roles: Iterable[str], limit: Decimal | None = None) -> None:
    """Add a user, or give another set of roles or another limit. The first user must be an ADMIN."""
    desk.require("Managing users", PERMISSIONS["manage users"])
    wanted = frozenset(roles)
    what = f"Adding the user {name}"
    if not name.strip() or name == MACHINE or name.endswith(SUFFIX):
        raise Refused(what=what, why="the name is empty or reserved")
    if unknown := wanted - ROLES:
        raise Refused(what=what, why=f"no such role: {', '.join(sorted(unknown))}")
    if limit is not None and limit < 0:
        raise Refused(what=what, why="a limit cannot be negative")
    before = users.load(desk.conn, name)
    users.put(desk.conn, name, wanted, limit)
    _require_an_admin(desk, what)
    desk.record(
        "user put",
        f"user {name}",
        was=sorted(before.roles) if before else None,
        now=sorted(wanted),
        limit=None if limit is None else str(limit),
    )


def remove(desk: Desk, name: str) -> None:
    """Remove a user; what they did keeps their name."""
    desk.require("Managing users", PERMISSIONS["manage users"])
    what = f"Removing the user {name}"
    if not users.remove(desk.conn, name):
        raise Refused(what=what, why="there is no such user")
    logins.remove(desk.conn, name)  # else whoever gets the name later would have the old password
    sessions.end_of(desk.conn, name)
    if users.any_there(desk.conn):
        _require_an_admin(desk, what)
    desk.record("user removed", f"user {name}")


def _require_an_admin(desk: Desk, what: str) -> None:
    if not any("ADMIN" in user.roles for user in users.every(desk.conn)):
        raise Refused(
            what=what, why="nobody with the role ADMIN would be left, and so nobody could add users"
        )
