"""Trees of segments become interchanges: values, long texts, delimiters. By hand, from X12.6 and spec C0."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from edi_gateway.model.finding import Code, Location, Severity
from edi_gateway.x12.checking.guide import Rule, build
from edi_gateway.x12.dictionary import ElementDef, dictionary
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.writing.compose import (
    Composed,
    Composite,
    GroupTree,
    Repeated,
    SetTree,
    Tree,
    Value,
    as_text,
    body_of,
    compose,
)
from edi_gateway.x12.writing.writer import Envelope
from tests.x12.edi import USUAL, only
from tests.x12.parsing.test_hostile import errors_in

AT = datetime(2026, 1, 15, 9, 5, tzinfo=UTC)
ENVELOPE = Envelope("ZZ", "SELLER", "ZZ", "BUYER", "SELLER", "BUYER")
BEG: Tree = ("BEG", "00", "SA", "4500017", None, date(2026, 1, 15))
PO1: Tree = ("PO1", "1", 48, "EA", Decimal("12.50"))
OTHERS = (Delimiters("|", "<", "!", None), Delimiters("\x1d", "\x1f", "\x1c", None))


def body(*segments: Tree, version: str = "004010", set_code: str = "850", marks: Delimiters = USUAL) -> str:
    outcome = body_of(build(version, set_code), segments, marks)
    assert outcome.value is not None, outcome.findings
    text, count = outcome.value
    assert count == text.count(marks.segment)
    return text


def composed(*segments: Tree, others: tuple[Delimiters, ...] = ()) -> Composed | list[Code]:
    tree = SetTree(build("004010", "850"), "0001", segments)
    outcome = compose(ENVELOPE, "42", AT, [GroupTree("004010", "17", [tree])], others)
    return outcome.value or only(outcome.findings)


@pytest.mark.parametrize(
    ("element", "value", "text"),
    [
        ("R", Decimal("12.50"), "12.5"),
        ("R", Decimal("12.00"), "12"),
        ("R", Decimal("1E+3"), "1000"),
        ("R", Decimal("0.05"), ".05"),
        ("R", Decimal("-0.50"), "-.5"),
        ("R", Decimal("0.00"), "0"),
        ("R", Decimal("-0"), "0"),
        ("R", 7, "7"),
        ("N0", 7, "7"),
        ("N0", Decimal("100"), "100"),
        ("N2", Decimal("12.34"), "1234"),
        ("N2", Decimal("12.3"), "1230"),
        ("N2", Decimal("-0.05"), "-5"),
        ("N2", 3, "300"),
        ("DT", date(2026, 1, 5), "20260105"),
        ("AN", None, ""),
        ("AN", "12.50", "12.50"),
    ],
)
def test_values_are_written_as_their_elements_have_them(element: str, value: Value, text: str) -> None:
    assert as_text(value, ElementDef("1", "Anything", element, 1, 15)) == text


def test_zeros_stand_in_front_only_up_to_the_least_length() -> None:
    assert as_text(7, ElementDef("1", "Anything", "N0", 3, 9)) == "007"
    assert as_text(Decimal("-.5"), ElementDef("1", "Anything", "R", 2, 9)) == "-0.5"
    assert as_text(date(2026, 1, 5), ElementDef("1", "Anything", "DT", 6, 6)) == "260105"


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("1.005")])
def test_a_number_that_its_element_cannot_hold_is_a_finding(value: Decimal) -> None:
    with pytest.raises(ValueError, match=r"number|decimals"):
        as_text(value, ElementDef("1", "Anything", "N2", 1, 15))
    outcome = body_of(build("004010", "850"), [BEG, ("SAC", "A", "C310", None, None, value), PO1], USUAL)
    assert outcome.value is None
    [finding] = outcome.findings
    assert (finding.code, finding.at) == (
        Code.NUMBER_INVALID,
        Location(segment="SAC", position=3, element=5),
    )


def test_a_tree_is_written_in_its_order_without_what_is_empty_at_the_end() -> None:
    loop = [("N1", "ST", "DC NORTH", None, ""), ("N3", "1 DOCK RD"), [("PER", "IC", "JO", None)]]
    assert body(BEG, loop, [PO1, [("SLN", "1", None, "I", 2, Composite(("EA", "", None)))]]) == (
        "BEG*00*SA*4500017**20260115~N1*ST*DC NORTH~N3*1 DOCK RD~PER*IC*JO~PO1*1*48*EA*12.5~SLN*1**I*2*EA~"
    )


def test_components_and_repetitions_take_the_separators_that_were_picked() -> None:
    marks = Delimiters("*", ":", "~", "!")
    text = body(
        BEG,
        (*PO1, None, "VN", "A>B^C"),
        ("SLN", "1", None, "I", 2, Composite(("EA", 1, 2))),
        version="005010",
        marks=marks,
    )
    assert text.endswith("SLN*1**I*2*EA:1:2~")
    assert dictionary("005010").segments["PO1"].uses[0].repeat == 1
    outcome = body_of(build("004010", "850"), [BEG, (*PO1, None, "VN", Repeated(("A", "B")))], USUAL)
    assert only(outcome.findings) == [Code.TOO_MANY_REPETITIONS]


LONG = "THE VERY LONG NAME OF A COMPANY THAT HAS MERGED WITH ALL OTHERS OF ITS KIND AND KEPT THEIR NAMES"


@pytest.mark.parametrize(
    ("segments", "text"),
    [
        (
            [("N1", "ST", LONG)],
            "N1*ST*THE VERY LONG NAME OF A COMPANY THAT HAS MERGED WITH ALL~"
            "N2*OTHERS OF ITS KIND AND KEPT THEIR NAMES~",
        ),
        (
            [("N1", "ST", LONG), ("N2", "DOCK 4")],
            "N1*ST*THE VERY LONG NAME OF A COMPANY THAT HAS MERGED WITH ALL~"
            "N2*OTHERS OF ITS KIND AND KEPT THEIR NAMES*DOCK 4~",
        ),
        (
            [("N1", "ST", "X" * 130)],
            f"N1*ST*{'X' * 60}~N2*{'X' * 60}*{'X' * 10}~",
        ),
        (
            [("N1", "ST", "DC"), ("N3", LONG, "DOCK 4")],
            "N1*ST*DC~N3*THE VERY LONG NAME OF A COMPANY THAT HAS MERGED WITH*ALL OTHERS OF ITS KIND AND KEPT "
            "THEIR NAMES~N3*DOCK 4~",
        ),
    ],
)
def test_long_names_and_addresses_go_on_where_the_standard_has_a_place(
    segments: list[Tree], text: str
) -> None:
    assert body(BEG, segments, PO1) == f"BEG*00*SA*4500017**20260115~{text}PO1*1*48*EA*12.5~"


def test_long_descriptions_and_messages_repeat_their_segment() -> None:
    found = body(BEG, PO1, ("PID", "F", "08", None, None, LONG))
    assert found.split("~")[2:-1] == [
        "PID*F*08***THE VERY LONG NAME OF A COMPANY THAT HAS MERGED WITH ALL OTHERS OF ITS KIND AND",
        "PID*F*08***KEPT THEIR NAMES",
    ]
    message = " ".join(["WORD"] * 60)  # 299 characters; MSG01 holds 264: 52 words and the blanks between, 259
    found = body(BEG, [("N9", "L1", "NOTES"), ("MSG", message)], PO1)
    first, second = (part.removeprefix("MSG*") for part in found.split("~")[2:4])
    assert (len(first), len(second)) == (264, 34)
    assert f"{first} {second}" == message
    newer = body(BEG, [("N9", "L1", "NOTES"), ("MTX", None, "X" * 5_000)], PO1, version="005010")
    assert [len(part) for part in newer.split("~")[2:4]] == [4_096 + 5, 904 + 5]


def test_what_has_no_place_to_go_on_is_a_finding_and_is_not_cut() -> None:
    assert composed(BEG, ("N1", "ST", "X" * 60 * 6), ("N4", "FONTANA"), PO1) == [Code.SEGMENT_OVER_MAXIMUM]
    assert composed(("BEG", "00", "SA", "4" * 23, None, date(2026, 1, 15)), PO1) == [Code.ELEMENT_TOO_LONG]


def test_a_delimiter_in_the_data_picks_the_next_delimiters_that_are_allowed() -> None:
    star = ("N1", "ST", "FIVE*STAR")
    found = composed(BEG, star, PO1, others=OTHERS)
    assert isinstance(found, Composed)
    assert found.delimiters == OTHERS[0]
    assert b"N1|ST|FIVE*STAR!" in found.content
    assert errors_in(found.content) == []
    bar = ("N1", "ST", "FIVE*STAR|>")
    found = composed(BEG, bar, PO1, others=OTHERS)
    assert isinstance(found, Composed)
    assert found.delimiters == OTHERS[1]
    assert errors_in(found.content) == []


@pytest.mark.parametrize("text", ["FIVE*STAR", "A~B", "A>B"])
def test_a_delimiter_in_the_data_is_a_finding_when_no_others_are_allowed(text: str) -> None:
    assert composed(BEG, ("N1", "ST", text), PO1) == [Code.DELIMITER_IN_DATA]
    outcome = body_of(
        build("004010", "850"), [BEG, PO1, ("SLN", "1", None, "I", 2, Composite(("E>A",)))], USUAL
    )
    [finding] = outcome.findings
    assert (finding.code, finding.severity) == (Code.DELIMITER_IN_DATA, Severity.ERROR)


def test_the_repetition_separator_is_what_the_isa_says_whatever_was_picked() -> None:
    """ISA11 of 00501 always is one; a reader would take A^B for two values although nobody had picked it."""
    newer = replace(ENVELOPE, isa_version="00501")
    tree = SetTree(build("005010", "850"), "0001", [BEG, ("N1", "ST", "A^B"), PO1])
    outcome = compose(newer, "42", AT, [GroupTree("005010", "17", [tree])])
    assert only(outcome.findings) == [Code.DELIMITER_IN_DATA]
    found = compose(newer, "42", AT, [GroupTree("005010", "17", [tree])], [USUAL._replace(repetition="!")])
    assert found.value is not None
    assert found.value.content[82:89] == b"!*00501"
    assert errors_in(found.value.content) == []

    repeats = [BEG, (*PO1, None, "VN", Repeated(("A", "B")))]
    older = replace(ENVELOPE, delimiters=USUAL._replace(repetition="^"))
    outcome = compose(
        older, "42", AT, [GroupTree("004010", "17", [SetTree(build("004010", "850"), "1", repeats)])]
    )
    assert only(outcome.findings) == [Code.TOO_MANY_REPETITIONS]


def test_a_text_goes_on_where_the_partners_guide_has_less_room() -> None:
    rules = (Rule("short names", "N1*ST:02", "max", number=12), Rule("dock", "N2:01", "max", number=9))
    names = [("N1", "ST", "ALPHA BETA GAMMA DELTA"), ("N1", "BY", "ALPHA BETA GAMMA DELTA")]
    outcome = body_of(build("004010", "850", rules), [BEG, names, PO1], USUAL)
    assert outcome.value is not None
    assert outcome.value[0].split("~")[1:5] == [
        "N1*ST*ALPHA BETA",
        "N2*GAMMA*DELTA",
        "N1*BY*ALPHA BETA GAMMA DELTA",
        "PO1*1*48*EA*12.5",
    ]


def test_an_interchange_is_written_to_the_letter() -> None:
    found = composed(BEG, PO1)
    assert isinstance(found, Composed)
    assert found.content == (
        b"ISA*00*          *00*          *ZZ*SELLER         *ZZ*BUYER          *260115*0905*U*00401*000000042*0*P*>~"
        b"GS*PO*SELLER*BUYER*20260115*0905*17*X*004010~ST*850*0001~BEG*00*SA*4500017**20260115~"
        b"PO1*1*48*EA*12.5~SE*4*0001~GE*1*17~IEA*1*000000042~"
    )
