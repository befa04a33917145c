"""What went before, as the buyer reads it: what was acknowledged of each line, what has shipped, which line is meant.

Takes an OrderStory; called by the records and rules of this room.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.documents.acknowledgment import Answer, AnsweredLine
from edi_gateway.model.documents.purchase_order import Line
from edi_gateway.model.documents.shared import ItemId
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Part, PartKind, PartState
from edi_gateway.model.order import LineState, OrderLine
from edi_gateway.model.story import OrderStory
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane

# DE668 as buyers read them (spec B5.1); of a backorder the buyer still expects the goods
ACCEPTING: Final = frozenset({"IA", "AA", "AC", "AR", "BP", "DR", "IB", "IC", "IE", "IP", "IQ", "IS", "SP"})
HOLDING: Final = frozenset({"IH", "IF", "IW"})
WITHOUT_DETAIL: Final = frozenset({"AK", "AT"})  # BAK02: accepted, no lines sent
REFUSED: Final = frozenset({"RJ", "RD", "RF", "RO", "RV", "RN"})  # BAK02


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What the last 855 says of a line. `quantity` accepted, in the buyer's unit; `substitutes`: item ids told with it;
    `ship_by`, `deliver_by`: days that we have promised."""

    quantity: Decimal
    price: Decimal | None
    substitutes: tuple[ItemId, ...] = ()
    ship_by: date | None = None
    deliver_by: date | None = None


_SHIP_DATES: Final = frozenset({"068", "079", "010", "011", "038"})


def acknowledged(story: OrderStory) -> dict[int, Acknowledged]:
    """By line, what the buyer was last told; where it gets no 855s, what our book has accepted."""
    if not story.answers:
        return {
            line.line: Acknowledged(line.accepted_quantity, line.price)
            for line in story.lines
            if line.state is LineState.ACCEPTED
        }
    last = story.answers[-1]
    if not last.lines:
        accepted = last.type in WITHOUT_DETAIL
        return {
            n: Acknowledged((line.quantity or ZERO) if accepted else ZERO, line.price)
            for n, line in enumerate(story.ordered.lines, 1)
        }
    theirs = story.ordered.lines
    return {
        told.line: _told(told, theirs[told.line - 1]) for told in last.lines if 0 < told.line <= len(theirs)
    }


def _told(told: AnsweredLine, line: Line) -> Acknowledged:
    said = Acknowledged(accepted(told, line), told_price(told))
    for answer in told.answers:
        if answer.status not in ACCEPTING:
            continue
        if answer.ids:
            said = replace(said, substitutes=(*said.substitutes, *answer.ids))
        if answer.on is not None and answer.date_qualifier in _SHIP_DATES:
            said = replace(said, ship_by=max(answer.on, said.ship_by or answer.on))
        elif answer.on is not None:
            said = replace(said, deliver_by=max(answer.on, said.deliver_by or answer.on))
    return said


def is_ship_date(answer: Answer) -> bool:
    """Whether the date of an ACK is a day on which we ship; else the goods arrive then."""
    return answer.date_qualifier in _SHIP_DATES


def accepted(told: AnsweredLine, line: Line) -> Decimal:
    """How many of the line an 855 accepts; an ACK without a quantity is about all of it."""
    total = ZERO
    for answer in told.answers:
        if answer.status in ACCEPTING:
            quantity = answer.quantity if answer.quantity is not None else line.quantity
            if quantity is not None and is_sane(quantity):
                total = EXACT.add(total, quantity)
    return total


def told_price(told: AnsweredLine) -> Decimal | None:
    """The acknowledged price: a contract price in CTP where one stands (profile price_change_in), else PO104."""
    for quoted in told.quoted_prices:
        if quoted.kind == "CON" and quoted.price is not None:
            return quoted.price
    return told.price


def shipped(parts: Iterable[Part], kinds: Collection[PartKind] = tuple(PartKind)) -> dict[int, Decimal]:
    """By line, what has left (of these kinds), in the buyer's unit."""
    found: dict[int, Decimal] = {}
    for part in parts:
        if part.state is PartState.SHIPPED and part.kind in kinds:
            found[part.line] = EXACT.add(found.get(part.line, ZERO), part.quantity)
    return found


def with_tolerance(quantity: Decimal, percent: Decimal) -> Decimal:
    """The most that may ship of so many."""
    return EXACT.divide(EXACT.multiply(quantity, 100 + percent), Decimal(100)) if percent else quantity


def worth(line: OrderLine | None, quantity: Decimal) -> Decimal:
    """What so many of a line come to, as a share of what all of it does."""
    if line is None or line.amount is None or line.accepted_quantity <= 0:
        return ZERO
    return EXACT.divide(EXACT.multiply(line.amount, quantity), line.accepted_quantity)


def line_numbers(
    story: OrderStory, buyer_line: str | None, ids: Sequence[ItemId], said: Mapping[int, Acknowledged]
) -> tuple[int, ...]:
    """The lines of the order that a buyer takes these words for; none where it finds none.

    Its own line id decides; where it gave none, or gave one twice, the item does (D17, D18).
    """
    lines = story.ordered.lines
    named = [n for n, line in enumerate(lines, 1) if buyer_line is not None and line.buyer_line == buyer_line]
    if len(named) == 1:
        return (named[0],)
    candidates = named or ([] if buyer_line is not None else range(1, len(lines) + 1))
    return tuple(n for n in candidates if same_item(ids, lines[n - 1], said.get(n)))


def same_item(ids: Collection[ItemId], line: Line, told: Acknowledged | None) -> bool:
    """Whether these ids name the item of the line, or what we said goes instead of it."""
    known = {(i.qualifier, i.value) for i in line.ids}
    if told is not None:
        known |= {(i.qualifier, i.value) for i in told.substitutes}
    return any((i.qualifier, i.value) in known for i in ids)


def per_unit(line: OrderLine, count: int, basis_unit: str | None) -> Fraction | None:
    """How many priced units one ordered unit is, by the base quantity of the line; None: not known."""
    if basis_unit is None or basis_unit == line.unit:
        return Fraction(1, count)
    if basis_unit == line.base_unit and line.base_quantity is not None and line.accepted_quantity > 0:
        return Fraction(line.base_quantity) / Fraction(line.accepted_quantity) / count
    return None


def breach(at: str, message: str, hint: str, value: object = None) -> Finding:
    """What a rule yields. Which rule, how grave and what it costs, judging.py adds."""
    said = None if value is None else str(value)
    return Finding(Code.GATE_BREACH, Severity.ERROR, message, hint, at=at, value=said, family=Family.DOCS)
