"""What went live before versions were counted is told by the audit; the migration makes versions of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from edi_gateway.store import database, versions
from tests.servers.postgres import fresh_database

MIGRATIONS = Path(database.__file__).parent / "migrations"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database as migration 0003 left it."""
    if request.param == "sqlite":
        yield from _at_0003(f"sqlite:///{tmp_path}/old.db")
    else:
        with fresh_database() as url:
            yield from _at_0003(url)


def _at_0003(url: str) -> Iterator[Engine]:
    engine = database.connect(url)
    with closing(_Disposed(engine)):
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["engine"] = engine
        command.upgrade(config, "0003")
        yield engine


class _Disposed:
    def __init__(self, engine: Engine) -> None:
        self.close = engine.dispose


def test_each_publishing_of_the_audit_becomes_a_version(old: Engine) -> None:
    at = "2026-01-0{}T00:00:00.000000Z"
    with old.begin() as conn:
        for digest in "abc":
            row = {"hash": digest * 64, "partner": "acme" if digest != "c" else "zeta", "at": at.format(1)}
            conn.execute(
                text("INSERT INTO snapshots VALUES (:hash, :partner, '{}', :at, 'ann')"),
                row,
            )
        told = [("ann", None, "a", "first"), ("bob", "a", "b", "second"), ("ann", "b", "a", None)]
        for n, (by, was, now, why) in enumerate(told, 1):
            detail = json.dumps({"was": was and was * 64, "now": now * 64, "why": why})
            conn.execute(
                text("INSERT INTO audit VALUES (:n, :at, :by, 'published', 'partner acme', :detail, '', '')"),
                {"n": n, "at": at.format(n), "by": by, "detail": detail},
            )
        for partner, digest in (("acme", "a"), ("zeta", "c")):  # zeta's audit was kept elsewhere
            conn.execute(
                text(
                    'INSERT INTO live_profiles (partner, hash, since, "by", why, paused) '
                    "VALUES (:partner, :hash, :at, 'carl', 'old', :no)"
                ),
                {"partner": partner, "hash": digest * 64, "at": at.format(9), "no": False},
            )
    database.upgrade(old)
    with database.reading(old) as conn:
        acme = [(v.n, v.hash[0], v.by, v.why, v.at.day) for v in versions.of(conn, "acme")]
        zeta = [(v.n, v.hash[0], v.by, v.why, v.at.day) for v in versions.of(conn, "zeta")]
    assert acme == [(3, "a", "ann", None, 3), (2, "b", "bob", "second", 2), (1, "a", "ann", "first", 1)]
    assert zeta == [(1, "c", "carl", "old", 9)]
