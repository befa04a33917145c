"""My work: what is mine, where I am named, what I watch, and what waits in the queues of my roles."""

from __future__ import annotations

from fastapi import Response

from edi_gateway.commands.triage import working
from edi_gateway.reports.causes.mine import MANY, my_work
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("My work", "/mine", may="see cases", place=18, key="m"))


@room.page("/mine", may="see cases")
def mine(call: Call) -> Response:
    now = call.deps.clock()
    with call.reading() as conn:
        found = my_work(conn, call.name or "", call.roles, now)
    return call.show("cases/mine.html", found=found, many=MANY)


@room.change("/mine/seen", may="work a case")
def seen(call: Call) -> Response:
    with call.desk() as desk:
        count = working.seen(desk)
    return call.go("/mine", f"{count} {'mention is' if count == 1 else 'mentions are'} marked as read.")
