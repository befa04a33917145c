"""What all tables share: the metadata, and types that come back as they went in on SQLite and PostgreSQL.

Decimals are exact on both databases (text on SQLite), times are UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, MetaData, Numeric, String, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def moment_text(value: datetime) -> str:
    """An aware datetime as all tables keep it: UTC, always 27 characters."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Exact(TypeDecorator[Decimal]):
    """A Decimal that comes back as it went in: NUMERIC on PostgreSQL, text on SQLite, never a float."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as ISO text of fixed width so that it sorts alike on both databases."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


# INTEGER PRIMARY KEY is SQLite's own row id: no second index to keep
BIG = BigInteger().with_variant(Integer, "sqlite")


def row_id(name: str = "id") -> Column[int]:
    return Column(name, BIG, primary_key=True, autoincrement=False)
