"""The navigation: groups of entries, and which of them a page belongs to."""

from __future__ import annotations

from edi_gateway.web.console.navigation import Group, Place, grouped
from edi_gateway.web.console.rooms import Nav

DASHBOARD = Nav("Dashboard", "/", may="see cases", place=0)
CASES = Nav("Cases", "/cases", may="see cases", place=1, key="c", group="Cases", also=("/causes/",))
DATA = Nav("Master data", "/master", may="see cases", place=2, group="Data")
UNKNOWN = Nav("Unknown", "/master/unknown", may="see cases", place=3, group="Data")


def here(path: str) -> list[str]:
    groups = grouped([DASHBOARD, CASES, DATA, UNKNOWN], path)
    return [entry.name for group in groups for entry in group.entries if entry.here]


def test_entries_of_a_group_stand_together_and_one_alone_stands_for_itself() -> None:
    assert grouped([DASHBOARD, DATA, CASES, UNKNOWN], "/") == [
        Group(None, (Place("Dashboard", "/", None, here=True),)),
        Group("Data", (Place("Master data", "/master", None, False), Place("Unknown", "/master/unknown", None, False))),
        Group(None, (Place("Cases", "/cases", "c", False),)),
    ]  # fmt: skip
    assert grouped([], "/") == []


def test_a_page_belongs_to_the_entry_that_has_most_of_its_address() -> None:
    assert here("/") == ["Dashboard"]
    assert here("/cases") == here("/cases/12/fixes") == here("/causes/abc") == ["Cases"]
    assert here("/master") == here("/master/items/3") == ["Master data"]
    assert here("/master/unknown") == ["Unknown"]
    assert here("/casesx") == here("/account") == []
