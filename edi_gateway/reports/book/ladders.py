"""The quantities of an order's lines as a ladder: what of the ordered is held, accepted, backordered, allocated, at the
warehouse, picked, shipped, invoiced, cancelled (spec B2, B3.3).

Takes an order; gives a rung of numbers for each line, in base units. Called by orders.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select

from edi_gateway.model.fulfilment import Part
from edi_gateway.model.order import LineState
from edi_gateway.orders.fulfilment.stages import Ladder, ladder
from edi_gateway.store.book import parts
from edi_gateway.store.tables import order_lines

_ENDED = (LineState.REJECTED, LineState.CANCELLED)


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One line, in `unit`. ordered = held + accepted + cancelled; accepted = remaining + shipped. `over` and `free`
    stand beside what was ordered."""

    line: int
    sku: str | None
    unit: str | None
    ordered: Decimal
    held: Decimal
    accepted: Decimal
    backordered: Decimal
    allocated: Decimal
    released: Decimal
    picked: Decimal
    shipped: Decimal
    invoiced: Decimal
    cancelled: Decimal
    remaining: Decimal
    over: Decimal
    free: Decimal


def ladders(conn: Connection, order_id: int) -> list[LadderRow]:
    """By line."""
    of_line: dict[int, list[Part]] = {}
    for part in parts.of_orders(conn, [order_id]).get(order_id, ()):
        of_line.setdefault(part.line, []).append(part)
    n = order_lines.c
    query = select(n.line, n.sku, n.unit, n.base_unit, n.quantity, n.base_quantity, n.state)
    return [
        _row(
            row.line, row.sku, row.base_unit or row.unit, row.base_quantity, row.quantity, row.state, of_line
        )
        for row in conn.execute(query.where(n.order_id == order_id).order_by(n.line))
    ]


def _row(
    line: int,
    sku: str | None,
    unit: str | None,
    base: Decimal | None,
    quantity: Decimal,
    state: str,
    of_line: dict[int, list[Part]],
) -> LadderRow:
    zero = Decimal(0)
    found = ladder(of_line.get(line, ()))
    ordered = max(found.ordered, base if base is not None else quantity)
    if line not in of_line:  # nothing of it went on to stock: all of it waits, or is over
        over = state in _ENDED
        found = Ladder(ordered=ordered, cancelled=ordered if over else zero)
        accepted = ordered if state == LineState.ACCEPTED else zero
        return _told(line, sku, unit, found, ordered, accepted)
    return _told(line, sku, unit, found, ordered, found.open)


def _told(
    line: int, sku: str | None, unit: str | None, found: Ladder, ordered: Decimal, accepted: Decimal
) -> LadderRow:
    return LadderRow(
        line, sku, unit, ordered, ordered - accepted - found.cancelled, accepted, found.backordered, found.allocated,
        found.released, found.picked, found.shipped, found.invoiced, found.cancelled, accepted - found.shipped,
        found.over, found.free,
    )  # fmt: skip
