"""Fixtures of the tests of commands."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.commands.desks import Office


@pytest.fixture
def office(database: Engine) -> Office:
    """Desks on a fresh database, on SQLite and on PostgreSQL."""
    return Office(database)
