"""How reports read: a query in, plain tuples out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Executable


def rows(conn: Connection, query: Executable) -> list[tuple[Any, ...]]:
    """All rows of a query as tuples, in its order."""
    return [tuple(row) for row in conn.execute(query)]
