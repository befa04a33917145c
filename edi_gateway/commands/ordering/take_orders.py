"""Take purchase orders into the book: judge them, book them, answer and post what is accepted. The hot path.

Takes the orders of one partner as they were read, gives what became of each. Everything is written in the
caller's transaction, in bulk. Called by flow/taking/batch.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from edi_gateway.commands.desk import Desk, WriteDocument
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering import answering, last_day, posting, receiving
from edi_gateway.commands.ordering.answering import Answerable, Correspondent
from edi_gateway.commands.ordering.carrying_on import total, window
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Effect, Finding, Severity
from edi_gateway.model.master_data import MasterData
from edi_gateway.model.order import Judgement, OrderState
from edi_gateway.orders.answering import answers
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.judging import standing
from edi_gateway.orders.judging.facts import Facts, facts_on, needs
from edi_gateway.orders.judging.identity import blanket_key, business_key, content_hash, snapshot
from edi_gateway.orders.judging.judge import judge
from edi_gateway.partners.profile import Profile
from edi_gateway.store import deadlines
from edi_gateway.store.book import orders
from edi_gateway.store.ids import order_number
from edi_gateway.store.master import facts, master_data

_LIVE = (OrderState.ON_HOLD, OrderState.ACCEPTED)
_CHANGING = standing.CHANGES | standing.CANCELS | standing.REPLACES


@dataclass(frozen=True, slots=True)
class Incoming:
    """A purchase order as read. `test`: ISA15 T. `set_findings`: what the check of its set found."""

    order: PurchaseOrder
    document_id: int
    test: bool
    set_findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one. `verdict` of model.order.Judgement; `order_id` of the order that it made or that it
    speaks of, None for a mere copy; `state` of that order."""

    order_id: int | None
    business_key: str
    verdict: str
    state: OrderState | None


def take_orders(
    desk: Desk,
    profile: Profile,
    incoming: Sequence[Incoming],
    write_answer: WriteDocument,
    received_at: datetime,
) -> list[Taken]:
    """Judge and book a batch of one partner's orders, in their order. The same PO twice in it is seen as such.

    An order that another worker books at the same time is judged again, as a repetition of that one.
    """
    master_data.keep_still(desk.conn)
    who = Correspondent.of(desk.conn, profile, write_answer)
    done: dict[int, Taken] = {}
    pending = list(range(len(incoming)))
    keys = [_keys(each, profile) for each in incoming]
    while pending:
        wave, pending = _first_of_each(pending, keys)
        taken = _Wave(desk, who, received_at, [incoming[n] for n in wave], [keys[n][0] for n in wave]).take()
        for n, each in zip(wave, taken, strict=True):
            if each is None:
                pending.append(n)  # lost to another worker: its order is in the book now
            else:
                done[n] = each
        pending.sort()
    return [done[n] for n in range(len(incoming))]


def _keys(came: Incoming, profile: Profile) -> tuple[str, ...]:
    """The order's business key, and the key of the blanket that it draws on: what one order does to another."""
    test = came.test or profile.test
    blanket = blanket_key(came.order, profile, test=test)
    key = business_key(came.order, profile, test=test)
    return (key,) if blanket is None else (key, blanket)


def _first_of_each(pending: Sequence[int], keys: Sequence[tuple[str, ...]]) -> tuple[list[int], list[int]]:
    """Those that touch nothing that an earlier one of them touches, and the rest."""
    touched: set[str] = set()
    wave: list[int] = []
    rest: list[int] = []
    for n in pending:
        (rest if touched.intersection(keys[n]) else wave).append(n)
        touched.update(keys[n])
    return wave, rest


