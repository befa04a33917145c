"""Packing lists: of a shipment or of one carton, in our name or (drop shipment) in the retailer's (spec B10).

Takes a frozen shipment, gives a Paper on letter paper, as many pages as it needs. There are prices only when the
shipment asks for them, and never in the retailer's name; there neither our name, address, order nor SKU appears.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from edi_gateway.papers import completeness, words
from edi_gateway.papers.completeness import Incomplete, said
from edi_gateway.papers.drawing import flow
from edi_gateway.papers.drawing.flow import Column, Part, Row, Table
from edi_gateway.papers.drawing.lettering import Lettering
from edi_gateway.papers.drawing.sheet import LETTER, Paper, Sheet
from edi_gateway.papers.records import Carton, Content, Line, Place, Shipment, Weight

_LEFT: Final = 36.0
_WIDTH: Final = LETTER[0] - 2 * _LEFT
_BOTTOM: Final = LETTER[1] - 48  # the foot stands below
_TOP: Final = 30.0
_ADDRESS: Final = 84.0  # height of an address
_FACT: Final = 38.0  # and of a row of numbers
_FIRST: Final = _TOP + 42 + _ADDRESS + 2 * _FACT + 14  # where the tables begin on the first page
_NEXT: Final = 84.0  # and on the others


def missing(shipment: Shipment) -> list[str]:
    """Everything that this shipment's packing list must have and has not, in plain words."""
    return [*_missing(shipment)]


def draw(shipment: Shipment, carton: int | None = None, fallbacks: Sequence[Path] = ()) -> Paper:
    """The packing list as PDF; of carton number `carton` alone when that is given.

    Raises Incomplete, DoesNotFit, FontUnreadable; KeyError for a carton that is not in the shipment.
    """
    lacks = missing(shipment)
    if lacks:
        raise Incomplete("The packing list", shipment.edition.number, lacks)
    chosen = next((each for each in shipment.cartons if each.number == carton), None)
    if carton is not None and chosen is None:
        raise KeyError(carton)
    letters = Lettering(fallbacks)
    tables = _of_carton(shipment, chosen) if chosen else _of_shipment(shipment)
    pages = flow.plan([*tables, *_messages(shipment)], letters, _BOTTOM - _FIRST, _BOTTOM - _NEXT)
    sheet = Sheet(LETTER, f"Packing list {shipment.edition.number}", letters)
    for n, parts in enumerate(pages, 1):
        if n > 1:
            sheet.new_page()
        _page(sheet, shipment, chosen, parts, n, len(pages))
    return sheet.done()


def _missing(shipment: Shipment) -> Iterator[str]:
    yield from completeness.edition(shipment.edition)
    yield from completeness.sender(shipment)
    if shipment.drop_ship and not said(shipment.drop_ship.brand):
        yield "the retailer's brand"
    yield from completeness.place("ship-to", shipment.ship_to)
    yield from completeness.mark_for("shipment", shipment.mark_for)
    yield from completeness.carrier(shipment.carrier)
    if not said(shipment.po_number):
        yield "PO number"
    if not said(shipment.our_order):
        yield "our order number"
    if shipment.shipped is None:
        yield "ship date"
    if not shipment.lines:
        yield "lines"
    elif all(not line.shipped for line in shipment.lines):
        yield "lines: a quantity that is shipped"
    for n, line in enumerate(shipment.lines, 1):
        yield from _of_line(shipment, line, n)
    if not shipment.cartons:
        yield "cartons"
    yield from completeness.cartons(shipment.cartons, or_tracking=True)
    for carton in shipment.cartons:
        yield from _in_carton(carton)
    yield from completeness.weight("shipment", shipment.weight)
    weighed = bool(shipment.cartons) and all(carton.weight for carton in shipment.cartons)
    if shipment.weight is None and not weighed and shipment.drop_ship is None:
        yield "weight of the shipment, or of each carton"
    if shipment.show_prices and shipment.drop_ship:
        yield "prices left out: in the retailer's name there are none"
    if shipment.show_prices and not said(shipment.currency):
        yield "currency of the prices"


def _of_line(shipment: Shipment, line: Line, n: int) -> Iterator[str]:
    who = f"line {line.number}" if said(line.number) else f"line at place {n}"
    if not said(line.number):
        yield f"{who}: number"
    if shipment.drop_ship is None and not said(line.sku):
        yield f"{who}: our SKU"
    if not said(line.buyer_item) and not said(line.gtin):
        yield f"{who}: the buyer's item number or GTIN"
    yield from completeness.gtin(who, line.gtin)
    if not said(line.description):
        yield f"{who}: description"
    yield from completeness.quantity(f"{who}: ordered quantity", line.ordered)
    yield from completeness.quantity(f"{who}: shipped quantity", line.shipped, zero=True)
    yield from completeness.quantity(f"{who}: backordered quantity", line.backordered, zero=True)
    yield from completeness.unit(who, line.unit)
    if shipment.show_prices:
        yield from completeness.quantity(f"{who}: price", line.price, zero=True)


