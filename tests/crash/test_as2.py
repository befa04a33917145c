"""AS2 tried the hard way: SIGKILL before and after every commit of sending and of taking."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import BOTH
from tests.servers.postgres import postgres

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", BOTH)
def test_whichever_side_is_killed_each_message_is_taken_once_and_receipted(kind: str, tmp_path: Path) -> None:
    database = kind if kind == "sqlite" else f"postgres:{postgres().port}"
    step = os.environ.get("EDI_GATEWAY_CRASH_STEP", "1")
    command = [sys.executable, "-m", "tests.crash.as2", database, str(tmp_path), step]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0
    assert [one for one in told if one["wrong"]] == []
    clean = {(one["agreement"], one["role"]): one["points"] for one in told if one["at"] is None}
    assert set(clean) == {(a, r) for a in ("sync", "async") for r in ("sender", "receiver")}
    assert all(clean.values())
    kills = [one for one in told if one["at"] is not None]
    print(f"AS2, {kind}: points {clean}, {len(kills)} kills tried")
    assert sum(one["killed"] for one in kills) >= 0.8 * len(kills)
