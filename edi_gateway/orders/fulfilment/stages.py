"""How far an order and its lines are, derived from the parts and from nothing else (spec B2, B3.2, B3.3).

Takes parts, gives a ladder of quantities, the stage of the order, the stage of a line. Called by commands/ after
every step, and by reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from edi_gateway.model.fulfilment import AT_WAREHOUSE, RESERVING, Part, PartKind, PartState, Stage
from edi_gateway.orders.meaning.numbers import EXACT, ZERO

_PICKED: Final = (PartState.PICKED, PartState.PACKED)
# the line is as far as what of it is least far
_ORDER: Final = (
    PartState.OPEN,
    PartState.BACKORDERED,
    PartState.ALLOCATED,
    PartState.RELEASED,
    PartState.PICKED,
    PartState.PACKED,
    PartState.SHIPPED,
)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Quantities in base units. ordered = cancelled + open; open = shipped + remaining; remaining >= allocated >=
    released >= picked; invoiced <= shipped (spec B2). `over` and `free` stand beside what was ordered."""

    ordered: Decimal = ZERO
    cancelled: Decimal = ZERO
    backordered: Decimal = ZERO
    allocated: Decimal = ZERO
    released: Decimal = ZERO
    picked: Decimal = ZERO
    shipped: Decimal = ZERO
    invoiced: Decimal = ZERO
    over: Decimal = ZERO
    free: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        return EXACT.subtract(self.ordered, self.cancelled)

    @property
    def remaining(self) -> Decimal:
        return EXACT.subtract(self.open, self.shipped)


def ladder(parts: Iterable[Part]) -> Ladder:
    """The quantities of these parts, of one line or of several of the same item."""
    sums = dict.fromkeys(Ladder.__dataclass_fields__, ZERO)

    def add(name: str, part: Part) -> None:
        sums[name] = EXACT.add(sums[name], part.base_quantity)

    for part in parts:
        if part.kind is not PartKind.GOODS:
            if part.state is not PartState.CANCELLED:
                add("over" if part.kind is PartKind.OVER else "free", part)
            continue
        add("ordered", part)
        if part.state is PartState.CANCELLED:
            add("cancelled", part)
        if part.state is PartState.BACKORDERED:
            add("backordered", part)
        if part.state in RESERVING:
            add("allocated", part)
        if part.state in AT_WAREHOUSE:
            add("released", part)
        if part.state in _PICKED:
            add("picked", part)
        if part.state is PartState.SHIPPED:
            add("shipped", part)
            if part.invoice_id is not None:
                add("invoiced", part)
    return Ladder(**sums)


def broken(found: Ladder) -> list[str]:
    """The invariants of spec B2 that do not hold, in words; none when all is well."""
    checks = (
        (found.ordered >= found.cancelled >= 0, "cancelled is more than ordered"),
        (found.open >= found.shipped >= 0, "shipped is more than open"),
        (found.remaining >= found.allocated, "allocated is more than remains"),
        (found.allocated >= found.released, "released is more than allocated"),
        (found.released >= found.picked >= 0, "picked is more than released"),
        (found.shipped >= found.invoiced >= 0, "invoiced is more than shipped"),
    )
    return [words for holds, words in checks if not holds]


def stage(parts: Sequence[Part], *, settled: bool = False, held: bool = False) -> Stage | None:
    """How far an accepted order is. None: nothing has begun. `settled`: its invoices are paid or credited, or the
    partner's orders are closed on invoicing. `held`: something of it is on hold and has no parts yet, so that it
    cannot have shipped all."""
    live = [part for part in parts if part.state is not PartState.CANCELLED]
    shipped = [part for part in live if part.state is PartState.SHIPPED]
    if not live or not (shipped or any(part.state in RESERVING for part in live)):
        return None
    if held or len(shipped) < len(live):
        return Stage.PARTIALLY_SHIPPED if shipped else Stage.IN_FULFILMENT
    invoiced = sum(part.invoice_id is not None for part in shipped)
    if invoiced < len(shipped):
        return Stage.PARTIALLY_INVOICED if invoiced else Stage.SHIPPED
    return Stage.CLOSED if settled else Stage.INVOICED


def line_stage(parts: Sequence[Part]) -> str | None:
    """How far a line is: as far as what of it is least far. None: it has no part that stands."""
    live = [part for part in parts if part.state is not PartState.CANCELLED]
    if not live:
        return PartState.CANCELLED if parts else None
    least = min(live, key=lambda part: _ORDER.index(part.state))
    if least.state is PartState.SHIPPED and all(part.invoice_id is not None for part in live):
        return "INVOICED"
    return least.state
