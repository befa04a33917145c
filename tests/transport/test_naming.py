"""Names of outbound files."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edi_gateway.transport.errors import BadName, BadNamePattern
from edi_gateway.transport.naming import FIELDS, FileNames

AT = datetime(2026, 1, 15, 9, 5, 7, tzinfo=UTC)


def name(pattern: str, **changes: object) -> str:
    values: dict[str, object] = {
        "sequence": 42,
        "set_code": "855",
        "control": "000000123",
        "partner": "north",
        "at": AT,
    }
    return FileNames(pattern).name(**(values | changes))  # type: ignore[arg-type]


def test_by_default_names_sort_in_the_order_of_sending() -> None:
    names = FileNames()
    sent = [(9, "856"), (10, "810"), (99, "997"), (100, "810"), (123_456_789, "810")]
    written = [names.name(sequence=n, set_code=s, control="000000001", partner="p", at=AT) for n, s in sent]
    assert written[:2] == ["000000000009_856_000000001.edi", "000000000010_810_000000001.edi"]
    assert written == sorted(written)
    assert names.sorted_as_sent


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("{partner}.{set}.{control}.x12", "north.855.000000123.x12"),
        ("PO{date}{time}-{sequence}", "PO20260115090507-42"),
        ("{date:%d%m%y}_{time:%H%M}_{sequence:05d}.txt", "150126_0905_00042.txt"),
        ("{control:>012}{{a}}.edi", "000000000123{a}.edi"),
        ("with blank {sequence}", "with blank 42"),
    ],
)
def test_a_pattern_is_written_with_its_fields(pattern: str, written: str) -> None:
    assert name(pattern) == written


@pytest.mark.parametrize(
    ("pattern", "in_order"),
    [
        ("{sequence:012d}.edi", True),
        ("OUT_{sequence:09d}_{set}", True),
        ("{sequence:09}", True),
        ("{sequence}.edi", False),
        ("{sequence:12d}.edi", False),
        ("{sequence:05d}.edi", False),
        ("{set}_{sequence:012d}.edi", False),
        ("{control}.edi", False),
    ],
)
def test_it_says_whether_names_sort_in_the_order_of_sending(pattern: str, in_order: bool) -> None:
    assert FileNames(pattern).sorted_as_sent is in_order


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        (
            "{sequence}_{buyer}.edi",
            "unknown field {buyer}; known are sequence, set, control, partner, date, time",
        ),
        ("{sequence}_{}.edi", "unknown field {}"),
        ("{sequence}_{0}.edi", "unknown field {0}"),
        ("{sequence.__class__}.edi", "unknown field {sequence.__class__}"),
        ("{partner[0]}{sequence}", "unknown field {partner[0]}"),
        ("{sequence!r}.edi", "no braces or conversions inside a field"),
        ("{sequence:{set}}.edi", "no braces or conversions inside a field"),
        ("{sequence", "expected '}' before end of string; write {{ for a brace"),
        ("{sequence:%Y}", "Invalid format specifier '%Y' for object of type 'int'"),
        ("out/{sequence}.edi", "it leads out of the folder"),
        ("..\\{sequence}.edi", "it leads out of the folder"),
        ("{date:%d/%m/%y}{sequence}.edi", "it leads out of the folder"),
        (".{sequence}.edi", "readers take it for an unfinished file"),
        ("{sequence}.tmp", "readers take it for an unfinished file"),
        ("{sequence}\n.edi", "it has characters that cannot be printed"),
        ("{sequence}" + "n" * 255, "it is longer than 255 bytes"),
        ("", "without {sequence} or {control} two files would have the same name"),
        ("{date}{time}.edi", "without {sequence} or {control} two files would have the same name"),
    ],
)
def test_a_pattern_that_gives_no_good_names_is_refused_with_the_reason(pattern: str, problem: str) -> None:
    with pytest.raises(BadNamePattern) as caught:
        FileNames(pattern)
    message = str(caught.value)
    assert message.startswith(f"writing.file_name = {pattern!r}: {problem}")
    assert caught.value.permanent


def test_every_field_that_is_told_of_can_be_written() -> None:
    for field in FIELDS:
        assert "{" not in name("{sequence}-{" + field + "}")


def test_a_value_that_cannot_stand_in_a_name_is_refused_rather_than_changed() -> None:
    with pytest.raises(BadName, match="leads out of the folder"):
        name("{control}.edi", control="12/34")
