"""The edge cases of spec part 4 on dates (D23, D24) and totals (D25): X12 in the docstring, X12 out.

The books are those of build.py; the day is Monday, 3 March 2025. Every expectation is worked out by hand.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.orders.judging.judge import judge
from edi_gateway.partners.profile import Calendar
from tests.orders.build import d, facts, held, states, told
from tests.orders.road import Road, bak, read, x12

# D23, D24


@x12
def test_d23_a_window_upside_down_waits(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*037*20250314~ DTM*038*20250310~ N1*ST**92*0553~
    PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
    """
    assert told(road.judged()) == [("DATE_WINDOW_EMPTY", "ERROR", "dates")]


@x12
def test_d23_the_week_of_a_thursday_is_monday_to_sunday(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*077*20250320~ N1*ST**92*0553~ PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
    """
    first = road.judged().lines[0]
    assert (first.ship_from, first.ship_until) == (date(2025, 3, 17), date(2025, 3, 23))


@x12
def test_d23_a_date_that_is_none_is_left_out_and_crashes_nothing(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*010*XXX213~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
    """
    assert road.order.dates.requested_ship is None
    assert states(road.judged()) == ["ACCEPTED"]


@x12
def test_d23_what_can_no_longer_be_met_is_answered_with_our_first_day(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250304~ N1*ST**92*0553~ PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
    """
    assert road.answered(policies={"lead_time_days": 3, "date_unmet": "ours"}) == [
        bak("AC"),
        "PO1*1*48*EA*4**VN*MUG",
        "ACK*DR*48*EA*068*20250306",
        "CTT*1*48",
    ]


@x12
def test_d24_the_day_on_which_they_cancel_is_kept_and_watched(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ DTM*001*20250305~ N1*ST**92*0553~
    PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
    """
    judgement = road.judged()
    assert judgement.cancel_after == date(2025, 3, 5)
    assert told(judgement) == [("CANCEL_DATE_NEAR", "WARNING", "dates")]
    late = road.judged(now=datetime(2025, 3, 6, 15, tzinfo=UTC))
    assert held(late) == [("DATE_WINDOW", None, None)]


ONE = """
BEG*00*SA*PO-1**20250301~ {dates} N1*ST**92*0553~ PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
"""


def dated(dates: str) -> PurchaseOrder:
    return read(ONE.format(dates=dates))


@pytest.mark.parametrize(
    ("dates", "code"),
    [
        ("DTM*038*20250228~", "DATE_PAST"),  # the Friday before
        ("DTM*037*20250310~ DTM*038*20250314~ DTM*010*20250317~", "DATE_WINDOW_EMPTY"),  # 010 after 038
        ("DTM*037*20250310~ DTM*038*20250314~ DTM*010*20250307~", "DATE_WINDOW_EMPTY"),  # 010 before 037
        # two working days of transit: to arrive by Tuesday 18 it leaves by Friday 14, yet not before Monday 17
        ("DTM*037*20250317~ DTM*063*20250318~", "DATE_WINDOW_EMPTY"),
        ("DTM*037*20250308~ DTM*038*20250309~", "DATE_WINDOW_EMPTY"),  # Saturday to Sunday
        ("DTM*037*20250317~ DTM*038*20250317~", "DATE_WINDOW_EMPTY"),  # a holiday
    ],
)
def test_d23_dates_that_cannot_be_met_wait_and_are_answered_as_on_hold(dates: str, code: str) -> None:
    resting = Calendar(holidays=("2025-03-17",))
    road = Road(dated(dates))
    known = {"policies": {"transit_days": 2}, "calendar": resting}
    assert told(judge(road.order, facts(**known))) == [(code, "ERROR", "dates")]  # type: ignore[arg-type]
    assert held(judge(road.order, facts(**known))) == [("DATE_WINDOW", None, None)]  # type: ignore[arg-type]
    assert road.answered(**known)[:1] == [bak("AH")]  # type: ignore[arg-type]


def test_d23_a_cancel_day_before_the_last_ship_day_counts_and_is_said() -> None:
    """001 on the 12th, 038 on the 14th."""
    judgement = judge(dated("DTM*038*20250314~ DTM*001*20250312~"), facts())
    assert told(judgement) == [("CANCEL_DATE_NEAR", "WARNING", "dates")]
    assert (judgement.lines[0].ship_until, judgement.state) == (date(2025, 3, 12), "ACCEPTED")


@pytest.mark.parametrize(
    ("zone", "accepted"), [("America/Los_Angeles", True), ("UTC", False), ("Asia/Tokyo", False)]
)
def test_d23_whether_a_day_is_over_is_told_by_the_partners_clock(zone: str, accepted: bool) -> None:
    """At 02:00 UTC on the 4th it is still the 3rd in Los Angeles."""
    at = datetime(2025, 3, 4, 2, tzinfo=UTC)
    judgement = judge(dated("DTM*038*20250303~"), facts(now=at, calendar=Calendar(zone=zone)))
    assert (judgement.state == "ACCEPTED") is accepted


# D25


SUMS = """
BEG*00*SA*PO-1**20250301~ {header} DTM*038*20250314~ N1*ST**92*0553~
PO1*1*48*EA*4**VN*MUG~ PO1*2*100*EA*.062**VN*BOLT~ {totals}
"""


def stated(totals: str, header: str = "") -> Road:
    """48 mugs at 4.00 and 100 bolts at 0.062: 192.00 and 6.20, together 198.20."""
    return Road(read(SUMS.format(totals=totals, header=header)))


@pytest.mark.parametrize(
    ("totals", "code", "path"),
    [
        ("CTT*3*148~", "LINE_COUNT_DIFFERS", "stated_totals.line_count"),
        ("CTT*2*150~", "HASH_TOTAL_DIFFERS", "stated_totals.hash"),
    ],
)
def test_d25_a_wrong_ctt_holds_unless_the_profile_says_warn(totals: str, code: str, path: str) -> None:
    road = stated(totals)
    assert told(road.judged()) == [(code, "ERROR", path)]
    assert held(road.judged()) == [("TOTALS", None, None)]
    assert road.answered() == [
        bak("AH"),
        "PO1*1*48*EA*4**VN*MUG",
        "ACK*IH*48*EA",
        "PO1*2*100*EA*0.062**VN*BOLT",
        "ACK*IH*100*EA",
        "CTT*2*148",  # ours is right
    ]
    warned = {"totals": "warn"}
    assert told(road.judged(policies=warned)) == [(code, "WARNING", path)]
    assert road.answered(policies=warned)[0] == bak("AD")


def test_d25_a_ctt_that_says_only_how_many_lines_or_nothing_is_fine() -> None:
    assert told(stated("CTT*2~").judged()) == []
    assert told(stated("").judged()) == []


SAC = "SAC*A*C310***1982~"  # 19.82 off: 10 %
ITD = "ITD*01*3*2**10**30*396~"  # ITD08: 2 % of 198.20 is 3.964, so 3.96 off


@pytest.mark.parametrize(
    ("header", "amount", "basis"),
    [
        ("", "198.2", None),  # gross
        (SAC, "198.2", None),
        (SAC, "178.38", "net of allowances and charges"),
        (ITD, "194.24", "net of the cash discount"),
        (SAC + " " + ITD, "174.42", "net of allowances and the cash discount"),
        (SAC + " " + ITD, "0", None),  # says nothing
    ],
)
def test_d25_an_amount_may_be_gross_net_of_sac_net_of_the_cash_discount_or_nothing(
    header: str, amount: str, basis: str | None
) -> None:
    road = stated(f"CTT*2*148~ AMT*TT*{amount}~", header)
    noted = [f.message for f in road.judged().findings if f.code == "TOTAL_DIFFERS"]
    assert noted == ([] if basis is None else [f"The stated {amount} agrees {basis}."])
    assert held(road.judged()) == []
    assert road.answered()[0] == bak("AD")


def test_d25_an_amount_that_is_none_of_these_warns_and_never_rejects() -> None:
    road = stated("CTT*2*148~ AMT*TT*200~", SAC)
    assert told(road.judged()) == [("TOTAL_DIFFERS", "WARNING", "stated_totals.amounts.TT")]
    (finding,) = road.judged().findings
    assert finding.message == (
        "They state 200; the lines come to 198.20 gross, 178.38 net of allowances and charges."
    )
    assert (road.judged().state, road.answered()[0]) == ("ACCEPTED", bak("AD"))
    strict = {"amount_total": "hold"}
    assert held(road.judged(policies=strict)) == [("TOTALS", None, None)]
    assert road.answered(policies=strict)[0] == bak("AH")


@x12
def test_d25_the_grocers_amount_is_net_of_its_cash_discount(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ ITD*01*3*2**10**30*84955~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*10607*EA*4**VN*MUG~ PO1*2*800*EA*.062**VN*BOLT~ CTT*2*11407~ AMT*TT*41628.05~
    """
    # 42 428.00 and 49.60 are 42 477.60; less 849.55 in ITD08 that is 41 628.05 (spec B5.6)
    judgement = road.judged()
    assert judgement.total == d("42477.60")
    assert [f.message for f in judgement.findings] == ["The stated 41628.05 agrees net of the cash discount."]
    assert road.answered()[0] == bak("AD")
