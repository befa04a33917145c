"""Backorders that have waited as long as the partner allows end, and the buyer is told (spec B7.5).

Takes orders whose time has come (`work` left by allocating.py); writes parts, lines, events and audit in the caller's
transaction. Called by flow/fulfilment.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from edi_gateway.commands.allocation.lessening import lessen
from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.model.fulfilment import Part, PartKind, PartState
from edi_gateway.orders.meaning.numbers import EXACT, ZERO
from edi_gateway.store.book import orders, parts

TOO_OLD: Final = "TOO_OLD"  # reason of a part that is cancelled because it has waited too long


def end_old(desk: Desk, partners: Partners, order_ids: Iterable[int]) -> list[int]:
    """End what of these orders has waited for stock too long; the orders of which something was."""
    ended = []
    wanted = sorted(set(order_ids))
    orders.lock(desk.conn, wanted)  # before their parts, as everybody does
    for order_id, mine in sorted(parts.of_orders(desk.conn, wanted, lock=True).items()):
        profile = partners.profile(mine[0].partner)
        days = None if profile is None else profile.fulfilment.maximum_backorder_days
        if days is None:
            continue
        since = desk.clock() - timedelta(days=days)
        old = [part for part in mine if _waits(part) and part.since <= since]
        if not old:
            continue
        less: dict[int, Decimal] = {}
        for part in old:
            less[part.line] = EXACT.add(less.get(part.line, ZERO), part.quantity)
        parts.save(
            desk.conn,
            [replace(part, state=PartState.CANCELLED, reason=TOO_OLD, since=desk.clock()) for part in old],
        )
        why = f"It was not in stock for {days} day{'s' * (days != 1)}, which is as long as a backorder may wait."
        lessen(desk, partners, order_id, less, why)
        ended.append(order_id)
    if ended:
        set_stages(desk, partners, ended)
    return ended


def _waits(part: Part) -> bool:
    return part.state is PartState.BACKORDERED and part.kind is PartKind.GOODS
