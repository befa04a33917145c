"""The order book: lists by the filters of spec B17, and one order with quantities, holds, documents and timeline."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final

from fastapi import Form, Query, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.ordering import orders as desk_orders
from edi_gateway.model.fulfilment import Stage
from edi_gateway.model.order import OrderState
from edi_gateway.orders.holds import RELEASE_REASONS, RULES
from edi_gateway.reports.book import orders
from edi_gateway.reports.book.orders import OrderFilter
from edi_gateway.reports.triage import subjects
from edi_gateway.web.console.moments import day
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("Orders", "/orders", may="see orders", place=30, key="r", group="Orders"))

_SHOWN: Final = 50
_NONE: Final = "There is no such order."
Text = Annotated[str, Query(max_length=80)]


@room.page("/orders", may="see orders")
def book(
    call: Call,
    partner: Text = "",
    customer: Text = "",
    po: Text = "",
    item: Text = "",
    state: Text = "",
    stage: Text = "",
    status: Text = "",
    since: Text = "",
    until: Text = "",
    least: Text = "",
    most: Text = "",
    before: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """`status`: one of open, held, unanswered, late (our answer), late-to-ship; nothing: all."""
    now = call.deps.clock()
    wanted = OrderFilter(
        partner=partner or None,
        customer=customer or None,
        state=state if state in set(OrderState) else None,
        po_number=po or None,
        item=item or None,
        since=day(since),
        until=day(until),
        held=status == "held",
        open=status == "open",
        unanswered=status == "unanswered",
        stage=stage if stage in set(Stage) else None,
        late_ship_on=now.date() if status == "late-to-ship" else None,
        least=amount(least, "Filtering"),
        most=amount(most, "Filtering"),
        late_answer_at=now if status == "late" else None,
        before=before,
        limit=_SHOWN + 1,
    )
    with call.reading() as conn:
        found = orders.list_orders(conn, wanted)
    given: dict[str, Any] = {
        "partner": partner, "customer": customer, "po": po, "item": item, "state_asked": state, "stage": stage,
        "status_asked": status, "since": since, "until": until, "least": least, "most": most,
    }  # fmt: skip
    return call.show(
        "orders/book.html",
        found=found[:_SHOWN],
        more=len(found) > _SHOWN,
        now=now,
        states=[one.value for one in OrderState],
        stages=[one.value for one in Stage],
        **given,
    )


@room.page("/orders/{order_id:int}", may="see orders")
def order(call: Call, order_id: int) -> Response:
    with call.reading() as conn:
        view = orders.show(conn, order_id)
        if view is None:
            raise HTTPException(404, _NONE)
        cases = subjects.cases_of_order(conn, order_id)
    cures = {code.value: rule.cure for code, rule in RULES.items() if not rule.roles}
    return call.show(
        "orders/one.html", view=view, cases=cases, reasons=RELEASE_REASONS, cures=cures, now=call.deps.clock()
    )


@room.change("/orders/{order_id:int}/note", may="note an order")
def note(call: Call, order_id: int, text: Annotated[str, Form(max_length=2000)] = "") -> Response:
    with call.desk() as desk:
        desk_orders.note(desk, order_id, text)
    return call.go(f"/orders/{order_id}", "Noted.")


def amount(text: str, what: str) -> Decimal | None:
    """The amount that a person typed; None: none was given. Refuses what is no amount: it must not count as none."""
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Refused(what=what, why=f"{text!r} is not an amount (1234.50)")
    return value
