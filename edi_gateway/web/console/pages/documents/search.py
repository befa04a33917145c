"""Documents, found by any control number, PO, item, partner, day, and by words."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from edi_gateway.reports.traffic.search import REFUSED, Wanted, find
from edi_gateway.web.console.moments import day
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(
    Nav("Documents", "/documents", may="see documents", place=40, key="o", group="Documents"),
    Nav("Interchanges", "/interchanges", may="see documents", place=41, group="Documents"),
)

STATES = (
    REFUSED,
    *(
        "APPLIED",
        "REJECTED",
        "HELD",
        "ERROR",
        "QUARANTINED",
        "DUPLICATE",
        "IGNORED",
        "QUEUED",
        "BUNDLED",
        "SENT",
    ),
    *("ACKED", "ACKED_WITH_ERRORS", "ACK_OVERDUE", "CANCELLED", "INVALID"),
)
Text = Annotated[str, Query(max_length=200)]


@room.page("/documents", may="see documents")
def documents(
    call: Call,
    text: Text = "",
    control: Text = "",
    po: Text = "",
    item: Text = "",
    partner: Text = "",
    set_code: Annotated[str, Query(alias="set", max_length=6)] = "",
    direction: Annotated[str, Query(max_length=3)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    since: Text = "",
    until: Text = "",
    before: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    first, last = day(since), day(until)
    wanted = Wanted(
        text=text or None,
        control=control or None,
        po_number=po or None,
        item=item or None,
        partner=partner or None,
        set_code=set_code or None,
        direction=direction if direction in ("in", "out") else None,
        state=state if state in STATES else None,
        since=first,
        until=last,
        before=before,
    )
    with call.reading() as conn:
        found = find(conn, wanted)
    return call.show(
        "documents/search.html", found=found, wanted=wanted, states=STATES, since=since, until=until
    )
