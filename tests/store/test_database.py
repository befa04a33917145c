"""Engines, migrations, backup: the same on both databases."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, inspect, select, text

from edi_gateway.store import database as databases
from edi_gateway.store.tables import control_numbers, holds, metadata
from tests.servers.postgres import fresh_database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without tables."""
    if request.param == "sqlite":
        engine = databases.connect(f"sqlite:///{tmp_path}/new folder/empty.db")
        yield engine
        engine.dispose()
    else:
        with fresh_database() as url:
            engine = databases.connect(url)
            yield engine
            engine.dispose()


class _Closing:
    """An engine that is disposed of."""

    def __init__(self, url: str) -> None:
        self.engine = databases.connect(url)

    def close(self) -> None:
        self.engine.dispose()


def _schema(engine: Engine) -> dict[str, Any]:
    look = inspect(engine)
    return {
        table: {
            "columns": sorted(  # what a later migration adds stands at the end
                (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(table)
            ),
            "primary key": look.get_pk_constraint(table),
            "foreign keys": sorted(look.get_foreign_keys(table), key=str),
            "unique": sorted(look.get_unique_constraints(table), key=str),
            "indexes": sorted(map(_index, look.get_indexes(table)), key=str),
        }
        for table in sorted(look.get_table_names())
        if table != "alembic_version"
    }


def _index(found: Any) -> dict[str, Any]:
    """An index whose condition can be compared: SQLAlchemy gives it as an object of its own."""
    return found | {"dialect_options": {k: str(v) for k, v in found.get("dialect_options", {}).items()}}


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_migrations_make_exactly_the_tables_that_the_program_means(kind: str, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        if kind == "sqlite":
            urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("meant", "migrated")]
        else:
            urls = [stack.enter_context(fresh_database()) for _ in range(2)]
        meant, migrated = (stack.enter_context(contextlib.closing(_Closing(url))) for url in urls)
        metadata.create_all(meant.engine)
        databases.upgrade(migrated.engine)
        made, found = _schema(meant.engine), _schema(migrated.engine)
    assert found.keys() == made.keys()
    index = {name for name in made if name.startswith("document_words")}  # on SQLite it has tables of its own
    assert "document_words" in index
    assert made.keys() - index == metadata.tables.keys()
    for table in made:
        assert found[table] == made[table], table


def test_upgrading_twice_changes_nothing_and_the_version_is_known(empty: Engine) -> None:
    assert databases.version(empty) is None
    needed = databases.needed_version()
    with pytest.raises(
        databases.DatabaseOutdated, match=rf"stand at version none, we need {needed}.*db upgrade"
    ):
        databases.require_current(empty)
    databases.upgrade(empty)
    databases.upgrade(empty)
    databases.require_current(empty)
    assert databases.version(empty) == databases.needed_version()


def test_two_programs_that_start_at_once_migrate_once(empty: Engine) -> None:
    url = empty.url.render_as_string(hide_password=False)
    program = f"from edi_gateway.store.database import connect, upgrade; upgrade(connect({url!r}))"
    started = [
        subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0), ("", 0)]
    assert databases.version(empty) == databases.needed_version()


def test_sqlite_syncs_fully_keeps_foreign_keys_and_writes_ahead(sqlite_url: str) -> None:
    engine = databases.connect(sqlite_url)
    with engine.connect() as conn:
        settings = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.postgres
def test_postgresql_ends_the_session_of_a_worker_that_stands_still_or_is_gone() -> None:
    with fresh_database() as url:
        engine = databases.connect(url)
        with engine.connect() as conn:
            idle = conn.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar()
        engine.dispose()
    assert idle == "5min"


def test_a_reader_waits_for_no_writer_and_sees_what_was_committed(database: Engine) -> None:
    with database.begin() as writer:
        writer.execute(insert(control_numbers).values(scope="a", value=1))
        with databases.reading(database) as reader:
            assert reader.execute(select(control_numbers.c.value)).all() == []
    with databases.reading(database) as reader:
        assert reader.execute(select(control_numbers.c.value)).scalar() == 1


def test_a_rolled_back_savepoint_takes_only_its_own_rows_along(database: Engine) -> None:
    with database.begin() as conn:
        conn.execute(insert(control_numbers).values(scope="kept", value=1))
        inner = conn.begin_nested()
        conn.execute(insert(control_numbers).values(scope="gone", value=1))
        inner.rollback()
    with databases.reading(database) as conn:
        assert conn.execute(select(control_numbers.c.scope)).scalars().all() == ["kept"]


def test_decimals_and_moments_come_back_as_they_went_in(database: Engine) -> None:
    amount, at = Decimal("12345678901234567890.000001"), datetime(2026, 3, 8, 7, 30, 0, 5, tzinfo=UTC)
    row = {
        "id": 1, "order_id": 1, "code": "PRICE", "blocks": "A", "state": "ACTIVE", "finding_code": "x",
        "message": "", "hint": "", "fingerprint": "", "family": "PRICE", "amount": amount, "raised_at": at,
        "raised_by": "system", "due_at": at,
    }  # fmt: skip
    with database.begin() as conn:
        conn.execute(insert(holds), row)
        back = conn.execute(select(holds.c.amount, holds.c.raised_at)).one()
    assert (str(back.amount), back.raised_at) == (str(amount), at)


def test_a_backup_is_a_whole_copy_that_restore_puts_back(database: Engine, tmp_path: Path) -> None:
    with database.begin() as conn:
        conn.execute(insert(control_numbers).values(scope="before", value=7))
    target = tmp_path / "copies" / "backup"
    databases.backup(database, target)
    with database.begin() as conn:
        conn.execute(text("DELETE FROM control_numbers"))
    database.dispose()
    databases.restore(database.url.render_as_string(hide_password=False), target)
    with databases.reading(database) as conn:
        assert conn.execute(select(control_numbers.c.scope, control_numbers.c.value)).all() == [("before", 7)]
    assert sorted(p.name for p in target.parent.iterdir()) == ["backup"]


@pytest.mark.parametrize("damage", [b"not a database at all", b""])
def test_a_damaged_backup_leaves_the_database_alone(sqlite_url: str, tmp_path: Path, damage: bytes) -> None:
    engine = databases.connect(sqlite_url)
    with engine.begin() as conn:
        conn.execute(insert(control_numbers).values(scope="kept", value=1))
    engine.dispose()
    source = tmp_path / "broken"
    source.write_bytes(damage)
    with pytest.raises(databases.BackupFailed, match=r"Restoring failed for .*broken"):
        databases.restore(sqlite_url, source)
    with databases.reading(engine) as conn:
        assert conn.execute(select(control_numbers.c.scope)).scalars().all() == ["kept"]
    engine.dispose()


def test_a_database_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(databases.DatabaseUnsupported, match=r"mysql://.* is of a kind that we do not know"):
        databases.connect("mysql://user:secret@host/name")
