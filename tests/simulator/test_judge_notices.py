"""The judge and 856s: each rule has a document that breaks it, and the judge says exactly that."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from edi_gateway.simulator.judge.rules import Rule
from tests.simulator.hearing import ANSWER, ANSWERED, NOTICE, ORDER, SHIPPED, Hearing

SECOND = (
    NOTICE.replace("*S1*", "*S2*")
    .replace("00095287654321012346", "00095287654321012353")
    .replace("00080020080000012346", "00080020080000012353")
)


@pytest.fixture
def buyer() -> Hearing:
    hearing = Hearing()
    hearing.place()
    hearing.go("856")
    return hearing


def test_a_right_notice_is_right(buyer: Hearing) -> None:
    assert buyer.hear("856", NOTICE, SHIPPED) == []
    assert buyer.judge.closing(SHIPPED) == []


@pytest.mark.parametrize(
    ("was", "becomes", "rules"),
    [
        ("PRF*P1***", "PRF*P9***", [Rule.NOTICE_ORDER_UNKNOWN]),
        ("PRF*P1***", "PRF*P1*R1**", [Rule.NOTICE_ORDER_UNKNOWN]),
        ("PRF*P1***20260302", "PRF*P1***20260301", [Rule.NOTICE_ORDER_DATE]),
        ("BSN*00", "BSN*05", [Rule.NOTICE_CORRECTS_NOTHING]),
        ("BSN*00", "BSN*01", [Rule.NOTICE_CORRECTS_NOTHING]),
        ("LIN*1*", "LIN*3*", [Rule.NOTICE_LINE_UNKNOWN]),
        ("IN*550001001", "IN*550001009", [Rule.NOTICE_ITEM]),
        ("SN1**40*CA**40", "SN1**40*EA**40", [Rule.NOTICE_UNIT]),
        (
            "HL*5*2*P",
            "HL*7*2*P",
            [Rule.NOTICE_LEVEL_NUMBER, Rule.NOTICE_LEVEL_PARENT, Rule.NOTICE_LEVEL_CHILDREN],
        ),
        ("HL*2*1*O", "HL*2*3*O", [Rule.NOTICE_LEVEL_PARENT, Rule.NOTICE_LEVEL_CHILDREN]),
        ("HL*1**S*1", "HL*1*2*S*1", [Rule.NOTICE_LEVEL_PARENT]),
        ("HL*4*3*I*0", "HL*4*3*I*1", [Rule.NOTICE_LEVEL_CHILDREN]),
        ("HL*2*1*O*1", "HL*2*1*O*0", [Rule.NOTICE_LEVEL_CHILDREN]),
        ("*1530*0001", "*1530*0003", [Rule.NOTICE_STRUCTURE_NOT_AGREED, Rule.NOTICE_STRUCTURE]),
        ("CTT*6", "CTT*5", [Rule.NOTICE_TOTALS]),
        ("CTT*6*60", "CTT*6*61", [Rule.NOTICE_TOTALS]),
        ("MAN*GM*00095287654321012346~\n", "", [Rule.NOTICE_CARTON_NUMBER_MISSING]),
        ("00095287654321012346", "00095287654321012345", [Rule.NOTICE_CARTON_NUMBER_WRONG]),
        ("00095287654321012346", "095287654321012346", [Rule.NOTICE_CARTON_NUMBER_WRONG]),
        ("00095287654321012346", "95095287654321012346", [Rule.NOTICE_CARTON_NUMBER_WRONG]),
        ("GM*00095287654321012346", "AA*095287654321012346", [Rule.NOTICE_CARTON_MARK]),
        ("00095287654321012346", "00080020080000012346", [Rule.NOTICE_CARTON_NUMBER_REPEATED]),
        ("TD1*CTN25*2****G", "TD1*CTN25*3****G", [Rule.NOTICE_CARTON_COUNT]),
        ("TD1*CTN25*2~", "TD1*CTN25*1~", [Rule.NOTICE_CARTON_COUNT]),
        ("G*500*LB", "G*0*LB", [Rule.NOTICE_WEIGHT]),
        ("N1*ST*NORTH*92*0551", "N1*ST*SOUTH*92*0552", [Rule.NOTICE_SHIP_TO]),
        ("N1*ST*NORTH*92*0551~\n", "", [Rule.NOTICE_SHIP_TO]),
        ("DTM*011*20260309*1500", "DTM*011*20260310", [Rule.NOTICE_SHIP_DATE_FUTURE]),
        ("DTM*011*20260309*1500", "DTM*011*20260304", [Rule.NOTICE_LATE, Rule.NOTICE_SHIPPED_EARLY]),
        ("DTM*011*20260309*1500", "DTM*011*20260309*1400", [Rule.NOTICE_LATE]),
        ("DTM*017*20260312", "DTM*017*20260308", [Rule.NOTICE_AFTER_ARRIVAL]),
        ("REF*BM*B1~\n", "", [Rule.SET_BREAKS_STANDARD]),
    ],
)
def test_one_word_is_wrong(buyer: Hearing, was: str, becomes: str, rules: list[Rule]) -> None:
    assert NOTICE.count(was) == 1
    assert buyer.rules("856", NOTICE.replace(was, becomes), SHIPPED) == rules


def test_more_than_was_acknowledged_in_one_notice_and_over_several(buyer: Hearing) -> None:
    more = NOTICE.replace("SN1**20*CA**20", "SN1**21*CA**20").replace("CTT*6*60", "CTT*6*61")
    (found,) = buyer.hear("856", more, SHIPPED)
    assert (found.rule, found.about) == (Rule.NOTICE_QUANTITY_OVER, "S1")
    assert found.reason == "Line 2 of P1: 21 shipped in all, acknowledged 20."
    assert buyer.rules("856", SECOND, SHIPPED) == [Rule.NOTICE_QUANTITY_OVER] * 2


def test_what_is_allowed_beyond_by_agreement() -> None:
    buyer = Hearing(fulfilment={"over_delivery_percent": 5})
    buyer.place()
    buyer.go("856")
    more = NOTICE.replace("SN1**20*CA**20", "SN1**21*CA**20").replace("CTT*6*60", "CTT*6*61")
    assert buyer.rules("856", more, SHIPPED) == []


def test_goods_of_a_line_that_was_refused() -> None:
    buyer = Hearing()
    buyer.place()
    refused = ANSWER.replace("*AD*", "*AC*").replace("ACK*IA*20", "ACK*IR*20")
    assert buyer.hear("855", refused, ANSWERED) == []
    assert buyer.rules("856", NOTICE, SHIPPED) == [Rule.NOTICE_NOT_ACKNOWLEDGED]


def test_goods_before_any_answer_and_where_none_is_awaited() -> None:
    buyer = Hearing()
    buyer.place()
    assert buyer.rules("856", NOTICE, SHIPPED) == [Rule.NOTICE_BEFORE_ANSWER]
    silent = Hearing()
    silent.place(hours=None)
    assert silent.rules("856", NOTICE, SHIPPED) == []


def test_a_notice_without_goods(buyer: Hearing) -> None:
    upto = NOTICE.split("HL*2")[0].replace("HL*1**S*1", "HL*1**S*0") + "CTT*1*0~"
    assert buyer.rules("856", upto, SHIPPED) == [Rule.NOTICE_STRUCTURE, Rule.NOTICE_EMPTY]


def test_a_number_used_twice_and_a_correction_in_place_of_it(buyer: Hearing) -> None:
    assert buyer.hear("856", NOTICE, SHIPPED) == []
    again = SECOND.replace("*S2*", "*S1*")
    assert buyer.rules("856", again.replace("BSN*00", "BSN*05"), SHIPPED) == []
    assert buyer.rules("856", again, SHIPPED) == [Rule.NOTICE_SHIPMENT_REPEATED]
    gone = again.replace("BSN*00", "BSN*01")
    assert buyer.rules("856", gone, SHIPPED) == []
    assert buyer.rules("856", again, SHIPPED) == [
        Rule.NOTICE_SHIPMENT_REPEATED
    ]  # cancelled, and never free again


def test_a_carton_that_came_with_another_shipment(buyer: Hearing) -> None:
    assert buyer.hear("856", NOTICE, SHIPPED) == []
    other = SECOND.replace("00095287654321012353", "00095287654321012346").replace("SN1**40*CA", "SN1**0*CA")
    rules = buyer.rules("856", other.replace("CTT*6*60", "CTT*6*20"), SHIPPED)
    assert Rule.NOTICE_CARTON_NUMBER_REPEATED in rules
    assert set(rules) == {Rule.NOTICE_CARTON_NUMBER_REPEATED, Rule.NOTICE_EMPTY, Rule.NOTICE_QUANTITY_OVER}


def test_levels_that_do_not_stand_as_the_structure_says(buyer: Hearing) -> None:
    """An item beneath the order, where every item is to lie in a carton."""
    loose = NOTICE.replace("HL*6*5*I", "HL*6*2*I").replace("HL*5*2*P*1", "HL*5*2*P*0")
    (*_, found) = buyer.hear("856", loose, SHIPPED)
    assert found.rule is Rule.NOTICE_STRUCTURE
    assert found.reason == "BSN05 0001 is S-O-P-I; HL 6 stands in S-O-I."


def test_cartons_first_when_so_agreed() -> None:
    """0003: an order within each carton."""
    buyer = Hearing(shipping={"structure": "0003"})
    buyer.place()
    buyer.go("856")
    head = NOTICE.split("HL*2")[0].replace("*0001~", "*0003~")
    tree = """\
