"""A TA1 that comes in is looked at like any segment, and nobody is told but the reader."""

from __future__ import annotations

import pytest

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.acks.ack import interchange_ack
from edi_gateway.x12.parsing.envelope import InterchangeEnd
from edi_gateway.x12.reading import read_all
from tests.x12.edi import ISA, ISA5

GOOD = "TA1*000000001*260115*1200*A*000~"


def read(ta1: str, isa: str = ISA) -> tuple[list[Finding], list[str]]:
    data = f"{isa}~{ta1}IEA*0*000000905~".encode()
    [end] = [event for event in read_all(data) if isinstance(event, InterchangeEnd)]
    for each in end.interchange.findings:
        assert each.ack is None
        assert isinstance(each.at, Location)
        assert each.at.segment == "TA1"
        assert data[each.at.offset :][: each.at.length].decode() == (each.value or "")
    return end.interchange.findings, interchange_ack(end.interchange)


@pytest.mark.parametrize("isa", [ISA, ISA5])
def test_a_good_one_has_no_finding(isa: str) -> None:
    assert read(GOOD, isa)[0] == []
    assert read(GOOD + GOOD.replace("A*000", "R*031"), isa)[0] == []


@pytest.mark.parametrize(
    ("old", "new", "code", "element", "severity"),
    [
        ("*000000001", "*1", Code.ELEMENT_TOO_SHORT, 1, Severity.WARNING),
        ("*000000001", "*", Code.ELEMENT_MISSING, 1, Severity.ERROR),
        ("*000000001", "*00000000X", Code.NUMBER_INVALID, 1, Severity.ERROR),
        ("260115", "20260115", Code.DATE_INVALID, 2, Severity.WARNING),
        ("260115", "261315", Code.DATE_INVALID, 2, Severity.WARNING),
        ("1200", "2500", Code.TIME_INVALID, 3, Severity.WARNING),
        ("*A*", "*X*", Code.CODE_INVALID, 4, Severity.ERROR),
        ("*A*", "**", Code.ELEMENT_MISSING, 4, Severity.ERROR),
        ("*000~", "*032~", Code.CODE_INVALID, 5, Severity.WARNING),
        ("*000~", "~", Code.ELEMENT_MISSING, 5, Severity.WARNING),
        ("*000~", "*000*X~", Code.TOO_MANY_ELEMENTS, 6, Severity.WARNING),
    ],
)
def test_each_fault_is_found_where_it_is(
    old: str, new: str, code: Code, element: int, severity: Severity
) -> None:
    found, answer = read(GOOD + GOOD.replace(old, new))
    [finding] = found
    assert isinstance(finding.at, Location)
    assert (finding.code, finding.at.element, finding.severity) == (code, element, severity)
    assert finding.at.offset is not None
    assert finding.at.offset > len(ISA) + len(GOOD)
    assert answer[4:] == ["A", "000"]


def test_a_date_and_a_time_are_asked_for_in_the_form_that_the_element_has() -> None:
    found, _ = read("TA1*000000001*261315*2500*A*000~")
    assert [each.message.partition(" is not ")[2] for each in found] == ["a date (YYMMDD).", "a time (HHMM)."]
