"""What is promised of stock: now, later, on no known day, or cut; told in the 855 so that it adds up.

The day is Monday, 3 March 2025; the usual order is for 48 mugs, to ship from the 10th to the 14th. Worked by hand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.fulfilment import Commitment, OwnPart, Shelf, StockLevel, Supply
from edi_gateway.model.master_data import Customer, MasterData
from edi_gateway.model.order import Judgement
from edi_gateway.orders.answering.answers import answer
from edi_gateway.orders.judging.facts import Facts
from edi_gateway.orders.judging.judge import judge
from tests.orders.build import acks, books, d, facts, line, po, unit

OURS = {"ours": True}


def march(day: int) -> date:
    return date(2025, 3, day)


def shelf(sku: str, here: str | int, *comes: str, due: dict[int, int] | None = None) -> Shelf:
    """`comes`: "30 20" thirty on the 20th, "30 ?20" unconfirmed."""
    supply = []
    for text in comes:
        quantity, day = text.split()
        supply.append(Supply("EAST", sku, d(quantity), march(int(day.lstrip("?"))), "?" not in day))
    spoken = tuple(Commitment(sku, d(n), march(day)) for day, n in (due or {}).items())
    return Shelf((StockLevel("EAST", sku, d(here)),), tuple(supply), spoken)


def stocked(*shelves: Shelf, **more: Any) -> MasterData:
    data = books(**more)
    data.shelves = {each.levels[0].sku: each for each in shelves}
    return data


def told(
    order: PurchaseOrder, data: MasterData, policies: dict[str, Any] | None = None, **more: Any
) -> tuple[Judgement, PurchaseOrderAcknowledgment]:
    return by(facts(data, policies, fulfilment={**OURS, **more}), order)


def by(known: Facts, order: PurchaseOrder) -> tuple[Judgement, PurchaseOrderAcknowledgment]:
    judgement = judge(order, known)
    said = answer(
        order, judgement.lines, judgement.holds, profile=known.profile, order_number="SO-9", today=known.today,
        rejected=judgement.reject_code, customer=judgement.customer,
    )  # fmt: skip
    return judgement, said


def dated(said: PurchaseOrderAcknowledgment) -> list[list[str]]:
    """Each line's ACKs with their dates, as "IB 18 EA 068 0320"."""
    dates = [[f"{a.date_qualifier} {a.on:%m%d}" if a.on else "" for a in each.answers] for each in said.lines]
    return [
        [f"{a} {b}".strip() for a, b in zip(*pair, strict=True)]
        for pair in zip(acks(said), dates, strict=True)
    ]


BACKORDER, CANCEL, COMPLETE = ([{"code": code}] for code in ("Y", "N", "SC"))


@pytest.mark.parametrize(
    ("stock", "said"),
    [
        (shelf("MUG", 48), ["IA 48 EA"]),
        (shelf("MUG", 30, "18 13"), ["IA 48 EA"]),  # it comes within the window
        (shelf("MUG", 30, "18 20"), ["IA 30 EA", "IB 18 EA 068 0320"]),
        (shelf("MUG", 30, "10 20", "8 25"), ["IA 30 EA", "IB 18 EA 068 0325"]),  # when all of the rest is there
        (shelf("MUG", 0, "60 22"), ["IB 48 EA 068 0324"]),  # the 22nd is a Saturday
        (shelf("MUG", -5, "60 20"), ["IB 48 EA 068 0320"]),
        (shelf("MUG", 30, "18 ?12"), ["IA 30 EA", "SP 18 EA"]),  # on order, unconfirmed: no day
        (shelf("MUG", 30, "10 20", "8 ?12"), ["IA 30 EA", "SP 18 EA"]),
        (shelf("MUG", 30, "10 20"), ["IA 30 EA", "SP 18 EA"]),  # nothing that would be enough is on order
        (shelf("MUG", 48, due={20: 20}), ["IA 28 EA", "SP 20 EA"]),  # 20 are promised to a later order
        (shelf("MUG", 48, "20 18", due={20: 20}), ["IA 48 EA"]),  # and come in time for it
        (shelf("MUG", 10, "100 19", due={5: 30}), ["IB 48 EA 068 0319"]),
    ],
)  # fmt: skip
def test_what_is_there_is_accepted_and_the_rest_is_told_with_its_day(stock: Shelf, said: list[str]) -> None:
    judgement, reply = told(po(line(48)), stocked(stock))
    assert dated(reply) == [said]
    assert reply.type == ("AD" if said == ["IA 48 EA"] else "AC")
    assert judgement.state == "ACCEPTED"
    assert judgement.lines[0].accepted_quantity == 48  # a backorder is accepted


