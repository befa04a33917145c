"""What a partner's guide tightens, beyond the standard."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.model.finding import Code, Effect, Location, Severity
from edi_gateway.x12.checking.compiler import Compiler
from edi_gateway.x12.checking.guide import Rule, RuleInvalid, build
from edi_gateway.x12.checking.loop_rules import Walked, breaches
from edi_gateway.x12.checking.placing import place
from edi_gateway.x12.checking.rules import pictures, qualified
from edi_gateway.x12.checking.segments import Context, problems
from edi_gateway.x12.parsing.rawset import RawSet
from tests.x12.edi import ISA5, USUAL, Document, ack, codes, document_of, interchange, x12

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
    assert ack(document, "999") == ("IK3*PO1*4**8~ CTX*BEG03>4500017~ IK4*3*355*I6*DZ~ IK5*R*I5~")


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


LINE = "PO1*1*48*EA*12.5**VP*AB-100"


@pytest.mark.parametrize(
    ("rule", "good", "bad", "code", "ak"),
    [
        (
            Rule("r", "BEG:03", "length", number=7),
            [BEG, PO1],
            [BEG.replace("4500017", "450001"), PO1],
            ("BEG", 3, Code.ELEMENT_TOO_SHORT),
            "AK4*3*324*4*450001",
        ),
        (
            Rule("r", "N1:04", "digits", number=13, when="03=UL"),
            [BEG, "N1*ST*X*92*A1", "N1*BT*X*UL*0049999000001", PO1],
            [BEG, "N1*ST*X*92*A1", "N1*BT*X*UL*004999900000A", PO1],
            ("N1", 4, Code.CHARACTER_INVALID),
            "AK4*4*67*6*004999900000A",
        ),
        (
            Rule("r", "N1:04", "digits", number=13, when="03=UL"),
            [BEG, "N1*BT*X*UL*0049999000001", PO1],
            [BEG, "N1*BT*X*UL*49999000001", PO1],
            ("N1", 4, Code.ELEMENT_TOO_SHORT),
            "AK4*4*67*4*49999000001",
        ),
        (
            Rule("r", "BEG:03", "looks_like", ("99-AA*", "45?????")),
            [BEG, PO1],
            [BEG.replace("4500017", "12-A7"), PO1],
            ("BEG", 3, Code.GUIDE_CONDITION_BROKEN),
            "AK4*3*324*7*12-A7",
        ),
        (
            Rule("r", "REF*DP", "exactly", number=1),
            [BEG, "REF*DP*1", "REF*IA*2", PO1],
            [BEG, "REF*DP*1", "REF*IA*2", "REF*DP*3", PO1],
            ("REF", None, Code.SEGMENT_OVER_MAXIMUM),
            "AK3*REF*5**5",
        ),
        (
            Rule("r", "REF*DP", "exactly", number=1),
            [BEG, "REF*DP*1", PO1],
            [BEG, "REF*IA*2", PO1],
            ("REF", None, Code.SEGMENT_MISSING),
            "AK3*REF*5**3",
        ),
        (
            Rule("r", "PO1/REF", "min_use", number=2),
            [BEG, PO1, "REF*IA*1", "REF*DP*2"],
            [BEG, PO1, "REF*IA*1", "REF*DP*2", PO1, "REF*IA*1"],
            ("REF", None, Code.SEGMENT_MISSING),
            "AK3*REF*6**3",
        ),
        (
            Rule("r", "BEG:04", "must_use", unless="07"),
            [f"{BEG}**AC", PO1],
            [BEG, PO1],
            ("BEG", 4, Code.CONDITIONAL_ELEMENT_MISSING),
            "AK4*4*328*2",
        ),
        (
            Rule("r", "BEG:04", "not_used", unless="02=RL|BK"),
            [BEG.replace("*SA*4500017*", "*RL*4500017*1"), PO1],
            [BEG.replace("*SA*4500017*", "*SA*4500017*1"), PO1],
            ("BEG", 4, Code.ELEMENT_NOT_USED_BY_GUIDE),
            "AK4*4*328*10*1",
        ),
        (
            Rule("r", "N1*ST/N4:03", "must_use"),
            [BEG, "N1*BT*X", "N4*BERN", "N1*ST*X", "N4*FONTANA*CA*92336", PO1],
            [BEG, "N1*BT*X", "N4*BERN", "N1*ST*X", "N4*FONTANA*CA", PO1],
            ("N4", 3, Code.ELEMENT_MISSING),
            "AK4*3*116*1",
        ),
        (
            Rule("r", "PO1/N1*ST/N3", "must_use"),
            [BEG, "N1*ST*X", PO1, "N1*BT*X", "N1*ST*X", "N3*1 DOCK RD"],
            [BEG, "N1*ST*X", PO1, "N1*ST*X", "N3*1 DOCK RD", PO1, "N1*BT*X", "N1*ST*X", "N4*BERN"],
            ("N3", None, Code.SEGMENT_MISSING),
            "AK3*N3*9**3",
        ),
        (
            Rule("r", "PO1/SLN/N1*ST:04", "must_use", when="PO1/SLN:03=I"),
            [BEG, PO1, "SLN*1**O", "N1*ST*X", "SLN*2**I", "N1*ST*X*92*0001"],
            [BEG, PO1, "SLN*1**O", "N1*ST*X*92*0001", "SLN*2**I", "N1*ST*X"],
            ("N1", 4, Code.CONDITIONAL_ELEMENT_MISSING),
            "AK4*4*67*2",
        ),
        (
            Rule("r", "N1*ST", "must_use", when="BEG:02=DS", having=("N3", "N4")),
            [BEG.replace("*SA*", "*DS*"), "N1*ST*X", "N3*1 DOCK RD", "N4*BERN", PO1],
            [BEG.replace("*SA*", "*DS*"), "N1*BT*X", "N3*1 DOCK RD", "N4*BERN", PO1],
            ("N1", None, Code.SEGMENT_MISSING),
            "AK3*N1*7**3",
        ),
        (
            Rule("r", "N1*ST", "must_use", when="BEG:02=DS", having=("N3", "N4")),
            [BEG, "N1*ST*X", PO1],
            [BEG.replace("*SA*", "*DS*"), "N1*BT*X", "N1*ST*X", "N3*1 DOCK RD", PO1],
            ("N4", None, Code.SEGMENT_MISSING),
            "AK3*N4*4**3",
        ),
        (
            Rule("r", "PO1:04", "not_used", when="BEG:02=BK"),
            [BEG, PO1],
            [BEG.replace("*SA*", "*BK*"), PO1],
            ("PO1", 4, Code.ELEMENT_NOT_USED_BY_GUIDE),
            "AK4*4*212*10*12.5",
        ),
        (
            Rule("r", "PO1:04", "must_use", unless="PO1/SCH"),
            [BEG, PO1, "PO1*2*5*EA***VP*AB-1", "SCH*5*EA***002*20260301"],
            [BEG, "PO1*1*5*EA***VP*AB-1", PO1, "SCH*5*EA***002*20260301"],
            ("PO1", 4, Code.CONDITIONAL_ELEMENT_MISSING),
            "AK4*4*212*2",
        ),
        (
            Rule("r", "PO1/PID*F", "must_use"),
            [BEG, PO1, "PID*X*08*MC*LARGE", "PID*F****RED"],
            [BEG, PO1, "PID*F****RED", PO1, "PID*X*08*MC*LARGE"],
            ("PID", None, Code.SEGMENT_MISSING),
            "AK3*PID*5**3",
        ),
    ],
)
def test_more_kinds_of_rules_let_the_good_pass_and_find_the_bad(
    rule: Rule, good: list[str], bad: list[str], code: tuple[str, int | None, Code], ak: str
) -> None:
    test_each_kind_of_rule_lets_the_good_pass_and_finds_the_bad(rule, good, bad, code, ak)


@pytest.mark.parametrize(
    ("rule", "good", "bad", "code", "ak"),
    [
        (
            Rule("r", "REF:04.2", "max", number=3),
            "REF*IA*1**VN>123",
            "REF*IA*1**VN>1234",
            Code.ELEMENT_TOO_LONG,
            "AK4*4:2*127*5*1234",
        ),
        (
            Rule("r", "REF:04.1", "codes", ("VN",)),
            "REF*IA*1**VN>123",
            "REF*IA*1**DP>123",
            Code.CODE_INVALID,
            "AK4*4:1*128*7*DP",
        ),
        (
            Rule("r", "REF:04.3", "must_use"),
            "REF*IA*1",
            "REF*IA*1**VN>123",
            Code.ELEMENT_MISSING,
            "AK4*4:3*128*1",
        ),
        (
            Rule("r", "REF:04.3", "not_used", when="04.1=VN"),
            "REF*IA*1**DP>1>VN>2",
            "REF*IA*1**VN>1>DP>2",
            Code.ELEMENT_NOT_USED_BY_GUIDE,
            "AK4*4:3*128*10*DP",
        ),
    ],
)
def test_a_rule_may_be_about_a_component(rule: Rule, good: str, bad: str, code: Code, ak: str) -> None:
    assert codes(under(rule, BEG, good, PO1)) == []
    document = under(rule, BEG, bad, PO1)
    assert codes(document) == [("REF", 4, code)]
    assert document.findings[0].ack == ak


def test_a_rule_about_an_element_that_repeats_holds_for_each_repetition() -> None:
    body = [
        "AK1*PO*7",
        "AK2*850*0001",
        "IK3*N1*3**8",
        "CTX*SITUATIONAL TRIGGER^BUYER",
        "IK5*R*5",
        "AK9*R*1*1*0",
    ]
    rule = Rule("r", "AK2/IK3/CTX:01.1", "codes", ("SITUATIONAL TRIGGER", "BUYER"))
    assert codes(document_of(interchange(body, set_code="999", version="005010", isa=ISA5), [rule])) == []
    body[3] = "CTX*SITUATIONAL TRIGGER^SELLER"
    document = document_of(interchange(body, set_code="999", version="005010", isa=ISA5), [rule])
    [finding] = document.findings
    assert isinstance(finding.at, Location)
    assert (finding.code, finding.at.element, finding.at.component, finding.at.repetition, finding.value) == (
        *(Code.CODE_INVALID, 1, 1, 2),
        "SELLER",
    )


def test_a_rule_may_open_a_case_without_a_word_to_the_partner() -> None:
    for rule in (
        Rule("r", "BEG:07", "must_use", severity=Severity.WARNING, case=True),
        Rule("r", "REF*IA", "must_use", severity=Severity.WARNING, case=True),
    ):
        document = under(rule, BEG, PO1)
        assert [(each.severity, each.effect, each.ack) for each in document.findings] == [
            (Severity.WARNING, Effect.HOLD, None)
        ]
        assert document.checked.result.status == "A"


def test_a_level_of_a_hierarchy_is_told_by_its_third_element() -> None:
    assert qualified(["HL", "1", "", "O"], frozenset({"O"}))
    assert not qualified(["HL", "O", "", "S"], frozenset({"O"}))


def test_what_was_learned_of_one_document_does_not_excuse_the_next() -> None:
    """The same texts, once so that the rule about the loop holds and once so that it does not."""
    guide = build("004010", "850", [Rule("r", "PO1/PID*F", "must_use")])
    good = ["ST*850*1", BEG, PO1, "PID*F****RED", LINE, "PID*F****RED", "SE*7*1"]
    bad = ["ST*850*1", BEG, PO1, "PID*F****RED", "PID*F****RED", LINE, "SE*7*1"]
    for _ in range(2):
        for body, found in ((good, 0), (bad, 1)):
            segments = [text.split("*") for text in body]
            raw = RawSet("850", "1", segments, [0] * len(body), [0] * len(body), USUAL)
            assert len(guide.check(raw).findings) == found


LOCAL = (
    ("must_use", (), None),
    ("not_used", (), None),
    ("codes", ("A1", "EA", "20260115"), None),
    ("equals", ("A1",), None),
    ("add_codes", ("A1", "X"), None),
    ("looks_like", ("A9*", "9999????"), None),
    ("min", (), 3),
    ("max", (), 3),
    ("length", (), 2),
    ("digits", (), 2),
)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_the_fast_pass_and_the_exact_check_agree_under_rules(data: st.DataObject) -> None:
    tag = data.draw(st.sampled_from(["BEG", "REF", "N1", "PO1", "DTM", "SLN"]))
    guide = build("004010", "850")
    definition = guide.segment(tag)
    path = {"SLN": "PO1/SLN"}.get(tag, tag)
    rules = []
    for number in range(data.draw(st.integers(1, 4))):
        kind, values, length = data.draw(st.sampled_from(LOCAL))
        code = data.draw(st.sampled_from(["", "*A1", "*DP|EA"]))
        element = data.draw(st.integers(1, min(len(definition.uses), 6)))
        asked = data.draw(st.sampled_from([None, "01=A1|DP", "02", "06"] if tag != "DTM" else [None, "02"]))
        target = f"{path}{code}:{element:02}"
        negated = data.draw(st.booleans())
        when, unless = (None, asked) if negated else (asked, None)
        with contextlib.suppress(RuleInvalid):
            rule = Rule(str(number), target, kind, values, length, when, unless=unless)  # type: ignore[arg-type]
            place([rule], guide.nodes, guide.dictionary)
            rules.append(rule)
    ruled = build("004010", "850", rules)
    node = ruled.node(path)
    assert node is not None
    local = ruled.local.get(node.index, ())
    values = data.draw(
        st.lists(st.sampled_from(["", "A1", "EA", "DP", "X", "12", "20260115", "A>1", "1.5 "]), max_size=7)
    )
    segment = [tag, *values[: len(definition.uses)]]
    context = Context(ruled.dictionary, USUAL)
    fast = Compiler(context).compile(definition, local, len(segment) - 1)
    exact = problems(definition, local, context, segment)
    if not any(rule.kind == "add_codes" for rule in rules):
        assert fast(segment) == (exact == ())
    assert not fast(segment) or exact == ()  # what it does not know to be right goes to the exact check


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
        (
            Rule("r", "BEG:03.1", "must_use"),
            "Rule r: BEG03 has no components. Correct it in the partner's file.",
        ),
        (
            Rule("r", "REF:04.7", "must_use"),
            "Rule r: REF04 has no component 7. Correct it in the partner's file.",
        ),
        (
            Rule("r", "REF*DP", "must_use", when="02=1"),
            "Rule r: a segment that is not there has no elements to ask for; name a segment in the condition. "
            "Correct it in the partner's file.",
        ),
        (
            Rule("r", "BEG:03", "must_use", when="17"),
            "Rule r: BEG has no element 17. Correct it in the partner's file.",
        ),
        (
            Rule("r", "BEG:03", "must_use", when="XYZ*1"),
            "Rule r: XYZ has no place in this set. Correct it in the partner's file.",
        ),
        (
            Rule("r", "BEG:03", "must_use", unless="REF*IA=1"),
            "Rule r: 'REF*IA=1' is not a condition such as 02=IA|DP, 02, REF*IA or BEG:02=DS. "
            "Correct it in the partner's file.",
        ),
        (
            Rule("r", "REF*DP", "must_use", having=("N3",)),
            "Rule r: REF opens no loop that could have anything. Correct it in the partner's file.",
        ),
        (
            Rule("r", "N1*ST", "must_use", having=("PO4",)),
            "Rule r: N1/PO4 has no place in this set. Correct it in the partner's file.",
        ),
        (
            Rule("r", "N1*ST", "not_used", having=("N3",)),
            "Rule r: having goes with must_use or should_use of a segment. Correct it in the partner's file.",
        ),
        (
            Rule("r", "BEG:03", "max_use", number=2),
            "Rule r: BEG03 does not repeat. Correct it in the partner's file.",
        ),
        (
            Rule("r", "REF:04.1", "max_use", number=2),
            "Rule r: max_use is about segments and elements, not components. Correct it in the partner's file.",
        ),
        (
            Rule("r", "BEG:03", "looks_like", ("*9*9*",)),
            "Rule r: a picture has at most 2 stars. Correct it in the partner's file.",
        ),
    ],
)
def test_a_rule_that_fits_nowhere_says_why(rule: Rule, reason: str) -> None:
    guide = build("004010", "850")
    with pytest.raises(RuleInvalid) as caught:
        place([rule], guide.nodes, guide.dictionary)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("picture", "fits", "fits_not"),
    [
        ("A*-9", ["Q-1", "Qx-2-1", "Q--1"], ["Q-12", "1-1", "Q1"]),
        ("*A9*", ["A1", "..A1..", "AAA1", "1A1"], ["A", "1A", "AA"]),
        ("*9*9", ["11", "1x1", "x1x1"], ["1", "x1", "11x"]),
        ("**", ["", "anything"], []),
        (r"\**\9", ["*9", "*x9", "*99"], ["*1", "x9", "*"]),
        ("?*X", ["!1", "!!x"], ["1", "1!"]),
    ],
)
def test_a_picture_with_stars_finds_whatever_stands_between(
    picture: str, fits: list[str], fits_not: list[str]
) -> None:
    (pattern,) = pictures((picture,))
    assert [value for value in fits if not pattern.fullmatch(value)] == []
    assert [value for value in fits_not if pattern.fullmatch(value)] == []


def test_a_long_value_is_held_against_a_picture_in_one_pass() -> None:
    """A partner chooses the value: were each A tried with each other one, this would take minutes."""
    (pattern,) = pictures(("*A*A*A*A*B",))
    assert pattern.fullmatch("A-" * 500_000) is None


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


def test_rules_about_loops_take_a_large_set_in_one_go() -> None:
    """Twice the lines take about twice as long, whatever conditions look at from each of them."""
    rules = [
        Rule("lines", "PO1/PO4", "must_use", when="BEG:02=DS"),
        Rule("names", "PO1/N1*ST/N3", "must_use", unless="REF*ZZ"),
        Rule("words", "PO1/PID*F", "must_use", when="PO1/N1*BT"),
    ]
    guide = build("004010", "850", rules)
    asked = 0

    class Counted(list[str]):
        def __getitem__(self, at: Any) -> Any:
            nonlocal asked
            asked += 1
            return super().__getitem__(at)

    def looks(lines: int) -> int:
        nonlocal asked
        names = [PO1, "N1*ST*X", "N3*1 DOCK RD"] * lines
        body = ["ST*850*1", BEG, *["REF*IA*1"] * lines, *names, f"SE*{4 * lines + 3}*1"]
        segments: list[list[str]] = [Counted(text.split("*")) for text in body]
        at = {node.selector: node.index for node in guide.nodes}
        nodes = [at["PO1"], at["PO1/N1"], at["PO1/N1/N3"]]
        placed = [0, 1, *[at["REF"]] * lines, *nodes * lines, at["SE"]]
        asked = 0
        assert list(breaches(guide.wide, Walked(placed, segments, USUAL))) == []
        return asked

    assert looks(200) < 2.1 * looks(100)
