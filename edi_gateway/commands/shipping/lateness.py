"""What should have happened by now: a warehouse that has not confirmed, a ship notice that has not gone (spec B9, C3).

Takes the subject of a deadline that has passed; opens a case when it is still so. Called by flow/deadlines.py.
"""

from __future__ import annotations

from edi_gateway.commands.desk import Desk
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.store.book import notices, orders
from edi_gateway.store.goods import releases, shipments

_GONE = (notices.NONE, notices.SENT, notices.ACKED, notices.REJECTED)


def confirm_overdue(desk: Desk, release_id: int) -> None:
    """The warehouse should have confirmed by now (spec B9: LATE_945)."""
    release = releases.load(desk.conn, [release_id]).get(release_id)
    if release is None or release.state not in releases.OPEN:
        return
    order = orders.load(desk.conn, release.order_id)
    assert order is not None
    who = f"The warehouse {release.warehouse} has" if release.warehouse else f"{release.site or 'Nobody'} has"
    asked = ", which it was asked to cancel" if release.state == releases.CANCEL_ASKED else ""
    finding = Finding(
        Code.CONFIRM_OVERDUE,
        Severity.ERROR,
        message=f"{who} not confirmed release {release.number} of PO {order.po_number}{asked}, which was to ship on "
        f"{release.ship_on}.",
        hint="Ask whether it has left. A 945, `ship confirm` or `warehouse confirm-cancel` closes this case.",
        family=Family.WAREHOUSE,
    )
    ledger = Ledger(desk)
    about = About(order_id=order.id)
    ledger.case(
        NewCase(finding, release.warehouse or release.partner, about, order.total, order.currency, order.test)
    )
    ledger.event(order.id, "confirm overdue", f"Release {release.number} is not confirmed in time.")
    ledger.write()


def notice_overdue(desk: Desk, shipment_id: int) -> None:
    """The buyer should have the ship notice by now; later it may cost a chargeback."""
    row = shipments.load(desk.conn, shipment_id)
    if row is None or row.state != shipments.SHIPPED or row.notice_state in _GONE:
        return
    ledger = Ledger(desk)
    order_ids = [order.order_id for order in notices.thawed(row.snapshot).orders]
    order = orders.load(desk.conn, order_ids[0])
    assert order is not None  # shipments are of orders, and orders are not deleted
    finding = Finding(
        Code.NOTICE_OVERDUE,
        Severity.ERROR,
        message=f"Shipment {row.number} of PO {order.po_number} left on {row.shipped_on}, and its ship notice (856) "
        f"has not gone by {row.notice_due_at:%Y-%m-%d %H:%M} UTC.",
        hint=_WHY.get(row.notice_state, "It is made: see why it is not sent (`documents list`)."),
        rule=row.notice_state,
        family=Family.ASN_824,
    )
    about = About(order_id=order.id)
    ledger.case(NewCase(finding, row.partner, about, order.total, order.currency, row.test))
    for order_id in order_ids:
        ledger.event(order_id, "notice overdue", f"The ship notice {row.number} has not gone in time.")
    ledger.write()


_WHY = {
    notices.HELD: "A hold keeps it: `orders show` names it. Mend what it says, or release it.",
    notices.DUE: "It is not made yet: see whether the gateway runs and the partner is published.",
}
