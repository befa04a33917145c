"""The warehouse shipping advice (945), both ways: what a warehouse has shipped for us (spec C9, B9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.mapping.coverage import place
from edi_gateway.model.documents.details import Mark
from edi_gateway.model.documents.shared import ItemId, Party
from edi_gateway.model.documents.shipping_advice import (
    AdviceCarton,
    AdviceItem,
    AdviceTotals,
    ShippingAdvice,
    WarehouseCarrier,
)
from edi_gateway.model.documents.warehouse import DatedReference, TimedDate, WarehouseDates
from tests.mapping.sets import Sample, assert_both_ways, read, whole

W06 = "W06*F*SO-1*20260210*SH-77~"
WH = "N1*WH*TARNBROOK*92*TB1~"


@pytest.mark.parametrize("version", ["004010", "005010"])
def test_an_advice_is_written_segment_by_segment_and_read_back_as_it_was(version: str) -> None:
    advice = ShippingAdvice(
        reporting="F",
        order_number="SO-0000012-1",
        on=date(2026, 2, 10),
        shipment_number="SH-77",
        po_number="4500017",
        parties=(Party(role="WH", name="TARNBROOK", id_qualifier="92", id="TB1"),),
        references=(
            DatedReference(qualifier="BM", value="09528765400000126"),
            DatedReference(qualifier="2I", value="TRACK-9"),
        ),
        dates=WarehouseDates(shipped_on=date(2026, 2, 10), due_on=date(2026, 2, 13)),
        carrier=WarehouseCarrier(mode="M", scac="INVC", payment="PP", equipment_number="4711"),
        cartons=(
            AdviceCarton(
                number=1,
                marks=(Mark(qualifier="GM", value="00095287654321012346"),),
                references=(DatedReference(qualifier="LV", value="00095287654321012346", description="12"),),
                items=(
                    AdviceItem(
                        status="CP",
                        ordered=Decimal(20),
                        shipped=Decimal(12),
                        difference=Decimal(8),
                        unit="CA",
                        ids=(
                            ItemId(qualifier="VN", value="AB-100"),
                            ItemId(qualifier="UP", value="012345678905"),
                            ItemId(qualifier="UK", value="10012345678902"),
                        ),
                        lot="LOT-1",
                        weight=Decimal("302.4"),
                        weight_kind="G",
                        weight_unit="L",
                        references=(DatedReference(qualifier="LI", value="L1"),),
                        dates=WarehouseDates(others=(TimedDate(qualifier="36", on=date(2027, 12, 31)),)),
                    ),
                ),
            ),
        ),
        stated_totals=AdviceTotals(units=Decimal(12), packages=1, package_unit="CT"),
    )
    body = """
