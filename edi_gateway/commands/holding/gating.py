"""Holds on what a document says: it waits until its cause is gone, or somebody lets it go (spec B4 DOCS, BILLING).

Takes findings about a document that is about to be made; gives why it may not go yet. Called by notices.py and
invoicing.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi_gateway.commands.holding.settling import settle_holds
from edi_gateway.commands.ledger import Ledger
from edi_gateway.model.finding import Finding, Severity
from edi_gateway.model.order import HoldCode, NewHold
from edi_gateway.orders.holds import RULES
from edi_gateway.store import holds, orders


def hold_documents(
    ledger: Ledger, code: HoldCode, step: str, about: str, order_ids: Sequence[int], found: Sequence[Finding]
) -> list[str]:
    """Bring the holds of `code` on a document to what was found; the reasons why it may not go, empty when it may.

    about: names the document ("shipment=SH-1"): a release covers that document and those facts only. step: the letter
    of spec B4 that the document is; any active hold of its orders that blocks it counts.
    """
    conn = ledger.desk.conn
    reasons: list[str] = []
    wrong = [finding for finding in found if finding.severity is Severity.ERROR]
    for order_id in order_ids:
        order = orders.load(conn, order_id, lock=True)  # so that nobody places a hold at this moment
        if order is None:
            continue
        views = holds.of_order(conn, order_id)
        if not (wrong or views):
            continue
        raised = [
            NewHold(
                code,
                None,
                RULES[code].blocks,
                finding,
                f"{about}; {finding.code.value}; rule={finding.rule}; at={finding.at}; value={finding.value}",
                finding.family,
                amount=order.total,
            )
            for finding in wrong
        ]
        mine = [h for h in views if h.code is code and h.fingerprint.startswith(f"{about};")]
        standing = settle_holds(ledger, order, mine, raised, order.currency)
        others = [
            h
            for h in views
            if h.state == "ACTIVE"
            and h not in mine
            and step in h.blocks
            and h.line is None
            and h.store is None
        ]
        confirmed = f"confirm={about.partition('=')[2]};"  # what a confirm left for a person to decide
        reasons += [h.message for h in others if h.code is not code or h.fingerprint.startswith(confirmed)]
        reasons += [finding.message for finding in wrong] if standing else []
    return list(dict.fromkeys(reasons))
