"""What people decide about an order of the book: cancel, refuse, note, set a value, answer, settle a duplicate.

Takes an order's id and a reason; every decision leaves event and audit. Called by cli and, for `answer`, by
flow/deadlines.py.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering import answering, edits, receiving
from edi_gateway.commands.ordering.answering import Correspondent
from edi_gateway.commands.ordering.carrying_on import ENDED, Matter, answer_now, end, end_some, open_matter
from edi_gateway.commands.ordering.edits import NotSettable
from edi_gateway.commands.ordering.rejudge import judge_matter
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.cases import resolve_about
from edi_gateway.model.order import HoldCode, HoldView, LineState, OrderLine, OrderState
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.judging.facts import facts_on, needs
from edi_gateway.orders.judging.judge import judge
from edi_gateway.orders.lifecycle import stores_of
from edi_gateway.orders.parts import without_stores
from edi_gateway.store import deadlines
from edi_gateway.store.book import holds, orders
from edi_gateway.store.master import facts

# DE668: how a line is refused (spec B5.1)
_REFUSALS = frozenset({"IR", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"})

_ACCEPTED = LineState.ACCEPTED
_LAST_DAY = ("dates.cancel_after", "dates.cancel_if_not_shipped_by")


def note(desk: Desk, order_id: int, text: str) -> None:
    """Write a note into an order's timeline."""
    what = "Noting on an order"
    desk.require(what, PERMISSIONS["note an order"])
    order = orders.load(desk.conn, order_id)
    if order is None:
        raise Refused(what=what, why=f"there is no order {order_id}")
    _reason(what, text)
    ledger = Ledger(desk)
    ledger.event(order_id, "noted", text)
    desk.record("order noted", f"order {order.number}", text=text)
    ledger.write()


def cancel(
    desk: Desk,
    partners: Partners,
    order_id: int,
    *,
    why: str,
    line: int | None = None,
    store: str | None = None,
) -> None:
    """Cancel an order, or one line of it (from 1), whether it waits or is accepted; the buyer is told (ID).

    `store` ("qualifier:location" of an SDQ): only what this place gets, of the line or of all lines.
    """
    part = "the order" if line is None else f"line {line}"
    if store is not None:
        part = f"what {store} gets of {part}"
    what = f"Cancelling {part}"
    desk.require(what, PERMISSIONS["cancel an order"])
    matter = _standing(desk, order_id, what, why)
    open_states = (LineState.ACCEPTED, LineState.HELD)
    lines = _ended(matter, what, line, open_states, LineState.CANCELLED, None)
    if store is not None:
        lines = _less(matter, what, [after.line for after in lines if after not in matter.lines], store)
    who = Correspondent.named(desk, partners, matter.order.partner, what)
    kind = "cancelled" if line is None and store is None else "part cancelled" if store else "line cancelled"
    desk.record("order cancelled", f"order {matter.order.number}", line=line, store=store, why=why)
    end_some(desk, who, matter, lines, kind, f"{part[0].upper()}{part[1:]} was cancelled: {why}")


def reject(
    desk: Desk,
    partners: Partners,
    order_id: int,
    *,
    why: str,
    line: int | None = None,
    code: str | None = None,
) -> None:
    """Refuse an order, or one line of it, that is not accepted yet. `code` is the line's DE668; IR else."""
    what = "Refusing the order" if line is None else f"Refusing line {line}"
    desk.require(what, PERMISSIONS["reject an order"])
    if code is not None and code not in _REFUSALS:
        raise Refused(what=what, why=f"{code} refuses nothing: one of {', '.join(sorted(_REFUSALS))}")
    matter = _standing(desk, order_id, what, why)
    if line is None and any(each.state is LineState.ACCEPTED for each in matter.lines):
        raise Refused(what=what, why="a line of it is accepted: refuse the lines that wait, or cancel it")
    lines = _ended(matter, what, line, (LineState.HELD,), LineState.REJECTED, code or "IR")
    who = Correspondent.named(desk, partners, matter.order.partner, what)
    desk.record("order refused", f"order {matter.order.number}", line=line, why=why)
    part, kind = ("The order", "refused") if line is None else (f"Line {line}", "line refused")
    end_some(desk, who, matter, lines, kind, f"{part} was refused: {why}")