W06*F*SO-0000012-1*20260210*SH-77**4500017~
N1*WH*TARNBROOK*92*TB1~
N9*BM*09528765400000126~
N9*2I*TRACK-9~
G62*11*20260210~
G62*17*20260213~
W27*M*INVC**PP***4711~
LX*1~
MAN*GM*00095287654321012346~
N9*LV*00095287654321012346*12~
W12*CP*20*12*8*CA**VN*AB-100*LOT-1*302.4*G*L*****UP*012345678905***UK*10012345678902~
N9*LI*L1~
G62*36*20271231~
W03*12*****1*CT~
"""
    assert_both_ways(body, advice, "945", version)


def test_a_full_945_fills_the_canonical_names_of_its_header() -> None:
    document: Any = Sample("945-004010-short").read().document
    assert (document.reference("BM"), document.reference("CN"), document.reference("2I")) == (
        "09528765400000126",
        "PRO-5567",
        "TRACK-9",
    )
    assert (document.party("ST").id, document.party("SF")) == ("0012", None)
    assert document.model_dump(exclude_defaults=True, exclude={"cartons", "parties", "references"}) == {
        "reporting": "F",
        "order_number": "SO-0000012-1",
        "on": date(2026, 2, 10),
        "shipment_number": "SH-77",
        "agent_number": "AG-5",
        "po_number": "4500017",
        "master_reference": "LINK-7",
        "link_sequence": "000001",
        "handling": "FR",
        "date_change_reason": "01",
        "transaction_type": "OR",
        "action": "1",
        "contacts": (
            {
                "function": "SH",
                "name": "SHIPPING DESK",
                "numbers": ({"kind": "EM", "number": "ship@tarnbrook.example"},),
            },
        ),
        "dates": {
            "shipped_on": date(2026, 2, 10),
            "due_on": date(2026, 2, 13),
            "time_qualifiers": {"11": "8"},
            "times": {"11": "1615"},
            "zones": {"11": "ET"},
        },
        "notes": ({"kind": "DEL", "text": "LEFT LATE"},),
        "carrier": {
            "mode": "M",
            "scac": "INVC",
            "routing": "INVENTED CARRIER",
            "payment": "PP",
            "equipment_kind": "TL",
            "equipment_initial": "INVU",
            "equipment_number": "4711",
            "status": "CC",
            "handling": "FR",
            "change_reason": "01",
        },
        "handling_codes": ("FR",),
        "consolidation": {
            "code": "C",
            "weight": Decimal(900),
            "weight_kind": "G",
            "weight_unit": "L",
            "stop_offs": 2,
            "location": "DOCK 4",
            "location_qualifier": "D",
            "master_bol": "MB-1",
        },
        "unit_loads": (
            {
                "kind": "01",
                "pallets": 2,
                "pallet_exchange": "1",
                "seals": ("SEAL-1", "SEAL-2"),
                "temperature": Decimal(33),
                "temperature_unit": "FA",
                "second_temperature": Decimal(40),
                "second_temperature_unit": "FA",
            },
        ),
        "charges": (
            {
                "code": "504",
                "handling": "06",
                "number": "FREIGHT-1",
                "quantity": Decimal(1),
                "unit": "EA",
                "amount": Decimal("125.50"),
            },
        ),
        "stated_totals": {
            "units": Decimal(18),
            "weight": Decimal("402.4"),
            "weight_unit": "LB",
            "volume": Decimal(20),
            "volume_unit": "CF",
            "packages": 2,
            "package_unit": "CT",
        },
    }


def test_a_full_945_fills_the_canonical_names_of_a_carton_and_its_item() -> None:
    document: Any = Sample("945-004010-short").read().document
    first, second = document.cartons
    assert [(i.status, i.shipped) for i in document.items] == [("CP", 12), ("CC", 6)]
    assert (second.marks[0].qualifier, second.marks[0].value) == ("AA", "095287654321012346")
    assert first.reference("LV") == "00095287654321012346"
    assert first.model_dump(exclude_defaults=True, exclude={"items", "references"}) == {
        "number": 1,
        "marks": (
            {"qualifier": "GM", "value": "00095287654321012346"},
            {"qualifier": "CP", "value": "1Z999", "value_to": "1Z999B"},
        ),
        "pallet": {
            "type": "6",
            "tiers": 4,
            "blocks": 8,
            "pack": 32,
            "unit_weight": Decimal(15),
            "unit_weight_unit": "LB",
            "length": Decimal(48),
            "width": Decimal(40),
            "height": Decimal(60),
            "dimension_unit": "IN",
            "weight": Decimal(900),
            "weight_unit": "LB",
            "volume": Decimal(60),
            "volume_unit": "CF",
            "exchange": "1",
            "inner": 2,
        },
    }
    assert first.items[0].model_dump(exclude_defaults=True) == {
        "status": "CP",
        "ordered": Decimal(20),
        "shipped": Decimal(12),
        "difference": Decimal(8),
        "unit": "CA",
        "upc_case": "010410000021",
        "ids": (
            {"qualifier": "VN", "value": "AB-100"},
            {"qualifier": "UP", "value": "012345678905"},
            {"qualifier": "UK", "value": "10012345678902"},
        ),
        "lot": "LOT-1",
        "weight": Decimal("302.4"),
        "weight_kind": "G",
        "weight_unit": "L",
        "second_weight": Decimal(300),
        "second_weight_kind": "N",
        "second_weight_unit": "L",
        "second_upc_case": "010410000038",
        "change_reason": "01",
        "adjustment": "1",
        "descriptions": ("TOMATOES, PEELED",),
        "references": (
            {"qualifier": "LI", "value": "L1"},
            {"qualifier": "LT", "value": "LOT-1", "on": date(2027, 12, 31)},
        ),
        "dates": {"others": ({"qualifier": "36", "on": date(2027, 12, 31)},)},
        "quantities": ({"qualifier": "39", "quantity": Decimal(12), "unit": "CA"},),
        "measurements": ({"reference": "PD", "qualifier": "WT", "value": Decimal("302.4"), "unit": "LB"},),
        "amounts": ({"qualifier": "1", "amount": Decimal(1200)},),
        "ports": (
            {
                "function": "L",
                "location_qualifier": "D",
                "location": "4711",
                "name": "TARNBROOK QUAY",
                "country": "US",
                "terminal": "NORTH",
                "pier": "P3",
                "region": "PA",
            },
        ),
        "carrier": {"mode": "M", "scac": "INVC"},
        "parties": ({"role": "MF", "name": "GLASS HOUSE", "id_qualifier": "92", "id": "G7"},),
        "charges": (
            {
                "code": "504",
                "handling": "06",
                "number": "FREIGHT-2",
                "percent": Decimal("1.5"),
                "percent_of": Decimal(100),
            },
        ),
        "parts_begin": "0100",
        "parts": (
            {
                "number": 1,
                "references": ({"qualifier": "SE", "value": "SER-1"},),
                "dates": {"others": ({"qualifier": "94", "on": date(2026, 1, 1)},)},
                "party": {"role": "MF", "name": "GLASS HOUSE", "id_qualifier": "92", "id": "G7"},
            },
        ),
        "parts_end": "0100",
    }


def test_a_report_of_exceptions_states_the_units_of_the_whole_shipment_and_is_right_in_that() -> None:
    document: Any = Sample("945-005010-exceptions").read().document
    assert (document.reporting, document.stated_totals.units, document.stated_totals.packages) == (
        "X",
        96,
        14,
    )
    assert [(i.status, i.ordered, i.shipped, i.difference) for i in document.items] == [("DS", 4, 0, 4)]
    assert [(p.packaging, p.count) for p in document.packages] == [("CTN25", 14)]
    party = document.items[0].parties[0]
    assert (party.more_names, party.city, party.contacts[0].name) == (("BACK DOOR",), "KESTREL", "RECEIVER")


def test_a_report_without_exceptions_needs_no_items() -> None:
    document = whole("W06*N*SO-1*20260210*SH-1~" + WH + "W03*96~", "945")
    assert (document.reporting, document.cartons, document.stated_totals.units) == ("N", (), 96)


def test_what_a_945_holds_beyond_is_kept_raw() -> None:
    reading = read(
        W06 + WH + "LM*VI~LQ*0*77~LX*1~W12*CC*1*1*0*EA**VN*A~LM*VI~LQ*0*78~FA1*DF~FA2*A1*ACC1~W03*1~", "945"
    )
    assert reading.document is not None
    assert [place(u) for u in reading.unmapped] == [
        *("LM", "LM/LQ", "LX/W12/LM", "LX/W12/LM/LQ", "LX/W12/FA1", "LX/W12/FA1/FA2"),
    ]
