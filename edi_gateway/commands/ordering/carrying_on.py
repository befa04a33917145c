"""What follows when the lines or holds of an order in the book have changed: state, answer, posting, deadlines.

Takes an order opened with its document, lines and holds, and what they are to be; writes what changed and puts
the rest into the Ledger. The one place where an order's state is written after it was booked. Called by the
commands that change orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.holding.gate import past_of
from edi_gateway.commands.ledger import Ledger, storable
from edi_gateway.commands.ordering import answering, posting
from edi_gateway.commands.ordering.answering import Answerable, Correspondent
from edi_gateway.commands.ordering.promises import promised
from edi_gateway.commands.triage.cases import resolve, resolve_about
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Family
from edi_gateway.model.order import HoldView, LineState, OrderLine, OrderState
from edi_gateway.orders.answering import answers
from edi_gateway.orders.holds import Blocking
from edi_gateway.orders.hours.service import BY_ITSELF
from edi_gateway.orders.judging.identity import real_key
from edi_gateway.orders.lifecycle import FINAL, settle, stores_of
from edi_gateway.orders.parts import still_wanted
from edi_gateway.store import deadlines
from edi_gateway.store.book import cases, holds, orders
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.traffic import canonical, documents, outbox

ENDED = (OrderState.REJECTED, OrderState.CANCELLED, OrderState.VOID)
_UNSENT = (Code.ANSWER_DUE, Code.ANSWER_OVERDUE)
_OVER = (LineState.CANCELLED, LineState.REJECTED)
_IN_WORDS = {
    OrderState.ACCEPTED: ("accepted", "Accepted"),
    OrderState.ON_HOLD: ("held", "On hold"),
    OrderState.REJECTED: ("rejected", "Refused as a whole"),
    OrderState.CANCELLED: ("cancelled", "Cancelled"),
    OrderState.VOID: ("void", "Void"),
}


@dataclass(frozen=True, slots=True)
class Matter:
    """An order of the book, locked, with all that a decision about it needs. `holds`: all it ever had."""

    order: StoredOrder
    document: PurchaseOrder
    lines: tuple[OrderLine, ...]
    holds: tuple[HoldView, ...]

    @property
    def active(self) -> list[HoldView]:
        return [hold for hold in self.holds if hold.state == "ACTIVE"]

    def line(self, number: int) -> OrderLine | None:
        return next((line for line in self.lines if line.line == number), None)


def open_matter(desk: Desk, order_id: int, what: str) -> Matter:
    """Lock an order and read it; Refused when there is none."""
    order = orders.load(desk.conn, order_id, lock=True)
    if order is None:
        raise Refused(what=what, why=f"there is no order {order_id}")
    return Matter(
        order=order,
        document=order.document,
        lines=orders.lines(desk.conn, order_id),
        holds=tuple(holds.of_order(desk.conn, order_id)),
    )


def made_real(desk: Desk, matter: Matter) -> Matter | None:
    """What came as a test is meant: from now on an order like any other. None: a real one with its number stands."""
    order = matter.order
    key = real_key(order.business_key)
    orders.release_key(desk.conn, order.id)
    if not orders.claim(desk.conn, {key: order.id}):
        orders.claim(desk.conn, {order.business_key: order.id})
        return None
    orders.change(desk.conn, order.id, test=False, business_key=key)
    return replace(matter, order=replace(order, test=False, business_key=key))


def carry_on(
    ledger: Ledger, who: Correspondent, matter: Matter, lines: Sequence[OrderLine], active: Sequence[Blocking]
) -> StoredOrder:
    """Settle the order: `lines` as they are now to be, `active` the holds that stand. The order as it is then."""
    order = matter.order
    settling = partial(
        settle,
        holds=active,
        ship_complete=order.ship_complete,
        all_or_nothing=order.all_or_nothing,
        stores=stores_of(matter.document),
    )
    state, settled = settling(lines)
    if who.profile.fulfilment.ours:
        made = promised(ledger, who.profile, order, matter.document, lines, settled)
        if made != settled:
            state, settled = settling(made)
    settled = tuple(storable(line) for line in settled)
    values: dict[str, Any] = {"state": state, "total": total(settled), "updated_at": ledger.now}
    values |= window(settled)
    if state is OrderState.REJECTED and order.reject_code is None:
        values["reject_code"] = "RJ" if who.profile.answering.rejected_without_detail else "RD"
    if settled != matter.lines:
        orders.replace_lines(ledger.desk.conn, order.id, settled)
    now = replace(order, **values)
    if state is not order.state:
        kind, text = _IN_WORDS[state]
        ledger.event(order.id, kind, f"{text}; it was {order.state.value.lower().replace('_', ' ')}.")
    if state in ENDED:
        end(ledger, now, "The order is " + state.value.lower() + ".")
    answer_state = order.answer_state
    if answer_state == answering.DUE or settled != matter.lines or state is not order.state:
        answer_state = _answer(ledger, who, replace(matter, order=now, lines=settled), active)
    if answer_state != order.answer_state:
        values["answer_state"] = answer_state
    orders.change(ledger.desk.conn, order.id, **values)
    now = replace(now, answer_state=answer_state)
    _post(ledger, who, replace(matter, order=now, lines=settled), active)
    if who.profile.fulfilment.ours:
        ledger.plan(order.id)
    return now


def end_some(
    desk: Desk, who: Correspondent, matter: Matter, lines: Sequence[OrderLine], kind: str, text: str
) -> None:
    """Some lines, or parts of them, are brought to an end: their holds fall with them, the rest carries on.

    `lines`: all of them, as they then are; `kind`, `text`: of the event.
    """
    ledger = Ledger(desk)
    fallen = _fallen(matter, lines)
    ids = [view.hold_id for view in fallen]
    holds.supersede(desk.conn, ids, by=desk.actor.name, at=ledger.now, text=text)
    if ids:
        resolve_about(desk, text, action=_ended_by(desk), hold_id=ids)
    ledger.event(matter.order.id, kind, text)
    carry_on(ledger, who, matter, lines, [view for view in matter.active if view not in fallen])
    ledger.write()


def _fallen(matter: Matter, lines: Sequence[OrderLine]) -> list[HoldView]:
    """The holds on what has ended: on all, on a line, on a store that gets nothing any more."""
    ended = {line.line for line in lines if line.state in _OVER}
    whole = all(line.state in FINAL for line in lines)
    still = still_wanted(matter.document, lines)
    return [
        view
        for view in matter.active
        if whole or view.line in ended or (view.store is not None and view.store not in still)
    ]


def end(ledger: Ledger, order: StoredOrder, why: str) -> None:
    """Nothing is to come any more: the business key is free, holds and cases of the order fall, and its dates."""
    desk = ledger.desk
    orders.release_key(desk.conn, order.id)
    standing = [hold.hold_id for hold in holds.active(desk.conn, order.id)]
    holds.supersede(desk.conn, standing, by=desk.actor.name, at=ledger.now, text=why)
    resolve_about(desk, why, action=_ended_by(desk), order_id=order.id)
    deadlines.close(desk.conn, [deadlines.CANCEL, deadlines.CANCEL_WARNING], [order.id], "CANCELLED")


def _ended_by(desk: Desk) -> str:
    """What ends the cases of what is not to come: somebody's no, or what the buyer or the calendar said."""
    return BY_ITSELF if desk.is_machine else "rejected"


