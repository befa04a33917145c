"""What a 945 says, held against what was asked, without a database: lines, plates, numbers, times (spec B9, C9)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from edi_gateway.model.documents.shipping_advice import ShippingAdvice
from edi_gateway.model.fulfilment import Part, Release, Site
from edi_gateway.orders.warehouse.advice import Known, Reading, names_of, read
from tests.orders.warehouse.pieces import NOW, part

RELEASE = Release(
    id=5, number="SO-1-1", order_id=1, partner="acme", warehouse="dock", site="WEST", ship_to="92:0553", store=None,
    ship_on=date(2025, 3, 10), state="RELEASED", version=1, document_id=9, released_at=NOW, confirm_due_at=None,
    test=False,
)  # fmt: skip


def known(*parts: Part) -> Known:
    mine = list(parts or (part(48),))
    return Known(
        release=RELEASE,
        parts=mine,
        asked={p.id: p.quantity for p in mine},
        factors={("MUG", "EA"): Fraction(1), ("MUG", "CA"): Fraction(12)},
        names={p.id: names_of(p.sku, ["A-77"], ["00012345678905"]) for p in mine},
        site=Site("WEST", "West house", "dock", gln="0614141000012"),
        zone=ZoneInfo("America/Los_Angeles"),
        now=NOW,
    )


def reading(about: Known, *items: dict[str, Any], **more: Any) -> Reading:
    fields = {"reporting": "F", "cartons": [{"items": list(items)}], **more}
    return read(ShippingAdvice.model_validate(fields), about, "key", 77)


def item(quantity: int | None = 48, **more: Any) -> dict[str, Any]:
    return {
        "status": "CC", "ordered": quantity, "shipped": quantity, "unit": "EA",
        "ids": [{"qualifier": "VN", "value": "MUG"}], **more,
    }  # fmt: skip


def ref(qualifier: str, value: str, **more: Any) -> dict[str, Any]:
    return {"qualifier": qualifier, "value": value, **more}


def codes(found: Reading) -> list[str]:
    return [finding.code.value for finding in found.findings]


def left(found: Reading) -> list[tuple[int, str, str | None]]:
    return [(line.part_id, f"{line.quantity:f}", line.rest) for line in found.confirm.lines]


@pytest.mark.parametrize(
    "ids",
    [
        [ref("VN", "MUG")],
        [ref("IN", "A-77")],
        [ref("UP", "012345678905")],
        [ref("EN", "0012345678905")],
        [ref("ZZ", "what we never saw"), ref("UK", "00012345678905")],
    ],
)
def test_an_item_is_known_by_any_of_its_numbers(ids: list[dict[str, Any]]) -> None:
    found = reading(known(), item(ids=ids))
    assert (left(found), codes(found)) == ([(11, "48", None)], [])


def test_the_case_code_names_it_too() -> None:
    found = reading(known(), item(ids=[], upc_case="012345678905"))
    assert (left(found), codes(found)) == ([(11, "48", None)], [])


def test_one_item_on_two_lines_goes_by_our_line_id() -> None:
    two = known(part(10), part(20, id=12, line=2))
    found = reading(two, item(20, references=[ref("LI", "12")]), item(10, references=[ref("LI", "11")]))
    assert (left(found), codes(found)) == ([(11, "10", None), (12, "20", None)], [])


def test_without_it_the_lines_are_filled_in_turn_and_that_is_told() -> None:
    two = known(part(10), part(20, id=12, line=2))
    found = reading(two, item(25, status="BP"))
    assert (left(found), codes(found)) == (
        [(11, "10", "backorder"), (12, "15", "backorder")],
        ["CONFIRM_LINE_UNKNOWN"],
    )


def test_a_line_in_several_cartons_is_added_up() -> None:
    cartons = [{"items": [item(24, ordered=48)]}, {"items": [item(24, ordered=48)]}]
    found = reading(known(), cartons=cartons)
    assert (left(found), codes(found)) == ([(11, "48", None)], [])


def test_ordered_may_be_told_carton_by_carton() -> None:
    cartons = [{"items": [item(24)]}, {"items": [item(24)]}]
    assert codes(reading(known(), cartons=cartons)) == []


def test_ordered_that_is_not_what_we_asked_is_told() -> None:
    assert codes(reading(known(), item(48, ordered=50))) == ["CONFIRM_ORDERED_DIFFERS"]


def test_a_difference_that_is_none_is_told() -> None:
    assert codes(reading(known(), item(40, ordered=48, difference=9, status="BP"))) == [
        "CONFIRM_ORDERED_DIFFERS"
    ]
    assert codes(reading(known(), item(40, ordered=48, difference=-8, status="BP"))) == []


@pytest.mark.parametrize(
    ("status", "rest"),
    [
        ("CC", None),
        ("CP", "cancel"),
        ("BP", "backorder"),
        ("SS", "later"),
        ("PR", "later"),
        ("DS", None),
        ("CU", None),
    ],
)
def test_the_status_says_what_becomes_of_the_rest(status: str, rest: str | None) -> None:
    found = reading(known(), item(40, ordered=48, status=status))
    assert left(found) == [(11, "40", rest)]


def test_a_complete_line_without_a_quantity_shipped_as_asked() -> None:
    assert left(reading(known(), item(None))) == [(11, "48", None)]
    assert left(reading(known(), item(None, status="IC"))) == [(11, "0", None)]


def test_licence_plates_under_an_item_are_its_cartons() -> None:
    """N9*LV with the pieces in its text, as one public 945 has it (spec C9)."""
    plates = [
        ref("LV", "00100752782101847618", description="36"),
        ref("LV", "00100752782101847625", description="12"),
    ]
    (first, second) = reading(known(), item(48, references=plates)).confirm.units
    assert [(u.sscc, [f"{c.quantity:f}" for c in u.contents]) for u in (first, second)] == [
        ("00100752782101847618", ["36"]),
        ("00100752782101847625", ["12"]),
    ]


def test_a_plate_on_the_carton_and_lots_in_it() -> None:
    lots = [ref("LT", "L-9", on=date(2026, 1, 1))]
    carton = {"references": [ref("LV", "00100752782101847618")], "items": [item(48, references=lots)]}
    (unit,) = reading(known(), cartons=[carton]).confirm.units
    (content,) = unit.contents
    assert (unit.sscc, content.lot, content.expires_on) == ("00100752782101847618", "L-9", date(2026, 1, 1))


def test_a_loop_without_any_number_is_no_carton_unless_they_are_counted() -> None:
    assert reading(known(), item()).confirm.units == ()
    assert len(reading(known(), item(), stated_totals={"units": 48, "packages": 1}).confirm.units) == 1


def test_tracking_numbers_stand_on_the_carton_or_in_the_header() -> None:
    carton = {"marks": [ref("CP", "1Z-1")], "items": [item()]}
    assert [u.tracking for u in reading(known(), cartons=[carton]).confirm.units] == ["1Z-1"]
    assert [u.tracking for u in reading(known(), item(), references=[ref("2I", "1Z-2")]).confirm.units] == [
        "1Z-2"
    ]


def test_what_cannot_be_right_of_the_transport_is_left_out_and_told() -> None:
    found = reading(
        known(),
        item(),
        carrier={"mode": "M", "scac": "A1"},
        references=[ref("BM", "06141410000000019")],  # its check digit is 2
        stated_totals={"units": 48, "weight": Decimal(-5), "weight_unit": "LB"},
    )
    assert codes(found) == ["CONFIRM_NUMBER_INVALID"] * 3
    transport = found.confirm.transport
    assert (transport.carrier, transport.bol, transport.weight, transport.mode) == (None, None, None, "M")


def test_another_warehouse_than_was_asked_is_told() -> None:
    here = {"role": "WH", "name": "West", "id_qualifier": "UL", "id": "0614141000012"}
    there = {"role": "WH", "name": "East", "id_qualifier": "91", "id": "EAST"}
    assert codes(reading(known(), item(), parties=[here])) == []
    assert codes(reading(known(), item(), parties=[there])) == ["CONFIRM_SITE_DIFFERS"]


@pytest.mark.parametrize(
    ("dates", "moment"),
    [
        ({"shipped_on": date(2025, 3, 7), "times": {"11": "1630"}}, datetime(2025, 3, 8, 0, 30, tzinfo=UTC)),
        ({"shipped_on": date(2025, 3, 7)}, datetime(2025, 3, 7, 20, 0, tzinfo=UTC)),
        ({"shipped_on": date(2025, 3, 11)}, NOW),
        ({}, NOW),
    ],
    ids=["hour of the warehouse", "noon there", "not in the future", "nobody says"],
)
def test_when_it_left(dates: dict[str, Any], moment: datetime) -> None:
    assert reading(known(), item(), dates=dates).confirm.shipped_at == moment
