"""What can be wrong within a segment, one small document for each, with its acknowledgment and its bytes."""

from __future__ import annotations

import pytest

from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.acks.ack import functional_ack
from edi_gateway.x12.checking.segments import Context, element_problems
from edi_gateway.x12.dictionary import Use, dictionary
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.reading import CheckedSet, read_all
from tests.x12.edi import ISA5, USUAL, Document, ack, bytes_at, codes, document_of, interchange, places, x12

BEG = "BEG*00*SA*4500017**20260115"
PO1 = "PO1*1*48*EA*12.5**VP*AB-100"


def of(*segments: str, version: str = "004010") -> Document:
    isa = {"isa": ISA5} if version >= "005010" else {}
    return document_of(interchange([BEG, *segments, PO1], version=version, **isa))


@x12
def test_a_quantity_without_a_unit_is_allowed_but_not_a_unit_without_a_quantity(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    PO1*1**EA*9.25**VP*AB-100~
    """
    assert codes(document) == [("PO1", 2, Code.CONDITIONAL_ELEMENT_MISSING)]
    assert ack(document) == "AK3*PO1*3**8~ AK4*2*330*2~ AK5*R*5~"


@x12
def test_a_mandatory_element_that_is_empty_or_beyond_the_end_is_missing(document: Document) -> None:
    """
    BEG*00**4500017~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("BEG", 2, Code.ELEMENT_MISSING), ("BEG", 5, Code.ELEMENT_MISSING)]
    assert ack(document) == "AK3*BEG*2**8~ AK4*2*92*1~ AK4*5*373*1~ AK5*R*5~"
    assert [at.length for _, at in places(document.findings)] == [0, 0]


@pytest.mark.parametrize(
    ("segment", "element", "code", "ak4"),
    [
        ("N1*ST*DC*9", 4, Code.CONDITIONAL_ELEMENT_MISSING, "AK4*4*67*2"),
        ("N1*ST**92*0553*1", 5, Code.ELEMENT_TOO_SHORT, "AK4*5*706*4*1"),
        ("N1*ST", 2, Code.CONDITIONAL_ELEMENT_MISSING, "AK4*2*93*2"),
        ("N1*ST*DC**0553", 3, Code.CONDITIONAL_ELEMENT_MISSING, "AK4*3*66*2"),
        ("DTM*010", 2, Code.CONDITIONAL_ELEMENT_MISSING, "AK4*2*373*2"),
        ("DTM*010*20260230", 2, Code.DATE_INVALID, "AK4*2*373*8*20260230"),
        ("DTM*010*260130", 2, Code.DATE_INVALID, "AK4*2*373*8*260130"),
        ("DTM*010*XXX213", 2, Code.DATE_INVALID, "AK4*2*373*8*XXX213"),
        ("DTM*010*20260130*2460", 3, Code.TIME_INVALID, "AK4*3*337*9*2460"),
        ("DTM*010*20260130*120", 3, Code.TIME_INVALID, "AK4*3*337*9*120"),
        ("DTM*01*20260130", 1, Code.ELEMENT_TOO_SHORT, "AK4*1*374*4*01"),
        ("N3*" + "X" * 56, 1, Code.ELEMENT_TOO_LONG, "AK4*1*166*5*" + "X" * 56),
        ("REF*DP*" + "9" * 31, 2, Code.ELEMENT_TOO_LONG, "AK4*2*127*5*" + "9" * 31),
        ("CUR*BY*USDX", 2, Code.ELEMENT_TOO_LONG, "AK4*2*100*5*USDX"),
        ("ITD*01*3*2,5**30", 3, Code.NUMBER_INVALID, "AK4*3*338*6*2,5"),
        ("ITD*01*3*+2**30", 3, Code.NUMBER_INVALID, "AK4*3*338*6*+2"),
        ("ITD*01*3*2E1**30", 3, Code.NUMBER_INVALID, "AK4*3*338*6*2E1"),
        ("ITD*01*3*.**30", 3, Code.NUMBER_INVALID, "AK4*3*338*6*."),
        ("ITD*01*3*1234567**30", 3, Code.ELEMENT_TOO_LONG, "AK4*3*338*5*1234567"),
        ("ITD*01*3*2**30.5", 5, Code.NUMBER_INVALID, "AK4*5*351*6*30.5"),
        ("ITD*01*3*2**1234", 5, Code.ELEMENT_TOO_LONG, "AK4*5*351*5*1234"),
        ("SAC*X*F050***100", 1, Code.CODE_INVALID, "AK4*1*248*7*X"),
        ("PID*Z****TEXT", 1, Code.CODE_INVALID, "AK4*1*349*7*Z"),
        ("SAC*A*F050***100*1", 7, Code.CONDITIONAL_ELEMENT_MISSING, "AK4*7*332*2"),
        ("FOB*CC**TEXT", 2, Code.CONDITIONAL_ELEMENT_MISSING, "AK4*2*309*2"),
        ("N3*1 DOCK*2*XTRA*4", 3, Code.TOO_MANY_ELEMENTS, "AK4*3**3*XTRA"),
        ("N3*1 DOCK\x07RD", 1, Code.CHARACTER_INVALID, "AK4*1*166*6*1 DOCKRD"),
        ("N3*1 DOCK\x7fRD", 1, Code.CHARACTER_INVALID, "AK4*1*166*6*1 DOCKRD"),
    ],
)
def test_one_fault_in_an_element_is_one_finding_and_one_ak4(
    segment: str, element: int, code: Code, ak4: str
) -> None:
    around = {"N3": ["N1*BT*X*92*0001"]}.get(segment[:2], [])
    document = of(*around, segment)
    found = [finding for finding in document.findings if finding.severity is Severity.ERROR]
    [finding] = found
    assert (finding.code, finding.ack) == (code, ak4)
    position = 3 + len(around)
    assert ack(document) == f"AK3*{segment.split('*')[0]}*{position}**8~ {ak4}~ AK5*R*5~"
    if "MISSING" not in code.value:
        assert bytes_at(document, finding).decode("latin-1") == segment.split("*")[element]


