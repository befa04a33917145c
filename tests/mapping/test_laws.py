"""The laws of the mapping (DESIGN section 6): what is read, written and read again is the same, and so is what is
written and read; the fast reader reads every clean set as the careful one does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from edi_gateway.mapping import careful
from edi_gateway.mapping.careful import Delimited
from edi_gateway.mapping.compile import reader, writer
from edi_gateway.mapping.read import recoded
from edi_gateway.x12.guide import build
from tests.mapping.random_documents import random_document
from tests.mapping.random_sets import random_set
from tests.mapping.sets import NAMES, Sample, delimiters, mapping, raw_of

SETS = [("850", "004010"), ("850", "005010"), ("855", "004010"), ("855", "005010")]
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


def assert_alike(reads: Any, segments: Any, nodes: list[int], repetition: str | None) -> None:
    root, spots, notes = reads._fast(segments, nodes, ">", repetition)
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
