"""The cartons of a 945: LX loops with their marks, and licence plates that stand under items (spec B9, C9).

Takes the advice and where each of its items was laid; gives handling units. Called by advice.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from edi_gateway.model.documents.shipping_advice import AdviceCarton, AdviceItem, ShippingAdvice
from edi_gateway.model.fulfilment import Content, Unit
from edi_gateway.orders.meaning.numbers import EXACT, plain

Placed = tuple[int, int, int, Decimal]  # which carton, which item, part id, quantity


@dataclass(slots=True)
class _Filling:
    sscc: str | None
    tracking: str | None
    contents: list[Content] = field(default_factory=list)


def units_of(advice: ShippingAdvice, placed: Sequence[Placed]) -> tuple[Unit, ...]:
    """A unit for each LX that bears a number, and for each licence plate under an item. An LX without any number is
    a carton only when W03 counts as many packages as there are LX: else it holds what nobody packed."""
    items = advice.items
    counted = advice.stated_totals.packages == len(advice.cartons)
    units: dict[tuple[str, str | int], _Filling] = {}
    for carton_no, item_no, part_id, quantity in placed:
        carton, item = advice.cartons[carton_no], items[item_no]
        lot, expires = _lot(item)
        serial = item.reference("SE")
        if quantity <= 0:
            continue
        for plate, share in _plates(item, quantity) or [(None, quantity)]:
            sscc, tracking = _sscc(carton), _tracking(carton)
            key: tuple[str, str | int]
            if plate is not None:
                key, sscc = ("plate", plate), plate
            elif sscc is None and tracking is None and not counted:
                continue
            else:
                key = ("carton", carton_no)
            filling = units.setdefault(key, _Filling(sscc, tracking))
            filling.contents.append(Content(part_id, plain(share), lot, expires, serial))
    made = tuple(
        Unit(n, "P", tuple(filling.contents), sscc=filling.sscc, tracking=filling.tracking)
        for n, filling in enumerate(units.values(), 1)
    )
    return _tracked(advice, made, placed)


def _tracked(advice: ShippingAdvice, units: tuple[Unit, ...], placed: Sequence[Placed]) -> tuple[Unit, ...]:
    """Tracking numbers of the header (N9 2I) go to the cartons in turn, where there are as many; a single one with no
    cartons is a parcel that holds everything."""
    numbers = [r.value[:40] for r in advice.references if r.qualifier == "2I" and r.value]
    if not numbers or any(unit.tracking for unit in units):
        return units
    if not units and len(numbers) == 1:
        contents = tuple(
            Content(part_id, plain(quantity)) for _, _, part_id, quantity in placed if quantity > 0
        )
        return (Unit(1, "P", contents, tracking=numbers[0]),) if contents else ()
    if len(units) != len(numbers):
        return units
    return tuple(replace(unit, tracking=number) for unit, number in zip(units, numbers, strict=True))


def _sscc(carton: AdviceCarton) -> str | None:
    marked = next((mark.value for mark in carton.marks if mark.qualifier in ("GM", "AA")), None)
    return marked or carton.reference("LV")


def _tracking(carton: AdviceCarton) -> str | None:
    marked = next((mark.value for mark in carton.marks if mark.qualifier == "CP"), None)
    return (marked or carton.reference("2I") or "")[:40] or None


def _plates(item: AdviceItem, quantity: Decimal) -> list[tuple[str | None, Decimal]]:
    """N9 LV under an item: number, and in the description how many pieces are in it. What they do not account for is
    in no plate; a single one without pieces holds all."""
    plates = [each for each in item.references if each.qualifier == "LV" and each.value]
    if not plates:
        return []
    if len(plates) == 1 and not _pieces(plates[0].description):
        return [(plates[0].value, quantity)]
    found: list[tuple[str | None, Decimal]] = []
    left = quantity
    for plate in plates:
        share = min(left, _pieces(plate.description) or Decimal(0))
        if share > 0:
            found.append((plate.value, share))
            left = EXACT.subtract(left, share)
    return [*found, (None, left)] if left > 0 else found


def _pieces(text: str | None) -> Decimal | None:
    return Decimal(text.strip()) if text and text.strip().isdecimal() and len(text) <= 15 else None


def _lot(item: AdviceItem) -> tuple[str | None, date | None]:
    for reference in (*item.references, *(r for part in item.parts for r in part.references)):
        if reference.qualifier == "LT" and reference.value:
            return reference.value[:40], reference.on
    return item.lot, None
