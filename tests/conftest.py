"""Fixtures that the whole suite may use."""

from collections.abc import Iterator

import pytest

from tests.databases import (
    database,
    lasting,
    postgres_url,
    sqlite_template,
    sqlite_url,
    stocked,
    stocked_postgres,
    stocked_postgres_url,
    stocked_sqlite_template,
    swept,
    swept_postgres,
)

__all__ = [
    "database",
    "lasting",
    "postgres_url",
    "sqlite_template",
    "sqlite_url",
    "stocked",
    "stocked_postgres",
    "stocked_postgres_url",
    "stocked_sqlite_template",
    "swept",
    "swept_postgres",
]


@pytest.fixture(scope="session", autouse=True)
def a_cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What commands compile is kept with the tests' other files, not with the user's."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
