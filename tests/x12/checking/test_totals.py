"""Totals at the end of a set are compared for those who ask; what differs is a warning that no 997 mentions."""

from __future__ import annotations

import pytest

from edi_gateway.model.finding import Code, Location, Severity
from edi_gateway.x12.reading import CheckedSet, read_all
from tests.x12.edi import interchange
from tests.x12.faults.documents import BASES, make


def totals_of(data: bytes) -> list[tuple[str, str, int | None, bytes]]:
    [checked] = [event for event in read_all(data, totals=True) if isinstance(event, CheckedSet)]
    found = []
    for finding in checked.result.findings:
        at = finding.at
        assert isinstance(at, Location)
        assert at.offset is not None
        assert (finding.severity, finding.ack) == (Severity.WARNING, None)
        found.append(
            (finding.code.value, at.segment or "", at.element, data[at.offset : at.offset + (at.length or 0)])
        )
    assert checked.result.status == "A"
    return found


COUNT, HASH = Code.LINE_COUNT_DIFFERS.value, Code.HASH_TOTAL_DIFFERS.value


@pytest.mark.parametrize(
    "base", [base for base in BASES if base[:3] not in ("820", "824", "940", "945", "997", "999")]
)
def test_the_totals_of_a_good_document_are_right(base: str) -> None:
    assert totals_of(make(base, "repeat 1 1 times").data) == []


@pytest.mark.parametrize(
    ("base", "done", "found"),
    [
        ("850", "set 34.1 to 3", [(COUNT, "CTT", 1, b"3")]),
        ("850", "set 34.2 to 97", [(HASH, "CTT", 2, b"97")]),
        (
            "850",
            "drop 32-33",
            [(COUNT, "CTT", 1, b"2")],
        ),  # that its quantity is missing, too, goes without saying
        ("855", "set 24.1 to 1", [(COUNT, "CTT", 1, b"1")]),
        ("856", "set 23.1 to 2", [(COUNT, "CTT", 1, b"2")]),  # counts HL segments, not items
        ("856", "set 23.2 to 48", [(HASH, "CTT", 2, b"48")]),
        ("810", "set 19.1 to 4", [(COUNT, "CTT", 1, b"4")]),
        ("860", "set 15.2 to 48", [(HASH, "CTT", 2, b"48")]),  # POC03, not what is left to receive
        ("865", "set 17.1 to 1", [(COUNT, "CTT", 1, b"1")]),
        ("846", "set 15.2 to 100", [(HASH, "CTT", 2, b"100")]),
    ],
)
def test_a_total_that_differs_is_a_warning_at_its_place(
    base: str, done: str, found: list[tuple[str, str, int, bytes]]
) -> None:
    for release in ("004010", "005010"):
        assert totals_of(make(f"{base}-{release}", done).data) == found


@pytest.mark.parametrize(
    ("quantities", "stated"),
    [
        (["1.5", "2.5"], "4"),  # as people add
        (["1.5", "2.5"], "40"),  # as the standard says: points and signs left out
        (["9999999999", "2"], "1"),  # the last ten digits
        (["-3", "5"], "2"),
        (["-3", "5"], "8"),
    ],
)
def test_a_hash_total_is_right_as_a_sum_and_as_the_standard_makes_it(
    quantities: list[str], stated: str
) -> None:
    lines = [f"PO1*{number}*{quantity}*EA" for number, quantity in enumerate(quantities, start=1)]
    assert totals_of(interchange(["BEG*00*SA*1**20260115", *lines, f"CTT*2*{stated}"])) == []


ORDER = ["BEG*00*SA*1**20260115", "PO1*1*48*EA*9**VP*A", "PID*F****ONE", "PO1*2*48*EA*9**VP*B", "CTT*2*96"]
NOTICE = [
    "BSN*00*S1*20260120*1200*0001",
    "HL*1**S",
    "HL*2*1*O",
    "PRF*4711",
    "HL*3*2*I",
    "LIN**VP*A",
    "SN1**2*EA",
    "CTT*3*2",
]


@pytest.mark.parametrize(
    ("code", "body", "old", "new", "said"),
    [
        ("850", ORDER, "PO1*2", "P01*2", Code.SEGMENT_UNKNOWN),
        ("850", ORDER, "PO1*2", "W01*2", Code.SEGMENT_NOT_IN_SET),
        ("856", NOTICE, "SN1", "SNI", Code.SEGMENT_UNKNOWN),
        ("856", NOTICE, "HL*3", "HLL*3", Code.SEGMENT_UNKNOWN),
        ("856", NOTICE, "SN1", "SN1**2*EA~SN1", Code.SEGMENT_OVER_MAXIMUM),
        ("850", ORDER, "PO1*2*48", "PO1*2*", Code.CONDITIONAL_ELEMENT_MISSING),
        ("850", ORDER, "PO1*2*48", "PO1*2*" + "9" * 40, Code.ELEMENT_TOO_LONG),
        ("850", ORDER, "PO1*2*48", "PO1*2*1E999999", Code.NUMBER_INVALID),
        ("850", ORDER, "CTT*2", "CTT*" + "2" * 5000, Code.ELEMENT_TOO_LONG),
        ("850", ORDER, "CTT*2*96", "CTT*2*" + "9" * 40, Code.ELEMENT_TOO_LONG),
        ("850", ["BEG*00*SA*1**20260115", "CTT*1*48"], "CTT", "CTT", Code.SEGMENT_MISSING),
    ],
)
def test_a_total_that_differs_by_what_is_said_already_is_not_said_again(
    code: str, body: list[str], old: str, new: str, said: Code
) -> None:
    text = "~".join(segment.replace(old, new, 1) if segment.startswith(old) else segment for segment in body)
    data = interchange(text.split("~"), set_code=code)
    [checked] = [event for event in read_all(data, totals=True) if isinstance(event, CheckedSet)]
    assert [finding.code for finding in checked.result.findings] == [said]


def test_totals_are_not_compared_unless_asked_for() -> None:
    data = make("850-004010", "set 34.1 to 3").data
    [checked] = [event for event in read_all(data) if isinstance(event, CheckedSet)]
    assert checked.result.findings == ()


def test_a_total_or_quantity_that_is_no_number_is_said_as_such_only() -> None:
    for done in ("set 34.2 to 9X", "set 16.2 to 4X"):
        data = make("850-004010", done).data
        [checked] = [event for event in read_all(data, totals=True) if isinstance(event, CheckedSet)]
        assert [finding.code for finding in checked.result.findings] == [Code.NUMBER_INVALID]