def test_the_line_keeps_what_waits_until_when_and_a_finding_says_so() -> None:
    judgement, _ = told(po(line(48)), stocked(shelf("MUG", 30, "18 20")))
    (mine,) = judgement.lines
    assert (mine.backordered_quantity, mine.backordered_to) == (d(18), march(20))
    assert mine.answer_codes == ("IB",)
    assert [(f.code.value, f.severity.value, f.message) for f in judgement.findings] == [
        ("STOCK_SHORT", "INFO", "Line 1 (MUG): 18 EA can ship on 2025-03-20.")
    ]


@pytest.mark.parametrize(
    ("cut_as", "said"),
    [
        ("IR", ["IQ 30 EA", "IR 18 EA"]),
        ("ID", ["IQ 30 EA", "ID 18 EA"]),
        ("IB", ["IQ 30 EA", "IB 18 EA"]),
        ("IQ alone", ["IQ 30 EA"]),
    ],
)
def test_where_the_buyer_wants_no_backorder_the_rest_is_cut_and_told_as_agreed(
    cut_as: str, said: list[str]
) -> None:
    order = po(line(48), sales_requirements=CANCEL)
    judgement, reply = told(order, stocked(shelf("MUG", 30, "18 20")), {"cut_quantity_as": cut_as})
    assert dated(reply) == [said]
    (mine,) = judgement.lines
    assert (mine.accepted_quantity, mine.base_quantity, mine.amount) == (d(30), d(30), d("120.00"))
    assert mine.backordered_quantity is None
    assert judgement.total == d("120.00")


def test_the_customer_may_want_no_backorder_and_the_order_say_otherwise() -> None:
    customer = Customer("C1", "Corner Shop", "USD", backorder="cancel remainder")
    data = stocked(shelf("MUG", 30, "18 20"), customer=customer)
    assert dated(told(po(line(48)), data)[1]) == [["IQ 30 EA", "IR 18 EA"]]
    data = stocked(shelf("MUG", 30, "18 20"), customer=customer)
    asked = po(line(48), sales_requirements=BACKORDER)
    assert dated(told(asked, data)[1]) == [["IA 30 EA", "IB 18 EA 068 0320"]]


def test_nothing_there_and_no_backorder_is_a_line_refused() -> None:
    order = po(line(48), line(10, "EA", "0.062", ids=[("VN", "BOLT")]), sales_requirements=CANCEL)
    judgement, reply = told(order, stocked(shelf("MUG", 0, "60 20"), shelf("BOLT", 10)))
    assert [mine.state for mine in judgement.lines] == ["REJECTED", "ACCEPTED"]
    assert dated(reply) == [["IR 48 EA"], ["IA 10 EA"]]
    judgement, reply = told(po(line(48), sales_requirements=CANCEL), stocked(shelf("MUG", 0)))
    assert (judgement.state, reply.type) == ("REJECTED", "RD")


def test_an_order_that_is_taken_whole_or_not_at_all_is_refused_when_something_is_cut() -> None:
    order = po(line(48), line(10, "EA", "0.062", ids=[("VN", "BOLT")]), sales_requirements=CANCEL)
    judgement, reply = told(order, stocked(shelf("MUG", 30), shelf("BOLT", 10)), {"all_or_nothing": True})
    assert (judgement.state, judgement.verdict, reply.type) == ("REJECTED", "reject", "RD")
    assert {mine.accepted_quantity for mine in judgement.lines} == {0}


