"""Connections that stay open between two uses: logging in costs a partner's server and us more than most polls.

Takes a connection record and what opens it; gives a transport of which `close` means "I am done for now". One that
nobody uses for a while is closed. Called by cli/, which closes all of them in the end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from edi_gateway.partners.profile import DirectoryConnection, SftpConnection
from edi_gateway.transport.base import Incoming, Transport


class Resting(Transport, Protocol):
    """A transport that can wait for its next use, by whatever thread."""

    def rest(self) -> None:
        """Nobody uses it now; keep what the next one can use."""


class Kept:
    """Lends transports, each to one user at a time; keeps one a connection, for so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._idle: dict[SftpConnection, tuple[Resting, threading.Timer]] = {}

    def lend(self, connection: SftpConnection, open_new: Callable[[], Resting]) -> Transport:
        """The one that is kept for this connection, or a new one."""
        with self._lock:
            found = self._idle.pop(connection, None)
        if found is None:
            return _Lent(open_new(), lambda transport: self._take_back(connection, transport))
        transport, timer = found
        timer.cancel()
        return _Lent(transport, lambda transport: self._take_back(connection, transport))

    def close(self) -> None:
        """Close all that nobody uses."""
        with self._lock:
            idle = list(self._idle.values())
            self._idle.clear()
        for transport, timer in idle:
            timer.cancel()
            transport.close()

    def _take_back(self, connection: SftpConnection, transport: Resting) -> None:
        if self._seconds > 0:
            transport.rest()
            timer = threading.Timer(self._seconds, self._expire, (connection, transport))
            timer.daemon = True
            with self._lock:
                kept = connection not in self._idle
                if kept:
                    self._idle[connection] = transport, timer
                    timer.start()
            if kept:
                return
        transport.close()

    def _expire(self, connection: SftpConnection, transport: Resting) -> None:
        with self._lock:
            found = self._idle.get(connection)
            if found is None or found[0] is not transport:
                return  # lent again meanwhile
            del self._idle[connection]
        transport.close()


class _Lent:
    """A transport that goes back instead of being closed."""

    def __init__(self, transport: Resting, give_back: Callable[[Resting], None]) -> None:
        self._transport = transport
        self._give_back = give_back

    @property
    def connection(self) -> DirectoryConnection | SftpConnection:
        return self._transport.connection

    def look(self) -> Iterator[Incoming]:
        return self._transport.look()

    def fetch(self, file: Incoming) -> Iterator[bytes]:
        return self._transport.fetch(file)

    def settle(self, file: Incoming) -> None:
        self._transport.settle(file)

    def send(self, name: str, content: bytes) -> None:
        self._transport.send(name, content)

    def close(self) -> None:
        self._give_back(self._transport)
