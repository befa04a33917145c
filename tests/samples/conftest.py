"""The fixture `stocked`: a database with partners and master data, on SQLite and on PostgreSQL, one a test module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from edi_gateway.store.database import connect
from tests.databases import BOTH
from tests.samples.house import fill, stock
from tests.servers.postgres import postgres


def _filled(url: str) -> None:
    stock(url)
    fill(url)


@pytest.fixture(scope="module", params=BOTH)
def stocked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('stocked') / 'gateway.db'}"
        _filled(url)
        drop = None
    else:
        server = postgres()
        url, drop = server.new_database(server.template("stocked and filled", _filled)), server.drop
    engine = connect(url)
    yield engine
    engine.dispose()
    if drop is not None:
        drop(url)
