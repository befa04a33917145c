"""Which keys an order may ask for, and that nothing is asked for beyond them (orders/judging/facts.py)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.master_data import Customer, ItemXref, MasterData, ShipTo
from edi_gateway.orders.judging.facts import Needs, facts_on, needs
from edi_gateway.orders.judging.judge import judge
from tests.orders.build import NOW, books, d, line, po, profile, standing
from tests.orders.judging.test_properties import almost_good


def test_the_keys_of_an_order() -> None:
    order = po(
        line(ids=[("UP", "12345678905"), ("IN", "ab-7 "), ("BO", "BLUE"), ("VN", "MUG")]),
        line(
            ids=[("UK", "10012345678902")],
            allocations=[{"location_qualifier": "92", "location": "0007", "quantity": d(48)}],
        ),
        parties=[
            {"role": "ST", "postal_code": "05009-1234"},
            {"role": "BY", "id_qualifier": "1", "id": "77"},
        ],
    )
    found = needs([order], profile({"default_ship_to": "92:0001"}, customers_by={"N1 BY 77": "C7"}))
    assert found.business_keys == {"acme|PO-1|"}
    assert found.xrefs == {
        ("UP", "12345678905"),
        ("GTIN", "00012345678905"),
        # eleven digits may also lack the last: 3*(1+3+5+7+9+5) + (2+4+6+8+0) = 90 + 20 = 110 -> 0
        ("GTIN", "00123456789050"),
        ("IN", "ab-7 "),
        ("IN", "ab-7"),
        ("IN", "AB-7"),
        ("VN", "MUG"),
        ("UK", "10012345678902"),
        ("GTIN", "10012345678902"),
    }
    assert found.skus == {"MUG"}
    assert found.customers == {"C1", "C7"}
    assert {("POSTAL", "05009"), ("1", "77"), ("92", "0007"), ("92", "0001")} <= found.ship_tos
    assert {code for _, code in found.ship_tos} == {"05009", "77", "0007", "0001"}


def test_a_release_asks_for_its_blanket() -> None:
    assert needs([po(type="RL", release_number="7")], profile()).business_keys == {
        "acme|PO-1|7",
        "acme|PO-1|",
    }


def test_a_test_asks_for_other_tests() -> None:
    release = po(type="RL", release_number="7")
    assert needs([release], profile(), {True}).business_keys == {"test:acme|PO-1|7", "test:acme|PO-1|"}
    assert needs([po()], profile(), {True, False}).business_keys == {"test:acme|PO-1|", "acme|PO-1|"}


def test_a_batch_asks_for_all_of_it_at_once() -> None:
    found = needs([po(po_number="A"), po(po_number="B")], profile())
    assert found.business_keys == {"acme|A|", "acme|B|"}
    assert needs([], profile()) == Needs(
        frozenset(), frozenset(), frozenset(), frozenset({"C1"}), frozenset()
    )


RICH: dict[str, Any] = {
    "xrefs": [
        ItemXref("acme", "IN", "A", "MUG"),
        ItemXref("acme", "IN", "EA", "BOLT"),
        ItemXref(None, "VN", "MUG", "MUG"),
        ItemXref("acme", "UP", "", "CHEESE"),
    ],
    "ship_tos": [
        ShipTo("acme", "92", "A", "A", customer="C2", postal_code="92"),
        ShipTo("acme", "1", "EA", "Store", dc="0553"),
        ShipTo("acme", "UL", "02", "Far", address=("EA",), postal_code="ST"),
    ],
}


def cut_to(asked: Needs, whole: MasterData) -> MasterData:
    """What the store reads: the keys asked for, and the company that they bring (orders.judging.facts.Needs)."""
    data = MasterData(
        xrefs={k: v for k, v in whole.xrefs.items() if k in asked.xrefs},
        prices=whole.prices,
        units=whole.units,
        known={k: v for k, v in whole.known.items() if k in asked.business_keys},
    )
    skus = {x.sku for rows in data.xrefs.values() for x in rows} | asked.skus
    data.items = {sku: item for sku, item in whole.items.items() if sku in skus}
    codes = {code for kind, code in asked.ship_tos if kind != "POSTAL"}
    postal = {code for kind, code in asked.ship_tos if kind == "POSTAL"}
    data.ship_tos = {
        k: v for k, v in whole.ship_tos.items() if v.code in codes or (v.postal_code or "")[:5] in postal
    }
    served = {v.dc for v in data.ship_tos.values() if v.dc}
    data.ship_tos |= {k: v for k, v in whole.ship_tos.items() if v.code in served}
    numbers = asked.customers | {v.customer for v in data.ship_tos.values() if v.customer}
    data.customers = {n: c for n, c in whole.customers.items() if n in numbers}
    return data


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(almost_good())
def test_an_order_is_judged_alike_on_all_master_data_and_on_what_it_asks_for(order: PurchaseOrder) -> None:
    whole = books(**RICH)
    whole.customers["C2"] = Customer("C2", "Other", "USD")
    whole.known["acme|PO-1|"] = (standing(po(line(1))),)
    partner = profile({"default_ship_to": "0553"})
    asked = needs([order], partner)
    on_all = judge(order, facts_on(whole, partner, now=NOW))
    on_part = judge(order, facts_on(cut_to(asked, whole), partner, now=NOW))
    assert on_part == on_all


def test_facts_for_a_test_share_what_was_worked_out() -> None:
    """One batch may hold interchanges with T and with P: the same master data serves both."""
    real = facts_on(books(), profile(), now=NOW)
    assert judge(po(), real).state == "ACCEPTED"
    assert judge(po(), replace(real, test=True)).state == "ON_HOLD"


def test_facts_may_be_bound_to_one_customer() -> None:
    other = Customer("C9", "Nine", "USD", stopped=True)
    assert judge(po(), replace(facts_on(books(), profile(), now=NOW), customer=other)).customer == "C9"
