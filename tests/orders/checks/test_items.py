"""Which item a line means (spec B5 lines, D15, D16, D22)."""

from __future__ import annotations

from datetime import date

import pytest

from edi_gateway.model.master_data import Item, ItemXref, ShipTo
from tests.orders.build import (
    BOLT_UPC,
    MUG_UPC,
    acks,
    answered,
    books,
    held,
    judged,
    line,
    po,
    price,
    states,
    told,
    unit,
)

OLD = Item("OLD", "Old mug", "discontinued", "EA", successor="MUG")
GONE = Item("GONE", "Gone mug", "discontinued", "EA")
OLD_UNITS = (unit("OLD", "EA", 1), unit("GONE", "EA", 1))
OLD_PRICES = (price("OLD", "EA", "4.00"), price("GONE", "EA", "4.00"))
OLD_BOOKS = {"items": (OLD, GONE), "units": OLD_UNITS, "prices": OLD_PRICES}


def skus(*ids: tuple[str, str], **more: object) -> list[str | None]:
    return [each.sku for each in judged(po(line(ids=ids)), **more).lines]  # type: ignore[arg-type]


def test_an_item_is_known_by_our_own_number_without_a_cross_reference() -> None:
    assert skus(("VN", "MUG")) == ["MUG"]
    assert skus(("SK", "MUG")) == ["MUG"]


def test_an_item_is_known_by_the_buyers_number() -> None:
    data = books(xrefs=[ItemXref("acme", "IN", "0042", "MUG")])
    assert skus(("IN", "0042"), data=data) == ["MUG"]


def test_another_partners_number_says_nothing() -> None:
    data = books(xrefs=[ItemXref("other", "IN", "0042", "MUG")])
    assert skus(("IN", "0042"), data=data) == [None]


def test_a_partners_number_goes_before_everybodys() -> None:
    data = books(xrefs=[ItemXref(None, "IN", "0042", "BOLT"), ItemXref("acme", "IN", "0042", "MUG")])
    assert skus(("IN", "0042"), data=data) == ["MUG"]


def test_a_number_in_lower_case_or_with_blanks_is_the_same_number() -> None:
    data = books(xrefs=[ItemXref("acme", "IN", "AB-7", "MUG")])
    assert skus(("IN", "ab-7"), data=data) == ["MUG"]
    assert skus(("IN", " AB-7 "), data=data) == ["MUG"]


def test_size_colour_and_lot_are_no_items() -> None:
    """Two ids would be two items if the colour counted."""
    data = books(xrefs=[ItemXref("acme", "BO", "BOLT", "BOLT")])
    assert skus(("VN", "MUG"), ("BO", "BOLT"), ("LT", "L7"), data=data) == ["MUG"]


def test_a_upc_with_lost_zeros_is_found_and_said() -> None:
    judgement = judged(po(line(ids=[("UP", "12345678905")])))
    assert judgement.lines[0].sku == "MUG"
    assert told(judgement) == [("ITEM_ID_INVALID", "WARNING", "lines[0].ids")]
    assert held(judgement) == []


def test_two_ids_of_two_items_hold_the_line_and_nobody_guesses() -> None:
    judgement = judged(po(line(ids=[("UP", MUG_UPC), ("VN", "BOLT")]), line()))
    assert told(judgement) == [("ITEM_AMBIGUOUS", "ERROR", "lines[0].ids")]
    assert held(judgement) == [("ITEM_UNKNOWN", 1, None)]
    assert states(judgement) == ["HELD", "ACCEPTED"]
    assert judgement.lines[0].sku is None
    assert judgement.findings[0].message == (
        f"line 1 ({MUG_UPC}): the ids do not mean one item: UP {MUG_UPC} is MUG, VN BOLT is BOLT."
    )


def test_one_number_of_two_items_is_ambiguous_too() -> None:
    data = books(xrefs=[ItemXref("acme", "IN", "7", "MUG"), ItemXref("acme", "IN", "7", "BOLT")])
    assert held(judged(po(line(ids=[("IN", "7")])), data)) == [("ITEM_UNKNOWN", 1, None)]


def test_a_wrong_check_digit_is_a_warning_when_another_id_is_right() -> None:
    judgement = judged(po(line(ids=[("UP", "012345678906"), ("VN", "MUG")])))
    assert judgement.lines[0].sku == "MUG"
    assert told(judgement) == [("ITEM_ID_INVALID", "WARNING", "lines[0].ids")]
    assert "taken by VN MUG" in judgement.findings[0].message