@pytest.mark.parametrize(
    ("ordered", "units", "here", "said"),
    [
        (line(5, "CA", "48.00"), [], 30, ["IA 2 CA", "SP 3 CA"]),  # 30 are two cases of 12 and a half
        (line(5, "CA", "48.00"), [], 11, ["SP 5 CA"]),
        (line(48), [unit("MUG", "EA", 1, multiple=d(12))], 30, ["IA 24 EA", "SP 24 EA"]),
        (line(48), [unit("MUG", "EA", 1, orderable=False)], 30, ["IA 24 EA", "SP 24 EA"]),  # sold by the case
        (line("10", "LB", "5.25", ids=[("VN", "CHEESE")]), [], "7.255", ["IA 7.255 LB", "SP 2.745 LB"]),
        (line("2", "CA", "105.00", ids=[("VN", "CHEESE")]), [], "25", ["IA 1.25 CA", "SP 0.75 CA"]),
    ],
)  # fmt: skip
def test_what_goes_is_whole_packs_of_the_buyers_unit(
    ordered: dict[str, Any], units: list[Any], here: str | int, said: list[str]
) -> None:
    sku = ordered["ids"][0]["value"]
    _, reply = told(po(ordered), stocked(shelf(sku, here), units=units))
    assert dated(reply) == [said]


def test_what_ships_complete_is_promised_for_the_day_on_which_all_is_there() -> None:
    order = po(line(48), line(10, "EA", "0.062", ids=[("VN", "BOLT")]), sales_requirements=COMPLETE)
    data = stocked(shelf("MUG", 48), shelf("BOLT", 4, "6 20"))
    judgement, reply = told(order, data)
    assert dated(reply) == [["DR 48 EA 068 0320"], ["DR 10 EA 068 0320"]]
    assert [(m.promised_ship, m.ship_from, m.backordered_quantity) for m in judgement.lines] == [
        (march(20), march(20), None)
    ] * 2


def test_what_ships_complete_and_is_there_within_the_window_is_accepted_as_ordered() -> None:
    order = po(line(48), line(10, "EA", "0.062", ids=[("VN", "BOLT")]), sales_requirements=COMPLETE)
    assert told(order, stocked(shelf("MUG", 48), shelf("BOLT", 4, "6 14")))[1].type == "AD"


def test_what_ships_complete_waits_as_a_whole_for_what_has_no_day() -> None:
    order = po(line(48), line(10, "EA", "0.062", ids=[("VN", "BOLT")]), sales_requirements=COMPLETE)
    _, reply = told(order, stocked(shelf("MUG", 48), shelf("BOLT", 4, "6 ?20")))
    assert dated(reply) == [["SP 48 EA"], ["SP 10 EA"]]
    _, reply = told(order, stocked(shelf("MUG", 48), shelf("BOLT", 4)))
    assert dated(reply) == [["SP 48 EA"], ["SP 10 EA"]]


def test_one_line_may_ship_complete_in_an_order_that_does_not() -> None:
    bolts = line(10, "EA", "0.062", ids=[("VN", "BOLT")], sales_requirements=COMPLETE)
    _, reply = told(po(line(48), bolts), stocked(shelf("MUG", 30, "18 20"), shelf("BOLT", 4, "6 21")))
    assert dated(reply) == [["IA 30 EA", "IB 18 EA 068 0320"], ["DR 10 EA 068 0321"]]


def test_who_comes_first_is_promised_first_also_within_one_order() -> None:
    known = facts(stocked(shelf("MUG", 60, "100 20")), fulfilment=OURS)
    assert dated(by(known, po(line(40)))[1]) == [["IA 40 EA"]]
    twice = by(known, po(line(15), line(10), po_number="PO-2"))[1]
    assert dated(twice) == [["IA 15 EA"], ["IA 5 EA", "IB 5 EA 068 0320"]]


