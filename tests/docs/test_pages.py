"""Every link of README and docs leads somewhere, and nothing tracked knows the machine that it was written on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    if name and (ROOT / name).is_file()
]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "samples").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_its_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", file):
            continue
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made on the usual sites."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.skipif(not TRACKED, reason="not a checkout")
def test_no_tracked_file_names_a_folder_of_this_machine() -> None:
    home = str(Path.home())
    places = re.compile(re.escape(str(ROOT)).encode() + rb"/|/home/\w+/")
    named = [
        str(file.relative_to(ROOT))
        for file in TRACKED
        if file != Path(__file__)
        and (places.search(file.read_bytes()) or f"{home}/".encode() in file.read_bytes())
    ]
    assert named == []


@pytest.mark.skipif(not TRACKED, reason="not a checkout")
def test_commands_that_pages_tell_to_type_are_there() -> None:
    from docs.generate import command_line

    known = set(re.findall(r"^## `edi-gateway ([a-z -]+?)(?: [A-Z\[.].*)?`$", command_line(), flags=re.M))
    groups = {name.split(" ")[0] for name in known}
    within = {name.rsplit(" ", 1)[0] for name in known if name.count(" ") == 2}
    unknown = []
    for page in PAGES:
        for words in re.findall(r"(?<!\")edi-gateway ([a-z][a-z -]*)", page.read_text("utf-8")):
            first, _, rest = words.strip().partition(" ")
            second = rest.split(" ")[0]
            if first in known or f"{first} {second}" in known | within or (first in groups and not second):
                continue
            unknown.append(f"{page.relative_to(ROOT)}: {words}")
    assert unknown == []
