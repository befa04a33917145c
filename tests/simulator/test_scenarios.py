"""Every scenario of samples/scenarios is played, and comes as it says: no other disagreement, case or hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_gateway.cli.trial.simulation import Grounds
from edi_gateway.simulator.playing.play import play
from edi_gateway.simulator.playing.scenario import BEGINS, HOUSE, load

SCENARIOS = Path(__file__).parents[2] / "samples" / "scenarios"
FILES = sorted(file for file in SCENARIOS.glob("*.toml") if file.name != HOUSE)


@pytest.fixture(scope="module")
def grounds() -> Iterator[Grounds]:
    with Grounds(BEGINS) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_comes_as_the_file_says(grounds: Grounds, file: Path) -> None:
    scenario = load(file, SCENARIOS / HOUSE)
    with grounds.ground() as machine:
        played = play(scenario, machine, seed=1)
    assert played.problems == (), "\n".join(played.story)
