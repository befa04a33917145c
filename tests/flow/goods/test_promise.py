"""The promise on the whole road: an 850 comes in, and the 855 tells what is there, and when the rest ships."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.stocking.stock_imports import import_stock
from tests.flow import papers
from tests.flow.shop import Shop, publish_with

OURS = "[fulfilment]\nours = true\n\n[writing]"


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    """We ship to Kestrelmoor: 10 cases of TB-1001 (12 each) and 5 more mugs lie at MAIN, 200 come on 30 March."""
    shop = Shop(engine, tmp_path)
    publish_with(shop, tmp_path, "[writing]", OURS)
    with shop.engine.begin() as conn:
        desk = shop.start().works.desk(conn)
        assert import_csv(desk, "sites", b"code,name\nMAIN,Main hall\n", "sites.csv").applied
        assert import_stock(desk, "stock", b"site,sku,on_hand\nMAIN,TB-1001,125\n", "stock.csv").applied
        supply = b"reference,site,sku,quantity,due_on\nPO-7,MAIN,TB-1001,200,2026-03-30\n"
        assert import_stock(desk, "supply", supply, "supply.csv").applied
    return shop


def acknowledged(shop: Shop) -> list[list[str]]:
    """BAK02, PO number and the ACKs of each 855 that went."""
    found = []
    for text in shop.sent():
        for part in text.split("ST*855*")[1:]:
            segments = part.split("~")
            bak = next(s for s in segments if s.startswith("BAK")).split("*")
            found.append([bak[2], bak[3], *(s for s in segments if s.startswith("ACK"))])
    return sorted(found, key=lambda each: each[1])


def test_the_855_tells_what_is_there_and_the_day_of_the_rest(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(1, "N1", quantity=16))
    shop.run()
    shop.drop("b.edi", papers.orders(2, "N2", "N3", quantity=10))
    shop.run()
    # of 125 mugs 10 whole cases go now. 5 are left and 200 come: 6 cases of them are N1's, 10 are N2's, and of N3's 10
    # one alone could be had, so no day is known for all of them
    assert acknowledged(shop) == [
        ["AC", "N1", "ACK*IA*10*CA", "ACK*IB*6*CA*068*20260330"],
        ["AC", "N2", "ACK*IB*10*CA*068*20260330"],
        ["AC", "N3", "ACK*SP*10*CA"],
    ]


def count(shop: Shop, content: bytes) -> None:
    with shop.engine.begin() as conn:
        assert import_stock(shop.start().works.desk(conn), "stock", content, "stock.csv").applied


def supply(shop: Shop, due_on: str) -> None:
    content = f"reference,site,sku,quantity,due_on\nPO-7,MAIN,TB-1001,200,{due_on}\n"
    with shop.engine.begin() as conn:
        assert import_stock(shop.start().works.desk(conn), "supply", content.encode(), "supply.csv").applied


def test_when_the_rest_is_there_the_buyer_hears_that_all_of_it_ships(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(1, "N1", quantity=16))
    shop.run()
    count(shop, b"site,sku,on_hand\nMAIN,TB-1001,240\n")
    shop.run()
    assert acknowledged(shop) == [
        ["AC", "N1", "ACK*IA*10*CA", "ACK*IB*6*CA*068*20260330"],
        ["AD", "N1", "ACK*IA*16*CA"],
    ]
    assert [text for text in shop.sent() if "BAK*05*AD*N1" in text]


def test_a_supply_that_comes_on_another_day_moves_what_was_promised(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(1, "N1", quantity=16))
    shop.run()
    supply(shop, "2026-04-06")
    shop.run()
    supply(shop, "2026-03-23")
    shop.run()
    assert [each[3] for each in acknowledged(shop)] == [
        "ACK*IB*6*CA*068*20260330",
        "ACK*IB*6*CA*068*20260406",
        "ACK*IB*6*CA*068*20260323",
    ]


def test_a_partner_of_whom_a_person_is_asked_first_hears_of_no_later_day(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "anew").mkdir()
    asks = OURS.replace("ours = true", 'ours = true\npromise_later = "ask"')
    publish_with(shop, tmp_path / "anew", "[writing]", asks)
    shop.drop("a.edi", papers.orders(1, "N1", quantity=16))
    shop.run()
    supply(shop, "2026-04-06")
    shop.run()
    assert len(acknowledged(shop)) == 1
    assert shop.cases() == ["PROMISE_LATER"]
    supply(shop, "2026-03-23")  # earlier is always told, and the case is over
    shop.run()
    assert [each[3] for each in acknowledged(shop)] == [
        "ACK*IB*6*CA*068*20260330",
        "ACK*IB*6*CA*068*20260323",
    ]
    assert shop.cases() == []
