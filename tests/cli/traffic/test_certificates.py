"""`certificates`: from an empty folder to an exchange, a roll and a withdrawal, as an analyst does it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal

PASSPHRASE = "blue heron over the weir"


@pytest.fixture
def desk(empty: Terminal) -> Terminal:
    """A folder whose keys are locked with a passphrase in a file."""
    (empty.home / "passphrase").write_text(f"{PASSPHRASE}\n")
    config = empty.home / "config.toml"
    config.write_text(
        config.read_text().replace('# key_passphrase_file = "..."', 'key_passphrase_file = "passphrase"')
    )
    return empty


def test_without_a_passphrase_no_key_is_made(empty: Terminal) -> None:
    said = empty("certificates", "new")
    assert said.code == 1
    assert "key_passphrase_file or key_passphrase_env under [as2]" in " ".join(said.err.split())
    assert empty.ok("certificates", "list", "--json").json() == []


def test_ours_is_made_given_out_and_rolled_over(desk: Terminal) -> None:
    desk.ok("certificates", "new", "--name", "Tarnbrook", "--days", "300")
    one = desk.ok("certificates", "list", "--json").one()
    assert (one["side"], one["partner"], one["purposes"], one["key"]) == (
        "ours",
        None,
        ["sign", "encrypt"],
        "locked",
    )
    given = desk.ok("certificates", "export", str(one["certificate_id"])).out
    assert given.startswith("-----BEGIN CERTIFICATE-----\n")
    assert "PRIVATE" not in given
    desk.ok("certificates", "roll", "us", "--name", "Tarnbrook", "--from", "2026-03-20", "--overlap", "14")
    old, new = desk.ok("certificates", "list", "--json").json()
    assert (old["until"], new["from"]) == ("2026-04-03T00:00:00+00:00", "2026-03-20T00:00:00+00:00")
    assert (old["state"], new["state"]) == ("31 days left", "not yet")
    for file in desk.home.glob("gateway.db*"):
        content = file.read_bytes()
        assert PASSPHRASE.encode() not in content
        assert b"BEGIN PRIVATE KEY" not in content
        assert b"BEGIN RSA PRIVATE KEY" not in content


def test_a_partners_certificate_comes_in_from_a_file_and_is_withdrawn(desk: Terminal, tmp_path: Path) -> None:
    desk.ok("certificates", "new", "--name", "A partner, say", "--kind", "ec-p256")
    made = desk.ok("certificates", "list", "--json").one()
    theirs = tmp_path / "theirs.cer"
    theirs.write_bytes(desk.ok("certificates", "export", str(made["certificate_id"]), "--der").raw)
    said = desk.ok("certificates", "import", "kestrelmoor", str(theirs)).out
    assert "CN=A partner\\, say" in " ".join(said.split())
    assert "An EC key can only sign" in said
    (one,) = [c for c in desk.ok("certificates", "list", "--json").json() if c["side"] == "theirs"]
    assert (one["partner"], one["purposes"], one["key"]) == ("kestrelmoor", ["sign"], None)
    assert desk("certificates", "import", "kestrelmoor", str(theirs)).code == 1  # it is there already
    desk.ok("certificates", "withdraw", str(one["certificate_id"]), "--why", "their key was lost")
    assert [c["side"] for c in desk.ok("certificates", "list", "--json").json()] == ["ours"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("import", "nobody", "x.pem"), "There is no file x.pem."),
        (("import", "nobody", "config.toml"), "There is no partner 'nobody'"),
        (("import", "kestrelmoor", "config.toml"), "it holds no certificate"),
        (("import", "kestrelmoor", "config.toml", "--key", "passphrase"), "are for our own certificates"),
        (("import", "us", "config.toml"), "it is no PKCS#12 file"),
        (("new", "--kind", "dsa"), "--kind is one of rsa-2048"),
        (("new", "--from", "soon"), "--from is a day or a time"),
        (("roll", "kestrelmoor"), "Say which file holds the new certificate"),
        (("export", "ZZZ"), "There is no certificate ZZZ."),
    ],
)
def test_mistakes_are_told_in_words(desk: Terminal, words: tuple[str, ...], told: str) -> None:
    said = desk("certificates", *words)
    assert said.code in (1, 2)
    assert told in " ".join(said.err.split())


def test_a_key_may_stay_in_its_file(desk: Terminal) -> None:
    desk.ok("certificates", "new", "--name", "Elsewhere")
    made = desk.ok("certificates", "list", "--json").one()
    (desk.home / "us.pem").write_bytes(desk.ok("certificates", "export", str(made["certificate_id"])).raw)
    with sqlite3.connect(desk.home / "gateway.db") as conn:  # the key as somebody's vault would hold it
        (key,) = conn.execute("SELECT key FROM certificates").fetchone()
    conn.close()
    (desk.home / "us.key").write_text(key)
    desk.ok("certificates", "withdraw", str(made["certificate_id"]), "--why", "it goes into the vault")
    desk.ok("certificates", "import", "us", "us.pem", "--key", "us.key", "--key-stays")
    assert desk.ok("certificates", "list", "--json").one()["key"] == "file"
