"""Two documents about one order: differences and matched lines (spec B8)."""

from __future__ import annotations

from datetime import date

from edi_gateway.orders.judging.revision import differences, match_lines, merged
from tests.orders.build import d, line, po


def test_nothing_differs_between_equals() -> None:
    assert differences(po(), po()) == ()


def test_header_fields_parties_and_dates_are_named_by_their_path() -> None:
    was = po()
    now = po(
        currency="CAD",
        dates={"ship_not_before": date(2025, 3, 11), "ship_no_later": date(2025, 3, 14)},
        parties=[{"role": "ST", "id_qualifier": "92", "id": "0554"}],
    )
    assert differences(was, now) == (
        ("currency", "", "CAD"),
        ("parties[0].id", "0553", "0554"),
        ("dates.ship_not_before", "2025-03-10", "2025-03-11"),
    )


def test_a_record_that_comes_is_told_whole() -> None:
    now = po(references=[{"qualifier": "IA", "value": "77"}])
    assert differences(po(), now) == (("references[0]", "", '{"qualifier": "IA", "value": "77"}'),)


def test_lines_in_another_order_are_no_difference() -> None:
    one, two = line(48, id="1"), line(12, id="2", ids=[("VN", "BOLT")])
    assert differences(po(one, two), po(two, one)) == ()


def test_lines_without_ids_of_their_own_are_matched_by_item() -> None:
    was = po(line(48, id=None), line(12, id=None, ids=[("VN", "BOLT")]))
    now = po(line(13, id=None, ids=[("VN", "BOLT")]), line(48, id=None))
    assert differences(was, now) == (("lines[0].quantity", "12", "13"),)


def test_the_same_item_twice_is_matched_by_order_for_a_comparison_only() -> None:
    was = po(line(48, id=None), line(24, id=None))
    now = po(line(48, id=None), line(30, id=None))
    assert match_lines(was.lines, now.lines).ambiguous == (0, 1)
    assert differences(was, now) == (("lines[1].quantity", "24", "30"),)


def test_a_repeated_line_id_is_settled_by_the_item() -> None:
    was = po(line(48, id="1"), line(12, id="1", ids=[("VN", "BOLT")]))
    now = po(line(12, id="1", ids=[("VN", "BOLT")]), line(50, id="1"))
    assert sorted(match_lines(was.lines, now.lines).pairs) == [(0, 1), (1, 0)]


def test_a_change_keeps_what_it_does_not_say() -> None:
    was = po(line(48, description="MUG, BLUE", pack={"pack": 12}), stated_totals={"line_count": 1})
    change = po(line(60, price=None), purpose="04", dates={}, parties=[], ordered_on=None)
    after, doubtful = merged(was, change)
    assert doubtful == ()
    assert after is not None
    assert (after.purpose, after.ordered_on, after.dates, after.parties) == (
        "00",
        date(2025, 3, 1),
        was.dates,
        was.parties,
    )
    first = after.lines[0]
    assert (first.quantity, first.price, first.description, first.pack) == (
        60,
        d("4.00"),
        "MUG, BLUE",
        was.lines[0].pack,
    )
    assert after.stated_totals.line_count is None


def test_a_change_of_one_party_leaves_the_others() -> None:
    was = po(parties=[{"role": "ST", "id": "0553", "id_qualifier": "92"}, {"role": "BY", "id": "0001"}])
    change = po(purpose="04", parties=[{"role": "ST", "id": "0554", "id_qualifier": "92"}])
    after, _ = merged(was, change)
    assert after is not None
    assert [(p.role, p.id) for p in after.parties] == [("BY", "0001"), ("ST", "0554")]
