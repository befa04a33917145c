"""The 856 at the gate: the clean one passes, and each rule is broken by a story of its own, by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.model.documents.shared import ItemId
from edi_gateway.model.documents.ship_notice import ItemLevel, ShipNotice
from edi_gateway.model.finding import Code, Severity
from edi_gateway.model.fulfilment import PartKind, Place
from edi_gateway.model.story import Departed
from edi_gateway.orders.gate.judging import breaches_of_notice
from edi_gateway.orders.gate.records import Notice
from edi_gateway.orders.shipping.notice import notice as compose_notice
from tests.orders import build
from tests.orders.gate.stories import (
    BOLTS,
    BOLTS_TOLD,
    DEPARTED,
    LEFT,
    MUGS,
    PARTS,
    SSCC_1,
    SSCC_2,
    SSCC_3,
    TOLD_AT,
    answer,
    answered_line,
    left,
    notice,
    ordered,
    our_line,
    part,
    profile,
    rules,
    story,
    told,
    without,
)
from tests.orders.shipping import goods


def said(**more: Any) -> ShipNotice:
    """The clean 856 with something else in its header."""
    return notice().said.model_copy(update=more)


def items(change: Callable[[ItemLevel], ItemLevel | None]) -> ShipNotice:
    """The clean 856, each item as `change` makes it; None: left out."""

    def level(of: Any) -> Any:
        if isinstance(of, ItemLevel):
            return change(of)
        below = [level(child) for child in of.children]
        return of.model_copy(update={"children": tuple(each for each in below if each is not None)})

    return said(children=tuple(level(child) for child in notice().said.children))


def item(number: str, **more: Any) -> ShipNotice:
    """The clean 856 with other words in this item."""
    return items(lambda each: each.model_copy(update=more) if each.line == number else each)


def before(number: str, shipment: int, mugs: int, sscc: str = SSCC_3) -> ShipNotice:
    """The 856 of another shipment of the order."""
    units = (goods.carton(1, (21, mugs), sscc=sscc),)
    other = goods.shipped(
        goods.line(21, mugs), units=units, shipment_id=shipment, number=number, transport=LEFT
    )
    return compose_notice([other], profile(), now=TOLD_AT, number=number)


STORES = ordered(
    build.line(
        48,
        "EA",
        "4.00",
        id="001",
        allocations=[
            {"location_qualifier": "92", "location": "0001", "quantity": 30},
            {"location_qualifier": "92", "location": "0002", "quantity": 18},
        ],
    ),
    build.line(100, "EA", "0.06", id="002", ids=(("VN", "BOLT"),)),
)


def to_stores(first: int, second: int, *, sorted_out: bool = True) -> Notice:
    """Mugs for two stores in a carton each, the bolts for nobody in particular."""
    names = ("92:0001", "92:0002") if sorted_out else (None, None)
    shipped = left(
        lines=(
            goods.line(11, first, store=names[0]),
            goods.line(12, second, store=names[1]),
            goods.line(13, 100, number=2, sku="BOLT", ordered=Decimal(100), ids=(("VN", "BOLT"),)),
        ),
        units=(
            goods.carton(1, (11, first), sscc=SSCC_1),
            goods.carton(2, (12, second), sscc=SSCC_2),
            goods.carton(3, (13, 100), sscc=SSCC_3),
        ),
    )
    parts = (part(11, 1, first, store="92:0001"), part(12, 1, second, store="92:0002"), part(13, 2, 100))
    return notice(shipped=shipped, of=story(ordered=STORES, parts=parts))


def test_a_clean_notice_goes() -> None:
    assert breaches_of_notice(notice()) == []


SHORT = left(
    lines=(
        goods.line(11, 20),
        goods.line(12, 100, number=2, sku="BOLT", ordered=Decimal(100), ids=(("VN", "BOLT"),)),
    ),
    units=(goods.carton(1, (11, 20), sscc=SSCC_1), goods.carton(2, (12, 100), sscc=SSCC_2)),
)
REST = Departed(8, "SH-8", date(2025, 3, 11), "92:0553", "06141410000000018", noticed=True)
FREE = replace(goods.line(13, 4), kind=PartKind.FREE)


@pytest.mark.parametrize("structure", ["0001", "0002", "0003", "0004"])
def test_so_it_does_in_every_structure(structure: str) -> None:
    assert breaches_of_notice(notice(profile=profile(shipping={"structure": structure}))) == []


@pytest.mark.parametrize(
    "clean",
    [
        notice(shipped=SHORT, of=story(parts=(part(11, 1, 20), PARTS[1]))),
        notice(
            shipped=SHORT,
            of=story(
                parts=(part(11, 1, 20), PARTS[1], part(21, 1, 28, 8)),
                shipments=(DEPARTED, REST),
                notices=(told(before("SH-8", 8, 28), 8),),
            ),
        ),
        to_stores(30, 18),
        notice(purpose="05", of=story(notices=(told(notice().said),))),
        notice(profile=profile(fulfilment={"over_delivery_percent": "10"}), shipped=left(), of=story()),
        notice(of=story(lines=(without(MUGS, cancel_after=date(2025, 3, 10)), BOLTS))),
        notice(
            of=story(
                answers=(
                    answer(
                        answered_line(
                            1,
                            48,
                            "4.00",
                            "MUG",
                            ("DR", 48, {"date_qualifier": "068", "on": date(2025, 3, 10)}),
                        ),
                        BOLTS_TOLD,
                        type="AC",
                    ),
                ),
                lines=(without(MUGS, ship_from=None, ship_until=date(2025, 3, 7)), BOLTS),
            )
        ),
        notice(same_bill=(Departed(9, "SH-9", date(2025, 3, 10), "92:0553", "06141410000000018"),)),
        notice(of=story(ordered=ordered(freight=[{"payment": "PP"}]))),
        notice(
            shipped=left(
                lines=(*left().lines, FREE),
                units=(
                    goods.carton(1, (11, 48), (13, 4), sscc=SSCC_1),
                    goods.carton(2, (12, 100), sscc=SSCC_2),
                ),
            ),
            of=story(
                lines=(without(MUGS, free_quantity=Decimal(4)), BOLTS),
                parts=(*PARTS, part(13, 1, 4, kind=PartKind.FREE)),
            ),
        ),
        notice(of=story(answers=()), profile=profile(answering={"send": False})),
    ],
    ids=[
        *("in part", "the rest told before", "stores", "correction", "tolerance", "last day", "moved date"),
        *("same bill, same place", "prepaid", "free goods", "no 855s wanted"),
    ],
)
def test_what_the_past_allows_goes(clean: Notice) -> None:
    assert rules(breaches_of_notice(clean)) == []


MORE = left(
    lines=(
        goods.line(11, 60),
        goods.line(12, 100, number=2, sku="BOLT", ordered=Decimal(100), ids=(("VN", "BOLT"),)),
    ),
    units=(goods.carton(1, (11, 60), sscc=SSCC_1), goods.carton(2, (12, 100), sscc=SSCC_2)),
)
IN_ALL = (part(11, 1, 60), PARTS[1])
CUT = answer(answered_line(1, 48, "4.00", "MUG", ("IQ", 36), ("IR", 12)), BOLTS_TOLD, type="AC")
SWAPPED = left(lines=(goods.line(11, 48, sku="CUP", substituted="MUG"), *left().lines[1:]))
BROKEN = {
    "answered_before_shipment": notice(of=story(answers=())),
    "shipped_within_acknowledged": notice(
        of=story(answers=(CUT,), lines=(without(MUGS, accepted_quantity=Decimal(36)), BOLTS))
    ),
    "store_within_order": to_stores(31, 17),
    "notice_tells_shipment": notice(item("002", shipped_quantity=Decimal(90))),
    "noticed_within_shipped": notice(
        shipped=SHORT,
        of=story(
            parts=(part(11, 1, 20), PARTS[1], part(21, 1, 20, 8)),
            shipments=(DEPARTED, REST),
            notices=(told(before("SH-8", 8, 28), 8),),
        ),
    ),
    "shipped_unit_as_ordered": notice(item("002", unit="CA")),
    "shipped_item_as_acknowledged": notice(shipped=SWAPPED),
    "store_marked": to_stores(30, 18, sorted_out=False),  # nobody said which carton is for which store
    "carton_number_new": notice(
        shipped=SHORT,
        of=story(
            parts=(part(11, 1, 20), PARTS[1], part(21, 1, 28, 8)),
            shipments=(DEPARTED, REST),
            notices=(told(before("SH-8", 8, 28, sscc=SSCC_1), 8),),
        ),
    ),
    "carton_count_right": notice(said(packages=(notice().said.packages[0].model_copy(update={"count": 3}),))),
    "weight_fits_cartons": notice(shipped=left(transport=replace(LEFT, weight=Decimal(50)))),
    "ship_date_true": notice(
        said(dates=notice().said.dates.model_copy(update={"shipped_on": date(2025, 3, 11)}))
    ),
    "shipped_in_window": notice(of=story(lines=(without(MUGS, ship_from=date(2025, 3, 11)), BOLTS))),
    "shipped_before_cancel_date": notice(
        of=story(lines=(without(MUGS, cancel_after=date(2025, 3, 9)), BOLTS))
    ),
    "bill_of_lading_told": notice(shipped=left(transport=replace(LEFT, bol=None))),
    "bill_of_lading_for_one_place": notice(
        same_bill=(Departed(9, "SH-9", date(2025, 3, 10), "92:0777", "06141410000000018"),)
    ),
    "carrier_as_routed": notice(shipped=left(transport=replace(LEFT, carrier="OTHR"))),
    "freight_as_ordered": notice(shipped=left(transport=replace(LEFT, freight_payment="CC"))),
    "shipped_to_ordered_place": notice(
        shipped=left(ship_to=Place("DC South", "92", "0777", ("1 Pier",), "Oxnard", "CA", "93030"))
    ),
    "original_notice_once": notice(of=story(notices=(told(notice().said),))),
    "notice_in_time": notice(now=datetime(2025, 3, 10, 22, 1, tzinfo=UTC)),
    "notice_before_arrival": notice(today=date(2025, 3, 15)),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_is_broken_by_its_story_and_nothing_else_is(rule: str) -> None:
    found = breaches_of_notice(BROKEN[rule])
    assert rules(found) == [rule]
    assert {each.code for each in found} == {Code.GATE_BREACH}
    mild = rule in ("notice_in_time", "notice_before_arrival")
    assert {each.severity for each in found} == {Severity.WARNING if mild else Severity.ERROR}


def test_a_line_that_the_order_does_not_have() -> None:
    """Then what has left of the line that it does have is not told either."""
    found = breaches_of_notice(notice(item("002", line="020")))
    assert rules(found) == ["notice_names_lines", "notice_tells_shipment"]
    assert found[0].message == "The 856 ships line 020 of PO PO-1, and the 850 has no such line."
    assert found[0].at == "children[0].children[1].children[0].line"


def test_a_purchase_order_of_another_name() -> None:
    (order,) = notice().said.children
    found = breaches_of_notice(notice(said(children=(order.model_copy(update={"po_number": "PO-01"}),))))
    assert rules(found) == ["notice_names_orders", "notice_tells_shipment"]
    assert found[0].message == "The 856 names PO PO-01, the goods are for PO-1."


def test_more_than_was_ordered_is_more_than_was_acknowledged_too() -> None:
    found = breaches_of_notice(notice(shipped=MORE, of=story(parts=IN_ALL)))
    assert [each.rule for each in found] == ["shipped_within_acknowledged", "shipped_within_order"]
    assert found[1].message == "The 850 orders 48 of line 001 of PO PO-1, the 856s ship 60."


def test_a_tolerance_lets_it_go() -> None:
    mild = profile(fulfilment={"over_delivery_percent": "25"})
    assert rules(breaches_of_notice(notice(shipped=MORE, of=story(parts=IN_ALL), profile=mild))) == []


def test_what_was_agreed_on_above_the_order_is_held_against_the_answer() -> None:
    """Rounded up to 60 and told (IQ): 60 may ship."""
    more = answer(answered_line(1, 48, "4.00", "MUG", ("IQ", 60)), BOLTS_TOLD, type="AC")
    past = story(parts=IN_ALL, answers=(more,), lines=(without(MUGS, accepted_quantity=Decimal(60)), BOLTS))
    assert rules(breaches_of_notice(notice(shipped=MORE, of=past))) == []


def test_a_substitute_that_was_told_goes() -> None:
    told_as = {"ids": [{"qualifier": "VN", "value": "CUP"}]}
    yes = answer(answered_line(1, 48, "4.00", "MUG", ("IS", 48, told_as)), BOLTS_TOLD, type="AC")
    named = replace(SWAPPED.lines[0], ids=(("VN", "MUG"), ("VN", "CUP")))
    told = replace(SWAPPED, lines=(named, *SWAPPED.lines[1:]))
    assert rules(breaches_of_notice(notice(shipped=told, of=story(answers=(yes,))))) == []
    (found,) = breaches_of_notice(notice(shipped=SWAPPED, of=story(answers=(yes,))))
    assert found.rule == "shipped_item_as_acknowledged"
    assert found.message == "CUP ships in line 001 of PO PO-1, the 856 names VN MUG."


def test_another_item_under_the_line_of_the_order() -> None:
    found = breaches_of_notice(notice(item("002", ids=(ItemId(qualifier="VN", value="NUT"),))))
    assert rules(found) == ["shipped_item_as_acknowledged"]
    assert found[0].message == "The 850 orders VN BOLT in line 002 of PO PO-1, the 856 ships VN NUT."


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("006141410000000013", "must have the check digit 2"),
        ("00614141", "must be 18 digits"),
    ],
)
def test_a_number_that_is_no_sscc(number: str, problem: str) -> None:
    units = (goods.carton(1, (11, 48), sscc=number), goods.carton(2, (12, 100), sscc=SSCC_2))
    found = breaches_of_notice(notice(shipped=left(units=units)))
    assert rules(found) == ["carton_number_valid"]


def test_a_number_twice_in_one_notice() -> None:
    units = (goods.carton(1, (11, 48), sscc=SSCC_1), goods.carton(2, (12, 100), sscc=SSCC_1))
    found = breaches_of_notice(notice(shipped=left(units=units)))
    assert "carton_number_new" in rules(found)


def test_late_goods_are_late() -> None:
    late = left(shipped_on=date(2025, 3, 17), expected_on=date(2025, 3, 20))
    found = breaches_of_notice(notice(shipped=late, today=date(2025, 3, 17)))
    assert rules(found) == ["shipped_in_window"]
    assert (
        found[0].message == "line 001 of PO PO-1 was to leave by 14 Mar 2025, it left on 17 Mar 2025: late."
    )


def test_a_parcel_needs_no_bill_of_lading_when_each_carton_is_tracked() -> None:
    units = (
        goods.carton(1, (11, 48), sscc=SSCC_1, tracking="1Z1"),
        goods.carton(2, (12, 100), sscc=SSCC_2, tracking="1Z2"),
    )
    parcels = left(units=units, transport=replace(LEFT, bol=None))
    by_mail = profile(shipping={"tracking": "MAN CP"})
    assert rules(breaches_of_notice(notice(shipped=parcels, profile=by_mail))) == []
    half = left(units=(units[0], replace(units[1], tracking=None)), transport=replace(LEFT, bol=None))
    assert rules(breaches_of_notice(notice(shipped=half, profile=by_mail))) == ["bill_of_lading_told"]


def test_a_correction_of_what_never_went() -> None:
    found = breaches_of_notice(notice(purpose="05"))
    assert rules(found) == ["original_notice_once"]


def test_a_weight_of_nothing() -> None:
    found = breaches_of_notice(notice(shipped=left(transport=replace(LEFT, weight=Decimal(0)))))
    assert rules(found) == ["weight_fits_cartons"]


def test_an_item_that_was_ordered_on_two_lines_without_numbers_counts_for_both() -> None:
    """PO101 blank: the buyer can only add the two up (D17, D18)."""
    twice = ordered(build.line(48, "EA", "4.00", id=None), build.line(100, "EA", "4.00", id=None))
    acks = [{**answered_line(n, many, "4.00", "MUG"), "buyer_line": None} for n, many in ((1, 48), (2, 100))]
    shipped = left(
        lines=(
            goods.line(11, 48, buyer_line=None),
            goods.line(12, 100, number=2, ordered=Decimal(100), buyer_line=None),
        )
    )
    past = story(
        ordered=twice,
        answers=(answer(*acks),),
        lines=(without(MUGS, buyer_line=None), our_line(2, "MUG", 100, "4.00", "400.00", buyer_line=None)),
    )
    assert rules(breaches_of_notice(notice(shipped=shipped, of=past))) == []


def test_the_value_of_the_goods_is_what_a_per_cent_is_taken_of() -> None:
    costs = profile(chargebacks=[{"rule": "answered_before_shipment", "percent": "10"}])
    (found,) = breaches_of_notice(notice(of=story(answers=()), profile=costs))
    assert found.message.endswith("Likely chargeback: 19.80 USD.")  # of 192.00 + 6.00
