"""Reference pages come from the code; here one that is stale is found."""

from __future__ import annotations

import pytest

from docs.generate import HERE, PAGES
from edi_gateway.model.finding import Code
from edi_gateway.model.meaning import MEANING


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_what_the_code_says_now(name: str) -> None:
    written = (HERE / name).read_text("utf-8")
    assert written == PAGES[name](), f"{name} is stale: run `make docs`"


def test_every_finding_code_has_its_meaning() -> None:
    assert set(MEANING) == set(Code)
    assert [code.value for code, meaning in MEANING.items() if not meaning.strip()] == []


def test_every_command_says_what_it_does_and_every_option_what_it_means() -> None:
    page = PAGES["command-line.md"]()
    sections = page.split("\n## ")[1:]
    assert len(sections) > 45
    for section in sections:
        heading, _, rest = section.partition("\n")
        first = rest.strip().splitlines()[0]
        assert first.endswith("."), heading
        assert len(first) <= 62, f"{heading}: the help cuts its first sentence off"
        assert "|  |" not in rest, heading
