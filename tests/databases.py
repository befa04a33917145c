"""The fixture `database`: a fresh, upgraded database for a test, on SQLite and on PostgreSQL.

Gives an Engine. Migrations run once a test process; every test then gets a copy. `swept` is the same, quicker: on
PostgreSQL one database that is emptied before every test, for tests that touch no tables but ours.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from edi_gateway.store.database import connect, upgrade
from edi_gateway.store.tables import metadata
from tests.servers.postgres import postgres

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
# for tests with the fixture `engine` (or `shop`, which stands on it) whose SQL others try on both
sqlite_only = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine on a fresh database with all tables; closed and dropped afterwards."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    engine = connect(url)
    yield engine
    engine.dispose()


@pytest.fixture(params=BOTH)
def swept(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Like `database`, for tests that touch no tables but ours."""
    if request.param == "sqlite":
        yield from _put_back(request, "sqlite_template")
    else:
        yield from request.getfixturevalue("swept_postgres").lent()


@pytest.fixture(params=BOTH)
def stocked(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Like `swept`, with the master data of tests/commands/book.py in it already."""
    if request.param == "sqlite":
        yield from _put_back(request, "stocked_sqlite_template")
    else:
        yield from request.getfixturevalue("stocked_postgres").lent()


@pytest.fixture(scope="session")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Engine]]:
    """A SQLite file's place, and one engine for all tests of the process: it compiles each statement once."""
    path = tmp_path_factory.mktemp("lasting") / "gateway.db"
    engine = connect(f"sqlite:///{path}")
    yield path, engine
    engine.dispose()


def _put_back(request: pytest.FixtureRequest, template: str) -> Iterator[Engine]:
    """The engine on a copy of the template. Whoever still has the old file open keeps that."""
    path, engine = request.getfixturevalue("lasting")
    source: Path = request.getfixturevalue(template)
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        each.unlink(missing_ok=True)
    shutil.copyfile(source, path)
    yield engine
    engine.dispose()


class Swept:
    """A PostgreSQL database that is brought back to what it was at first."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = connect(url)
        with self._engine.begin() as conn:
            counts = {t.name: conn.execute(select(func.count()).select_from(t)).scalar() for t in _TABLES}
            self._kept = [name for name, count in counts.items() if count]
            for name in self._kept:
                conn.execute(text(f"CREATE TABLE kept_{name} AS TABLE {name}"))
        self._engine.dispose()

    def sweep(self) -> str:
        """Undo what a test did; the URL."""
        with self._engine.begin() as conn:
            for table in reversed(_TABLES):
                conn.execute(table.delete())
            conn.execute(text("DELETE FROM document_words"))
            for name in self._kept:
                conn.execute(text(f"INSERT INTO {name} SELECT * FROM kept_{name}"))
        self._engine.dispose()
        return self._url

    def lent(self) -> Iterator[Engine]:
        """An engine on it for a test, swept before; one for all tests, which compiles each statement once."""
        self.sweep()
        yield self._engine
        self._engine.dispose()


_TABLES = metadata.sorted_tables


def new_swept() -> Swept:
    """A PostgreSQL database with all tables, for a whole session."""
    server = postgres()
    return Swept(server.new_database(server.template("upgraded", _upgrade)))


@pytest.fixture(scope="session")
def swept_postgres() -> Swept:
    return new_swept()


@pytest.fixture(scope="session")
def stocked_postgres() -> Swept:
    server = postgres()
    return Swept(server.new_database(server.template("stocked for commands", _stock)))


@pytest.fixture
def stocked_postgres_url() -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with master data."""
    server = postgres()
    url = server.new_database(server.template("stocked for commands", _stock))
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def stocked_sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with master data, to be copied."""
    path = tmp_path_factory.mktemp("stocked") / "template.db"
    _stock(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of a fresh, upgraded SQLite database."""
    path = tmp_path / "gateway.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of a fresh, upgraded PostgreSQL database."""
    server = postgres()
    url = server.new_database(server.template("upgraded", _upgrade))
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _upgrade(f"sqlite:///{path}")
    return path


def _stock(url: str) -> None:
    from tests.commands.book import stock  # it imports commands, which most tests do without

    _upgrade(url)
    engine = connect(url)
    stock(engine)
    engine.dispose()


def _upgrade(url: str) -> None:
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
