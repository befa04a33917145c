"""The judge and envelopes, control numbers, test flags and acknowledgments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from edi_gateway.simulator.judge.rules import MEANING, Rule
from tests.simulator.hearing import ANSWER, ANSWERED, NOTICE, ORDERED, SHIPPED, Hearing

ACK = """\
AK1*PO*7~
AK2*850*0001~
AK5*A~
AK9*A*1*1*1~
"""


@pytest.fixture
def buyer() -> Hearing:
    hearing = Hearing()
    hearing.place()
    return hearing


@pytest.mark.parametrize(
    ("envelope", "rules"),
    [
        ({}, []),
        ({"usage": "T"}, [Rule.ENVELOPE_TEST_FLAG]),
        ({"sender": "SOMEBODY"}, [Rule.ENVELOPE_ADDRESS, Rule.ENVELOPE_ADDRESS]),
        ({"version": "004030"}, [Rule.ENVELOPE_VERSION]),
    ],
)
def test_an_envelope_that_was_not_agreed(buyer: Hearing, envelope: dict[str, Any], rules: list[Rule]) -> None:
    assert buyer.rules("855", ANSWER, ANSWERED, **envelope) == rules


def test_what_was_ordered_as_a_test_is_answered_as_one() -> None:
    buyer = Hearing()
    buyer.place(test=True)
    assert buyer.rules("855", ANSWER, ANSWERED) == [Rule.ENVELOPE_TEST_FLAG]


@pytest.mark.parametrize(
    ("isa", "gs", "rules"),
    [
        (2, 1, []),
        (3, 1, [Rule.ENVELOPE_CONTROL_GAP]),
        (1, 1, [Rule.ENVELOPE_CONTROL_REPEATED]),
    ],
)
def test_control_numbers_count_on(buyer: Hearing, isa: int, gs: int, rules: list[Rule]) -> None:
    assert buyer.hear("855", ANSWER, ANSWERED) == []
    assert buyer.rules("856", NOTICE, SHIPPED, isa=isa, gs=gs) == rules


def test_control_numbers_of_groups_count_on_by_themselves(buyer: Hearing) -> None:
    assert buyer.hear("855", ANSWER, ANSWERED) == []
    buyer.place(at=ORDERED)  # asked again
    assert buyer.rules("855", ANSWER, ANSWERED, gs=3) == [Rule.ENVELOPE_CONTROL_GAP]


def test_bytes_that_are_no_interchange(buyer: Hearing) -> None:
    whole = buyer.file("855", ANSWER, ANSWERED)
    (found,) = buyer.judge.hear(buyer._ours.read(whole.replace(b"IEA*1*", b"IEA*2*"), "a.edi", ANSWERED))
    assert (found.rule, found.about) == (Rule.ENVELOPE_UNREADABLE, "a.edi")


def test_a_set_that_breaks_the_standard_and_one_that_was_never_agreed(buyer: Hearing) -> None:
    assert buyer.rules("855", ANSWER.replace("CTT*2", "CTT*X"), ANSWERED)[0] is Rule.SET_BREAKS_STANDARD
    advice = "BGN*00*1*20260302~\nOTI*TA*PO*P1~"
    assert buyer.rules("824", advice, ANSWERED) == [Rule.SET_NOT_AGREED]


@pytest.mark.parametrize(
    ("was", "becomes", "rules"),
    [
        ("AK1", "AK1", []),
        ("AK1*PO*7", "AK1*PO*8", [Rule.ACK_UNKNOWN_GROUP]),
        ("AK9*A*1*1*1", "AK9*A*2*2*2", [Rule.ACK_COUNTS]),
        ("AK5*A~\nAK9*A*1*1*1", "AK5*R*5~\nAK9*R*1*1*0", [Rule.ACK_COUNTS, Rule.ACK_VERDICT]),
    ],
)
def test_an_acknowledgment_of_what_was_right(
    buyer: Hearing, was: str, becomes: str, rules: list[Rule]
) -> None:
    buyer.judge.awaited.sent("PO", "7", 1, 0, ORDERED)
    assert buyer.rules("997", ACK.replace(was, becomes), ANSWERED) == rules


def test_what_was_broken_is_not_accepted(buyer: Hearing) -> None:
    buyer.judge.awaited.sent("PO", "7", 1, 1, ORDERED)
    assert buyer.rules("997", ACK, ANSWERED) == [Rule.ACK_COUNTS, Rule.ACK_VERDICT]


def test_an_acknowledgment_comes_once_and_in_time(buyer: Hearing) -> None:
    buyer.judge.awaited.sent("PO", "7", 1, 0, ORDERED)
    assert [f.rule for f in buyer.judge.awaited.missing()] == [Rule.ACK_MISSING]
    assert buyer.rules("997", ACK, ORDERED + timedelta(hours=25)) == [Rule.ACK_LATE]
    assert list(buyer.judge.awaited.missing()) == []
    assert buyer.rules("997", ACK, ORDERED) == [Rule.ACK_REPEATED]
    buyer.judge.awaited.sent("PO", "7", 1, 0, ORDERED)  # the same file went again: its 997 may, too
    buyer.judge.awaited.sent("PO", "7", 1, 0, ORDERED)
    assert buyer.rules("997", ACK, ORDERED) == []


def test_every_rule_says_what_it_means() -> None:
    assert set(MEANING) == set(Rule)
