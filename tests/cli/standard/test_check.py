"""`check`: what is in files and what is wrong, in plain words or JSON, without a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.papers import HEADER, interchange, order
from tests.cli.terminal import SAMPLES, Terminal, run

FINDING = {
    *("code", "severity", "segment", "position", "loop", "element", "component", "repetition", "offset"),
    *("length", "value", "rule", "ack", "message", "hint"),
}
GOOD = interchange(7, order("K-1"))


@pytest.fixture
def desk(tmp_path: Path) -> Terminal:
    """A folder with nothing in it."""
    return Terminal(tmp_path)


def test_a_good_file_ends_with_0_and_says_so(desk: Terminal) -> None:
    said = desk.ok("check", SAMPLES / "01-mass-merchant" / "input.edi")
    assert said.out.splitlines() == [
        f"{SAMPLES}/01-mass-merchant/input.edi  886 bytes",
        "interchange 000000101 from KESTRELMOOR to TARNBROOK, 00501",
        " group PO 101, 005010: accepted",
        "  set 850 0001, 28 segments: accepted",
        "Nothing to find fault with.",
        "",
    ]


def test_json_has_every_key_and_every_place_in_the_bytes(desk: Terminal) -> None:
    """The second of three sets has 99 for BEG01 and N103 without N104 (samples/13)."""
    file = SAMPLES / "13-one-bad-set" / "input.edi"
    content = file.read_bytes()
    said = desk("check", "--json", file)
    assert said.code == 1
    told = said.one()
    second = told["interchanges"][0]["groups"][0]["sets"][1]
    assert [set(finding) for finding in second["findings"]] == [FINDING, FINDING]
    purpose, party = second.pop("findings")
    assert told == {
        "file": str(file),
        "interchanges": [
            {
                "control": "000000113",
                "sender": "KESTRELMOOR",
                "receiver": "TARNBROOK",
                "version": "00501",
                "findings": [],
                "groups": [
                    {
                        "code": "PO",
                        "control": "113",
                        "version": "005010",
                        "read_as": "005010",
                        "status": "P",
                        "findings": [],
                        "sets": [
                            {"code": "850", "control": "0001", "status": "A", "segments": 15, "findings": []},
                            {"code": "850", "control": "0002", "status": "R", "segments": 15},
                            {"code": "850", "control": "0003", "status": "A", "segments": 15, "findings": []},
                        ],
                    }
                ],
            }
        ],
        "findings": [],
    }
    assert {key: purpose[key] for key in FINDING - {"message", "hint"}} == {
        "code": "CODE_INVALID",
        "severity": "ERROR",
        "segment": "BEG",
        "position": 2,
        "loop": None,
        "element": 1,
        "component": None,
        "repetition": None,
        "offset": content.index(b"BEG*99") + 4,
        "length": 2,
        "value": "99",
        "rule": None,
        "ack": "AK4*1*353*7*99",
    }
    assert (party["code"], party["segment"], party["position"], party["loop"], party["element"]) == (
        *("CONDITIONAL_ELEMENT_MISSING", "N1", 10, "N1", 4),
    )
    assert (party["offset"], party["length"]) == (content.index(b"*92~") + 3, 0)  # where it should have stood
    assert party["ack"] == "AK4*4*67*2"


def test_the_bad_bytes_are_marked(desk: Terminal) -> None:
    lines = desk("check", SAMPLES / "14-bad-date" / "input.edi").out.splitlines()
    marks = [number for number, line in enumerate(lines) if line.strip() and set(line.strip()) == {"^"}]
    marked = []
    for number in marks:
        start, end = lines[number].index("^"), len(lines[number])
        marked.append(lines[number - 1][start:end])
    assert marked == ["20261316", "XXX21305"]
    assert lines[-2] == "2 ERROR"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "There is nothing in it"),
        (b" \r\n\t ", "There is nothing in it"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"hello", "ISA"),
        (b"\x00" * 300, "ISA"),
    ],
    ids=["empty", "blanks", "pdf", "text", "zeros"],
)
def test_what_is_not_x12_ends_with_2(desk: Terminal, content: bytes, told: str) -> None:
    (desk.home / "file").write_bytes(content)
    said = desk("check", "file")
    assert said.code == 2
    assert told in said.out
    as_json = desk("check", "--json", "file")
    assert as_json.code == 2
    assert as_json.one()["interchanges"] == []
    assert len(as_json.one()["findings"]) == 1


def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_being_read(desk: Terminal) -> None:
    (desk.home / "good.edi").write_bytes(GOOD)
    (desk.home / "folder").mkdir()
    said = desk("check", "nowhere.edi", "folder", "good.edi", "--json")
    assert said.code == 2
    assert said.err.splitlines() == [
        "error: nowhere.edi: No such file or directory.",
        "error: folder: Is a directory.",
    ]
    assert said.one()["file"] == "good.edi"


def test_the_worst_of_several_files_is_the_exit_code(desk: Terminal) -> None:
    (desk.home / "good.edi").write_bytes(GOOD)
    (desk.home / "bad.edi").write_bytes(GOOD.replace(b"BEG*00*SA", b"BEG*99*SA"))
    said = desk("check", "--json", "bad.edi", "good.edi")
    assert said.code == 1
    assert [one["file"] for one in said.json()] == ["bad.edi", "good.edi"]


def test_a_file_may_come_on_standard_input(desk: Terminal) -> None:
    assert desk.ok("check", "--json", "-", stdin=GOOD).one()["file"] == "-"


def test_a_set_that_we_do_not_know_is_listed_and_rejected(desk: Terminal) -> None:
    sets = "ST*852*0001~\nXQ*H*20260302~\nSE*3*0001~\n"
    (desk.home / "f").write_bytes(interchange(7, sets).replace(b"GS*PO", b"GS*PD"))
    said = desk("check", "--json", "f")
    assert said.code == 1
    group = said.one()["interchanges"][0]["groups"][0]
    (only,) = group["sets"]
    assert (only["code"], only["control"], only["status"], only["segments"]) == ("852", "0001", "R", 3)
    assert [f["ack"] for f in only["findings"]] == ["AK5*R*1"]
    assert group["status"] == "R"


def test_in_a_rejected_group_no_set_is_accepted_as_the_acknowledgment_says(desk: Terminal) -> None:
    """A group without GE: its sets are good, and refused with it."""
    cut = interchange(7, order("K-1", control="0001") + order("K-2", control="0002")).partition(b"GE*")[0]
    (desk.home / "f").write_bytes(cut)
    group = desk("check", "--json", "f").one()["interchanges"][0]["groups"][0]
    assert group["status"] == "R"
    assert [(one["control"], one["status"], one["findings"]) for one in group["sets"]] == [
        ("0001", "R", []),
        ("0002", "R", []),
    ]
    said = desk("check", "f").out.splitlines()
    assert [line.strip() for line in said if line.startswith("  set ")] == [
        f"set 850 {one['control']}, {one['segments']} segments: rejected" for one in group["sets"]
    ]
    assert desk("ack", "f").out.count("AK5*R~") == 2


def test_a_partners_own_rules_apply_when_the_partner_is_named(empty: Terminal) -> None:
    """Kestrelmoor's guide wants the opening of a delivery window (DTM*064); the standard does not."""
    (empty.home / "f").write_bytes(
        interchange(7, order("K-1", header=HEADER.replace("DTM*064*20260316~\n", "")))
    )
    empty.ok("check", "f")
    said = empty("check", "f", "--partner", "kestrelmoor", "--json")
    assert said.code == 1
    found = said.one()["interchanges"][0]["groups"][0]["sets"][0]["findings"]
    assert [(f["rule"], f["severity"]) for f in found] == [("delivery window opens", "ERROR")]


def test_a_partner_that_is_not_there_is_wrong_usage_and_the_known_ones_are_named(empty: Terminal) -> None:
    said = empty("check", SAMPLES / "01-mass-merchant" / "input.edi", "--partner", "kestrel")
    assert (said.code, said.out) == (2, "")
    assert "there are: aldermere, harborside, kestrelmoor, pinwheel" in said.err


def test_no_database_is_made(empty: Terminal) -> None:
    empty.ok("check", SAMPLES / "01-mass-merchant" / "input.edi", "--partner", "kestrelmoor")
    assert not (empty.home / "gateway.db").exists()


def test_what_a_partner_sends_cannot_drive_the_terminal(desk: Terminal) -> None:
    (desk.home / "f").write_bytes(GOOD.replace(b"BEG*00*SA", b"BEG*\x1b[31m*SA"))
    said = desk("check", "f")
    assert said.code == 1
    assert "\x1b" not in said.out
    assert "BEG*·[31m*SA" in said.out


def test_no_file_is_wrong_usage(tmp_path: Path) -> None:
    said = run(["check"], tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "Missing argument 'FILE'" in said.err
