"""A shipment frozen as it left: all that notices, papers and invoices are made of (spec B10).

Takes what was decided and what is known; gives model.fulfilment.Shipped. Pure. Called by
commands/shipping/confirming.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.documents.shared import ItemId
from edi_gateway.model.fulfilment import Agreed, Part, PartKind, PartState, Place, ShippedLine, ShippedOrder
from edi_gateway.model.master_data import Item, ItemUnit
from edi_gateway.model.order import OrderLine
from edi_gateway.orders.meaning.items import with_substitute
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, plain
from edi_gateway.orders.warehouse.places import of_party


def shipped_order(order_id: int, number: str, currency: str, document: PurchaseOrder) -> ShippedOrder:
    """What the header of an order says that goes on to others."""
    return ShippedOrder(
        order_id=order_id,
        number=number,
        po_number=document.po_number,
        release_number=document.release_number,
        contract_number=document.contract_number,
        ordered_on=document.ordered_on,
        type=document.type,
        currency=currency,
        references=tuple((r.qualifier, r.value) for r in document.references if r.value),
        parties=tuple((p.role, of_party(p)) for p in document.parties),
        notes=tuple(notes_of(document)),
    )


def notes_of(document: PurchaseOrder) -> Iterable[str]:
    """Gift messages and other free text of the header."""
    for note in document.notes:
        for text in (note.text, *note.lines, *(coded.text for coded in note.coded_lines)):
            if text and text.strip():
                yield text


def shipped_line(
    piece: Part,
    line: OrderLine,
    document: PurchaseOrder,
    others: Sequence[Part],
    item: Item | None,
    unit: ItemUnit | None,
    gtin: str | None,
    agreed: Agreed | None = None,
) -> ShippedLine:
    """What left of a part. `others`: all parts of the order, before this shipment and in it; `agreed`: of goods whose
    line is for another item meanwhile, in whose words they are told then."""
    stands = document.lines[line.line - 1]
    bought = stands if agreed is None else agreed.line or _unnamed(stands, piece)
    skus = (line.sku, line.substitute) if agreed is None else (piece.sku,)
    same = [
        p
        for p in others
        if (p.line, p.store) == (piece.line, piece.store) and p.kind is PartKind.GOODS and p.sku in skus
    ]
    before = [p for p in same if p.state is PartState.SHIPPED and p.shipment_id != piece.shipment_id]
    instead = line.substitute is not None and line.substitute == piece.sku
    ids = with_substitute(bought.ids, piece.sku) if instead else bought.ids
    theirs = None if instead else bought.description or (line.description if agreed is None else None)
    return ShippedLine(
        part_id=piece.id,
        order_id=piece.order_id,
        line=piece.line,
        store=piece.store,
        kind=piece.kind,
        sku=piece.sku,
        quantity=piece.quantity,
        unit=piece.unit,
        base_quantity=piece.base_quantity,
        ordered=_sum(p.quantity for p in same),
        buyer_line=bought.buyer_line,
        ids=tuple((each.qualifier, each.value) for each in ids),
        description=theirs or (item.description if item is not None else None),
        gtin=gtin,
        pack=_pack(bought.pack.pack if bought.pack is not None else None, unit),
        substituted=line.sku if instead else None,
        shipped_before=_sum(p.quantity for p in before),
        weight=_weight(piece, unit),
        weight_unit=None if unit is None else unit.weight_unit,
        hazmat=None if item is None else item.hazmat,
        nmfc=None if item is None else item.nmfc,
        freight_class=None if item is None else item.freight_class,
        agreed=agreed,
    )


def _unnamed(stands: Line, piece: Part) -> Line:
    """A line for goods of which nobody knows how the buyer called them: by our own number."""
    ids = (ItemId(qualifier="VN", value=piece.sku),)
    return stands.model_copy(update={"ids": ids, "description": None, "pack": None})


def stores_of(pieces: Sequence[Part], place: Mapping[str, Place]) -> tuple[tuple[str, Place], ...]:
    """The places that parts name, in their order."""
    keys = dict.fromkeys(sorted(piece.store for piece in pieces if piece.store is not None))
    return tuple((key, place[key]) for key in keys)


def _sum(quantities: Iterable[Decimal]) -> Decimal:
    return plain(sum(quantities, ZERO))


def _pack(said: int | None, unit: ItemUnit | None) -> int | None:
    """PO401 of the order, else what our unit holds of base units, where that is a whole number above one."""
    if said is not None:
        return said
    if unit is None or unit.factor.denominator != 1 or unit.factor <= 1:
        return None
    return int(unit.factor)


def _weight(piece: Part, unit: ItemUnit | None) -> Decimal | None:
    """Of all of the line; None when our books do not say what one weighs."""
    return None if unit is None or unit.weight is None else plain(EXACT.multiply(unit.weight, piece.quantity))
