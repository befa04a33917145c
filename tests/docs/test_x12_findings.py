"""Every finding on X12 has its section, and its example gives exactly this finding and this acknowledgment."""

from __future__ import annotations

import pytest

from docs.x12_findings import Example, answer, examples, page
from edi_gateway.model.finding import Code

EXAMPLES = list(examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.code.value for each in EXAMPLES])
def test_the_example_gives_its_finding_alone_and_is_acknowledged_as_it_says(example: Example) -> None:
    heard = answer(example)
    assert [finding.code for finding in heard.findings] == [example.code]
    if example.ack:
        assert example.ack in heard.said
    else:
        assert heard.findings[0].ack is None


def test_every_finding_on_what_comes_in_and_every_total_has_its_section() -> None:
    codes = list(Code)
    inbound = codes[: codes.index(Code.DELIMITER_IN_DATA) + 1]
    assert {each.code for each in EXAMPLES} == {*inbound, Code.LINE_COUNT_DIFFERS, Code.HASH_TOTAL_DIFFERS}
    assert len(EXAMPLES) == len({each.code for each in EXAMPLES})


def test_the_page_says_of_each_what_to_do() -> None:
    sections = page().split("\n## ")[1:]
    assert len(sections) == len(EXAMPLES)
    for section in sections:
        assert "- To do: " in section
        assert "- Acknowledged: " in section
