"""The records that papers are drawn from, made of a shipment as it left (model.fulfilment.Shipped).

Takes frozen shipments and the partner's profile; gives papers/records. What is not known stays empty, and the paper
then refuses to be drawn and names it. Called by commands/telling/papers.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from edi_gateway.model import fulfilment as left
from edi_gateway.papers import records
from edi_gateway.partners.profile import Profile

_COUNTRIES: Final = {"USA": "US", "CAN": "CA", "MEX": "MX"}  # N404 may have three letters
_OUR_IDS: Final = frozenset({"VN", "VP", "SK", "VA", "VC"})  # DE235 under which a buyer writes our numbers
_BUYER_IDS: Final = ("IN", "BP", "CB", "PI", "IT")
_TERMS: Final[dict[str, records.FreightTerms]] = {
    "CC": "collect",
    "PB": "collect",
    "PP": "prepaid",
    "PC": "prepaid",
    "PO": "prepaid",
    "TP": "third party",
}
_UN: Final = re.compile(r"^\s*(UN|NA)\s*(\d{4})$", re.IGNORECASE)


def shipment(
    shipped: left.Shipped, order: left.ShippedOrder, profile: Profile, edition: records.Edition
) -> records.Shipment:
    """What of a shipment is for one order: for its labels and its packing list."""
    lines = [line for line in shipped.lines if line.order_id == order.order_id]
    stores = {line.store for line in lines}
    places = dict(shipped.stores)
    store = stores.pop() if len(stores) == 1 else None
    return records.Shipment(
        edition=edition,
        our_order=order.number,
        po_number=order.po_number,
        shipped=shipped.shipped_on,
        ship_from=_place(shipped.ship_from),
        ship_to=_place(shipped.ship_to),
        mark_for=_store(places, store),
        carrier=_carrier(shipped.transport),
        bol=shipped.transport.bol,
        department=_reference(order, "DP"),
        lines=tuple(_line(line, shipped) for line in lines),
        cartons=_cartons(shipped, {line.part_id: line for line in lines}, places),
        weight=_weight(shipped.transport.weight, shipped.transport.weight_unit),
        drop_ship=_drop_ship(order, profile),
        currency=order.currency,
    )


def bill(
    shipments: Sequence[left.Shipped], edition: records.Edition, *, underlying: tuple[str, ...] = ()
) -> records.BillOfLading:
    """The bill of lading of what left together. `underlying`: for a master bill, the bills that it stands for."""
    head = shipments[0]
    transport = head.transport
    return records.BillOfLading(
        edition=edition,
        issued=head.shipped_on,
        ship_from=_place(head.ship_from),
        ship_to=_place(head.ship_to),
        carrier=_carrier(transport),
        terms=_TERMS.get(transport.freight_payment or ""),
        orders=tuple(_customer_orders(shipments)),
        commodities=tuple(_commodities(shipments)),
        weight_unit=transport.weight_unit or "LB",
        bill_to=None if head.freight_to is None else _place(head.freight_to),
        shipper_id=head.number,
        consignee_id=head.ship_to.id,
        less_than_truckload=transport.mode in ("LT", "L"),
        master=bool(underlying),
        underlying=underlying,
    )


def _place(place: left.Place) -> records.Place:
    country = place.country or "US"
    return records.Place(
        name=place.name or "",
        street=place.address,
        city=place.city,
        region=place.region,
        postal_code=place.postal_code,
        country=_COUNTRIES.get(country, country[:2]),
        code=place.id,
    )


def _store(places: dict[str, left.Place], store: str | None) -> records.Place | None:
    if store is None:
        return None
    known = places.get(store)
    code = store.partition(":")[2]
    return records.Place(name=code, code=code) if known is None else _place(known)


def _carrier(transport: left.Transport) -> records.Carrier:
    return records.Carrier(
        scac=transport.carrier,
        name=transport.carrier_name,
        service=transport.service,
        pro=transport.pro,
        trailer=transport.trailer,
        seals=(transport.seal,) if transport.seal else (),
    )


def _weight(weight: Decimal | None, unit: str | None) -> records.Weight | None:
    return None if weight is None else records.Weight(weight, unit or "LB")


def _line(line: left.ShippedLine, shipped: left.Shipped) -> records.Line:
    goods = line.kind is left.PartKind.GOODS
    held = [c for unit in shipped.units for c in unit.contents if c.part_id == line.part_id]
    after = line.shipped_before + line.quantity
    return records.Line(
        number=line.buyer_line or str(line.line),
        ordered=line.ordered if goods else None,
        shipped=line.quantity,
        backordered=max(line.ordered - after, Decimal(0)) if goods else None,
        unit=line.unit,
        description=line.description or line.sku,
        sku=line.sku,
        buyer_item=_buyer_item(line),
        gtin=line.gtin,
        lots=_numbers(c.lot for c in held),
        serials=_numbers(c.serial for c in held),
    )


def _numbers(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _buyer_item(line: left.ShippedLine) -> str | None:
    ids = dict(line.ids)
    known = next((ids[q] for q in _BUYER_IDS if q in ids), None)
    return known or next((value for q, value in line.ids if q not in _OUR_IDS), None)


def _cartons(
    shipped: left.Shipped, lines: dict[int, left.ShippedLine], places: dict[str, left.Place]
) -> tuple[records.Carton, ...]:
    """The cartons that hold goods of this order, counted among all of the shipment."""
    cartons = [unit for unit in shipped.units if unit.kind == "P"]
    found = []
    for n, unit in enumerate(cartons, 1):
        contents = tuple(_content(lines[c.part_id], c) for c in unit.contents if c.part_id in lines)
        if contents:
            found.append(
                records.Carton(
                    number=n,
                    of=len(cartons),
                    sscc=unit.sscc,
                    tracking=unit.tracking,
                    weight=_weight(unit.weight, unit.weight_unit),
                    contents=contents,
                    mark_for=_store(places, unit.store),
                )
            )
    return tuple(found)


def _content(line: left.ShippedLine, content: left.Content) -> records.Content:
    return records.Content(
        quantity=content.quantity,
        unit=line.unit,
        description=line.description or line.sku,
        sku=line.sku,
        buyer_item=_buyer_item(line),
        gtin=line.gtin,
        lots=_numbers((content.lot,)),
        serials=_numbers((content.serial,)),
    )


def _reference(order: left.ShippedOrder, qualifier: str) -> str | None:
    return next((value for q, value in order.references if q == qualifier), None)


def _drop_ship(order: left.ShippedOrder, profile: Profile) -> records.DropShip | None:
    """In the retailer's name, where the profile has a brand and the order goes to his customer (spec D6)."""
    habits = profile.shipping
    if habits.brand is None or order.type not in ("DS", "DR"):
        return None
    name, *street = habits.return_address or ("",)
    city = street.pop() if street else None
    return records.DropShip(
        brand=habits.brand,
        return_address=_returns(name, street, city),
        customer_order=_reference(order, "CO"),
        gift_message=" ".join(order.notes) or None,
    )


