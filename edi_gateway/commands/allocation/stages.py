"""How far orders are, written after every step that moves their parts or pays their invoices (spec B3.2).

Takes order ids; derives the stage from parts and invoices (orders/fulfilment/stages), writes what changed with an
event. Called by the commands that allocate, release, ship, invoice and take payments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from sqlalchemy import select

from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.ledger import Ledger
from edi_gateway.model.billing import InvoiceState
from edi_gateway.model.fulfilment import Part, Stage
from edi_gateway.model.order import LineState
from edi_gateway.orders.fulfilment.stages import stage
from edi_gateway.orders.holds import blocked
from edi_gateway.store import deadlines
from edi_gateway.store.book import holds, orders, parts
from edi_gateway.store.tables import invoices, order_lines
from edi_gateway.store.tables import orders as order_rows

_SETTLED: Final = frozenset({InvoiceState.PAID.value, InvoiceState.CREDITED.value})
_ALL_SHIPPED: Final = (Stage.SHIPPED, Stage.PARTIALLY_INVOICED, Stage.INVOICED, Stage.CLOSED)
_CHUNK: Final = 400
_IN_WORDS: Final = {
    None: "Nothing of it is under way any more.",
    Stage.IN_FULFILMENT.value: "Goods are set aside for it.",
    Stage.PARTIALLY_SHIPPED.value: "Some of it has shipped.",
    Stage.SHIPPED.value: "All of it has shipped.",
    Stage.PARTIALLY_INVOICED.value: "Some of what shipped is invoiced.",
    Stage.INVOICED.value: "All of it is invoiced.",
    Stage.CLOSED.value: "Closed: nothing is open any more.",
}


def set_stages(desk: Desk, partners: Partners, order_ids: Collection[int]) -> None:
    """Write how far these orders are, as their parts and invoices say."""
    standing = parts.of_orders(desk.conn, order_ids)
    states = _invoice_states(desk, {p.invoice_id for mine in standing.values() for p in mine if p.invoice_id})
    was = _stages(desk, standing)
    ledger = Ledger(desk)
    changed: dict[int, str | None] = {}
    reached_by = {
        order_id: stage(mine, settled=_settled(partners, mine, states)) for order_id, mine in standing.items()
    }
    held = _held(desk, [order_id for order_id, reached in reached_by.items() if reached in _ALL_SHIPPED])
    for order_id, reached in reached_by.items():
        if order_id in held:
            reached = stage(standing[order_id], held=True)
        now = None if reached is None else reached.value
        if now == was.get(order_id):
            continue
        changed[order_id] = now
        ledger.event(order_id, "stage", _IN_WORDS[now])
        if reached is Stage.CLOSED:
            deadlines.close(desk.conn, [deadlines.CANCEL, deadlines.CANCEL_WARNING], [order_id], "CANCELLED")
    orders.set_stages(desk.conn, changed, ledger.now)
    ledger.write()


def _held(desk: Desk, order_ids: Sequence[int]) -> set[int]:
    """Of these orders those of which a line, or what a store gets, waits for a hold before it is accepted."""
    found = {
        order_id
        for order_id, mine in holds.active_of(desk.conn, order_ids).items()
        if blocked(mine, "A").stores
    }
    c = order_lines.c
    for start in range(0, len(order_ids), _CHUNK):
        some = c.order_id.in_(order_ids[start : start + _CHUNK])
        query = select(c.order_id).distinct().where(some, c.state == LineState.HELD.value)
        found.update(desk.conn.execute(query).scalars())
    return found


def _settled(partners: Partners, mine: Sequence[Part], states: dict[int, str]) -> bool:
    profile = partners.profile(mine[0].partner)
    if profile is not None and profile.invoicing.close_on == "invoice":
        return True
    billed = {part.invoice_id for part in mine if part.invoice_id is not None}
    return bool(billed) and all(states.get(number) in _SETTLED for number in billed)


def _invoice_states(desk: Desk, ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        query = select(invoices.c.id, invoices.c.state).where(
            invoices.c.id.in_(wanted[start : start + _CHUNK])
        )
        found.update((row.id, row.state) for row in desk.conn.execute(query))
    return found


def _stages(desk: Desk, ids: Iterable[int]) -> dict[int, str | None]:
    found: dict[int, str | None] = {}
    wanted = sorted(ids)
    c = order_rows.c
    for start in range(0, len(wanted), _CHUNK):
        query = select(c.id, c.stage).where(c.id.in_(wanted[start : start + _CHUNK]))
        found.update((row.id, row.stage) for row in desk.conn.execute(query))
    return found
