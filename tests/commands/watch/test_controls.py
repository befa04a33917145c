"""What an auditor asks for: each report finds what it is there for and nothing else, and the log is proved."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert, select, update

from edi_gateway.commands.holding import holds
from edi_gateway.commands.ordering import orders
from edi_gateway.reports import audit, controls
from edi_gateway.reports.figures.figure import Span
from edi_gateway.store import tables
from tests.commands.house import House
from tests.orders import build

SPAN = Span(datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))


@pytest.fixture
def house(stocked: Engine) -> House:
    return House(stocked)


def rows(house: House, name: str) -> list[tuple[str | None, str, str]]:
    with house.engine.begin() as conn:
        found = controls.control(conn, name, SPAN)
    assert found is not None
    return [(row.by, row.name, row.text) for row in found]


def test_who_released_what_and_who_had_edited_it(house: House) -> None:
    order = house.one(build.po(build.line(48, price="3.50")))
    with house.desk("bob") as desk:
        orders.set_value(desk, house.partners, order, "lines[0].price", "3.60", why="typed wrong")
    with house.desk("ann") as desk:
        holds.release(desk, house.partners, house.hold(order), reason="PRICE_ACCEPTED", text="they are right")
    told = [("ann", "PO-1", "PRICE (PRICE_ACCEPTED): they are right")]
    assert rows(house, "overrides") == told
    assert rows(house, "own-edits") == []
    assert rows(house, "without-text") == []
    assert rows(house, "prices") == [("bob", "PO-1", "line 1: 3.50 -> 3.60 (typed wrong)")]
    with house.engine.begin() as conn:
        conn.execute(
            update(tables.holds).where(tables.holds.c.released_by == "ann").values(released_by="bob", text="")
        )
    assert [row[0] for row in rows(house, "own-edits")] == ["bob"]
    assert [row[0] for row in rows(house, "without-text")] == ["bob"]


def test_what_is_without_its_other_half_and_numbers_that_stand_nowhere(house: House) -> None:
    numbers = house.sell(build.po(po_number="PO-1"), build.po(po_number="PO-2"))
    house.ship(*numbers[:1])
    assert [text for _, _, text in rows(house, "no-invoice")] == ["acme: invoice due"]
    house.bill()
    assert rows(house, "no-invoice") == []
    row = {
        "partner": "acme",
        "name": "a",
        "bytes": b"",
        "sha256": "",
        "documents": 1,
        "sets": "855",
        "state": "SENT",
    }
    row |= {"created_at": house.clock(), "sent_at": house.clock()}
    with house.engine.begin() as conn:
        for control, state in ((1, "ACCEPTED"), (2, "OVERDUE"), (5, "ACCEPTED")):
            new = {"id": house.ids.next(), "control": f"{control:09d}", "ack_state": state}
            conn.execute(insert(tables.transmissions), row | new)
        conn.execute(insert(tables.users), {"name": "max", "roles": "BILLING,CSR,MASTER_DATA"})
    assert rows(house, "gaps") == [(None, "acme", "ISA13 000000003 to 000000004 to acme stand nowhere")]
    assert rows(house, "no-997") == [(None, "a", "acme: 855")]
    assert rows(house, "roles") == [("max", "max", "has BILLING and MASTER_DATA (BILLING,CSR,MASTER_DATA)")]
    with house.engine.begin() as conn:
        found = {one.name: one.rows for one in controls.counts(conn, SPAN)}
    assert (found["gaps"], found["no-997"], found["unmatched"]) == (1, 1, 0)


def test_the_log_is_listed_by_what_it_is_about_and_proved(house: House) -> None:
    order = house.one(build.po())
    with house.desk("ann") as desk:
        holds.place(desk, house.partners, order, text="wait", blocks="S")
    with house.engine.begin() as conn:
        entry, *_ = audit.list_entries(conn, by="ann")
        assert audit.list_entries(conn, subject=entry.subject, action=entry.action) == [entry]
        assert entry in audit.list_entries(conn, subject=entry.subject.split()[0])
        assert entry.action in audit.actions(conn)
        proof = audit.prove(conn)
        assert (proof.broken_at, proof.head) == (None, audit.list_entries(conn, limit=1)[0].hash)
        conn.execute(update(tables.audit).where(tables.audit.c.n == entry.n).values(by="bob"))
    with house.engine.begin() as conn:
        assert audit.prove(conn).broken_at == entry.n
        assert conn.execute(select(tables.audit.c.by).where(tables.audit.c.n == entry.n)).scalar() == "bob"
