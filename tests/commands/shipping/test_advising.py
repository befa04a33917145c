"""A 945 is applied to what was asked: parts split, stock moved, shipment and cartons; what does not agree is told
(spec B9, D3, D4, D27)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.billing import invoicing
from edi_gateway.commands.holding import holds as hold_desk
from edi_gateway.commands.ordering import orders as order_desk
from edi_gateway.commands.telling.notices import amend, due, make
from edi_gateway.model.gs1 import is_valid
from edi_gateway.store.book.notices import thawed
from edi_gateway.store.tables import cases, deadlines, documents, invoices, line_parts, order_lines, shipments
from tests.commands.depot import Depot, item, li
from tests.commands.desks import SYSTEM
from tests.orders import build

SSCC = "006141410000000418"  # 00614141 0000000041, check digit 8


@pytest.fixture
def depot(stocked: Engine) -> Depot:
    return Depot(stocked)


def ordered(depot: Depot, *lines: dict[str, Any], **more: Any) -> str:
    """An order of 48 mugs, released to dock; the number of its release."""
    depot.stock_up("MUG", WEST=100)
    (number,) = depot.released(build.po(*lines, **more))
    return number


def advise(depot: Depot, number: str, *items: dict[str, Any], **more: Any) -> str:
    return depot.advise(*items, **{"order_number": number, "shipment_number": "S-1", **more}).state


def test_all_that_was_asked_ships(depot: Depot) -> None:
    number = ordered(depot)
    (part,) = depot.part_ids()
    marked = {"marks": [{"qualifier": "GM", "value": "00" + SSCC}], "items": [item(48, **li(part))]}
    state = advise(
        depot,
        number,
        cartons=[marked],
        carrier={"mode": "M", "scac": "ABCD", "equipment_initial": "ABCU", "equipment_number": "778"},
        references=[{"qualifier": "BM", "value": "BOL-9"}, {"qualifier": "CN", "value": "PRO-7"}],
        dates={"shipped_on": date(2025, 3, 7), "due_on": date(2025, 3, 12)},
        stated_totals={"units": 48, "weight": 96, "weight_unit": "LB", "packages": 1},
    )
    assert state == "APPLIED"
    assert depot.parts() == [(1, "goods", "48", "SHIPPED", "WEST")]
    assert depot.levels() == {"WEST": ("52", "0", "0")}
    assert depot.moves() == [("on_hand", "-48", "shipment")]
    assert depot.releases()[0][2] == "CONFIRMED"
    (row,) = depot.shipped()
    assert (row.number[:3], row.site, row.ship_to, row.state) == ("SH-", "WEST", "92:0553", "SHIPPED")
    assert (row.carrier, row.trailer, row.pro, row.bol) == ("ABCD", "ABCU778", "PRO-7", "BOL-9")
    assert (row.shipped_on, row.expected_on) == (date(2025, 3, 7), date(2025, 3, 12))
    assert (row.weight, row.weight_unit, row.packages) == (96, "LB", 1)
    assert (row.notice_state, row.invoice_state) == ("DUE", "DUE")
    assert row.shipped_at.isoformat() == "2025-03-07T12:00:00+00:00"
    assert row.notice_due_at.isoformat() == "2025-03-07T13:00:00+00:00"
    assert depot.cartons() == [(SSCC, None, ["48"])]
    assert depot.open_cases() == []
    assert depot.column(_order(depot), "stage") == "SHIPPED"


def _order(depot: Depot) -> int:
    from edi_gateway.store.tables import orders

    (found,) = depot.rows(select(orders.c.id))
    return int(found)


def test_what_left_is_frozen_for_the_notice_and_the_invoice(depot: Depot) -> None:
    number = ordered(depot, build.line(48, ids=[("VN", "MUG"), ("IN", "A-77")]))
    advise(depot, number, item(48), references=[{"qualifier": "2I", "value": "1Z999"}])
    (row,) = depot.shipped()
    frozen = thawed(row.snapshot)
    assert (frozen.number, frozen.site, frozen.ship_from.name, frozen.ship_from.id) == (
        row.number, "WEST", "West house", "WEST",
    )  # fmt: skip
    assert (frozen.ship_to.name, frozen.ship_to.id_qualifier, frozen.ship_to.id) == ("DC North", "92", "0553")
    ((line, ids),) = [(line, line.ids) for line in frozen.lines]
    assert (line.line, line.sku, str(line.quantity), line.unit, str(line.ordered)) == (
        1,
        "MUG",
        "48",
        "EA",
        "48",
    )
    assert ids == (("VN", "MUG"), ("IN", "A-77"))
    assert line.gtin == "00012345678905"
    assert [order.po_number for order in frozen.orders] == ["PO-1"]
    assert [(u.kind, u.tracking, [str(c.quantity) for c in u.contents]) for u in frozen.units] == [
        ("P", "1Z999", ["48"])
    ]
    bol = frozen.transport.bol or ""
    assert (len(bol), is_valid(bol)) == (17, True)


def test_the_same_advice_again_changes_nothing(depot: Depot) -> None:
    number = ordered(depot)
    assert advise(depot, number, item(40)) == "APPLIED"
    before = (depot.parts(), depot.levels(), depot.moves(), len(depot.shipped()))
    assert advise(depot, number, item(40), document_id=901) == "DUPLICATE"
    assert (depot.parts(), depot.levels(), depot.moves(), len(depot.shipped())) == before


def test_a_short_pick_splits_the_line_and_the_rest_waits_again(depot: Depot) -> None:
    number = ordered(depot)
    advise(depot, number, item(40, ordered=48, difference=8, status="BP"))
    assert depot.parts() == [
        (1, "goods", "40", "SHIPPED", "WEST"),
        (1, "goods", "8", "BACKORDERED", None),
    ]
    # 100 lay there; what was not found is set aside until it is counted, else it would be promised at once again
    assert depot.levels() == {"WEST": ("60", "8", "0")}
    assert depot.open_cases() == []
    depot.carry()
    assert depot.parts()[1] == (1, "goods", "8", "RELEASED", "WEST")  # 52 more are free
    assert depot.column(_order(depot), "stage") == "PARTIALLY_SHIPPED"


def test_a_short_pick_is_not_refilled_from_goods_that_could_not_be_found(stocked: Engine) -> None:
    depot = Depot(stocked)
    depot.stock_up("MUG", WEST=48)
    (number,) = depot.released(build.po())
    advise(depot, number, item(40, ordered=48, status="BP"))
    depot.carry()
    assert depot.parts()[1] == (1, "goods", "8", "BACKORDERED", None)
    assert depot.levels() == {"WEST": ("8", "8", "0")}
    depot.stock_up("MUG", WEST=20)
    from edi_gateway.commands.stocking.restocking import restock

    with depot.desk() as desk:
        restock(desk, ["MUG"])
    depot.carry()
    assert depot.parts()[1] == (1, "goods", "8", "RELEASED", "WEST")


def test_a_short_pick_without_a_reason_is_told(depot: Depot) -> None:
    number = ordered(depot)
    advise(depot, number, item(40))  # "complete", and 8 are missing
    assert depot.open_cases() == ["CONFIRM_ORDERED_DIFFERS", "CONFIRM_SHORT"]


def test_no_backorder_ends_the_rest_and_the_buyer_hears_of_it(depot: Depot) -> None:
    number = ordered(depot)
    advise(depot, number, item(40, ordered=48, status="CP"))
    assert depot.parts() == [
        (1, "goods", "40", "SHIPPED", "WEST"),
        (1, "goods", "8", "CANCELLED", None),
    ]
    c = order_lines.c
    assert depot.rows(select(c.accepted_quantity, c.amount)) == [(40, 160)]
    order = _order(depot)
    assert depot.answers(order)[-1][0] == "BAK*05*AC*PO-1~"
    depot.carry()
    assert depot.column(order, "stage") == "SHIPPED"
    assert len(depot.parts()) == 2  # what is planned agrees with the line


def test_by_the_buyers_wish_the_rest_is_cancelled_too(depot: Depot) -> None:
    number = ordered(depot, build.line(48), sales_requirements=[{"code": "N"}])
    advise(depot, number, item(40, ordered=48, status="DS"))
    assert depot.parts()[1] == (1, "goods", "8", "CANCELLED", None)


def test_a_split_shipment_leaves_the_rest_with_the_warehouse(depot: Depot) -> None:
    number = ordered(depot)
    (part,) = depot.part_ids()
    advise(depot, number, item(40, ordered=48, status="SS", **li(part)))
    assert depot.parts() == [(1, "goods", "40", "SHIPPED", "WEST"), (1, "goods", "8", "RELEASED", "WEST")]
    assert depot.releases()[0][2] == "RELEASED"
    assert depot.levels() == {"WEST": ("60", "0", "8")}
    assert advise(depot, number, item(8), shipment_number="S-2") == "APPLIED"
    assert depot.releases()[0][2] == "CONFIRMED"
    assert depot.levels() == {"WEST": ("52", "0", "0")}
    assert len(depot.shipped()) == 2


def test_more_than_was_asked_is_booked_as_it_left_and_not_billed_before_somebody_agrees(depot: Depot) -> None:
    number = ordered(depot)
    carton = {"marks": [{"qualifier": "AA", "value": SSCC}], "items": [item(50, ordered=48)]}
    advise(depot, number, cartons=[carton])
    assert depot.parts() == [(1, "goods", "48", "SHIPPED", "WEST"), (1, "over", "2", "SHIPPED", "WEST")]
    assert depot.levels() == {"WEST": ("50", "0", "0")}
    assert depot.cartons() == [(SSCC, None, ["48", "2"])]
    assert depot.holds(_order(depot)) == [("BILLING", None, "ACTIVE")]
    c = cases.c
    ((message,),) = [
        (text,) for text in depot.rows(select(c.message).where(c.code == "CONFIRM_OVER_RELEASED"))
    ]
    assert "2 EA of line 1 (MUG)" in message


def test_ten_times_what_was_asked_is_a_slip_and_counts_as_not_shipped(depot: Depot) -> None:
    number = ordered(depot)
    advise(depot, number, item(481, ordered=48))
    assert depot.parts() == [(1, "goods", "48", "BACKORDERED", None)]
    assert "CONFIRM_NUMBER_INVALID" in depot.open_cases()


def test_a_correction_may_say_much_more_than_the_first_confirm_as_long_as_it_was_asked_for(
    depot: Depot,
) -> None:
    number = ordered(depot)
    advise(depot, number, item(3, ordered=48, status="BP"))
    assert advise(depot, number, item(48), document_id=901) == "APPLIED"
    assert depot.parts() == [(1, "goods", "48", "SHIPPED", "WEST")]


def test_more_within_the_tolerance_ships_as_over_and_what_is_beyond_it_is_told(stocked: Engine) -> None:
    depot = Depot(stocked, {"over_delivery_percent": "5"})  # 5 % of 48: 2, in whole units
    number = ordered(depot)
    advise(depot, number, item(51, ordered=48))
    assert depot.parts() == [
        (1, "goods", "48", "SHIPPED", "WEST"),
        (1, "over", "3", "SHIPPED", "WEST"),
    ]
    assert depot.levels() == {"WEST": ("49", "0", "0")}
    (message,) = depot.rows(select(cases.c.message).where(cases.c.code == "CONFIRM_OVER_RELEASED"))
    assert "1 EA of line 1 (MUG)" in message  # the third


def test_more_than_was_asked_is_of_what_the_order_still_wants_of_the_line(depot: Depot) -> None:
    depot.stock_up("MUG", WEST=30)
    (number,) = depot.released(build.po())  # 48 mugs: 30 are there
    depot.stock_up("MUG", WEST=10)
    advise(depot, number, item(33, ordered=30))
    left = [(1, "goods", "30", "SHIPPED", "WEST"), (1, "goods", "3", "SHIPPED", "WEST")]
    assert sorted(depot.parts()) == sorted([*left, (1, "goods", "15", "BACKORDERED", None)])
    assert depot.levels() == {"WEST": ("7", "0", "0")}
    assert depot.holds(_order(depot)) == []
    assert "CONFIRM_OVER_RELEASED" in depot.open_cases()
    advise(depot, number, item(30), document_id=901)  # they had miscounted
    assert sorted(depot.parts()) == sorted(
        [left[0], (1, "goods", "3", "OPEN", None), (1, "goods", "15", "BACKORDERED", None)]
    )
    assert depot.levels() == {"WEST": ("10", "0", "0")}


@pytest.mark.parametrize(
    ("kind", "weight", "unit", "base"),
    [
        ("N", "41.5", "L", "41.5"),
        ("N", "18.824083355", "K", "41.5"),  # x 0.45359237
        ("G", "44", "L", "40"),  # with the wrapping: nobody pays for that
        ("N", "2", "E", "40"),  # in tons: not read
    ],
)
def test_the_net_weight_of_goods_that_are_weighed_is_what_left(
    depot: Depot, kind: str, weight: str, unit: str, base: str
) -> None:
    depot.stock_up("CHEESE", WEST=100)
    order = build.po(build.line("2", "CA", "5.25", basis="PP", ids=[("VN", "CHEESE")]))
    (number,) = depot.released(order)
    w12 = {"weight": weight, "weight_kind": kind, "weight_unit": unit}
    advise(depot, number, item(2, unit="CA", ids=[{"qualifier": "VN", "value": "CHEESE"}], **w12))
    assert depot.rows(select(line_parts.c.base_quantity)) == [Decimal(base)]
    assert depot.levels("CHEESE") == {"WEST": (f"{100 - Decimal(base)}", "0", "0")}


def test_exceptions_only_means_that_the_rest_is_as_asked(depot: Depot) -> None:
    depot.stock_up("BOLT", WEST=100)
    number = ordered(depot, build.line(48), build.line(20, price="0.062", ids=[("VN", "BOLT")]))
    advise(depot, number, item(40, ordered=48, status="BP"), reporting="X", stated_totals={"units": 60})
    assert depot.parts() == [
        (1, "goods", "40", "SHIPPED", "WEST"),
        (1, "goods", "8", "BACKORDERED", None),
        (2, "goods", "20", "SHIPPED", "WEST"),
    ]
    assert depot.open_cases() == []  # 40 and 20 are 60


def test_no_exceptions_means_that_all_is_as_asked(depot: Depot) -> None:
    number = ordered(depot)
    advise(depot, number, reporting="N", cartons=[])
    assert depot.parts() == [(1, "goods", "48", "SHIPPED", "WEST")]


def test_full_detail_without_a_line_means_that_it_did_not_ship(depot: Depot) -> None:
    depot.stock_up("BOLT", WEST=100)
    number = ordered(depot, build.line(48), build.line(20, price="0.062", ids=[("VN", "BOLT")]))
    advise(depot, number, item(48))
    assert depot.parts()[1] == (2, "goods", "20", "BACKORDERED", None)
    assert depot.open_cases() == ["CONFIRM_SHORT"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ids": [{"qualifier": "VN", "value": "CUP"}]}, "CONFIRM_LINE_UNKNOWN"),
        (li(17), "CONFIRM_LINE_UNKNOWN"),
        ({"unit": "DZ"}, "CONFIRM_UNIT_DIFFERS"),
        ({"shipped": -1}, "CONFIRM_NUMBER_INVALID"),
    ],
    ids=["item", "line id", "unit", "negative"],
)
def test_a_line_that_cannot_be_booked_is_a_case_and_the_others_are_booked(
    depot: Depot, more: dict[str, Any], code: str
) -> None:
    depot.stock_up("BOLT", WEST=100)
    number = ordered(depot, build.line(48), build.line(20, price="0.062", ids=[("VN", "BOLT")]))
    bolts = item(20, ids=[{"qualifier": "VN", "value": "BOLT"}])
    assert advise(depot, number, item(48, **more), bolts) == "APPLIED"
    assert depot.parts() == [(1, "goods", "48", "BACKORDERED", None), (2, "goods", "20", "SHIPPED", "WEST")]
    assert depot.open_cases() == [code, "CONFIRM_SHORT"]


def test_a_quantity_in_another_unit_of_the_item_is_converted(depot: Depot) -> None:
    number = ordered(depot)
    advise(depot, number, item(4, unit="CA"))
    assert depot.parts() == [(1, "goods", "48", "SHIPPED", "WEST")]
    assert depot.open_cases() == []


def test_totals_that_do_not_add_up_are_told(depot: Depot) -> None:
    number = ordered(depot)
    advise(depot, number, item(48), stated_totals={"units": 50})
    assert depot.parts() == [(1, "goods", "48", "SHIPPED", "WEST")]
    assert depot.open_cases() == ["CONFIRM_TOTALS_DIFFER"]


def test_an_advice_about_nothing_of_ours_waits_for_a_replay(depot: Depot) -> None:
    ordered(depot)
    applied = depot.advise(item(48), order_number="SO-OTHER-1")
    assert applied.state == "ERROR"
    assert [finding.code.value for finding in applied.findings] == ["CONFIRM_UNMATCHED"]
    assert depot.parts() == [(1, "goods", "48", "RELEASED", "WEST")]


def test_a_test_advice_ships_nothing_real(depot: Depot) -> None:
    number = ordered(depot)
    assert depot.advise(item(48), order_number=number, test=True).state == "ERROR"
    assert depot.parts() == [(1, "goods", "48", "RELEASED", "WEST")]


def test_another_partner_cannot_ship_what_dock_was_asked_for(depot: Depot) -> None:
    from tests.commands.depot import dock

    number = ordered(depot)
    depot.partners.warehouse = dock(key="other")
    assert depot.advise(item(48), order_number=number).state == "ERROR"


# ---------------------------------------------------------------- corrections


def test_another_advice_under_the_same_number_takes_the_first_ones_place(depot: Depot) -> None:
    number = ordered(depot)
    advise(depot, number, item(40, ordered=48, status="BP"))
    assert advise(depot, number, item(45, ordered=48, status="BP"), document_id=901) == "APPLIED"
    assert depot.parts() == [(1, "goods", "45", "SHIPPED", "WEST"), (1, "goods", "3", "BACKORDERED", None)]
    assert depot.levels() == {"WEST": ("55", "3", "0")}
    assert [row.state for row in depot.shipped()] == ["REVERSED", "SHIPPED"]
    assert [row.notice_state for row in depot.shipped()] == ["NONE", "DUE"]
    assert advise(depot, number, item(45, ordered=48, status="BP"), document_id=902) == "DUPLICATE"


def test_the_same_cartons_may_come_again_with_a_correction(depot: Depot) -> None:
    number = ordered(depot)
    for quantity in (40, 48):
        carton = {"marks": [{"qualifier": "AA", "value": SSCC}], "items": [item(quantity)]}
        advise(depot, number, cartons=[carton])
    assert depot.cartons() == [(SSCC, None, ["48"])]
    assert depot.levels() == {"WEST": ("52", "0", "0")}


def test_a_correction_after_the_notice_is_for_a_person(depot: Depot) -> None:
    number = ordered(depot)
    advise(depot, number, item(48))
    with depot.engine.begin() as conn:
        conn.execute(shipments.update().values(notice_state="SENT", notice_document_id=77))
    before = (depot.parts(), depot.levels())
    assert advise(depot, number, item(45, ordered=48, status="BP")) == "HELD"
    assert (depot.parts(), depot.levels()) == before
    assert depot.open_cases() == ["CONFIRM_CORRECTED"]


# ---------------------------------------------------------------- recalls


def test_a_cancelled_order_is_asked_back_and_an_advice_of_nothing_confirms_it(depot: Depot) -> None:
    number = ordered(depot)
    order = _order(depot)
    with depot.desk() as desk:
        order_desk.cancel(desk, depot.partners, order, why="the buyer rang")
    depot.carry()
    assert [each.status for each in depot.asked()] == ["N", "F"]
    assert depot.releases()[0][2:] == ("CANCEL_ASKED", 2)
    assert depot.parts() == [(1, "goods", "48", "RELEASED", "WEST")]  # until the warehouse says so (B3.3)
    assert advise(depot, number, item(0, status="IC")) == "APPLIED"
    assert depot.releases()[0][2] == "CANCELLED"
    depot.carry()
    assert depot.parts() == [(1, "goods", "48", "CANCELLED", None)]
    assert depot.levels() == {"WEST": ("100", "0", "0")}
    assert depot.open_cases() == []
    c = deadlines.c
    assert depot.rows(select(c.state).where(c.kind == "confirm")) == ["DONE"]


def test_goods_that_left_all_the_same_win(depot: Depot) -> None:
    number = ordered(depot)
    with depot.desk() as desk:
        order_desk.cancel(desk, depot.partners, _order(depot), why="the buyer rang")
    depot.carry()
    advise(depot, number, item(48))
    assert depot.parts() == [(1, "goods", "48", "SHIPPED", "WEST")]
    assert depot.releases()[0][2] == "CONFIRMED"
    assert depot.open_cases() == ["CONFIRM_AFTER_CANCEL"]


def test_less_is_asked_for_as_a_change_and_what_is_not_shipped_comes_back(depot: Depot) -> None:
    number = ordered(depot)
    depot.take(build.po(build.line(30), purpose="05"))
    depot.carry()
    assert [(each.status, str(each.items[0].quantity)) for each in depot.asked()] == [
        ("N", "48"),
        ("R", "30"),
    ]
    advise(depot, number, item(30))
    depot.carry()
    assert depot.parts() == [(1, "goods", "30", "SHIPPED", "WEST"), (1, "goods", "18", "CANCELLED", None)]
    assert depot.levels() == {"WEST": ("70", "0", "0")}
    assert depot.open_cases() == []


def test_a_change_that_came_too_late_ships_as_before(depot: Depot) -> None:
    number = ordered(depot)
    depot.take(build.po(build.line(30), purpose="05"))
    depot.carry()
    advise(depot, number, item(48))
    assert depot.parts() == [(1, "goods", "48", "SHIPPED", "WEST")]
    assert depot.open_cases() == ["CONFIRM_AFTER_CANCEL"]


# ---------------------------------------------------------------- numbers of cartons


def test_cartons_without_a_number_get_one_that_is_never_given_again(depot: Depot) -> None:
    number = ordered(depot)
    cartons = [{"items": [item(n, ordered=48)]} for n in (24, 24)]
    advise(depot, number, cartons=cartons, stated_totals={"units": 48, "packages": 2})
    assert depot.cartons() == [
        ("006141410000000012", None, ["24"]),  # 0 0614141 000000001 and its check digit 2
        ("006141410000000029", None, ["24"]),
    ]


def test_a_wrong_number_is_one_case_and_not_replaced_and_the_notice_waits_for_the_right_one(
    depot: Depot,
) -> None:
    number = ordered(depot)
    depot.clock.move(days=3)  # Monday, the first day on which it may ship
    wrong = {"marks": [{"qualifier": "AA", "value": "006141410000000411"}], "items": [item(48)]}
    advise(depot, number, cartons=[wrong])
    assert depot.cartons() == [(None, None, ["48"])]
    assert tell(depot) == "HELD"
    assert depot.rows(select(cases.c.code, cases.c.state)) == [("SSCC_INVALID", "NEW")]
    (row,) = depot.shipped()
    with depot.desk() as desk:
        amend(desk, depot.partners, row.id, why="the dock looked", numbers={1: SSCC})
    assert tell(depot) == "MADE"
    assert depot.cartons() == [(SSCC, None, ["48"])]
    assert depot.holds(_order(depot)) == [("DOCS", None, "RELEASED")]
    assert depot.rows(select(cases.c.code, cases.c.state)) == [("SSCC_INVALID", "RESOLVED")]


def test_a_number_that_has_shipped_before_is_told(depot: Depot) -> None:
    depot.stock_up("MUG", WEST=100)
    first, second = depot.released(build.po(), build.po(po_number="PO-2"))
    carton = {"marks": [{"qualifier": "AA", "value": SSCC}], "items": [item(48)]}
    depot.clock.move(days=3)
    advise(depot, first, cartons=[carton])
    advise(depot, second, cartons=[carton], shipment_number="S-2")
    assert [sscc for sscc, *_ in depot.cartons()] == [SSCC, None]
    tell(depot)
    assert depot.rows(select(cases.c.code)) == ["SSCC_REPEATED"]


def test_a_wrong_number_is_a_case_where_no_notice_names_cartons(stocked: Engine) -> None:
    depot = Depot(stocked, shipping={"structure": "0004"})
    number = ordered(depot)
    depot.clock.move(days=3)
    wrong = {"marks": [{"qualifier": "AA", "value": "006141410000000411"}], "items": [item(48)]}
    advise(depot, number, cartons=[wrong])
    assert tell(depot) == "MADE"
    assert depot.rows(select(cases.c.code)) == ["SSCC_INVALID"]


def tell(depot: Depot) -> str:
    """The notices that are due, made; what became of that of the last shipment."""
    with depot.desk(actor=SYSTEM) as desk:
        for group in due(desk, depot.partners):
            make(desk, depot.partners, group)
    return str(depot.shipped()[-1].notice_state)


def test_goods_after_the_last_day_are_flagged(depot: Depot) -> None:
    dates = {"ship_not_before": date(2025, 3, 6), "cancel_after": date(2025, 3, 7)}
    depot.stock_up("MUG", WEST=100)
    (number,) = depot.released(build.po(build.line(48), dates=dates))
    depot.clock.move(days=3)
    advise(depot, number, item(48), dates={"shipped_on": date(2025, 3, 10)})
    assert depot.open_cases() == ["SHIPPED_AFTER_CANCEL_DATE"]


def test_more_goods_than_lay_there_stop_what_waits_for_them(depot: Depot) -> None:
    from edi_gateway.commands.stocking import negative_stock

    depot.stock_up("MUG", WEST=100)
    depot.take(
        build.po(), build.po(build.line(40), po_number="PO-2", dates={"ship_not_before": date(2025, 3, 20)})
    )
    (number,) = depot.released()
    depot.stock_up("MUG", WEST=-60)  # a count took it away
    advise(depot, number, item(48))
    assert depot.levels() == {"WEST": ("-8", "0", "40")}
    assert depot.open_cases() == ["STOCK_NEGATIVE", "STOCK_NEGATIVE"]
    assert depot.rows(select(_holds().c.code, _holds().c.blocks, _holds().c.state)) == [
        ("NEG_INV", "R", "ACTIVE")
    ]
    depot.stock_up("MUG", WEST=60)
    with depot.desk() as desk:
        assert negative_stock.cure(desk) == 1
    assert depot.rows(select(_holds().c.state)) == ["RELEASED"]


def _holds() -> Any:
    from edi_gateway.store.tables import holds

    return holds


# ---------------------------------------------------------------- what follows


def test_what_was_left_to_a_person_keeps_the_notice_until_they_say_so(depot: Depot) -> None:
    number = ordered(depot)
    carton = {"marks": [{"qualifier": "AA", "value": SSCC}], "items": [item(50, ordered=48)]}
    depot.clock.move(days=3)  # Monday, the first day on which it may ship
    advise(depot, number, cartons=[carton])
    assert tell(depot) == "HELD"
    order = _order(depot)
    c = _holds().c
    held = depot.rows(select(c.id).where(c.order_id == order, c.code == "DOCS", c.state == "ACTIVE"))
    assert len(held) == 2  # more than was acknowledged, more than was ordered
    for each in held:
        with depot.desk("bob") as desk:
            hold_desk.release(desk, depot.partners, each, reason="CUSTOMER_AGREED", text="they keep the two")
    with depot.engine.begin() as conn:
        conn.execute(shipments.update().values(notice_state="DUE"))  # as flow wakes it
    assert tell(depot) == "MADE"
    (body,) = depot.rows(select(documents.c.body).where(documents.c.set_code == "856"))
    assert [s for s in body.split("~") if s.startswith("SN1")] == ["SN1**50*EA**48*EA"]
    assert depot.holds(order)[0] == ("BILLING", None, "ACTIVE")  # that it is paid for is another question


@pytest.mark.parametrize("per", ["shipment", "store"])
def test_what_went_too_much_is_not_billed_when_something_else_of_the_order_is_looked_at(
    stocked: Engine, per: str
) -> None:
    depot = Depot(stocked, shipping={"notice": False}, invoicing={"per": per})
    store = {"location_qualifier": "92", "location": "0553", "quantity": 48}
    number = ordered(depot, build.line(48, allocations=[store]))
    advise(depot, number, item(50, ordered=48))
    order = _order(depot)
    with depot.desk(actor=SYSTEM) as desk:
        for profile, ids in invoicing.due(desk, depot.partners):
            invoicing.bill(desk, depot.partners, profile, ids)
        invoicing.look_again(desk, depot.partners, [order])
    assert depot.rows(select(invoices.c.number)) == []


def test_goods_on_consignment_are_not_invoiced_when_they_ship(depot: Depot) -> None:
    number = ordered(depot, type="CN")
    advise(depot, number, item(48))
    assert [row.invoice_state for row in depot.shipped()] == ["NONE"]


def test_a_test_order_goes_its_way_marked_as_one_and_moves_no_stock(stocked: Engine) -> None:
    depot = Depot(stocked, {"sites": ["WEST"]}, test=True)
    depot.stock_up("MUG", WEST=100)
    depot.take(build.po(), test=True)
    depot.carry()
    depot.clock.move(days=4)
    depot.carry()
    ((number, _, state, _),) = depot.releases()
    assert state == "RELEASED"
    assert depot.rows(select(documents.c.test).where(documents.c.set_code == "940")) == [True]
    assert depot.advise(item(48), order_number=number, shipment_number="S-1", test=True).state == "APPLIED"
    assert depot.levels() == {"WEST": ("100", "0", "0")}
    assert depot.moves() == []
    assert [row.test for row in depot.shipped()] == [True]


def test_a_consumers_address_goes_to_the_warehouse_and_onto_the_shipment(stocked: Engine) -> None:
    depot = Depot(stocked, policies={"consumer_ship_to": True})
    depot.stock_up("MUG", WEST=100)
    home = {
        "role": "ST", "name": "Mia Fox", "address": ["3 Elm Lane"], "city": "Salem", "region": "OR",
        "postal_code": "97301",
    }  # fmt: skip
    (number,) = depot.released(build.po(build.line(2), type="DS", parties=[home]))
    (asked,) = depot.asked()
    consumer = asked.party("CN")
    assert consumer is not None
    assert (consumer.name, consumer.address, consumer.city, consumer.id) == (
        "Mia Fox",
        ("3 Elm Lane",),
        "Salem",
        None,
    )
    advise(depot, number, item(2), references=[{"qualifier": "2I", "value": "1Z9"}])
    (row,) = depot.shipped()
    assert (row.ship_to, thawed(row.snapshot).ship_to.name) == (None, "Mia Fox")


def test_nothing_shipped_and_nobody_asked_for_that(depot: Depot) -> None:
    depot.stock_up("MUG", WEST=-52)  # nothing but what was asked for lies there
    number = ordered(depot)
    depot.stock_up("MUG", WEST=0)
    assert advise(depot, number, item(0, ordered=48, status="CU")) == "APPLIED"
    assert depot.releases()[0][2] == "CANCELLED"
    assert depot.parts() == [(1, "goods", "48", "BACKORDERED", None)]
    assert depot.levels() == {
        "WEST": ("48", "48", "0")
    }  # set aside, so that it is not asked for again at once
    assert depot.open_cases() == ["CONFIRM_SHORT"]
    assert advise(depot, number, item(0, ordered=48, status="CU"), document_id=901) == "DUPLICATE"
    depot.carry()
    assert len(depot.releases()) == 1


def test_a_confirmed_release_does_not_ship_again_under_another_number(depot: Depot) -> None:
    number = ordered(depot)
    advise(depot, number, item(48))
    before = (depot.parts(), depot.levels())
    assert advise(depot, number, item(48), shipment_number="S-2", document_id=901) == "HELD"
    assert (depot.parts(), depot.levels()) == before
    assert depot.open_cases() == ["CONFIRM_UNMATCHED"]


def test_goods_of_a_release_whose_cancellation_was_confirmed_are_a_case(depot: Depot) -> None:
    from edi_gateway.commands.shipping import recalling

    number = ordered(depot)
    with depot.desk() as desk:
        order_desk.cancel(desk, depot.partners, _order(depot), why="the buyer rang")
    depot.carry()
    with depot.desk() as desk:
        recalling.confirm_cancel(desk, depot.partners, number)
    depot.carry()
    assert advise(depot, number, item(48)) == "HELD"
    assert depot.parts() == [(1, "goods", "48", "CANCELLED", None)]
    assert depot.open_cases() == ["CONFIRM_AFTER_CANCEL"]
