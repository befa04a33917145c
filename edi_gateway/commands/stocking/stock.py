"""What people do about stock: book what has come in, decide whether a count that differs is booked (spec B7.1, B9).

Takes a supply or the id of a proposal; books moves and leaves work for backorders. Called by cli/.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.stocking.counting import book, settle
from edi_gateway.commands.stocking.restocking import restock
from edi_gateway.store.goods import stock, stock_proposals
from edi_gateway.store.goods.stock_proposals import APPLIED, PENDING, REJECTED, Proposal
from edi_gateway.store.ids import short


def receive(desk: Desk, reference: str, site: str, sku: str, quantity: Decimal, *, last: bool) -> Decimal:
    """Goods of a supply have come in: on hand rises, the supply falls; what is on hand then. What comes beyond what was
    to come is on hand all the same. `last`: nothing more of it comes."""
    what = f"Receiving {sku} of {reference} at {site}"
    desk.require(what, PERMISSIONS["import stock"])
    if quantity <= 0:
        raise Refused(what=what, why="the quantity must be more than 0")
    stock.levels(desk.conn, [sku], lock=True)  # two who receive of one supply wait for each other
    open_ = stock.supplies(desk.conn, [sku]).get(sku, ())
    supply = next((s for s in open_ if (s.reference, s.site) == (reference, site)), None)
    if supply is None:
        raise Refused(what=what, why="nothing of it is to come: import the supply, or a count of the stock")
    now, by = desk.clock(), desk.actor.name
    balance = stock.move(desk.conn, desk.ids, now, by, site, sku, "on_hand", quantity, "receipt", reference)
    rest = max(Decimal(0), supply.quantity - quantity)
    state = "OPEN" if rest and not last else "RECEIVED"
    stock.set_supplies(desk.conn, desk.ids, now, by, [replace(supply, quantity=rest)], state)
    desk.record(
        "supply received",
        f"supply {reference}",
        site=site,
        sku=sku,
        was=str(supply.quantity),
        received=str(quantity),
        left=str(rest) if state == "OPEN" else "0",
    )
    restock(desk, [sku])
    return balance


def apply_proposal(desk: Desk, proposal_id: int, reason: str) -> Proposal:
    """Book what was counted: the bucket changes by the difference, and backorders of the item are looked at again."""
    return _decide(desk, proposal_id, APPLIED, reason)


def reject_proposal(desk: Desk, proposal_id: int, reason: str) -> Proposal:
    """Leave the ledger as it is; the same count does not come up again."""
    return _decide(desk, proposal_id, REJECTED, reason)


def _decide(desk: Desk, proposal_id: int, state: str, reason: str) -> Proposal:
    what = f"{'Applying' if state == APPLIED else 'Rejecting'} proposal {short(proposal_id)}"
    desk.require(what, PERMISSIONS["decide a stock proposal"])
    if not reason.strip():
        raise Refused(what=what, why="it needs a reason")
    proposal = stock_proposals.load(desk.conn, proposal_id)
    if proposal is None:
        raise Refused(what=what, why="there is no such proposal")
    if proposal.state != PENDING:
        raise Refused(what=what, why=f"it is {proposal.state.lower()} already")
    stock_proposals.decide(
        desk.conn, [proposal_id], state, by=desk.actor.name, at=desk.clock(), reason=reason.strip()
    )
    if state == APPLIED:
        book(desk, [proposal])
    desk.record(
        f"stock proposal {state.lower()}",
        f"proposal {proposal_id}",
        site=proposal.site,
        sku=proposal.sku,
        bucket=proposal.bucket,
        was=str(proposal.ours),
        now=str(proposal.theirs),
        reason=reason.strip(),
    )
    if proposal.document_id is not None:
        settle(desk, [proposal.document_id], f"Decided: {state.lower()}.")
    return proposal
