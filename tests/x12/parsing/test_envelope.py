"""What is wrong with ISA, GS, ST and their trailers is a finding on what they enclose; the rest is read."""

from __future__ import annotations

import pytest

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.acks.ack import interchange_ack
from edi_gateway.x12.parsing.envelope import GroupEnd, InterchangeEnd, SetRead, Unreadable, read
from tests.x12.edi import ISA, ISA5, interchange, only, starts_of

BODY = ["BEG*00*SA*4500017**20260115", "PO1*1*48*EA*9.25**VP*AB-100", "CTT*1"]
GOOD = interchange(BODY)


def found_in(data: bytes) -> list[Finding]:
    found: list[Finding] = []
    for event in read(data):
        match event:
            case SetRead():
                found += event.raw.findings
            case GroupEnd():
                found += event.group.findings
            case InterchangeEnd():
                found += event.interchange.findings
            case Unreadable():
                found += event.findings
    return found


def ta1_of(data: bytes) -> str:
    [end] = [event for event in read(data) if isinstance(event, InterchangeEnd)]
    return "*".join(interchange_ack(end.interchange))


def one(data: bytes) -> tuple[Code, Severity, str | None, bytes]:
    """The only finding: code, severity, acknowledgment and the bytes it points at."""
    [finding] = found_in(data)
    at = finding.at
    assert isinstance(at, Location)
    assert at.offset is not None
    return finding.code, finding.severity, finding.ack, data[at.offset : at.offset + (at.length or 0)]


def test_a_good_envelope_is_read_without_a_word() -> None:
    assert found_in(GOOD) == []
    [start] = starts_of(GOOD)
    isa = start.interchange
    assert (isa.sender_qualifier, isa.sender, isa.receiver_qualifier, isa.receiver) == (
        "ZZ",
        "BUYER",
        "ZZ",
        "SELLER",
    )
    assert (isa.control, isa.version, isa.usage, isa.ack_requested) == ("000000905", "00401", "P", False)
    assert len(isa.isa) == 17
    [group] = [event.group for event in read(GOOD) if isinstance(event, GroupEnd)]
    assert (group.code, group.control, group.version, group.read_as, group.stated_sets) == (
        "PO",
        "7",
        "004010",
        "004010",
        1,
    )
    assert GOOD[group.offset : group.end].startswith(b"GS*PO")
    assert GOOD[group.offset : group.end].endswith(b"GE*1*7")
    assert GOOD[isa.offset : isa.end] == GOOD
    assert ta1_of(GOOD) == "TA1*000000905*260115*1200*A*000"


def test_an_empty_file_is_said_to_be_empty() -> None:
    for data in (b"", b" \r\n "):
        assert only(found_in(data)) == [Code.EMPTY_INPUT]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "This is a PDF."),
        (b"UNB+UNOA:1+BUYER+SELLER+260115:1200+1'", "This is EDIFACT, not X12."),
        (b"<?xml version='1.0'?><order/>", "This is XML or HTML."),
        (b"PK\x03\x04\x14\x00", "This is a ZIP archive or an office document."),
        (b"Dear supplier, please find our ISA order below", "begins here."),
    ],
)
def test_what_is_not_x12_is_one_finding_over_all_its_bytes(data: bytes, says: str) -> None:
    [finding] = found_in(data)
    assert finding.code is Code.NOT_X12
    assert finding.message.endswith(says)
    assert (finding.at.offset, finding.at.length) == (0, len(data.rstrip()))  # type: ignore[union-attr]


def test_an_isa_cut_short_is_said_to_be_cut_short() -> None:
    for length in (4, 50, 105):
        assert one(GOOD[:length]) == (Code.ISA_TRUNCATED, Severity.ERROR, None, GOOD[:length].rstrip())


