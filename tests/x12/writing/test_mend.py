"""What is put right without asking, to the byte; and what is left to people."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.model.finding import Code
from edi_gateway.x12.mending.mend import mended, mending
from edi_gateway.x12.mending.pieces import Change, Mended
from tests.x12.edi import ISA, ISA5, interchange, sets_of
from tests.x12.parsing.test_hostile import errors_in

HEADER = f"{ISA}~GS*PO*BUYER*SELLER*20260115*1200*7*X*004010~"
BODY = "ST*850*0001~BEG*00*SA*4500017**20260115~PO1*1*48*EA*12.5**VP*AB-100~CTT*1~"
ENDING = "SE*5*0001~GE*1*7~IEA*1*000000905~"
GOOD = HEADER + BODY + ENDING


def mend(text: str) -> Mended:
    return mended(text.encode("latin-1"))


def said(result: Mended) -> list[tuple[Code, int, str, str]]:
    return [(c.code, c.offset, c.was.decode("latin-1"), c.now.decode("latin-1")) for c in result.changes]


def kept(result: Mended) -> list[Code]:
    return [left.finding.code for left in result.left]


def assert_only(text: str, change: tuple[Code, str, str], result: str = GOOD) -> None:
    """One change, at the place where `was` stands (an insertion: where the result goes another way), and no
    finding is left."""
    code, was, now = change
    found = mend(text)
    assert found.content.decode("latin-1") == result
    assert [(c, w, n) for c, _, w, n in said(found)] == [(code, was, now)]
    assert found.left == ()
    if was:
        [(_, offset, _, _)] = said(found)
        assert text[offset : offset + len(was)] == was


def test_a_clean_file_stays_as_it_is_byte_for_byte() -> None:
    for text in (GOOD, GOOD.replace("~", "~\r\n"), GOOD.replace("~", "\n"), " \n" + GOOD + "\n\n", GOOD * 3):
        result = mend(text)
        assert result.content.decode("latin-1") == text
        assert result.changes == ()


@pytest.mark.parametrize(
    ("bad", "good", "code"),
    [
        ("SE*9*0001", "SE*5*0001", Code.SE_COUNT_WRONG),
        ("SE*5*0002", "SE*5*0001", Code.SE_CONTROL_DIFFERS),
        ("SE*5", "SE*5*0001", Code.SE_CONTROL_DIFFERS),
        ("SE", "SE*5*0001", Code.SE_COUNT_WRONG),
        ("GE*2*7", "GE*1*7", Code.GE_COUNT_WRONG),
        ("GE*1*8", "GE*1*7", Code.GE_CONTROL_DIFFERS),
        ("IEA*0*000000905", "IEA*1*000000905", Code.IEA_COUNT_WRONG),
        ("IEA*1*000000906", "IEA*1*000000905", Code.IEA_CONTROL_DIFFERS),
        ("CTT*1**", "CTT*1", Code.TRAILING_EMPTY_ELEMENTS),
        ("BEG*00*SA*4500017  **20260115", "BEG*00*SA*4500017**20260115", Code.TRAILING_BLANKS),
        ("PO1*1*48*EA*12.5**vp*AB-100", "PO1*1*48*EA*12.5**VP*AB-100", Code.LOWER_CASE),
        ("ctt*1", "CTT*1", Code.LOWER_CASE),
        ("CTT*1*  ", "CTT*1", Code.TRAILING_BLANKS),
    ],
)
def test_a_segment_is_put_right(bad: str, good: str, code: Code) -> None:
    assert_only(GOOD.replace(good + "~", bad + "~"), (code, bad, good))


@pytest.mark.parametrize("glue", ["~", "~\n", "\n"])
@pytest.mark.parametrize(
    ("lost", "code"),
    [("SE*5*0001", Code.SE_MISSING), ("GE*1*7", Code.GE_MISSING), ("IEA*1*000000905", Code.IEA_MISSING)],
)
def test_a_missing_trailer_is_written_where_it_belongs(lost: str, code: Code, glue: str) -> None:
    good = GOOD.replace("~", glue)
    assert_only(good.replace(lost + glue, ""), (code, "", glue[:1] + glue[1:] + lost), good)


def test_all_trailers_that_a_file_lacks_are_written() -> None:
    result = mend(HEADER + BODY)
    assert result.content.decode() == GOOD
    assert [code for code, *_ in said(result)] == [Code.SE_MISSING, Code.GE_MISSING, Code.IEA_MISSING]


@pytest.mark.parametrize("cut", [GOOD.index("CTT"), GOOD.index("CTT*1~") + 5, GOOD.index("PO1*1") + 9])
def test_a_file_that_was_cut_off_within_a_set_is_left(cut: int) -> None:
    """Lines may be missing: nobody but the sender knows."""
    result = mend(GOOD[:cut])
    assert result.content.decode() == GOOD[:cut]
    assert {Code.SE_MISSING, Code.GE_MISSING, Code.IEA_MISSING} <= set(kept(result))


def test_the_last_terminator_is_put_back_behind_a_trailer() -> None:
    assert_only(GOOD[:-1], (Code.SEGMENT_UNTERMINATED, "", "~"))
    assert_only(GOOD[:-1] + "\n", (Code.SEGMENT_UNTERMINATED, "", "~"), GOOD + "\n")


def test_the_terminator_between_two_interchanges_is_put_back() -> None:
    second = GOOD.replace("000000905", "000000906")
    assert_only(GOOD[:-1] + second, (Code.SEGMENT_UNTERMINATED, "", "~"), GOOD + second)
    assert_only(GOOD[:-1] + "\n" + second, (Code.SEGMENT_UNTERMINATED, "", "~"), GOOD + "\n" + second)


def test_a_trailer_that_was_cut_off_is_completed() -> None:
    result = mend(GOOD[:-4])
    assert result.content.decode() == GOOD
    assert said(result) == [
        (Code.IEA_CONTROL_DIFFERS, GOOD.index("IEA"), "IEA*1*000000", "IEA*1*000000905"),
        (Code.SEGMENT_UNTERMINATED, len(GOOD) - 4, "", "~"),
    ]


def test_a_count_is_left_where_a_segment_may_be_missing() -> None:
    for bad, good in (
        ("SE*9*0077", "SE*5*0001"),  # the end of another set
        (
            "PO1*1*48*EA*12.5**VP*AB-100~QQQ*1~CTT*1",
            "PO1*1*48*EA*12.5**VP*AB-100~CTT*1",
        ),  # an unknown segment
        ("SE*7*0001", "CTT*1~SE*5*0001"),  # and the total is gone
    ):
        text = GOOD.replace(good, bad)
        result = mend(text)
        if "CTT" not in bad:
            text = result.content.decode()
        assert result.content.decode() == text
        assert (Code.SE_COUNT_WRONG in kept(result)) == ("SE*7" not in bad)


def test_a_count_is_left_where_the_totals_say_that_a_line_is_missing() -> None:
    text = GOOD.replace("CTT*1", "CTT*2").replace("SE*5", "SE*6")
    result = mend(text)
    assert result.content.decode() == text
    assert sorted(kept(result)) == [Code.LINE_COUNT_DIFFERS, Code.SE_COUNT_WRONG]


def test_a_group_count_is_left_when_a_set_was_not_recognised() -> None:
    second = BODY.replace("0001", "0002") + "SE*5*0002~"
    text = HEADER + BODY + "SE*5*0001~" + second.replace("ST*850", "TS*850") + "GE*2*7~IEA*1*000000905~"
    result = mend(text)
    assert result.content.decode() == text
    assert kept(result) == [Code.SEGMENT_OUTSIDE_SET]


def test_the_isa_is_filled_up_to_its_fixed_lengths() -> None:
    short = "ISA*00**00**ZZ*BUYER*ZZ*SELLER*20260115*120030*U*00401*905*0*P*>"
    assert_only(GOOD.replace(ISA, short), (Code.ISA_BADLY_PADDED, short, ISA))


def test_an_isa_whose_sender_does_not_fit_is_left() -> None:
    short = "ISA*00**00**ZZ*A BUYER WITH A LONG NAME*ZZ*SELLER*260115*1200*U*00401*905*0*P*>"
    text = GOOD.replace(ISA, short)
    result = mend(text)
    assert (result.content.decode(), kept(result)) == (text, [Code.ISA_BADLY_PADDED])


def test_a_damaged_separator_of_the_isa_is_put_back() -> None:
    at = 17
    assert_only(GOOD[:at] + "x" + GOOD[at + 1 :], (Code.ISA_ELEMENT_INVALID, "x", "*"))


def test_segments_without_content_are_taken_out() -> None:
    assert_only(GOOD.replace("~PO1", "~~~PO1"), (Code.EMPTY_SEGMENT, "~~~", "~"))
    assert_only(GOOD.replace("~GE", "~ \n~GE"), (Code.EMPTY_SEGMENT, "~ \n~", "~"))
    lines = GOOD.replace("~", "~\n")
    assert_only(lines.replace("~\nCTT", "~\n~\nCTT"), (Code.EMPTY_SEGMENT, "~\n~", "~"), lines)


def test_what_stands_around_the_interchanges_and_is_no_data_is_taken_off() -> None:
    assert_only("\xef\xbb\xbf" + GOOD, (Code.BYTE_ORDER_MARK, "\xef\xbb\xbf", ""))
    assert_only(GOOD + "\x1a\x00", (Code.JUNK_BETWEEN_INTERCHANGES, "\x1a\x00", ""))
    assert_only(GOOD + "~", (Code.JUNK_BETWEEN_INTERCHANGES, "~", ""))
    for text in (GOOD + "Regards", "\xef\xbb\xbfhello", "", "hello"):
        result = mend(text)
        assert (result.content.decode("latin-1"), result.changes) == (text, ())
        assert result.left


@pytest.mark.parametrize("width", [80, 106, 120])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_wrapped_lines_are_joined(width: int, end: str) -> None:
    folded = end.join(GOOD[at : at + width] for at in range(0, len(GOOD), width)) + "\n"
    breaks = len(GOOD) // width
    result = mend(folded)
    assert result.content.decode() == GOOD + "\n"
    [change] = result.changes
    assert (change.code, change.offset, change.was.decode()) == (Code.LINES_WRAPPED, width, end)
    assert change.why.endswith(f"There were {breaks * len(end)} of them.")


def test_a_wrapped_file_is_mended_at_its_places() -> None:
    bad = GOOD.replace("SE*5", "SE*9")
    result = mend("\n".join(bad[at : at + 80] for at in range(0, len(bad), 80)))
    assert result.content.decode() == GOOD
    assert {change.code for change in result.changes} == {Code.SE_COUNT_WRONG, Code.LINES_WRAPPED}


def test_values_are_never_touched() -> None:
    for good, bad in (
        ("*48*", "*4B*"),
        ("20260115~PO1", "20260230~PO1"),
        ("*EA*", "*XX*"),
        ("BEG*00*", "BEG*0Q*"),
        ("ST*850*0001", "ST*850*1"),
        ("BUYER*SELLER", "*SELLER"),
    ):
        text = GOOD.replace(good, bad)
        result = mend(text)
        assert (result.content.decode(), result.changes) == (text, ())
        assert result.left


def test_components_and_repetitions_are_mended_each_for_itself() -> None:
    body = ["BEG*00*SA*4500017**20260115", "PO1*1*48*EA", "SLN*1**I*2*EA >1>"]
    data = interchange(body, isa=ISA5, version="005010")
    result = mended(data)
    assert result.content == data.replace(b"EA >1>", b"EA>1")
    assert result.left == ()


def test_pieces_are_small_however_long_the_file_is() -> None:
    data = (GOOD * 2_000).encode()
    pieces = [piece for piece in mending(data) if isinstance(piece, bytes)]
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 65_536


def damaged(seed: int) -> bytes:
    """A good file with some of what goes wrong on the way, and some noise."""
    chance = random.Random(seed)
    data = bytearray((GOOD.replace("~", chance.choice(("~", "~\n", "~\r\n", "\n"))) * 2).encode())
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data)) if data else 0
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randrange(1, 40)]
            case 2:
                data[at:at] = chance.choice((b"~", b"*", b" ", b"\n", b"~~", b"\x1a", b" *", b">"))
            case 3:
                del data[at:]
                data += b" "
            case 4:
                word = chance.choice((b"SE*", b"GE*", b"IEA*", b"CTT*"))
                place = data.find(word, at)
                if place >= 0:
                    end = data.find(b"~", place)
                    del data[place : end if chance.random() < 0.5 and end > 0 else place + 5]
    return bytes(data)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_mending_twice_changes_nothing_more_and_never_makes_a_file_worse(seed: int) -> None:
    data = damaged(seed)
    once = mended(data)
    again = mended(once.content)
    assert again.content == once.content
    assert again.changes == ()
    assert len(errors_in(once.content)) <= len(errors_in(data))
    if not once.changes:
        assert once.content == data


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_what_is_listed_is_what_was_changed_and_no_line_of_an_order_is_lost(seed: int) -> None:
    data = damaged(seed)
    result = mended(data)
    for change in result.changes:
        assert isinstance(change, Change)
        if not any(each.code is Code.LINES_WRAPPED for each in result.changes):
            assert data[change.offset : change.offset + len(change.was)] == change.was
    assert lines_of(result.content) == lines_of(data)


def lines_of(data: bytes) -> list[list[str]]:
    """What the lines of all orders say, blanks at the end of values and the case of letters aside."""
    lines = [text for texts in sets_of(data) for text in texts if text.upper().startswith("PO1")]
    return [[value.rstrip(" ").upper() for value in text.rstrip("* ").split("*")] for text in lines]
