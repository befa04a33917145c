"""A few inputs of each law; `make fuzz` tries them for half an hour. And what it found, at its least."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.x12.edi import ISA
from tests.x12.fuzz import least, main, problem_of
from tests.x12.laws import LAWS, Law, is_digested, is_mended


@pytest.mark.parametrize("name", LAWS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_the_law_holds(name: str, seed: int) -> None:
    law = LAWS[name]
    law.holds(law.make(random.Random(seed)))


@pytest.mark.parametrize(
    "body",
    [
        # a loop that is out of place, in which the bytes end
        "BEG*00*SA*1**20260115~SCH*1*EA***002*20260101~N3*X~CTT*1~N1*ST*X~MSG*X",
        "BEG*00*SA*1**20260115~N4*X~SLN*1**I*1*EA~CTT*1~SLN*1**I*1*EA~N1*ST*X",
    ],
)
def test_what_broke_a_law_before_holds_it(body: str) -> None:
    is_digested(f"{ISA}~GS*PO*BUYER*SELLER*20260115*1200*7*X*004010~ST*850*0001~{body}~".encode())


def test_what_is_left_after_the_mend_is_what_is_found_after_it() -> None:
    """A composite of nothing but separators missed its components, until the mend took the separators away."""
    is_mended(b"ISA|||||ZZ||ZZ|||0905||00401|||P|>\x85GS|SW\x85ST|945\x85N9|||||||>\x85")
    # a terminator that was damaged let the SE swallow the GE, and the misspelt IEA then seemed to be a GE
    tail = "ST*997*0001~AK1*PO*3~AK9*A*0*0*0~SE*4*0001\x89GE*1*1~IEEA*1*000000905~"
    is_mended(f"{ISA}~GS*FA*BUYER*SELLER*20260115*1200*1*X*004010~{tail}".encode("latin-1"))


def test_a_letter_ends_no_segment() -> None:
    """An ISA that seems to end with a letter is none: nothing behind it could be taken apart."""
    is_digested(b"ISA|00||||ZZ||ZZ|||0905|||0|||\nG\nGS|G")
    is_digested(f"{ISA}CGS*PO*BUYER*SELLER*20260115*1200*7*X*004010~".encode())


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
