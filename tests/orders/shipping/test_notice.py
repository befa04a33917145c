"""The 856 of a shipment, worked out by hand from spec C3, in the four structures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from edi_gateway.model.finding import Code
from edi_gateway.model.fulfilment import Content, PartKind, Place, Shipped, Transport, Unit
from edi_gateway.orders.shipping.completeness import lacking
from edi_gateway.orders.shipping.notice import notice
from tests.orders.shipping.goods import NOW, body, carton, line, profile, shipped

A, B, C = "006141410000000012", "006141410000000029", "006141410000000036"
HEAD = [
    "BSN*00*SH-7*20250310*2130*{structure}",
    "HL*1**S*1",
    "TD1*{cartons}****G*61.5*LB",
    "TD5*B*2*HBRL*M",
    "REF*BM*06141410000000018",
    "DTM*011*20250310*2100",
    "DTM*017*20250314",
    "N1*SF*Harbor Mills",
    "N3*12 Quay Street",
    "N4*Baltimore*MD*21230",
    "N1*ST*DC North*92*0553",
    "N3*1 Dock Road",
    "N4*Fontana*CA*92336*US",
]


def head(structure: str, cartons: int | None) -> list[str]:
    """The segments up to the first level below the shipment."""
    td1 = f"TD1*CTN25*{cartons}****G*61.5*LB" if cartons else "TD1******G*61.5*LB"
    return [
        s.format(structure=structure) if "{structure}" in s else td1 if "{cartons}" in s else s for s in HEAD
    ]


def told(*shipments: Shipped, purpose: str = "00", **shipping: object) -> list[str]:
    return body(notice(shipments, profile(**shipping), now=NOW, number="SH-7", purpose=purpose))


def test_cartons_stand_beneath_their_order_and_items_beneath_their_carton() -> None:
    left = shipped(line(11, 48), units=(carton(1, (11, 24), sscc=A), carton(2, (11, 24), sscc=B)))
    assert told(left) == [
        *head("0001", 2),
        "HL*2*1*O*1",
        "PRF*PO-1***20250301",
        "TD1*CTN25*2",
        "HL*3*2*P*1",
        f"MAN*GM*00{A}",
        "HL*4*3*I*0",
        "LIN*001*VN*MUG",
        "SN1**24*EA**48*EA",
        "HL*5*2*P*1",
        f"MAN*GM*00{B}",
        "HL*6*5*I*0",
        "LIN*001*VN*MUG",
        "SN1**24*EA**48*EA",
        "CTT*6*48",
    ]


def test_a_pallet_stands_between_the_order_and_its_cartons() -> None:
    pallet = Unit(1, "T", sscc=C)
    left = shipped(line(11, 24), units=(pallet, carton(2, (11, 24), sscc=A, parent=1)))
    assert told(left)[2:4] == ["TD1*CTN25*1****G*61.5*LB", "TD1*PLT94*1"]
    assert told(left)[len(HEAD) + 1 :] == [
        "HL*2*1*O*1",
        "PRF*PO-1***20250301",
        "TD1*CTN25*1",
        "HL*3*2*T*1",
        f"MAN*GM*00{C}",
        "HL*4*3*P*1",
        f"MAN*GM*00{A}",
        "HL*5*4*I*0",
        "LIN*001*VN*MUG",
        "SN1**24*EA**48*EA",
        "CTT*5*24",
    ]


def test_items_stand_above_their_cartons_in_structure_0002() -> None:
    left = shipped(line(11, 48), units=(carton(1, (11, 24), sscc=A), carton(2, (11, 24), sscc=B)))
    assert told(left, structure="0002")[len(HEAD) :] == [
        "HL*2*1*O*1",
        "PRF*PO-1***20250301",
        "TD1*CTN25*2",
        "HL*3*2*I*1",
        "LIN*001*VN*MUG",
        "SN1**48*EA**48*EA",
        "HL*4*3*P*0",
        f"MAN*GM*00{A}",
        "HL*5*3*P*0",
        f"MAN*GM*00{B}",
        "CTT*5*48",
    ]


def test_a_carton_with_two_orders_is_told_in_structure_0003() -> None:
    left = shipped(line(11, 10), line(21, 5, order=2), units=(carton(1, (11, 10), (21, 5), sscc=A),))
    assert told(left, structure="0003", carton_mark="AA")[len(HEAD) :] == [
        "HL*2*1*P*1",
        f"MAN*AA*{A}",
        "HL*3*2*O*1",
        "PRF*PO-1***20250301",
        "HL*4*3*I*0",
        "LIN*001*VN*MUG",
        "SN1**10*EA**48*EA",
        "HL*5*2*O*1",
        "PRF*PO-2***20250301",
        "HL*6*5*I*0",
        "LIN*001*VN*MUG",
        "SN1**5*EA**48*EA",
        "CTT*6*15",
    ]


def test_structure_0004_names_no_cartons_though_there_are_some() -> None:
    left = shipped(line(11, 48), units=(carton(1, (11, 48), sscc=A),))
    assert told(left, structure="0004")[len(HEAD) :] == [
        "HL*2*1*O*1",
        "PRF*PO-1***20250301",
        "TD1*CTN25*1",
        "HL*3*2*I*0",
        "LIN*001*VN*MUG",
        "SN1**48*EA**48*EA",
        "CTT*3*48",
    ]


def test_where_no_carton_is_told_its_tracking_number_stands_with_the_shipment() -> None:
    units = (carton(1, (11, 24), tracking="1Z-A"), carton(2, (11, 24), tracking="1Z-B"))
    said = told(shipped(line(11, 48), units=units), structure="0004", tracking="REF 2I")
    assert [s for s in said if s.startswith("REF*2I")] == ["REF*2I*1Z-A", "REF*2I*1Z-B"]
    assert said.index("REF*2I*1Z-A") < said.index("HL*2*1*O*1")
    assert "2I" not in "".join(told(shipped(line(11, 48), units=units), structure="0004"))


def test_what_nobody_packed_is_told_without_cartons_and_the_structure_says_so() -> None:
    said = told(shipped(line(11, 48)), structure="0001", carton_numbers="if known")
    assert said[0] == "BSN*00*SH-7*20250310*2130*0004"
    assert [s for s in said if s.startswith("HL")] == ["HL*1**S*1", "HL*2*1*O*1", "HL*3*2*I*0"]


def test_each_store_of_an_order_is_an_order_level_of_its_own_with_its_mark_for() -> None:
    left = shipped(
        line(11, 30, store="92:0001"),
        line(12, 18, store="92:0002"),
        units=(carton(1, (11, 30), sscc=A, store="92:0001"), carton(2, (12, 18), sscc=B, store="92:0002")),
        stores=(("92:0001", Place("Store One", "92", "0001")),),
    )
    said = told(left, echo_references=("DP",))
    assert said[len(HEAD) : len(HEAD) + 6] == [
        "HL*2*1*O*1",
        "PRF*PO-1***20250301",
        "TD1*CTN25*1",
        "REF*DP*22",
        "N1*Z7*Store One*92*0001",
        "HL*3*2*P*1",
    ]
    assert "N1*Z7**92*0002" in said  # a store that is not on file is told by its number
    assert said[-1] == "CTT*7*48"


def test_a_partner_may_call_the_store_its_buyer_and_want_references_of_the_order() -> None:
    left = shipped(line(11, 48, store="92:0001"), units=(carton(1, (11, 48), sscc=A),))
    said = told(left, mark_for="BY", echo_references=("IA", "DP"))
    assert said[len(HEAD) + 3 : len(HEAD) + 6] == ["REF*DP*22", "REF*IA*9", "N1*BY**92*0001"]


@pytest.mark.parametrize(
    ("tracking", "wanted"),
    [
        ("MAN CP", ["MAN*CP*1Z0001"]),
        ("REF CN", ["REF*CN*1Z0001"]),
        ("REF 2I", ["REF*2I*1Z0001"]),
        ("none", []),
    ],
)
def test_tracking_numbers_stand_where_the_partner_reads_them(tracking: str, wanted: list[str]) -> None:
    left = shipped(line(11, 48), units=(carton(1, (11, 48), tracking="1Z0001"),))
    said = told(left, tracking=tracking, carton_numbers="if known")
    assert [s for s in said if "1Z0001" in s] == wanted


def test_goods_at_no_charge_are_told_without_an_ordered_quantity() -> None:
    left = shipped(
        line(11, 48), line(12, 4, kind=PartKind.FREE), units=(carton(1, (11, 48), (12, 4), sscc=A),)
    )
    assert [s for s in told(left) if s.startswith("SN1")] == ["SN1**48*EA**48*EA", "SN1**4*EA"]


def test_what_left_of_a_line_in_several_parts_and_beyond_it_is_one_item() -> None:
    lines = (line(11, 40), line(12, 8), line(13, 2, kind=PartKind.OVER))
    loose = told(shipped(*lines), item_status=True)
    packed = told(shipped(*lines, units=(carton(1, (11, 40), (12, 8), sscc=A), carton(2, (13, 2), sscc=B))))
    assert [s for s in loose if s.startswith("SN1")] == ["SN1**50*EA**48*EA**AC"]
    assert [s for s in packed if s.startswith("SN1")] == ["SN1**48*EA**48*EA", "SN1**2*EA**48*EA"]


def test_lot_serial_and_expiry_are_told_with_the_item() -> None:
    unit = Unit(1, "P", (Content(11, Decimal(48), "L-7", date(2026, 1, 31), "S-9"),), sscc=A)
    said = told(shipped(line(11, 48), units=(unit,)))
    assert said[-4:-1] == ["REF*LT*L-7", "REF*SE*S-9", "DTM*036*20260131"]


def test_the_status_of_an_item_says_whether_the_rest_is_to_come() -> None:
    units = (carton(1, (11, 24), sscc=A),)
    part = told(shipped(line(11, 24), units=units), item_status=True)
    whole = told(shipped(line(11, 24, shipped_before=Decimal(24)), units=units), item_status=True)
    assert [s for s in (*part, *whole) if s.startswith("SN1")] == [
        "SN1**24*EA**48*EA**BP",
        "SN1**24*EA**48*EA**AC",
    ]


def test_trailer_seal_pro_master_bill_and_freight_terms_are_told() -> None:
    left = shipped(
        line(11, 48),
        units=(carton(1, (11, 48), sscc=A),),
        transport=Transport(
            carrier="HBRL",
            carrier_name="Harbor Line",
            mode="LT",
            service="G2",
            freight_payment="CC",
            pro="PRO-9",
            bol="B-1",
            master_bol="M-1",
            trailer="T77",
            seal="S123",
            weight=Decimal(60),
            weight_unit="LB",
        ),
    )
    said = told(left)
    assert said[2:9] == [
        "TD1*CTN25*1****G*60*LB",
        "TD5*B*2*HBRL*LT*Harbor Line*******G2",
        "TD3*TL**T77******S123",
        "REF*BM*B-1",
        "REF*MB*M-1",
        "REF*CN*PRO-9",
        "DTM*011*20250310*2100",
    ]
    assert "FOB*CC" in said


def test_a_correction_says_so() -> None:
    left = shipped(line(11, 48), units=(carton(1, (11, 48), sscc=A),))
    assert told(left, purpose="05")[0] == "BSN*05*SH-7*20250310*2130*0001"


def test_several_shipments_on_one_bill_of_lading_are_one_notice() -> None:
    first = shipped(line(11, 24), units=(carton(1, (11, 24), sscc=A),))
    second = shipped(line(21, 10, order=2), units=(carton(1, (21, 10), sscc=B),), number="SH-8")
    said = told(first, second)
    assert said[2] == "TD1*CTN25*2****G*123*LB"
    assert [s for s in said if s.startswith(("HL", "PRF", "MAN"))] == [
        "HL*1**S*1",
        "HL*2*1*O*1",
        "PRF*PO-1***20250301",
        "HL*3*2*P*1",
        f"MAN*GM*00{A}",
        "HL*4*3*I*0",
        "HL*5*1*O*1",
        "PRF*PO-2***20250301",
        "HL*6*5*P*1",
        f"MAN*GM*00{B}",
        "HL*7*6*I*0",
    ]


# What cannot be told


def codes(left: Shipped, **shipping: object) -> list[tuple[Code, object]]:
    return [(finding.code, finding.at) for finding in lacking([left], profile(**shipping))]


def test_a_shipment_that_can_be_told_lacks_nothing() -> None:
    assert codes(shipped(line(11, 48), units=(carton(1, (11, 48), sscc=A),))) == []


def test_a_carton_without_its_number_holds_the_notice_where_the_partner_wants_it() -> None:
    left = shipped(line(11, 48), units=(carton(1, (11, 24), sscc=A), carton(2, (11, 24))))
    assert codes(left) == [(Code.SSCC_MISSING, "units[2].sscc")]
    assert codes(left, carton_numbers="if known") == []
    assert codes(left, structure="0004") == []
    assert codes(shipped(line(11, 48))) == [(Code.SSCC_MISSING, "units")]


def test_cartons_that_do_not_hold_what_left_hold_the_notice() -> None:
    left = shipped(line(11, 48), units=(carton(1, (11, 40), sscc=A),))
    assert codes(left) == [(Code.NOTICE_INCOMPLETE, "lines[0]")]


def test_a_carton_with_two_orders_cannot_be_told_by_order() -> None:
    left = shipped(line(11, 10), line(21, 5, order=2), units=(carton(1, (11, 10), (21, 5), sscc=A),))
    assert codes(left) == [(Code.NOTICE_INCOMPLETE, "units[1]")]
    assert codes(left, structure="0003") == []


def test_a_carton_with_two_items_cannot_be_told_beneath_one_of_them() -> None:
    left = shipped(line(11, 10), line(12, 5, number=2), units=(carton(1, (11, 10), (12, 5), sscc=A),))
    assert codes(left, structure="0002") == [(Code.NOTICE_INCOMPLETE, "units[1]")]
    assert codes(left, structure="0001") == []


def test_a_weight_of_nothing_and_a_place_without_number_or_address_hold_the_notice() -> None:
    left = shipped(
        line(11, 48),
        units=(carton(1, (11, 48), sscc=A),),
        transport=Transport(weight=Decimal(0), weight_unit="LB"),
        ship_to=Place("Somewhere"),
    )
    assert codes(left) == [(Code.NOTICE_INCOMPLETE, "weight"), (Code.NOTICE_INCOMPLETE, "ship_to")]
