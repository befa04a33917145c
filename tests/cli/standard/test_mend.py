"""`mend`: the corrected file, what was changed in it, and the suggestion beside a case."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.papers import interchange, order
from tests.cli.terminal import SAMPLES, Terminal

GOOD = interchange(7, order("K-1"))
BAD = GOOD.replace(b"GE*1*", b"GE*3*")
AT = BAD.index(b"GE*3*")
GE = GOOD[AT : GOOD.index(b"~", AT)].decode()


@pytest.fixture
def desk(tmp_path: Path) -> Terminal:
    """A folder with a good file, one with a wrong count, and one with a wrong date."""
    (tmp_path / "good.edi").write_bytes(GOOD)
    (tmp_path / "bad.edi").write_bytes(BAD)
    (tmp_path / "date.edi").write_bytes(GOOD.replace(b"BEG*00*", b"BEG*0Q*"))
    return Terminal(tmp_path)


def refused(desk: Terminal, *words: str) -> str:
    """What is said when it ends with 2 and nothing on standard output."""
    said = desk(*words)
    assert (said.code, said.raw) == (2, b"")
    return said.err


def test_the_corrected_file_is_written_and_each_change_told(desk: Terminal) -> None:
    said = desk.ok("mend", "bad.edi", "-o", "mended.edi")
    assert (desk.home / "mended.edi").read_bytes() == GOOD
    assert said.out.splitlines() == [
        "bad.edi: 1 change",
        f"  byte {AT}: {GE.replace('GE*1', 'GE*3')} becomes {GE}",
        "    GE01 says '3' transaction sets, there are 1.",
        "Written to mended.edi.",
    ]
    assert desk.ok("check", "mended.edi")
    assert (desk.home / "bad.edi").read_bytes() == BAD


def test_without_a_name_the_file_goes_to_standard_output_and_the_changes_beside_it(desk: Terminal) -> None:
    said = desk.ok("mend", "bad.edi")
    assert said.raw == GOOD
    assert said.err.startswith("bad.edi: 1 change\n")
    assert desk.ok("mend", "-", stdin=BAD).raw == GOOD
    assert desk.ok("mend", "good.edi").raw == GOOD


def test_a_dry_run_writes_nothing(desk: Terminal) -> None:
    said = desk.ok("mend", "bad.edi", "--dry-run", "-o", "mended.edi")
    assert said.out.startswith("bad.edi: 1 change\n")
    assert "Written" not in said.out
    assert sorted(path.name for path in desk.home.glob("*.edi")) == ["bad.edi", "date.edi", "good.edi"]


def test_json_has_changes_and_what_is_left(desk: Terminal) -> None:
    said = desk.ok("mend", "bad.edi", "-o", "mended.edi", "--json").one()
    assert said == {
        "file": "bad.edi",
        "out": "mended.edi",
        "changes": [
            {
                "code": "GE_COUNT_WRONG",
                "offset": AT,
                "was": GE.replace("GE*1", "GE*3"),
                "now": GE,
                "why": "GE01 says '3' transaction sets, there are 1.",
            }
        ],
        "left": [],
    }
    assert "--dry-run" in refused(desk, "mend", "bad.edi", "--json")


def test_what_only_the_sender_knows_is_left_and_ends_with_1(desk: Terminal) -> None:
    said = desk("mend", "date.edi", "-o", "mended.edi")
    assert said.code == 1
    assert (desk.home / "mended.edi").read_bytes() == (desk.home / "date.edi").read_bytes()
    assert said.out.splitlines()[:2] == ["date.edi: no changes", "Left as it is, for a person to decide:"]
    assert "CODE_INVALID" in said.out


def test_what_cannot_be_mended_is_refused(desk: Terminal) -> None:
    (desk.home / "letter.txt").write_text("Dear Sirs")
    said = refused(desk, "mend", "letter.txt", "-o", "x.edi")
    assert said == "error: letter.txt is not X12; there is nothing to mend.\n"
    assert "No such file" in refused(desk, "mend", "none.edi")
    assert "which stays as it came" in refused(desk, "mend", "bad.edi", "-o", "bad.edi")
    assert "No such file" in refused(desk, "mend", "bad.edi", "-o", "no/where.edi")
    assert not (desk.home / "x.edi").exists()
    assert (desk.home / "bad.edi").read_bytes() == BAD


def test_a_case_about_what_is_mendable_says_what_to_type_and_that_cures_it(shop: Terminal) -> None:
    sample = (SAMPLES / "01-mass-merchant" / "input.edi").read_bytes()
    shop.drop("kestrelmoor", "order.edi", sample.replace(b"SE*28*", b"SE*29*"))
    assert shop("run", "--once").code == 1
    [row] = shop.ok("cases", "list", "--each", "--json").json()
    case = str(row["case_id"])
    told = shop.ok("cases", "show", case, "--json").one()["mend"]
    assert [(change["was"], change["now"]) for change in told["changes"]] == [("SE*29*0001", "SE*28*0001")]
    said = shop.ok("cases", "show", case).out
    assert "A machine can put this right (1 change):" in said
    for command in told["commands"]:
        assert command in said
    raw = shop.ok("cases", "show", case, "--raw").raw
    shop.ok("mend", "-", "-o", "mended.edi", stdin=raw)
    assert (shop.home / "mended.edi").read_bytes() == sample
    assert "1 of 1 cases are cured." in shop.ok("cases", "replay", case, "--with", "mended.edi").out


def test_a_case_about_a_price_is_offered_no_mend(held: Terminal) -> None:
    [row] = held.ok("cases", "list", "--each", "--json").json()
    assert held.ok("cases", "show", str(row["case_id"]), "--json").one()["mend"] is None
