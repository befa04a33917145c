"""Signing in: name and password, the code of the second factor, a password of one's own, and out again."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Form, Response
from fastapi.responses import RedirectResponse

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.people import passwords
from edi_gateway.commands.people.door import CODE, IN, PASSWORD, Denied, Opened
from edi_gateway.web.console.call import is_ours
from edi_gateway.web.console.rooms import ANYBODY, SIGNED_IN, Call, Room
from edi_gateway.web.console.security import cookies
from edi_gateway.web.console.security.cookies import Said

room = Room()

Text = Annotated[str, Form(max_length=1000)]


@room.page("/sign-in", may=ANYBODY)
def ask(call: Call, next: str = "/") -> Response:
    if call.visitor is not None and call.visitor.is_in:
        return call.go(_inside(next))
    return _ask(call, next)


@room.change("/sign-in", may=ANYBODY)
def sign_in(call: Call, name: Text = "", password: Text = "", next: Text = "/") -> Response:
    found = call.deps.door.sign_in(name, password, call.address, call.browser)
    if isinstance(found, Denied):
        return _ask(call, next, why_not(found, "Name or password are wrong."), found)
    return _enter(call, found, next)


@room.page("/sign-in/code", may=ANYBODY)
def ask_code(call: Call, next: str = "/") -> Response:
    if call.visitor is None or call.visitor.stage != CODE:
        return call.go("/sign-in")
    return call.show("people/code.html", next=next)


@room.change("/sign-in/code", may=ANYBODY)
def give_code(call: Call, code: Text = "", next: Text = "/") -> Response:
    if call.visitor is None or call.visitor.stage != CODE:
        return call.go("/sign-in")
    found = call.deps.door.give_code(call.visitor, code, call.address, call.browser)
    if isinstance(found, Denied):
        why = why_not(found, "The code is wrong, or was used already: wait for the next one.")
        return answer_to(call, "people/code.html", why, found, next=next)
    return _enter(call, found, next)


@room.page("/sign-in/password", may=ANYBODY)
def ask_password(call: Call, next: str = "/") -> Response:
    if call.visitor is None or call.visitor.stage == CODE:
        return call.go("/sign-in")
    return call.show("people/password.html", next=next, forced=call.visitor.stage == PASSWORD)


@room.change("/sign-in/password", may=ANYBODY)
def change_password(
    call: Call, old: Text = "", new: Text = "", again: Text = "", next: Text = "/"
) -> Response:
    """Also from the account: whoever knows the old password gets a new session, and all others end."""
    visitor = call.visitor
    if visitor is None or visitor.stage == CODE:
        return call.go("/sign-in")
    forced = visitor.stage == PASSWORD
    if new != again:
        why = "The two new passwords differ."
        return answer_to(call, "people/password.html", why, next=next, forced=forced)
    door = call.deps.door
    denied = door.knows(visitor, old, call.address)
    if denied is not None:
        why = why_not(denied, "Changing your password was refused: the present password is another.")
        return answer_to(call, "people/password.html", why, denied, next=next, forced=forced)
    try:
        with call.desk() as desk:
            passwords.change_own(desk, door.locks, old, new)
            opened = door.renew(desk.conn, visitor, call.address, call.browser)
    except Refused as refused:
        return answer_to(call, "people/password.html", str(refused), next=next, forced=forced)
    return _enter(call, opened, next)


@room.change("/sign-out", may=SIGNED_IN)
def sign_out(call: Call) -> Response:
    if call.visitor is not None:
        call.deps.door.sign_out(call.visitor)
    response = call.go("/sign-in")
    cookies.drop_session(call.request, response)
    return response


def _ask(call: Call, next: str, why: str | None = None, denied: Denied | None = None) -> Response:
    """The form, with a cookie for its CSRF token when there is none yet."""
    if call.cookie is not None and call.visitor is None:
        return answer_to(call, "people/sign_in.html", why, denied, next=next)
    token = call.deps.door.locks.new_token()
    page = call.show("people/sign_in.html", next=next, csrf=cookies.csrf_of(token), said=None)
    cookies.set_door(call.request, page, token)
    return page


def answer_to(
    call: Call, template: str, why: str | None, denied: Denied | None = None, **values: Any
) -> Response:
    """The form once more, with what was wrong."""
    if why is None:
        return call.show(template, **values)
    waits = denied is not None and denied.wait is not None
    page = call.show(template, status=429 if waits else 422, said=Said("wrong", why), **values)
    if denied is not None and denied.wait is not None:
        page.headers["Retry-After"] = str(math.ceil(denied.wait.total_seconds()))
    return page


def why_not(denied: Denied, wrong: str) -> str:
    """In words: what was wrong, or how long to wait."""
    if denied.wait is None:
        return wrong
    seconds = max(denied.wait, timedelta(seconds=1)).total_seconds()
    return f"Too many attempts. Wait {math.ceil(seconds)} seconds, then try again."


def _enter(call: Call, opened: Opened, next: str) -> Response:
    """On to what was wanted, or to what is still asked, with the new session's cookie."""
    path = {CODE: "/sign-in/code", PASSWORD: "/sign-in/password", IN: _inside(next)}[opened.stage]
    response = RedirectResponse(path, 303)
    cookies.set_session(call.request, response, opened.token)
    return response


def _inside(next: str) -> str:
    return next if is_ours(next) and not next.startswith("/sign-in") else "/"
