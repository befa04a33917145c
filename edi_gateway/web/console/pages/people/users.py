"""Users with their roles, passwords and second factors, and the tokens of machines."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import Form, Response

from edi_gateway.commands.desk import ROLES, Refused
from edi_gateway.commands.partners import users
from edi_gateway.commands.people import passwords, tokens
from edi_gateway.commands.reference import may_do
from edi_gateway.reports import people
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("Users", "/users", may="see users", place=90, key="u", group="Control"))

Name = Annotated[str, Form(max_length=200)]
Roles = Annotated[list[str], Form(max_length=20)]


@room.page("/users", may="see users")
def everybody(call: Call) -> Response:
    with call.reading() as conn:
        found = people.everybody(conn)
        machines = people.machines(conn, call.deps.clock())
    return call.show("people/users.html", people=found, machines=machines, roles=sorted(ROLES))


@room.page("/users/roles", may="see users")
def what_roles_may(call: Call) -> Response:
    return call.show("people/roles.html", permissions=may_do(), roles=sorted(ROLES))


@room.change("/users", may="manage users")
def put(call: Call, name: Name = "", roles: Roles = [], limit: Name = "") -> Response:  # noqa: B006
    amount = _amount(limit)
    with call.desk() as desk:
        users.put(desk, name.strip(), roles, amount)
    return call.go("/users", f"{name.strip()}: {', '.join(sorted(roles))}.")


@room.change("/users/remove", may="manage users")
def remove(call: Call, name: Name = "") -> Response:
    with call.desk() as desk:
        users.remove(desk, name)
    return call.go("/users", f"{name} is removed; what they did keeps their name.")


@room.change("/users/password", may="manage users")
def password(call: Call, name: Name = "") -> Response:
    """One that is drawn by chance, shown on the page that this answers with and nowhere again."""
    with call.desk() as desk:
        made = passwords.set_password(desk, call.deps.door.locks, name)
    return call.show("people/shown_once.html", of=name, what="password", secret=made)


@room.change("/users/password/take", may="manage users")
def take_password(call: Call, name: Name = "") -> Response:
    with call.desk() as desk:
        passwords.take_login(desk, name)
    return call.go("/users", f"{name} signs in no more.")


@room.change("/users/second-factor/take", may="manage users")
def take_factor(call: Call, name: Name = "") -> Response:
    with call.desk() as desk:
        passwords.drop_factor(desk, name)
    return call.go("/users", f"{name} signs in by password alone.")


@room.change("/users/tokens", may="manage users")
def add_token(call: Call, name: Name = "", roles: Roles = [], days: Annotated[int, Form()] = 90) -> Response:  # noqa: B006
    with call.desk() as desk:
        made = tokens.add(desk, call.deps.door.locks, name, roles, days)
    return call.show("people/shown_once.html", of=name, what="token", secret=made)


@room.change("/users/tokens/revoke", may="manage users")
def revoke(call: Call, token: Annotated[int, Form(ge=0, lt=1 << 63)]) -> Response:
    with call.desk() as desk:
        tokens.revoke(desk, token)
    return call.go("/users", "The token is revoked.")


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise Refused(what="Setting the limit", why=f"{text!r} is not an amount")
    return amount
