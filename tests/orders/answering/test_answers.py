"""The 855: every line, the buyer's own words, quantities that add up (spec B5.1, C2, D9, D17, D18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.order import LineState, OrderLine
from edi_gateway.orders.answering.answers import answer
from edi_gateway.orders.judging.judge import judge_again
from tests.orders.build import NOW, acks, answered, books, d, facts, judged, line, po, profile


def reply(
    order: PurchaseOrder, *lines: dict[str, Any], policies: dict[str, Any] | None = None, **how: Any
) -> PurchaseOrderAcknowledgment:
    """An answer to `order` with our lines changed as said, one dict a line."""
    base = judged(order).lines
    changed: list[OrderLine] = [
        replace(ours, **(lines[n] if n < len(lines) else {})) for n, ours in enumerate(base)
    ]
    said = {"order_number": "SO-9", "today": date(2025, 3, 3), **how}
    profile_ = said.pop("profile", None) or profile(policies)
    return answer(order, changed, (), profile=profile_, **said)


ONE = po(line(48))


def test_the_header_echoes_the_order_and_bears_our_number() -> None:
    order = po(release_number="7", contract_number="K-9", currency="USD", po_number="po-1/a")
    said = answered(order)
    assert (said.purpose, said.type, said.po_number, said.release_number, said.contract_number) == (
        "00",
        "AD",
        "po-1/a",
        "7",
        "K-9",
    )
    assert said.ordered_on == date(2025, 3, 1)  # BAK04 is their date, not ours
    assert said.acknowledged_on == date(2025, 3, 3)
    assert said.order_number == "SO-9"
    assert (said.currency, said.currency_of) == ("USD", "BY")


@pytest.mark.parametrize("id", ["00010", "A1", " 7", "1", "1.0", None])
def test_the_buyers_line_id_comes_back_byte_for_byte(id: str | None) -> None:
    assert answered(po(line(id=id))).lines[0].buyer_line == id


def test_ids_quantity_and_unit_come_back_as_they_came() -> None:
    ids = [("UP", "12345678905"), ("BO", "blau"), ("VN", "MUG")]
    first = answered(po(line("48.0", "EA", "4.00", ids=ids))).lines[0]
    assert [(i.qualifier, i.value) for i in first.ids] == ids
    assert (str(first.quantity), first.unit, str(first.price)) == ("48.0", "EA", "4.00")


def test_every_line_is_answered_also_the_same_item_twice() -> None:
    """D17."""
    said = answered(po(line(48, id="10"), line(24, id="20"), line(48, id="10")))
    assert [(ln.line, ln.buyer_line) for ln in said.lines] == [(1, "10"), (2, "20"), (3, "10")]
    assert acks(said) == [["IA 48 EA"], ["IA 24 EA"], ["IA 48 EA"]]
    assert (said.stated_totals.line_count, said.stated_totals.hash) == (3, d(120))


def test_a_line_of_ours_that_is_missing_is_refused_and_never_left_out() -> None:
    order = po(line(48), line(24))
    said = answer(
        order, judged(order).lines[:1], (), profile=profile(), order_number="SO-9", today=date(2025, 3, 3)
    )
    assert acks(said) == [["IA 48 EA"], ["IR 24 EA"]]


# codes


def test_one_change_has_its_code_and_several_are_ic() -> None:
    price = {"price": d("4.10")}
    cut = {"accepted_quantity": d(36)}
    later = {"promised_ship": date(2025, 3, 20)}
    other = {"substitute": "MUG-2"}
    assert acks(reply(ONE, price)) == [["IP 48 EA"]]
    assert acks(reply(ONE, cut)) == [["IQ 36 EA", "IR 12 EA"]]
    assert acks(reply(ONE, later)) == [["DR 48 EA"]]
    assert acks(reply(ONE, other)) == [["IS 48 EA"]]
    assert acks(reply(ONE, {**price, **cut})) == [["IC 36 EA", "IR 12 EA"]]
    assert acks(reply(ONE, {**price, **later})) == [["IC 48 EA"]]


def test_several_changes_still_say_the_date_and_the_substitute() -> None:
    changes = {"promised_ship": date(2025, 3, 20), "substitute": "MUG-2", "price": d("4.10")}
    ack = reply(ONE, changes).lines[0].answers[0]
    assert (ack.status, ack.date_qualifier, ack.on) == ("IC", "068", date(2025, 3, 20))
    assert [(i.qualifier, i.value) for i in ack.ids] == [("VN", "MUG-2")]


def test_a_substitute_stands_under_the_qualifier_that_they_use_for_us() -> None:
    order = po(line(ids=[("IN", "7"), ("VP", "MUG")]), parties=po().parties)
    base = judged(po()).lines[0]
    said = answer(
        order,
        [replace(base, substitute="MUG-2")],
        (),
        profile=profile(),
        order_number=None,
        today=date(2025, 3, 3),
    )
    assert said.lines[0].answers[0].ids[0].qualifier == "VP"


@pytest.mark.parametrize("code", ["IA", "AC", "AR"])
def test_accepted_is_said_in_the_partners_way(code: str) -> None:
    said = answered(po(), answering={"accepted_code": code})
    assert (said.type, acks(said)) == ("AD", [[f"{code} 48 EA"]])


# BAK02 agrees with the lines


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ([{}, {}], "AD"),
        ([{"price": d("4.10")}, {}], "AC"),
        ([{"state": LineState.HELD}, {}], "AC"),
        ([{"state": LineState.HELD}, {"state": LineState.HELD}], "AH"),
        ([{"state": LineState.REJECTED, "reject_code": "R2"}, {}], "AC"),
        ([{"state": LineState.REJECTED, "reject_code": "R2"}, {"state": LineState.HELD}], "AC"),
        (
            [
                {"state": LineState.REJECTED, "reject_code": "R2"},
                {"state": LineState.REJECTED, "reject_code": "R4"},
            ],
            "RD",
        ),
        ([{"state": LineState.CANCELLED}, {"state": LineState.CANCELLED}], "AC"),
        ([{"state": LineState.INFORMATION}, {}], "AD"),
    ],
)
def test_the_header_says_what_the_lines_say(lines: list[dict[str, Any]], kind: str) -> None:
    said = reply(po(line(48), line(24)), *lines)
    assert said.type == kind
    assert len(said.lines) == 2


def test_all_is_well_may_be_said_without_detail() -> None:
    said = answered(po(), answering={"no_detail_when_accepted": True})
    assert (said.type, said.lines, said.stated_totals.line_count) == ("AK", (), None)
    assert answered(po(ack_requested="AK")).type == "AK"
    changed = answered(po(line(price="4.50")), answering={"no_detail_when_accepted": True})
    assert (changed.type, len(changed.lines)) == ("AC", 1)


def test_a_refusal_may_be_said_without_detail() -> None:
    order = po(line(-1))
    assert answered(order).type == "RD"
    said = answered(order, answering={"rejected_without_detail": True})
    assert (said.type, said.lines) == ("RJ", ())


def test_an_order_refused_as_a_whole_refuses_every_line_for_its_own_reason() -> None:
    order = po(line(48), line(24))
    bad = {"state": LineState.REJECTED, "reject_code": "R4"}
    said = reply(order, {}, bad, rejected="RD")
    assert (said.type, acks(said)) == ("RD", [["IR 48 EA"], ["R4 24 EA"]])


# all or nothing, ship complete


def test_all_or_nothing_is_nothing_when_one_line_is_refused() -> None:
    order = po(line(48), line(24, ids=[("IN", "NOPE")]))
    policies = {"all_or_nothing": True, "unknown_item": "reject line"}
    judgement = judged(order, policies=policies)
    assert (judgement.state, judgement.reject_code) == ("REJECTED", "RD")
    said = answered(order, policies=policies)
    assert (said.type, acks(said)) == ("RD", [["IR 48 EA"], ["R2 24 EA"]])


def test_all_or_nothing_waits_whole_while_one_line_waits() -> None:
    said = answered(po(line(48), line(24, ids=[("IN", "NOPE")])), policies={"all_or_nothing": True})
    assert (said.type, acks(said)) == ("AH", [["IH 48 EA"], ["IH 24 EA"]])


@pytest.mark.parametrize(
    "how",
    [
        {"policies": {"ship_complete": True}},
        {"order": {"sales_requirements": [{"code": "SC"}]}},
    ],
)
def test_ship_complete_waits_whole(how: dict[str, Any]) -> None:
    order = po(line(48), line(24, price="3.00"), **how.get("order", {}))
    judgement = judged(order, policies=how.get("policies"))
    assert judgement.ship_complete
    assert acks(answered(order, policies=how.get("policies"))) == [["IH 48 EA"], ["IH 24 EA"]]


def test_the_orders_own_word_goes_before_the_customers() -> None:
    """CSH*BK: back order the rest; the customer's usual way is to ship complete."""
    data = books(customer=replace(books().customers["C1"], ship_complete=True))
    order = po(line(48), line(24, price="3.00"))
    assert judged(order, data).ship_complete
    partial = order.model_copy(
        update={"sales_requirements": po(sales_requirements=[{"code": "BK"}]).sales_requirements}
    )
    assert not judged(partial, data).ship_complete


