"""An invoice (810) as it stands in X12 and as the canonical document, both ways; both made by hand (spec C4, B11)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.mapping.compile import writer
from edi_gateway.model.documents.details import CarrierDetail, CodedText, UnitStatus
from edi_gateway.model.documents.invoice import (
    Invoice,
    InvoiceDates,
    InvoicedLine,
    InvoiceTotals,
    ShippedTotal,
)
from edi_gateway.model.documents.purchase_order import Allocation, Component
from edi_gateway.model.documents.shared import (
    Allowance,
    Amount,
    Contact,
    ContactNumber,
    Freight,
    ItemId,
    Note,
    NotedQuantity,
    OtherDate,
    Pack,
    Party,
    Reference,
    Tax,
    Terms,
)
from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.checking.guide import build
from tests.mapping.sets import assert_both_ways, delimiters, mapping, read

BOTH = pytest.mark.parametrize("version", ["004010", "005010"])

#: 12 at 9.25 and 24 at 2.50 are 171.00; less 4.50, freight 20.00, tax 6.39 on the first line and 1.20 on the freight
#: make 194.09. Two percent of the goods (166.50) are 3.33.
SHIPMENT = """
    BIG*20260212*INV-90017*20260115*4500017*R-2**DI*00~
    NTE**GOODS LEFT COMPLETE~
    NTE*GEN*THANK YOU~
    CUR*SE*USD~
    REF*IA*771200~
    REF*BM*BOL4123~
    PER*AR*ACCOUNTS*TE*5550101~
    N1*RI*SELLER INC*92*771200~
    N3*PO BOX 9~
    N4*AKRON*OH*44301~
    N1*ST*STORE 12*92*0012~
    ITD*01*3*2*20260222*10*20260314*30*333~
    DTM*011*20260212*0930*ET~
    DTM*003*20260212~
    FOB*PC*OR*AKRON~
    N9*L1*TERMS~
    MSG*NET THIRTY DAYS~
    IT1*00010*12*EA*9.25*PE*UP*012345678905*VN*AB-100~
    QTY*01*14*EA~
    IT3*12*EA*BP*-2~
    TXI*ST*6.39*6~
    PID*F****BLUE WIDGET~
    PO4*12*1*EA~
    REF*DP*042~
    SDQ*EA*92*0012*8*0019*4~
    DTM*011*20260211~
    SAC*A*C310***450*******02~
    N1*BY*STORE 12*92*0012~
    IT1**24*EA*2.50**UP*012345678912~
    SLN*1**I*2*EA~
    REF*LT*L77~
    TXI*ST*1*6~
    TDS*19409*16650*19076*333~
    CAD*M***INVC**CC*BM*BOL4123~
    AMT*1*171.00~
    AMT*1*3*D~
    SAC*C*D240***2000*******06~
    TXI*ST*1.20*6~
    ISS*36*EA*31.5*LB~
    CTT*2*36~
