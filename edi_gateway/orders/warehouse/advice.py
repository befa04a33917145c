"""The 945: what a warehouse says it has shipped, held against what it was asked to ship (spec B9, C9, D27).

Takes the canonical ShippingAdvice and the release that it names; gives a Confirm of what can be applied and a finding
for all that does not agree. Pure. Called by commands/shipping/advising.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from edi_gateway.model.documents.shipping_advice import AdviceItem, ShippingAdvice
from edi_gateway.model.finding import Finding
from edi_gateway.model.fulfilment import Confirm, Confirmed, Part, Release, Site
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, exactly, plain, six_places
from edi_gateway.orders.warehouse import advice_words as words
from edi_gateway.orders.warehouse.advice_transport import transport_of
from edi_gateway.orders.warehouse.advice_units import units_of
from edi_gateway.orders.warehouse.shipping import cannot_be

# DE368 in W12-01: what becomes of what did not ship; None: by the order's wish (spec B9)
_RESTS: Final[Mapping[str, str | None]] = {
    "CC": None,  # complete
    "CM": None,  # complete, and more
    "CL": None,
    "CS": None,  # complete, with another item in place
    "CP": "cancel",  # part, and no backorder
    "BP": "backorder",  # part, and the rest backordered
    "SS": "later",  # split shipment
    "PR": "later",  # part, more to come
    "DS": None,  # out of stock
    "OR": None,
    "CU": None,  # cancelled
    "IC": None,
}
_SAYS_WHY: Final = frozenset(
    {"CP", "BP", "SS", "PR", "DS", "OR", "CU", "IC"}
)  # a short quantity is explained
_NOTHING: Final = frozenset({"CU", "IC", "DS", "OR"})
_LISTS_ALL: Final = ("F", "J")
_NET: Final = "N"  # DE187 in W12-11: the actual net weight, which is billed; a gross weight is not
_WEIGHTS: Final[Mapping[str, str]] = {"L": "LB", "K": "KG"}  # DE188 in W12-12
_POUND: Final = Fraction(45359237, 100_000_000)  # kilograms


@dataclass(frozen=True, slots=True)
class Known:
    """What we hold a 945 against. `parts`: those of the release that have not shipped; `asked`: how much the last 940
    asked of each, by id; `factors`: base units by (sku, unit); `names`: how else a part's item may be called; `zone`:
    of the warehouse."""

    release: Release
    parts: Sequence[Part]
    asked: Mapping[int, Decimal]
    factors: Mapping[tuple[str, str], Fraction]
    names: Mapping[int, frozenset[str]]
    site: Site | None
    zone: ZoneInfo
    now: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """`nothing`: none of it has shipped. `explained`: parts whose shortage the warehouse gave a reason for."""

    confirm: Confirm
    findings: tuple[Finding, ...]
    nothing: bool
    explained: frozenset[int]


@dataclass(slots=True)
class _Told:
    """What the items say of one part."""

    shipped: Decimal = ZERO
    measured: Decimal | None = ZERO  # None: of some of it nobody says what it weighed
    ordered: list[Decimal] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)


def read(advice: ShippingAdvice, known: Known, key: str, document_id: int) -> Reading:
    """Every check of spec B9 that needs no other shipment; one finding each. What can be applied is in the Confirm."""
    findings: list[Finding] = []
    told: dict[int, _Told] = {}
    placed: list[tuple[int, int, int, Decimal]] = []  # carton, item, part, quantity
    n = 0
    for carton_no, carton in enumerate(advice.cartons):
        for item in carton.items:
            for part, quantity in _item(item, n, known, told, findings):
                placed.append((carton_no, n, part.id, quantity))
            n += 1
    lines = _lines(advice, known, told)
    findings += _amounts(advice, known, told, lines)
    findings += _header(advice, known)
    transport, odd = transport_of(advice)
    shipped_at = shipped_when(advice, known)
    confirm = Confirm(
        key=key,
        release_numbers=(known.release.number,),
        shipped_at=shipped_at,
        lines=tuple(lines),
        units=units_of(advice, placed),
        transport=transport,
        expected_on=advice.dates.due_on,
        document_id=document_id,
    )
    explained = frozenset(i for i, each in told.items() if set(each.statuses) & _SAYS_WHY)
    nothing = all(line.quantity <= 0 for line in lines)
    return Reading(confirm, (*findings, *odd), nothing, explained)


def _item(
    item: AdviceItem, n: int, known: Known, told: dict[int, _Told], findings: list[Finding]
) -> list[tuple[Part, Decimal]]:
    """The parts that an item speaks of, and how much of each shipped with it."""
    found = _parts(item, known)
    if not found:
        findings.append(words.line_unknown(item, n))
        return []
    first = found[0]
    shipped, ordered = item.shipped, item.ordered
    if shipped is None:
        nothing = item.status in _NOTHING
        shipped = ZERO if nothing else (ordered if ordered is not None else first.quantity)
        if item.unit is None and ordered is None and not nothing:
            shipped = first.quantity
    if shipped < 0:
        findings.append(words.negative(item, n))
        return []
    converted = _converted(shipped, item.unit, first, known)
    asked = ordered if ordered is None else _converted(ordered, item.unit, first, known)
    if converted is None:
        findings.append(words.unit_differs(item, n, first))
        return []
    asked_for = sum((max(p.quantity, known.asked.get(p.id, ZERO)) for p in found), ZERO)
    if cannot_be(converted, asked_for):
        findings.append(words.too_many(item, n, found))
        return []
    if len(found) > 1 and item.reference("LI") is None:
        findings.append(words.guessed(item, n, found))
    if _adds_up(item) is False:
        findings.append(words.difference(item, n))
    result: list[tuple[Part, Decimal]] = []
    left = converted
    for place, part in enumerate(found):
        mine = told.setdefault(part.id, _Told())
        room = max(ZERO, EXACT.subtract(part.quantity, mine.shipped))
        take = left if place == len(found) - 1 else min(left, room)
        left = EXACT.subtract(left, take)
        mine.shipped = EXACT.add(mine.shipped, take)
        mine.measured = _added(mine.measured, _weight(item, part, take, converted, known))
        mine.statuses.append(item.status)
        if len(found) == 1 and asked is not None:
            mine.ordered.append(asked)
        result.append((part, plain(take)))
    return result


def _adds_up(item: AdviceItem) -> bool | None:
    """Whether W12-04 is the difference of 02 and 03, whichever sign it bears; None: not all three are there."""
    if item.difference is None or item.ordered is None or item.shipped is None:
        return None
    return abs(item.difference) == abs(EXACT.subtract(item.ordered, item.shipped))


def _parts(item: AdviceItem, known: Known) -> list[Part]:
    """By our line id, which must be of this item too; else by the item's numbers, of several lines in their order."""
    key = item.reference("LI")
    values = {value for each in item.ids if (value := each.value)} | {item.upc_case or ""} - {""}
    values = {_digits(value) for value in values}
    if key is not None:
        part = next((p for p in known.parts if str(p.id) == key.strip()), None)
        if part is None or (values and not values & known.names.get(part.id, frozenset())):
            return []
        return [part]
    return [
        p for p in sorted(known.parts, key=lambda p: p.rank) if values & known.names.get(p.id, frozenset())
    ]


