"""The same PO again: repeat, change, conflict (spec B5.2, D2, D3; BEG01 of every kind)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.master_data import MasterData
from edi_gateway.orders.judging.identity import business_key, content_hash, snapshot
from edi_gateway.orders.judging.judge import judge
from tests.orders.build import (
    acks,
    answered,
    books,
    d,
    facts,
    held,
    judged,
    line,
    po,
    profile,
    standing,
    states,
    told,
)

FIRST = po(line(48), line(12, ids=[("VN", "BOLT")], price="0.062"))


def again(purpose: str, *lines: dict[str, Any], state: str = "ACCEPTED", **more: Any) -> Any:
    """The judgement of a second document about PO-1 while FIRST stands."""
    made = lines or (line(48), line(12, ids=[("VN", "BOLT")], price="0.062"))
    return judged(po(*made, purpose=purpose, **more), books(known=[(FIRST, state)]))


@pytest.mark.parametrize("purpose", ["00", "07", "06", "15", "05"])
def test_the_same_content_is_a_repeat_whatever_it_calls_itself(purpose: str) -> None:
    judgement = again(purpose)
    assert (judgement.verdict, judgement.known_order) == ("repeat", 1)
    assert told(judgement) == [("PO_REPEATED", "INFO", "po_number")]
    assert (judgement.lines, judgement.holds) == ((), ())


def test_the_same_numbers_in_other_writing_are_the_same() -> None:
    """48.0 is 48, 4.000 is 4.00."""
    judgement = again("00", line("48.0", price="4.000"), line("12", ids=[("VN", "BOLT")], price="0.0620"))
    assert judgement.verdict == "repeat"


@pytest.mark.parametrize("purpose", ["00", "07", "06"])
def test_other_content_without_saying_change_is_a_conflict(purpose: str) -> None:
    judgement = again(purpose, line(60), line(12, ids=[("VN", "BOLT")], price="0.062"))
    assert (judgement.verdict, judgement.known_order) == ("conflict", 1)
    assert told(judgement) == [("PO_DIFFERS", "ERROR", "po_number")]
    assert held(judgement) == [("DUP_PO", None, None)]
    assert judgement.state == "ON_HOLD"
    assert states(judgement) == ["HELD", "HELD"]
    assert judgement.differences == (("lines[0].quantity", "48", "60"),)
    assert "lines[0].quantity: 48 -> 60" in judgement.findings[0].message


def test_a_third_that_is_like_the_second_repeats_the_second() -> None:
    second = po(line(60))
    data = books(known=[(FIRST, "ACCEPTED"), (second, "ON_HOLD")])
    judgement = judged(po(line(60)), data)
    assert (judgement.verdict, judgement.known_order) == ("repeat", 2)


def test_a_replacement_changes_the_first_and_not_the_conflict_with_it() -> None:
    data = books(known=[(FIRST, "ACCEPTED"), (po(line(60)), "ON_HOLD")])
    judgement = judged(po(line(72), purpose="05"), data)
    assert (judgement.verdict, judgement.known_order) == ("change", 1)


@pytest.mark.parametrize(
    ("state", "verdict"), [("VOID", "new"), ("REJECTED", "new"), ("CANCELLED", "conflict")]
)
def test_what_no_longer_stands_is_no_conflict_but_a_cancelled_order_is(state: str, verdict: str) -> None:
    assert again("00", line(60), state=state).verdict == verdict


def test_a_refused_order_that_comes_again_unchanged_is_answered_again() -> None:
    assert again("00", state="REJECTED").verdict == "repeat"


def test_another_release_is_another_order() -> None:
    data = books(known=[(FIRST, "ACCEPTED")])
    assert judged(po(line(60), release_number="2"), data).verdict == "new"


def test_numbers_reused_for_each_dc_are_told_apart_by_the_ship_to() -> None:
    reuse = profile({"ship_to_reuse": True})
    assert business_key(po(), reuse) == "acme|PO-1||0553"
    assert business_key(po(parties=[]), reuse) == "acme|PO-1||"
    assert business_key(po(release_number="7"), profile()) == "acme|PO-1|7"


def test_what_came_as_a_test_is_told_apart_from_what_is_real() -> None:
    assert business_key(po(), profile(), test=True) == "test:acme|PO-1|"
    data = books(known=[(FIRST, "ACCEPTED")])
    for purpose, verdict in [("00", "new"), ("05", "new"), ("01", "reject")]:
        marked = judge(po(line(60), purpose=purpose), facts(data, test=True))
        assert (marked.verdict, marked.known_order) == (verdict, None)


# 05: all of it anew


def test_a_replacement_stands_in_place_of_the_first() -> None:
    judgement = again("05", line(60), line(5, "CA", "48.00", id="9"))
    assert (judgement.verdict, judgement.known_order, judgement.state) == ("change", 1, "ACCEPTED")
    assert told(judgement) == []
    assert [ln.quantity for ln in judgement.lines] == [60, 5]
    assert judgement.revised is not None
    assert judgement.differences == (
        ("lines[0].quantity", "48", "60"),
        ("lines[1]", "", "9: 5 CA VN MUG at 48.00"),
        ("was.lines[1]", "2: 12 EA VN BOLT at 0.062", ""),
    )


def test_a_replacement_is_judged_like_any_order() -> None:
    judgement = again("05", line(60, price="3.00"))
    assert held(judgement) == [("PRICE", 1, None)]


@pytest.mark.parametrize("purpose", ["05", "07"])
def test_a_replacement_of_what_we_do_not_have_is_whole_and_so_new(purpose: str) -> None:
    judgement = judged(po(purpose=purpose))
    assert (judgement.verdict, judgement.state) == ("new", "ACCEPTED")
    assert told(judgement) == [("CHANGE_WITHOUT_ORDER", "WARNING", "purpose")]


def test_or_it_waits_by_policy() -> None:
    judgement = judged(po(purpose="05"), policies={"replace_unknown": "hold"})
    assert told(judgement) == [("CHANGE_WITHOUT_ORDER", "ERROR", "purpose")]
    assert (held(judgement), judgement.state) == ([("DUP_PO", None, None)], "ON_HOLD")


def test_a_confirmation_of_what_we_do_not_have_waits() -> None:
    judgement = judged(po(purpose="06"))
    assert told(judgement) == [("PO_REPEATED", "ERROR", "purpose")]
    assert held(judgement) == [("DUP_PO", None, None)]
    assert judged(po(purpose="06"), policies={"confirm_unknown": "take"}).state == "ACCEPTED"


# 01, 17: cancelled


@pytest.mark.parametrize("purpose", ["01", "17"])
def test_a_cancellation_cancels_every_line(purpose: str) -> None:
    judgement = again(purpose, line(48))
    assert (judgement.verdict, judgement.state, judgement.total) == ("change", "CANCELLED", 0)
    assert states(judgement) == ["CANCELLED", "CANCELLED"]
    assert judgement.holds == ()
    reply = answered(po(line(48), purpose=purpose), books(known=[(FIRST, "ACCEPTED")]))
    assert (reply.type, acks(reply)) == ("AC", [["ID 48 EA"], ["ID 12 EA"]])


def test_a_cancellation_needs_no_lines() -> None:
    bare = PurchaseOrder.model_validate({"po_number": "PO-1", "purpose": "01", "type": "SA"})
    assert judged(bare, books(known=[(FIRST, "ACCEPTED")])).state == "CANCELLED"


def test_a_second_cancellation_is_a_repeat() -> None:
    judgement = again("01", state="CANCELLED")
    assert (judgement.verdict, judgement.state) == ("repeat", "CANCELLED")


@pytest.mark.parametrize(
    ("of_the_copy", "disputed", "expected"),
    [
        (2, True, ("repeat", 1)),  # it contradicted the order before that was cancelled, by document 3
        (4, True, ("change", 2)),  # it came after: the cancellation means it
        (2, False, ("change", 2)),  # somebody took it as a new order: it stands
    ],
)
def test_a_cancellation_that_comes_again_leaves_a_copy_to_whoever_decides_on_it(
    of_the_copy: int, disputed: bool, expected: tuple[str, int]
) -> None:
    """B5.2: void, a change or a new order is a person's choice; the same again is answered the same again."""
    data = books()
    data.known[business_key(FIRST, profile())] = (
        standing(FIRST, "CANCELLED", document_id=3),
        standing(po(line(60)), "ON_HOLD", 2, document_id=of_the_copy, disputed=disputed),
    )
    judgement = judged(po(line(60), purpose="01"), data)
    assert (judgement.verdict, judgement.known_order) == expected
    assert judgement.state == "CANCELLED"


