"""What stands where on a GS1-128 carton label, 4 x 6 inches, for whatever draws it (spec B10).

Takes a shipment and one of its cartons, gives texts, rules and bar codes in points from the top left corner. label.py
makes a PDF of them, label_zpl.py the language of label printers, so that both labels are the same.

    from        | to
    postal code | carrier, PRO, BOL, tracking
    PO, department, carton n of m, item
    mark for    | its number                (where there is one)
    SSCC
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from edi_gateway.model.countries import NUMBERS
from edi_gateway.papers import words
from edi_gateway.papers.drawing.gs1_128 import Symbol
from edi_gateway.papers.drawing.lettering import LEADING, DoesNotFit, Lettering
from edi_gateway.papers.records import Carton, Content, Place, Shipment

EDGE: Final = 7.0  # printers do not reach the edge
LEFT, RIGHT = EDGE, 288 - EDGE
_TO = 118.0  # where the right half of the upper zones begins
_CARRIER = 176.0
_MARK = 128.0
_ADDRESSES, _ROUTING, _ORDER, _MARK_FOR, _SSCC = EDGE, 99.0, 182.0, 244.0, 311.0
POSTAL_PLACE: Final = (
    LEFT + 2,
    _CARRIER - LEFT - 4,
)  # left edge and width for the bar code with its quiet zones
MARK_PLACE: Final = (_MARK + 2, RIGHT - _MARK - 4)
SSCC_PLACE: Final = (LEFT + 2, RIGHT - LEFT - 4)
_LISTED: Final = 3  # contents that are named one by one; a carton with more is called mixed
_SMALL: Final = 6.0
_SSCC_HEIGHT: Final = 90.0  # GS1 asks for 31.75 mm


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text whose upper edge is `top`."""

    x: float
    top: float
    size: float
    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A line, level or upright."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Code:
    """A bar code in the middle of a place."""

    x: float
    top: float
    width: float
    height: float
    symbol: Symbol


Element = Words | Rule | Code


def postal(place: Place) -> Symbol:
    """(420) and the postal code inside the US, (421) with the country before it elsewhere; blanks and hyphens out."""
    code = "".join((place.postal_code or "").upper().replace("-", "").split())
    return Symbol("420", code) if place.country == "US" else Symbol("421", NUMBERS[place.country] + code)


def mark_for(shipment: Shipment, carton: Carton) -> Place | None:
    return carton.mark_for or shipment.mark_for


def store(place: Place | None) -> Symbol | None:
    """(91) and the number of the store, where it has one."""
    return (
        Symbol("91", place.code.strip()) if place is not None and place.code and place.code.strip() else None
    )


def layout(shipment: Shipment, carton: Carton, letters: Lettering) -> list[Element]:
    """Every element of one label. Raises DoesNotFit; the record is complete (label.missing says so)."""
    who = f"Label of carton {carton.number}"
    marked = mark_for(shipment, carton)
    return [
        *_frame(has_mark=marked is not None),
        *_addresses(shipment, letters, who),
        *_routing(shipment, carton, letters, who),
        *_order(shipment, carton, letters, who, until=_MARK_FOR if marked else _SSCC),
        *(_marked(marked, letters, who) if marked else ()),
        *_sscc(carton, letters),
    ]


def _frame(*, has_mark: bool) -> Iterator[Element]:
    for y in (_ROUTING, _ORDER, _SSCC, *((_MARK_FOR,) if has_mark else ())):
        yield Rule(LEFT, y, RIGHT, y)
    yield Rule(_TO, _ADDRESSES, _TO, _ROUTING)
    yield Rule(_CARRIER, _ROUTING, _CARRIER, _ORDER)
    if has_mark:
        yield Rule(_MARK, _MARK_FOR, _MARK, _SSCC)


def _addresses(shipment: Shipment, letters: Lettering, who: str) -> Iterator[Element]:
    yield Words(LEFT + 2, _ADDRESSES, _SMALL, "SHIP FROM")
    yield from _block(
        words.address(shipment.sender),
        (LEFT + 2, _ADDRESSES + 9, _TO - LEFT - 5, _ROUTING - _ADDRESSES - 11),
        7.5,
        letters,
        f"{who}: ship-from",
    )
    yield Words(_TO + 5, _ADDRESSES, _SMALL, "SHIP TO")
    to = words.address(shipment.ship_to)
    if shipment.ship_to.code:
        to.insert(1, f"No. {shipment.ship_to.code}")
    yield from _block(
        to,
        (_TO + 5, _ADDRESSES + 9, RIGHT - _TO - 6, _ROUTING - _ADDRESSES - 11),
        10.5,
        letters,
        f"{who}: ship-to",
        bold=True,
    )


