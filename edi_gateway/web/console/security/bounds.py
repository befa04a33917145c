"""How much a request may hold: little from who has not signed in, an upload's worth from who has."""

from __future__ import annotations

from typing import Final

from edi_gateway.web.console.security.headers import Asgi, Message, Receive, Send

STRANGERS: Final = 64 << 10  # bytes of a sign-in
_TOO_MUCH: Final = b"The request holds too much.\n"


class Bounded:
    """Around an application. A body that says it is larger is not read; one that turns out to be is cut off."""

    def __init__(self, app: Asgi, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        most = STRANGERS if scope["path"].startswith("/sign-in") else self._most
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if not said.isdigit() or int(said) > most:
            await _refuse(send)
            return
        came, refused = 0, False

        async def counted() -> Message:
            nonlocal came, refused
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                refused = True
                return {"type": "http.disconnect"}
            return message

        async def sending(message: Message) -> None:
            if not refused:
                await send(message)

        try:
            await self._app(scope, counted, sending)
        except Exception:
            if not refused:
                raise
        if refused:
            await _refuse(send)


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_MUCH})
