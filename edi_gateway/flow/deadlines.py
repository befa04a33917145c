"""Deadlines that have passed by the passed clock: answers that are due, dates of orders, acknowledgments awaited.

Takes due rows; what concerns an order or a hold is a command that the machine gives, what is late is a case.
Called by flow/gateway.py in every pass. Nothing sleeps until a deadline (DESIGN section 9).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DBAPIError

from edi_gateway import logs
from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.holding import holds as hold_desk
from edi_gateway.commands.ordering import last_day
from edi_gateway.commands.ordering import orders as order_desk
from edi_gateway.commands.partners import expiry
from edi_gateway.commands.shipping import lateness
from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.commands.watch import alerting, watching
from edi_gateway.commands.watch.sighting import Watched
from edi_gateway.flow.as2.sending import receipt_overdue
from edi_gateway.flow.telling import unsent
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.windows import is_open
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.order import HoldCode, HoldView, OrderState
from edi_gateway.store import deadlines
from edi_gateway.store.book import holds, orders
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.deadlines import Deadline
from edi_gateway.store.tables import documents, transmissions
from edi_gateway.store.traffic import outbox

_LIVE = (OrderState.ON_HOLD, OrderState.ACCEPTED)
_LATE = timedelta(hours=1)  # an answer that goes later than this after its deadline is a case
_TRY_AGAIN = timedelta(hours=1)
_EVERYWHERE = 0  # the subject of what is looked at for all orders at once


def judge(works: Works, conn: Connection) -> int:
    """Deal with what is due now, in the caller's transaction; how many. One that fails does not stop the rest."""
    now = works.clock()
    for kind in _AGAIN:
        deadlines.ensure(conn, works.ids, kind, _EVERYWHERE, now)
    due = deadlines.due(conn, now)
    if not due:
        return 0
    with logs.unit("deadlines", due=len(due)) as line:
        desk, partners = works.desk(conn), Published(works.live)
        deadlines.finish(conn, [row.id for row in due])  # before: dealing with one may set it anew
        done = len(due)
        for row in due:
            if row.kind in _AGAIN:  # outside of what may fail: it is looked at again in any case
                deadlines.put(conn, works.ids, row.kind, row.subject, now + _AGAIN[row.kind])
            try:
                with conn.begin_nested():
                    if row.kind == deadlines.UNSENT:
                        done += unsent.sweep(desk, works.live) - 1
                    elif row.kind == deadlines.WATCH:
                        done += watching.watch(_watched(works, desk)) - 1
                        done += alerting.raise_alerts(desk, works.options.alerting)
                    else:
                        _WHEN[row.kind](desk, partners, row.subject)
            except Refused as refusal:
                logs.say(
                    "info", "deadline without effect", kind=row.kind, subject=row.subject, why=str(refusal)
                )
                _later(desk, partners, row)
            except DBAPIError:
                raise
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"[:300]
                logs.say("error", "deadline failed", kind=row.kind, subject=row.subject, error=problem)
                open_cases(desk, [_failed(row.kind, row.subject, problem)])
        if not done:
            line.skip()
    return done


def _answer(desk: Desk, partners: Published, order_id: int) -> None:
    """The buyer is to hear by now: what is on hold is answered as on hold (spec B5.1)."""
    due_at = _order(desk, order_id).answer_due_at
    state = order_desk.answer(desk, partners, order_id)
    late = due_at is not None and desk.clock() - due_at > _LATE
    if late and state != "DUE":
        order = _order(desk, order_id)
        _case(
            desk,
            order,
            Code.ANSWER_OVERDUE,
            Family.ANSWER,
            f"PO {order.po_number} was to be answered by {due_at:%Y-%m-%d %H:%M} UTC and is answered only now.",
            "Nothing more is to be sent; tell the buyer if it matters, and see why nothing ran in between.",
        )
    if state == "DUE":
        order = _order(desk, order_id)
        _case(
            desk,
            order,
            Code.ANSWER_OVERDUE,
            Family.ANSWER,
            f"PO {order.po_number} should have been answered by now, but its 855 cannot go out.",
            "See what is wrong with the 855; once that is mended, answer the order.",
        )


