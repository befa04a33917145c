"""What lines come to and what is taken off or added, each worked out by hand (spec B2, B11, C0 SAC, D10, D13, D29)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.model.finding import Code
from edi_gateway.model.fulfilment import PartKind
from tests.orders import build
from tests.orders.billing.bills import Order, charged, money, sac

d = build.d


def test_a_line_is_its_quantity_at_the_acknowledged_price() -> None:
    order = Order(build.po(build.line(48)))
    issued = order.bill(order.part(1, 48))
    (line,) = issued.lines
    # 48 x 4.00
    assert (line.quantity, line.unit, line.price, line.amount) == (d(48), "EA", d(4), d("192.00"))
    assert line.parts == ((7001, d(48)),)
    assert money(issued) == {"goods": "192.00", "added": "0", "off": "0", "tax": "0", "total": "192.00"}


def test_the_price_that_we_acknowledged_counts_and_not_the_one_that_they_asked() -> None:
    policies = {"price_buyer_lower": {"percent": "10"}, "price_within": "contract"}
    order = Order(build.po(build.line(10, price="3.90")), policies=policies)
    assert order.bill(*order.all()).lines[0].price == d(4)  # 3.90 is within 10 % of ours, and ours holds
    assert order.issued[0].total == d("40.00")


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        # 7 cases of 12 at 4.00 the piece: 7 x 12 x 4.00
        (build.line(7, "CA", "4.00", "PE"), "336.00"),
        # 250 bolts at 6.20 the hundred: 250 / 100 x 6.20
        (build.line(250, price="6.20", basis="HP", ids=[("VN", "BOLT")]), "15.50"),
        # 1,250 bolts at 62.00 the thousand
        (build.line(1250, price="62.00", basis="TP", ids=[("VN", "BOLT")]), "77.50"),
        # 5 bolts at 0.062 are 0.310
        (build.line(5, price="0.062", ids=[("VN", "BOLT")]), "0.31"),
        # 75 bolts at 0.062 are 4.650; 25 are 1.550: exactly a half, which goes up where it is one
        (build.line(25, price="0.062", ids=[("VN", "BOLT")]), "1.55"),
        # 3 dozen mugs... priced by the dozen: 36 pieces at 48.00 the dozen
        (build.line(36, price="48.00", basis="PD"), "144.00"),
    ],
)
def test_prices_by_the_piece_the_dozen_the_hundred_and_the_thousand(
    line: dict[str, Any], amount: str
) -> None:
    order = Order(build.po(line))
    assert order.bill(*order.all()).total == d(amount)


def test_a_line_is_rounded_half_up_once() -> None:
    prices = [build.price("MUG", "EA", "0.335")]
    order = Order(
        build.po(build.line(1, price="0.335"), build.line(3, price="0.335")), build.books(prices=prices)
    )
    issued = order.bill(*order.all())
    # 0.335 goes up to 0.34, 1.005 to 1.01; together 1.35, although 4 x 0.335 are 1.34
    assert [line.amount for line in issued.lines] == [d("0.34"), d("1.01")]
    assert issued.total == d("1.35")


def test_parts_of_a_line_are_one_line_of_the_invoice() -> None:
    order = Order(build.po(build.line(48)))
    issued = order.bill(order.part(1, 30), order.part(1, 18))
    assert [(line.quantity, line.amount) for line in issued.lines] == [(d(48), d("192.00"))]
    assert issued.lines[0].parts == ((7001, d(30)), (7002, d(18)))


def test_weighed_goods_are_billed_by_what_they_weighed() -> None:
    """5 cases of about 20 pounds, priced by the pound: 101.4 LB x 5.25 = 532.35 (D13)."""
    order = Order(build.po(build.line(5, "CA", "5.25", "PP", ids=[("VN", "CHEESE")])))
    (line,) = order.bill(order.part(1, 5, weighed="101.4")).lines
    assert (line.quantity, line.unit, line.price_basis, line.amount) == (d("101.4"), "LB", "PP", d("532.35"))
    as_agreed = Order(build.po(build.line(5, "CA", "5.25", "PP", ids=[("VN", "CHEESE")])))
    (usual,) = as_agreed.bill(as_agreed.part(1, 5)).lines
    assert (usual.quantity, usual.unit, usual.amount) == (d(5), "CA", d("525.00"))  # 5 x 20 x 5.25


def test_what_is_over_is_billed_and_what_is_free_is_not() -> None:
    free = build.line(20, allowances=[sac(code="D170", quantity="10", quantity_upper="1")])
    order = Order(build.po(free))
    issued = order.bill(order.part(1, 20), order.part(1, 1, PartKind.OVER), order.part(1, 2, PartKind.FREE))
    # 21 x 4.00, and 2 at nothing; that SAC says goods and no money
    assert [(str(line.quantity), str(line.amount), line.free) for line in issued.lines] == [
        ("21", "84.00", False),
        ("2", "0", True),
    ]
    assert (issued.lines[1].price, issued.lines[1].price_basis) == (d(0), "NC")
    assert charged(issued) == []


def test_free_goods_may_be_left_out_but_not_if_nothing_else_is_billed() -> None:
    order = Order(build.po(build.line(20)), invoicing={"free_goods": "leave out"})
    free = order.part(1, 2, PartKind.FREE)
    assert len(order.make(order.part(1, 20), free).invoice.lines) == 1  # type: ignore[union-attr]
    alone = order.make(free).invoice
    assert alone is not None
    assert (len(alone.lines), alone.total) == (1, d(0))


def test_a_line_without_a_price_cannot_be_billed() -> None:
    order = Order(build.po(build.line(48)))
    order.lines[1] = replace(order.lines[1], price=None)
    made = order.make(order.part(1, 48))
    assert made.invoice is None
    assert [(f.code, f.at) for f in made.findings] == [(Code.INVOICE_BLOCKED, "lines[0].price")]


# ---------------------------------------------------------------- allowances and charges


@pytest.mark.parametrize(
    ("allowance", "taken"),
    [
        (sac(amount="5.00"), [("A", "C310", "5.00")]),
        (sac(handling=None, amount="5.00"), [("A", "C310", "5.00")]),
        (sac(handling="01", amount="5.00"), []),  # bill-back
        (sac(handling="04", amount="5.00"), []),  # credited to the account
        (sac(handling="15", amount="5.00"), []),  # for information
        (sac("N", handling="02", amount="5.00"), []),
        (sac("P", "F800", amount="5.00"), [("A", "F800", "5.00")]),  # a promotion takes off
        (sac("P", "F800", handling="01", amount="5.00"), []),
        (sac("S", "G740", "06", amount="7.00"), [("C", "G740", "7.00")]),  # a service is charged
        (sac("S", "G740", "05", amount="7.00"), []),
        (sac("C", "D500", "06", amount="7.00"), [("C", "D500", "7.00")]),
        (sac("C", "D500", "02", amount="7.00"), [("C", "D500", "7.00")]),
        (sac("C", "D500", "05", amount="7.00"), []),  # paid by the vendor: by us
        (sac("C", "D500", "CC", amount="7.00"), []),
    ],
)
def test_what_comes_off_or_onto_the_invoice_and_what_never_does(
    allowance: dict[str, Any], taken: list[tuple[str, str, str]]
) -> None:
    header = Order(build.po(build.line(48), allowances=[allowance]))
    assert charged(header.bill(*header.all())) == taken
    line = Order(build.po(build.line(48, allowances=[allowance])))
    assert charged(line.bill(*line.all())) == taken


def test_the_amount_counts_before_the_rate_and_the_rate_before_the_percent() -> None:
    every = {
        "amount": "3.00",
        "rate": "0.05",
        "unit": "EA",
        "quantity": "48",
        "percent": "10",
        "percent_basis": "3",
    }
    without = {**every}
    lines = [build.line(48, allowances=[sac(**every)])]
    order = Order(build.po(*lines))
    assert charged(order.bill(*order.all())) == [("A", "C310", "3.00")]
    del without["amount"]
    order = Order(build.po(build.line(48, allowances=[sac(**without)])))
    assert charged(order.bill(*order.all())) == [("A", "C310", "2.40")]  # 48 x 0.05
    del without["rate"], without["unit"], without["quantity"]
    order = Order(build.po(build.line(48, allowances=[sac(**without)])))
    assert charged(order.bill(*order.all())) == [("A", "C310", "19.20")]  # 10 % of 192.00


def test_an_amount_of_the_order_goes_over_its_shipments_by_what_they_bill_the_last_taking_the_rest() -> None:
    """100.00 off 48 mugs at 4.00: of 16 (64.00 of 192.00) a third, 33.33; of 16 more (64.00 of the 128.00 left) half
    of the 66.67 left, 33.34 rounded half-up from 33.335; of the last the rest, 33.33."""
    order = Order(build.po(build.line(48), allowances=[sac(amount="100.00")]))
    got = [order.bill(order.part(1, 16)).taken_off for _ in range(3)]
    assert got == [d("33.33"), d("33.34"), d("33.33")]
    assert sum(got) == d("100.00")


def test_an_amount_of_a_line_goes_over_its_shipments_by_quantity() -> None:
    order = Order(
        build.po(build.line(30, allowances=[sac("C", "D500", "06", amount="10.00")]), build.line(5))
    )
    assert order.bill(order.part(1, 10), order.part(2, 5)).added == d("3.33")  # 10 of 30
    assert order.bill(order.part(1, 20)).added == d("6.67")


def cut(order: Order, number: int, to: int) -> None:
    """Only so many of a line will ship; the others were refused or cancelled."""
    line = order.lines[number]
    order.lines[number] = replace(line, accepted_quantity=d(to), base_quantity=d(to))


def test_what_is_cancelled_takes_its_share_of_an_amount_along() -> None:
    """50.00 for 48, of which 24 ship."""
    order = Order(build.po(build.line(48), allowances=[sac(amount="50.00")]))
    cut(order, 1, 24)
    assert order.bill(order.part(1, 24)).taken_off == d("25.00")
    whole = Order(
        build.po(build.line(48), allowances=[sac(amount="50.00")]), invoicing={"flat_amounts": "whole"}
    )
    cut(whole, 1, 24)
    assert whole.bill(whole.part(1, 24)).taken_off == d("50.00")  # nothing else comes


def test_an_amount_of_an_order_is_cut_by_value_and_one_of_a_line_by_quantity() -> None:
    """48 mugs are 192.00, 8 of the 32 bolts at 2.00 are refused: 240.00 of 256.00 ship, of 16.00 off 15.00. Of the fee
    of 4.00 on the bolts three quarters stay."""
    fee = sac("C", "D500", "06", amount="4.00")
    bolts = build.line(32, price="2.00", ids=[("VN", "BOLT")], allowances=[fee])
    data = build.books(prices=[build.price("MUG", "EA", "4.00"), build.price("BOLT", "EA", "2.00")])
    order = Order(build.po(build.line(48), bolts, allowances=[sac(amount="16.00")]), data)
    cut(order, 2, 24)
    assert charged(order.bill(*order.all())) == [("C", "D500", "3.00"), ("A", "C310", "15.00")]


def test_what_is_cancelled_after_the_first_shipment_lessens_the_rest() -> None:
    """12.00 off 48: the first 16 take 4.00. Then 20 are cancelled, 28 of 48 make 7.00: 3.00 for the last 12. Had more
    been taken than is due in the end, the last takes nothing."""
    order = Order(build.po(build.line(48), allowances=[sac(amount="12.00")]))
    assert order.bill(order.part(1, 16)).taken_off == d("4.00")
    cut(order, 1, 28)
    assert order.bill(order.part(1, 12)).taken_off == d("3.00")
    flat = Order(build.po(build.line(48), allowances=[sac(amount="12.00")]))
    flat.bill(flat.part(1, 40))
    flat.issued = [replace(flat.issued[0], charges=(replace(flat.issued[0].charges[0], amount=d("12.00")),))]
    cut(flat, 1, 44)
    assert flat.bill(flat.part(1, 4)).taken_off == d("0")


def test_a_line_that_we_have_no_price_of_counts_at_the_price_of_the_buyer() -> None:
    """192.00 of 48 mugs ship, 64.00 of what nobody knows were refused: three quarters of 8.00."""
    order = Order(build.po(build.line(48), build.line(16), allowances=[sac(amount="8.00")]))
    order.lines[2] = replace(order.lines[2], price=None, accepted_quantity=d(0))
    assert order.bill(order.part(1, 48)).taken_off == d("6.00")


def test_a_flat_discount_is_for_the_order_as_it_was_placed() -> None:
    """10.00 (ITD08) for 192.00; 96.00 ship."""
    terms = [{"type": "01", "basis": "3", "discount_amount": d("10.00"), "discount_days": 10, "net_days": 30}]
    order = Order(build.po(build.line(48), terms=terms))
    cut(order, 1, 24)
    assert order.bill(order.part(1, 24)).discount == d("5.00")


def test_a_rate_is_taken_on_what_is_billed_in_its_own_unit() -> None:
    """0.60 a case of 12: 30 pieces are 2.5 cases, 1.50."""
    order = Order(build.po(build.line(48, allowances=[sac(rate="0.60", unit="CA")])))
    issued = order.bill(order.part(1, 30))
    (charge,) = issued.lines[0].charges
    assert (charge.amount, charge.rate, charge.unit, charge.quantity) == (
        d("1.50"),
        d("0.60"),
        "CA",
        d("2.5"),
    )


def test_a_rate_for_so_many_that_are_not_the_quantity_is_an_amount() -> None:
    """25.00 a pallet for 2 pallets: 50.00 in all, of which 24 of 48 pieces bear half."""
    order = Order(
        build.po(build.line(48), allowances=[sac("C", "F180", "06", rate="25.00", unit="PL", quantity="2")])
    )
    assert order.bill(order.part(1, 24)).added == d("25.00")
    assert order.bill(order.part(1, 24)).added == d("25.00")


def test_a_rate_of_the_order_for_all_its_pieces_is_taken_on_those_that_ship() -> None:
    header = sac(rate="0.05", unit="EA", quantity="48")
    order = Order(build.po(build.line(48), allowances=[header]))
    assert order.bill(order.part(1, 30)).taken_off == d("1.50")


def test_a_percent_is_of_the_goods_or_of_what_other_allowances_leave() -> None:
    """192.00; 10 % of the gross are 19.20; 5 % of the net 172.80 are 8.64."""
    allowances = [sac(percent="10", percent_basis="3"), sac(code="I170", percent="5", percent_basis="4")]
    order = Order(build.po(build.line(48), allowances=allowances))
    issued = order.bill(*order.all())
    assert charged(issued) == [("A", "C310", "19.20"), ("A", "I170", "8.64")]
    assert issued.total == d("164.16")


def test_a_percent_of_the_order_follows_what_is_billed() -> None:
    order = Order(build.po(build.line(48), allowances=[sac(percent="2.5", percent_basis="3")]))
    assert order.bill(order.part(1, 10)).taken_off == d("1.00")  # of 40.00
    assert order.bill(order.part(1, 38)).taken_off == d("3.80")  # of 152.00


def test_a_price_that_has_its_allowances_taken_off_already_bears_them_not_twice() -> None:
    """4.00 less 10 % is 3.60, which they write."""
    line = build.line(10, price="3.60", allowances=[sac(percent="10", percent_basis="3")])
    order = Order(build.po(line), policies={"price_net_of_allowances": True})
    issued = order.bill(*order.all())
    assert (issued.total, charged(issued)) == (d("36.00"), [])


def test_freight_is_charged_once_an_order_and_only_where_it_is_prepaid_and_charged() -> None:
    freight = {"freight": [{"payment": "PC"}]}
    order = Order(build.po(build.line(48), **freight), invoicing={"freight": "12.50"})
    assert charged(order.bill(order.part(1, 20))) == [("C", "D240", "12.50")]
    assert charged(order.bill(order.part(1, 28))) == []
    collect = Order(build.po(build.line(48), freight=[{"payment": "CC"}]), invoicing={"freight": "12.50"})
    assert charged(collect.bill(*collect.all())) == []
    theirs = Order(
        build.po(build.line(48), allowances=[sac("C", "D240", "06", amount="9.00")], **freight),
        invoicing={"freight": "12.50"},
    )
    assert charged(theirs.bill(*theirs.all())) == [
        ("C", "D240", "9.00")
    ]  # what the order says of freight holds


def test_yen_have_no_cents_and_dinars_have_thousandths() -> None:
    """7 at 333.5 yen are 2,334.5, rounded 2,335; 10 % are 233.5, rounded 234. 7 at 1.2345 dinars are 8.6415, rounded
    8.642; an allowance has hundredths, since X12 writes no more: 10 % are 0.8642, rounded 0.86."""
    allowances = [sac(percent="10", percent_basis="3")]
    yen = Order(build.po(build.line(7), allowances=allowances), currency="JPY")
    dinar = Order(build.po(build.line(7), allowances=allowances), currency="KWD")
    yen.lines[1] = replace(yen.lines[1], price=Decimal("333.5"))
    dinar.lines[1] = replace(dinar.lines[1], price=Decimal("1.2345"))
    assert money(yen.bill(*yen.all())) == {
        "goods": "2335",
        "added": "0",
        "off": "234",
        "tax": "0",
        "total": "2101",
    }
    assert money(dinar.bill(*dinar.all()))["total"] == "7.782"  # 8.642 - 0.86
