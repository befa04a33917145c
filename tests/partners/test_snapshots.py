"""A published partner is read alike on every machine, from its snapshot alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edi_gateway.partners import registry
from edi_gateway.partners.snapshots import SnapshotUnreadable, snapshot, thaw
from tests.partners.folders import PLAIN, partner

RULE = '[[rules]]\nid = "department"\ntarget = "REF*DP"\nmust_use = true\n'
TERMS = "[policies.price_buyer_lower]\npercent = 0.5\nper_line = 25.10\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A partner's folder and a mappings folder."""
    mappings = tmp_path / "mappings"
    (mappings / "tables").mkdir(parents=True)
    (mappings / "850.toml").write_text('set = "850"\n', "utf-8")
    (mappings / "tables" / "units.csv").write_text("theirs,ours\nCS,CA\n", "utf-8")
    (mappings / "README.md").write_text("not for the machine", "utf-8")
    return partner(tmp_path / "partners", PLAIN + TERMS, _850=RULE), mappings


def frozen(files: tuple[Path, Path]) -> str:
    profile = registry.load(files[0]).profile
    assert profile is not None
    return snapshot(profile, *files).content


def test_what_is_thawed_is_what_was_frozen(files: tuple[Path, Path]) -> None:
    published = thaw(frozen(files))
    assert published.profile == registry.load(files[0]).profile
    assert [rule.id for rule in published.rules_of("850")] == ["department"]
    assert published.rules_of("855") == ()
    assert published.sources == {
        "850.toml": 'set = "850"\n',
        "tables/units.csv": "theirs,ours\nCS,CA\n",
        "partner/fernhill/850.toml": RULE,
    }


def test_the_same_files_have_the_same_hash_on_every_machine(files: tuple[Path, Path]) -> None:
    folder, _ = files
    before = frozen(files)
    for file in (folder / "850.toml", files[1] / "tables" / "units.csv"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert frozen(files) == before
    assert thaw(before).hash == thaw(frozen(files)).hash


@pytest.mark.parametrize("changed", ["partner.toml", "850.toml", "../../mappings/tables/units.csv"])
def test_any_change_gives_another_hash(files: tuple[Path, Path], changed: str) -> None:
    before = thaw(frozen(files)).hash
    file = files[0] / changed
    text = file.read_text("utf-8").replace("0.5", "0.6").replace('"department"', '"dept"').replace("CS", "XX")
    file.write_text(text, "utf-8")
    assert thaw(frozen(files)).hash != before


def test_money_in_a_snapshot_is_text_and_never_a_float(files: tuple[Path, Path]) -> None:
    tolerance = json.loads(frozen(files))["profile"]["policies"]["price_buyer_lower"]
    assert tolerance == {"percent": "0.5", "per_unit": None, "per_line": "25.10"}


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"form":99,"profile":{},"sources":{}}', '{"form":1,"profile":{}}']
)
def test_what_is_no_snapshot_says_so(content: str) -> None:
    with pytest.raises(SnapshotUnreadable, match="Publish the partner again"):
        thaw(content)