"""

INVOICE = Invoice(
    issued_on=date(2026, 2, 12),
    invoice_number="INV-90017",
    ordered_on=date(2026, 1, 15),
    po_number="4500017",
    release_number="R-2",
    type="DI",
    purpose="00",
    messages=("GOODS LEFT COMPLETE",),
    coded_messages=(CodedText(code="GEN", text="THANK YOU"),),
    currency="USD",
    currency_of="SE",
    references=(Reference(qualifier="IA", value="771200"), Reference(qualifier="BM", value="BOL4123")),
    contacts=(
        Contact(function="AR", name="ACCOUNTS", numbers=(ContactNumber(kind="TE", number="5550101"),)),
    ),
    parties=(
        Party(
            role="RI",
            name="SELLER INC",
            id_qualifier="92",
            id="771200",
            address=("PO BOX 9",),
            city="AKRON",
            region="OH",
            postal_code="44301",
        ),
        Party(role="ST", name="STORE 12", id_qualifier="92", id="0012"),
    ),
    terms=(
        Terms(
            type="01",
            basis="3",
            discount_percent=Decimal(2),
            discount_due=date(2026, 2, 22),
            discount_days=10,
            net_due=date(2026, 3, 14),
            net_days=30,
            discount_amount=Decimal("3.33"),
        ),
    ),
    dates=InvoiceDates(
        shipped_on=date(2026, 2, 12),
        times={"011": "0930"},
        zones={"011": "ET"},
        others=(OtherDate(qualifier="003", on=date(2026, 2, 12)),),
    ),
    freight=(Freight(payment="PC", place_kind="OR", place="AKRON"),),
    notes=(Note(qualifier="L1", reference="TERMS", lines=("NET THIRTY DAYS",)),),
    lines=(
        InvoicedLine(
            line=1,
            buyer_line="00010",
            quantity=Decimal(12),
            unit="EA",
            price=Decimal("9.25"),
            price_basis="PE",
            ids=(ItemId(qualifier="UP", value="012345678905"), ItemId(qualifier="VN", value="AB-100")),
            noted_quantities=(NotedQuantity(qualifier="01", quantity=Decimal(14), unit="EA"),),
            unit_statuses=(UnitStatus(quantity=Decimal(12), unit="EA", status="BP", difference=Decimal(-2)),),
            taxes=(Tax(type="ST", amount=Decimal("6.39"), percent=Decimal(6)),),
            description="BLUE WIDGET",
            pack=Pack(pack=12, size=Decimal(1), size_unit="EA"),
            references=(Reference(qualifier="DP", value="042"),),
            allocations=(
                Allocation(location_qualifier="92", location="0012", quantity=Decimal(8), unit="EA"),
                Allocation(location_qualifier="92", location="0019", quantity=Decimal(4), unit="EA"),
            ),
            dates=InvoiceDates(shipped_on=date(2026, 2, 11)),
            allowances=(Allowance(kind="A", code="C310", amount=Decimal("4.50"), handling="02"),),
            parties=(Party(role="BY", name="STORE 12", id_qualifier="92", id="0012"),),
        ),
        InvoicedLine(
            line=2,
            quantity=Decimal(24),
            unit="EA",
            price=Decimal("2.50"),
            ids=(ItemId(qualifier="UP", value="012345678912"),),
            components=(
                Component(
                    line="1",
                    relation="I",
                    quantity=Decimal(2),
                    unit="EA",
                    references=(Reference(qualifier="LT", value="L77"),),
                    taxes=(Tax(type="ST", amount=Decimal(1), percent=Decimal(6)),),
                ),
            ),
        ),
    ),
    total=Decimal("194.09"),
    subject_to_discount=Decimal("166.50"),
    discounted_total=Decimal("190.76"),
    discount_amount=Decimal("3.33"),
    carrier=CarrierDetail(mode="M", scac="INVC", status="CC", reference_qualifier="BM", reference="BOL4123"),
    amounts={"1": Decimal("171.00")},
    other_amounts=(Amount(qualifier="1", amount=Decimal(3), credit_debit="D"),),
    allowances=(
        Allowance(
            kind="C",
            code="D240",
            amount=Decimal("20.00"),
            handling="06",
            taxes=(Tax(type="ST", amount=Decimal("1.20"), percent=Decimal(6)),),
        ),
    ),
    shipped_totals=(ShippedTotal(quantity=Decimal(36), unit="EA", weight=Decimal("31.5"), weight_unit="LB"),),
    stated_totals=InvoiceTotals(line_count=2, hash=Decimal(36)),
)


@BOTH
def test_the_invoice_of_a_shipment(version: str) -> None:
    assert_both_ways(SHIPMENT, INVOICE, "810", version)


@BOTH
def test_a_credit_memo_names_the_invoice_it_is_of(version: str) -> None:
    body = """
        BIG*20260301*CM-90018*20260115*4500017***CR*00**INV-90017~
        IT1*00010*2*EA*9.25~
        TDS*1850~
        CTT*1*2~
    """
    credit = Invoice(
        issued_on=date(2026, 3, 1),
        invoice_number="CM-90018",
        ordered_on=date(2026, 1, 15),
        po_number="4500017",
        type="CR",
        purpose="00",
        original_invoice_number="INV-90017",
        lines=(
            InvoicedLine(line=1, buyer_line="00010", quantity=Decimal(2), unit="EA", price=Decimal("9.25")),
        ),
        total=Decimal("18.50"),
        stated_totals=InvoiceTotals(line_count=1, hash=Decimal(2)),
    )
    assert_both_ways(body, credit, "810", version)


def test_what_005010_adds() -> None:
    """A structure code, dates of charges and of their taxes, quantities of more than ten digits; MSG stays."""
    body = """
        BIG*20260212*INV-1*********0001~
        DTM*196*20260201~
        DTM*197*20260207~
        N9*L1*TEXT~
        MSG*STILL AN MSG~
        MSG*ON A NEW PAGE*NP~
        IT1*1*123456789012*EA*0.01~
        TDS*123456789012~
        SAC*C*D240***2000~
        DTM*007*20260101~
        TXI*GS*1*5~
        DTM*007*20260102~
        CTT*1*3456789012~
    """
    invoice = Invoice(
        issued_on=date(2026, 2, 12),
        invoice_number="INV-1",
        structure="0001",
        dates=InvoiceDates(period_from=date(2026, 2, 1), period_to=date(2026, 2, 7)),
        notes=(
            Note(
                qualifier="L1",
                reference="TEXT",
                lines=("STILL AN MSG",),
                coded_lines=(CodedText(text="ON A NEW PAGE", printer_control="NP"),),
            ),
        ),
        lines=(
            InvoicedLine(
                line=1, buyer_line="1", quantity=Decimal(123456789012), unit="EA", price=Decimal("0.01")
            ),
        ),
        total=Decimal("1234567890.12"),
        allowances=(
            Allowance(
                kind="C",
                code="D240",
                amount=Decimal("20.00"),
                dates=(OtherDate(qualifier="007", on=date(2026, 1, 1)),),
                taxes=(
                    Tax(
                        type="GS",
                        amount=Decimal(1),
                        percent=Decimal(5),
                        dates=(OtherDate(qualifier="007", on=date(2026, 1, 2)),),
                    ),
                ),
            ),
        ),
        stated_totals=InvoiceTotals(line_count=1, hash=Decimal(3456789012)),  # the last ten digits
    )
    assert_both_ways(body, invoice, "810", "005010")


def written(**fields: Any) -> Any:
    invoice = Invoice(issued_on=date(2026, 2, 12), invoice_number="INV-1", **fields)
    return writer(mapping("810"), build("004010", "810")).write(invoice, delimiters("004010"))


def test_a_total_below_zero_and_one_of_nothing_are_written_as_they_are() -> None:
    assert written(total=Decimal("-12.5")).value == [["BIG", "20260212", "INV-1"], ["TDS", "-1250"]]
    assert written(total=Decimal(0)).value == [["BIG", "20260212", "INV-1"], ["TDS", "0"]]


def test_a_total_of_less_than_a_cent_is_an_error_not_a_rounding() -> None:
    outcome = written(total=Decimal("12.345"))
    assert outcome.value is None
    assert [(f.code, f.severity, f.at) for f in outcome.findings] == [
        (Code.NUMBER_INVALID, Severity.ERROR, "total")
    ]


def test_a_quantity_of_more_than_ten_digits_does_not_fit_into_004010() -> None:
    outcome = written(total=Decimal(1), lines=(InvoicedLine(quantity=Decimal(12345678901), unit="EA"),))
    assert outcome.value is None
    assert [(f.code, f.at) for f in outcome.findings] == [(Code.ELEMENT_TOO_LONG, "lines[0].quantity")]


def test_totals_that_do_not_fit_the_lines_are_told() -> None:
    reading = read("BIG*20260212*INV-1~IT1*1*5*EA*1~TDS*500~CTT*2*6~", "810")
    assert [f.code for f in reading.findings] == [Code.LINE_COUNT_DIFFERS, Code.HASH_TOTAL_DIFFERS]
    assert reading.document.stated_totals == InvoiceTotals(line_count=2, hash=Decimal(6))  # type: ignore[union-attr]


def test_an_invoice_without_its_total_is_no_document() -> None:
    reading = read("BIG*20260212*INV-1~IT1*1*5*EA*1~", "810")
    assert reading.document is None
    assert [(f.code, f.at) for f in reading.findings] == [(Code.FIELD_MISSING, "total")]
