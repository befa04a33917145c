"""Filters of the order book (spec B17) whose SQL differs between the databases, or goes by an index of some rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from edi_gateway.reports.book.orders import OrderFilter, list_orders
from edi_gateway.reports.status import status
from edi_gateway.store import tables
from edi_gateway.store.database import reading
from edi_gateway.store.ids import Ids

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)
# PO number -> what is not as usual: an order of 2 March over 1000.00 that ships by the 18th and is answered
ORDERS: dict[str, dict[str, Any]] = {
    "A": {},
    "B": {"total": Decimal("1000.01"), "stage": "PARTIALLY_SHIPPED"},
    "C": {"total": Decimal("999.99"), "stage": "SHIPPED"},
    "D": {"stage": "CLOSED", "ordered_on": date(2026, 3, 3)},
    "E": {"state": "CANCELLED", "answer_state": "DUE", "answer_due_at": TOMORROW},
    "F": {"state": "ON_HOLD", "ship_until": date(2026, 3, 20), "answer_state": "HELD_SENT", "answer_due_at": YESTERDAY},
}  # fmt: skip


@pytest.fixture
def book(swept: Engine) -> Engine:
    ids = Ids(lambda: NOW, 1)
    usual = {
        "partner": "acme", "revision": 1, "state": "ACCEPTED", "type": "SA", "currency": "USD",
        "total": Decimal("1000.00"), "lines": 1, "ordered_on": date(2026, 3, 2), "ship_until": date(2026, 3, 18),
        "received_at": NOW, "updated_at": NOW, "content_hash": "0" * 64, "snapshot": "{}", "answer_state": "SENT",
        "document_id": 1, "stage": None, "answer_due_at": NOW,
    }  # fmt: skip
    with swept.begin() as conn:
        for po, more in ORDERS.items():
            row = {
                "id": ids.next(),
                "number": f"SO-{po}",
                "po_number": po,
                "business_key": po,
                **usual,
                **more,
            }
            conn.execute(insert(tables.orders).values(**row))
    return swept


def test_orders_are_found_by_worth_to_the_cent_by_days_and_by_what_is_late(book: Engine) -> None:
    with reading(book) as conn:

        def found(**wanted: Any) -> str:
            return "".join(row.po_number for row in list_orders(conn, OrderFilter(**wanted)))

        assert found() == "FEDCBA"
        assert found(least=Decimal("1000.00")) == "FEDBA"
        assert found(least=Decimal("1000.01")) == "B"
        assert found(most=Decimal("999.99"), limit=1) == "C"
        assert found(since=date(2026, 3, 3)) == found(since=date(2026, 3, 3), until=date(2026, 3, 3)) == "D"
        assert found(until=date(2026, 3, 2), limit=2) == "FE"
        assert found(late_ship_on=date(2026, 3, 20)) == "BA"
        assert found(unanswered=True) == "FE"
        assert found(late_answer_at=NOW) == "F"
        assert found(po_number="so-b") == found(po_number="B") == found(po_number=" b ") == "B"
        late = status(conn, NOW).late
    assert (late["orders to ship"], late["answers"]) == (2, 1)
