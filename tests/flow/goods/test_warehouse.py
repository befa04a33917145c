"""A 3PL on the whole road: the 940 goes out on its day, the 945 comes in and is acknowledged and booked, what is odd
is a case, and a replay applies what could not be applied before."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from edi_gateway.commands.desk import Numbers
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.partners.publishing import publish
from edi_gateway.commands.stocking.stock_imports import import_stock
from edi_gateway.flow.works import Options
from edi_gateway.partners import registry
from edi_gateway.partners.snapshots import snapshot
from edi_gateway.store import tables
from tests.flow import papers
from tests.flow.replays.test_replay import replay
from tests.flow.shop import PARTNER, Shop, publish_with
from tests.flow.warehouse import HARBOUR, PROFILE
from tests.samples.sample import ROOT

OURS = "[fulfilment]\nours = true\n\n[writing]"


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    """We ship to Kestrelmoor from PORT, which Harbour runs: 240 mugs (20 cases) lie there."""
    shop = Shop(engine, tmp_path, Options(numbers=Numbers(gs1_prefix="0614141")))
    publish_with(shop, tmp_path, "[writing]", OURS)
    folder = tmp_path / HARBOUR
    folder.mkdir()
    (folder / "partner.toml").write_text(PROFILE, "utf-8")
    loaded = registry.load(folder)
    assert loaded.profile is not None, loaded.findings
    with shop.engine.begin() as conn:
        desk = shop.start().works.desk(conn)
        publish(desk, snapshot(loaded.profile, folder, ROOT / "mappings"), "for the test")
        assert import_csv(
            desk, "sites", b"code,name,warehouse\nPORT,Port hall,harbour\n", "sites.csv"
        ).applied
        assert import_stock(desk, "stock", b"site,sku,on_hand\nPORT,TB-1001,240\n", "stock.csv").applied
    shop.outbox(HARBOUR).mkdir(parents=True, exist_ok=True)
    shop.inbox(HARBOUR).mkdir(parents=True, exist_ok=True)
    return shop


def run(shop: Shop) -> None:
    shop.run([PARTNER, HARBOUR])


def released(shop: Shop, *numbers: str) -> list[str]:
    """Orders of 10 cases come in, and go to the warehouse on their day; the numbers of their releases."""
    shop.drop("a.edi", papers.orders(1, *numbers, quantity=10))
    run(shop)
    shop.clock.skip(days=14)
    run(shop)
    return [row["number"] for row in shop.rows(tables.releases)]


def advice(control: int, release: str, shipment: str, *items: str) -> bytes:
    """A 945 of cases: "10 10 CC" ordered, shipped, status."""
    body = [
        f"W06*F*{release}*20260316*{shipment}",
        "N1*WH*Port hall*91*PORT",
        "N9*BM*BOL-1",
        "W27*M*HARB",
        "LX*1",
    ]
    units = 0
    for each in items:
        ordered, shipped, status = each.split()
        units += int(shipped)
        body.append(f"W12*{status}*{ordered}*{shipped}**CA**VN*TB-1001")
    body.append(f"W03*{units}")
    return papers.interchange(control, [papers.whole("945", body, "0001")], code="SW", sender="HARBOUR")


def parts(shop: Shop) -> list[tuple[str, str]]:
    return [(format(row["quantity"], "f"), row["state"]) for row in shop.rows(tables.line_parts)]


def test_an_order_goes_to_the_warehouse_and_comes_back_as_shipped(shop: Shop) -> None:
    (release,) = released(shop, "N1")
    (asked,) = shop.sent(HARBOUR)
    assert f"~W05*N*{release}*N1*" in asked
    assert "~W01*10*CA**VN*TB-1001*UK*10410000010010~" in asked
    shop.drop("b.edi", advice(7, release, "S-1", "10 10 CC"), HARBOUR)
    run(shop)
    assert parts(shop) == [("10", "SHIPPED")]
    (shipment,) = shop.rows(tables.shipments)
    assert (shipment["carrier"], shipment["bol"], shipment["state"]) == ("HARB", "BOL-1", "SHIPPED")
    (document,) = shop.rows(tables.documents, set_code="945")
    assert (document["state"], document["business_key"]) == ("APPLIED", release)
    assert document["order_id"] == shop.rows(tables.orders)[0]["id"]
    assert any("ST*997*" in text for text in shop.sent(HARBOUR))
    (stock,) = shop.rows(tables.stock)
    assert (stock["on_hand"], stock["allocated"]) == (120, 0)


def test_the_same_advice_in_another_envelope_ships_nothing_twice(shop: Shop) -> None:
    (release,) = released(shop, "N1")
    for control in (7, 8):
        shop.drop(f"{control}.edi", advice(control, release, "S-1", "10 10 CC"), HARBOUR)
        run(shop)
    assert len(shop.rows(tables.shipments)) == 1
    assert [row["state"] for row in shop.rows(tables.documents, set_code="945")] == ["APPLIED", "DUPLICATE"]
    assert shop.rows(tables.stock)[0]["on_hand"] == 120


def test_an_advice_that_names_no_release_of_ours_waits_and_a_corrected_copy_is_booked(shop: Shop) -> None:
    (release,) = released(shop, "N1")
    shop.drop("b.edi", advice(7, "SO-NONE-1", "S-1", "10 10 CC"), HARBOUR)
    run(shop)
    assert "CONFIRM_UNMATCHED" in shop.cases()
    assert parts(shop) == [("10", "RELEASED")]
    (replayed,) = replay(shop, "CONFIRM_UNMATCHED", advice(7, release, "S-1", "10 10 CC"))
    assert replayed.cured
    assert parts(shop) == [("10", "SHIPPED")]


def test_a_warehouse_that_says_nothing_is_a_case(shop: Shop) -> None:
    released(shop, "N1")
    assert "CONFIRM_OVERDUE" not in shop.cases()
    shop.clock.skip(days=3)
    run(shop)
    assert "CONFIRM_OVERDUE" in shop.cases()
    (release,) = [row["number"] for row in shop.rows(tables.releases)]
    shop.drop("b.edi", advice(7, release, "S-1", "10 10 CC"), HARBOUR)
    run(shop)
    assert "CONFIRM_OVERDUE" not in shop.cases()


def test_a_change_of_the_buyers_is_asked_of_the_warehouse(shop: Shop) -> None:
    (release,) = released(shop, "N1")
    changed = papers.purchase_order("N1", 6).replace("BEG*00*", "BEG*05*")
    shop.drop("c.edi", papers.interchange(2, [changed]))
    run(shop)
    assert f"~W05*R*{release}*N1*" in shop.sent(HARBOUR)[-1]
    assert shop.rows(tables.releases)[0]["state"] == "CANCEL_ASKED"
    shop.drop("b.edi", advice(7, release, "S-1", "6 6 CC"), HARBOUR)
    run(shop)
    assert parts(shop) == [("6", "SHIPPED"), ("4", "CANCELLED")]
    assert shop.rows(tables.stock)[0]["allocated"] == 0


def test_one_order_that_cannot_be_released_does_not_stop_the_others(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(1, "N1", "N2", quantity=10))
    run(shop)
    with shop.engine.begin() as conn:  # what stands of it cannot be read any more
        conn.execute(tables.orders.update().where(tables.orders.c.po_number == "N1").values(snapshot="{}"))
    shop.clock.skip(days=14)
    run(shop)
    assert sorted(parts(shop)) == [("10", "ALLOCATED"), ("10", "RELEASED")]
    assert "WORKER_FAILED" in shop.cases()
