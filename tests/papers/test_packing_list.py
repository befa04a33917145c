"""Packing lists: what is on them, what must be, and what the retailer's customer never sees (spec B10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.papers import packing_list
from edi_gateway.papers.completeness import Incomplete
from edi_gateway.papers.drawing.lettering import DoesNotFit
from edi_gateway.papers.records import Carrier, DropShip, Edition, Place, Shipment, Weight
from tests.papers import build, scanner

HEADS = "LINE ITEM DESCRIPTION ORDERED SHIPPED BACKORD. UNIT"


def test_it_holds_places_numbers_lines_and_cartons() -> None:
    paper = packing_list.draw(build.shipment())
    assert (paper.media_type, paper.pages, paper.notes) == ("application/pdf", 1, ())
    assert scanner.sizes(paper.content) == [(8.5, 11)]
    [text] = scanner.texts(paper.content)
    for words in (
        "Tarnbrook Homeware Inc. PACKING LIST SH-20260115-1",
        "SHIP FROM Tarnbrook Homeware Inc. 1200 Fell Road Dock 4 Dayton, OH 45402-1234 No. DAY1",
        "SHIP TO Kestrelmoor Stores DC 599 88 Harrier Way Joliet, IL 60431 No. 0599",
        "MARK FOR Kestrelmoor Store 0142 7 Mill Lane Decatur, IL 62521 No. 0142",
        "PURCHASE ORDER 4500017",
        "DEPARTMENT 22",
        "OUR ORDER SO-07YSFJR6C0001",
        "SHIP DATE 01/15/2026",
        "CARRIER FFLN Fernhill Freight Lines LTL standard",
        "PRO NUMBER 4417002318",
        "BILL OF LADING 06141410000123452",
        "PACKED 2 cartons · 45.5 LB",
        HEADS,
        "001 4417-22 Our SKU TB-1001 GTIN 10012345678902 Stoneware mug, slate blue, 12 oz "
        "Lot L2601 Serial SN-7, SN-8 60 48 12 EA",
        "002 4417-30 Our SKU TB-1002 Stoneware bowl, slate blue 12 12 0 EA",
        "1 of 2 006141410000001019 0142 31.5 LB 48 EA · 4417-22 · Stoneware mug, slate blue, 12 oz "
        "Lot L2601 Serial SN-7, SN-8",
        "2 of 2 006141410000001026 0142 14 LB 12 EA · 4417-30 · Stoneware bowl, slate blue",
        "Total 2 cartons 45.5 LB",
        "PO 4500017 Page 1 of 1",
    ):
        assert words in text, words
    assert "4.25" not in text
    assert "6.10" not in text


def test_prices_stand_there_when_they_are_asked_for() -> None:
    paper = packing_list.draw(replace(build.shipment(), show_prices=True, currency="USD"))
    [text] = scanner.texts(paper.content)
    assert f"{HEADS} PRICE" in text
    assert "60 48 12 EA 4.25 USD" in text
    assert "12 12 0 EA 6.10 USD" in text


def test_in_the_retailers_name_nothing_names_us_and_nothing_has_a_price() -> None:
    paper = packing_list.draw(build.parcel())
    [text] = scanner.texts(paper.content)
    for words in (
        "Kestrelmoor PACKING LIST",
        "RETURN ADDRESS Kestrelmoor Online Returns 500 Heron Parkway Peoria, IL 61602",
        "SHIP TO Zoë Muñoz 14 Rowan Court Apt. 2B Springfield, MO 65806",
        "PURCHASE ORDER KW-99120",
        "CUSTOMER ORDER W-3301-88",
        "1 4417-22 GTIN 10012345678902 Stoneware mug, slate blue, 12 oz 2 1 1 EA",
        "1 of 1 006141410000001019 HP0000447711 1.2 LB 1 EA · Mug",
        "A gift for you Happy birthday, Zoë! With love from all of us.",
        "Good to know Questions? Call 1-800-555-0142. Returns are free for 30 days.",
    ):
        assert words in text, words
    whole = text + str(pypdfium2.PdfDocument(paper.content).get_metadata_dict())
    for ours in ("Tarnbrook", "Dayton", "Fell Road", "SO-07YSFJR6C0002", "TB-1001", "9.99", "PRICE"):
        assert ours not in whole, ours


def test_one_carton_has_a_list_of_its_own() -> None:
    shipment = build.shipment()
    store = Place("Kestrelmoor Store 0077", code="0077")
    cartons = (shipment.cartons[0], replace(shipment.cartons[1], mark_for=store))
    [text] = scanner.texts(packing_list.draw(replace(shipment, cartons=cartons), carton=2).content)
    assert "CARTON 2 of 2 006141410000001026" in text
    assert "MARK FOR Kestrelmoor Store 0077" in text
    assert (
        "Contents of carton 2 of 2 ITEM DESCRIPTION QUANTITY UNIT 4417-30 Our SKU TB-1002 Stoneware bowl"
        in text
    )
    assert "4417-22" not in text
    with pytest.raises(KeyError):
        packing_list.draw(shipment, carton=3)


def test_many_lines_run_over_pages_that_each_say_what_they_are() -> None:
    shipment = build.shipment()
    lines = tuple(replace(shipment.lines[1], number=f"{n:03}", buyer_item=f"B-{n:03}") for n in range(1, 121))
    paper = packing_list.draw(replace(shipment, lines=lines))
    pages = scanner.texts(paper.content)
    assert len(pages) == paper.pages > 3
    for n, text in enumerate(pages, 1):
        assert "Tarnbrook Homeware Inc. PACKING LIST SH-20260115-1" in text
        assert text.endswith(f"PO 4500017 Page {n} of {len(pages)}")
        assert HEADS in text or n == len(pages)
        assert ("Items (continued)" in text) == ("B-" in text and n > 1)
    whole = " ".join(pages)
    assert [whole.count(f"B-{n:03} ") for n in range(1, 121)] == [1] * 120
    assert whole.index("B-120 ") < whole.index("006141410000001019")
    assert scanner.inside(paper.content)


def test_a_row_that_no_page_holds_goes_on_on_the_next() -> None:
    serials = tuple(f"SERIAL-{n:05}" for n in range(2000))
    shipment = build.shipment()
    lines = (replace(shipment.lines[0], serials=serials), shipment.lines[1])
    paper = packing_list.draw(replace(shipment, lines=lines))
    whole = "".join(scanner.texts(paper.content)).replace(" ", "")
    assert paper.pages > 3
    assert all(whole.count(serial) == 1 for serial in serials)
    assert scanner.inside(paper.content)


def test_weights_are_added_by_unit() -> None:
    shipment = build.shipment()
    cartons = (shipment.cartons[0], replace(shipment.cartons[1], weight=Weight(Decimal("2.50"), "KG")))
    [text] = scanner.texts(packing_list.draw(replace(shipment, cartons=cartons)).content)
    assert "PACKED 2 cartons · 31.5 LB + 2.5 KG" in text
    [text] = scanner.texts(packing_list.draw(replace(shipment, weight=Weight(Decimal(50)))).content)
    assert "PACKED 2 cartons · 50 LB" in text


def test_a_reprint_is_the_same_list_but_for_its_mark() -> None:
    shipment = build.shipment()
    assert packing_list.draw(shipment).content == packing_list.draw(shipment).content
    again = replace(shipment, edition=Edition(shipment.edition.number, version=3, reprint=2))
    assert "SH-20260115-1 Version 3 REPRINT 2" in scanner.texts(packing_list.draw(again).content)[0]


def with_(**change: object) -> Callable[[Shipment], Shipment]:
    return lambda shipment: replace(shipment, **change)


def in_line(**change: object) -> Callable[[Shipment], Shipment]:
    return lambda shipment: replace(shipment, lines=(replace(shipment.lines[0], **change), shipment.lines[1]))


def in_carton(**change: object) -> Callable[[Shipment], Shipment]:
    return lambda shipment: replace(
        shipment, cartons=(replace(shipment.cartons[0], **change), shipment.cartons[1])
    )


def in_content(**change: object) -> Callable[[Shipment], Shipment]:
    return in_carton(contents=(replace(build.MUGS, **change),))


LACKS: list[tuple[Callable[[Shipment], Shipment], list[str]]] = [
    (with_(edition=Edition(" ")), ["the paper's number"]),
    (with_(ship_from=replace(build.WAREHOUSE, name="")), ["ship-from: name"]),
    (with_(ship_to=replace(build.DC, street=())), ["ship-to: street"]),
    (with_(ship_to=replace(build.DC, city="")), ["ship-to: city"]),
    (with_(ship_to=replace(build.DC, region="")), ["ship-to: state or province"]),
    (with_(ship_to=replace(build.DC, postal_code="")), ["ship-to: postal code"]),
    (with_(mark_for=Place(" ")), ["shipment: mark-for name or number"]),
    (with_(carrier=Carrier()), ["carrier: SCAC or name"]),
    (with_(po_number=""), ["PO number"]),
    (with_(our_order=""), ["our order number"]),
    (with_(shipped=None), ["ship date"]),
    (with_(lines=()), ["lines"]),
    (with_(cartons=()), ["cartons", "weight of the shipment, or of each carton"]),
    (with_(cartons=(), weight=Weight(Decimal(9))), ["cartons"]),
    (with_(weight=Weight(Decimal(0))), ["shipment: weight: 0 is none"]),
    (with_(show_prices=True), ["currency of the prices"]),
    (in_line(number=""), ["line at place 1: number"]),
    (in_line(sku=None), ["line 001: our SKU"]),
    (in_line(buyer_item=None), []),  # the GTIN is enough
    (in_line(gtin=None), []),
    (in_line(buyer_item=None, gtin=None), ["line 001: the buyer's item number or GTIN"]),
    (
        in_line(gtin="10012345678903"),
        ["line 001: GTIN '10012345678903' has a wrong check digit: after 1001234567890 comes 2"],
    ),
    (in_line(description=" "), ["line 001: description"]),
    (in_line(ordered=None), ["line 001: ordered quantity"]),
    (in_line(shipped=None), ["line 001: shipped quantity"]),
    (in_line(backordered=None), ["line 001: backordered quantity"]),
    (in_line(ordered=Decimal(-1)), ["line 001: ordered quantity: -1 is none"]),
    (in_line(shipped=Decimal(0)), []),  # the other line is shipped
    (in_line(unit=""), ["line 001: unit"]),
    (in_carton(sscc=None), ["carton 1: SSCC or tracking number"]),
    (in_carton(sscc=None, tracking="HP1"), []),
    (in_carton(weight=None), ["weight of the shipment, or of each carton"]),
    (in_carton(weight=Weight(Decimal(1), "")), ["carton 1: weight: unit"]),
    (in_carton(contents=()), ["carton 1: contents"]),
    (in_carton(mark_for=Place("")), ["carton 1: mark-for name or number"]),
    (in_content(description=""), ["carton 1, content 1: description"]),
    (in_content(quantity=Decimal(0)), ["carton 1, content 1: quantity: 0 is none"]),
    (in_content(unit=""), ["carton 1, content 1: unit"]),
    (
        in_content(gtin="123"),
        ["carton 1, content 1: GTIN '123' must be a GTIN of 8, 12, 13 or 14 digits"],
    ),
]


@pytest.mark.parametrize(
    ("change", "missing"), LACKS, ids=lambda each: str(each) if isinstance(each, list) else ""
)
def test_what_is_missing_is_listed_and_nothing_else(
    change: Callable[[Shipment], Shipment], missing: list[str]
) -> None:
    shipment = change(build.shipment())
    assert packing_list.missing(shipment) == missing
    if missing:
        with pytest.raises(Incomplete) as caught:
            packing_list.draw(shipment)
        assert caught.value.missing == tuple(missing)
    else:
        assert packing_list.draw(shipment).pages == 1


def test_something_must_be_shipped() -> None:
    shipment = build.shipment()
    nothing = tuple(replace(line, shipped=Decimal(0)) for line in shipment.lines)
    assert packing_list.missing(replace(shipment, lines=nothing)) == ["lines: a quantity that is shipped"]


def test_prices_that_are_asked_for_must_be_there() -> None:
    shipment = replace(build.shipment(), show_prices=True, currency="USD")
    lines = (replace(shipment.lines[0], price=None), shipment.lines[1])
    assert packing_list.missing(replace(shipment, lines=lines)) == ["line 001: price"]


def test_the_retailers_variant_needs_his_brand_and_address_and_neither_our_sku_nor_weights() -> None:
    parcel = build.parcel()
    bare = replace(
        parcel,
        lines=(replace(parcel.lines[0], sku=None),),
        cartons=(replace(parcel.cartons[0], weight=None, sscc=None),),
        ship_from=Place(""),
    )
    assert packing_list.missing(bare) == []
    assert packing_list.draw(bare).pages == 1
    assert packing_list.missing(replace(bare, drop_ship=DropShip("", build.RETAILER))) == [
        "the retailer's brand"
    ]
    nowhere = replace(build.RETAILER, street=())
    assert packing_list.missing(replace(bare, drop_ship=DropShip("K", nowhere))) == ["return address: street"]
    assert packing_list.missing(replace(parcel, show_prices=True, currency="USD")) == [
        "prices left out: in the retailer's name there are none"
    ]


@settings(max_examples=60, deadline=None)
@given(*[st.text(st.characters(exclude_categories=()), min_size=1, max_size=60)] * 4)
def test_no_text_crashes_it(brand: str, message: str, item: str, street: str) -> None:
    parcel = build.parcel()
    assert parcel.drop_ship is not None
    parcel = replace(
        parcel,
        drop_ship=replace(parcel.drop_ship, brand=brand, gift_message=message),
        lines=(replace(parcel.lines[0], buyer_item=item, description=item),),
        ship_to=replace(build.BUYER, street=(street,)),
    )
    if packing_list.missing(parcel):
        with pytest.raises(Incomplete):
            packing_list.draw(parcel)
        return
    try:
        paper = packing_list.draw(parcel)
    except DoesNotFit:  # sixty characters of which each is drawn as [U+10FFFF] are six hundred
        return
    [text] = scanner.texts(paper.content)
    assert text.endswith("PO KW-99120 Page 1 of 1")


@settings(max_examples=40, deadline=None)
@given(st.text("ABCdef 0123456789<>&/#%\n", min_size=1, max_size=300))
def test_a_gift_message_is_whole_whatever_it_looks_like(message: str) -> None:
    parcel = build.parcel()
    assert parcel.drop_ship is not None
    paper = packing_list.draw(
        replace(parcel, drop_ship=replace(parcel.drop_ship, gift_message=f"A{message}Z"))
    )
    text = "".join(scanner.texts(paper.content)).replace(" ", "")
    assert f"Agiftforyou{''.join(f'A{message}Z'.split())}Goodtoknow" in text
