"""What the gateway itself makes of an order passes the gate: judged, answered, whatever the order and the policies."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Severity
from edi_gateway.model.order import OrderLine
from edi_gateway.orders.answering.answers import answer
from edi_gateway.orders.gate.judging import RULES, breaches_of_answer
from edi_gateway.orders.gate.records import Reply, odd_lines
from edi_gateway.orders.judging.facts import Facts
from edi_gateway.orders.judging.judge import judge
from edi_gateway.partners.profile import Profile
from tests.orders.build import books, facts
from tests.orders.judging.test_properties import SETTINGS, almost_good, outcomes, policies


def held_back(
    order: PurchaseOrder, lines: tuple[OrderLine, ...], profile: Profile, **said: Any
) -> list[tuple[str | None, str]]:
    """(rule, message) of what would keep the answer that we make."""
    told = answer(order, lines, said.pop("holds"), profile=profile, order_number="SO-9", **said)
    ours = {line.line: line for line in lines}
    odd = odd_lines(told, order, ours, {})
    found = breaches_of_answer(Reply(told, order, ours, profile, "USD", customer="C1", odd=odd))
    return [(each.rule, each.message) for each in found if each.severity is Severity.ERROR]


def judged_and_held_back(order: PurchaseOrder, today: Facts) -> list[tuple[str | None, str]]:
    judgement = judge(order, today)
    return held_back(
        judgement.revised or order,
        judgement.lines,
        today.profile,
        holds=judgement.holds,
        today=today.today,
        rejected=judgement.reject_code,
        customer=judgement.customer,
    )


@settings(SETTINGS, max_examples=60)
@given(almost_good(), policies)
def test_no_answer_of_ours_is_kept(order: PurchaseOrder, chosen: dict[str, Any]) -> None:
    assert judged_and_held_back(order, facts(books(), chosen)) == []


@settings(SETTINGS, max_examples=80)
@given(outcomes(), st.sampled_from(["IR", "ID", "IB", "IQ alone"]), st.sampled_from([None, "RD"]))
def test_nor_is_one_of_any_fate_that_lines_may_have(
    outcome: tuple[PurchaseOrder, tuple[OrderLine, ...], list[Any]], cut: str, rejected: str | None
) -> None:
    order, lines, holds = outcome
    today = facts(books(), {"cut_quantity_as": cut})
    said = {"holds": holds, "today": today.today, "rejected": rejected}
    assert held_back(order, lines, today.profile, **said) == []


def test_a_clean_order_is_not_looked_at_line_by_line() -> None:
    """The hot path: of lines that are simply accepted none is handed to the rules."""
    from tests.orders.build import answered, line, po

    order = po(*(line(48) for _ in range(10)))
    judgement = judge(order, facts(books()))
    ours = {each.line: each for each in judgement.lines}
    assert odd_lines(answered(order), order, ours, {}) == ()
    assert len(RULES["855"]) == 14
    assert odd_lines(answered(order), order, ours, {3: Decimal(1)})[0].n == 2
