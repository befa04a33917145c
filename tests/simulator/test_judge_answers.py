"""The judge and 855s: each rule has a document that breaks it, and the judge says exactly that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from edi_gateway.simulator.judge.rules import Rule
from tests.simulator.hearing import ANSWER, ANSWERED, NOTICE, ORDER, ORDERED, SHIPPED, Hearing

BACKORDER = "ACK*IA*10*CA~\nACK*IB*10*CA*068*20260312~"


@pytest.fixture
def buyer() -> Hearing:
    hearing = Hearing()
    hearing.place()
    return hearing


def test_a_right_answer_is_right(buyer: Hearing) -> None:
    assert buyer.hear("855", ANSWER, ANSWERED) == []
    assert buyer.judge.closing(ANSWERED + timedelta(days=9)) == []


@pytest.mark.parametrize(
    ("was", "becomes", "rule"),
    [
        ("*P1*", "*P9*", Rule.ANSWER_ORDER_UNKNOWN),
        ("*P1*20260302**", "*P1*20260302*R1*", Rule.ANSWER_ORDER_UNKNOWN),
        ("*P1*20260302", "*P1*20260303", Rule.ANSWER_ORDER_DATE),
        ("BAK*00", "BAK*05", Rule.ANSWER_PURPOSE),
        ("*AD*", "*AC*", Rule.ANSWER_TYPE),
        ("*AD*", "*RD*", Rule.ANSWER_TYPE),
        ("*AD*", "*AH*", Rule.ANSWER_TYPE),
        ("ACK*IA*20", "ACK*IR*20", Rule.ANSWER_TYPE),
        ("PO1*1*", "PO1*01*", Rule.ANSWER_LINE_NUMBER),
        ("IN*550001001", "IN*550001009", Rule.ANSWER_ITEM),
        ("PO1*1*40*CA", "PO1*1*40*EA", Rule.ANSWER_QUANTITY),
        ("ACK*IA*40*CA", "ACK*IA*39*CA", Rule.ANSWER_QUANTITY_SUM),
        ("ACK*IA*40*CA", "ACK*IA*40*EA", Rule.ANSWER_UNIT),
        ("*44.4*", "*44.5*", Rule.ANSWER_PRICE),
        ("*44.4**", "*44.4*HP*", Rule.ANSWER_PRICE),
        ("CTT*2", "CTT*3", Rule.ANSWER_TOTALS),
        ("CTT*2*60", "CTT*2*61", Rule.ANSWER_TOTALS),
    ],
)
def test_one_word_is_wrong(buyer: Hearing, was: str, becomes: str, rule: Rule) -> None:
    assert ANSWER.count(was) == 1
    assert buyer.rules("855", ANSWER.replace(was, becomes), ANSWERED) == [rule]


def test_the_reason_says_which_line_and_what_was_ordered(buyer: Hearing) -> None:
    (found,) = buyer.hear("855", ANSWER.replace("ACK*IA*40", "ACK*IA*39"), ANSWERED)
    assert (found.document, found.about) == ("855", "P1")
    assert found.reason == "Line 1: ACKs add up to 39, ordered were 40."


def test_a_line_that_is_missing_and_one_that_was_never_ordered(buyer: Hearing) -> None:
    lines = ANSWER.splitlines()
    without = "\n".join([*lines[:3], "CTT*1*40~"])
    assert buyer.rules("855", without, ANSWERED) == [Rule.ANSWER_LINE_MISSING]
    other = Hearing()
    other.place()
    twice = "\n".join([*lines[:5], *lines[1:3], "CTT*3*100~"])
    assert other.rules("855", twice, ANSWERED) == [Rule.ANSWER_LINE_UNKNOWN]


def test_lines_may_be_left_out_by_a_kind_that_has_none(buyer: Hearing) -> None:
    assert buyer.rules("855", "BAK*00*AK*P1*20260302~", ANSWERED) == []
    other = Hearing()
    other.place()
    assert other.rules("855", "BAK*00*AC*P1*20260302~", ANSWERED) == [Rule.ANSWER_LINE_MISSING]


def test_a_changed_price_is_told_as_one(buyer: Hearing) -> None:
    told = ANSWER.replace("*AD*", "*AC*").replace("*44.4*", "*45*").replace("ACK*IA*40", "ACK*IP*40")
    assert buyer.rules("855", told, ANSWERED) == []
    other = Hearing()
    other.place()
    same = ANSWER.replace("*AD*", "*AC*").replace("ACK*IA*40", "ACK*IP*40")
    assert other.rules("855", same, ANSWERED) == [Rule.ANSWER_PRICE]


def test_a_substitute_is_named(buyer: Hearing) -> None:
    told = ANSWER.replace("*AD*", "*AC*").replace("ACK*IA*40*CA", "ACK*IS*40*CA****VN*TB-1002")
    assert buyer.rules("855", told, ANSWERED) == []
    other = Hearing()
    other.place()
    assert other.rules("855", told.replace("****VN*TB-1002", ""), ANSWERED) == [Rule.ANSWER_SUBSTITUTE]


@pytest.mark.parametrize(
    ("date", "rules"),
    [
        ("*068*20260313", []),
        ("", [Rule.ANSWER_DATE_MISSING]),
        ("*068*20260314", [Rule.ANSWER_DATE_TOO_LATE]),
        ("*068*20260301", [Rule.ANSWER_DATE_PAST]),
    ],
)
def test_a_backorder_has_a_date_that_can_be(buyer: Hearing, date: str, rules: list[Rule]) -> None:
    told = ANSWER.replace("*AD*", "*AC*").replace("ACK*IA*20*CA~", f"ACK*IA*10*CA~\nACK*IB*10*CA{date}~")
    assert buyer.rules("855", told, ANSWERED) == rules


def test_an_answer_that_comes_late_and_one_that_never_comes() -> None:
    late = Hearing()
    late.place()
    assert late.rules("855", ANSWER, ORDERED + timedelta(hours=24)) == []
    later = Hearing()
    later.place()
    assert later.rules("855", ANSWER, ORDERED + timedelta(hours=24, minutes=1)) == [Rule.ANSWER_LATE]
    never = Hearing()
    never.place()
    assert [f.rule for f in never.judge.closing(ORDERED + timedelta(hours=24))] == []
    assert [f.rule for f in never.judge.closing(ORDERED + timedelta(hours=25))] == [Rule.ANSWER_MISSING]


def test_the_same_answer_again_is_right_only_for_the_same_order_again(buyer: Hearing) -> None:
    buyer.go("856")
    buyer.place(ORDER.replace("BEG*00", "BEG*07"), ORDERED + timedelta(days=1))
    again = ORDERED + timedelta(days=1, hours=1)
    assert buyer.rules("855", ANSWER, again) == []
    assert buyer.rules("855", ANSWER, again) == [Rule.ANSWER_REPEATED]


def test_a_later_answer_replaces_by_the_agreed_purpose(buyer: Hearing) -> None:
    buyer.go("856")
    update = ANSWER.replace("BAK*00*AD", "BAK*05*AC").replace("ACK*IA*20*CA~", BACKORDER)
    assert buyer.rules("855", update, ANSWERED) == []
    other = ANSWER.replace("BAK*00", "BAK*06")
    assert buyer.rules("855", other, ANSWERED) == [Rule.ANSWER_PURPOSE]


def test_a_cancelled_order_is_not_answered_with_goods(buyer: Hearing) -> None:
    buyer.go("856")
    buyer.place(ORDER.replace("BEG*00", "BEG*01"), ORDERED + timedelta(days=1))
    told = ANSWER.replace("BAK*00", "BAK*05")
    assert buyer.rules("855", told, ORDERED + timedelta(days=1, hours=1)) == [Rule.ANSWER_CANCELLED_ORDER]
    gone = told.replace("*AD*", "*AC*").replace("ACK*IA", "ACK*ID")
    assert buyer.rules("855", gone, ORDERED + timedelta(days=1, hours=2)) == []


def test_a_later_answer_does_not_take_back_what_was_shipped(buyer: Hearing) -> None:
    buyer.go("856")
    assert buyer.hear("856", NOTICE, SHIPPED) == []
    update = ANSWER.replace("BAK*00*AD", "BAK*05*AC").replace("ACK*IA*20*CA~", BACKORDER)
    update = update.replace("ACK*IB*10*CA*068*20260312", "ACK*ID*10*CA")
    assert buyer.rules("855", update, SHIPPED) == [Rule.ANSWER_BELOW_SHIPPED]


def test_hours_that_count_on_working_days_only() -> None:
    """Friday 15:00 and 24 working hours: Saturday and Sunday do not count, so Monday 15:00."""
    from edi_gateway.partners.profile import Calendar
    from edi_gateway.simulator.numbers import due

    friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
    assert due(friday, 24, Calendar(), working_days_only=True) == datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
    holiday = Calendar(holidays=("2026-03-09",))
    assert due(friday, 24, holiday, working_days_only=True) == datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
    assert due(friday, 24, Calendar(), working_days_only=False) == friday + timedelta(hours=24)
