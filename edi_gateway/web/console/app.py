"""The console as an ASGI application: every room of pages/ and api/, behind the guard.

Takes Deps; run by web/listener.py. Nothing here touches the world by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import anyio.to_thread
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from edi_gateway.web.console import api, pages, static_files
from edi_gateway.web.console.call import Called
from edi_gateway.web.console.deps import Deps
from edi_gateway.web.console.health import stale
from edi_gateway.web.console.rooms import rooms_in
from edi_gateway.web.console.security.bounds import Bounded
from edi_gateway.web.console.security.headers import Headers
from edi_gateway.web.console.templating import Templates

_AT_ONCE = 8  # requests in work
_STALE_SECONDS = 5.0  # how long what the head of every page says is taken as known


class Console:
    """`app`: the application without its surroundings, whose routes tests walk. `close` it in the end."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self.app = _application(deps)
        served: Any = Headers(Bounded(self.app, deps.body_bytes))
        if deps.trusted_proxies:
            served = ProxyHeadersMiddleware(served, list(deps.trusted_proxies))
        self._served = served

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # each thread may hold a connection or two, and the database has so many for this process
        anyio.to_thread.current_default_thread_limiter().total_tokens = _AT_ONCE
        await self._served(scope, receive, send)

    def close(self) -> None:
        self.deps.close()


def create(deps: Deps) -> Console:
    """The console of an installation."""
    return Console(deps)


def _application(deps: Deps) -> FastAPI:
    app = FastAPI(
        title="EDI gateway",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    rooms = [*rooms_in(pages), *rooms_in(api)]
    for room in rooms:
        app.router.routes.extend(room.routes)
    static = static_files.read_all()
    nav = sorted((entry for room in rooms for entry in room.nav), key=lambda entry: (entry.place, entry.name))
    app.state.deps = deps
    app.state.static = static
    app.state.templates = Templates(tuple(nav), static, _kept(lambda: stale(deps)), deps.production)
    app.add_exception_handler(HTTPException, _nowhere)
    return app


async def _nowhere(request: Request, error: Exception) -> Response:
    """An address or a method that no route has."""
    assert isinstance(error, HTTPException)
    call = Called(request, machines=request.url.path.startswith("/api/"))
    why = "There is no such page." if error.status_code == 404 else str(error.detail)
    return call.refuse(error.status_code, why)


def _kept(look: Callable[[], str | None]) -> Callable[[], str | None]:
    """Looks again only after a while."""
    known: tuple[float, str | None] | None = None

    def kept() -> str | None:
        nonlocal known
        now = time.monotonic()
        if known is None or now - known[0] > _STALE_SECONDS:
            known = (now, look())
        return known[1]

    return kept
