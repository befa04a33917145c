"""The inventory report (846), both ways: a site's count to us, and our availability to a retailer (spec C11, B9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.mapping.coverage import place
from edi_gateway.model.documents.inventory import (
    InventoryLine,
    InventoryLot,
    InventoryQuantity,
    InventoryReport,
    InventoryTotals,
    LeadTime,
)
from edi_gateway.model.documents.shared import ItemId, OtherDate, Party, Reference, Schedule
from edi_gateway.model.finding import Code, Severity
from tests.mapping.sets import Sample, assert_both_ways, read, text, write

BIA = "BIA*00*SI*INV-1*20260210~"


@pytest.mark.parametrize("version", ["004010", "005010"])
def test_a_report_is_written_segment_by_segment_and_read_back_as_it_was(version: str) -> None:
    report = InventoryReport(
        purpose="00",
        report_type="SI",
        reference="INV-20260210",
        on=date(2026, 2, 10),
        at="0600",
        references=(Reference(qualifier="IA", value="771200"),),
        parties=(Party(role="WH", name="TARNBROOK", id_qualifier="92", id="TB1"),),
        lines=(
            InventoryLine(
                line=1,
                sender_line="0001",
                ids=(
                    ItemId(qualifier="UP", value="012345678905"),
                    ItemId(qualifier="VN", value="AB-100"),
                ),
                description="TOMATOES",
                dates=(OtherDate(qualifier="018", on=date(2026, 3, 1)),),
                lead_times=(LeadTime(kind="AF", quantity=Decimal(5), unit="DW"),),
                quantities=(
                    InventoryQuantity(
                        kind="33",
                        value=Decimal(480),
                        unit="EA",
                        schedules=(
                            Schedule(quantity=Decimal(240), unit="EA", qualifier="018", on=date(2026, 3, 1)),
                        ),
                        lots_begin="LOT",
                        lots=(
                            InventoryLot(
                                qualifier="LT",
                                value="LOT-1",
                                dates=(OtherDate(qualifier="036", on=date(2027, 12, 31)),),
                            ),
                            InventoryLot(qualifier="LT", value="LOT-2"),
                        ),
                        lots_end="LOT",
                    ),
                    InventoryQuantity(kind="QH", value=Decimal(12), unit="EA"),
                ),
            ),
            InventoryLine(
                line=2,
                ids=(ItemId(qualifier="VN", value="AB-200"),),
                quantities=(InventoryQuantity(kind="33", value=Decimal(0), unit="EA"),),
            ),
        ),
        stated_totals=InventoryTotals(line_count=2),
    )
    body = """
