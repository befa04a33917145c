"""Holds as they stand and stood (spec B4)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from edi_gateway.model.finding import Code
from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import holds, orders


@dataclass(frozen=True, slots=True)
class HoldRow:
    hold_id: int
    order_id: int
    order_number: str
    po_number: str
    partner: str
    line: int | None
    store: str | None
    code: str
    blocks: str
    state: str
    message: str
    hint: str
    amount: Decimal | None
    raised_at: datetime
    due_at: datetime
    until: datetime | None
    released_at: datetime | None
    released_by: str | None
    reason: str | None
    text: str | None
    test: bool
    rule: str | None  # of the gate, which a document of ours would break


_QUERY = select(
    holds.c.id,
    holds.c.order_id,
    orders.c.number,
    orders.c.po_number,
    orders.c.partner,
    holds.c.line,
    holds.c.store,
    holds.c.code,
    holds.c.blocks,
    holds.c.state,
    holds.c.message,
    holds.c.hint,
    holds.c.amount,
    holds.c.raised_at,
    holds.c.due_at,
    holds.c.until,
    holds.c.released_at,
    holds.c.released_by,
    holds.c.reason,
    holds.c.text,
    orders.c.test,
    holds.c.finding_code,
    holds.c.fingerprint,
).join_from(holds, orders, holds.c.order_id == orders.c.id)


def holds_of(conn: Connection, order_id: int) -> Iterable[HoldRow]:
    """Every hold that an order ever had, the oldest first."""
    query = _QUERY.where(holds.c.order_id == order_id).order_by(holds.c.id)
    return (_row(*row) for row in rows(conn, query))


def list_holds(
    conn: Connection,
    *,
    partner: str | None = None,
    code: str | None = None,
    codes: Collection[str] | None = None,
    state: str = "ACTIVE",
    late_at: datetime | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[HoldRow]:
    """By due time, the oldest of one time first; with `codes` only holds of these, with `late_at` only what was due
    before then."""
    query = _QUERY.where(holds.c.state == state)
    if late_at is not None:
        query = query.where(holds.c.due_at < late_at)
    if partner:
        query = query.where(orders.c.partner == partner)
    if code:
        query = query.where(holds.c.code == code)
    if codes is not None:
        query = query.where(holds.c.code.in_(codes))
    found = rows(conn, query.order_by(holds.c.due_at, holds.c.id).limit(limit).offset(offset))
    return [_row(*row) for row in found]


def show(conn: Connection, hold_id: int) -> HoldRow | None:
    """One hold; None when there is none of this id."""
    found = rows(conn, _QUERY.where(holds.c.id == hold_id))
    return _row(*found[0]) if found else None


def _row(*row: Any) -> HoldRow:
    *told, code, fingerprint = row
    rule = re.search(r"rule=(\w+);", fingerprint) if code == Code.GATE_BREACH else None
    told.append(None if rule is None else rule[1])
    return HoldRow(*told)


AGES = ("0-4 h", "4-24 h", "1-3 d", "over 3 d")
_UP_TO = (timedelta(hours=4), timedelta(hours=24), timedelta(days=3))


def age(raised_at: datetime, until: datetime) -> str:
    """How long a hold stood at `until`, as one of AGES (spec B4 rule 7)."""
    stood = until - raised_at
    return next((name for name, most in zip(AGES, _UP_TO, strict=False) if stood < most), AGES[-1])


def ages(
    conn: Connection, now: datetime, *, partner: str | None = None, codes: Collection[str] | None = None
) -> dict[str, int]:
    """How many active holds (of these codes) have stood how long; every one of AGES."""
    query = select(holds.c.raised_at).where(holds.c.state == "ACTIVE")
    if codes is not None:
        query = query.where(holds.c.code.in_(codes))
    if partner:
        query = query.join_from(holds, orders, holds.c.order_id == orders.c.id).where(
            orders.c.partner == partner
        )
    counted = Counter(age(raised_at, now) for (raised_at,) in rows(conn, query))
    return {name: counted[name] for name in AGES}
