"""Whatever separates segments, the segments come out, and each knows its bytes."""

from __future__ import annotations

import io

import pytest

from edi_gateway.model.finding import Code
from edi_gateway.x12.parsing.envelope import GroupEnd, InterchangeEnd, Limits, SetRead, Unreadable, read
from tests.x12.edi import ISA, envelope_of, interchange, only, sets_of, starts_of, uncovered

BODY = ["BEG*00*SA*4500017**20260115", "PO1*1*48*EA*9.25**VP*AB-100", "CTT*1"]
TEXTS = ["ST*850*0001", *BODY, "SE*5*0001"]

GLUES = [
    "~",
    "\n",
    "\r\n",
    "\r",
    "\x15",
    "\x1c",
    "\x85",
    "!",
    "|",
    "\\",
    "~\n",
    "~\r\n",
    "~ ",
    "~\n\n",
    "~\t",
    "'\r\n",
]


def findings_of(data: bytes) -> list[Code]:
    found: list[Code] = []
    for event in read(data):
        match event:
            case SetRead():
                found += only(event.raw.findings)
            case GroupEnd():
                found += only(event.group.findings)
            case InterchangeEnd():
                found += only(event.interchange.findings)
            case Unreadable():
                found += only(event.findings)
    return found


@pytest.mark.parametrize("glue", GLUES)
def test_any_terminator_with_any_line_end_gives_the_same_segments_and_their_bytes(glue: str) -> None:
    data = interchange(BODY, glue=glue)
    [found] = [event.raw for event in read(data) if isinstance(event, SetRead)]
    assert found.texts == TEXTS
    assert [
        data[start:end].decode("latin-1") for start, end in zip(found.offsets, found.ends, strict=True)
    ] == TEXTS
    assert findings_of(data) == []
    assert uncovered(data, glue.encode("latin-1")) == []


@pytest.mark.parametrize("glue", GLUES)
def test_a_long_interchange_read_in_chunks_gives_what_a_short_one_gives(glue: str) -> None:
    body = BODY[:1] + [f"PO1*{n}*{n}*EA*9.25**VP*AB-{n}" for n in range(1, 6000)] + ["CTT*5999"]
    data = interchange(body, glue=glue)
    [found] = [event.raw for event in read(data) if isinstance(event, SetRead)]
    assert found.texts[1:-1] == body
    assert [data[start:end].decode("latin-1") for start, end in zip(found.offsets, found.ends, strict=True)][
        1:-1
    ] == body


def test_the_size_of_the_chunks_does_not_matter() -> None:
    data = interchange(BODY, glue="~\r\n") + b"junk" + interchange(BODY, glue="\n")
    expected = sets_of(data)
    assert expected == [TEXTS, TEXTS]
    for size in (1, 2, 3, 7, 105, 106, 107, 1000):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert [event.raw.texts for event in read(pieces) if isinstance(event, SetRead)] == expected
    assert [event.raw.texts for event in read(io.BytesIO(data)) if isinstance(event, SetRead)] == expected


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("width", [40, 80, 106, 120, 132])
def test_lines_wrapped_at_a_width_are_put_together_even_inside_the_isa(width: int, line_end: str) -> None:
    plain = interchange([BODY[0], BODY[1] * 8, BODY[2]]).decode()
    data = line_end.join(plain[at : at + width] for at in range(0, len(plain), width)).encode()
    [found] = [event.raw for event in read(data) if isinstance(event, SetRead)]
    assert found.texts == [*TEXTS[:2], BODY[1] * 8, *TEXTS[3:]]
    assert findings_of(data) == [Code.LINES_WRAPPED]
    assert starts_of(data)[0].interchange.isa[13] == "000000905"


def test_an_element_of_a_wrapped_line_points_at_its_own_bytes() -> None:
    plain = interchange(BODY).decode()
    wrapped = "\n".join(plain[at : at + 88] for at in range(0, len(plain), 88)).encode()
    [found] = [event.raw for event in read(wrapped) if isinstance(event, SetRead)]
    assert found.segments[1][3] == "4500017"
    offset, length = found.place(1, 3)
    assert wrapped[offset : offset + length] == b"4500\n017"
    offset, length = found.place(1, 5)
    assert wrapped[offset : offset + length] == b"20260115"


def test_a_byte_order_mark_and_blanks_before_the_isa_do_no_harm() -> None:
    plain = interchange(BODY)
    assert findings_of(b"\xef\xbb\xbf" + plain) == [Code.BYTE_ORDER_MARK]
    assert findings_of(b"  \r\n\t" + plain) == []
    assert sets_of(b"\xef\xbb\xbf\r\n" + plain) == [TEXTS]


def test_terminators_in_a_row_are_one_remark() -> None:
    data = interchange(BODY).replace(b"~CTT", b"~~~CTT").replace(b"~GE", b"~~GE")
    assert sets_of(data) == [TEXTS]
    events = envelope_of(data)
    [end] = [event for event in events if isinstance(event, InterchangeEnd)]
    [finding] = end.interchange.findings
    assert finding.code is Code.EMPTY_SEGMENT
    assert finding.message == "3 segment terminators too many, the first here."


def test_isa_inside_the_data_is_data() -> None:
    body = ["BEG*00*SA*ISA**20260115", "N9*ZZ*ISA", "MSG*PAY BY VISA*ISA", "N1*ISA*ISA*92*ISA1", *BODY[1:]]
    data = interchange(body)
    assert sets_of(data) == [["ST*850*0001", *body, "SE*8*0001"]]
    assert findings_of(data) == []


