"""The warehouse shipping order (940), both ways: what we tell a warehouse to ship (spec C8, B9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.mapping.coverage import place
from edi_gateway.model.documents.shared import ItemId, Party
from edi_gateway.model.documents.warehouse import DatedReference, Remark, SubLot, WarehouseDates
from edi_gateway.model.documents.warehouse_order import (
    WarehouseFreight,
    WarehouseGroup,
    WarehouseItem,
    WarehouseOrder,
    WarehousePack,
    WarehouseTotals,
)
from edi_gateway.model.finding import Code, Severity
from tests.mapping.sets import Sample, assert_both_ways, read, text, whole, write

W05 = "W05*N*SO-1*4500017~"


def of_item(item: WarehouseItem) -> WarehouseOrder:
    return WarehouseOrder(status="N", order_number="SO-1", groups=(WarehouseGroup(number=1, items=(item,)),))


@pytest.mark.parametrize("version", ["004010", "005010"])
def test_an_order_is_written_segment_by_segment_and_read_back_as_it_was(version: str) -> None:
    order = WarehouseOrder(
        status="N",
        order_number="SO-0000012-1",
        po_number="4500017",
        parties=(
            Party(role="WH", name="TARNBROOK", id_qualifier="92", id="TB1"),
            Party(role="ST", name="STORE 12", address=("9 HIGH STREET",), city="KESTREL", region="PA"),
        ),
        references=(DatedReference(qualifier="PO", value="4500017", on=date(2026, 1, 15)),),
        dates=WarehouseDates(
            ordered_on=date(2026, 1, 15),
            requested_ship=date(2026, 2, 10),
            ship_not_before=date(2026, 2, 9),
            ship_no_later=date(2026, 2, 12),
            deliver_not_before=date(2026, 2, 13),
            deliver_not_after=date(2026, 2, 14),
            deliver_requested=date(2026, 2, 13),
            cancel_after=date(2026, 2, 17),
            times={"10": "0930"},
            time_qualifiers={"10": "2"},
        ),
        notes=(Remark(kind="WHI", text="NO TALL PALLETS"),),
        freight=WarehouseFreight(payment="PP", mode="M", routing="BEST WAY", scac="INVC"),
        groups=(
            WarehouseGroup(
                number=1,
                items=(
                    WarehouseItem(
                        quantity=Decimal(20),
                        unit="CA",
                        upc_case="010410000021",
                        ids=(
                            ItemId(qualifier="VN", value="AB-100"),
                            ItemId(qualifier="UP", value="012345678905"),
                            ItemId(qualifier="UK", value="10012345678902"),
                        ),
                        descriptions=("TOMATOES",),
                        references=(
                            DatedReference(qualifier="LI", value="L1"),
                            DatedReference(qualifier="LT", value="LOT-1", on=date(2027, 12, 31)),
                        ),
                        packs=(WarehousePack(pack=12, size=Decimal(28), size_unit="OZ"),),
                    ),
                    WarehouseItem(
                        quantity=Decimal("2.5"), unit="EA", ids=(ItemId(qualifier="VN", value="AB-200"),)
                    ),
                ),
            ),
        ),
        stated_totals=WarehouseTotals(quantity=Decimal("22.5"), weight=Decimal(720), weight_unit="LB"),
    )
    body = """