# updates, and what is echoed by wish


def test_an_update_says_so() -> None:
    first = answered(po())
    assert reply(ONE, history=first).purpose == "05"
    assert reply(ONE, history=first, purpose="06").purpose == "06"
    amending = profile().model_copy(
        update={"answering": profile().answering.model_copy(update={"update_purpose": "00"})}
    )
    assert reply(ONE, history=first, profile=amending).purpose == "00"


def test_references_and_parties_come_back_where_the_partner_wants_them() -> None:
    order = po(references=[{"qualifier": "IA", "value": "77"}, {"qualifier": "DP", "value": "4"}])
    said = answered(order, answering={"echo_references": ["IA"], "echo_parties": ["ST"]})
    assert [(r.qualifier, r.value) for r in said.references] == [("IA", "77")]
    assert [(p.role, p.id) for p in said.parties] == [("ST", "0553")]
    assert answered(order).references == ()


# odd things


def test_a_line_without_unit_is_answered_without_half_a_pair() -> None:
    ack = reply(po(line(48, None)), {"state": LineState.REJECTED, "reject_code": "R3"}).lines[0].answers[0]
    assert (ack.status, ack.quantity, ack.unit) == ("R3", None, None)


def test_a_hash_total_too_long_for_its_element_is_left_out() -> None:
    """CTT02 has ten digits; the sum counts modulo 10^10."""
    assert answered(po(line("9999999"))).stated_totals.hash == d(9999999)
    assert reply(po(line("9999999999"), line(3))).stated_totals.hash == d(2)
    assert reply(po(line("1234567.123456"))).stated_totals.hash is None


