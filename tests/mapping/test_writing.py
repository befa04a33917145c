"""What a document becomes on its way out: order of the guide, nothing cut, nothing dropped in silence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.mapping.compile import writer
from edi_gateway.mapping.generate import remarks
from edi_gateway.model.documents.acknowledgment import Answer, AnsweredLine, PurchaseOrderAcknowledgment
from edi_gateway.model.documents.details import CodedText
from edi_gateway.model.documents.purchase_order import Allocation, Line, PurchaseOrder, StatedTotals
from edi_gateway.model.documents.shared import (
    Allowance,
    Amount,
    Contact,
    ContactNumber,
    Dates,
    ItemId,
    Note,
    Pack,
    Party,
    Reference,
)
from edi_gateway.model.finding import Code, Finding, Outcome, Severity
from edi_gateway.x12.checking.guide import build
from edi_gateway.x12.parsing.header import Delimiters
from tests.mapping.sets import NAMES, Sample, delimiters, mapping, raw_of


def purchase_order(**fields: Any) -> PurchaseOrder:
    return PurchaseOrder(po_number="PO1", purpose="00", type="SA", ordered_on=date(2026, 1, 15), **fields)


def write(
    document: Any, version: str = "004010", using: Delimiters | None = None
) -> Outcome[list[list[str]]]:
    set_code = "850" if isinstance(document, PurchaseOrder) else "855"
    return writer(mapping(set_code), build(version, set_code)).write(document, using or delimiters(version))


def body(document: Any, version: str = "004010") -> list[str]:
    """The segments after the first, as text; nothing may be found on the way."""
    outcome = write(document, version)
    assert outcome.findings == ()
    assert outcome.value is not None
    return ["*".join(segment) for segment in outcome.value[1:]]


def told(outcome: Outcome[list[list[str]]]) -> list[tuple[Code, Severity, object]]:
    return [(f.code, f.severity, f.at) for f in outcome.findings]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_passes_the_checker(name: str) -> None:
    sample = Sample(name)
    raw, walk = sample.raw()
    document = sample.read().document
    assert document is not None
    written = sample.writer.write(document, raw.delimiters).value
    assert written is not None
    again = sample.guide.check(raw_of(written, sample.set_code, sample.version))
    assert walk.status == again.status == "A"
    assert again.findings == []


def test_segments_come_in_the_order_of_the_guide_not_of_the_document() -> None:
    found = purchase_order(
        lines=(
            Line(
                quantity=Decimal(5),
                unit="EA",
                description="W",
                references=(Reference(qualifier="LI", value="1"),),
            ),
        ),
        parties=(Party(role="ST", city="AMES", contacts=(Contact(function="RE", name="A"),)),),
        dates=Dates(cancel_after=date(2026, 2, 17), requested_ship=date(2026, 2, 10)),
        notes=(Note(qualifier="L1", reference="X", lines=("A", "B")),),
        currency="USD",
        currency_of="BY",
    )
    assert body(found) == [
        "CUR*BY*USD",
        *("DTM*010*20260210", "DTM*001*20260217"),
        *("N9*L1*X", "MSG*A", "MSG*B"),
        *("N1*ST", "N4*AMES", "PER*RE*A"),
        *("PO1**5*EA", "PID*F****W", "REF*LI*1"),
    ]


def test_notes_are_written_as_the_version_has_them() -> None:
    found = purchase_order(
        notes=(Note(qualifier="L1", lines=("A",), coded_lines=(CodedText(code="GEN", text="B"),)),)
    )
    assert body(found, "005010") == ["N9*L1", "MTX**A", "MTX*GEN*B"]
    outcome = write(found)
    assert outcome.value is not None
    assert ["*".join(s) for s in outcome.value[1:]] == ["N9*L1", "MSG*A", "MSG*B"]


def test_numbers_are_written_without_exponent_and_as_they_were() -> None:
    found = purchase_order(
        lines=(
            Line(quantity=Decimal("10.00"), unit="EA", price=Decimal("1E+3")),
            Line(quantity=Decimal("-2"), unit="EA", price=Decimal("0.000001")),
        ),
        allowances=(Allowance(kind="A", code="C310", amount=Decimal("123.4")),),
    )
    assert body(found) == ["SAC*A*C310***12340", "PO1**10.00*EA*1000", "PO1**-2*EA*0.000001"]


def test_more_decimals_than_the_element_implies_are_an_error_not_a_rounding() -> None:
    outcome = write(purchase_order(allowances=(Allowance(kind="A", code="C310", amount=Decimal("1.005")),)))
    assert outcome.value is None
    assert told(outcome) == [(Code.NUMBER_INVALID, Severity.ERROR, "allowances[0].amount")]
    assert (
        outcome.findings[0].message
        == "allowances[0].amount cannot be written: 1.005 has more than 2 decimals."
    )


def test_zeros_at_the_end_of_a_number_go_only_when_it_would_not_fit() -> None:
    found = purchase_order(lines=(Line(quantity=Decimal("123456789012.500000"), unit="EA"),))
    assert body(found) == ["PO1**123456789012.5*EA"]


def test_a_value_that_is_too_long_is_an_error_and_nothing_is_cut() -> None:
    outcome = write(
        purchase_order(
            release_number="R" * 31,
            lines=(Line(buyer_line="1" * 21, ids=(ItemId(qualifier="VN", value="V" * 49),)),),
        )
    )
    assert outcome.value is None
    assert told(outcome) == [
        (Code.ELEMENT_TOO_LONG, Severity.ERROR, "release_number"),
        (Code.ELEMENT_TOO_LONG, Severity.ERROR, "lines[0].buyer_line"),
        (Code.ELEMENT_TOO_LONG, Severity.ERROR, "lines[0].ids[0].value"),
    ]
    assert outcome.findings[0].message == "release_number is too long: 31 characters, the element holds 30."


def test_the_same_reference_fits_at_005010_where_elements_are_longer() -> None:
    found = purchase_order(references=(Reference(qualifier="IA", value="9" * 50),))
    assert body(found, "005010") == ["REF*IA*" + "9" * 50]
    assert told(write(found)) == [(Code.ELEMENT_TOO_LONG, Severity.ERROR, "references[0].value")]


def test_long_texts_are_split_where_the_standard_has_place_for_more() -> None:
    text = " ".join(["WORD"] * 60)  # 299 characters; MSG01 holds 264
    found = purchase_order(
        lines=(Line(messages=(text, "X" * 265)),),
        parties=(Party(role="ST", more_names=("N" * 61,), address=("A", "B", "C")),),
    )
    written = body(found)
    assert written[:4] == ["N1*ST", f"N2*{'N' * 60}*N", "N3*A*B", "N3*C"]
    assert [len(segment) - 4 for segment in written[5:]] == [264, 34, 264, 1]
    assert " ".join(segment[4:] for segment in written[5:7]) == text


def test_stores_go_ten_to_a_segment_and_apart_where_what_is_said_once_differs() -> None:
    def store(number: int, unit: str) -> Allocation:
        return Allocation(
            location_qualifier="92", location=f"{number:04d}", quantity=Decimal(number), unit=unit
        )

    found = purchase_order(
        lines=(Line(allocations=(*(store(n, "EA") for n in range(1, 12)), store(12, "CA"))),)
    )
    first = "*".join(f"{n:04d}*{n}" for n in range(1, 11))
    assert body(found)[1:] == [f"SDQ*EA*92*{first}", "SDQ*EA*92*0011*11", "SDQ*CA*92*0012*12"]


def test_more_ids_than_the_segment_has_pairs_for_are_an_error() -> None:
    outcome = write(
        purchase_order(lines=(Line(ids=tuple(ItemId(qualifier="VN", value=str(n)) for n in range(11))),))
    )
    assert outcome.value is None
    assert told(outcome) == [(Code.NO_PLACE_TO_WRITE, Severity.ERROR, "lines[0].ids")]


def test_what_no_row_writes_in_this_version_is_told() -> None:
    found = purchase_order(parties=(Party(role="ST", city="CALGARY", subdivision="AB"),))
    assert body(found, "005010") == ["N1*ST", "N4*CALGARY******AB"]
    outcome = write(found)
    assert outcome.value is not None
    assert told(outcome) == [(Code.NO_PLACE_TO_WRITE, Severity.WARNING, "parties[0].subdivision")]


def test_a_time_without_its_date_is_told() -> None:
    outcome = write(purchase_order(dates=Dates(times={"010": "0930"})))
    assert outcome.value is not None
    assert told(outcome) == [(Code.NO_PLACE_TO_WRITE, Severity.WARNING, "dates.times[010]")]


def test_what_needs_a_segment_above_it_is_an_error_without_one() -> None:
    outcome = write(purchase_order(stated_totals=StatedTotals(amounts={"TT": Decimal(5)})))
    assert outcome.value is None
    assert [f.code for f in outcome.findings] == [Code.NO_PLACE_TO_WRITE]
    right = purchase_order(stated_totals=StatedTotals(line_count=0, amounts={"TT": Decimal(5)}))
    assert body(right) == ["CTT*0", "AMT*TT*5"]


def test_the_totals_of_an_850_are_written_as_stated_even_when_wrong() -> None:
    found = purchase_order(
        lines=(Line(quantity=Decimal(5), unit="EA"),), stated_totals=StatedTotals(line_count=9)
    )
    assert body(found) == ["PO1**5*EA", "CTT*9"]


def test_the_totals_of_an_855_are_counted() -> None:
    lines = tuple(
        AnsweredLine(
            buyer_line=str(n),
            quantity=Decimal(q),
            unit="EA",
            answers=(Answer(status="IA", quantity=Decimal(q), unit="EA"),),
        )
        for n, q in ((1, "5"), (2, "2.5"))
    )
    found = PurchaseOrderAcknowledgment(
        purpose="00", type="AD", po_number="1", ordered_on=date(2026, 1, 15), lines=lines
    )
    assert body(found) == ["PO1*1*5*EA", "ACK*IA*5*EA", "PO1*2*2.5*EA", "ACK*IA*2.5*EA", "CTT*2*7.5"]
    assert body(found.model_copy(update={"lines": (), "type": "AK"})) == []


def test_a_component_that_holds_the_separator_is_an_error() -> None:
    found = purchase_order(references=(Reference(qualifier="ZZ", value="1", more=("PO", "A>B")),))
    assert told(write(found)) == [(Code.DELIMITER_IN_DATA, Severity.ERROR, "references[0].more[]")]
    outcome = write(found, using=Delimiters("*", ":", "~", None))
    assert outcome.value is not None
    assert outcome.value[1] == ["REF", "ZZ", "1", "", "PO:A>B"]


def test_pairs_and_what_stands_behind_them_keep_their_places() -> None:
    found = purchase_order(
        contacts=(Contact(function="BD", numbers=(ContactNumber(kind="TE", number="5"),), inquiry="Q"),)
    )
    assert body(found) == ["PER*BD**TE*5*****Q"]


def test_amounts_by_qualifier_come_before_those_that_say_more() -> None:
    line = Line(
        quantity=Decimal(1),
        unit="EA",
        amounts={"1": Decimal("9.50"), "2": Decimal(3)},
        other_amounts=(Amount(qualifier="1", amount=Decimal(4), credit_debit="D"),),
    )
    assert body(purchase_order(lines=(line,)))[1:] == ["AMT*1*9.50", "AMT*2*3", "AMT*1*4*D"]


def test_packs_follow_the_pack() -> None:
    assert body(purchase_order(lines=(Line(pack=Pack(pack=12), packs=(Pack(pack=6),)),)))[1:] == [
        "PO4*12",
        "PO4*6",
    ]


def test_a_document_of_another_kind_is_a_bug_and_raises() -> None:
    with pytest.raises(TypeError, match="a PurchaseOrder is wanted, not a Party"):
        writer(mapping("850"), build("004010", "850")).write(Party(role="ST"), delimiters("004010"))


def test_an_element_that_repeats_takes_a_list_where_there_is_a_separator() -> None:
    notes = remarks.Remarks()
    assert remarks.repeated(("A", "B"), str, 2, "^", notes, None, "marks") == "A^B"
    assert notes.findings == []
    remarks.repeated(("A", "B"), str, 2, None, notes, None, "marks")
    remarks.repeated(("A^",), str, 1, "^", notes, None, "marks")
    found: list[Finding] = notes.findings
    assert [f.code for f in found] == [Code.NO_PLACE_TO_WRITE, Code.ELEMENT_TOO_LONG, Code.DELIMITER_IN_DATA]
