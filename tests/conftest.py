"""Fixtures that the whole suite may use."""

from tests.databases import (
    database,
    postgres_url,
    sqlite_template,
    sqlite_url,
    stocked,
    stocked_postgres,
    stocked_postgres_url,
    stocked_sqlite_template,
    stocked_sqlite_url,
    swept,
    swept_postgres,
)

__all__ = [
    "database",
    "postgres_url",
    "sqlite_template",
    "sqlite_url",
    "stocked",
    "stocked_postgres",
    "stocked_postgres_url",
    "stocked_sqlite_template",
    "stocked_sqlite_url",
    "swept",
    "swept_postgres",
]
