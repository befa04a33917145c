"""Whatever is typed and however broken the files are: an exit code, a sentence that names the file, no traceback."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from edi_gateway.cli.app import app, load
from tests.cli.terminal import Said, Terminal

NOT_FORESEEN = "something went wrong inside"
SAMPLE = "samples/01-mass-merchant/input.edi"


def foreseen(said: Said) -> bool:
    return said.code in (0, 1, 2) and NOT_FORESEEN not in said.err


# ---------------------------------------------------------------- what is broken is named


def setting(line: str) -> Callable[[Terminal], None]:
    """config.toml with `# url = ...` replaced by this line."""

    def change(desk: Terminal) -> None:
        config = desk.home / "config.toml"
        config.write_text(config.read_text().replace('# url = "sqlite:///gateway.db"', line))

    return change


def text(file: str, content: str | bytes) -> Callable[[Terminal], None]:
    def change(desk: Terminal) -> None:
        (desk.home / file).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))

    return change


def gone(file: str) -> Callable[[Terminal], None]:
    def change(desk: Terminal) -> None:
        shutil.rmtree(desk.home / file) if (desk.home / file).is_dir() else (desk.home / file).unlink()

    return change


BROKEN: dict[str, tuple[Callable[[Terminal], None], list[str], str]] = {
    "settings that are no TOML": (
        text("config.toml", "[engine\n"),
        ["orders", "list"],
        "config.toml: not TOML: ",
    ),
    "settings that are not UTF-8": (
        text("config.toml", b"# \xff\n"),
        ["orders", "list"],
        "config.toml: not TOML: ",
    ),
    "a setting of a wrong type": (
        *(
            text("config.toml", '[engine]\nworkers = "many"\n'),
            ["run", "--once"],
            "config.toml: engine.workers: ",
        ),
    ),
    "a setting that is not there": (
        *(text("config.toml", "[engin]\nworkers = 1\n"), ["status"], "config.toml: engin: Extra inputs"),
    ),
    "a database that is none": (
        *(
            text("gateway.db", "hello " * 500),
            ["orders", "list"],
            "The database cannot be used: file is not a database",
        ),
    ),
    "a database of a kind that we do not know": (
        *(setting('url = "mysql://x/y"'), ["orders", "list"], "use sqlite:///PATH or postgresql+psycopg://"),
    ),
    "an address of a database that is none": (
        *(
            setting('url = "secret:word"'),
            ["orders", "list"],
            "The database URL of this installation (it is no URL)",
        ),
    ),
    "a server that is not there": (
        setting('url = "postgresql+psycopg://me:hush@127.0.0.1:1/x"'),
        ["orders", "list"],
        "Connection refused",
    ),
    "a folder where a file stands": (
        text("posted", "x"),
        ["run", "--once"],
        "posted: File exists. A folder is needed",
    ),
    "a profile that is no TOML": (
        text("partners/kestrelmoor/partner.toml", "name = Kestrelmoor\n"),
        ["check", SAMPLE, "--partner", "kestrelmoor"],
        "kestrelmoor/partner.toml:1: This is not TOML",
    ),
    "guide rules that are not UTF-8": (
        text("partners/kestrelmoor/850.toml", b'# caf\xe9\n[[rules]]\ntarget = "REF*DP"\nmust_use = true\n'),
        ["ack", SAMPLE],
        "kestrelmoor/850.toml:1: The file is not UTF-8",
    ),
    "a mapping that is not UTF-8": (
        *(
            text("mappings/common.toml", b'\n\n"\xff"\n'),
            ["map", SAMPLE],
            "mappings/common.toml:3: the file is not UTF-8",
        ),
    ),
    "a mapping that is no TOML": (
        *(text("mappings/850.toml", 'set = "850"\nmodel = \n'), ["map", SAMPLE], "mappings/850.toml:2"),
    ),
    "a mapping that is not there": (
        *(gone("mappings/850.toml"), ["map", SAMPLE], "mappings/850.toml does not exist"),
    ),
    "no mappings at all": (gone("mappings"), ["ack", SAMPLE], "mappings/850.toml does not exist"),
    "no partners at all": (gone("partners"), ["partners", "check"], "There are no partners in "),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_named(empty: Terminal, what: str) -> None:
    change, words, told = BROKEN[what]
    change(empty)
    said = empty(*words)
    assert said.code in (1, 2)
    assert told in said.err
    assert foreseen(said), said.err
    assert "hush" not in said.all  # the password of a URL
    assert "secret:word" not in said.all


@pytest.mark.slow
def test_a_folder_of_a_partner_that_is_a_file_is_told_and_the_others_are_looked_at(shop: Terminal) -> None:
    shop.drop_sample("pinwheel", "03-marketplace")
    (shop.home / "exchange" / "kestrelmoor").write_text("in the way")
    said = shop("run", "--once")
    assert said.code == 1
    assert "kestrelmoor could not be looked at" in said.out
    assert "exchange/kestrelmoor/in" in said.out
    assert set(shop.orders()) == {"PW-20260302-7781"}
    status = shop("status")
    assert status.code == 1
    assert "kestrelmoor: This machine: there is no folder" in status.out


@pytest.mark.slow
def test_broken_shared_mappings_leave_the_gateway_running_on_the_last_good_ones(shop: Terminal) -> None:
    (shop.home / "mappings" / "850.toml").write_bytes(b"\xff")
    shop.drop_sample("kestrelmoor", "01-mass-merchant")
    said = shop("run", "--once")
    assert said.code == 1
    assert "mappings/850.toml:1: the file is not UTF-8" in said.out or "850.toml" in str(shop.cases())
    assert shop.orders() == {"K7001001": "ACCEPTED"}
    assert {(c["code"], c["partner"]) for c in shop.cases()} == {
        *(
            ("PROFILE_INVALID", "aldermere"),
            ("PROFILE_INVALID", "harborside"),
            ("PROFILE_INVALID", "kestrelmoor"),
            ("PROFILE_INVALID", "pinwheel"),
        ),
    }


def test_a_table_that_somebody_dropped_is_told(shop: Terminal) -> None:
    db = sqlite3.connect(shop.home / "gateway.db")
    db.execute("DROP TABLE holds")
    db.commit()
    db.close()
    assert "no such table: holds" in shop.refused("holds", "list")


def test_what_nobody_foresaw_is_a_sentence_and_the_traceback_is_in_a_file(
    empty: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("edi_gateway.cli.standard.checking.read_file", fail)
    said = empty("check", SAMPLE)
    assert (said.code, said.out) == (1, "")
    assert NOT_FORESEEN in said.err
    log = Path(said.err.partition("Please send ")[2].partition(" ")[0])
    assert "ZeroDivisionError: division by zero" in log.read_text()
    log.unlink()


# ---------------------------------------------------------------- by chance, always the same

ODD = (
    *(
        "",
        "-",
        "--",
        "[bold]",
        "[/]",
        "\\[",
        "\udcff",
        "é",
        "\x1b[31m",
        "../../etc",
        "/nowhere/x",
        "a b",
        "%s",
        "{0}",
    ),
    *(
        "9" * 26,
        "-1",
        "0",
        "1e999",
        "NaN",
        "x" * 5000,
        "\n",
        "2026-13-45",
        "9999-12-31",
        "void",
        "Z",
        "850",
        "lines[9].price",
    ),
    *("lines[-1].price", "price", "--json", "--help", "OTHER", "config.toml", "samples", SAMPLE),
)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its words, but those that would not end or run for long."""
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            if name not in ("daemon", "worker", "demo", "run", "web"):
                yield from commands(command.commands[name], (*path, name))
    else:
        yield path, command