def set_value(desk: Desk, partners: Partners, order_id: int, field: str, value: str, *, why: str) -> None:
    """Set a value of an order that waits (`lines[0].price`; lines count from 0); it is judged again.

    Who sets a value may not release a hold on it (spec B4 rule 5), nor make it go by what they set: that the value
    sets right what was held, a second person confirms by releasing the hold. The document stays as it came.
    """
    what = f"Setting {field}"
    desk.require(what, PERMISSIONS["set a value"])
    matter = _standing(desk, order_id, what, why)
    try:
        where = edits.place(matter.document, field)
        edits.check(where, value)
    except NotSettable as problem:
        raise Refused(what=what, why=str(problem)) from None
    stands = None if where.line is None else matter.line(where.line)
    extends = where.field in _LAST_DAY  # an extension may be recorded for what is accepted too
    if (
        stands is not None
        and stands.state is not LineState.HELD
        and not (extends and stands.state is _ACCEPTED)
    ):
        raise Refused(
            what=what, why=f"line {where.line} is {stands.state.value.lower()}; only what waits is changed"
        )
    if where.line is None and not extends and any(each.state is _ACCEPTED for each in matter.lines):
        raise Refused(what=what, why="a line of the order is accepted; only what waits is changed")
    who = Correspondent.named(desk, partners, matter.order.partner, what)
    revision = matter.order.revision
    document, _ = edits.laid_over(matter.document, orders.edits(desk.conn, order_id, revision))
    was = edits.value(document, where)
    made = orders.Edit(where.line, where.field, was, value, desk.actor.name, desk.clock(), why)
    orders.add_edits(desk.conn, desk.ids, order_id, revision, [made])
    ledger = Ledger(desk)
    ledger.event(order_id, "value set", f"{field} set from {was or 'nothing'} to {value or 'nothing'}: {why}")
    desk.record("value set", f"order {matter.order.number}", field=field, was=was, now=value, why=why)
    ledger.write()
    judge_matter(desk, who, matter)


def answer(desk: Desk, partners: Partners, order_id: int) -> str:
    """Answer now, what waits as on hold (IH); the answer state after it. Nothing new to say: Refused.

    For the machine, at the deadline, nothing new to say is no fault.
    """
    what = "Answering the order"
    desk.require(what, PERMISSIONS["answer an order"])
    matter = open_matter(desk, order_id, what)
    order = matter.order
    if order.state is OrderState.VOID:
        raise Refused(what=what, why="it is void")
    who = Correspondent.named(desk, partners, order.partner, what)
    if not who.answers:
        raise Refused(what=what, why=f"{order.partner} wants no 855")
    ledger = Ledger(desk)
    state = answer_now(ledger, who, matter, matter.active)
    if not ledger.answered and order.answer_state != answering.DUE and not desk.is_machine:
        raise Refused(what=what, why="it was answered, and there is nothing new to say")
    if state != order.answer_state:
        orders.change(desk.conn, order_id, answer_state=state, updated_at=ledger.now)
    desk.record("order answered", f"order {order.number}", state=state)
    ledger.write()
    return state


def resolve_duplicate(
    desk: Desk, partners: Partners, order_id: int, choice: Literal["void", "change", "new"], *, why: str
) -> None:
    """Decide about a PO that came again with other content (hold DUP_PO): it counts for nothing, it replaces what
    stands, or it is an order of its own. What came as a test (hold PARTNER_TEST) can be made void the same way."""
    what = "Settling the duplicate"
    desk.require(what, PERMISSIONS["resolve a duplicate"])
    matter = _standing(desk, order_id, what, why)
    if choice == "void" and any(view.code is HoldCode.PARTNER_TEST for view in matter.active):
        _void(desk, matter, why, "void")
        return
    hold = next((view for view in matter.active if view.code is HoldCode.DUP_PO), None)
    if hold is None:
        raise Refused(what=what, why=f"order {matter.order.number} waits for no such decision")
    who = Correspondent.named(desk, partners, matter.order.partner, what)
    if choice == "new":
        _take_as_new(desk, who, matter, hold, why)
    elif choice == "void":
        _void(desk, matter, why, "void")
    elif choice == "change":
        _take_as_change(desk, who, matter, why, what)
    else:
        raise Refused(what=what, why="the choice is void, change or new")


def _take_as_new(desk: Desk, who: Correspondent, matter: Matter, hold: HoldView, why: str) -> None:
    """An order of its own from now on, and so judged by what holds now: its last day may have passed meanwhile."""
    ledger, order = Ledger(desk), matter.order
    holds.release(
        desk.conn, [hold.hold_id], by=desk.actor.name, at=ledger.now, reason="PARTNER_CONFIRMED", text=why
    )
    resolve_about(desk, f"Taken as a new order: {why}", action="hold released", hold_id=hold.hold_id)
    ledger.event(order.id, "taken as new", f"Taken as an order of its own: {why}")
    desk.record("duplicate settled", f"order {order.number}", choice="new", why=why)
    ledger.write()
    judge_matter(desk, who, open_matter(desk, order.id, "Judging the order"))