def test_what_waits_for_a_person_is_not_promised_and_takes_nothing() -> None:
    known = facts(stocked(shelf("MUG", 60)), fulfilment=OURS)
    held, reply = by(known, po(line(48, price="1.00")))
    assert (held.state, dated(reply)) == ("ON_HOLD", [["IH 48 EA"]])
    assert held.lines[0].backordered_quantity is None
    assert dated(by(known, po(line(60), po_number="PO-2"))[1]) == [["IA 60 EA"]]


def test_goods_at_no_charge_on_top_are_taken_too() -> None:
    known = facts(stocked(shelf("MUG", 60)), fulfilment=OURS)
    one_in_ten = {"kind": "A", "code": "D170", "unit": "EA", "quantity": d(10), "quantity_upper": d(1)}
    assert judge(po(line(48, allowances=[one_in_ten])), known).lines[0].free_quantity == 4
    assert dated(by(known, po(line(48), po_number="PO-2"))[1]) == [["IA 8 EA", "SP 40 EA"]]


def test_sites_and_safety_stock_are_the_partners_habit() -> None:
    def found() -> MasterData:
        levels = (StockLevel("EAST", "MUG", d(30), safety=d(10)), StockLevel("WEST", "MUG", d(40)))
        data = stocked(shelf("BOLT", 1))
        data.shelves["MUG"] = Shelf(levels)
        return data

    order = po(line(70))
    assert dated(told(order, found())[1]) == [["IA 60 EA", "SP 10 EA"]]
    assert dated(told(order, found(), use_safety_stock=True)[1]) == [["IA 70 EA"]]
    assert dated(told(order, found(), sites=["EAST"])[1]) == [["IA 20 EA", "SP 50 EA"]]


def test_a_line_that_may_not_be_split_over_sites_is_promised_what_one_of_them_has() -> None:
    """Forty at WEST and thirty at EAST; thirty more come there on the 20th (D32)."""
    levels = (StockLevel("EAST", "MUG", d(30)), StockLevel("WEST", "MUG", d(40)))

    def found() -> MasterData:
        data = stocked(shelf("BOLT", 1))
        data.shelves["MUG"] = Shelf(levels, (Supply("EAST", "MUG", d(30), march(20)),))
        return data

    assert dated(told(po(line(60)), found(), split_sites=False)[1]) == [["IA 40 EA", "IB 20 EA 068 0320"]]
    assert dated(told(po(line(60)), found())[1]) == [["IA 60 EA"]]
    both = po(line(30), line(35))  # WEST has either of them, not both
    assert dated(told(both, found(), split_sites=False)[1]) == [
        ["IA 30 EA"],
        ["IA 30 EA", "IB 5 EA 068 0320"],
    ]
    was = po(line(40))
    data = stocked(shelf("BOLT", 1), known=[(was, "ACCEPTED")])
    level = StockLevel("WEST", "MUG", d(40), allocated=d(40))
    data.shelves["MUG"] = Shelf((levels[0], level))
    data.own[1] = (OwnPart(1, "MUG", d(40), reserved=True, site="WEST"),)
    changed = po(line(40), purpose="05", notes=[{"text": "please"}])
    assert dated(told(changed, data, split_sites=False)[1]) == [["IA 40 EA"]]


def test_what_others_wait_for_at_other_sites_takes_nothing_away() -> None:
    data = stocked(shelf("BOLT", 1))
    waits = [Commitment("MUG", d(25), march(5), sites) for sites in (("WEST",), ("EAST", "WEST"), ())]
    for commitment, there in zip(waits, ("IA 30 EA", "IA 5 EA", "IA 5 EA"), strict=True):
        data.shelves["MUG"] = Shelf((StockLevel("EAST", "MUG", d(30)),), (), (commitment,))
        assert dated(told(po(line(30)), data, sites=["EAST"])[1])[0][0] == there


