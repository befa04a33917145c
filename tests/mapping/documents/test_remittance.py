"""A remittance (820) as it stands in X12 and as the canonical document, both ways; both made by hand (spec C15)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from edi_gateway.model.documents.details import CodedText
from edi_gateway.model.documents.named_party import NamedParty
from edi_gateway.model.documents.purchase_order import Component
from edi_gateway.model.documents.remittance import (
    Adjustment,
    BankAccount,
    Entity,
    OpenItem,
    Remittance,
    RemittedLine,
)
from edi_gateway.model.documents.shared import (
    Allowance,
    Contact,
    ItemId,
    NotedQuantity,
    OtherDate,
    Party,
    Reference,
    Tax,
)
from tests.mapping.sets import assert_both_ways

BOTH = pytest.mark.parametrize("version", ["004010", "005010"])

#: 1110.00 less 22.00 for paying early and 75.00 for eight pieces that did not come are 1013.00; less 10.50 on account.
PAYMENT = """
    BPR*C*1002.50*C*ACH*CTX*01*041000124*DA*111222333*1123456789**01*041000125*DA*444555666*20260316~
    NTE**MARCH RUN~
    NTE*PMT*AS AGREED~
    TRN*1*TR7766*1123456789~
    CUR*PR*USD~
    REF*CK*1001~
    DTM*097*20260316~
    N1*PR*BUYER CO*92*B1~
    N1*PE*SELLER INC*92*771200~
    ENT*1*PR*92*B1*PE*92*771200*VN*77~
    NM1*PE*2*SELLER INC*****92*771200~
    N3*PO BOX 9~
    N4*AKRON*OH*44301~
    PER*AR*ACCOUNTS~
    ADX*-10.50*01*CM*CM5~
    NTE**AGREED ON THE PHONE~
    DTM*003*20260301~
    RMR*IV*INV-90017**1013.00*1110.00*22.00*06*-75.00~
    NTE*GEN*SHORT BY EIGHT~
    REF*PO*4500017~
    DTM*004*20260115~
    DTM*003*20260212~
    ADX*-75.00*06*DM*DM-1~
    NTE**BILLED NOT SHIPPED~
    PER*AP*J DOE~
    REF*DM*DM-1~
    DTM*003*20260302~
    IT1*00010*8*EA*9.375**UP*012345678905~
    REF*PO*4500017~
    SAC*A*C310***450~
    TXI*ST*1*6~
    SLN*1**I*2*EA~
    REF*LT*L7~
    RMR*CM*CM-4**-50.00~
