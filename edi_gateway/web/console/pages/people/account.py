"""One's own account: what one may do, the second factor, the password."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Response

from edi_gateway.commands.people import passwords
from edi_gateway.commands.permissions import PERMISSIONS, SEEING
from edi_gateway.reports import people
from edi_gateway.web.console.rooms import SIGNED_IN, Call, Room

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
) -> Response:
    with call.desk() as desk:
        passwords.take_factor(desk, call.deps.door.locks, secret, code)
    return call.go("/account", "From now on signing in asks for a code as well.")
