"""Prices: like with like, tolerances, what is answered (spec B5.3, D10-D13, D19)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.model.master_data import Customer, Item
from tests.orders.build import (
    acks,
    answered,
    books,
    d,
    facts,
    held,
    judged,
    line,
    po,
    price,
    states,
    told,
    unit,
)


def test_the_contract_price_is_fine() -> None:
    judgement = judged(po(line(48, "EA", "4.00")))
    assert told(judgement) == []
    assert judgement.total == d("192.00")


def test_the_same_price_with_more_zeros_is_the_same_price() -> None:
    reply = answered(po(line(48, "EA", "4.0000")))
    assert acks(reply) == [["IA 48 EA"]]
    assert str(reply.lines[0].price) == "4.0000"  # their own figure back


def test_a_lower_price_holds() -> None:
    judgement = judged(po(line(48, "EA", "3.99")))
    assert told(judgement) == [("PRICE_DIFFERS", "ERROR", "lines[0].price")]
    assert held(judgement) == [("PRICE", 1, None)]
    assert judgement.findings[0].message == (
        "line 1 (MUG): they ask 3.99, ours is 4.00 per EA, since 01 Jan 2024."
    )


def test_a_lower_price_is_answered_with_ours_by_policy() -> None:
    reply = answered(po(line(48, "EA", "3.99")), policies={"price_lower_outside": "ours"})
    assert acks(reply) == [["IP 48 EA"]]
    assert reply.lines[0].price == d("4.00")
    assert reply.type == "AC"


def test_a_lower_price_is_refused_by_policy() -> None:
    assert acks(answered(po(line(48, "EA", "3.99")), policies={"price_lower_outside": "reject line"})) == [
        ["IR 48 EA"]
    ]


def test_a_lower_price_is_accepted_by_policy_and_stops_only_the_release_to_the_warehouse() -> None:
    fix = {"price_lower_outside": "accept then fix"}
    judgement = judged(po(line(48, "EA", "3.99"), line(1)), policies=fix)
    assert [(hold.code.value, hold.line, hold.blocks) for hold in judgement.holds] == [("PRICE", 1, "R")]
    assert (judgement.state, states(judgement)) == ("ACCEPTED", ["ACCEPTED", "ACCEPTED"])
    assert judgement.total == d("195.52")  # 48 at 3.99 and one at 4.00
    reply = answered(po(line(48, "EA", "3.99"), line(1)), policies=fix)
    assert (reply.type, acks(reply), reply.lines[0].price) == ("AD", [["IA 48 EA"], ["IA 1 EA"]], d("3.99"))
    # a price of nothing is no low price: it waits as ever
    assert [hold.blocks for hold in judged(po(line(48, "EA", "0")), policies=fix).holds] == ["A"]


def test_a_class_of_items_has_a_tolerance_of_its_own() -> None:
    """Mugs are tableware, for which 0.02 each is allowed below and nothing above; bolts have the general 1 %."""
    data = books(
        items=[
            Item("MUG", "Mug", "active", "EA", item_class="tableware"),
            Item("BOLT", "Bolt", "active", "EA"),
        ]
    )
    policies = {
        "price_buyer_lower": {"percent": "1"},
        "price_buyer_higher": {"percent": "1"},
        "price_lower_by_class": {"tableware": {"per_unit": "0.02"}},
        "price_higher_by_class": {"tableware": {"percent": "0"}},
    }

    def found(price: str, item: str = "MUG") -> list[str]:
        order = po(line(48, "EA", price, ids=[("VN", item)]))
        return [f"{code} {severity}" for code, severity, _ in told(judged(order, data, policies=policies))]

    assert found("3.98") == ["PRICE_DIFFERS INFO"]  # 0.02 below
    assert found("3.97") == ["PRICE_DIFFERS ERROR"]  # 0.03, yet less than 1 %
    assert found("4.01") == ["PRICE_FAVOURABLE INFO"]
    assert found("0.0615", "BOLT") == ["PRICE_DIFFERS INFO"]  # 0.0005 of 0.062 is 0.8 %
    assert found("0.061", "BOLT") == ["PRICE_DIFFERS ERROR"]  # 1.6 %


def test_a_higher_price_is_answered_with_ours_and_noted_as_in_our_favour() -> None:
    """Never billed above contract: IP, for information only."""
    order = po(line(48, "EA", "4.50"))
    assert told(judged(order)) == [("PRICE_FAVOURABLE", "INFO", "lines[0].price")]
    reply = answered(order)
    assert acks(reply) == [["IP 48 EA"]]
    assert reply.lines[0].price == d("4.00")


@pytest.mark.parametrize(("within", "status", "used"), [("buyer", "IA", "3.99"), ("contract", "IP", "4.00")])
def test_within_tolerance_the_profile_says_whose_price_holds(within: str, status: str, used: str) -> None:
    policies = {"price_buyer_lower": {"percent": "1"}, "price_within": within}
    reply = answered(po(line(48, "EA", "3.99")), policies=policies)
    assert acks(reply) == [[f"{status} 48 EA"]]
    assert reply.lines[0].price == d(used)


@pytest.mark.parametrize(
    ("limits", "asked", "held_"),
    [
        ({"percent": "1"}, "3.96", False),  # 4 cents of 4.00 are 1 %
        ({"percent": "1"}, "3.95", True),
        ({"per_unit": "0.05"}, "3.95", False),
        ({"per_unit": "0.05"}, "3.94", True),
        ({"per_line": "2.40"}, "3.95", False),  # 48 * 0.05
        ({"per_line": "2.39"}, "3.95", True),
        ({"percent": "5", "per_unit": "0.05", "per_line": "2.39"}, "3.95", True),  # the strictest wins
        ({"percent": "5", "per_unit": "0.05", "per_line": "2.40"}, "3.95", False),
        ({}, "3.99", True),  # no limit given is no tolerance
    ],
)
def test_all_limits_must_hold(limits: dict[str, str], asked: str, held_: bool) -> None:
    judgement = judged(po(line(48, "EA", asked)), policies={"price_buyer_lower": limits})
    assert bool(held(judgement)) is held_


def test_even_a_cent_counts_when_no_tolerance_is_agreed() -> None:
    """152 units at 0.01: the deduction that came back (spec B5.3)."""
    assert held(judged(po(line(152, "EA", "3.99")))) == [("PRICE", 1, None)]


# bases and units


@pytest.mark.parametrize(
    ("quantity", "code", "asked", "basis", "amount"),
    [
        ("48", "EA", "4.00", "PE", "192.00"),
        ("48", "EA", "4.00", "WE", "192.00"),
        ("48", "EA", "4.00", "TE", "192.00"),
        ("48", "EA", "4.00", "UM", "192.00"),
        ("48", "EA", "4.00", "CT", "192.00"),
        ("4", "CA", "48.00", "UM", "192.00"),
        ("4", "CA", "48.00", None, "192.00"),
        ("4", "CA", "4.00", "PE", "192.00"),  # priced per each, ordered by the case
        ("48", "EA", "48.00", "PD", "192.00"),  # per dozen
        ("48", "EA", "40.00", "PN", "192.00"),  # per ten
        ("48", "EA", "400.00", "HP", "192.00"),  # per hundred
        ("48", "EA", "4000.00", "TP", "192.00"),  # per thousand
    ],
)
def test_a_price_is_brought_to_our_unit_by_its_basis(
    quantity: str, code: str, asked: str, basis: str | None, amount: str
) -> None:
    order = po(line(quantity, code, asked, basis))
    judgement = judged(order)
    assert told(judgement) == []
    assert judgement.lines[0].price == d(asked)
    assert judgement.total == d(amount)
    assert acks(answered(order)) == [[f"IA {quantity} {code}"]]


def test_bolts_by_the_hundred() -> None:
    """2000 at 6.20 a hundred: 124.00 (D13)."""
    assert judged(po(line(2000, "EA", "6.20", "HP", ids=[("VN", "BOLT")]))).total == d("124.00")


def test_our_price_goes_back_in_their_basis() -> None:
    """Ours is 0.062 each; they ask 6.10 a hundred: 6.2 is answered."""
    reply = answered(
        po(line(2000, "EA", "6.10", "HP", ids=[("VN", "BOLT")])), policies={"price_lower_outside": "ours"}
    )
    assert reply.lines[0].price == d("6.2")
    assert reply.lines[0].price_basis == "HP"


def test_cheese_by_the_case_priced_per_pound() -> None:
    """3 cases of 20 pounds at 5.25 a pound: 315.00; the invoice will have the true weight (D13)."""
    judgement = judged(po(line(3, "CA", "5.25", "PP", ids=[("VN", "CHEESE")])))
    assert told(judgement) == []
    assert judgement.total == d("315.00")


def test_a_price_per_pound_of_what_has_no_weight_holds() -> None:
    judgement = judged(po(line(48, "EA", "4.00", "PP")))
    assert told(judgement) == [("PRICE_BASIS_UNKNOWN", "ERROR", "lines[0].price_basis")]
    assert held(judgement) == [("PRICE", 1, None)]


@pytest.mark.parametrize("basis", ["RE", "SR", "TB", "??"])
def test_retail_and_unknown_bases_hold(basis: str) -> None:
    assert told(judged(po(line(48, "EA", "4.00", basis)))) == [
        ("PRICE_BASIS_UNKNOWN", "ERROR", "lines[0].price_basis")
    ]


def test_a_case_price_with_the_basis_of_eaches_is_recognised_as_a_slip() -> None:
    """48.00 per each is more than 4.00, so ours is answered; 48.00 is our price of the case."""
    order = po(line(4, "CA", "48.00", "PE"))
    judgement = judged(order)
    assert told(judgement) == [("PRICE_FAVOURABLE", "INFO", "lines[0].price")]
    assert judgement.findings[0].hint == "Their price is ours per CA: the basis PE may be a slip."
    assert judgement.total == d("192.00")
    assert answered(order).lines[0].price == d("4.00")


def test_a_price_that_is_ours_to_the_decimals_they_wrote_is_ours() -> None:
    """10.00 a case of 12 is 0.83333... each; .8333 is that, .83 is not: four decimals at the least."""
    data = books(prices=[price("MUG", "CA", "10.00")])
    assert told(judged(po(line(48, "EA", "0.8333")), data)) == []
    assert told(judged(po(line(48, "EA", "0.83")), data)) == [("PRICE_DIFFERS", "ERROR", "lines[0].price")]


def test_our_price_in_their_unit_has_six_decimals_when_it_has_no_end() -> None:
    data = books(prices=[price("MUG", "CA", "10.00")])
    reply = answered(po(line(48, "EA", "0.90")), data)
    assert reply.lines[0].price == d("0.833333")
    # and the amount is counted from it: 48 * 0.833333 = 39.999984
    assert judged(po(line(48, "EA", "0.90")), data).total == d("40.00")


# which of our prices


def rows(*more: Any) -> Any:
    return books(
        prices=[price("MUG", "EA", "5.00"), *more],
        customer=Customer("C1", "Corner Shop", "USD", price_group="MASS"),
    )


def ours(data: Any, quantity: str = "48", on: date = date(2025, 3, 1), code: str = "EA") -> Decimal | None:
    return (
        judged(po(line(quantity, code, None), ordered_on=on), data, {"stale_after_days": 9999}).lines[0].price
    )


def test_the_contract_goes_before_the_group_and_the_group_before_the_list() -> None:
    group = price("MUG", "EA", "4.50", price_group="MASS")
    contract = price("MUG", "EA", "4.75", customer="C1")
    assert ours(rows()) == d("5.00")
    assert ours(rows(group)) == d("4.50")
    assert ours(rows(group, contract)) == d("4.75")
    assert ours(rows(price("MUG", "EA", "1.00", customer="C2"))) == d("5.00")
    assert ours(rows(price("MUG", "EA", "1.00", price_group="OTHER"))) == d("5.00")


@pytest.mark.parametrize(
    ("quantity", "expected"), [("99", "5.00"), ("100", "4.60"), ("499", "4.60"), ("500", "4.20")]
)
def test_the_highest_break_that_is_reached_counts(quantity: str, expected: str) -> None:
    data = rows(
        price("MUG", "EA", "4.60", from_quantity=d(100)), price("MUG", "EA", "4.20", from_quantity=d(500))
    )
    assert ours(data, quantity) == d(expected)


def test_a_break_in_cases_is_reached_by_eaches() -> None:
    """10 cases are 120: 119 are not enough."""
    data = books(prices=[price("MUG", "CA", "60.00"), price("MUG", "CA", "54.00", from_quantity=d(10))])
    assert ours(data, "119") == d("5")
    assert ours(data, "120") == d("4.5")


def test_a_price_holds_from_its_first_day_to_the_day_before_its_end() -> None:
    data = books(
        prices=[
            price("MUG", "EA", "4.00", since=date(2024, 1, 1), until=date(2025, 3, 1)),
            price("MUG", "EA", "4.40", since=date(2025, 3, 1)),
        ]
    )
    assert ours(data, on=date(2025, 2, 28)) == d("4.00")
    assert ours(data, on=date(2025, 3, 1)) == d("4.40")


def test_a_promotion_counts_while_it_lasts_and_only_when_it_is_lower() -> None:
    promotion = price("MUG", "EA", "3.50", promotion=True, since=date(2025, 2, 1), until=date(2025, 3, 2))
    dear = price("MUG", "EA", "9.00", promotion=True)
    assert ours(rows(promotion)) == d("3.50")
    assert ours(rows(promotion), on=date(2025, 3, 2)) == d("5.00")
    assert ours(rows(dear)) == d("5.00")


def test_the_price_of_the_ordered_unit_goes_before_a_converted_one() -> None:
    data = books(prices=[price("MUG", "EA", "5.00"), price("MUG", "CA", "54.00")])
    assert ours(data, "4", code="CA") == d("54.00")
    assert ours(data, "48") == d("5.00")


def test_the_price_date_is_the_profiles_choice() -> None:
    data = books(prices=[price("MUG", "EA", "4.00"), price("MUG", "EA", "4.40", since=date(2025, 3, 10))])
    order = po(line(48, "EA", None))  # ordered 1 March, to be shipped from 10 March
    assert judged(order, data).lines[0].price == d("4.00")
    assert judged(order, data, {"price_date": "requested_ship"}).lines[0].price == d("4.40")


def test_facts_give_the_price_row_that_holds() -> None:
    row = facts(rows()).price("MUG", "EA", d(1), on=date(2025, 3, 1), currency="USD")
    assert row is not None
    assert row.price == d("5.00")
    assert facts().price("NOPE", "EA", d(1), on=date(2025, 3, 1), currency="USD") is None


# absent, zero, free (D10, D11, D12)


def test_an_absent_price_is_ours_and_goes_back() -> None:
    order = po(line(48, "EA", None))
    assert told(judged(order)) == [("PRICE_ABSENT", "INFO", "lines[0].price")]
    reply = answered(order)
    assert acks(reply) == [["IA 48 EA"]]
    assert reply.lines[0].price == d("4.00")
    assert judged(order).total == d("192.00")


def test_a_retail_price_in_ctp_is_never_the_cost() -> None:
    order = po(line(48, "EA", None, quoted_prices=[{"trade_class": "RS", "kind": "RES", "price": d("9.99")}]))
    assert judged(order).lines[0].price == d("4.00")
    order = po(
        line(48, "EA", "4.00", quoted_prices=[{"trade_class": "RS", "kind": "RES", "price": d("9.99")}])
    )
    assert told(judged(order)) == []


def test_no_price_of_our_own_holds_whether_they_say_one_or_not() -> None:
    data = books(prices=[price("MUG", "EA", "4.00", since=date(2030, 1, 1))])
    for asked in (None, "4.00"):
        judgement = judged(po(line(48, "EA", asked)), data)
        assert told(judgement) == [("PRICE_NOT_ON_FILE", "ERROR", "lines[0].price")]
        assert held(judgement) == [("PRICE", 1, None)]


def test_zero_without_a_reason_holds() -> None:
    judgement = judged(po(line(48, "EA", "0")))
    assert told(judgement) == [("PRICE_ZERO", "ERROR", "lines[0].price")]
    assert held(judgement) == [("PRICE", 1, None)]


@pytest.mark.parametrize("type", ["SP", "WO", "RR"])
def test_zero_is_right_on_samples_warranty_and_repair(type: str) -> None:
    judgement = judged(po(line(2, "EA", "0"), type=type))
    assert told(judgement) == []
    assert judgement.total == 0


def test_zero_is_right_with_no_charge_with_free_goods_on_free_items_and_by_policy() -> None:
    assert told(judged(po(line(2, "EA", "0", "NC")))) == []
    assert told(judged(po(line(2, "EA", None, "NC")))) == []
    assert told(judged(po(line(2, "EA", "0", allowances=[{"kind": "A", "code": "D170"}])))) == []
    assert told(judged(po(line(2, "EA", "0")), policies={"price_zero": "accept"})) == []
    free = books(
        items=[Item("CARD", "Card", "active", "EA", free=True)],
        units=[unit("CARD", "EA", 1)],
        prices=[price("CARD", "EA", "0.10")],
    )
    assert told(judged(po(line(2, "EA", "0", ids=[("VN", "CARD")])), free)) == []


def test_no_charge_with_a_price_is_a_contradiction() -> None:
    assert held(judged(po(line(2, "EA", "4.00", "NC")))) == [("PRICE", 1, None)]


def test_a_negative_price_holds() -> None:
    assert held(judged(po(line(2, "EA", "-1")))) == [("PRICE", 1, None)]


def test_buy_ten_get_one() -> None:
    """SAC A D170 with SAC10 10 and SAC11 1: 48 bought bring 4."""
    given = [{"kind": "A", "code": "D170", "unit": "EA", "quantity": d(10), "quantity_upper": d(1)}]
    judgement = judged(po(line(48, "EA", "4.00", allowances=given)))
    assert judgement.lines[0].free_quantity == 4
    assert judgement.total == d("192.00")
    assert judged(po(line(9, "EA", "4.00", allowances=given))).lines[0].free_quantity is None


# net of allowances


@pytest.mark.parametrize(
    "allowance",
    [
        {"percent": d(10), "percent_basis": "1"},  # 10 % of 4.00
        {"rate": d("0.40"), "unit": "EA"},
        {"rate": d("4.80"), "unit": "CA"},
        {"amount": d("19.20")},  # on the line of 48
    ],
)
def test_a_net_price_is_compared_with_ours_less_the_off_invoice_allowance(allowance: dict[str, Any]) -> None:
    off = {"kind": "A", "code": "C310", "handling": "02", **allowance}
    order = po(line(48, "EA", "3.60", allowances=[off]))
    assert told(judged(order, policies={"price_net_of_allowances": True})) == []
    assert held(judged(order)) == [("PRICE", 1, None)]


def test_a_bill_back_allowance_leaves_the_price_alone() -> None:
    back = {"kind": "A", "code": "C310", "handling": "01", "percent": d(10), "percent_basis": "1"}
    order = po(line(48, "EA", "3.60", allowances=[back]))
    assert held(judged(order, policies={"price_net_of_allowances": True})) == [("PRICE", 1, None)]


# where the price goes in the 855


def test_a_changed_price_may_go_in_ctp_while_po1_echoes_theirs() -> None:
    policies = {"price_lower_outside": "ours", "price_change_in": "CTP"}
    reply = answered(po(line(48, "EA", "3.99")), policies=policies)
    assert reply.lines[0].price == d("3.99")
    assert [(p.kind, p.price) for p in reply.lines[0].quoted_prices] == [("CON", d("4.00"))]
    assert acks(reply) == [["IP 48 EA"]]


# D19: currency


def test_another_currency_holds_the_order_and_its_prices_are_not_compared() -> None:
    judgement = judged(po(line(48, "EA", "5.55"), currency="CAD"))
    assert told(judgement) == [("CURRENCY_DIFFERS", "ERROR", "currency")]
    assert held(judgement) == [("TERMS", None, None)]
    assert judgement.currency == "CAD"
    assert judgement.lines[0].price == d("5.55")


def test_a_line_without_price_in_a_currency_without_prices_waits_for_one() -> None:
    judgement = judged(po(line(48, "EA", None), currency="CAD"))
    assert held(judgement) == [("PRICE", 1, None), ("TERMS", None, None)]


def test_prices_on_file_in_that_currency_are_compared() -> None:
    data = books(prices=[price("MUG", "EA", "4.00"), price("MUG", "EA", "5.60", currency="CAD")])
    judgement = judged(po(line(48, "EA", "5.55"), currency="CAD"), data)
    assert [code for code, _, _ in told(judgement)] == ["PRICE_DIFFERS", "CURRENCY_DIFFERS"]


def test_yen_have_no_decimals() -> None:
    data = books(prices=[price("MUG", "EA", "400.5", currency="JPY")], customer=Customer("C1", "x", "JPY"))
    assert judged(po(line(3, "EA", "400.5")), data).total == 1202  # 1201.5, half up
