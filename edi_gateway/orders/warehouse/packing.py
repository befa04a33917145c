"""Cartons and pallets: packed by case, made to fit what shipped, their numbers looked at (spec B9, B10).

Takes pieces that ship and handling units; gives units and findings. Pure: numbers are drawn by
commands/shipping/packing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Content, Part, Unit
from edi_gateway.model.gs1 import sscc_problem
from edi_gateway.orders.meaning.numbers import EXACT, exactly, plain


def by_case(pieces: Sequence[Part], factors: Mapping[str, Fraction]) -> tuple[Unit, ...]:
    """A carton a case, the rest of each part in one of its own. `factors`: base units in a case, by SKU; an item
    without one goes into one carton."""
    cartons: list[Unit] = []
    for part in sorted(pieces, key=lambda p: p.rank):
        per = _per_case(part, factors.get(part.sku))
        left = part.quantity
        while left > 0:
            quantity = left if per is None else min(per, left)
            cartons.append(
                Unit(len(cartons) + 1, "P", (Content(part.id, plain(quantity)),), store=part.store)
            )
            left = EXACT.subtract(left, quantity)
    return tuple(cartons)


def in_cartons(pieces: Sequence[Part], count: int) -> tuple[Unit, ...] | None:
    """So many cartons, filled one after the other with about as much each; None when they cannot all be filled.
    Goods for different stores are not packed together."""
    total = sum((Fraction(part.quantity) for part in pieces), Fraction(0))
    if count < 1 or total <= 0:
        return None
    filled: list[tuple[str | None, list[Content]]] = []
    share, done = total / count, Fraction(0)
    for part in sorted(pieces, key=lambda p: (p.store or "", *p.rank)):
        left = part.quantity
        while left > 0:
            end = (int(done / share) + 1) * share - done  # to the end of this carton
            quantity = _up_to(end, left, whole=part.whole)
            if not filled or filled[-1][0] != part.store or done >= share * len(filled):
                filled.append((part.store, []))
            filled[-1][1].append(Content(part.id, plain(quantity)))
            left = EXACT.subtract(left, quantity)
            done += Fraction(quantity)
    if len(filled) != count:
        return None
    return tuple(Unit(n, "P", tuple(contents), store=store) for n, (store, contents) in enumerate(filled, 1))


def on_pallets(
    cartons: Sequence[Unit], count: int, goes_to: Mapping[int, tuple[int, str | None]]
) -> tuple[Unit, ...] | None:
    """Cartons on so many pallets, as many on each as can be; None when they cannot be divided so. `goes_to`: of each
    part the order and store. Goods of different orders or stores do not share a pallet, nor is a pallet empty."""
    loads: dict[tuple[int, str], list[Unit]] = {}
    for carton in cartons:
        order, store = goes_to[carton.contents[0].part_id]
        loads.setdefault((order, store or ""), []).append(carton)
    if not len(loads) <= count <= len(cartons):
        return None
    pallets = dict.fromkeys(loads, 1)
    for _ in range(count - len(loads)):  # one more for whom the most stand on each
        fullest = max(
            (key for key in loads if pallets[key] < len(loads[key])),
            key=lambda key: (Fraction(len(loads[key]), pallets[key]), key),
        )
        pallets[fullest] += 1
    made: list[Unit] = []
    for key, mine in loads.items():
        for n in range(pallets[key]):
            pallet = Unit(len(made) + 1, "T", store=mine[0].store)
            made.append(pallet)
            for carton in mine[n * len(mine) // pallets[key] : (n + 1) * len(mine) // pallets[key]]:
                made.append(replace(carton, n=len(made) + 1, parent=pallet.n))
    return tuple(made)


def _up_to(end: Fraction, left: Decimal, *, whole: bool) -> Decimal:
    if not whole:
        exact = exactly(end)
        return left if exact is None else min(exact, left)
    return min(Decimal(max(1, -(-end.numerator // end.denominator))), left)


def _per_case(part: Part, factor: Fraction | None) -> Decimal | None:
    """How much of a part one case holds, in the part's unit; None: there is no such whole quantity."""
    if factor is None or factor <= 0:
        return None
    per = factor * Fraction(part.quantity) / Fraction(part.base_quantity)
    if part.whole and per.denominator != 1:
        return None
    return exactly(per)


