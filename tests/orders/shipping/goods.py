"""Shipments that have left, for tests: one buyer, two orders, cartons and pallets; all invented.

SSCCs are of prefix 0614141, extension 0; their check digits are worked out by hand in tests/model.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from edi_gateway.mapping import catalog
from edi_gateway.mapping.compile import Writer, writer
from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.model.fulfilment import (
    Content,
    PartKind,
    Place,
    Shipped,
    ShippedLine,
    ShippedOrder,
    Transport,
    Unit,
)
from edi_gateway.partners.profile import Profile
from edi_gateway.x12.checking.guide import build
from edi_gateway.x12.writing.writer import check_body
from tests.mapping.sets import MAPPINGS, OLD
from tests.orders import build as books

NOW = datetime(2025, 3, 10, 21, 30, tzinfo=UTC)
SHIP_FROM = Place(
    "Harbor Mills", address=("12 Quay Street",), city="Baltimore", region="MD", postal_code="21230"
)
SHIP_TO = Place("DC North", "92", "0553", ("1 Dock Road",), "Fontana", "CA", "92336", "US")


def line(
    part: int, quantity: int, *, order: int = 1, number: int = 1, store: str | None = None, **more: Any
) -> ShippedLine:
    fields: dict[str, Any] = {
        "part_id": part,
        "order_id": order,
        "line": number,
        "store": store,
        "kind": PartKind.GOODS,
        "sku": "MUG",
        "quantity": Decimal(quantity),
        "unit": "EA",
        "base_quantity": Decimal(quantity),
        "ordered": Decimal(48),
        "buyer_line": f"{number:03d}",
        "ids": (("VN", "MUG"),),
    }
    return ShippedLine(**{**fields, **more})


def carton(
    n: int, *contents: tuple[int, int], sscc: str | None = None, parent: int | None = None, **more: Any
) -> Unit:
    held = tuple(Content(part, Decimal(quantity)) for part, quantity in contents)
    return Unit(n, "P", held, parent, sscc, **more)


def shipped(
    *lines: ShippedLine, units: tuple[Unit, ...] = (), transport: Transport | None = None, **more: Any
) -> Shipped:
    orders = sorted({each.order_id for each in lines})
    fields: dict[str, Any] = {
        "shipment_id": 7,
        "number": "SH-7",
        "partner": "acme",
        "customer": "C1",
        "site": "EAST",
        "ship_from": SHIP_FROM,
        "ship_to": SHIP_TO,
        "shipped_at": datetime(2025, 3, 10, 21, 0, tzinfo=UTC),
        "shipped_on": date(2025, 3, 10),
        "expected_on": date(2025, 3, 14),
        "transport": transport
        or Transport(
            carrier="HBRL", mode="M", bol="06141410000000018", weight=Decimal("61.5"), weight_unit="LB"
        ),
        "orders": tuple(
            ShippedOrder(
                n, f"SO-{n}", f"PO-{n}", ordered_on=date(2025, 3, 1), references=(("DP", "22"), ("IA", "9"))
            )
            for n in orders
        ),
        "lines": lines,
        "units": units,
    }
    return Shipped(**{**fields, **more})


def profile(**shipping: Any) -> Profile:
    return books.profile(None, shipping=shipping)


@cache
def _writer() -> Writer:
    return writer(catalog.load(MAPPINGS, "856"), build("004010", "856", ()))


def body(made: ShipNotice) -> list[str]:
    """The segments of the 856 as mappings/856.toml writes it; our own checker must find nothing in them."""
    guide = build("004010", "856", ())
    outcome = _writer().write(made, OLD)
    assert outcome.value is not None, outcome.findings
    assert not outcome.findings
    assert not check_body(guide, outcome.value, OLD)
    return ["*".join(segment) for segment in outcome.value]
