"""The promises of accepted orders made anew when stock, supply or the claims of others have moved (spec B7.5).

Takes orders; tells the buyer by an updated 855 what is no longer as it was told. An earlier day is always told; a later
one too, or a person is asked first, as the partner's profile says. Called by flow/fulfilment.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering.answering import Correspondent
from edi_gateway.commands.ordering.carrying_on import Matter, carry_on, open_matter
from edi_gateway.commands.ordering.promises import Asked
from edi_gateway.commands.triage.cases import About, NewCase, open_cases, resolve
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import PartKind, PartState
from edi_gateway.model.order import LineState, OrderLine, OrderState
from edi_gateway.orders.answering.promising import promise
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.judging.facts import facts_on
from edi_gateway.orders.meaning.numbers import plain, show
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book import cases, parts
from edi_gateway.store.master import facts

_PROMISE: Final = (
    "backordered_quantity",
    "backordered_to",
    "promised_ship",
    "promised_delivery",
    "answer_codes",
)
_WHAT: Final = "Promising the order anew"
_OVER: Final = (PartState.SHIPPED, PartState.CANCELLED)


def repromise(desk: Desk, partners: Partners, order_ids: Collection[int]) -> int:
    """Look again at what these orders were promised; how many of them the buyer hears of."""
    told = 0
    for order_id in sorted(order_ids):
        matter = open_matter(desk, order_id, _WHAT)
        profile = partners.profile(matter.order.partner)
        if profile is None or not profile.fulfilment.ours or matter.order.test:
            continue
        if matter.order.state is not OrderState.ACCEPTED:
            continue
        lines = _anew(desk, profile, matter)
        if lines == matter.lines:
            continue
        later = _later(matter.lines, lines)
        if later and profile.fulfilment.promise_later == "ask":
            open_cases(desk, [_case(matter, later)])
            continue
        told += 1
        ledger = Ledger(desk)
        ledger.event(order_id, "promise changed", _in_words(matter.lines, lines))
        desk.record("promise changed", f"order {matter.order.number}", what=_in_words(matter.lines, lines))
        late = [
            case.id for case in cases.open_of(desk.conn, order_id=order_id) if case.code == Code.PROMISE_LATER
        ]
        resolve(desk, late, "The buyer was told.")
        who = Correspondent.named(desk, partners, matter.order.partner, _WHAT)
        carry_on(ledger, who, matter, lines, matter.active)
        ledger.write()
    return told


def _anew(desk: Desk, profile: Profile, matter: Matter) -> tuple[OrderLine, ...]:
    """The lines with the promises of now; quantities stay, what will not come is allocation's to end."""
    order, now = matter.order, desk.clock()
    standing = parts.of_orders(desk.conn, [order.id]).get(order.id, ())
    waits = {p.line for p in standing if p.kind is PartKind.GOODS and p.state not in _OVER}
    only = {line.line for line in matter.lines if line.line in waits and line.state is LineState.ACCEPTED}
    if not only:
        return matter.lines
    skus = {
        name for line in matter.lines if line.line in only for name in (line.sku, line.substitute) if name
    }
    asked = Asked(frozenset([order.customer] if order.customer else []), frozenset(skus))
    today = local_date(now, profile.calendar)
    data = facts.read(
        desk.conn,
        profile.key,
        asked,
        today,
        stocked=True,
        own=(order.id,),
        before=(order.received_at, order.id),
    )
    if not data.shelves:
        return matter.lines
    made = promise(
        matter.document,
        [_unpromised(line) if line.line in only else line for line in matter.lines],
        facts_on(data, profile, now=now, received_at=order.received_at, production=desk.production),
        customer=data.customers.get(order.customer or ""),
        currency=order.currency,
        ship_complete=order.ship_complete,
        only=only,
        # what it waits for itself is not among what came before it
        own=[own for own in data.own.get(order.id, ()) if own.reserved or own.shipped],
    )
    return tuple(
        new if new.accepted_quantity == old.accepted_quantity and new.state is old.state else old
        for old, new in zip(matter.lines, made.lines, strict=True)
    )


def _unpromised(line: OrderLine) -> OrderLine:
    """As if nothing had been said of when it ships; a day that judgement gave (855 DR) stays."""
    return replace(line, backordered_quantity=None, backordered_to=None)


def _later(before: Sequence[OrderLine], after: Sequence[OrderLine]) -> list[tuple[OrderLine, OrderLine]]:
    """Lines of which some ships later than was told, or on no known day any more."""
    return [(old, new) for old, new in zip(before, after, strict=True) if _day(new) > _day(old)]


def _day(line: OrderLine) -> date:
    if line.backordered_quantity is None:
        return date.min
    return line.backordered_to or date.max


def _in_words(before: Sequence[OrderLine], after: Sequence[OrderLine]) -> str:
    said = [
        f"line {new.line}: {_one(new)}, it was {_one(old)}"
        for old, new in zip(before, after, strict=True)
        if any(getattr(old, name) != getattr(new, name) for name in _PROMISE)
    ]
    return "; ".join(said) + "."


def _one(line: OrderLine) -> str:
    if line.backordered_quantity is None:
        return "all of it in time"
    when = f"on {line.backordered_to}" if line.backordered_to else "on a day not known yet"
    return f"{show(plain(line.backordered_quantity))} {line.unit} {when}"


def _case(matter: Matter, later: Sequence[tuple[OrderLine, OrderLine]]) -> NewCase:
    order = matter.order
    told = "; ".join(f"line {new.line}: {_one(new)}, the buyer was told {_one(old)}" for old, new in later)
    finding = Finding(
        Code.PROMISE_LATER,
        Severity.ERROR,
        message=f"PO {order.po_number} ships later than was promised: {told}.",
        hint="Find stock elsewhere, or tell the buyer: `orders answer` sends what stands.",
        family=Family.STOCK,
    )
    return NewCase(finding, order.partner, About(order_id=order.id), order.total, order.currency, order.test)
