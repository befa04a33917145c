"""Lists of a representative's day: what waits for stock, is to ship, to be told, to be billed (spec B17)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Query, Response
from sqlalchemy import Connection

from edi_gateway.reports.goods import fulfilment
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(
    Nav("Backorders", "/orders/backorders", may="see orders", place=33, group="Orders"),
    Nav("Due to ship", "/orders/due-to-ship", may="see orders", place=34, group="Orders"),
    Nav("Ship notices due", "/orders/notices-due", may="see orders", place=35, group="Orders"),
    Nav("Invoices due", "/orders/invoices-due", may="see orders", place=36, group="Orders"),
)

_SHOWN: Final = 200
Text = Annotated[str, Query(max_length=80)]


@dataclass(frozen=True, slots=True)
class _List:
    """`rows`: of a connection, a moment and a partner; `row`: their type, whose fields are the columns."""

    title: str
    told: str
    nothing: str
    row: type
    rows: Callable[[Connection, datetime, str | None], Sequence[Any]]


_BACKORDERS = _List(
    "Backorders",
    "What waits for stock, the longest first",
    "Nothing waits for stock.",
    fulfilment.BackorderRow,
    lambda conn, now, partner: fulfilment.backorders(conn, now, partner=partner),
)
_TO_SHIP = _List(
    "Due to ship",
    "What has stock and has not left, the most urgent first",
    "Nothing is to ship.",
    fulfilment.ToShipRow,
    lambda conn, now, partner: fulfilment.due_to_ship(conn, now.date(), partner=partner),
)
_NOTICES = _List(
    "Ship notices due",
    "Shipments whose 856 has not gone, the first due first",
    "Every ship notice has gone.",
    fulfilment.NoticeRow,
    lambda conn, now, partner: fulfilment.notices_due(conn, now, partner=partner),
)
_INVOICES = _List(
    "Invoices due",
    "Shipments that are not billed, the oldest first",
    "All that has left is invoiced.",
    fulfilment.InvoiceDueRow,
    lambda conn, now, partner: fulfilment.invoices_due(conn, now.date(), partner=partner),
)


@room.page("/orders/backorders", may="see orders")
def backorders(call: Call, partner: Text = "") -> Response:
    return _shown(call, _BACKORDERS, partner)


@room.page("/orders/due-to-ship", may="see orders")
def due_to_ship(call: Call, partner: Text = "") -> Response:
    return _shown(call, _TO_SHIP, partner)


@room.page("/orders/notices-due", may="see orders")
def notices_due(call: Call, partner: Text = "") -> Response:
    return _shown(call, _NOTICES, partner)


@room.page("/orders/invoices-due", may="see orders")
def invoices_due(call: Call, partner: Text = "") -> Response:
    return _shown(call, _INVOICES, partner)


def _shown(call: Call, wanted: _List, partner: str) -> Response:
    with call.reading() as conn:
        found = wanted.rows(conn, call.deps.clock(), partner or None)
    columns = [field.name for field in fields(wanted.row) if field.name not in ("late", "test")]
    return call.show(
        "orders/due.html",
        title=wanted.title,
        told=wanted.told,
        nothing=wanted.nothing,
        columns=columns,
        found=found[:_SHOWN],
        count=len(found),
        partner=partner,
    )
