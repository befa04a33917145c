"""Which unit a line is ordered in, what it holds, and whether the quantity fits our packs (spec B5.4, D15, D26).

Takes a line, its item and the policies; gives a UnitReading and a Fit. Factors are exact Fractions.
Called by order_facts.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final, Literal

from edi_gateway.model.master_data import Item, ItemUnit
from edi_gateway.orders.meaning.numbers import EXACT, exactly

Note = Literal["alias", "case"]
_UNIT: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class UnitReading:
    """`unit` as we understand PO103, None when we do not; `note` says what was bent to get there."""

    unit: str | None
    row: ItemUnit | None = None
    note: Note | None = None


NOT_READ: Final = UnitReading(None)


def read_unit(
    raw: str | None, item: Item, units: dict[str, ItemUnit], aliases: dict[str, str]
) -> UnitReading:
    """The item's own unit first; a code that the item lacks may be the partner's usual misuse of another."""
    if raw is None:
        return NOT_READ
    row = units.get(raw)
    if row is not None:
        return UnitReading(raw, row)
    for meant, note in ((aliases.get(raw), "alias"), (raw.strip().upper(), "case")):
        if meant is not None and meant in units:
            return UnitReading(meant, units[meant], "alias" if note == "alias" else "case")
    upper = aliases.get(raw.strip().upper())
    if upper is not None and upper in units:
        return UnitReading(upper, units[upper], "alias")
    return NOT_READ


@dataclass(frozen=True, slots=True)
class Fit:
    """How the quantity fits. `accepted` in the ordered unit after rounding by policy.

    problem: None fits | "multiple" | "minimum". step: the quantity that a good one is a multiple of, in the
    ordered unit. settled: how policy dealt with it (None: it waits or is refused, see `effect of PACK_MULTIPLE`).
    """

    accepted: Decimal
    problem: Literal["multiple", "minimum"] | None = None
    step: Fraction | None = None
    settled: Literal["up", "down", "nearest", "break"] | None = None
    packed_in: str | None = None  # the unit that is sold, when the ordered one is not


def takes_any(row: ItemUnit) -> bool:
    """Whether any whole number of this unit is sold."""
    return row.orderable and row.multiple is None and row.minimum is None


def fit(
    quantity: Decimal, row: ItemUnit, units: dict[str, ItemUnit], rounding: str, *, divisible: bool
) -> Fit:
    """Whether the quantity is a multiple of what we sell. `divisible` False: never rounded (stores share it)."""
    step, packed_in = step_of(row, units)
    if step is None or (Fraction(quantity) / step).denominator == 1:
        if row.minimum is not None and quantity < row.minimum:
            return Fit(quantity, "minimum", Fraction(row.minimum), None, None)
        return Fit(quantity, None, step, None, packed_in)
    if rounding == "break":
        return Fit(quantity, "multiple", step, "break", packed_in)
    if rounding not in ("up", "down", "nearest") or not divisible:
        return Fit(quantity, "multiple", step, None, packed_in)
    packs = Fraction(quantity) / step
    whole = {"up": ceil(packs), "down": floor(packs), "nearest": floor(packs + Fraction(1, 2))}[rounding]
    accepted = exactly(whole * step)
    if accepted is None:  # no such quantity can be written in their unit
        return Fit(quantity, "multiple", step, None, packed_in)
    settled: Literal["up", "down", "nearest"] = (
        "up" if rounding == "up" else "down" if rounding == "down" else "nearest"
    )
    return Fit(accepted, "multiple", step, settled, packed_in)


def step_of(row: ItemUnit, units: dict[str, ItemUnit]) -> tuple[Fraction | None, str | None]:
    """The smallest quantity sold, in the unit `row`, and the unit sold when it is another."""
    if row.orderable:
        return (Fraction(row.multiple) if row.multiple else None), None
    sold = [u for u in units.values() if u.orderable and u.factor > 0]
    if not sold:
        return None, None
    smallest = min(sold, key=lambda u: (u.factor * Fraction(u.multiple or 1), u.unit))
    return smallest.factor * Fraction(smallest.multiple or 1) / row.factor, smallest.unit


def in_base(quantity: Decimal, factor: Fraction) -> Decimal | None:
    """The quantity in base units, None when it has no finite decimal form (a third of a case)."""
    if factor.denominator == 1:
        return times(quantity, Decimal(factor.numerator))
    return exactly(Fraction(quantity) * factor)


def times(quantity: Decimal, per_unit: Decimal) -> Decimal:
    """The quantity in base units, of which one unit holds a whole number."""
    return EXACT.multiply(quantity, per_unit) if per_unit != _UNIT else quantity


def is_whole(quantity: Decimal) -> bool:
    return not EXACT.remainder(quantity, _UNIT)


def pack_conflict(
    unit: ItemUnit, named: ItemUnit | None, stated: int | None, inner: int | None, case: ItemUnit | None
) -> str | None:
    """Why the ordered unit, the level that the GTIN names and PO401 do not say the same thing; None when they do.

    PO103 gives the meaning of the quantity; PO401 (times PO414) can confirm it. A case's GTIN with eaches is
    believed only when PO401 is our case pack (spec D15).
    """

    def holds(factor: Fraction) -> bool:
        return stated is not None and (stated == factor or (inner is not None and stated * inner == factor))

    if unit.factor != 1:  # ordered in packs: PO401 is what one pack holds
        if stated is not None and stated > 0 and not holds(unit.factor):
            return f"they say {stated} to the {unit.unit}, ours holds {unit.factor}"
        return None
    if named is not None and named.factor != 1:
        if holds(named.factor):
            return None
        said = "and do not say how many it holds" if stated is None else f"and say it holds {stated}"
        return f"their number is that of our {named.unit} of {named.factor}, but they order in {unit.unit} {said}"
    if stated is not None and stated > 1 and case is not None and not holds(case.factor):
        return f"they say {stated} to a case, ours holds {case.factor}"
    return None
