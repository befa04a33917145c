"""A draft goes live only when profile, guide rules and mapping rows are all good."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_gateway.commands.partners import drafts
from edi_gateway.model.finding import Finding
from edi_gateway.partners import registry
from edi_gateway.partners.snapshots import snapshot
from tests.partners.folders import LAST, PLAIN, partner

ROOT = Path(__file__).parents[3]
MAPPINGS = ROOT / "mappings"


def told(findings: tuple[Finding, ...]) -> list[tuple[object, str]]:
    return [(finding.at, finding.message) for finding in findings]


def test_the_shipped_partners_may_go_live() -> None:
    assert [(one.key, one.valid, one.findings) for one in drafts.check_all(ROOT / "partners", MAPPINGS)] == [
        ("aldermere", True, ()),
        ("harborside", True, ()),
        ("kestrelmoor", True, ()),
        ("pinwheel", True, ()),
    ]


def test_a_mapping_row_for_a_field_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    folder = partner(tmp_path, PLAIN, _850='# theirs\n["REF*CT"]\n02 = "contrakt_number"\n')
    checked = drafts.check(folder, MAPPINGS)
    assert not checked.valid
    assert [at for at, _ in told(checked.findings)] == ["fernhill/850.toml:3"]
    assert "contrakt_number" in checked.findings[0].message


def test_rules_and_rows_are_told_together(tmp_path: Path) -> None:
    own = '[[rules]]\ntarget = "REF*DP"\nmust_uze = true\n\n["XYZ"]\n01 = "purpose"\n'
    checked = drafts.check(partner(tmp_path, PLAIN, _850=own), MAPPINGS)
    assert [at for at, _ in told(checked.findings)] == [
        "fernhill/850.toml:1",
        "fernhill/850.toml:3",
        "fernhill/850.toml:5",
    ]


def test_a_mistake_of_shape_hides_none_of_the_others(tmp_path: Path) -> None:
    text = f"{PLAIN}\n[writing]\nelement = '**'\nfile_name = 'orders.edi'\n"
    checked = drafts.check(partner(tmp_path, text, _850='["REF*CT"]\n02 = "contrakt_number"\n'), MAPPINGS)
    assert [at for at, _ in told(checked.findings)] == [
        f"fernhill/partner.toml:{LAST + 3}",
        "fernhill/850.toml:2",
        f"fernhill/partner.toml:{LAST + 4}",
    ]


def test_a_file_that_is_no_toml_is_told_once(tmp_path: Path) -> None:
    checked = drafts.check(partner(tmp_path, PLAIN, _850="not toml"), MAPPINGS)
    assert told(checked.findings) == [
        ("fernhill/850.toml:1", "This is not TOML: expected '=' after a key in a key/value pair.")
    ]


def test_a_mistake_in_the_shared_mapping_names_that_file(tmp_path: Path) -> None:
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    for code, model in (("850", "PurchaseOrder"), ("855", "PurchaseOrderAcknowledgment")):
        (mappings / f"{code}.toml").write_text(
            f'set = "{code}"\nmodel = "{model}"\n["BEH"]\n01 = "purpose"\n', "utf-8"
        )
    checked = drafts.check(partner(tmp_path / "partners", PLAIN), mappings)
    places = {str(at) for at, _ in told(checked.findings)}
    assert places >= {"mappings/850.toml:3", "mappings/855.toml:3"}
    assert {place.rpartition(":")[0] for place in places} == {"mappings/850.toml", "mappings/855.toml"}


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("{po}-{sequence}.edi", "unknown field {po}; known are sequence, set, control, partner, date, time"),
        ("../{sequence}", "it leads out of the folder"),
        ("orders.edi", "without {sequence} or {control} two files would have the same name"),
    ],
)
def test_a_pattern_that_makes_no_file_name_is_told_with_its_line(
    tmp_path: Path, pattern: str, problem: str
) -> None:
    folder = partner(tmp_path, f"{PLAIN}\n[writing]\nfile_name = '{pattern}'\n")
    checked = drafts.check(folder, MAPPINGS)
    assert not checked.valid
    assert told(checked.findings) == [
        (f"fernhill/partner.toml:{LAST + 3}", f"writing.file_name makes no name: {problem}.")
    ]


def test_file_names_that_do_not_sort_as_they_were_sent_are_a_warning(tmp_path: Path) -> None:
    text = f"{PLAIN}\n[writing]\nfile_name = '{{set}}_{{date:%d%m%y}}_{{control}}.edi'\n"
    checked = drafts.check(partner(tmp_path, text), MAPPINGS)
    assert checked.valid
    assert told(checked.findings) == [
        (f"fernhill/partner.toml:{LAST + 3}", "These names do not sort in the order of sending.")
    ]


def test_what_is_live_was_checked_and_is_not_again_until_a_file_changes(tmp_path: Path) -> None:
    """Seen by a mistake that a check would find: a row for a field that is not there."""
    folder = partner(tmp_path, PLAIN, _850='["REF*CT"]\n02 = "contrakt_number"\n')
    profile = registry.load(folder).profile
    assert profile is not None
    standing = snapshot(profile, folder, MAPPINGS).hash

    def valid(live: dict[str, str]) -> list[bool]:
        return [one.valid for one in drafts.check_drafts(folder.parent, MAPPINGS, live)]

    assert valid({"fernhill": standing}) == [True]
    assert valid({}) == valid({"fernhill": "another"}) == [False]
    (folder / "850.toml").write_text('["REF*CT"]\n02 = "contrakt_numbers"\n', "utf-8")
    assert valid({"fernhill": standing}) == [False]
    (folder / "partner.toml").write_text("name = \n", "utf-8")
    assert valid({"fernhill": standing}) == [False]
