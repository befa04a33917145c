"""Parts, lines and stock made by hand, for the tests of what becomes of accepted lines. Numbers are written "48"."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from edi_gateway.model.fulfilment import Part, PartKind, PartState, StockLevel
from edi_gateway.model.order import LineState, OrderLine

CAME = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)


def march(day: int) -> date:
    return date(2025, 3, day)


def part(quantity: str | int = 48, state: str = "OPEN", *, per: str | int = 1, **more: Any) -> Part:
    """A part of line 1 of order 1, pieces of mugs for no store; `per`: base units in one, `after`: minutes later."""
    count = Decimal(quantity)
    kind = PartKind(more.pop("kind", "goods"))
    came = CAME + timedelta(minutes=more.pop("after", 0))
    fields: dict[str, Any] = {
        "id": 1,
        "order_id": 1,
        "line": 1,
        "partner": "acme",
        "store": None,
        "sku": "MUG",
        "quantity": count,
        "unit": "EA",
        "base_quantity": count * Decimal(per),
        "state": PartState(state),
        "kind": kind,
        "ship_from": None,
        "ship_until": None,
        "cancel_after": None,
        "promised": None,
        "release_on": None,
        "site": None,
        "release_id": None,
        "shipment_id": None,
        "invoice_id": None,
        "reason": None,
        "completion": "backorder",
        "whole": True,
        "received_at": came,
        "priority": 5,
        "test": False,
        "since": came,
    }
    return Part(**{**fields, **more})


def ordered(quantity: str | int = 48, *, per: str | int = 1, number: int = 1, **more: Any) -> OrderLine:
    """An accepted line of mugs; `per`: base units in one."""
    count = Decimal(quantity)
    fields: dict[str, Any] = {
        "line": number,
        "buyer_line": str(number),
        "sku": "MUG",
        "quantity": count,
        "unit": "EA",
        "accepted_quantity": count,
        "base_quantity": count * Decimal(per),
        "base_unit": "EA",
        "buyer_price": None,
        "contract_price": None,
        "price": None,
        "price_basis": None,
        "state": LineState.ACCEPTED,
    }
    return OrderLine(**{**fields, **more})


def lies(site: str, on_hand: str | int, sku: str = "MUG", **more: str | int) -> StockLevel:
    return StockLevel(site, sku, Decimal(on_hand), **{name: Decimal(n) for name, n in more.items()})