"""

REMITTANCE = Remittance(
    handling="C",
    amount=Decimal("1002.50"),
    credit_debit="C",
    method="ACH",
    format="CTX",
    payer_account=BankAccount(
        bank_qualifier="01", bank="041000124", account_qualifier="DA", account="111222333"
    ),
    payer_id="1123456789",
    payee_account=BankAccount(
        bank_qualifier="01", bank="041000125", account_qualifier="DA", account="444555666"
    ),
    paid_on=date(2026, 3, 16),
    messages=("MARCH RUN",),
    coded_messages=(CodedText(code="PMT", text="AS AGREED"),),
    trace_type="1",
    trace_number="TR7766",
    trace_origin="1123456789",
    currency="USD",
    currency_of="PR",
    references=(Reference(qualifier="CK", value="1001"),),
    dates=(OtherDate(qualifier="097", on=date(2026, 3, 16)),),
    parties=(
        Party(role="PR", name="BUYER CO", id_qualifier="92", id="B1"),
        Party(role="PE", name="SELLER INC", id_qualifier="92", id="771200"),
    ),
    entities=(
        Entity(
            number=1,
            role="PR",
            id_qualifier="92",
            id="B1",
            second_role="PE",
            second_id_qualifier="92",
            second_id="771200",
            reference_qualifier="VN",
            reference="77",
            names=(
                NamedParty(
                    role="PE",
                    kind="2",
                    name="SELLER INC",
                    id_qualifier="92",
                    id="771200",
                    address=("PO BOX 9",),
                    city="AKRON",
                    region="OH",
                    postal_code="44301",
                    contacts=(Contact(function="AR", name="ACCOUNTS"),),
                ),
            ),
            adjustments=(
                Adjustment(
                    amount=Decimal("-10.50"),
                    reason="01",
                    reference_qualifier="CM",
                    reference="CM5",
                    messages=("AGREED ON THE PHONE",),
                    dates=(OtherDate(qualifier="003", on=date(2026, 3, 1)),),
                ),
            ),
            open_items=(
                OpenItem(
                    qualifier="IV",
                    reference="INV-90017",
                    paid=Decimal("1013.00"),
                    gross=Decimal("1110.00"),
                    discount=Decimal("22.00"),
                    adjustment_reason="06",
                    adjustment_amount=Decimal("-75.00"),
                    coded_messages=(CodedText(code="GEN", text="SHORT BY EIGHT"),),
                    references=(Reference(qualifier="PO", value="4500017"),),
                    dates=(
                        OtherDate(qualifier="004", on=date(2026, 1, 15)),
                        OtherDate(qualifier="003", on=date(2026, 2, 12)),
                    ),
                    adjustments=(
                        Adjustment(
                            amount=Decimal("-75.00"),
                            reason="06",
                            reference_qualifier="DM",
                            reference="DM-1",
                            messages=("BILLED NOT SHIPPED",),
                            contacts=(Contact(function="AP", name="J DOE"),),
                            references=(
                                Reference(
                                    qualifier="DM",
                                    value="DM-1",
                                    dates=(OtherDate(qualifier="003", on=date(2026, 3, 2)),),
                                ),
                            ),
                            lines=(
                                RemittedLine(
                                    line=1,
                                    buyer_line="00010",
                                    quantity=Decimal(8),
                                    unit="EA",
                                    price=Decimal("9.375"),
                                    ids=(ItemId(qualifier="UP", value="012345678905"),),
                                    references=(Reference(qualifier="PO", value="4500017"),),
                                    allowances=(
                                        Allowance(
                                            kind="A",
                                            code="C310",
                                            amount=Decimal("4.50"),
                                            taxes=(Tax(type="ST", amount=Decimal(1), percent=Decimal(6)),),
                                        ),
                                    ),
                                    components=(
                                        Component(
                                            line="1",
                                            relation="I",
                                            quantity=Decimal(2),
                                            unit="EA",
                                            references=(Reference(qualifier="LT", value="L7"),),
                                        ),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
                OpenItem(qualifier="CM", reference="CM-4", paid=Decimal("-50.00")),
            ),
        ),
    ),
)


@BOTH
def test_a_payment_with_what_is_taken_off_it(version: str) -> None:
    assert_both_ways(PAYMENT, REMITTANCE, "820", version)


def test_an_invoice_number_is_what_stands_under_iv() -> None:
    assert [item.invoice_number for item in REMITTANCE.entities[0].open_items] == ["INV-90017", None]


@BOTH
def test_an_advice_for_several_entities_and_no_payment(version: str) -> None:
    body = """
        BPR*I*0*C*NON~
        ENT*1~
        RMR*IV*INV-1**10*10~
        ENT*2~
        RMR*IV*INV-2**-10~
    """
    advice = Remittance(
        handling="I",
        amount=Decimal(0),
        credit_debit="C",
        method="NON",
        entities=(
            Entity(
                number=1,
                open_items=(
                    OpenItem(qualifier="IV", reference="INV-1", paid=Decimal(10), gross=Decimal(10)),
                ),
            ),
            Entity(number=2, open_items=(OpenItem(qualifier="IV", reference="INV-2", paid=Decimal(-10)),)),
        ),
    )
    assert_both_ways(body, advice, "820", version)


def test_a_line_that_is_paid_has_a_quantity_and_a_dated_charge_from_005010_on() -> None:
    body = """
        BPR*I*5*C*NON~
        ENT*1~
        ADX*5*01~
        IT1*1*1*EA*5~
        QTY*01*1*EA~
        SAC*C*D240***500~
        DTM*007*20260101~
    """
    advice = Remittance(
        handling="I",
        amount=Decimal(5),
        credit_debit="C",
        method="NON",
        entities=(
            Entity(
                number=1,
                adjustments=(
                    Adjustment(
                        amount=Decimal(5),
                        reason="01",
                        lines=(
                            RemittedLine(
                                line=1,
                                buyer_line="1",
                                quantity=Decimal(1),
                                unit="EA",
                                price=Decimal(5),
                                noted_quantities=(
                                    NotedQuantity(qualifier="01", quantity=Decimal(1), unit="EA"),
                                ),
                                allowances=(
                                    Allowance(
                                        kind="C",
                                        code="D240",
                                        amount=Decimal("5.00"),
                                        dates=(OtherDate(qualifier="007", on=date(2026, 1, 1)),),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    )
    assert_both_ways(body, advice, "820", "005010")
