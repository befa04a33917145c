"""A few inputs of each law; `make fuzz` tries them for half an hour. And what it found, at its least."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.x12.fuzz import least, main, problem_of
from tests.x12.laws import LAWS, Law


@pytest.mark.parametrize("name", LAWS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_the_law_holds(name: str, seed: int) -> None:
    law = LAWS[name]
    law.holds(law.make(random.Random(seed)))


def _holds_no_seven(data: bytes) -> None:
    assert b"7" not in data


def test_a_broken_law_is_told_with_the_least_that_breaks_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    law = Law(lambda chance: chance.randbytes(50) + b"7", _holds_no_seven)
    problem = problem_of(law, b"1237456")
    assert problem == "AssertionError in test_fuzz.py:_holds_no_seven"
    assert least(law, b"1237456", problem) == b"7"
    assert problem_of(law, b"12") is None
    monkeypatch.setitem(LAWS, "no seven", law)
    monkeypatch.setattr("sys.argv", ["fuzz", "--law", "no seven", "--seed", "1"])
    assert main() == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("BROKEN 'no seven': AssertionError in")
    assert told[1] == "  b'7'"
