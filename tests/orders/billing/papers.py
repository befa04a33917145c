"""Shipments of the orders of bills.py, and their 810s as they really go out: written and checked by ourselves."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.telling.answers import document_writer
from edi_gateway.model.billing import IssuedInvoice
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.finding import Severity
from edi_gateway.model.fulfilment import Place, Shipped, Transport
from edi_gateway.orders.billing.document import document
from edi_gateway.partners.profile import Profile
from edi_gateway.partners.snapshots import snapshot, thaw
from tests.orders import build
from tests.orders.billing.bills import FONTANA, LEFT, SHIPPED, Order

MAPPINGS = Path(__file__).parents[3] / "mappings"
TRANSPORT = Transport(
    carrier="INVC", mode="M", bol="BOL4123", pro="PRO77", packages=4, weight=Decimal("31.5"), weight_unit="LB"
)


def shipped(
    *, transport: Transport = TRANSPORT, stores: tuple[tuple[str, Place], ...] = (), **more: Any
) -> Shipped:
    """A shipment of 10 March 2025 to Fontana; its lines are the business of others."""
    values: dict[str, Any] = {
        "shipment_id": 1,
        "number": "SH-1",
        "partner": "acme",
        "customer": "C1",
        "site": "EAST",
        "ship_from": Place("Warehouse East"),
        "ship_to": FONTANA,
        "shipped_at": datetime(2025, 3, 10, 16, tzinfo=UTC),
        "shipped_on": SHIPPED,
        "expected_on": None,
        "transport": transport,
        "orders": (),
        "lines": (),
        "stores": stores,
        **more,
    }
    return Shipped(**values)


def live(profile: Profile) -> LivePartner:
    """The partner as published with the product's own mappings."""
    with TemporaryDirectory() as folder:
        return LivePartner(thaw(snapshot(profile, Path(folder), MAPPINGS).content), paused=False)


@lru_cache(maxsize=4)
def _agreed(version: str) -> LivePartner:
    return live(build.profile(documents=[{"set": "810", "direction": "out", "version": version}]))


def told(order: Order, issued: IssuedInvoice, **more: Any) -> Invoice:
    """The canonical 810."""
    return document(issued, (shipped(),), {order.id: order.billed(())}, order.profile, left=LEFT, **more)


def written(made: Invoice, version: str = "004010") -> str:
    """The body of the set, a segment a line; nothing was found wrong with it."""
    body, _, found, _ = document_writer(_agreed(version), "810")(made)
    wrong = [f for f in found if f.severity is not Severity.INFO]
    assert not wrong, [(f.code.value, f.message) for f in wrong]
    return body.replace("~", "~\n")
