"""Holds as a queue, and releasing one: the command says whether somebody may."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Form, Query, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.holding import holds as desk_holds
from edi_gateway.model.order import HoldCode
from edi_gateway.orders.holds import RELEASE_REASONS, RULES, queue_of
from edi_gateway.reports.book import holds
from edi_gateway.web.console.moments import moment
from edi_gateway.web.console.pages.orders.book import amount
from edi_gateway.web.console.rooms import SIGNED_IN, Call, Nav, Room

room = Room(Nav("Holds", "/holds", may="see orders", place=32, key="h", group="Orders"))

_SHOWN: Final = 100


@room.page("/holds", may="see orders")
def queue(
    call: Call,
    partner: Annotated[str, Query(max_length=80)] = "",
    code: Annotated[str, Query(max_length=40)] = "",
    state: Annotated[str, Query(max_length=12)] = "ACTIVE",
    mine: bool = False,
    late: bool = False,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """By due time; `mine`: what somebody of my roles may release, or cure where nobody may."""
    now = call.deps.clock()
    state = state if state in ("ACTIVE", "RELEASED", "SUPERSEDED") else "ACTIVE"
    codes = queue_of(call.roles) if mine else None
    known = code if code in set(HoldCode) else None
    with call.reading() as conn:
        found = holds.list_holds(
            conn,
            partner=partner or None,
            code=known,
            codes=codes,
            state=state,
            late_at=now if late else None,
            limit=_SHOWN + 1,
            offset=(page - 1) * _SHOWN,
        )
        ages = holds.ages(conn, now, partner=partner or None, codes=codes)
    return call.show(
        "orders/holds.html",
        found=[(hold, holds.age(hold.raised_at, hold.released_at or now)) for hold in found[:_SHOWN]],
        more=len(found) > _SHOWN,
        page=page,
        ages=ages,
        partner=partner,
        code=known,
        codes=sorted(one.value for one in HoldCode),
        state_asked=state,
        mine=mine,
        late=late,
        now=now,
    )


@room.page("/holds/{hold_id:int}", may="see orders")
def hold(call: Call, hold_id: int) -> Response:
    with call.reading() as conn:
        found = holds.show(conn, hold_id)
    if found is None:
        raise HTTPException(404, "There is no such hold.")
    rule = RULES[HoldCode(found.code)]
    return call.show(
        "orders/hold.html",
        hold=found,
        roles=sorted(rule.roles),
        cure=rule.cure,
        reasons=RELEASE_REASONS,
        now=call.deps.clock(),
    )


@room.change("/holds/{hold_id:int}/release", may=SIGNED_IN)
def release(
    call: Call,
    hold_id: int,
    reason: Annotated[str, Form(max_length=40)] = "",
    text: Annotated[str, Form(max_length=2000)] = "",
    until: Annotated[str, Form(max_length=20)] = "",
    up_to: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Who may depends on the hold, its amount and who edited what it is about: the command decides."""
    with call.reading() as conn:
        found = holds.show(conn, hold_id)
    if found is None:
        raise HTTPException(404, "There is no such hold.")
    with call.desk() as desk:
        left = desk_holds.release(
            desk,
            call.deps.partners(desk.conn),
            hold_id,
            reason=reason,
            text=text,
            until=moment(until, "Releasing the hold"),
            up_to_amount=amount(up_to, "Releasing the hold"),
        )
    said = "It is released; " + (
        "nothing else holds the order." if not left else f"{len(left)} more hold the order."
    )
    return call.go(f"/orders/{found.order_id}", said)
