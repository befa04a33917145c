"""Many rows at once, as fast as the driver can: statements are composed once, values converted once.

SQLAlchemy's insert of a list runs every value of every row through its type in Python, which costs some three
times the insert itself (benchmarks/); here only the columns that need it are converted. PostgreSQL gets COPY.
Called by the rooms of store/ and by commands on the hot path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, String, Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from edi_gateway.store.tables import Exact, Moment, moment_text

Row = dict[str, Any]
_Convert = Callable[[Any], Any]
_COPY_FROM = 4  # rows; below it a plain statement is quicker than starting a COPY


def insert(conn: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, tuples in the order of `columns`. Columns left out get their default, else NULL.

    Values are those of the model: Decimal, date, aware datetime, str, int, bool, bytes, None.
    """
    if not rows:
        return
    by_column: list[Sequence[Any]] = list(zip(*rows, strict=True))
    plan = _plan(table, columns, conn.dialect.name)
    empty = plan.empty(by_column)
    if empty:  # a third of a clean order line: what is not said is not bound, and is NULL all the same
        plan = _plan(table, tuple(n for i, n in enumerate(columns) if i not in empty), conn.dialect.name)
        by_column = [values for i, values in enumerate(by_column) if i not in empty]
    values = plan.convert(by_column, len(rows))
    if plan.copy is not None and len(values) >= _COPY_FROM:
        cursor = conn.connection.cursor()
        try:
            with cursor.copy(plan.copy) as copy:
                for row in values:
                    copy.write_row(row)
        finally:
            cursor.close()
        return
    conn.exec_driver_sql(plan.statement, values)


def insert_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """`insert` for dicts, all with the keys of the first."""
    if not rows:
        return
    columns = tuple(rows[0])
    if len(columns) == 1:
        insert(conn, table, columns, [(row[columns[0]],) for row in rows])
        return
    pick = itemgetter(*columns)
    insert(conn, table, columns, [pick(row) for row in rows])


def update(conn: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run an UPDATE for each of `rows`, the values of its `?` in their order. They are the driver's own: text for a
    Moment (`moment_text`); SQLAlchemy would look at each value of each row again."""
    if rows:
        postgres = conn.dialect.name == "postgresql"
        conn.exec_driver_sql(statement.replace("?", "%s") if postgres else statement, list(rows))


def update_rows(
    conn: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Set `columns` of rows: tuples in the order of `columns`, the row's id last. Values as for `insert`."""
    if rows:
        plan = _changes(table, columns, conn.dialect.name)
        conn.exec_driver_sql(plan.statement, plan.convert(list(zip(*rows, strict=True))))


class _Changes:
    """How to set these columns of a table on this database, by id."""

    def __init__(self, table: Table, columns: tuple[str, ...], dialect: str) -> None:
        postgres = dialect == "postgresql"
        mark = "%s" if postgres else "?"
        values = ", ".join(f'"{name}" = {mark}' for name in columns)
        self.statement = f"UPDATE {table.name} SET {values} WHERE id = {mark}"
        converters = [(i, _converter(table.c[name], postgres)) for i, name in enumerate(columns)]
        self._converters: list[tuple[int, _Convert]] = [(i, c) for i, c in converters if c is not None]

    def convert(self, columns: list[Sequence[Any]]) -> list[tuple[Any, ...]]:
        for i, convert in self._converters:
            columns[i] = [None if value is None else convert(value) for value in columns[i]]
        return list(zip(*columns, strict=True))


@lru_cache(maxsize=64)
def _changes(table: Table, columns: tuple[str, ...], dialect: str) -> _Changes:
    return _Changes(table, columns, dialect)


class _Plan:
    """How to insert these columns of this table on this database."""

    def __init__(self, table: Table, columns: tuple[str, ...], dialect: str) -> None:
        postgres = dialect == "postgresql"
        defaults = {
            c.name: c.default.arg
            for c in table.columns
            if isinstance(c.default, ScalarElementColumnDefault) and c.name not in columns
        }
        self._constants = tuple(defaults.values())
        names = (*columns, *defaults)
        mark = "%s" if postgres else "?"
        quote = _quote(names)
        self.statement = f"INSERT INTO {table.name} ({quote}) VALUES ({', '.join([mark] * len(names))})"
        self.copy = f"COPY {table.name} ({quote}) FROM STDIN" if postgres else None
        converters = [(i, _converter(table.c[name], postgres)) for i, name in enumerate(names)]
        self._converters: list[tuple[int, _Convert]] = [(i, c) for i, c in converters if c is not None]
        self._optional = tuple(
            i
            for i, name in enumerate(columns)
            if table.c[name].default is None and table.c[name].server_default is None
        )

    def empty(self, columns: Sequence[Sequence[Any]]) -> frozenset[int]:
        """Which of these columns say nothing in any row, and would get nothing if they were left out."""
        return frozenset(
            i for i in self._optional if columns[i][0] is None and columns[i].count(None) == len(columns[i])
        )

    def convert(self, columns: list[Sequence[Any]], count: int) -> list[tuple[Any, ...]]:
        """The rows as the driver wants them: column by column, for that is a third quicker than value by value."""
        columns += [[constant] * count for constant in self._constants]
        for i, convert in self._converters:
            columns[i] = [None if value is None else convert(value) for value in columns[i]]
        return list(zip(*columns, strict=True))


@lru_cache(maxsize=256)
def _plan(table: Table, columns: tuple[str, ...], dialect: str) -> _Plan:
    return _Plan(table, columns, dialect)


def _quote(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _converter(column: Column[Any], postgres: bool) -> _Convert | None:
    """What a value needs on its way to the driver; None: nothing."""
    kind = column.type
    if isinstance(kind, Moment):
        return _moment
    if postgres:
        return _without_nul if isinstance(kind, String) else None  # psycopg knows Decimal, date and bool
    if isinstance(kind, Exact):
        return str
    if isinstance(kind, Date):
        return date.isoformat
    if isinstance(kind, Boolean):
        return int
    return None


@lru_cache(maxsize=1024)  # the rows of one commit have few moments
def _moment(value: datetime) -> str:
    return moment_text(value)


def _without_nul(value: str) -> str:
    """PostgreSQL has no place for the character 0 in a text; hostile input has it."""
    return value.replace("\0", "\ufffd") if "\0" in value else value
