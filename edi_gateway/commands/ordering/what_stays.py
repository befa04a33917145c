"""What a buyer's change leaves of ours: values that people have set, lines and stores' parts that we have ended.

Takes an order as it stands, the document that is to stand and its judgement; gives the judgement with what stays.
Called by receiving.py for every revision.
"""

from __future__ import annotations

from dataclasses import replace

from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering.answering import Correspondent
from edi_gateway.commands.ordering.carrying_on import Matter
from edi_gateway.commands.ordering.edits import Overruled, after_change
from edi_gateway.commands.ordering.judging import judge_standing
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.order import Judgement, LineState, OrderLine
from edi_gateway.orders.answering.promising import no_more
from edi_gateway.orders.judging.revision import pair_lines, same_content
from edi_gateway.orders.lifecycle import settle, stores_of
from edi_gateway.orders.parts import still_wanted
from edi_gateway.store.book import orders

_ENDED = (LineState.CANCELLED, LineState.REJECTED)


def with_what_stays(
    ledger: Ledger,
    who: Correspondent,
    matter: Matter,
    judgement: Judgement,
    revised: PurchaseOrder,
    document_id: int,
) -> Judgement:
    """The judgement of `revised`, which document `document_id` brought, with what we had set and ended before."""
    judgement = _with_edits(ledger, who, matter, judgement, revised, document_id)
    return _with_what_ended(matter, judgement, revised)


def _with_edits(
    ledger: Ledger,
    who: Correspondent,
    matter: Matter,
    judgement: Judgement,
    revised: PurchaseOrder,
    document_id: int,
) -> Judgement:
    """Lay what people have set over the new revision too, unless the buyer now says something else there: then the
    buyer's word stands, and whoever agreed on the other hears of it."""
    desk, order = ledger.desk, matter.order
    revision = order.revision + 1
    kept, overruled = after_change(
        matter.document, revised, orders.edits(desk.conn, order.id, order.revision)
    )
    ahead = orders.edits(desk.conn, order.id, revision)  # set in a document that is applied as a change
    kept = [edit for edit in kept if (edit.line, edit.field) not in {(e.line, e.field) for e in ahead}]
    orders.add_edits(desk.conn, desk.ids, order.id, revision, kept)
    kept += ahead
    about = About(document_id=document_id, order_id=order.id)
    for each in {lost.path: lost for lost in overruled}.values():
        finding = _overruled(each, order.number)
        ledger.findings([finding], document_id, order.id)
        ledger.case(NewCase(finding, order.partner, about, order.total, order.currency, order.test))
    if not kept:
        return judgement
    again = judge_standing(desk, who, order, revised, kept, test=_said_test(who, judgement))
    return replace(
        again,
        verdict=judgement.verdict,
        known_order=judgement.known_order,
        differences=judgement.differences,
        revised=judgement.revised,
    )


def _said_test(who: Correspondent, judgement: Judgement) -> bool:
    """Whether the interchange came with ISA15 T, as far as that made a difference."""
    found = {finding.code for finding in judgement.findings}
    return Code.TEST_IN_PRODUCTION in found or (who.profile.test and Code.PRODUCTION_IN_TEST not in found)


def _overruled(lost: Overruled, number: str) -> Finding:
    edit = lost.edit
    if lost.gone:
        told = "that line is not in the order any more"
    else:
        told = f"the buyer's change says {lost.theirs or 'nothing'} there, or something new beside it"
    return Finding(
        Code.VALUE_OVERRULED,
        Severity.WARNING,
        message=f"{edit.by} had set {lost.path} of {number} to {edit.now or 'nothing'}; {told}.",
        hint="The buyer's word stands. Compare it with what was agreed, and set the value again if that holds.",
        at=lost.path,
        value=edit.now,
        family=Family.CHANGE,
    )


def _with_what_ended(matter: Matter, judgement: Judgement, revised: PurchaseOrder) -> Judgement:
    """A line that we had cancelled or refused is not ordered anew by a change of something else (spec B8): only a
    change of the line itself, or of the order's dates, has it judged again. The same for a store's part, and for what
    was cut or cancelled of a line because it is not there."""
    was = matter.document
    if judgement.reject_code is not None or was.dates != revised.dates:
        return judgement
    stood = {line.line: line for line in matter.lines}
    lines = {line.line: line for line in judgement.lines}
    kept = False
    for before, after in pair_lines(was.lines, revised.lines).pairs:
        old, new = stood.get(before + 1), lines.get(after + 1)
        if old is None or new is None or not same_content(was.lines[before], revised.lines[after]):
            continue
        if old.state in _ENDED or old.cancelled_stores:
            lines[after + 1] = replace(old, line=after + 1)
        elif _is_short(old, new):
            document = revised.lines[after]
            lines[after + 1] = no_more(new, document, old.accepted_quantity, judgement.currency)
        else:
            continue
        kept = True
    if not kept:
        return judgement
    ended = {number for number, line in lines.items() if line.state in _ENDED}
    wanted = still_wanted(revised, lines.values())
    holds = tuple(
        hold
        for hold in judgement.holds
        if hold.line not in ended and (hold.store is None or hold.store in wanted)
    )
    state, settled = settle(
        tuple(lines[line.line] for line in judgement.lines),
        holds,
        ship_complete=judgement.ship_complete,
        all_or_nothing=judgement.all_or_nothing,
        stores=stores_of(revised),
    )
    return replace(judgement, lines=settled, holds=holds, state=state)


def _is_short(old: OrderLine, new: OrderLine) -> bool:
    """Whether less stands of a line than is judged now, nothing of it having changed: its rest was ended."""
    goes_on = new.state in (LineState.ACCEPTED, LineState.HELD)
    return old.state is LineState.ACCEPTED and goes_on and old.accepted_quantity < new.accepted_quantity