class _Wave:
    """Orders that have nothing to do with each other, judged on the same facts and written together."""

    def __init__(
        self, desk: Desk, who: Correspondent, received_at: datetime, incoming: list[Incoming], keys: list[str]
    ) -> None:
        self.desk = desk
        self.who = who
        self.profile = who.profile
        self.received_at = received_at
        self.incoming = incoming
        self.keys = keys
        self.ledger = Ledger(desk)
        self.due_at = answering.due_at(who.profile, received_at)

    def take(self) -> list[Taken | None]:
        """What became of each; None for one that another worker was quicker with."""
        facts_of = self._facts()
        judged = [judge(each.order, facts_of(each.test)) for each in self.incoming]
        ids = self.desk.ids.block(len(judged))
        claims = {
            key: order_id
            for key, order_id, judgement in zip(self.keys, ids, judged, strict=True)
            if judgement.verdict == "new" and judgement.state in _LIVE
        }
        won = orders.claim(self.desk.conn, claims)
        known = receiving.lock_known(self.desk, judged, facts_of(False))
        results: list[Taken | None] = []
        for each, key, order_id, judgement in zip(self.incoming, self.keys, ids, judged, strict=True):
            if key in claims and key not in won:
                results.append(None)
            elif judgement.known_order is not None and judgement.verdict in ("repeat", "change"):
                before = known.get(judgement.known_order)
                if before is None:
                    results.append(None)  # it changed since we read it
                    continue
                order = receiving.receive(self.ledger, self.who, each, judgement, before, self.received_at)
                results.append(Taken(order.id, key, judgement.verdict, order.state))
            elif judgement.verdict == "copy":
                self.ledger.findings(judgement.findings, each.document_id, None)
                results.append(Taken(None, key, "copy", None))
            else:
                state = self._book(each, key, order_id, judgement)
                results.append(Taken(order_id, key, judgement.verdict, state))
        self.ledger.write()
        return results

    def _facts(self) -> Callable[[bool], Facts]:
        """The facts of the wave, for interchanges with ISA15 T or without."""
        now = self.ledger.now
        today = local_date(now, self.profile.calendar)
        came = [each.order for each in self.incoming]
        marked = {each.test or self.profile.test for each in self.incoming}
        stocked = self.profile.fulfilment.ours
        asked = needs(came, self.profile, marked)
        data = facts.read(self.desk.conn, self.profile.key, asked, today, stocked=stocked)
        changed = self._changed(data)
        if changed:  # what stands speaks of items that the change does not name
            asked = needs([*came, *changed], self.profile, marked)
            data = facts.read(self.desk.conn, self.profile.key, asked, today, stocked=stocked)
        real = facts_on(
            data, self.profile, now=now, received_at=self.received_at, production=self.desk.production
        )
        test = replace(real, test=True)
        return lambda said: test if said else real

    def _changed(self, data: MasterData) -> list[PurchaseOrder]:
        """The documents that stand and that this wave changes or cancels."""
        wanted = {
            key
            for each, key in zip(self.incoming, self.keys, strict=True)
            if each.order.purpose in _CHANGING and key in data.known
        }
        documents = [standing.read(known) for key in sorted(wanted) for known in data.known[key]]
        return [document for document in documents if document is not None]

    def _book(self, each: Incoming, key: str, order_id: int, judgement: Judgement) -> OrderState:
        """A new order: its rows, what it is answered, where it is posted."""
        ledger, order, profile = self.ledger, each.order, self.profile
        number, text = order_number(order_id), snapshot(order)
        test = each.test or profile.test
        state = judgement.state
        answer_state = answering.DUE if self.who.answers else answering.NONE
        header = {
            "id": order_id,
            "number": number,
            "partner": profile.key,
            "customer": judgement.customer,
            "business_key": key,
            "po_number": order.po_number[:30],
            "release_number": order.release_number and order.release_number[:40],
            "revision": 1,
            "state": state,
            "type": order.type[:2],
            "currency": judgement.currency[:3],
            "ordered_on": order.ordered_on,
            "ship_to": judgement.ship_to_key and judgement.ship_to_key[:120],
            "cancel_after": judgement.cancel_after,
            "total": total(judgement.lines),
            "lines": len(judgement.lines),
            "ship_complete": judgement.ship_complete,
            "all_or_nothing": judgement.all_or_nothing,
            "test": test,
            "received_at": self.received_at,
            "updated_at": ledger.now,
            "document_id": each.document_id,
            "content_hash": content_hash(order, text),
            "snapshot": text,
            "reject_code": judgement.reject_code,
            "answer_due_at": self.due_at if self.who.answers else None,
            "void_reason": None,
            **window(judgement.lines),
        }
        ledger.revision(order_id, 1, each.document_id)
        ledger.event(order_id, "received", _received(each, judgement), each.document_id)
        ledger.findings(judgement.findings, each.document_id, order_id)
        for hold in judgement.holds:
            ledger.hold(hold, order_id, profile.key, each.document_id, judgement.currency, test=test)
        for finding in judgement.findings:
            if finding.code is Code.SHIP_TO_DIFFERS:  # one task, whichever orders say so (D21)
                ledger.case(NewCase(finding, profile.key, About(), test=test))
        if judgement.verdict == "reject":
            self._refused(each, order_id, judgement, test)
        if self.who.answers:
            answer_state = self._answer(each, order_id, number, judgement, test)
        if state in _LIVE and judgement.cancel_after is not None:
            day = last_day.first(judgement.lines)
            for kind, due in last_day.dates(profile, judgement.customer, day):
                ledger.deadline(kind, order_id, due)
        if state is OrderState.ACCEPTED and posting.wanted(profile, test):
            content = posting.payload(1, header, judgement.lines, order, judgement.holds)
            posting.post(ledger, profile, order_id, number, 1, content)
        if state is OrderState.ACCEPTED and profile.fulfilment.ours:
            ledger.plan(order_id)
        header["answer_state"] = answer_state
        ledger.order(tuple(header[name] for name in orders.ORDER_COLUMNS), judgement.lines)
        self.desk.record(
            "order booked",
            f"order {number}",
            po=order.po_number,
            partner=profile.key,
            document=each.document_id,
            content=header["content_hash"],
            verdict=judgement.verdict,
            state=state.value,
        )
        return state

    def _answer(self, each: Incoming, order_id: int, number: str, judgement: Judgement, test: bool) -> str:
        """Answer at once, unless the partner's habit is to wait for what is on hold."""
        if not answers.waits(self.profile, judgement.state, judgement.lines, judgement.holds):
            order = Answerable(
                order_id=order_id,
                number=number,
                partner=self.profile.key,
                customer=judgement.customer,
                document=each.order,
                document_id=each.document_id,
                lines=judgement.lines,
                holds=judgement.holds,
                rejected=judgement.reject_code,
                test=test,
                state=judgement.state,
                currency=judgement.currency[:3],
                due_at=self.due_at,
            )
            said = answering.compose(self.who, order, self.ledger.now)
            state = answering.send(self.ledger, self.who, order, said)
            if state != answering.DUE:
                return state
        self.ledger.deadline(deadlines.ANSWER, order_id, self.due_at)
        self.ledger.deadline(
            deadlines.ANSWER_WARNING, order_id, answering.warned_at(self.profile, self.due_at)
        )
        return answering.DUE

    def _refused(self, each: Incoming, order_id: int, judgement: Judgement, test: bool) -> None:
        """An order that is refused as a whole is worth a look, even if policy did it."""
        about = About(document_id=each.document_id, order_id=order_id)
        for finding in judgement.findings:
            if finding.severity is Severity.ERROR and finding.effect in (
                Effect.REJECT_ORDER,
                Effect.REJECT_LINE,
            ):
                amount = sum((line.amount for line in judgement.lines if line.amount), Decimal(0))
                self.ledger.case(NewCase(finding, self.profile.key, about, amount, judgement.currency, test))
                return


def _received(each: Incoming, judgement: Judgement) -> str:
    order = each.order
    words = {
        OrderState.ACCEPTED: "accepted",
        OrderState.ON_HOLD: "on hold",
        OrderState.REJECTED: "refused",
    }
    lines, held, found = len(order.lines), len(judgement.holds), len(each.set_findings)
    state = words.get(judgement.state, "")
    text = f"PO {order.po_number} received, {lines} line{'s' * (lines != 1)}: {state}"
    if held:
        text += f", {held} hold{'s' if held > 1 else ''}"
    if found:
        text += f"; the check of the set found {found} thing{'s' * (found != 1)}"
    return text + "."
