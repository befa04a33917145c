"""Picking and packing at our own sites, before goods leave: parts go on, cartons get their numbers (spec B3.3, B10).

Takes the number of a release; writes parts and cartons, which the ship confirm then takes. Called by cli/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.shipping.dispatch import open_dispatch
from edi_gateway.commands.shipping.making_shipments import Packing, cases_of, packed, tracked
from edi_gateway.commands.shipping.numbering import numbered
from edi_gateway.commands.shipping.releasing import opened, the
from edi_gateway.commands.shipping.typed_confirm import BY_CASE, Carton, check_numbers, units_of
from edi_gateway.model.fulfilment import Part, PartState, Release, Unit
from edi_gateway.orders.meaning.numbers import EXACT, ZERO
from edi_gateway.orders.warehouse.packing import fit, refused_numbers
from edi_gateway.store.book import parts
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.goods import releases, shipments

_MAY: Final = PERMISSIONS["confirm a shipment"]


def pick(desk: Desk, number: str) -> None:
    """The goods of a release are taken from the shelf; the order is not changed by itself any more (spec B8)."""
    what = f"Picking {number}"
    order, release, mine = _open(desk, number, what)
    ready = [part for part in mine if part.state is PartState.RELEASED]
    if not ready:
        raise Refused(what=what, why="nothing of it is to be picked")
    _go_on(desk, order, release, ready, PartState.PICKED, "picked")


def pack(
    desk: Desk,
    partners: Partners,
    number: str,
    cartons: Sequence[Carton] = (),
    packing: Packing = BY_CASE,
) -> tuple[Unit, ...]:
    """The goods of a release lie in cartons: these, or as `packing` says. Packed again, the former are forgotten; the
    numbers that they had are not given again."""
    what = f"Packing {number}"
    order, release, mine = _open(desk, number, what)
    profile = partners.profile(order.partner)
    if profile is None:
        raise Refused(what=what, why=f"the partner {order.partner} is not published: publish it first")
    check_numbers(what, cartons)
    shipments.drop_units(desk.conn, release_ids=[release.id])
    known = open_dispatch(desk, profile, [order], mine)
    _no_more_than(what, cartons, mine)
    units = units_of(cartons, {number: mine}) if cartons else packed(what, mine, packing, cases_of(known))
    fitted = fit(units, {part.id: (part,) for part in mine})
    if fitted.missing:
        lines = sorted({part.line for part in mine if part.id in fitted.missing})
        raise Refused(what=what, why=f"some of line {', '.join(map(str, lines))} lies in no carton")
    units = fitted.units
    if packing.tracking:
        units = tracked(what, units, packing.tracking)
    store_of = {part.id: part.store for part in mine}
    marked = [replace(u, store=next((store_of[c.part_id] for c in u.contents), None)) for u in units]
    units = numbered(desk, profile, marked)
    for finding in refused_numbers(units):
        raise Refused(what=what, why=finding.message)
    shipments.add_units(desk.conn, desk.ids, units, shipment_id=None, release_id=release.id)
    pallets = sum(unit.kind == "T" for unit in units)
    words = f"packed in {len(units) - pallets} cartons" + (f" on {pallets} pallets" if pallets else "")
    _go_on(desk, order, release, mine, PartState.PACKED, words)
    return units


def _no_more_than(what: str, cartons: Sequence[Carton], mine: Sequence[Part]) -> None:
    """Refused when more lies in cartons than is to ship, or what is not of this release."""
    there: dict[int, Decimal] = {}
    for part in mine:
        there[part.line] = EXACT.add(there.get(part.line, ZERO), part.quantity)
    for carton in cartons:
        for _, line, quantity in carton.contents:
            left = EXACT.subtract(there.get(line, ZERO), quantity)
            if left < 0:
                raise Refused(what=what, why=f"more of line {line} lies in cartons than is to ship")
            there[line] = left


def unpick(desk: Desk, number: str) -> None:
    """The goods lie on the shelf again, in no carton; a change or a cancellation that waited for it goes on."""
    what = f"Unpicking {number}"
    order, release, mine = _open(desk, number, what)
    handled = [part for part in mine if part.state is not PartState.RELEASED]
    if not handled:
        raise Refused(what=what, why="nothing of it is picked")
    shipments.drop_units(desk.conn, release_ids=[release.id])
    _go_on(desk, order, release, handled, PartState.RELEASED, "put back on the shelf")


def _open(desk: Desk, number: str, what: str) -> tuple[StoredOrder, Release, list[Part]]:
    desk.require(what, _MAY)
    release = the(desk, number, what)
    if release.warehouse is not None:
        raise Refused(what=what, why=f"the warehouse {release.warehouse} does it")
    if release.state != releases.RELEASED:
        raise Refused(what=what, why=f"it is {release.state.lower().replace('_', ' ')}")
    order, mine = opened(desk, release)
    return order, release, mine


def _go_on(
    desk: Desk, order: StoredOrder, release: Release, mine: Sequence[Part], to: PartState, words: str
) -> None:
    ledger = Ledger(desk)
    parts.save(desk.conn, [replace(part, state=to, since=ledger.now) for part in mine])
    ledger.event(order.id, words.split()[0], f"Release {release.number} is {words}.")
    if to is PartState.RELEASED:
        ledger.plan(order.id)
    desk.record(
        f"release {words.split()[0]}",
        f"release {release.number}",
        parts=[[p.line, str(p.quantity)] for p in mine],
    )
    ledger.write()
