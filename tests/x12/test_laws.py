"""Laws that hold for every set: what is right is found right, what is written is read back the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.checking.compiler import Compiler
from edi_gateway.x12.checking.guide import build
from edi_gateway.x12.checking.segments import Context, problems
from edi_gateway.x12.checking.values import faults
from edi_gateway.x12.dictionary import dictionary
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.reading import CheckedSet, GroupEnd, InterchangeEnd, read_all
from edi_gateway.x12.writing.writer import Envelope, body_text, check_body, interchange
from tests.x12.edi import USUAL, document_of
from tests.x12.edi import interchange as around
from tests.x12.random_sets import Maker

AT = datetime(2026, 1, 15, 9, 5, tzinfo=UTC)
KINDS = [(version, code) for version in ("004010", "005010") for code in sorted(dictionary(version).sets)]


@pytest.mark.parametrize(("version", "code"), KINDS)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**9), fullness=st.sampled_from([0.05, 0.2, 0.5]))
def test_a_random_right_set_is_written_and_read_back_the_same_without_a_finding(
    version: str, code: str, seed: int, fullness: float
) -> None:
    body = Maker(version, seed, fullness).body(code)
    assert check_body(build(version, code), body, USUAL) == []
    text = body_text(body, USUAL).value
    assert text is not None
    envelope = Envelope("ZZ", "SELLER", "ZZ", "BUYER", "SELLER", "BUYER", line_end="\n")
    data = interchange(
        envelope,
        "1",
        AT,
        [(dictionary(version).sets[code].group, version, "1", [(code, "0001", text, len(body))])],
    )
    events = list(read_all(data))
    [checked] = [event for event in events if isinstance(event, CheckedSet)]
    assert checked.result.findings == ()
    assert checked.raw.segments[1:-1] == body
    [group] = [event for event in events if isinstance(event, GroupEnd)]
    [end] = [event for event in events if isinstance(event, InterchangeEnd)]
    assert (group.result.status, group.result.findings, end.interchange.findings) == ("A", (), [])


@pytest.mark.parametrize(("version", "code"), KINDS)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**9), data=st.data())
def test_the_fast_pass_and_the_exact_check_agree_on_what_is_right(
    version: str, code: str, seed: int, data: st.DataObject
) -> None:
    body = Maker(version, seed).body(code)
    index = data.draw(st.integers(0, len(body) - 1))
    element = data.draw(st.integers(1, max(len(body[index]) - 1, 1)))
    value = data.draw(
        st.one_of(
            st.sampled_from(["", " ", "X", "1", "-", "a", "20260230", "A>B"]),
            st.text("A1 a.-\xe9\x01\x85", max_size=40),
        )
    )
    body[index] = [*body[index][:element], value, *body[index][element + 1 :]]
    book = dictionary(version)
    context = Context(book, USUAL)
    definition = book.segments[body[index][0]]
    fast = Compiler(context).compile(definition, (), len(body[index]) - 1)
    exact = problems(definition, (), context, body[index])
    assert fast(body[index]) == (exact == ())
    assert fast(body[index]) == (exact == ())  # the second time from memory


@settings(max_examples=150, deadline=None)
@given(
    value=st.text("A1 a.-+\xe9\xc3\x89\x01\x85>^", min_size=1, max_size=20),
    kind=st.sampled_from(["352", "380", "354", "373", "337", "355", "353"]),
)
def test_a_value_has_at_most_one_error(value: str, kind: str) -> None:
    element = dictionary("004010").elements[kind]
    found = list(faults(element, value))
    assert sum(fault.severity is Severity.ERROR for fault in found) <= 1


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), data=st.data())
def test_a_segment_taken_out_doubled_or_moved_leaves_every_other_segment_its_place(
    seed: int, data: st.DataObject
) -> None:
    """The checker finds its place again: only few findings, and never one that says the opposite of another."""
    body = ["*".join(segment) for segment in Maker("004010", seed, 0.15).body("850")]
    index = data.draw(st.integers(0, len(body) - 1))
    match data.draw(st.sampled_from(["unknown", "out"])):
        case "unknown":
            damaged = [*body[:index], "QQQ*1", *body[index:]]
            document = document_of(around(damaged))
            assert [finding.code for finding in document.findings] == [Code.SEGMENT_UNKNOWN]
            assert document.paths[:index] + document.paths[index + 1 :] == document_of(around(body)).paths
        case "out":
            document = document_of(around(body[:index] + body[index + 1 :]))
            structural = [
                finding for finding in document.findings if finding.code.value.startswith("SEGMENT")
            ]
            assert len(structural) <= 2


def test_delimiters_of_every_kind_are_kept_apart() -> None:
    for delimiters in (Delimiters("\x1d", "\x1f", "\x1c", None), Delimiters("|", "\\", "!", None)):
        body = Maker("004010", 7).body("850")
        body = [[value.replace(">", delimiters.component) for value in segment] for segment in body]
        assert check_body(build("004010", "850"), body, delimiters) == []
