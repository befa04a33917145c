"""A shipment and a bill of lading that lack nothing; tests take from them, or put in, one thing at a time.

All names and addresses are invented. Check digits were worked out by hand:
SSCC 0 0614141 000000101: 3*(1+1+0+0+0+4+4+6+0) + (0+0+0+0+1+1+1+0) = 48 + 3 = 51 -> 9; with serial 102 it is
3*(2+1+0+0+0+4+4+6+0) + 3 = 54 -> 6. GTIN 1 0012345 67890: test_gs1. BOL 0614141 000012345: test_gs1, and
0614141 000012346: 3*(6+3+1+0+0+4+4+6) + (4+2+0+0+1+1+1+0) = 72 + 9 = 81 -> 9.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from edi_gateway.papers.records import (
    BillOfLading,
    Carrier,
    Carton,
    Commodity,
    Content,
    CustomerOrder,
    DropShip,
    Edition,
    Hazard,
    Line,
    Place,
    Shipment,
    Weight,
)

SSCC_1 = "006141410000001019"
SSCC_2 = "006141410000001026"
BOL_1 = "06141410000123452"
BOL_2 = "06141410000123469"
GTIN = "10012345678902"

WAREHOUSE = Place(
    "Tarnbrook Homeware Inc.", ("1200 Fell Road", "Dock 4"), "Dayton", "OH", "45402-1234", code="DAY1"
)
DC = Place("Kestrelmoor Stores DC 599", ("88 Harrier Way",), "Joliet", "IL", "60431", code="0599")
STORE = Place("Kestrelmoor Store 0142", ("7 Mill Lane",), "Decatur", "IL", "62521", code="0142")
PAYER = Place("Fernhill Freight Payment", ("PO Box 1187",), "Toledo", "OH", "43604")
RETAILER = Place("Kestrelmoor Online Returns", ("500 Heron Parkway",), "Peoria", "IL", "61602")
BUYER = Place("Zoë Muñoz", ("14 Rowan Court", "Apt. 2B"), "Springfield", "MO", "65806")
CARRIER = Carrier(
    "FFLN", "Fernhill Freight Lines", "LTL standard", "4417002318", "TR-8841", ("SL-100", "SL-101")
)

MUGS = Content(
    Decimal(48),
    "EA",
    "Stoneware mug, slate blue, 12 oz",
    "TB-1001",
    "4417-22",
    GTIN,
    ("L2601",),
    ("SN-7", "SN-8"),
)
BOWLS = Content(Decimal(12), "EA", "Stoneware bowl, slate blue", "TB-1002", "4417-30", None)


def shipment() -> Shipment:
    """Two cartons on their way to a store by way of a distribution centre."""
    return Shipment(
        edition=Edition("SH-20260115-1"),
        our_order="SO-07YSFJR6C0001",
        po_number="4500017",
        department="22",
        shipped=date(2026, 1, 15),
        ship_from=WAREHOUSE,
        ship_to=DC,
        mark_for=STORE,
        carrier=CARRIER,
        bol=BOL_1,
        lines=(
            Line(
                "001",
                Decimal(60),
                Decimal(48),
                Decimal(12),
                "EA",
                "Stoneware mug, slate blue, 12 oz",
                "TB-1001",
                "4417-22",
                GTIN,
                ("L2601",),
                ("SN-7", "SN-8"),
                Decimal("4.25"),
            ),
            Line(
                "002",
                Decimal(12),
                Decimal(12),
                Decimal(0),
                "EA",
                "Stoneware bowl, slate blue",
                "TB-1002",
                "4417-30",
                price=Decimal("6.10"),
            ),
        ),
        cartons=(
            Carton(1, 2, SSCC_1, None, Weight(Decimal("31.5")), (MUGS,)),
            Carton(2, 2, SSCC_2, None, Weight(Decimal("14.0")), (BOWLS,)),
        ),
    )


def parcel() -> Shipment:
    """One carton to a consumer in the retailer's name."""
    return Shipment(
        edition=Edition("SH-20260115-2"),
        our_order="SO-07YSFJR6C0002",
        po_number="KW-99120",
        shipped=date(2026, 1, 15),
        ship_from=WAREHOUSE,
        ship_to=BUYER,
        carrier=Carrier("HPXS", "Heron Parcel", "Ground"),
        lines=(
            Line(
                "1",
                Decimal(2),
                Decimal(1),
                Decimal(1),
                "EA",
                "Stoneware mug, slate blue, 12 oz",
                "TB-1001",
                "4417-22",
                GTIN,
                price=Decimal("9.99"),
            ),
        ),
        cartons=(
            Carton(
                1,
                1,
                SSCC_1,
                "HP0000447711",
                Weight(Decimal("1.2")),
                (Content(Decimal(1), "EA", "Mug", "TB-1001"),),
            ),
        ),
        drop_ship=DropShip(
            brand="Kestrelmoor",
            return_address=RETAILER,
            customer_order="W-3301-88",
            gift_message="Happy birthday, Zoë! With love from all of us.",
            footer="Questions? Call 1-800-555-0142. Returns are free for 30 days.",
        ),
    )


def bill() -> BillOfLading:
    """Two orders, of which one travels on pallets; paint, which is dangerous, and mugs."""
    return BillOfLading(
        edition=Edition(BOL_1),
        issued=date(2026, 1, 15),
        ship_from=WAREHOUSE,
        ship_to=DC,
        carrier=CARRIER,
        terms="third party",
        bill_to=PAYER,
        shipper_id="SH-20260115-1",
        consignee_id="DC0599",
        fob_from=True,
        less_than_truckload=True,
        orders=(
            CustomerOrder("4500017", 40, Decimal("820.5"), True, "Dept 22"),
            CustomerOrder("4500018", 10, Decimal("400"), False, "Dept 24"),
        ),
        commodities=(
            Commodity(
                2,
                "PLT",
                42,
                "CTN",
                Decimal("1020.5"),
                "Stoneware tableware",
                nmfc="47500-02",
                freight_class="70",
            ),
            Commodity(
                1,
                "PLT",
                8,
                "DRM",
                Decimal("200"),
                "Paint",
                nmfc="149980-00",
                freight_class="55",
                hazard=Hazard("UN1263", "Paint", "3", "II", "1-800-555-0199"),
            ),
        ),
        instructions="Deliver Monday to Friday, 06:00 to 14:00. Appointment needed.",
    )
