"""How much a request may hold, and how long it may take to come: little from who has not signed in, an upload's worth
from who has."""

from __future__ import annotations

import asyncio
from typing import Final

from edi_gateway.web.console.security.headers import Asgi, Message, Receive, Send

STRANGERS: Final = 64 << 10  # bytes of a sign-in
PATIENCE: Final = 30.0  # seconds for a body, and one more for each _A_SECOND of it
_A_SECOND: Final = 8 << 10  # bytes; a connection on which less comes costs a place that others need
_TOO_MUCH: Final = (413, b"The request holds too much.\n")
_TOO_SLOW: Final = (408, b"The request took too long to come.\n")


class Bounded:
    """Around an application. A body that says it is larger is not read; one that turns out to be, or that hardly comes,
    is cut off. `patience`: seconds."""

    def __init__(self, app: Asgi, most: int, patience: float = PATIENCE) -> None:
        self._app = app
        self._most = most
        self._patience = patience

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        most = STRANGERS if scope["path"].startswith("/sign-in") else self._most
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if not said.isdigit() or int(said) > most:
            await _refuse(send, *_TOO_MUCH)
            return
        came, whole = 0, False
        refused: tuple[int, bytes] | None = None
        begun = asyncio.get_running_loop().time()

        async def counted() -> Message:
            nonlocal came, whole, refused
            until = None if whole else begun + self._patience + came / _A_SECOND
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                refused = _TOO_SLOW
                return {"type": "http.disconnect"}
            came += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if came > most:
                refused = _TOO_MUCH
                return {"type": "http.disconnect"}
            return message

        async def sending(message: Message) -> None:
            if refused is None:
                await send(message)

        try:
            await self._app(scope, counted, sending)
        except Exception:
            if refused is None:
                raise
        if refused is not None:
            await _refuse(send, *refused)


async def _refuse(send: Send, status: int, why: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": why})
