"""A draft goes live only when profile, guide rules and mapping rows are all good."""

from __future__ import annotations

from pathlib import Path

from edi_gateway.commands import drafts
from edi_gateway.model.finding import Finding
from tests.partners.folders import PLAIN, partner

ROOT = Path(__file__).parents[2]
MAPPINGS = ROOT / "mappings"


def told(findings: tuple[Finding, ...]) -> list[tuple[object, str]]:
    return [(finding.at, finding.message) for finding in findings]


def test_the_shipped_partners_may_go_live() -> None:
    assert [(one.key, one.valid, one.findings) for one in drafts.check_all(ROOT / "partners", MAPPINGS)] == [
        ("aldermere", True, ()),
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
