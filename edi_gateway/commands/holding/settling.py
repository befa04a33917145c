"""Holds brought to what is found now: raised, cured and released, or raised anew (spec B4 rules 4, 6).

Takes the holds of an order that somebody has a say in, and what is raised now; writes what changed. Called by
receiving.py for what judgement finds, by gating.py for what a document would contradict.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi_gateway.commands.desk import MACHINE
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.triage.cases import resolve_about
from edi_gateway.model.order import HoldView, NewHold
from edi_gateway.orders.holds import Blocking, reconcile
from edi_gateway.orders.hours.service import BY_ITSELF
from edi_gateway.store.book import holds
from edi_gateway.store.book.orders import StoredOrder


def settle_holds(
    ledger: Ledger,
    order: StoredOrder,
    existing: Sequence[HoldView],
    raised: Sequence[NewHold],
    currency: str,
    document_id: int | None = None,
    *,
    by: str = MACHINE,
) -> list[Blocking]:
    """Those that stand afterwards. A release stands while its facts do; history is append-only. by: who asked for
    what is held."""
    desk = ledger.desk
    found = reconcile(existing, raised, ledger.now)
    for hold in found.to_raise:
        about = order.document_id if document_id is None else document_id
        ledger.hold(hold, order.id, order.partner, about, currency, test=order.test, by=by)
    if found.cured:
        cured = [hold.hold_id for hold in found.cured]
        text = "The cause is gone."
        holds.release(desk.conn, cured, by=MACHINE, at=ledger.now, reason="CURED", text=text)
        action = BY_ITSELF if desk.is_machine else "data corrected"
        resolve_about(desk, text, action=action, hold_id=cured)
        for view in found.cured:
            ledger.event(order.id, "released", f"Hold {view.code} released by itself: {view.message}")
            desk.record("hold cured", f"hold {view.hold_id}", order=order.number, code=view.code.value)
    if found.superseded:
        gone = [hold.hold_id for hold in found.superseded]
        text = "The facts have changed; the hold was raised anew."
        holds.supersede(desk.conn, gone, by=desk.actor.name, at=ledger.now, text=text)
        resolve_about(desk, text, hold_id=gone)
    return [*found.kept, *found.to_raise]