HL*2*1*P*1~
MAN*GM*00095287654321012346~
HL*3*2*O*1~
PRF*P1***20260302~
HL*4*3*I*0~
LIN*1*UK*10410000010010*IN*550001001~
SN1**40*CA**40*CA~
HL*5*1*P*1~
MAN*GM*00080020080000012346~
HL*6*5*O*1~
PRF*P1***20260302~
HL*7*6*I*0~
LIN*2*UK*10410000020019*IN*550002001~
SN1**20*CA**20*CA~
CTT*7*60~
"""
    assert buyer.rules("856", head + tree, SHIPPED) == []


def test_tracking_numbers_where_they_are_agreed() -> None:
    buyer = Hearing(shipping={"tracking": "MAN CP"})
    buyer.place()
    buyer.go("856")
    with_one = NOTICE.replace("MAN*GM*00095287654321012346~", "MAN*GM*00095287654321012346~\nMAN*CP*1Z999~")
    assert buyer.rules("856", with_one, SHIPPED) == [Rule.NOTICE_TRACKING_MISSING]


def test_a_last_day_and_its_extension(buyer: Hearing) -> None:
    late = NOTICE.replace("DTM*011*20260309*1500", "DTM*011*20260314").replace("20260312", "20260317")
    at = SHIPPED + timedelta(days=5)
    assert buyer.rules("856", late, at) == [Rule.NOTICE_SHIPPED_LATE]
    deal = buyer.judge.book.deal("P1")
    assert deal is not None
    deal.last_day = at.date()
    assert buyer.rules("856", late.replace("BSN*00", "BSN*05"), at) == []


def test_goods_that_will_arrive_outside_of_the_window() -> None:
    buyer = Hearing()
    window = ORDER.replace("DTM*037*20260305~\nDTM*038*20260313~", "DTM*064*20260311~\nDTM*063*20260312~")
    buyer.place(window)
    buyer.go("856")
    assert buyer.rules("856", NOTICE, SHIPPED) == []
    for day in ("20260310", "20260313"):
        moved = NOTICE.replace("BSN*00", "BSN*05").replace("DTM*017*20260312", f"DTM*017*{day}")
        assert buyer.rules("856", moved, SHIPPED) == [Rule.NOTICE_ARRIVES_OUTSIDE_WINDOW]


STORES = ORDER.replace("PO1*2", "SDQ*CA*92*0101*30*0102*10~\nPO1*2")
FOR_STORE = NOTICE.replace("PRF*P1***20260302~\nTD1*CTN25*2~", "PRF*P1***20260302~\nN1*Z7*ELMSTEAD*92*0101~")


@pytest.mark.parametrize(
    ("was", "becomes", "rules"),
    [
        ("N1*Z7*ELMSTEAD*92*0101~\n", "", [Rule.NOTICE_STORE_MISSING]),
        ("*92*0101", "*92*0109", [Rule.NOTICE_STORE_UNKNOWN]),
        ("*92*0101", "*92*0101", [Rule.NOTICE_STORE_QUANTITY]),
    ],
)
def test_which_store_gets_how_many(was: str, becomes: str, rules: list[Rule]) -> None:
    """40 of line 1 go to 0101, who was to get 30."""
    buyer = Hearing()
    buyer.place(STORES)
    buyer.go("856")
    assert buyer.rules("856", FOR_STORE.replace(was, becomes), SHIPPED) == rules


@pytest.mark.parametrize(
    ("first", "second", "rules"),
    [
        ("0551*40", "0552*0", []),
        ("0551*30", "0552*10", [Rule.NOTICE_STORE_QUANTITY]),
        ("0552*20", "0553*20", [Rule.NOTICE_SHIP_TO]),
    ],
)
def test_a_line_that_names_its_places(first: str, second: str, rules: list[Rule]) -> None:
    """D8: 40 of line 1 go to 0551, as the N1 loops of the line want or not."""
    places = ""
    for each in (first, second):
        place, quantity = each.split("*")
        places += f"N1*ST**92*{place}~\nQTY*38*{quantity}*CA~\n"
    buyer = Hearing()
    buyer.place(ORDER.replace("PO1*2", f"{places}PO1*2"))
    buyer.go("856")
    assert buyer.rules("856", NOTICE, SHIPPED) == rules


def test_cartons_that_arrive_and_those_that_are_told(buyer: Hearing) -> None:
    assert buyer.hear("856", NOTICE, SHIPPED) == []
    buyer.judge.book.arrived = {"095287654321012346": Decimal(40), "095287654321012353": Decimal(1)}
    without = (Rule.GOODS_WITHOUT_NOTICE, "095287654321012353")
    assert [(f.rule, f.about) for f in buyer.judge.closing(SHIPPED)] == [without]  # the other may still come
    due = SHIPPED + timedelta(days=3)
    assert [(f.rule, f.about) for f in buyer.judge.closing(due)] == [without, (Rule.GOODS_NOT_COME, "S1")]
    buyer.judge.book.arrived["095287654321012346"] = Decimal(41)
    differs = (Rule.GOODS_DIFFER, "095287654321012346")
    assert [(f.rule, f.about) for f in buyer.judge.closing(SHIPPED)] == [without, differs]
    buyer.judge.book.arrived["095287654321012346"] = Decimal(40)
    buyer.judge.book.unnumbered = True
    assert [(f.rule, f.about) for f in buyer.judge.closing(due)] == [without]
