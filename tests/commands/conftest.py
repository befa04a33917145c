"""Fixtures of the tests of commands."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.commands.book import Book
from tests.commands.desks import Office


@pytest.fixture
def office(swept: Engine) -> Office:
    """Desks on a fresh database, on SQLite and on PostgreSQL."""
    return Office(swept)


@pytest.fixture
def book(stocked: Engine) -> Book:
    """An order book with master data and one partner, on SQLite and on PostgreSQL."""
    return Book(stocked)
