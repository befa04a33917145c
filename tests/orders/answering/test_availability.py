"""Available to promise: the least that is free from a day on, worked by hand, and against a simulation day by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.model.fulfilment import Commitment, Shelf, StockLevel, Supply
from edi_gateway.orders.answering.availability import Availability

D = Decimal
MARCH = [date(2025, 3, 1) + timedelta(days=n) for n in range(31)]  # MARCH[2] is the third


def on(day: int) -> date:
    return MARCH[day - 1]


def shelf(
    here: int,
    supply: dict[int, int] | None = None,
    due: dict[int, int] | None = None,
    later: dict[int, int] | None = None,
) -> Shelf:
    """So much lies there; day -> confirmed supply, commitments, unconfirmed supply."""
    comes = [Supply("EAST", "A", D(n), on(day)) for day, n in (supply or {}).items()]
    comes += [Supply("EAST", "A", D(n), on(day), confirmed=False) for day, n in (later or {}).items()]
    spoken = tuple(Commitment("A", D(n), on(day)) for day, n in (due or {}).items())
    return Shelf((StockLevel("EAST", "A", D(here)),), tuple(comes), spoken)


def look(found: Shelf, today: int = 3) -> Availability:
    return Availability.of(found, on(today))


def test_what_lies_there_can_be_promised_at_once_and_on_every_day() -> None:
    found = look(shelf(10))
    assert [found.promisable(on(day)) for day in (3, 10, 31)] == [10, 10, 10]
    assert found.earliest(D(10), on(5)) == on(5)
    assert found.earliest(D(11), on(5)) is None


def test_what_is_promised_to_a_later_order_is_not_stolen() -> None:
    # 10 there, 8 of them go on the 20th: free(5) is 10, and a toy would promise 10 for the 5th
    found = look(shelf(10, due={20: 8}))
    assert found.free(on(5)) == 10
    assert found.promisable(on(5)) == 2
    assert found.promisable(on(20)) == 2


def test_what_comes_before_the_later_order_goes_can_be_given_away_now() -> None:
    # 10 there, 8 go on the 20th, 6 come on the 15th: free is 10, 16, 8
    found = look(shelf(10, supply={15: 6}, due={20: 8}))
    assert [found.free(on(day)) for day in (5, 15, 19, 20)] == [10, 16, 16, 8]
    assert found.promisable(on(5)) == 8
    assert found.earliest(D(9), on(5)) is None


def test_what_comes_after_it_waits_for_it() -> None:
    # 2 there; 5 go on the 10th (3 of them are short), 10 come on the 12th: free is 2, -3, 7
    found = look(shelf(2, supply={12: 10}, due={10: 5}))
    assert [found.promisable(on(day)) for day in (5, 10, 11, 12)] == [0, 0, 0, 7]
    assert found.earliest(D(1), on(5)) == on(12)
    assert found.earliest(D(7), on(15)) == on(15)
    assert found.earliest(D(8), on(5)) is None


def test_receipts_add_up_over_the_days() -> None:
    found = look(shelf(1, supply={5: 2, 9: 3, 14: 4}))
    assert [found.earliest(D(n), on(3)) for n in (1, 3, 4, 6, 10)] == [on(3), on(5), on(9), on(9), on(14)]


def test_the_safety_stock_is_promised_to_nobody_unless_the_partner_may_have_it() -> None:
    low = StockLevel("EAST", "A", D(20), hold=D(2), damaged=D(1), allocated=D(4), safety=D(5))
    found = Shelf((low,))
    assert Availability.of(found, on(3)).promisable(on(3)) == 8
    assert Availability.of(found, on(3), use_safety_stock=True).promisable(on(3)) == 13


def test_only_the_sites_that_serve_them_count_and_all_without_a_word() -> None:
    found = Shelf(
        (StockLevel("EAST", "A", D(5)), StockLevel("WEST", "A", D(7), safety=D(1))),
        (Supply("WEST", "A", D(3), on(9)),),
    )
    assert Availability.of(found, on(3)).promisable(on(9)) == 14
    assert Availability.of(found, on(3), sites=["EAST"]).promisable(on(9)) == 5


def test_nobody_promises_a_day_by_what_is_not_confirmed_or_overdue() -> None:
    found = look(shelf(1, supply={2: 50}, later={10: 9}))
    assert found.earliest(D(2), on(3)) is None
    assert found.unconfirmed == 59


def test_commitments_without_a_day_or_with_a_past_one_go_today() -> None:
    spoken = (Commitment("A", D(3)), Commitment("A", D(2), on(1)))
    found = look(Shelf((StockLevel("EAST", "A", D(10)),), (), spoken))
    assert [found.free(on(3)), found.promisable(on(30))] == [5, 5]


def test_what_is_taken_is_gone_and_a_copy_is_for_trying() -> None:
    found = look(shelf(10, supply={12: 5}))
    tried = found.copy()
    tried.take(D(10), on(5))
    assert [tried.promisable(on(5)), tried.promisable(on(12))] == [0, 5]
    assert found.promisable(on(5)) == 10
    found.take(D(4), on(1))  # past: today
    assert found.promisable(on(3)) == 6


def test_below_nothing_there_is_nothing_to_promise() -> None:
    found = look(shelf(-4, supply={9: 6}))
    assert [found.promisable(on(day)) for day in (3, 8, 9)] == [0, 0, 2]


amounts = st.dictionaries(st.integers(1, 31), st.integers(0, 20), max_size=6)


@given(st.integers(-10, 40), amounts, amounts, st.integers(1, 31), st.integers(1, 40))
def test_it_agrees_with_the_days_played_one_by_one(
    here: int, supply: dict[int, int], due: dict[int, int], day: int, wanted: int
) -> None:
    """One more order of so much on a day must leave no later day shorter than it would be without, below nothing."""
    found = look(shelf(here, supply, due), today=1)

    def shortest(more: int, at: int) -> bool:
        """Whether the stock, with `more` taken on day `at`, ever falls below nothing from that day on."""
        lies = here
        fine = True
        for today in range(1, 32):
            lies += supply.get(today, 0) - due.get(today, 0)
            if today == at:
                lies -= more
            if today >= at and lies < 0:
                fine = False
        return fine

    most = max((n for n in range(0, 300) if n == 0 or shortest(n, day)), default=0)
    assert found.promisable(on(day)) == most
    first = next((d for d in range(day, 32) if shortest(wanted, d)), None)
    assert found.earliest(D(wanted), on(day)) == (None if first is None else on(first))


@pytest.mark.parametrize("taken", [1, 5, 10])
def test_what_is_promised_can_be_taken_without_anybody_going_short(taken: int) -> None:
    found = look(shelf(10, supply={8: 4}, due={5: 3, 20: 6}))
    day = found.earliest(D(taken), on(3))
    assert (day is not None) == (taken <= 5)  # 10 + 4 - 3 - 6
    if day is not None:
        found.take(D(taken), day)
        assert all(found.free(each) >= 0 for each in MARCH[2:])
