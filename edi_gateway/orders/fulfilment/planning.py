"""Which parts an order should have, held against the parts that it has (spec B3.3, B8, D7, D10).

Takes lines as they stand and the parts of the order; gives what is to be added, cancelled and dated anew, and what is
too late to cancel because the warehouse has it. Called by commands/allocation/planning.py after every change of an
order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.fulfilment import AT_WAREHOUSE, Backorder, Part, PartKind, PartState
from edi_gateway.model.order import LineState, OrderLine
from edi_gateway.orders.fulfilment.sharing import fair
from edi_gateway.orders.judging.identity import shares_of
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, plain, six_places

# from what nobody has touched to what stands ready: what is cancelled goes in this order
_CANCELLABLE: Final = (PartState.BACKORDERED, PartState.OPEN, PartState.ALLOCATED)
_GONE: Final = (LineState.CANCELLED, LineState.REJECTED, LineState.INFORMATION)
Key = tuple[int, str | None, PartKind]  # line, store, kind


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part to be added, OPEN."""

    line: int
    store: str | None
    kind: PartKind
    sku: str
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    completion: Backorder
    whole: bool
    ship_from: date | None
    ship_until: date | None
    cancel_after: date | None
    promised: date | None


@dataclass(frozen=True, slots=True)
class Cut:
    """`quantity` of a part, in its unit, is not wanted any more; all of it when that is its quantity."""

    part: Part
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """`redated`: parts that wait or lie ready whose dates have changed, by their line. `stuck`: cuts that the
    warehouse would have to agree to, for the goods are with it (spec B8); nothing is done about them here."""

    add: tuple[NewPart, ...]
    cut: tuple[Cut, ...]
    redated: tuple[tuple[Part, OrderLine], ...]
    stuck: tuple[Cut, ...]

    @property
    def empty(self) -> bool:
        return not (self.add or self.cut or self.redated)


@dataclass(frozen=True, slots=True)
class LineRule:
    """What holds for one line: what happens when stock is short, whether only whole units go, and whether stores share
    what was accepted, where they want more, or the first come first."""

    completion: Backorder = "backorder"
    whole: bool = True
    fair: bool = True


def plan(
    document: PurchaseOrder,
    lines: Sequence[OrderLine],
    parts: Sequence[Part],
    rules: Mapping[int, LineRule],
    waiting_stores: Collection[str] = (),
) -> Plan:
    """What makes the parts of an order what its lines say. `waiting_stores`: places on hold; theirs comes later.

    A line on hold keeps what it has: a hold stops steps, it ends nothing.
    """
    have: dict[Key, list[Part]] = {}
    for part in parts:
        if part.state is not PartState.CANCELLED and part.kind is not PartKind.OVER:
            have.setdefault((part.line, part.store, part.kind), []).append(part)
    add: list[NewPart] = []
    cut: list[Cut] = []
    stuck: list[Cut] = []
    redated: list[tuple[Part, OrderLine]] = []
    frozen: set[int] = set()
    for line in lines:
        if line.state is LineState.HELD:
            frozen.add(line.line)
            continue
        wanted = _wanted(document, line, waiting_stores, have, rules.get(line.line, LineRule()))
        for key, quantity in wanted.items():
            mine = have.pop(key, [])
            sku = line.substitute or line.sku
            other = [part for part in mine if part.sku != sku]
            mine = [part for part in mine if part.sku == sku]
            _cut(other, sum((part.quantity for part in other), ZERO), cut, stuck)
            # until the warehouse has given it back it counts, and what has left of the item that is substituted now
            kept = sum((part.quantity for part in other if _still_counts(part, line)), ZERO)
            standing = EXACT.add(sum((part.quantity for part in mine), ZERO), kept)
            if standing < quantity and sku is not None and line.unit is not None:
                more = EXACT.subtract(quantity, standing)
                add.append(_new(line, key, sku, line.unit, plain(more), rules.get(line.line, LineRule())))
            elif standing > quantity:
                _cut(mine, EXACT.subtract(standing, quantity), cut, stuck)
            gone = {c.part.id for c in cut if c.quantity == c.part.quantity}
            redated += [(part, line) for part in mine if part.id not in gone and _moved(part, line)]
    for (number, _, _), mine in have.items():  # of lines, stores or free goods that are wanted no more
        if number not in frozen:
            _cut(mine, sum((part.quantity for part in mine), ZERO), cut, stuck)
    return Plan(tuple(add), tuple(cut), tuple(redated), tuple(stuck))


