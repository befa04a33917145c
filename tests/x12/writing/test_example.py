"""The example of a guide passes it: for every set, every partner, and rules of every kind at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_gateway.partners import rules
from edi_gateway.x12.checking.guide import Rule, build
from edi_gateway.x12.description import sentence
from edi_gateway.x12.dictionary import VERSIONS, dictionary
from edi_gateway.x12.example import DELIMITERS, Example, example
from edi_gateway.x12.writing.writer import check_body

PARTNERS = Path(__file__).parents[3] / "partners"
SETS = [(version, code) for version in VERSIONS for code in sorted(dictionary(version).sets)]
FILES = sorted(file for file in PARTNERS.glob("*/*.toml") if file.name != "partner.toml")


def passing(made: Example) -> list[str]:
    assert made.findings == ()
    return ["*".join(segment) for segment in made.segments]


@pytest.mark.parametrize(("version", "code"), SETS)
def test_the_standard_alone_has_an_example_that_passes(version: str, code: str) -> None:
    guide = build(version, code)
    made = example(guide)
    assert passing(made) != []
    assert check_body(guide, made.segments, DELIMITERS) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name} {file.stem}")
def test_every_partner_s_guide_has_an_example_that_passes(file: Path) -> None:
    own = rules.read(file.read_text("utf-8"), file.name, file.stem).value
    for version in VERSIONS:
        assert passing(example(build(version, file.stem, own or ())))


def test_an_example_repeats_an_element_as_often_as_is_asked() -> None:
    asked = [Rule("two", "N1/DMG:05", "min_use", number=2), Rule("given", "N1/DMG:05", "must_use")]
    made = passing(example(build("005010", "810", [*asked, Rule("born", "N1/DMG", "must_use")])))
    [found] = [segment for segment in made if segment.startswith("DMG")]
    assert found.split("*")[5].count("^") == 1


def test_an_example_keeps_rules_of_every_kind() -> None:
    asked = [
        Rule("no BT", "N1*BT", "not_used"),
        Rule("drop ship", "BEG:02", "equals", ("DS",)),
        Rule("their numbers", "BEG:03", "looks_like", ("99-AA*",)),
        Rule("departments", "REF*DP", "exactly", number=2),
        Rule("with a vendor", "REF*DP:04.1", "equals", ("VN",)),
        Rule("in a composite", "REF*DP:04", "must_use"),
        Rule("window", "DTM*064", "must_use"),
        Rule("window closes", "DTM*063", "must_use", when="DTM*064"),
        Rule("ship-to", "N1*ST", "must_use", when="BEG:02=DS", having=("N3", "N4")),
        Rule("by GLN", "N1*ST:03", "equals", ("UL",)),
        Rule("GLN", "N1*ST:04", "digits", number=13, when="03=UL"),
        Rule("GLN given", "N1*ST:04", "must_use"),
        Rule("post code", "N1*ST/N4:03", "length", number=5),
        Rule("post code given", "N1*ST/N4:03", "must_use"),
        Rule("in words", "PO1/PID*F", "must_use"),
        Rule("two references", "PO1/REF", "min_use", number=2),
        Rule("no basis", "PO1:05", "not_used"),
        Rule("short", "PO1:07", "max", number=8),
        Rule("no text", "N9", "not_used"),
    ]
    segments = [segment.split("*") for segment in passing(example(build("004010", "850", asked)))]
    assert [segment[0] for segment in segments] == [
        *("BEG", "REF", "REF", "DTM", "DTM", "N1", "N3", "N4", "PO1", "PID", "REF", "REF"),
    ]
    beg, department, _, opens, closes, ship_to, _, place, line, words, *_ = segments
    assert beg[2:4] == ["DS", "11-AA"]
    assert (department[1], department[4].split(">")[0]) == ("DP", "VN")
    assert (opens[1], closes[1]) == ("064", "063")
    assert (ship_to[1], ship_to[3:]) == ("ST", ["UL", "1111111111111"])
    assert len(place[3]) == 5
    assert line[5] == ""
    assert len(line[7]) <= 8
    assert words[1] == "F"


def test_rules_that_contradict_one_another_leave_findings_instead_of_an_example() -> None:
    asked = [Rule("with", "BEG:07", "must_use"), Rule("without", "BEG:07", "not_used")]
    made = example(build("004010", "850", asked))
    assert [finding.rule for finding in made.findings] in (["with"], ["without"])


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule("r", "PO1:06", "codes", ("UK", "UP")), "is one of UK, UP"),
        (Rule("r", "REF*DP", "exactly", number=1), "is used once"),
        (Rule("r", "N1:04", "digits", number=13, when="03=UL"), "is 13 digits, when N1:03 is UL"),
        (
            Rule("r", "N1*ST", "must_use", when="BEG:02=DS|CN", unless="REF*19", having=("N3", "N4")),
            "must be used, with N3 and N4, when BEG:02 is DS or CN, unless REF*19 is given",
        ),
    ],
)
def test_a_rule_is_said_in_a_sentence(rule: Rule, said: str) -> None:
    assert sentence(rule) == said
