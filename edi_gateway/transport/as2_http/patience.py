"""httpx with an end to its patience: a post is over by a time, however slowly the other side says what it says.

httpx limits each read and each write by itself, so a server that sends one byte of its headers now and then would hold
us for ever. Here a limit of everything that is still to come lies below these. Called by http_wire.py.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpcore
import httpx

_PIECE = 1 << 16  # bytes written at a time


class Patience:
    """By when a step of the post that this thread is at must be over. Each thread has its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._here = threading.local()

    def lasts(self, seconds: float) -> None:
        """What comes next must be over in so many seconds."""
        self._here.until = self._clock() + seconds

    def left(self) -> float:
        """Seconds; 0 or less when it is over."""
        until: float = self._here.until
        return until - self._clock()


def chunks_in_time(chunks: Iterable[bytes], patience: Patience, each: float, then: float) -> Iterator[bytes]:
    """The chunks, for each of which there are so many seconds; behind the last begin the seconds for the answer."""
    patience.lasts(each)
    for chunk in chunks:
        yield chunk
        patience.lasts(each)
    patience.lasts(then)


class PatientTransport(httpx.HTTPTransport):
    """httpx's, over connections that keep to the patience. `verify`: whom to trust; None: for plain http."""

    def __init__(self, verify: ssl.SSLContext | None, patience: Patience) -> None:
        super().__init__(verify=False if verify is None else verify, trust_env=False)
        # httpx has no door for a network backend; httpcore, which it is made of, has one
        self._pool = httpcore.ConnectionPool(ssl_context=verify, network_backend=_Backend(patience))


class _Backend(httpcore.SyncBackend):
    def __init__(self, patience: Patience) -> None:
        self._patience = patience

    def connect_tcp(self, *args: Any, **named: Any) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(*args, **named), self._patience)


class _Stream(httpcore.NetworkStream):
    """Another stream, each of whose steps has at most the time that is left."""

    def __init__(self, inner: httpcore.NetworkStream, patience: Patience) -> None:
        self._inner = inner
        self._patience = patience

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._patience.left()
        if left <= 0:
            raise httpcore.ReadTimeout("it took too long in all")
        return self._inner.read(max_bytes, left if timeout is None else min(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(
            0, len(buffer), _PIECE
        ):  # the limit below is one of each piece that the system takes
            left = self._patience.left()
            if left <= 0:
                raise httpcore.WriteTimeout("it took too long in all")
            piece = buffer[start : start + _PIECE]
            self._inner.write(piece, left if timeout is None else min(timeout, left))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._patience)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
