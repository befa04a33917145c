"""The dry run: the real road, the real judgement, in a transaction that is rolled back.

Takes receipts and orders, and what is to be changed first; gives what would become of each. Every subject is tried by
itself (in a savepoint), so what is said of one does not depend on its neighbours: ten orders that each fit a credit
limit are each said to pass. Nothing is written, sent, or left for the engine; no number is drawn that stays drawn.
Called by cli/, web/, flow/trial/ itself for causes, and by what compares two snapshots.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from edi_gateway import logs
from edi_gateway.flow.taking.road import Paused
from edi_gateway.flow.trial import judging, reading
from edi_gateway.flow.trial.records import Change, Subject, Tried
from edi_gateway.flow.works import Works
from edi_gateway.model.errors import GatewayError
from edi_gateway.partners.profile import Profile
from edi_gateway.transport.base import Transport

T = TypeVar("T")
# others do not wait for a trial: it gives way before PostgreSQL looks for deadlocks (after a second)
_GIVE_WAY = text("SET LOCAL lock_timeout = '800ms'")
_LOCKED = frozenset({"55P03", "40P01"})  # PostgreSQL: the lock was not had in time; a deadlock
_TRIES = 4
_AHEAD = 200  # subjects of one transaction at most


class NothingIsSent(GatewayError):
    """A dry run asked for the way to {partner}. It has none."""


def tried(
    works: Works,
    subjects: Iterable[Subject],
    change: Change | None = None,
    *,
    afresh: bool = False,
    then: bool = False,
    copies: bool = True,
    seconds: float = 1.0,
) -> Iterator[Tried]:
    """What would become of each, in their order.

    `afresh`: receipts are taken as if they came for the first time (their orders are out of the book meanwhile), else
    as a replay takes them. `then`: judged by the clock of the day they came. `copies`: with canonical documents and
    bodies. `seconds`: how long one transaction lasts, at least one subject long. Raises what `change` raises (Refused).
    """
    with works.writer.reading() as conn:
        works.live.refresh(conn)
    trial = replace(works, live=works.live.fork(), transports=_nowhere, postings={})
    waiting = iter(subjects)
    here: list[Subject] = []
    while True:
        here += itertools.islice(waiting, _AHEAD - len(here))
        if not here:
            return
        some = list(here)
        done = _given_way(
            lambda some=some: _batch(  # type: ignore[misc]
                trial, some, change, afresh=afresh, then=then, copies=copies, seconds=seconds
            )
        )
        del here[: len(done)]
        yield from done


def _batch(
    works: Works,
    subjects: Sequence[Subject],
    change: Change | None,
    *,
    afresh: bool,
    then: bool,
    copies: bool,
    seconds: float,
) -> list[Tried]:
    """As many of them as one transaction has time for, the first in any case."""
    done: list[Tried] = []
    with logs.unit("trial") as line, works.writer.trying() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(_GIVE_WAY)
        begun = time.monotonic()
        stood, sent = reading.open_causes(conn, subjects), reading.sent(conn, subjects)
        works.live.refresh(conn)
        if change is not None:
            change(works, conn)
            works.live.refresh(conn)
        changed = time.monotonic()
        # a change that takes long is not made for one subject at a time
        until = changed + max(seconds, 2 * (changed - begun))
        for subject in subjects:
            if done and time.monotonic() > until:
                break
            one = _one(works, conn, subject, sent, afresh=afresh, then=then, copies=copies)
            done.append(replace(one, stood=stood.get((subject.kind, subject.id), frozenset())))
        line.add(subjects=len(done))
    return done


def _one(
    works: Works,
    conn: Connection,
    subject: Subject,
    sent: frozenset[int],
    *,
    afresh: bool,
    then: bool,
    copies: bool,
) -> Tried:
    """One subject in a savepoint that is rolled back."""

    def attempt() -> Tried:
        savepoint = conn.begin_nested()
        try:
            if subject.kind == "order":
                return judging.order(works, conn, subject, sent, copies=copies)
            return judging.receipt(works, conn, subject, afresh=afresh, then=then, copies=copies)
        finally:
            savepoint.rollback()

    try:
        return _given_way(attempt)
    except Paused as paused:
        return Tried(subject, "RECEIVED", error=f"Partner {paused} is paused: it would wait.")
    except judging.CannotTry as problem:
        return Tried(subject, "", error=str(problem))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in _LOCKED:
            raise
        return Tried(subject, "", error="Others are working on it at this moment; try again.")
    except Exception as error:  # a bug of ours is what would become of it
        return Tried(subject, "QUARANTINED", error=f"{type(error).__name__}: {error}"[:300])


def _given_way(work: Callable[[], T]) -> T:
    """`work`, again when somebody else had the lock."""
    for _ in range(_TRIES - 1):
        try:
            return work()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _LOCKED:
                raise
    return work()


def _nowhere(profile: Profile) -> Transport:
    raise NothingIsSent(partner=profile.key)
