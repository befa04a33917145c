"""Bulk inserts: what is not said is NULL, whether the column is bound or left out (store/bulk.py)."""

from __future__ import annotations

from sqlalchemy import Column, Engine, Integer, MetaData, String, Table

from edi_gateway.store import bulk

_NOTES = Table(
    "notes_of_a_test",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("text", String),
    Column("count", Integer, default=7),
)


def test_a_column_that_says_nothing_is_null_and_a_default_stands_only_for_one_left_out(
    database: Engine,
) -> None:
    _NOTES.create(database)
    with database.begin() as conn:
        bulk.insert(conn, _NOTES, ("id", "text", "count"), [(1, None, None), (2, None, 3)])
        bulk.insert(conn, _NOTES, ("id", "text", "count"), [(n, None, None) for n in range(3, 9)])
        bulk.insert(conn, _NOTES, ("id", "text"), [(9, None), (10, "ten")])
        bulk.insert(conn, _NOTES, ("id",), [(11,)])
    with database.connect() as conn:
        rows = conn.execute(_NOTES.select().order_by(_NOTES.c.id)).all()
    assert [tuple(row) for row in rows] == [
        (1, None, None),
        (2, None, 3),
        *((n, None, None) for n in range(3, 9)),
        (9, None, 7),
        (10, "ten", 7),
        (11, None, 7),
    ]
