"""The AS2 server as an ASGI application: takes a POST at its one path, streams the body to disk, answers.

Takes a function that takes messages (flow/as2/receiving.take), which runs in threads. Everything here is bounded:
header lines, size, time, and how many at once. Run by listener.py.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from edi_gateway import logs
from edi_gateway.flow.as2.keeping import Request
from edi_gateway.flow.as2.receiving import Reply
from edi_gateway.transport.as2.extents import Scratch

Take = Callable[[Request, Scratch], Reply]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEADER_LINES = 200
_TEXT = (("Content-Type", "text/plain; charset=us-ascii"),)


@dataclass(frozen=True, slots=True)
class Bounds:
    """`path`: the one that is served. `size`: bytes of a message; `seconds`: for all of it; `silence`: seconds between
    two pieces; `at_once`: messages in work at the same time."""

    path: str = "/as2"
    size: int = 1 << 30
    seconds: float = 900.0
    silence: float = 60.0
    at_once: int = 16


class As2App:
    """`close` it in the end: it has threads."""

    def __init__(self, take: Take, bounds: Bounds = Bounds()) -> None:
        self._take = take
        self._bounds = bounds
        self._threads = ThreadPoolExecutor(bounds.at_once, thread_name_prefix="as2")

    def close(self) -> None:
        """Let what is in work finish."""
        self._threads.shutdown(wait=True)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _answer(send, refusal, close=True)
            return
        with Scratch(seconds=self._bounds.seconds) as scratch:
            read = await self._read(scope, receive, scratch)
            if isinstance(read, Reply):
                await _answer(send, read, close=True)
            elif read is not None:
                work = asyncio.get_running_loop().run_in_executor(self._threads, self._taken, read, scratch)
                try:
                    reply = await asyncio.shield(work)
                except (
                    asyncio.CancelledError
                ):  # we are told to stop: the scratch must not be closed under the thread
                    await asyncio.wait([work])
                    raise
                with suppress(ConnectionError):
                    await _answer(send, reply)

    def _refusal(self, scope: MutableMapping[str, Any]) -> Reply | None:
        """What is refused before its body is read: the sender who waits with Expect: 100-continue sends none."""
        if scope["path"] != self._bounds.path:
            return Reply(404, _TEXT, b"There is nothing here.\n")
        if scope["method"] != "POST":
            return Reply(405, (*_TEXT, ("Allow", "POST")), b"AS2 messages are posted.\n")
        if len(scope["headers"]) > HEADER_LINES:
            return Reply(431, _TEXT, b"There are too many headers.\n")
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._bounds.size:
            return _TOO_LARGE
        return None

    async def _read(
        self, scope: MutableMapping[str, Any], receive: Receive, scratch: Scratch
    ) -> Request | Reply | None:
        """The whole request, its body in the scratch; None when the sender hung up."""
        until = time.monotonic() + self._bounds.seconds
        spool = scratch.spool()
        made = sha256()
        more = True
        while more:
            left = min(self._bounds.silence, until - time.monotonic())
            try:
                async with asyncio.timeout(max(left, 0)):
                    event = await receive()
            except TimeoutError:
                return Reply(408, _TEXT, b"It took too long.\n")
            if event["type"] == "http.disconnect":
                logs.say("info", "as2 hung up", peer=_peer(scope), bytes=spool.size)
                return None
            piece: bytes = event.get("body", b"")
            if spool.size + len(piece) > self._bounds.size:
                return _TOO_LARGE
            spool.write(piece)
            made.update(piece)
            more = event.get("more_body", False)
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        return Request(headers, spool.done(), made.hexdigest(), _peer(scope))

    def _taken(self, request: Request, scratch: Scratch) -> Reply:
        try:
            return self._take(request, scratch)
        except Exception as error:  # of the program or the database: the sender tries again
            logs.say("error", "as2 failed", peer=request.peer, error=f"{type(error).__name__}: {error}"[:300])
            return Reply(500, _TEXT, b"Something went wrong here; try again later.\n")


_TOO_LARGE = Reply(413, _TEXT, b"It is too large.\n")


def _peer(scope: MutableMapping[str, Any]) -> str:
    client = scope.get("client")
    return str(client[0])[:60] if client else ""


async def _answer(send: Send, reply: Reply, *, close: bool = False) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in reply.headers]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    if close:  # what is left of the body is not read
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
