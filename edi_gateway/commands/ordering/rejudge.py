"""Judge orders again that wait in the book: because master data came, a value was set, or time has passed.

Takes order ids; what is accepted stays accepted, what was on hold is brought to what judgement says now. Holds
whose cause is gone are released by themselves (spec B4 rule 6). Called by the other commands, cli and flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering import last_day
from edi_gateway.commands.ordering.answering import Correspondent
from edi_gateway.commands.ordering.carrying_on import ENDED, Matter, carry_on, made_real, open_matter
from edi_gateway.commands.ordering.judging import judge_standing
from edi_gateway.commands.ordering.receiving import raise_and_cure
from edi_gateway.model.finding import Code
from edi_gateway.model.order import HoldCode, HoldView, Judgement, LineState, NewHold, OrderLine
from edi_gateway.orders.parts import still_wanted, without_stores
from edi_gateway.store.book import holds, orders

# which holds an import may cure; the judgement decides whether it does
_WAITING_FOR: Final[dict[str, tuple[HoldCode, ...]]] = {
    "items": (
        HoldCode.ITEM_UNKNOWN,
        HoldCode.ITEM_BLOCKED,
        HoldCode.ITEM_DISCONTINUED,
        HoldCode.UOM,
        HoldCode.PACK_MULTIPLE,
        HoldCode.PRICE,
    ),
    "xrefs": (HoldCode.ITEM_UNKNOWN, HoldCode.UOM, HoldCode.PACK_MULTIPLE, HoldCode.PRICE),
    "prices": (HoldCode.PRICE, HoldCode.MIN_ORDER),
    "ship-tos": (
        HoldCode.SHIPTO_UNKNOWN,
        HoldCode.INCOMPLETE,
        HoldCode.DATE_WINDOW,
        HoldCode.TOTALS,
        HoldCode.ROUTING,
        HoldCode.ITEM_BLOCKED,
    ),
    "customers": (
        HoldCode.INCOMPLETE,
        HoldCode.CUSTOMER_STOP,
        HoldCode.TERMS,
        HoldCode.MIN_ORDER,
        HoldCode.PRICE,
    ),
}
# what judging an order by itself says nothing of: these stay until somebody decides
_DECIDED: Final = (HoldCode.DUP_PO, HoldCode.CHANGE_PENDING)


def waiting_for(desk: Desk, kind: str) -> list[int]:
    """Orders that wait for what an import of this kind (`items`, `prices` ...) may have brought."""
    codes = _WAITING_FOR.get(kind, ())
    return holds.orders_held(desk.conn, [code.value for code in codes]) if codes else []


def rejudge(desk: Desk, partners: Partners, order_ids: Iterable[int]) -> list[int]:
    """Judge these orders by the facts of now; the ids of those whose holds or state have changed.

    Orders of partners who are not published any more, and orders that have ended, are left as they are.
    """
    changed: list[int] = []
    known: dict[str, Correspondent | None] = {}
    for order_id in order_ids:
        order = orders.load(desk.conn, order_id)
        if order is None or order.state in ENDED:
            continue
        if order.partner not in known:
            profile = partners.profile(order.partner)
            known[order.partner] = (
                None
                if profile is None
                else Correspondent.of(desk.conn, profile, partners.write(order.partner, "855"))
            )
        who = known[order.partner]
        if who is None:
            continue
        matter = open_matter(desk, order_id, "Judging the order again")
        if matter.order.state not in ENDED and judge_matter(desk, who, matter):
            changed.append(order_id)
    return changed


def judge_matter(desk: Desk, who: Correspondent, matter: Matter) -> bool:
    """Judge one order that is open; whether anything came of it."""
    order = matter.order
    edits = orders.edits(desk.conn, order.id, order.revision)
    said_test = order.test and not _said_production(matter)
    if order.test and not said_test and not who.profile.test:  # its partner has gone live meanwhile
        real = made_real(desk, matter)
        if real is None:
            return False
        matter, order = real, real.order
    judgement = judge_standing(desk, who, order, matter.document, edits, test=said_test)
    ledger = Ledger(desk)
    accepted = any(line.state is LineState.ACCEPTED for line in matter.lines)
    refused = judgement.reject_code is not None and not accepted
    lines = judgement.lines if refused else _merged(matter, judgement.lines)
    decided = [hold for hold in matter.active if hold.code in _DECIDED]
    raised = () if refused else _relevant(matter, lines, judgement, accepted)
    active = raise_and_cure(ledger, matter, raised, judgement.currency, decided)
    matter = _with_header(desk, matter, judgement, accepted)
    before = {hold.hold_id for hold in matter.active}
    after = {hold.hold_id for hold in active if isinstance(hold, HoldView)}
    if [line.cancel_after for line in lines] != [line.cancel_after for line in matter.lines]:  # an extension
        last_day.watch(desk, who.profile, order.id, judgement.customer, last_day.first(lines))
    carried = carry_on(ledger, who, matter, lines, active)
    ledger.write()
    return before != after or len(after) != len(active) or carried.state is not order.state


def _said_production(matter: Matter) -> bool:
    """A test order in the book may have come with ISA15 P, from a partner who is in test."""
    return any(hold.finding_code is Code.PRODUCTION_IN_TEST for hold in matter.active)


def _merged(matter: Matter, judged: Sequence[OrderLine]) -> list[OrderLine]:
    """What is accepted, refused or cancelled stays as it was told; what is on hold is as judged now. An extension of
    the last day holds for what is accepted too."""
    fresh = {line.line: line for line in judged}
    merged = []
    for line in matter.lines:
        now = fresh.get(line.line, line)
        if line.cancelled_stores and now.state in (LineState.HELD, LineState.ACCEPTED):
            document = matter.document.lines[line.line - 1]
            now = without_stores(now, document, line.cancelled_stores, matter.order.currency)
        if line.state is LineState.ACCEPTED:
            extended = line.cancel_after is not None and line.cancel_after != now.cancel_after
            until = now.ship_until if extended else line.ship_until  # which the last day may have ended
            now = replace(line, cancel_after=now.cancel_after, ship_until=until)
        merged.append(now if line.state in (LineState.HELD, LineState.ACCEPTED) else line)
    return merged


def _relevant(
    matter: Matter, lines: Sequence[OrderLine], judgement: Judgement, accepted: bool
) -> tuple[NewHold, ...]:
    """Holds on what is still open. A commitment that we have given does not fall because time went by."""
    held = {line.line for line in matter.lines if line.state is LineState.HELD}
    standing = {(hold.code, hold.line, hold.store) for hold in matter.active}
    wanted = still_wanted(matter.document, lines)
    return tuple(
        hold
        for hold in judgement.holds
        if (hold.store is None or hold.store in wanted)
        and (
            (hold.code, hold.line, hold.store) in standing
            or (hold.line in held if hold.line is not None else not accepted)
        )
    )


def _with_header(desk: Desk, matter: Matter, judgement: Judgement, accepted: bool) -> Matter:
    """What the header says of an order of which nothing is accepted yet follows the judgement; of one that is, only
    the last day may still be moved."""
    values: dict[str, Any] = {"cancel_after": judgement.cancel_after}
    if not accepted:
        values |= {
            "customer": judgement.customer,
            "currency": judgement.currency[:3],
            "ship_to": judgement.ship_to_key and judgement.ship_to_key[:120],
            "ship_complete": judgement.ship_complete,
            "all_or_nothing": judgement.all_or_nothing,
        }
    orders.change(desk.conn, matter.order.id, **values)
    return replace(matter, order=replace(matter.order, **values))