def _routing(shipment: Shipment, carton: Carton, letters: Lettering, who: str) -> Iterator[Element]:
    symbol = postal(shipment.ship_to)
    yield Words(LEFT + 2, _ROUTING + 3, _SMALL, "SHIP TO POSTAL CODE")
    yield from _centred(symbol.words, POSTAL_PLACE, _ROUTING + 11, 8, letters)
    yield Code(POSTAL_PLACE[0], _ROUTING + 22, POSTAL_PLACE[1], _ORDER - _ROUTING - 26, symbol)
    carrier = shipment.carrier
    facts = [
        ("", " ".join(part for part in (carrier.scac, carrier.name) if part)),
        ("", carrier.service),
        ("PRO ", carrier.pro),
        ("B/L ", shipment.bol),
        ("TRK ", carton.tracking),
    ]
    yield Words(_CARRIER + 5, _ROUTING + 3, _SMALL, "CARRIER")
    yield from _block(
        [f"{name}{value}" for name, value in facts if value],
        (_CARRIER + 5, _ROUTING + 12, RIGHT - _CARRIER - 6, _ORDER - _ROUTING - 14),
        8,
        letters,
        f"{who}: carrier",
        bold=True,
    )


def _order(
    shipment: Shipment, carton: Carton, letters: Lettering, who: str, *, until: float
) -> Iterator[Element]:
    again = words.edition(shipment.edition)
    head = [f"PO {shipment.po_number}"]
    if shipment.department:
        head.append(f"DEPT {shipment.department}")
    yield from _block(
        [" · ".join(head)], (LEFT + 2, _ORDER + 4, 182, 23), 11, letters, f"{who}: PO", bold=True
    )
    yield from _block(
        [f"CARTON {carton.number} OF {carton.of}", *([again.upper()] if again else [])],
        (LEFT + 190, _ORDER + 4, RIGHT - LEFT - 192, 23),
        10,
        letters,
        f"{who}: carton",
        bold=True,
    )
    place = (LEFT + 2, _ORDER + 27, RIGHT - LEFT - 4, until - _ORDER - 28)
    yield from _contents(carton.contents, place, letters, f"{who}: item")


def _contents(
    contents: Sequence[Content], place: tuple[float, float, float, float], letters: Lettering, what: str
) -> Iterator[Element]:
    """The items of a carton, or that there are too many to name them here."""
    mixed = [f"MIXED CARTON: {len(contents)} items, see the packing list"]
    if len(contents) <= _LISTED:
        named = [line for content in contents for line in _named(content)]
        try:
            yield from [*_block(named, place, 8.5, letters, what)]
            return
        except DoesNotFit:
            if len(contents) == 1:
                raise
    yield from _block(mixed, place, 8.5, letters, what)


def _named(content: Content) -> Iterator[str]:
    names = (("ITEM", content.buyer_item), ("SKU", content.sku), ("GTIN", content.gtin))
    counted = f"QTY {words.number(content.quantity)} {content.unit}"
    yield " · ".join([*(f"{name} {value}" for name, value in names if value), counted])
    yield content.description


def _marked(place: Place, letters: Lettering, who: str) -> Iterator[Element]:
    symbol = store(place)
    yield Words(LEFT + 2, _MARK_FOR + 3, _SMALL, "MARK FOR")
    text = words.address(place)
    if place.code:
        text.insert(0, f"STORE {place.code}")
    width = (_MARK if symbol else RIGHT) - LEFT - 5
    yield from _block(
        text, (LEFT + 2, _MARK_FOR + 11, width, _SSCC - _MARK_FOR - 13), 8.5, letters, f"{who}: mark-for"
    )
    if symbol:
        yield from _centred(symbol.words, MARK_PLACE, _MARK_FOR + 4, 8, letters)
        yield Code(MARK_PLACE[0], _MARK_FOR + 15, MARK_PLACE[1], _SSCC - _MARK_FOR - 19, symbol)


def _sscc(carton: Carton, letters: Lettering) -> Iterator[Element]:
    symbol = Symbol("00", carton.sscc or "")
    yield Code(SSCC_PLACE[0], _SSCC + 6, SSCC_PLACE[1], _SSCC_HEIGHT, symbol)
    yield from _centred(symbol.words, SSCC_PLACE, _SSCC + 9 + _SSCC_HEIGHT, 12, letters, bold=True)


def _block(
    paragraphs: Sequence[str],
    place: tuple[float, float, float, float],
    size: float,
    letters: Lettering,
    what: str,
    *,
    bold: bool = False,
) -> Iterator[Element]:
    """Paragraphs in a place (x, top, width, height), shrunk until they fit."""
    x, top, width, height = place
    fitted = letters.fit(paragraphs, width, height, size, what=what, bold=bold)
    for n, line in enumerate(fitted.lines):
        yield Words(x, top + n * fitted.size * LEADING, fitted.size, line, bold)


def _centred(
    text: str,
    place: tuple[float, float],
    top: float,
    size: float,
    letters: Lettering,
    *,
    bold: bool = False,
) -> Iterator[Element]:
    x, width = place
    fitted = letters.fit([text], width, size * LEADING, size, what=text, bold=bold)
    for n, line in enumerate(fitted.lines):
        left = x + (width - letters.width(line, fitted.size, bold)) / 2
        yield Words(left, top + n * fitted.size * LEADING, fitted.size, line, bold)
