"""A document about an order that we have: the same again, or a change of it (spec B5.2).

Takes the judgement of the document and the order as it stands, locked; answers again, or applies the change as a
new revision, or holds it for a person. Called by take_orders.py and orders.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Protocol

from edi_gateway.commands.desk import Desk
from edi_gateway.commands.holding.settling import settle_holds
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering import answering, last_day
from edi_gateway.commands.ordering.answering import Correspondent
from edi_gateway.commands.ordering.carrying_on import ENDED, Matter, carry_on, open_matter
from edi_gateway.commands.ordering.what_stays import with_what_stays
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import AT_WAREHOUSE
from edi_gateway.model.order import HoldCode, HoldView, Judgement, NewHold, OrderState
from edi_gateway.orders.holds import LATER, RULES, Blocking, reconcile
from edi_gateway.orders.judging.facts import Facts
from edi_gateway.orders.judging.identity import content_hash, snapshot
from edi_gateway.orders.judging.revision import pair_lines
from edi_gateway.store import deadlines
from edi_gateway.store.book import orders, parts
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.traffic import documents

_PENDING: Final = HoldCode.CHANGE_PENDING
_MOST_DIFFERENCES = 500  # kept with a revision; both documents are there whole


class Document(Protocol):
    """take_orders.Incoming."""

    @property
    def order(self) -> PurchaseOrder: ...
    @property
    def document_id(self) -> int: ...


def lock_known(desk: Desk, judged: Sequence[Judgement], facts: Facts) -> dict[int, StoredOrder]:
    """The orders that these judgements repeat or change, locked; those that have changed meanwhile left out."""
    wanted = {
        judgement.known_order
        for judgement in judged
        if judgement.known_order is not None and judgement.verdict in ("repeat", "change")
    }
    if not wanted:
        return {}
    read = {known.order_id: known for found in facts.data.known.values() for known in found}
    return {
        order_id: order
        for order_id, order in orders.load_many(desk.conn, sorted(wanted), lock=True).items()
        if (order.revision, order.state) == (read[order_id].revision, read[order_id].state)
    }


def receive(
    ledger: Ledger,
    who: Correspondent,
    came: Document,
    judgement: Judgement,
    order: StoredOrder,
    received_at: datetime,
) -> StoredOrder:
    """A repetition or a change of `order`; the order as it is then."""
    ledger.findings(judgement.findings, came.document_id, order.id)
    if judgement.verdict == "repeat":
        _repeated(ledger, who, came, order)
        return order
    matter = open_matter(ledger.desk, order.id, "Changing the order")
    if judgement.revised is None:
        return _waits(ledger, who, came, judgement, matter)
    if who.profile.fulfilment.ours and (lost := _displaced(ledger.desk, matter, judgement.revised)):
        ledger.findings([lost], came.document_id, order.id)
        hold = NewHold(
            _PENDING, None, RULES[_PENDING].blocks, lost, f"change={came.document_id}", Family.CHANGE
        )
        return _waits(ledger, who, came, replace(judgement, holds=(hold,), findings=(lost,)), matter)
    text = f"Revision {order.revision + 1}: {_in_words(judgement)}."
    return revise(ledger, who, matter, judgement, judgement.revised, came.document_id, received_at, text)


def _displaced(desk: Desk, matter: Matter, revised: PurchaseOrder) -> Finding | None:
    """A change that takes a line out of the order, or puts it elsewhere, of which the warehouse has goods: they would
    leave for a line that is not there, or is another one."""
    stays = {
        before for before, after in pair_lines(matter.document.lines, revised.lines).pairs if before == after
    }
    standing = parts.of_orders(desk.conn, [matter.order.id]).get(matter.order.id, ())
    lines = sorted({p.line for p in standing if p.state in AT_WAREHOUSE and p.line - 1 not in stays})
    if not lines:
        return None
    told = ", ".join(map(str, lines))
    return Finding(
        Code.CHANGE_TOO_LATE,
        Severity.ERROR,
        message=f"This change of {matter.order.number} takes line {told} away or puts it elsewhere, and the warehouse "
        "has goods of it.",
        hint="Cancel the line (`orders cancel`): the warehouse is asked. When it has agreed, replay the change; else "
        "tell the partner that it ships.",
        at="purpose",
        value=revised.purpose,
        family=Family.CHANGE,
    )


def _repeated(ledger: Ledger, who: Correspondent, came: Document, order: StoredOrder) -> None:
    """The same again: no new order; the same answer again, if there was one and the partner wants it."""
    text = "The same PO came again; nothing was changed."
    policy = who.profile.policies_of(order.customer).duplicate_identical
    last = documents.last_answers(ledger.desk.conn, [order.id]).get(order.id)
    if last is not None and policy == "answer again" and who.answers:
        answering.send_again(ledger, who, order, last, came.document_id)
        text = "The same PO came again; it was answered again with the same 855."
    ledger.event(order.id, "repeated", text, came.document_id)
    ledger.desk.record("order repeated", f"order {order.number}", document=came.document_id)


def _waits(
    ledger: Ledger, who: Correspondent, came: Document, judgement: Judgement, matter: Matter
) -> StoredOrder:
    """A change that a person has to decide: the order stands as it is, with a hold that says so.

    What has ended is not held any more: a person hears of it, and the buyer what stands.
    """
    order = matter.order
    if order.state in ENDED:
        return _too_late(ledger, who, came, judgement, order)
    found = reconcile(matter.active, judgement.holds, ledger.now)
    for hold in found.to_raise:
        ledger.hold(hold, order.id, order.partner, came.document_id, order.currency, test=order.test)
    ledger.event(
        order.id, "change waits", "A change of the order came that somebody has to decide.", came.document_id
    )
    ledger.desk.record(
        "order change waits",
        f"order {order.number}",
        document=came.document_id,
        why=[finding.code.value for finding in judgement.findings],
    )
    return carry_on(ledger, who, matter, matter.lines, [*matter.active, *found.to_raise])


def _too_late(
    ledger: Ledger, who: Correspondent, came: Document, judgement: Judgement, order: StoredOrder
) -> StoredOrder:
    about = About(document_id=came.document_id, order_id=order.id)
    for hold in judgement.holds[:1]:
        ledger.case(NewCase(hold.finding, order.partner, about, hold.amount, order.currency, order.test))
    last = documents.last_answers(ledger.desk.conn, [order.id]).get(order.id)
    if last is not None and who.answers:
        answering.send_again(ledger, who, order, last, came.document_id)
    text = f"A change came, but the order is {order.state.value.lower()}; nothing was changed."
    ledger.event(order.id, "change too late", text, came.document_id)
    ledger.desk.record("order change too late", f"order {order.number}", document=came.document_id)
    return order


def revise(
    ledger: Ledger,
    who: Correspondent,
    matter: Matter,
    judgement: Judgement,
    revised: PurchaseOrder,
    document_id: int,
    received_at: datetime,
    text: str,
) -> StoredOrder:
    """Replace what stands by `revised`, as judged: a new revision, the old one kept whole; answered as an update.

    What people have set stays where the buyer's change does not touch it, and what we have ended stays so.
    """
    desk, order = ledger.desk, matter.order
    revision = order.revision + 1
    if judgement.state is not OrderState.CANCELLED:
        judgement = with_what_stays(ledger, who, matter, judgement, revised, document_id)
    written = snapshot(revised)
    differences = judgement.differences[:_MOST_DIFFERENCES]
    orders.close_revision(desk.conn, order.id, order.revision, order.snapshot)
    ledger.revision(order.id, revision, document_id, text, json.dumps(differences, ensure_ascii=False))
    ended = judgement.state in ENDED  # then carry_on ends the holds with the order
    active = [] if ended else raise_and_cure(ledger, matter, judgement.holds, judgement.currency)
    due = answering.due_at(who.profile, received_at)
    answer_state = answering.DUE if who.answers else answering.NONE
    values: dict[str, Any] = {
        "revision": revision,
        "customer": judgement.customer,
        "type": revised.type[:2],
        "currency": judgement.currency[:3],
        "ordered_on": revised.ordered_on,
        "ship_to": judgement.ship_to_key and judgement.ship_to_key[:120],
        "cancel_after": judgement.cancel_after,
        "lines": len(judgement.lines),
        "ship_complete": judgement.ship_complete,
        "all_or_nothing": judgement.all_or_nothing,
        "document_id": document_id,
        "content_hash": content_hash(revised, written),
        "snapshot": written,
        "reject_code": judgement.reject_code,
        "answer_due_at": due if who.answers else None,
        "answer_state": answer_state,
    }
    orders.change(desk.conn, order.id, **values)
    _dates(ledger, who, order.id, judgement, due)
    ledger.event(order.id, "changed", text, document_id)
    desk.record(
        "order revised",
        f"order {order.number}",
        revision=revision,
        document=document_id,
        was=order.content_hash,
        now=values["content_hash"],
        differences=[list(difference) for difference in differences[:50]],
    )
    changed = Matter(replace(order, **values), revised, matter.lines, matter.holds)
    return carry_on(ledger, who, changed, judgement.lines, active)


def raise_and_cure(
    ledger: Ledger, matter: Matter, raised: Sequence[NewHold], currency: str, kept: Sequence[HoldView] = ()
) -> list[Blocking]:
    """Bring the holds of an order to what judgement raises now; the ones that are active then.

    A release stands while its facts do (spec B4 rule 4). `kept` are active holds that judgement has no say in.
    """
    kept = [*kept, *(hold for hold in matter.active if hold.code in LATER and hold not in kept)]
    left = [hold for hold in matter.holds if hold not in kept and hold.code not in LATER]
    return [*kept, *settle_holds(ledger, matter.order, left, raised, currency)]


def _dates(ledger: Ledger, who: Correspondent, order_id: int, judgement: Judgement, due: datetime) -> None:
    """The deadlines of the order, moved to what the revision says."""
    desk = ledger.desk
    if who.answers:
        deadlines.put(desk.conn, desk.ids, deadlines.ANSWER, order_id, due)
        warned = answering.warned_at(who.profile, due)
        deadlines.put(desk.conn, desk.ids, deadlines.ANSWER_WARNING, order_id, warned)
    open_ = judgement.state in (OrderState.ACCEPTED, OrderState.ON_HOLD)
    day = last_day.first(judgement.lines) if open_ else None
    last_day.watch(desk, who.profile, order_id, judgement.customer, day)


def _in_words(judgement: Judgement) -> str:
    if judgement.state is OrderState.CANCELLED:
        return "the buyer cancelled the order"
    count = len(judgement.differences)
    return f"the buyer changed {count} value{'s' if count != 1 else ''}"
