"""Cookies: the session's, the one before it, and what is said once after a change.

A name with __Host- is bound to this very host, by TLS only (RFC 6265bis section 4.1.3).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import NamedTuple

from fastapi import Request, Response

_SESSION, _DOOR, _SAID = "edi-session", "edi-door", "edi-said"
_SAID_CHARACTERS = 1500


class Said(NamedTuple):
    """What is said once. `kind`: done, note or wrong."""

    kind: str
    text: str


def session_token(request: Request) -> str | None:
    return request.cookies.get(_name(request, _SESSION))


def door_token(request: Request) -> str | None:
    """Of somebody who has not signed in: their form's CSRF token hangs on it."""
    return request.cookies.get(_name(request, _DOOR))


def set_session(request: Request, response: Response, token: str) -> None:
    _set(request, response, _SESSION, token)
    drop(request, response, _DOOR)


def set_door(request: Request, response: Response, token: str) -> None:
    _set(request, response, _DOOR, token)


def drop_session(request: Request, response: Response) -> None:
    drop(request, response, _SESSION)
    drop(request, response, _SAID)


def csrf_of(token: str) -> str:
    """The token that forms carry beside a cookie."""
    return _signed(token, "csrf")


def csrf_fits(token: str, given: str) -> bool:
    return hmac.compare_digest(csrf_of(token).encode(), given.encode("utf-8", "surrogatepass"))


def set_said(request: Request, response: Response, token: str, said: Said) -> None:
    """For the page after the next redirect; signed, so that nobody else can put words there."""
    text = said.text if len(said.text) <= _SAID_CHARACTERS else said.text[: _SAID_CHARACTERS - 1] + "…"
    packed = base64.urlsafe_b64encode(json.dumps([said.kind, text]).encode()).decode()
    _set(request, response, _SAID, f"{packed}.{_signed(token, 'said ' + packed)}", seconds=60)


def said(request: Request, token: str) -> Said | None:
    packed, _, signature = request.cookies.get(_name(request, _SAID), "").partition(".")
    if not packed or not hmac.compare_digest(_signed(token, "said " + packed).encode(), signature.encode()):
        return None
    kind, text = json.loads(base64.urlsafe_b64decode(packed))
    return Said(kind, text)


def drop_said(request: Request, response: Response) -> None:
    drop(request, response, _SAID)


def _signed(token: str, what: str) -> str:
    return hmac.new(token.encode("utf-8", "surrogatepass"), what.encode(), hashlib.sha256).hexdigest()


def _name(request: Request, name: str) -> str:
    return f"__Host-{name}" if request.url.scheme == "https" else name


def _set(request: Request, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def drop(request: Request, response: Response, name: str) -> None:
    if _name(request, name) in request.cookies:
        _set(request, response, name, "", seconds=0)
