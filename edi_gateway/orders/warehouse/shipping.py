"""What a ship confirm makes of the parts of a release: shipped, over, and what becomes of the rest (spec B3.3, D27).

Takes parts and what is said to have left; gives parts as they are then. No quantity is lost and none is invented: for
every part, shipped + rest = what it was. What left beyond it is of what else waits of its line, and beyond that an OVER
part: all that left is in the books. Pure. Called by commands/shipping/confirming.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Final, Literal

from edi_gateway.model.fulfilment import AT_WAREHOUSE, Confirmed, Part, PartKind, PartState
from edi_gateway.orders.fulfilment.planning import Cut, split
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, plain, show, six_places

Rest = Literal["backorder", "cancel", "later", "return"]
SHORT_PICK: Final = "SHORT_PICK"  # reason of what the warehouse did not ship
_ONE: Final = Decimal(1)
_MOST: Final = 10  # times what was asked for: more is a slip of the pen, or counted in another unit


@dataclass(frozen=True, slots=True)
class Left:
    """So much of a part did not ship, in its unit and in base units, and what becomes of it."""

    part: Part
    quantity: Decimal
    base_quantity: Decimal
    rest: Rest


@dataclass(frozen=True, slots=True)
class Early:
    """So much left with a part of a release that was asked for less; it is of `part` (as it was), which waited."""

    part: Part
    quantity: Decimal
    base_quantity: Decimal


@dataclass(frozen=True, slots=True)
class Applied:
    """`changed`: rows that are there, as they are then; `new`: rows to be added. `shipped`: of each part of the
    release its pieces that left, the part itself first; `unbound`: of each, how many base units were set aside for
    that, which of weighed goods are not those that left. `early`: what was still to be asked for. `excess`: what is
    beyond what the buyer bears."""

    changed: tuple[Part, ...]
    new: tuple[Part, ...]
    shipped: Mapping[int, tuple[Part, ...]]
    left: tuple[Left, ...]
    unbound: Mapping[int, Decimal]
    early: tuple[Early, ...]
    excess: tuple[Cut, ...]

    @property
    def pieces(self) -> list[Part]:
        """All that left, in the order of lines."""
        return sorted((p for mine in self.shipped.values() for p in mine), key=lambda p: p.rank)


def ship(
    parts: Sequence[Part],
    confirmed: Sequence[Confirmed],
    *,
    rest: str | None,
    over: Mapping[tuple[int, int], Decimal],
    shipment_id: int,
    now: datetime,
    new_id: Callable[[], int],
    waiting: Sequence[Part] = (),
) -> Applied:
    """`over`: how much of a line (order, line) may still go beyond what was ordered, in the buyer's unit. `waiting`:
    what of these orders no warehouse was asked for yet.

    A part that nobody speaks of did not ship. Parts that are not with the warehouse are left alone.
    """
    said = {each.part_id: each for each in confirmed}
    rows = _Rows(new_id)
    more = _More(rows, dict(over), list(waiting))
    shipped: dict[int, tuple[Part, ...]] = {}
    left: list[Left] = []
    unbound: dict[int, Decimal] = {}
    for part in sorted(parts, key=lambda p: p.rank):
        if part.state not in AT_WAREHOUSE:
            continue
        told = said.get(part.id, Confirmed(part.id, ZERO))
        gone = min(told.quantity, part.quantity)
        missing = EXACT.subtract(part.quantity, gone)
        becomes = _rest(part, told.rest or rest)
        base, base_left = split(part, gone) if gone > 0 else (ZERO, part.base_quantity)
        if missing > 0:
            left.append(Left(part, plain(missing), base_left, becomes))
        if gone <= 0:
            if becomes != "later":
                rows.change(_as_rest(part, becomes, now))
            continue
        if missing > 0:
            remainder = replace(part, quantity=plain(missing), base_quantity=base_left)
            rows.add(remainder if becomes == "later" else _as_rest(remainder, becomes, now))
        unbound[part.id] = base
        first = replace(part, quantity=plain(gone), base_quantity=base)
        pieces = [first, *more.than(part, EXACT.subtract(told.quantity, gone))]
        pieces = [_shipped(piece, shipment_id, now) for piece in _weighed(pieces, told.measured)]
        for piece in pieces:
            rows.put(piece, new=piece.kind is PartKind.OVER)
        shipped[part.id] = tuple(pieces)
    changed, new = rows.written
    return Applied(changed, new, shipped, tuple(left), unbound, tuple(more.early), tuple(more.excess))


@dataclass(slots=True)
class _More:
    """What left beyond what was asked for. `room`: how much of each line may still go beyond the order; `shelf`: what
    waits, and no warehouse was asked for."""

    rows: _Rows
    room: dict[tuple[int, int], Decimal]
    shelf: list[Part]
    early: list[Early] = field(default_factory=list)
    excess: list[Cut] = field(default_factory=list)

    def than(self, part: Part, beyond: Decimal) -> list[Part]:
        """The pieces of so much beyond a part: of what the order still wants of its line, and what is over that."""
        pieces: list[Part] = []
        for each in _early(part, beyond, self.shelf):
            pieces.append(
                replace(each.part, quantity=each.quantity, base_quantity=each.base_quantity, site=part.site)
            )
            self.early.append(each)
            beyond = EXACT.subtract(beyond, each.quantity)
            self.shelf.remove(each.part)
            kept = EXACT.subtract(each.part.quantity, each.quantity)
            if kept > 0:
                base_kept = EXACT.subtract(each.part.base_quantity, each.base_quantity)
                rest = replace(each.part, quantity=plain(kept), base_quantity=base_kept)
                self.shelf.append(self.rows.add(rest))
        if beyond > 0:
            base = _base(part, beyond)
            over = replace(part, kind=PartKind.OVER, quantity=plain(beyond), base_quantity=base)
            pieces.append(replace(over, id=self.rows.new_id()))
            self._bear(part, beyond)
        return pieces

    def _bear(self, part: Part, beyond: Decimal) -> None:
        """As far as the buyer bears it; the rest is `excess`."""
        key = (part.order_id, part.line)
        room = self.room.get(key, ZERO)
        within = min(beyond, _whole(room, part))
        self.room[key] = EXACT.subtract(room, within)
        if within < beyond:
            self.excess.append(Cut(part, plain(EXACT.subtract(beyond, within))))


def _weighed(pieces: Sequence[Part], measured: Decimal | None) -> Sequence[Part]:
    """Pieces with what they really weighed, each with its share."""
    if measured is None:
        return pieces
    total = sum((Fraction(piece.quantity) for piece in pieces), Fraction(0))
    made: list[Part] = []
    left = measured
    for n, piece in enumerate(pieces, 1):
        mine = left if n == len(pieces) else six_places(Fraction(measured) * Fraction(piece.quantity) / total)
        left = EXACT.subtract(left, mine)
        made.append(replace(piece, base_quantity=plain(mine)))
    return made


class _Rows:
    """Rows as they are then, each once."""

    def __init__(self, new_id: Callable[[], int]) -> None:
        self.new_id = new_id
        self._changed: dict[int, Part] = {}
        self._new: dict[int, Part] = {}

    def change(self, part: Part) -> None:
        (self._new if part.id in self._new else self._changed)[part.id] = part

    def put(self, part: Part, *, new: bool) -> None:
        """A row that has its number; `new`: nobody knows it yet."""
        if new:
            self._new[part.id] = part
        else:
            self.change(part)

    def add(self, part: Part) -> Part:
        """As a row of its own."""
        added = replace(part, id=self.new_id())
        self._new[added.id] = added
        return added

    @property
    def written(self) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        return tuple(self._changed.values()), tuple(self._new.values())


def _early(part: Part, beyond: Decimal, shelf: Sequence[Part]) -> list[Early]:
    """What left beyond a part, as far as the same line and store wait for more: what stands ready at this site first,
    then what has no stock."""
    mine = [each for each in shelf if _same(each, part)]
    found: list[Early] = []
    for each in sorted(
        mine, key=lambda p: (p.state is not PartState.ALLOCATED or p.site != part.site, p.rank)
    ):
        if beyond <= 0:
            break
        taken = plain(min(beyond, each.quantity))
        beyond = EXACT.subtract(beyond, taken)
        found.append(Early(each, taken, split(each, taken)[0]))
    return found


def _same(one: Part, other: Part) -> bool:
    keys = [(p.order_id, p.line, p.store, p.kind, p.sku, p.unit) for p in (one, other)]
    return keys[0] == keys[1]


def cannot_be(quantity: Decimal, asked: Decimal) -> bool:
    """Whether nobody ships so many where so many were asked for."""
    return quantity > asked * _MOST


def implausible(said: Confirmed, part: Part, wanted: Decimal) -> str | None:
    """Why a part cannot have left as is said; None when it can. `wanted`: of the line, with what else waits of it."""
    name = f"line {part.line}"
    if said.quantity < 0 or cannot_be(said.quantity, wanted):
        return f"{name}: {show(said.quantity)} cannot have shipped of {show(part.quantity)} {part.unit}"
    if part.whole and said.quantity != said.quantity.to_integral_value():
        return f"{name}: only whole {part.unit} ship, not {show(said.quantity)}"
    if said.measured is None:
        return None
    if part.whole:
        return f"{name}: {part.sku} is counted, not weighed"
    if said.measured <= 0 or said.quantity <= 0:
        return f"{name}: {show(said.measured)} cannot be what {show(said.quantity)} {part.unit} weighed"
    return None


def over_allowed(accepted: Decimal, percent: Decimal, over_before: Decimal) -> Decimal:
    """How much of a line may still go beyond what was accepted, in the buyer's unit (spec B2: the tolerance)."""
    allowed = EXACT.divide(EXACT.multiply(accepted, percent), Decimal(100))
    return max(ZERO, EXACT.subtract(allowed, over_before))


