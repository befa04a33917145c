"""What a 999 says beyond a 997: breaches of a guide in codes of their own, what made a rule apply, what it is about.

The codes are those of elements 620, 621 and 618; when a context stands, and which, is the rule of the 999's own
guide (005010X231) and of X12's answers to questions about it (RFI 1312, RFI 2293).
"""

from __future__ import annotations

import pytest

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.acks import ack_errors
from edi_gateway.x12.acks.ack import functional_ack
from edi_gateway.x12.checking.guide import Rule, build
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.reading import GroupEnd, read_all
from edi_gateway.x12.writing.writer import check_body
from tests.x12.edi import ISA5, USUAL, Document, document_of, interchange

BEG = "BEG*00*SA*4500017**20260115"
PO1 = "PO1*1*48*EA*12.5**VP*AB-100"
UNIT = "CTX*BEG03>4500017"


def answer(document: Document, delimiters: Delimiters = USUAL) -> list[str]:
    """What stands between AK2 and AK9. All of it is right by our own 999."""
    segments = functional_ack(document.group.result, "999", delimiters)
    wrong = check_body(build("005010", "999"), segments, delimiters)
    assert [finding for finding in wrong if finding.severity is Severity.ERROR] == []
    return [delimiters.element.join(segment) for segment in segments[2:-1]]


def under(rule: Rule, *segments: str) -> list[str]:
    return answer(document_of(interchange(segments, version="005010", isa=ISA5), [rule]))


@pytest.mark.parametrize(
    ("rule", "races", "said", "in_997"),
    [
        (Rule("r", "N1/DMG:05", "min_use", number=2), "A", "IK4*5**I11*A", "AK4*5**1*A"),
        (Rule("r", "N1/DMG:05", "exactly", number=3), "A^B", "IK4*5**I11*AB", "AK4*5**1*AB"),
        (Rule("r", "N1/DMG:05", "exactly", number=1), "A^B", "IK4*5**12*AB", "AK4*5**12*AB"),
        (Rule("r", "N1/DMG:05", "max_use", number=2), "A^B^C", "IK4*5**12*ABC", "AK4*5**12*ABC"),
        (Rule("r", "N1*ST/DMG:05", "min_use", number=2), "A", "IK4*5**I11*A", "AK4*5**1*A"),
        (Rule("r", "N1/DMG:05", "min_use", number=2), "A^B", "", ""),
        (Rule("r", "N1/DMG:05", "min_use", number=2), "", "", ""),
        (Rule("r", "N1/DMG:05", "max_use", number=2), "A^B", "", ""),
        (Rule("r", "N1/DMG:05", "exactly", number=2, when="03=F"), "A", "", ""),
    ],
)
def test_too_few_repetitions_have_a_code_of_their_own(rule: Rule, races: str, said: str, in_997: str) -> None:
    """I11 of element 621; an AK403 has 12 for too many and nothing for too few."""
    body = ["BIG*20260115*I7", "N1*ST*X", f"DMG***M**{races}".rstrip("*"), "TDS*100"]
    data = interchange(body, set_code="810", version="005010", isa=ISA5, group="IN")
    document = document_of(data, [rule])
    marks = USUAL._replace(repetition="^")
    assert [line for line in answer(document, marks) if line.startswith("IK4")] == ([said] if said else [])
    plain = ["*".join(each) for each in functional_ack(document.group.result, "997", marks)]
    assert [line for line in plain if line.startswith("AK4")] == ([in_997] if in_997 else [])


