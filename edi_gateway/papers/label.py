"""GS1-128 carton labels: what they must have, and the PDF with a page for each carton (spec B10).

Takes a frozen shipment, gives a Paper. label_zpl.py makes the same labels in the language of label printers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from edi_gateway.papers import completeness, words
from edi_gateway.papers.completeness import Incomplete, said
from edi_gateway.papers.drawing.gs1_128 import fits
from edi_gateway.papers.drawing.lettering import Lettering
from edi_gateway.papers.drawing.sheet import LABEL, Paper, Sheet, module_in
from edi_gateway.papers.label_layout import (
    MARK_PLACE,
    POSTAL_PLACE,
    Code,
    Rule,
    Words,
    layout,
    mark_for,
    postal,
    store,
)
from edi_gateway.papers.records import Carton, Shipment


def missing(shipment: Shipment) -> list[str]:
    """Everything that a label of this shipment must have and has not, in plain words; empty when it can be drawn."""
    return [
        *completeness.edition(shipment.edition),
        *completeness.sender(shipment),
        *completeness.place("ship-to", shipment.ship_to),
        *_postal(shipment),
        *completeness.carrier(shipment.carrier),
        *(() if said(shipment.po_number) else ["PO number"]),
        *(() if shipment.cartons else ["cartons"]),
        *completeness.cartons(shipment.cartons),
        *(each for carton in shipment.cartons for each in _of_carton(shipment, carton)),
    ]


def require(shipment: Shipment) -> None:
    """Raises Incomplete, with all that is missing."""
    lacks = missing(shipment)
    if lacks:
        raise Incomplete("The label", shipment.edition.number, lacks)


def draw(shipment: Shipment, fallbacks: Sequence[Path] = ()) -> Paper:
    """A PDF of 4 x 6 inches, a page for each carton. Raises Incomplete, DoesNotFit, FontUnreadable."""
    require(shipment)
    letters = Lettering(fallbacks)
    title = f"Labels of shipment {shipment.edition.number} {words.edition(shipment.edition)}".strip()
    sheet = Sheet(LABEL, title, letters)
    for n, carton in enumerate(shipment.cartons):
        if n:
            sheet.new_page()
        for element in layout(shipment, carton, letters):
            match element:
                case Words(x, top, size, text, bold):
                    sheet.text(x, top + size * 0.95, text, size, bold=bold)
                case Rule(x1, y1, x2, y2):
                    sheet.line(x1, y1, x2, y2, 1)
                case Code(x, top, width, height, symbol):
                    sheet.bars(x, top, width, height, symbol)
    return sheet.done()


def _postal(shipment: Shipment) -> Iterator[str]:
    """The postal code as a bar code."""
    place = shipment.ship_to
    if not said(place.postal_code) or any(completeness.place("", place)):
        return  # said already
    code = "".join((place.postal_code or "").split())
    longest = 20 if place.country == "US" else 9  # AI 420 and 421
    if not fits(code) or len(code) > longest or module_in(postal(place), POSTAL_PLACE[1]) is None:
        yield f"ship-to: postal code {place.postal_code!r} cannot be a bar code"


def _of_carton(shipment: Shipment, carton: Carton) -> Iterator[str]:
    who = f"carton {carton.number}"
    if not any(said(text) for text in (shipment.bol, shipment.carrier.pro, carton.tracking)):
        yield f"{who}: BOL, PRO or tracking number"
    if not carton.contents:
        yield f"{who}: contents"
    for n, content in enumerate(carton.contents, 1):
        what = f"{who}, content {n}"
        if not any(said(text) for text in (content.buyer_item, content.sku, content.gtin)):
            yield f"{what}: item number"
        yield from completeness.gtin(what, content.gtin)
        yield from completeness.quantity(f"{what}: quantity", content.quantity)
        yield from completeness.unit(what, content.unit)
    marked = mark_for(shipment, carton)
    yield from completeness.mark_for(who, marked)
    if marked is not None and marked.code and marked.code.strip():
        symbol = store(marked) if fits(marked.code.strip()) else None
        if symbol is None or module_in(symbol, MARK_PLACE[1]) is None:
            yield f"{who}: mark-for number {marked.code!r} cannot be a bar code"
