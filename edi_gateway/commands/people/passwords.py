"""Passwords and second factors of users: set, changed, taken away.

Called by cli/ (`users password`, `users totp`) and the console's pages.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyotp

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.people.door import step_of
from edi_gateway.commands.people.locks import LONGEST, SECRET_LENGTH, Locks, require_strong
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store import users
from edi_gateway.store.people import logins, sessions

FIRST = "admin"  # the name of the user that the first start makes


def set_password(
    desk: Desk, locks: Locks, name: str, password: str | None = None, *, must_change: bool = True
) -> str:
    """Give a user a password, or one that is drawn by chance; it ends their sessions. The password.

    `must_change`: the user chooses another at the next sign-in. Raises Refused for nobody and for weak passwords.
    """
    what = f"Setting the password of {name}"
    desk.require(what, PERMISSIONS["manage users"])
    if users.load(desk.conn, name) is None:
        raise Refused(what=what, why="there is no such user; `users put` adds one")
    if password is None:
        password = locks.new_password()
    require_strong(what, name, password)
    logins.put(desk.conn, name, locks.hash(password), must_change, desk.clock())
    sessions.end_of(desk.conn, name)
    desk.record("password set", f"user {name}", must_change=must_change)
    return password


def change_own(desk: Desk, locks: Locks, old: str, new: str) -> None:
    """The actor's own password, who knows the old one. Raises Refused."""
    name = desk.actor.name
    what = "Changing your password"
    login = logins.load(desk.conn, name)
    if login is None or len(old) > LONGEST or not locks.fits(login.password, old):
        raise Refused(what=what, why="the present password is another")
    if old == new:
        raise Refused(what=what, why="the new one is the old one")
    require_strong(what, name, new)
    logins.put(desk.conn, name, locks.hash(new), False, desk.clock())
    desk.record("password changed", f"user {name}")


def take_login(desk: Desk, name: str) -> None:
    """A user who may sign in no more; roles stay. Raises Refused."""
    what = f"Taking the password of {name}"
    desk.require(what, PERMISSIONS["manage users"])
    if not logins.remove(desk.conn, name):
        raise Refused(what=what, why="the user has none")
    sessions.end_of(desk.conn, name)
    desk.record("password taken", f"user {name}")


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor that is offered. `address`: what authenticator apps read from a QR code."""

    secret: str
    address: str


def offer_factor(locks: Locks, name: str, installation: str = "EDI gateway") -> Factor:
    """A new secret; it counts once a code of it was given."""
    return factor_of(locks.new_secret(), name, installation)


def factor_of(secret: str, name: str, installation: str = "EDI gateway") -> Factor:
    """A secret that was offered before, offered again."""
    return Factor(secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=installation))


def take_factor(desk: Desk, locks: Locks, secret: str, code: str) -> None:
    """The actor's own second factor, shown to work by a code; their other sessions end. Raises Refused."""
    name = desk.actor.name
    what = "Setting up the second factor"
    if len(secret) != SECRET_LENGTH:
        raise Refused(what=what, why="this key was not offered; open the page again")
    try:
        step = step_of(secret, code, locks.real_clock())
    except ValueError:
        step = None
    if step is None:
        raise Refused(what=what, why="the code does not fit; is the clock of the phone right?")
    if not logins.set_totp(desk.conn, name, locks.sealing.seal(secret), step):
        raise Refused(what=what, why="you have no password yet")
    sessions.end_of(desk.conn, name)
    desk.record("second factor set", f"user {name}")


def drop_factor(desk: Desk, name: str) -> None:
    """A lost phone: the user signs in by password alone until they set up another. Sessions end. Raises Refused."""
    what = f"Taking the second factor of {name}"
    desk.require(what, PERMISSIONS["manage users"])
    login = logins.load(desk.conn, name)
    if login is None or login.totp is None:
        raise Refused(what=what, why="the user has none")
    logins.set_totp(desk.conn, name, None, None)
    sessions.end_of(desk.conn, name)
    desk.record("second factor taken", f"user {name}")


def first_admin(desk: Desk, locks: Locks) -> str | None:
    """When no ADMIN can sign in: the user `admin` can, by the password that is given back; else None."""
    able = logins.names(desk.conn)
    if any("ADMIN" in user.roles and user.name in able for user in users.every(desk.conn)):
        return None
    before = users.load(desk.conn, FIRST)
    roles = {"ADMIN"} if before is None else {"ADMIN", *before.roles}
    users.put(desk.conn, FIRST, roles, None if before is None else before.limit_amount)
    password = locks.new_password()
    logins.put(desk.conn, FIRST, locks.hash(password), True, desk.clock())
    sessions.end_of(desk.conn, FIRST)
    desk.record("first admin made", f"user {FIRST}")
    return password
