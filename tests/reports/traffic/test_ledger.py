"""Control numbers both ways with gaps and repeats, and acknowledgments that are awaited and owed; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from edi_gateway.reports.traffic.acknowledgments import awaited, owed
from edi_gateway.reports.traffic.ledger import Gap, ledger
from edi_gateway.store import tables
from edi_gateway.store.database import reading
from edi_gateway.store.ids import Ids

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LONG_AGO = MONDAY - timedelta(days=365)


@pytest.fixture
def ids() -> Ids:
    return Ids(lambda: MONDAY, 1)


def receipt(conn: Connection, ids: Ids, **more: Any) -> int:
    number = ids.next()
    row = {
        "id": number, "connection": "acme", "name": "in.edi", "received_at": MONDAY, "size": 1, "sha256": "0" * 64,
        "state": "DONE", "partner": "acme",
    }  # fmt: skip
    conn.execute(insert(tables.receipts).values(**row | more))
    return number


def interchange(conn: Connection, ids: Ids, control: str, of: int, group: str = "", **more: Any) -> int:
    number = ids.next()
    row = {
        "id": number, "receipt_id": of, "partner": "acme", "sender_qualifier": "ZZ", "sender": "ACME",
        "receiver_qualifier": "ZZ", "receiver": "US", "control": control, "offset": 0, "length": 1,
        "sha256": "0" * 64, "state": "DONE", "received_at": MONDAY,
    }  # fmt: skip
    conn.execute(insert(tables.interchanges).values(**row | more))
    if group:
        conn.execute(
            insert(tables.groups).values(
                id=ids.next(), interchange_id=number, code="PO", control=group, status="A", received_sets=1,
                accepted_sets=1,
            )
        )  # fmt: skip
    return number


def transmission(conn: Connection, ids: Ids, control: str, **more: Any) -> int:
    number = ids.next()
    row = {
        "id": number, "partner": "acme", "control": control, "name": "a.edi", "bytes": b"", "sha256": "0" * 64,
        "documents": 1, "sets": "855", "state": "SENT", "created_at": MONDAY, "sent_at": MONDAY,
        "ack_state": "AWAITED",
    }  # fmt: skip
    conn.execute(insert(tables.transmissions).values(**row | more))
    return number


def sent(conn: Connection, ids: Ids, bore: int | None, **more: Any) -> int:
    number = ids.next()
    row = {
        "id": number, "direction": "out", "partner": "acme", "set_code": "855", "state": "SENT", "gs_code": "PR",
        "created_at": MONDAY, "transmission_id": bore, "interchange_control": "000000001", "group_control": "1",
        "control": "0001",
    }  # fmt: skip
    conn.execute(insert(tables.documents).values(**row | more))
    return number


def test_gaps_and_repeats_of_both_ways_are_told_and_our_own_replays_are_none(swept: Engine, ids: Ids) -> None:
    with swept.begin() as conn:
        first = receipt(conn, ids)
        interchange(conn, ids, "000000007", first, group="70")
        interchange(conn, ids, "000000008", first, group="71")
        interchange(conn, ids, "000000012", receipt(conn, ids), group="75")
        interchange(conn, ids, "000000012", receipt(conn, ids), state="DUPLICATE")  # they sent it twice
        interchange(conn, ids, "000000008", receipt(conn, ids, replay_of=first), group="71")  # we did
        interchange(conn, ids, "9X", receipt(conn, ids))  # no number
        interchange(conn, ids, "000000005", receipt(conn, ids), partner=None, sender="WHO")
        for control, group in (("000000001", "1"), ("000000002", "3"), ("000000004", "3")):
            sent(conn, ids, transmission(conn, ids, control), group_control=group)
    with reading(swept) as conn:
        found = ledger(conn, LONG_AGO)
        told = [
            (r.partner, r.direction, r.level, r.of, r.first, r.last, r.numbers, r.missing, r.repeated)
            for r in found
        ]
        assert told == [
            (None, "in", "ISA", "ZZ:WHO to ZZ:US", 5, 5, 1, 0, 0),
            ("acme", "in", "ISA", "ZZ:ACME to ZZ:US", 7, 12, 3, 3, 1),
            ("acme", "in", "GS", "PO", 70, 75, 3, 3, 0),
            ("acme", "out", "ISA", "", 1, 4, 3, 1, 0),
            ("acme", "out", "GS", "PR", 1, 3, 2, 1, 1),
        ]
        assert [r.gaps for r in found] == [(), (Gap(9, 11),), (Gap(72, 74),), (Gap(3, 3),), (Gap(2, 2),)]
        assert [(x.number, x.times) for r in found for x in r.repeats] == [(12, 2), (3, 2)]
        assert [r.direction for r in ledger(conn, LONG_AGO, partner="acme", direction="out")] == [
            "out",
            "out",
        ]
        assert [r.partner for r in ledger(conn, LONG_AGO, faults=True)] == ["acme"] * 4
        assert ledger(conn, MONDAY + timedelta(days=1)) == []


def test_what_is_awaited_and_what_we_owe(swept: Engine, ids: Ids) -> None:
    soon, past = MONDAY + timedelta(hours=2), MONDAY - timedelta(hours=2)
    with swept.begin() as conn:
        bore = transmission(conn, ids, "000000001")
        conn.execute(
            insert(tables.deadlines).values(id=1, kind="ack", subject=bore, due_at=soon, state="OPEN")
        )
        fresh = sent(conn, ids, bore, ack_due_at=soon)
        late = sent(conn, ids, transmission(conn, ids, "000000002"), ack_due_at=past, state="ACK_OVERDUE")
        sent(conn, ids, transmission(conn, ids, "000000003"), state="ACKED")
        sent(conn, ids, bore, set_code="997")  # nobody acknowledges it
        waits = sent(conn, ids, None, set_code="997", state="QUEUED")
        conn.execute(insert(tables.orders).values(**order(ids.next(), past)))
        aside = receipt(conn, ids, state="QUARANTINED")
        again = receipt(conn, ids, state="QUARANTINED")
        stranger = interchange(conn, ids, "000000009", aside, state="QUARANTINED", partner=None)
        interchange(conn, ids, "000000010", again, state="QUARANTINED")
        receipt(conn, ids, replay_of=again)  # since worked
        unworked = receipt(conn, ids, state="RECEIVED")
    with reading(swept) as conn:
        assert [(r.document_id, r.late) for r in awaited(conn, MONDAY)] == [(late, True), (fresh, False)]
        assert [r.document_id for r in awaited(conn, MONDAY, late=True)] == [late]
        assert awaited(conn, MONDAY, partner="other") == []
        found = owed(conn, MONDAY)
        assert (found[0].kind, found[0].late) == ("855", True)
        assert {(r.kind, r.id) for r in found[1:]} == {
            ("997", waits), ("interchange", stranger), ("receipt", unworked),
        }  # fmt: skip
        assert [r.kind for r in owed(conn, MONDAY, late=True)] == ["855"]


def order(number: int, due_at: datetime) -> dict[str, Any]:
    return {
        "id": number, "number": f"SO-{number}", "partner": "acme", "business_key": "acme|K1|", "po_number": "K1",
        "revision": 1, "state": "ACCEPTED", "type": "SA", "currency": "USD", "total": Decimal("1"), "lines": 1,
        "received_at": MONDAY, "updated_at": MONDAY, "document_id": 1, "content_hash": "0" * 64, "snapshot": "{}",
        "answer_state": "DUE", "answer_due_at": due_at,
    }  # fmt: skip
