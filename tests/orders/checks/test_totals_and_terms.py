"""Totals, terms, minimum, header and test flag (spec B5.6, B5.8, B4; D5, D14, D19, D25, D36)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.master_data import Customer
from edi_gateway.orders.judging.facts import facts_on
from edi_gateway.orders.judging.judge import judge
from tests.orders.build import NOW, answered, books, d, facts, held, judged, line, po, standing, states, told

MIXED = (line(4, "CA", "48.00"), line("12.5", "LB", "5.25", ids=[("VN", "CHEESE")]))


def stated(**totals: Any) -> dict[str, Any]:
    return {"stated_totals": totals}


# counts


def test_right_totals_are_silent_and_the_hash_adds_unlike_units() -> None:
    """4 cases and 12.5 pounds are 16.5 (D14)."""
    assert told(judged(po(*MIXED, **stated(line_count=2, hash=d("16.5"))))) == []


def test_a_wrong_line_count_holds_or_warns() -> None:
    order = po(*MIXED, **stated(line_count=3))
    assert told(judged(order)) == [("LINE_COUNT_DIFFERS", "ERROR", "stated_totals.line_count")]
    assert held(judged(order)) == [("TOTALS", None, None)]
    assert told(judged(order, policies={"totals": "warn"})) == [
        ("LINE_COUNT_DIFFERS", "WARNING", "stated_totals.line_count")
    ]
    assert held(judged(order, policies={"totals": "warn"})) == []


def test_a_wrong_hash_holds() -> None:
    judgement = judged(po(*MIXED, **stated(hash=d(16))))
    assert told(judgement) == [("HASH_TOTAL_DIFFERS", "ERROR", "stated_totals.hash")]
    assert judgement.findings[0].message == "Their sum of the quantities is 16, the lines add up to 16.5."


def test_the_hash_is_counted_modulo_ten_to_the_tenth() -> None:
    """9 999 999 999 + 2 is 10 000 000 001: as a hash total, 1."""
    order = po(line("9999999999"), line("2"), **stated(hash=d(1)))
    assert ("HASH_TOTAL_DIFFERS", "ERROR", "stated_totals.hash") not in told(judged(order))


# amounts (D25)

SAC = {"kind": "A", "code": "C310", "amount": d("20.00"), "handling": "02"}
CHARGE = {"kind": "C", "code": "D240", "amount": d("5.00"), "handling": "06"}


@pytest.mark.parametrize(
    ("more", "amount", "basis"),
    [
        ({}, "192.00", None),
        ({}, "192", None),
        ({"allowances": [SAC]}, "192.00", None),
        ({"allowances": [SAC]}, "172.00", "net of allowances and charges"),
        ({"allowances": [SAC, CHARGE]}, "177.00", "net of allowances and charges"),
        ({"terms": [{"type": "01", "discount_amount": d("3.84")}]}, "188.16", "net of the cash discount"),
        (
            {"terms": [{"type": "01", "discount_percent": d(2), "discount_days": 10}]},
            "188.16",
            "net of the cash discount",
        ),
        (
            {"allowances": [SAC], "terms": [{"type": "01", "discount_amount": d("3.84")}]},
            "168.16",
            "net of allowances and the cash discount",
        ),
    ],
)
def test_an_amount_may_be_gross_or_net_of_this_or_that(
    more: dict[str, Any], amount: str, basis: str | None
) -> None:
    judgement = judged(po(line(48), **more, **stated(amounts={"TT": Decimal(amount)})))
    found = [f for f in judgement.findings if f.code == "TOTAL_DIFFERS"]
    assert [(f.severity.value, f.message) for f in found] == (
        [] if basis is None else [("INFO", f"The stated {amount} agrees {basis}.")]
    )


def test_the_grocers_amount_net_of_its_cash_discount() -> None:
    """42 477.60 less 849.55 in ITD08 is 41 628.05 (spec B5.6): 8 849.5 cases at 4.80."""
    data = books(prices=[])
    data.prices["MUG"] = ()
    order = po(
        line("8849.5", "EA", "4.80"),
        terms=[{"type": "01", "discount_amount": d("849.55")}],
        **stated(amounts={"TT": d("41628.05")}),
    )
    found = [f for f in judged(order, data).findings if f.code == "TOTAL_DIFFERS"]
    assert [f.message for f in found] == ["The stated 41628.05 agrees net of the cash discount."]


def test_an_amount_that_agrees_with_nothing_warns_or_holds_and_never_rejects() -> None:
    order = po(line(48), **stated(amounts={"TT": d("190.00")}))
    assert told(judged(order)) == [("TOTAL_DIFFERS", "WARNING", "stated_totals.amounts.TT")]
    assert judged(order).state == "ACCEPTED"
    assert held(judged(order, policies={"amount_total": "hold"})) == [("TOTALS", None, None)]


def test_an_amount_of_zero_says_nothing() -> None:
    assert told(judged(po(line(48), **stated(amounts={"TT": d(0)})))) == []


def test_an_amount_by_the_hundred_is_counted_by_the_hundred() -> None:
    bolts = line(2000, "EA", "6.20", "HP", ids=[("VN", "BOLT")])
    assert told(judged(po(bolts, **stated(amounts={"TT": d("124.00")})))) == []


def test_the_amount_of_a_line_is_compared_too() -> None:
    assert told(judged(po(line(48, amounts={"1": d("192.00")})))) == []
    assert told(judged(po(line(48, amounts={"1": d("190.00")})))) == [
        ("TOTAL_DIFFERS", "WARNING", "lines[0].amounts.1")
    ]


# terms of payment and freight

AGREED = Customer(
    "C1",
    "Corner Shop",
    "USD",
    terms_type="01",
    discount_percent=d(2),
    discount_days=10,
    net_days=30,
    freight_payment="CC",
)


@pytest.mark.parametrize(
    ("terms", "differs"),
    [
        ({"type": "01", "discount_percent": "2.0", "discount_days": 10, "net_days": 30}, None),
        ({"type": "01"}, None),
        ({"net_days": 30}, None),
        ({"type": "01", "net_days": 60}, "net 60 days, not 30"),
        ({"type": "08", "net_days": 30}, "type 08, not 01"),
        ({"type": "01", "discount_percent": "3", "discount_days": 10}, "discount 3 %, not 2 %"),
        (
            {"type": "01", "discount_percent": "2", "discount_days": 15},
            "discount within 15 days, not 10",
        ),
        ({"type": "14", "net_days": 30}, None),  # previously agreed
    ],
)
def test_terms_are_compared_where_both_say_something(terms: dict[str, Any], differs: str | None) -> None:
    judgement = judged(po(terms=[terms]), books(customer=AGREED))
    assert held(judgement) == ([("TERMS", None, None)] if differs else [])
    if differs:
        assert judgement.findings[0].message == f"Their terms differ from those of customer C1: {differs}."


def test_one_of_several_terms_that_fits_is_enough() -> None:
    terms = [{"type": "01", "net_days": 60}, {"type": "01", "net_days": 30}]
    assert held(judged(po(terms=terms), books(customer=AGREED))) == []


@pytest.mark.parametrize("terms", [{"text": "NET AS AGREED"}, {"discount_days": 30}, {"type": "ZZ"}])
def test_terms_that_cannot_be_compared_are_a_warning(terms: dict[str, Any]) -> None:
    assert told(judged(po(terms=[terms]), books(customer=AGREED))) == [
        ("TERMS_DIFFER", "WARNING", "terms[0]")
    ]


@pytest.mark.parametrize(("payment", "holds"), [("CC", False), ("PP", True), ("DF", False)])
def test_freight_terms_are_those_of_the_customer(payment: str, holds: bool) -> None:
    judgement = judged(po(freight=[{"payment": payment}]), books(customer=AGREED))
    assert held(judgement) == ([("TERMS", None, None)] if holds else [])


def test_freight_terms_of_the_profile_go_before() -> None:
    policies = {"freight_payment": ["PP", "PC"]}
    assert held(judged(po(freight=[{"payment": "PC"}]), books(customer=AGREED), policies)) == []
    assert held(judged(po(freight=[{"payment": "CC"}]), books(customer=AGREED), policies)) == [
        ("TERMS", None, None)
    ]


def test_an_allowance_that_is_not_agreed_holds_where_it_stands() -> None:
    policies = {"allowances_agreed": ["C310"]}
    taken = {"kind": "A", "code": "F800", "percent": d(5)}
    assert held(judged(po(allowances=[taken]), policies=policies)) == [("TERMS", None, None)]
    of_line = po(line(allowances=[taken]), line(allowances=[{"kind": "A", "code": "C310", "percent": d(1)}]))
    assert held(judged(of_line, policies=policies)) == [("TERMS", 1, None)]
    assert held(judged(po(allowances=[{**taken, "kind": "C"}]), policies=policies)) == []
    assert held(judged(po(allowances=[taken]))) == []


# minimum


def test_an_order_below_the_minimum_holds() -> None:
    judgement = judged(po(line(48)), policies={"minimum_order": "192.01"})
    assert told(judgement) == [("ORDER_BELOW_MINIMUM", "ERROR", "lines")]
    assert held(judgement) == [("MIN_ORDER", None, None)]
    assert told(judged(po(line(48)), policies={"minimum_order": "192.00"})) == []


def test_the_customers_minimum_goes_before_the_partners() -> None:
    data = books(customer=Customer("C1", "x", "USD", minimum_order=d(100)))
    assert held(judged(po(line(48)), data, {"minimum_order": "500"})) == []


def test_samples_have_no_minimum() -> None:
    order = po(line(1, "EA", "0"), type="SP")
    assert held(judged(order, policies={"minimum_order": "500"})) == []


# header


def test_all_that_is_missing_is_told_at_once() -> None:
    order = PurchaseOrder.model_validate(
        {"po_number": " ", "purpose": "00", "type": "RL", "lines": po().lines, "parties": po().parties}
    )
    missing = [path for code, _, path in told(judged(order)) if code == "FIELD_MISSING"]
    assert missing == ["po_number", "ordered_on", "release_number"]
    assert [code for code, _, _ in held(judged(order))].count("INCOMPLETE") == 3


def test_an_order_without_lines_is_refused() -> None:
    order = po().model_copy(update={"lines": ()})
    judgement = judged(order)
    assert (judgement.verdict, judgement.state, judgement.reject_code) == ("reject", "REJECTED", "RD")
    reply = answered(order)
    assert (reply.type, reply.lines) == ("RJ", ())


def test_an_order_type_that_is_not_agreed_holds() -> None:
    judgement = judged(po(type="RO"), policies={"order_types": ["SA", "NE"]})
    assert told(judgement) == [("ORDER_TYPE_NOT_AGREED", "ERROR", "type")]
    assert held(judgement) == [("TERMS", None, None)]


def test_a_repeated_line_id_is_told_once() -> None:
    order = po(line(id="1"), line(id="1", ids=[("VN", "BOLT")], price="0.062"), line(id=None), line(id=None))
    assert told(judged(order)) == [("LINE_KEY_REPEATED", "WARNING", "lines[0].buyer_line")]


def test_free_text_is_information_or_holds() -> None:
    order = po(notes=[{"lines": ["CALL BEFORE DELIVERY", "GATE 4"]}])
    assert told(judged(order)) == [("NOTE_NEEDS_READING", "INFO", "notes")]
    assert judged(order).findings[0].message == "The order says: CALL BEFORE DELIVERY ..."
    assert held(judged(order, policies={"notes": "hold"})) == [("MANUAL", None, None)]


def test_free_text_of_a_line_is_told_at_the_line() -> None:
    order = po(line(), line(messages=["ENGRAVE 'ZOE'"]))
    assert told(judged(order)) == [("NOTE_NEEDS_READING", "INFO", "lines[1].notes")]
    assert held(judged(order, policies={"notes": "hold"})) == [("MANUAL", 2, None)]


# D36: test flags


def test_a_test_in_production_and_production_in_test_hold() -> None:
    as_test = judged(po(), test=True)
    assert told(as_test) == [("TEST_IN_PRODUCTION", "ERROR", "purpose")]
    assert held(as_test) == [("PARTNER_TEST", None, None)]
    assert told(judged(po(), test=True, production=False)) == []


def test_a_partner_in_test_sends_tests() -> None:
    """The fault of P from a partner in test, and the silence of T."""
    partner = facts(test=False).profile.model_copy(update={"test": True})
    as_production = judge(po(), facts_on(books(), partner, now=NOW, test=False))
    assert told(as_production) == [("PRODUCTION_IN_TEST", "ERROR", "purpose")]
    assert held(as_production) == [("PARTNER_TEST", None, None)]
    assert told(judge(po(), facts_on(books(), partner, now=NOW, test=True))) == []


# D5: blankets

BLANKET = po(
    line(1000, price="3.50"),
    type="BK",
    dates={"others": [{"qualifier": "093", "on": date(2025, 12, 31)}], "ship_no_later": date(2025, 12, 31)},
)


def release(quantity: int, number: str = "1", **more: Any) -> PurchaseOrder:
    return po(line(quantity, price="3.50"), type="RL", release_number=number, **more)


def blanket_books(drawn: int = 0, document: PurchaseOrder = BLANKET, state: str = "ACCEPTED") -> Any:
    data = books()
    data.known["acme|PO-1|"] = (standing(document, state),)
    data.drawn["acme|PO-1|"] = {"MUG": d(drawn)}
    return data


def test_a_blanket_is_booked_like_an_order() -> None:
    judgement = judged(BLANKET, books(prices=[]), {"price_zero": "hold", "price_lower_outside": "ours"})
    assert judgement.state == "ACCEPTED"


def test_a_release_draws_at_the_blankets_price() -> None:
    judgement = judged(release(100), blanket_books())
    assert told(judgement) == []
    assert (judgement.verdict, judgement.total) == ("new", d("350.00"))


def test_a_release_without_blanket_holds() -> None:
    judgement = judged(release(100))
    assert ("BLANKET_MISSING", "ERROR", "release_number") in told(judgement)
    assert ("TERMS", None, None) in held(judgement)
    assert ("TERMS", None, None) in held(judged(release(100), blanket_books(state="CANCELLED")))


def test_a_release_after_the_end_of_the_blanket_holds() -> None:
    over = BLANKET.model_copy(
        update={
            "dates": BLANKET.dates.model_validate({"others": [{"qualifier": "093", "on": date(2025, 3, 2)}]})
        }
    )
    judgement = judged(release(100), blanket_books(document=over))
    assert told(judgement) == [("BLANKET_MISSING", "ERROR", "release_number")]
    assert judgement.findings[0].message == "The blanket order SO-1 ended on 02 Mar 2025."


@pytest.mark.parametrize(
    ("drawn", "quantity", "holds"), [(900, 100, False), (900, 101, True), (1000, 1, True)]
)
def test_an_overdraft_holds_its_line(drawn: int, quantity: int, holds: bool) -> None:
    judgement = judged(release(quantity), blanket_books(drawn))
    assert held(judgement) == ([("TERMS", 1, None)] if holds else [])


def test_two_lines_of_one_release_draw_together() -> None:
    order = po(line(600, price="3.50"), line(600, price="3.50"), type="RL", release_number="1")
    judgement = judged(order, blanket_books())
    assert held(judgement) == [("TERMS", 2, None)]
    assert "has 400 EA left, they draw 600" in judgement.findings[0].message
    assert states(judgement) == ["ACCEPTED", "HELD"]