@x12(version="005010")
def test_an_element_that_excludes_another_is_said_at_the_second(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    N1*ST*DC*92*0553~
    N4*TORONTO*ON*M5V2T6*CA***ON~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("N4", 7, Code.ELEMENT_EXCLUDED)]
    assert ack(document) == "AK3*N4*4**8~ AK4*7*1715*10*ON~ AK5*R*5~"


@pytest.mark.parametrize(
    "segment",
    [
        "ITD*01*3*2.0**30**60",
        "ITD*01*3*-2**30",
        "ITD*01*3*.5**30",
        "ITD*01*3*5.**30",
        "ITD*01*3*-12345.6**30",
        "ITD*01*3*000.50**30",
        "ITD*****30",
        "ITD************NET 30 DAYS",
        "DTM*010*20280229",
        "DTM*010*20260130*2359",
        "DTM*010*20260130*235959",
        "DTM*010*20260130*23595999",
        "REF*DP*  0042",
        "REF*DP**TEXT",
        "N1*ST*CAF\xc9 Z\xdcRICH*92*0553",
        "N1*ST*CAF\u00c3\u0089*92*0553",
        "MSG*x",
        "PER*BD*lower case name*TE*555 123 4567",
    ],
)
def test_a_good_segment_is_never_refused(segment: str) -> None:
    before = ["N9*L1*1"] if segment.startswith("MSG") else []
    document = of(*before, segment)
    assert [finding for finding in document.findings if finding.severity is Severity.ERROR] == []
    assert document.checked.result.status == "A"


def test_a_name_of_sixty_characters_in_utf_8_is_not_too_long() -> None:
    name = "\u00c9" * 60
    data = interchange([BEG, "N1*ST*@", PO1]).replace(b"@", name.encode("utf-8"))
    assert codes(document_of(data)) == []
    data = interchange([BEG, "N1*ST*@", PO1]).replace(b"@", (name + "X").encode("utf-8"))
    assert codes(document_of(data)) == [("N1", 2, Code.ELEMENT_TOO_LONG)]


def test_a_value_of_many_thousand_characters_is_told_in_short() -> None:
    document = of("N1*ST*" + "X" * 30_000)
    (finding,) = document.findings
    assert finding.message == f"N102 (Name) '{'X' * 98}…' is too long: 30000 characters, at most 60."
    assert finding.value == "X" * 30_000
    assert ack(document) == f"AK3*N1*3**8~ AK4*2*93*5*{'X' * 99}~ AK5*R*5~"


def test_a_windows_quotation_mark_is_read_with_errors_noted() -> None:
    document = of("N1*ST*JOE\x92S*92*0553")
    assert codes(document) == [("N1", 2, Code.CHARACTER_INVALID)]
    assert document.checked.result.status == "E"
    assert ack(document) == "AK3*N1*3**8~ AK4*2*93*6*JOES~ AK5*E*5~"


