"""The promise of lines that are accepted now and were on hold when the order was judged (spec B7.2: at acceptance).

Takes an order that is carried on and its lines; gives them with what stock allows. Called by carrying_on.py, only for
partners whose goods ship from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edi_gateway.commands.ledger import Ledger
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.order import LineState, OrderLine
from edi_gateway.orders.answering.promising import is_cut, promise
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.judging.facts import facts_on
from edi_gateway.orders.meaning.numbers import ZERO
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.master import facts


@dataclass(frozen=True, slots=True)
class Asked:
    """store.facts.Needs: of the items of lines and one customer only."""

    customers: frozenset[str]
    skus: frozenset[str]
    business_keys: frozenset[str] = frozenset()
    xrefs: frozenset[tuple[str, str]] = frozenset()
    ship_tos: frozenset[tuple[str, str]] = frozenset()


def promised(
    ledger: Ledger,
    profile: Profile,
    order: StoredOrder,
    document: PurchaseOrder,
    before: Sequence[OrderLine],
    settled: Sequence[OrderLine],
) -> tuple[OrderLine, ...]:
    """`settled` with a promise for each line that was HELD in `before` and is ACCEPTED now; refused as a whole where
    the order may not be cut and is."""
    held = {line.line for line in before if line.state is LineState.HELD}
    newly = {line.line for line in settled if line.state is LineState.ACCEPTED and line.line in held}
    if not newly or order.test:
        return tuple(settled)
    desk, now = ledger.desk, ledger.now
    skus = {line.substitute or line.sku for line in settled if line.line in newly}
    skus |= {
        line.sku for line in settled if line.line in newly
    }  # a substitute is counted in the item's own units
    customers = frozenset([order.customer] if order.customer else [])
    asked = Asked(customers, frozenset(sku for sku in skus if sku))
    today = local_date(now, profile.calendar)
    data = facts.read(desk.conn, profile.key, asked, today, stocked=True, own=(order.id,))
    if not data.shelves:
        return tuple(settled)
    made = promise(
        document,
        settled,
        facts_on(data, profile, now=now, received_at=order.received_at, production=desk.production),
        customer=data.customers.get(order.customer or ""),
        currency=order.currency,
        ship_complete=order.ship_complete,
        only=newly,
        own=data.own.get(order.id, ()),
    )
    ledger.findings(made.findings, None, order.id)
    if order.all_or_nothing and is_cut(settled, made.lines):
        return tuple(
            line
            if line.state is LineState.REJECTED
            else replace(line, state=LineState.REJECTED, reject_code="IR", accepted_quantity=ZERO)
            for line in made.lines
        )
    return made.lines
