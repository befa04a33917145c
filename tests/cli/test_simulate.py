"""`simulate`: scenarios are listed and played, exit code 1 when one came otherwise than its file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import ROOT, Terminal

QUICK = "49-wrong-totals"


@pytest.fixture
def anywhere(tmp_path: Path) -> Terminal:
    """No working folder: the shipped scenarios and partners."""
    return Terminal(tmp_path)


def test_scenarios_are_listed_with_what_happens(anywhere: Terminal) -> None:
    rows = {row["scenario"]: row for row in anywhere.ok("simulate", "--json").json()}
    files = {file.stem for file in (ROOT / "samples" / "scenarios").glob("*.toml")} - {"house"}
    assert set(rows) == files
    assert rows["02-stores"]["edge_cases"] == ["D7"]
    assert "A department store orders for its stores" in anywhere.ok("simulate").out


@pytest.mark.slow
def test_a_scenario_that_comes_as_it_says(anywhere: Terminal) -> None:
    said = anywhere.ok("simulate", QUICK)
    assert "02 Mar 15:00  kestrelmoor orders K1" in said.out
    assert said.out.rstrip().endswith("as expected")


@pytest.mark.slow
def test_a_scenario_that_comes_otherwise(anywhere: Terminal, tmp_path: Path) -> None:
    text = (ROOT / "samples" / "scenarios" / f"{QUICK}.toml").read_text("utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(text.replace('holds = ["TOTALS"]', 'holds = ["PRICE"]'), "utf-8")
    said = anywhere("simulate", str(file), "--json")
    assert said.code == 1
    found = said.one()
    assert (found["scenario"], found["good"], found["documents"]) == ("mine", False, {"997": 1})
    told = [problem.partition(" (")[0] for problem in found["problems"]]
    assert told == ["at the end: holds: 1 x TOTALS too many", "at the end: holds: 1 x PRICE missing"]


@pytest.mark.slow
def test_the_folder_that_was_played_in_may_be_kept(anywhere: Terminal, tmp_path: Path) -> None:
    anywhere.ok("simulate", QUICK, "--keep", str(tmp_path / "kept"))
    kept = Terminal(tmp_path / "kept")
    assert [row["state"] for row in kept.ok("orders", "list", "--json").json()] == ["ON_HOLD"]
    assert anywhere("simulate", QUICK, "--keep", str(tmp_path / "kept")).code == 2
    assert anywhere("simulate", "all", "--keep", str(tmp_path / "other")).code == 2


def test_what_is_no_scenario(anywhere: Terminal, tmp_path: Path) -> None:
    said = anywhere("simulate", "nothing")
    assert (said.code, "There is no scenario nothing" in said.err) == (2, True)
    (tmp_path / "bad.toml").write_text("title = 1\nsteps = []\n", "utf-8")
    assert "is no scenario" in anywhere("simulate", str(tmp_path / "bad.toml")).err
