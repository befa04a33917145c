"""Parts of accepted orders follow what changes of them: dates, what is left, and how far the order then is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands import orders, shipping
from edi_gateway.commands.shipping import Typed
from edi_gateway.store.tables import line_parts
from tests.commands.depot import Depot
from tests.orders.build import line, po


@pytest.fixture
def depot(stocked: Engine) -> Depot:
    return Depot(stocked)


def dates(depot: Depot) -> list[tuple[str, date | None, date | None]]:
    """(state, first day to ship, day to go to the warehouse) of each part."""
    c = line_parts.c
    return depot.rows(select(c.state, c.ship_from, c.release_on).order_by(c.id))


def window(first: int, last: int) -> dict[str, date]:
    return {"ship_not_before": date(2025, 3, first), "ship_no_later": date(2025, 3, last)}


def test_goods_set_aside_go_to_the_warehouse_by_the_dates_of_a_change(depot: Depot) -> None:
    """They ship on Monday the 10th and so go on Friday the 7th; then on Tuesday the 18th, and go on Monday."""
    depot.stock_up("MUG", EAST=100)
    depot.take(po(line(48)))
    depot.carry()
    assert dates(depot) == [("ALLOCATED", date(2025, 3, 10), date(2025, 3, 7))]
    depot.take(po(line(48), purpose="05", dates=window(18, 21)))
    depot.carry()
    assert dates(depot) == [("ALLOCATED", date(2025, 3, 18), date(2025, 3, 17))]


def test_what_is_left_after_a_change_of_both_is_dated_anew_too(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=100)
    depot.take(po(line(48)))
    depot.carry()
    depot.take(po(line(30), purpose="05", dates=window(18, 21)))
    depot.carry()
    assert depot.parts() == [
        (1, "goods", "30", "ALLOCATED", "EAST"),
        (1, "goods", "18", "CANCELLED", None),
    ]
    assert dates(depot)[0] == ("ALLOCATED", date(2025, 3, 18), date(2025, 3, 17))


def shipped_in_part(depot: Depot, *lines: dict[str, object]) -> int:
    """An order of which thirty mugs have left."""
    depot.stock_up("MUG", EAST=30)
    (number,) = depot.released(po(*lines or (line(48),)))
    order = depot.rows(select(line_parts.c.order_id))[0]
    depot.clock.now += timedelta(days=3)
    with depot.desk() as desk:
        shipping.confirm(desk, depot.partners, Typed((number,)))
    return int(order)


def test_an_order_whose_rest_the_buyer_takes_back_has_shipped(depot: Depot) -> None:
    order = shipped_in_part(depot)
    depot.carry()
    assert depot.column(order, "stage") == "PARTIALLY_SHIPPED"
    depot.take(po(line(30), purpose="05"))
    depot.carry()
    assert depot.column(order, "stage") == "SHIPPED"


def test_an_order_of_which_a_line_is_on_hold_has_not_shipped_until_that_is_settled(depot: Depot) -> None:
    order = shipped_in_part(depot, line(30), line(12, ids=[("UP", "036000291452")]))
    depot.carry()
    assert depot.lines(order) == [(1, "ACCEPTED"), (2, "HELD")]
    assert depot.column(order, "stage") == "PARTIALLY_SHIPPED"
    with depot.desk() as desk:
        orders.reject(desk, depot.partners, order, why="Nobody knows it.", line=2)
    depot.carry()
    assert depot.column(order, "stage") == "SHIPPED"