W05*N*SO-0000012-1*4500017~
N1*WH*TARNBROOK*92*TB1~
N1*ST*STORE 12~
N3*9 HIGH STREET~
N4*KESTREL*PA~
N9*PO*4500017**20260115~
G62*01*20260217~
G62*02*20260213~
G62*04*20260115~
G62*10*20260210*2*0930~
G62*37*20260209~
G62*38*20260212~
G62*53*20260213~
G62*54*20260214~
NTE*WHI*NO TALL PALLETS~
W66*PP*M***BEST WAY*****INVC~
LX*1~
W01*20*CA*010410000021*VN*AB-100*UP*012345678905********UK*10012345678902~
G69*TOMATOES~
N9*LI*L1~
N9*LT*LOT-1**20271231~
W20*12*28*OZ~
W01*2.5*EA**VN*AB-200~
W76*22.5*720*LB~
"""
    assert_both_ways(body, order, "940", version)


def test_a_full_940_fills_the_canonical_names_of_its_header() -> None:
    document: Any = Sample("940-004010-new").read().document
    assert document.model_dump(exclude_defaults=True, exclude={"groups", "parties"}) == {
        "status": "N",
        "order_number": "SO-0000012-1",
        "po_number": "4500017",
        "link_sequence": "000001",
        "master_reference": "LINK-7",
        "transaction_type": "OR",
        "action": "1",
        "references": (
            {
                "qualifier": "PO",
                "value": "4500017",
                "on": date(2026, 1, 15),
                "at": "0915",
                "zone": "ET",
            },
            {"qualifier": "DP", "value": "042"},
            {
                "qualifier": "BM",
                "value": "09528765400000126",
                "description": "MASTER",
                "on": date(2026, 2, 9),
                "at": "1200",
                "zone": "ET",
                "more": ("ZZ", "X", "SI", "7"),
            },
        ),
        "contacts": (
            {
                "function": "SH",
                "name": "SHIPPING DESK",
                "numbers": ({"kind": "TE", "number": "5550108"},),
                "inquiry": "ASK FOR ANN",
            },
        ),
        "dates": {
            "requested_ship": date(2026, 2, 10),
            "cancel_after": date(2026, 2, 17),
            "ship_not_before": date(2026, 2, 9),
            "ship_no_later": date(2026, 2, 12),
            "deliver_not_before": date(2026, 2, 13),
            "deliver_not_after": date(2026, 2, 14),
            "ordered_on": date(2026, 1, 15),
            "deliver_requested": date(2026, 2, 13),
            "time_qualifiers": {"10": "2"},
            "times": {"10": "0930"},
            "zones": {"10": "ET"},
            "others": (
                {"qualifier": "02", "on": date(2026, 2, 14)},  # the second of its kind
                {"time_qualifier": "8", "at": "1200"},  # a time alone
            ),
        },
        "notes": (
            {"kind": "DEL", "text": "CALL AHEAD"},
            {"kind": "WHI", "text": "NO TALL PALLETS"},
            {"text": "FRAGILE"},
        ),
        "temperature": {
            "equipment": "CN",
            "low": Decimal(33),
            "low_unit": "FA",
            "high": Decimal(40),
            "high_unit": "FA",
            "text": "KEEP DRY",
            "vent": "B",
            "percent": 10,
            "quantity": Decimal(2),
        },
        "freight": {
            "payment": "PP",
            "mode": "M",
            "pallet_exchange": "1",
            "unit_load": "01",
            "routing": "BEST WAY",
            "place_kind": "01",
            "place": "TARNBROOK",
            "cod_method": "1",
            "cod_amount": Decimal("125.50"),
            "scac": "INVC",
        },
        "handling_codes": ("FR", "HM"),
        "stated_totals": {
            "quantity": Decimal(30),
            "weight": Decimal(720),
            "weight_unit": "LB",
            "volume": Decimal(15),
            "volume_unit": "CF",
            "sizing_factor": Decimal(3),
        },
    }


def test_a_full_940_fills_the_canonical_names_of_a_group_and_its_item() -> None:
    document: Any = Sample("940-004010-new").read().document
    first, second = document.groups
    assert [(i.quantity, i.unit) for i in document.items] == [(20, "CA"), (6, "EA"), (4, "CA")]
    assert (second.number, second.items[0].upc_case) == (2, "010410000038")
    assert first.model_dump(exclude_defaults=True, exclude={"items"}) == {
        "number": 1,
        "marks": ({"qualifier": "GM", "value": "00095287654321012346"},),
        "allocations": (
            {"location_qualifier": "92", "location": "0001", "quantity": Decimal(12), "unit": "CA"},
            {"location_qualifier": "92", "location": "0002", "quantity": Decimal(8), "unit": "CA"},
        ),
        "party": {"role": "ST", "name": "KESTREL STORE 12", "id_qualifier": "92", "id": "0012"},
        "dates": {"requested_ship": date(2026, 2, 10)},
    }
    item = first.items[0]
    assert (item.reference("LI"), item.reference("LT"), item.reference("SE")) == ("L1", "LOT-1", None)
    assert item.model_dump(exclude_defaults=True, exclude={"references"}) == {
        "quantity": Decimal(20),
        "unit": "CA",
        "upc_case": "010410000021",
        "ids": (
            {"qualifier": "VN", "value": "AB-100"},
            {"qualifier": "UP", "value": "012345678905"},
            {"qualifier": "UK", "value": "10012345678902"},
        ),
        "freight_class": "70",
        "rate_class": "R1",
        "commodity_kind": "A",
        "commodity": "481920",
        "block_and_tiers": "010203",
        "lot": "LOT-1",
        "condition": "01",
        "descriptions": ("TOMATOES, PEELED", "IN TINS"),
        "notes": ({"kind": "WHI", "text": "PICK OLDEST FIRST"},),
        "packs": (
            {
                "pack": 12,
                "size": Decimal(28),
                "size_unit": "OZ",
                "weight": Decimal(504),
                "weight_kind": "G",
                "weight_unit": "L",
                "unit_weight": Decimal("25.2"),
                "volume": Decimal(10),
                "volume_unit": "CF",
                "color": "RED",
            },
        ),
        "quantities": ({"qualifier": "38", "quantity": Decimal(24), "unit": "CA"},),
        "amounts": ({"qualifier": "1", "amount": Decimal(2400)},),
        "dates": {"requested_ship": date(2026, 2, 10)},
        "freight": {
            "payment": "CC",
            "mode": "M",
            "pallet_exchange": "1",
            "unit_load": "01",
            "routing": "BY TRUCK",
            "place_kind": "01",
            "place": "TARNBROOK",
        },
        "parties": ({"role": "MA", "name": "FINAL KITCHEN", "id_qualifier": "92", "id": "K9"},),
        "contacts": (
            {"function": "WH", "name": "PICKER", "numbers": ({"kind": "TE", "number": "5550109"},)},
        ),
        "parts_begin": "0100",
        "parts": (
            {
                "number": 1,
                "references": ({"qualifier": "SE", "value": "SER-1"},),
                "dates": {"others": ({"qualifier": "36", "on": date(2026, 6, 1)},)},
                "party": {"role": "MF", "name": "GLASS HOUSE", "id_qualifier": "92", "id": "G7"},
            },
        ),
        "parts_end": "0100",
    }


def test_a_cancellation_at_005010_has_its_type_equipment_and_the_ship_to_of_its_item() -> None:
    document: Any = Sample("940-005010-cancel").read().document
    assert (document.status, document.type, document.action) == ("F", "SA", "3")
    assert document.handling_codes == ("FR", "HM", "XX", "YY", "ZZ")
    assert [(e.kind, e.initial, e.number) for e in document.equipment] == [("TL", "INVU", "123456789")]
    (group,) = document.groups
    assert [(r.qualifier, r.value) for r in group.references] == [("IV", "INV-1")]
    (item,) = group.items
    assert [(a.qualifier, a.amount) for a in item.amounts] == [("1", 24), ("TT", 30)]
    assert item.parties[0].model_dump(exclude_defaults=True) == {
        "role": "ST",
        "name": "KESTREL STORE 12",
        "id_qualifier": "92",
        "id": "0012",
        "more_names": ("BACK DOOR",),
        "address": ("9 HIGH STREET",),
        "city": "KESTREL",
        "region": "PA",
        "postal_code": "17002",
        "contacts": (
            {"function": "RC", "name": "RECEIVER", "numbers": ({"kind": "TE", "number": "5550110"},)},
        ),
    }


def test_the_total_of_an_order_is_counted_while_writing_and_checked_while_reading() -> None:
    reading = read(W05 + "LX*1~W01*20*CA**VN*A~LX*2~W01*4*CA**VN*B~W76*25~", "940")
    document: Any = reading.document
    assert document.stated_totals.quantity == 25
    ((code, severity, message),) = [(f.code, f.severity, f.message) for f in reading.findings]
    assert (code, severity) == (Code.HASH_TOTAL_DIFFERS, Severity.WARNING)
    assert message == "The document says 25, the sum of LX/W0101 is 24."
    assert text(document, "940").endswith("W76*24~\n")


def test_a_fourth_number_of_an_item_has_no_place() -> None:
    ids = tuple(ItemId(qualifier="VN", value=f"A{n}") for n in range(4))
    item = WarehouseItem(quantity=Decimal(1), unit="EA", ids=ids)
    order = WarehouseOrder(status="N", order_number="SO-1", groups=(WarehouseGroup(number=1, items=(item,)),))
    outcome = write(order, "940")
    assert outcome.value is None
    assert [(f.code, f.severity, f.at) for f in outcome.findings] == [
        (Code.NO_PLACE_TO_WRITE, Severity.ERROR, "groups[0].items[0].ids")
    ]


def test_a_number_in_the_last_span_alone_is_read_and_moves_to_the_first() -> None:
    document = whole(W05 + "LX*1~W01*1*EA*010410000021************VN*AB-1~W76*1~", "940")
    assert [(i.qualifier, i.value) for i in document.items[0].ids] == [("VN", "AB-1")]
    assert "W01*1*EA*010410000021*VN*AB-1~" in text(document, "940")


def test_parts_without_what_begins_them_are_not_written() -> None:
    item = WarehouseItem(quantity=Decimal(1), unit="EA", upc_case="010410000021", parts=(SubLot(number=1),))
    order = WarehouseOrder(status="N", order_number="SO-1", groups=(WarehouseGroup(number=1, items=(item,)),))
    outcome = write(order, "940")
    assert outcome.value is None
    assert [(f.code, f.severity) for f in outcome.findings] == [(Code.NO_PLACE_TO_WRITE, Severity.ERROR)]


def test_the_address_of_an_items_party_has_no_place_before_005010() -> None:
    party = Party(role="ST", name="STORE", city="KESTREL")
    item = WarehouseItem(quantity=Decimal(1), unit="EA", upc_case="010410000021", parties=(party,))
    order = WarehouseOrder(status="N", order_number="SO-1", groups=(WarehouseGroup(number=1, items=(item,)),))
    assert [(f.code, f.severity, f.at) for f in write(order, "940").findings] == [
        (Code.NO_PLACE_TO_WRITE, Severity.WARNING, "groups[0].items[0].parties[0].city")
    ]
    assert "N1*ST*STORE~\nN4*KESTREL~\n" in text(order, "940", "005010").replace("W76*1~\n", "")


def test_what_a_940_holds_beyond_is_kept_raw() -> None:
    reading = read(
        W05
        + "R2*INVC*1~BNX*A~LM*VI~LQ*0*77~LX*1~W01*1*EA**VN*A~LH6*ANN~LM*VI~LQ*0*78~FA1*DF~FA2*A1*ACC1~W76*1~",
        "940",
    )
    assert reading.document is not None
    assert [place(u) for u in reading.unmapped] == [
        *("R2", "BNX", "LM", "LM/LQ", "LX/W01/LH6", "LX/W01/LM", "LX/W01/LM/LQ"),
        *("LX/W01/FA1", "LX/W01/FA1/FA2"),
    ]
