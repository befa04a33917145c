"""docs/reference/checks.md is what the checks say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_gateway.orders.checks import CHECKS, Check, reference
from edi_gateway.orders.judging.effects import CONSEQUENCES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "checks.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text("utf-8") == reference.page(), "run `make docs`"


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_every_check_says_what_is_wrong_and_what_to_do(check: Check) -> None:
    text = " ".join((check.__doc__ or "").split())
    assert "To do:" in text or "Nothing to do" in text
    assert reference.codes_of(check)


def test_names_are_unique_for_they_are_the_rules_of_findings() -> None:
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS)


def test_every_code_of_judgement_is_found_by_a_check() -> None:
    found = {code for check in CHECKS for code in reference.codes_of(check)}
    assert found == set(CONSEQUENCES)
