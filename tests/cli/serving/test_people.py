"""Passwords, second factors and tokens from the command line."""

from __future__ import annotations

import re

from tests.cli.terminal import Terminal


def test_passwords_are_given_shown_once_and_taken_by_an_admin_only(empty: Terminal) -> None:
    empty.ok("users", "put", "anna", "ADMIN")
    empty.ok("users", "put", "maria", "CSR", by="anna")
    assert "has none of the roles ADMIN" in empty.refused("users", "password", "maria", by="maria")
    assert "there is no such user" in empty.refused("users", "password", "jo", by="anna")
    told = empty.ok("users", "password", "maria", by="anna").out
    assert re.fullmatch(
        r"maria has a new password: ([a-z2-7]{5}-){3}[a-z2-7]{5} \(shown this once\)\.\n", told
    )
    piped = empty.ok("users", "password", "maria", "--ask", by="anna", stdin=b"nine wet otters\n")
    assert piped.out == "maria has a new password.\n"
    weak = empty("users", "password", "maria", "--ask", by="anna", stdin=b"otter\n")
    assert (weak.code, "a password has 12 to 200 characters" in weak.err) == (1, True)
    listed = {u["user"]: u["signs_in"] for u in empty.ok("users", "list", "--json").json()}
    assert listed == {"anna": False, "maria": True}
    empty.ok("users", "password", "maria", "--take", by="anna")
    assert "the user has none" in empty.refused("users", "password", "maria", "--take", by="anna")
    key = empty.home / "console.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    assert "others may read it" in empty.refused("users", "password", "maria", by="anna")


def test_a_token_is_made_listed_without_itself_and_revoked(empty: Terminal) -> None:
    empty.ok("users", "put", "anna", "ADMIN")
    assert "no such role: CHIEF" in empty.refused("users", "tokens", "add", "shop", "chief", by="anna")
    made = empty.ok("users", "tokens", "add", "shop", "lead", "csr", "--days", "2", by="anna").out
    (token,) = re.findall(r"edig_[\w-]{43}", made)
    assert "there is one of this name" in empty.refused("users", "tokens", "add", "shop", "csr", by="anna")
    listed = empty.ok("users", "tokens", "list", "--json")
    assert token not in listed.out
    (row,) = listed.json()
    assert (row["name"], row["roles"], row["state"], row["created_by"]) == (
        "shop",
        ["CSR", "LEAD"],
        "HOLDS",
        "anna",
    )
    empty.ok("users", "tokens", "revoke", str(row["token_id"]), by="anna")
    assert empty.ok("users", "tokens", "list", "--json").one()["state"] == "REVOKED"
    assert "none of this id that holds" in empty.refused(
        "users", "tokens", "revoke", str(row["token_id"]), by="anna"
    )


def test_the_second_factor_is_set_up_by_whoever_has_it_and_taken_by_an_admin(empty: Terminal) -> None:
    empty.ok("users", "put", "anna", "ADMIN")
    empty.ok("users", "password", "anna", "--lasting", by="anna")
    wrong = empty("users", "totp", by="anna", stdin=b"000000\n")
    assert (wrong.code, "the code does not fit" in wrong.err) == (1, True)
    assert re.search(r"^The key for your app: [A-Z2-7]{32}$", wrong.out, re.M)
    assert "the user has none" in empty.refused("users", "totp", "anna", "--take", by="anna")
    assert empty("users", "totp", "anna", by="anna").code == 2
