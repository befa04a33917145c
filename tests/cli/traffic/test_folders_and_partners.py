"""The first hour: a working folder, the demonstration, partners checked, written and published, users and database."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.papers import interchange, order
from tests.cli.terminal import MONDAY, ROOT, Terminal, run


def test_init_makes_a_folder_that_works_at_once(tmp_path: Path) -> None:
    said = run(["init", "work"], tmp_path)
    assert said.code == 0
    assert sorted(p.name for p in (tmp_path / "work").iterdir()) == [
        "config.toml",
        "mappings",
        "partners",
        "samples",
    ]
    assert "Next: cd work" in said.out
    desk = Terminal(tmp_path / "work")
    desk.ok("check", "samples/01-mass-merchant/input.edi")
    desk.ok("partners", "check")


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("# mine\n")
    said = run(["init", "."], tmp_path)
    assert said.code == 1
    assert "holds config.toml already" in said.err
    assert [p.name for p in tmp_path.iterdir()] == ["config.toml"]


@pytest.mark.parametrize(
    "words", [["run", "--once"], ["orders", "list"], ["status"], ["db", "upgrade"]], ids=" ".join
)
def test_a_folder_that_is_no_working_folder_is_told_and_left_alone(tmp_path: Path, words: list[str]) -> None:
    said = run(words, tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "is not a working folder (no config.toml). Make one with `edi-gateway init DIR`" in said.err
    assert list(tmp_path.iterdir()) == []


def test_home_may_be_named_instead_of_gone_to(
    empty: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert run(["--home", str(empty.home), "orders", "list"], elsewhere).out == "No such orders.\n"
    monkeypatch.setenv("EDI_GATEWAY_HOME", str(empty.home))
    assert run(["orders", "list"], elsewhere).out == "No such orders.\n"


@pytest.mark.slow
def test_the_demonstration_tells_its_story_twice_in_a_row_and_removes_nobodys_folder(tmp_path: Path) -> None:
    first = run(["demo", "show"], tmp_path)
    assert first.code == 0, first.all
    for chapter in (
        *("What came in", "What was acknowledged (997)", "Orders that are through", "What waits, and why"),
        *("What went out", "Cases that need a person, by cause", "What to type next"),
    ):
        assert chapter in first.out
    assert first.out.splitlines()[-1].startswith("  make console ")
    assert "set aside" in first.out
    for step in ("850 came", "997 went", "855 went", "997 came"):
        assert first.out.count(step) == 1
    assert first.out.count("CLOSED") == 3
    assert first.out.count("PAID") == 4
    assert run(["demo", "show"], tmp_path).code == 0
    desk = Terminal(tmp_path / "show")
    assert len(desk.ok("orders", "list", "--json").json()) == 22
    assert desk.ok("run", "--once").out == "Nothing came in and nothing was waiting.\n"
    cash = Terminal(tmp_path / "show" / "to-cash")
    wire = Terminal(tmp_path / "show" / "as2" / "seller")
    assert {row["as2"] for row in wire.ok("transmissions", "list", "--json").json()} == {"RECEIPTED"}
    assert {row["state"] for row in wire.ok("transmissions", "incoming", "--json").json()} == {"TAKEN"}
    assert {row["stage"] for row in cash.ok("orders", "list", "--json").json()} == {"CLOSED"}
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    said = run(["demo", "mine"], tmp_path)
    assert said.code == 2
    assert "is not a demonstration's folder; it is left alone" in said.err
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


# ---------------------------------------------------------------- partners


def test_every_mistake_in_a_partners_files_is_told_with_file_and_line(empty: Terminal) -> None:
    folder = empty.home / "partners" / "kestrelmoor"
    profile = folder / "partner.toml"
    lines = profile.read_text().splitlines()
    window = lines.index("poll_seconds = 300") + 1
    lines[window - 1] = "poll_secs = 300"
    batch = lines.index('batch = "set"') + 1
    lines[batch - 1] = 'batch = "some"'
    profile.write_text("\n".join(lines) + "\n")
    (folder / "850.toml").write_text('[[rules]]\ntarget = "REF*DP"\nmust_uze = true\n')
    said = empty("partners", "check", "kestrelmoor", "--json")
    assert said.code == 1
    told = said.one()
    assert not told["valid"]
    assert {f["path"] for f in told["findings"]} >= {
        *(
            f"kestrelmoor/partner.toml:{window}",
            f"kestrelmoor/partner.toml:{batch}",
            "kestrelmoor/850.toml:3",
        ),
    }
    words = empty("partners", "check")
    assert words.code == 1
    assert "kestrelmoor: holds mistakes" in words.out
    assert "aldermere: valid" in words.out
    assert "poll_secs" in words.out


def test_a_partner_with_mistakes_is_not_published_and_the_others_are(empty: Terminal) -> None:
    (empty.home / "partners" / "pinwheel" / "partner.toml").write_text("name = \n")
    said = empty("partners", "publish", "--why", "first")
    assert said.code == 1
    assert "pinwheel: not published; the last good files stay live" in said.out
    live = {p["partner"]: bool(p["published"]) for p in empty.ok("partners", "list", "--json").json()}
    assert live == {"aldermere": True, "harborside": True, "kestrelmoor": True, "pinwheel": False}
    assert "aldermere: live already" in empty("partners", "publish", "--why", "agreed").out


def test_a_new_partner_is_asked_about_and_begins_in_test(empty: Terminal) -> None:
    answers = b"Fernhill\nZZ/FERNHILL\nZZ/TARNBROOK\nC-9000\n004010\nAmerica/Chicago\n"
    said = empty.ok("partners", "new", "fernhill", stdin=answers)
    assert "It begins in test" in said.out
    assert empty.ok("partners", "check", "fernhill", "--json").one() == {
        **{"partner": "fernhill", "valid": True, "findings": []},
    }
    empty.ok("partners", "publish", "fernhill", "--why", "agreed")
    (mine,) = (p for p in empty.ok("partners", "list", "--json").json() if p["partner"] == "fernhill")
    assert (mine["name"], mine["address"], mine["test"], mine["connection"]) == (
        *("Fernhill", "ZZ/FERNHILL", True, "directory"),
    )


def test_a_new_partner_by_sftp_has_its_server_and_key_in_the_profile(empty: Terminal) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMuGpxz+9ynSEQDZH+VrnNG+9G6daKJtZIXEaOiCy6xA"
    empty(
        *(
            "partners",
            "new",
            "fernhill",
            "--name",
            "Fernhill",
            "--them",
            "ZZ/FERNHILL",
            "--us",
            "ZZ/TARNBROOK",
        ),
        *("--customer", "", "--version", "004010", "--zone", "UTC"),
        *("--sftp", "tarnbrook@sftp.fernhill.example:2222", "--host-key", key),
    )
    text = (empty.home / "partners" / "fernhill" / "partner.toml").read_text()
    for line in (
        'host = "sftp.fernhill.example"',
        "port = 2222",
        'user = "tarnbrook"',
        f'host_key = "{key}"',
    ):
        assert line in text.splitlines()


def test_a_new_partner_by_as2_is_asked_for_the_identifiers_and_told_what_is_missing_yet(
    empty: Terminal,
) -> None:
    told = ("--name", "Fernhill", "--them", "ZZ/FERNHILL", "--us", "ZZ/TARNBROOK", "--customer", "C-1")
    told += ("--version", "004010", "--zone", "UTC", "--as2", "https://as2.fernhill.example/in")
    said = empty.ok("partners", "new", "fernhill", *told, stdin=b"\nFERN HILL\n")
    assert "`edi-gateway certificates import fernhill FILE`" in " ".join(said.out.split())
    text = (empty.home / "partners" / "fernhill" / "partner.toml").read_text()
    wanted = (
        'kind = "as2"',
        'us = "TARNBROOK"',
        'them = "FERN HILL"',
        'url = "https://as2.fernhill.example/in"',
    )
    assert set(wanted) <= set(text.splitlines())
    empty.ok("partners", "publish", "fernhill", "--why", "agreed")
    assert empty("partners", "new", "other", *told, "--sftp", "a@b").code == 2


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--them", "FERNHILL", "'FERNHILL' is not QUALIFIER/ID"),
        ("--us", "ZZ/THIS-IS-TOO-LONG-BY-FAR", "is not QUALIFIER/ID"),
        ("--sftp", "nobody", "'nobody' is not USER@HOST"),
    ],
)
def test_a_wrong_answer_about_a_new_partner_writes_nothing(
    empty: Terminal, option: str, value: str, told: str
) -> None:
    given = {"--name": "F", "--them": "ZZ/F1", "--us": "ZZ/T1", "--customer": "", "--version": "004010"}
    given |= {"--zone": "UTC", "--host-key": "x", option: value}
    said = empty("partners", "new", "fernhill", *(word for pair in given.items() for word in pair))
    assert said.code == 2
    assert told in said.err
    assert not (empty.home / "partners" / "fernhill").exists()


@pytest.mark.slow
def test_a_partner_in_test_goes_the_whole_road_and_is_posted_nowhere(shop: Terminal) -> None:
    profile = shop.home / "partners" / "kestrelmoor" / "partner.toml"
    profile.write_text(
        profile.read_text().replace('name = "Kestrelmoor Stores"', 'test = true\nname = "Kestrelmoor Stores"')
    )
    shop.drop("kestrelmoor", "a.edi", interchange(7, order("K-1"), usage="T"))
    said = shop.ok("run", "--once").out
    assert "TEST: posted nowhere" in said
    assert shop.orders() == {"K-1": "ACCEPTED"}
    assert shop.posted() == []
    assert {text[102] for text in shop.sent("kestrelmoor")} == {"T"}  # ISA15


# ---------------------------------------------------------------- what goes live by itself


@pytest.mark.slow
def test_an_edit_goes_live_with_the_next_run_and_one_with_a_mistake_opens_a_case(shop: Terminal) -> None:
    profile = shop.home / "partners" / "kestrelmoor" / "partner.toml"
    good = profile.read_text()
    before = live(shop)
    profile.write_text(good.replace("minimum_order = 250", "minimum_order = 300"))
    shop.ok("run", "--once")
    edited = live(shop)
    assert edited != before
    profile.write_text(good.replace("minimum_order = 250", "minimum_order = -1"))
    assert shop("run", "--once").code == 1
    assert live(shop) == edited
    (case,) = shop.cases()
    assert case["code"] == "PROFILE_INVALID"
    assert "policies.minimum_order is -1" in case["message"]
    profile.write_text(good)
    shop.ok("run", "--once")
    assert live(shop) == before
    assert shop.cases() == []


def live(shop: Terminal) -> str:
    (one,) = (p for p in shop.ok("partners", "list", "--json").json() if p["partner"] == "kestrelmoor")
    return str(one["published"])


# ---------------------------------------------------------------- database and settings


def test_the_database_is_made_by_hand_or_by_itself(empty: Terminal) -> None:
    said = empty.ok("db", "upgrade").out
    assert said.startswith("The database is at version ")
    assert empty.ok("db", "upgrade").out == said
    assert empty.ok("orders", "list").out == "No such orders.\n"


def test_a_database_of_a_later_program_is_not_touched(shop: Terminal) -> None:
    with sqlite3.connect(shop.home / "gateway.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    said = shop.refused("orders", "list")
    assert "9999" in said


def test_restoring_is_asked_about(shop: Terminal) -> None:
    shop.ok("db", "backup", "copy.db")
    said = shop("db", "restore", "copy.db", stdin=b"n\n")
    assert said.code == 1
    assert shop.ok("db", "restore", "copy.db", stdin=b"y\n").code == 0


def test_a_status_without_daemon_says_so(shop: Terminal) -> None:
    said = shop.ok("status").out
    assert "No worker is running." in said
    assert "Late: nothing" in said


def test_version_is_told(tmp_path: Path) -> None:
    assert run(["--version"], tmp_path).out == f"{version('edi-gateway')}\n"


def test_every_change_is_on_record_with_who_made_it(shop: Terminal) -> None:
    shop.ok("partners", "pause", "pinwheel", "--why", "holiday", by="anna")
    with sqlite3.connect(shop.home / "gateway.db") as db:
        rows = db.execute('SELECT "by", action, subject FROM audit ORDER BY n DESC LIMIT 1').fetchall()
    db.close()
    assert rows == [("anna", "paused", "partner pinwheel")]


def test_the_shipped_folders_are_those_of_the_repository(empty: Terminal) -> None:
    for part in ("mappings", "partners", "samples"):
        ours = {
            p.relative_to(ROOT / part)
            for p in (ROOT / part).rglob("*")
            if p.is_file() and "__pycache__" not in p.parts
        }
        theirs = {p.relative_to(empty.home / part) for p in (empty.home / part).rglob("*") if p.is_file()}
        assert ours == theirs


def test_a_clock_that_stands_elsewhere_is_for_demonstrations_only_and_says_both_ends(empty: Terminal) -> None:
    config = empty.home / "config.toml"
    text = config.read_text().split("[clock]")[0]
    config.write_text(f'{text}[clock]\nshowed = "{MONDAY.isoformat()}"\n')
    assert "showed and at stand together" in empty.refused("orders", "list")
    config.write_text(f"{text}[clock]\nshowed = 2026-03-02T15:00:00\nat = 2026-03-02T15:00:00\n")
    assert "config.toml: clock.showed: " in empty.refused("orders", "list")
    empty.set_clock(MONDAY + timedelta(days=1))
    assert empty.ok("status", "--json").one()["at"].startswith("2026-03-03T15:00")


def test_a_folder_may_be_moved(shop: Terminal, tmp_path: Path) -> None:
    shutil.move(shop.home, tmp_path / "other")
    moved = Terminal(tmp_path / "other")
    assert {p["partner"] for p in moved.ok("partners", "list", "--json").json()} == {
        *("aldermere", "harborside", "kestrelmoor", "pinwheel"),
    }


def test_what_went_live_is_listed_told_and_rolled_back(shop: Terminal) -> None:
    profile = shop.home / "partners" / "pinwheel" / "partner.toml"
    text = profile.read_text("utf-8")
    name = text.split('name = "')[1].split('"')[0]
    profile.write_text(text.replace(f'name = "{name}"', 'name = "Pinwheel [red]&"', 1), "utf-8")
    shop.ok("partners", "publish", "pinwheel", "--why", "new name", by="anna")
    told = shop.ok("partners", "versions", "pinwheel", "2").out
    assert told.splitlines()[0].endswith("by anna: new name (live)")
    assert f'changed key name: "{name}" → "Pinwheel [red]&"' in told

    shop.ok("partners", "rollback", "pinwheel", "1", "--why", "not signed yet", by="anna")
    shop("run", "--once")  # publishes by itself what may be
    rows = shop.ok("partners", "versions", "pinwheel", "--json").json()
    assert [(r["version"], r["live"], r["back_to"], r["why"], r["changes"]) for r in rows] == [
        (3, True, 1, "not signed yet", 1),
        (2, False, None, "new name", 1),
        (1, False, None, "agreed", 0),
    ]
    (one,) = (p for p in shop.ok("partners", "list", "--json").json() if p["partner"] == "pinwheel")
    assert one["files"] == "rolled back"
    assert "no such version" in shop.refused("partners", "rollback", "pinwheel", "8", "--why", "x")
    assert shop("partners", "versions", "pinwheel", "8").code == 1
