"""How orders would be judged and answered by two versions of a partner, by the same master data and the same stock.

Takes purchase orders as both versions read them; gives Differences: the state, the holds, what we make of the lines,
the 855 that would go. An order is judged as if it came for the first time, a change or cancellation beside the order as
it stood before; on the day on which it came and by the master data of that day. Stock and supply are those of now, of
which each order keeps what it has. Nothing is written. Called by trial.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from edi_gateway.mapping.partner import PartnerTools
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Effect, Finding
from edi_gateway.model.order import Judgement, NewHold, OrderLine, OrderState
from edi_gateway.orders.answering import answers
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.judging import standing
from edi_gateway.orders.judging.facts import Facts, facts_on, needs
from edi_gateway.orders.judging.judge import judge, judge_again
from edi_gateway.orders.judging.standing import CANCELS, CHANGES, COPIES, REPLACES
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book.stood import Stood
from edi_gateway.store.master import facts
from edi_gateway.triage.trying import difference, writing
from edi_gateway.triage.trying.difference import APPEARS, CHANGED, GONE, Difference

#: Purposes of documents that speak of another order: they are judged beside that one.
SPEAK_OF_OTHERS: Final = CANCELS | CHANGES | COPIES | REPLACES
STATES: Final = ("CANCELLED", "ACCEPTED", "ON_HOLD", "REJECTED", "VOID", "no order")
#: What becomes of a document about another order.
OUTCOMES: Final = ("cancels it", "changes it", "nothing new", "is a copy", "is an order", "waits", "refused")
WAITS: Final = "waits for what is on hold"
_OF_A_LINE: Final = tuple(
    field.name for field in fields(OrderLine) if field.name not in ("line", "buyer_line")
)
_855: Final = "855"


@dataclass(frozen=True, slots=True)
class ToJudge:
    """An order as both versions read it; None: that version makes none of it. `about` is given back. `order_id`: the
    order of the book that it made or speaks of; `stood`: that one as it stood before, for a change of it."""

    was: PurchaseOrder | None
    now: PurchaseOrder | None
    received_at: datetime
    test: bool
    about: Any
    order_id: int | None = None
    stood: Stood | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """`answer`: what the 855 would say that would go at once; a text says why none would. `outcome`: of OUTCOMES."""

    judgement: Judgement
    outcome: str
    answer: PurchaseOrderAcknowledgment | str


def speaks_of_another(one: ToJudge) -> bool:
    """Whether either version takes it for a change, a cancellation or a copy of another order."""
    return any(order is not None and order.purpose in SPEAK_OF_OTHERS for order in (one.was, one.now))


def day_of(tools: PartnerTools, received_at: datetime) -> date:
    return local_date(received_at, tools.profile.calendar)


def between(
    conn: Connection, live: PartnerTools, draft: PartnerTools, batch: Sequence[ToJudge], *, production: bool
) -> Iterator[tuple[ToJudge, list[Difference]]]:
    """What is different of each of a batch; all of them came on the same day."""
    written = _Written(live, draft)
    alike = _judge_alike(live.profile, draft.profile)
    kept = [alike and one.was is one.now for one in batch]
    old = _judged(conn, live, [one.was for one in batch], batch, production)
    asked = [None if same else one.now for one, same in zip(batch, kept, strict=True)]
    new = _judged(conn, draft, asked, batch, production)
    for one, same, was, now in zip(batch, kept, old, new, strict=True):
        if same:
            now = was
        before, after = _side(live, one, one.was, was), _side(draft, one, one.now, now)
        yield one, list(_differences(before, after, written))


def _side(
    tools: PartnerTools, one: ToJudge, order: PurchaseOrder | None, judgement: Judgement | None
) -> Judged | None:
    if order is None or judgement is None:
        return None
    return Judged(judgement, _outcome(order, judgement), _answer(tools, one, order, judgement))


def _judge_alike(was: Profile, now: Profile) -> bool:
    """Whether nothing that judging asks differs; what is left may change what is answered."""
    names = ("test", "customer", "customers_by", "policies", "customer_policies", "calendar", "fulfilment")
    return (
        all(getattr(was, name) == getattr(now, name) for name in names)
        and was.answering.rejected_without_detail == now.answering.rejected_without_detail
    )


def _judged(
    conn: Connection,
    tools: PartnerTools,
    orders: Sequence[PurchaseOrder | None],
    batch: Sequence[ToJudge],
    production: bool,
) -> list[Judgement | None]:
    there = [order for order in orders if order is not None]
    if not there:
        return [None] * len(orders)
    profile = tools.profile
    stood = [standing.read(one.stood.order) for one in batch if one.stood is not None]
    speak = any(order.purpose in SPEAK_OF_OTHERS for order in there)
    marked = {one.test or profile.test for one in batch} if speak else {False}
    asked = needs([*there, *(order for order in stood if order is not None)], profile, marked)
    first = batch[0].received_at
    stocked = profile.fulfilment.ours
    own = {one.order_id for one in batch if one.order_id is not None} if stocked else set()
    data = facts.read(conn, profile.key, asked, day_of(tools, first), stocked=stocked, own=own)
    known = facts_on(
        data, profile, now=first, production=production
    )  # what it works out serves all of the day
    return [
        None if order is None else _judge(order, _facts(known, one))
        for order, one in zip(orders, batch, strict=True)
    ]


def _judge(order: PurchaseOrder, known: Facts) -> Judgement:
    return (judge if order.purpose in SPEAK_OF_OTHERS else judge_again)(order, known)


def _facts(known: Facts, one: ToJudge) -> Facts:
    """The facts of the day for one order. What is promised to one is not taken from the next: both are in the book."""
    data = known.data
    if one.stood is not None:
        data = replace(data, known={**data.known, one.stood.business_key: (one.stood.order,)})
    return replace(
        known,
        data=data,
        now=one.received_at,
        received_at=one.received_at,
        test=one.test,
        order=one.order_id,
        _available={},
    )


def _answer(
    tools: PartnerTools, one: ToJudge, order: PurchaseOrder, judgement: Judgement
) -> PurchaseOrderAcknowledgment | str:
    """What the 855 would say, or why none goes at once."""
    profile = tools.profile
    if not profile.answering.send or profile.document(_855, "out") is None:
        return "none goes"
    outcome = _outcome(order, judgement)
    if outcome == "is a copy":
        return "none goes"
    if outcome == "nothing new":
        again = profile.policies_of(judgement.customer).duplicate_identical == "answer again"
        return "the last one goes again" if again else "none goes"
    if outcome == "waits" or answers.waits(profile, judgement.state, judgement.lines, judgement.holds):
        return WAITS
    return answers.answer(
        judgement.revised or order,
        judgement.lines,
        judgement.holds,
        profile=profile,
        order_number=None,
        today=day_of(tools, one.received_at),
        purpose="00" if judgement.revised is None else profile.answering.update_purpose,
        rejected=judgement.reject_code,
        customer=judgement.customer,
    )


def _outcome(order: PurchaseOrder, judgement: Judgement) -> str:
    """What becomes of a document, as far as another order goes: one of OUTCOMES."""
    if order.purpose not in SPEAK_OF_OTHERS or judgement.verdict in ("new", "conflict"):
        return "is an order"
    if judgement.verdict == "change":
        if judgement.revised is None:
            return "waits"
        return "cancels it" if judgement.state is OrderState.CANCELLED else "changes it"
    return {"repeat": "nothing new", "copy": "is a copy", "reject": "refused"}[judgement.verdict]


class _Written:
    """855s as both versions write them; not written at all where they say the same and are written alike."""

    def __init__(self, live: PartnerTools, draft: PartnerTools) -> None:
        self._tools = (live, draft)
        self._alike = writing.alike(live, draft, _855)

    def between(
        self, was: PurchaseOrderAcknowledgment, now: PurchaseOrderAcknowledgment
    ) -> Iterator[Difference]:
        if not self._alike or was != now:
            old, new = (
                writing.written(t, _855, each) for t, each in zip(self._tools, (was, now), strict=True)
            )
            yield from writing.differences(_855, old, new)

    def body(self, answer: PurchaseOrderAcknowledgment | str, side: int) -> str:
        if isinstance(answer, str):
            return answer
        made = writing.written(self._tools[side], _855, answer)
        return difference.cut("~".join("*".join(each) for each in made.segments or ()) or made.problem)


def _differences(was: Judged | None, now: Judged | None, written: _Written) -> Iterator[Difference]:
    yield from difference.turned("order", _state(was), _state(now), STATES)
    if was is not None and now is not None:
        yield from difference.turned("change", was.outcome, now.outcome, OUTCOMES)
        yield from difference.things("hold", was.judgement.holds, now.judgement.holds, _hold, _told_hold)
        yield from difference.findings("check", _beside(was.judgement), _beside(now.judgement))
        yield from _lines(was.judgement.lines, now.judgement.lines)
    old, new = ("no order" if each is None else each.answer for each in (was, now))
    yield from _answers(old, new, written)


def _state(judged: Judged | None) -> str:
    return "no order" if judged is None else judged.judgement.state.value


def _hold(hold: NewHold) -> str:
    return f"{hold.code.value} for {hold.finding.code.value}" + ("" if hold.line is None else ", a line")


def _told_hold(place: str, change: str, hold: NewHold) -> Difference:
    said = difference.cut(hold.finding.message)
    was, now = (said, None) if change == GONE else (None, said)
    return Difference("", place, change, was, now, change == APPEARS, said)


def _beside(judgement: Judgement) -> list[Finding]:
    """What the checks say that is no hold."""
    return [finding for finding in judgement.findings if finding.effect is not Effect.HOLD]


def _lines(was: Sequence[OrderLine], now: Sequence[OrderLine]) -> Iterator[Difference]:
    """What we understand the lines to be: item, quantities, price, dates."""
    if was == now:
        return
    if len(was) != len(now):
        yield Difference("line", "how many", CHANGED, str(len(was)), str(len(now)))
        return
    for old, new in zip(was, now, strict=True):
        for name in _OF_A_LINE:
            before, after = getattr(old, name), getattr(new, name)
            if before != after:
                change = APPEARS if before is None else GONE if after is None else CHANGED
                yield Difference("line", name, change, difference.shown(before), difference.shown(after))


def _answers(
    was: PurchaseOrderAcknowledgment | str, now: PurchaseOrderAcknowledgment | str, written: _Written
) -> Iterator[Difference]:
    if not isinstance(was, str) and not isinstance(now, str):
        yield from written.between(was, now)
        return
    old, new = (each if isinstance(each, str) else "goes at once" for each in (was, now))
    if old != new:
        bodies = written.body(was, 0), written.body(now, 1)
        yield Difference(_855, f"{old} → {new}", CHANGED, *bodies, old == "goes at once")
