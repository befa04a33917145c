"""The edge cases of spec part 4 as far as order, judgement and 855 go: X12 in the docstring, X12 out.

The books are those of build.py; the day is Monday, 3 March 2025. D numbers are the spec's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from edi_gateway.model.master_data import Customer, Item, ItemXref, ShipTo
from edi_gateway.orders.hours.calendar import deadline
from edi_gateway.orders.judging.facts import facts_on
from edi_gateway.orders.judging.judge import judge
from edi_gateway.partners.profile import Calendar
from tests.orders.build import (
    NOW,
    books,
    d,
    facts,
    held,
    line,
    po,
    price,
    profile,
    standing,
    states,
    told,
    unit,
)
from tests.orders.road import Road, bak, read, x12

STORES = [
    ShipTo("acme", "92", "0007", "Store 7", kind="store", dc="92:0553"),
    ShipTo("acme", "92", "0008", "Store 8", kind="store", dc="92:0553"),
]

FIRST = """
BEG*00*SA*PO-1**20250301~ DTM*037*20250310~ DTM*038*20250314~ N1*ST**92*0553~
PO1*1*48*EA*4**VN*MUG~ PO1*2*100*EA*.062**VN*BOLT~ CTT*2*148~
"""


def before(text: str = FIRST, state: str = "ACCEPTED", **more: object):  # type: ignore[no-untyped-def]
    data = books()
    data.known["acme|PO-1|"] = (standing(read(text), state, **more),)
    return data


# D1, D2, D3


@x12
def test_d1_d2_the_same_po_in_a_new_envelope_makes_no_second_order(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*037*20250310~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*48*EA*4**VN*MUG~ PO1*2*100*EA*.062**VN*BOLT~ CTT*2*148~
    """
    judgement = road.judged(before())
    assert (judgement.verdict, judgement.known_order, judgement.lines) == ("repeat", 1, ())


@x12
def test_d2_a_duplicate_that_differs_waits_with_its_differences(road: Road) -> None:
    """
    BEG*07*SA*PO-1**20250301~ DTM*037*20250310~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*60*EA*4**VN*MUG~ PO1*2*100*EA*.062**VN*BOLT~ CTT*2*160~
    """
    judgement = road.judged(before())
    assert (judgement.verdict, held(judgement)) == ("conflict", [("DUP_PO", None, None)])
    assert judgement.differences == (("lines[0].quantity", "48", "60"),)
    assert road.answered(before()) == [
        bak("AH"),
        "PO1*1*60*EA*4**VN*MUG",
        "ACK*IH*60*EA",
        "PO1*2*100*EA*0.062**VN*BOLT",
        "ACK*IH*100*EA",
        "CTT*2*160",
    ]


@x12
def test_d3_a_replacement_before_fulfilment_is_applied_and_during_it_waits(road: Road) -> None:
    """
    BEG*05*SA*PO-1**20250301~ DTM*037*20250310~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*60*EA*4**VN*MUG~ CTT*1*60~
    """
    judgement = road.judged(before())
    assert (judgement.verdict, judgement.state, judgement.total) == ("change", "ACCEPTED", d("240.00"))
    late = road.judged(before(any_fulfilment=True))
    assert (late.revised, held(late)) == (None, [("CHANGE_PENDING", None, None)])


# D5


@x12
def test_d5_a_release_of_a_blanket_is_an_order_of_its_own_at_the_blankets_price(road: Road) -> None:
    """
    BEG*00*RL*PO-1*7*20250301~ DTM*037*20250310~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*48*EA***VN*MUG~ CTT*1*48~
    """
    blanket = """
    BEG*00*BK*PO-1**20250101~ DTM*093*20251231~ N1*ST**92*0553~ PO1*1*1000*EA*3.5**VN*MUG~ CTT*1*1000~
    """
    judgement = road.judged(before(blanket))
    assert (judgement.verdict, judgement.state, judgement.total) == ("new", "ACCEPTED", d("168.00"))
    assert road.answered(before(blanket)) == [
        "BAK*00*AD*PO-1*20250301*7***SO-9*20250303",
        "PO1*1*48*EA*3.5**VN*MUG",
        "ACK*IA*48*EA",
        "CTT*1*48",
    ]
    assert ("BLANKET_MISSING", "ERROR", "release_number") in told(road.judged())


