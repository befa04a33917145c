"""Bytes of any size as rows of at most 1 MiB: what came in, what goes out, what was packed for AS2.

A table of pieces has the id of its owner, `n` from 0, and `bytes`. Called by store/ alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Connection, Table, bindparam, select

from edi_gateway.store import bulk

PIECE: Final = 1 << 20  # bytes: SQLite holds a value in memory as a whole


class Pieces:
    """The rows of one table; `owner`: its column for whose bytes they are."""

    def __init__(self, table: Table, owner: str) -> None:
        self._table = table
        self._columns = (owner, "n", "bytes")
        self._one = select(table.c.bytes).where(
            table.c[owner] == bindparam("owner"), table.c.n == bindparam("number")
        )

    def insert(self, conn: Connection, rows: list[tuple[int, int, bytes]]) -> None:
        """Rows that were cut already: (owner, n, bytes)."""
        bulk.insert(conn, self._table, self._columns, rows)

    def add(self, conn: Connection, owner: int, content: Iterable[bytes]) -> None:
        """Keep these bytes; one piece in memory at a time."""
        for n, piece in enumerate(cut(content)):
            self.insert(conn, [(owner, n, piece)])

    def one(self, conn: Connection, owner: int, n: int) -> bytes | None:
        """One piece, counted from 0; None behind the last."""
        found = conn.execute(self._one, {"owner": owner, "number": n}).scalar()
        return None if found is None else bytes(found)

    def read(self, conn: Connection, owner: int) -> Iterator[bytes]:
        """The bytes, a piece at a time."""
        n = 0
        while (piece := self.one(conn, owner, n)) is not None:
            yield piece
            n += 1


def cut(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of at most PIECE; small ones are gathered."""
    gathered = bytearray()
    for some in content:
        gathered += some
        while len(gathered) >= PIECE:
            yield bytes(gathered[:PIECE])
            del gathered[:PIECE]
    if gathered:
        yield bytes(gathered)