def test_a_change_of_a_cancelled_order_comes_too_late() -> None:
    judgement = again("04", line(60), state="CANCELLED")
    assert (judgement.verdict, judgement.revised) == ("change", None)
    assert told(judgement) == [("CHANGE_TOO_LATE", "ERROR", "purpose")]
    assert held(judgement) == [("CHANGE_PENDING", None, None)]


def test_a_reissue_after_a_cancellation_is_a_new_order() -> None:
    assert again("18", line(60), state="CANCELLED").verdict == "new"


@pytest.mark.parametrize("purpose", ["01", "02", "03", "04", "17"])
def test_a_change_of_what_we_do_not_have_is_refused(purpose: str) -> None:
    order = po(purpose=purpose)
    judgement = judged(order)
    assert (judgement.verdict, judgement.state, judgement.reject_code) == ("reject", "REJECTED", "RD")
    assert told(judgement) == [("CHANGE_WITHOUT_ORDER", "ERROR", "purpose")]
    assert [f.effect.value for f in judgement.findings] == ["reject order"]
    reply = answered(order)
    assert (reply.type, acks(reply)) == ("RD", [["IR 48 EA"]])


# 04, 02, 03: line by line


def test_a_change_touches_only_the_lines_that_it_names() -> None:
    judgement = again("04", line(60, price=None, id="1"))
    assert judgement.verdict == "change"
    assert judgement.differences == (("lines[0].quantity", "48", "60"),)
    assert [(ln.quantity, ln.buyer_price) for ln in judgement.lines] == [(60, d("4.00")), (12, d("0.062"))]
    assert judgement.total == d("240.74")  # 60 * 4.00 + 12 * 0.062