def test_a_wrong_check_digit_alone_is_an_unknown_item() -> None:
    judgement = judged(po(line(ids=[("UP", "012345678906")])))
    assert [code for code, _, _ in told(judgement)] == ["ITEM_UNKNOWN", "ITEM_ID_INVALID"]
    assert held(judgement) == [("ITEM_UNKNOWN", 1, None)]


def test_an_unknown_item_holds_its_line_or_is_refused_by_policy() -> None:
    order = po(line(ids=[("IN", "NOPE")]), line())
    assert acks(answered(order)) == [["IH 48 EA"], ["IA 48 EA"]]
    assert acks(answered(order, policies={"unknown_item": "reject line"})) == [["R2 48 EA"], ["IA 48 EA"]]
    refused = {"unknown_item": "reject line", "unknown_item_code": "IR"}
    assert acks(answered(order, policies=refused)) == [["IR 48 EA"], ["IA 48 EA"]]


def test_a_line_without_any_id_is_unknown() -> None:
    assert held(judged(po(line(ids=[])))) == [("ITEM_UNKNOWN", 1, None)]


def test_a_cross_reference_to_an_item_that_is_not_there_is_unknown() -> None:
    data = books(xrefs=[ItemXref("acme", "IN", "9", "VANISHED")])
    judgement = judged(po(line(ids=[("IN", "9")])), data)
    assert told(judgement) == [("ITEM_UNKNOWN", "ERROR", "lines[0].ids")]
    assert "cross-referenced to VANISHED" in judgement.findings[0].message


def test_a_blocked_item_holds_its_line() -> None:
    data = books(
        items=[Item("STOP", "x", "blocked", "EA")],
        units=[unit("STOP", "EA", 1)],
        prices=[price("STOP", "EA", "4")],
    )
    assert held(judged(po(line(ids=[("VN", "STOP")])), data)) == [("ITEM_BLOCKED", 1, None)]


@pytest.mark.parametrize(
    ("free_from", "holds", "ship_from"),
    [
        (date(2025, 3, 12), [], date(2025, 3, 12)),  # within 10-14 March: ships from then on
        (date(2025, 3, 15), [("ITEM_BLOCKED", 1, None)], date(2025, 3, 15)),
        (date(2025, 3, 1), [], date(2025, 3, 10)),
    ],
)
def test_an_item_not_yet_sold_waits_for_its_day(
    free_from: date, holds: list[object], ship_from: date
) -> None:
    item = Item("NEW", "x", "not yet", "EA", not_before=free_from)
    data = books(items=[item], units=[unit("NEW", "EA", 1)], prices=[price("NEW", "EA", "4")])
    judgement = judged(po(line(ids=[("VN", "NEW")])), data)
    assert held(judgement) == holds
    assert judgement.lines[0].ship_from == ship_from


def test_a_discontinued_item_holds_is_refused_or_is_replaced_by_its_successor() -> None:
    order = po(line(ids=[("VN", "OLD")]), line(ids=[("VN", "GONE")]))
    data = books(**OLD_BOOKS)  # type: ignore[arg-type]
    assert acks(answered(order, data)) == [["IH 48 EA"], ["IH 48 EA"]]
    assert acks(answered(order, data, {"discontinued": "reject line"})) == [["R4 48 EA"], ["R4 48 EA"]]
    reply = answered(order, data, {"discontinued": "substitute"})
    assert acks(reply) == [["IS 48 EA"], ["R4 48 EA"]]
    assert [(i.qualifier, i.value) for i in reply.lines[0].answers[0].ids] == [("VN", "MUG")]
    assert [(i.qualifier, i.value) for i in reply.lines[0].ids] == [("VN", "OLD")]
    assert reply.type == "AC"


def test_a_buyer_that_forbids_substitutes_gets_none() -> None:
    """CSH*NS on the order; on the line it would be the same."""
    order = po(line(ids=[("VN", "OLD")]), sales_requirements=[{"code": "NS"}])
    assert acks(answered(order, books(**OLD_BOOKS), {"discontinued": "substitute"})) == [["R4 48 EA"]]  # type: ignore[arg-type]