def _answer_warning(desk: Desk, _: Published, order_id: int) -> None:
    order = _order(desk, order_id)
    if order.state not in _LIVE or order.answer_state != "DUE" or order.answer_due_at is None:
        return
    _case(
        desk,
        order,
        Code.ANSWER_DUE,
        Family.ANSWER,
        f"PO {order.po_number} is on hold, and its answer is due at {order.answer_due_at:%Y-%m-%d %H:%M} UTC.",
        "Decide about its holds before; at that time it is answered as on hold (IH).",
    )


def _cancel_warning(desk: Desk, _: Published, order_id: int) -> None:
    order = _order(desk, order_id)
    waiting = _waiting(desk, order_id)
    if order.state not in _LIVE or not waiting:
        return
    came_again = any(hold.code is HoldCode.DUP_PO for hold in waiting)
    day = last_day.first(orders.lines(desk.conn, order_id)) or order.cancel_after
    _case(
        desk,
        order,
        Code.CANCEL_DATE_NEAR,
        Family.DATE,
        f"PO {order.po_number} came again with other content, and its last day is {day}."
        if came_again
        else f"PO {order.po_number} still waits for something, and what waits is cancelled after {day}.",
        "Void it, apply it as a change, or take it as a new order; it is not cancelled by itself."
        if came_again
        else "Decide about its holds, or record the extension that the buyer gives: "
        "`orders set ORDER dates.cancel_after DAY`.",
    )


def _cancel(desk: Desk, partners: Published, order_id: int) -> None:
    """What still waits after the buyer's last day is cancelled; nothing of it may ship (spec D24).

    A PO that came again with other content is for a person to end: of it the buyer would read that the PO which
    stands is cancelled.
    """
    order = _order(desk, order_id)
    waiting = _waiting(desk, order_id)
    if order.state not in _LIVE:
        return
    if any(hold.code is HoldCode.DUP_PO for hold in waiting):
        told = f"PO {order.po_number} came again with other content; its last day, {order.cancel_after}, has passed."
        hint = "Void it, or apply it as a change if the buyer still wants that."
    else:
        ended = last_day.cancel_waiting(desk, partners, order_id)
        if not (ended.lines or ended.parts):
            return
        told = f"PO {order.po_number}: {last_day.in_words(ended)} cancelled, for the buyer's last day has passed."
        hint = "The 855 says so. Tell the buyer, or ask for a new order."
    _case(desk, order, Code.CANCEL_DATE_PASSED, Family.DATE, told, hint)


def _waiting(desk: Desk, order_id: int) -> list[HoldView]:
    """The holds that keep any of the order from being accepted."""
    return [hold for hold in holds.active(desk.conn, order_id) if "A" in hold.blocks]


def _hold_until(desk: Desk, partners: Published, hold_id: int) -> None:
    hold_desk.lapse(desk, partners, hold_id)


def _acknowledgment(desk: Desk, _: Published, transmission_id: int) -> None:
    """Nobody has said that it arrived."""
    c = transmissions.c
    row = desk.conn.execute(
        select(c.partner, c.name, c.sets, c.sent_at, c.test)
        .where(c.id == transmission_id, c.ack_state == "AWAITED")
        .with_for_update()  # it may be coming in at this moment
    ).first()
    if row is None:
        return
    outbox.set_ack_state(desk.conn, [transmission_id], "OVERDUE")
    desk.conn.execute(
        update(documents)
        .where(documents.c.transmission_id == transmission_id, documents.c.state == "SENT")
        .where(documents.c.ack_due_at.is_not(None))  # a 997 that went along is not acknowledged
        .values(state="ACK_OVERDUE")
    )
    sent = f"sent {row.sent_at:%Y-%m-%d %H:%M} UTC"
    finding = Finding(
        Code.ACK_OVERDUE,
        Severity.ERROR,
        message=f"{row.partner} has not acknowledged {row.name} ({row.sets}), {sent}.",
        hint="Ask the partner whether it arrived. Replay this case to send the same bytes again.",
        family=Family.ACK_997,
    )
    open_cases(desk, [NewCase(finding, row.partner, About(transmission_id=transmission_id), test=row.test)])