def test_an_order_without_a_date_is_answered_with_the_day_of_the_answer() -> None:
    bare = po().model_copy(update={"ordered_on": None})
    assert reply(bare).ordered_on == date(2025, 3, 3)


# a value set by hand


def test_a_quantity_set_by_hand_is_answered_against_what_was_ordered() -> None:
    """Ordered 50, set to 48 by a person: 48 accepted, 2 refused."""
    order = po(line(50))
    judgement = judge_again(order, facts(), {1: {"quantity": Decimal(48)}})
    said = answer(
        order,
        judgement.lines,
        judgement.holds,
        profile=profile(),
        order_number="SO-9",
        today=NOW.date(),
    )
    assert acks(said) == [["IQ 48 EA", "IR 2 EA"]]


def test_an_item_set_by_hand_settles_the_line() -> None:
    order = po(line(48, ids=[("IN", "NOPE")]))
    judgement = judge_again(order, facts(), {1: {"sku": "MUG"}})
    assert (judgement.lines[0].sku, judgement.holds) == ("MUG", ())
    said = answer(order, judgement.lines, (), profile=profile(), order_number="SO-9", today=NOW.date())
    assert [(i.qualifier, i.value) for i in said.lines[0].ids] == [("IN", "NOPE")]
    assert acks(said) == [["IA 48 EA"]]


def test_an_order_judged_again_is_no_duplicate_of_itself() -> None:
    data = books(known=[(po(purpose="05"), "ON_HOLD")])
    judgement = judge_again(po(purpose="05"), facts(data))
    assert (judgement.verdict, judgement.findings) == ("new", ())
