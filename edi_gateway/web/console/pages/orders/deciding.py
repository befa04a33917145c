"""What a representative decides about an order: hold it, correct a value, answer now, cancel, refuse, settle a
duplicate. The commands say whether somebody may, and why not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal, cast

from fastapi import Form, Response

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.holding import holds
from edi_gateway.commands.ordering import orders
from edi_gateway.web.console.moments import moment
from edi_gateway.web.console.rooms import Call, Room

room = Room()

Text = Annotated[str, Form(max_length=2000)]
Word = Annotated[str, Form(max_length=80)]


@contextmanager
def _deciding(call: Call) -> Iterator[tuple[Desk, Partners]]:
    with call.desk() as desk:
        yield desk, call.deps.partners(desk.conn)


@room.change("/orders/{order_id:int}/hold", may="place a hold")
def hold(
    call: Call,
    order_id: int,
    blocks: Annotated[list[str], Form(max_length=5, default_factory=list)],
    text: Text = "",
    line: Word = "",
    until: Word = "",
) -> Response:
    with _deciding(call) as (desk, live):
        holds.place(
            desk,
            live,
            order_id,
            text=text,
            line=_line(line, "Placing a hold"),
            blocks="".join(blocks),
            until=moment(until, "Placing a hold"),
        )
    return call.go(f"/orders/{order_id}#holds", "The hold stands.")


@room.change("/orders/{order_id:int}/set", may="set a value")
def set_value(
    call: Call, order_id: int, field: Word = "", value: Text = "", line: Word = "", why: Text = ""
) -> Response:
    """It is judged anew; who sets a value may not release the hold on it."""
    number = _line(line, f"Setting {field}")
    path = field.strip() if number is None else f"lines[{number - 1}].{field.strip()}"
    with _deciding(call) as (desk, live):
        orders.set_value(desk, live, order_id, path, value.strip(), why=why)
    return call.go(f"/orders/{order_id}", f"{path} is set; the order was judged anew.")


@room.change("/orders/{order_id:int}/answer", may="answer an order")
def answer(call: Call, order_id: int) -> Response:
    with _deciding(call) as (desk, live):
        orders.answer(desk, live, order_id)
    return call.go(f"/orders/{order_id}", "The 855 is made; it goes out with the next run.")


@room.change("/orders/{order_id:int}/cancel", may="cancel an order")
def cancel(call: Call, order_id: int, line: Word = "", store: Word = "", why: Text = "") -> Response:
    with _deciding(call) as (desk, live):
        number = _line(line, "Cancelling")
        orders.cancel(desk, live, order_id, why=why, line=number, store=store.strip() or None)
    return call.go(f"/orders/{order_id}", "It is cancelled; the buyer is told.")


@room.change("/orders/{order_id:int}/reject", may="reject an order")
def reject(call: Call, order_id: int, line: Word = "", code: Word = "", why: Text = "") -> Response:
    with _deciding(call) as (desk, live):
        number = _line(line, "Refusing")
        orders.reject(desk, live, order_id, why=why, line=number, code=code.strip().upper() or None)
    return call.go(f"/orders/{order_id}", "It is refused; the 855 says so.")


@room.change("/orders/{order_id:int}/resolve", may="resolve a duplicate")
def resolve(call: Call, order_id: int, choice: Word = "", why: Text = "") -> Response:
    with _deciding(call) as (desk, live):
        meant = cast(Literal["void", "change", "new"], choice)  # the command refuses another
        orders.resolve_duplicate(desk, live, order_id, meant, why=why)
    return call.go(f"/orders/{order_id}", "It is decided.")


def _line(text: str, what: str) -> int | None:
    """The number of a line as a person typed it; None: the whole order."""
    if not text.strip():
        return None
    if not text.strip().isdecimal() or int(text) < 1:
        raise Refused(what=what, why=f"{text!r} is no number of a line")
    return int(text)
