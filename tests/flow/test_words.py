"""The index of words: filled behind the road, on both databases; what is not in it yet is found nevertheless."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert, update

from edi_gateway.flow import words
from edi_gateway.flow.live import LivePartners
from edi_gateway.flow.steps import Writer
from edi_gateway.flow.works import Options, Works
from edi_gateway.reports.traffic import search
from edi_gateway.reports.traffic.search import Wanted, find
from edi_gateway.store import tables
from edi_gateway.store.database import reading
from edi_gateway.store.ids import Ids
from edi_gateway.store.traffic import receipts

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ORDER = (
    b"ST*850*0001~BEG*00*SA*K70-01**20260302~REF*DP*DEPT-014~N1*ST*Zo\xc3\xab's Lakeside*92*0557~"
    b"PO1*1*5*EA*4.25**VN*TB-1001~PID*F****Blue bolt, 3/4 in~CTT*1~SE*8*0001~"
)


class Road:
    """A gateway of which only the store and the clock are used."""

    def __init__(self, database: Engine) -> None:
        self.now = MONDAY
        self.ids = Ids(lambda: self.now, 1)
        self.database = database
        self.works = Works(
            Writer(database), lambda: self.now, self.ids, LivePartners(), _nothing, {}, Options()
        )  # fmt: skip

    def came(self, content: bytes = ORDER, *, number: int | None = None, **more: object) -> int:
        number = number or self.ids.next()
        with self.database.begin() as conn:
            receipt = receipts.add(conn, self.ids, lambda: self.now, "cli", "in.edi", [b"ISA..~", content])
            row = {
                "id": number, "direction": "in", "partner": "acme", "set_code": "850", "version": "004010",
                "control": "0001", "group_control": "104", "interchange_control": "000000017", "state": "APPLIED",
                "receipt_id": receipt.id, "offset": 6, "length": len(content) - 1, "created_at": self.now,
            }  # fmt: skip
            conn.execute(insert(tables.documents).values(**row | more))
        return number

    def made(self, **more: object) -> int:
        number = self.ids.next()
        row = {
            "id": number, "direction": "out", "partner": "acme", "set_code": "855", "version": "004010",
            "state": "QUEUED", "body": "BAK*00*AC*K70-01*20260302~REF*VN*Saddlewood~", "delimiters": "*>~",
            "segments": 2, "created_at": self.now,
        }  # fmt: skip
        with self.database.begin() as conn:
            conn.execute(insert(tables.documents).values(**row | more))
        return number

    def fill(self) -> int:
        """After the documents have settled."""
        self.now += timedelta(minutes=1)
        done = 0
        while some := words.fill(self.works):
            done += some
        return done

    def found(self, **wanted: object) -> list[int]:
        with reading(self.database) as conn:
            return [row.document_id for row in find(conn, Wanted(**wanted)).documents]  # type: ignore[arg-type]


def _nothing(_: object) -> object:
    raise AssertionError("nothing is sent here")


def test_documents_are_found_by_words_numbers_items_partner_and_days(database: Engine) -> None:
    road = Road(database)
    order, answer = road.came(), road.made()
    with database.begin() as conn:
        conn.execute(insert(tables.orders).values(**_order(9, order)))
        conn.execute(insert(tables.order_lines).values(**_line(9)))
        conn.execute(update(tables.documents).where(tables.documents.c.id == answer).values(order_id=9))
    for indexed in (False, True):
        if indexed:
            assert road.fill() == 2
        both = [answer, order]
        assert road.found(text="bolt BLUE") == [order], indexed
        assert road.found(text="lakes*") == [order]
        assert road.found(text="lakes") == []  # whole, unless a * says otherwise
        assert road.found(text="ZOË") == [order]
        assert road.found(text="dept-014") == [order]
        assert road.found(text="850") == []  # a code is no text
        assert road.found(text="saddlewood") == [answer]
        assert road.found(po_number="k70-01") == both  # the answer writes it in BAK03
        assert road.found(item="TB 1001") == [order]  # as the buyer writes it
        assert road.found(item="OUR-5") == [answer]  # by its order, as we call it
        assert road.found(control="17") == road.found(control="000000017") == [order]
        assert road.found(partner="acme", set_code="855") == [answer]
        assert road.found(partner="acm") == []
        assert road.found(since=date(2026, 3, 2), until=date(2026, 3, 2)) == both
        assert road.found(since=date(2026, 3, 3)) == road.found(until=date(2026, 3, 1)) == []
        assert road.found(since=date(2025, 11, 15), until=date(2027, 2, 3), direction="in") == [order]
        assert road.found(text="bolt", state="REJECTED") == []
        assert road.found(text="bolt", state="APPLIED") == [order]
        assert road.found(state="QUEUED", direction="out") == [answer]
        assert road.found(partner="acme", limit=1) == [answer]
        assert road.found(partner="acme", before=answer) == [order]


def test_what_is_typed_is_only_ever_looked_for(database: Engine) -> None:
    road = Road(database)
    road.came()
    road.fill()
    for text in (
        'bolt" OR words',
        "bolt') | ('x",
        "NEAR(bolt)",
        "bolt:*x",
        "c_17",
        "-bolt NOT blue",
        "\x00",
        "*",
    ):
        assert road.found(text=text) in ([], road.found(text="bolt")), text
    assert road.found(text="!?") == []
    assert road.found(control="-") == []
    assert len(road.found(text="")) == 1  # nothing is asked for


def test_a_document_is_found_by_the_numbers_that_it_was_given_when_it_was_bundled(database: Engine) -> None:
    road = Road(database)
    answer = road.made()
    assert road.fill() == 1
    sent = road.ids.next()
    with database.begin() as conn:
        conn.execute(insert(tables.transmissions).values(**_transmission(sent)))
        given = {
            "transmission_id": sent,
            "interchange_control": "000000912",
            "group_control": "44",
            "control": "0007",
        }
        conn.execute(update(tables.documents).where(tables.documents.c.id == answer).values(**given))
    assert road.found(control="912") == [answer]  # not in the index yet
    assert road.fill() == 1
    assert road.found(control="912") == road.found(control="44") == road.found(text="saddlewood") == [answer]
    assert road.fill() == 0


def test_what_is_committed_late_is_found_after_the_next_upkeep(database: Engine) -> None:
    road = Road(database)
    early = road.ids.next()  # a slow worker took this id and has not committed
    road.came(b"ST*850*0002~BEG*00*SA*K2**20260302~SE*3*0002~")
    road.fill()
    road.came(number=early)
    assert road.found(text="lakeside") == []
    assert words.catch_up(road.works) == 1
    assert road.found(text="lakeside") == [early]
    assert words.catch_up(road.works) == 0


def test_days_are_those_on_which_documents_came_whenever_they_were_worked(database: Engine) -> None:
    road = Road(database)
    sunday = MONDAY - timedelta(days=1)
    waited = [road.came(created_at=sunday) for _ in range(3)]  # came on Sunday, worked today
    today = [road.came() for _ in range(3)]
    assert road.fill() == 6
    assert road.found(until=date(2026, 3, 1)) == waited[::-1]
    assert road.found(text="bolt", until=date(2026, 3, 1), limit=1) == waited[:1:-1]
    assert road.found(text="bolt", since=date(2026, 3, 2)) == today[::-1]
    early = road.came(created_at=sunday)  # between those of today, by its id
    road.came()
    road.fill()
    assert road.found(text="bolt", until=date(2026, 3, 1), limit=4) == [early, *waited[::-1]]


def test_few_of_a_state_are_found_among_many_that_have_the_words(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_FEW", 1)  # else it takes hundreds of documents
    road = Road(database)
    plain = ORDER.replace(b"Blue bolt", b"Red nut")
    rejected = [road.came(state="REJECTED") for _ in range(3)]
    for number in range(9):
        road.came(plain if number % 2 else ORDER, state="APPLIED")
        road.came(plain, state="REJECTED")
    road.fill()
    assert road.found(text="bolt", state="REJECTED", limit=1) == rejected[:1:-1]
    assert road.found(text="bolt", state="REJECTED", limit=2) == rejected[:0:-1]
    assert road.found(text="bolt", state="REJECTED") == rejected[::-1]
    assert road.found(text="bolt", state="REJECTED", before=rejected[1]) == rejected[:1]


def test_a_large_document_is_found_by_its_first_words_and_costs_no_more(database: Engine) -> None:
    road = Road(database)
    head = b"ST*850*0001~BEG*00*SA*BIG1**20260302~N1*ST*Hollowmere~"
    number = road.came(head + b"PO1*1*5*EA*4.25**VN*TB-1001~" * 100_000 + b"SE*100003*0001~")
    road.fill()
    assert road.found(text="hollowmere") == road.found(po_number="BIG1") == [number]


def _order(number: int, document: int) -> dict[str, object]:
    return {
        "id": number, "number": "SO-9", "partner": "acme", "business_key": "acme|K70-01|", "po_number": "K70-01",
        "revision": 1, "state": "ACCEPTED", "type": "SA", "currency": "USD", "total": Decimal("21.25"), "lines": 1,
        "received_at": MONDAY, "updated_at": MONDAY, "document_id": document, "content_hash": "0" * 64,
        "snapshot": "{}", "answer_state": "DUE",
    }  # fmt: skip


def _line(order: int) -> dict[str, object]:
    five = Decimal(5)
    return {
        "order_id": order, "line": 1, "sku": "OUR-5", "quantity": five, "accepted_quantity": five, "state": "ACCEPTED",
    }  # fmt: skip


def _transmission(number: int) -> dict[str, object]:
    return {
        "id": number, "partner": "acme", "control": "000000912", "name": "a.edi", "bytes": b"", "sha256": "0" * 64,
        "documents": 1, "sets": "855", "state": "READY", "created_at": MONDAY, "ack_state": "NONE",
    }  # fmt: skip
