"""Bytes that are meant to break something: each receipt gets a verdict, and its neighbours go on."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from edi_gateway.store import audit, tables
from edi_gateway.store.traffic import receipts
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop

GOOD = papers.orders(501, "K1", "K2")

HOSTILE = {
    "one byte a megabyte long": b"A" * (1 << 20),
    "zeros": b"\x00" * 5000,
    "an ISA alone": GOOD[:106],
    "half an ISA": GOOD[:50],
    "zero bytes in the data": GOOD.replace(b"DOCK", b"D\x00CK"),
    "zero bytes in the control numbers": GOOD.replace(b"ST*850*0001", b"ST*850*0\x001"),
    "zero bytes in the sender": GOOD.replace(b"KESTRELMOOR    ", b"KESTREL\x00OOR    "),
    "zero bytes in the group": GOOD.replace(b"GS*PO*", b"GS*P\x00*"),
    "surrogates in UTF-8": GOOD.replace(b"1 DOCK ROAD", b"1 \xed\xa0\x80 ROAD"),
    "invalid UTF-8": GOOD.replace(b"1 DOCK ROAD", b"1 \xff\xfe\xc3 ROAD"),
    "a very long PO number": GOOD.replace(b"*K1*", b"*" + b"K" * 500 + b"*"),
    "a very long quantity": GOOD.replace(b"*20*CA", b"*" + b"9" * 40 + b"*CA"),
    "a quantity with an exponent": GOOD.replace(b"*20*CA", b"*1E9*CA"),
    "a quantity that is no number": GOOD.replace(b"*20*CA", b"*NaN*CA"),
    "a very long control number": GOOD.replace(b"ST*850*0001", b"ST*850*" + b"1" * 60),
    "a very long set code": GOOD.replace(b"ST*850*0001", b"ST*" + b"8" * 60 + b"*0001"),
    "a very long group": GOOD.replace(b"*X*005010", b"*X*" + b"5" * 60),
    "a thousand sets of nothing": papers.interchange(
        501, [f"ST*850*{n:04d}~SE*2*{n:04d}~" for n in range(1000)]
    ),
    "a TA1 of nothing": papers.interchange(501, [], ta1="TA1~"),
    "a 997 of nothing": papers.interchange(501, [papers.whole("997", [], "0001")], code="FA"),
    "dates of no calendar": GOOD.replace(b"20260302~CUR", b"20261399~CUR"),
    "the year zero": GOOD.replace(b"DTM*064*20260316", b"DTM*064*00000101"),
    "a right-to-left name": GOOD.replace(b"1 DOCK ROAD", "1 \u202edaor".encode()),
}


def test_each_gets_a_verdict_and_the_next_file_goes_on(shop: Shop) -> None:
    for n, (name, content) in enumerate(HOSTILE.items()):
        shop.drop(f"{name}.edi", content.replace(b"000000501", f"{600 + n:09d}".encode()))
    shop.drop("and a good one.edi", papers.orders(777, "K9"))
    shop.run()
    assert [row["state"] for row in shop.rows(tables.orders, po_number="K9")] == ["ACCEPTED"]
    states = {row["name"]: row["state"] for row in shop.rows(tables.receipts)}
    assert len(states) == len(HOSTILE) + 1
    assert {name: state for name, state in states.items() if state not in ("DONE", "QUARANTINED")} == {}
    assert "WORKER_FAILED" not in shop.cases()
    assert [row["kind"] for row in shop.rows(tables.work) if row["state"] != "DONE"] == []
    with shop.engine.begin() as conn:
        assert audit.verify(conn) is None


@pytest.mark.slow
def test_a_file_cut_off_or_damaged_anywhere_gets_a_verdict_and_its_findings(shop: Shop) -> None:
    """Each is an order of its own in an interchange of its own: none is set aside for being like another."""
    chance = random.Random(7)
    places = range(0, len(papers.orders(1000, "K1000")), 3)
    files = [papers.orders(1000 + n, f"K{1000 + n}")[:place] for n, place in enumerate(places)]
    for n, place in enumerate(places):
        damaged = bytearray(papers.orders(2000 + n, f"K{2000 + n}"))
        damaged[place] ^= chance.randrange(1, 256)
        files.append(bytes(damaged))
    for n, content in enumerate(files):
        shop.drop(f"{n:04d}.edi", content)
    shop.run()
    rows = shop.rows(tables.receipts)
    assert {row["name"]: row["size"] for row in rows} == {f"{n:04d}.edi": len(f) for n, f in enumerate(files)}
    assert {row["state"] for row in rows} <= {"DONE", "QUARANTINED", "DUPLICATE"}
    assert "WORKER_FAILED" not in shop.cases()
    told = {row["receipt_id"] for row in shop.rows(tables.cases)}
    assert [row["name"] for row in rows if row["state"] == "QUARANTINED" and row["id"] not in told] == []
    faults = shop.rows(tables.findings)
    found = {row["document_id"] for row in faults} | {row["interchange_id"] for row in faults}
    rejected = [row for row in shop.rows(tables.documents, direction="in") if row["status"] == "R"]
    assert len(rejected) > 40
    assert [row["id"] for row in rejected if not {row["id"], row["interchange_id"]} & found] == []
    with shop.engine.begin() as conn:
        for row in rows:
            assert b"".join(receipts.read(conn, row["id"])) == files[int(row["name"][:4])]


@pytest.mark.slow
@pytest.mark.parametrize(
    "start", [b"", GOOD[: GOOD.index(b"CTT")]], ids=["nothing before it", "half an order"]
)
def test_a_large_file_of_one_byte_is_a_case_and_never_in_memory_as_a_whole(shop: Shop, start: bytes) -> None:
    size = 24 << 20
    with (shop.inbox(PARTNER) / "zeros.edi").open("wb") as file:
        file.write(start)
        file.truncate(size)
    with shop.start() as gateway:
        tracemalloc.start()
        assert gateway.run_once([PARTNER]).finished
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    (receipt,) = shop.rows(tables.receipts)
    assert (receipt["size"], receipt["state"]) == (size, "DONE" if start else "QUARANTINED")
    assert {row["receipt_id"] for row in shop.rows(tables.cases)} == {receipt["id"]}
    assert peak < size // 2