@dataclass(frozen=True, slots=True)
class Returned:
    """`changed` and `new` as in Applied; `back`: what is not with the warehouse any more, ALLOCATED again."""

    changed: tuple[Part, ...]
    new: tuple[Part, ...]
    back: tuple[Part, ...]


def give_back(cuts: Sequence[Cut], now: datetime, new_id: Callable[[], int]) -> Returned:
    """What the warehouse does not ship because we asked it not to: allocated as before the release (B3.3)."""
    changed: list[Part] = []
    new: list[Part] = []
    back: list[Part] = []
    for cut in cuts:
        part = cut.part
        base, base_left = split(part, cut.quantity)
        rest = EXACT.subtract(part.quantity, cut.quantity)
        returned = _as_rest(
            replace(part, quantity=min(cut.quantity, part.quantity), base_quantity=base), "return", now
        )
        if rest > 0:
            changed.append(replace(part, quantity=plain(rest), base_quantity=base_left))
            returned = replace(returned, id=new_id(), quantity=plain(cut.quantity))
            new.append(returned)
        else:
            changed.append(returned)
        back.append(returned)
    return Returned(tuple(changed), tuple(new), tuple(back))


def _rest(part: Part, said: str | None) -> Rest:
    """By what is said, else by the order's wish. Free goods are not ended: they belong to what is ordered."""
    if said in ("later", "return"):
        return "later" if said == "later" else "return"
    ends = said == "cancel" or (said is None and part.completion == "cancel remainder")
    return "cancel" if ends and part.kind is PartKind.GOODS else "backorder"


def _shipped(part: Part, shipment_id: int, now: datetime) -> Part:
    return replace(
        part, state=PartState.SHIPPED, shipment_id=shipment_id, release_on=None, reason=None, since=now
    )


def _as_rest(part: Part, becomes: Rest, now: datetime) -> Part:
    if becomes == "return":
        return replace(part, state=PartState.ALLOCATED, release_id=None, reason=None, since=now)
    state = PartState.CANCELLED if becomes == "cancel" else PartState.BACKORDERED
    return replace(
        part, state=state, site=None, release_id=None, release_on=None, reason=SHORT_PICK, since=now
    )


def _whole(quantity: Decimal, part: Part) -> Decimal:
    return quantity.quantize(_ONE, rounding=ROUND_FLOOR) if part.whole else quantity


def _base(part: Part, quantity: Decimal) -> Decimal:
    return six_places(Fraction(part.base_quantity) * Fraction(quantity) / Fraction(part.quantity))