def _watched(works: Works, desk: Desk) -> Watched:
    """What the detectors of incidents look at."""
    partners = [partner for partner in works.live.all() if partner.profile.active]
    return Watched(
        desk,
        [partner.profile for partner in partners],
        frozenset(partner.profile.key for partner in partners if partner.paused),
        works.live.stopped,
        works.options.incidents,
        works.disks(),
        is_open=is_open,
    )


_AGAIN = {deadlines.UNSENT: unsent.EVERY, deadlines.WATCH: watching.EVERY}  # of all at once, again and again
_WHEN: dict[str, Callable[[Desk, Published, int], None]] = {
    deadlines.ANSWER: _answer,
    deadlines.ANSWER_WARNING: _answer_warning,
    deadlines.CANCEL_WARNING: _cancel_warning,
    deadlines.CANCEL: _cancel,
    deadlines.HOLD_UNTIL: _hold_until,
    deadlines.ACK: _acknowledgment,
    deadlines.CERTIFICATE: lambda desk, _, certificate_id: expiry.look(desk, certificate_id),
    deadlines.RECEIPT: receipt_overdue,
    deadlines.CONFIRM: lambda desk, _, release_id: lateness.confirm_overdue(desk, release_id),
    deadlines.NOTICE: lambda desk, _, shipment_id: lateness.notice_overdue(desk, shipment_id),
}


def _order(desk: Desk, order_id: int) -> StoredOrder:
    order = orders.load(desk.conn, order_id)
    assert order is not None  # deadlines are made with their orders, and orders are not deleted
    return order


def _case(desk: Desk, order: StoredOrder, code: Code, family: Family, message: str, hint: str) -> None:
    finding = Finding(code, Severity.ERROR, message=message, hint=hint, family=family)
    about = About(order_id=order.id)
    open_cases(desk, [NewCase(finding, order.partner, about, order.total, order.currency, order.test)])


def _later(desk: Desk, partners: Published, due: Deadline) -> None:
    """What was due cannot be done: nothing is answered, cancelled or lifted for a partner who is not published.
    Somebody hears of it, and it is tried again until the partner is."""
    order_id: int | None = due.subject
    if due.kind == deadlines.HOLD_UNTIL:
        hold = holds.load(desk.conn, due.subject)
        order_id = None if hold is None else hold.order_id
    order = None if order_id is None else orders.load(desk.conn, order_id)
    if order is None or order.state is OrderState.VOID or partners.profile(order.partner) is not None:
        return
    deadlines.put(desk.conn, desk.ids, due.kind, due.subject, desk.clock() + _TRY_AGAIN)
    code, family, what = _UNDONE.get(
        due.kind, (Code.WORKER_FAILED, Family.SYSTEM, f"What was due ({due.kind})")
    )
    finding = Finding(
        code,
        Severity.ERROR,
        message=f"{what} of PO {order.po_number} is not done: {order.partner} is not published any more.",
        hint="Publish the partner; it is then done by itself.",
        rule=f"deadline {due.kind}",
        family=family,
    )
    about = About(order_id=order.id)
    open_cases(desk, [NewCase(finding, order.partner, about, order.total, order.currency, order.test)])


_OF_OTHERS = frozenset(
    {
        *(deadlines.ACK, deadlines.HOLD_UNTIL, deadlines.UNSENT, deadlines.CONFIRM, deadlines.NOTICE),
        deadlines.WATCH,
        *(deadlines.CERTIFICATE, deadlines.RECEIPT),
    }
)
_UNDONE = {
    deadlines.ANSWER: (Code.ANSWER_OVERDUE, Family.ANSWER, "The answer"),
    deadlines.CANCEL: (Code.CANCEL_DATE_PASSED, Family.DATE, "The cancellation after the last day"),
}


def _failed(kind: str, subject: int, problem: str) -> NewCase:
    finding = Finding(
        Code.WORKER_FAILED,
        Severity.ERROR,
        message=f"A deadline ({kind}) of {subject} could not be dealt with: {problem}.",
        hint="Report it; do by hand what was due.",
        rule=f"deadline {kind}",
        family=Family.SYSTEM,
    )
    of_an_order = kind not in _OF_OTHERS
    about = About(order_id=subject) if of_an_order else About()
    return NewCase(finding, None, about)
