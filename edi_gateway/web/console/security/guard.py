"""The guard around every route: who is asking, may they, do they mean it, and what is said when something fails.

It looks before the body is read. Takes FastAPI's handler of a route and the permission that the route declares;
gives the handler that is served. Called by rooms.py.
"""

from __future__ import annotations

import ipaddress
import secrets
import traceback
from collections.abc import Awaitable, Callable
from enum import Enum
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from edi_gateway import logs
from edi_gateway.commands.desk import Refused
from edi_gateway.commands.people.door import CODE
from edi_gateway.model.errors import GatewayError
from edi_gateway.web.console.call import Called
from edi_gateway.web.console.security import cookies
from edi_gateway.web.console.security.permits import ANYBODY, NEAR, has

Handler = Callable[[Request], Awaitable[Response]]

CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
_CHANGES_NOTHING = ("GET", "HEAD")
_SAID_NO = (Refused, RequestValidationError, HTTPException)


class Kind(Enum):
    """What a route talks to: people, or machines with tokens, or machines that only watch."""

    PAGE = "page"
    API = "api"
    PLAIN = "plain"


class Turned(Exception):
    """Somebody is turned away. `status`: HTTP; `why`: for them."""

    def __init__(self, status: int, why: str) -> None:
        self.status = status
        self.why = why


def guarded(handler: Handler, may: str | None, kind: Kind) -> Handler:
    """The handler with the guard before it. `may` None: the route declares nothing, and nobody passes."""

    async def answer(request: Request) -> Response:
        call = Called(request, machines=kind is not Kind.PAGE)
        request.state.call = call
        try:
            if may is None:
                raise Turned(403, "Nobody may: the route declares no permission.")
            await run_in_threadpool(_admit, call, may, kind)
            if request.method in _CHANGES_NOTHING:
                return await handler(request)
            if kind is Kind.PAGE:
                await _meant(request, call)
            with logs.unit("console change", path=request.url.path, by=call.name) as line:
                try:
                    response = await handler(request)
                except _SAID_NO as refused:  # whose words may hold what was typed: no line of the log does
                    line.add(refused=type(refused).__name__)
                    response = await run_in_threadpool(_failed, call, refused)
                line.add(status=response.status_code)
            return response
        except Turned as turned:
            return _turn(call, turned)
        except ClientDisconnect:  # nobody is there any more, or bounds.py has cut them off
            return Response(status_code=400)
        except Exception as error:
            return await run_in_threadpool(_failed, call, error)

    return answer


def _admit(call: Called, may: str, kind: Kind) -> None:
    """Find out who is asking; raise Turned unless they may."""
    if "%00" in call.request.url.query or "\x00" in call.request.url.path:
        raise Turned(422, "There is a character in the address that no text holds.")
    if kind is Kind.PAGE:
        token = cookies.session_token(call.request)
        by_itself = call.is_htmx and call.request.method == "GET"  # pages ask again for what moves in them
        call.visitor = None if token is None else call.deps.door.who(token, used=not by_itself)
    else:
        scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
        call.machine = call.deps.machine(token.strip()) if scheme.lower() == "bearer" else None
    if may == ANYBODY or (may == NEAR and _is_near(call.request)):
        return
    if call.name is None or (call.visitor is not None and not call.visitor.is_in):
        raise Turned(401, "Sign in first." if kind is Kind.PAGE else "The token of a machine is needed.")
    if not has(call.roles, "see figures" if may == NEAR else may):
        raise Turned(403, f"{call.name} may not do that: it needs the permission to {may}.")


def _is_near(request: Request) -> bool:
    """From this machine, by its own name, and not handed on by a proxy on it.

    By name: a page from elsewhere whose address was turned round to this machine comes under its own.
    """
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers or request.client is None:
        return False
    if request.url.hostname not in ("localhost", "127.0.0.1", "::1"):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _meant(request: Request, call: Called) -> None:
    """Raise Turned unless the change was sent from a page of ours, by who got it."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = urlsplit(origin).netloc == request.headers.get("host") if origin else None
    if ours is False or (site is not None and site != "same-origin") or (ours is None and site is None):
        raise Turned(403, "The change did not come from a page of this console.")
    token = call.cookie
    given = request.headers.get(CSRF_HEADER)
    form = await request.form(
        max_part_size=call.deps.body_bytes
    )  # kept: the endpoint's fields are taken from it
    if given is None:
        found = form.get(CSRF_FIELD)
        given = found if isinstance(found, str) else ""
    if token is None or not cookies.csrf_fits(token, given):
        raise Turned(403, "The page was out of date: open it again, and repeat the change.")


def _turn(call: Called, turned: Turned) -> Response:
    """Not signed in: to where one signs in. Else the refusal."""
    request = call.request
    if turned.status != 401 or call.for_machines:
        return call.refuse(turned.status, turned.why)
    path = "/sign-in"
    if call.visitor is not None:
        path = "/sign-in/code" if call.visitor.stage == CODE else "/sign-in/password"
    elif request.method == "GET" and not call.is_htmx:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        path += "" if wanted == "/" else "?next=" + quote(wanted, safe="/")
    return call.go(path)


def _failed(call: Called, error: Exception) -> Response:
    """In words, without a trace: what people can do something about, or a number under which the log has the rest."""
    if isinstance(error, GatewayError):
        return call.refuse(409, str(error))
    if isinstance(error, RequestValidationError):
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}" for e in error.errors())
        return call.refuse(422, f"Not understood: {wrong}."[:500])
    if isinstance(error, OverflowError | DataError):
        return call.refuse(422, "A number is too large, or a text holds what no database keeps.")
    if isinstance(error, HTTPException):
        return call.refuse(error.status_code, str(error.detail))
    number = secrets.token_hex(4)
    at = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-6:]]
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    logs.say(
        "error",
        "console failed",
        number=number,
        path=call.request.url.path,
        error=f"{type(error).__name__}: {said}"[:300],
        at=at,
    )
    if isinstance(error, DBAPIError):
        return call.refuse(503, f"The database cannot be used at the moment; try again. (Log: {number})")
    return call.refuse(500, f"Something went wrong inside the console; nothing was changed. (Log: {number})")
