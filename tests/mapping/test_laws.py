"""The laws of the mapping (DESIGN section 6): what is read, written and read again is the same, and so is what is
written and read; the fast reader reads every clean set as the careful one does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from edi_gateway.mapping import careful
from edi_gateway.mapping.compile import reader, writer
from edi_gateway.mapping.draft import Delimited
from edi_gateway.mapping.hierarchy import hang
from edi_gateway.mapping.read import recoded
from edi_gateway.x12.checking.guide import build
from edi_gateway.x12.parsing.envelope import Interchange, InterchangeStart
from edi_gateway.x12.reading import CheckedSet, read_all
from tests.mapping.random_documents import random_document
from tests.mapping.random_sets import random_set
from tests.mapping.sets import MAPPINGS, NAMES, Sample, delimiters, mapping, raw_of

SAMPLES = sorted((MAPPINGS.parent / "samples").glob("*/*.edi"))
SETS = [
    (code, version)
    for code in ("850", "855", "810", "820", "824", "856", "846", "940", "945")
    for version in ("004010", "005010")
]
seeds = st.integers(0, 2**32)
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("name", NAMES)
def test_a_text_read_written_and_read_again_is_the_same_document(name: str) -> None:
    sample = Sample(name)
    raw, _ = sample.raw()
    first = sample.read().document
    assert first is not None
    written = sample.writer.write(first, raw.delimiters)
    assert written.findings == ()
    assert written.value is not None
    again = raw_of(written.value, sample.set_code, sample.version)
    second = sample.reader.read(again, sample.guide.check(again))
    assert second.document == first
    assert second.unmapped == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_fast_reader_reads_a_text_as_the_careful_one_does(name: str) -> None:
    sample = Sample(name)
    raw, walk = sample.raw()
    segments = recoded(raw.segments, sample.encoding)
    assert_alike(sample.reader, segments, walk.nodes, raw.delimiters.repetition)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_sample_read_written_and_read_again_is_the_same_and_wholly_mapped(path: Path) -> None:
    """Documents that cannot be made, such as those of 14-bad-date, are left to the tests of the samples."""
    interchange: Interchange | None = None
    for event in read_all(path.read_bytes()):
        if isinstance(event, InterchangeStart):
            interchange = event.interchange
        if not isinstance(event, CheckedSet) or event.guide is None or event.walk is None:
            continue
        if (
            event.raw.code not in {code for code, _ in SETS}
            or event.walk.status == "R"
            or interchange is None
        ):
            continue
        of, guide = mapping(event.raw.code), event.guide
        first = reader(of, guide).read(event.raw, event.walk, interchange.encoding)
        assert first.document is not None
        assert (first.unmapped, first.findings) == ((), ())
        written = writer(of, guide).write(first.document, delimiters(guide.version))
        assert written.findings == ()
        assert written.value is not None
        again = raw_of(written.value, event.raw.code, guide.version)
        assert reader(of, guide).read(again, guide.check(again)).document == first.document


def assert_alike(reads: Any, segments: Any, nodes: list[int], repetition: str | None) -> None:
    hung = hang(reads.plan, segments, nodes)
    root, spots, notes = reads._fast(segments, nodes, ">", repetition, hung.above)
    draft = careful.read(reads.plan, segments, nodes, Delimited(">", repetition))
    assert root == draft.root
    assert sorted(spots) == sorted(tuple(spot) for spot in draft.spots)
    assert len(notes) == len(draft.findings)


@pytest.mark.parametrize(("set_code", "version"), SETS)
@many
@given(seed=seeds)
def test_a_random_set_read_written_and_read_again_is_the_same_document(
    set_code: str, version: str, seed: int
) -> None:
    guide = build(version, set_code)
    reads, writes = reader(mapping(set_code), guide), writer(mapping(set_code), guide)
    raw = raw_of(random_set(seed, guide), set_code, version)
    walk = guide.check(raw)
    if not walk.findings:
        assert_alike(reads, raw.segments, walk.nodes, raw.delimiters.repetition)
    first = reads.read(raw, walk).document
    assume(first is not None)
    assert first is not None
    written = writes.write(first, delimiters(version))
    assert written.value is not None, written.findings
    again = raw_of(written.value, set_code, version)
    assert reads.read(again, guide.check(again)).document == first


@pytest.mark.parametrize(("set_code", "version"), SETS)
@many
@given(seed=seeds)
def test_a_random_document_written_and_read_is_the_same_document(
    set_code: str, version: str, seed: int
) -> None:
    guide = build(version, set_code)
    reads, writes = reader(mapping(set_code), guide), writer(mapping(set_code), guide)
    document = mapping(set_code).model.model_validate(random_document(seed, writes.plan))
    written = writes.write(document, delimiters(version))
    assert written.findings == ()
    assert written.value is not None
    again = raw_of(written.value, set_code, version)
    reading = reads.read(again, guide.check(again))
    assert reading.document == document
    assert reading.unmapped == ()
