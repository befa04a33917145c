"""Who may do what: users, their roles and their money limits (spec B1, S39).

Called by commands and cli. While the table is empty the installation is new and everybody has all roles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store.tables import users


@dataclass(frozen=True, slots=True)
class User:
    name: str
    roles: frozenset[str]
    limit_amount: Decimal | None  # the most that may hang on a hold that they release; None: no limit


def load(conn: Connection, name: str) -> User | None:
    row = conn.execute(select(users).where(users.c.name == name)).first()
    return None if row is None else _user(row.name, row.roles, row.limit_amount)


def every(conn: Connection) -> list[User]:
    rows = conn.execute(select(users).order_by(users.c.name))
    return [_user(row.name, row.roles, row.limit_amount) for row in rows]


def any_there(conn: Connection) -> bool:
    return bool(conn.execute(select(func.count()).select_from(users)).scalar_one())


def put(conn: Connection, name: str, roles: Iterable[str], limit_amount: Decimal | None) -> None:
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    values = {"roles": ",".join(sorted(roles)), "limit_amount": limit_amount}
    statement = insert(users).values(name=name, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def remove(conn: Connection, name: str) -> bool:
    return conn.execute(delete(users).where(users.c.name == name)).rowcount == 1


def _user(name: str, roles: str, limit_amount: Decimal | None) -> User:
    return User(name, frozenset(filter(None, roles.split(","))), limit_amount)