def names_of(sku: str, ids: Sequence[str], gtins: Sequence[str]) -> frozenset[str]:
    """How an item may be called: our number, the buyer's, its bar codes."""
    return frozenset(_digits(value) for value in (sku, *ids, *gtins) if value)


def _digits(value: str) -> str:
    """Bar codes compare without the zeros before them."""
    plain_value = value.strip()
    return plain_value.zfill(14) if plain_value.isdecimal() and 8 <= len(plain_value) <= 14 else plain_value


def _converted(quantity: Decimal, unit: str | None, part: Part, known: Known) -> Decimal | None:
    """A quantity in the part's unit; None: it cannot be said in it."""
    if unit is None or unit == part.unit:
        return quantity
    factor = known.factors.get((part.sku, unit))
    if factor is None or part.base_quantity <= 0:
        return None
    per = Fraction(part.base_quantity) / Fraction(part.quantity)
    in_unit = exactly(Fraction(quantity) * factor / per)
    if in_unit is None or (part.whole and in_unit != in_unit.to_integral_value()):
        return None
    return in_unit


def _lines(advice: ShippingAdvice, known: Known, told: Mapping[int, _Told]) -> list[Confirmed]:
    """What left of each part; of a part that is not listed by what W06-01 says of silence."""
    lines: list[Confirmed] = []
    for part in sorted(known.parts, key=lambda p: p.rank):
        mine = told.get(part.id)
        if mine is None:
            silent = ZERO if advice.reporting in _LISTS_ALL else known.asked.get(part.id, part.quantity)
            lines.append(Confirmed(part.id, silent))
            continue
        rests = [rest for status in mine.statuses if (rest := _RESTS.get(status)) is not None]
        lines.append(
            Confirmed(part.id, plain(mine.shipped), rests[-1] if rests else None, mine.measured or None)
        )
    return lines


