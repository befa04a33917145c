"""Holds by hand: placed with a reason, released by who may, and ended when their time is over (spec B4).

Takes ids, reasons and texts; gives what still stops the order. Whether a release is allowed is decided by
orders/holds.py. Called by cli and, for `lapse`, by flow/deadlines.py.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from edi_gateway.commands.desk import MACHINE, Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering.answering import Correspondent
from edi_gateway.commands.ordering.carrying_on import ENDED, carry_on, made_real, open_matter
from edi_gateway.commands.ordering.judging import for_holds
from edi_gateway.commands.ordering.rejudge import judge_matter
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.cases import resolve_about
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.order import HoldCode, HoldView, LineState, NewHold
from edi_gateway.orders.holds import may_release
from edi_gateway.store import deadlines, users
from edi_gateway.store.book import holds, orders
from edi_gateway.store.ids import short

_STEPS = "ABRSI"  # acceptance, allocation, release to the warehouse, ship, invoice


def place(
    desk: Desk,
    partners: Partners,
    order_id: int,
    *,
    text: str,
    reason: str = "MANUAL",
    line: int | None = None,
    blocks: str = "A",
    until: datetime | None = None,
) -> int:
    """Hold an order, or one line of it (from 1), at the steps in `blocks`; the hold's id."""
    what = "Placing a hold"
    desk.require(what, PERMISSIONS["place a hold"])
    matter = open_matter(desk, order_id, what)
    order = matter.order
    if order.state in ENDED:
        raise Refused(what=what, why=f"order {order.number} is {order.state.value.lower()}")
    if not text.strip():
        raise Refused(what=what, why="it needs a text that says why")
    if not blocks or set(blocks) - set(_STEPS):
        raise Refused(what=what, why=f"the steps that it blocks are letters of {_STEPS}, not {blocks!r}")
    if line is not None:
        stands = matter.line(line)
        if stands is None:
            raise Refused(what=what, why=f"order {order.number} has no line {line}")
        if stands.state not in (LineState.ACCEPTED, LineState.HELD):
            raise Refused(what=what, why=f"line {line} is {stands.state.value.lower()}")
    if until is not None and until <= desk.clock():
        raise Refused(what=what, why="its end has passed already")
    who = Correspondent.named(desk, partners, order.partner, what)
    ledger = Ledger(desk)
    amount = order.total if line is None else next(each.amount for each in matter.lines if each.line == line)
    finding = Finding(
        Code.NOTE_NEEDS_READING,
        Severity.ERROR,
        message=f"Held by {desk.actor.name}: {text}",
        hint="Release it when the reason is gone.",
        at=None if line is None else f"lines[{line - 1}]",
        rule=reason,
        family=Family.SYSTEM,
    )
    hold = NewHold(
        HoldCode.MANUAL, line, "".join(sorted(set(blocks), key=_STEPS.index)), finding, f"placed={order_id}",
        Family.SYSTEM, amount=amount,
    )  # fmt: skip
    hold_id = ledger.hold(
        hold,
        order.id,
        order.partner,
        order.document_id,
        order.currency,
        test=order.test,
        by=desk.actor.name,
        until=until,
    )
    if until is not None:
        ledger.deadline(deadlines.HOLD_UNTIL, hold_id, until)
    ledger.event(order.id, "held", f"Hold placed: {text}")
    desk.record(
        "hold placed",
        f"hold {hold_id}",
        order=order.number,
        line=line,
        blocks=hold.blocks,
        reason=reason,
        text=text,
        until=None if until is None else until.isoformat(),
    )
    carry_on(ledger, who, matter, matter.lines, [*matter.active, hold])
    ledger.write()
    return hold_id


