"""`check --second-opinion`: what pyx12 thinks beside what we found."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import SAMPLES, Terminal


def test_it_tells_where_the_two_differ_and_what_is_known_of_it(tmp_path: Path) -> None:
    desk = Terminal(tmp_path)
    said = desk.ok("check", "--second-opinion", SAMPLES / "21-latin-1-names" / "input.edi")
    assert said.out.splitlines()[4:9] == [
        "Nothing to find fault with.",
        "",
        "pyx12 does not accept what is in this file.",
        '  only pyx12: set 1, MSG01 (segment 5): Data element "Free-Form Message Text" (01) is type AN, contains an '
        "invalid character(Für die Küche, von Zoë)",
        "    known: Letters with accents are called invalid characters.",
    ]


def test_json_has_it_in_an_object_of_its_own_and_the_exit_code_stays(tmp_path: Path) -> None:
    file = SAMPLES / "14-bad-date" / "input.edi"
    said = Terminal(tmp_path)("check", "--second-opinion", "--json", file)
    assert said.code == 1
    checked, opinion = said.json()
    assert checked["file"] == opinion["file"] == str(file)
    assert opinion == {"file": str(file), "accepted": False, "rules_left_out": [], "disagreements": []}


def test_what_pyx12_does_not_look_at_is_not_called_agreement(tmp_path: Path) -> None:
    content = (SAMPLES / "21-latin-1-names" / "input.edi").read_bytes().replace(b"ST*850*", b"ST*837*")
    (tmp_path / "f").write_bytes(content)
    said = Terminal(tmp_path)("check", "--second-opinion", "f")
    assert "1 ERROR" in said.out
    assert said.out.splitlines()[-3:-1] == [
        "pyx12 accepts what is in this file.",
        "  We differ in nothing that it looks at.",
    ]
