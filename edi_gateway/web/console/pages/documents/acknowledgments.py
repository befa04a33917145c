"""Acknowledgments both ways, and the ledger of control numbers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import Query, Response

from edi_gateway.reports.traffic import acknowledgments
from edi_gateway.reports.traffic.ledger import ledger
from edi_gateway.web.console.moments import day
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(
    Nav("Acknowledgments", "/acknowledgments", may="see documents", place=45, group="Documents"),
    Nav("Control numbers", "/ledger", may="see documents", place=46, group="Documents"),
)

_SHOWN: Final = 200
_DAYS: Final = 30  # of the ledger, unless somebody says otherwise
Name = Annotated[str, Query(max_length=80)]


@room.page("/acknowledgments", may="see documents")
def both_ways(call: Call, partner: Name = "", late: bool = False) -> Response:
    """What we sent and nobody acknowledged, and what we owe."""
    now = call.deps.clock()
    with call.reading() as conn:
        awaited = acknowledgments.awaited(conn, now, partner=partner or None, late=late, limit=_SHOWN)
        owed = acknowledgments.owed(conn, now, partner=partner or None, late=late, limit=_SHOWN)
    return call.show(
        "documents/acknowledgments.html", awaited=awaited, owed=owed, partner=partner, late=late, shown=_SHOWN
    )


@room.page("/ledger", may="see documents")
def control_numbers(
    call: Call,
    partner: Name = "",
    direction: Annotated[str, Query(max_length=3)] = "",
    since: Annotated[str, Query(max_length=20)] = "",
    faults: bool = False,
) -> Response:
    first = day(since)
    begin = call.deps.clock() - timedelta(days=_DAYS)
    if first is not None:
        begin = datetime.combine(first, time(), UTC)
    way = direction if direction in ("in", "out") else None
    with call.reading() as conn:
        found = ledger(conn, begin, partner=partner or None, direction=way, faults=faults)
    return call.show(
        "documents/ledger.html",
        found=found,
        partner=partner,
        direction=way,
        since=f"{begin:%Y-%m-%d}",
        faults=faults,
    )
