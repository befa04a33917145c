"""The judgement of an order of the book by the facts of now, with what people set in it laid over.

Takes the document as the buyer sent it and the edits; gives a Judgement. What nothing but an edit sets right waits
for a second person (spec B4 rule 5, S39). Called by rejudge.py and receiving.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from edi_gateway.commands.desk import Desk
from edi_gateway.commands.ordering.answering import Correspondent
from edi_gateway.commands.ordering.edits import SKU, laid_over
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.order import Judgement, NewHold
from edi_gateway.orders import holds
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.judging.facts import facts_on, needs
from edi_gateway.orders.judging.identity import blanket_key
from edi_gateway.orders.judging.judge import judge_again
from edi_gateway.store.book.orders import Edit, StoredOrder
from edi_gateway.store.master import facts

_Judge = Callable[[Sequence[Edit], datetime], Judgement]


def judge_standing(
    desk: Desk,
    who: Correspondent,
    order: StoredOrder,
    document: PurchaseOrder,
    edits: Sequence[Edit],
    *,
    test: bool,
) -> Judgement:
    """`document` is what the buyer said last, `edits` what people have set in it; `test`: it came with ISA15 T."""
    now = desk.clock()
    laid, _ = laid_over(document, edits)
    asked = needs([document, laid], who.profile, {test or who.profile.test})
    asked = replace(asked, skus=asked.skus | {edit.now for edit in edits if edit.field == SKU and edit.now})
    data = facts.read(
        desk.conn,
        who.profile.key,
        asked,
        local_date(now, who.profile.calendar),
        but=order.id if blanket_key(document, who.profile) else None,
        stocked=who.profile.fulfilment.ours,
        own=(order.id,),
    )

    def judged(laid_on: Sequence[Edit], at: datetime) -> Judgement:
        changed, items = laid_over(document, laid_on)
        known = facts_on(
            data,
            who.profile,
            now=at,
            received_at=order.received_at,
            test=test,
            production=desk.production,
            order=order.id,
        )
        return judge_again(changed, known, items)

    judgement = judged(edits, now)
    if not edits or judgement.reject_code is not None:
        return judgement
    return replace(judgement, holds=(*judgement.holds, *_unseconded(judgement, edits, judged)))


def _unseconded(judgement: Judgement, edits: Sequence[Edit], judged: _Judge) -> tuple[NewHold, ...]:
    """The holds that would stand but for an edit: of all of them together, and of each value that was set.

    Asked as of the moment of the edit: a day that has passed since is not what the edit was about.
    """
    places = list(dict.fromkeys((edit.line, edit.field) for edit in edits))
    stand = {(hold.code, hold.line, hold.store) for hold in judgement.holds}
    found: dict[tuple[object, ...], NewHold] = {}
    for gone in [places, *([place] for place in places if len(places) > 1)]:
        left = [edit for edit in edits if (edit.line, edit.field) not in gone]
        taken = [edit for edit in edits if (edit.line, edit.field) in gone]
        at = (min if gone is places else max)(edit.at for edit in taken)
        for hold in judged(left, at).holds:
            key = (hold.code, hold.line, hold.store)
            by = [edit for edit in taken if holds.speaks_of(hold, for_holds(edit))]
            if by and holds.RULES[hold.code].roles and key not in stand:
                found.setdefault(key, _for_a_second_person(hold, by, judgement))
    return tuple(found.values())


def for_holds(edit: Edit) -> holds.Edit:
    """An edit as far as segregation goes."""
    return holds.Edit(edit.line, edit.field.split(".")[0], edit.by)


def _for_a_second_person(hold: NewHold, by: Sequence[Edit], judgement: Judgement) -> NewHold:
    last = {(edit.line, edit.field): edit for edit in by}.values()
    told = ", ".join(f"{edit.by} set {edit.field} to {edit.now or 'nothing'}" for edit in last)
    people = " and ".join(sorted({edit.by for edit in by}))
    finding = replace(
        hold.finding,
        message=f"{told}; without that: {hold.finding.message}",
        hint=f"Somebody other than {people} agrees and releases the hold, or the value is set back.",
    )
    amounts = [hold.amount, _amount(hold, judgement)]
    return replace(
        hold,
        finding=finding,
        fingerprint=f"{hold.fingerprint}; {told}",
        amount=max((amount for amount in amounts if amount is not None), default=None),
    )


def _amount(hold: NewHold, judgement: Judgement) -> Decimal | None:
    if hold.line is None:
        return judgement.total
    return next((line.amount for line in judgement.lines if line.line == hold.line), None)
