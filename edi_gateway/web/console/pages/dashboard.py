"""The first page: what waits for me, what is late, what came and went today, partners in trouble."""

from __future__ import annotations

from typing import Final

from fastapi import Response

from edi_gateway.reports.watch.mine import TITLES, waiting_for
from edi_gateway.reports.watch.today import today
from edi_gateway.web.console.rooms import SIGNED_IN, Call, Nav, Room

room = Room(Nav("Dashboard", "/", may=SIGNED_IN, place=0, key="d"))
_SHOWN = 10
# where the rows of each count are
_PLACES: Final = {
    "mine": "/mine",
    "mentioned": "/mine",
    "watched": "/mine",
    "queue": "/mine",
    "holds": "/holds?mine=true",
    "imports": "/imports",
    "incidents": "/incidents",
}
_WAITS: Final = {
    "receipts": "/acknowledgments",
    "documents to bundle": "/documents?direction=out&state=QUEUED",
    "transmissions to send": "/transmissions?state=READY",
    "transmissions that failed": "/transmissions?state=FAILED",
    "holds": "/holds",
    "cases": "/cases",
    "answers": "/orders?status=unanswered",
    "acknowledgments": "/transmissions?ack_state=AWAITED",
    "imports to approve": "/imports",
    "ship notices": "/orders/notices-due",
    "invoices": "/orders/invoices-due",
}
_LATE: Final = {
    "answers": "/orders?status=late",
    "holds": "/holds?late=true",
    "cases": "/cases?late=true",
    "acknowledgments": "/transmissions?ack_state=OVERDUE",
    "orders to ship": "/orders?status=late-to-ship",
    "ship notices": "/orders/notices-due",
}


@room.page("/", may=SIGNED_IN)
def dashboard(call: Call) -> Response:
    now = call.deps.clock()
    with call.reading() as conn:
        approves = call.may("approve an import")
        mine = waiting_for(conn, call.name or "", call.roles, now, approves=approves, limit=_SHOWN)
        found = today(conn, now)
    return call.show(
        "watch/dashboard.html",
        mine=mine,
        titles=TITLES,
        places=_PLACES,
        late=_LATE,
        waits=_WAITS,
        today=found,
        now=now,
    )