def _in_carton(carton: Carton) -> Iterator[str]:
    if not carton.contents:
        yield f"carton {carton.number}: contents"
    yield from completeness.mark_for(f"carton {carton.number}", carton.mark_for)
    yield from completeness.weight(f"carton {carton.number}", carton.weight)
    for n, content in enumerate(carton.contents, 1):
        who = f"carton {carton.number}, content {n}"
        yield from completeness.gtin(who, content.gtin)
        if not said(content.description):
            yield f"{who}: description"
        yield from completeness.quantity(f"{who}: quantity", content.quantity)
        yield from completeness.unit(who, content.unit)


def _of_shipment(shipment: Shipment) -> Iterator[Table]:
    prices = (Column("PRICE", 60, "right"),) if shipment.show_prices else ()
    columns = (
        Column("LINE", 36),
        Column("ITEM", 106),
        Column("DESCRIPTION", _WIDTH - 316 - sum(column.width for column in prices)),
        Column("ORDERED", 47, "right"),
        Column("SHIPPED", 46, "right"),
        Column("BACKORD.", 48, "right"),
        Column("UNIT", 33, "centre"),
        *prices,
    )
    rows = []
    for line in shipment.lines:
        counted = (line.ordered, line.shipped, line.backordered)
        row = [
            (line.number,),
            tuple(_item(shipment, line)),
            tuple(_described(line)),
            *((words.number(value or Decimal(0)),) for value in counted),
            (line.unit,),
        ]
        if shipment.show_prices:
            row.append((f"{line.price:,f} {shipment.currency}",))
        rows.append(Row(tuple(row)))
    yield Table("Items", columns, tuple(rows))
    yield _cartons(shipment)


def _cartons(shipment: Shipment) -> Table:
    columns = (
        Column("CARTON", 54),
        Column("SSCC / TRACKING", 128),
        Column("MARK FOR", 78),
        Column("WEIGHT", 54, "right"),
        Column("CONTENTS", _WIDTH - 314),
    )
    rows = [
        Row(
            (
                (f"{carton.number} of {carton.of}",),
                tuple(each for each in (carton.sscc, carton.tracking) if each),
                tuple(_short(carton.mark_for or shipment.mark_for)),
                (words.weight(carton.weight),) if carton.weight else (),
                tuple(text for content in carton.contents for text in _packed(shipment, content)),
            )
        )
        for carton in shipment.cartons
    ]
    total = ("Total",), (_counted(shipment),), (), (_weights(shipment),), ()
    return Table("Cartons", columns, (*rows, Row(total, strong=True)))


def _of_carton(shipment: Shipment, carton: Carton) -> Iterator[Table]:
    columns = (
        Column("ITEM", 120),
        Column("DESCRIPTION", _WIDTH - 230),
        Column("QUANTITY", 70, "right"),
        Column("UNIT", 40, "centre"),
    )
    yield Table(
        f"Contents of carton {carton.number} of {carton.of}",
        columns,
        tuple(
            Row(
                (
                    tuple(_item(shipment, content)),
                    tuple(_described(content)),
                    (words.number(content.quantity),),
                    (content.unit,),
                )
            )
            for content in carton.contents
        ),
    )


def _messages(shipment: Shipment) -> Iterator[Table]:
    if shipment.drop_ship is None:
        return
    for title, text in (
        ("A gift for you", shipment.drop_ship.gift_message),
        ("Good to know", shipment.drop_ship.footer),
    ):
        if text and said(text):
            paragraphs = tuple(line for line in text.splitlines() if line.strip())
            yield Table(title, (Column("", _WIDTH),), (Row((paragraphs,)),), heads=False, size=10)


def _item(shipment: Shipment, of: Line | Content) -> Iterator[str]:
    if of.buyer_item:
        yield of.buyer_item
    if of.sku and shipment.drop_ship is None:
        yield f"Our SKU {of.sku}"
    if of.gtin:
        yield f"GTIN {of.gtin}"


def _described(of: Line | Content) -> Iterator[str]:
    yield of.description
    if of.lots:
        yield f"Lot {', '.join(of.lots)}"
    if of.serials:
        yield f"Serial {', '.join(of.serials)}"


def _packed(shipment: Shipment, content: Content) -> Iterator[str]:
    counted = f"{words.number(content.quantity)} {content.unit}"
    yield " · ".join([counted, *[*_item(shipment, content)][:1], content.description])
    yield from list(_described(content))[1:]


def _short(place: Place | None) -> Iterator[str]:
    if place is not None:
        yield place.code or place.name