def _void(desk: Desk, matter: Matter, why: str, choice: str) -> None:
    """It counts for nothing: not answered, not posted, in no figure."""
    ledger, order = Ledger(desk), matter.order
    orders.change(
        desk.conn,
        order.id,
        state=OrderState.VOID,
        void_reason=why,
        answer_state=answering.NONE,
        updated_at=ledger.now,
    )
    end(ledger, replace(order, state=OrderState.VOID), f"The order is void: {why}")
    deadlines.close(desk.conn, [deadlines.ANSWER, deadlines.ANSWER_WARNING], [order.id], "CANCELLED")
    ledger.event(order.id, "void", f"Void: {why}")
    desk.record("duplicate settled", f"order {order.number}", choice=choice, why=why)
    ledger.write()


def _take_as_change(desk: Desk, who: Correspondent, matter: Matter, why: str, what: str) -> None:
    """The document replaces the order that stands under the same PO, as a BEG01 05 would (spec B5.2)."""
    order = matter.order
    now = desk.clock()
    replacement = matter.document.model_copy(update={"purpose": "05"})
    data = facts.read(
        desk.conn,
        who.profile.key,
        needs([replacement], who.profile, {order.test}),
        local_date(now, who.profile.calendar),
    )
    others = tuple(k for found in data.known.values() for k in found if k.order_id != order.id)
    data.known = {order.business_key: tuple(k for k in others)}
    judgement = judge(
        replacement,
        facts_on(
            data,
            who.profile,
            now=now,
            received_at=order.received_at,
            test=order.test,
            production=desk.production,
        ),
    )
    if judgement.verdict != "change" or judgement.revised is None or judgement.known_order is None:
        said = next(
            (finding.message for finding in judgement.findings), "there is no order that it could change"
        )
        raise Refused(what=what, why=said)
    standing = open_matter(desk, judgement.known_order, what)
    set_here = orders.edits(desk.conn, order.id, order.revision)
    orders.add_edits(desk.conn, desk.ids, standing.order.id, standing.order.revision + 1, set_here)
    _void(desk, matter, f"applied as a change to {standing.order.number}: {why}", "change")
    ledger = Ledger(desk)
    revised = judgement.revised.model_copy(update={"purpose": matter.document.purpose})
    text = f"Revision {standing.order.revision + 1}: {order.number} applied as a change: {why}"
    receiving.revise(ledger, who, standing, judgement, revised, order.document_id, now, text)
    ledger.write()


def _standing(desk: Desk, order_id: int, what: str, why: str) -> Matter:
    _reason(what, why)
    matter = open_matter(desk, order_id, what)
    if matter.order.state in ENDED:
        raise Refused(what=what, why=f"order {matter.order.number} is {matter.order.state.value.lower()}")
    return matter


def _reason(what: str, why: str) -> None:
    if not why.strip():
        raise Refused(what=what, why="it needs a text that says why")


def _ended(
    matter: Matter,
    what: str,
    line: int | None,
    of: tuple[LineState, ...],
    to: LineState,
    code: str | None,
) -> list[OrderLine]:
    """The lines with the one that is meant, or all that may be, brought to an end."""
    if line is not None:
        stands = matter.line(line)
        if stands is None:
            raise Refused(what=what, why=f"order {matter.order.number} has no line {line}")
        if stands.state not in of:
            raise Refused(what=what, why=f"it is {stands.state.value.lower()}")
    return [
        replace(each, state=to, reject_code=code, accepted_quantity=each.accepted_quantity * 0)
        if each.state in of and line in (None, each.line)
        else each
        for each in matter.lines
    ]


def _less(matter: Matter, what: str, numbers: Collection[int], store: str) -> list[OrderLine]:
    """The lines, those with these numbers without what the store gets of them."""
    currency = matter.order.currency
    lines = [
        without_stores(line, matter.document.lines[line.line - 1], {store}, currency)
        if line.line in numbers and store in stores_of(matter.document).get(line.line, ())
        else line
        for line in matter.lines
    ]
    if tuple(lines) == matter.lines:
        raise Refused(
            what=what, why=f"it gets nothing of order {matter.order.number} that could be cancelled"
        )
    return lines