def test_an_isa_alone_is_an_interchange_without_an_end() -> None:
    assert one(GOOD[:106]) == (Code.IEA_MISSING, Severity.ERROR, "TA1****R*023", b"")
    assert ta1_of(GOOD[:106]) == "TA1*000000905*260115*1200*R*023"


@pytest.mark.parametrize(
    ("old", "new", "code", "severity", "note"),
    [
        ("ISA*00*", "ISA*99*", Code.ISA_ELEMENT_INVALID, Severity.WARNING, "010"),
        ("*00*          *ZZ", "*77*          *ZZ", Code.ISA_ELEMENT_INVALID, Severity.WARNING, "012"),
        ("*ZZ*BUYER ", "*XX*BUYER ", Code.ISA_ELEMENT_INVALID, Severity.WARNING, "005"),
        ("BUYER", "     ", Code.ISA_ELEMENT_INVALID, Severity.WARNING, "006"),
        ("*ZZ*SELLER", "*YY*SELLER", Code.ISA_ELEMENT_INVALID, Severity.WARNING, "007"),
        ("SELLER", "      ", Code.ISA_ELEMENT_INVALID, Severity.WARNING, "008"),
        ("260115", "261315", Code.ISA_ELEMENT_INVALID, Severity.WARNING, "014"),
        ("*1200*", "*2500*", Code.ISA_ELEMENT_INVALID, Severity.WARNING, "015"),
        ("*00401*", "*99999*", Code.INTERCHANGE_VERSION_UNKNOWN, Severity.WARNING, "017"),
        ("*0*P", "*9*P", Code.ISA_ELEMENT_INVALID, Severity.WARNING, "019"),
        ("*0*P", "*0*Q", Code.ISA_ELEMENT_INVALID, Severity.WARNING, "020"),
        ("*P*>", "*P**", Code.DELIMITERS_COLLIDE, Severity.WARNING, "027"),
        ("*P*>", "*P*~", Code.DELIMITERS_COLLIDE, Severity.WARNING, "027"),
        ("*P*>", "*P*A", Code.DELIMITERS_COLLIDE, Severity.WARNING, "027"),
    ],
)
def test_a_bad_element_of_the_isa_is_noted_in_the_ta1_and_the_interchange_is_read(
    old: str, new: str, code: Code, severity: Severity, note: str
) -> None:
    isa = ISA.replace(old, new, 1)
    data = interchange(BODY, isa=isa)
    found = [finding for finding in found_in(data) if finding.code is not Code.REPETITION_SEPARATOR_DOUBTFUL]
    assert [(each.code, each.severity, each.ack) for each in found] == [(code, severity, f"TA1****E*{note}")]
    assert ta1_of(data).endswith(f"*E*{note}")
    assert len([event for event in read(data) if isinstance(event, SetRead)]) == 1


def test_a_control_number_that_is_none_rejects_the_interchange() -> None:
    data = interchange(BODY, isa=ISA.replace("000000905", "ABC      ")).replace(
        b"IEA*1*000000905", b"IEA*1*ABC"
    )
    assert one(data) == (Code.INTERCHANGE_CONTROL_INVALID, Severity.ERROR, "TA1****R*018", b"ABC")


def test_a_separator_as_isa11_before_00402_and_none_after_it_are_only_remarks() -> None:
    old = interchange(BODY, isa=ISA.replace("*U*", "*^*"))
    assert one(old)[:3] == (Code.REPETITION_SEPARATOR_DOUBTFUL, Severity.INFO, None)
    new = interchange(BODY, isa=ISA5.replace("*^*", "*U*"), version="005010")
    assert one(new)[:3] == (Code.REPETITION_SEPARATOR_DOUBTFUL, Severity.INFO, None)
    assert starts_of(new)[0].interchange.delimiters.repetition is None
    assert (
        starts_of(interchange(BODY, isa=ISA5, version="005010"))[0].interchange.delimiters.repetition == "^"
    )


