"""What we write is X12 to the letter, or it is not written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from edi_gateway.model.finding import Code, Severity
from edi_gateway.x12.checking.guide import build
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.reading import CheckedSet, GroupEnd, InterchangeEnd, read_all
from edi_gateway.x12.writing.writer import Envelope, EnvelopeInvalid, body_text, check_body, interchange
from tests.x12.edi import USUAL, only

ENVELOPE = Envelope("ZZ", "SELLER", "12", "5551234567", "SELLER", "5551234567")
AT = datetime(2026, 1, 15, 9, 5, tzinfo=ZoneInfo("America/New_York"))
BODY = [
    ["BAK", "00", "AD", "4500017", "20260115", "", "", "", "", ""],
    ["PO1", "1", "48", "EA", "12.5", "", "VP", "AB-100"],
    ["ACK", "IA", "48", "EA"],
    ["CTT", "1"],
]


def written(envelope: Envelope = ENVELOPE, body: list[list[str]] = BODY) -> bytes:
    text = body_text(body, envelope.delimiters).value
    assert text is not None
    return interchange(envelope, "42", AT, [("PR", "004010", "17", [("855", "0001", text, len(body))])])


def test_an_interchange_is_written_to_the_letter() -> None:
    assert written() == (
        b"ISA*00*          *00*          *ZZ*SELLER         *12*5551234567     *260115*0905*U*00401*000000042*0*P*>~"
        b"GS*PR*SELLER*5551234567*20260115*0905*17*X*004010~"
        b"ST*855*0001~"
        b"BAK*00*AD*4500017*20260115~PO1*1*48*EA*12.5**VP*AB-100~ACK*IA*48*EA~CTT*1~"
        b"SE*6*0001~GE*1*17~IEA*1*000000042~"
    )


@pytest.mark.parametrize("line_end", ["", "\n", "\r\n"])
@pytest.mark.parametrize(
    "delimiters", [USUAL, Delimiters("|", ":", "\x15", None), Delimiters("^", "<", "\n", None)]
)
def test_what_is_written_is_read_back_without_a_finding(delimiters: Delimiters, line_end: str) -> None:
    envelope = replace(ENVELOPE, delimiters=delimiters, line_end=line_end)
    events = list(read_all(written(envelope)))
    [checked] = [event for event in events if isinstance(event, CheckedSet)]
    assert checked.result.findings == ()
    assert checked.raw.segments[1:-1] == [["BAK", "00", "AD", "4500017", "20260115"], *BODY[1:]]
    [group] = [event for event in events if isinstance(event, GroupEnd)]
    assert group.result.status == "A"
    [end] = [event for event in events if isinstance(event, InterchangeEnd)]
    assert end.interchange.findings == []


def test_the_newer_envelope_names_its_repetition_separator() -> None:
    data = written(replace(ENVELOPE, isa_version="00501", delimiters=Delimiters("*", ">", "~", "!")))
    assert data[82:89] == b"!*00501"
    assert written(replace(ENVELOPE, isa_version="00501"))[82:89] == b"^*00501"


def test_a_ta1_stands_before_the_groups() -> None:
    data = interchange(ENVELOPE, "42", AT, [], [["TA1", "000000905", "260115", "1200", "A", "000"]])
    assert data[106:] == b"TA1*000000905*260115*1200*A*000~IEA*0*000000042~"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("A*B", Code.DELIMITER_IN_DATA),
        ("A~B", Code.DELIMITER_IN_DATA),
        ("A\nB", Code.CHARACTER_INVALID),
        ("A\x85B", Code.CHARACTER_INVALID),
        ("5 \u20ac", Code.NOT_ENCODABLE),
    ],
)
def test_what_cannot_stand_in_the_data_is_a_finding_and_nothing_is_written(value: str, code: Code) -> None:
    outcome = body_text([["N1", "ST", value]], USUAL)
    assert outcome.value is None
    [finding] = outcome.findings
    assert (finding.code, finding.severity, finding.value) == (code, Severity.ERROR, value)


def test_separators_may_be_control_characters() -> None:
    marks = Delimiters("\x1d", "\x1f", "\x1c", "\x1e")
    outcome = body_text([["SLN", "1", "", "I", "2", "EA\x1f1"]], marks)
    assert outcome.value == "SLN\x1d1\x1d\x1dI\x1d2\x1dEA\x1f1\x1c"
    assert body_text([["SLN", "1", "", "I", "2", "EA\x1b1"]], marks).value is None


def test_a_character_that_the_encoding_has_is_written() -> None:
    assert body_text([["N1", "ST", "5 \u20ac"]], USUAL, "utf-8").value == "N1*ST*5 \u20ac~"
    assert body_text([["N1", "ST", "Z\u00fcrich"]], USUAL).value == "N1*ST*Z\u00fcrich~"
    assert body_text([["N1", "ST", "Z\u00fcrich"]], USUAL, "ascii").value is None


def test_our_own_checker_says_what_a_partner_would_say() -> None:
    guide = build("004010", "855")
    assert check_body(guide, BODY, USUAL) == []
    found = check_body(guide, [BODY[0], ["PO1", "1", "48", "EACH"], ["N9", "L1", "A>B"]], USUAL)
    assert only(found) == [Code.ELEMENT_TOO_LONG, Code.DELIMITER_IN_DATA]
    assert {finding.severity for finding in found} == {Severity.ERROR}
    assert only(check_body(guide, BODY[1:], USUAL)) == [Code.SEGMENT_MISSING]


def test_checking_what_is_sent_does_not_change_it() -> None:
    body = [["BAK", "00", "ad", "4500017 ", "20260115"]]
    check_body(build("004010", "855"), body, USUAL)
    assert body == [["BAK", "00", "ad", "4500017 ", "20260115"]]


@pytest.mark.parametrize(
    "envelope",
    [
        replace(ENVELOPE, sender="SELLER WITH A LONG NAME"),
        replace(ENVELOPE, sender="SELL*R"),
        replace(ENVELOPE, receiver=""),
        replace(ENVELOPE, gs_receiver="X"),
        replace(ENVELOPE, delimiters=Delimiters("*", "*", "~", None)),
        replace(ENVELOPE, delimiters=Delimiters("*", "A", "~", None)),
        replace(ENVELOPE, isa_version="00501", delimiters=Delimiters("*", ">", "~", ">")),
    ],
)
def test_an_envelope_that_cannot_be_written_says_why(envelope: Envelope) -> None:
    with pytest.raises(EnvelopeInvalid, match=r"The envelope cannot be written: .*profile\."):
        interchange(envelope, "42", AT, [])


def test_control_numbers_must_fit() -> None:
    for control in ("1234567890", "A1", ""):
        with pytest.raises(EnvelopeInvalid):
            interchange(ENVELOPE, control, AT, [])
    with pytest.raises(EnvelopeInvalid):
        interchange(ENVELOPE, "1", AT, [("PR", "004010", "1", [("855", "1", "", 0)])])
