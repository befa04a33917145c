"""A replay killed in the middle: whoever comes next carries it on, and no document is replayed twice.

Three files; the replay is carried in chunks of two. Commits that write items: the run (1), two set going (2), those
noted (3), the third set going (4) and noted (5).
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.crash.replaying import EVERYWHERE
from tests.servers.postgres import postgres

pytestmark = [pytest.mark.crash, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_killed_before_or_after_any_commit_a_replay_is_carried_on_and_runs_each_document_once(
    kind: str, tmp_path: Path
) -> None:
    database = kind if kind == "sqlite" else f"postgres:{postgres().port}"
    command = [sys.executable, "-m", "tests.crash.replaying", database, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    kills = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    assert (run.returncode, [kill for kill in kills if kill["wrong"]]) == (0, []), run.stderr
    # two files that are worked apart are noted in commits of their own: then there are more
    points = {1, 2, 3, 4, 5}
    assert {kill["at"] for kill in kills} >= points
    if kind == "sqlite" or EVERYWHERE:
        assert {(kill["at"], kill["when"]) for kill in kills} >= set(product(points, ("before", "after")))
