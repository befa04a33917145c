"""Ship confirms by people, for sites without a 3PL (spec B9).

Takes numbers of releases and what is said of them; makes the Confirm that confirming.py applies. Called by cli/ and
ship_imports.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Final, Literal

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.shipping import confirming, reversing
from edi_gateway.commands.shipping.confirming import Left
from edi_gateway.commands.shipping.making_shipments import Packing
from edi_gateway.commands.shipping.releasing import opened, the
from edi_gateway.model.fulfilment import AT_WAREHOUSE, Confirm, Confirmed, Content, Part, Transport, Unit
from edi_gateway.model.gs1 import sscc_problem
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, plain, six_places
from edi_gateway.orders.warehouse.advice_transport import transport_problem
from edi_gateway.store.goods import shipments

_WHAT: Final = "Confirming a shipment"
BY_CASE: Final = Packing("case")
_UNSAID: Final = Transport()
RESTS: Final = ("backorder", "cancel", "later")


@dataclass(frozen=True, slots=True)
class Carton:
    """A carton as somebody says it: how much of which line of which release is in it. `pallet`: a name for the pallet
    that it stands on."""

    contents: tuple[tuple[str, int, Decimal], ...]
    sscc: str | None = None
    tracking: str | None = None
    pallet: str | None = None
    weight: Decimal | None = None
    weight_unit: str | None = None
    lot: str | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A ship confirm as a person says it. `lines`: by release and line of the order, in the buyer's unit. A release of
    which no line is named left as a whole; `silent`: what became of a line that is not named where others are.
    `measured`: what a line of weighed goods really was, in the item's base unit. `cartons`: as they are; else `packing`
    tells. `key` None: made here."""

    releases: tuple[str, ...]
    lines: Mapping[tuple[str, int], Decimal] = field(default_factory=dict)
    measured: Mapping[tuple[str, int], Decimal] = field(default_factory=dict)
    silent: Literal["shipped", "not shipped"] = "shipped"
    cartons: tuple[Carton, ...] = ()
    packing: Packing = BY_CASE
    transport: Transport = _UNSAID
    shipped_at: datetime | None = None
    rest: str | None = None
    key: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of what it says."""
        told = (
            sorted(self.lines.items()),
            sorted(self.measured.items()),
            replace(self, lines={}, measured={}, key=None),
        )
        return sha256(repr(told).encode()).hexdigest()


def confirm(desk: Desk, partners: Partners, said: Typed) -> Left:
    """Goods of these releases have left. The same key again with the same content: nothing happens."""
    desk.require(_WHAT, PERMISSIONS["confirm a shipment"])
    _check(desk, said)
    found = {number: the(desk, number, _WHAT) for number in sorted(set(said.releases))}
    key, digest = said.key or f"typed|{desk.ids.next()}", said.digest
    begun, kept = reversing.begin(desk, partners, key, digest)
    if begun == "again" and kept is not None:
        number = None if kept.shipment_id is None else shipments.number_of(kept.shipment_id)
        return Left(kept.shipment_id, number, tuple(sorted({r.order_id for r in found.values()})))
    if begun == "too late":
        raise Refused(
            what=_WHAT, why="it was confirmed with other content, and its notice or invoice has gone"
        )
    mine = {number: _with_warehouse(desk, number) for number in found}
    lines = _lines(said, mine)
    made = Confirm(
        key=key,
        release_numbers=tuple(sorted(found)),
        shipped_at=said.shipped_at or desk.clock(),
        lines=tuple(lines),
        units=units_of(said.cartons, mine),
        transport=said.transport,
        rest=said.rest,
    )
    corrects = kept.shipment_id if begun == "corrected" and kept is not None else None
    return confirming.apply(desk, partners, made, digest, said.packing, corrects)


def _check(desk: Desk, said: Typed) -> None:
    if not said.releases:
        raise Refused(what=_WHAT, why="it names no release")
    if said.rest is not None and said.rest not in RESTS:
        raise Refused(what=_WHAT, why=f"the rest is one of {', '.join(RESTS)}")
    if said.shipped_at is not None and said.shipped_at > desk.clock():
        raise Refused(what=_WHAT, why="goods that leave later are confirmed then")
    if (problem := transport_problem(said.transport)) is not None:
        raise Refused(what=_WHAT, why=problem)
    check_numbers(_WHAT, said.cartons)


def check_numbers(what: str, cartons: Sequence[Carton]) -> None:
    """Refused when a number that a person gives is no SSCC: they can look at the carton."""
    for carton in cartons:
        if carton.sscc is not None and (problem := sscc_problem(carton.sscc)) is not None:
            raise Refused(what=what, why=f"the SSCC {carton.sscc} {problem}")


def _with_warehouse(desk: Desk, number: str) -> list[Part]:
    """The parts of a release that could ship, in the order of lines."""
    _, mine = opened(desk, the(desk, number, _WHAT))
    return [part for part in mine if part.state in AT_WAREHOUSE]


def _lines(said: Typed, mine: Mapping[str, Sequence[Part]]) -> list[Confirmed]:
    """How much of each part. What is said of a line goes to its parts (stores) in turn."""
    known = {(number, part.line) for number, found in mine.items() for part in found}
    for number, line in (*said.lines, *said.measured):
        if (number, line) not in known:
            raise Refused(what=_WHAT, why=f"release {number} has no line {line} that could ship")
    lines: list[Confirmed] = []
    for number, found in mine.items():
        stays = said.silent == "not shipped" and any(named == number for named, _ in said.lines)
        for line in dict.fromkeys(part.line for part in found):
            same = [part for part in found if part.line == line]
            quantity = said.lines.get((number, line))
            if quantity is None:
                quantity = ZERO if stays else sum((p.quantity for p in same), ZERO)
            taken: list[Decimal] = []
            for n, part in enumerate(same):
                taken.append(plain(quantity if n == len(same) - 1 else min(quantity, part.quantity)))
                quantity = EXACT.subtract(quantity, taken[-1])
            weights = _shared(said.measured.get((number, line)), taken)
            lines += [Confirmed(p.id, q, measured=w) for p, q, w in zip(same, taken, weights, strict=True)]
    return lines


def _shared(measured: Decimal | None, quantities: Sequence[Decimal]) -> list[Decimal | None]:
    """What a line weighed over its parts, by how many are of each."""
    total = sum((Fraction(quantity) for quantity in quantities), Fraction(0))
    if measured is None or not total:
        return [measured, *[None] * (len(quantities) - 1)]
    shares: list[Decimal | None] = []
    left = measured
    last = max(n for n, quantity in enumerate(quantities) if quantity)
    for n, quantity in enumerate(quantities):
        mine = left if n == last else six_places(Fraction(measured) * Fraction(quantity) / total)
        shares.append(mine if quantity else None)
        left = EXACT.subtract(left, mine) if quantity else left
    return shares


def units_of(cartons: Sequence[Carton], mine: Mapping[str, Sequence[Part]]) -> tuple[Unit, ...]:
    """Cartons as units: lines to parts in turn, pallets by their names before the cartons."""
    room: dict[int, Decimal] = {part.id: part.quantity for found in mine.values() for part in found}
    pallets = {name: n for n, name in enumerate(dict.fromkeys(c.pallet for c in cartons if c.pallet), 1)}
    units = [Unit(n, "T") for n in pallets.values()]
    for carton in cartons:
        contents: list[Content] = []
        for number, line, quantity in carton.contents:
            same = [part for part in mine.get(number, ()) if part.line == line]
            for n, part in enumerate(same):
                taken = quantity if n == len(same) - 1 else min(quantity, room[part.id])
                if taken > 0:
                    room[part.id] = max(ZERO, EXACT.subtract(room[part.id], taken))
                    quantity = EXACT.subtract(quantity, taken)
                    contents.append(Content(part.id, plain(taken), carton.lot))
        units.append(
            Unit(
                len(units) + 1,
                "P",
                tuple(contents),
                parent=pallets.get(carton.pallet or ""),
                sscc=carton.sscc,
                tracking=carton.tracking,
                weight=carton.weight,
                weight_unit=carton.weight_unit,
            )
        )
    return tuple(units)
