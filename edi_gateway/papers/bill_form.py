"""The first page of a bill of lading: what stands where on the form (spec B10).

Takes a complete bill and the parts of its two tables that fit; draws. Called by bill_of_lading.py alone.
"""

from __future__ import annotations

from typing import Final

from edi_gateway.papers import words
from edi_gateway.papers.drawing import flow
from edi_gateway.papers.drawing.flow import Part
from edi_gateway.papers.drawing.gs1_128 import Symbol
from edi_gateway.papers.drawing.sheet import LETTER, Sheet
from edi_gateway.papers.records import BillOfLading, Place

LEFT: Final = 28.0
WIDTH: Final = LETTER[0] - 2 * LEFT
BOTTOM: Final = LETTER[1] - 26
_RIGHT: Final = LEFT + WIDTH
_MIDDLE: Final = LEFT + WIDTH / 2
_HALF: Final = WIDTH / 2

_PARTIES: Final = 52.0  # the upper edges of the sections
_ORDERS: Final = 302.0
_GOODS: Final = 436.0
_MONEY: Final = 604.0
_SIGNATURES: Final = 672.0
ORDERS_HEIGHT: Final = _GOODS - _ORDERS - 8
GOODS_HEIGHT: Final = _MONEY - _GOODS - 8
_BAR: Final = 12.0  # height of a section's dark title

_LIABILITY: Final = (
    "Liability for loss of or damage to these goods may be limited: see 49 U.S.C. 14706(c)(1)(A) and (B)."
)
_RECEIVED: Final = (
    "Received, subject to the rates and contracts that shipper and carrier have agreed in writing, else to the "
    "carrier's rates, classifications and rules that are open to the shipper on request, and to the law that applies."
)
# 49 CFR 172.204(a)(1) prescribes these words
_SHIPPER: Final = (
    "This is to certify that the above-named materials are properly classified, described, packaged, marked and "
    "labeled, and are in proper condition for transportation according to the applicable regulations of the "
    "Department of Transportation."
)
_CARRIER: Final = (
    "The carrier acknowledges receipt of packages and of required placards, and certifies that emergency response "
    "information was made available, or that it has the Department of Transportation's guidebook in the vehicle."
)


def draw(sheet: Sheet, bill: BillOfLading, orders: Part, goods: Part, pages: int) -> None:
    head(sheet, bill, "BILL OF LADING", 1, pages)
    _parties(sheet, bill)
    _carrier(sheet, bill)
    flow.draw(sheet, [orders], LEFT, _ORDERS)
    flow.draw(sheet, [goods], LEFT, _GOODS)
    _money(sheet, bill)
    _signatures(sheet, bill)


def head(sheet: Sheet, bill: BillOfLading, title: str, n: int, count: int) -> float:
    """The line at the top of every page; gives where it ends."""
    if bill.issued:
        sheet.text(LEFT, 40, f"Date {words.day(bill.issued)}", 9)
    sheet.text(_MIDDLE, 41, title, 15, bold=True, align="centre")
    sheet.text(_RIGHT, 30, words.edition(bill.edition), 8, bold=True, align="right")
    sheet.text(_RIGHT, 40, f"Page {n} of {count}", 9, align="right")
    return 46


def _parties(sheet: Sheet, bill: BillOfLading) -> None:
    """Left half: from where, to where, who pays, what else."""
    top = _PARTIES
    top = _party(sheet, bill, "SHIP FROM", bill.ship_from, ("SID#", bill.shipper_id), bill.fob_from, top, 60)
    top = _party(sheet, bill, "SHIP TO", bill.ship_to, ("CID#", bill.consignee_id), bill.fob_to, top, 60)
    _title(sheet, LEFT, top, _HALF, "THIRD PARTY FREIGHT CHARGES BILL TO")
    sheet.box(LEFT, top + _BAR, _HALF, 40, 0.6)
    if bill.bill_to:
        _words(
            sheet, bill, LEFT + 4, top + _BAR + 2, _HALF - 8, 37, words.address(bill.bill_to), 8, "bill-to"
        )
    top += _BAR + 40
    _title(sheet, LEFT, top, _HALF, "SPECIAL INSTRUCTIONS")
    sheet.box(LEFT, top + _BAR, _HALF, _ORDERS - 8 - top - _BAR, 0.6)
    if bill.instructions:
        room = _ORDERS - 12 - top - _BAR
        _words(
            sheet,
            bill,
            LEFT + 4,
            top + _BAR + 2,
            _HALF - 8,
            room,
            [bill.instructions],
            7.5,
            "special instructions",
        )