BIA*00*SI*INV-20260210*20260210*0600~
REF*IA*771200~
N1*WH*TARNBROOK*92*TB1~
LIN*0001*UP*012345678905*VN*AB-100~
PID*F****TOMATOES~
DTM*018*20260301~
LDT*AF*5*DW~
QTY*33*480*EA~
SCH*240*EA***018*20260301~
LS*LOT~
REF*LT*LOT-1~
DTM*036*20271231~
REF*LT*LOT-2~
LE*LOT~
QTY*QH*12*EA~
LIN**VN*AB-200~
QTY*33*0*EA~
CTT*2~
"""
    assert_both_ways(body, report, "846", version)


def test_a_full_846_fills_the_canonical_names_of_its_header() -> None:
    document: Any = Sample("846-004010-site").read().document
    assert document.party("WH").model_dump(exclude_defaults=True) == {
        "role": "WH",
        "name": "TARNBROOK WAREHOUSE",
        "id_qualifier": "92",
        "id": "TB1",
        "more_names": ("DOOR 7",),
        "address": ("1 COLD LANE",),
        "city": "TARNBROOK",
        "region": "PA",
        "postal_code": "17001",
        "references": ({"qualifier": "DP", "value": "042"},),
        "contacts": (
            {"function": "WH", "name": "SHIFT LEAD", "numbers": ({"kind": "TE", "number": "5550107"},)},
        ),
    }
    assert document.model_dump(exclude_defaults=True, exclude={"parties", "lines"}) == {
        "purpose": "00",
        "report_type": "SI",
        "reference": "INV-20260210",
        "on": date(2026, 2, 10),
        "at": "0600",
        "action": "1",
        "currency": "USD",
        "currency_of": "SE",
        "dates": ({"qualifier": "007", "on": date(2026, 2, 10), "at": "0600", "zone": "ET"},),
        "references": ({"qualifier": "IA", "value": "771200"},),
        "contacts": (
            {"function": "IC", "name": "STOCK DESK", "numbers": ({"kind": "TE", "number": "5550111"},)},
        ),
        "measurements": ({"reference": "PD", "qualifier": "WT", "value": Decimal(9000), "unit": "LB"},),
        "stated_totals": {"line_count": 2, "hash": Decimal(492)},
    }


def test_a_full_846_fills_the_canonical_names_of_a_line() -> None:
    document: Any = Sample("846-004010-site").read().document
    first, second = document.lines
    assert (second.line, second.sender_line, second.id("VN"), second.id("UP")) == (2, None, "AB-200", None)
    assert (second.quantity("33").value, second.quantity("17")) == (0, None)
    assert first.model_dump(exclude_defaults=True, exclude={"quantities"}) == {
        "line": 1,
        "sender_line": "0001",
        "ids": (
            {"qualifier": "UP", "value": "012345678905"},
            {"qualifier": "VN", "value": "AB-100"},
        ),
        "description": "TOMATOES, PEELED",
        "descriptions": ({"kind": "F", "text": "IN TINS"},),
        "measurements": ({"reference": "PD", "qualifier": "WT", "value": Decimal("25.2"), "unit": "LB"},),
        "markings": ({"kind": "F", "text": "CRATE"},),
        "dates": ({"qualifier": "018", "on": date(2026, 3, 1)},),
        "quoted_prices": ({"kind": "UCP", "price": Decimal("9.25")},),
        "currency": "CAD",
        "currency_of": "SE",
        "allowances": ({"kind": "A", "code": "C310", "amount": Decimal(5)},),
        "references": ({"qualifier": "LT", "value": "LOT-1"},),
        "contacts": ({"function": "IC", "name": "BUYER"},),
        "allocations": (
            {"location_qualifier": "92", "location": "0001", "quantity": Decimal(5), "unit": "EA"},
            {"location_qualifier": "92", "location": "0002", "quantity": Decimal(7), "unit": "EA"},
        ),
        "mark": {"qualifier": "UC", "value": "10012345678902"},
        "lead_times": ({"kind": "AF", "quantity": Decimal(5), "unit": "DW", "on": date(2026, 2, 15)},),
        "components": (
            {
                "line": "1",
                "relation": "I",
                "quantity": Decimal(6),
                "unit": "EA",
                "descriptions": ({"kind": "F", "text": "TIN"},),
            },
        ),
        "parties": (
            {
                "role": "SU",
                "name": "GLASS HOUSE",
                "id_qualifier": "92",
                "id": "G7",
                "address": ("2 GLASS LANE",),
            },
        ),
    }


def test_a_full_846_fills_the_canonical_names_of_its_quantities() -> None:
    document: Any = Sample("846-004010-site").read().document
    assert [q.model_dump(exclude_defaults=True) for q in document.lines[0].quantities] == [
        {
            "kind": "33",
            "value": Decimal(480),
            "unit": "EA",
            "measurements": ({"reference": "PD", "qualifier": "WT", "value": Decimal(12096), "unit": "LB"},),
            "lead_times": ({"kind": "AE", "quantity": Decimal(2), "unit": "DW"},),
            "dates": ({"qualifier": "018", "on": date(2026, 2, 10)},),
            "schedules": (
                {"quantity": Decimal(240), "unit": "EA", "qualifier": "018", "on": date(2026, 3, 1)},
            ),
            "lots_begin": "LOT",
            "lots": (
                {
                    "qualifier": "LT",
                    "value": "LOT-1",
                    "dates": ({"qualifier": "036", "on": date(2027, 12, 31)},),
                    "party": {"role": "SU", "name": "GLASS HOUSE", "id_qualifier": "92", "id": "G7"},
                },
                {"qualifier": "LT", "value": "LOT-2"},
            ),
            "lots_end": "LOT",
        },
        {"kind": "QH", "value": Decimal(12), "unit": "EA"},
        {"kind": "17", "unit": "EA", "text": "NOT COUNTED"},
    ]


def test_an_advice_to_a_retailer_at_005010_is_as_short_as_it_comes() -> None:
    document: Any = Sample("846-005010-advice").read().document
    assert document.model_dump(exclude_defaults=True) == {
        "purpose": "00",
        "report_type": "DD",
        "reference": "INV-20260211",
        "on": date(2026, 2, 11),
        "lines": (
            {
                "line": 1,
                "sender_line": "1",
                "ids": ({"qualifier": "SK", "value": "10440"},),
                "lead_times": ({"kind": "AF", "quantity": Decimal(10), "unit": "DA"},),
                "quantities": ({"kind": "33", "value": Decimal(15), "unit": "CA"},),
            },
        ),
        "stated_totals": {"line_count": 1},
    }


def test_the_items_are_counted_while_writing_and_checked_while_reading() -> None:
    reading = read(BIA + "LIN**VN*A~QTY*33*1~LIN**VN*B~QTY*33*2~CTT*3*3~", "846")
    assert [(f.code, f.severity, f.message) for f in reading.findings] == [
        (
            Code.LINE_COUNT_DIFFERS,
            Severity.WARNING,
            "The document says 3, the number of LIN is 2.",
        )
    ]
    assert reading.document is not None
    assert text(reading.document, "846").endswith("CTT*2*3~\n")


def test_lots_without_what_begins_them_are_not_written() -> None:
    lots = (InventoryLot(qualifier="LT", value="LOT-1"),)
    line = InventoryLine(
        line=1,
        ids=(ItemId(qualifier="VN", value="A"),),
        quantities=(InventoryQuantity(kind="33", value=Decimal(1), lots=lots),),
    )
    report = InventoryReport(
        purpose="00", report_type="SI", reference="INV-1", on=date(2026, 2, 10), lines=(line,)
    )
    outcome = write(report, "846")
    assert outcome.value is None
    assert [(f.code, f.severity) for f in outcome.findings] == [(Code.NO_PLACE_TO_WRITE, Severity.ERROR)]


def test_what_an_846_holds_beyond_is_kept_raw() -> None:
    reading = read(
        BIA + "LM*VI~LQ*0*77~LIN**VN*A~UIT*EA*5~CS*C-1~DD*A~G53*1~PCT*AA*5~LM*VI~LQ*0*78~"
        "SLN*1**I*6*EA~PKG*F****WRAP~MAN*W*M1~MEA*PD*WT*1*LB~QTY*33*1~UIT*EA*5~SCH*1*EA***018*20260301~"
        "MEA*PD*WT*1*LB~LM*VI~LQ*0*79~CTT*1~",
        "846",
    )
    assert reading.document is not None
    assert [place(u) for u in reading.unmapped] == [
        *("LM", "LM/LQ", "LIN/UIT", "LIN/CS", "LIN/DD", "LIN/G53", "LIN/PCT", "LIN/LM", "LIN/LM/LQ"),
        *("LIN/SLN/PKG", "LIN/SLN/MAN", "LIN/SLN/MAN/MEA", "LIN/QTY/UIT", "LIN/QTY/SCH/MEA"),
        *("LIN/QTY/LM", "LIN/QTY/LM/LQ"),
    ]
