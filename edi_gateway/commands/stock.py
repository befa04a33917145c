"""What a person decides about stock: whether a count that differs from our ledger is booked (spec B9).

Takes the id of a proposal; books it or leaves the ledger as it is. Called by cli/.
"""

from __future__ import annotations

from edi_gateway.commands.counting import book, settle
from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store import stock_proposals
from edi_gateway.store.ids import short
from edi_gateway.store.stock_proposals import APPLIED, PENDING, REJECTED, Proposal


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
