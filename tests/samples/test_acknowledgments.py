"""What each sample is acknowledged with, from the bytes alone: no database, no clock."""

from __future__ import annotations

from functools import partial

import pytest

from edi_gateway.model.finding import Severity
from edi_gateway.x12.acks.ack import functional_ack
from edi_gateway.x12.parsing.envelope import Interchange, InterchangeEnd, InterchangeStart, Unreadable
from edi_gateway.x12.reading import CheckedSet, GroupEnd, read_all
from tests.samples.sample import Sample, guide_of, guides, samples

WRONG = {"13-one-bad-set", "14-bad-date"}  # the samples whose bytes are at fault
UNKNOWN = {"16-unknown-partner"}  # nobody to acknowledge to


def events(sample: Sample) -> list[object]:
    guide = partial(guide_of, guides())
    return [event for content in sample.inputs for event in read_all(content, guide)]


@pytest.mark.parametrize("sample", samples(), ids=lambda s: s.name)
def test_a_sample_is_acknowledged_as_expected(sample: Sample) -> None:
    acknowledged: list[list[str]] = []
    interchange: Interchange | None = None
    for event in events(sample):
        if isinstance(event, InterchangeStart):
            interchange = event.interchange
        if isinstance(event, GroupEnd):
            assert interchange is not None
            body = functional_ack(event.result, "997", interchange.delimiters)
            acknowledged.append(["*".join(segment) for segment in body])
    expected = [[s for s in one if s.startswith("AK")] for one in sample.edi("997")]
    if sample.name in UNKNOWN:
        assert expected == []
    else:
        assert acknowledged == expected


@pytest.mark.parametrize("sample", [s for s in samples() if s.name not in WRONG], ids=lambda s: s.name)
def test_a_sample_whose_bytes_are_good_has_no_finding_worth_a_look(sample: Sample) -> None:
    found = []
    for event in events(sample):
        assert not isinstance(event, Unreadable)
        if isinstance(event, CheckedSet):
            found += event.result.findings
        if isinstance(event, GroupEnd):
            found += event.result.findings
        if isinstance(event, InterchangeEnd):
            found += event.interchange.findings
    assert [f for f in found if f.severity is not Severity.INFO] == []


def test_there_are_at_least_fifteen_samples_and_each_expects_something() -> None:
    named = [(s.name, any(s.folder.glob("expected.*"))) for s in samples()]
    assert len(named) >= 15
    assert [name for name, expects in named if not expects] == []