def test_a_changed_date_of_the_header_is_all_that_changes() -> None:
    change = po(purpose="04", dates={"ship_no_later": date(2025, 3, 21)})
    judgement = judged(change.model_copy(update={"lines": ()}), books(known=[(FIRST, "ACCEPTED")]))
    assert judgement.differences == (("dates.ship_no_later", "2025-03-14", "2025-03-21"),)
    assert judgement.revised is not None
    assert judgement.revised.dates.ship_not_before == date(2025, 3, 10)
    assert len(judgement.lines) == 2


def test_a_line_that_is_named_by_its_item_only_is_found_when_it_is_one() -> None:
    judgement = again("04", line(60, id=None))
    assert judgement.differences == (("lines[0].quantity", "48", "60"),)


def test_a_line_that_could_be_two_waits_for_a_person() -> None:
    """Two lines of mugs stand; the change names mugs and no line."""
    twice = po(line(48), line(24))
    judgement = judged(po(line(60, id=None), purpose="04"), books(known=[(twice, "ACCEPTED")]))
    assert (judgement.verdict, judgement.revised, judgement.lines) == ("change", None, ())
    assert told(judgement) == [("CHANGE_AMBIGUOUS", "ERROR", "lines[0]")]
    assert held(judgement) == [("CHANGE_PENDING", None, None)]
    assert judgement.state == "ACCEPTED"  # of the order that stands


def test_a_change_that_names_a_new_line_adds_it() -> None:
    judgement = again("04", line(5, "CA", "48.00", id="3", ids=[("UK", "10012345678902")]))
    assert [ln.buyer_line for ln in judgement.lines] == ["1", "2", "3"]


def test_an_addition_adds_and_must_not_name_what_is_there() -> None:
    added = again("02", line(5, "CA", "48.00", id="3", ids=[("UK", "10012345678902")]))
    assert [ln.line for ln in added.lines] == [1, 2, 3]
    assert told(again("02", line(5, id="1"))) == [("CHANGE_AMBIGUOUS", "ERROR", "lines[0]")]


def test_a_deletion_takes_lines_away_and_must_name_what_is_there() -> None:
    judgement = again("03", line(48, id="1"))
    assert [ln.sku for ln in judgement.lines] == ["BOLT"]
    assert [ln.line for ln in judgement.lines] == [1]
    unknown = again("03", line(48, id="7", ids=[("VN", "CHEESE")]))
    assert told(unknown) == [("CHANGE_AMBIGUOUS", "ERROR", "lines[0]")]


def test_a_change_that_changes_nothing_is_a_repeat() -> None:
    assert again("04", line(48, id="1")).verdict == "repeat"


# what came before a change, again


def changed(*more: PurchaseOrder, state: str = "ACCEPTED") -> MasterData:
    """FIRST was changed: `more` stood after it, the last one stands."""
    data = books()
    *before, now = [FIRST, *more]
    former = tuple(snapshot(order) for order in before)
    data.known["acme|PO-1|"] = (replace(standing(now, state, former=former), revision=len(more) + 1),)
    return data


SIXTY = po(line(60), line(12, ids=[("VN", "BOLT")], price="0.062"))
EIGHTY = po(line(80), line(12, ids=[("VN", "BOLT")], price="0.062"))