def _weight(item: AdviceItem, part: Part, taken: Decimal, of: Decimal, known: Known) -> Decimal | None:
    """What so many of an item weighed, in base units, where it is weighed and W12 tells the net weight (D13)."""
    if taken <= 0:
        return ZERO
    unit = _WEIGHTS.get(item.weight_unit or "")
    if part.whole or item.weight is None or item.weight <= 0 or item.weight_kind != _NET or unit is None:
        return None
    per = known.factors.get((part.sku, unit))
    other = known.factors.get((part.sku, "LB" if unit == "KG" else "KG"))
    if per is None and other is not None:
        per = other / _POUND if unit == "KG" else other * _POUND
    return None if per is None else six_places(Fraction(item.weight) * per * Fraction(taken) / Fraction(of))


def _added(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else EXACT.add(one, other)


def _amounts(
    advice: ShippingAdvice, known: Known, told: Mapping[int, _Told], lines: Sequence[Confirmed]
) -> list[Finding]:
    findings: list[Finding] = []
    by_id = {part.id: part for part in known.parts}
    for line in lines:
        part, mine = by_id[line.part_id], told.get(line.part_id)
        if mine is not None and mine.ordered:
            expected = {part.quantity, known.asked.get(part.id, part.quantity)}
            if not (set(mine.ordered) <= expected or sum(mine.ordered, ZERO) in expected):
                findings.append(words.ordered_differs(part, mine.ordered))
        explained = mine is not None and set(mine.statuses) & _SAYS_WHY
        if line.quantity < known.asked.get(part.id, part.quantity) and not explained:
            findings.append(words.short(part, line.quantity))
    stated = advice.stated_totals.units
    if stated is not None:
        units = [item.shipped for item in advice.items if item.shipped is not None]
        listed = sum(units, ZERO)
        silent = sum((line.quantity for line in lines if line.part_id not in told), ZERO)
        if stated not in (listed, EXACT.add(listed, silent)):
            findings.append(words.totals_differ(stated, EXACT.add(listed, silent)))
    return findings


def _header(advice: ShippingAdvice, known: Known) -> list[Finding]:
    """The warehouse names itself by the number that we gave it, or by its GLN."""
    warehouse, site = advice.party("WH"), known.site
    if warehouse is None or not warehouse.id or site is None or warehouse.id_qualifier not in ("91", "UL"):
        return []
    return [] if warehouse.id in (site.code, site.gln) else [words.site_differs(warehouse.id, known.release)]


def shipped_when(advice: ShippingAdvice, known: Known) -> datetime:
    """G62 11, else W06-03, else now: at the hour that is said, at noon when none is, never in the future."""
    day = advice.dates.shipped_on or advice.on
    if day is None:
        return known.now
    said = advice.dates.times.get("11", "")
    hour = time(12)
    if len(said) >= 4 and said[:4].isdecimal() and int(said[:2]) < 24 and int(said[2:4]) < 60:
        hour = time(int(said[:2]), int(said[2:4]))
    return min(datetime.combine(day, hour, known.zone).astimezone(UTC), known.now)
