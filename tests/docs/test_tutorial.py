"""The tutorial does what it says: each command is typed as it stands there, and tells what the page shows."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import ROOT, run

TUTORIAL = ROOT / "docs" / "tutorial" / "first-partner.md"
ENDS_WITH_1 = {"run --once", "check order.edi --partner fernhill"}  # something needs a person


def blocks(page: str) -> list[tuple[str, list[str]]]:
    """(language, lines) of each block, in order."""
    return [
        (lang, text.splitlines()) for lang, text in re.findall(r"^```(\w+)\n(.*?)^```", page, re.M | re.S)
    ]


def commands(lines: list[str]) -> Iterator[str]:
    """What is typed at once: a line, or one with the document that follows it."""
    rest = iter(lines)
    for line in rest:
        typed = [line]
        if "<<END" in line:
            for more in rest:
                typed.append(more)
                if more == "END":
                    break
        yield "\n".join(typed)


class Newcomer:
    """Types one command after the other; `said` is what was told since it was emptied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.waits = ""

    def type(self, command: str) -> None:
        if command.startswith("cd "):
            self.folder /= command.removeprefix("cd ")
        elif command.startswith("edi-gateway "):
            words = command.removeprefix("edi-gateway ").replace("IMPORT", self.waits)
            told = run(shlex.split(words), self.folder)
            assert told.code in ((0, 1) if words in ENDS_WITH_1 else (0,)), (command, told.all)
            self.hear(told.out)
        else:
            done = subprocess.run(
                ["bash", "-ec", command], cwd=self.folder, capture_output=True, text=True, check=True
            )
            self.hear(done.stdout)

    def hear(self, text: str) -> None:
        self.said += text.splitlines()
        for found in re.findall(r"It waits as (\w+):", text):
            self.waits = found


@pytest.mark.slow
def test_every_command_of_the_tutorial_works_and_tells_what_is_shown(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    typed = 0
    for language, lines in blocks(TUTORIAL.read_text("utf-8")):
        if language == "sh":
            newcomer.said.clear()
            for command in commands(lines):
                newcomer.type(command)
                typed += 1
            continue
        told = iter(newcomer.said)
        for line in lines:
            pattern = ".*".join(map(re.escape, line.split("…")))
            assert any(re.fullmatch(pattern, each) for each in told), (line, "\n".join(newcomer.said))
    assert typed > 25


def test_the_readme_shows_no_command_that_the_tutorial_does_not() -> None:
    """Its ten lines are the tutorial's, so that they are tested with it."""
    readme = (ROOT / "README.md").read_text("utf-8").partition("## A first partner")[2].partition("\n## ")[0]
    tutorial = TUTORIAL.read_text("utf-8")
    shown = re.findall(r"edi-gateway ((?:[a-z-]+ ?)+)", "\n".join(blocks(readme)[0][1]))
    assert shown
    assert [words for words in shown if f"edi-gateway {words.split(' ')[0]}" not in tutorial] == []
