"""A replay killed in the middle: whoever comes next carries it on, and no document is replayed twice.

Three files of a stranger who has become a partner; the replay is carried in chunks of two. Commits that write items:
the run (1), two set going (2), those noted (3), the third set going (4) and noted (5).
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from edi_gateway.store import audit, tables
from tests.flow import papers
from tests.flow.conftest import engine, stocked_file
from tests.flow.shop import Shop, publish_with
from tests.flow.test_trial import everything

__all__ = ["engine", "stocked_file"]  # fixtures
pytestmark = [pytest.mark.crash, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
POSTGRES = pytest.mark.postgres


@pytest.mark.parametrize(
    ("engine", "at", "when"),
    [
        ("sqlite", 2, "after"),
        ("sqlite", 3, "before"),
        pytest.param("postgres", 3, "after", marks=POSTGRES),
    ],
    indirect=["engine"],
)
def test_a_killed_replay_is_carried_on_and_runs_each_document_once(
    engine: object, at: int, when: str, tmp_path: Path
) -> None:
    shop = Shop(engine, tmp_path / "home")  # type: ignore[arg-type]
    for n in (1, 2, 3):
        shop.drop(f"{n}.edi", papers.interchange(n, [papers.purchase_order(f"N{n}")], sender="NEWNAME"))
    shop.run()
    (profile := tmp_path / "profile").mkdir()
    publish_with(shop, profile, 'id = "KESTRELMOOR"', 'id = "NEWNAME"')
    url = shop.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.crash.replaying", url, str(shop.home), str(at), when]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert [row["state"] for row in shop.rows(tables.replay_runs)] == ["RUNNING"]

    shop.run()  # it knows nothing of the replay but what the database says
    assert [row["state"] for row in shop.rows(tables.replay_runs)] == ["DONE"]
    assert [(row["state"], row["result"]) for row in shop.rows(tables.replay_items)] == [
        ("DONE", "PASSED")
    ] * 3
    repeats = Counter(row["replay_of"] for row in shop.rows(tables.receipts) if row["replay_of"])
    assert sorted(repeats.values()) == [1, 1, 1]
    assert shop.states() == {"N1": "ACCEPTED", "N2": "ACCEPTED", "N3": "ACCEPTED"}
    assert shop.cases() == []
    text = "".join(shop.sent())
    assert [text.count(f"BAK*00*AD*N{n}*") for n in (1, 2, 3)] == [1, 1, 1]
    assert text.count("ST*997*") == 3
    with shop.engine.begin() as conn:
        assert audit.verify(conn) is None
    stands = everything(shop.engine)["receipts"]
    shop.run()
    assert everything(shop.engine)["receipts"] == stands
