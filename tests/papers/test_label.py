"""GS1-128 carton labels: what is on them, what must be, and what scanners read (spec B10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.papers import label
from edi_gateway.papers.completeness import Incomplete
from edi_gateway.papers.records import Carrier, Carton, Edition, Place, Shipment
from tests.papers import build, scanner


def test_every_carton_has_a_page_of_four_by_six_inches_with_its_bar_codes() -> None:
    paper = label.draw(build.shipment())
    assert (paper.media_type, paper.pages, paper.notes) == ("application/pdf", 2, ())
    assert scanner.sizes(paper.content) == [(4, 6), (4, 6)]
    assert scanner.codes(paper.content) == [
        ["(420)60431", "(91)0142", "(00)006141410000001019"],
        ["(420)60431", "(91)0142", "(00)006141410000001026"],
    ]


def test_the_zones_hold_what_people_read() -> None:
    first, second = scanner.texts(label.draw(build.shipment()).content)
    for words in (
        "SHIP FROM Tarnbrook Homeware Inc. 1200 Fell Road Dock 4 Dayton, OH 45402-1234",
        "SHIP TO Kestrelmoor Stores DC 599 No. 0599 88 Harrier Way Joliet, IL 60431",
        "SHIP TO POSTAL CODE (420) 60431",
        "CARRIER FFLN Fernhill Freight Lines LTL standard PRO 4417002318 B/L 06141410000123452",
        "PO 4500017 · DEPT 22",
        "CARTON 1 OF 2",
        "ITEM 4417-22 · SKU TB-1001 · GTIN 10012345678902 · QTY 48 EA Stoneware mug, slate blue, 12 oz",
        "MARK FOR STORE 0142 Kestrelmoor Store 0142 7 Mill Lane Decatur, IL 62521 (91) 0142",
        "(00) 006141410000001019",
    ):
        assert words in first
    assert "CARTON 2 OF 2" in second
    assert "ITEM 4417-30 · SKU TB-1002 · QTY 12 EA Stoneware bowl, slate blue" in second
    assert second.endswith("(00) 006141410000001026")


def test_outside_the_us_the_postal_code_travels_with_the_digits_of_the_country() -> None:
    toronto = Place("Kestrelmoor Canada", ("9 Plover Road",), "Toronto", "ON", "M5V 3L9", "CA")
    paper = label.draw(replace(build.shipment(), ship_to=toronto, mark_for=None))
    assert scanner.codes(paper.content)[0] == ["(421)124M5V3L9", "(00)006141410000001019"]
    assert "Toronto, ON M5V 3L9 CA" in scanner.texts(paper.content)[0]


def test_a_postal_code_of_nine_digits_has_no_hyphen_in_the_bar_code() -> None:
    to = replace(build.DC, postal_code="60431-0099")
    assert scanner.codes(label.draw(replace(build.shipment(), ship_to=to)).content)[0][0] == "(420)604310099"


def test_each_carton_may_be_for_a_store_of_its_own() -> None:
    shipment = build.shipment()
    other = Place("Kestrelmoor Store 0077", code="0077")
    cartons = (shipment.cartons[0], replace(shipment.cartons[1], mark_for=other))
    pages = scanner.codes(label.draw(replace(shipment, cartons=cartons)).content)
    assert [codes[1] for codes in pages] == ["(91)0142", "(91)0077"]


def test_a_place_without_a_number_has_words_and_no_bar_code() -> None:
    shipment = replace(build.shipment(), mark_for=Place("Aisle 7, Ms. Rowan"))
    paper = label.draw(shipment)
    assert scanner.codes(paper.content)[0] == ["(420)60431", "(00)006141410000001019"]
    assert "MARK FOR Aisle 7, Ms. Rowan" in scanner.texts(paper.content)[0]


def test_a_carton_of_many_items_says_that_it_is_mixed() -> None:
    shipment = build.shipment()
    three, four = (replace(shipment.cartons[0], contents=(build.MUGS,) * n) for n in (3, 4))
    assert scanner.texts(label.draw(replace(shipment, cartons=(three,))).content)[0].count("TB-1001") == 3
    text = scanner.texts(label.draw(replace(shipment, cartons=(four,))).content)[0]
    assert "MIXED CARTON: 4 items, see the packing list" in text
    assert "TB-1001" not in text
    long = replace(
        shipment.cartons[0], contents=(replace(build.MUGS, description="M" * 80, sku="K" * 48),) * 3
    )
    text = scanner.texts(label.draw(replace(shipment, cartons=(long,))).content)[0]
    assert "MIXED CARTON: 3 items, see the packing list" in text  # they have no room by name


def test_a_parcel_in_the_retailers_name_comes_from_him() -> None:
    text = scanner.texts(label.draw(build.parcel()).content)[0]
    assert "SHIP FROM Kestrelmoor Online Returns 500 Heron Parkway Peoria, IL 61602" in text
    assert "TRK HP0000447711" in text
    assert "Tarnbrook" not in text


def test_a_reprint_is_the_same_label_but_for_its_mark() -> None:
    shipment = build.shipment()
    assert label.draw(shipment).content == label.draw(shipment).content
    again = replace(shipment, edition=Edition(shipment.edition.number, version=2, reprint=1))
    assert "CARTON 1 OF 2 VERSION 2 REPRINT 1" in scanner.texts(label.draw(again).content)[0]
    assert "REPRINT" not in scanner.texts(label.draw(shipment).content)[0]


def in_first_carton(**change: object) -> Callable[[Shipment], Shipment]:
    def changed(shipment: Shipment) -> Shipment:
        first, *others = shipment.cartons
        return replace(shipment, cartons=(replace(first, **change), *others))

    return changed


def in_content(**change: object) -> Callable[[Shipment], Shipment]:
    return in_first_carton(contents=(replace(build.MUGS, **change),))


def with_(**change: object) -> Callable[[Shipment], Shipment]:
    return lambda shipment: replace(shipment, **change)


LACKS: list[tuple[Callable[[Shipment], Shipment], list[str]]] = [
    (with_(edition=Edition("")), ["the paper's number"]),
    (with_(edition=Edition("S", 0)), ["version and reprint: 0 and 0 count nothing"]),
    (with_(ship_from=replace(build.WAREHOUSE, name=" ")), ["ship-from: name"]),
    (with_(ship_from=replace(build.WAREHOUSE, street=("",))), ["ship-from: street"]),
    (with_(ship_from=replace(build.WAREHOUSE, city=None)), ["ship-from: city"]),
    (with_(ship_from=replace(build.WAREHOUSE, region=None)), ["ship-from: state or province"]),
    (with_(ship_from=replace(build.WAREHOUSE, postal_code=None)), ["ship-from: postal code"]),
    (with_(ship_to=replace(build.DC, name="\u200b")), ["ship-to: name"]),
    (with_(ship_to=replace(build.DC, street=())), ["ship-to: street"]),
    (with_(ship_to=replace(build.DC, city="")), ["ship-to: city"]),
    (with_(ship_to=replace(build.DC, region="")), ["ship-to: state or province"]),
    (with_(ship_to=replace(build.DC, postal_code="")), ["ship-to: postal code"]),
    (
        with_(ship_to=replace(build.DC, postal_code="6043")),
        ["ship-to: ZIP code '6043' has not 5 or 9 digits"],
    ),
    (
        with_(ship_to=replace(build.DC, country="USA")),
        ["ship-to: country 'USA' is no ISO code of two letters"],
    ),
    (
        with_(ship_to=replace(build.DC, country="DE", region=None, postal_code="D 80331 MUC")),
        [],  # nine characters without the blanks
    ),
    (
        with_(ship_to=replace(build.DC, country="DE", region=None, postal_code="D-80331-MUC1")),
        ["ship-to: postal code 'D-80331-MUC1' cannot be a bar code"],
    ),
    (
        with_(ship_to=replace(build.DC, country="DE", region=None, postal_code="80 §31")),
        ["ship-to: postal code '80 §31' cannot be a bar code"],
    ),
    (with_(carrier=Carrier(pro="1")), ["carrier: SCAC or name"]),
    (with_(carrier=Carrier("ffln", pro="1")), ["carrier: SCAC 'ffln' is not 2 to 4 capital letters"]),
    (
        with_(carrier=Carrier("FFLN"), bol=None),
        ["carton 1: BOL, PRO or tracking number", "carton 2: BOL, PRO or tracking number"],
    ),
    (with_(carrier=Carrier("FFLN")), []),  # the BOL is enough
    (with_(bol=None), []),  # and so is the PRO
    (with_(po_number=""), ["PO number"]),
    (with_(cartons=()), ["cartons"]),
    (with_(mark_for=Place("")), ["carton 1: mark-for name or number", "carton 2: mark-for name or number"]),
    (in_first_carton(mark_for=Place("", code="0077")), []),
    (
        in_first_carton(mark_for=Place("Store", code="N°7")),
        ["carton 1: mark-for number 'N°7' cannot be a bar code"],
    ),
    (
        in_first_carton(mark_for=Place("Store", code="A" * 40)),
        [f"carton 1: mark-for number '{'A' * 40}' cannot be a bar code"],
    ),
    (in_first_carton(sscc=None), ["carton 1: SSCC"]),
    (
        in_first_carton(sscc="006141410000001018"),
        ["carton 1: SSCC 006141410000001018 has a wrong check digit: after 00614141000000101 comes 9"],
    ),
    (in_first_carton(sscc="0614141"), ["carton 1: SSCC '0614141' must have 18 digits"]),
    (
        in_first_carton(sscc="00006141410000001019"),  # the AI is ours to add
        ["carton 1: SSCC '00006141410000001019' must have 18 digits"],
    ),
    (in_first_carton(sscc=build.SSCC_2), [f"carton 2: an SSCC of its own, {build.SSCC_2} is on carton 1"]),
    (in_first_carton(number=0), ["carton 0: its place in the count, 0 of 2 is none"]),
    (in_first_carton(number=2), ["carton 2: a number of its own"]),
    (in_first_carton(of=3), ["carton 2: the same count as the others, 2 is not 3"]),
    (in_first_carton(contents=()), ["carton 1: contents"]),
    (in_content(sku=None, buyer_item=None, gtin=""), ["carton 1, content 1: item number"]),
    (in_content(sku=None, buyer_item=None), []),  # the GTIN is enough
    (
        in_content(gtin="10012345678903"),
        ["carton 1, content 1: GTIN '10012345678903' has a wrong check digit: after 1001234567890 comes 2"],
    ),
    (in_content(quantity=Decimal(0)), ["carton 1, content 1: quantity: 0 is none"]),
    (in_content(quantity=Decimal("NaN")), ["carton 1, content 1: quantity: NaN is none"]),
    (in_content(unit=""), ["carton 1, content 1: unit"]),
]


@pytest.mark.parametrize(
    ("change", "missing"), LACKS, ids=lambda each: str(each) if isinstance(each, list) else ""
)
def test_what_is_missing_is_listed_and_nothing_else(
    change: Callable[[Shipment], Shipment], missing: list[str]
) -> None:
    shipment = change(build.shipment())
    assert label.missing(shipment) == missing
    if missing:
        with pytest.raises(Incomplete) as caught:
            label.draw(shipment)
        assert caught.value.missing == tuple(missing)
    else:
        assert label.draw(shipment).pages == 2


def test_the_refusal_lists_everything_at_once() -> None:
    shipment = replace(build.shipment(), po_number="", carrier=Carrier(pro="1"))
    with pytest.raises(Incomplete) as caught:
        label.draw(shipment)
    assert str(caught.value) == (
        "The label SH-20260115-1 cannot be drawn while this is missing: carrier: SCAC or name; PO number."
    )


def test_the_return_address_of_a_drop_shipment_is_asked_for_instead_of_ours() -> None:
    parcel = build.parcel()
    assert parcel.drop_ship is not None
    nowhere = replace(parcel.drop_ship, return_address=Place(""))
    assert label.missing(replace(parcel, ship_from=Place(""))) == []
    assert label.missing(replace(parcel, drop_ship=nowhere)) == [
        "return address: name",
        "return address: street",
        "return address: city",
        "return address: state or province",
        "return address: postal code",
    ]


def test_the_longest_texts_that_x12_allows_are_all_there() -> None:
    """N102 and N201 to N202 60 characters, N301 and N302 55, N401 30, REF02 50, PO 22, description 80."""
    wide = Place(
        "W" * 60, ("X" * 60, "Y" * 60, "Q" * 55, "R" * 55), "C" * 30, "IL", "60431-0099", code="8" * 17
    )
    marked = replace(wide, street=("X" * 55, "Q" * 55), code="0142")  # the smallest zone: N3 without N2
    shipment = replace(
        build.shipment(),
        ship_from=wide,
        ship_to=wide,
        mark_for=marked,
        po_number="P" * 22,
        department="D" * 30,
        carrier=Carrier("FFLN", "N" * 35, "S" * 30, "7" * 30),
        bol="B" * 30,
    )
    content = replace(build.MUGS, description="M" * 80, buyer_item="I" * 48, sku="K" * 30)
    first = replace(shipment.cartons[0], tracking="T" * 30, contents=(content,))
    paper = label.draw(replace(shipment, cartons=(first,)))
    drawn = scanner.texts(paper.content)[0].replace(" ", "")
    for times, letter, length in (
        (3, "W", 60),
        (2, "X", 60),
        (3, "X", 55),
        (3, "Q", 55),
        (1, "P", 22),
        (1, "D", 30),
        (1, "T", 30),
        (1, "M", 80),
        (1, "I", 48),
    ):
        assert drawn.count(letter * length) == times, letter
    assert scanner.inside(paper.content)
    assert scanner.codes(paper.content) == [["(420)604310099", "(91)0142", "(00)006141410000001019"]]


ODD = st.text(
    st.characters(exclude_categories=()), min_size=1, max_size=15
)  # each may be drawn as [U+10FFFF]


@settings(max_examples=40, deadline=None)
@given(ODD, ODD, ODD)
def test_no_text_crashes_it_or_hides_the_bar_codes(name: str, po: str, item: str) -> None:
    shipment = build.shipment()
    carton = Carton(1, 1, build.SSCC_1, contents=(replace(build.MUGS, buyer_item=item, description=item),))
    shipment = replace(
        shipment, po_number=po, cartons=(carton,), ship_to=replace(build.DC, name=name), mark_for=None
    )
    if label.missing(shipment):
        with pytest.raises(Incomplete):
            label.draw(shipment)
        return
    paper = label.draw(shipment)
    assert scanner.codes(paper.content) == [["(420)60431", "(00)006141410000001019"]]


@settings(max_examples=40, deadline=None)
@given(st.text("ABCdef 0123456789<>&/#%", min_size=1, max_size=60))
def test_what_looks_like_markup_is_drawn_as_it_stands(name: str) -> None:
    shipment = replace(build.shipment(), ship_to=replace(build.DC, name=f"A{name}"))
    text = scanner.texts(label.draw(shipment).content)[0].replace(" ", "")
    assert f"A{name}".replace(" ", "") in text
