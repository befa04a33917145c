"""Whose word counts: line, order, customer, partner (orders/policy.py, spec B7.4)."""

from __future__ import annotations

from typing import Any

import pytest

from edi_gateway.model.master_data import Customer
from edi_gateway.orders.policy import resolve
from tests.orders.build import d, judged, line, po, profile, told

PARTNER = profile()


def said(*codes: str, **more: Any) -> list[dict[str, Any]]:
    return [{"code": code, **more} for code in codes]


@pytest.mark.parametrize(
    ("code", "backorder", "complete"),
    [
        ("N", "cancel remainder", False),
        ("SP", "cancel remainder", False),
        ("Y", "backorder", False),
        ("BK", "backorder", False),
        ("SC", "ship complete", True),
        ("P4", "backorder", False),  # says nothing about it: the customer's way
    ],
)
def test_the_orders_csh_goes_before_the_customers_way(code: str, backorder: str, complete: bool) -> None:
    found = resolve(PARTNER, Customer("C1", "x", "USD"), po(sales_requirements=said(code)))
    assert (found.backorder, found.ship_complete) == (backorder, complete)


def test_the_lines_csh_goes_before_the_orders() -> None:
    order = po(line(sales_requirements=said("BK")), sales_requirements=said("SC", "NS"))
    assert resolve(PARTNER, None, order).ship_complete
    of_line = resolve(PARTNER, None, order, order.lines[0])
    assert (of_line.ship_complete, of_line.substitution) == (False, False)


@pytest.mark.parametrize(
    ("requirement", "allowed"),
    [
        ({"code": "IS"}, True),
        ({"code": "E"}, True),
        ({"code": "NS"}, False),
        ({"substitution": "B0"}, False),
        ({"substitution": "X"}, True),
        ({"code": "N"}, None),
    ],
)
def test_whether_a_substitute_may_go(requirement: dict[str, Any], allowed: bool | None) -> None:
    assert resolve(PARTNER, None, po(sales_requirements=[requirement])).substitution is allowed


def test_the_customer_or_the_partner_ships_complete() -> None:
    assert resolve(profile({"ship_complete": True}), None, po()).ship_complete
    assert resolve(PARTNER, Customer("C1", "x", "USD", ship_complete=True), po()).ship_complete
    assert not resolve(PARTNER, Customer("C1", "x", "USD"), po()).ship_complete


def test_a_customers_own_policies_stand_in_place_of_the_partners() -> None:
    order = po(line(price="3.99"))
    own = {"C1": {"price_buyer_lower": {"percent": "1"}, "price_within": "buyer"}}
    judgement = judged(order, customer_policies=own)
    assert told(judgement) == [("PRICE_DIFFERS", "INFO", "lines[0].price")]
    assert judgement.lines[0].price == d("3.99")
