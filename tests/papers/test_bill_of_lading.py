"""Bills of lading: every section of the form, sums that agree, supplement pages, what must be there (spec B10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.papers import bill_of_lading
from edi_gateway.papers.completeness import Incomplete
from edi_gateway.papers.drawing.lettering import DoesNotFit
from edi_gateway.papers.records import (
    BillOfLading,
    Carrier,
    Cod,
    Commodity,
    CustomerOrder,
    DeclaredValue,
    Edition,
    Place,
)
from tests.papers import build, scanner


def test_every_section_of_the_form_is_there() -> None:
    paper = bill_of_lading.draw(build.bill())
    assert (paper.media_type, paper.pages, paper.notes) == ("application/pdf", 1, ())
    assert scanner.sizes(paper.content) == [(8.5, 11)]
    assert scanner.codes(paper.content) == [["(402)06141410000123452"]]
    [text] = scanner.texts(paper.content)
    for words in (
        "Date 01/15/2026 BILL OF LADING Page 1 of 1",
        "SHIP FROM Tarnbrook Homeware Inc. 1200 Fell Road Dock 4 Dayton, OH 45402-1234 Location # DAY1",
        "SID# SH-20260115-1",
        "SHIP TO Kestrelmoor Stores DC 599 88 Harrier Way Joliet, IL 60431 Location # 0599",
        "CID# DC0599",
        "THIRD PARTY FREIGHT CHARGES BILL TO Fernhill Freight Payment PO Box 1187 Toledo, OH 43604",
        "SPECIAL INSTRUCTIONS Deliver Monday to Friday, 06:00 to 14:00. Appointment needed.",
        "BILL OF LADING NUMBER (402) 06141410000123452",
        "Carrier name Fernhill Freight Lines · LTL standard",
        "Trailer number TR-8841",
        "Seal number(s) SL-100, SL-101",
        "SCAC FFLN",
        "PRO number 4417002318",
        "FREIGHT CHARGE TERMS Prepaid Collect 3rd party",
        "Master bill of lading, with underlying bills Customer order information",
        "CUSTOMER ORDER NUMBER # PKGS WEIGHT LB PALLET/SLIP ADDITIONAL SHIPPER INFO",
        "4500017 40 820.5 Y Dept 22 4500018 10 400 N Dept 24 Grand total 50 1,220.5",
        "HANDLING UNIT TYPE PACKAGE TYPE WEIGHT LB HM (X) COMMODITY DESCRIPTION NMFC # CLASS",
        "2 PLT 42 CTN 1,020.5 Stoneware tableware 47500-02 70",
        "3 50 1,220.5 Grand total",
        "worth no more than _______________ per ________.",
        "COD amount Fee terms Collect Prepaid Customer check acceptable",
        "Shipper signature / date This is to certify that the above-named materials are properly classified, "
        "described, packaged, marked and labeled, and are in proper condition for transportation according to "
        "the applicable regulations of the Department of Transportation.",
        "Trailer loaded By shipper By driver",
        "Freight counted By shipper By driver, pallets said to contain By driver, pieces",
        "Carrier signature / pickup date",
    ):
        assert words in text, words
    assert scanner.inside(paper.content)


def test_dangerous_goods_come_first_in_the_prescribed_sequence() -> None:
    """49 CFR 172.202(b): identification number, proper shipping name, class, packing group."""
    [text] = scanner.texts(bill_of_lading.draw(build.bill()).content)
    hazard = "1 PLT 8 DRM 200 X UN1263, Paint, 3, PG II 24-hour emergency telephone 1-800-555-0199 Paint 149980-00 55"
    assert hazard in text
    assert text.index(hazard) < text.index("Stoneware tableware")


def ticks(bill: BillOfLading) -> int:
    """Crosses on the page: two oblique lines each, which nothing else on the form has."""
    page = pypdfium2.PdfDocument(bill_of_lading.draw(bill).content)[0]
    oblique = 0
    for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = found.get_bounds()
        oblique += pdfium.FPDFPath_CountSegments(found) == 2 and 5 < right - left < 9 and 5 < top - bottom < 9
    assert oblique % 2 == 0
    return oblique // 2


def test_what_is_so_is_ticked_and_nothing_else() -> None:
    plain = replace(build.bill(), fob_from=False)
    assert ticks(plain) == 1  # the terms
    assert ticks(build.bill()) == 2  # and FOB
    assert ticks(replace(plain, fob_to=True)) == 2
    assert ticks(replace(plain, loaded_by="driver")) == 2
    assert ticks(replace(plain, counted_by="driver pieces")) == 2
    assert ticks(replace(plain, master=True, underlying=(build.BOL_2,))) == 2
    assert ticks(replace(plain, cod=Cod(Decimal(1), "USD", "collect"))) == 2
    assert ticks(replace(plain, cod=Cod(Decimal(1), "USD", "collect", True))) == 3


@pytest.mark.parametrize("terms", ["prepaid", "collect", "third party"])
def test_one_of_the_freight_terms_is_ticked(terms: str) -> None:
    bill = replace(build.bill(), terms=terms, fob_from=False)
    assert bill_of_lading.missing(bill) == []
    assert ticks(bill) == 1


def test_money_that_was_agreed_is_written() -> None:
    bill = replace(
        build.bill(),
        cod=Cod(Decimal("1200.50"), "USD", "collect"),
        declared=DeclaredValue(Decimal("500.00"), "USD", "package"),
    )
    [text] = scanner.texts(bill_of_lading.draw(bill).content)
    assert "COD amount 1,200.50 USD" in text
    assert "worth no more than 500.00 USD per package." in text


def many(orders: int, commodities: int) -> BillOfLading:
    """As many packages of 10 lb as the larger of the two; the last of the fewer ones has what is left."""
    bill = build.bill()
    count = max(orders, commodities)

    def counts(rows: int) -> list[int]:
        return [1] * (rows - 1) + [count - rows + 1]

    return replace(
        bill,
        orders=tuple(
            CustomerOrder(f"45{n:05}", packages, Decimal(10 * packages), True)
            for n, packages in enumerate(counts(orders))
        ),
        commodities=tuple(
            Commodity(1, "PLT", packages, "CTN", Decimal(10 * packages), f"Goods {n:04}", "47500-02", "70")
            for n, packages in enumerate(counts(commodities))
        ),
    )


@pytest.mark.parametrize(
    ("orders", "commodities"), [(5, 8), (6, 1), (7, 1), (1, 9), (1, 10), (200, 3), (2, 150)]
)
def test_what_the_form_cannot_hold_is_on_supplement_pages_and_the_totals_are_of_all(
    orders: int, commodities: int
) -> None:
    bill = many(orders, commodities)
    paper = bill_of_lading.draw(bill)
    pages = scanner.texts(paper.content)
    whole = " ".join(pages)
    count = max(orders, commodities)
    assert [whole.count(f" 45{n:05} ") for n in range(orders)] == [1] * orders
    assert [whole.count(f"Goods {n:04} ") for n in range(commodities)] == [1] * commodities
    assert f"Grand total {count} {10 * count:,}" in pages[0]
    assert f"{commodities} {count} {10 * count:,} Grand total" in pages[0]
    assert whole.count("Grand total") == 2
    assert f"Page 1 of {paper.pages}" in pages[0]
    assert ("More on the supplement page" in pages[0]) == (paper.pages > 1)
    for n, text in enumerate(pages[1:], 2):
        assert f"SUPPLEMENT TO THE BILL OF LADING Page {n} of {paper.pages}" in text
        assert "Bill of lading number 06141410000123452" in text
        assert "CUSTOMER ORDER NUMBER" in text or "COMMODITY DESCRIPTION" in text
    assert scanner.inside(paper.content)


def test_a_bill_of_ordinary_size_needs_no_supplement() -> None:
    assert bill_of_lading.draw(many(5, 8)).pages == 1


def test_dangerous_goods_are_on_the_first_page_however_many_others_there_are() -> None:
    bill = many(150, 149)
    last = replace(bill.commodities[-1], hazard=build.bill().commodities[1].hazard)
    paper = bill_of_lading.draw(replace(bill, commodities=(*bill.commodities[:-1], last)))
    first = scanner.texts(paper.content)[0]
    assert first.index("UN1263, Paint, 3, PG II") < first.index("Goods 0000")


def test_a_master_bill_lists_what_it_stands_for() -> None:
    paper = bill_of_lading.draw(replace(build.bill(), master=True, underlying=(build.BOL_2, "MIDAS-77")))
    first, second = scanner.texts(paper.content)
    assert "with underlying bills: 2, listed on the supplement page" in first
    assert "Underlying bills of lading NUMBER 06141410000123469 MIDAS-77" in second


def test_a_reprint_is_the_same_bill_but_for_its_mark() -> None:
    bill = build.bill()
    assert bill_of_lading.draw(bill).content == bill_of_lading.draw(bill).content
    again = replace(bill, edition=Edition(build.BOL_1, version=2, reprint=3))
    assert "Version 2 REPRINT 3" in scanner.texts(bill_of_lading.draw(again).content)[0]


def with_(**change: object) -> Callable[[BillOfLading], BillOfLading]:
    return lambda bill: replace(bill, **change)


def in_order(**change: object) -> Callable[[BillOfLading], BillOfLading]:
    return lambda bill: replace(bill, orders=(replace(bill.orders[0], **change), bill.orders[1]))


def in_goods(**change: object) -> Callable[[BillOfLading], BillOfLading]:
    return lambda bill: replace(
        bill, commodities=(replace(bill.commodities[0], **change), bill.commodities[1])
    )


def in_hazard(**change: object) -> Callable[[BillOfLading], BillOfLading]:
    def changed(bill: BillOfLading) -> BillOfLading:
        mugs, paint = bill.commodities
        assert paint.hazard is not None
        return replace(bill, commodities=(mugs, replace(paint, hazard=replace(paint.hazard, **change))))

    return changed


PACKAGES = "sums that agree: orders have {} packages, commodities {}"
WEIGHTS = "sums that agree: orders weigh {} LB, commodities {} LB"
DG = "commodity 2, dangerous goods"

LACKS: list[tuple[Callable[[BillOfLading], BillOfLading], list[str]]] = [
    (with_(edition=Edition("")), ["the paper's number"]),
    (
        with_(edition=Edition("06141410000123453")),
        ["the bill's number: '06141410000123453' has a wrong check digit: after 0614141000012345 comes 2"],
    ),
    (
        with_(edition=Edition("BOL-1")),
        ["the bill's number: 'BOL-1' must be a bill of lading number of 17 digits"],
    ),
    (with_(issued=None), ["date"]),
    (with_(ship_from=replace(build.WAREHOUSE, name="")), ["ship-from: name"]),
    (with_(ship_from=replace(build.WAREHOUSE, city="")), ["ship-from: city"]),
    (with_(ship_to=replace(build.DC, street=())), ["ship-to: street"]),
    (with_(ship_to=replace(build.DC, postal_code=None)), ["ship-to: postal code"]),
    (with_(fob_to=True), ["FOB: one point, ship-from or ship-to"]),
    (with_(carrier=Carrier("FFLN")), ["carrier: name"]),
    (with_(carrier=Carrier(None, "Fernhill")), ["carrier: SCAC"]),
    (with_(carrier=Carrier("F1", "Fernhill")), ["carrier: SCAC 'F1' is not 2 to 4 capital letters"]),
    (with_(carrier=Carrier("FFLN", "Fernhill")), []),  # trailer, seals and PRO may be written by hand
    (with_(terms=None), ["freight charge terms: prepaid, collect or third party"]),
    (with_(bill_to=None), ["third party freight charges bill-to"]),
    (with_(bill_to=None, terms="prepaid"), []),
    (with_(bill_to=Place("F", ("1 A",), "T", "OH")), ["third party freight charges bill-to: postal code"]),
    (with_(weight_unit="ST"), ["unit of the weights, LB or KG"]),
    (with_(master=True), ["master bill: the numbers of the underlying bills"]),
    (with_(underlying=("1",)), ["master bill: its mark, since there are underlying bills"]),
    (with_(master=True, underlying=("1", "")), ["underlying bill 2: number"]),
    (
        with_(master=True, underlying=("1", "1")),
        ["underlying bill 2: a number of its own, 1 is there already"],
    ),
    (
        with_(master=True, underlying=(build.BOL_1,)),
        [f"underlying bill 1: a number of its own, {build.BOL_1} is there already"],
    ),
    (with_(orders=()), ["customer orders"]),
    (with_(commodities=()), ["commodities"]),
    (in_order(number=""), ["customer order at place 1: number"]),
    (in_order(packages=None), ["customer order 4500017: packages"]),
    (in_order(packages=0), ["customer order 4500017: packages: 0 is none", PACKAGES.format(10, 50)]),
    (in_order(packages=41), [PACKAGES.format(51, 50)]),
    (in_order(weight=None), ["customer order 4500017: weight"]),
    (in_order(weight=Decimal("820.51")), [WEIGHTS.format("1,220.51", "1,220.5")]),
    (in_order(palletized=None), ["customer order 4500017: pallet or slip, yes or no"]),
    (in_order(information=None), []),
    (in_goods(handling_units=None), ["commodity 1: handling units"]),
    (in_goods(handling_units=0, handling_type=None), []),  # stands on a pallet that is counted elsewhere
    (in_goods(handling_type=None), ["commodity 1: type of handling unit"]),
    (in_goods(packages=None), ["commodity 1: packages"]),
    (in_goods(packages=43), [PACKAGES.format(50, 51)]),
    (in_goods(package_type=""), ["commodity 1: type of package"]),
    (in_goods(weight=None), ["commodity 1: weight"]),
    (in_goods(weight=Decimal("1020.4")), [WEIGHTS.format("1,220.5", "1,220.4")]),
    (in_goods(weight=Decimal("1020.50")), []),
    (in_goods(description=""), ["commodity 1: description"]),
    (in_goods(nmfc=None), ["commodity 1: NMFC number, a carrier of less than a truckload rates by it"]),
    (
        in_goods(freight_class=None),
        ["commodity 1: freight class, a carrier of less than a truckload rates by it"],
    ),
    (in_hazard(un=""), [f"{DG}: UN number"]),
    (in_hazard(un="1263"), [f"{DG}: UN number '1263' is not UN or NA and four digits"]),
    (in_hazard(proper_name=" "), [f"{DG}: proper shipping name"]),
    (in_hazard(hazard_class=""), [f"{DG}: hazard class"]),
    (in_hazard(packing_group=None), [f"{DG}: packing group"]),
    (in_hazard(packing_group="2"), [f"{DG}: packing group '2' is not I, II or III"]),
    (in_hazard(packing_group=None, hazard_class="2.1"), []),  # gases have none
    (in_hazard(packing_group=None, hazard_class="5.1"), [f"{DG}: packing group"]),
    (in_hazard(packing_group=None, hazard_class="5.2"), []),  # organic peroxides have none
    (in_hazard(packing_group=None, hazard_class="9"), [f"{DG}: packing group"]),
    (in_hazard(packing_group=None, hazard_class="9", un="UN3480"), []),  # nor have lithium batteries
    (in_hazard(phone=None), [f"{DG}: telephone that is answered 24 hours"]),
    (with_(cod=Cod(Decimal(0), "USD", "collect")), ["COD: amount: 0 is none"]),
    (with_(cod=Cod(Decimal(9), "", "collect")), ["COD: currency"]),
    (with_(cod=Cod(Decimal(9), "USD", None)), ["COD: who pays the fee, prepaid or collect"]),
    (with_(declared=DeclaredValue(Decimal(-5), "USD", "lb")), ["declared value: amount: -5 is none"]),
    (with_(declared=DeclaredValue(Decimal(5), "", "lb")), ["declared value: currency"]),
    (with_(declared=DeclaredValue(Decimal(5), "USD", "")), ["declared value: per what"]),
]


@pytest.mark.parametrize(
    ("change", "missing"), LACKS, ids=lambda each: str(each) if isinstance(each, list) else ""
)
def test_what_is_missing_is_listed_and_nothing_else(
    change: Callable[[BillOfLading], BillOfLading], missing: list[str]
) -> None:
    bill = change(build.bill())
    assert bill_of_lading.missing(bill) == missing
    if missing:
        with pytest.raises(Incomplete) as caught:
            bill_of_lading.draw(bill)
        assert caught.value.missing == tuple(missing)
    else:
        assert bill_of_lading.draw(bill).pages == 1


def test_a_truckload_needs_no_nmfc_number_and_no_class() -> None:
    goods = replace(build.bill().commodities[0], nmfc=None, freight_class=None)
    bill = replace(build.bill(), less_than_truckload=False)
    assert bill_of_lading.missing(replace(bill, commodities=(goods, bill.commodities[1]))) == []


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(1, 99), st.decimals("0.01", "9999", places=2)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(1, 99), st.decimals("0.01", "9999", places=2)), min_size=1, max_size=6),
)
def test_sums_are_compared_exactly(
    orders: list[tuple[int, Decimal]], goods: list[tuple[int, Decimal]]
) -> None:
    bill = replace(
        build.bill(),
        orders=tuple(
            CustomerOrder(str(n), packages, weight, True) for n, (packages, weight) in enumerate(orders)
        ),
        commodities=tuple(
            Commodity(1, "PLT", packages, "CTN", weight, "Goods", "1", "70") for packages, weight in goods
        ),
    )
    agree = (sum(n for n, _ in orders) == sum(n for n, _ in goods)) + (
        sum(w for _, w in orders) == sum(w for _, w in goods)
    )
    lacks = bill_of_lading.missing(bill)
    assert len(lacks) == 2 - agree
    assert all(
        re.fullmatch(r"sums that agree: orders (have|weigh) .*, commodities .*", each) for each in lacks
    )


@settings(max_examples=25, deadline=None)
@given(*[st.text(st.characters(exclude_categories=()), min_size=1, max_size=50)] * 4)
def test_no_text_crashes_it_or_hides_the_bar_code(name: str, order: str, goods: str, words: str) -> None:
    bill = build.bill()
    bill = replace(
        bill,
        ship_to=replace(build.DC, name=name),
        orders=(replace(bill.orders[0], number=order), bill.orders[1]),
        commodities=(replace(bill.commodities[0], description=goods), bill.commodities[1]),
        instructions=words,
    )
    if bill_of_lading.missing(bill):
        with pytest.raises(Incomplete):
            bill_of_lading.draw(bill)
        return
    try:
        paper = bill_of_lading.draw(bill)
    except DoesNotFit:  # fifty characters of which each is drawn as [U+10FFFF] are five hundred
        return
    assert scanner.codes(paper.content)[0] == ["(402)06141410000123452"]