def test_a_missing_component_separator_does_not_make_the_terminator_a_letter() -> None:
    data = interchange(BODY, isa=ISA[:-1])
    assert only(found_in(data)) == [Code.ISA_BADLY_PADDED, Code.ISA_ELEMENT_INVALID]
    assert starts_of(data)[0].interchange.delimiters.segment == "~"
    assert len([event for event in read(data) if isinstance(event, SetRead)]) == 1


def test_one_damaged_separator_in_the_isa_is_found_and_the_rest_is_read() -> None:
    data = b"ISA#" + GOOD[4:]
    code, severity, ack, at = one(data)
    assert (code, severity, ack, at) == (Code.ISA_ELEMENT_INVALID, Severity.WARNING, "TA1****E*026", b"#")
    assert starts_of(data)[0].interchange.delimiters.element == "*"


@pytest.mark.parametrize(
    ("old", "new", "code", "ack", "at"),
    [
        (b"IEA*1*000000905", b"IEA*1*000000906", Code.IEA_CONTROL_DIFFERS, "TA1****R*001", b"000000906"),
        (b"IEA*1*", b"IEA*2*", Code.IEA_COUNT_WRONG, "TA1****R*021", b"2"),
        (b"IEA*1*", b"IEA**", Code.IEA_COUNT_WRONG, "TA1****R*021", b""),
        (b"GE*1*7", b"GE*1*8", Code.GE_CONTROL_DIFFERS, "AK9*R****4", b"8"),
        (b"GE*1*7", b"GE*2*7", Code.GE_COUNT_WRONG, "AK9*R****5", b"2"),
        (b"GE*1*7~", b"", Code.GE_MISSING, "AK9*R****3", b""),
        (b"SE*5*0001", b"SE*5*0002", Code.SE_CONTROL_DIFFERS, "AK5*R*3", b"0002"),
        (b"SE*5*0001", b"SE*6*0001", Code.SE_COUNT_WRONG, "AK5*R*4", b"6"),
        (b"SE*5*0001~", b"", Code.SE_MISSING, "AK5*R*2", b""),
        (b"GS*PO*", b"GS*XX*", Code.GROUP_CODE_UNKNOWN, "AK9*R****1", b"XX"),
        (b"*1200*7*X", b"*1200*7*Q", Code.GROUP_ELEMENT_INVALID, None, b"Q"),
        (b"*20260115*1200*7", b"*202601X*1200*7", Code.GROUP_ELEMENT_INVALID, None, b"202601X"),
        (b"GS*PO*BUYER", b"GS*PO*B", Code.GROUP_ELEMENT_INVALID, None, b"B"),
    ],
)
def test_a_fault_of_an_envelope_is_one_finding_at_its_element(
    old: bytes, new: bytes, code: Code, ack: str | None, at: bytes
) -> None:
    found = one(GOOD.replace(old, new, 1))
    assert (found[0], found[2], found[3]) == (code, ack, at)
    assert found[1] is (Severity.ERROR if ack else Severity.WARNING)


def test_leading_zeros_do_not_make_control_numbers_differ() -> None:
    assert found_in(GOOD.replace(b"GE*1*7", b"GE*1*0007").replace(b"IEA*1*000000905", b"IEA*1*905")) == []
    assert found_in(GOOD.replace(b"SE*5*", b"SE*0005*")) == []


def test_a_group_number_that_is_none_rejects_the_group() -> None:
    data = GOOD.replace(b"*1200*7*X", b"*1200*G7*X").replace(b"GE*1*7", b"GE*1*G7")
    assert one(data) == (Code.GROUP_CONTROL_INVALID, Severity.ERROR, "AK9*R****6", b"G7")


@pytest.mark.parametrize(
    ("control", "code"), [("1", Code.SET_CONTROL_INVALID), ("1234567890", Code.SET_CONTROL_INVALID)]
)
def test_a_set_number_has_four_to_nine_characters(control: str, code: Code) -> None:
    data = GOOD.replace(b"*0001~", f"*{control}~".encode())
    assert one(data) == (code, Severity.ERROR, "AK5*R*7", control.encode())


