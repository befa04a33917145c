"""`dictionary show`: a set, a segment, an element, on the screen and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


@pytest.fixture
def desk(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_set_is_the_places_of_its_segments(desk: Terminal) -> None:
    lines = desk.ok("dictionary", "show", "850").out.splitlines()
    assert lines[0] == "850 Purchase Order (group PO), 004010"
    assert lines[2] == "  BEG must  once        Beginning Segment for Purchase Order"
    assert "+ PO1 must  up to 100000 Baseline Item Data" in lines
    assert "  + CTP may   any number  Pricing Information" in lines
    assert len(lines) == 2 + 194  # spec C1


def test_a_segment_has_its_places_elements_and_notes(desk: Terminal) -> None:
    lines = desk.ok("dictionary", "show", "850", "n4").out.splitlines()
    assert lines[0] == "N4 Geographic Location, 004010"
    assert {"  N1/N4: may, any number", "  PO1/N1/N4: may, once"} <= set(lines)
    assert "  N401   may       19  City Name: text 2-30" in lines
    assert lines[-1] == "  if 06, then 05"


def test_an_element_has_its_type_lengths_notes_and_codes(desk: Terminal) -> None:
    lines = desk.ok("dictionary", "show", "850", "PO106", "--version", "005010").out.splitlines()
    assert lines[0] == "PO106 Product/Service ID Qualifier (235), 005010"
    assert lines[1:3] == ["  code 2", "  06 and 07: all or none"]
    assert any(line.startswith("  UP  ") for line in lines)
    assert "any other code is a warning" in lines[4]
    lines = desk.ok("dictionary", "show", "850", "BEG01").out.splitlines()
    assert lines[1] == "  code 2; must be given"
    assert "any other code is an error" in lines[3]


def test_the_envelope_belongs_to_no_set(desk: Terminal) -> None:
    lines = desk.ok("dictionary", "show", "ta1").out.splitlines()
    assert lines[0] == "TA1 Interchange Acknowledgment, 004010"
    assert lines[-1] == "  TA105  must     I18  Interchange Note Code: code 3, 32 codes (closed)"
    assert desk.ok("dictionary", "show", "ISA13").out.splitlines() == [
        "ISA13 Interchange Control Number (I12), 004010",
        "  whole number 9; must be given",
    ]
    assert desk.ok("dictionary", "show", "850", "SE").out.startswith("SE Transaction Set Trailer, 004010\n")
    assert desk.ok("dictionary", "show", "TA105", "--json").one()["codes"]["025"]
    assert desk("dictionary", "show", "850", "IEA").code == 2
    assert desk.ok("dictionary", "show", "TA1", "ta105").out == desk.ok("dictionary", "show", "TA105").out
    assert "There is no set 999 in 004010; it is one of 005010." in desk("dictionary", "show", "999").err
    assert desk("dictionary", "show", "ZZ9").code == 2


def test_a_composite_shows_its_components(desk: Terminal) -> None:
    lines = desk.ok("dictionary", "show", "850", "SLN05").out.splitlines()
    assert lines[0] == "SLN05 Composite Unit of Measure (C001), 004010"
    assert lines[3].startswith("  SLN05-01 must     355  Unit or Basis for Measurement Code: code 2")


def test_json_says_the_same(desk: Terminal) -> None:
    whole = desk.ok("dictionary", "show", "997", "--json").one()
    assert (whole["set"], whole["group"], whole["version"], whole["read_as"]) == (
        "997",
        "FA",
        "004010",
        "004010",
    )
    assert [place["path"] for place in whole["places"]] == [
        *("AK1", "AK2", "AK2/AK3", "AK2/AK3/AK4", "AK2/AK5", "AK9"),
    ]
    segment = desk.ok("dictionary", "show", "850", "REF", "--json").one()
    assert segment["places"][0]["path"] == "REF"
    assert segment["elements"][1]["at"] == "REF02"
    assert segment["notes"] == [{"note": "R0203", "says": "02 or 03: at least one"}]
    element = desk.ok("dictionary", "show", "850", "BEG01", "--json").one()
    assert (element["number"], element["type"], element["min"], element["closed"]) == ("353", "ID", 2, True)
    assert element["codes"]["00"] == "original"


def test_another_release_is_shown_as_it_is_read(desk: Terminal) -> None:
    assert desk.ok("dictionary", "show", "850", "--version", "004030VICS").out.splitlines()[0] == (
        "850 Purchase Order (group PO), 004030VICS, read by 005010"
    )
    lines = desk.ok("dictionary", "show", "850", "BEG05", "--version", "003060").out.splitlines()
    assert lines[:2] == ["BEG05 Date (373), 003060, read by 004010", "  date 6-8; must be given"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("851",), "There is no set 851 in 004010; there are 180, 214,"),
        (("999",), "There is no set 999 in 004010"),
        (("850", "XYZ"), "XYZ is no segment and no element of a 850 in 004010."),
        (("850", "PO126"), "PO126 is no segment and no element of a 850"),
        (("850", "PO100"), "PO100 is no segment and no element of a 850"),
        (("850", "BSN"), "BSN is no segment and no element of a 850"),
    ],
)
def test_what_is_not_there_is_said(desk: Terminal, asked: tuple[str, ...], said: str) -> None:
    told = desk("dictionary", "show", *asked)
    assert told.code == 2
    assert said in told.err