def release(
    desk: Desk,
    partners: Partners,
    hold_id: int,
    *,
    reason: str,
    text: str,
    until: datetime | None = None,
    up_to_amount: Decimal | None = None,
) -> list[HoldView]:
    """Release a hold, if the actor may; what still holds the order. When nothing stops a line it is accepted,
    answered and posted at once.

    `until`, `up_to_amount`: the release covers the same facts only so long and so far; then they are held again.
    """
    what = f"Releasing hold {short(hold_id)}"
    hold = holds.load(desk.conn, hold_id)
    if hold is None:
        raise Refused(what=what, why="there is no such hold")
    matter = open_matter(desk, hold.order_id, what)
    hold = next(
        view for view in matter.holds if view.hold_id == hold_id
    )  # as it is now that the order is ours
    order = matter.order
    amount = holds.amount(desk.conn, hold_id)
    if amount is not None:
        amount = desk.rates.limited(amount, order.currency)
    refusal = may_release(
        hold,
        desk.actor.name,
        desk.actor.roles,
        [for_holds(edit) for edit in orders.edits(desk.conn, order.id, order.revision)],
        amount,
        reason=reason,
        text=text,
        placer_roles=_roles_of(desk, hold.placed_by),
        limits=desk.controls.release_limits,
    )
    if refusal is not None:
        raise Refused(what=what, why=f"{refusal.message} {refusal.hint}")
    limit = desk.actor.limit
    if limit is not None and amount is not None and amount > limit:
        raise Refused(what=what, why=f"{amount} hangs on it, and {desk.actor.name} may decide up to {limit}")
    now = desk.clock()
    if until is not None and until <= now:
        raise Refused(what=what, why="the end of the release has passed already")
    who = Correspondent.named(desk, partners, order.partner, what)
    holds.release(
        desk.conn,
        [hold_id],
        by=desk.actor.name,
        at=now,
        reason=reason,
        text=text,
        until=until,
        up_to_amount=up_to_amount,
    )
    deadlines.close(desk.conn, [deadlines.HOLD_UNTIL], [hold_id], "CANCELLED")
    if until is not None:
        deadlines.put(desk.conn, desk.ids, deadlines.HOLD_UNTIL, hold_id, until)
    resolve_about(desk, f"The hold was released: {text}", action="hold released", hold_id=hold_id)
    ledger = Ledger(desk)
    ledger.event(order.id, "released", f"Hold {hold.code} released ({reason}): {text}")
    desk.record(
        "hold released",
        f"hold {hold_id}",
        order=order.number,
        line=hold.line,
        code=hold.code.value,
        facts=hold.fingerprint,
        reason=reason,
        text=text,
        until=None if until is None else until.isoformat(),
        up_to_amount=None if up_to_amount is None else str(up_to_amount),
    )
    if hold.finding_code is Code.TEST_IN_PRODUCTION and not who.profile.test:
        real = made_real(desk, matter)
        if real is None:
            raise Refused(
                what=what, why=f"PO {order.po_number} stands as a real order too: make this one void"
            )
        matter = real
    left = [view for view in matter.active if view.hold_id != hold_id]
    carry_on(ledger, who, matter, matter.lines, left)
    ledger.write()
    return left


def _roles_of(desk: Desk, name: str) -> Collection[str]:
    """The roles of who placed a hold, when it was somebody else whom we know; their rank counts (spec B4)."""
    user = None if name in (MACHINE, desk.actor.name) else users.load(desk.conn, name)
    return () if user is None else user.roles


def lapse(desk: Desk, partners: Partners, hold_id: int) -> None:
    """The time of a hold or of its release is over: a hold until then ends, a release until then no longer counts."""
    hold = holds.load(desk.conn, hold_id)
    if hold is None or hold.until is None or hold.until > desk.clock():
        return
    what = f"Ending hold {short(hold_id)}"
    matter = open_matter(desk, hold.order_id, what)
    if matter.order.state in ENDED:
        return
    hold = next(view for view in matter.holds if view.hold_id == hold_id)
    who = Correspondent.named(desk, partners, matter.order.partner, what)
    if hold.state == "RELEASED":
        judge_matter(desk, who, matter)
        return
    if hold.state != "ACTIVE":
        return
    text = "Its time is over."
    holds.release(desk.conn, [hold_id], by=MACHINE, at=desk.clock(), reason="CURED", text=text)
    resolve_about(desk, text, hold_id=hold_id)
    ledger = Ledger(desk)
    ledger.event(matter.order.id, "released", f"Hold {hold.code} ended: {text}")
    desk.record("hold ended", f"hold {hold_id}", order=matter.order.number, code=hold.code.value)
    carry_on(ledger, who, matter, matter.lines, [view for view in matter.active if view.hold_id != hold_id])
    ledger.write()
