"""The first page: what waits for me, what is late, what came and went today, partners in trouble."""

from __future__ import annotations

from fastapi import Response

from edi_gateway.reports.causes.mine import my_work
from edi_gateway.reports.watch.today import today
from edi_gateway.web.console.rooms import SIGNED_IN, Call, Nav, Room

room = Room(Nav("Dashboard", "/", may=SIGNED_IN, place=0, key="d"))
_SHOWN = 10


@room.page("/", may=SIGNED_IN)
def dashboard(call: Call) -> Response:
    now = call.deps.clock()
    with call.reading() as conn:
        mine = my_work(conn, call.name or "", call.roles, now, limit=_SHOWN)
        found = today(conn, now)
    return call.show("watch/dashboard.html", mine=mine, today=found, now=now)