def _wanted(
    document: PurchaseOrder,
    line: OrderLine,
    waiting_stores: Collection[str],
    have: Mapping[Key, Sequence[Part]],
    rule: LineRule,
) -> dict[Key, Decimal]:
    """How much of a line goes where, in the buyer's unit."""
    if line.state in _GONE or line.accepted_quantity <= 0 or line.base_quantity is None:
        return {}
    shares: dict[str, Decimal] = {}
    for share in shares_of(document.lines[line.line - 1]):
        if share.key in line.cancelled_stores or share.quantity is None or not is_sane(share.quantity):
            continue
        if share.quantity > 0:
            shares[share.key] = EXACT.add(shares.get(share.key, ZERO), share.quantity)
    given = _given(line, shares, have, rule)
    wanted: dict[Key, Decimal] = {}
    for store, quantity in given.items():
        key = (line.line, store, PartKind.GOODS)
        if quantity > 0 and (store not in waiting_stores or key in have):
            wanted[key] = quantity
    left = EXACT.subtract(line.accepted_quantity, sum(given.values(), ZERO))
    if left > 0:
        wanted[line.line, None, PartKind.GOODS] = left
    if line.free_quantity is not None and line.free_quantity > 0:
        wanted[line.line, None, PartKind.FREE] = line.free_quantity
    return wanted


def _given(
    line: OrderLine, shares: Mapping[str, Decimal], have: Mapping[Key, Sequence[Part]], rule: LineRule
) -> dict[str, Decimal]:
    """What each store gets. What was accepted is the law, even where the shares come to more: a rest was cancelled,
    and then who has something keeps it, first what has gone to the warehouse; what nobody has yet is shared."""
    given = dict.fromkeys(shares, ZERO)
    left = line.accepted_quantity
    for counts in (_fixed, _standing):
        for store, share in shares.items():
            mine = have.get((line.line, store, PartKind.GOODS), ())
            more = EXACT.subtract(min(share, sum(map(counts, mine), ZERO)), given[store])
            more = min(more, left)
            if more > 0:
                given[store] = EXACT.add(given[store], more)
                left = EXACT.subtract(left, more)
    lacking = [EXACT.subtract(share, given[store]) for store, share in shares.items()]
    if rule.fair:
        more_of = fair(lacking, Fraction(left), whole=rule.whole)
    else:
        more_of = [
            min(each, max(ZERO, EXACT.subtract(left, sum(lacking[:n], ZERO))))
            for n, each in enumerate(lacking)
        ]
    return {store: EXACT.add(given[store], more) for store, more in zip(shares, more_of, strict=True)}


def _fixed(part: Part) -> Decimal:
    return ZERO if part.state in _CANCELLABLE else part.quantity


def _standing(part: Part) -> Decimal:
    return part.quantity


def _new(line: OrderLine, key: Key, sku: str, unit: str, quantity: Decimal, rule: LineRule) -> NewPart:
    assert line.base_quantity is not None  # _wanted asks
    per = Fraction(line.base_quantity) / Fraction(line.accepted_quantity)
    return NewPart(
        line=line.line,
        store=key[1],
        kind=key[2],
        sku=sku,
        quantity=quantity,
        unit=unit,
        base_quantity=six_places(Fraction(quantity) * per),
        completion=rule.completion,
        whole=rule.whole,
        ship_from=line.ship_from,
        ship_until=line.ship_until,
        cancel_after=line.cancel_after,
        promised=line.promised_ship,
    )


def _cut(parts: Iterable[Part], quantity: Decimal, cut: list[Cut], stuck: list[Cut]) -> None:
    """Take so much off these parts, the least advanced first; what has shipped stays shipped."""
    left = quantity
    live = [part for part in parts if part.state is not PartState.SHIPPED]
    for part in sorted(live, key=lambda p: (_stage(p), -p.id)):
        if left <= 0:
            return
        taken = min(part.quantity, left)
        left = EXACT.subtract(left, taken)
        (cut if part.state in _CANCELLABLE else stuck).append(Cut(part, taken))


def _stage(part: Part) -> int:
    return _CANCELLABLE.index(part.state) if part.state in _CANCELLABLE else len(_CANCELLABLE)


def _still_counts(part: Part, line: OrderLine) -> bool:
    """Of a part of another item than goes now: whether it stands for some of what the line wants."""
    if part.state is PartState.SHIPPED:
        return part.sku == line.sku
    return part.state not in _CANCELLABLE


def _moved(part: Part, line: OrderLine) -> bool:
    """Whether a part bears other dates than its line; of one that the warehouse has, only the last day counts: an
    extension holds for it too (D24)."""
    if part.state in AT_WAREHOUSE:
        return part.cancel_after != line.cancel_after
    if part.state not in _CANCELLABLE:
        return False
    mine = (part.ship_from, part.ship_until, part.cancel_after, part.promised)
    return mine != (line.ship_from, line.ship_until, line.cancel_after, line.promised_ship)


def split(part: Part, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """The base quantities of `quantity` of a part and of its rest; together exactly what the part has."""
    if quantity >= part.quantity:
        return part.base_quantity, ZERO
    piece = six_places(Fraction(part.base_quantity) * Fraction(quantity) / Fraction(part.quantity))
    return piece, EXACT.subtract(part.base_quantity, piece)
