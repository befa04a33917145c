"""The PostgreSQL that the tests start for themselves."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.servers.postgres import fresh_database, new_database, postgres

pytestmark = pytest.mark.postgres


def _ask(url: str, *statements: str) -> list[object]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements[:-1]:
            connection.execute(text(statement))
        return list(connection.execute(text(statements[-1])).scalars())


def test_each_test_has_a_database_of_its_own() -> None:
    first, second = new_database(), new_database()
    tables = "select table_name from information_schema.tables where table_schema = 'public'"
    assert _ask(first, "create table orders (id int)", tables) == ["orders"]
    assert _ask(second, tables) == []


def test_a_database_is_copied_from_a_prepared_template() -> None:
    calls: list[str] = []

    def prepare(url: str) -> None:
        calls.append(url)
        _ask(url, "create table orders (id int)", "insert into orders values (7) returning id")

    name = postgres().template("prepared", prepare)
    assert postgres().template("prepared", prepare) == name
    assert len(calls) == 1
    with fresh_database(name) as url:
        assert _ask(url, "select id from orders") == [7]
