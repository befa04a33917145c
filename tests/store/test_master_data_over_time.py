"""What holds from when to when: rows laid over rows, nothing lost between."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.store.master.master_data import ALWAYS, Span, Wanted, overlay

TODAY = date(2026, 1, 15)
JAN, MAR, APR, JUN = date(2026, 1, 1), date(2026, 3, 1), date(2026, 4, 1), date(2026, 6, 1)
ONE, TWO = ("one",), ("two",)


def row(values: tuple[str, ...] | None, since: date | None = None, until: date | None = None) -> Wanted:
    return Wanted(("key",), values, since, until)


def test_a_new_row_that_does_not_say_holds_always() -> None:
    assert overlay([], [row(ONE)], TODAY) == [Span(ALWAYS, None, ONE)]


def test_a_changed_row_that_does_not_say_holds_from_today() -> None:
    before = [Span(ALWAYS, None, ONE)]
    assert overlay(before, [row(TWO)], TODAY) == [Span(ALWAYS, TODAY, ONE), Span(TODAY, None, TWO)]


def test_the_same_again_changes_nothing() -> None:
    before = [Span(ALWAYS, TODAY, ONE), Span(TODAY, None, TWO)]
    assert overlay(before, [row(TWO)], TODAY) == before
    assert overlay(before, [row(TWO, JUN)], TODAY) == before


def test_a_second_change_on_the_same_day_replaces_the_first() -> None:
    before = [Span(ALWAYS, TODAY, ONE), Span(TODAY, None, TWO)]
    assert overlay(before, [row(("three",))], TODAY) == [
        Span(ALWAYS, TODAY, ONE),
        Span(TODAY, None, ("three",)),
    ]


def test_a_period_in_the_middle_is_followed_by_what_stood_before() -> None:
    before = [Span(JAN, None, ONE)]
    assert overlay(before, [row(TWO, MAR, APR)], TODAY) == [
        Span(JAN, MAR, ONE), Span(MAR, APR, TWO), Span(APR, None, ONE),
    ]  # fmt: skip


def test_an_end_that_is_said_ends_the_row() -> None:
    assert overlay([Span(JAN, None, ONE)], [row(ONE, JAN, JUN)], TODAY) == [Span(JAN, JUN, ONE)]


def test_a_row_without_an_end_goes_until_the_next_one_that_is_known_begins() -> None:
    before = [Span(MAR, None, TWO)]
    assert overlay(before, [row(ONE, JAN)], TODAY) == [Span(JAN, MAR, ONE), Span(MAR, None, TWO)]


def test_a_list_with_several_periods_says_the_same_in_any_order_and_a_second_time() -> None:
    rows = [row(TWO, MAR), row(ONE, JAN, MAR), row(("three",), JUN)]
    made = overlay([], rows, TODAY)
    assert made == [Span(JAN, MAR, ONE), Span(MAR, JUN, TWO), Span(JUN, None, ("three",))]
    assert overlay([], rows[::-1], TODAY) == made
    assert overlay(made, rows, TODAY) == made


def test_a_row_that_is_to_be_no_more_ends_today() -> None:
    assert overlay([Span(JAN, None, ONE)], [row(None)], TODAY) == [Span(JAN, TODAY, ONE)]
    assert overlay([Span(MAR, None, ONE)], [row(None)], TODAY) == []


_days = st.dates(date(2026, 1, 1), date(2026, 1, 12))
_rows = st.builds(
    lambda values, since, length: Wanted(
        ("key",), values, since, None if length is None else date.fromordinal(since.toordinal() + length)
    ),
    st.sampled_from([ONE, TWO, ("three",)]),
    _days,
    st.none() | st.integers(1, 6),
)


@given(st.lists(_rows, max_size=4), st.lists(_rows, min_size=1, max_size=4, unique_by=lambda row: row.since))
def test_spans_never_overlap_and_each_row_holds_on_its_first_day(
    first: list[Wanted], then: list[Wanted]
) -> None:
    before: list[Span] = []
    for wanted in first:
        before = overlay(before, [wanted], TODAY)
    after = overlay(before, then, TODAY)
    for span, following in pairwise(after):
        assert span.until is not None
        assert span.since < span.until <= following.since
    assert all(span.until is None or span.since < span.until for span in after)
    for wanted in then:
        (holds,) = [
            s.values for s in after if s.since <= wanted.since and (s.until is None or wanted.since < s.until)
        ]
        assert holds == wanted.values
