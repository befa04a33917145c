"""Guide rules of a partner: read into x12 rules, and every mistake in them told by line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi_gateway.model.finding import Severity
from edi_gateway.partners import registry, rules
from edi_gateway.x12.checking.rules import Rule
from tests.partners.folders import PLAIN, partner

GOOD = """\
["REF"]
each = "references"

[[rules]]
id = "department"
target = "REF*DP:02"
max = 3
message = "Departments have three digits."

[[rules]]
target = "PO1/SDQ:02"
equals = "92"
severity = "WARNING"

[[rules]]
target = "PO1:06"
codes = ["UK", "UP"]

[[rules]]
id = "window"
target = "DTM*063"
must_use = true
when = "DTM*064"
"""


def test_rules_are_read_beside_mapping_rows() -> None:
    outcome = rules.read(GOOD, "fernhill/850.toml", "850", "004010")
    assert outcome.findings == ()
    assert outcome.value == (
        Rule("department", "REF*DP:02", "max", number=3, message="Departments have three digits."),
        Rule("850 PO1/SDQ:02 equals", "PO1/SDQ:02", "equals", values=("92",), severity=Severity.WARNING),
        Rule("850 PO1:06 codes", "PO1:06", "codes", values=("UK", "UP")),
        Rule("window", "DTM*063", "must_use", when="DTM*064"),
    )


def test_every_key_of_a_rule_is_read() -> None:
    text = """\
[[rules]]
id = "ship-to"
target = "N1*ST"
must_use = true
having = ["N3", "N4"]
when = "BEG:02=DS"
unless = "REF*19"
severity = "CASE"
hint = "Ask the store."

[[rules]]
target = "N1:04"
digits = 13
when = "03=UL"

[[rules]]
target = "BEG:03"
looks_like = ["99-AA*", "X99999"]

