"""Segments are placed by tag, position and loop; a misplaced one is said once, and the rest finds its place."""

from __future__ import annotations

import pytest

from edi_gateway.model.finding import Code, Location, Severity
from edi_gateway.x12.checking.guide import build
from edi_gateway.x12.structure.machine import start, steps
from tests.x12.edi import Document, ack, bytes_at, codes, document_of, interchange, places, x12


@x12
def test_the_same_tag_is_told_apart_by_where_it_stands(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    REF*DP*0042~
    N9*ZZ*1~MSG*HEADER TEXT~
    N1*ST*DC NORTH*92*0553~REF*ST*17~
    PO1*1*48*EA*12.5**VP*AB-100~
    REF*LI*1~
    N9*L1*2~MSG*LINE TEXT~
    N1*ST*STORE*92*0001~REF*ST*18~
    SLN*1**I*2*EA~
    N1*MA*SOMEONE~
    AMT*1*50~
    CTT*1~AMT*TT*600~
    """
    assert codes(document) == []
    assert document.paths == [
        "BEG",
        "REF",
        "N9",
        "N9/MSG",
        "N1",
        "N1/REF",
        "PO1",
        "PO1/REF",
        "PO1/N9",
        "PO1/N9/MSG",
        "PO1/N1",
        "PO1/N1/REF",
        "PO1/SLN",
        "PO1/SLN/N1",
        "PO1/AMT",
        "CTT",
        "CTT/AMT",
    ]
    assert document.checked.result.status == "A"


@x12
def test_a_loop_between_ls_and_le_is_left_only_by_its_le(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    PO1*1*48*EA*12.5**VP*AB-100~
    LS*LDT~
    LDT*AF*5*DA~QTY*01*12~LM*VI~LQ*0*77~
    LDT*AF*6*DA~REF*DP*1~
    LE*LDT~
    N1*ST*STORE*92*0001~
    LDT*AF*5*DA~
    """
    assert codes(document) == []
    assert document.paths[2:] == [
        "PO1/LS",
        "PO1/LS/LDT",
        "PO1/LS/LDT/QTY",
        "PO1/LS/LDT/LM",
        "PO1/LS/LDT/LM/LQ",
        "PO1/LS/LDT",
        "PO1/LS/LDT/REF",
        "PO1/LS/LE",
        "PO1/N1",
        "PO1/N1/LDT",
    ]


@x12
def test_inside_a_bounded_loop_the_acknowledgment_names_the_loop(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    PO1*1*48*EA*12.5**VP*AB-100~
    LS*LDT~
    LDT*AF*5*DA~QTY*01~
    LE*LDT~
    """
    assert ack(document) == "AK3*QTY*6*LDT*8~ AK4*2*380*2~ AK5*R*5~"


@x12
def test_an_le_that_is_missing_is_one_finding(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    PO1*1*48*EA*12.5**VP*AB-100~
    LS*LDT~
    LDT*AF*5*DA~
    N1*ST*STORE*92*0001~
    N3*1 DOCK RD~
    """
    assert codes(document) == [("LE", None, Code.SEGMENT_MISSING)]
    assert ack(document) == "AK3*LE*6**3~ AK5*R*5~"
    assert document.paths[-2:] == ["PO1/N1", "PO1/N1/N3"]


@x12
def test_an_unknown_segment_is_one_finding_and_the_next_ones_keep_their_places(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    REF*DP*0042~
    XYZ*1*2~
    REF*IA*771200~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("XYZ", None, Code.SEGMENT_UNKNOWN)]
    assert ack(document) == "AK3*XYZ*4**1~ AK5*R*5~"
    assert document.paths == ["BEG", "REF", "?", "REF", "PO1"]
    assert bytes_at(document, document.findings[0]) == b"XYZ*1*2"


@x12
def test_a_misspelt_loop_opener_does_not_make_its_content_wrong(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    NI*ST*DC NORTH*92*0553~
    N3*1 DOCK RD~
    N4*FONTANA*CA*92336~
    P01*1*48*EA*12.5**VP*AB-100~
    PO4*12~
    SDQ*EA*92*0001*48~
    PO1*2*48*EA*12.5**VP*AB-200~
    """
    assert codes(document) == [("NI", None, Code.SEGMENT_UNKNOWN), ("P01", None, Code.SEGMENT_UNKNOWN)]
    assert document.paths == ["BEG", "?", "N1/N3", "N1/N4", "?", "PO1/PO4", "PO1/SDQ", "PO1"]


@x12
def test_a_misspelt_mandatory_segment_is_not_also_missing(document: Document) -> None:
    """
    BGE*00*SA*4500017**20260115~
    REF*DP*0042~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("BGE", None, Code.SEGMENT_UNKNOWN)]


@x12
def test_a_mandatory_segment_that_is_missing_is_found_where_it_should_stand(document: Document) -> None:
    """
    REF*DP*0042~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("BEG", None, Code.SEGMENT_MISSING)]
    assert ack(document) == "AK3*BEG*2**3~ AK5*R*5~"
    [(_, at)] = places(document.findings)
    assert (at.position, at.length) == (2, 0)


@x12
def test_an_850_without_lines_lacks_its_po1(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    CTT*0~
    """
    assert codes(document) == [("PO1", None, Code.SEGMENT_MISSING)]
    assert ack(document) == "AK3*PO1*3**3~ AK5*R*5~"


@x12
def test_a_beginning_that_comes_late_is_out_of_sequence_and_not_missing(document: Document) -> None:
    """
    REF*DP*0042~
    BEG*00*SA*4500017**20260115~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("BEG", None, Code.SEGMENT_OUT_OF_SEQUENCE)]
    assert ack(document) == "AK3*BEG*3**7~ AK5*R*5~"
    assert document.paths == ["REF", "BEG", "PO1"]


@x12
def test_a_header_segment_after_the_parties_is_one_finding(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    N1*ST*DC NORTH*92*0553~
    CUR*BY*USD~
    N3*1 DOCK RD~
    N1*BT*OFFICE*92*0001~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("CUR", None, Code.SEGMENT_OUT_OF_SEQUENCE)]
    assert document.paths == ["BEG", "N1", "CUR", "N1/N3", "N1", "PO1"]


@x12
def test_a_displaced_loop_keeps_its_content(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    N1*ST*DC NORTH*92*0553~
    SAC*A*F050***1200~
    CUR*BY*USD~
    N1*BT*OFFICE*92*0001~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("SAC", None, Code.SEGMENT_OUT_OF_SEQUENCE)]
    assert document.paths == ["BEG", "N1", "SAC", "SAC/CUR", "N1", "PO1"]


@x12
def test_totals_in_the_middle_do_not_put_every_line_after_them_out_of_place(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    PO1*1*48*EA*12.5**VP*AB-100~
    CTT*1~
    PO1*2*48*EA*12.5**VP*AB-200~
    PID*F****WIDGET~
    PO1*3*48*EA*12.5**VP*AB-300~
    PO1*4*48*EA*12.5**VP*AB-400~
    CTT*4~
    """
    assert codes(document) == [("PO1", None, Code.SEGMENT_OUT_OF_SEQUENCE)]
    assert document.paths == ["BEG", "PO1", "CTT", "PO1", "PO1/PID", "PO1", "PO1", "CTT"]


@x12
def test_the_content_of_a_loop_whose_opener_is_missing_is_one_finding(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    N3*1 DOCK RD~
    N4*FONTANA*CA*92336~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("N3", None, Code.SEGMENT_UNEXPECTED)]
    assert ack(document) == "AK3*N3*3**2~ AK5*R*5~"
    assert document.paths == ["BEG", "N1/N3", "N1/N4", "PO1"]


@x12
def test_a_segment_of_another_set_has_no_place(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    ACK*IA*48*EA~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("ACK", None, Code.SEGMENT_NOT_IN_SET)]
    assert ack(document) == "AK3*ACK*3**6~ AK5*R*5~"


@x12
def test_too_many_of_a_segment_is_said_for_the_first_that_is_too_many(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    CUR*BY*USD~CUR*BY*USD~CUR*BY*USD~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("CUR", None, Code.SEGMENT_OVER_MAXIMUM)]
    assert ack(document) == "AK3*CUR*4**5~ AK5*R*5~"


@x12
def test_a_limit_counts_anew_in_each_turn_of_a_loop(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    N1*ST*ONE*92*0001~N3*A1~N3*A2~
    N1*BT*TWO*92*0002~N3*B1~N3*B2~N3*B3~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert [(finding.code, at.position) for finding, at in places(document.findings)] == [
        (Code.SEGMENT_OVER_MAXIMUM, 9)
    ]


def test_too_many_turns_of_a_loop_are_found() -> None:
    head, line = "BEG*00*SA*4500017**20260115", "PO1*1*48*EA*12.5**VP*AB-100"
    for count, expected in ((25, []), (26, [("SAC", None, Code.LOOP_OVER_MAXIMUM)])):
        document = document_of(interchange([head, *["SAC*A*F050***100"] * count, line]))
        assert codes(document) == expected
    assert ack(document) == "AK3*SAC*28**4~ AK5*R*5~"
    for count, expected in ((200, []), (201, [("N1", None, Code.LOOP_OVER_MAXIMUM)])):
        document = document_of(interchange([head, *["N1*ST*STORE", "N3*DOCK"] * count, line]))
        assert codes(document) == expected


@x12
def test_a_tag_in_lower_case_is_read_with_a_warning(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    po1*1*48*EA*12.5**VP*AB-100~
    """
    assert codes(document) == [("PO1", None, Code.LOWER_CASE)]
    assert document.findings[0].severity is Severity.WARNING
    assert document.checked.raw.segments[2][0] == "PO1"
    assert document.checked.result.status == "A"


@x12
def test_the_content_that_a_loop_must_have_is_missed_when_the_loop_is_there(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    LM*VI~
    PO1*1*48*EA*12.5**VP*AB-100~
    LM*VI~LQ*0*1~
    """
    assert codes(document) == [("LQ", None, Code.SEGMENT_MISSING)]
    assert ack(document) == "AK3*LQ*4**3~ AK5*R*5~"


@x12(version="005010")
def test_text_is_mtx_in_005010(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    N9*L1*1~MTX**CALL BEFORE DELIVERY~
    PO1*1*48*EA*12.5**VP*AB-100~
    N9*L1*1~MSG*CALL~
    """
    assert codes(document) == [("MSG", None, Code.SEGMENT_NOT_IN_SET)]


@x12
def test_totals_before_the_first_line_are_too_early_and_the_lines_keep_their_places(
    document: Document,
) -> None:
    """
    BEG*00*SA*4500017**20260115~
    CTT*2~
    PO1*1*48*EA*12.5**VP*AB-100~
    PO1*2*48*EA*12.5**VP*AB-200~
    """
    assert codes(document) == [("CTT", None, Code.SEGMENT_OUT_OF_SEQUENCE)]
    assert ack(document) == "AK3*CTT*3**7~ AK5*R*5~"
    assert document.findings[0].message == "Segment CTT stands too early: its place is further down."
    assert document.paths == ["BEG", "?", "PO1", "PO1"]


@x12
def test_a_line_without_its_po1_is_one_finding_whatever_it_begins_with(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    DTM*010*20260115~
    N1*ST*DC NORTH*92*0553~
    CUR*BY*USD~
    PO4*12~
    SLN*1**I*2*EA~
    PO1*2*48*EA*12.5**VP*AB-200~
    """
    assert codes(document) == [("CUR", None, Code.SEGMENT_UNEXPECTED)]
    assert document.paths[3:6] == ["PO1/CUR", "PO1/PO4", "PO1/SLN"]


@x12(set_code="810")
def test_a_line_that_has_lost_its_beginning_is_not_taken_for_the_summary(document: Document) -> None:
    """
    BIG*20260122*INV001~
    PID*F****WIDGET BLUE~
    SAC*A*F050***100~
    IT1*2*48*EA*3.10*PE*UP*012345678912~
    PID*F****WIDGET RED~
    TDS*74780~
    """
    assert codes(document) == [("SAC", None, Code.SEGMENT_UNEXPECTED)]
    assert document.paths == ["BIG", "PID", "IT1/SAC", "IT1", "IT1/PID", "TDS"]


@x12(set_code="810")
def test_totals_after_the_amounts_that_follow_them_are_late_and_nothing_else_is(document: Document) -> None:
    """
    BIG*20260122*INV001~
    IT1*1*48*EA*3.10*PE*UP*012345678912~
    ISS*96*EA~
    TDS*74780~
    AMT*TT*747.80~
    SAC*C*D240***500~
    CTT*1~
    """
    assert codes(document) == [("TDS", None, Code.SEGMENT_OUT_OF_SEQUENCE)]
    assert document.paths == ["BIG", "IT1", "ISS", "TDS", "AMT", "SAC", "CTT"]


def test_a_set_that_breaks_off_in_a_loop_that_has_no_place_is_read_to_its_end() -> None:
    body = ["BPR*I*747.8*C*CHK************20260125", "SLN*1**I*2*EA", "REF*PO*7"]
    whole = interchange(body, set_code="820")
    document = document_of(whole[: whole.index(b"SE*")] + whole[whole.index(b"GE*") :])
    assert codes(document) == [
        ("SLN", None, Code.SEGMENT_OUT_OF_SEQUENCE),
        ("SE", None, Code.SE_MISSING),
    ]
    assert document.paths == ["BPR", "?"]  # the last of them would be SE


def test_a_set_without_its_lines_lacks_them_and_its_trailer_stands_where_it_should() -> None:
    document = document_of(interchange(["BEG*00*SA*4711**20260125", "SAC*A*C310***12345"]))
    assert codes(document) == [("PO1", None, Code.SEGMENT_MISSING)]
    assert document.paths == ["BEG", "SAC"]


def test_more_of_the_totals_amounts_than_there_may_be_are_too_many_and_not_the_headers() -> None:
    lines = ["BEG*00*SA*4711**20260125", "PO1**1*EA*1**VN*A", "CTT*1"]
    document = document_of(interchange([*lines, "AMT*TT*1", "AMT*TT*2", "AMT*TT*3"]))
    assert codes(document) == [("AMT", None, Code.SEGMENT_OVER_MAXIMUM)]
    assert document.paths == ["BEG", "PO1", "CTT", "CTT/AMT", "CTT/AMT", "CTT/AMT"]


@pytest.mark.parametrize(
    ("code", "group", "body", "expected"),
    [
        # LIN in an 846: 10,000 (spec C11)
        ("846", "IB", ["BIA*00*SI*1*20260115", *["LIN**VN*A"] * 10_000], []),
        (
            "846",
            "IB",
            ["BIA*00*SI*1*20260115", *["LIN**VN*A"] * 10_002],
            [("LIN", 10_003, "AK3*LIN*10003**4")],
        ),
        # PO1 in an 850: 100,000 (spec C0)
        ("850", "PO", ["BEG*00*SA*1**20260115", *["PO1**1*EA"] * 100_000], []),
        (
            "850",
            "PO",
            ["BEG*00*SA*1**20260115", *["PO1**1*EA"] * 100_001],
            [("PO1", 100_003, "AK3*PO1*100003**4")],
        ),
        # beside another fault
        (
            "850",
            "PO",
            ["BEG*00*SA*1**20260115", "XYZ*1", *["PO1**1*EA"] * 100_001],
            [("XYZ", 3, "AK3*XYZ*3**1"), ("PO1", 100_004, "AK3*PO1*100004**4")],
        ),
        # MSG in an 864: 100,000 in each MIT loop
        ("864", "TX", ["BMG*00", "MIT*1", *["MSG*A"] * 60_000, "MIT*2", *["MSG*A"] * 60_000], []),
        (
            "864",
            "TX",
            ["BMG*00", "MIT*1", "MSG*A", "MIT*2", *["MSG*A"] * 100_001],
            [("MSG", 100_006, "AK3*MSG*100006**5")],
        ),
    ],
)
def test_wide_limits_hold_too(
    code: str, group: str, body: list[str], expected: list[tuple[str, int, str]]
) -> None:
    document = document_of(interchange(body, set_code=code, group=group))
    said = [(f.at.segment, f.at.position, f.ack) for f in document.findings if isinstance(f.at, Location)]
    assert said == expected


@pytest.mark.parametrize(
    ("code", "tags"),
    [("850", ["ST", "BEG", "PO1"]), ("856", ["ST", "BSN", "HL"]), ("810", ["ST", "BIG", "IT1"])],
)
def test_the_tenth_line_leads_to_the_state_of_the_first(code: str, tags: list[str]) -> None:
    """Else the longest order would have a state for each of its lines."""
    frames = start(build("004010", code).root)
    for tag in tags:
        frames = next(steps(frames, tag)).frames
    assert next(steps(frames, tags[-1])).frames == frames
