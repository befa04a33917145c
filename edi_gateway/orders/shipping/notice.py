"""The ship notice of what left: levels in the partner's order, cartons, marks, dates (spec C3, D6, D7, D46).

Takes frozen shipments and the partner's habits; gives the canonical 856; HL numbers and CTT are worked out by the
writer. What is missing or cannot be told is completeness.py's to say. Called by commands/telling/notices.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.model.fulfilment import Content, PartKind, Place, Shipped, ShippedLine, ShippedOrder, Unit
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, plain
from edi_gateway.orders.shipping.joining import joined
from edi_gateway.partners.profile import Profile, Shipping

NO_PACKS: Final = "0004"
_PLACE_QUALIFIER: Final = "92"
_IN_REF: Final = ("REF CN", "REF 2I")
Fields = dict[str, Any]
# an order of a shipment, or one store of it: (order id, store)
Group = tuple[int, str | None]


def notice(
    shipments: Sequence[Shipped], profile: Profile, *, now: datetime, number: str, purpose: str = "00"
) -> ShipNotice:
    """The 856 of one shipment, or of several that left on one bill of lading. `now`: BSN03 and 04, in their zone;
    `number`: BSN02. BSN05 says what the tree really is: 0004 where nobody said how the goods are packed."""
    habits = profile.shipping
    head, zone = shipments[0], ZoneInfo(profile.calendar.zone)
    here, left = now.astimezone(zone), head.shipped_at.astimezone(zone)
    tree = _Tree(joined(shipments), habits)
    transport = head.transport
    fields: Fields = {
        "shipment_id": number,
        "purpose": purpose,
        "on": here.date(),
        "at": f"{here:%H%M}",
        "structure": tree.structure,
        "packages": _packages(shipments),
        "carriers": _carrier(head),
        "equipment": _trailer(head),
        "bill_of_lading": transport.bol,
        "references": (*_references(shipments), *tree.tracking()),
        "dates": {
            "shipped_on": head.shipped_on,
            "estimated_delivery": head.expected_on,
            "times": {"011": f"{left:%H%M}"},
        },
        "parties": (
            party("SF", head.ship_from),
            party("ST", head.ship_to),
        ),
        "children": tree.children(),
    }
    if transport.freight_payment is not None:
        fields["freight"] = {"payment": transport.freight_payment}
    return ShipNotice.model_validate(
        {name: value for name, value in fields.items() if value not in (None, ())}
    )


def party(role: str, place: Place) -> Fields:
    """An N1 loop."""
    said: Fields = {"role": role}
    for name in ("name", "address", "city", "region", "postal_code", "country"):
        value = getattr(place, name)
        if value:
            said[name] = value
    if place.id:
        said |= {"id_qualifier": place.id_qualifier or _PLACE_QUALIFIER, "id": place.id}
    return said


class _Tree:
    """The levels below the shipment. Goods that nobody packed stand beneath their order."""

    def __init__(self, shipments: Sequence[Shipped], habits: Shipping) -> None:
        self._habits = habits
        self._lines = {line.part_id: line for shipped in shipments for line in shipped.lines}
        self._orders = {order.order_id: order for shipped in shipments for order in shipped.orders}
        self._stores = {key: place for shipped in shipments for key, place in shipped.stores}
        self._units = [(n, unit) for n, shipped in enumerate(shipments) for unit in shipped.units]
        self._of: dict[tuple[int, int], list[Unit]] = {}
        for n, unit in self._units:
            if unit.parent is not None:
                self._of.setdefault((n, unit.parent), []).append(unit)
        self._lines_of: dict[Group, list[ShippedLine]] = {}
        for line in self._lines.values():
            self._lines_of.setdefault((line.order_id, line.store), []).append(line)
        self._held: dict[int, Decimal] = {}  # of each part, how much lies in any package
        self._holding: dict[int, list[Unit]] = {}  # the packages that hold a part
        self._tops: dict[
            Group, dict[int, tuple[int, Unit]]
        ] = {}  # what stands by itself and holds goods of a group
        self._boxes: dict[Group, set[tuple[int, int]]] = {}  # cartons of a group
        self._look_into()
        self.structure = habits.structure if self._held else NO_PACKS

    def tracking(self) -> tuple[Fields, ...]:
        """Where no carton is told, its tracking number stands with the shipment (drop shipment: spec C3)."""
        if self.structure != NO_PACKS or self._habits.tracking not in _IN_REF:
            return ()
        numbers = dict.fromkeys(unit.tracking for _, unit in self._units if unit.tracking is not None)
        return tuple({"qualifier": self._habits.tracking[-2:], "value": number} for number in numbers)

    def _look_into(self) -> None:
        by_number = {(n, unit.n): unit for n, unit in self._units}
        for n, unit in self._units:
            top = unit
            while top.parent is not None:
                top = by_number[n, top.parent]
            for content in unit.contents:
                held = self._held.get(content.part_id, ZERO)
                self._held[content.part_id] = EXACT.add(held, content.quantity)
                self._holding.setdefault(content.part_id, []).append(unit)
                group = self._group_of(content)
                self._tops.setdefault(group, {})[id(top)] = (n, top)
                if unit.kind == "P":
                    self._boxes.setdefault(group, set()).add((n, unit.n))

    def children(self) -> tuple[Fields, ...]:
        if self.structure == "0003":
            return self._packs_first()
        return tuple(self._order(group) for group in self._groups(self._lines.values()))

    def _groups(self, lines: Iterable[ShippedLine]) -> list[Group]:
        """Orders, and stores of them, in the order of their lines."""
        found = dict.fromkeys((line.order_id, line.store) for line in sorted(lines, key=_rank))
        return list(found)

    # --- by order: 0001, 0002, 0004

    def _order(self, group: Group) -> Fields:
        mine = self._lines_of[group]
        if self.structure == "0001":
            below = self._packed(group, mine)
        elif self.structure == "0002":
            below = [self._item_with_packs(line) for line in sorted(mine, key=_rank)]
        else:
            below = [self._item(line, line.quantity) for line in sorted(mine, key=_rank)]
        return self._order_level(group, below, len(self._boxes.get(group, ())))

    def _order_level(self, group: Group, below: Sequence[Fields], cartons: int) -> Fields:
        order_id, store = group
        order = self._orders[order_id]
        level: Fields = {
            "level": "O",
            "po_number": order.po_number,
            "release_number": order.release_number,
            "ordered_on": order.ordered_on,
            "contract_number": order.contract_number,
            "packages": ({"packaging": "CTN25", "count": cartons},) if cartons else (),
            "references": self._echoed(order),
            "parties": self._buyer(order, store),
            "children": tuple(below),
        }
        return _said(level)

    def _buyer(self, order: ShippedOrder, store: str | None) -> tuple[Fields, ...]:
        """The store for which the goods are; else the buyer as the order names it."""
        if store is not None and self._habits.mark_for != "none":
            return (party(self._habits.mark_for, self._place(store)),)
        return tuple(party(role, place) for role, place in order.parties if role == "BY" and store is None)

    def _echoed(self, order: ShippedOrder) -> tuple[Fields, ...]:
        wanted = self._habits.echo_references
        return tuple({"qualifier": q, "value": v} for q, v in order.references if q in wanted)

    def _place(self, store: str) -> Place:
        known = self._stores.get(store)
        qualifier, _, code = store.partition(":")
        return known if known is not None else Place(id_qualifier=qualifier, id=code)

    def _group_of(self, content: Content) -> Group:
        line = self._lines[content.part_id]
        return line.order_id, line.store

    def _packed(self, group: Group, mine: Sequence[ShippedLine]) -> list[Fields]:
        """Pallets with their cartons, cartons without a pallet, and what lies in neither."""
        levels = [self._unit(n, unit, group) for n, unit in self._tops.get(group, {}).values()]
        return [*(level for level in levels if level is not None), *self._unpacked(mine)]

    def _unit(self, n: int, unit: Unit, group: Group) -> Fields | None:
        """A unit with what of it is for this order and store; None when that is nothing."""
        items = [
            self._item(self._lines[content.part_id], content.quantity, content)
            for content in unit.contents
            if self._group_of(content) == group
        ]
        inner = [self._unit(n, child, group) for child in self._of.get((n, unit.n), ())]
        below = [level for level in inner if level is not None] + items
        return self._unit_level(unit, below) if below else None

    def _unpacked(self, lines: Sequence[ShippedLine]) -> list[Fields]:
        found = []
        for line in sorted(lines, key=_rank):
            rest = EXACT.subtract(line.quantity, self._held.get(line.part_id, ZERO))
            if rest > 0:
                found.append(self._item(line, rest))
        return found

    def _item_with_packs(self, line: ShippedLine) -> Fields:
        """0002: the item, and beneath it the cartons that hold it."""
        packs = [self._unit_level(unit, ()) for unit in self._holding.get(line.part_id, ())]
        item = self._item(line, line.quantity)
        return {**item, "children": tuple(packs)} if packs else item

    # --- by package: 0003

    def _packs_first(self) -> tuple[Fields, ...]:
        below = [self._mixed(n, unit) for n, unit in self._units if unit.parent is None]
        for group in self._groups(self._lines.values()):  # goods in no package stand beneath their orders
            loose = self._unpacked(self._lines_of[group])
            if loose:
                below.append(self._order_level(group, loose, 0))
        return tuple(below)

    def _mixed(self, n: int, unit: Unit) -> Fields:
        """A pallet or carton, and beneath it the orders that it holds goods of."""
        below = [self._mixed(n, child) for child in self._of.get((n, unit.n), ())]
        for group in self._groups(self._lines[content.part_id] for content in unit.contents):
            items = [
                self._item(self._lines[content.part_id], content.quantity, content)
                for content in unit.contents
                if self._group_of(content) == group
            ]
            below.append(self._order_level(group, items, 0))
        return self._unit_level(unit, below)

    # --- levels

    def _unit_level(self, unit: Unit, below: Sequence[Fields]) -> Fields:
        level: Fields = {"level": "T" if unit.kind == "T" else "P", "marks": self._marks(unit)}
        if unit.weight is not None or unit.packaging is not None:
            level["packages"] = (
                _said(
                    {
                        "packaging": unit.packaging,
                        "count": 1 if unit.packaging else None,
                        **_weight(unit.weight, unit.weight_unit),
                    }
                ),
            )
        if unit.kind == "P" and unit.tracking is not None and self._habits.tracking in _IN_REF:
            level["references"] = ({"qualifier": self._habits.tracking[-2:], "value": unit.tracking},)
        if unit.store is not None and self.structure == "0003" and self._habits.mark_for != "none":
            level["parties"] = (party(self._habits.mark_for, self._place(unit.store)),)
        return {**level, "children": tuple(below)} if below else level

    def _marks(self, unit: Unit) -> tuple[Fields, ...]:
        marks: list[Fields] = []
        if unit.sscc is not None:
            number = f"00{unit.sscc}" if self._habits.carton_mark == "GM" else unit.sscc
            marks.append({"qualifier": self._habits.carton_mark, "value": number})
        if unit.tracking is not None and self._habits.tracking == "MAN CP":
            marks.append({"qualifier": "CP", "value": unit.tracking})
        return tuple(marks)

    def _item(self, line: ShippedLine, quantity: Decimal, content: Content | None = None) -> Fields:
        item: Fields = {
            "level": "I",
            "line": line.buyer_line,
            "ids": tuple({"qualifier": q, "value": v} for q, v in line.ids),
            "shipped_quantity": plain(quantity),
            "unit": line.unit,
        }
        if line.kind is PartKind.GOODS:
            item |= {"ordered_quantity": plain(line.ordered), "ordered_unit": line.unit}
        if self._habits.item_status:
            item["status"] = _status(line)
        if line.pack is not None:
            item["pack"] = {"pack": line.pack}
        if line.description is not None:
            item["descriptions"] = ({"kind": "F", "text": line.description},)
        if content is not None:
            item |= _traced(content)
        return _said(item)


def _rank(line: ShippedLine) -> tuple[int, str, int, int]:
    return (line.order_id, line.store or "", line.line, line.part_id)


def _status(line: ShippedLine) -> str:
    """DE668: shipped as accepted, or in part with the rest to come."""
    return "AC" if EXACT.add(line.shipped_before, line.quantity) >= line.ordered else "BP"


def _traced(content: Content) -> Fields:
    """Lot, serial number, expiry."""
    numbers = (("LT", content.lot), ("SE", content.serial))
    said: Fields = {"references": tuple({"qualifier": q, "value": v} for q, v in numbers if v)}
    if content.expires_on is not None:
        said["dates"] = ({"qualifier": "036", "on": content.expires_on},)
    return said


def _packages(shipments: Sequence[Shipped]) -> tuple[Fields, ...]:
    """TD1 of the shipment: cartons and weight, and the pallets beneath them."""
    units = [unit for shipped in shipments for unit in shipped.units]
    cartons = sum(unit.kind == "P" for unit in units) or _summed(
        shipped.transport.packages for shipped in shipments
    )
    pallets = sum(unit.kind == "T" for unit in units) or _summed(
        shipped.transport.pallets for shipped in shipments
    )
    weights = [shipped.transport.weight for shipped in shipments if shipped.transport.weight is not None]
    weight = sum(weights, ZERO) if weights else None
    found: list[Fields] = []
    if cartons or weight is not None:
        kind = {"packaging": "CTN25", "count": cartons} if cartons else {}
        found.append({**kind, **_weight(weight, shipments[0].transport.weight_unit)})
    if pallets:
        found.append({"packaging": "PLT94", "count": pallets})
    return tuple(found)


def _summed(counts: Iterable[int | None]) -> int:
    return sum(count or 0 for count in counts)


def _weight(weight: Decimal | None, unit: str | None) -> Fields:
    return (
        {} if weight is None else {"weight_kind": "G", "weight": plain(weight), "weight_unit": unit or "LB"}
    )


def _carrier(shipped: Shipped) -> tuple[Fields, ...]:
    transport = shipped.transport
    said = _said(
        {
            "id_qualifier": "2" if transport.carrier else None,
            "id": transport.carrier,
            "mode": transport.mode,
            "routing": transport.carrier_name,
            "service": transport.service,
        }
    )
    return ({"sequence": "B", **said},) if said else ()


def _trailer(shipped: Shipped) -> tuple[Fields, ...]:
    transport = shipped.transport
    if transport.trailer is None and transport.seal is None:
        return ()
    return (_said({"kind": "TL", "number": transport.trailer, "seal": transport.seal}),)


def _references(shipments: Sequence[Shipped]) -> tuple[Fields, ...]:
    """MB, and CN for the carrier's PRO number."""
    transport = shipments[0].transport
    numbers: list[tuple[str, str | None]] = [("MB", transport.master_bol), ("CN", transport.pro)]
    return tuple({"qualifier": q, "value": v} for q, v in numbers if v)


def _said(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value is not None and value != ()}