@pytest.mark.parametrize("purpose", ["00", "07", "06"])
def test_the_original_after_a_change_repeats_the_original_and_is_no_conflict(purpose: str) -> None:
    again = FIRST.model_copy(update={"purpose": purpose})
    judgement = judged(again, changed(SIXTY))
    assert (judgement.verdict, judgement.known_order, judgement.holds) == ("repeat", 1, ())
    assert told(judgement) == [("PO_REPEATED", "INFO", "po_number")]
    assert judgement.findings[0].message == (
        "The order came again as it was before it was changed: it stands as SO-1, revision 2, and stays so."
    )


def test_the_original_after_two_changes_is_still_the_original_and_a_third_thing_a_conflict() -> None:
    assert judged(FIRST, changed(SIXTY, EIGHTY)).verdict == "repeat"
    assert judged(po(line(61)), changed(SIXTY, EIGHTY)).verdict == "conflict"


def test_the_original_after_a_change_that_was_refused_is_an_order_anew() -> None:
    assert judged(FIRST, changed(SIXTY, state="REJECTED")).verdict == "new"


def test_a_replacement_by_the_original_is_a_change_back_to_it() -> None:
    judgement = judged(FIRST.model_copy(update={"purpose": "05"}), changed(SIXTY))
    assert (judgement.verdict, judgement.differences) == ("change", (("lines[0].quantity", "60", "48"),))


def test_an_addition_or_deletion_that_comes_twice_is_a_repeat() -> None:
    third = line(5, "CA", "48.00", id="3", ids=[("UK", "10012345678902")])
    longer = po(line(48), line(12, ids=[("VN", "BOLT")], price="0.062"), third)
    assert judged(po(third, purpose="02"), changed(longer)).verdict == "repeat"
    shorter = po(line(48))
    assert (
        judged(po(line(12, id="2", ids=[("VN", "BOLT")]), purpose="03"), changed(shorter)).verdict == "repeat"
    )


@pytest.mark.parametrize(
    "change",
    [po(line(60, id="1"), purpose="04"), SIXTY.model_copy(update={"purpose": "05"})],
    ids=["04", "05"],
)
def test_a_change_that_a_later_one_has_overtaken_waits_when_it_comes_again(change: PurchaseOrder) -> None:
    """Spec B8: an older sequence after a newer one is ignored and looked at."""
    overtaken = SIXTY.model_copy(update={"purpose": change.purpose})
    judgement = judged(change, changed(overtaken, EIGHTY))
    assert (judgement.verdict, judgement.revised) == ("change", None)
    assert told(judgement) == [("CHANGE_AMBIGUOUS", "ERROR", "purpose")]
    assert held(judgement) == [("CHANGE_PENDING", None, None)]


def test_a_change_during_fulfilment_waits_for_a_person() -> None:
    data = books()
    data.known["acme|PO-1|"] = (standing(FIRST, any_fulfilment=True),)
    for purpose in ("04", "05", "01"):
        judgement = judged(po(line(60), purpose=purpose), data)
        assert (judgement.verdict, judgement.revised) == ("change", None)
        assert told(judgement) == [("CHANGE_TOO_LATE", "ERROR", "purpose")]


def test_a_snapshot_that_cannot_be_read_any_more_is_left_to_a_person() -> None:
    data = books()
    data.known["acme|PO-1|"] = (replace(standing(FIRST), snapshot='{"po": 1}'),)
    assert judged(po(line(60), purpose="05"), data).revised is None
    assert judged(po(line(60)), data).verdict == "conflict"


# 22, 16, 24, IN: no order


@pytest.mark.parametrize("how", [{"purpose": "22"}, {"purpose": "16"}, {"purpose": "24"}, {"type": "IN"}])
def test_copies_proposals_and_drafts_are_no_orders(how: dict[str, str]) -> None:
    judgement = judged(po(**how))
    assert judgement.verdict == "copy"
    assert told(judgement) == [("INFORMATION_COPY", "INFO", "purpose")]
    assert (judgement.lines, judgement.holds) == ((), ())


def test_a_purpose_that_we_have_no_rule_for_waits() -> None:
    judgement = judged(po(purpose="13"))
    assert told(judgement) == [("PURPOSE_NOT_HANDLED", "ERROR", "purpose")]
    assert held(judgement) == [("TERMS", None, None)]


# the hash


def test_the_hash_is_of_the_content_and_not_of_the_purpose() -> None:
    assert content_hash(po(purpose="00")) == content_hash(po(purpose="07"))
    assert content_hash(po(line(48))) != content_hash(po(line(49)))
    assert content_hash(po(), snapshot(po())) == content_hash(po())


def test_text_that_looks_like_a_purpose_is_content() -> None:
    sly = po(po_number='x","purpose":"01", "')
    assert content_hash(sly) != content_hash(po(po_number='x","purpose":"02", "'))
    assert PurchaseOrder.model_validate_json(snapshot(sly)) == sly
