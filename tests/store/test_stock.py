"""Stock as the store keeps it: exact, every change with its row, locked in one order."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert, select

from edi_gateway.model.fulfilment import Site, StockLevel, Supply
from edi_gateway.store.database import reading
from edi_gateway.store.goods import stock
from edi_gateway.store.goods.stock import AllocatedBelowNothing, Move
from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import sites, stock_moves
from edi_gateway.store.tables import stock as stock_rows
from edi_gateway.store.tables import supply as supply_rows

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
D = Decimal
IDS = Ids(lambda: NOW, 1)


def _put(engine: Engine, *moves: tuple[str, str, str, str]) -> list[Decimal]:
    """(site, sku, bucket, quantity) as adjustments."""
    made = [Move(site, sku, bucket, D(n), "adjustment", "note 1") for site, sku, bucket, n in moves]
    with engine.begin() as conn:
        return stock.move_all(conn, IDS, NOW, "ann", made)


def _levels(engine: Engine, *skus: str) -> dict[str, tuple[StockLevel, ...]]:
    with reading(engine) as conn:
        return stock.levels(conn, skus)


def test_a_move_makes_the_row_and_says_the_balance(swept: Engine) -> None:
    with swept.begin() as conn:
        first = stock.move(conn, IDS, NOW, "ann", "EAST", "A", "on_hand", D("10.5"), "receipt", "PO 7")
        again = stock.move(
            conn,
            IDS,
            NOW,
            "bob",
            "EAST",
            "A",
            "on_hand",
            D("-12"),
            "shipment",
            "S-1",
            document_id=4,
            shipment_id=9,
        )
    assert (first, again) == (D("10.5"), D("-1.5"))
    assert _levels(swept, "A", "B") == {"A": (StockLevel("EAST", "A", D("-1.5")),)}
    with reading(swept) as conn:
        c = stock_moves.c
        columns = (c.quantity, c.balance, c.kind, c.reference, c.document_id, c.shipment_id, c.at, c.by)
        assert [tuple(row) for row in conn.execute(select(*columns).order_by(c.id))] == [
            (D("10.5"), D("10.5"), "receipt", "PO 7", None, None, NOW, "ann"),
            (D("-12"), D("-1.5"), "shipment", "S-1", 4, 9, NOW, "bob"),
        ]
        assert conn.execute(select(stock_rows.c.source)).scalars().all() == ["S-1"]


def test_many_moves_keep_their_order_and_buckets_apart(swept: Engine) -> None:
    balances = _put(
        swept,
        ("WEST", "A", "on_hand", "8"), ("EAST", "A", "on_hand", "5"), ("WEST", "A", "hold", "2"),
        ("WEST", "A", "on_hand", "-1"), ("EAST", "B", "damaged", "3"), ("EAST", "A", "safety", "4"),
    )  # fmt: skip
    assert balances == [8, 5, 2, 7, 3, 4]
    assert _levels(swept, "A", "B") == {
        "A": (StockLevel("EAST", "A", D(5), safety=D(4)), StockLevel("WEST", "A", D(7), hold=D(2))),
        "B": (StockLevel("EAST", "B", D(0), damaged=D(3)),),
    }


def test_allocated_is_no_bucket_that_moves(swept: Engine) -> None:
    with pytest.raises(ValueError, match="allocated is none of the buckets"):
        _put(swept, ("EAST", "A", "allocated", "1"))


def test_what_is_reserved_adds_up_and_comes_off_again(swept: Engine) -> None:
    _put(
        swept, ("EAST", "A", "on_hand", "10"), ("WEST", "A", "on_hand", "10"), ("EAST", "B", "on_hand", "10")
    )
    with swept.begin() as conn:
        stock.reserve(conn, {("EAST", "A"): D("0.1"), ("WEST", "A"): D(7), ("EAST", "B"): D(0)})
        stock.reserve(conn, {("EAST", "A"): D("0.2"), ("WEST", "A"): D(-2)})
        stock.reserve(conn, {})
    found = _levels(swept, "A", "B")
    assert [(level.site, level.allocated, level.free) for level in (*found["A"], *found["B"])] == [
        ("EAST", D("0.3"), D("9.7")),
        ("WEST", D(5), D(5)),
        ("EAST", D(0), D(10)),
    ]


@pytest.mark.parametrize(
    ("site", "change", "said"),
    [("EAST", "-6", "A at EAST has 5 allocated, which cannot change by -6"), ("WEST", "1", "no stock row")],
)
def test_allocated_never_falls_below_nothing_nor_stands_without_a_row(
    swept: Engine, site: str, change: str, said: str
) -> None:
    _put(swept, ("EAST", "A", "on_hand", "10"))
    with swept.begin() as conn:
        stock.reserve(conn, {("EAST", "A"): D(5)})
    with pytest.raises(AllocatedBelowNothing, match=said), swept.begin() as conn:
        stock.reserve(conn, {("EAST", "A"): D(1), (site, "A"): D(change)})
    assert _levels(swept, "A")["A"][0].allocated == 5


@pytest.mark.postgres
def test_two_who_lock_the_same_rows_the_other_way_round_wait_and_lose_nothing(swept: Engine) -> None:
    skus = [f"{letter}{n:03}" for letter in "aB-_" for n in range(200)]  # more than a chunk, odd to sort
    _put(swept, *(("EAST", sku, "on_hand", "100") for sku in skus))

    def reserve(names: list[str]) -> None:
        for _ in range(5):
            with swept.begin() as conn:
                stock.levels(conn, names, lock=True)
                stock.reserve(conn, {("EAST", sku): D(1) for sku in names})

    threads = [threading.Thread(target=reserve, args=(names,)) for names in (skus, skus[::-1], skus[100:700])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = _levels(swept, *skus)
    assert {found[sku][0].allocated for sku in skus[100:700]} == {15}
    assert {found[sku][0].allocated for sku in (*skus[:100], *skus[700:])} == {10}


def test_a_count_marks_its_rows(swept: Engine) -> None:
    _put(swept, ("EAST", "A", "on_hand", "10"), ("WEST", "A", "on_hand", "10"))
    with swept.begin() as conn:
        stock.counted(conn, NOW, [("WEST", "A")])
    with reading(swept) as conn:
        query = select(stock_rows.c.site, stock_rows.c.counted_at).order_by(stock_rows.c.site)
        assert [tuple(row) for row in conn.execute(query)] == [("EAST", None), ("WEST", NOW)]


def test_supply_is_changed_where_it_stands_and_ended_is_not_to_come(swept: Engine) -> None:
    first = Supply("EAST", "A", D(40), date(2026, 3, 1), True, "PO 7")
    other = Supply("EAST", "A", D(5), date(2026, 2, 1), False, "PO 8")
    gone = Supply("WEST", "A", D(9), date(2026, 2, 1), True, "PO 7")
    with swept.begin() as conn:
        stock.set_supplies(conn, IDS, NOW, "ann", [first, other, gone])
    later = Supply("EAST", "A", D("30.5"), date(2026, 3, 9), True, "PO 7")
    with swept.begin() as conn:
        stock.set_supplies(conn, IDS, NOW, "bob", [later])
        stock.set_supplies(conn, IDS, NOW, "bob", [gone], "RECEIVED")
    with reading(swept) as conn:
        assert stock.supplies(conn, ["A", "B"]) == {"A": (other, later)}
        query = select(supply_rows.c.state, supply_rows.c.changed_by).order_by(supply_rows.c.id)
        assert [tuple(row) for row in conn.execute(query)] == [
            ("OPEN", "bob"), ("OPEN", "ann"), ("RECEIVED", "bob"),
        ]  # fmt: skip


def test_sites_are_those_of_the_day(swept: Engine) -> None:
    row = {
        "code": "EAST", "name": "Old", "warehouse": None, "gln": None, "address_1": "1 Dock Rd", "address_2": None,
        "city": "Troy", "region": "NY", "postal_code": "12180", "country": "US", "since": date(2020, 1, 1),
        "until": date(2026, 1, 1), "version": 1, "superseded": False, "changed_by": "ann", "changed_at": NOW,
        "source": "sites.csv",
    }  # fmt: skip
    now = {
        **row,
        "name": "New",
        "warehouse": "acme-3pl",
        "since": date(2026, 1, 1),
        "until": None,
        "version": 2,
    }
    with swept.begin() as conn:
        for number, each in enumerate((row, now, {**row, "code": "GONE", "superseded": True}), 1):
            conn.execute(insert(sites).values(id=number, **each))
    with reading(swept) as conn:
        assert stock.sites(conn, date(2026, 1, 15)) == {
            "EAST": Site("EAST", "New", "acme-3pl", None, ("1 Dock Rd",), "Troy", "NY", "12180", "US")
        }
        assert [site.name for site in stock.sites(conn, date(2025, 12, 31)).values()] == ["Old"]
