"""A ship confirm by people: typed and packed, for sites of our own (spec B9, B10, D27)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.ordering import orders as order_desk
from edi_gateway.commands.shipping import packing, recalling
from edi_gateway.commands.shipping.confirming import Left
from edi_gateway.commands.shipping.making_shipments import Packing
from edi_gateway.commands.shipping.ship_imports import import_ships
from edi_gateway.commands.shipping.typed_confirm import Carton, Typed, confirm
from edi_gateway.model.fulfilment import Transport
from edi_gateway.store.book.notices import thawed
from edi_gateway.store.tables import documents, handling_units, line_parts, orders
from tests.commands.depot import Depot
from tests.commands.house import House
from tests.orders import build


@pytest.fixture
def depot(stocked: Engine) -> Depot:
    return Depot(stocked)


def ordered(depot: Depot, *lines: dict[str, Any], **more: Any) -> str:
    depot.stock_up("MUG", EAST=100)
    (number,) = depot.released(build.po(*lines, **more))
    return number


def ship(depot: Depot, *numbers: str, **more: Any) -> Left:
    with depot.desk() as desk:
        return confirm(desk, depot.partners, Typed(numbers, **more))


def test_all_of_a_release_ships_a_carton_a_case(depot: Depot) -> None:
    number = ordered(depot, build.line(30))  # a case holds 12
    ship(depot, number, transport=Transport(carrier="ABCD", pro="P-1"))
    assert depot.parts() == [(1, "goods", "30", "SHIPPED", "EAST")]
    assert depot.levels() == {"EAST": ("70", "0", "0")}
    assert depot.cartons() == [
        ("006141410000000012", None, ["12"]),
        ("006141410000000029", None, ["12"]),
        ("006141410000000036", None, ["6"]),
    ]
    (row,) = depot.shipped()
    assert (row.carrier, row.pro, row.packages, row.confirmed_by) == ("ABCD", "P-1", 3, "ann")
    assert (
        row.bol == "06141410000000012"
    )  # 0614141 000000001 and its check digit: 3+1+12+1+12+1+18 = 48, so 2


def test_less_of_a_line_splits_it_and_the_rest_is_as_said(depot: Depot) -> None:
    number = ordered(depot)
    ship(depot, number, lines={(number, 1): Decimal(40)}, rest="cancel")
    assert depot.parts() == [(1, "goods", "40", "SHIPPED", "EAST"), (1, "goods", "8", "CANCELLED", None)]


def test_so_many_cartons_each_with_its_tracking_number(depot: Depot) -> None:
    number = ordered(depot)
    ship(depot, number, packing=Packing("count", 2, ("1Z-A", "1Z-B")))
    assert [(tracking, quantities) for _, tracking, quantities in depot.cartons()] == [
        ("1Z-A", ["24"]),
        ("1Z-B", ["24"]),
    ]


def test_two_orders_on_one_truck_are_one_shipment(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=100)
    numbers = depot.released(build.po(build.line(12)), build.po(build.line(24), po_number="PO-2"))
    ship(depot, *numbers)
    assert len(depot.shipped()) == 1
    assert [(line, quantity, state) for line, _, quantity, state, _ in depot.parts()] == [
        (1, "12", "SHIPPED"),
        (1, "24", "SHIPPED"),
    ]
    assert depot.rows(select(orders.c.stage)) == ["SHIPPED", "SHIPPED"]


def test_releases_for_two_places_are_not_one_shipment(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=20, WEST=80)
    numbers = depot.released(build.po(build.line(90)))
    with pytest.raises(Refused, match="one partner, one site"):
        ship(depot, *numbers)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"lines": {"SELF": (2, "1")}}, "has no line 2"),
        ({"lines": {"SELF": (1, "1.5")}}, "only whole EA ship"),
        ({"transport": Transport(bol="06141410000000019")}, "has a wrong check digit"),
        ({"lines": {"SELF": (1, "1000000000")}}, "1,?000,?000,?000 cannot have shipped of 48 EA"),
        ({"packing": Packing("count", 1_000_000_000)}, "cannot be divided among 1000000000 cartons"),
        ({"transport": Transport(carrier="ABCDE")}, "ABCDE is no SCAC"),
        ({"transport": Transport(seal="S" * 16)}, "longer than 15"),
        ({"rest": "lose"}, "one of backorder, cancel, later"),
        ({"packing": Packing("count", 49)}, "cannot be divided among 49 cartons"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_booked(
    depot: Depot, more: dict[str, Any], why: str
) -> None:
    number = ordered(depot)
    if "lines" in more:
        line, quantity = more["lines"]["SELF"]
        more = {"lines": {(number, line): Decimal(quantity)}}
    with pytest.raises(Refused, match=why):
        ship(depot, number, **more)
    assert depot.parts() == [(1, "goods", "48", "RELEASED", "EAST")]
    assert depot.levels() == {"EAST": ("100", "0", "48")}


def test_goods_do_not_leave_twice_nor_in_the_future(depot: Depot) -> None:
    number = ordered(depot)
    with pytest.raises(Refused, match="leave later"):
        ship(depot, number, shipped_at=depot.clock() + timedelta(hours=1))
    ship(depot, number)
    with pytest.raises(Refused, match="is confirmed already"):
        ship(depot, number)


def test_the_same_key_again_is_the_same_shipment(depot: Depot) -> None:
    number = ordered(depot)
    first = ship(depot, number, key="csv|1")
    assert ship(depot, number, key="csv|1") == first
    assert len(depot.shipped()) == 1


def test_who_may_not_confirm_is_refused(depot: Depot) -> None:
    number = ordered(depot)
    with depot.desk("joe", "CSR") as desk, pytest.raises(Refused, match="none of the roles"):
        confirm(desk, depot.partners, Typed((number,)))


# ---------------------------------------------------------------- weighed


def cheese(house: House) -> str:
    """Two cases of cheese, twenty pounds each by the books, sold by the pound; the number of their release."""
    (number,) = house.sell(build.po(build.line("2", "CA", "5.25", basis="PP", ids=[("VN", "CHEESE")])))
    return number


def billed(house: House) -> list[str]:
    house.bill()
    (body,) = house.rows(select(documents.c.body).where(documents.c.set_code == "810"))
    return [each for each in body.split("~") if each.split("*")[0] in ("IT1", "QTY", "TDS")]


def test_goods_that_are_weighed_leave_stock_and_are_billed_by_what_they_weighed(stocked: Engine) -> None:
    house = House(stocked)
    number = cheese(house)
    said = Typed((number,), {(number, 1): Decimal(2)}, measured={(number, 1): Decimal("41.5")})
    with house.desk() as desk:
        confirm(desk, house.partners, said)
    assert house.parts() == [(1, "goods", "2", "SHIPPED", "EAST")]
    assert house.rows(select(line_parts.c.base_quantity)) == [Decimal("41.5")]
    assert house.levels("CHEESE") == {"EAST": ("99958.5", "0", "0")}
    # 41.5 x 5.25 = 217.875
    assert billed(house) == ["IT1*1*41.5*LB*5.25*PP*VN*CHEESE", "QTY*39*2*CA", "TDS*21788"]


def test_a_file_says_what_each_carton_weighed_and_a_correction_something_else(stocked: Engine) -> None:
    house = House(stocked)
    number = cheese(house)
    for first, other, total in (("20.5", "21", "41.5"), ("19.75", "21", "40.75")):
        text = (
            "key,release,line,quantity,carton,measured\n"
            f"T-1,{number},1,1,A,{first}\nT-1,{number},1,1,B,{other}\n"
        )
        with house.desk() as desk:
            assert import_ships(desk, house.partners, text.encode(), "ship.csv").problems == []
        shipped = line_parts.c.state == "SHIPPED"
        assert house.rows(select(line_parts.c.base_quantity).where(shipped)) == [Decimal(total)]
    assert house.levels("CHEESE") == {"EAST": ("99959.25", "0", "0")}


def test_what_is_counted_has_no_weight_and_half_a_line_is_not_weighed(stocked: Engine) -> None:
    house = House(stocked)
    number = cheese(house)
    text = f"key,release,line,quantity,measured\nT-1,{number},1,1,20\nT-1,{number},1,1,\n"
    with house.desk() as desk:
        (problem,) = import_ships(desk, house.partners, text.encode(), "ship.csv").problems
    assert (problem.row, problem.column) == (3, "measured")
    (mugs,) = house.released(build.po(po_number="PO-2"))[1:]
    with house.desk() as desk, pytest.raises(Refused, match="MUG is counted, not weighed"):
        confirm(desk, house.partners, Typed((mugs,), measured={(mugs, 1): Decimal(50)}))


# ---------------------------------------------------------------- picked and packed before


def test_what_is_packed_has_its_numbers_before_it_leaves(depot: Depot) -> None:
    number = ordered(depot, build.line(20))
    with depot.desk() as desk:
        packing.pick(desk, number)
    assert depot.parts() == [(1, "goods", "20", "PICKED", "EAST")]
    cartons = (
        Carton(((number, 1, Decimal(15)),), sscc="006141410000000418", pallet="A"),
        Carton(((number, 1, Decimal(5)),), pallet="A"),
    )
    with depot.desk() as desk:
        units = packing.pack(desk, depot.partners, number, cartons)
    assert [(u.kind, u.parent, u.sscc) for u in units] == [
        ("T", None, "006141410000000012"),
        ("P", 1, "006141410000000418"),
        ("P", 1, "006141410000000029"),
    ]
    assert depot.parts() == [(1, "goods", "20", "PACKED", "EAST")]
    ship(depot, number)
    assert depot.cartons() == [
        ("006141410000000012", None, []),
        ("006141410000000418", None, ["15"]),
        ("006141410000000029", None, ["5"]),
    ]
    (row,) = depot.shipped()
    assert (row.packages, row.pallets) == (2, 1)


def test_cartons_stand_on_as_many_pallets_as_somebody_says_each_with_its_number(depot: Depot) -> None:
    number = ordered(depot, build.line(36))
    with pytest.raises(Refused, match="3 cartons cannot stand on 4 pallets"):
        ship(depot, number, packing=Packing("case", pallets=4))
    ship(depot, number, packing=Packing("case", pallets=2))
    (row,) = depot.shipped()
    assert [
        (u.n, u.kind, u.parent, u.sscc) for u in thawed(row.snapshot).units
    ] == [  # 3 a serial more: check digits 2 9 6 3 0
        (1, "T", None, "006141410000000012"),
        (2, "P", 1, "006141410000000029"),
        (3, "T", None, "006141410000000036"),
        (4, "P", 3, "006141410000000043"),
        (5, "P", 3, "006141410000000050"),
    ]
    assert (row.packages, row.pallets) == (3, 2)


def test_what_was_packed_before_is_put_on_pallets_once(depot: Depot) -> None:
    number = ordered(depot, build.line(24))
    with depot.desk() as desk:
        packing.pack(desk, depot.partners, number, packing=Packing("case", pallets=1))
    with pytest.raises(Refused, match="stand on pallets already"):
        ship(depot, number, packing=Packing("case", pallets=2))
    ship(depot, number)
    assert [sscc for sscc, *_ in depot.cartons()] == [
        "006141410000000012",
        "006141410000000029",
        "006141410000000036",
    ]


def test_packed_again_the_numbers_are_not_given_again(depot: Depot) -> None:
    number = ordered(depot, build.line(12))
    for _ in range(2):
        with depot.desk() as desk:
            units = packing.pack(desk, depot.partners, number)
    assert [u.sscc for u in units] == ["006141410000000029"]
    assert depot.rows(select(handling_units.c.sscc)) == ["006141410000000029"]


def test_cartons_that_do_not_hold_all_are_refused(depot: Depot) -> None:
    number = ordered(depot, build.line(20))
    with depot.desk() as desk, pytest.raises(Refused, match="line 1 lies in no carton"):
        packing.pack(desk, depot.partners, number, (Carton(((number, 1, Decimal(15)),)),))


def test_cartons_that_hold_more_than_is_to_ship_are_refused(depot: Depot) -> None:
    number = ordered(depot, build.line(20))
    for line, quantity in ((1, 21), (2, 1)):
        carton = Carton(((number, line, Decimal(quantity)),))
        with depot.desk() as desk, pytest.raises(Refused, match=f"more of line {line} lies in cartons"):
            packing.pack(desk, depot.partners, number, (carton,))


def test_less_than_was_packed_leaves_the_last_carton_smaller(depot: Depot) -> None:
    number = ordered(depot, build.line(24))
    with depot.desk() as desk:
        packing.pack(desk, depot.partners, number)
    ship(depot, number, lines={(number, 1): Decimal(20)})
    assert [quantities for _, _, quantities in depot.cartons()] == [["12"], ["8"]]


# ---------------------------------------------------------------- changes meanwhile


def test_what_our_own_people_have_not_picked_comes_back_at_once(depot: Depot) -> None:
    ordered(depot)
    depot.take(build.po(build.line(30), purpose="05"))
    depot.carry()
    assert depot.parts() == [(1, "goods", "30", "RELEASED", "EAST"), (1, "goods", "18", "CANCELLED", None)]
    assert depot.levels() == {"EAST": ("100", "0", "30")}
    assert depot.releases()[0][2] == "RELEASED"


def test_a_cancelled_order_leaves_no_release(depot: Depot) -> None:
    ordered(depot)
    (order,) = depot.rows(select(orders.c.id))
    with depot.desk() as desk:
        order_desk.cancel(desk, depot.partners, order, why="the buyer rang")
    depot.carry()
    assert depot.parts() == [(1, "goods", "48", "CANCELLED", None)]
    assert depot.releases()[0][2] == "CANCELLED"


def test_what_is_picked_is_for_a_person_to_decide(depot: Depot) -> None:
    number = ordered(depot)
    with depot.desk() as desk:
        packing.pick(desk, number)
    depot.take(build.po(build.line(30), purpose="05"))
    depot.carry()
    assert depot.parts() == [(1, "goods", "48", "PICKED", "EAST")]
    assert depot.open_cases() == ["CHANGE_TOO_LATE"]
    with depot.desk() as desk:
        packing.unpick(desk, number)
    depot.carry()
    assert depot.parts() == [(1, "goods", "30", "RELEASED", "EAST"), (1, "goods", "18", "CANCELLED", None)]


def test_the_warehouse_agrees_by_telephone(depot: Depot) -> None:
    depot.stock_up("MUG", WEST=100)
    (number,) = depot.released(build.po())
    depot.take(build.po(build.line(30), purpose="05"))
    depot.carry()
    with depot.desk() as desk:
        recalling.confirm_cancel(desk, depot.partners, number)
    depot.carry()
    assert depot.parts() == [(1, "goods", "30", "RELEASED", "WEST"), (1, "goods", "18", "CANCELLED", None)]
    with depot.desk() as desk, pytest.raises(Refused, match="nothing was asked"):
        recalling.confirm_cancel(desk, depot.partners, number)