def _answer(ledger: Ledger, who: Correspondent, matter: Matter, active: Sequence[Blocking]) -> str:
    """Answer when it is time to: at once when nothing waits, after an IH whenever there is something new to say."""
    order = matter.order
    if not who.answers or order.answer_state == answering.NONE:
        return order.answer_state
    held = any(line.state is LineState.HELD for line in matter.lines) or order.state is OrderState.ON_HOLD
    if order.answer_state == answering.SENT and held:  # held again after we answered: wait how it ends
        return answering.SENT
    if order.answer_state == answering.DUE and answers.waits(who.profile, order.state, matter.lines, active):
        return answering.DUE
    return answer_now(ledger, who, matter, active)


def answer_now(ledger: Ledger, who: Correspondent, matter: Matter, active: Sequence[Blocking]) -> str:
    """Say what stands, unless that was said already; the answer state after it."""
    order = matter.order
    history = last_answer(ledger.desk, order.id)
    said = answering.compose(who, answerable(matter, active), ledger.now, history)
    if history is not None and answering.says_the_same(history, said):
        met(ledger.desk, order.id)
        return order.answer_state if order.answer_state != answering.DUE else answering.state_of(history)
    past = past_of(ledger.desk.conn, who.profile, order, history, matter.holds)
    state = answering.send(ledger, who, answerable(matter, active), said, past)
    if state != answering.DUE:
        met(ledger.desk, order.id)
    elif order.answer_state != answering.DUE:  # an update that does not go: the same promise, from now on
        due = answering.due_at(who.profile, ledger.now)
        deadlines.put(ledger.desk.conn, ledger.desk.ids, deadlines.ANSWER, order.id, due)
        orders.change(ledger.desk.conn, order.id, answer_due_at=due)
    return state