def _party(
    sheet: Sheet,
    bill: BillOfLading,
    title: str,
    place: Place,
    number: tuple[str, str | None],
    fob: bool,
    top: float,
    height: float,
) -> float:
    _title(sheet, LEFT, top, _HALF, title)
    top += _BAR
    sheet.box(LEFT, top, _HALF, height, 0.6)
    who = title.lower()
    _words(sheet, bill, LEFT + 4, top + 2, _HALF - 92, height - 16, words.address(place), 8.5, who)
    if place.code:
        sheet.text(_MIDDLE - 84, top + 10, "Location #", 6.5)
        _words(sheet, bill, _MIDDLE - 84, top + 13, 80, 20, [place.code], 9, f"{who} location number")
    sheet.text(LEFT + 4, top + height - 4, number[0], 7, bold=True)
    if number[1]:
        _words(sheet, bill, LEFT + 28, top + height - 13, _HALF - 90, 11, [number[1]], 8.5, number[0])
    sheet.text(_MIDDLE - 34, top + height - 4, "FOB", 7, bold=True)
    sheet.tick(_MIDDLE - 14, top + height - 4, fob)
    return top + height


def _carrier(sheet: Sheet, bill: BillOfLading) -> None:
    """Right half: the bill's number, the carrier, who pays, whether it is a master bill."""
    carrier, x, top = bill.carrier, _MIDDLE, _PARTIES
    _title(sheet, x, top, _HALF, "BILL OF LADING NUMBER")
    top += _BAR
    symbol = Symbol("402", bill.edition.number)
    sheet.box(x, top, _HALF, 70, 0.6)
    sheet.bars(x + 4, top + 6, _HALF - 8, 44, symbol)
    sheet.text(x + _HALF / 2, top + 63, symbol.words, 10, bold=True, align="centre")
    top += 70
    _title(sheet, x, top, _HALF, "CARRIER")
    top += _BAR
    facts = [
        ("Carrier name", " · ".join(each for each in (carrier.name, carrier.service) if each)),
        ("Trailer number", carrier.trailer),
        ("Seal number(s)", ", ".join(carrier.seals)),
        ("SCAC", carrier.scac),
        ("PRO number", carrier.pro),
    ]
    sheet.box(x, top, _HALF, 88, 0.6)
    for n, (title, value) in enumerate(facts):
        y = top + 2 + n * 17
        sheet.text(x + 4, y + 11, title, 7)
        if value:
            _words(sheet, bill, x + 66, y, _HALF - 70, 16, [value], 9, title.lower(), bold=True)
    top += 88
    _title(sheet, x, top, _HALF, "FREIGHT CHARGE TERMS")
    top += _BAR
    sheet.box(x, top, _HALF, _ORDERS - 8 - top, 0.6)
    for n, (name, terms) in enumerate(
        (("Prepaid", "prepaid"), ("Collect", "collect"), ("3rd party", "third party"))
    ):
        sheet.tick(x + 8 + n * 86, top + 14, bill.terms == terms)
        sheet.text(x + 19 + n * 86, top + 14, name, 8.5)
    sheet.line(x, top + 22, x + _HALF, top + 22, 0.4)
    sheet.tick(x + 8, top + 36, bill.master)
    text = "Master bill of lading, with underlying bills"
    if bill.master:
        text += f": {len(bill.underlying):,}, listed on the supplement page"
    _words(sheet, bill, x + 19, top + 27, _HALF - 23, 14, [text], 7.5, "master bill")


