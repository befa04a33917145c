"""What availability of items is worked out from: stock, supply, and what is spoken for already (spec B7.1).

Takes item numbers; gives a Shelf for each that we keep in stock, in a handful of queries, and what given orders have of
it themselves. Called by store/master/facts.py, for partners whose goods ship from here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, Connection, func, select

from edi_gateway.model.fulfilment import RESERVING, WAITING, Commitment, OwnPart, PartState, Shelf
from edi_gateway.store import snapshots
from edi_gateway.store.chunks import chunks
from edi_gateway.store.goods import stock
from edi_gateway.store.tables import line_parts, order_lines, orders, work

_AGREEMENTS: Final = ("BK", "BE")  # BEG02: blanket orders, which ship nothing themselves
T = TypeVar("T")


def read(
    conn: Connection,
    skus: Collection[str],
    own: Collection[int] = (),
    before: tuple[datetime, int] | None = None,
) -> tuple[dict[str, Shelf], dict[int, tuple[OwnPart, ...]]]:
    """Shelves by item; an item without any stock row has none. `own`: orders whose own parts are wanted as well.

    before: (received, order): only what is spoken for by orders that came before this one counts.
    """
    levels = stock.levels(conn, skus)
    if not levels:
        return {}, {}
    supplies = stock.supplies(conn, levels)
    # before the parts: an order that is planned in between is rather counted twice than not at all
    unplanned = _unplanned(conn)
    spoken = [*_waiting(conn, levels, before), *_accepted(conn, unplanned, levels, before)]
    sites = snapshots.sites(conn, {partner for partner, _ in spoken}) if spoken else {}
    commitments: dict[str, list[Commitment]] = {}
    for partner, commitment in spoken:
        if sites.get(partner):
            commitment = replace(commitment, sites=sites[partner])
        commitments.setdefault(commitment.sku, []).append(commitment)
    shelves = {
        sku: Shelf(found, supplies.get(sku, ()), tuple(commitments.get(sku, ())))
        for sku, found in levels.items()
    }
    return shelves, _own(conn, own)


def _waiting(
    conn: Connection, skus: Collection[str], before: tuple[datetime, int] | None
) -> Iterator[tuple[str, Commitment]]:
    """Parts that wait for stock, each with its partner."""
    c = line_parts.c
    due = func.coalesce(c.promised, c.ship_from)
    for chunk in chunks(skus):
        query = select(c.partner, c.sku, c.base_quantity, due).where(
            c.sku.in_(chunk), c.state.in_([state.value for state in WAITING]), c.test.is_(False)
        )
        if before is not None:
            query = query.where(_came_before(c.received_at, c.order_id, before))
        for partner, *row in conn.execute(query):
            yield partner, Commitment(*row)


def _unplanned(conn: Connection) -> list[int]:
    """Orders that are to be planned: their acceptance or change waits for flow (commands/ledger.py)."""
    query = select(work.c.key).where(work.c.kind == "plan", work.c.state != "DONE")
    return sorted({int(key.partition("-")[0]) for key in conn.execute(query).scalars()})


def _came_before(
    received_at: ColumnElement[datetime], order_id: ColumnElement[int], claim: tuple[datetime, int]
) -> ColumnElement[bool]:
    return (received_at < claim[0]) | ((received_at == claim[0]) & (order_id < claim[1]))


def _accepted(
    conn: Connection,
    order_ids: Sequence[int],
    skus: Collection[str],
    before: tuple[datetime, int] | None,
) -> Iterator[tuple[str, Commitment]]:
    """Accepted lines of orders that have no part yet, each with its partner."""
    line = order_lines.c
    sku = func.coalesce(line.substitute, line.sku)
    due = func.coalesce(line.promised_ship, line.ship_from)
    for chunk in chunks(order_ids):
        query = (
            select(orders.c.partner, sku, line.base_quantity, due)
            .join(orders, orders.c.id == line.order_id)
            .where(orders.c.id.in_(chunk), line.state == "ACCEPTED", line.base_quantity.is_not(None))
            .where(orders.c.test.is_(False), orders.c.type.not_in(_AGREEMENTS), ~_has_parts(orders.c.id))
        )
        if before is not None:
            query = query.where(_came_before(orders.c.received_at, orders.c.id, before))
        for partner, *row in conn.execute(query):
            if row[0] in skus:
                yield partner, Commitment(*row)


def _has_parts(order_id: ColumnElement[int]) -> ColumnElement[bool]:
    return select(line_parts.c.id).where(line_parts.c.order_id == order_id).exists()


def _own(conn: Connection, order_ids: Collection[int]) -> dict[int, tuple[OwnPart, ...]]:
    """What these orders have got, or wait for."""
    c = line_parts.c
    found: dict[int, list[OwnPart]] = {}
    for chunk in chunks(order_ids):
        due = func.coalesce(c.promised, c.ship_from)
        query = select(c.order_id, c.line, c.sku, c.base_quantity, c.state, due, c.site)
        query = query.where(c.order_id.in_(chunk), c.state != PartState.CANCELLED.value, c.test.is_(False))
        for row in conn.execute(query):
            state = PartState(row.state)
            part = OwnPart(
                line=row.line,
                sku=row.sku,
                quantity=row.base_quantity,
                reserved=state in RESERVING,
                shipped=state is PartState.SHIPPED,
                due_on=row[5],
                site=row[6],
            )
            found.setdefault(row.order_id, []).append(part)
    return {order_id: tuple(parts) for order_id, parts in found.items()}
