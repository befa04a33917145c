"""An application advice (824) in X12 and as the canonical document, both ways; both made by hand (spec C14)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from edi_gateway.mapping.compile import writer
from edi_gateway.model.documents.application_advice import (
    ApplicationAdvice,
    ApplicationError,
    CodeSource,
    IndustryCode,
    JudgedDocument,
    RelatedText,
)
from edi_gateway.model.documents.details import CodedText
from edi_gateway.model.documents.named_party import NamedParty
from edi_gateway.model.documents.shared import (
    Amount,
    Contact,
    NotedQuantity,
    OtherDate,
    Party,
    Reference,
)
from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.checking.guide import build
from tests.mapping.sets import assert_both_ways, delimiters, mapping

BOTH = pytest.mark.parametrize("version", ["004010", "005010"])

REJECTED = """
    BGN*11*ADV-1*20260213*1200*ET*ADV-0*TR*5~
    N1*FR*BUYER CO*92*B1~
    OTI*TR*IV*INV-90017*SELLERID*BUYERID*20260212*0931*17*0001*810*004010*00*DI*ZZ*5*C*ABC~
    REF*PO*4500017~
    DTM*003*20260212~
    PER*IC*EDI DESK~
    AMT*1*194.09~
    AMT*1*3*D~
    QTY*38*12~
    NM1*BY*2*BUYER CO~
    TED*010*TOTAL OUT OF BALANCE*TDS*42*1*610*19409*19289~
    NTE**SUM OF LINES IS 192.89~
    NTE*GEN*SEE GUIDE PAGE 9~
    RED*FREIGHT IS NOT ALLOWED*AA~
    TED*MB**BIG*2*4~
    LM*VI*GUIDE~
    LQ*0*77~
    RED*IN WORDS**ZZ**ZZ*77~
    OTI*TA*SI*SH-1~
"""

ADVICE = ApplicationAdvice(
    purpose="11",
    number="ADV-1",
    issued_on=date(2026, 2, 13),
    issued_at="1200",
    zone="ET",
    original_number="ADV-0",
    type="TR",
    action="5",
    parties=(Party(role="FR", name="BUYER CO", id_qualifier="92", id="B1"),),
    documents=(
        JudgedDocument(
            status="TR",
            reference_qualifier="IV",
            reference="INV-90017",
            sender="SELLERID",
            receiver="BUYERID",
            on=date(2026, 2, 12),
            at="0931",
            group_control=17,
            set_control="0001",
            set_code="810",
            version="004010",
            purpose="00",
            type="DI",
            application_type="ZZ",
            action="5",
            handling="C",
            reason="ABC",
            references=(Reference(qualifier="PO", value="4500017"),),
            dates=(OtherDate(qualifier="003", on=date(2026, 2, 12)),),
            contacts=(Contact(function="IC", name="EDI DESK"),),
            amounts={"1": Decimal("194.09")},
            other_amounts=(Amount(qualifier="1", amount=Decimal(3), credit_debit="D"),),
            noted_quantities=(NotedQuantity(qualifier="38", quantity=Decimal(12)),),
            names=(NamedParty(role="BY", kind="2", name="BUYER CO"),),
            errors=(
                ApplicationError(
                    code="010",
                    message="TOTAL OUT OF BALANCE",
                    segment="TDS",
                    position=42,
                    element=1,
                    element_number=610,
                    bad_value="19409",
                    new_value="19289",
                    messages=("SUM OF LINES IS 192.89",),
                    coded_messages=(CodedText(code="GEN", text="SEE GUIDE PAGE 9"),),
                    related=(RelatedText(text="FREIGHT IS NOT ALLOWED", kind="AA"),),
                ),
                ApplicationError(code="MB", segment="BIG", position=2, element=4),
            ),
            code_sources=(
                CodeSource(
                    agency="VI",
                    source="GUIDE",
                    codes=(
                        IndustryCode(
                            code_list="0",
                            code="77",
                            related=(RelatedText(text="IN WORDS", agency="ZZ", code_list="ZZ", code="77"),),
                        ),
                    ),
                ),
            ),
        ),
        JudgedDocument(status="TA", reference_qualifier="SI", reference="SH-1"),
    ),
)


@BOTH
def test_one_document_rejected_and_one_accepted(version: str) -> None:
    assert_both_ways(REJECTED, ADVICE, "824", version)


PLACED = ApplicationAdvice(
    purpose="00",
    number="ADV-2",
    issued_on=date(2026, 2, 13),
    documents=(
        JudgedDocument(
            status="TE",
            reference_qualifier="SI",
            reference="SH-2",
            errors=(
                ApplicationError(
                    code="024",
                    segment="REF",
                    position=1234567,
                    element=4,
                    component=2,
                    repetition=3,
                    element_number=128,
                    component_number=127,
                    bad_value="X",
                ),
            ),
        ),
    ),
)


def test_an_error_in_a_component_is_placed_exactly_from_005010_on() -> None:
    body = """
        BGN*00*ADV-2*20260213~
        OTI*TE*SI*SH-2~
        TED*024**REF*1234567*4>2>3*128>127*X~
    """
    assert_both_ways(body, PLACED, "824", "005010")


def test_004010_has_no_place_for_components_and_says_so() -> None:
    error = PLACED.documents[0].errors[0].model_copy(update={"position": 7})
    document = PLACED.documents[0].model_copy(update={"errors": (error,)})
    advice = PLACED.model_copy(update={"documents": (document,)})
    outcome = writer(mapping("824"), build("004010", "824")).write(advice, delimiters("004010"))
    assert outcome.value is not None
    assert outcome.value[-1] == ["TED", "024", "", "REF", "7", "4", "128", "X"]
    assert [(f.code, f.severity, f.at) for f in outcome.findings] == [
        (Code.NO_PLACE_TO_WRITE, Severity.WARNING, f"documents[0].errors[0].{name}")
        for name in ("component", "repetition", "component_number")
    ]
