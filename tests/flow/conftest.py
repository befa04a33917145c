"""The fixture `shop`: a gateway over folders on a stocked database, on SQLite and on PostgreSQL, a copy a test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from edi_gateway.store.database import connect
from tests.databases import BOTH
from tests.flow.shop import Shop
from tests.samples.house import stock
from tests.servers.postgres import postgres


@pytest.fixture(scope="session")
def stocked_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with partners and master data, to be copied."""
    path = tmp_path_factory.mktemp("flow") / "template.db"
    stock(f"sqlite:///{path}")
    return path


@pytest.fixture(params=BOTH)
def stocked_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("stocked_file")
        shutil.copyfile(template, tmp_path / "gateway.db")
        yield f"sqlite:///{tmp_path / 'gateway.db'}"
    else:
        server = postgres()
        url = server.new_database(server.template("stocked", stock))
        yield url
        server.drop(url)


@pytest.fixture
def engine(stocked_url: str) -> Iterator[Engine]:
    connected = connect(stocked_url)
    yield connected
    connected.dispose()


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    return Shop(engine, tmp_path / "home")
