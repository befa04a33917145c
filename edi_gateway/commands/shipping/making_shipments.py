"""The shipment that a confirm makes: cartons with their numbers, how it left, all of it frozen (spec B3.5, B10).

Takes what has left and what was said of it; writes the shipment in the caller's transaction. Called by confirming.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final, Literal

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.shipping.dispatch import Dispatch, agreed_of
from edi_gateway.commands.shipping.numbering import bill_of_lading, numbered
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.model.finding import Family, Finding
from edi_gateway.model.fulfilment import Confirm, Part, Place, Release, Shipped, Transport, Unit
from edi_gateway.model.order import HoldCode, NewHold
from edi_gateway.orders.holds import RULES
from edi_gateway.orders.hours.calendar import add_working_days, local_date
from edi_gateway.orders.meaning.numbers import ZERO, plain
from edi_gateway.orders.shipping.completeness import tells_cartons
from edi_gateway.orders.warehouse.freezing import shipped_line, shipped_order, stores_of
from edi_gateway.orders.warehouse.oddities import of_another_item, over_released
from edi_gateway.orders.warehouse.packing import by_case, fit, in_cartons, on_pallets, refused_numbers
from edi_gateway.orders.warehouse.places import of_site
from edi_gateway.orders.warehouse.shipping import Applied
from edi_gateway.partners.profile import Profile
from edi_gateway.store import deadlines
from edi_gateway.store.book import notices, parts
from edi_gateway.store.goods import shipments

_NOTICE: Final = "856"
_CONSIGNMENT: Final = "CN"  # shipped without invoice (D45)
CASE: Final = "CA"  # the unit of an item that is a carton
_WHAT: Final = "Confirming a shipment"
_MOST: Final = 100_000  # cartons of one shipment


@dataclass(frozen=True, slots=True)
class Packing:
    """What to do where the confirm brings no cartons. `how`: "none", "case" (a carton a case), or "count".
    `tracking`: of the cartons in turn, or one for all; `pallets`: on how many they stand, 0: on none."""

    how: Literal["none", "case", "count"] = "none"
    count: int = 0
    tracking: tuple[str, ...] = ()
    pallets: int = 0


@dataclass(slots=True)
class Making:
    """One confirm, and what is known of what it ships. Its releases are of one partner, site and place to go to."""

    desk: Desk
    ledger: Ledger
    profile: Profile
    known: Dispatch
    said: Confirm
    releases: Sequence[Release]

    def make(self, applied: Applied, shipment_id: int, number: str, packing: Packing) -> None:
        """Write the shipment with its cartons, frozen; its notice is due from now on."""
        desk, said, profile = self.desk, self.said, self.profile
        now = self.ledger.now
        units = self._units(applied, packing)
        transport = self._transport(units)
        day = local_date(said.shipped_at, profile.calendar)
        expected = said.expected_on or self._expected(day, applied.pieces[0])
        shipped = self._frozen(applied, shipment_id, number, units, transport, day, expected)
        wants_notice = profile.shipping.notice and profile.document(_NOTICE, "out") is not None
        due = said.shipped_at + timedelta(minutes=profile.shipping.within_minutes)
        consigned = all(order.type == _CONSIGNMENT for order in self.known.orders.values())
        stores = {piece.store for piece in applied.pieces}
        customers = {order.customer for order in self.known.orders.values()}
        first = self.releases[0]
        values: dict[str, Any] = {
            "id": shipment_id,
            "number": number,
            "partner": first.partner,
            "customer": customers.pop() if len(customers) == 1 else None,
            "site": self.releases[0].site,
            "ship_to": first.ship_to,
            "store": stores.pop() if len(stores) == 1 else None,
            "state": shipments.SHIPPED,
            "shipped_at": said.shipped_at,
            "shipped_on": day,
            "expected_on": expected,
            **{name: getattr(transport, name) for name in Transport.__dataclass_fields__},
            "confirmed_by": desk.actor.name,
            "notice_state": notices.DUE if wants_notice else notices.NONE,
            "notice_after": said.shipped_at + timedelta(minutes=profile.shipping.after_minutes),
            "notice_due_at": due if wants_notice else None,
            "notice_document_id": None,
            "notice_version": 0,
            "invoice_state": "NONE" if consigned else "DUE",
            "invoice_after": said.shipped_at,
            "snapshot": notices.frozen(shipped),
            "test": first.test,
        }
        shipments.add(desk.conn, [values])
        shipments.add_units(desk.conn, desk.ids, units, shipment_id=shipment_id)
        if wants_notice:
            deadlines.put(desk.conn, desk.ids, deadlines.NOTICE, shipment_id, max(due, now))
        if not (wants_notice and tells_cartons(profile)):  # else the notice waits for the right number
            for finding in refused_numbers(units):
                self._case(finding)
        for order_id in sorted({cut.part.order_id for cut in applied.excess}):
            mine = [cut for cut in applied.excess if cut.part.order_id == order_id]
            self._hold(number, over_released(mine, number), HoldCode.BILLING, order_id)
        for order_id in self.known.orders:
            gone = [(p, self.known.lines[order_id][p.line]) for p in applied.pieces if p.order_id == order_id]
            other = of_another_item(gone, number)
            if other is not None:
                self._case(other, order_id)
        desk.record(
            "shipped",
            f"shipment {number}",
            releases=[release.number for release in self.releases],
            key=said.key,
            parts=[[p.order_id, p.line, p.store, str(p.quantity), p.kind.value] for p in applied.pieces],
            units=len(units),
            bol=transport.bol,
        )

    def _units(self, applied: Applied, packing: Packing) -> tuple[Unit, ...]:
        """The confirm's own cartons, else those that were packed before, else made as `packing` says."""
        desk = self.desk
        ids = [release.id for release in self.releases]
        units = self.said.units or shipments.units_of(desk.conn, release_ids=ids)
        shipments.drop_units(desk.conn, release_ids=ids)
        if units:
            units = stacked(_WHAT, fit(units, applied.shipped).units, applied.pieces, packing)
        else:
            units = packed(_WHAT, applied.pieces, packing, cases_of(self.known))
        if packing.tracking:
            units = tracked(_WHAT, units, packing.tracking)
        store_of = {piece.id: piece.store for piece in applied.pieces}
        marked = []
        for unit in units:
            stores = {store_of[content.part_id] for content in unit.contents}
            marked.append(replace(unit, store=stores.pop() if len(stores) == 1 else None))
        return numbered(desk, self.profile, marked)

    def _transport(self, units: Sequence[Unit]) -> Transport:
        """With a bill of lading number of ours where none is said, and the cartons and pallets counted."""
        said = self.said.transport
        cartons = sum(1 for unit in units if unit.kind == "P")
        pallets = sum(1 for unit in units if unit.kind == "T")
        weights = [(unit.weight, unit.weight_unit) for unit in units if unit.weight is not None]
        weight, unit_of = said.weight, said.weight_unit
        if weight is None and len(weights) == len(units) > 0 and len({code for _, code in weights}) == 1:
            weight = plain(sum((each for each, _ in weights if each is not None), ZERO))
            unit_of = weights[0][1]
        order = self.known.documents[self.releases[0].order_id]
        asked = order.carriers[0] if order.carriers else None
        return replace(
            said,
            bol=said.bol or bill_of_lading(self.desk),
            packages=said.packages or cartons or None,
            pallets=said.pallets or pallets or None,
            weight=weight,
            weight_unit=unit_of,
            mode=said.mode or (asked.mode if asked is not None else None),
            service=said.service or (asked.service if asked is not None else None),
            freight_payment=said.freight_payment or (order.freight[0].payment if order.freight else None),
        )

    def _expected(self, day: date, piece: Part) -> date | None:
        """So many working days on the road as the place says, else the profile; None when nobody says."""
        key = self.known.to(piece).key
        days = None
        if key is not None:
            qualifier, _, code = key.partition(":")
            place = self.known.data.ship_tos.get((qualifier, code))
            days = None if place is None else place.transit_days
        if days is None:
            days = self.profile.shipping.transit_days
        return None if days is None else add_working_days(day, days, self.profile.calendar)

    def _frozen(
        self,
        applied: Applied,
        shipment_id: int,
        number: str,
        units: tuple[Unit, ...],
        transport: Transport,
        day: date,
        expected: date | None,
    ) -> Shipped:
        known, pieces = self.known, applied.pieces
        standing = parts.of_orders(self.desk.conn, known.orders)
        to = known.to(pieces[0])
        customers = {order.customer for order in known.orders.values()}
        was = agreed_of(self.desk, known, pieces)
        places: dict[str, Place] = {p.store: known.store(p.store) for p in pieces if p.store is not None}
        return Shipped(
            shipment_id=shipment_id,
            number=number,
            partner=self.profile.key,
            customer=customers.pop() if len(customers) == 1 else None,
            site=self.releases[0].site,
            ship_from=of_site(known.sites.get(self.releases[0].site), self.releases[0].site),
            ship_to=to.place,
            shipped_at=self.said.shipped_at,
            shipped_on=day,
            expected_on=expected,
            transport=transport,
            orders=tuple(
                shipped_order(order.id, order.number, order.currency, known.documents[order.id])
                for order in known.orders.values()
                if any(piece.order_id == order.id for piece in pieces)
            ),
            lines=tuple(
                shipped_line(
                    piece,
                    known.lines[piece.order_id][piece.line],
                    known.documents[piece.order_id],
                    standing.get(piece.order_id, ()),
                    known.item(piece.sku),
                    known.data.units.get((piece.sku, piece.unit)),
                    known.gtins.get((piece.sku, piece.unit)),
                    was.get(piece.id),
                )
                for piece in pieces
            ),
            units=units,
            stores=stores_of(pieces, places),
            test=self.releases[0].test,
        )

    def _case(self, finding: Finding, order_id: int | None = None) -> None:
        """Something odd that by itself keeps nothing from going."""
        order = self.known.orders[order_id or self.releases[0].order_id]
        about = About(document_id=self.said.document_id, order_id=order.id)
        self.ledger.findings([finding], self.said.document_id, order.id)
        self.ledger.case(NewCase(finding, order.partner, about, order.total, order.currency, order.test))

    def _hold(
        self, number: str, finding: Finding, code: HoldCode = HoldCode.DOCS, only: int | None = None
    ) -> None:
        """The notice (or with BILLING the invoice) of this shipment waits for a person, of one order or of all:
        gating.py looks for `confirm=` and the number."""
        self.ledger.findings([finding], self.said.document_id, only)
        for order in self.known.orders.values():
            if only not in (None, order.id):
                continue
            print_ = f"confirm={number}; {finding.code.value}; value={finding.value}"
            new = NewHold(code, None, RULES[code].blocks, finding, print_, Family.DOCS, amount=order.total)
            document = self.said.document_id or order.document_id
            self.ledger.hold(new, order.id, order.partner, document, order.currency, test=order.test)
            what = "ship notice" if code is HoldCode.DOCS else "invoice of shipment"
            self.ledger.event(order.id, "held", f"The {what} {number} waits: {finding.message}")


