"""The ship window and what can be wrong with it (spec B5.5, D23, D24). Monday is 3 March 2025."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from edi_gateway.model.master_data import ShipTo
from edi_gateway.orders.judging.order_facts import understand
from edi_gateway.orders.judging.standing import NEW
from tests.orders.build import acks, answered, books, facts, held, judged, line, po, states, told

FRIDAY = date(2025, 2, 28)


def march(n: int) -> date:
    return date(2025, 3, n)


def windows(dates: dict[str, Any], policies: dict[str, Any] | None = None) -> tuple[Any, Any]:
    first = judged(po(dates=dates), policies=policies).lines[0]
    return first.ship_from, first.ship_until


@pytest.mark.parametrize(
    ("dates", "window"),
    [
        ({"ship_not_before": march(10), "ship_no_later": march(14)}, (march(10), march(14))),
        ({"ship_no_later": march(14)}, (None, march(14))),
        ({"ship_no_later": march(14), "cancel_after": march(12)}, (None, march(12))),
        ({"ship_no_later": march(14), "cancel_if_not_shipped_by": march(13)}, (None, march(13))),
        # two working days of transit: Wednesday 19 -> Monday 17, Monday 17 -> Thursday 13
        ({"deliver_not_before": march(17), "deliver_not_after": march(19)}, (march(13), march(17))),
        ({"deliver_on_or_after": march(17), "deliver_on_or_before": march(19)}, (march(13), march(17))),
        ({"cancel_if_not_delivered_by": march(19)}, (None, march(17))),
        ({"required_by": march(19)}, (None, march(17))),
        # only 002: the latest ship day; beside others it is a wish
        ({"deliver_requested": march(19)}, (None, march(17))),
        (
            {"deliver_requested": march(19), "ship_not_before": march(10), "ship_no_later": march(18)},
            (march(10), march(18)),
        ),
        # 010 is a wish unless the profile says "ship on"
        ({"requested_ship": march(11)}, (None, None)),
        # the week of Thursday 20: arrive Monday 17 to Sunday 23, leave from Thursday 13 to Thursday 20
        ({"week_of": march(20)}, (march(13), march(20))),
        # the strictest of several
        (
            {"ship_not_before": march(5), "deliver_not_before": march(17), "ship_no_later": march(21)},
            (march(13), march(21)),
        ),
        ({}, (None, None)),
    ],
)
def test_the_effective_window(dates: dict[str, Any], window: tuple[Any, Any]) -> None:
    assert windows(dates, {"transit_days": 2}) == window


def test_ship_on_makes_010_the_first_day() -> None:
    assert windows({"requested_ship": march(11)}, {"requested_ship": "ship on"}) == (march(11), None)


def test_the_week_of_without_transit_is_monday_to_sunday() -> None:
    assert windows({"week_of": march(20)}) == (march(17), march(23))


def test_transit_of_the_ship_to_goes_before_the_profiles() -> None:
    far = ShipTo("acme", "92", "0553", "DC North", transit_days=4)
    order = po(dates={"deliver_not_after": march(19)})
    assert judged(order, books(ship_tos=[far]), {"transit_days": 1}).lines[0].ship_until == march(13)


def test_dates_of_a_line_go_before_those_of_the_order_one_by_one() -> None:
    judgement = judged(po(line(dates={"ship_no_later": march(21)}), line()))
    assert [(ln.ship_from, ln.ship_until) for ln in judgement.lines] == [
        (march(10), march(21)),
        (march(10), march(14)),
    ]


def test_a_schedule_goes_before_the_dates_of_the_line() -> None:
    """SCH: 24 to be shipped by 12 March, 24 by 20 March (038)."""
    parts = [
        {"quantity": "24", "unit": "EA", "qualifier": "038", "on": march(12)},
        {"quantity": "24", "unit": "EA", "qualifier": "038", "on": march(20)},
    ]
    judgement = judged(po(line(schedules=parts)))
    assert (judgement.lines[0].ship_from, judgement.lines[0].ship_until) == (None, march(20))
    assert told(judgement) == []


def test_a_schedule_in_the_past_is_told_at_its_own_place() -> None:
    parts = [
        {"quantity": "24", "unit": "EA", "qualifier": "038", "on": date(2025, 2, 20)},
        {"quantity": "24", "unit": "EA", "qualifier": "038", "on": march(20)},
    ]
    assert told(judged(po(line(schedules=parts)))) == [("DATE_PAST", "ERROR", "lines[0].schedules[0].on")]


def test_a_schedule_that_does_not_add_up_holds_its_line() -> None:
    parts = [{"quantity": "24", "unit": "EA", "qualifier": "038", "on": march(12)}]
    judgement = judged(po(line(schedules=parts), line()))
    assert told(judgement) == [("ALLOCATION_SUM_DIFFERS", "ERROR", "lines[0].schedules")]
    assert states(judgement) == ["HELD", "ACCEPTED"]


@pytest.mark.parametrize(
    "dates",
    [
        {"ship_not_before": march(14), "ship_no_later": march(10)},  # 037 > 038
        {
            "ship_not_before": march(17),
            "deliver_not_after": march(18),
        },  # leaves by 14 with two days of transit
        {
            "requested_ship": march(20),
            "ship_not_before": march(10),
            "ship_no_later": march(14),
        },  # 010 outside
        {"ship_not_before": march(8), "ship_no_later": march(9)},  # a weekend
    ],
)
def test_dates_that_cannot_be_hold_the_order(dates: dict[str, Any]) -> None:
    judgement = judged(po(dates=dates), policies={"transit_days": 2})
    assert told(judgement) == [("DATE_WINDOW_EMPTY", "ERROR", "dates")]
    assert held(judgement) == [("DATE_WINDOW", None, None)]
    assert answered(po(dates=dates), policies={"transit_days": 2}).type == "AH"


def test_a_week_of_holidays_holds() -> None:
    judgement = judged(
        po(dates={"ship_not_before": march(10), "ship_no_later": march(11)}),
        calendar={"holidays": ["2025-03-10", "2025-03-11"]},
    )
    assert "no working day lies there" in judgement.findings[0].message


def test_the_last_day_over_holds_and_today_does_not() -> None:
    assert told(judged(po(dates={"ship_no_later": march(2)}))) == [("DATE_PAST", "ERROR", "dates")]
    assert told(judged(po(dates={"ship_no_later": march(3)}))) == []


def test_a_last_day_before_the_lead_time_holds() -> None:
    """Three working days from Monday 3: Thursday 6."""
    policies = {"lead_time_days": 3}
    assert told(judged(po(dates={"ship_no_later": march(5)}), policies=policies)) == [
        ("DATE_BELOW_LEAD_TIME", "ERROR", "dates")
    ]
    assert told(judged(po(dates={"ship_no_later": march(6)}), policies=policies)) == []


def test_dates_of_one_line_hold_one_line() -> None:
    judgement = judged(po(line(dates={"ship_not_before": FRIDAY, "ship_no_later": FRIDAY}), line()))
    assert held(judgement) == [("DATE_WINDOW", 1, None)]
    assert states(judgement) == ["HELD", "ACCEPTED"]


def test_our_first_day_is_answered_by_policy() -> None:
    policies = {"date_unmet": "ours", "lead_time_days": 3}
    order = po(line(), line(dates={"ship_no_later": march(20)}), dates={"ship_no_later": march(4)})
    judgement = judged(order, policies=policies)
    assert told(judgement) == [("DATE_BELOW_LEAD_TIME", "WARNING", "dates")]
    reply = answered(order, policies=policies)
    assert acks(reply) == [["DR 48 EA"], ["IA 48 EA"]]
    first = reply.lines[0].answers[0]
    assert (first.date_qualifier, first.on) == ("068", march(6))
    assert reply.type == "AC"
    assert (judgement.lines[0].ship_from, judgement.lines[0].ship_until) == (march(6), march(6))


def test_who_speaks_of_delivery_is_answered_with_a_delivery_day() -> None:
    """Leave Thursday 6, two working days on the road: Monday 10."""
    policies = {"date_unmet": "ours", "lead_time_days": 3, "transit_days": 2}
    reply = answered(po(dates={"deliver_not_after": march(6)}), policies=policies)
    first = reply.lines[0].answers[0]
    assert (first.status, first.date_qualifier, first.on) == ("DR", "067", march(10))


def test_no_later_day_is_promised_than_the_one_on_which_they_cancel() -> None:
    policies = {"date_unmet": "ours", "lead_time_days": 3}
    judgement = judged(po(dates={"ship_no_later": march(4), "cancel_after": march(5)}), policies=policies)
    assert held(judgement) == [("DATE_WINDOW", None, None)]


def test_dates_that_cannot_be_met_may_be_refused_by_policy() -> None:
    policies = {"date_unmet": "reject line"}
    order = po(line(dates={"ship_no_later": march(2), "ship_not_before": march(1)}), line())
    assert acks(answered(order, policies=policies)) == [["IR 48 EA"], ["IA 48 EA"]]
    whole = answered(po(dates={"ship_no_later": march(2)}), policies=policies)
    assert (whole.type, acks(whole)) == ("RD", [["IR 48 EA"]])


# D24: the day on which they cancel


def test_a_cancel_day_that_is_over_holds() -> None:
    judgement = judged(po(dates={"cancel_after": march(2)}))
    assert [code for code, _, _ in told(judgement)] == ["CANCEL_DATE_PASSED"]
    assert held(judgement) == [("DATE_WINDOW", None, None)]


@pytest.mark.parametrize(("day", "warned"), [(6, True), (7, False)])
def test_a_cancel_day_that_is_near_is_a_warning(day: int, warned: bool) -> None:
    judgement = judged(po(dates={"cancel_after": march(day)}), policies={"cancel_warning_days": 3})
    assert told(judgement) == ([("CANCEL_DATE_NEAR", "WARNING", "dates")] if warned else [])
    assert judgement.cancel_after == march(day)


def test_a_cancel_day_before_the_last_ship_day_shortens_the_window_and_is_said() -> None:
    judgement = judged(po(dates={"ship_no_later": march(20), "cancel_after": march(17)}))
    assert told(judgement) == [("CANCEL_DATE_NEAR", "WARNING", "dates")]
    assert judgement.lines[0].ship_until == march(17)


def test_no_date_ships_as_soon_as_it_can() -> None:
    judgement = judged(po(dates={}), policies={"lead_time_days": 3})
    assert told(judgement) == [("DATE_MISSING", "INFO", "dates")]
    assert "from 06 Mar 2025" in judgement.findings[0].message


def test_the_first_day_that_we_can_is_a_working_day() -> None:
    """Saturday 8 March: the first is Monday 10."""
    saturday = facts(now=datetime(2025, 3, 8, 12, tzinfo=UTC))
    assert understand(po(), saturday, NEW).earliest == march(10)


# the order's own date


@pytest.mark.parametrize(
    ("ordered", "found"),
    [
        (date(2024, 12, 3), []),  # 90 days before 3 March
        (date(2024, 12, 2), [("ORDER_STALE", "ERROR", "ordered_on")]),
        (march(4), []),  # tomorrow somewhere
        (march(5), [("ORDER_DATE_IN_FUTURE", "ERROR", "ordered_on")]),
    ],
)
def test_an_order_too_old_or_of_the_future_holds(ordered: date, found: list[object]) -> None:
    assert told(judged(po(ordered_on=ordered))) == found


def test_dates_at_the_ends_of_time_are_findings_and_no_crash() -> None:
    for day in (date.min, date.max):
        assert judged(po(ordered_on=day, dates={"deliver_not_after": day, "week_of": day})).lines
