"""The fixture `shop`: a gateway over folders on a stocked database, on SQLite and on PostgreSQL, a copy a test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete

from edi_gateway.store import tables
from edi_gateway.store.database import connect
from tests.databases import BOTH
from tests.flow.shop import Shop
from tests.samples.house import stock
from tests.servers.postgres import postgres


def prepare(url: str) -> None:
    """Partners, master data and the engine's own tables, whose making would cost each test 0.2 s."""
    stock(url)
    connected = connect(url)
    with tempfile.TemporaryDirectory() as home, Shop(connected, Path(home)).start():
        pass
    with connected.begin() as conn:
        conn.execute(delete(tables.heartbeats))
    connected.dispose()


@pytest.fixture(scope="session")
def stocked_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with partners and master data, to be copied."""
    path = tmp_path_factory.mktemp("flow") / "template.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a stocked database, closed and dropped afterwards."""
    if request.param == "postgres":
        yield from on_postgres()
        return
    template: Path = request.getfixturevalue("stocked_file")
    shutil.copyfile(template, tmp_path / "gateway.db")
    connected = connect(f"sqlite:///{tmp_path / 'gateway.db'}")
    yield connected
    connected.dispose()


def on_postgres() -> Iterator[Engine]:
    """The same on PostgreSQL only."""
    server = postgres()
    url = server.new_database(server.template("stocked for flow", prepare))
    connected = connect(url)
    yield connected
    connected.dispose()
    server.drop(url)


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    return Shop(engine, tmp_path / "home")
