"""States derived from lines and holds (spec B3.2, B4.2)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from edi_gateway.model.order import HoldCode, LineState, OrderLine, OrderState
from edi_gateway.orders.lifecycle import settle, stores_of, waiting_quantities
from tests.orders.build import d, judged, line, po
from tests.orders.test_holds import view


def ours(number: int, state: str = "ACCEPTED") -> OrderLine:
    base = judged(po()).lines[0]
    values = {name: getattr(base, name) for name in OrderLine.__dataclass_fields__}
    return OrderLine(**{**values, "line": number, "state": LineState(state)})


def settled(*states: str, holds: tuple[object, ...] = (), **how: bool) -> tuple[str, list[str]]:
    lines = [ours(n, state) for n, state in enumerate(states, 1)]
    state, after = settle(lines, holds, **how)  # type: ignore[arg-type]
    return state.value, [ln.state.value for ln in after]


LINE_2 = view(HoldCode.PRICE, line=2)
HEADER = view(HoldCode.TERMS, line=None)


def test_without_holds_all_goes() -> None:
    assert settled("HELD", "ACCEPTED") == ("ACCEPTED", ["ACCEPTED", "ACCEPTED"])


def test_a_held_line_waits_alone() -> None:
    assert settled("ACCEPTED", "ACCEPTED", holds=(LINE_2,)) == ("ACCEPTED", ["ACCEPTED", "HELD"])


@pytest.mark.parametrize("how", ["ship_complete", "all_or_nothing"])
def test_an_order_that_goes_whole_waits_whole(how: str) -> None:
    assert settled("ACCEPTED", "ACCEPTED", holds=(LINE_2,), **{how: True}) == ("ON_HOLD", ["HELD", "HELD"])


def test_a_hold_on_the_order_holds_every_open_line() -> None:
    assert settled("ACCEPTED", "REJECTED", "INFORMATION", holds=(HEADER,)) == (
        "ON_HOLD",
        ["HELD", "REJECTED", "INFORMATION"],
    )


def test_holds_that_stop_later_steps_do_not_stop_acceptance() -> None:
    assert settled("ACCEPTED", holds=(view(HoldCode.CHANGE_PENDING, line=None),)) == (
        "ACCEPTED",
        ["ACCEPTED"],
    )


@pytest.mark.parametrize(
    ("states", "state"),
    [
        (("REJECTED", "REJECTED"), "REJECTED"),
        (("CANCELLED", "CANCELLED"), "CANCELLED"),
        (("CANCELLED", "REJECTED"), "CANCELLED"),
        (("ACCEPTED", "REJECTED"), "ACCEPTED"),
        (("INFORMATION",), "ACCEPTED"),
        (("INFORMATION", "REJECTED"), "REJECTED"),
    ],
)
def test_the_state_of_an_order_follows_from_its_lines(states: tuple[str, ...], state: str) -> None:
    assert settled(*states)[0] == state


def test_a_refused_order_with_an_open_question_waits() -> None:
    assert settled("REJECTED", holds=(HEADER,))[0] == "ON_HOLD"


def test_a_line_whose_stores_all_wait_waits() -> None:
    order = po(
        line(10, allocations=[{"location": "1", "quantity": d(10)}]),
        line(10, allocations=[{"location": "1", "quantity": d(4)}, {"location": "2", "quantity": d(6)}]),
    )
    hold = view(HoldCode.SHIPTO_UNKNOWN, line=None, store="92:1")
    assert stores_of(order) == {1: {"92:1"}, 2: {"92:1", "92:2"}}
    state, lines = settle([ours(1), ours(2)], [hold], stores=stores_of(order))
    assert (state, [ln.state for ln in lines]) == (OrderState.ACCEPTED, [LineState.HELD, LineState.ACCEPTED])
    assert waiting_quantities(order, [hold]) == {1: Decimal(10), 2: Decimal(4)}
    assert waiting_quantities(order, []) == {}
