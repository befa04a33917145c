"""Holds on what a document says: it waits until its cause is gone, or somebody lets it go (spec B4 DOCS, BILLING).

Takes findings about a document that is about to be made; gives why it may not go yet. Called by notices.py,
invoicing.py and crediting.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from edi_gateway.commands.desk import MACHINE
from edi_gateway.commands.holding.settling import settle_holds
from edi_gateway.commands.ledger import Ledger
from edi_gateway.model.finding import Finding, Severity
from edi_gateway.model.order import HoldCode, NewHold
from edi_gateway.orders.holds import RULES
from edi_gateway.store.book import holds, orders


def hold_documents(
    ledger: Ledger,
    code: HoldCode,
    step: str | None,
    about: str,
    order_ids: Sequence[int],
    found: Sequence[Finding],
    *,
    blocks: str | None = None,
    amount: Decimal | None = None,
    by: str = MACHINE,
    known: Collection[int] | None = None,
) -> list[str]:
    """Bring the holds of `code` on a document to what was found; the reasons why it may not go, empty when it may.

    about: names the document ("shipment=SH-1"): a release covers that document and those facts only. step: the letter
    of spec B4 that the document is; any active hold of its orders that blocks it counts, None: its own holds alone.
    blocks: what its holds stop beside it, None: what the code says; amount: what hangs on it, None: the order's total;
    by: who asked for the document, and may not release its holds; known: of many orders, locked, those that ever had
    a hold, where they were asked for together.
    """
    conn = ledger.desk.conn
    reasons: list[str] = []
    wrong = [finding for finding in found if finding.severity is Severity.ERROR]
    if known is None:
        orders.lock(conn, order_ids)  # so that nobody places a hold at this moment
        known = holds.any_of(conn, order_ids)
    for order_id in order_ids:
        if not (wrong or order_id in known):
            continue
        views = holds.of_order(conn, order_id)
        order = orders.load(conn, order_id)
        if order is None:
            continue
        raised = [
            NewHold(
                code,
                None,
                RULES[code].blocks if blocks is None else blocks,
                finding,
                f"{about}; {finding.code.value}; rule={finding.rule}; at={finding.at}; value={finding.value}",
                finding.family,
                amount=order.total if amount is None else amount,
            )
            for finding in wrong
        ]
        mine = [h for h in views if h.code is code and h.fingerprint.startswith(f"{about};")]
        standing = settle_holds(ledger, order, mine, raised, order.currency, by=by)
        others = [
            h
            for h in views
            if h.state == "ACTIVE"
            and h not in mine
            and step is not None
            and step in h.blocks
            and h.line is None
            and h.store is None
        ]
        confirmed = f"confirm={about.partition('=')[2]};"  # what a confirm left for a person to decide
        reasons += [h.message for h in others if h.code is not code or h.fingerprint.startswith(confirmed)]
        reasons += [finding.message for finding in wrong] if standing else []
    return list(dict.fromkeys(reasons))
