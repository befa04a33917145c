"""One's own account: what one may do, the second factor, the password."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Response

from edi_gateway.commands.people import passwords
from edi_gateway.commands.people.door import Denied
from edi_gateway.commands.permissions import PERMISSIONS, SEEING
from edi_gateway.reports import people
from edi_gateway.web.console.pages.people.signing_in import answer_to, why_not
from edi_gateway.web.console.rooms import SIGNED_IN, Call, Room
from edi_gateway.web.console.security import cookies
from edi_gateway.web.console.security.cookies import Said

room = Room()


@room.page("/account", may=SIGNED_IN)
def account(call: Call) -> Response:
    with call.reading() as conn:
        me = people.person(conn, call.name or "")
        sessions = people.sessions_of(conn, call.name or "", call.deps.clock())
    allowed = [what for what in (*SEEING, *PERMISSIONS) if call.may(what)]
    return call.show("people/account.html", me=me, sessions=sessions, allowed=allowed)


@room.page("/account/second-factor", may=SIGNED_IN)
def offer(call: Call) -> Response:
    """A new secret, to be typed into an authenticator app or read from its address."""
    factor = passwords.offer_factor(call.deps.door.locks, call.name or "")
    return call.show("people/second_factor.html", factor=factor)


@room.change("/account/second-factor", may=SIGNED_IN)
def take(
    call: Call,
    secret: Annotated[str, Form(max_length=100)] = "",
    code: Annotated[str, Form(max_length=20)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """By who knows the password: whoever finds a browser open shall not put their own telephone in its place."""
    door, visitor = call.deps.door, call.visitor
    assert visitor is not None  # the route is for who is signed in
    denied: Denied | None = door.knows(visitor, password, call.address)
    if denied is not None:
        factor = passwords.factor_of(secret, visitor.name)
        why = why_not(denied, "The password is wrong.")
        return answer_to(call, "people/second_factor.html", why, denied, factor=factor)
    with call.desk() as desk:
        passwords.take_factor(desk, door.locks, secret, code)
        opened = door.renew(desk.conn, visitor, call.address, call.browser)
    response = call.go("/account")
    cookies.set_session(call.request, response, opened.token)
    said = Said("done", "From now on signing in asks for a code as well. Other sessions of yours are ended.")
    cookies.set_said(call.request, response, opened.token, said)
    return response