def test_a_change_has_what_was_set_aside_for_the_order_and_needs_no_more_than_is_left_to_ship() -> None:
    was = po(line(48))
    data = stocked(shelf("MUG", 0), known=[(was, "ACCEPTED")])
    # 20 have left, 18 lie allocated, 10 wait since the 10th; 10 have come in today
    level = StockLevel("EAST", "MUG", d(28), allocated=d(18))
    data.shelves["MUG"] = Shelf((level,), (), (Commitment("MUG", d(10), march(10)),))
    data.own[1] = (
        OwnPart(1, "MUG", d(20), shipped=True),
        OwnPart(1, "MUG", d(18), reserved=True),
        OwnPart(1, "MUG", d(10), due_on=march(10)),
    )
    for quantity, said in ((50, ["IA 48 EA", "SP 2 EA"]), (48, ["IA 48 EA"])):
        changed = po(line(quantity), purpose="05", notes=[{"text": "please"}])
        judgement, reply = told(changed, data)
        assert (judgement.verdict, dated(reply)) == ("change", [said])


def test_what_we_do_not_keep_and_whom_we_do_not_ship_for_is_answered_as_ever() -> None:
    assert dated(told(po(line(48)), stocked(shelf("BOLT", 0)))[1]) == [["IA 48 EA"]]
    assert dated(by(facts(books()), po(line(48)))[1]) == [["IA 48 EA"]]
    test = facts(stocked(shelf("MUG", 0)), fulfilment=OURS, test=True, production=False)
    assert dated(by(test, po(line(48)))[1]) == [["IA 48 EA"]]


def test_a_blanket_order_ships_nothing_and_is_promised_nothing() -> None:
    assert dated(told(po(line(48), type="BK"), stocked(shelf("MUG", 0)))[1]) == [["IA 48 EA"]]


@given(
    st.integers(-5, 80), st.lists(st.tuples(st.integers(0, 40), st.integers(3, 30)), max_size=4),
    st.lists(st.tuples(st.integers(1, 60), st.sampled_from(["Y", "N", "SC"])), min_size=1, max_size=5),
)  # fmt: skip
def test_answers_always_add_up_and_never_promise_more_than_there_is(
    here: int, comes: list[tuple[int, int]], ordered: list[tuple[int, str]]
) -> None:
    stock = shelf("MUG", here, *(f"{n} {day}" for n, day in comes))
    known = facts(stocked(stock), fulfilment=OURS)
    by_day: dict[date, Decimal] = {}
    for n, (quantity, wish) in enumerate(ordered):
        judgement, reply = by(
            known, po(line(quantity), po_number=f"PO-{n}", sales_requirements=[{"code": wish}])
        )
        assert sum(a.quantity or 0 for a in reply.lines[0].answers) == quantity
        for mine in judgement.lines:
            now = mine.accepted_quantity - (mine.backordered_quantity or 0)
            day = mine.promised_ship or march(14)
            by_day[day] = by_day.get(day, d(0)) + now
            if mine.backordered_to is not None and mine.backordered_quantity:
                later = mine.backordered_to
                by_day[later] = by_day.get(later, d(0)) + mine.backordered_quantity
    for day in by_day:
        spent = sum(n for each, n in by_day.items() if each <= day)
        has = here + sum(n for n, comes_on in comes if march(comes_on) <= day)
        assert spent <= max(0, has)


def test_what_is_said_again_of_a_promise_is_what_stands() -> None:
    known = facts(stocked(shelf("MUG", 30, "18 20")), fulfilment=OURS)
    judgement, first = by(known, po(line(48)))
    filled = [replace(mine, backordered_quantity=None, backordered_to=None) for mine in judgement.lines]
    again = answer(
        po(line(48)), filled, (), profile=known.profile, order_number="SO-9", today=known.today, history=first
    )
    assert (again.purpose, dated(again)) == ("05", [["IA 48 EA"]])
