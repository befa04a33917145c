"""Figures, worked out by hand over a few orders: each number is that of its rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert, update

from edi_gateway.commands.billing import crediting
from edi_gateway.commands.holding import holds
from edi_gateway.reports.figures.board import DEFINITIONS, figure, figures, parts
from edi_gateway.reports.figures.figure import Definition, Figure, Row, Span
from edi_gateway.store import tables
from tests.commands.house import House
from tests.commands.watch.test_detectors import Watch
from tests.orders import build

MARCH = Span(datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))


@pytest.fixture
def house(stocked: Engine) -> House:
    return House(stocked)


def of(house: House, name: str, span: Span = MARCH) -> Figure:
    with house.engine.begin() as conn:
        found = figure(conn, name, span)
    assert found is not None
    return found


def shares(house: House, *names: str) -> dict[str, str]:
    """Numerator and denominator of each."""
    found = {}
    for name in names:
        one = of(house, name)
        found[name] = f"{one.numerator.normalize():f}/{one.denominator.normalize():f}"
    return found


def test_two_orders_one_short_by_a_third_of_a_line(house: House) -> None:
    """PO-1: 48 mugs and 12 mugs, all shipped. PO-2: 30 mugs, of which 20 go first. 4.00 each."""
    first, second = house.sell(
        build.po(build.line(48), build.line(12)), build.po(build.line(30), po_number="PO-2")
    )
    house.ship(first)
    house.ship(second, lines={(second, 1): 20})
    house.bill()
    assert shares(house, "unit-fill", "line-fill", "order-fill", "value-fill") == {
        "unit-fill": "80/90",
        "line-fill": "2/3",
        "order-fill": "1/2",
        "value-fill": "320/360",
    }
    assert of(house, "unit-fill").value == Decimal("0.8889")
    (short,) = [row for row in of(house, "line-fill").rows if not row.passed]
    assert (short.name, short.why) == ("PO-2 line 1 MUG", "20 of 30 left first")
    assert (
        of(house, "order-fill", Span(MARCH.since, datetime(2025, 3, 7, tzinfo=UTC))).value is None
    )  # not 100 %
    assert of(house, "unit-fill", Span(MARCH.since, MARCH.until, "nobody")).rows == []
    assert shares(house, "exception-rate", "change-rate", "cancel-rate", "backorder-rate") == {
        "exception-rate": "0/2",
        "change-rate": "0/2",
        "cancel-rate": "0/3",
        "backorder-rate": "0/3",
    }


def test_an_order_that_nobody_touched_one_that_was_held_and_one_that_was_credited(house: House) -> None:
    house.sold(po_number="PO-1")
    numbers = house.sell(build.po(po_number="PO-2"))
    held = house.rows(tables.orders.select().with_only_columns(tables.orders.c.id).where(
        tables.orders.c.po_number == "PO-2"
    ))[0]  # fmt: skip
    with house.desk("ann") as desk:
        hold = holds.place(desk, house.partners, held, text="is the price right?", blocks="S")
        holds.release(desk, house.partners, hold, reason="CUSTOMER_AGREED", text="asked them")
    house.ship(numbers[-1])
    house.bill()
    with house.desk("bea") as desk:
        crediting.credit_invoice(desk, house.partners, house.id_of("INV00000002"), why="Broken.")
    assert shares(house, "order-accuracy", "no-touch", "exception-rate", "invoice-accuracy") == {
        "order-accuracy": "1/2",
        "no-touch": "0/2",  # somebody said that each had left
        "exception-rate": "1/2",
        "invoice-accuracy": "1/2",
    }
    touched = {row.name: row.why for row in of(house, "no-touch").rows}
    assert touched["PO-1"] == "ann shipped"
    (wrong,) = [row for row in of(house, "order-accuracy").rows if not row.passed]
    assert (wrong.name, wrong.why) == ("PO-2", "credit: Broken.")


def test_from_receipt_to_departure_to_invoice_to_cash(house: House) -> None:
    """Received at build.NOW, 3 March 2025 15:00 UTC or so; left and billed on the 7th; paid on the 17th."""
    house.sold()
    took = (house.clock.now - build.NOW) / timedelta(hours=1)
    assert of(house, "receive-to-ship").value == Decimal(str(took)).quantize(Decimal("0.0001"))
    assert of(house, "ship-to-invoice").value == 0
    house.clock.now += timedelta(days=10)
    house.remit("192.00", {"reference": "INV00000001", "paid": Decimal("192.00")})
    assert of(house, "invoice-to-payment").value == 10
    assert of(house, "order-to-cash").value == (house.clock.now.date() - build.NOW.date()).days


def test_what_is_open_is_as_old_as_it_is_now_and_not_at_the_end_of_the_day(house: House) -> None:
    house.one(build.po(build.line(48, price="3.50")))  # held for its price
    house.clock.move(minutes=90)
    midnight = MARCH.until
    assert of(house, "queue-age", Span(MARCH.since, midnight, None, house.clock())).value == Decimal("1.5")
    before = Span(MARCH.since, build.NOW + timedelta(minutes=30), None, house.clock())
    assert of(house, "queue-age", before).value == Decimal("0.5")


def test_the_mean_the_middle_and_nine_of_ten() -> None:
    rows = [Row("order", n, "", None, date(2025, 3, 1 + n % 2), value=Decimal(n)) for n in range(1, 11)]
    made = Definition("x", "", "hours", "", "", lambda _conn, _span: rows).of(rows)
    assert (made.value, made.median, made.p90, made.p95) == (
        Decimal("5.5"),
        Decimal("5.5"),
        Decimal(9),
        Decimal(10),
    )
    none = Definition("x", "", "hours", "", "", lambda _conn, _span: []).of([])
    assert (none.value, none.median, none.p90, none.p95) == (None, None, None, None)


def test_traffic_counts_sets_and_times(swept: Engine) -> None:
    w = Watch(swept)
    w.sets(3)
    w.sets(1, "REJECTED")
    w.sets(1, "DUPLICATE")
    w.sets(2, "REJECTED", test=True)
    (held,) = w.sets(1, "HELD", order_id=5)
    hold = {
        "order_id": 5,
        "code": "PRICE",
        "blocks": "A",
        "state": "RELEASED",
        "finding_code": "",
        "message": "",
    }
    hold |= {"hint": "", "fingerprint": "", "family": "PRICE", "raised_by": "system"}
    w.put(tables.holds, raised_at=w.office.clock(), due_at=w.office.clock(), **hold)
    sent = {
        "partner": "acme",
        "control": "1",
        "name": "a",
        "bytes": b"",
        "sha256": "",
        "documents": 1,
        "sets": "997",
    }
    now = w.office.clock()
    (went,) = w.put(
        tables.transmissions,
        created_at=now,
        sent_at=now + timedelta(minutes=90),
        state="SENT",
        ack_state="NONE",
        **sent,
    )
    with swept.begin() as conn:
        receipt = {
            "id": 1,
            "connection": "acme",
            "name": "a",
            "received_at": now,
            "size": 1,
            "sha256": "",
            "state": "DONE",
        }
        conn.execute(insert(tables.receipts), receipt)
        inter = {
            "id": 1,
            "receipt_id": 1,
            "offset": 0,
            "length": 1,
            "sha256": "",
            "state": "DONE",
            "received_at": now,
        }
        conn.execute(insert(tables.interchanges), inter)
    ours = {"direction": "out", "set_code": "997", "interchange_id": 1, "transmission_id": went}
    w.sets(1, "SENT", **ours)
    span = Span(now - timedelta(hours=1), now + timedelta(hours=1))
    with swept.begin() as conn:
        found = {
            name: figure(conn, name, span) for name in ("throughput", "first-pass", "reject-rate", "ack-time")
        }
        conn.execute(update(tables.documents).where(tables.documents.c.id == held).values(state="APPLIED"))
        again = figure(conn, "first-pass", span)
        whole = figures(conn, span)
    told = {
        name: (str(one.numerator), str(one.denominator)) for name, one in found.items() if one is not None
    }
    assert told["throughput"] == ("7", "1")  # 6 in, 1 out; tests not counted
    assert told["first-pass"] == ("3", "5")
    assert told["reject-rate"] == ("1", "6")
    assert found["ack-time"] is not None
    assert found["ack-time"].value == Decimal("1.5")
    assert again is not None
    assert again.numerator == 3  # released later is not passed at first
    (day,) = parts(again, "day")
    assert (day.of, day.numerator, day.denominator) == (str(now.date()), 3, 5)
    assert [one.name for one in whole] == list(DEFINITIONS)
    assert all(one.value is None or 0 <= one.value <= 1 for one in whole if one.kind == "share")