@pytest.mark.parametrize(
    ("rule", "body", "said"),
    [
        # not used, and not used because of something: I4, I9
        (Rule("r", "CSH", "not_used"), [BEG, "CSH*BK", PO1], ["IK3*CSH*3**I4", UNIT]),
        (
            Rule("r", "CSH", "not_used", when="BEG:02=SA"),
            [BEG, "CSH*BK", PO1],
            ["IK3*CSH*3**I9", "CTX*SITUATIONAL TRIGGER*BEG*2**2*92", UNIT],
        ),
        (
            Rule("r", "REF", "not_used", when="02=7"),
            [BEG, "REF*DP*7", PO1],
            ["IK3*REF*3**I9", "CTX*SITUATIONAL TRIGGER*REF*3**2*127", UNIT],
        ),
        # missing: a segment (I8), a loop (I7), because of something (I6)
        (Rule("r", "REF*IA", "must_use"), [BEG, PO1], ["IK3*REF*4**I8", UNIT]),
        (Rule("r", "N1*ST", "must_use"), [BEG, PO1], ["IK3*N1*4**I7", UNIT]),
        (
            Rule("r", "REF*IA", "must_use", when="REF*DP"),
            [BEG, "REF*DP*7", PO1],
            ["IK3*REF*5**I6", "CTX*SITUATIONAL TRIGGER*REF*3", UNIT],
        ),
        # elements: a code the guide does not know, one not used, one missing, a picture that does not fit
        (
            Rule("r", "PO1:03", "codes", ("CA",)),
            [BEG, PO1],
            ["IK3*PO1*3**8", UNIT, "IK4*3*355*I6*EA"],
        ),
        (
            Rule("r", "PO1:03", "not_used"),
            [BEG, PO1],
            ["IK3*PO1*3**8", UNIT, "IK4*3*355*I10*EA"],
        ),
        (
            Rule("r", "PO1:03", "not_used", when="06=VP"),
            [BEG, PO1],
            [
                "IK3*PO1*3**8",
                UNIT,
                "IK4*3*355*I13*EA",
                "CTX*SITUATIONAL TRIGGER*PO1*3**6*235",
            ],
        ),
        (
            Rule("r", "PO1:05", "must_use", when="BEG:02=SA|NE"),
            [BEG, PO1],
            ["IK3*PO1*3**8", UNIT, "IK4*5*639*I9", "CTX*SITUATIONAL TRIGGER*BEG*2**2*92"],
        ),
        (
            Rule("r", "PO1:07", "looks_like", ("99999",)),
            [BEG, PO1],
            ["IK3*PO1*3**8", UNIT, "IK4*7*234*I12*AB-100"],
        ),
        # what has no code of its own is said with that of the standard
        (
            Rule("r", "PO1:05", "must_use"),
            [BEG, PO1],
            ["IK3*PO1*3**8", UNIT, "IK4*5*639*1"],
        ),
        (
            Rule("r", "PO1:07", "max", number=5),
            [BEG, PO1],
            ["IK3*PO1*3**8", UNIT, "IK4*7*234*5*AB-100"],
        ),
        (
            Rule("r", "DTM*010", "max_use", number=1),
            [BEG, "DTM*010*20260115", "DTM*010*20260116", PO1],
            ["IK3*DTM*4**5", UNIT],
        ),
    ],
)
def test_a_breach_of_a_guide_is_said_in_the_codes_of_the_999(
    rule: Rule, body: list[str], said: list[str]
) -> None:
    assert under(rule, *body) == [*said, "IK5*R*I5"]


def test_errors_of_the_standard_and_of_the_guide_are_both_noted() -> None:
    said = under(Rule("r", "CSH", "not_used"), BEG, "CSH*BK", PO1.replace("EA", "EACH"))
    assert said == [
        "IK3*CSH*3**I4",
        UNIT,
        "IK3*PO1*4**8",
        UNIT,
        "IK4*3*355*5*EACH",
        "IK5*R*5*I5",
    ]


def test_an_error_before_the_element_that_names_the_set_is_about_no_unit() -> None:
    assert under(Rule("r", "BEG:07", "must_use"), BEG, PO1) == ["IK3*BEG*2**8", "IK4*7*587*1", "IK5*R*I5"]


@pytest.mark.parametrize("number", ["", " ", "12345678901234567890123"])
def test_a_unit_that_is_not_given_or_wrong_is_not_named(number: str) -> None:
    body = [BEG.replace("4500017", number), PO1.replace("EA", "EACH")]
    said = answer(document_of(interchange(body, version="005010", isa=ISA5)))
    assert [segment for segment in said if segment.startswith("CTX")] == []