@dataclass(frozen=True, slots=True)
class Fitted:
    """`missing`: what shipped and lies in no unit, by the id of its piece."""

    units: tuple[Unit, ...]
    missing: Mapping[int, Decimal]


def fit(units: Sequence[Unit], shipped: Mapping[int, Sequence[Part]]) -> Fitted:
    """Units that hold what shipped and nothing else. `shipped`: of each part that contents name, its pieces: contents
    are laid to the pieces in their order, what is beyond them is left out, and units that are empty then too."""
    room: dict[int, list[tuple[int, Decimal]]] = {
        part_id: [(piece.id, piece.quantity) for piece in pieces] for part_id, pieces in shipped.items()
    }
    fitted = [replace(unit, contents=tuple(_poured(unit.contents, room))) for unit in units]
    parents = {unit.parent for unit in fitted if unit.contents and unit.parent is not None}
    kept = [unit for unit in fitted if unit.contents or unit.n in parents]
    missing = {piece: left for pieces in room.values() for piece, left in pieces if left > 0}
    return Fitted(renumbered(kept), missing)


def _poured(contents: Sequence[Content], room: dict[int, list[tuple[int, Decimal]]]) -> Iterator[Content]:
    for content in contents:
        left = content.quantity
        pieces = room.get(content.part_id, [])
        for n, (piece, free) in enumerate(pieces):
            quantity = min(left, free)
            if quantity > 0:
                pieces[n] = (piece, EXACT.subtract(free, quantity))
                left = EXACT.subtract(left, quantity)
                yield replace(content, part_id=piece, quantity=plain(quantity))


def renumbered(units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Numbered from 1, pallets before the cartons on them; a carton whose pallet is gone stands by itself."""
    ordered: list[Unit] = []
    for unit in units:
        if unit.parent is None:
            ordered.append(unit)
            ordered += [child for child in units if child.parent == unit.n]
    numbers = {unit.n for unit in ordered}
    ordered += [replace(unit, parent=None) for unit in units if unit.n not in numbers]
    new = {unit.n: n for n, unit in enumerate(ordered, 1)}
    return tuple(
        replace(unit, n=new[unit.n], parent=None if unit.parent is None else new[unit.parent])
        for unit in ordered
    )


def numbers_checked(units: Sequence[Unit], known: Collection[str]) -> tuple[Unit, ...]:
    """Units with their SSCC as 18 digits; one that is none, or that stands on another carton, is `refused`. `known`:
    SSCCs that other shipments have."""
    checked: list[Unit] = []
    seen = set(known)
    for unit in units:
        if unit.sscc is not None:
            number = unit.sscc[-18:]
            wrong = sscc_problem(unit.sscc) is not None or number in seen
            unit = replace(unit, sscc=None if wrong else number, refused=unit.sscc if wrong else None)
            seen.add(number)
        checked.append(unit)
    return tuple(checked)


def refused_numbers(units: Sequence[Unit]) -> list[Finding]:
    """What is wrong with the numbers of these units; one finding a unit."""
    found: list[Finding] = []
    for unit in units:
        if unit.refused is None or unit.sscc is not None:
            continue
        problem = sscc_problem(unit.refused)
        found.append(
            Finding(
                Code.SSCC_INVALID if problem is not None else Code.SSCC_REPEATED,
                Severity.ERROR,
                message=f"The SSCC {unit.refused} {problem or 'stands on another carton'}.",
                hint="A number is on one carton, ever. Ask the warehouse for the right one, and enter it: `shipments "
                f"amend SHIPMENT --sscc {unit.n}=NUMBER`.",
                at=f"units[{unit.n}].sscc",
                value=unit.refused,
                family=Family.DOCS,
            )
        )
    return found


def new_numbers(units: Sequence[Unit], draw: Callable[[int], Sequence[str]]) -> tuple[Unit, ...]:
    """Units of which each has an SSCC; `draw` gives so many new ones."""
    fresh = iter(draw(sum(1 for unit in units if unit.sscc is None)))
    return tuple(unit if unit.sscc is not None else replace(unit, sscc=next(fresh)) for unit in units)