def answerable(matter: Matter, active: Sequence[Blocking]) -> Answerable:
    order = matter.order
    return Answerable(
        order_id=order.id,
        number=order.number,
        partner=order.partner,
        customer=order.customer,
        document=matter.document,
        document_id=order.document_id,
        lines=matter.lines,
        holds=active,
        rejected=order.reject_code if order.state is OrderState.REJECTED else None,
        test=order.test,
        state=order.state,
        currency=order.currency,
        due_at=order.answer_due_at,
    )


def last_answer(desk: Desk, order_id: int) -> PurchaseOrderAcknowledgment | None:
    """What we told the buyer last."""
    last = documents.last_answers(desk.conn, [order_id]).get(order_id)
    return None if last is None else canonical.read(PurchaseOrderAcknowledgment, last.canonical)


def met(desk: Desk, order_id: int) -> None:
    """The answer is made: its deadlines are met, and cases of its lateness or of a faulty one are over. What is said
    of a made one that does not go is over when it has gone (flow/telling/unsent.py)."""
    deadlines.close(desk.conn, [deadlines.ANSWER, deadlines.ANSWER_WARNING], [order_id])
    over = [
        case.id
        for case in cases.open_of(desk.conn, order_id=order_id)
        if case.family == Family.ANSWER and (case.document_id is None or case.code not in _UNSENT)
    ]
    resolve(desk, over, "The order is answered.")


def _post(ledger: Ledger, who: Correspondent, matter: Matter, active: Sequence[Blocking]) -> None:
    order = matter.order
    if not posting.wanted(who.profile, order.test):
        return
    count, last = outbox.last_posting(ledger.desk.conn, order.id)
    if last is None and order.state is not OrderState.ACCEPTED:
        return  # nobody has heard of it, and there is nothing to ship
    content = posting.payload(count + 1, asdict(order), matter.lines, matter.document, active)
    if last is not None and posting.says_the_same(last, content):
        return
    posting.post(ledger, who.profile, order.id, order.number, count + 1, content)


def total(lines: Sequence[OrderLine]) -> Decimal:
    """What the lines come to that are accepted or still may be."""
    summed = Decimal(0)
    for line in lines:
        if line.amount is not None and line.state in (LineState.ACCEPTED, LineState.HELD):
            summed += line.amount
    return summed


def window(lines: Sequence[OrderLine]) -> dict[str, Any]:
    """The order's own ship window: from the first line's first day to the first last day."""
    return {
        "ship_from": min((line.ship_from for line in lines if line.ship_from), default=None),
        "ship_until": min((line.ship_until for line in lines if line.ship_until), default=None),
    }
