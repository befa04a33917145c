"""Holds: raised, released, superseded, never deleted (spec B4 rule 8).

Takes and gives HoldViews and rows. Called by commands, read by reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from edi_gateway.model.finding import Code
from edi_gateway.model.order import HoldCode, HoldView
from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import holds

COLUMNS = (
    *("id", "order_id", "line", "store", "code", "blocks", "state", "finding_code", "message", "hint"),
    *("fingerprint", "family", "amount", "raised_at", "raised_by", "due_at", "until"),
)
_VIEW = [
    holds.c[name]
    for name in (
        *(
            "id",
            "order_id",
            "line",
            "code",
            "blocks",
            "state",
            "finding_code",
            "message",
            "hint",
            "fingerprint",
        ),
        *("raised_at", "due_at", "released_by", "store", "raised_by", "until", "up_to_amount"),
    )
]


def add(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert holds: tuples in the order of COLUMNS."""
    bulk.insert(conn, holds, COLUMNS, rows)


def load(conn: Connection, hold_id: int) -> HoldView | None:
    return next(iter(_views(conn, holds.c.id == hold_id)), None)


def amount(conn: Connection, hold_id: int) -> Decimal | None:
    """The money that hangs on a hold."""
    return conn.execute(select(holds.c.amount).where(holds.c.id == hold_id)).scalar()


def of_order(conn: Connection, order_id: int) -> list[HoldView]:
    """All holds an order ever had, the oldest first."""
    return _views(conn, holds.c.order_id == order_id)


def any_of(conn: Connection, order_ids: Iterable[int]) -> set[int]:
    """Those of these orders that ever had a hold."""
    found: set[int] = set()
    for chunk in chunks(order_ids):
        found.update(conn.execute(select(holds.c.order_id).where(holds.c.order_id.in_(chunk))).scalars())
    return found


def active(conn: Connection, order_id: int) -> list[HoldView]:
    return _views(conn, (holds.c.order_id == order_id) & (holds.c.state == "ACTIVE"))


def active_of(conn: Connection, order_ids: Iterable[int]) -> dict[int, list[HoldView]]:
    """The active holds of orders, by order; those without any left out."""
    found: dict[int, list[HoldView]] = {}
    for chunk in chunks(order_ids):
        for view in _views(conn, holds.c.order_id.in_(chunk) & (holds.c.state == "ACTIVE")):
            found.setdefault(view.order_id, []).append(view)
    return found


def standing(conn: Connection, hold_ids: Iterable[int]) -> dict[int, str]:
    """Those of the holds that are active -> their code."""
    found: dict[int, str] = {}
    for some in chunks(hold_ids):
        query = select(holds.c.id, holds.c.code).where(holds.c.id.in_(some), holds.c.state == "ACTIVE")
        found.update((row.id, row.code) for row in conn.execute(query))
    return found


def orders_held(conn: Connection, codes: Sequence[str]) -> list[int]:
    """Orders with an active hold of one of these codes, the oldest first."""
    query = select(holds.c.order_id).distinct().where(holds.c.state == "ACTIVE", holds.c.code.in_(codes))
    return list(conn.execute(query.order_by(holds.c.order_id)).scalars())


def _views(conn: Connection, condition: ColumnElement[bool]) -> list[HoldView]:
    query = select(*_VIEW).where(condition).order_by(holds.c.id)
    return [
        HoldView(
            hold_id=row.id,
            order_id=row.order_id,
            line=row.line,
            code=HoldCode(row.code),
            blocks=row.blocks,
            state=row.state,
            finding_code=Code(row.finding_code),
            message=row.message,
            hint=row.hint,
            fingerprint=row.fingerprint,
            raised_at=row.raised_at,
            due_at=row.due_at,
            released_by=row.released_by,
            store=row.store,
            placed_by=row.raised_by,
            until=row.until,
            up_to_amount=row.up_to_amount,
        )
        for row in conn.execute(query).all()
    ]


def release(
    conn: Connection,
    hold_ids: Sequence[int],
    *,
    by: str,
    at: datetime,
    reason: str,
    text: str,
    until: datetime | None = None,
    up_to_amount: Decimal | None = None,
) -> None:
    """RELEASED, with who, when and why; `until` and `up_to_amount` bound what the release covers."""
    _leave(conn, hold_ids, "RELEASED", by, at, reason, text, until=until, up_to_amount=up_to_amount)


def supersede(conn: Connection, hold_ids: Sequence[int], *, by: str, at: datetime, text: str) -> None:
    """SUPERSEDED: the facts it was about have changed, or its cause is gone."""
    _leave(conn, hold_ids, "SUPERSEDED", by, at, None, text)


def _leave(
    conn: Connection,
    hold_ids: Sequence[int],
    state: str,
    by: str,
    at: datetime,
    reason: str | None,
    text: str,
    **more: object,
) -> None:
    for some in chunks(hold_ids):
        conn.execute(
            update(holds)
            .where(holds.c.id.in_(some), holds.c.state == "ACTIVE")
            .values(state=state, released_at=at, released_by=by, reason=reason, text=text, **more)
        )
