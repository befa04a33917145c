"""A real PostgreSQL on loopback, one a test process: `postgres()` is it, `new_database()` a fresh database.

Binaries come from PATH or /usr/lib/postgresql/*/bin; without them the test is skipped (fails when CI=true).
As root the server runs as user postgres or nobody, because initdb refuses root. Called by fixtures and tests.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.process import absent, find_binary, free_port, start, stop, wait_until

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # speed; a crash test kills our process, not the machine
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "jit": "off",
    "timezone": "UTC",
}


class Postgres:
    """A running server. URLs are SQLAlchemy's: `postgresql+psycopg://gateway@127.0.0.1:PORT/NAME`."""

    def __init__(self, port: int, name: str = "test") -> None:
        """`name` begins the names of its databases: several processes may share a server."""
        self.port = port
        self._name = name
        self._count = itertools.count(1)
        self._templates: set[str] = set()

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://gateway@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str = "template0") -> str:
        """Create an empty database, or a copy of one that `template` made; its URL (some 30 ms)."""
        name = f"{self._name}_{next(self._count)}"
        self._create(name, template)
        return self.url(name)

    def template(self, name: str, prepare: Callable[[str], None]) -> str:
        """Make the database `name` once by `prepare(url)` (say: all migrations), for `new_database(name)`.

        `prepare` closes its connections before it returns: a database in use cannot be copied.
        """
        if name not in self._templates:
            self._create(name, "template0")
            prepare(self.url(name))
            self._templates.add(name)
        return name

    def drop(self, url: str) -> None:
        """Drop a database; whoever is still connected is thrown out."""
        name = url.rsplit("/", 1)[1]
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextlib.contextmanager
    def away(self, url: str) -> Iterator[None]:
        """A database that nobody reaches for the length of the block; whoever is connected is thrown out."""
        name = url.rsplit("/", 1)[1]
        allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        end = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
        self._execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        self._execute(end.format(sql.Literal(name)))
        yield
        self._execute(allow.format(sql.Identifier(name), sql.SQL("true")))

    def _create(self, name: str, template: str) -> None:
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )

    def _execute(self, statement: sql.Composed) -> None:
        address = f"host=127.0.0.1 port={self.port} user=gateway dbname=postgres"
        with contextlib.closing(psycopg.connect(address, autocommit=True)) as connection:
            connection.execute(statement)


def new_database(template: str = "template0") -> str:
    """A fresh database on this process's server, which starts at the first call; its SQLAlchemy URL."""
    return postgres().new_database(template)


@contextlib.contextmanager
def fresh_database(template: str = "template0") -> Iterator[str]:
    """`new_database` for the length of a test."""
    server = postgres()
    url = server.new_database(template)
    try:
        yield url
    finally:
        server.drop(url)


def postgres() -> Postgres:
    """This process's server; skips the test when there are no binaries."""
    folder = _binaries()
    if folder is None:
        absent("PostgreSQL (initdb, postgres)")
    return _server(folder)


def _binaries() -> Path | None:
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True
    )
    initdb = find_binary("initdb", iter(versions))
    if initdb is None:
        return None
    folder = initdb.resolve().parent
    return folder if (folder / "postgres").exists() else None


@functools.cache
def _server(binaries: Path) -> Postgres:
    folder = Path(tempfile.mkdtemp(prefix="edi-gateway-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    user = None
    if os.geteuid() == 0:
        user = _unprivileged_user()
        shutil.chown(folder, user)
    cluster = folder / "cluster"
    log = folder / "log"
    options = [
        "--username=gateway",
        "--auth=trust",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C",
        "--no-instructions",
    ]
    made = subprocess.run(
        [str(binaries / "initdb"), f"--pgdata={cluster}", *options],
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
    for _ in range(5):  # the free port may be taken between our look and the server's
        port = free_port()
        settings = [f"--{name}={value}" for name, value in {**_SETTINGS, "port": str(port)}.items()]
        process = start(
            [binaries / "postgres", "-D", cluster, *settings], log=log, user=user, last_signal=signal.SIGQUIT
        )
        if wait_until(functools.partial(_answers, port), process, log=log):
            atexit.register(stop, process, signal.SIGINT)
            return Postgres(port)
    raise RuntimeError(f"postgres did not start; it said:\n{log.read_text('utf-8', 'replace')}")


def _unprivileged_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _answers(port: int) -> bool:
    try:
        psycopg.connect(f"host=127.0.0.1 port={port} user=gateway dbname=postgres connect_timeout=2").close()
    except psycopg.OperationalError:
        return False
    return True
