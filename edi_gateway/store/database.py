"""The database itself: an engine for its URL, its tables brought up to date, a copy kept and put back.

Takes `sqlite:///path` (the default, nothing to install) or `postgresql+psycopg://...`; gives an Engine that
behaves alike on both: explicit transactions, one writer at a time on SQLite, READ COMMITTED on PostgreSQL.
Called by cli/main.py, by flow and by tests.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from edi_gateway.model.errors import GatewayError
from edi_gateway.store import audit
from edi_gateway.store.triage import tally

_MIGRATIONS = Path(__file__).parent / "migrations"
_READING = "gateway_reading"
# 16 MB of log before it is carried over into the database: with SQLite's own 4 MB a commit of a few hundred orders
# would nearly always wait for that too, and pages that several commits change would be written each time
CHECKPOINT_PAGES = 4000
_CONNECT_SECONDS = 10


class DatabaseUnsupported(GatewayError):
    """The database URL {url} is of a kind that we do not know: use sqlite:///PATH or postgresql+psycopg://..."""


class DatabaseOutdated(GatewayError):
    """The tables of {url} stand at version {found}, we need {needed}: run `edi-gateway db upgrade`."""


class DatabaseNewer(GatewayError):
    """The tables of {url} stand at version {found}, which this program does not know; a later one made them. Use that
    one, or restore a backup that this one made."""


class BackupFailed(GatewayError):
    """{what} failed for {path}: {problem}"""


def connect(url: str, *, busy_seconds: float = 30.0) -> Engine:
    """An engine. On SQLite every transaction takes the write lock at its start, unless it is `reading`.

    `busy_seconds` is how long a SQLite writer waits for another before it fails.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        engine = _sqlite(address, busy_seconds)
    elif address.get_backend_name() == "postgresql":
        engine = _postgresql(address)
    else:
        raise DatabaseUnsupported(url=address.render_as_string(hide_password=True))
    tally.attach(engine)  # before the audit, whose chain everybody waits for
    audit.attach(engine)
    return engine


def _address(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise DatabaseUnsupported(
            url="of this installation (it is no URL)"
        ) from None  # it may hold a password: not shown


def _postgresql(address: URL) -> Engine:
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        # a server whose machine is gone does not even refuse: who asks is told so before they stop listening
        connect_args={} if "connect_timeout" in address.query else {"connect_timeout": _CONNECT_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        # others wait for the locks of a worker that stands still or whose machine is gone: the server ends it
        with connection.cursor() as cursor:
            for setting in (
                "idle_in_transaction_session_timeout = '5min'",
                "tcp_keepalives_idle = 30",
                "tcp_keepalives_interval = 10",
                "tcp_keepalives_count = 3",
            ):
                cursor.execute(f"SET {setting}")
        connection.commit()

    return engine


def _sqlite(address: URL, busy_seconds: float) -> Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": busy_seconds})

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own begins too late
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "cache_size = -65536",  # 64 MiB
            "temp_store = MEMORY",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        # IMMEDIATE, because a transaction that read first and writes later fails instead of waiting
        conn.exec_driver_sql("BEGIN" if conn.get_execution_options().get(_READING) else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads, one snapshot on SQLite; it waits for no writer."""
    with engine.connect() as conn:
        yield conn.execution_options(**{_READING: True})


def upgrade(engine: Engine) -> None:
    """Bring the tables up to this program's version; does nothing when they are. Two at once do no harm.

    Raises DatabaseNewer for tables of a later program.
    """
    found = version(engine)
    if found is not None and found == needed_version():
        return
    if found is not None and found not in known_versions():
        raise DatabaseNewer(url=engine.url.render_as_string(hide_password=True), found=found)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")


def version(engine: Engine) -> str | None:
    """The migration that the tables stand at; None for an empty database."""
    with reading(engine) as conn:
        if not inspect(conn).has_table("alembic_version"):
            return None
        found: str | None = conn.exec_driver_sql(
            "SELECT version_num FROM alembic_version"
        ).scalar_one_or_none()
        return found


def needed_version() -> str:
    """The migration that this program needs."""
    return max(known_versions())


def known_versions() -> frozenset[str]:
    """Every migration of this program, by the names of their files: alembic would import it and them at every start."""
    return frozenset(file.name.partition("_")[0] for file in _MIGRATIONS.glob("versions/[0-9]*.py"))


def require_current(engine: Engine) -> None:
    """Raise DatabaseOutdated or DatabaseNewer unless the tables are those of this program."""
    found, needed = version(engine), needed_version()
    if found != needed:
        url = engine.url.render_as_string(hide_password=True)
        if found is not None and found not in known_versions():
            raise DatabaseNewer(url=url, found=found)
        raise DatabaseOutdated(url=url, found=found or "none", needed=needed)


def backup(engine: Engine, target: Path) -> None:
    """A consistent copy in `target` while work goes on: a SQLite file, or a pg_dump archive (custom format).

    The copy is complete and fsynced before it gets its name; a file that is there already is replaced.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    if engine.dialect.name == "sqlite":
        with (
            closing(sqlite3.connect(str(engine.url.database))) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
    else:
        _run(
            ["pg_dump", "--format=custom", f"--file={part}", "--dbname", _libpq(engine.url)],
            engine.url,
            target,
        )
    _flush(part)
    os.replace(part, target)
    _flush(target.parent)


def restore(url: str, source: Path) -> None:
    """Put a backup back in place of the database at `url`. Nothing else may be using it.

    The backup is looked at first: one that is damaged, or newer than this program, leaves all as it was.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        _restore_sqlite(Path(str(address.database)), source)
    else:
        options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
        _run(["pg_restore", *options, "--dbname", _libpq(address), str(source)], address, source)


def _restore_sqlite(path: Path, source: Path) -> None:
    part = path.with_name(path.name + ".part")
    shutil.copyfile(source, part)
    try:
        with closing(sqlite3.connect(part)) as copy:
            fault = copy.execute("PRAGMA integrity_check").fetchone()[0]
            found = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        part.unlink()
        raise BackupFailed(what="Restoring", path=source, problem=error) from error
    if fault != "ok" or found is None or found[0] not in known_versions():
        part.unlink()
        problem = fault if fault != "ok" else "it is of a version of the program that we do not know"
        raise BackupFailed(what="Restoring", path=source, problem=problem)
    _flush(part)
    for suffix in ("-wal", "-shm"):  # they belong to the file that goes away
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    os.replace(part, path)
    _flush(path.parent)


def _libpq(address: URL) -> str:
    return address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _run(command_line: list[str], address: URL, path: Path) -> None:
    environment = dict(os.environ)
    if address.password:
        environment["PGPASSWORD"] = address.password  # not on the command line, where others can see it
    try:
        done = subprocess.run(command_line, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        problem = f"the program {command_line[0]} of PostgreSQL's client tools is not installed"
        raise BackupFailed(what=command_line[0], path=path, problem=problem) from error
    if done.returncode:
        raise BackupFailed(what=command_line[0], path=path, problem=done.stderr.strip())


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
