"""The command line on PostgreSQL: the operator upgrades the database, the rest is as on SQLite."""

from __future__ import annotations

import shutil

import pytest

from tests.cli.papers import interchange, order
from tests.cli.terminal import SAMPLES, Terminal
from tests.servers.postgres import postgres
from tests.servers.process import absent

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def served(empty: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A working folder whose database is an empty one on a server; its URL stands in the environment."""
    server = postgres()
    monkeypatch.setenv("EDI_TEST_DATABASE", server.new_database())
    config = empty.home / "config.toml"
    config.write_text(config.read_text().replace('# url_env = "..."', 'url_env = "EDI_TEST_DATABASE"'))
    return empty


def test_an_order_goes_the_whole_road(served: Terminal) -> None:
    assert "run `edi-gateway db upgrade`" in served.refused("orders", "list")
    served.ok("db", "upgrade")
    served.ok("partners", "publish", "--why", "agreed")
    for kind in ("customers", "items", "xrefs", "prices", "ship-tos"):
        served.bring(kind, SAMPLES / "master-data" / f"{kind}.csv")
    served.drop("kestrelmoor", "a.edi", interchange(7, order("K-1")))
    served.drop_sample("kestrelmoor", "04-price-differs")
    served.drop_sample("kestrelmoor", "14-bad-date")
    assert served("run", "--once").code == 1
    assert served.orders() == {"K-1": "ACCEPTED", "K7001004": "ACCEPTED"}
    served.ok("holds", "release", served.hold(), "--reason", "PRICE_ACCEPTED", "--text", "agreed", by="jo")
    served.ok("orders", "cancel", "K-1", "--why", "not wanted")
    assert served("run", "--once", "--json").code == 0
    assert {p["order"]["state"] for p in served.posted()} == {"ACCEPTED", "CANCELLED"}
    assert [c["code"] for c in served.cases()] == ["DATE_INVALID"]
    assert "20261316" in served.ok("cases", "show", str(served.cases()[0]["case_id"])).out
    served.ok("status")
    served.ok("audit", "verify")
    served.ok("documents", "list")
    served.ok("transmissions", "list")
    served.ok("users", "put", "anna", "ADMIN")
    assert served.ok("users", "list", "--json").one() == {
        "user": "anna", "roles": ["ADMIN"], "limit": None, "signs_in": False, "second_factor": False, "seen_at": None,
    }  # fmt: skip


def test_a_backup_brings_back_what_was(served: Terminal) -> None:
    if shutil.which("pg_dump") is None:
        absent("pg_dump")
    served.ok("db", "upgrade")
    served.ok("users", "put", "anna", "ADMIN")
    served.ok("db", "backup", "copy.dump")
    served.ok("users", "put", "maria", "CSR", by="anna")
    served.ok("db", "restore", "copy.dump", "--yes")
    assert [u["user"] for u in served.ok("users", "list", "--json").json()] == ["anna"]


def test_odd_arguments_are_answered_in_words(served: Terminal) -> None:
    served.ok("db", "upgrade")
    for words in (
        ["orders", "list", "--po", "x" * 5000],
        ["orders", "list", "--limit", "100000"],
        ["cases", "assign", "7YSFJ0000000", "x" * 500],
        ["cases", "show", str((1 << 63) - 1)],
        ["users", "put", "x" * 500, "ADMIN"],
        ["orders", "list", "--customer", "\udcff"],
        ["orders", "list", "--since", "0001-01-01", "--until", "9999-12-31"],
    ):
        said = served(*words)
        assert said.code in (0, 1, 2), said.all
        assert "something went wrong inside" not in said.err, (words, said.err)
