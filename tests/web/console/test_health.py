"""What monitoring and people are told while the database is away, and when it is there again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import httpx
import pytest

from edi_gateway.cli.context import Here
from tests.cli.conftest import copied
from tests.servers.postgres import postgres
from tests.web.console.browsing import Site

AWAY = "The database cannot be used at the moment; try again."


@pytest.fixture
def home(_made: Path, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder over a PostgreSQL database."""
    terminal = copied(_made, tmp_path)
    monkeypatch.setenv("EDI_TEST_DATABASE", postgres_url)
    config = terminal.home / "config.toml"
    config.write_text(config.read_text().replace('# url_env = "..."', 'url_env = "EDI_TEST_DATABASE"', 1))
    return terminal.home


@pytest.mark.postgres
def test_a_database_that_is_stopped_is_told_and_so_is_its_return(home: Path, postgres_url: str) -> None:
    with closing(Here(home, "test")) as here, Site(here) as site:
        client = site.browser("LEAD").client
        bearer = {"Authorization": f"Bearer {site.token('reader', 'LEAD')}"}
        assert client.get("/healthz").json() == {"ok": True, "checks": {"database": "ok"}}
        with postgres().away(postgres_url):
            asked = {
                path: client.get(path) for path in ("/healthz", "/readyz", "/metrics", "/cases", "/sign-in")
            }
            asked["/api/v1/cases"] = client.get("/api/v1/cases", headers=bearer)
            form = {"name": "ann", "password": "guess", "csrf": "0"}
            asked["in"] = httpx.post(f"{site.address}/sign-in", data=form, headers={"Origin": site.address})
        told = asked["/healthz"].json()
        assert told == {"ok": False, "checks": {"database": "cannot be reached (OperationalError)"}}
        checks = asked["/readyz"].json()["checks"]
        assert (checks["worker"], checks["disk"]) == ("unknown: the database cannot be reached", "ok")
        statuses = {path: answer.status_code for path, answer in asked.items() if answer.status_code != 503}
        assert statuses == {"in": 403}  # nobody came with the page's token, and so nothing was asked of it
        assert AWAY in asked["/cases"].text
        assert asked["/api/v1/cases"].json()["error"].startswith(AWAY)
        for path, answer in asked.items():
            assert not [word for word in ("gateway@", "5432", "psycopg", "SELECT") if word in answer.text], (
                path
            )
        assert client.get("/healthz").json()["ok"] is True
        assert client.get("/cases").status_code == 200
