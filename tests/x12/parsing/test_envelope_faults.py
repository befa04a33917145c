"""One fault of an envelope is one finding, and the acknowledgment says that one: what follows from it is not said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.acks.ack import functional_ack, interchange_ack
from edi_gateway.x12.mending.mend import mended
from edi_gateway.x12.parsing.envelope import InterchangeEnd, Unreadable
from edi_gateway.x12.reading import GroupEnd, read_all
from tests.x12.edi import ISA, USUAL

BODY = "BEG*00*SA*4500017**20260115~PO1*1*48*EA*9.25**VP*AB-100~CTT*1~"
GS7 = "GS*PO*BUYER*SELLER*20260115*1200*7*X*004010~"
GS8 = GS7.replace("*7*", "*8*")
FIRST, SECOND, THIRD = (f"ST*850*{number:04d}~{BODY}SE*5*{number:04d}~" for number in (1, 2, 3))
IEA = "IEA*2*000000905~"
GOOD = f"{ISA}~{GS7}{FIRST}{SECOND}GE*2*7~{GS8}{THIRD}GE*1*8~{IEA}"
TAKEN = "AK1*PO*8~AK2*850*0003~AK5*A~AK9*A*1*1*1"


def found_in(text: str) -> Iterator[Finding]:
    for event in read_all(text.encode(), totals=True):
        match event:
            case GroupEnd():
                yield from event.result.findings
                for each in event.result.sets:
                    yield from each.findings
            case InterchangeEnd():
                yield from event.interchange.findings
            case Unreadable():
                yield from event.findings


def answers(text: str) -> list[str]:
    """The 997 of each group, then the TA1 of each interchange."""
    said = []
    for event in read_all(text.encode(), totals=True):
        if isinstance(event, GroupEnd):
            said.append("~".join("*".join(each) for each in functional_ack(event.result, "997", USUAL)))
        elif isinstance(event, InterchangeEnd):
            said.append("*".join(interchange_ack(event.interchange)).partition("*1200*")[2])
    return said


BOTH = "AK2*850*0001~AK5*A~AK2*850*0002~AK5*A~"
REFUSED = "AK2*850*0001~AK5*R~AK2*850*0002~AK5*R~"


def test_the_good_document_is_accepted() -> None:
    assert list(found_in(GOOD)) == []
    assert answers(GOOD) == [f"AK1*PO*7~{BOTH}AK9*A*2*2*2", TAKEN, "A*000"]


@pytest.mark.parametrize(
    ("old", "new", "code", "first"),
    [
        ("ST*850*0002~", "", Code.SEGMENT_OUTSIDE_SET, "AK2*850*0001~AK5*R~AK9*R*2*1*0*5"),
        ("ST*850*0002~", "XT*850*0002~", Code.SEGMENT_OUTSIDE_SET, "AK2*850*0001~AK5*R~AK9*R*2*1*0*5"),
        ("ST*850*0002~", "ST*850*0002~" * 2, Code.SEGMENT_OUTSIDE_SET, f"{BOTH}AK9*E*2*2*2"),
        ("SE*5*0002~", "", Code.SE_MISSING, "AK2*850*0001~AK5*A~AK2*850*0002~AK5*R*2~AK9*P*2*2*1"),
        (
            "SE*5*0002~",
            "SX*5*0002~",
            Code.SEGMENT_UNKNOWN,
            "AK2*850*0001~AK5*A~AK2*850*0002~AK3*SX*5**1~AK5*R*5~AK9*P*2*2*1",
        ),
        ("GE*2*7~", "", Code.GE_MISSING, f"{REFUSED}AK9*R*2*2*0*3"),
        ("GE*2*7~", "GX*2*7~", Code.SEGMENT_OUTSIDE_SET, f"{REFUSED}AK9*R*2*2*0*3"),
    ],
)
def test_a_lost_doubled_or_misspelt_envelope_segment_of_a_set_or_group(
    old: str, new: str, code: Code, first: str
) -> None:
    text = GOOD.replace(old, new)
    assert [each.code for each in found_in(text)] == [code]
    assert answers(text) == [f"AK1*PO*7~{first}", TAKEN, "A*000"]


def test_a_group_that_has_lost_its_gs_is_not_counted_wrong_too() -> None:
    for new in ("", GS7.replace("GS", "XS")):
        text = GOOD.replace(GS7, new)
        assert [each.code for each in found_in(text)] == [Code.SEGMENT_OUTSIDE_GROUP]
        assert answers(text) == [TAKEN, "R*024"]


def test_a_gs_that_stands_twice_is_a_group_without_its_ge_and_no_group_sent_twice() -> None:
    text = GOOD.replace(GS7, GS7 * 2)
    assert [each.code for each in found_in(text)] == [Code.GE_MISSING]
    assert answers(text) == ["AK1*PO*7~AK9*R*0*0*0*3", f"AK1*PO*7~{BOTH}AK9*A*2*2*2", TAKEN, "A*000"]


def test_an_iea_that_is_misspelt_and_an_isa_that_stands_twice() -> None:
    text = GOOD.replace(IEA, "IXA*2*000000905~")
    assert [each.code for each in found_in(text)] == [Code.SEGMENT_OUTSIDE_GROUP]
    assert answers(text)[-1] == "R*024"
    text = GOOD.replace(f"{ISA}~", f"{ISA}~" * 2)
    assert [each.code for each in found_in(text)] == [Code.IEA_MISSING]
    assert answers(text)[0] == "R*023"
    assert answers(text)[-1] == "A*000"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "SE*5*0002~",
            "SE*5*0002*MORE~",
            "AK2*850*0001~AK5*A~AK2*850*0002~AK3*SE*5**8~AK4*3**3*MORE~AK5*R*5~AK9*P*2*2*1",
        ),
        (
            "ST*850*0002~",
            "ST*850*0002*MORE~",
            "AK2*850*0001~AK5*A~AK2*850*0002~AK3*ST*1**8~AK4*3**3*MORE~AK5*R*5~AK9*P*2*2*1",
        ),
        ("*7*X*004010~", "*7*X*004010*MORE~", f"{BOTH}AK9*A*2*2*2"),
        ("GE*2*7~", "GE*2*7**MORE~", f"{BOTH}AK9*A*2*2*2"),
        (IEA, "IEA*2*000000905*MORE~", f"{BOTH}AK9*A*2*2*2"),
    ],
)
def test_something_behind_the_last_element_of_an_envelope_segment(old: str, new: str, said: str) -> None:
    text = GOOD.replace(old, new)
    [finding] = found_in(text)
    assert (finding.code, finding.value) == (Code.TOO_MANY_ELEMENTS, "MORE")
    assert isinstance(finding.at, Location)
    assert text[finding.at.offset :][: finding.at.length] == "MORE"
    assert answers(text) == [f"AK1*PO*7~{said}", TAKEN, "E*022" if old == IEA else "A*000"]


def test_st_has_a_third_element_from_the_release_on_that_has_it() -> None:
    for version, codes in (
        ("004010VICS", [Code.TOO_MANY_ELEMENTS]),
        ("003060", [Code.TOO_MANY_ELEMENTS]),
        ("004030", [Code.SET_CONVENTION_UNKNOWN]),
        ("005010", [Code.SET_CONVENTION_UNKNOWN]),
    ):
        text = GOOD.replace("004010", version).replace("ST*850*0002", "ST*850*0002*X")
        found = [each.code for each in found_in(text) if each.severity is not Severity.INFO]
        assert found == codes


def test_a_trailer_is_not_taken_for_a_misspelt_one_unless_it_says_what_it_must() -> None:
    def codes(text: str) -> list[Code]:
        return sorted(each.code for each in found_in(text))

    text = GOOD.replace("GE*2*7~", "GX*3*7~")
    assert codes(text) == [Code.GE_MISSING, Code.SEGMENT_OUTSIDE_SET]
    assert codes(GOOD.replace("SE*5*0002~", "SX*9*0002~")) == [Code.SEGMENT_UNKNOWN, Code.SE_MISSING]
    assert codes(GOOD.replace(IEA, "IXA*2*000000906~")) == [Code.IEA_MISSING, Code.SEGMENT_OUTSIDE_GROUP]
    # One set has lost its ST and yet the GE counts one more: that is another fault.
    text = GOOD.replace("ST*850*0002~", "").replace("GE*2*7~", "GE*3*7~")
    assert codes(text) == [Code.GE_COUNT_WRONG, Code.SEGMENT_OUTSIDE_SET]
    text = GOOD.replace(GS7, "").replace("IEA*2", "IEA*5")
    assert codes(text) == [Code.IEA_COUNT_WRONG, Code.SEGMENT_OUTSIDE_GROUP]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (GS7, ""),
        ("GE*2*7~", "GX*2*7~"),
        (IEA, "IXA*2*000000905~"),
        ("ST*850*0002~", ""),
        (GS7, GS7 * 2),
        (f"{ISA}~", f"{ISA}~" * 2),
    ],
)
def test_nothing_is_mended_where_a_part_of_the_envelope_is_lost(old: str, new: str) -> None:
    text = GOOD.replace(old, new)
    assert mended(text.encode()).content.decode() == text
