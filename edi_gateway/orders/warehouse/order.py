"""The 940: what a warehouse is asked to ship, changed or cancelled (spec B9, C8).

Takes a release with its parts and all that the warehouse must know; gives the canonical WarehouseOrder. Pure. Called
by commands/shipping/releasing.py and recalling.py.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.documents.shared import ItemId, Note, Party
from edi_gateway.model.documents.warehouse import DatedReference, Remark, WarehouseDates
from edi_gateway.model.documents.warehouse_order import (
    WarehouseFreight,
    WarehouseGroup,
    WarehouseItem,
    WarehouseOrder,
)
from edi_gateway.model.fulfilment import Part, Place, Release
from edi_gateway.orders.meaning.numbers import plain
from edi_gateway.orders.meaning.parties import DROP_SHIP
from edi_gateway.orders.warehouse.places import Destination

Status = Literal["N", "R", "F"]
# DE235 of the buyer's own number, the most telling first
_BUYERS: Final = ("IN", "SK", "BP", "CB", "PI", "VA", "IT")
_ECHOED: Final = ("DP", "IA", "CR", "CO", "SI")  # REF of the order that warehouses ask for (spec C8)
_NOTE: Final = 80
_PO: Final = 22  # W0503
_USUAL_PAYMENT: Final = "PP"
_USUAL_MODE: Final = "M"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a 940 tells besides its parts. `depositor`: how the warehouse knows us; `mark_for`: N101 of a store, None:
    it is not told; `gtins` by (sku, unit); `descriptions` by SKU; `payment`: DE146 where the order says none."""

    release: Release
    number: str  # of our order
    document: PurchaseOrder
    site: Place
    depositor: Place
    to: Destination
    mark_for: str | None
    stores: Mapping[str, Place]
    gtins: Mapping[tuple[str, str], str]
    descriptions: Mapping[str, str]
    payment: str | None = None


def warehouse_order(asked: Asked, parts: Sequence[Part], status: Status) -> WarehouseOrder:
    """N: new; R: these are the quantities from now on; F: nothing of it. Stores are told apart by a group each."""
    order, release = asked.document, asked.release
    by_store: dict[str | None, list[Part]] = {}
    for part in sorted(parts, key=lambda p: p.rank):
        by_store.setdefault(None if release.store is not None else part.store, []).append(part)
    groups = tuple(
        WarehouseGroup(
            number=n,
            party=_store(asked, store),
            items=tuple(_item(asked, part) for part in mine),
        )
        for n, (store, mine) in enumerate(by_store.items(), 1)
    )
    return WarehouseOrder(
        status=status,
        order_number=release.number,
        po_number=order.po_number if len(order.po_number) <= _PO else None,
        type=order.type,
        parties=tuple(_parties(asked)),
        references=tuple(_references(asked)),
        dates=_dates(asked, parts),
        notes=tuple(_remarks(order.notes)),
        freight=_freight(order, asked.payment),
        groups=groups,
    )


def line_key(part: Part) -> str:
    """What stands in N9 LI for a part, and comes back in the 945."""
    return str(part.id)


def asked_of(document: WarehouseOrder) -> dict[int, WarehouseItem]:
    """What a 940 asked for, by the id of the part; nothing when it cancels all."""
    if document.status == "F":
        return {}
    found: dict[int, WarehouseItem] = {}
    for item in document.items:
        key = item.reference("LI")
        if key is not None and key.isdecimal():
            found[int(key)] = item
    return found


def _parties(asked: Asked) -> Iterator[Party]:
    yield party("WH", asked.site)
    yield party("DE", asked.depositor)
    yield party("CN" if asked.to.consumer and asked.document.type in DROP_SHIP else "ST", asked.to.place)
    if asked.mark_for is not None and asked.release.store is not None and asked.to.mark_for is not None:
        yield party(asked.mark_for, asked.to.mark_for)
    bill_to = asked.document.party("BT")
    if bill_to is not None:
        yield Party(role="BT", name=bill_to.name, id_qualifier=bill_to.id_qualifier, id=bill_to.id)


