"""Counts what this process commits and does outside, and kills it before or after one of these points.

Hooks into SQLAlchemy's dialects, below everything of ours and below DBOS. Nothing of it is in the product.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from sqlalchemy.engine.default import DefaultDialect

T = TypeVar("T")
When = Literal["before", "after"]
_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


class Points:
    """`count` goes up with every writing commit and every act. `at`: the one to die at; None: only count. `tables`:
    only commits count that write one of these; none: all do."""

    def __init__(
        self, at: int | None = None, when: When = "before", tables: frozenset[str] = frozenset()
    ) -> None:
        self.count = 0
        self._at = at
        self._when = when
        self._tables = tables
        self._written: dict[int, set[str]] = {}  # by driver's connection, since its last commit
        self._lock = threading.Lock()
        self._changes: dict[int, int] = {}

    def install(self) -> None:
        """Count the commits from now on, for the rest of this process's life."""
        commit = DefaultDialect.do_commit

        def counted(dialect: DefaultDialect, connection: Any) -> None:
            if self._writes(dialect.name, connection):
                self.pass_by(lambda: commit(dialect, connection))
            else:
                commit(dialect, connection)

        DefaultDialect.do_commit = counted  # type: ignore[method-assign]
        if self._tables:
            for name in ("do_execute", "do_executemany"):
                setattr(DefaultDialect, name, self._noting(getattr(DefaultDialect, name)))

    def _noting(self, execute: Callable[..., None]) -> Callable[..., None]:
        def noted(dialect: DefaultDialect, cursor: Any, statement: str, *more: Any, **named: Any) -> None:
            written = _WRITES.match(statement)
            if written is not None:
                self._written.setdefault(id(cursor.connection), set()).add(written[1])
            execute(dialect, cursor, statement, *more, **named)

        return noted

    def pass_by(self, act: Callable[[], T]) -> T:
        """Do what cannot be undone: a commit, or something at a partner's."""
        with self._lock:
            self.count += 1
            mine = self.count
        if mine == self._at and self._when == "before":
            die()
        result = act()
        if mine == self._at and self._when == "after":
            die()
        return result

    def _writes(self, dialect: str, connection: Any) -> bool:
        if self._tables:
            written = self._written.pop(id(connection.dbapi_connection), set())
            return not self._tables.isdisjoint(written)
        if dialect == "sqlite":
            driver = connection.dbapi_connection
            before = self._changes.get(id(driver), 0)
            self._changes[id(driver)] = driver.total_changes
            return bool(driver.total_changes != before)
        cursor = connection.cursor()
        try:
            cursor.execute("SELECT pg_current_xact_id_if_assigned()")
            return cursor.fetchone()[0] is not None
        finally:
            cursor.close()


def die() -> None:
    """As the kernel's out-of-memory killer does it: at once, and nobody is asked."""
    os.kill(os.getpid(), signal.SIGKILL)
