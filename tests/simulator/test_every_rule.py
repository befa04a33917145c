"""Every rule of the judge stands in a test with the document that breaks it."""

from __future__ import annotations

from pathlib import Path

from edi_gateway.simulator.judge.rules import Rule


def test_every_rule_is_broken_somewhere_in_these_tests() -> None:
    texts = "".join(file.read_text("utf-8") for file in Path(__file__).parent.glob("test_judge_*.py"))
    assert [rule.name for rule in Rule if f"Rule.{rule.name}" not in texts] == []
