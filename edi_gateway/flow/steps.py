"""What a piece of work may ask of whatever runs it: a transaction, or an act in the world outside.

The steps of receive, inbound and outbound take a `Steps` and so can be run and tested without the engine;
`Direct` runs them at once, flow/engine.py runs them durably.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")


class Steps(Protocol):
    """The steps of one piece of work, in an order that is the same at every run of it."""

    def transaction(self, name: str, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction. What it wrote is committed once, however often the step is run.

        `work` may be called again after a deadlock or a busy database, so it keeps no half-done state outside
        its connection. What it returns is kept with the rows (plain ints, strings, lists and dicts).
        """

    def outside(self, name: str, work: Callable[[], T]) -> T:
        """Run `work`, which acts outside the database (sends, fetches), at least once."""


class Direct:
    """Steps run here and now, each transaction committed by itself; nothing is resumed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def transaction(self, name: str, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as conn:
            return work(conn)

    def outside(self, name: str, work: Callable[[], T]) -> T:
        return work()


def eventually(question: Callable[[], bool], seconds: float, pause: float = 0.01) -> bool:
    """Ask until the answer is yes or the time is up; the last answer."""
    until = time.monotonic() + seconds
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(pause)
    return True