def _money(sheet: Sheet, bill: BillOfLading) -> None:
    """Declared value on the left, collect on delivery on the right, liability below."""
    height = 38.0
    sheet.box(LEFT, _MONEY, _HALF, height, 0.6)
    text = "Where the rate depends on value, the shipper states that these goods are worth no more than"
    declared = bill.declared
    said = (
        f"{declared.amount:,f} {declared.currency} per {declared.per}."
        if declared
        else "_______________ per ________."
    )
    _words(sheet, bill, LEFT + 4, _MONEY + 3, _HALF - 8, height - 5, [text, said], 7.5, "declared value")
    x, cod = _MIDDLE, bill.cod
    sheet.box(x, _MONEY, _HALF, height, 0.6)
    amount = f"{cod.amount:,f} {cod.currency}" if cod else ""
    _words(sheet, bill, x + 4, _MONEY + 3, _HALF - 8, 14, [f"COD amount {amount}"], 9, "COD", bold=True)
    sheet.text(x + 4, _MONEY + 31, "Fee terms", 7.5)
    for n, fee in enumerate(("collect", "prepaid")):
        sheet.tick(x + 50 + n * 54, _MONEY + 31, cod is not None and cod.fee == fee)
        sheet.text(x + 60 + n * 54, _MONEY + 31, fee.capitalize(), 7.5)
    sheet.tick(x + 162, _MONEY + 31, cod is not None and cod.check_accepted)
    sheet.text(x + 172, _MONEY + 31, "Customer check acceptable", 7.5)
    sheet.text(LEFT + WIDTH / 2, _MONEY + height + 10, _LIABILITY, 7, bold=True, align="centre")
    _words(sheet, bill, LEFT, _MONEY + height + 13, WIDTH, 17, [_RECEIVED], 6.5, "terms")


def _signatures(sheet: Sheet, bill: BillOfLading) -> None:
    """Four boxes: the shipper's word, who loaded, who counted, the carrier's word."""
    height = BOTTOM - _SIGNATURES
    widths = (186.0, 78.0, 106.0, WIDTH - 370)
    x = LEFT
    for n, width in enumerate(widths):
        sheet.box(x, _SIGNATURES, width, height, 0.6)
        match n:
            case 0:
                _signature(sheet, bill, x, width, "Shipper signature / date", _SHIPPER)
            case 1:
                choices = (("By shipper", "shipper"), ("By driver", "driver"))
                _choices(sheet, x, "Trailer loaded", choices, bill.loaded_by)
            case 2:
                counts = (
                    ("By shipper", "shipper"),
                    ("By driver, pallets", "driver pallets"),
                    ("said to contain", None),
                    ("By driver, pieces", "driver pieces"),
                )
                _choices(sheet, x, "Freight counted", counts, bill.counted_by)
            case _:
                _signature(sheet, bill, x, width, "Carrier signature / pickup date", _CARRIER)
        x += width


def _signature(sheet: Sheet, bill: BillOfLading, x: float, width: float, title: str, text: str) -> None:
    sheet.text(x + 4, _SIGNATURES + 10, title, 7.5, bold=True)
    _words(sheet, bill, x + 4, _SIGNATURES + 14, width - 8, 44, [text], 6.5, title)
    sheet.line(x + 6, BOTTOM - 12, x + width - 6, BOTTOM - 12, 0.6)
    sheet.text(x + 6, BOTTOM - 4, "Signature", 6)
    sheet.text(x + width - 6, BOTTOM - 4, "Date", 6, align="right")


def _choices(
    sheet: Sheet, x: float, title: str, choices: tuple[tuple[str, str | None], ...], chosen: str | None
) -> None:
    sheet.text(x + 4, _SIGNATURES + 10, title, 7.5, bold=True)
    y = _SIGNATURES + 28
    for name, value in choices:
        if value is not None:
            sheet.tick(x + 5, y, chosen == value)
        else:
            y -= 6  # the second line of the choice above
        sheet.text(x + 16, y, name, 7)
        y += 16


def _title(sheet: Sheet, x: float, top: float, width: float, text: str) -> None:
    sheet.box(x, top, width, _BAR, 0, grey=0.2)
    sheet.text(x + width / 2, top + 8.8, text, 7.5, bold=True, align="centre", white=True)


def _words(
    sheet: Sheet,
    bill: BillOfLading,
    x: float,
    top: float,
    width: float,
    height: float,
    paragraphs: list[str],
    size: float,
    what: str,
    *,
    bold: bool = False,
) -> None:
    sheet.block(
        x,
        top,
        width,
        height,
        paragraphs,
        size,
        what=f"Bill of lading {bill.edition.number}: {what}",
        bold=bold,
    )