load()
COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.slow
@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_odd_arguments_are_answered_in_words(shop: Terminal, path: tuple[str, ...]) -> None:
    chance = random.Random(" ".join(path))
    for _ in range(3):
        words = list(path)
        for parameter in COMMANDS[path].params:
            if parameter.param_type_name == "argument":
                words.append(chance.choice(ODD))
            elif parameter.name != "help" and (parameter.required or chance.random() < 0.4):
                words.append(parameter.opts[0])
                if not parameter.is_flag:
                    words.append(chance.choice(ODD))
        said = shop(*words, stdin=b"n\n", by=chance.choice(("maria", "[x]", "system")))
        assert foreseen(said), (words, said.err)


FILES = (
    *(
        "config.toml",
        "partners/kestrelmoor/partner.toml",
        "partners/kestrelmoor/850.toml",
        "mappings/850.toml",
    ),
    *("mappings/common.toml", "mappings/855.toml", SAMPLE, "samples/22-odd-separators/input.edi"),
)
LOOKS = (
    *(
        ["check", SAMPLE, "--partner", "kestrelmoor"],
        ["check", "samples/22-odd-separators/input.edi"],
        ["ack", SAMPLE],
    ),
    *(
        ["map", SAMPLE, "--lineage"],
        ["mapping", "show", "kestrelmoor", "850"],
        ["mapping", "coverage", SAMPLE],
    ),
    *(["partners", "check", "--json"], ["partners", "list"], ["orders", "list"]),
)
PIECES = (
    b"=",
    b"[",
    b"]",
    b'"',
    b"\n",
    b"[[documents]]",
    b"true",
    b"1e999",
    b"\0",
    b"\xff",
    b"*",
    b"~",
    b"{}",
    b"2026-01-01",
)


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """The same with a few bytes taken out, put in or changed, or cut off."""
    made = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(made) or 1)
        match chance.randrange(4):
            case 0:
                del made[at : at + chance.choice((1, 5, 60))]
            case 1:
                made[at:at] = chance.choice(PIECES)
            case 2:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case _:
                made = made[:at]
    return bytes(made)


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_spoilt_files_are_answered_in_words(empty: Terminal, file: str) -> None:
    chance = random.Random(file)
    target = empty.home / file
    good = target.read_bytes()
    for _ in range(5):
        target.write_bytes(spoilt(good, chance))
        for words in chance.sample(LOOKS, 3):
            said = empty(*words)
            assert foreseen(said), (words, said.err, target.read_bytes())
        target.write_bytes(good)
