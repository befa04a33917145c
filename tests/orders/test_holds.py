"""Holds: what they stop, who may release them, when a release still stands (spec B4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.model.finding import Code
from edi_gateway.model.order import HoldCode, HoldView, NewHold
from edi_gateway.orders.holds import (
    LIMITS,
    RULES,
    Edit,
    blocked,
    may_release,
    queue_of,
    reconcile,
    still_stands,
)
from edi_gateway.orders.judging.effects import CONSEQUENCES
from tests.orders.build import NOW, books, d, judged, line, po, price

SAID = {"reason": "CUSTOMER_AGREED", "text": "Agreed by phone with the buyer."}


def view(code: HoldCode = HoldCode.PRICE, **more: Any) -> HoldView:
    values: dict[str, Any] = {
        "hold_id": 1,
        "order_id": 1,
        "line": 1,
        "code": code,
        "blocks": RULES[code].blocks,
        "state": "ACTIVE",
        "finding_code": Code.PRICE_DIFFERS,
        "message": "",
        "hint": "",
        "fingerprint": "f",
        "raised_at": NOW,
        "due_at": NOW,
    }
    return HoldView(**{**values, **more})


def refused(hold: HoldView, user: str = "ann", roles: tuple[str, ...] = ("CSR",), **more: Any) -> str | None:
    refusal = may_release(hold, user, roles, **{**SAID, **more})
    return refusal.message if refusal else None


# what a hold stops


def test_a_step_runs_only_when_no_hold_stops_it() -> None:
    stops = blocked([view(HoldCode.PRICE), view(HoldCode.CHANGE_PENDING, line=None)], "A")
    assert (stops.order, stops.lines, stops.stores) == (False, {1}, frozenset())
    assert blocked([view(HoldCode.CHANGE_PENDING, line=None)], "R").order
    assert blocked([view(HoldCode.PRICE)], "S").nothing
    assert blocked([], "A").nothing


def test_a_stop_of_the_customer_stops_every_step_but_the_invoice() -> None:
    hold = view(HoldCode.CUSTOMER_STOP, line=None)
    assert [step for step in "ABRSI" if blocked([hold], step).order] == ["A", "B", "R", "S"]


def test_a_store_stops_itself_only() -> None:
    stops = blocked([view(HoldCode.SHIPTO_UNKNOWN, line=None, store="92:7")], "A")
    assert (stops.order, stops.lines, stops.stores) == (False, frozenset(), {"92:7"})


def test_every_hold_has_a_rule_and_every_code_that_holds_has_a_hold() -> None:
    assert set(RULES) == set(HoldCode)
    assert {c.hold for c in CONSEQUENCES.values() if c.hold} <= set(RULES)


# who may release


@pytest.mark.parametrize(
    ("code", "roles"),
    [
        (HoldCode.DUP_PO, {"CSR", "LEAD", "SUPERVISOR"}),
        (HoldCode.PARTNER_TEST, {"EDI_ANALYST"}),
        (HoldCode.TERMS, {"LEAD", "SUPERVISOR"}),
        (HoldCode.CUSTOMER_STOP, {"SUPERVISOR"}),
        (HoldCode.PRICE, {"CSR", "LEAD", "SUPERVISOR"}),
    ],
)
def test_the_roles_of_a_hold_may_release_it_and_others_may_not(code: HoldCode, roles: set[str]) -> None:
    every = ("CSR", "LEAD", "SUPERVISOR", "EDI_ANALYST", "WAREHOUSE", "AUDITOR", "ADMIN", "MASTER_DATA")
    assert {role for role in every if refused(view(code), roles=(role,)) is None} == roles


@pytest.mark.parametrize(
    "code", [HoldCode.INCOMPLETE, HoldCode.SHIPTO_UNKNOWN, HoldCode.ITEM_UNKNOWN, HoldCode.UOM]
)
def test_what_is_missing_is_filled_in_and_not_released_past(code: HoldCode) -> None:
    assert (
        refused(view(code), roles=("SUPERVISOR", "ADMIN")) == f"A hold {code} is not released, it is cured."
    )


def test_a_release_needs_a_reason_and_a_text() -> None:
    assert refused(view(), reason=None) == "A release needs a reason code."
    assert refused(view(), reason="BECAUSE") == "A release needs a reason code."
    assert refused(view(), text="  ") == "A release needs a text that says why."
    assert refused(view()) is None


def test_what_is_released_is_not_released_again() -> None:
    assert refused(view(state="RELEASED")) == "The hold is released already."


def test_who_edited_the_value_may_not_release_the_hold_on_it() -> None:
    edits = [Edit(1, "price", "ann")]
    assert (
        refused(view(), edits=edits)
        == "ann changed the price that this hold is about and may not release it."
    )
    assert refused(view(), user="bob", edits=edits) is None
    assert refused(view(line=2), edits=edits) is None  # another line
    assert refused(view(), edits=[Edit(1, "description", "ann")]) is None  # another value
    assert refused(view(HoldCode.TERMS, line=None), roles=("LEAD",), edits=[Edit(None, "terms", "ann")])


@pytest.mark.parametrize(
    ("roles", "amount", "allowed"),
    [
        (("CSR",), "1000", True),
        (("CSR",), "1000.01", False),
        (("LEAD",), "25000", True),
        (("CSR", "LEAD"), "25000", True),  # the highest counts
        (("LEAD",), "25000.01", False),
        (("SUPERVISOR",), "999999999", True),
    ],
)
def test_money_has_its_limits_by_role(roles: tuple[str, ...], amount: str, allowed: bool) -> None:
    assert (refused(view(), roles=roles, amount=Decimal(amount)) is None) is allowed
    assert refused(view(HoldCode.DATE_WINDOW), roles=roles, amount=Decimal(amount)) is None  # not about money


def test_limits_rise_with_the_role() -> None:
    assert LIMITS["CSR"] is not None
    assert LIMITS["LEAD"] is not None
    assert LIMITS["CSR"] < LIMITS["LEAD"]
    assert LIMITS["SUPERVISOR"] is None


def test_a_manual_hold_is_lifted_by_the_placers_role_or_a_higher_one() -> None:
    hold = view(HoldCode.MANUAL, placed_by="lea")
    assert refused(hold, placer_roles=("LEAD",)) == "The hold was placed by lea, of a higher role."
    assert refused(hold, roles=("LEAD",), placer_roles=("LEAD",)) is None
    assert refused(hold, roles=("SUPERVISOR",), placer_roles=("LEAD",)) is None


# fingerprints


def fingerprint(**change: Any) -> str:
    held = judged(po(line(**{"quantity": 48, "price": "3.00", **change}))).holds
    return next(h.fingerprint for h in held if h.code == "PRICE")


def test_a_fingerprint_says_the_facts_in_words() -> None:
    assert fingerprint() == (
        "finding=PRICE_DIFFERS; line=1; item=MUG; quantity=48; unit=EA; price=3; ours=4 EA; customer=C1; currency=USD"
    )


def test_the_same_facts_have_the_same_fingerprint_however_written() -> None:
    assert fingerprint() == fingerprint(price="3.0000", quantity="48.0", description="CALL IT WHAT YOU LIKE")


@pytest.mark.parametrize(
    "change",
    [{"price": "3.01"}, {"quantity": 49}, {"unit": "CA"}, {"ids": (("VN", "BOLT"),), "price": "0.01"}],
)
def test_other_facts_have_another_fingerprint(change: dict[str, Any]) -> None:
    assert fingerprint(**change) != fingerprint()


def test_our_price_is_among_the_facts() -> None:
    held = judged(po(line(48, "EA", "3.00")), books(prices=[price("MUG", "EA", "4.10")])).holds
    assert held[0].fingerprint != fingerprint()


def test_a_hold_on_dates_has_nothing_of_today_in_it() -> None:
    """Released on Monday, it is still released on Tuesday."""
    order = po(dates={"ship_no_later": datetime(2025, 2, 20, tzinfo=UTC).date()})
    today = judged(order).holds
    tomorrow = judged(order, now=NOW + timedelta(days=1)).holds
    assert [h.fingerprint for h in today] == [h.fingerprint for h in tomorrow]


def test_a_hold_bears_the_money_that_hangs_on_it() -> None:
    order = po(line(10, price="3.00"), line(5))
    assert [(h.line, h.amount) for h in judged(order).holds] == [(1, d("30.00"))]
    of_order = judged(order.model_copy(update={"type": "RO"}), policies={"order_types": ["SA"]}).holds
    assert [(h.line, h.amount) for h in of_order] == [(None, d("50.00")), (1, d("30.00"))]


# releases that stand, and holds beside a new judgement

RELEASED = view(state="RELEASED", released_by="ann", fingerprint="f")


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        ({}, True),
        ({"fingerprint": "g"}, False),
        ({"until": NOW}, True),
        ({"until": NOW - timedelta(seconds=1)}, False),
        ({"up_to_amount": d(30)}, True),
        ({"up_to_amount": d("29.99")}, False),
        ({"released_by": "system"}, False),  # cured once is no decision of anybody's
        ({"state": "SUPERSEDED"}, False),
    ],
)
def test_a_release_stands_while_the_facts_do(change: dict[str, Any], stands: bool) -> None:
    assert still_stands(replace(RELEASED, **change), "f", d(30), NOW) is stands


def new(order_line: int = 1, price_: str = "3.00") -> NewHold:
    lines = [line(48)] * (order_line - 1) + [line(48, price=price_)]
    return judged(po(*lines)).holds[0]


def test_what_is_raised_again_with_the_same_facts_is_the_same_hold() -> None:
    hold = new()
    there = view(fingerprint=hold.fingerprint)
    result = reconcile([there], [hold], NOW)
    assert (result.to_raise, result.kept, result.cured, result.superseded) == ((), (there,), (), ())


def test_what_somebody_released_is_not_raised_again() -> None:
    hold = new()
    there = view(fingerprint=hold.fingerprint, state="RELEASED", released_by="ann")
    assert reconcile([there], [hold], NOW).to_raise == ()


def test_other_facts_raise_it_again_in_place_of_the_old_one() -> None:
    hold = new(price_="2.00")
    there = view(fingerprint=new().fingerprint)
    result = reconcile([there], [hold], NOW)
    assert (result.to_raise, result.superseded, result.cured) == ((hold,), (there,), ())
    released = replace(there, state="RELEASED", released_by="ann")
    assert reconcile([released], [hold], NOW).to_raise == (hold,)


def test_what_is_not_raised_any_more_is_cured() -> None:
    there = view()
    assert reconcile([there], [], NOW).cured == (there,)


def test_a_hold_that_somebody_placed_stays() -> None:
    there = view(HoldCode.MANUAL, placed_by="ann")
    result = reconcile([there], [], NOW)
    assert (result.kept, result.cured) == ((there,), ())


def test_every_hold_lies_before_somebody() -> None:
    """B4 rule 7: an owner queue, also where nobody may release it (the table: fill it; MASTER_DATA adds)."""
    assert [code for code, rule in RULES.items() if not rule.queue] == []
    unreleased = {code: rule.queue for code, rule in RULES.items() if not rule.roles}
    csr = {"CSR", "LEAD", "SUPERVISOR"}
    assert unreleased == {
        HoldCode.INCOMPLETE: csr,
        HoldCode.SHIPTO_UNKNOWN: {"MASTER_DATA"},
        HoldCode.ITEM_UNKNOWN: {"MASTER_DATA", *csr},
        HoldCode.UOM: {"MASTER_DATA", *csr},
    }


def test_a_queue_is_what_a_role_may_release_or_cure() -> None:
    assert set(queue_of(["WAREHOUSE"])) == {HoldCode.NEG_INV}
    assert set(queue_of(["BILLING"])) == {HoldCode.BILLING, HoldCode.MANUAL}
    assert {HoldCode.PRICE, HoldCode.INCOMPLETE} < set(queue_of(["CSR"]))
    assert HoldCode.TERMS not in queue_of(["CSR"])
    assert queue_of([]) == []