def _counted(shipment: Shipment) -> str:
    return "1 carton" if len(shipment.cartons) == 1 else f"{len(shipment.cartons)} cartons"


def _weights(shipment: Shipment) -> str:
    """The shipment's weight, or the cartons' by unit."""
    weights: dict[str, Decimal] = {}
    for weight in [shipment.weight] if shipment.weight else [carton.weight for carton in shipment.cartons]:
        if weight:
            weights[weight.unit] = weights.get(weight.unit, Decimal(0)) + weight.value
    return " + ".join(words.weight(Weight(value, unit)) for unit, value in weights.items())


def _page(
    sheet: Sheet, shipment: Shipment, carton: Carton | None, parts: list[Part], n: int, of: int
) -> None:
    who = f"Packing list {shipment.edition.number}"
    right = _LEFT + _WIDTH
    brand = shipment.drop_ship.brand if shipment.drop_ship else shipment.ship_from.name
    sheet.block(_LEFT, _TOP, 330, 26, [brand], 17, what=f"{who}: name at the head", bold=True)
    sheet.text(right, _TOP + 15, "PACKING LIST", 17, bold=True, align="right")
    again = words.edition(shipment.edition)
    number = f"{shipment.edition.number}   {again}".strip()
    sheet.block(right - 190, _TOP + 20, 190, 14, [number], 9, what=f"{who}: number", align="right")
    sheet.line(_LEFT, _TOP + 36, right, _TOP + 36, 1.5)
    top = _TOP + 42
    if n == 1:
        marked = (carton and carton.mark_for) or shipment.mark_for
        top = _addresses(sheet, shipment, marked, who, top)
        _facts(sheet, shipment, carton, who, top)
        top = _FIRST
    else:
        sheet.block(_LEFT, top - 2, _WIDTH, 11, [f"PO {shipment.po_number}"], 8, what=f"{who}: PO")
        top = _NEXT
    flow.draw(sheet, parts, _LEFT, top)
    sheet.line(_LEFT, _BOTTOM + 8, right, _BOTTOM + 8, 0.5)
    sheet.block(_LEFT, _BOTTOM + 11, _WIDTH - 90, 11, [f"PO {shipment.po_number}"], 7.5, what=f"{who}: PO")
    sheet.text(right, _BOTTOM + 19, f"Page {n} of {of}", 7.5, align="right")


def _addresses(sheet: Sheet, shipment: Shipment, marked: Place | None, who: str, top: float) -> float:
    places = [
        ("RETURN ADDRESS" if shipment.drop_ship else "SHIP FROM", shipment.sender),
        ("SHIP TO", shipment.ship_to),
    ]
    if marked:
        places.append(("MARK FOR", marked))
    width = _WIDTH / len(places)
    for n, (title, place) in enumerate(places):
        x = _LEFT + n * width
        sheet.box(x, top, width, _ADDRESS, 0.5)
        sheet.text(x + 4, top + 10, title, 6.5, bold=True)
        lines = words.address(place)
        if place.code and not (n == 0 and shipment.drop_ship):
            lines.append(f"No. {place.code}")
        sheet.block(x + 4, top + 14, width - 8, _ADDRESS - 16, lines, 9, what=f"{who}: {title.lower()}")
    return top + _ADDRESS


def _facts(sheet: Sheet, shipment: Shipment, carton: Carton | None, who: str, top: float) -> None:
    """The numbers that there are, four a row."""
    retail = shipment.drop_ship
    carrier = shipment.carrier
    facts = [
        ("PURCHASE ORDER", shipment.po_number),
        ("DEPARTMENT", shipment.department),
        ("CUSTOMER ORDER", retail.customer_order) if retail else ("OUR ORDER", shipment.our_order),
        ("SHIP DATE", words.day(shipment.shipped) if shipment.shipped else None),
        ("CARRIER", " ".join(each for each in (carrier.scac, carrier.name, carrier.service) if each)),
        ("PRO NUMBER", carrier.pro),
        ("BILL OF LADING", shipment.bol),
        ("CARTON", f"{carton.number} of {carton.of}  {carton.sscc or carton.tracking}")
        if carton
        else ("PACKED", " · ".join(each for each in (_counted(shipment), _weights(shipment)) if each)),
    ]
    known = [(title, value) for title, value in facts if value]
    for n, (title, value) in enumerate(known):
        row = known[n // 4 * 4 : n // 4 * 4 + 4]
        width = _WIDTH / len(row)
        x, y = _LEFT + (n % 4) * width, top + (n // 4) * _FACT
        sheet.box(x, y, width, _FACT, 0.5)
        sheet.text(x + 4, y + 10, title, 6.5, bold=True)
        sheet.block(x + 4, y + 14, width - 8, _FACT - 16, [value], 10, what=f"{who}: {title.lower()}")