@x12
def test_a_code_that_is_not_on_an_open_list_is_a_warning_without_acknowledgment(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    N1*Q8*SOMEBODY~
    PO1*1*48*XQ*12.5**VP*AB-100~
    """
    found = [(finding.code, finding.severity, finding.ack) for finding in document.findings]
    assert all(each == (Code.CODE_UNLISTED, Severity.WARNING, None) for each in found)
    assert document.checked.result.status == "A"


@x12
def test_blanks_at_the_end_are_taken_off_with_a_warning(document: Document) -> None:
    """
    BEG*00*SA*4500017  **20260115~
    PO1*1*48*EA *12.5**VP*AB-100~
    """
    assert codes(document) == [("BEG", 3, Code.TRAILING_BLANKS), ("PO1", 3, Code.TRAILING_BLANKS)]
    assert [finding.ack for finding in document.findings] == [None, "AK4*3*355*5*EA"]
    assert document.checked.result.status == "E"
    assert document.checked.raw.segments[1][3] == "4500017"
    assert document.checked.raw.segments[2][3] == "EA"
    assert [bytes_at(document, finding) for finding in document.findings] == [b"4500017  ", b"EA "]


@x12
def test_an_element_of_blanks_is_empty(document: Document) -> None:
    """
    BEG*00*SA*4500017*   *20260115~
    PO1*1*  *EA*12.5**VP*AB-100~
    """
    assert codes(document) == [
        ("BEG", 4, Code.TRAILING_BLANKS),
        ("PO1", 2, Code.CONDITIONAL_ELEMENT_MISSING),
    ]


@x12
def test_a_code_in_lower_case_is_read_in_upper_case(document: Document) -> None:
    """
    BEG*00*sa*4500017**20260115~
    SAC*a*F050***100~
    PO1*1*48*ea*12.5**VP*AB-100~
    """
    assert codes(document) == [
        ("BEG", 2, Code.LOWER_CASE),
        ("SAC", 1, Code.LOWER_CASE),
        ("PO1", 3, Code.LOWER_CASE),
    ]
    assert [finding.ack for finding in document.findings] == [None, "AK4*1*248*7*a", None]
    assert [segment[1:4] for segment in document.checked.raw.segments[1:4]] == [
        ["00", "SA", "4500017"],
        ["A", "F050", ""],
        ["1", "48", "EA"],
    ]


@x12
def test_separators_that_separate_nothing_are_a_remark(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115***~
    PO1*1*48*EA*12.5**VP*AB-100*****************************~
    """
    assert codes(document) == [
        ("BEG", 6, Code.TRAILING_EMPTY_ELEMENTS),
        ("PO1", 8, Code.TRAILING_EMPTY_ELEMENTS),
    ]
    assert {finding.severity for finding in document.findings} == {Severity.INFO}
    assert document.checked.result.status == "A"


@x12
def test_a_composite_of_nothing_but_separators_is_not_given(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    REF*DP*42**>~
    MEA*WT*G*12*>> >~
    PO1*1*48*EA*12.5**VP*AB-100~
    SLN*1**I*2*>~
    """
    assert codes(document) == [
        ("REF", 4, Code.TRAILING_EMPTY_ELEMENTS),
        ("MEA", 4, Code.TRAILING_EMPTY_ELEMENTS),
        ("SLN", 5, Code.CONDITIONAL_ELEMENT_MISSING),
    ]
    assert ack(document) == "AK3*SLN*6**8~ AK4*5**2~ AK5*R*5~"
    assert [segment[4:] for segment in document.checked.raw.segments[2:4]] == [[""], [""]]


@x12(set_code="997")
def test_a_mandatory_composite_of_nothing_but_separators_is_missing_once(document: Document) -> None:
    """
    AK1*PO*7~
    AK2*850*0001~
    AK3*PO1*3**8~
    AK4*>*355*5~
    AK5*R*5~
    AK9*R*1*1*0~
    """
    assert codes(document) == [("AK4", 1, Code.ELEMENT_MISSING)]


@x12
def test_a_component_separator_in_a_text_is_a_warning(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    N9*L1*1~MSG*A > B~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("MSG", 1, Code.DELIMITER_IN_DATA)]
    assert document.checked.result.status == "A"


@x12
def test_the_faults_of_a_composite_name_the_component(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    PO1*1*48*EA*12.5**VP*AB-100~
    SLN*1**I*2*EACH>X~
    SLN*2**I*2*EA>A>1~
    SLN*3**I*2*>2~
    """
    assert [
        (finding.code, at.position, at.element, at.component) for finding, at in places(document.findings)
    ] == [
        (Code.ELEMENT_TOO_LONG, 4, 5, 1),
        (Code.NUMBER_INVALID, 4, 5, 2),
        (Code.NUMBER_INVALID, 5, 5, 2),
        (Code.ELEMENT_MISSING, 6, 5, 1),
    ]
    assert [finding.ack for finding in document.findings] == [
        "AK4*5:1*355*5*EACH",
        "AK4*5:2*1018*6*X",
        "AK4*5:2*1018*6*A",
        "AK4*5:1*355*1",
    ]
    assert bytes_at(document, document.findings[0]) == b"EACH"
    assert bytes_at(document, document.findings[1]) == b"X"


def test_too_many_components_are_found() -> None:
    many = ">".join(["EA", "1", "1"] * 5 + ["1"])
    document = of_line(f"SLN*1**I*2*{many}")
    assert codes(document) == [("SLN", 5, Code.TOO_MANY_COMPONENTS)]
    assert document.findings[0].ack == "AK4*5:16**3*1"
    assert ack(document) == "AK3*SLN*4**8~ AK4*5>16**3*1~ AK5*R*5~"
    new = of_line(f"SLN*1**I*2*{many}", version="005010")
    assert new.findings[0].ack == "AK4*5:16**13*1"
    assert ack(new) == "AK3*SLN*4**8~ AK4*5>16**13*1~ AK5*R*5~"
    older = functional_ack(new.group.result, "997", USUAL, "004010")
    assert ["AK4", "5>16", "", "3", "1"] in older


def of_line(segment: str, version: str = "004010") -> Document:
    isa = {"isa": ISA5} if version >= "005010" else {}
    return document_of(interchange([BEG, PO1, segment], version=version, **isa))


def test_the_exact_place_of_an_element_is_in_the_bytes_of_the_file() -> None:
    before = interchange([BEG, PO1])
    data = b"\r\n" + before + interchange([BEG, "DTM*010*2026013X", PO1])
    found = [event for event in read_all(data) if isinstance(event, CheckedSet)][1]
    [(finding, at)] = places(found.result.findings)
    assert at.offset == data.index(b"2026013X")
    assert (at.segment, at.position, at.element, at.length, finding.value) == ("DTM", 3, 2, 8, "2026013X")


def test_six_digits_are_a_date_before_004010() -> None:
    old = document_of(interchange(["BEG*00*SA*1**960115", "DTM*010*960130", PO1], version="003060"))
    assert codes(old) == []
    new = document_of(interchange(["BEG*00*SA*1**960115", PO1], version="004010"))
    assert codes(new) == [("BEG", 5, Code.DATE_INVALID)]


def test_an_element_that_may_repeat_is_looked_at_each_time_and_counted() -> None:
    context = Context(dictionary("005010"), Delimiters("*", ">", "~", "^"))
    use = Use(1, "355", "O", repeat=2)
    assert list(element_problems(use, "XX01", "EA^CA", context)) == []
    found = list(element_problems(use, "XX01", "EA^CASE^CA", context))
    assert [(each.code, each.repetition, each.ack) for each in found] == [
        (Code.TOO_MANY_REPETITIONS, 0, "12"),
        (Code.ELEMENT_TOO_LONG, 2, "5"),
    ]
    once = list(element_problems(Use(1, "352", "O"), "XX01", "A^B", context))
    assert [(each.code, each.severity) for each in once] == [(Code.DELIMITER_IN_DATA, Severity.WARNING)]


@x12
def test_blanks_where_a_note_asks_for_a_value_are_one_finding_at_their_place(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    REF*DP* ~
    ITD*01*3*2** **30~
    PO1*1* *EA*12.5**VP*AB-100~
    """
    assert codes(document) == [
        ("REF", 2, Code.CONDITIONAL_ELEMENT_MISSING),
        ("ITD", 5, Code.CONDITIONAL_ELEMENT_MISSING),
        ("PO1", 2, Code.CONDITIONAL_ELEMENT_MISSING),
    ]


@x12
def test_blanks_in_front_belong_to_an_id_and_blanks_behind_do_not(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    PO1* 0010*48*EA*12.5**VP*AB-100~
    PO1*aB/020 *48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("PO1", 1, Code.TRAILING_BLANKS)]
    assert [segment[1] for segment in document.checked.raw.segments[2:4]] == [" 0010", "aB/020"]
    assert document.checked.result.status == "A"
