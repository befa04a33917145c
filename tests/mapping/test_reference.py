"""The page of canonical names says what the models and the mapping files do."""

from __future__ import annotations

import re

from edi_gateway.mapping import reference
from tests.mapping.sets import MAPPINGS

PAGE = MAPPINGS.parent / "docs" / "reference" / "canonical.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text("utf-8") == reference.page(MAPPINGS), "run `make docs`"


def test_every_field_of_every_record_is_filled_by_some_element() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", reference.page(MAPPINGS), re.MULTILINE)
    assert len(rows) > 300
    assert [name for name, _, source in rows if not source] == []