def cases_of(known: Dispatch) -> dict[str, Fraction]:
    """Base units in a case, by SKU, of items that have one."""
    return {sku: unit.factor for (sku, code), unit in known.data.units.items() if code == CASE}


def packed(
    what: str, pieces: Sequence[Part], packing: Packing, cases: Mapping[str, Fraction]
) -> tuple[Unit, ...]:
    """Cartons made as `packing` says, on their pallets."""
    if packing.how == "none":
        return ()
    if packing.how == "case":
        return stacked(what, by_case(pieces, cases), pieces, packing)
    made = in_cartons(pieces, packing.count) if packing.count <= _MOST else None
    if made is None:
        raise Refused(what=what, why=f"the goods cannot be divided among {packing.count} cartons")
    return stacked(what, made, pieces, packing)


def stacked(what: str, units: Sequence[Unit], pieces: Sequence[Part], packing: Packing) -> tuple[Unit, ...]:
    """Cartons on as many pallets as `packing` says. Those that stand on pallets already stay there."""
    if not packing.pallets:
        return tuple(units)
    if any(unit.kind == "T" for unit in units):
        raise Refused(what=what, why="the cartons stand on pallets already")
    made = on_pallets(units, packing.pallets, {p.id: (p.order_id, p.store) for p in pieces})
    if made is None:
        raise Refused(
            what=what,
            why=f"{len(units)} cartons cannot stand on {packing.pallets} pallets: one for each order and store, and "
            "none empty",
        )
    return made


def tracked(what: str, units: Sequence[Unit], numbers: Sequence[str]) -> tuple[Unit, ...]:
    """Cartons with their tracking numbers."""
    cartons = sum(1 for unit in units if unit.kind == "P")
    if len(numbers) not in (1, cartons):
        raise Refused(what=what, why=f"{len(numbers)} tracking numbers for {cartons} cartons")
    each = iter([numbers[0]] * cartons if len(numbers) == 1 else numbers)
    return tuple(replace(unit, tracking=next(each)) if unit.kind == "P" else unit for unit in units)