def party(role: str, place: Place) -> Party:
    """An N1 loop; a place without name and number is named by its role's word, for N1 must say something."""
    known = place.id is not None and place.id_qualifier is not None
    return Party(
        role=role,
        name=place.name if place.name or known else "Unnamed",
        id_qualifier=place.id_qualifier if known else None,
        id=place.id if known else None,
        address=place.address,
        city=place.city,
        region=place.region,
        postal_code=place.postal_code,
        country=place.country,
    )


def _store(asked: Asked, store: str | None) -> Party | None:
    if store is None or asked.mark_for is None:
        return None
    return party(asked.mark_for, asked.stores.get(store, Place()))


def _references(asked: Asked) -> Iterator[DatedReference]:
    order = asked.document
    yield DatedReference(qualifier="PO", value=order.po_number)
    yield DatedReference(qualifier="VN", value=asked.number)
    for reference in order.references:
        if reference.qualifier in _ECHOED and reference.value:
            yield DatedReference(qualifier=reference.qualifier, value=reference.value)


def _dates(asked: Asked, parts: Sequence[Part]) -> WarehouseDates:
    said = asked.document.dates
    return WarehouseDates(
        ordered_on=asked.document.ordered_on,
        requested_ship=asked.release.ship_on,
        ship_not_before=min((p.ship_from for p in parts if p.ship_from), default=None),
        ship_no_later=min((p.ship_until for p in parts if p.ship_until), default=None),
        cancel_after=min((p.cancel_after for p in parts if p.cancel_after), default=None),
        deliver_requested=said.deliver_requested,
        deliver_not_before=said.deliver_not_before,
        deliver_not_after=said.deliver_not_after,
    )


def _freight(order: PurchaseOrder, payment: str | None) -> WarehouseFreight | None:
    """TD5 and FOB of the order. Payment and mode are mandatory in W66: without either there is none."""
    carrier = order.carriers[0] if order.carriers else None
    said = order.freight[0].payment if order.freight else payment
    mode = None if carrier is None else carrier.mode
    if carrier is None and said is None:
        return None
    scac = None
    if carrier is not None and carrier.id_qualifier == "2" and carrier.id and len(carrier.id) <= 4:
        scac = carrier.id
    return WarehouseFreight(
        payment=said or _USUAL_PAYMENT,
        mode=mode or _USUAL_MODE,
        routing=None if carrier is None else carrier.routing,
        scac=scac,
    )


def _item(asked: Asked, part: Part) -> WarehouseItem:
    line = asked.document.lines[part.line - 1]
    description = line.description or asked.descriptions.get(part.sku)
    return WarehouseItem(
        quantity=plain(part.quantity),
        unit=part.unit,
        ids=tuple(_ids(asked, part, line)),
        descriptions=(description[:45],) if description else (),
        references=(
            DatedReference(qualifier="LI", value=line_key(part)),
            *([DatedReference(qualifier="PL", value=line.buyer_line)] if line.buyer_line else []),
        ),
        notes=tuple(_remarks((Note(lines=line.messages), *line.notes))),
    )


def _ids(asked: Asked, part: Part, line: Line) -> Iterator[ItemId]:
    """Our number, the buyer's, the bar code's: three at most."""
    yield ItemId(qualifier="VN", value=part.sku)
    said = {each.qualifier: each.value for each in reversed(line.ids)}
    theirs = next((q for q in _BUYERS if q in said), None)
    if theirs is not None:
        yield ItemId(qualifier=theirs, value=said[theirs])
    gtin = asked.gtins.get((part.sku, part.unit))
    if gtin is not None:
        yield upc(gtin)


def upc(gtin: str) -> ItemId:
    """A GTIN of 14 digits as it is usually written: UP of 12 digits, EN of 13, UK of 14."""
    if gtin.startswith("00"):
        return ItemId(qualifier="UP", value=gtin[2:])
    return ItemId(qualifier="EN", value=gtin[1:]) if gtin[0] == "0" else ItemId(qualifier="UK", value=gtin)


def _remarks(notes: Iterable[Note]) -> Iterator[Remark]:
    """Free text of the order, gift messages among it, as lines of 80 characters."""
    for note in notes:
        for text in (note.text, *note.lines, *(coded.text for coded in note.coded_lines)):
            for piece in textwrap.wrap(text, _NOTE) if text else ():
                yield Remark(kind="GEN", text=piece)
