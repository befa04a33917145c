"""The five promises of DESIGN section 8, tried the hard way: SIGKILL before and after every commit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import BOTH

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]


def _lines(kind: str, folder: Path) -> Iterator[dict[str, object]]:
    """What the zygote tells. EDI_GATEWAY_CRASH_STEP=5 tries every fifth commit only, for a quick look."""
    step = os.environ.get("EDI_GATEWAY_CRASH_STEP", "1")
    command = [sys.executable, "-m", "tests.crash.zygote", kind, str(folder), step]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as zygote:
        assert zygote.stdout is not None
        for line in zygote.stdout:
            if line.startswith("{"):
                yield json.loads(line)
    assert zygote.returncode == 0


@pytest.mark.parametrize("kind", BOTH)
def test_killed_before_or_after_any_commit_the_road_comes_to_the_same_end(kind: str, tmp_path: Path) -> None:
    clean, *kills = _lines(kind, tmp_path)
    assert clean["wrong"] == []
    commits = clean["commits"]
    print(f"{kind}: {commits} commits in a clean run, {len(kills)} kills tried")
    assert isinstance(commits, int)
    assert commits > 20
    assert [kill for kill in kills if kill["wrong"]] == []
    killed = sum(1 for kill in kills if kill["killed"])
    assert killed >= 0.9 * len(kills)
