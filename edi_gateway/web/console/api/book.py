"""Orders and holds: read, noted, released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Query
from starlette.exceptions import HTTPException

from edi_gateway.commands.holding import holds
from edi_gateway.commands.ordering import orders
from edi_gateway.reports.book import holds as held
from edi_gateway.reports.book import orders as book
from edi_gateway.reports.book.holds import HoldRow
from edi_gateway.reports.book.orders import OrderFilter, OrderRow, OrderView
from edi_gateway.web.console.api.terms import Before, Key, Limit, Name, Offset, Words
from edi_gateway.web.console.rooms import ApiRoom, Call

room = ApiRoom()


@dataclass(frozen=True, slots=True)
class Note:
    text: Words


@dataclass(frozen=True, slots=True)
class Release:
    """`reason`: a code of docs/reference/roles.md; `text`: why, for the audit."""

    reason: Words
    text: Words


@room.read("/orders", may="see orders")
def list_(
    call: Call,
    partner: Name = None,
    customer: Name = None,
    state: Name = None,
    po_number: Name = None,
    item: Name = None,
    since: Annotated[date | None, Query(description="Ordered on this day or later.")] = None,
    until: Annotated[date | None, Query(description="Ordered on this day or before.")] = None,
    held: bool = False,
    open: bool = False,
    before: Before = None,
    limit: Limit = 100,
) -> list[OrderRow]:
    """The order book, the newest first."""
    wanted = OrderFilter(
        partner=partner,
        customer=customer,
        state=state,
        po_number=po_number,
        item=item,
        since=since,
        until=until,
        held=held,
        open=open,
        before=before,
        limit=limit,
    )
    with call.reading() as conn:
        return book.list_orders(conn, wanted)


@room.read("/orders/{order_id}", may="see orders")
def one(call: Call, order_id: Key) -> OrderView:
    """One order whole: lines, holds, documents, timeline."""
    with call.reading() as conn:
        found = book.show(conn, order_id)
    if found is None:
        raise HTTPException(404, "There is no such order.")
    return found


@room.act("/orders/{order_id}/notes", may="note an order")
def note(call: Call, order_id: Key, said: Note) -> OrderView:
    """Write a note into its timeline."""
    with call.desk() as desk:
        orders.note(desk, order_id, said.text)
    return one(call, order_id)


@room.read("/holds", may="see orders")
def waiting(
    call: Call, partner: Name = None, code: Name = None, limit: Limit = 100, offset: Offset = 0
) -> list[HoldRow]:
    """Holds that hold, by due time."""
    with call.reading() as conn:
        return held.list_holds(conn, partner=partner, code=code, limit=limit, offset=offset)


@room.act("/holds/{hold_id}/release", may="note an order")
def release(call: Call, hold_id: Key, said: Release) -> list[HoldRow]:
    """Release it, when the token's roles may release this one; what still holds the order."""
    with call.desk() as desk:
        left = holds.release(desk, call.deps.partners(desk.conn), hold_id, reason=said.reason, text=said.text)
        ids = {view.hold_id for view in left}
    with call.reading() as conn:
        return [row for row in held.list_holds(conn, limit=1000) if row.hold_id in ids]
