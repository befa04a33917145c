"""The promise on the whole road: an 850 comes in, and the 855 tells what is there, and when the rest ships."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from edi_gateway.commands.master_data import import_csv
from edi_gateway.commands.stock_imports import import_stock
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
        ["AC", "N3", "ACK*IB*10*CA"],
    ]
