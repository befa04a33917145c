"""Acknowledgments of what we sent: matched to documents and transmissions, and a case for each that says no."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edi_gateway.store import tables
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop


@pytest.fixture
def answered(shop: Shop) -> Shop:
    """A shop whose partner has been sent two 855s in group 1."""
    shop.drop("a.edi", papers.orders(501, "K1", "K2"))
    shop.run()
    return shop


def answers(shop: Shop) -> list[tuple[str, str | None]]:
    return [(row["state"], row["status"]) for row in shop.rows(tables.documents, set_code="855")]


def acked(shop: Shop) -> list[int | None]:
    """How many whole hours after they were sent the answers were acknowledged."""
    sent = {row["id"]: row["sent_at"] for row in shop.rows(tables.transmissions)}
    rows = shop.rows(tables.documents, set_code="855")
    hour = timedelta(hours=1)
    return [row["acked_at"] and (row["acked_at"] - sent[row["transmission_id"]]) // hour for row in rows]


def ack_states(shop: Shop) -> dict[str, str]:
    return {row["sets"]: row["ack_state"] for row in shop.rows(tables.transmissions)}


def come(shop: Shop, content: bytes) -> None:
    shop.drop("ack.edi", content)
    shop.run()


def test_an_answer_waits_for_its_acknowledgment_and_a_997_for_none(answered: Shop) -> None:
    assert ack_states(answered) == {"855": "AWAITED", "997": "NONE"}
    assert answers(answered) == [("SENT", None), ("SENT", None)]
    assert acked(answered) == [None, None]


def test_an_answer_is_acknowledged_when_the_first_word_of_it_came(answered: Shop) -> None:
    answered.clock.skip(hours=2)
    come(answered, papers.functional_ack(601, "1", [("0001", "A")]))
    answered.clock.skip(hours=1)
    come(answered, papers.functional_ack(602, "1", [("0001", "A"), ("0002", "R")]))
    assert acked(answered) == [2, 3]


def test_accepted_answers_are_acknowledged_and_nothing_is_said_back(answered: Shop) -> None:
    before = len(answered.sent())
    come(answered, papers.functional_ack(601, "1", [("0001", "A"), ("0002", "E")]))
    assert answers(answered) == [("ACKED", "A"), ("ACKED_WITH_ERRORS", "E")]
    assert ack_states(answered)["855"] == "ACCEPTED"
    assert len(answered.sent()) == before
    answered.clock.skip(hours=25)
    answered.run()
    assert answered.cases() == []


def test_a_997_without_details_speaks_of_all_its_sets(answered: Shop) -> None:
    come(answered, papers.functional_ack(601, "1", []).replace(b"AK9*A*0*0*0", b"AK9*A*2*2*2"))
    assert answers(answered) == [("ACKED", "A"), ("ACKED", "A")]


def test_a_rejected_answer_is_a_case_that_names_it(answered: Shop) -> None:
    come(answered, papers.functional_ack(601, "1", [("0001", "R"), ("0002", "A")]))
    assert answers(answered) == [("REJECTED", "R"), ("ACKED", "A")]
    assert ack_states(answered)["855"] == "REJECTED"
    (case,) = answered.rows(tables.cases)
    assert (case["code"], case["partner"]) == ("ACK_REJECTED", PARTNER)
    assert "855 0001" in case["message"]
    assert case["order_id"] is not None


def test_the_same_997_twice_opens_no_second_case(answered: Shop) -> None:
    come(answered, papers.functional_ack(601, "1", [("0001", "R"), ("0002", "A")]))
    come(answered, papers.functional_ack(602, "1", [("0001", "R"), ("0002", "A")]))
    assert answered.cases() == ["ACK_REJECTED"]


def test_an_acknowledgment_of_what_we_did_not_send_is_a_case(answered: Shop) -> None:
    come(answered, papers.functional_ack(601, "77", [("0001", "A")]))
    assert answered.cases() == ["ACK_UNMATCHED"]
    assert answers(answered) == [("SENT", None), ("SENT", None)]


def test_an_answer_that_nobody_acknowledges_in_time_is_a_case(answered: Shop) -> None:
    answered.clock.skip(hours=25)
    answered.run()
    assert answered.cases() == ["ACK_OVERDUE"]
    assert ack_states(answered)["855"] == "OVERDUE"
    assert answers(answered) == [("ACK_OVERDUE", None), ("ACK_OVERDUE", None)]


def test_a_late_acknowledgment_still_counts(answered: Shop) -> None:
    answered.clock.skip(hours=25)
    answered.run()
    come(answered, papers.functional_ack(601, "1", [("0001", "A"), ("0002", "A")]))
    assert ack_states(answered)["855"] == "ACCEPTED"
    assert answered.cases() == []


def test_a_ta1_that_refuses_our_interchange_is_a_case_for_all_in_it(answered: Shop) -> None:
    (row,) = [row for row in answered.rows(tables.transmissions) if row["sets"] == "855"]
    ta1 = f"TA1*{row['control']}*260302*1500*R*006~"
    come(answered, papers.interchange(601, [], ta1=ta1))
    assert answered.cases() == ["ACK_REJECTED"]
    assert answers(answered) == [("REJECTED", "R"), ("REJECTED", "R")]


def test_a_ta1_that_accepts_changes_nothing(answered: Shop) -> None:
    (row,) = [row for row in answered.rows(tables.transmissions) if row["sets"] == "855"]
    come(answered, papers.interchange(601, [], ta1=f"TA1*{row['control']}*260302*1500*A*000~"))
    assert answered.cases() == []
    assert answers(answered) == [("SENT", None), ("SENT", None)]
