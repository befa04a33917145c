"""The console's door: who comes in with a password and a code, and whose session a cookie is.

Takes what a browser sends; gives a Visitor, or says what is still asked. Attempts are counted before they are
judged, in the database, by user and by address, so that neither many processes nor many requests at once guess
faster. Called by web/console.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import Connection, Engine

from edi_gateway import logs
from edi_gateway.commands.desk import Actor
from edi_gateway.commands.people.locks import LONGEST, Locks, hash_of
from edi_gateway.model.clock import Clock
from edi_gateway.store import audit, users
from edi_gateway.store.database import reading
from edi_gateway.store.people import attempts, logins, sessions
from edi_gateway.store.people.sessions import CODE, IN, PASSWORD, Session

__all__ = ["CODE", "IN", "PASSWORD", "Denied", "Door", "Opened", "Terms", "Visitor", "actor_of", "step_of"]

STEP_SECONDS = 30  # of a code (RFC 6238)
_CODE_MINUTES = 5  # between the password and the code
_FREE = {"user": 5, "code": 5, "own": 5, "address": 30}  # failures that cost no waiting
_LONGEST_WAIT = timedelta(minutes=5)
_FORGOTTEN = timedelta(hours=1)
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a session lives: unused, and at all."""

    idle: timedelta = timedelta(minutes=60)
    longest: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the console. `stage`: CODE or PASSWORD while that is still asked, else IN. `session`: the hash."""

    name: str
    roles: frozenset[str]
    stage: str
    session: str

    @property
    def is_in(self) -> bool:
        return self.stage == IN


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that began. `token` goes into the cookie and is nowhere else."""

    token: str
    stage: str


@dataclass(frozen=True, slots=True)
class Denied:
    """`wait`: how long no further attempt is looked at; None: name, password or code are wrong."""

    wait: timedelta | None = None


def at_once(work: Callable[[], None]) -> None:
    work()


