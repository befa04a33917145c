"""Every value can be followed to its bytes, every byte with something in it to a value or to what is unmapped."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.mapping import catalog
from edi_gateway.mapping.compile import reader
from edi_gateway.mapping.hierarchy import HL_ELEMENTS, hang
from edi_gateway.mapping.lineage import behind, trace
from edi_gateway.x12.checking.guide import Walk, build
from edi_gateway.x12.parsing.rawset import RawSet
from tests.mapping.random_sets import random_set
from tests.mapping.sets import MAPPINGS, NAMES, Sample, mapping, raw_of, raw_set

JUNK = [
    "",
    "XXX213",
    "NaN",
    "1_000",
    "-",
    "1E5",
    " ",
    "20260230",
    "12.3.4",
    "é",
    "A>B>C>D>E>F>G>H",
    "0",
    "2025W101",
]


@pytest.mark.parametrize("name", NAMES)
def test_offset_and_length_cut_exactly_the_text_of_each_value_out_of_the_bytes(name: str) -> None:
    sample = Sample(name)
    raw, walk = sample.raw()
    content = "~".join("*".join(segment) for segment in raw.segments).encode("latin-1")
    traces = trace(mapping(sample.set_code), sample.guide, raw, walk, sample.encoding)
    assert traces
    for found in traces:
        bytes_of_it = content[found.offset : found.offset + found.length]
        assert bytes_of_it.decode("latin-1" if sample.encoding == "ascii" else "utf-8") == found.text
        assert raw.segments[found.position - 1][0] == found.segment


@pytest.mark.parametrize("name", NAMES)
def test_each_path_leads_to_its_value_in_the_document(name: str) -> None:
    sample = Sample(name)
    raw, walk = sample.raw()
    document = sample.read().document
    for found in trace(mapping(sample.set_code), sample.guide, raw, walk, sample.encoding):
        value: object = document
        for step in found.path.replace("[", ".[").split("."):
            if step.startswith("["):
                key = step[1:-1]
                value = value[key] if isinstance(value, dict) else value[int(key)]  # type: ignore[index]
            else:
                value = getattr(value, step)
        assert value == found.value


def test_a_trace_names_place_row_file_and_line() -> None:
    raw = raw_set("BEG*00*SA*PO1**20260115~PO1*1*5*EA*9.50~CTP*RS*RES*14.99**EA~DTM*010*20260210*0930~")
    guide = build("004010", "850")
    traces = trace(mapping("850"), guide, raw, guide.check(raw))
    (price,) = behind(traces, "lines[0].price")
    assert (price.segment, price.position, price.loop, price.element, price.offset, price.length) == (
        *("PO1", 3, "PO1", 4, 47, 4),
    )
    assert (price.text, price.row, price.file) == ("9.50", "PO1", "850.toml")
    text = (MAPPINGS / "850.toml").read_text().splitlines()
    assert text[price.line - 1].startswith('04 = "price"')
    (unit,) = behind(traces, "lines[0].quoted_prices[0].unit")
    assert (unit.component, unit.row, unit.file) == (1, "PO1/CTP", "common.toml")
    assert [t.path for t in behind(traces, "lines[0].dates")] == [
        "lines[0].dates.requested_ship",
        "lines[0].dates.times[010]",
    ]


def test_a_value_that_a_table_changed_names_the_tables_row() -> None:
    texts = catalog.texts_of(MAPPINGS) | {
        "tables/units.csv": "theirs,ours,direction,meaning\nEA,EA,both,each\nEACH,EA,read,each\n",
        "partner/acme/850.toml": '["PO1"]\n03 = { field = "unit", table = "units" }\n',
    }
    theirs = catalog.load_texts(texts, "850")
    raw = raw_set("BEG*00*SA*PO1**20260115~PO1*1*5*EACH~")
    guide = build("004010", "850")
    (unit,) = behind(trace(theirs, guide, raw, guide.check(raw)), "lines[0].unit")
    assert (unit.value, unit.text, unit.file, unit.line) == ("EA", "EACH", "partner/acme/850.toml", 2)
    assert unit.table is not None
    assert str(unit.table.at) == "tables/units.csv:3"


@pytest.mark.parametrize(
    ("set_code", "version"),
    [
        ("850", "004010"),
        ("855", "005010"),
        ("810", "005010"),
        ("820", "004010"),
        ("824", "005010"),
        ("856", "004010"),
    ],
)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_nothing_of_a_broken_set_is_lost_and_nothing_raises(set_code: str, version: str, seed: int) -> None:
    guide = build(version, set_code)
    chance = Random(seed)
    body = random_set(seed, guide)
    for _ in range(chance.randint(1, 6)):
        _break(body, chance)
    raw = raw_of(body, set_code, version)
    walk = guide.check(raw)
    reading = reader(mapping(set_code), guide).read(raw, walk, chance.choice(("ascii", "latin-1", "utf-8")))
    accounted = {(u.position, u.element) for u in reading.unmapped} | _read(set_code, version, raw, walk)
    for position, segment in enumerate(raw.segments, 1):
        if segment[0] in ("ST", "SE") or (position, None) in accounted:
            continue
        for element, text in enumerate(segment):
            assert not element or not text or (position, element) in accounted


def _read(set_code: str, version: str, raw: RawSet, walk: Walk) -> set[tuple[int, int | None]]:
    """Elements that became values, the qualifiers by which a row was chosen, and HLs that have their place."""
    guide = build(version, set_code)
    traces = trace(mapping(set_code), guide, raw, walk)
    chosen = {(t.position, 1) for t in traces if "*" in t.row.rpartition("/")[2]}
    placed = hang(reader(mapping(set_code), guide).plan, raw.segments, walk.nodes).above
    hung = {(index + 1, element) for index in placed for element in range(1, HL_ELEMENTS + 1)}
    return {(t.position, t.element) for t in traces} | chosen | hung


def _break(body: list[list[str]], chance: Random) -> None:
    at = chance.randrange(len(body))
    match chance.randint(0, 4):
        case 0 if len(body[at]) > 1:
            body[at][chance.randrange(1, len(body[at]))] = chance.choice(JUNK)
        case 1:
            body.insert(chance.randrange(len(body) + 1), list(body[at]))
        case 2 if len(body) > 2:
            del body[at]
        case 3:
            other = chance.randrange(len(body))
            body[at], body[other] = body[other], body[at]
        case _:
            body[at].append(chance.choice(JUNK))