[[rules]]
target = "REF*DP"
exactly = 1
"""
    outcome = rules.read(text, "fernhill/850.toml", "850", "004010")
    assert outcome.findings == ()
    assert outcome.value == (
        Rule(
            *("ship-to", "N1*ST", "must_use"),
            when="BEG:02=DS",
            severity=Severity.WARNING,
            hint="Ask the store.",
            unless="REF*19",
            having=("N3", "N4"),
            case=True,
        ),
        Rule("850 N1:04 digits", "N1:04", "digits", number=13, when="03=UL"),
        Rule("850 BEG:03 looks_like", "BEG:03", "looks_like", values=("99-AA*", "X99999")),
        Rule("850 REF*DP exactly", "REF*DP", "exactly", number=1),
    )


def test_a_file_with_mapping_rows_only_has_no_rules() -> None:
    assert rules.read('["REF"]\neach = "references"\n', "fernhill/850.toml", "850", "004010").value == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[[rules]]\nmust_use = true\n", 1, "The rule has no target."),
        ('[[rules]]\ntarget = "REF*DP"\n', 1, "The rule says nothing."),
        ('[[rules]]\ntarget = "REF*DP"\nmust_use = true\nmax = 3\n', 1, "The rule says must_use and max."),
        ('[[rules]]\ntarget = "REF*DP"\nmust_use = false\n', 3, "must_use = true is all that can be said."),
        ('[[rules]]\ntarget = "REF*DP:02"\nmax = "3"\n', 3, "max must be a whole number, 0 or more."),
        ('[[rules]]\ntarget = "PO1:06"\ncodes = ["UK", 7]\n', 3, "codes must be a text or a list of texts."),
        (
            '[[rules]]\ntarget = "REF"\nmust_use = true\nseverity = "BAD"\n',
            4,
            "severity must be one of INFO, WARNING, ERROR, CASE.",
        ),
        ('[[rules]]\ntarget = 7\nmust_use = true\n', 2, "target must be a text in quotes."),
        (
            '[[rules]]\ntarget = "N1*ST"\nmust_use = true\nhaving = "N3"\n',
            4,
            'having must be a list of segments, e.g. ["N3", "N4"].',
        ),
        (
            '[[rules]]\ntarget = "N1*ST"\nmust_use = true\nhaving = ["PO4"]\n',
            4,
            "N1*ST: N1/PO4 has no place in this set.",
        ),
        (
            '[[rules]]\ntarget = "BEG:03"\nmust_use = true\n\nwhen = "SA"\n',
            5,
            "BEG:03: SA has no place in this set.",
        ),
        (
            '[[rules]]\ntarget = "BEG:03"\nmust_use = true\nunless = "02="\n',
            4,
            "BEG:03: '02=' is not a condition such as 02=IA|DP, 02, REF*IA or BEG:02=DS.",
        ),
        ('[[rules]]\ntarget = "REF:04.9"\nnot_used = true\n', 2, "REF:04.9: REF04 has no component 9."),
        ("rules = 3\n", 1, "rules are tables: write [[rules]]."),
        ("rules = [3]\n", 1, "rules[0] is no table."),
        ('[[rules]]\ntarget = "PO1/BEG"\nmust_use = true\n', 2, "PO1/BEG: PO1/BEG has no place in this set."),
        ('[[rules]]\ntarget = "BEG:13"\nmust_use = true\n', 2, "BEG:13: BEG has no element 13."),
        (
            '[[rules]]\ntarget = "PO1:03"\n\ncodes = ["EA", "CASE"]\n',
            4,
            "PO1:03: PO103 holds 2 characters: it is never 'CASE'.",
        ),
        (
            '[[rules]]\ntarget = "REF:04.1"\nadd_codes = ["A"]\n',
            3,
            "REF:04.1: REF04.1 holds 2 to 3 characters: it is never 'A'.",
        ),
        (
            '[[rules]]\ntarget = "BEG:06"\nequals = "THIRTY-ONE LETTERS ARE TOO MANY"\n',
            3,
            "BEG:06: BEG06 holds 1 to 30 characters: it is never 'THIRTY-ONE LETTERS ARE TOO MANY'.",
        ),
        ('[[rules]]\ntarget = "N1:04"\ndigits = 81\n', 3, "N1:04: N104 holds 80 characters, not 81."),
        ("not toml", 1, "This is not TOML: expected '=' after a key in a key/value pair."),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_hold_is_told_with_its_line(text: str, line: int, message: str) -> None:
    outcome = rules.read(text, "fernhill/850.toml", "850", "004010")
    assert outcome.value == ()
    assert [(f.at, f.message) for f in outcome.findings] == [(f"fernhill/850.toml:{line}", message)]


def test_an_unknown_key_of_a_rule_says_what_was_meant() -> None:
    outcome = rules.read('[[rules]]\ntarget = "REF*DP"\nmust_uze = true\n', "f/850.toml", "850")
    assert next((f.message, f.hint) for f in outcome.findings) == (
        "must_uze is no key of a rule.",
        "Did you mean must_use?",
    )


def test_two_rules_with_one_id_are_told() -> None:
    rule = '[[rules]]\nid = "a"\ntarget = "REF*DP"\nmust_use = true\n'
    outcome = rules.read(rule + rule, "f/850.toml", "850", "004010")
    assert [(f.at, f.message) for f in outcome.findings] == [("f/850.toml:5", 'There is a rule "a" above.')]
    assert len(outcome.value or ()) == 1


def test_checking_a_partner_checks_its_rules_in_the_version_that_is_exchanged(tmp_path: Path) -> None:
    rule = '[[rules]]\ntarget = "N9/MSG"\nmust_use = true\n'  # 005010 has MTX there
    assert registry.check(partner(tmp_path / "a", PLAIN, _850=rule)).findings == ()
    later = PLAIN.replace('direction = "in"\n', 'direction = "in"\nversion = "005010"\n')
    checked = registry.check(partner(tmp_path / "b", later, _850=rule))
    assert [(f.at, f.message) for f in checked.findings] == [
        ("fernhill/850.toml:2", "N9/MSG: N9/MSG has no place in this set.")
    ]


def test_the_rules_of_the_how_to_are_rules() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "write-a-guide.md").read_text("utf-8")
    rows = [line.split(" | ")[1] for line in page.splitlines() if line.startswith('| "')]
    text = "".join("[[rules]]\n" + "\n".join(re.findall(r"`([^`]+)`", row)) + "\n" for row in rows)
    outcome = rules.read(text, "850.toml", "850", "004010")
    assert outcome.findings == ()
    assert outcome.value is not None
    assert len(outcome.value) == len(rows) == 9
