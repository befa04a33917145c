"""Partners with their health, what waits and what is late, and users."""

from __future__ import annotations

from edi_gateway.reports import people, status
from edi_gateway.reports.people import Person, TokenRow
from edi_gateway.reports.status import PartnerHealth, Status
from edi_gateway.web.console.rooms import ApiRoom, Call

room = ApiRoom()


@room.read("/status", may="see figures")
def everything(call: Call) -> Status:
    """Workers, what waits, what is late, partners."""
    with call.reading() as conn:
        return status.status(conn, call.deps.clock())


@room.read("/partners", may="see partners")
def partners(call: Call) -> list[PartnerHealth]:
    """Published partners: paused or not, last looked at, last file, failures."""
    with call.reading() as conn:
        return list(status.status(conn, call.deps.clock()).partners)


@room.read("/users", may="see users")
def users(call: Call) -> list[Person]:
    """Users and their roles."""
    with call.reading() as conn:
        return people.everybody(conn)


@room.read("/tokens", may="see users")
def tokens(call: Call) -> list[TokenRow]:
    """Tokens of machines; never the tokens themselves."""
    with call.reading() as conn:
        return people.machines(conn, call.deps.clock())
