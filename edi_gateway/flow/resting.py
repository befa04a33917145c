"""How long a process rests that found nothing to do: longer each time, until one of its threads commits something.

A look at everything that waits costs some 10 ms of a core. What another process commits is seen within
_LONGEST_SECONDS; what this one commits (a folder was looked at, a message came by AS2, somebody pressed a button) is
seen at once. Used by the daemon's loop.
"""

from __future__ import annotations

import threading
import time

from sqlalchemy import Connection, Engine, event

_SHORTEST_SECONDS = 0.2
_LONGEST_SECONDS = 1.0
_GLANCE_SECONDS = 0.1  # between two looks at whether to get up


class Rest:
    """Of the thread that makes it. Close it at the end."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mine = threading.get_ident()
        self._stirred = False
        self._next = _SHORTEST_SECONDS
        event.listen(engine, "commit", self._note)

    def close(self) -> None:
        event.remove(self._engine, "commit", self._note)

    def _note(self, _: Connection) -> None:
        if threading.get_ident() != self._mine:
            self._stirred = True

    def get_up(self) -> None:
        """Before a look: what is committed from now on may not be seen by it."""
        self._stirred = False

    def found(self) -> None:
        """The look found something: the next rest is short."""
        self._next = _SHORTEST_SECONDS

    def take(self, stop: threading.Event) -> None:
        """After a look that found nothing; until `stop`, until another thread commits, or for as long as it is time."""
        until = time.monotonic() + self._next
        self._next = min(_LONGEST_SECONDS, 2 * self._next)
        while not self._stirred and time.monotonic() < until and not stop.wait(_GLANCE_SECONDS):
            pass
        if self._stirred:
            self._next = _SHORTEST_SECONDS
