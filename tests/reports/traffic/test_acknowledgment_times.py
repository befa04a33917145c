"""How long partners take to acknowledge, worked out by hand from when we sent and when they spoke; both databases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from edi_gateway.reports.figures.board import Part, figure, parts
from edi_gateway.reports.figures.figure import Span
from edi_gateway.store import tables
from edi_gateway.store.database import reading
from edi_gateway.store.ids import Ids
from tests.reports.traffic.test_ledger import MONDAY, ids, sent, transmission

__all__ = ["ids"]
SPAN = Span(MONDAY - timedelta(days=1), MONDAY + timedelta(days=1))


def after(hours: int, **more: Any) -> dict[str, Any]:
    return {"acked_at": MONDAY + timedelta(hours=hours), "state": "ACKED", "status": "A", **more}


def receipt(conn: Connection, ids: Ids, of: int, minutes: int) -> None:
    """The AS2 message that bore a transmission, and its receipt so long after."""
    number = ids.next()
    row = {
        "id": number, "direction": "out", "partner": "acme", "message_id": f"<{number}@us>", "transmission_id": of,
        "state": "RECEIPTED", "as2_from": "US", "as2_to": "ACME", "headers": "[]", "size": 1, "sha256": "0" * 64,
        "mics": "[]", "created_at": MONDAY, "first_sent_at": MONDAY, "sent_at": MONDAY,
        "receipted_at": MONDAY + timedelta(minutes=minutes),
    }  # fmt: skip
    conn.execute(insert(tables.as2_messages).values(**row))


@pytest.fixture
def acknowledged(swept: Engine, ids: Ids) -> Engine:
    """acme takes 1 to 20 hours for twenty 855s and 30 for an 810, moor 4 for one 855; beside it what must not count."""
    with swept.begin() as conn:
        file = transmission(conn, ids, "000000001")
        for hours in range(1, 21):
            sent(conn, ids, file, **after(hours, business_key=f"PO{hours}"))
        sent(conn, ids, file, **after(30, set_code="810"))
        sent(conn, ids, file)  # not acknowledged yet
        sent(conn, ids, file, **after(500, test=True))
        again = transmission(conn, ids, "000000002", sent_at=MONDAY + timedelta(hours=9))
        sent(conn, ids, again, **after(2))  # acknowledged, then sent once more
        theirs = transmission(conn, ids, "000000003", partner="moor")
        sent(conn, ids, theirs, **after(4, partner="moor"))
        receipt(conn, ids, file, minutes=6)
        receipt(conn, ids, again, minutes=18)
    return swept


def test_the_time_to_an_acknowledgment_is_told_by_partner_and_by_set(acknowledged: Engine) -> None:
    with reading(acknowledged) as conn:
        found = figure(conn, "partner-ack-time", SPAN)
        of_moor = figure(conn, "partner-ack-time", Span(SPAN.since, SPAN.until, "moor"))
    assert found is not None
    assert of_moor is not None
    assert (found.numerator, found.denominator) == (210 + 30 + 4, 22)
    assert [str(row.name) for row in found.rows[:2]] == ["855 PO1", "855 PO2"]
    assert parts(found, "partner") == [
        # 240 hours over 21; the eleventh; the nineteenth of twenty-one (18.9); the twentieth (19.95)
        Part("acme", Decimal("11.4286"), Decimal(240), Decimal(21), Decimal(11), Decimal(19), Decimal(20), 21),
        Part("moor", *[Decimal(4)] * 2, Decimal(1), *[Decimal(4)] * 3, 1),
    ]  # fmt: skip
    assert [(part.of, part.rows, part.p95) for part in parts(found, "set")] == [
        ("810", 1, 30),
        ("855", 21, 19),
    ]
    assert of_moor.value == 4


def test_the_time_to_a_receipt_is_told_in_hours(acknowledged: Engine) -> None:
    with reading(acknowledged) as conn:
        found = figure(conn, "receipt-time", SPAN)
    assert found is not None
    assert (found.value, found.p95, found.denominator) == (Decimal("0.2"), Decimal("0.3"), 2)
    assert [part.of for part in parts(found, "set")] == ["855"]
