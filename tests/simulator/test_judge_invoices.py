"""The judge and 810s: each rule has a document that breaks it, and the judge says exactly that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edi_gateway.simulator.judge.rules import Rule
from tests.simulator.hearing import ANSWER, ANSWERED, INVOICE, INVOICED, NOTICE, ORDER, SHIPPED, Hearing


@pytest.fixture
def buyer() -> Hearing:
    hearing = Hearing()
    hearing.place()
    hearing.go("810")
    return hearing


def test_a_right_invoice_is_right(buyer: Hearing) -> None:
    assert buyer.hear("810", INVOICE, INVOICED) == []
    assert buyer.judge.closing(INVOICED) == []


@pytest.mark.parametrize(
    ("was", "becomes", "rules"),
    [
        ("*P1*", "*P9*", [Rule.INVOICE_ORDER_UNKNOWN]),
        ("*P1**", "*P1*R1*", [Rule.INVOICE_ORDER_UNKNOWN]),
        ("*20260302*", "*20260301*", [Rule.INVOICE_ORDER_DATE]),
        ("CUR*BY*USD", "CUR*BY*CAD", [Rule.INVOICE_CURRENCY]),
        ("BIG*20260310", "BIG*20260311", [Rule.INVOICE_DATE, Rule.INVOICE_DUE_DATE, Rule.INVOICE_DUE_DATE]),
        ("BIG*20260310", "BIG*20260308", [Rule.INVOICE_DATE, Rule.INVOICE_DUE_DATE, Rule.INVOICE_DUE_DATE]),
        ("N1*ST*NORTH*92*0551", "N1*ST*SOUTH*92*0552", [Rule.INVOICE_SHIP_TO]),
        ("IT1*1*40", "IT1*7*40", [Rule.INVOICE_LINE_UNKNOWN]),
        ("IN*550001001", "IN*550001009", [Rule.INVOICE_ITEM]),
        ("IT1*1*40*CA", "IT1*1*40*EA", [Rule.INVOICE_UNIT]),
        ("CTT*2", "CTT*3", [Rule.INVOICE_TOTALS]),
        ("TDS*495176*495176*485272*9904", "TDS*495177", [Rule.INVOICE_TOTAL]),
        ("485272*9904", "485271*9904", [Rule.INVOICE_DISCOUNT]),
        ("485272*9904", "485276*9900", [Rule.INVOICE_DISCOUNT]),
        ("*495176*485272", "*500000*485272", [Rule.INVOICE_DISCOUNT, Rule.INVOICE_DISCOUNT]),
        ("ITD*01*3*2*20260409*30*", "ITD*01*3*1*20260409*30*", [Rule.INVOICE_DISCOUNT, Rule.INVOICE_TERMS]),
        ("*20260409*30*", "*20260410*30*", [Rule.INVOICE_DUE_DATE]),
        ("*20260509*60", "*20260510*60", [Rule.INVOICE_DUE_DATE]),
        ("*20260509*60", "*20260509*45", [Rule.INVOICE_TERMS]),
        ("ITD*01*3*2*20260409*30*20260509*60~\n", "", [Rule.INVOICE_TERMS]),
    ],
)
def test_one_word_is_wrong(buyer: Hearing, was: str, becomes: str, rules: list[Rule]) -> None:
    assert INVOICE.count(was) == 1
    assert buyer.rules("810", INVOICE.replace(was, becomes), INVOICED) == rules


@pytest.mark.parametrize(
    ("changes", "total", "rules"),
    [
        # 44.50 for 44.40: 5077.60, less 10.00, less 2.5 % = 126.94, and 15.00
        ({"*44.4*": "*44.5*", "12684": "12694"}, "495566", [Rule.INVOICE_PRICE]),
        ({"SAC*A*C310***12684*3*2.5~\n": ""}, "507860", [Rule.INVOICE_ALLOWANCE_MISSING]),
        ({"SAC*A*C310***12684": "SAC*A*C310***10000"}, "497860", [Rule.INVOICE_ALLOWANCE_AMOUNT]),
        ({"SAC*A*F800***1000***0.5*CA*20~\n": ""}, "496176", [Rule.INVOICE_ALLOWANCE_MISSING]),
        ({"SAC*C*D500***1500": "SAC*C*D500***1600"}, "495276", [Rule.INVOICE_ALLOWANCE_AMOUNT]),
        ({"CTT*2": "SAC*C*D500***1500~\nCTT*2"}, "496676", [Rule.INVOICE_ALLOWANCE_REPEATED]),
        ({"CTT*2": "SAC*C*G830***500~\nCTT*2"}, "495676", [Rule.INVOICE_ALLOWANCE_NOT_AGREED]),
        ({"CTT*2": "SAC*A*A260***5074*3*1~\nCTT*2"}, "490102", [Rule.INVOICE_BILL_BACK]),
        ({"CTT*2": "SAC*C*D240***2500~\nCTT*2"}, "497676", [Rule.INVOICE_FREIGHT]),
    ],
)
def test_an_amount_is_wrong_and_the_total_goes_with_it(
    buyer: Hearing, changes: dict[str, str], total: str, rules: list[Rule]
) -> None:
    text = INVOICE.replace("TDS*495176*495176*485272*9904", f"TDS*{total}")
    for was, becomes in changes.items():
        assert text.count(was) == 1
        text = text.replace(was, becomes)
    assert buyer.rules("810", text, INVOICED) == rules


@pytest.mark.parametrize(
    ("line_tax", "summary_tax", "total", "rules"),
    [
        # 7 % of 1776.00 is 124.32
        ("TXI*ST*124.32*7****2**1776~\n", "", "507608", []),
        ("TXI*ST*124.31*7*******1776~\n", "", "507607", []),
        ("TXI*ST*120*7*****1776~\n", "", "507176", [Rule.INVOICE_TAX_AMOUNT]),
        ("TXI*ST*124.32*7~\n", "TXI*ST*124.32*7~\n", "520040", [Rule.INVOICE_TAX_TWICE]),
    ],
)
def test_a_tax_stands_once_and_is_its_percentage(
    buyer: Hearing, line_tax: str, summary_tax: str, total: str, rules: list[Rule]
) -> None:
    text = INVOICE.replace("IT1*2", line_tax + "IT1*2")
    text = text.replace("TDS*495176*495176*485272*9904~\n", f"TDS*{total}~\n{summary_tax}")
    assert buyer.rules("810", text, INVOICED) == rules


def test_no_tax_on_an_order_that_is_exempt() -> None:
    buyer = Hearing()
    buyer.place(ORDER.replace("CUR*BY*USD~\n", "CUR*BY*USD~\nTAX*12-345*SP*OH*********1~\n"))
    buyer.go("810")
    text = INVOICE.replace("TDS*495176*495176*485272*9904~\n", "TDS*507608~\nTXI*ST*124.32*7~\n")
    assert buyer.rules("810", text, INVOICED) == [Rule.INVOICE_TAX_EXEMPT]


def test_an_invoice_before_its_notice_and_one_for_more_than_was_shipped(buyer: Hearing) -> None:
    early = Hearing()
    early.place()
    early.go("856")
    assert early.rules("810", INVOICE, INVOICED) == [Rule.INVOICE_BEFORE_NOTICE]
    # 41 x 44.40 = 1820.40, + 3297.60 = 5118.00; less 10.00, less 127.95, and 15.00
    more = INVOICE.replace("IT1*1*40", "IT1*1*41").replace("12684", "12795")
    more = more.replace("TDS*495176*495176*485272*9904", "TDS*499505")
    (found,) = buyer.hear("810", more, INVOICED)
    assert (found.rule, found.reason) == (
        Rule.INVOICE_QUANTITY_OVER,
        "Line 1: 41 invoiced in all, 40 shipped.",
    )


def test_one_line_that_no_notice_has_told() -> None:
    buyer = Hearing()
    buyer.place()
    buyer.go("856")
    one = NOTICE.split("HL*5")[0].replace("TD1*CTN25*2", "TD1*CTN25*1") + "CTT*4*40~"
    assert buyer.hear("856", one, SHIPPED) == []
    assert buyer.rules("810", INVOICE, INVOICED) == [Rule.INVOICE_BEFORE_NOTICE]


def test_the_same_number_again(buyer: Hearing) -> None:
    assert buyer.hear("810", INVOICE, INVOICED) == []
    rules = buyer.rules("810", INVOICE, INVOICED)
    assert rules == [
        Rule.INVOICE_NUMBER_REPEATED,
        Rule.INVOICE_QUANTITY_OVER,
        Rule.INVOICE_QUANTITY_OVER,
        Rule.INVOICE_ALLOWANCE_REPEATED,  # the 15.00 that the order names once
    ]


def test_an_amount_that_no_invoice_has_taken_when_all_is_over(buyer: Hearing) -> None:
    without = INVOICE.replace("SAC*C*D500***1500~\n", "").replace(
        "TDS*495176*495176*485272*9904", "TDS*493676"
    )
    assert buyer.hear("810", without, INVOICED) == []
    (found,) = buyer.judge.closing(INVOICED)
    assert (found.rule, found.about) == (Rule.INVOICE_ALLOWANCE_MISSING, "P1")


def test_freight_once_where_it_is_prepaid_and_charged() -> None:
    buyer = Hearing()
    buyer.place(ORDER.replace("FOB*CC", "FOB*PC"))
    buyer.go("810")
    half = (
        INVOICE.replace("IT1*1*40", "IT1*1*20")
        .replace("IT1*2*20", "IT1*2*10")
        .replace("0.5*CA*20", "0.5*CA*10")
    )
    # 888.00 + 1648.80 = 2536.80; less 5.00, less 63.42, and 15.00 and freight 25.00: 2508.38
    half = half.replace("SAC*A*F800***1000", "SAC*A*F800***500").replace("12684", "6342")
    first = half.replace("CTT*2", "SAC*C*D240***2500~\nCTT*2").replace(
        "TDS*495176*495176*485272*9904", "TDS*250838"
    )
    assert buyer.hear("810", first, INVOICED) == []
    second = (
        first.replace("INV1", "INV2").replace("SAC*C*D500***1500~\n", "").replace("TDS*250838", "TDS*249338")
    )
    assert buyer.rules("810", second, INVOICED) == [Rule.INVOICE_FREIGHT]


def test_the_acknowledged_price_and_not_the_ordered_one() -> None:
    buyer = Hearing()
    buyer.place()
    told = ANSWER.replace("*AD*", "*AC*").replace("*44.4*", "*45*").replace("ACK*IA*40", "ACK*IP*40")
    assert buyer.hear("855", told, ANSWERED) == []
    assert buyer.hear("856", NOTICE, SHIPPED) == []
    assert buyer.rules("810", INVOICE, INVOICED) == [Rule.INVOICE_PRICE]


def test_a_rejected_notice_where_the_invoice_is_to_wait() -> None:
    buyer = Hearing(invoicing={"after_notice": "accepted"})
    buyer.place()
    buyer.go("810")
    buyer.judge.book.notices["S1"].rejected = True
    assert buyer.rules("810", INVOICE, INVOICED) == [Rule.INVOICE_NOTICE_REJECTED]


CREDIT = """\
BIG*20260312*CM1*20260302*P1***CR***INV1~
IT1*1*1*CA*44.4**UK*10410000010010*IN*550001001~
TDS*4440~
CTT*1~
"""


@pytest.mark.parametrize(
    ("was", "becomes", "rules"),
    [
        ("INV1", "INV1", []),
        ("***INV1", "", [Rule.CREDIT_WITHOUT_ORIGINAL]),
        ("INV1", "INV9", [Rule.CREDIT_WITHOUT_ORIGINAL]),
        ("IT1*1*1*CA*44.4*", "IT1*1*-1*CA*44.4*", [Rule.INVOICE_TOTAL]),
        (
            "*CR***",
            "*RE***",
            [
                Rule.CREDIT_MISSING,
                Rule.INVOICE_QUANTITY_OVER,
                Rule.INVOICE_ALLOWANCE_MISSING,
                Rule.INVOICE_TERMS,
            ],
        ),
    ],
)
def test_a_credit_memo(buyer: Hearing, was: str, becomes: str, rules: list[Rule]) -> None:
    assert buyer.hear("810", INVOICE, INVOICED) == []
    assert buyer.rules("810", CREDIT.replace(was, becomes), INVOICED + timedelta(days=2)) == rules


def test_a_credit_memo_for_more_than_the_invoice_and_one_of_the_wrong_sign(buyer: Hearing) -> None:
    assert buyer.hear("810", INVOICE, INVOICED) == []
    at = INVOICED + timedelta(days=2)
    much = CREDIT.replace("IT1*1*1*", "IT1*1*120*").replace("TDS*4440", "TDS*532800")
    assert buyer.rules("810", much, at) == [Rule.CREDIT_OVER_ORIGINAL, Rule.CREDIT_LINE]
    below = CREDIT.replace("CM1", "CM2").replace("IT1*1*1*", "IT1*1*-1*").replace("TDS*4440", "TDS*-4440")
    found = buyer.rules("810", below, at)
    assert found == [Rule.CREDIT_SIGN, Rule.CREDIT_OVER_ORIGINAL, Rule.CREDIT_LINE]


def test_a_credit_is_at_the_price_of_its_invoice_whatever_was_acknowledged_since(buyer: Hearing) -> None:
    assert buyer.hear("810", INVOICE, INVOICED) == []
    cheaper = ANSWER.replace("*AD*", "*AC*").replace("BAK*00", "BAK*05").replace("*44.4*", "*44*")
    assert buyer.hear("855", cheaper.replace("ACK*IA*40", "ACK*IP*40"), INVOICED) == []
    at = INVOICED + timedelta(days=2)
    assert buyer.rules("810", CREDIT, at) == []
    other = CREDIT.replace("CM1", "CM2").replace("44.4*", "44*").replace("TDS*4440", "TDS*4400")
    (found,) = buyer.hear("810", other, at)
    assert (found.rule, found.reason) == (
        Rule.CREDIT_LINE,
        "Line 1 is taken back at 44; INV1 has it at 44.4.",
    )


def test_credited_in_full_and_billed_again(buyer: Hearing) -> None:
    """The 15.00 that the order names once stand on the new invoice, as they stood on the old one."""
    assert buyer.hear("810", INVOICE, INVOICED) == []
    whole = INVOICE.replace("INV1", "CM1").replace("***DI", "***CR***INV1")
    whole = whole.replace("ITD*01*3*2*20260409*30*20260509*60~\n", "").replace("*495176*485272*9904", "")
    again = INVOICE.replace("INV1", "INV2").replace("***DI", "***RE***INV1")
    assert buyer.rules("810", whole, INVOICED) == []
    assert buyer.rules("810", again, INVOICED) == []
    assert buyer.judge.closing(INVOICED) == []


@pytest.mark.parametrize(
    ("agreed", "fee", "total", "rules"),
    [
        # 1776.00 of 5073.60 ship, of 15.00 5.25; 1776.00 - 44.40 + 5.25
        ({}, "525", "173685", []),
        ({}, "500", "173660", [Rule.INVOICE_ALLOWANCE_MISSING]),
        ({}, "1500", "174660", [Rule.INVOICE_ALLOWANCE_AMOUNT]),
        ({"flat_amounts": "whole"}, "1500", "174660", []),
        ({"flat_amounts": "whole"}, "525", "173685", [Rule.INVOICE_ALLOWANCE_MISSING]),
    ],
)
def test_of_an_order_that_does_not_come_whole_an_amount_is_the_share_of_what_came(
    agreed: dict[str, str], fee: str, total: str, rules: list[Rule]
) -> None:
    buyer = Hearing(invoicing=agreed) if agreed else Hearing()
    buyer.place()
    buyer.go("856")
    one = NOTICE.split("HL*5")[0].replace("TD1*CTN25*2", "TD1*CTN25*1") + "CTT*4*40~"
    assert buyer.hear("856", one, SHIPPED) == []
    head, tail = INVOICE.split("IT1*2")
    text = head + tail[tail.index("TDS*") :]
    text = text.replace("TDS*495176*495176*485272*9904", f"TDS*{total}").replace("12684", "4440")
    text = text.replace("D500***1500", f"D500***{fee}").replace("CTT*2", "CTT*1")
    assert buyer.hear("810", text, INVOICED) == []
    assert [found.rule for found in buyer.judge.closing(INVOICED)] == rules


SUBSTITUTED = ANSWER.replace("*AD*", "*AC*").replace(
    "ACK*IA*20*CA", "ACK*IS*20*CA****VN*TB-2002", 1
)  # the towels of line 2


def test_a_substitute_that_was_acknowledged_may_come_and_be_invoiced() -> None:
    buyer = Hearing()
    buyer.place()
    assert buyer.hear("855", SUBSTITUTED, ANSWERED) == []
    theirs = "UK*10410000020019*IN*550002001"
    assert buyer.hear("856", NOTICE.replace(theirs, "VN*TB-2002"), SHIPPED) == []
    other = INVOICE.replace(theirs, "VN*TB-2003")
    assert buyer.rules("810", other, INVOICED) == [Rule.INVOICE_ITEM]
    right = INVOICE.replace("INV1", "INV2").replace(theirs, "VN*TB-2002")
    assert Rule.INVOICE_ITEM not in buyer.rules("810", right, INVOICED)
    both = INVOICE.replace("INV1", "INV3").replace(theirs, f"{theirs}*VN*TB-2002")
    assert Rule.INVOICE_ITEM not in buyer.rules("810", both, INVOICED)


def test_a_substitute_names_its_line_where_the_buyer_numbers_none() -> None:
    def bare(text: str) -> str:
        return text.replace("PO1*1*", "PO1**").replace("PO1*2*", "PO1**").replace("IT1*2*", "IT1**")

    buyer = Hearing()
    buyer.place(bare(ORDER))
    assert buyer.hear("855", bare(SUBSTITUTED), ANSWERED) == []
    alone = NOTICE.replace("LIN*1*", "LIN**").replace(
        "LIN*2*UK*10410000020019*IN*550002001", "LIN**VN*TB-2002"
    )
    assert buyer.hear("856", alone, SHIPPED) == []
    text = bare(INVOICE).replace("UK*10410000020019*IN*550002001", "VN*TB-2002").replace("IT1*1*", "IT1**")
    assert buyer.rules("810", text, INVOICED) == []


def test_what_was_never_told_as_a_substitute_may_not_be_invoiced(buyer: Hearing) -> None:
    other = INVOICE.replace("IN*550002001", "IN*550002001*VN*TB-2002")
    assert (
        buyer.rules("810", other, INVOICED) == []
    )  # one more number of ours, beside theirs, says nothing else
    alone = INVOICE.replace("INV1", "INV2").replace("UK*10410000020019*IN*550002001", "VN*TB-2002")
    assert Rule.INVOICE_ITEM in buyer.rules("810", alone, INVOICED)


def test_a_rebill_names_what_it_bills_again(buyer: Hearing) -> None:
    rules = buyer.rules("810", INVOICE.replace("***DI", "***RE"), INVOICED)
    assert rules == [Rule.CREDIT_WITHOUT_ORIGINAL]


def second(text: str) -> str:
    """The same of order P2, in other cartons."""
    text = text.replace("*P1*", "*P2*").replace("*S1*", "*S2*").replace("PRF*P1", "PRF*P2")
    text = text.replace("00095287654321012346", "00006141410000000012")
    return text.replace("00080020080000012346", "00006141410000000029").replace("*SO1*", "*SO2*")


# twice 4951.76; 2 % of 9903.52 are 198.07
FOR_BOTH = """\
BIG*20260310*INV1*****CI~
CUR*BY*USD~
N1*ST*NORTH*92*0551~
ITD*01*3*2*20260409*30*20260509*60~
DTM*011*20260309~
IT1*1*40*CA*44.4**UK*10410000010010*IN*550001001~
REF*PO*P1~
IT1*2*20*CA*164.88**UK*10410000020019*IN*550002001~
REF*PO*P1~
SAC*A*F800***1000***0.5*CA*20~
IT1*1*40*CA*44.4**UK*10410000010010*IN*550001001~
REF*PO*P2~
IT1*2*20*CA*164.88**UK*10410000020019*IN*550002001~
REF*PO*P2~
SAC*A*F800***1000***0.5*CA*20~
TDS*990352*990352*970545*19807~
SAC*A*C310***12684*3*2.5~
SAC*C*D500***1500~
SAC*A*C310***12684*3*2.5~
SAC*C*D500***1500~
CTT*4~
"""


OF_P2 = "IT1*1*40*CA*44.4**UK*10410000010010*IN*550001001~\nREF*PO*P2"
LAST_TWO = "SAC*A*C310***12684*3*2.5~\nSAC*C*D500***1500~\nCTT"


@pytest.mark.parametrize(
    ("was", "becomes", "total", "rules"),
    [
        ("", "", "990352", []),
        ("REF*PO*P2~\nIT1*2", "REF*PO*P9~\nIT1*2", "990352", [Rule.INVOICE_ORDER_UNKNOWN]),
        # 44.50 on a line of P2: 4.00 more, of which the 2.5 % are as they were
        (
            OF_P2,
            OF_P2.replace("44.4", "44.5"),
            "990752",
            [Rule.INVOICE_PRICE, Rule.INVOICE_ALLOWANCE_AMOUNT],
        ),
        ("SAC*C*D500***1500~\nCTT", "SAC*C*D500***1600~\nCTT", "990452", [Rule.INVOICE_ALLOWANCE_AMOUNT]),
        ("SAC*C*D500***1500~\nCTT", "SAC*C*G830***1500~\nCTT", "990352", [Rule.INVOICE_ALLOWANCE_NOT_AGREED]),
        (
            LAST_TWO,
            "SAC*C*D500***1500~\nCTT",
            "1003036",
            [Rule.INVOICE_ALLOWANCE_MISSING],
        ),
    ],
)
def test_an_invoice_over_two_orders_is_held_against_each(
    was: str, becomes: str, total: str, rules: list[Rule]
) -> None:
    buyer = Hearing()
    for order in (ORDER, second(ORDER)):
        buyer.place(order)
    for answer, notice in ((ANSWER, NOTICE), (second(ANSWER), second(NOTICE))):
        assert buyer.hear("855", answer, ANSWERED) == []
        assert buyer.hear("856", notice, SHIPPED) == []
    assert FOR_BOTH.count(was) == 1 or not was
    text = FOR_BOTH.replace(was, becomes) if was else FOR_BOTH
    if total != "990352":
        text = text.replace("TDS*990352*990352*970545*19807", f"TDS*{total}")
    assert buyer.rules("810", text, INVOICED) == rules
    if not rules:
        assert buyer.judge.closing(INVOICED) == []
        assert buyer.rules("810", FOR_BOTH.replace("INV1", "INV2"), INVOICED)[:1] == [
            Rule.INVOICE_QUANTITY_OVER
        ]


@pytest.mark.parametrize(
    ("store", "rules"),
    [
        ("0101", [Rule.INVOICE_STORE]),  # 40 of line 1, and 16 are ordered for it
        ("0103", [Rule.INVOICE_STORE]),
        ("0102", []),
    ],
)
def test_an_invoice_a_store(store: str, rules: list[Rule]) -> None:
    buyer = Hearing(invoicing={"per": "store"}, shipping={"mark_for": "none"})
    sdq = "IN*550001001~\nSDQ*CA*92*0101*16*0102*40~\n"
    order = (
        ORDER.replace("IN*550001001~\n", sdq)
        .replace("PO1*1*40*CA", "PO1*1*56*CA")
        .replace("*2*60~", "*2*76~")
    )
    buyer.place(order)
    answer = (
        ANSWER.replace("PO1*1*40", "PO1*1*56").replace("ACK*IA*40", "ACK*IA*56").replace("*2*60", "*2*76")
    )
    assert buyer.hear("855", answer, ANSWERED) == []
    buyer.hear("856", NOTICE, SHIPPED)
    told = INVOICE.replace("N1*ST*NORTH*92*0551~", f"N1*ST*NORTH*92*0551~\nN1*BY*STORE*92*{store}~")
    assert [rule for rule in buyer.rules("810", told, INVOICED) if rule is Rule.INVOICE_STORE] == rules