# D6


@x12
def test_d6_a_drop_ship_order_goes_to_a_consumer_all_or_nothing(road: Road) -> None:
    """
    BEG*00*DS*PO-1**20250301~ DTM*038*20250310~ N9*L1*GIFT~ MSG*WITH LOVE~
    N1*ST*ADA FINCH~ N3*7 ELM ST~ N4*FALLOW*VT*05009*US~
    PO1**1*EA*4**VN*MUG~ PO1**1*EA*.06**VN*BOLT~ CTT*2*2~
    """
    policies = {"all_or_nothing": True, "price_lower_outside": "reject line"}
    judgement = road.judged(policies=policies)
    assert (judgement.ship_to_key, judgement.state) == (None, "REJECTED")
    assert road.answered(policies=policies) == [
        bak("RD"),
        "PO1**1*EA*4**VN*MUG",
        "ACK*IR*1*EA",
        "PO1**1*EA*0.06**VN*BOLT",
        "ACK*IR*1*EA",
        "CTT*2*2",
    ]


# D7, D8


@x12
def test_d7_stores_of_an_sdq_an_unknown_one_waits_alone(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*037*20250310~ DTM*038*20250314~
    PO1*1*48*EA*4**VN*MUG~ SDQ*EA*92*0007*20*0008*20*0666*8~ CTT*1*48~
    """
    judgement = road.judged(books(ship_tos=STORES))
    assert held(judgement) == [("SHIPTO_UNKNOWN", None, "92:0666")]
    assert judgement.state == "ACCEPTED"
    assert road.answered(books(ship_tos=STORES)) == [
        bak("AC"),
        "PO1*1*48*EA*4**VN*MUG",
        "ACK*IA*40*EA",
        "ACK*IH*8*EA",
        "CTT*1*48",
    ]


@x12
def test_d7_stores_that_do_not_add_up_hold_the_line(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~
    PO1*1*48*EA*4**VN*MUG~ SDQ*EA*92*0007*20*0008*20~ CTT*1*48~
    """
    assert held(road.judged(books(ship_tos=STORES))) == [("TOTALS", 1, None)]


@x12
def test_d7_more_than_ten_stores_come_in_several_sdq(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ PO1*1*12*EA*4**VN*MUG~
    SDQ*EA*92*01*1*02*1*03*1*04*1*05*1*06*1*07*1*08*1*09*1*10*1~ SDQ*EA*92*11*1*12*1~ CTT*1*12~
    """
    known = books(ship_tos=[ShipTo("acme", "92", f"{n:02}", "x", kind="store") for n in range(1, 13)])
    assert len(road.order.lines[0].allocations) == 12
    assert told(road.judged(known)) == []


@x12
def test_d8_a_line_with_a_ship_to_of_its_own_goes_there(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*20*EA*4**VN*MUG~ PO1*2*28*EA*4**VN*MUG~ N1*ST**92*0008~ CTT*2*48~
    """
    assert [ln.ship_to for ln in road.judged(books(ship_tos=STORES)).lines] == [None, "92:0008"]
    assert states(road.judged()) == ["ACCEPTED", "HELD"]


@x12
def test_d8_a_line_with_several_ship_tos_is_divided_among_them(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~ PO1*1*48*EA*4**VN*MUG~
    N1*ST**92*0007~ QTY*38*20*EA~ N1*ST**92*0666~ QTY*38*28*EA~ CTT*1*48~
    """
    assert held(road.judged(books(ship_tos=STORES))) == [("SHIPTO_UNKNOWN", None, "92:0666")]
    assert road.answered(books(ship_tos=STORES))[2:4] == ["ACK*IA*20*EA", "ACK*IH*28*EA"]


# D9 to D13


@x12
def test_d9_what_is_accepted_in_part_adds_up(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*037*20250310~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*50*EA*3.99**VN*BOX~ CTT*1*50~
    """
    data = books(
        items=[Item("BOX", "Box", "active", "EA")],
        units=[unit("BOX", "EA", 1, orderable=False), unit("BOX", "CA", 12)],
        prices=[price("BOX", "EA", "4.00")],
    )
    policies = {"pack_rounding": "down", "price_lower_outside": "ours", "cut_quantity_as": "IB"}
    assert road.answered(data, policies) == [
        bak("AC"),
        "PO1*1*50*EA*4**VN*BOX",
        "ACK*IC*48*EA",
        "ACK*IB*2*EA",
        "CTT*1*50",
    ]


@x12
def test_d10_free_goods_and_zero_prices(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*40*EA*4**VN*MUG~ SAC*A*D170*******EA*10*1~
    PO1*2*2*EA*0*NC*VN*MUG~
    PO1*3*2*EA*0**VN*MUG~ CTT*3*44~
    """
    judgement = road.judged()
    assert [ln.free_quantity for ln in judgement.lines] == [4, None, None]
    assert held(judgement) == [("PRICE", 3, None)]
    assert judgement.total == d("160.00")
    assert road.answered()[1:] == [
        "PO1*1*40*EA*4**VN*MUG",
        "ACK*IA*40*EA",
        "PO1*2*2*EA*0*NC*VN*MUG",
        "ACK*IA*2*EA",
        "PO1*3*2*EA*0**VN*MUG",
        "ACK*IH*2*EA",
        "CTT*3*44",
    ]


@x12
def test_d11_d12_an_absent_price_is_ours_and_a_retail_price_is_no_price(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*48*EA***VN*MUG~ CTP*RS*RES*9.99~ CTT*1*48~
    """
    assert road.judged().total == d("192.00")
    assert road.answered() == [bak("AD"), "PO1*1*48*EA*4**VN*MUG", "ACK*IA*48*EA", "CTT*1*48"]


@x12
def test_d13_by_the_hundred_by_the_pound_and_by_the_case(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*2000*EA*6.2*HP*VN*BOLT~ PO1*2*3*CA*5.25*PP*VN*CHEESE~ PO1*3*4*CA*4*PE*VN*MUG~ CTT*3*2007~
    """
    judgement = road.judged()
    assert told(judgement) == []
    assert [ln.amount for ln in judgement.lines] == [d("124.00"), d("315.00"), d("192.00")]
    assert road.answered()[0] == bak("AD")


# D14 to D18


@x12
def test_d14_unlike_units_are_one_plain_sum(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*4*CA*48**VN*MUG~ PO1*2*12.5*LB*5.25**VN*CHEESE~ CTT*2*16.5~
    """
    assert told(road.judged()) == []
    assert road.answered()[-1] == "CTT*2*16.5"


@x12
def test_d15_the_number_of_a_case_with_eaches_is_doubtful_and_po4_settles_it(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*48*EA*4**UK*10012345678902~ PO1*2*48*EA*4**UK*10012345678902~ PO4*12~ CTT*2*96~
    """
    judgement = road.judged()
    assert held(judgement) == [("PACK_MULTIPLE", 1, None)]
    assert states(judgement) == ["HELD", "ACCEPTED"]


@x12
def test_d15_the_number_of_the_piece_with_cases_means_cases_unless_po4_says_another_pack(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*4*CA*48**UP*012345678905~ PO1*2*4*CA*48**UP*012345678905~ PO4*24~ CTT*2*8~
    """
    judgement = road.judged()
    assert held(judgement) == [("PACK_MULTIPLE", 2, None)]
    assert [ln.base_quantity for ln in judgement.lines] == [48, 48]
    assert road.answered()[2:5:2] == ["ACK*IA*4*CA", "ACK*IH*4*CA"]


@x12
def test_d16_lost_zeros_missing_check_digits_and_a_wrong_one(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*1*EA*4**UP*12345678905~ PO1*2*1*EA*4**UI*01234567890~ PO1*3*1*EA*4**EN*0012345678905~
    PO1*4*1*EA*4**UP*012345678906*VN*MUG~ PO1*5*1*EA*4**UP*012345678905*VN*BOLT~ CTT*5*5~
    """
    judgement = road.judged()
    assert [ln.sku for ln in judgement.lines] == ["MUG", "MUG", "MUG", "MUG", None]
    assert [(code, path) for code, severity, path in told(judgement) if severity == "WARNING"] == [
        ("ITEM_ID_INVALID", "lines[0].ids"),
        ("ITEM_ID_INVALID", "lines[3].ids"),
    ]
    assert held(judgement) == [("ITEM_UNKNOWN", 5, None)]


@x12
def test_d17_d18_repeated_items_and_odd_line_ids_come_back_one_by_one(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*00010*1*EA*4**VN*MUG~ DTM*038*20250312~ PO1*A1*1*EA*4**VN*MUG~ DTM*038*20250320~
    PO1**1*EA*4**VN*MUG~ CTT*3*3~
    """
    assert [ln.ship_until for ln in road.judged().lines] == [
        date(2025, 3, 12),
        date(2025, 3, 20),
        date(2025, 3, 14),
    ]
    assert road.answered() == [
        bak("AD"),
        "PO1*00010*1*EA*4**VN*MUG",
        "ACK*IA*1*EA",
        "PO1*A1*1*EA*4**VN*MUG",
        "ACK*IA*1*EA",
        "PO1**1*EA*4**VN*MUG",
        "ACK*IA*1*EA",
        "CTT*3*3",
    ]


# D19, D21, D22


@x12
def test_d19_another_currency_waits_and_its_prices_are_left_alone(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ CUR*BY*CAD~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*48*EA*5.55**VN*MUG~ CTT*1*48~
    """
    assert held(road.judged()) == [("TERMS", None, None)]
    assert road.answered() == [
        bak("AH"),
        "CUR*BY*CAD",
        "PO1*1*48*EA*5.55**VN*MUG",
        "ACK*IH*48*EA",
        "CTT*1*48",
    ]


@x12
def test_d19_yen_are_counted_without_decimals(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ CUR*BY*JPY~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*47*EA*400.5**VN*MUG~ CTT*1*47~
    """
    data = books(prices=[price("MUG", "EA", "400.5", currency="JPY")], customer=Customer("C1", "x", "JPY"))
    judgement = road.judged(data)
    assert (told(judgement), judgement.total) == ([], d(18824))  # 18823.5, half up


@x12
def test_d21_a_ship_to_not_on_file_waits_and_a_moved_one_warns(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST*DC NORTH*92*0553~ N3*99 NEW ROAD~ N4*FONTANA*CA*92336~
    PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
    """
    assert told(road.judged()) == [("SHIP_TO_DIFFERS", "WARNING", "parties")]
    assert road.judged().ship_to_key == "92:0553"
    data = books()
    data.ship_tos.clear()
    assert held(road.judged(data)) == [("SHIPTO_UNKNOWN", None, None)]


@x12
def test_d21_truck_freight_to_a_post_office_box_is_accepted_and_must_not_ship(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ TD5**2*FRLN*LT~ N1*ST**92*0777~
    PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
    """
    box = ShipTo("acme", "92", "0777", "Site", address=("P.O. Box 12",), city="Elkton", region="OH")
    judgement = road.judged(books(ship_tos=[box]))
    assert [(h.code.value, h.line, h.blocks) for h in judgement.holds] == [("ROUTING", None, "S")]
    assert (judgement.state, states(judgement)) == ("ACCEPTED", ["ACCEPTED"])
    assert road.answered(books(ship_tos=[box]))[0] == bak("AD")
    dock = ShipTo("acme", "92", "0777", "Site", address=("12 Dock Road", "P.O. Box 12"), city="Elkton")
    assert held(road.judged(books(ship_tos=[dock]))) == []


@x12
def test_d21_a_parcel_may_go_to_a_post_office_box(road: Road) -> None:
    """
    BEG*00*DS*PO-1**20250301~ DTM*038*20250314~ TD5**2*PRCL*U~
    N1*ST*ADA FINCH~ N3*PO BOX 7~ N4*FALLOW*VT*05009*US~ PO1*1*1*EA*4**VN*MUG~ CTT*1*1~
    """
    assert held(road.judged()) == []


@x12
def test_d21_of_two_places_only_the_line_to_the_post_office_box_is_held(road: Road) -> None:
    """
    BEG*00*DS*PO-1**20250301~ DTM*038*20250314~ TD5*****SHIP VIA LTL CARRIER~
    N1*ST*ADA FINCH~ N3*7 ELM ST~ N4*FALLOW*VT*05009*US~
    PO1*1*1*EA*4**VN*MUG~ N1*ST*BO WREN~ N3*POST OFFICE BOX 31~ N4*FALLOW*VT*05009*US~
    PO1*2*1*EA*4**VN*MUG~ TD5**2*PRCL*U~ N1*ST*CY LARK~ N3*PO BOX 9~ N4*FALLOW*VT*05009*US~
    CTT*2*2~
    """
    assert held(road.judged()) == [("ROUTING", 1, None)]


@x12
def test_d22_a_discontinued_item_is_replaced_or_refused(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*48*EA*4**IN*55*VN*OLD~ PO1*2*48*EA*4**VN*GONE~ CTT*2*96~
    """
    data = books(
        items=[
            Item("OLD", "Old mug", "discontinued", "EA", successor="MUG"),
            Item("GONE", "Gone mug", "discontinued", "EA"),
        ],
        units=[unit("OLD", "EA", 1), unit("GONE", "EA", 1)],
        prices=[price("OLD", "EA", "4.00"), price("GONE", "EA", "4.00")],
    )
    assert road.answered(data, {"discontinued": "substitute"}) == [
        bak("AC"),
        "PO1*1*48*EA*4**IN*55*VN*OLD",
        "ACK*IS*48*EA****VN*MUG",
        "PO1*2*48*EA*4**VN*GONE",
        "ACK*R4*48*EA",
        "CTT*2*96",
    ]


# D23 to D25: test_edge_cases_dates_and_totals.py


@x12
def test_d22_a_buyer_who_allows_no_substitute_gets_none(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ CSH*NS~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*48*EA*4**VN*OLD~ PO1*2*48*EA*4**VN*MUG~ CTT*2*96~
    """
    data = books(
        items=[Item("OLD", "Old mug", "discontinued", "EA", successor="MUG")],
        units=[unit("OLD", "EA", 1)],
        prices=[price("OLD", "EA", "4.00")],
    )
    assert road.answered(data, {"discontinued": "substitute"})[1:5] == [
        "PO1*1*48*EA*4**VN*OLD",
        "ACK*R4*48*EA",
        "PO1*2*48*EA*4**VN*MUG",
        "ACK*IA*48*EA",
    ]


# D26


@x12
def test_d26_zero_negative_and_broken_quantities(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*0*EA*4**VN*MUG~ PO1*2*-5*EA*4**VN*MUG~ PO1*3*1.5*EA*4**VN*MUG~ PO1*4*1.5*LB*5.25**VN*CHEESE~
    PO1*5*99999999*EA*4**VN*MUG~ CTT*5*99999997~
    """
    judgement = road.judged()
    assert states(judgement) == ["INFORMATION", "REJECTED", "HELD", "ACCEPTED", "HELD"]
    assert road.answered()[1:-1:2] == [
        "PO1*1*0*EA*4**VN*MUG",
        "PO1*2*-5*EA*4**VN*MUG",
        "PO1*3*1.5*EA*4**VN*MUG",
        "PO1*4*1.5*LB*5.25**VN*CHEESE",
        "PO1*5*99999999*EA*4**VN*MUG",
    ]
    assert road.answered()[2:-1:2] == [
        "ACK*IA*0*EA",
        "ACK*IR*-5*EA",
        "ACK*IH*1.5*EA",
        "ACK*IA*1.5*LB",
        "ACK*IH*99999999*EA",
    ]


# D36, D37, D38, D39, D41, D45, D47


@x12
def test_d36_a_test_in_production_waits(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~ PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
    """
    assert held(road.judged(test=True)) == [("PARTNER_TEST", None, None)]
    assert held(road.judged()) == []


@x12
def test_d36_production_from_a_partner_in_test_waits(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~ PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
    """
    in_test = judge(road.order, facts_on(books(), profile(test=True), now=NOW))
    assert [(f.code.value, f.severity.value) for f in in_test.findings] == [("PRODUCTION_IN_TEST", "ERROR")]
    assert held(in_test) == [("PARTNER_TEST", None, None)]


def test_d37_orders_of_one_file_are_judged_each_by_itself_and_see_those_before_them() -> None:
    """Two POs and the first one again: one bad item holds only its own order."""
    data = books()
    today = facts(data)
    good, bad = po(po_number="A"), po(line(ids=[("IN", "NOPE")]), po_number="B")
    assert judge(good, today).state == "ACCEPTED"
    data.known["acme|A|"] = (standing(good),)
    assert judge(bad, today).state == "ON_HOLD"
    assert judge(good, today).verdict == "repeat"


def test_d38_ten_thousand_lines_are_judged_and_answered() -> None:
    many = po(*[line(48) for _ in range(10_000)])
    judgement = judge(many, facts())
    assert (judgement.state, judgement.total) == ("ACCEPTED", d("1920000.00"))


@x12
def test_d39_text_with_what_parts_segments_elsewhere_is_kept(road: Road) -> None:
    """
    BEG*00*SA*PO-1|A^2**20250301~ DTM*038*20250314~ N1*ST**92*0553~ PO1*1|2*48*EA*4**VN*MUG~ CTT*1*48~
    """
    assert road.answered()[:2] == [bak("AD", "PO-1|A^2"), "PO1*1|2*48*EA*4**VN*MUG"]


def test_d41_a_day_to_answer_over_a_weekend_with_a_clock_change_ends_on_monday() -> None:
    """Friday 7 March 2025, 15:30 in New York; on Sunday the clock goes forward."""
    friday = datetime(2025, 3, 7, 20, 30, tzinfo=UTC)
    due = deadline(friday, 24, Calendar(zone="America/New_York"), business_hours_only=True)
    assert due == datetime(2025, 3, 10, 19, 30, tzinfo=UTC)  # 15:30 again, in summer time


@x12
def test_d45_consignment_is_an_order_that_is_answered_like_any_other_and_keeps_its_type(road: Road) -> None:
    """
    BEG*00*CN*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~
    PO1*1*48*EA*4**VN*MUG~ PO1*2*24*EA***VN*MUG~ CTT*2*72~
    """
    judgement = road.judged()
    assert told(judgement) == [("PRICE_ABSENT", "INFO", "lines[1].price")]
    assert (judgement.holds, road.order.type) == ((), "CN")
    assert (judgement.state, judgement.total) == ("ACCEPTED", d("288.00"))  # what is billed once it is used
    assert road.answered() == [
        bak("AD"),
        "PO1*1*48*EA*4**VN*MUG",
        "ACK*IA*48*EA",
        "PO1*2*24*EA*4**VN*MUG",  # without a price of theirs ours goes back, as on any order
        "ACK*IA*24*EA",
        "CTT*2*72",
    ]


@x12
def test_d45_consignment_that_is_not_agreed_waits_for_terms(road: Road) -> None:
    """
    BEG*00*CN*PO-1**20250301~ DTM*038*20250314~ N1*ST**92*0553~ PO1*1*48*EA*4**VN*MUG~ CTT*1*48~
    """
    judgement = road.judged(policies={"order_types": ["SA", "DS"]})
    assert told(judgement) == [("ORDER_TYPE_NOT_AGREED", "ERROR", "type")]
    assert held(judgement) == [("TERMS", None, None)]
    assert road.answered(policies={"order_types": ["SA", "DS"]})[0] == bak("AH")


@x12
def test_d47_accents_and_lower_case_ids_are_understood_and_echoed(road: Road) -> None:
    """
    BEG*00*SA*PO-1**20250301~ DTM*038*20250314~ N1*ST*Dépôt Zürich*92*0553~ PO1*1*4*ca*48**IN*ab-7~ CTT*1*4~
    """
    data = books(xrefs=[ItemXref("acme", "IN", "AB-7", "MUG")], customer=Customer("C1", "Çelik", "USD"))
    judgement = road.judged(data)
    assert (told(judgement), judgement.lines[0].sku) == ([], "MUG")
    assert road.answered(data)[1:3] == ["PO1*1*4*CA*48**IN*ab-7", "ACK*IA*4*CA"]