def test_several_interchanges_in_a_file_keep_their_own_delimiters() -> None:
    other = interchange(BODY, glue="\n").replace(b"*", b"|")
    data = interchange(BODY) + b"\r\n" + other + interchange(BODY, glue="\x1c")
    assert [start.interchange.delimiters.element for start in starts_of(data)] == ["*", "|", "*"]
    assert sets_of(data) == [TEXTS, [text.replace("*", "|") for text in TEXTS], TEXTS]
    assert findings_of(data) == []


def test_junk_between_interchanges_is_a_finding_with_its_bytes() -> None:
    first = interchange(BODY)
    data = first + b"\nsent by Mary\n" + interchange(BODY)
    [found] = [event for event in read(data) if isinstance(event, Unreadable)]
    [finding] = found.findings
    assert finding.code is Code.JUNK_BETWEEN_INTERCHANGES
    assert finding.at.offset == len(first) + 1  # type: ignore[union-attr]
    assert finding.at.length == len("sent by Mary")  # type: ignore[union-attr]
    assert sets_of(data) == [TEXTS, TEXTS]


def test_an_interchange_that_breaks_off_ends_where_the_next_begins() -> None:
    whole = interchange(BODY)
    for cut in (whole.index(b"~CTT") + 3, whole.index(b"~GE") + 1, whole.index(b"~IEA") + 5, len(whole) - 1):
        data = whole[:cut] + whole
        starts = starts_of(data)
        assert [start.interchange.offset for start in starts] == [0, cut]
        assert sets_of(data)[-1] == TEXTS
        assert uncovered(data) == []


def test_an_interchange_with_other_delimiters_may_follow_one_that_has_no_end() -> None:
    whole = interchange(BODY)
    other = interchange(BODY, glue="\n").replace(b"*", b"|")
    data = whole[: whole.index(b"IEA")] + other
    assert [start.interchange.delimiters.segment for start in starts_of(data)] == ["~", "\n"]
    assert findings_of(data) == [Code.IEA_MISSING]


def test_the_last_segment_may_lack_its_terminator() -> None:
    data = interchange(BODY)[:-1]
    assert sets_of(data) == [TEXTS]
    assert findings_of(data) == [Code.SEGMENT_UNTERMINATED]
    assert findings_of(data + b"\r\n") == [Code.SEGMENT_UNTERMINATED]


def test_blanks_before_some_segments_only_are_not_part_of_their_tags() -> None:
    data = interchange(BODY).replace(b"~PO1", b"~\n  PO1").replace(b"~SE", b"~\t SE")
    assert sets_of(data) == [TEXTS]
    assert uncovered(data) == []


def test_a_line_end_before_a_line_end_terminator_belongs_to_no_element() -> None:
    data = interchange(BODY, glue="\n").replace(b"CTT*1\n", b"CTT*1\r\n")
    assert sets_of(data) == [TEXTS]


def test_lower_case_envelope_tags_are_read() -> None:
    data = interchange(BODY).replace(b"ST*850", b"st*850").replace(b"~SE*", b"~se*").replace(b"~GE*", b"~ge*")
    assert sets_of(data) == [TEXTS]
    assert findings_of(data) == []
    assert len(starts_of(b"isa" + interchange(BODY)[3:])) == 1


@pytest.mark.parametrize(
    ("bytes_", "encoding"), [(b"CAFE", "ascii"), (b"CAF\xc9", "latin-1"), (b"CAF\xc3\x89", "utf-8")]
)
def test_the_encoding_is_told_by_the_bytes_that_are_not_ascii(bytes_: bytes, encoding: str) -> None:
    data = interchange(["BEG*00*SA*1**20260115", "N1*ST*@@", *BODY[1:]]).replace(b"@@", bytes_)
    [end] = [event.interchange for event in read(data) if isinstance(event, InterchangeEnd)]
    assert end.encoding == encoding
    [found] = [event.raw for event in read(data) if isinstance(event, SetRead)]
    assert end.text(found.segments[2][2]) == ("CAFE" if encoding == "ascii" else "CAFÉ")


def test_a_utf_8_character_cut_by_a_chunk_is_still_utf_8() -> None:
    data = (
        interchange(["BEG*00*SA*1**20260115", *["MSG*" + "\u00c9" * 100] * 2000])
        .decode("latin-1")
        .encode("utf-8")
    )
    for size in (1000, 1001):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        [end] = [event.interchange for event in read(pieces) if isinstance(event, InterchangeEnd)]
        assert end.encoding == "utf-8"


def test_a_segment_over_the_limit_is_passed_over_and_the_rest_is_read() -> None:
    long = "MSG*" + "X" * 400_000
    data = interchange([BODY[0], long, *BODY[1:]])
    [texts] = sets_of(data)
    assert texts == [TEXTS[0], BODY[0], *BODY[1:], "SE*6*0001"]
    assert findings_of(data) == [Code.SEGMENT_TOO_LONG]
    assert uncovered(data) == []


def test_a_set_over_the_limit_is_cut_off_with_a_finding() -> None:
    data = interchange([BODY[0], *["PO1*1*1*EA"] * 20_000])
    [found] = [event.raw for event in read(data, Limits(set_segments=10_000)) if isinstance(event, SetRead)]
    assert len(found.segments) < 10_003
    assert Code.SET_TOO_LONG in only(found.findings)


def test_an_isa_with_the_wrong_padding_is_read_by_its_separators() -> None:
    for isa in (
        ISA.replace("          ", ""),
        ISA.replace("BUYER          ", "BUYER"),
        ISA.replace("U*", "U   *"),
    ):
        for glue in ("~", "\n", "~\r\n"):
            data = interchange(BODY, isa=isa, glue=glue)
            assert findings_of(data) == [Code.ISA_BADLY_PADDED], (isa, glue)
            assert sets_of(data) == [TEXTS]
            assert starts_of(data)[0].interchange.sender == "BUYER"
