"""A record that holds nothing is refused with everything, and how papers write numbers and addresses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from edi_gateway.papers import bill_of_lading, label, packing_list, words
from edi_gateway.papers.records import BillOfLading, Carrier, Edition, Place, Shipment, Weight

NOTHING = Shipment(Edition(""), "", "", None, Place(""), Place(""))
NO_ADDRESS = [
    f"{who}: {part}"
    for who in ("ship-from", "ship-to")
    for part in ("name", "street", "city", "state or province", "postal code")
]


def test_an_empty_shipment_lacks_everything() -> None:
    assert label.missing(NOTHING) == [
        "the paper's number",
        *NO_ADDRESS,
        "carrier: SCAC or name",
        "PO number",
        "cartons",
    ]
    assert packing_list.missing(NOTHING) == [
        "the paper's number",
        *NO_ADDRESS,
        "carrier: SCAC or name",
        "PO number",
        "our order number",
        "ship date",
        "lines",
        "cartons",
        "weight of the shipment, or of each carton",
    ]


def test_an_empty_bill_of_lading_lacks_everything() -> None:
    assert bill_of_lading.missing(BillOfLading(Edition(""), None, Place(""), Place(""), Carrier(), None)) == [
        "the paper's number",
        "date",
        *NO_ADDRESS,
        "carrier: name",
        "carrier: SCAC",
        "freight charge terms: prepaid, collect or third party",
        "customer orders",
        "commodities",
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1200.00", "1,200"),
        ("12.50", "12.5"),
        ("0.125", "0.125"),
        ("1E+3", "1,000"),
        ("100", "100"),
        ("0", "0"),
        ("123456789012345678901234567890.10", "123,456,789,012,345,678,901,234,567,890.1"),
    ],
)
def test_numbers_have_no_zeros_that_say_nothing_and_lose_none_that_does(value: str, written: str) -> None:
    assert words.number(Decimal(value)) == written
    assert words.weight(Weight(Decimal(value), "KG")) == f"{written} KG"


def test_days_are_written_as_american_readers_expect() -> None:
    assert words.day(date(2026, 3, 9)) == "03/09/2026"


def test_an_address_names_the_country_only_outside_the_us() -> None:
    assert words.address(Place("A", ("1 B St", " "), "C", "OH", "43604")) == ["A", "1 B St", "C, OH 43604"]
    assert words.address(Place("A", ("B 1",), "C", None, "80331", "DE")) == ["A", "B 1", "C, 80331", "DE"]
    assert words.address(Place("A")) == ["A"]


def test_a_first_drawing_bears_no_mark() -> None:
    assert words.edition(Edition("S")) == ""
    assert words.edition(Edition("S", version=2)) == "Version 2"
    assert words.edition(Edition("S", reprint=1)) == "REPRINT 1"
