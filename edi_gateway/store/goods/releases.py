"""Releases: what a warehouse is asked to ship together (spec B9).

Takes and gives model.fulfilment.Release; decides nothing. Called by commands, read by reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import date
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, and_, func, or_, select, update

from edi_gateway.model.fulfilment import PartState, Release
from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import holds, line_parts, releases

RELEASED: Final = "RELEASED"
CANCEL_ASKED: Final = "CANCEL_ASKED"
CANCELLED: Final = "CANCELLED"
CONFIRMED: Final = "CONFIRMED"
OPEN: Final = (RELEASED, CANCEL_ASKED)

_FIELDS: Final = tuple(field.name for field in fields(Release))
_VALUES: Final = attrgetter(*_FIELDS)
_COLUMNS: Final = [releases.c[name] for name in _FIELDS]


def add(conn: Connection, new: Sequence[Release]) -> None:
    bulk.insert(conn, releases, _FIELDS, [_VALUES(release) for release in new])


def change(conn: Connection, release_id: int, **values: object) -> None:
    """Set columns of a release, `ended_at` and `why` among them."""
    conn.execute(update(releases).where(releases.c.id == release_id).values(**values))


def load(conn: Connection, release_ids: Iterable[int], *, lock: bool = False) -> dict[int, Release]:
    """Releases by id; locked in the order of their ids."""
    found: dict[int, Release] = {}
    for some in chunks(release_ids):
        query = select(*_COLUMNS).where(releases.c.id.in_(some))
        query = query.order_by(releases.c.id)
        for row in conn.execute(query.with_for_update() if lock else query):
            found[row.id] = Release(*row)
    return found


def by_number(conn: Connection, numbers: Collection[str]) -> dict[str, Release]:
    """Releases by their numbers, as they stand; `load` locks."""
    found: dict[str, Release] = {}
    for some in chunks(numbers):
        query = select(*_COLUMNS).where(releases.c.number.in_(some))
        found.update((row.number, Release(*row)) for row in conn.execute(query))
    return found


def of_orders(conn: Connection, order_ids: Iterable[int]) -> dict[int, list[Release]]:
    """All releases that orders ever had, the oldest first."""
    found: dict[int, list[Release]] = {}
    for some in chunks(order_ids):
        query = select(*_COLUMNS).where(releases.c.order_id.in_(some))
        for row in conn.execute(query.order_by(releases.c.id)):
            found.setdefault(row.order_id, []).append(Release(*row))
    return found


def counts(conn: Connection, order_ids: Sequence[int]) -> dict[int, int]:
    """How many releases each order has had."""
    query = select(releases.c.order_id, func.count()).where(releases.c.order_id.in_(order_ids))
    return {row[0]: row[1] for row in conn.execute(query.group_by(releases.c.order_id))}


def orders_due(conn: Connection, day: date, after: int, limit: int) -> list[int]:
    """Orders with an allocated part whose day has come and that no hold keeps from the warehouse, by id from `after`
    on. A first look, without a lock; orders/warehouse/grouping.py decides."""
    p, h = line_parts.c, holds.c
    steps = or_(*(h.blocks.like(f"%{step}%") for step in "ABR"))
    whole = h.line.is_(None) & h.store.is_(None)
    held = (
        select(h.id)
        .where(h.order_id == p.order_id, h.state == "ACTIVE", steps)
        .where(or_(whole, h.line == p.line, h.store == p.store))
        .exists()
    )
    due = and_(p.state == PartState.ALLOCATED.value, p.release_on <= day)
    query = select(p.order_id).distinct().where(due, p.order_id > after, ~held)
    return list(conn.execute(query.order_by(p.order_id).limit(limit)).scalars())


def row(conn: Connection, release_id: int) -> Any:
    """All columns of one release; None when there is none."""
    return conn.execute(select(releases).where(releases.c.id == release_id)).first()
