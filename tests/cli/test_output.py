"""How the command line speaks: tables that fit, sentences that break between words, money, marks, ids."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.cli import names, output
from edi_gateway.model.finding import Code, Finding, Location, Severity

WIDE = ("order", "partner", "state", "total")
ROWS = [("SO-1", "kestrelmoor", "ACCEPTED", Decimal("10.50")), ("SO-2", "pinwheel", "ON_HOLD", None)]


def test_a_csv_file_holds_what_people_wrote_but_no_formula(capsys: pytest.CaptureFixture[str]) -> None:
    @dataclass
    class Row:
        name: str
        amount: Decimal
        on: date | None

    output.print_csv(
        ("name", "amount", "on"),
        [Row("=1+1", Decimal("-2.50"), date(2026, 1, 2)), Row('a "b", c', Decimal(1), None)],
    )
    assert capsys.readouterr().out == 'name,amount,on\n\'=1+1,-2.50,2026-01-02\n"a ""b"", c",1,\n'


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal of 32 columns, without colours."""
    paper = io.StringIO()
    screen = output._Screen(
        file=paper, force_terminal=True, width=32, no_color=True, soft_wrap=True, highlight=False, emoji=False
    )
    screen._color_system = None
    monkeypatch.setattr(output, "screen", screen)
    return paper


def lines(paper: io.StringIO) -> list[str]:
    return [line.rstrip() for line in paper.getvalue().splitlines()]


def test_bytes_of_a_document_go_to_a_file_as_they_are_and_move_no_cursor_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    content = "REF*IA*\x1b[2J\u202e\x85~\n".encode() + b"REF*DP*\xff~"
    output.write(content)
    assert capfdbinary.readouterr().out == content
    theirs, ours = os.openpty()
    with open(ours, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        output.write(content)
        shown = os.read(theirs, 1000).decode().replace("\r\n", "\n")
    os.close(theirs)
    assert shown == "REF*IA*·[2J··~\nREF*DP*\ufffd~"


def test_a_table_without_a_terminal_has_every_column_however_wide(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table("Orders", WIDE, ROWS, "none", spare=("partner",))
    assert capsys.readouterr().out.splitlines() == [
        "Orders",
        "order  partner      state     total",
        "SO-1   kestrelmoor  ACCEPTED  10.50",
        "SO-2   pinwheel     ON_HOLD",
    ]


def test_a_narrow_terminal_loses_the_columns_that_can_be_spared_and_says_so(narrow: io.StringIO) -> None:
    output.print_table("Orders", WIDE, ROWS, "none", spare=("partner", "state"))
    assert lines(narrow) == [
        "Orders",
        "order  state     total",
        "SO-1   ACCEPTED  10.50",
        "SO-2   ON_HOLD",
        "(no room for: partner)",
    ]


def test_a_column_with_nothing_in_it_goes_first_and_without_a_word(narrow: io.StringIO) -> None:
    rows = [(*row, test) for row, test in zip(ROWS, (False, False), strict=True)]
    output.print_table("Orders", (*WIDE, "test"), rows, "none", spare=("partner", "state"))
    assert lines(narrow)[1:] == [
        "order  state     total",
        "SO-1   ACCEPTED  10.50",
        "SO-2   ON_HOLD",
        "(no room for: partner)",
    ]


def test_a_mark_on_one_row_is_never_spared(narrow: io.StringIO) -> None:
    rows = [(*row, test) for row, test in zip(ROWS, (False, True), strict=True)]
    output.print_table("Orders", (*WIDE, "test"), rows, "none", spare=("partner", "state"))
    assert lines(narrow)[1:] == [
        "order  state     total  test",
        "SO-1   ACCEPTED  10.50",
        "SO-2   ON_HOLD          yes",
        "(no room for: partner)",
    ]


def test_a_table_without_rows_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table("Orders", WIDE, [], "No such orders.")
    assert capsys.readouterr().out == "No such orders.\n"


def test_a_sentence_breaks_between_words_on_a_terminal_only(
    narrow: io.StringIO, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Accept their price once, correct the price list, or answer with ours."
    output.say(f"[bold]{text}[/bold]", 2, 2)
    assert lines(narrow) == [
        "  Accept their price once,",
        "    correct the price list, or",
        "    answer with ours.",
    ]
    monkeypatch.undo()
    output.say(text, 2, 2)
    assert capsys.readouterr().out == f"  {text}\n"


def test_the_marks_stand_under_the_bytes_on_a_narrow_terminal_too(narrow: io.StringIO) -> None:
    content = b"ISA*00*" + b"x" * 200 + b"*20261316~DTM*063*20260320~" + b"y" * 200
    at = Location("DTM", 8, None, 2, offset=content.index(b"20261316"), length=8)
    output.print_finding(
        Finding(Code.DATE_INVALID, Severity.ERROR, "No date.", at=at), lambda a, b: content[a:b]
    )
    said = lines(narrow)
    (mark,) = (n for n, line in enumerate(said) if line.strip() and set(line.strip()) == {"^"})
    start = said[mark].index("^")
    assert said[mark - 1][start : start + 8] == "20261316"


def test_what_stands_nowhere_is_not_marked() -> None:
    assert output.marked(lambda start, end: b"", Location("DTM", 8, offset=5, length=2)) == []
    assert output.marked(lambda start, end: b"abc"[start:end], Location("DTM", 8)) == []


@pytest.mark.parametrize(
    ("amount", "told"),
    [("44.4", "44.40"), ("0", "0.00"), ("1E+3", "1000.00"), ("0.0625", "0.0625"), ("-3", "-3.00")],
)
def test_money_has_cents_and_whatever_lies_beyond_them(amount: str, told: str) -> None:
    assert output.money(Decimal(amount)) == told


def test_nothing_is_no_money() -> None:
    assert output.money(None) == ""


@given(st.integers(min_value=1 << 40, max_value=(1 << 63) - 1))
def test_an_id_is_known_by_its_short_name_in_any_writing(number: int) -> None:
    name = names.short(number)
    assert names.row_id(name, "case") == number
    assert names.row_id(f" {name.lower()} ", "case") == number
    assert names.row_id(name.replace("0", "O").replace("1", "l"), "case") == number


@given(st.integers(min_value=10**14, max_value=(1 << 63) - 1))
def test_an_id_may_be_typed_as_its_number(number: int) -> None:
    assert names.row_id(str(number), "case") == number


@pytest.mark.parametrize(
    "name", ["", "  ", "?", "U", "ZZZZZZZZZZZZZZ", str(1 << 63), "9" * 26, "७७७७७७७७७७७७७७७७"]
)
def test_what_is_no_id_is_wrong_usage(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        names.row_id(name, "case")
    assert ended.value.code == 2
    assert "names no case. Copy the id from the list." in capsys.readouterr().err