def test_a_set_number_used_twice_rejects_the_second_set() -> None:
    one_set = GOOD[GOOD.index(b"ST*") : GOOD.index(b"GE*")]
    data = GOOD.replace(one_set, one_set * 2).replace(b"GE*1*", b"GE*2*")
    sets = [event.raw for event in read(data) if isinstance(event, SetRead)]
    assert [only(raw.findings) for raw in sets] == [[], [Code.SET_CONTROL_REPEATED]]
    assert sets[1].findings[0].ack == "AK5*R*23"


def test_a_set_without_se_ends_where_the_next_begins() -> None:
    one_set = GOOD[GOOD.index(b"ST*") : GOOD.index(b"GE*")]
    headless = one_set.replace(b"SE*5*0001~", b"")
    data = GOOD.replace(one_set, headless + one_set.replace(b"0001", b"0002")).replace(b"GE*1*", b"GE*2*")
    sets = [event.raw for event in read(data) if isinstance(event, SetRead)]
    assert [raw.control for raw in sets] == ["0001", "0002"]
    assert [only(raw.findings) for raw in sets] == [[Code.SE_MISSING], []]


def test_segments_that_belong_to_no_set_and_to_no_group_are_found_with_their_bytes() -> None:
    data = GOOD.replace(b"ST*850", b"SU*850")
    [stray] = found_in(data)
    assert stray.code is Code.SEGMENT_OUTSIDE_SET
    assert isinstance(stray.at, Location)
    assert stray.at.offset is not None
    assert stray.at.length is not None
    assert data[stray.at.offset :][: stray.at.length].startswith(b"SU*850*0001~BEG")
    assert data[stray.at.offset :][: stray.at.length].endswith(b"SE*5*0001")
    data = GOOD.replace(b"GS*PO", b"FS*PO")
    assert only(found_in(data)) == [Code.SEGMENT_OUTSIDE_GROUP]
    assert ta1_of(data).endswith("*R*024")


def test_missing_trailers_are_each_said_once() -> None:
    data = GOOD[: GOOD.index(b"SE*")]
    assert only(found_in(data)) == [Code.SE_MISSING, Code.GE_MISSING, Code.IEA_MISSING]


def test_a_ta1_in_the_interchange_is_kept() -> None:
    data = GOOD.replace(b"GS*PO", b"TA1*000000012*260114*1100*A*000~GS*PO")
    [end] = [event.interchange for event in read(data) if isinstance(event, InterchangeEnd)]
    assert end.acks == [["TA1", "000000012", "260114", "1100", "A", "000"]]
    assert found_in(data) == []


@pytest.mark.parametrize(
    ("version", "read_as", "remark"),
    [
        ("004010", "004010", False),
        ("004010VICS", "004010", False),
        ("4010", "004010", False),
        ("005010", "005010", False),
        ("004030VICS", "005010", True),
        ("003060", "004010", True),
        ("004060", "005010", True),
    ],
)
def test_the_nearest_dictionary_reads_a_release_that_has_none(
    version: str, read_as: str, remark: bool
) -> None:
    data = interchange(BODY, version=version)
    [group] = [event.group for event in read(data) if isinstance(event, GroupEnd)]
    assert group.read_as == read_as
    assert only(found_in(data)) == ([Code.GROUP_VERSION_READ_AS_NEAREST] if remark else [])


def test_one_character_as_separator_and_terminator_rejects_the_interchange_without_an_exception() -> None:
    data = interchange(BODY, glue="*")
    [start] = starts_of(data)
    found = {each.code: each.severity for each in start.interchange.findings}
    assert found[Code.DELIMITERS_COLLIDE] is Severity.ERROR
    assert ta1_of(data) == "TA1*000000905*260115*1200*R*004"
