"""A warehouse's 846 on the whole road: acknowledged, compared, proposed; and replayed once an item is known."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.stocking.stock_imports import import_stock
from edi_gateway.store import tables
from tests.flow import papers
from tests.flow.replays.test_replay import replay
from tests.flow.shop import Shop, publish_with
from tests.flow.taking.test_road import functional_acks

COUNTS_TOO = '[[documents]]\nset = "846"\ndirection = "in"\nversion = "005010"\n\n[writing]'


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    """Kestrelmoor runs a site of ours, where 240 of TB-1001 lie."""
    shop = Shop(engine, tmp_path)
    publish_with(shop, tmp_path, "[writing]", COUNTS_TOO)
    with shop.engine.begin() as conn:
        desk = shop.start().works.desk(conn)
        sites = b"code,name,warehouse\nNORTH,North hall,kestrelmoor\n"
        assert import_csv(desk, "sites", sites, "sites.csv").applied
    return shop


def count(control: int, *lines: str) -> bytes:
    body = ["BIA*00*SI*INV-9*20260302*0600", "N1*WH*NORTH HALL*92*NORTH"]
    for line in lines:
        sku, *quantities = line.split()
        body += [f"LIN**VN*{sku}", *(f"QTY*{quantity}" for quantity in quantities)]
    return papers.interchange(control, [papers.whole("846", [*body, f"CTT*{len(lines)}"], "0001")], code="IB")


def test_a_count_is_compared_and_what_cannot_be_read_comes_with_a_replay(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        stock = b"site,sku,on_hand\nNORTH,TB-1001,240\n"
        assert import_stock(shop.start().works.desk(conn), "stock", stock, "stock.csv").applied
        conn.execute(tables.stock.update().values(counted_at=None))
    shop.drop("a.edi", count(1, "TB-1001 17*20*CA QH*6*EA", "NEW-1 17*5*EA"))
    shop.run()
    assert len(functional_acks(shop)) == 1
    (document,) = shop.rows(tables.documents, set_code="846")
    assert (document["state"], document["business_key"]) == ("ERROR", "INV-9")
    assert '"reference":"INV-9"' in document["canonical"]
    assert shop.cases() == ["STOCK_DIFFERS", "ITEM_UNKNOWN"]
    with shop.engine.begin() as conn:
        items = b"sku,description,base_unit\nNEW-1,New thing,EA\n"
        assert import_csv(shop.start().works.desk(conn), "items", items, "items.csv").applied
    (replayed,) = replay(shop, "ITEM_UNKNOWN")
    assert (replayed.cured, replayed.said.partition(". ")[2]) == (True, "846 0001: applied")
    assert shop.cases() == ["STOCK_DIFFERS", "STOCK_DIFFERS"]
    told = [
        (row["sku"], row["bucket"], row["ours"], row["theirs"], row["state"])
        for row in shop.rows(tables.stock_proposals)
    ]
    assert told == [
        ("TB-1001", "hold", Decimal(0), Decimal(6), "PENDING"),
        ("NEW-1", "on_hand", Decimal(0), Decimal(5), "PENDING"),
    ]
    assert len(functional_acks(shop)) == 1  # once for both
