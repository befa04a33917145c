"""What a piece of work may ask of whatever runs it: a transaction, or an act in the world outside.

The steps of receive, inbound and outbound take a `Steps` and so can be run and tested without the engine;
`Direct` runs them at once, flow/engine.py runs them durably.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from edi_gateway.store import database

T = TypeVar("T")
_DEADLOCK, _DEADLOCKS = "40P01", 5  # PostgreSQL's code; how many in a row are borne
_AT_ONCE = 16  # writes of several threads in one commit
_IN_TURN = "gateway in turn"  # on a connection's record while it has the gate


class Steps(Protocol):
    """The steps of one piece of work, in an order that is the same at every run of it."""

    def transaction(self, name: str, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction. What it wrote is committed once, however often the step is run.

        `work` may be called again after a deadlock or a busy database, so it keeps no half-done state outside
        its connection. What it returns is kept with the rows (plain ints, strings, lists and dicts).
        """

    def outside(self, name: str, work: Callable[[], T]) -> T:
        """Run `work`, which acts outside the database (sends, fetches), at least once."""


class _Turns:
    """A lock that is given in the order of asking, and again to whoever has it. (Python's own is given to the
    thread that happens to be running: one that writes chunk after chunk would never let another in.)"""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[tuple[int, threading.Event]] = deque()
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        me = threading.get_ident()
        with self._guard:
            if self._owner in (None, me):
                self._owner = me
                self._depth += 1
                return
            turn = threading.Event()
            self._waiting.append((me, turn))
        turn.wait()

    @property
    def mine(self) -> bool:
        """Whether this thread has it."""
        return self._owner == threading.get_ident()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._depth -= 1
            if self._depth:
                return
            if self._waiting:
                self._owner, turn = self._waiting.popleft()
                self._depth = 1
                turn.set()
            else:
                self._owner = None


class _Wanted:
    """Something that a thread wants to write, and what became of it."""

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.error: Exception | None = None
        self.done = threading.Event()

    def under_savepoint(self, conn: Connection) -> None:
        try:
            with conn.begin_nested():
                self.result, self.error = self.work(conn), None
        except DBAPIError:
            raise
        except Exception as error:
            self.error = error

    def alone(self, writer: Writer) -> None:
        try:
            with writer.begin() as conn:
                self.result, self.error = self.work(conn), None
        except Exception as error:
            self.error = error
        self.done.set()


class Writer:
    """The one way in which flow writes: a transaction, and on SQLite one at a time in this process.

    SQLite lets one writer in anyway; a second one that waits here starts at once, one that waits in SQLite
    sleeps up to 0.1 s at a time.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.gate: AbstractContextManager[object] = (
            _Turns() if engine.dialect.name == "sqlite" else nullcontext()
        )
        self._wanted: deque[_Wanted] = deque()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction, committed when the block ends well."""
        with self.gate, self._begun() as conn, conn.get_transaction() or conn.begin():
            yield conn

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """A transaction that is rolled back, however the block ends."""
        with self.gate, self._begun() as conn:
            try:
                yield conn
            finally:
                conn.rollback()

    def run(self, work: Callable[[Connection], T]) -> T:
        """`work` in a transaction; again when PostgreSQL has ended it to resolve a deadlock.

        On SQLite what several threads want to write at the same time is committed together, each under a savepoint:
        the disk is waited for once. `work` may so be run by another thread, and is run again by itself when the
        commit of all fails.
        """
        if isinstance(self.gate, _Turns) and not self.gate.mine:
            return self._shared(work, self.gate)
        for _ in range(_DEADLOCKS):
            try:
                with self.begin() as conn:
                    return work(conn)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != _DEADLOCK:
                    raise
        with self.begin() as conn:
            return work(conn)

    def _shared(self, work: Callable[[Connection], T], gate: _Turns) -> T:
        mine = _Wanted(work)
        self._wanted.append(mine)
        while not mine.done.is_set():
            with gate:
                if not mine.done.is_set():  # else whoever had the turn before has done it
                    some = min(len(self._wanted), _AT_ONCE)
                    self._together([self._wanted.popleft() for _ in range(some)])
        if mine.error is not None:
            raise mine.error
        return cast(T, mine.result)

    def _together(self, wanted: list[_Wanted]) -> None:
        """Run these and commit them all; where that fails each by itself."""
        try:
            if len(wanted) > 1:
                with suppress(Exception), self.begin() as conn:
                    for each in wanted:
                        each.under_savepoint(conn)
                    conn.commit()
                    for each in wanted:
                        each.done.set()
            for each in wanted:
                if not each.done.is_set():
                    each.alone(self)
        finally:  # this thread was interrupted: the others do theirs themselves
            self._wanted.extendleft(each for each in reversed(wanted) if not each.done.is_set())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A look at what is committed; waits for nobody."""
        with database.reading(self.engine) as conn:
            yield conn

    def take_turns(self, other: Engine) -> None:
        """Let what another engine writes to the same SQLite file wait at our gate too: at SQLite's own lock it would
        sleep through every gap that chunk after chunk leaves."""

        @event.listens_for(other, "before_cursor_execute")
        def _wait(conn: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            reads = statement.lstrip().upper().startswith(("SELECT", "PRAGMA"))
            if not reads and not conn.info.get(_IN_TURN):
                self.gate.__enter__()
                conn.info[_IN_TURN] = True

        @event.listens_for(other, "checkin")
        @event.listens_for(other, "invalidate")
        def _leave(_connection: Any, record: Any, *_: Any) -> None:
            if record.info.pop(_IN_TURN, False):
                self.gate.__exit__(None, None, None)

    def _begun(self) -> Connection:
        """A connection with a transaction. One that cannot begin is thrown away for a fresh one, once: on SQLite
        an exception may leave a half-read result behind, and with it an old view that cannot be written on."""
        conn = self.engine.connect()
        try:
            conn.begin()
        except OperationalError:
            conn.invalidate()
            conn.close()
            conn = self.engine.connect()
            conn.begin()
        return conn


class Direct:
    """Steps run here and now, each transaction committed by itself; nothing is resumed."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def transaction(self, name: str, work: Callable[[Connection], T]) -> T:
        with self._writer.begin() as conn:
            return work(conn)

    def outside(self, name: str, work: Callable[[], T]) -> T:
        return work()
