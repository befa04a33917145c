"""What became different between two versions of a partner, told by file, rule, row, code and key."""

from __future__ import annotations

from pathlib import Path

from edi_gateway.partners import changes, registry
from edi_gateway.partners.snapshots import snapshot
from tests.partners import folders

RULES = """\
# their guide
[[rules]]
id = "department"
target = "REF*DP"
must_use = true

[[rules]]
id = "prices"
target = "PO1:04"
must_use = true

["PO1"]
02 = "quantity"
03 = { field = "unit", table = "units" }
"""
UNITS = "theirs,ours,direction,meaning\nCS,CA,both,case\nPK,PK,both,pack\n"


def version(root: Path, key: str, *edits: tuple[str, str, str]) -> str:
    """The content of a snapshot of invented files, some of their texts replaced: (file, was, now)."""
    texts = {"partner.toml": folders.PLAIN, "850.toml": RULES, "units.csv": UNITS}
    for file, was, now in edits:
        assert was in texts[file]
        texts[file] = texts[file].replace(was, now)
    folder = folders.partner(root / key, texts["partner.toml"], _850=texts["850.toml"])
    mappings = root / key / "mappings"
    (mappings / "tables").mkdir(parents=True)
    (mappings / "tables" / "units.csv").write_text(texts["units.csv"])
    loaded = registry.load(folder)
    assert loaded.profile is not None, loaded.findings
    return snapshot(loaded.profile, folder, mappings).content


def test_each_change_is_told_once_with_what_it_was_and_what_it_is(tmp_path: Path) -> None:
    was = version(tmp_path, "was")
    now = version(
        tmp_path,
        "now",
        ("partner.toml", 'name = "Fernhill"', 'name = "Fernhill Stores"'),
        (
            "850.toml",
            'target = "REF*DP"\nmust_use = true',
            'target = "REF*DP"\nmust_use = true\nseverity = "WARNING"',
        ),
        ("850.toml", '[[rules]]\nid = "prices"\ntarget = "PO1:04"\nmust_use = true\n', ""),
        ("850.toml", '02 = "quantity"', '02 = "quantity"\n07 = "colour"'),
        ("units.csv", "CS,CA,both,case", "CS,CT,both,carton"),
    )
    own = "partner/fernhill/850.toml"
    told = [(d.file, d.kind, d.name, d.change, d.was, d.now) for d in changes.differences(was, now)]
    assert told == [
        ("partner.toml", "key", "name", "changed", '"Fernhill"', '"Fernhill Stores"'),
        (own, "rule", "department", "changed", "{}", '{ severity = "WARNING" }'),
        (own, "rule", "prices", "removed", '{ id = "prices", target = "PO1:04", must_use = true }', None),
        (own, "row", "PO1", "changed", "{}", '{ 07 = "colour" }'),
        ("tables/units.csv", "code", "CS", "changed", '"CA,both,case"', '"CT,both,carton"'),
    ]
    assert [name for name, _ in changes.unified(was, now)] == ["partner.toml", own, "tables/units.csv"]
    assert "-CS,CA,both,case\n+CS,CT,both,carton" in changes.unified(was, now)[2][1]


def test_a_comment_changes_the_file_and_nothing_that_is_read_by(tmp_path: Path) -> None:
    was, now = version(tmp_path, "was"), version(tmp_path, "now", ("850.toml", "# their guide", "# of 2026"))
    (only,) = changes.differences(was, now)
    assert (only.file, only.kind, only.now) == (
        "partner/fernhill/850.toml", "file", "comments, blanks or order only",
    )  # fmt: skip
    assert changes.differences(was, was) == []
