"""Labels and papers of a shipment, drawn from its frozen snapshot: numbered, versioned, reprints marked (spec B10).

Takes a shipment and the kind of paper; gives the drawn paper and notes that it was drawn. Raises papers' Incomplete,
which lists all that is missing. Called by cli.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.model.fulfilment import Shipped
from edi_gateway.orders.shipping.joining import joined
from edi_gateway.papers import bill_of_lading, label, label_zpl, of_shipment, packing_list
from edi_gateway.papers.drawing.sheet import Paper
from edi_gateway.papers.records import BillOfLading, Edition, Shipment
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book import notices
from edi_gateway.store.goods import printed

Kind = Literal["label", "packing list", "bill of lading"]
_PLAIN: Final = Edition("", 1, 0)


def draw_labels(desk: Desk, partners: Partners, shipment_id: int, *, zpl: bool = False) -> list[Paper]:
    """The carton labels of a shipment, a paper an order: PDF of 4 x 6 inches, or ZPL for label printers."""
    what = "Drawing the labels"
    shipped, profile = _shipped(desk, partners, shipment_id, what)
    draw = label_zpl.draw if zpl else label.draw
    papers = []
    for record in _of_orders(desk, shipped, profile, "label"):
        papers.append(draw(record))
    return papers


def draw_packing_lists(desk: Desk, partners: Partners, shipment_id: int) -> list[Paper]:
    """The packing lists of a shipment, one an order; in the retailer's name where it is a drop shipment (spec D6)."""
    what = "Drawing the packing list"
    shipped, profile = _shipped(desk, partners, shipment_id, what)
    return [packing_list.draw(record) for record in _of_orders(desk, shipped, profile, "packing list")]


def draw_bill(desk: Desk, partners: Partners, shipment_id: int) -> Paper:
    """The bill of lading of all that left on the shipment's bill number."""
    what = "Drawing the bill of lading"
    shipped, _ = _shipped(desk, partners, shipment_id, what)
    number = shipped.transport.bol
    together = [shipped]
    if number is not None:
        together = [each.shipped for each in notices.on_bill(desk.conn, shipped.partner, number)]
    plain = of_shipment.bill(together, replace(_PLAIN, number=number or ""))
    edition = _edition(desk, shipped, "bill of lading", number or "", plain)
    paper = bill_of_lading.draw(replace(plain, edition=edition))
    desk.record("paper drawn", f"shipment {shipped.number}", kind="bill of lading", reprint=edition.reprint)
    return paper


def _shipped(desk: Desk, partners: Partners, shipment_id: int, what: str) -> tuple[Shipped, Profile]:
    found = notices.load(desk.conn, [shipment_id]).get(shipment_id)
    if found is None:
        raise Refused(what=what, why="there is no such shipment")
    profile = partners.profile(found.partner)
    if profile is None:
        raise Refused(what=what, why=f"the partner {found.partner} is not published: publish it first")
    return joined([found.shipped])[0], profile


def _of_orders(desk: Desk, shipped: Shipped, profile: Profile, kind: Kind) -> Sequence[Shipment]:
    """The record of each order, numbered; what is incomplete is not counted as drawn."""
    records = []
    for order in shipped.orders:
        plain = of_shipment.shipment(shipped, order, profile, replace(_PLAIN, number=shipped.number))
        lacks = label.missing(plain) if kind == "label" else packing_list.missing(plain)
        name = f"{kind} {order.order_id}" if len(shipped.orders) > 1 else kind
        edition = plain.edition if lacks else _edition(desk, shipped, name, shipped.number, plain)
        records.append(replace(plain, edition=edition))
        if not lacks:
            desk.record("paper drawn", f"shipment {shipped.number}", kind=kind, reprint=edition.reprint)
    return records


def _edition(
    desk: Desk, shipped: Shipped, kind: str, number: str, record: Shipment | BillOfLading
) -> Edition:
    """The same content again is a reprint, other content the next version."""
    digest = hashlib.sha256(repr(record).encode()).hexdigest()
    version, prints = printed.count(
        desk.conn, shipped.shipment_id, kind[:20], digest, desk.clock(), desk.actor.name
    )
    return Edition(number, version, prints - 1)