@dataclass(frozen=True, slots=True)
class Door:
    """`later`: does what a page need not wait for (a writer may hold the database for a while)."""

    engine: Engine
    clock: Clock
    locks: Locks
    terms: Terms = Terms()
    later: Callable[[Callable[[], None]], None] = at_once

    def sign_in(self, name: str, password: str, address: str, browser: str) -> Opened | Denied:
        """A session for a name and its password. What is wrong of the two is not said, nor shown by the time taken."""
        name, tries = name.strip()[:80], ("user " + name.strip()[:80], "address " + address)
        wait = self._count(tries)
        if wait is not None:
            return self._denied(address, wait)
        with reading(self.engine) as conn:
            login = logins.load(conn, name)
            known = users.load(conn, name) is not None
        fits = len(password) <= LONGEST and self.locks.fits(
            login.password if login else self.locks.nobody, password
        )
        if login is None or not known or not fits:
            return self._denied(address, None)
        stage = CODE if login.totp else PASSWORD if login.must_change else IN
        with self.engine.begin() as conn:
            self._right(conn, *tries)
            if self.locks.hasher.check_needs_rehash(login.password):
                logins.rehash(conn, name, self.locks.hash(password))
            return self._begin(conn, name, stage, address, browser)

    def give_code(self, visitor: Visitor, code: str, address: str, browser: str) -> Opened | Denied:
        """A new session in place of the one that waits for a code; no code is taken twice."""
        tries = ("code " + visitor.name, "address " + address)
        wait = self._count(tries)
        if wait is not None:
            return self._denied(address, wait)
        with self.engine.begin() as conn:
            login = logins.load(conn, visitor.name)
            if login is None or login.totp is None:
                return self._denied(address, None)
            step = step_of(self.locks.sealing.open(login.totp), code, self.locks.real_clock())
            if step is None or not logins.use_step(conn, visitor.name, step):
                return self._denied(address, None)
            self._right(conn, *tries)
            sessions.end(conn, visitor.session)
            return self._begin(conn, visitor.name, PASSWORD if login.must_change else IN, address, browser)

    def knows(self, visitor: Visitor, password: str, address: str) -> Denied | None:
        """None when it is the visitor's password: asked for again before what a session alone shall not change."""
        tries = ("own " + visitor.name, "address " + address)
        wait = self._count(tries)
        if wait is not None:
            return self._denied(address, wait)
        with reading(self.engine) as conn:
            login = logins.load(conn, visitor.name)
        hashed = login.password if login else self.locks.nobody
        if len(password) > LONGEST or not self.locks.fits(hashed, password) or login is None:
            return self._denied(address, None)
        with self.engine.begin() as conn:
            self._right(conn, *tries)
        return None

    def who(self, token: str, *, used: bool = True) -> Visitor | None:
        """Whose session this is; None when there is none, it has ended, or its user is gone. `used`: by a person; a
        page that asks again and again by itself keeps no session alive."""
        now, hashed = self.clock(), hash_of(token)
        with reading(self.engine) as conn:
            session = sessions.load(conn, hashed)
            if session is None or now >= session.ends_at or now >= session.seen_at + self.terms.idle:
                return None
            user = users.load(conn, session.name)
        if user is None:
            return None
        if used and now - session.seen_at >= _SEEN_EVERY:
            self.later(lambda: self._seen(hashed, now))
        return Visitor(user.name, user.roles, session.stage, hashed)

    def _seen(self, hashed: str, now: datetime) -> None:
        with self.engine.begin() as conn:
            sessions.seen(conn, hashed, now)

    def sign_out(self, visitor: Visitor) -> None:
        with self.engine.begin() as conn:
            sessions.end(conn, visitor.session)
            audit.record(conn, audit.Entry(self.clock(), visitor.name, "signed out", f"user {visitor.name}"))

    def renew(self, conn: Connection, visitor: Visitor, address: str, browser: str) -> Opened:
        """After a new password: a new session in place of all that the user had."""
        sessions.end_of(conn, visitor.name)
        return self._begin(conn, visitor.name, IN, address, browser)

    def _begin(self, conn: Connection, name: str, stage: str, address: str, browser: str) -> Opened:
        now, token = self.clock(), self.locks.new_token()
        life = timedelta(minutes=_CODE_MINUTES) if stage == CODE else self.terms.longest
        sessions.forget(conn, now)
        attempts.forget_before(conn, now - _FORGOTTEN)
        session = Session(hash_of(token), name, stage, now, now, now + life, address[:60], browser[:200])
        sessions.begin(conn, session)
        if stage != CODE:
            audit.record(conn, audit.Entry(now, name, "signed in", f"user {name}", {"address": address[:60]}))
        return Opened(token, stage)

    def _count(self, tries: tuple[str, ...]) -> timedelta | None:
        """Count an attempt of each; or say how long none is taken. The address comes first: one that must wait leaves
        nothing behind, whatever names it invents."""
        now = self.clock()
        with self.engine.begin() as conn:
            found: dict[str, tuple[int, datetime]] = {}
            for whose in reversed(tries):
                found[whose] = attempts.failures(conn, whose, now)
                wait = _wait(whose, *found[whose], now)
                if wait > timedelta(0):
                    return wait
            for whose, (_, at) in found.items():
                attempts.count(conn, whose, now, afresh=now - at >= _FORGOTTEN)
        return None

    def _right(self, conn: Connection, whose: str, address: str) -> None:
        """What was counted against them counts no more; what others failed at from the same address still does."""
        now = self.clock()
        attempts.failures(conn, address, now)  # locked first, as where they are counted
        count, _ = attempts.failures(conn, whose, now)
        attempts.forget(conn, whose)
        attempts.take_back(conn, address, count)

    def _denied(self, address: str, wait: timedelta | None) -> Denied:
        """Without the name: people type passwords into the wrong field."""
        logs.say("warning", "sign-in denied", address=address[:60], waits=wait is not None)
        return Denied(wait)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is: the present one or a neighbour (RFC 6238 section 5.2); None: of none."""
    present, given = int(now.timestamp()) // STEP_SECONDS, "".join(code.split())
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given.encode("utf-8", "surrogatepass")):
            return step
    return None


def _wait(whose: str, failures: int, at: datetime, now: datetime) -> timedelta:
    """Doubles with each failure past the free ones; all is forgotten in an hour."""
    over = failures - _FREE[whose.split(" ", 1)[0]]
    if over < 0 or now - at >= _FORGOTTEN:
        return timedelta(0)
    return at + min(timedelta(seconds=2 ** min(over, 12)), _LONGEST_WAIT) - now


def actor_of(conn: Connection, name: str) -> Actor:
    """The user as they are in this transaction, none of whose roles outlived the last change."""
    known = users.load(conn, name)
    return Actor(name, frozenset()) if known is None else Actor(known.name, known.roles, known.limit_amount)
