"""Can it be brought there as they ask? (spec D21, B4 ROUTING)"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import Carrier, Party
from edi_gateway.model.finding import Code, Finding
from edi_gateway.model.master_data import ShipTo
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import OrderFacts

_LTL: Final = re.compile(r"\b(LTL|LESS[ -]THAN[ -](TRUCK|TRAILER)[ -]?LOAD)\b")
_PO_BOX: Final = re.compile(r"\b(P\W{0,2}O\W{0,2}BOX|POST\s+OFFICE\s+BOX|CASE\s+POSTALE|APARTADO\s+POSTAL)\b")
_STREET: Final = re.compile(r"\d+\w?\s+[^\W\d_]{2,}")  # 12 MAIN ST: there a truck can stop


def freight_reaches_the_place(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """Less-than-truckload freight is asked for (TD5), and the place is a post office box: no truck delivers there
    (D21). Whose address is on file, that counts.

    Hold ROUTING on the order, or on the line with a ship-to or carrier of its own: it is accepted, and must not ship.
    To do: get a street address, or agree on another way to ship.
    """
    general = _carriers(order.party("ST"), order.carriers)
    if not general and not facts.routed:
        return
    if _is_ltl(general):
        place = _post_box(facts.place.ship_to, facts.place.party)
        if place is not None:
            yield _found("parties", "The order", place)
        for key, site in facts.stores.items():
            if site is not None and (place := _post_box(site, None)) is not None:
                yield _found("parties", f"What store {key.partition(':')[2]} gets", place)
    for line in facts.routed:  # the others go as the order does
        if line.place is None and not line.line.carriers:
            continue
        party = line.place.party if line.place is not None else None
        if _is_ltl(_carriers(party, line.line.carriers) or general):
            to = line.place or facts.place
            place = _post_box(to.ship_to, to.party)
            if place is not None and not (line.place is None and _is_ltl(general)):
                yield _found(line.path("carriers"), line.called(), place)


def _found(at: str, what: str, place: str) -> Finding:
    return found(
        Code.PO_BOX_FOR_FREIGHT,
        at,
        f"{what} is to go as less-than-truckload freight to a post office box: {place}.",
        "Get a street address (import the ship-to when it is on file), or agree on another way to ship.",
        value=place,
    )


def _carriers(party: Party | None, others: tuple[Carrier, ...]) -> tuple[Carrier, ...]:
    """The TD5 of the ship-to go before those of the order or line."""
    return party.carriers if party is not None and party.carriers else others


def _is_ltl(carriers: Iterable[Carrier]) -> bool:
    """TD504 LT, or the words in TD505."""
    return any(each.mode == "LT" or (each.routing and _LTL.search(each.routing.upper())) for each in carriers)


def _post_box(ship_to: ShipTo | None, party: Party | None) -> str | None:
    """The address, when it is a post office box and names no street besides."""
    lines = ship_to.address if ship_to is not None and ship_to.address else party.address if party else ()
    boxes = [line for line in lines if _PO_BOX.search(line.upper())]
    streets = [line for line in lines if _STREET.search(_PO_BOX.split(line.upper())[0])]
    return ", ".join(lines) if boxes and not streets else None


CHECKS = (freight_reaches_the_place,)
