"""`guide show`: structure, rules and an example that passes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import ROOT, Terminal


@pytest.fixture
def desk(tmp_path: Path) -> Terminal:
    """A folder with the shipped partners."""
    shutil.copytree(ROOT / "partners", tmp_path / "partners")
    return Terminal(tmp_path)


def test_it_prints_places_rules_and_an_example(desk: Terminal) -> None:
    lines = desk.ok("guide", "show", "kestrelmoor", "850").out.splitlines()
    assert lines[0] == "850 of kestrelmoor, 005010"
    assert lines[2] == "  BEG must  once        Beginning Segment for Purchase Order"
    assert "  REF may   any number  Reference Identification  <department>  <our vendor number>" in lines
    assert "    CUR may   once        Currency" in lines
    assert "  delivery window closes: DTM*063 must be used, when DTM*064 is given. ERROR" in lines
    assert lines[lines.index("An example that passes") + 1 :][:3] == [
        "  BEG*00*SA*PURCHASE ORDER NUMBER**20260115~",
        "  REF*IA*REFERENCE IDENTIFICATION~",
        "  DTM*064*20260115~",
    ]


def test_json_says_the_same_and_the_version_may_be_chosen(desk: Terminal) -> None:
    told = desk.ok("guide", "show", "kestrelmoor", "850", "--version", "004010VICS", "--json").one()
    assert (told["partner"], told["set"], told["version"], told["read_as"]) == (
        *("kestrelmoor", "850"),
        "004010VICS",
        "004010",
    )
    assert told["places"][0] == {
        "selector": "BEG",
        "tag": "BEG",
        "name": "Beginning Segment for Purchase Order",
        "depth": 0,
        "use": "must",
        "most": 1,
        "opens_loop": False,
        "rules": [],
    }
    assert told["rules"][1] == {
        "id": "department",
        "target": "REF*DP:02",
        "asks": "has at most 3 characters",
        "severity": "ERROR",
        "message": "",
        "hint": "",
        "counts": True,
    }
    assert told["findings"] == []
    assert told["example"][0] == "BEG*00*SA*PURCHASE ORDER NUMBER**20260115"


def test_rules_that_contradict_one_another_end_with_1(desk: Terminal) -> None:
    with (desk.home / "partners" / "pinwheel" / "850.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[rules]]\nid = "no one"\ntarget = "N1*ST"\nnot_used = true\n')
    said = desk("guide", "show", "pinwheel", "850")
    assert said.code == 1
    assert "No document can keep all of these rules; this one comes nearest:" in said.out


def test_a_set_that_is_not_known_is_wrong_usage(desk: Terminal) -> None:
    said = desk("guide", "show", "pinwheel", "123")
    assert (said.code, said.err) == (2, "error: There is no set 123 in 004010.\n")
