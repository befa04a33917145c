"""Partners' folders for the tests of this room."""

from __future__ import annotations

from pathlib import Path

PLAIN = """\
name = "Fernhill"

[them]
qualifier = "ZZ"
id = "FERNHILL"

[us]
qualifier = "ZZ"
id = "TARNBROOK"

[connection]
kind = "directory"
inbound = "in"
outbound = "out"

[[documents]]
set = "850"
direction = "in"

[[documents]]
set = "855"
direction = "out"
"""
LAST = PLAIN.count("\n")  # tests append after this line


def partner(root: Path, text: str, key: str = "fernhill", **files: str) -> Path:
    """A folder ROOT/KEY with partner.toml, and further files by their stem."""
    folder = root / key
    folder.mkdir(parents=True)
    (folder / "partner.toml").write_text(text, "utf-8")
    for stem, content in files.items():
        (folder / f"{stem.removeprefix('_')}.toml").write_text(content, "utf-8")
    return folder