def _returns(name: str, street: Sequence[str], last: str | None) -> records.Place:
    """The last line of a return address is "City, ST 12345"."""
    match = re.match(r"^(?P<city>[^,]+),\s*(?P<region>[A-Za-z]{2,3})\s+(?P<code>\S.*)$", last or "")
    if match is None:
        return records.Place(name=name, street=(*street, *((last,) if last else ())))
    return records.Place(
        name=name,
        street=tuple(street),
        city=match["city"].strip(),
        region=match["region"].upper(),
        postal_code=match["code"].strip(),
    )


def _customer_orders(shipments: Sequence[left.Shipped]) -> Iterable[records.CustomerOrder]:
    """Packages and weight of each purchase order; a carton with several is counted with the first of them."""
    for shipped in shipments:
        lines = {line.part_id: line for line in shipped.lines}
        cartons: dict[int, int] = {}
        weights: dict[int, Decimal] = {}
        on_pallets: set[int] = set()
        for unit in shipped.units:
            held = [lines[c.part_id].order_id for c in unit.contents]
            if unit.kind != "P" or not held:
                continue
            cartons[held[0]] = cartons.get(held[0], 0) + 1
            if unit.weight is not None:
                weights[held[0]] = weights.get(held[0], Decimal(0)) + unit.weight
            if unit.parent is not None:
                on_pallets.add(held[0])
        alone = len(shipped.orders) == 1
        for order in shipped.orders:
            packages = cartons.get(order.order_id) or (shipped.transport.packages if alone else None)
            weight = shipped.transport.weight if alone else weights.get(order.order_id)
            yield records.CustomerOrder(
                number=order.po_number,
                packages=packages,
                weight=weight,
                palletized=order.order_id in on_pallets if cartons else None,
                information=_reference(order, "DP"),
            )


def _commodities(shipments: Sequence[left.Shipped]) -> Iterable[records.Commodity]:
    """One line a kind of goods: by NMFC number, class and hazard; alone it bears all packages and the whole weight."""
    for shipped in shipments:
        kinds: dict[tuple[str | None, str | None, str | None], list[left.ShippedLine]] = {}
        for line in shipped.lines:
            kinds.setdefault((line.nmfc, line.freight_class, line.hazmat), []).append(line)
        cartons = [unit for unit in shipped.units if unit.kind == "P"]
        pallets = sum(unit.kind == "T" for unit in shipped.units)
        for (nmfc, freight_class, hazmat), lines in kinds.items():
            parts = {line.part_id for line in lines}
            mine = [unit for unit in cartons if unit.contents and unit.contents[0].part_id in parts]
            alone = len(kinds) == 1
            packages = len(mine) or (shipped.transport.packages if alone else None)
            weighed = [unit.weight for unit in mine if unit.weight is not None]
            weight = shipped.transport.weight if alone else (sum(weighed, Decimal(0)) if weighed else None)
            handled = (pallets or shipped.transport.pallets or packages) if alone else packages
            yield records.Commodity(
                handling_units=handled,
                handling_type="PLT" if alone and (pallets or shipped.transport.pallets) else "CTN",
                packages=packages,
                package_type="CTN",
                weight=weight,
                description=", ".join(dict.fromkeys(line.description or line.sku for line in lines)),
                nmfc=nmfc,
                freight_class=freight_class,
                hazard=_hazard(hazmat),
            )


def _hazard(text: str | None) -> records.Hazard | None:
    """`UN1263; PAINT; 3; II; +1 555 0100`, as items.csv has it."""
    if not text:
        return None
    un, name, kind, group, phone, *_ = [*(part.strip() for part in text.split(";")), "", "", "", "", ""]
    match = _UN.match(un)
    return records.Hazard(
        un=f"{match[1].upper()}{match[2]}" if match else un,
        proper_name=name,
        hazard_class=kind,
        packing_group=group or None,
        phone=phone or None,
    )
