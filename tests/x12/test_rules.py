"""What a partner's guide tightens, beyond the standard."""

from __future__ import annotations

import pytest

from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.guide import Rule, RuleInvalid, build
from edi_gateway.x12.rules import place
from tests.x12.edi import Document, ack, codes, document_of, interchange, x12

BEG = "BEG*00*SA*4500017**20260115"
PO1 = "PO1*1*48*EA*12.5**VP*AB-100"


def under(rule: Rule, *segments: str) -> Document:
    return document_of(interchange([*segments]), [rule])


@x12(
    rules=[
        Rule("PO1.unit", "PO1:03", "codes", ("EA", "CA"), message="We order in EA or CA.", hint="Ask them.")
    ]
)
def test_a_rule_says_what_the_partner_means_in_his_own_words(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    PO1*1*48*EA*12.5**VP*AB-100~
    PO1*2*48*DZ*12.5**VP*AB-100~
    """
    [finding] = document.findings
    assert codes(document) == [("PO1", 3, Code.CODE_INVALID)]
    assert (finding.rule, finding.message, finding.hint) == ("PO1.unit", "We order in EA or CA.", "Ask them.")
    assert ack(document) == "AK3*PO1*4**8~ AK4*3*355*7*DZ~ AK5*R*5~"
    assert ack(document, "999") == "IK3*PO1*4**8~ IK4*3*355*I6*DZ~ IK5*R*I5~"


@pytest.mark.parametrize(
    ("rule", "good", "bad", "code", "ak"),
    [
        (
            Rule("r", "BEG:07", "must_use"),
            [f"{BEG}**AC", PO1],
            [BEG, PO1],
            ("BEG", 7, Code.ELEMENT_MISSING),
            "AK4*7*587*1",
        ),
        (
            Rule("r", "BEG:04", "not_used"),
            [BEG, PO1],
            ["BEG*00*SA*4500017*12*20260115", PO1],
            ("BEG", 4, Code.ELEMENT_NOT_USED_BY_GUIDE),
            "AK4*4*328*10*12",
        ),
        (
            Rule("r", "BEG:03", "equals", ("4500017",)),
            [BEG, PO1],
            [BEG.replace("17", "18"), PO1],
            ("BEG", 3, Code.CODE_INVALID),
            "AK4*3*324*7*4500018",
        ),
        (
            Rule("r", "BEG:03", "min", number=7),
            [BEG, PO1],
            [BEG.replace("4500017", "450001"), PO1],
            ("BEG", 3, Code.ELEMENT_TOO_SHORT),
            "AK4*3*324*4*450001",
        ),
        (
            Rule("r", "BEG:03", "max", number=7),
            [BEG, PO1],
            [BEG.replace("4500017", "45000170"), PO1],
            ("BEG", 3, Code.ELEMENT_TOO_LONG),
            "AK4*3*324*5*45000170",
        ),
        (
            Rule("r", "REF*IA", "must_use"),
            [BEG, "REF*DP*1", "REF*IA*2", PO1],
            [BEG, "REF*DP*1", PO1, "REF*IA*2"],
            ("REF", None, Code.SEGMENT_MISSING),
            "AK3*REF*6**3",
        ),
        (
            Rule("r", "PO1/PO4", "must_use"),
            [BEG, PO1, "PO4*12", PO1, "PO4*12"],
            [BEG, PO1, "PO4*12", PO1],
            ("PO4", None, Code.SEGMENT_MISSING),
            "AK3*PO4*5**3",
        ),
        (
            Rule("r", "CSH", "not_used"),
            [BEG, PO1],
            [BEG, "CSH*BK", PO1],
            ("CSH", None, Code.SEGMENT_NOT_USED_BY_GUIDE),
            "AK3*CSH*3**2",
        ),
        (
            Rule("r", "REF*19|DP", "not_used"),
            [BEG, "REF*IA*1", PO1],
            [BEG, "REF*IA*1", "REF*DP*2", PO1],
            ("REF", None, Code.SEGMENT_NOT_USED_BY_GUIDE),
            "AK3*REF*4**2",
        ),
        (
            Rule("r", "DTM*010", "max_use", number=1),
            [BEG, "DTM*010*20260115", "DTM*001*20260115", PO1],
            [BEG, "DTM*010*20260115", "DTM*010*20260116", PO1],
            ("DTM", None, Code.SEGMENT_OVER_MAXIMUM),
            "AK3*DTM*4**5",
        ),
        (
            Rule("r", "PO1/N1*ST:04", "must_use"),
            [BEG, "N1*ST*X", PO1, "N1*BT*X", "N1*ST*X*92*0001"],
            [BEG, PO1, "N1*ST*X"],
            ("N1", 4, Code.ELEMENT_MISSING),
            "AK4*4*67*1",
        ),
        (
            Rule("r", "BEG:04", "must_use", when="02=RL|BK"),
            [BEG, PO1],
            [BEG.replace("*SA*", "*RL*"), PO1],
            ("BEG", 4, Code.CONDITIONAL_ELEMENT_MISSING),
            "AK4*4*328*2",
        ),
        (
            Rule("r", "REF*DP", "must_use", when="REF*IA"),
            [BEG, "REF*ZZ*1", PO1],
            [BEG, "REF*IA*1", PO1],
            ("REF", None, Code.SEGMENT_MISSING),
            "AK3*REF*5**3",
        ),
        (
            Rule("r", "PO1:04", "must_use", when="PO1/CTP*RS"),
            [BEG, "PO1*1*48*EA***VP*AB-1", PO1, "CTP*RS*RES*5"],
            [BEG, PO1, "PO1*1*48*EA***VP*AB-1", "CTP*RS*RES*5"],
            ("PO1", 4, Code.CONDITIONAL_ELEMENT_MISSING),
            "AK4*4*212*2",
        ),
    ],
)
def test_each_kind_of_rule_lets_the_good_pass_and_finds_the_bad(
    rule: Rule, good: list[str], bad: list[str], code: tuple[str, int | None, Code], ak: str
) -> None:
    assert codes(under(rule, *good)) == []
    document = under(rule, *bad)
    assert codes(document) == [code]
    assert document.findings[0].rule == "r"
    assert document.findings[0].ack == ak
    assert document.checked.result.status == "R"


def test_should_use_only_warns_and_is_not_acknowledged() -> None:
    document = under(Rule("r", "BEG:07", "should_use"), BEG, PO1)
    assert [(finding.code, finding.severity, finding.ack) for finding in document.findings] == [
        (Code.ELEMENT_MISSING, Severity.WARNING, None)
    ]
    assert document.checked.result.status == "A"
    document = under(Rule("r", "REF*IA", "should_use"), BEG, PO1)
    assert [(finding.code, finding.severity) for finding in document.findings] == [
        (Code.SEGMENT_MISSING, Severity.WARNING)
    ]


def test_a_rule_may_be_a_warning() -> None:
    document = under(Rule("r", "CSH", "not_used", severity=Severity.WARNING), BEG, "CSH*BK", PO1)
    assert [(finding.code, finding.severity, finding.ack) for finding in document.findings] == [
        (Code.SEGMENT_NOT_USED_BY_GUIDE, Severity.WARNING, None)
    ]


def test_a_partner_may_add_codes_to_a_list() -> None:
    rule = Rule("r", "SAC:01", "add_codes", ("X",))
    assert codes(under(rule, BEG, "SAC*X*F050***100", PO1)) == []
    assert codes(under(rule, BEG, "SAC*Y*F050***100", PO1)) == [("SAC", 1, Code.CODE_INVALID)]


def test_a_rule_about_a_header_loop_says_nothing_about_the_same_tag_in_a_line() -> None:
    rule = Rule("r", "N1:04", "must_use")
    assert codes(under(rule, BEG, "N1*ST*X*92*0001", PO1, "N1*ST*X")) == []
    assert codes(under(rule, BEG, "N1*ST*X", PO1)) == [("N1", 4, Code.ELEMENT_MISSING)]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (
            Rule("r", "XYZ", "must_use"),
            "Rule r: XYZ has no place in this set. Correct it in the partner's file.",
        ),
        (Rule("r", "BEG:13", "must_use"), "Rule r: BEG has no element 13. Correct it in the partner's file."),
        (Rule("r", "BEG:02", "codes"), "Rule r: codes needs values. Correct it in the partner's file."),
        (Rule("r", "BEG:02", "min"), "Rule r: min needs a number. Correct it in the partner's file."),
        (
            Rule("r", "BEG", "codes", ("A",)),
            "Rule r: codes is about elements: name one, as in BEG:01. Correct it in the partner's file.",
        ),
        (
            Rule("r", "beg 2", "must_use"),
            "Rule r: 'beg 2' is not a target such as BEG:07, REF*IA or PO1/N1*ST:04. Correct it in the partner's file.",
        ),
    ],
)
def test_a_rule_that_fits_nowhere_says_why(rule: Rule, reason: str) -> None:
    guide = build("004010", "850")
    elements = {node.tag: len(guide.segment(node.tag).uses) for node in guide.nodes[1:-1]}
    with pytest.raises(RuleInvalid) as caught:
        place([rule], guide.nodes, elements)
    assert str(caught.value) == reason


def test_a_rule_for_another_release_does_not_stop_the_reading() -> None:
    rules = (Rule("old", "N9/MSG", "must_use"), Rule("r", "BEG:07", "must_use"))
    assert codes(document_of(interchange([BEG, PO1], version="005010"), rules)) == [
        ("BEG", 7, Code.ELEMENT_MISSING)
    ]


def test_a_guide_is_named_by_what_it_says() -> None:
    plain, tightened = build("004010", "850"), build("004010", "850", [Rule("r", "BEG:07", "must_use")])
    assert plain is build("004010", "850")
    assert plain.hash != tightened.hash
    assert tightened.hash == build("004010", "850", [Rule("r", "BEG:07", "must_use")]).hash