def test_the_unit_holds_no_delimiter_of_the_answer() -> None:
    body = [BEG.replace("4500017", "45|00:17"), PO1.replace("EA", "EACH")]
    document = document_of(interchange(body, version="005010", isa=ISA5))
    said = answer(document, Delimiters("|", ":", "!", "^"))
    assert said[1] == "CTX|BEG03:450017"


def test_an_855_is_named_by_the_order_that_it_answers() -> None:
    body = ["BAK*00*AC*4500017*20260115", "PO1*1*48*EACH*12.5"]
    document = document_of(interchange(body, set_code="855", version="005010", isa=ISA5))
    assert answer(document)[1] == "CTX*BAK03>4500017"


def test_a_set_in_the_wrong_group_has_a_note_of_its_own_from_005010_on() -> None:
    data = interchange([BEG, PO1], version="005010", isa=ISA5, group="PR")
    assert answer(document_of(data)) == ["IK5*R*18"]
    older = document_of(interchange([BEG, PO1], group="PR"))
    assert functional_ack(older.group.result, "997", USUAL)[2] == ["AK5", "R", "6"]


def test_strict_reading_refuses_a_set_that_follows_a_guide_of_another_release() -> None:
    data = interchange([BEG, PO1], version="005010", isa=ISA5).replace(
        b"ST*850*0001", b"ST*850*0001*004010X1"
    )
    [end] = [event for event in read_all(data, strict=True) if isinstance(event, GroupEnd)]
    assert functional_ack(end.result, "999", USUAL)[2] == ["IK5", "R", "I6"]
    assert functional_ack(end.result, "997", USUAL)[2] == ["AK5", "R", "19"]
    [end] = [event for event in read_all(data) if isinstance(event, GroupEnd)]
    assert functional_ack(end.result, "999", USUAL)[2] == ["IK5", "A"]


def test_the_answer_is_written_in_its_own_release_whatever_that_of_the_group() -> None:
    newer = document_of(interchange([BEG, PO1], version="005010", isa=ISA5, group="PR"))
    said = functional_ack(newer.group.result, "997", USUAL, "004010")
    assert said[:3] == [["AK1", "PR", "7"], ["AK2", "850", "0001"], ["AK5", "R", "6"]]
    older = document_of(interchange([BEG, PO1]))
    assert functional_ack(older.group.result, "997", USUAL, "005010")[0] == ["AK1", "PO", "7", "004010"]


def test_more_than_99_errors_in_a_segment_are_said_once_for_each_element_and_code() -> None:
    """AK4 may stand 99 times under an AK3. CTX01 may repeat 10 times; here 120 repetitions lack their first
    component and have a second that is too long: 241 errors of three kinds."""
    composites = "^".join([">" + "X" * 36] * 120)
    body = ["AK1*PO*7*005010", "AK2*850*0001", "IK3*PO1*3**8", f"CTX*{composites}", "IK5*R*5", "AK9*R*1*1*0"]
    document = document_of(interchange(body, set_code="999", version="005010", isa=ISA5))
    segments = functional_ack(document.group.result, "997", USUAL)
    assert len([finding for finding in document.findings if finding.ack]) == 241
    assert ["*".join(segment) for segment in segments if segment[0] == "AK4"] == [
        "AK4*1**12*" + composites[:99].replace(">", ""),
        "AK4*1>1>1*9999*1",
        "AK4*1>2>1*9998*5*" + "X" * 36,
    ]


def test_positions_and_numbers_of_errors_fit_into_their_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    """AK302 has six digits at 004010 and ten at 005010. AK3 may stand 999 999 times; here it is twice."""
    at = Location("PO1", 1_234_567, "PO1")
    late = [
        Finding(Code.SEGMENT_OVER_MAXIMUM, Severity.ERROR, str(number), at=at, ack="AK3*PO1*1234567**5")
        for number in range(3)
    ]
    monkeypatch.setattr(ack_errors, "_SEGMENT_ERRORS", 2)
    for newer, position in ((False, "999999"), (True, "1234567")):
        said = list(ack_errors.Answer("997", USUAL, newer).errors(late))
        assert said == [["AK3", "PO1", position, "", "5"]] * 2
