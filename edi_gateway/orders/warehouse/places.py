"""Where the goods of a part go, and for whom they are marked (spec B5.7, D6, D7, D8).

Takes an order with its document and the ship-tos on file; gives a Destination. Called by grouping.py and by the
commands that release and ship.
"""

from __future__ import annotations

from dataclasses import dataclass

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import Party
from edi_gateway.model.fulfilment import Part, Place, Site
from edi_gateway.model.master_data import MasterData, ShipTo
from edi_gateway.model.order import OrderLine
from edi_gateway.orders.meaning.parties import find, key_of


@dataclass(frozen=True, slots=True)
class Destination:
    """`key`: "qualifier:code" of the place, None for a consumer's address. `mark_for`: the store that goods bear the
    mark of, when they go to another place than the store itself."""

    key: str | None
    place: Place
    mark_for: Place | None = None
    consumer: bool = False


def destination(
    document: PurchaseOrder, ship_to: str | None, line: OrderLine, part: Part, data: MasterData
) -> Destination:
    """`ship_to`: the order's own key. A store of an SDQ gets its goods through the order's ship-to or the DC that
    serves it; a place that an N1 under the line names gets them itself."""
    bought = document.lines[line.line - 1]
    header = document.party("ST")
    if part.store is None:
        own = next((p for p in bought.parties if p.role == "ST"), None)
        if line.ship_to is not None:
            return _known(line.ship_to, data, own or header)
        if own is not None and not own.id:
            return Destination(None, of_party(own), consumer=True)
        if ship_to is not None:
            return _known(ship_to, data, header)
        party = own or header or document.party("BY")
        return Destination(None, Place() if party is None else of_party(party), consumer=True)
    store = _known(part.store, data, next((p for p in bought.parties if _names(p, part.store)), None))
    if not bought.allocations:
        return store
    if ship_to is not None and ship_to != store.key:
        through = _known(ship_to, data, header)
        return Destination(through.key, through.place, mark_for=store.place)
    on_file = _on_file(part.store, data)
    if on_file is not None and on_file.dc is not None:
        qualifier, _, code = on_file.dc.rpartition(":")
        dc, _ = find(qualifier or on_file.qualifier, code, data)
        if dc is not None:
            return Destination(key_of(dc), of_ship_to(dc), mark_for=store.place)
    return store


def keys_of(ship_to: str | None, lines: list[OrderLine], stores: set[str]) -> frozenset[tuple[str, str]]:
    """What must be read of the ship-tos for the destinations of an order."""
    wanted = {ship_to, *(line.ship_to for line in lines), *stores} - {None}
    return frozenset((q or "92", code) for q, _, code in (str(key).partition(":") for key in wanted))


def of_party(party: Party) -> Place:
    return Place(
        name=party.name,
        id_qualifier=party.id_qualifier,
        id=party.id,
        address=party.address,
        city=party.city,
        region=party.region,
        postal_code=party.postal_code,
        country=party.country,
    )


def of_ship_to(found: ShipTo) -> Place:
    return Place(
        name=found.name,
        id_qualifier=found.qualifier,
        id=found.code,
        address=found.address,
        city=found.city,
        region=found.region,
        postal_code=found.postal_code,
        country=found.country,
    )


def of_site(site: Site | None, code: str) -> Place:
    """One of our own; a site that is not on file is its code."""
    if site is None:
        return Place(name=code or None)
    return Place(
        name=site.name,
        id_qualifier="UL" if site.gln else "91",
        id=site.gln or site.code,
        address=site.address,
        city=site.city,
        region=site.region,
        postal_code=site.postal_code,
        country=site.country,
    )


def place_of(key: str, data: MasterData) -> Place:
    """A place by "qualifier:code", as far as we know it."""
    return _known(key, data, None).place


def _known(key: str, data: MasterData, party: Party | None) -> Destination:
    """From the file, which counts more than what the order says (D21); what the file lacks from the order."""
    found = _on_file(key, data)
    if found is not None:
        place = of_ship_to(found)
        if not place.address and party is not None and party.address:
            said = of_party(party)
            place = Place(
                place.name, place.id_qualifier, place.id, said.address, said.city, said.region,
                said.postal_code, said.country,
            )  # fmt: skip
        return Destination(key_of(found), place)
    if party is not None:
        return Destination(key, of_party(party))
    qualifier, _, code = key.partition(":")
    return Destination(key, Place(id_qualifier=qualifier, id=code))


def _on_file(key: str, data: MasterData) -> ShipTo | None:
    qualifier, _, code = key.partition(":")
    return find(qualifier, code, data)[0]


def _names(party: Party, key: str) -> bool:
    return party.role == "ST" and f"{party.id_qualifier or '92'}:{party.id}" == key