def test_a_chain_of_successors_is_followed_to_the_one_that_is_sold() -> None:
    middle = Item("MID", "x", "discontinued", "EA", successor="MUG")
    first = Item("OLD", "x", "discontinued", "EA", successor="MID")
    data = books(items=[middle, first], units=OLD_UNITS, prices=OLD_PRICES)
    assert (
        judged(po(line(ids=[("VN", "OLD")])), data, {"discontinued": "substitute"}).lines[0].substitute
        == "MUG"
    )


def test_successors_in_a_circle_end_in_nothing() -> None:
    a = Item("OLD", "x", "discontinued", "EA", successor="GONE")
    b = Item("GONE", "x", "discontinued", "EA", successor="OLD")
    data = books(items=[a, b], units=OLD_UNITS, prices=OLD_PRICES)
    judgement = judged(po(line(ids=[("VN", "OLD")])), data, {"discontinued": "substitute"})
    assert judgement.lines[0].substitute is None
    assert states(judgement) == ["REJECTED"]


def test_phase_out_is_sold_like_any_other() -> None:
    data = books(
        items=[Item("OUT", "x", "phase-out", "EA")],
        units=[unit("OUT", "EA", 1)],
        prices=[price("OUT", "EA", "4")],
    )
    assert told(judged(po(line(ids=[("VN", "OUT")])), data)) == []


def test_a_upc_and_the_buyers_number_that_agree_are_one_item() -> None:
    data = books(xrefs=[ItemXref("acme", "IN", "55", "BOLT")])
    assert skus(("UP", BOLT_UPC), ("IN", "55"), data=data) == ["BOLT"]


# blackout (B5.8): the place is DC North in CA, the customer C1


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"item": "MUG"}, True),
        ({"item": "BOLT"}, False),
        ({"item_class": "DRINK"}, True),
        ({"item_class": "FOOD"}, False),
        ({"item": "MUG", "region": "CA"}, True),
        ({"item": "MUG", "region": "ca"}, True),
        ({"item": "MUG", "region": "OH"}, False),
        ({"item": "MUG", "customer": "C1"}, True),
        ({"item": "MUG", "customer": "C2"}, False),
        ({"item": "MUG", "customer": "C1", "region": "OH"}, False),
    ],
)
def test_an_item_is_not_sold_to_whom_and_where_the_profile_says(row: dict[str, str], expected: bool) -> None:
    drink = Item("MUG", "Mug", "active", "EA", item_class="DRINK")
    judgement = judged(po(line(48)), books(items=[drink]), {"blackout": [row]})
    assert held(judgement) == ([("ITEM_BLOCKED", 1, None)] if expected else [])
    assert told(judgement) == ([("ITEM_NOT_SOLD_THERE", "ERROR", "lines[0].ids")] if expected else [])


def test_a_line_that_may_not_be_sold_there_is_refused_by_policy_and_its_neighbour_goes_on() -> None:
    order = po(line(48), line(12, ids=[("VN", "BOLT")], price="0.062"))
    policies = {"blackout": [{"item": "MUG", "region": "CA"}], "blackout_line": "reject line"}
    assert acks(answered(order, books(), policies)) == [["IR 48 EA"], ["IA 12 EA"]]
    assert states(judged(order, books(), policies)) == ["REJECTED", "ACCEPTED"]


def test_the_place_of_the_line_or_of_one_of_its_stores_counts() -> None:
    """92:0553 is in CA; 92:7 and 92:8 are stores in OH and NV."""
    stores = [
        ShipTo("acme", "92", code, f"Store {code}", region=region, kind="store")
        for code, region in (("7", "OH"), ("8", "NV"))
    ]
    data = books(ship_tos=stores)
    divided = line(
        48,
        allocations=[
            {"location_qualifier": "92", "location": code, "quantity": "24", "unit": "EA"}
            for code in ("7", "8")
        ],
    )
    for region, expected in (("NV", [("ITEM_BLOCKED", 1, None)]), ("CA", [])):
        assert held(judged(po(divided), data, {"blackout": [{"item": "MUG", "region": region}]})) == expected


def test_a_release_of_what_is_not_sold_there_covers_that_place_only() -> None:
    prints = [
        judged(po(line(48)), books(), {"blackout": [row]}).holds[0].fingerprint
        for row in ({"item": "MUG", "region": "CA"}, {"item": "MUG", "customer": "C1"})
    ]
    assert len(set(prints)) == 2
